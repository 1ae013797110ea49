/** What a person must prove before they are signed in. */
import { expect, test } from "bun:test";
import { authenticationBy, PASSWORD } from "../../src/rules/sign-in.ts";
import { proves } from "../support/proves.ts";

test(proves("a sign-in is worth nothing while one of its steps is missing", "threat 32", "threat 47"), () => {
  expect(authenticationBy([])).toBeNull();
  expect(authenticationBy([{ method: "otp" }])).toBeNull();
  // What looks like a step is none: a step is the one that was taken.
  expect(authenticationBy([{ ...PASSWORD }])).toBeNull();
});

test("a session tells by what the person signed in", () => {
  expect(authenticationBy([PASSWORD])).toEqual({ authenticationMethods: ["pwd"], authenticationLevel: "1" });
});
