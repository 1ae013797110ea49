/** How new passwords are screened. Their lengths are in bounds-schema.ts. */
import * as v from "valibot";
import { optional, table } from "./values.ts";

export const passwords = v.pipe(
  v.optional(
    table({
      breached_range_url: optional(
        v.pipe(
          v.string(),
          v.maxCodePoints(500),
          v.check(isRangeUrl, "an http(s) URL without query and fragment"),
        ),
        {
          allowed: "an http(s) URL without query and fragment",
          fallback: "none: nothing is looked up",
          description:
            "A list of passwords from breaches, in which a new password is looked up by the first five digits of its SHA-1: https://api.pwnedpasswords.com/range",
        },
      ),
    }),
    {},
  ),
  v.description("How new passwords are screened."),
);

function isRangeUrl(text: string): boolean {
  if (!URL.canParse(text) || /[?#]/.test(text)) return false;
  const { protocol, username, password } = new URL(text);
  return ["https:", "http:"].includes(protocol) && username === "" && password === "";
}
