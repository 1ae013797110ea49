/**
 * Threat classes 6, 7 and 8: all combinations of challenge and verifier for each kind of client, the cost of guessing,
 * and the effect of a second use. On both engines, because they store the challenge and the failures.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { AccountRecord } from "../../src/store/tables/people.ts";

import {
  type AuthorizationParameters,
  authorizePath,
  challengeOf,
  obtainCode,
  VERIFIER,
} from "../support/code-flow.ts";
import { expectRefusal, expectTokens, introspectAs, jsonOf, refresh, textOf } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { basic, SECRET, TEST_CONFIGURATION } from "../support/server.ts";
import { type EngineServer, onBothEngines } from "./engines.ts";

/** Beside `web`, which has a secret, and `spa`, which has none. */
const EXEMPT = {
  client_id: "exempt",
  redirect_uris: ["https://exempt.example/"],
  secrets: [SECRET],
  require_pkce: false,
};
const REDIRECT_URIS: Readonly<Record<string, string>> = {
  web: "https://client.example/callback",
  spa: "https://spa.example/",
  exempt: "https://exempt.example/",
};
const CLIENTS = Object.keys(REDIRECT_URIS);

const SHORT = VERIFIER.slice(0, 42);
const LONG = VERIFIER.padEnd(129, "x");
const BAD_CHARACTER = `${VERIFIER.slice(1)}+`;
const GOOD = challengeOf(VERIFIER);
/** Requests with challenges, and whether the code then has one; null if the server refuses the request. */
const CHALLENGES: readonly (readonly [string, AuthorizationParameters, "challenge" | "none" | null])[] = [
  ["S256", { code_challenge: GOOD, code_challenge_method: "S256" }, "challenge"],
  ["nothing", {}, "none"],
  ["empty parameters", { code_challenge: "", code_challenge_method: "" }, "none"],
  ["plain", { code_challenge: VERIFIER, code_challenge_method: "plain" }, null],
  ["plain, by leaving out the method", { code_challenge: VERIFIER }, null],
  ["an S256 challenge without its method", { code_challenge: GOOD }, null],
  ["an S256 challenge said to be plain", { code_challenge: GOOD, code_challenge_method: "plain" }, null],
  ["a method without a challenge", { code_challenge_method: "S256" }, null],
  ["a method with an empty challenge", { code_challenge: "", code_challenge_method: "S256" }, null],
  ["a method in other case", { code_challenge: GOOD, code_challenge_method: "s256" }, null],
  ["an unknown method", { code_challenge: GOOD, code_challenge_method: "S512" }, null],
  ["no method by name", { code_challenge: GOOD, code_challenge_method: "none" }, null],
  ["two challenges", { code_challenge: [GOOD, GOOD], code_challenge_method: "S256" }, null],
  ["two methods", { code_challenge: GOOD, code_challenge_method: ["S256", "plain"] }, null],
  [
    "the verifier as its S256 challenge",
    { code_challenge: `${VERIFIER}A`, code_challenge_method: "S256" },
    null,
  ],
];
const VERIFIERS: readonly (readonly [string, string | undefined])[] = [
  ["absent", undefined],
  ["empty", ""],
  ["ok", VERIFIER],
  ["wrong", "w".repeat(43)],
  ["wrong in its last character", `${VERIFIER.slice(0, -1)}l`],
  ["in other case", VERIFIER.toUpperCase()],
  ["short", SHORT],
  ["long", LONG],
  ["of bad characters", BAD_CHARACTER],
  ["with a line break", `${VERIFIER}\n`],
  ["the challenge itself", GOOD],
];

