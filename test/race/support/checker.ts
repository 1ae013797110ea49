/**
 * Decides whether the history of one grant is linearizable: whether an order of its operations exists in which the
 * model gives every recorded answer. The order must keep real time: an operation whose answer arrived before another
 * began comes first. The search is Wing and Gong's, with Lowe's memory of dead ends.
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
  /** The client that did it. */
  readonly client: number;
  readonly operation: Operation;
  /** Null if the answer was lost. Then the operation happened at any time after its start, or not at all. */
  readonly answer: Answer | null;
  /** The times of the request and the answer on one clock; no two times are equal. */
  readonly start: number;
  readonly end: number;
}

export function isExplained(history: readonly Recorded[], options: ModelOptions): boolean {
  // A look without an answer changes nothing and shows nothing.
  const records = history.filter(
    ({ operation, answer }) => answer !== null || operation.kind !== "introspect",
  );
  const ends = records.map(({ answer, end }) => (answer === null ? Number.POSITIVE_INFINITY : end));
  const deadEnds = new Set<string>();

  const search = (left: readonly number[], state: GrantState): boolean => {
    // An operation that began before the first answer may be the next.
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
      // An operation that fits here and never changes the state blocks no other, so it need not be tried later.
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
 * The shortest prefix of the history without an explanation, and without the looks that it does not need. Null if the
 * whole history is explained. Every prefix of an explained history is explained, so the last answer is the wrong one.
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

/** A history as a table, for people who look for the fault. */
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
