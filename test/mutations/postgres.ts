/** Mutations of src/store/postgres/: the same promises, kept by the locks of one statement. */
import type { Mutation } from "./mutation.ts";

const POSTGRESQL = "store/postgres";
const COMMIT = "store/postgres/commit.ts";
const SUITE = "store/postgres.test.ts";
const HOLDS = "store/postgres/holds.test.ts";

export const POSTGRES: readonly Mutation[] = [
  {
    against: ["threat 9", "threat 10"],
    what: "a row is not locked while a commit updates it",
    in: COMMIT,
    within: "guardOf",
    match: { entry: `update: " FOR NO KEY UPDATE"` },
    replace: `update: ""`,
    tests: [HOLDS, "store/postgres/races.test.ts", SUITE],
    only: "at once|to update a row",
  },
  {
    against: ["threat 15", "threat 19"],
    what: "a row is not locked while a commit holds it",
    in: COMMIT,
    within: "guardOf",
    match: { entry: `hold: " FOR SHARE"` },
    replace: `hold: ""`,
    tests: [HOLDS, "store/postgres/snapshots.test.ts"],
  },
  {
    against: ["threat 9", "threat 10", "threat 19"],
    what: "what a row was is not compared in PostgreSQL",
    in: COMMIT,
    within: "guardOf",
    match: "text.was($$$WAS)",
    replace: "[]",
    tests: [SUITE, HOLDS],
    only: "a commit",
  },
  {
    against: ["threat 9", "threat 38"],
    what: "a commit whose guards do not hold writes all the same in PostgreSQL",
    in: COMMIT,
    within: "templateOf",
    match: "`CASE ${$FAILS} ELSE true END`",
    replace: `"true"`,
    tests: [SUITE],
    only: "a commit",
  },
  {
    against: ["threat 9", "threat 28"],
    what: "a row that is there already breaks the commit that inserts it in PostgreSQL",
    in: COMMIT,
    match: "$ERROR instanceof Stale || isUniqueViolation($ERROR)",
    replace: "$ERROR instanceof Stale",
    tests: [SUITE],
    only: "a commit",
  },
  {
    against: ["threat 38"],
    what: "rows are locked in the order in which a commit names them",
    in: COMMIT,
    match: "this.#inOrderOfLocks($CHANGES)",
    replace: "$CHANGES",
    tests: [HOLDS],
    only: "takes them in one order",
  },
  {
    against: ["threat 15", "threat 38"],
    what: "what a commit sweeps is a transaction of its own in PostgreSQL",
    in: COMMIT,
    within: "#transact",
    match: "$PARTS.map(run)",
    replace: "$PARTS.map((part) => this.#database.run({ ...part, urgent }))",
    tests: [HOLDS, SUITE],
    only: "sweep|a row that Tessera cannot have written",
  },
  {
    against: ["threat 38"],
    what: "a database that cannot be reached is an error of the program",
    in: POSTGRESQL,
    within: "asStoreError",
    match: "$IS_TROUBLE ? new StoreUnavailable($$$WHY) : $ERROR",
    replace: "$ERROR",
    tests: ["store/postgres/faults.test.ts", "faults/faults.test.ts"],
  },
  {
    against: ["threat 38"],
    what: "the schema of a preview is not told from that of another program",
    in: "store/postgres/migrations.ts",
    match: "names.includes(PREVIEW_VERSION_TABLE)",
    replace: "false",
    tests: ["store/upgrades.test.ts"],
    only: "database of the preview",
  },
];
