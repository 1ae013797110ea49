import { afterAll, beforeAll } from "bun:test";
import { type PostgresServer, startPostgres } from "./postgres/server.ts";
import { contractSuite } from "./suite/contract.ts";
import { storeSuite } from "./suite.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

contractSuite("the PostgreSQL store", (schema) => server.openContract(schema));
storeSuite("the PostgreSQL store", () => server.openStore());
