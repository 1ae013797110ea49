/** What tests say about refusals, in one place. */
import { OAuthError, type Reason } from "../../src/protocol/errors.ts";

/** The private reason a check refuses with; null if it lets the value through. */
export function reasonOf(check: () => unknown): Reason | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof OAuthError) return error.reason;
    throw error;
  }
}

/** The refusal itself, for tests that read its words. */
export function refusalOf(check: () => unknown): OAuthError {
  try {
    check();
  } catch (error) {
    if (error instanceof OAuthError) return error;
    throw error;
  }
  throw new Error("Nothing was refused.");
}

/** The same for checks that take time. */
export async function refusalOfAsync(check: () => Promise<unknown>): Promise<OAuthError> {
  try {
    await check();
  } catch (error) {
    if (error instanceof OAuthError) return error;
    throw error;
  }
  throw new Error("Nothing was refused.");
}

/** The text of an answer without the id of the request, which error pages name. */
export async function bodyOf(response: Response): Promise<string> {
  const requestId = response.headers.get("request-id");
  const text = await response.text();
  return requestId === null ? text : text.replaceAll(requestId, "…");
}

/** The headers of an answer without the one that tells it from all others. */
export const headersOf = ({ headers }: Response): [name: string, value: string][] =>
  [...headers].filter(([name]) => name !== "request-id");
