import { openTemporary } from "./sqlite/temporary.ts";
import { storeSuite } from "./suite.ts";

storeSuite("the SQLite store", openTemporary);
