import { describe, test } from "bun:test";
import { CITUS_URL, citusAt } from "./postgres/citus.ts";
import { contractSuite } from "./suite/contract.ts";
import { storeSuite } from "./suite.ts";

if (CITUS_URL === undefined) {
  describe("the PostgreSQL store on a cluster of Citus", () => {
    test.skip("is not tested: TESSERA_TEST_CITUS names no coordinator (postgres://…)", () => {});
  });
} else {
  const citus = citusAt(CITUS_URL);
  contractSuite("the PostgreSQL store on Citus", citus.openContract);
  storeSuite("the PostgreSQL store on Citus", citus.openStore);
}
