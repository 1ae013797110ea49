/** Tests the checker with histories that people have judged. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { formatHistory, isExplained, type Recorded, smallestUnexplained } from "./support/checker.ts";
import {
  type Answer,
  type GrantState,
  type ModelOptions,
  NEW_GRANT,
  type Operation,
  step,
} from "./support/model.ts";

const WITH_RETRIES: ModelOptions = { retries: true };
const WITHOUT_RETRIES: ModelOptions = { retries: false };

const LOST = null;
const issued = (accessToken: string, refreshToken: string): Answer => ({
  kind: "issued",
  accessToken,
  refreshToken,
});
const refused: Answer = { kind: "refused" };
const active: Answer = { kind: "active" };
const inactive: Answer = { kind: "inactive" };
const done: Answer = { kind: "done" };

const redeem: Operation = { kind: "redeem" };
const refresh = (refreshToken: string): Operation => ({ kind: "refresh", refreshToken });
const introspect = (token: string): Operation => ({ kind: "introspect", token });
const revoke = (token: string): Operation => ({ kind: "revoke", token });

type Line = readonly [start: number, end: number, operation: Operation, answer: Answer | null];

const history = (...lines: readonly Line[]): Recorded[] =>
  lines.map(([start, end, operation, answer], client) => ({ client, operation, answer, start, end }));

/** The beginning of every history of tokens. */
const BEGUN: Line = [1, 2, redeem, issued("a1", "r1")];

describe("a history that can be", () => {
  test.each<[string, ModelOptions, Recorded[]]>([
    [
      "of two redemptions at once the second one to be served ends what the first one got",
      WITH_RETRIES,
      history(
        [1, 4, redeem, refused],
        [2, 3, redeem, issued("a1", "r1")],
        [5, 6, introspect("a1"), inactive],
      ),
    ],
    [
      "two refreshes at once get one answer",
      WITH_RETRIES,
      history(
        BEGUN,
        [3, 6, refresh("r1"), issued("a2", "r2")],
        [4, 5, refresh("r1"), issued("a2", "r2")],
        [7, 8, introspect("a2"), active],
        [9, 10, introspect("r2"), active],
        [11, 12, introspect("r1"), inactive],
      ),
    ],
    [
      "a retry tells of an access token that has ended meanwhile, and it stays ended",
      WITH_RETRIES,
      history(
        BEGUN,
        [3, 4, refresh("r1"), issued("a2", "r2")],
        [5, 6, revoke("a2"), done],
        [7, 8, refresh("r1"), issued("a2", "r2")],
        [9, 10, introspect("a2"), inactive],
        [11, 12, introspect("r2"), active],
      ),
    ],
    [
      "without retries the second of two refreshes at once ends the grant",
      WITHOUT_RETRIES,
      history(
        BEGUN,
        [3, 6, refresh("r1"), issued("a2", "r2")],
        [4, 5, refresh("r1"), refused],
        [7, 8, introspect("a2"), inactive],
      ),
    ],
    [
      "a look during a revocation may come before it or after it",
      WITH_RETRIES,
      history(
        BEGUN,
        [3, 8, revoke("r1"), done],
        [4, 5, introspect("a1"), active],
        [6, 7, introspect("a1"), inactive],
      ),
    ],
    [
      "an access token ends alone",
      WITH_RETRIES,
      history(
        BEGUN,
        [3, 4, revoke("a1"), done],
        [5, 6, introspect("a1"), inactive],
        [7, 8, refresh("r1"), issued("a2", "r2")],
      ),
    ],
    [
      "a refresh whose answer was lost did happen, and a retry names the successor",
      WITH_RETRIES,
      history(
        BEGUN,
        [3, Number.POSITIVE_INFINITY, refresh("r1"), LOST],
        [4, 5, introspect("r1"), inactive],
        [6, 7, refresh("r1"), issued("a2", "r2")],
        [8, 9, refresh("r1"), issued("a2", "r2")],
        [10, 11, refresh("r2"), issued("a3", "r3")],
      ),
    ],
    [
      "a revocation whose answer was lost happens long after it was sent",
      WITH_RETRIES,
      history(
        BEGUN,
        [3, Number.POSITIVE_INFINITY, revoke("r1"), LOST],
        [4, 5, introspect("a1"), active],
        [6, 7, refresh("r1"), issued("a2", "r2")],
        [8, 9, introspect("a2"), inactive],
      ),
    ],
    [
      "a redemption whose answer was lost never happened",
      WITH_RETRIES,
      history(
        [1, Number.POSITIVE_INFINITY, redeem, LOST],
        [2, 3, redeem, issued("a1", "r1")],
        [4, 5, introspect("a1"), active],
      ),
    ],
    [
      "a late use of a predecessor ends the grant",
      WITH_RETRIES,
      history(
        BEGUN,
        [3, 4, refresh("r1"), issued("a2", "r2")],
        [5, 6, refresh("r2"), issued("a3", "r3")],
        [7, 8, refresh("r1"), refused],
        [9, 10, introspect("r3"), inactive],
      ),
    ],
  ])("%s", (_, options, records) => {
    expect(isExplained(records, options)).toBe(true);
    expect(smallestUnexplained(records, options)).toBeNull();
  });
});

