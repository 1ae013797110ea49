/** What the configuration may say about a person. The checks of single facts are in accounts/profile.ts. */
import * as v from "valibot";
import { optional, passwordHashText, passwordText, table, text, words } from "./values.ts";

const fact = (description: string, maximum = 200) =>
  optional(v.pipe(v.string(), v.maxCodePoints(maximum)), { description: description });

const verified = (of: string) =>
  optional(v.boolean(), { fallback: "true", description: `Whether ${of} is known to be the person's own.` });

export const attributes = v.record(
  v.string(),
  v.union([v.string(), v.number(), v.boolean(), v.array(v.string())]),
);

export const person = table({
  username: v.pipe(text(200), v.description("What the person signs in with, in any case.")),
  password: optional(passwordText, {
    description: "The first password. It is set again only when this setting changes.",
  }),
  password_hash: optional(passwordHashText, {
    description:
      "Instead of a password, its hash from another server. It is renewed when the person signs in, and set again only when this setting changes.",
  }),
  name: fact("What applications are told."),
  email: fact("What applications with the scope `email` are told.", 320),
  email_verified: verified("the e-mail address"),
  administrator: v.pipe(v.optional(v.boolean(), false), v.description("May administer this server.")),
  auditor: v.pipe(
    v.optional(v.boolean(), false),
    v.description("May see everything of this server's management, and change nothing."),
  ),
  groups: v.pipe(
    v.optional(v.array(text(100)), []),
    v.description("The groups that the person is in. A group that does not exist is made."),
  ),
  given_name: fact("The first name."),
  family_name: fact("The last name."),
  middle_name: fact("The middle name."),
  nickname: fact("The name that friends use."),
  profile: fact("The address of a page about the person.", 1000),
  website: fact("The address of the person's own page.", 1000),
  gender: fact("female, male or another word."),
  birthdate: fact("The birthday: YYYY-MM-DD, 0000-MM-DD without the year, or YYYY."),
  zoneinfo: fact("The time zone, such as Europe/Vienna."),
  locale: fact("The language, such as de-AT."),
  phone_number: fact("The telephone number, such as +436601234567."),
  phone_number_verified: verified("the telephone number"),
  address: optional(
    table({
      formatted: fact("The whole address, as it stands on a letter.", 500),
      street_address: fact("Street and house number.", 500),
      locality: fact("The town.", 500),
      region: fact("The province or state.", 500),
      postal_code: fact("The postal code.", 500),
      country: fact("The country.", 500),
    }),
    { description: "The postal address." },
  ),
  attributes: v.pipe(
    v.optional(attributes, {}),
    words({
      allowed: "a table of texts, numbers, true or false, and lists of texts: { quota = 5 }",
      fallback: "none",
      description: "Facts of your own, for the claims of [claims] and of clients.",
    }),
  ),
});

export type PersonDeclaration = v.InferOutput<typeof person>;
