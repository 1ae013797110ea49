import { raceSuite } from "./suite.ts";
import { startPostgresEngine } from "./support/cluster.ts";

raceSuite("PostgreSQL", startPostgresEngine);
