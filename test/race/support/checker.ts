/**
 * Decides whether a history of one grant is linearizable: whether its operations can be put into an order that keeps to
 * what was seen (who had the answer before another began comes first) and in which the model gives every answer that
 * was given. The search is the one of Wing and Gong, with the memory of what led nowhere by Lowe.
 */
import {
  type Answer,
  type GrantState,
  type ModelOptions,
  NEW_GRANT,
  type Operation,
  stateKey,
  step,
} from "./model.ts";

export interface Recorded {
  /** Which client did it. */
  readonly client: number;
  readonly operation: Operation;
  /** Null if it was lost: then it may have happened at any time after its start, or not at all. */
  readonly answer: Answer | null;
  /** When it began and when the answer was there, on one clock; no two moments are equal. */
  readonly start: number;
  readonly end: number;
}

export function isExplained(history: readonly Recorded[], options: ModelOptions): boolean {
  // A lost look changes nothing and tells nothing.
  const records = history.filter(
    ({ operation, answer }) => answer !== null || operation.kind !== "introspect",
  );
  const ends = records.map(({ answer, end }) => (answer === null ? Number.POSITIVE_INFINITY : end));
  const deadEnds = new Set<string>();

  const search = (left: readonly number[], state: GrantState): boolean => {
    // Nobody whose answer is open had it before somebody else began: they may be next.
    const firstEnd = Math.min(...left.map((index) => ends[index] ?? 0));
    if (firstEnd === Number.POSITIVE_INFINITY) return true;
    const key = stateKey(state);
    const here = `${left.join(",")} ${key}`;
    if (deadEnds.has(here)) return false;
    const branches: [index: number, next: GrantState][] = [];
    for (const index of left) {
      const record = records[index];
      if (record === undefined || record.start > firstEnd) continue;
      const next = step(state, record.operation, record.answer, options);
      if (next === null) continue;
      const changes = stateKey(next) !== key;
      // What is right here and would change nothing later either stands in nobody's way: no need to try it later.
      if (record.answer !== null && (record.operation.kind === "introspect" || state.revoked)) {
        return search(without(left, index), state) || remember(here);
      }
      if (changes || record.answer !== null) branches.push([index, next]);
    }
    return branches.some(([index, next]) => search(without(left, index), next)) || remember(here);
  };
  const remember = (place: string): false => {
    deadEnds.add(place);
    return false;
  };
  return search([...records.keys()], NEW_GRANT);
}

const without = (all: readonly number[], one: number): number[] => all.filter((index) => index !== one);

/**
 * The shortest beginning of the history that has no explanation, without the looks that it takes none of. Null if the
 * whole history is explained. A beginning of an explained history is explained, so the last answer is the wrong one.
 */
export function smallestUnexplained(history: readonly Recorded[], options: ModelOptions): Recorded[] | null {
  if (isExplained(history, options)) return null;
  const answers = history.filter(({ answer }) => answer !== null).toSorted((a, b) => a.end - b.end);
  for (const { end } of answers) {
    let beginning = history
      .filter(({ start }) => start < end)
      .map((record) => (record.end <= end ? record : { ...record, answer: null }));
    if (isExplained(beginning, options)) continue;
    for (const record of beginning.filter(({ operation }) => operation.kind === "introspect")) {
      const fewer = beginning.filter((other) => other !== record);
      if (!isExplained(fewer, options)) beginning = fewer;
    }
    return beginning;
  }
  return [...history];
}

/** A history as a table, for people who have to find out what went wrong. */
export function formatHistory(history: readonly Recorded[]): string {
  return history
    .toSorted((a, b) => a.start - b.start)
    .map(({ client, operation, answer, start, end }) => {
      const time = answer === null ? `${start}–` : `${start}–${end}`;
      return `${time.padEnd(13)} client ${String(client).padEnd(3)} ${describeOperation(operation)} → ${describeAnswer(answer)}`;
    })
    .join("\n");
}

function describeOperation(operation: Operation): string {
  switch (operation.kind) {
    case "redeem":
      return "redeem the code";
    case "refresh":
      return `refresh with ${operation.refreshToken}`;
    default:
      return `${operation.kind} ${operation.token}`;
  }
}

const describeAnswer = (answer: Answer | null): string =>
  answer === null
    ? "(lost)"
    : answer.kind === "issued"
      ? `${answer.accessToken} and ${answer.refreshToken}`
      : answer.kind;
