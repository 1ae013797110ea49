/** A body of JSON (RFC 8259). */
import type { Context } from "../operations/context.ts";
import type { Incoming } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import { readBodyText } from "./form.ts";

/** The value of the body. Throws `body_malformed`, or as `readBodyText`. */
export const readJson = async (
  context: Pick<Context, "configuration">,
  incoming: Incoming,
): Promise<unknown> => parseJson(await readBodyText(context, incoming, "application/json"));

/** Not every database can keep U+0000, and no member needs it. */
function refuseNull(name: string, value: unknown): unknown {
  if (name.includes("\0") || (typeof value === "string" && value.includes("\0"))) throw new Error("U+0000");
  return value;
}

/** Throws `body_malformed`. */
export function parseJson(text: string): unknown {
  if (text.includes("\uFFFD")) throw new OAuthError("body_malformed");
  try {
    return JSON.parse(text, refuseNull);
  } catch {
    throw new OAuthError("body_malformed", { description: "The body is not valid JSON." });
  }
}
