import { raceSuite } from "./suite.ts";
import { startSqliteEngine } from "./support/cluster.ts";

raceSuite("SQLite", startSqliteEngine);
