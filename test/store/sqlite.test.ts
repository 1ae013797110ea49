import { openContract, openTemporary } from "./sqlite/temporary.ts";
import { contractSuite } from "./suite/contract.ts";
import { storeSuite } from "./suite.ts";

contractSuite("the SQLite store", openContract);
storeSuite("the SQLite store", openTemporary);
