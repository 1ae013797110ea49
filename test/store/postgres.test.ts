import { afterAll, beforeAll } from "bun:test";
import { type PostgresServer, startPostgres } from "./postgres/server.ts";
import { storeSuite } from "./suite.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

storeSuite("the PostgreSQL store", () => server.openStore());
