/** What people may do with their own account, and the names of places. */
import * as v from "valibot";
import { count, optional, seconds, someText, table } from "./values.ts";

/** The facts that an operator may leave to people. The e-mail address is none: applications may take it for an identity. */
export const PEOPLE_FACTS = [
  "name",
  "picture",
  "given_name",
  "family_name",
  "middle_name",
  "nickname",
  "profile",
  "website",
  "gender",
  "birthdate",
  "zoneinfo",
  "locale",
  "phone_number",
  "address",
] as const;

export type PeopleFact = (typeof PEOPLE_FACTS)[number];

export const account = v.pipe(
  v.optional(
    table({
      people_may_change: v.pipe(
        v.optional(v.array(v.picklist(PEOPLE_FACTS)), ["name", "picture", "locale", "zoneinfo"]),
        v.description("The facts about themselves that people change on their own page."),
      ),
      people_may_delete: v.pipe(
        v.optional(v.boolean(), false),
        v.description("Whether people may delete their own account."),
      ),
      activity_seconds: seconds(
        "How long the page of a person's account shows what happened to it.",
        180 * 86_400,
        86_400,
      ),
      activities_per_person: count(
        "How many events of one person are kept, about; the oldest go first.",
        200,
        10,
        10_000,
      ),
    }),
    {},
  ),
  v.description("What people may do with their own account."),
);

export const places = v.pipe(
  v.optional(
    table({
      database: optional(someText, {
        fallback: "none: pages show addresses alone",
        description:
          "A file with the places of addresses, in the format MMDB (GeoLite2 City, DB-IP City Lite). It is read again when it changes.",
      }),
    }),
    {},
  ),
  v.description("Where addresses are, for the pages of people."),
);
