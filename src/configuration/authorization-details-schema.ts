/** The types of authorization details (RFC 9396), and the words in which people read them. */
import * as v from "valibot";
import { AUTHENTICATION_LEVELS } from "../protocol/authentication-level.ts";
import { DETAIL_KINDS, LONGEST_TEXT } from "../protocol/authorization-details.ts";
import { byLanguage, optional, peopleWords, someText, table, text, words } from "./values.ts";

const NAME = /^[A-Za-z0-9_-]+$/;
/** At most two objects around a value. */
const isFieldName = (name: string): boolean =>
  name.length <= 100 && name.split(".").length <= 3 && name.split(".").every((step) => NAME.test(step));

const field = table({
  name: v.pipe(
    v.string(),
    v.check(isFieldName, "letters, digits, _ and -, with a dot before the name of a value inside an object"),
    words({
      allowed: 'a name: actions; for a value inside an object: "instructedAmount.amount"',
      description: "The member of the JSON object.",
    }),
  ),
  label: optional(peopleWords(100), {
    allowed: `a text of 1 to 100 characters, or ${byLanguage("Amount", "Betrag")}`,
    fallback: "its name",
    description: "What people read before the value.",
  }),
  kind: v.pipe(
    v.optional(v.picklist(DETAIL_KINDS), "text"),
    v.description(`What it is. A text has at most ${LONGEST_TEXT} characters; texts: a list of them.`),
  ),
  required: v.pipe(v.optional(v.boolean(), false), v.description("Whether each request must have it.")),
  values: optional(
    v.pipe(
      v.record(text(LONGEST_TEXT), peopleWords(200)),
      v.check((values) => Object.keys(values).length > 0, "a table with at least one value"),
    ),
    {
      allowed:
        'a table of values with their words: { read = "See the balance" }, or { read = { en = "…", de = "…" } }',
      fallback: "any text",
      description: "The texts that it may have, in the words that people read.",
    },
  ),
});

export const authorizationDetailsType = table({
  type: v.pipe(
    v.string(),
    v.regex(
      /^[\x21\x23-\x5B\x5D-\x7E]{1,100}$/,
      "1 to 100 printable ASCII characters without spaces, quotes or backslashes",
    ),
    v.description("The name of the type, as clients write it in `type`."),
  ),
  title: v.pipe(
    peopleWords(200),
    words({
      allowed: `a text of 1 to 200 characters, or ${byLanguage("Make a payment", "Eine Zahlung ausführen")}`,
      description: "What people read above the values on the consent page.",
    }),
  ),
  resources: v.pipe(
    v.array(someText),
    v.minLength(1),
    v.description(
      "The APIs that understand it, each declared in [[resources]]. Tokens for others do not have it.",
    ),
  ),
  fields: v.pipe(
    v.optional(v.pipe(v.array(field), v.maxLength(30)), []),
    v.description("The fields that it may have, in the order in which people read them. Others are refused."),
  ),
  minimum_acr: optional(v.picklist(AUTHENTICATION_LEVELS), {
    fallback: "any sign-in",
    description: "2: people allow it only after a sign-in with a second factor.",
  }),
  remember: v.pipe(
    v.optional(v.boolean(), false),
    v.description(
      "Whether a person who allowed exactly the same is not asked again. Off where each request is an act of its own, such as a payment.",
    ),
  ),
  self_registered: v.pipe(
    v.optional(v.boolean(), false),
    v.description("Whether clients may use it that registered themselves or publish a metadata document."),
  ),
});
