/** Checks for cases. They are fast, because there are many cases. */
import { deepStrictEqual } from "node:assert/strict";
import { OAuthError, type Reason } from "../../src/protocol/errors.ts";

export function mustBe(actual: unknown, expected: unknown, what: string): void {
  try {
    deepStrictEqual(actual, expected);
  } catch {
    throw new Error(`${what}: it is ${Bun.inspect(actual)}, and should be ${Bun.inspect(expected)}`);
  }
}

/** Whether `work` refused with one of these reasons. Any other error is a find. */
export function refusedWith(reasons: readonly Reason[], work: () => unknown): boolean {
  try {
    work();
    return false;
  } catch (error) {
    if (error instanceof OAuthError && reasons.includes(error.reason)) return true;
    throw error;
  }
}
