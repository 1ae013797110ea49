import { describe, test } from "bun:test";
import { CITUS_URL } from "../store/postgres/citus.ts";
import { raceSuite } from "./suite.ts";
import { startCitusEngine } from "./support/cluster.ts";

if (CITUS_URL === undefined) {
  describe("four processes on a cluster of Citus", () => {
    test.skip("is not tested: TESSERA_TEST_CITUS names no coordinator (postgres://…)", () => {});
  });
} else {
  raceSuite("Citus", startCitusEngine(CITUS_URL));
}
