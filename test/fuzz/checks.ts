/** What cases are held against. Quick, as they are many. */
import { deepStrictEqual } from "node:assert/strict";
import { OAuthError, type Reason } from "../../src/protocol/errors.ts";

export function mustBe(actual: unknown, expected: unknown, what: string): void {
  try {
    deepStrictEqual(actual, expected);
  } catch {
    throw new Error(`${what}: it is ${Bun.inspect(actual)}, and should be ${Bun.inspect(expected)}`);
  }
}

/** Whether the text was refused, which it may be for these reasons only; anything else that is thrown is a find. */
export function refusedWith(reasons: readonly Reason[], work: () => unknown): boolean {
  try {
    work();
    return false;
  } catch (error) {
    if (error instanceof OAuthError && reasons.includes(error.reason)) return true;
    throw error;
  }
}
