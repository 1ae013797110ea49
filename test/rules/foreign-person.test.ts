/** Which names in tokens of other issuers are looked for at all. */
import { expect, test } from "bun:test";
import { nameOfPerson } from "../../src/rules/foreign-person.ts";
import { proves } from "../support/proves.ts";

const people = { by: "username" as const, email_domains: [], assume_email_verified: false, links: {} };

test.each(["ada\0", "\ud800", ""])(
  proves("a name that no database can look for stands for no person: %j", "threat 88"),
  (name) => {
    expect(nameOfPerson(people, { subject: "1", claims: { preferred_username: name } })).toEqual({
      words: "it has no preferred_username",
    });
  },
);

test("any other does", () => {
  expect(nameOfPerson(people, { subject: "1", claims: { preferred_username: "ada 👩" } })).toEqual({
    kind: "username",
    name: "ada 👩",
  });
});
