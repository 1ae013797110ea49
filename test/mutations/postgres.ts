/** Mutations of src/store/postgres/: the same promises, kept by statements. */
import type { Mutation } from "./mutation.ts";

const CODES = "store/postgres/codes.ts";
const TOKENS = "store/postgres/tokens.ts";
const SUITE = "store/postgres.test.ts";

export const POSTGRES: readonly Mutation[] = [
  {
    against: ["threat 8"],
    what: "a second use of a code revokes nothing in PostgreSQL",
    file: CODES,
    find: "decision.outcome = 'replayed' AND grants.revoked_at IS NULL",
    replace: "decision.outcome = 'none' AND grants.revoked_at IS NULL",
    tests: [SUITE],
    only: "redeeming a code",
  },
  {
    against: ["threat 9"],
    what: "a code is not locked while it is redeemed",
    file: CODES,
    find: "SELECT grant_id, expires_at, used_at, failed_attempts FROM codes WHERE id = :id FOR UPDATE",
    replace: "SELECT grant_id, expires_at, used_at, failed_attempts FROM codes WHERE id = :id",
    tests: ["store/postgres/races.test.ts", SUITE],
    only: "at once",
  },
  {
    against: ["threat 10"],
    what: "a refresh token that is used again ends nothing in PostgreSQL",
    file: TOKENS,
    find: "decision.outcome = 'replayed' AND grants.revoked_at IS NULL",
    replace: "decision.outcome = 'none' AND grants.revoked_at IS NULL",
    tests: [SUITE],
    only: "rotating a refresh token",
  },
  {
    against: ["threat 10"],
    what: "a refresh token is not locked while it is rotated",
    file: TOKENS,
    find: "FROM refresh_tokens WHERE id = :id FOR UPDATE",
    replace: "FROM refresh_tokens WHERE id = :id",
    tests: ["store/postgres/races.test.ts", SUITE],
    only: "at once",
  },
  {
    against: ["threat 11"],
    what: "a second use in the same second is none in PostgreSQL",
    file: TOKENS,
    find: "WHEN :window <= 0 OR :now - token.used_at > :window THEN 'replayed'",
    replace: "WHEN :now - token.used_at > :window THEN 'replayed'",
    tests: [SUITE, "adversary/11-reuse-after-a-kill.test.ts"],
    only: "window of 0|PostgreSQL",
  },
  {
    against: ["threat 15"],
    what: "an access token outlives its grant in PostgreSQL",
    file: TOKENS,
    find: "(g.id IS NOT NULL AND g.revoked_at IS NULL)",
    replace: "(g.id IS NOT NULL)",
    tests: ["adversary/15-ended-access.test.ts"],
    only: "PostgreSQL",
  },
  {
    against: ["threat 53"],
    what: "a token lives on in the second in which it expires in PostgreSQL",
    file: TOKENS,
    find: "WHERE t.id = :id AND t.expires_at > :now",
    replace: "WHERE t.id = :id AND t.expires_at >= :now",
    tests: [SUITE],
    only: "expires to the second",
  },
  {
    against: ["threat 27"],
    what: "polls at once are each given tokens in PostgreSQL",
    file: "store/postgres/device-codes.ts",
    find: "device.status <> 'approved' OR device.used_at IS NOT NULL",
    replace: "device.status <> 'approved'",
    tests: [SUITE],
    only: "device codes",
  },
  {
    against: ["threat 42"],
    what: "registrations that nobody uses stay in PostgreSQL",
    file: "store/postgres/housekeeping.ts",
    find: "source = 'registration' AND unused_from < :unusedSince",
    replace: "source = 'registration' AND unused_from < 0",
    tests: ["endpoints/abandoned.test.ts"],
    only: "PostgreSQL",
  },
  {
    against: ["threat 38"],
    what: "a database that cannot be reached is an error of the program",
    file: "store/postgres/driver.ts",
    find: "    ? new StoreUnavailable(`the database cannot answer: ${error.message}`, { cause: error })",
    replace: "    ? error",
    tests: ["store/postgres/faults.test.ts", "faults/faults.test.ts"],
  },
];
