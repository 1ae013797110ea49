/** The example of RFC 7636, appendix B, through a whole code flow. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { obtainCode } from "../support/code-flow.ts";
import { expectRefusal, expectTokens, redeemCode } from "../support/flows.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const CODE_CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CODE_VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

let server: TestServer;
let cookie = "";
beforeAll(async () => {
  server = await startTestServer();
  cookie = await server.signIn(await server.addPerson("ada"));
});
afterAll(() => server.close());

test("Appendix B: the challenge in the authorization request, the verifier in the token request", async () => {
  const code = await obtainCode(server, cookie, {
    code_challenge: CODE_CHALLENGE,
    code_challenge_method: "S256",
  });
  const body = await expectTokens(await redeemCode(server, code, { code_verifier: CODE_VERIFIER }));
  expect(body.scope).toBe("mail.read");
});

test("Appendix B: another verifier in the token request", async () => {
  const code = await obtainCode(server, cookie, {
    code_challenge: CODE_CHALLENGE,
    code_challenge_method: "S256",
  });
  const code_verifier = CODE_VERIFIER.replace("dBjf", "dBjg");
  await expectRefusal(await redeemCode(server, code, { code_verifier }), 400, "invalid_grant");
});