onBothEngines((start) => {
  let server: EngineServer;
  let person: AccountRecord;
  let cookie = "";
  beforeAll(async () => {
    server = await start({ clients: [...(TEST_CONFIGURATION.clients ?? []), EXEMPT] });
    server.clock.freeze();
    person = await server.addPerson("ada");
    cookie = await server.signIn(person);
  });
  afterAll(() => server.close());

  const requestOf = (clientId: string, challenge: AuthorizationParameters): AuthorizationParameters => ({
    client_id: clientId,
    redirect_uri: REDIRECT_URIS[clientId],
    code_challenge: undefined,
    code_challenge_method: undefined,
    ...challenge,
  });
  const redeem = (
    clientId: string,
    code: string,
    code_verifier: string | undefined,
    more: Readonly<Record<string, string>> = {},
  ) =>
    server.post(
      "/auth/token",
      {
        grant_type: "authorization_code",
        code,
        code_verifier,
        redirect_uri: REDIRECT_URIS[clientId],
        client_id: clientId,
        ...more,
      },
      clientId === "spa" ? {} : basic(clientId, SECRET),
    );

  describe.each(CLIENTS)("%s", (clientId) => {
    test.each(CHALLENGES)(
      proves(
        "with %s, only the verifier that fits gets tokens, and none where none was promised",
        "threat 6",
      ),
      async (_, challenge, kept) => {
        const path = authorizePath(requestOf(clientId, challenge));
        if (kept === null || (kept === "none" && clientId !== "exempt")) {
          const response = await server.fetch(path, { headers: { Cookie: cookie } });
          expect(response.headers.get("location")).toContain("error=invalid_request");
          return;
        }
        for (const [name, verifier] of VERIFIERS) {
          const code = await obtainCode(server, cookie, requestOf(clientId, challenge));
          const response = await redeem(clientId, code, verifier);
          const fits = kept === "challenge" ? name === "ok" : name === "absent" || name === "empty";
          const { error = "none" } = await jsonOf(response);
          expect({ name, error }).toEqual({ name, error: fits ? "none" : "invalid_grant" });
        }
      },
    );

    test(proves("a token request cannot change the method", "threat 6"), async () => {
      const code = await obtainCode(
        server,
        cookie,
        requestOf(clientId, { code_challenge: GOOD, code_challenge_method: "S256" }),
      );
      for (const code_challenge_method of ["plain", "none", ""]) {
        const more = { code_challenge_method, code_challenge: "w".repeat(43) };
        await expectRefusal(await redeem(clientId, code, GOOD, more), 400, "invalid_grant");
      }
      await expectTokens(await redeem(clientId, code, VERIFIER));
    });
  });

  test.each([
    ["too short", SHORT],
    ["too long", LONG],
    ["of other characters", BAD_CHARACTER],
  ])(
    proves("a verifier that is %s is refused, even if it is the right one", "threat 7"),
    async (_, verifier) => {
      const code_challenge = challengeOf(verifier);
      const code = await obtainCode(
        server,
        cookie,
        requestOf("web", { code_challenge, code_challenge_method: "S256" }),
      );
      await expectRefusal(await redeem("web", code, verifier), 400, "invalid_grant");
    },
  );

  test.each([
    ["wrong", "w".repeat(43)],
    ["short", SHORT],
    ["long", LONG],
    ["of bad characters", BAD_CHARACTER],
    ["absent", undefined],
  ])(proves("five verifiers that are %s burn the code, and four do not", "threat 7"), async (_, verifier) => {
    for (const failures of [4, 5]) {
      const code = await obtainCode(
        server,
        cookie,
        requestOf("web", { code_challenge: GOOD, code_challenge_method: "S256" }),
      );
      // All at once: each counts.
      const guesses = Array.from({ length: failures }, () => redeem("web", code, verifier));
      for (const response of await Promise.all(guesses)) await expectRefusal(response, 400, "invalid_grant");
      const response = await redeem("web", code, VERIFIER);
      if (failures === 4) await expectTokens(response);
      else await expectRefusal(response, 400, "invalid_grant");
    }
  });

  test(
    proves(
      "a second use of a code ends all that came from the first, also what was refreshed since",
      "threat 8",
    ),
    async () => {
      const sound = requestOf("web", { code_challenge: GOOD, code_challenge_method: "S256" });
      for (const verifier of [VERIFIER, undefined, "w".repeat(43)]) {
        const code = await obtainCode(server, cookie, sound);
        const bystander = await expectTokens(
          await redeem("web", await obtainCode(server, cookie, sound), VERIFIER),
        );
        const first = await expectTokens(await redeem("web", code, VERIFIER));
        const second = await expectTokens(await refresh(server, textOf(first, "refresh_token")));
        await expectRefusal(await redeem("web", code, verifier), 400, "invalid_grant");
        for (const tokens of [first, second]) {
          for (const name of ["access_token", "refresh_token"]) {
            expect(await introspectAs(server, "web", textOf(tokens, name))).toEqual({ active: false });
          }
          await expectRefusal(await refresh(server, textOf(tokens, "refresh_token")), 400, "invalid_grant");
        }
        // The tokens of another code of the same client and person stay alive.
        expect((await introspectAs(server, "web", textOf(bystander, "access_token"))).active).toBe(true);
      }
    },
  );
});
