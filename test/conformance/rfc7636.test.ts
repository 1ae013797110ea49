/** RFC 7636: the tests that belong neither in test/endpoints/authorize.test.ts nor in authorization-code.test.ts. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  type AuthorizationParameters,
  authorizePath,
  challengeOf,
  obtainCode,
  redirectOf,
  VERIFIER,
} from "../support/code-flow.ts";
import { expectRefusal, expectTokens, jsonOf, redeemCode } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let cookie = "";
beforeAll(async () => {
  server = await startTestServer();
  cookie = await server.signIn(await server.addPerson("ada"));
});
afterAll(() => server.close());

const OTHER = "another-verifier-of-at-least-43-characters_~";

test(proves("metadata names S256 and no other method", "RFC 7636 4.2-1", "RFC 7636 7.2-3"), async () => {
  const metadata = await jsonOf(await server.fetch("/.well-known/oauth-authorization-server"));
  expect(metadata.code_challenge_methods_supported).toEqual(["S256"]);
});

test(proves("each code is bound to the challenge of its own request", "RFC 7636 4.4-1"), async () => {
  const first = await obtainCode(server, cookie);
  const second = await obtainCode(server, cookie, { code_challenge: challengeOf(OTHER) });
  await expectRefusal(await redeemCode(server, first, { code_verifier: OTHER }), 400, "invalid_grant");
  await expectRefusal(await redeemCode(server, second, { code_verifier: VERIFIER }), 400, "invalid_grant");
  await expectTokens(await redeemCode(server, first, { code_verifier: VERIFIER }));
  await expectTokens(await redeemCode(server, second, { code_verifier: OTHER }));
});

test(proves("the challenge cannot be read from a code", "RFC 7636 4.4-2"), async () => {
  const code = await obtainCode(server, cookie);
  const challenge = challengeOf(VERIFIER);
  const bytes = Buffer.from(code.slice("tac_".length), "base64url");
  for (const form of [Buffer.from(challenge), Buffer.from(challenge, "base64url")]) {
    expect(Buffer.from(code).includes(form)).toBe(false);
    expect(bytes.includes(form)).toBe(false);
  }
});

const public_ = { client_id: "spa", redirect_uri: "https://spa.example/", scope: "mail.read" };
const faults: readonly (readonly [string, AuthorizationParameters, string])[] = [
  [
    "no challenge",
    { code_challenge: undefined, code_challenge_method: undefined },
    "code_challenge is missing: PKCE with S256 is required.",
  ],
  ["the method plain", { code_challenge_method: "plain" }, "code_challenge_method must be S256."],
  [
    "no method, which means plain",
    { code_challenge_method: undefined },
    "code_challenge_method must be S256.",
  ],
  ["a method that nobody knows", { code_challenge_method: "S512" }, "code_challenge_method must be S256."],
];
test.each(faults)(
  proves(
    "a public client with %s is told what is wrong",
    "RFC 7636 4.4.1-1",
    "RFC 7636 4.4.1-2",
    "RFC 7636 4.4.1-3",
    "RFC 7636 4.4.1-4",
    "RFC 7636 7.2-1",
  ),
  async (_, changes, description) => {
    const path = authorizePath({ ...public_, ...changes });
    const { origin, searchParams } = redirectOf(await server.fetch(path, { headers: { Cookie: cookie } }));
    expect(origin).toBe("https://spa.example");
    expect(searchParams.get("error")).toBe("invalid_request");
    expect(searchParams.get("error_description")).toBe(description);
  },
);

test.each(["plain", "S256"])(
  proves("a token request cannot choose the method %s", "RFC 7636 4.5-2"),
  async (code_challenge_method) => {
    const code = await obtainCode(server, cookie);
    const plain = { code_verifier: challengeOf(VERIFIER), code_challenge_method };
    await expectRefusal(await redeemCode(server, code, plain), 400, "invalid_grant");
    await expectTokens(await redeemCode(server, code, { code_challenge_method }));
  },
);