describe("a history that cannot be", () => {
  test.each<[string, ModelOptions, Recorded[]]>([
    [
      "a code with two winners",
      WITH_RETRIES,
      history([1, 4, redeem, issued("a1", "r1")], [2, 3, redeem, issued("a2", "r2")]),
    ],
    [
      "a token that is alive after a code was replayed",
      WITH_RETRIES,
      history(BEGUN, [3, 4, redeem, refused], [5, 6, introspect("a1"), active]),
    ],
    [
      "a token that is alive after its revocation was acknowledged",
      WITH_RETRIES,
      history(BEGUN, [3, 4, revoke("a1"), done], [5, 6, introspect("a1"), active]),
    ],
    [
      "a grant that is alive after the revocation of its refresh token was acknowledged",
      WITH_RETRIES,
      history(BEGUN, [3, 4, revoke("r1"), done], [5, 6, refresh("r1"), issued("a2", "r2")]),
    ],
    [
      "a token that was seen dead and then alive, although its revocation was still under way",
      WITH_RETRIES,
      history(
        BEGUN,
        [3, 8, revoke("r1"), done],
        [4, 5, introspect("a1"), inactive],
        [6, 7, introspect("a1"), active],
      ),
    ],
    [
      "a retry with another successor",
      WITH_RETRIES,
      history(BEGUN, [3, 6, refresh("r1"), issued("a2", "r2")], [4, 5, refresh("r1"), issued("a3", "r3")]),
    ],
    [
      "a retry that gets an access token of its own",
      WITH_RETRIES,
      history(BEGUN, [3, 6, refresh("r1"), issued("a2", "r2")], [4, 5, refresh("r1"), issued("a3", "r2")]),
    ],
    [
      "a retry that gets the access token of another generation",
      WITH_RETRIES,
      history(BEGUN, [3, 4, refresh("r1"), issued("a2", "r2")], [5, 6, refresh("r1"), issued("a1", "r2")]),
    ],
    [
      "an access token that had ended and is alive after a retry",
      WITH_RETRIES,
      history(
        BEGUN,
        [3, 4, refresh("r1"), issued("a2", "r2")],
        [5, 6, revoke("a2"), done],
        [7, 8, refresh("r1"), issued("a2", "r2")],
        [9, 10, introspect("a2"), active],
      ),
    ],
    [
      "a retry after a lost answer that others are told otherwise",
      WITH_RETRIES,
      history(
        BEGUN,
        [3, Number.POSITIVE_INFINITY, refresh("r1"), LOST],
        [4, 5, refresh("r1"), issued("a2", "r2")],
        [6, 7, refresh("r1"), issued("a3", "r2")],
      ),
    ],
    [
      "a retry after the grant was revoked",
      WITH_RETRIES,
      history(
        BEGUN,
        [3, 4, refresh("r1"), issued("a2", "r2")],
        [5, 6, revoke("r2"), done],
        [7, 8, refresh("r1"), issued("a2", "r2")],
      ),
    ],
    [
      "a retry after the successor was used",
      WITH_RETRIES,
      history(
        BEGUN,
        [3, 4, refresh("r1"), issued("a2", "r2")],
        [5, 6, refresh("r2"), issued("a3", "r3")],
        [7, 8, refresh("r1"), issued("a2", "r2")],
      ),
    ],
    [
      "a retry where there are none",
      WITHOUT_RETRIES,
      history(BEGUN, [3, 4, refresh("r1"), issued("a2", "r2")], [5, 6, refresh("r1"), issued("a2", "r2")]),
    ],
    [
      "a grant that survives a replay",
      WITHOUT_RETRIES,
      history(
        BEGUN,
        [3, 4, refresh("r1"), issued("a2", "r2")],
        [5, 6, refresh("r1"), refused],
        [7, 8, introspect("a2"), active],
      ),
    ],
    ["a refusal for no reason", WITH_RETRIES, history(BEGUN, [3, 4, refresh("r1"), refused])],
    ["a token that is dead for no reason", WITH_RETRIES, history(BEGUN, [3, 4, introspect("a1"), inactive])],
    ["a token that is issued twice", WITH_RETRIES, history(BEGUN, [3, 4, refresh("r1"), issued("a1", "r2")])],
    [
      "a lost revocation that is seen before it was sent",
      WITH_RETRIES,
      history(BEGUN, [3, 4, introspect("a1"), inactive], [5, Number.POSITIVE_INFINITY, revoke("r1"), LOST]),
    ],
    [
      "two different successors after a lost answer",
      WITH_RETRIES,
      history(
        BEGUN,
        [3, Number.POSITIVE_INFINITY, refresh("r1"), LOST],
        [4, 7, refresh("r1"), issued("a2", "r2")],
        [5, 6, refresh("r1"), issued("a3", "r3")],
      ),
    ],
  ])("%s", (_, options, records) => {
    expect(isExplained(records, options)).toBe(false);
    expect(smallestUnexplained(records, options)).not.toBeNull();
  });
});

