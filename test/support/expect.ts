/** Expectations about refusals, in one place. */
import { OAuthError, type Reason } from "../../src/protocol/errors.ts";

/** The private reason with which a check refuses; null if it accepts the value. */
export function reasonOf(check: () => unknown): Reason | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof OAuthError) return error.reason;
    throw error;
  }
}

/** The refusal itself, for tests that read its description. */
export function refusalOf(check: () => unknown): OAuthError {
  try {
    check();
  } catch (error) {
    if (error instanceof OAuthError) return error;
    throw error;
  }
  throw new Error("Nothing was refused.");
}

/** The same for asynchronous checks. */
export async function refusalOfAsync(check: () => Promise<unknown>): Promise<OAuthError> {
  try {
    await check();
  } catch (error) {
    if (error instanceof OAuthError) return error;
    throw error;
  }
  throw new Error("Nothing was refused.");
}

/** The text of an answer without the request's id, which error pages show. */
export async function bodyOf(response: Response): Promise<string> {
  const requestId = response.headers.get("request-id");
  const text = await response.text();
  return requestId === null ? text : text.replaceAll(requestId, "…");
}

/** The headers of an answer without the request's id, which differs in every answer. */
export const headersOf = ({ headers }: Response): [name: string, value: string][] =>
  [...headers].filter(([name]) => name !== "request-id");
