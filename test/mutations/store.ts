/** Mutations of src/store/: the guards and the promises of SQLite, and the checks of a database. */
import type { Change, Mutation } from "./mutation.ts";

const SQLITE = "store/sqlite";
const SUITE = "store/sqlite.test.ts";
const COMMIT = "store/sqlite/commit.ts";
const GUARDS_UNSEEN: Change = {
  in: COMMIT,
  within: "Commits apply",
  match: "isGuard($CHANGE) && !$COMMITS.holds($CHANGE)",
  replace: "false",
};

export const STORE: readonly Mutation[] = [
  {
    ...GUARDS_UNSEEN,
    against: ["threat 9", "threat 19"],
    what: "a commit does not look at what it checks and holds",
    tests: [SUITE],
    only: "a commit",
  },
  {
    against: ["threat 9", "threat 10"],
    what: "a commit updates a row whatever that is by now",
    in: COMMIT,
    within: "update",
    match: "[set, key, was]",
    replace: "[set, key, {}]",
    tests: [SUITE],
    only: "of a hundred at once|is stale if",
  },
  {
    against: ["threat 9", "threat 28"],
    what: "a commit that inserts what is there already is done",
    in: COMMIT,
    within: "TableCommits insert",
    match: "$INSERTED === 1",
    replace: "$INSERTED >= 0",
    tests: [SUITE],
    only: "a commit",
  },
  {
    against: ["threat 38"],
    what: "of a commit that is stale stays what it wrote before",
    in: COMMIT,
    within: "Commits apply",
    match: "if (written) throw new StaleWithin()",
    replace: "",
    tests: [SUITE],
    only: "that is stale",
  },
  {
    against: ["threat 15", "threat 38"],
    what: "what a commit sweeps is a transaction of its own",
    in: "store/sqlite/index.ts",
    match: `return await writes.write(() => commits.apply($COMMIT), $URGENCY)`,
    replace: `const first = await writes.write(() => commits.apply({ ...$COMMIT, sweeps: [] }), $URGENCY);
        if (first.outcome === "stale") return first;
        return await writes.write(() => commits.apply({ ...$COMMIT, changes: [] }), $URGENCY);`,
    tests: [SUITE],
    only: "a row that Tessera cannot have written|a sweep",
  },
  {
    against: ["threat 9"],
    what: "a transaction takes the write lock when it first writes",
    in: "store/sqlite/writer.ts",
    match: { text: "BEGIN IMMEDIATE" },
    replace: "BEGIN",
    tests: ["store/sqlite/processes.test.ts", "race/sqlite.test.ts"],
    only: "process|64 redemptions",
  },
  {
    against: ["threat 38"],
    what: "a commit that failed is told as done",
    in: SQLITE,
    within: "GroupCommit #runBatch",
    match: "this.#abandon($JOBS, $ERROR)",
    replace: "undefined",
    also: [{ in: SQLITE, within: "GroupCommit #runBatch", match: "return;", replace: "" }],
    tests: ["store/sqlite/groups.test.ts"],
  },
  {
    against: ["threat 38"],
    what: "what the disk did not keep is told as done",
    in: SQLITE,
    within: "GroupCommit #settleWhenSynced",
    match: "this.#abandon($JOBS, $ERROR)",
    replace: "this.#settle($JOBS)",
    tests: ["store/sqlite/groups.test.ts", "store/sqlite/sync.test.ts"],
  },
  {
    against: ["threat 48"],
    what: "the database is a file that everybody may read",
    in: SQLITE,
    within: "createPrivateFile",
    match: "0o600",
    replace: "0o644",
    tests: ["adversary/48-own-keys.test.ts"],
  },
  {
    against: ["threat 47"],
    what: "a backup need not be what was sealed",
    in: "store/sqlite/backup.ts",
    match: "!$FOUND.equals(seal.subarray(SEAL.length))",
    replace: "false",
    tests: ["store/sqlite/backup.test.ts"],
    only: "damaged",
  },
  {
    against: ["threat 47"],
    what: "a backup need not have a seal",
    in: "store/sqlite/backup.ts",
    match: "!seal.subarray(0, SEAL.length).equals(SEAL)",
    replace: "false",
    also: [
      {
        in: "store/sqlite/backup.ts",
        match: "!$FOUND.equals(seal.subarray(SEAL.length))",
        replace: "seal.subarray(0, SEAL.length).equals(SEAL) && $&",
      },
    ],
    tests: ["store/sqlite/backup.test.ts"],
    only: "refused",
  },
  {
    against: ["threat 38"],
    what: "the database of a preview is not told from that of another program",
    in: "store/sqlite/migrations.ts",
    match: "$APPLICATION === PREVIEW_APPLICATION_ID",
    replace: "false",
    tests: ["store/upgrades.test.ts"],
    only: "database of the preview",
  },
];