test("what is shown of a history without an explanation ends with the wrong answer and has no idle looks", () => {
  const records = history(
    BEGUN,
    [3, 4, introspect("r1"), active],
    [5, 12, refresh("r1"), issued("a2", "r2")],
    [6, 7, revoke("r1"), done],
    [8, 9, introspect("a1"), active],
    [10, 11, introspect("a1"), inactive],
    [13, 14, introspect("a2"), inactive],
  );
  expect(formatHistory(smallestUnexplained(records, WITH_RETRIES) ?? [])).toBe(
    `1–2           client 0   redeem the code → a1 and r1
5–            client 2   refresh with r1 → (lost)
6–7           client 3   revoke r1 → done
8–9           client 4   introspect a1 → active`,
  );
});

/** Tries every order: slow, but simple enough to trust. */
function canBeOrdered(left: readonly Recorded[], state: GrantState, options: ModelOptions): boolean {
  if (left.every(({ answer }) => answer === null)) return true;
  return left.some((record) => {
    if (left.some((other) => other.end < record.start)) return false;
    const next = step(state, record.operation, record.answer, options);
    const others = left.filter((other) => other !== record);
    return next !== null && canBeOrdered(others, next, options);
  });
}

describe("the search", () => {
  const token = fc.constantFrom("a1", "a2", "r1", "r2");
  const refreshToken = fc.constantFrom("r1", "r2");
  const anyIssued = fc.tuple(fc.constantFrom("a1", "a2", "a3"), refreshToken).map(([a, r]) => issued(a, r));
  const answered: fc.Arbitrary<[Operation, Answer | null]> = fc.oneof(
    fc.tuple(fc.constant(redeem), fc.oneof(anyIssued, fc.constantFrom(refused, LOST))),
    fc.tuple(refreshToken.map(refresh), fc.oneof(anyIssued, fc.constantFrom(refused, LOST))),
    fc.tuple(token.map(introspect), fc.constantFrom(active, inactive)),
    fc.tuple(token.map(revoke), fc.constantFrom(done, LOST)),
  );
  /** Up to seven operations, which begin and end in any order. */
  const anyHistory = fc
    .array(fc.tuple(answered, fc.nat(9999), fc.nat(9999)), { minLength: 1, maxLength: 7 })
    .map((all) => {
      const moments = all.flatMap(([, a, b]) => [a, b]);
      const ranks = [...moments.keys()].toSorted((a, b) => (moments[a] ?? 0) - (moments[b] ?? 0));
      const rankOf = (index: number) => ranks.indexOf(index);
      return all.map(([[operation, answer]], index): Recorded => {
        const [start = 0, end = 0] = [rankOf(2 * index), rankOf(2 * index + 1)].toSorted((a, b) => a - b);
        return {
          client: index,
          operation,
          answer,
          start,
          end: answer === null ? Number.POSITIVE_INFINITY : end,
        };
      });
    });

  test("finds an order exactly if there is one", () => {
    let explained = 0;
    fc.assert(
      fc.property(anyHistory, fc.boolean(), (records, retries) => {
        const possible = canBeOrdered(records, NEW_GRANT, { retries });
        if (possible) explained += 1;
        expect(isExplained(records, { retries })).toBe(possible);
      }),
      { numRuns: 5000 },
    );
    expect(explained).toBeGreaterThan(100);
  });
});
