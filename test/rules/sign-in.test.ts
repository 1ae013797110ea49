/** The proofs that a sign-in needs. */
import { expect, test } from "bun:test";
import { authenticationBy, PASSWORD } from "../../src/rules/sign-in.ts";
import { proves } from "../support/proves.ts";

test(proves("a sign-in is worth nothing while one of its steps is missing", "threat 32", "threat 47"), () => {
  expect(authenticationBy([])).toBeNull();
  expect(authenticationBy([{ method: "otp" }])).toBeNull();
  // An equal object is no step: the step itself must have been taken.
  expect(authenticationBy([{ ...PASSWORD }])).toBeNull();
});

test("a session tells by what the person signed in", () => {
  expect(authenticationBy([PASSWORD])).toEqual({ authenticationMethods: ["pwd"], authenticationLevel: "1" });
});
