/**
 * The conformance suite of the OpenID Foundation asks for these; what other tests show already is in the ledger "OIDF"
 * (ledger/oidf.ts). The server and the person are as the suite wants them: minimal ID tokens, and every standard claim.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { launchAddress } from "../../src/clients/launch.ts";
import type { PictureId } from "../../src/protocol/identifiers.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { answerConsent, authorizePath, obtainCode, redirectOf } from "../support/code-flow.ts";
import {
  expectRefusal,
  type Json,
  jsonOf,
  postRegistration,
  redeemCode,
  refresh,
  textOf,
} from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

/** Every standard claim of OpenID Connect Core §5.1 that a scope gives. The suite doubts birthdays before 1900. */
const PERSON: Partial<AccountRecord> = {
  name: "Ada King Lovelace",
  email: "ada@example.org",
  emailVerified: true,
  pictureId: new Uint8Array(16).fill(7) as Uint8Array as PictureId,
  profile: {
    given_name: "Ada",
    family_name: "Lovelace",
    middle_name: "King",
    nickname: "the countess",
    profile: "https://ada.example/about",
    website: "https://ada.example",
    gender: "female",
    birthdate: "1985-12-10",
    zoneinfo: "Europe/London",
    locale: "en-GB",
    phone_number: "+442012345678",
    phone_number_verified: true,
    address: {
      formatted: "12 St James's Square\nLondon SW1Y 4JH\nUnited Kingdom",
      street_address: "12 St James's Square",
      locality: "London",
      region: "Greater London",
      postal_code: "SW1Y 4JH",
      country: "United Kingdom",
    },
  },
};
/** The claims of each scope (§5.4), and the type of each. */
const CLAIMS = {
  profile: {
    ...{ name: "string", given_name: "string", family_name: "string", middle_name: "string" },
    ...{ nickname: "string", preferred_username: "string", profile: "string", picture: "string" },
    ...{ website: "string", gender: "string", birthdate: "string", zoneinfo: "string", locale: "string" },
    updated_at: "number",
  },
  email: { email: "string", email_verified: "boolean" },
  address: { address: "object" },
  phone: { phone_number: "string", phone_number_verified: "boolean" },
} as const;

let server: TestServer;
let cookie = "";
beforeAll(async () => {
  server = await startTestServer({
    clients: (TEST_CONFIGURATION.clients ?? []).map((client) =>
      client.client_id === "web"
        ? {
            ...client,
            id_token_claims: "minimal",
            userinfo_signed_response_alg: undefined,
            // The plans for OpenID Connect send no PKCE.
            require_pkce: false,
          }
        : client,
    ),
  });
  server.clock.freeze();
  cookie = await server.signIn(await server.addPerson("ada", PERSON));
});
afterAll(() => server.close());

const WITHOUT_PKCE = { code_challenge: undefined, code_challenge_method: undefined };
const tokensOf = async (changes: Record<string, string | undefined>): Promise<Json> => {
  const code = await obtainCode(server, cookie, { scope: "openid", ...WITHOUT_PKCE, ...changes });
  return jsonOf(await redeemCode(server, code, { code_verifier: undefined }));
};
const claimsIn = (tokens: Json): Json => {
  const [, body = ""] = textOf(tokens, "id_token").split(".");
  return JSON.parse(Buffer.from(body, "base64url").toString());
};
const userinfo = async (tokens: Json): Promise<Json> => {
  const headers = { Authorization: `Bearer ${textOf(tokens, "access_token")}` };
  return jsonOf(await server.fetch("/auth/userinfo", { headers }));
};
const ID_TOKEN = ["iss", "sub", "aud", "iat", "exp", "auth_time", "amr", "acr", "at_hash", "sid"];

describe("the suite of the OpenID Foundation", () => {
  test(
    proves(
      "discovery: the members have their types, and the issuer is where the document is",
      "OIDF 1-1",
      "OIDF 1-2",
    ),
    async () => {
      const document = await jsonOf(await server.fetch("/.well-known/openid-configuration"));
      expect(document.issuer).toBe(server.issuer);
      for (const [name, value] of Object.entries(document)) {
        if (name.endsWith("_endpoint") || name === "jwks_uri") expect(String(value)).toStartWith("https://");
        if (/_supported$/.test(name) && typeof value !== "boolean")
          expect({
            name,
            texts: Array.isArray(value) && value.every((each) => typeof each === "string"),
          }).toEqual({ name, texts: true });
      }
      expect(document.scopes_supported).toContain("openid");
      expect(document.id_token_signing_alg_values_supported).toContain("RS256");
      expect(document.userinfo_signing_alg_values_supported).toContain("RS256");
      for (const names of Object.values(CLAIMS))
        for (const name of Object.keys(names)) expect(document.claims_supported).toContain(name);
    },
  );

  test(
    proves(
      "discovery: each key is public, has a kid of its own and enough bits",
      "OIDF 1-4",
      "FAPI 2.0 5.4.1-4",
      "FAPI 2.0 5.4.2-3",
    ),
    async () => {
      await tokensOf({});
      const set = await server.fetch("/auth/jwks.json");
      const { keys } = (await set.json()) as { keys: Record<string, string>[] };
      expect(keys.length).toBeGreaterThan(0);
      expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length);
      for (const key of keys) {
        for (const secret of ["d", "p", "q", "dp", "dq", "qi", "k"])
          expect(Object.keys(key)).not.toContain(secret);
        if (key.kty === "RSA")
          expect(Buffer.from(key.n ?? "", "base64url").length).toBeGreaterThanOrEqual(256);
      }
    },
  );

  test.each(Object.entries(CLAIMS))(
    proves(
      "scope-%s: userinfo gives a person who has everything each claim, in its type, and the ID token none",
      "OIDF 3-8",
      "OIDF 4-2",
    ),
    async (scope, names) => {
      const tokens = await tokensOf({ scope: `openid ${scope}` });
      const told = await userinfo(tokens);
      const types: Record<string, string> = Object.fromEntries(
        Object.entries(told).map(([name, value]) => [name, typeof value]),
      );
      expect(types).toEqual({ sub: "string", ...names });
      expect(Object.keys(claimsIn(tokens)).toSorted()).toEqual(ID_TOKEN.toSorted());
    },
  );

  test(
    proves(
      "scope-all, and in any order: all claims, and the same person as in the ID token",
      "OIDF 3-1",
      "OIDF 4-2",
      "OIDF 4-6",
    ),
    async () => {
      const tokens = await tokensOf({ scope: "phone email openid address profile" });
      const told = await userinfo(tokens);
      for (const names of Object.values(CLAIMS))
        expect(Object.keys(told)).toEqual(expect.arrayContaining(Object.keys(names)));
      expect(told.sub).toBe(claimsIn(tokens).sub as string);
      expect(told.address).toEqual({ ...PERSON.profile?.address });
      expect(String(told.birthdate)).toMatch(/^(?:19|20)\d\d-\d\d-\d\d$/);
    },
  );

  test(
    proves("claims-essential: an essential name is at userinfo, and not in the ID token", "OIDF 3-7"),
    async () => {
      const tokens = await tokensOf({ claims: JSON.stringify({ userinfo: { name: { essential: true } } }) });
      expect((await userinfo(tokens)).name).toBe("Ada King Lovelace");
      expect(Object.keys(claimsIn(tokens))).not.toContain("name");
    },
  );

  test(
    proves(
      "a nonce and a state come back as they were, also long and odd ones; without one there is none",
      "OIDF 3-6",
    ),
    async () => {
      const nonce = "n".repeat(64);
      expect(claimsIn(await tokensOf({ nonce })).nonce).toBe(nonce);
      expect(claimsIn(await tokensOf({}))).not.toHaveProperty("nonce");
      const state = `${"s".repeat(120)}%20+/=~é`;
      const answer = redirectOf(await answerConsent(server, cookie, { scope: "openid", state }));
      expect(answer.searchParams.get("state")).toBe(state);
      expect(answer.hash).toBe("");
      const silent = redirectOf(await answerConsent(server, cookie, { scope: "openid", state: undefined }));
      expect(silent.searchParams.has("state")).toBe(false);
      expect([...silent.searchParams.keys()].toSorted()).toEqual(["code", "iss"]);
    },
  );

  test(
    proves(
      "prompt=none with a session gives the same person and sign-in without a page; prompt=login a later one",
      "OIDF 3-3",
      "OIDF 3-4",
    ),
    async () => {
      const first = claimsIn(await tokensOf({}));
      server.clock.advance(30);
      const path = authorizePath({ scope: "openid", prompt: "none", max_age: "10000", ...WITHOUT_PKCE });
      const silent = redirectOf(await server.fetch(path, { headers: { Cookie: cookie } }));
      const again = claimsIn(
        await jsonOf(
          await redeemCode(server, silent.searchParams.get("code") ?? "", { code_verifier: undefined }),
        ),
      );
      expect({ sub: again.sub, auth_time: again.auth_time }).toEqual({
        sub: first.sub,
        auth_time: first.auth_time,
      });
      const asked = await server.fetch(authorizePath({ scope: "openid", max_age: "1" }), {
        headers: { Cookie: cookie },
      });
      expect(redirectOf(asked).pathname).toBe("/login");
    },
  );

  test(
    proves(
      "a code has 128 bits or more, and a second use ends the first access token",
      "OIDF 3-9",
      "OIDF 4-4",
    ),
    async () => {
      const code = await obtainCode(server, cookie, { scope: "openid", ...WITHOUT_PKCE });
      expect(Buffer.from(code.slice(4), "base64url").length).toBeGreaterThanOrEqual(32);
      const tokens = await jsonOf(await redeemCode(server, code, { code_verifier: undefined }));
      server.clock.advance(30);
      await expectRefusal(await redeemCode(server, code, { code_verifier: undefined }), 400, "invalid_grant");
      const headers = { Authorization: `Bearer ${textOf(tokens, "access_token")}` };
      expect((await server.fetch("/auth/userinfo", { headers })).status).toBe(401);
    },
  );

  test(
    proves(
      "refresh-token: a new ID token of the same sign-in, and expires_in of at most a year",
      "OIDF 4-3",
      "OIDF 4-5",
    ),
    async () => {
      const tokens = await tokensOf({ scope: "openid offline_access", prompt: "consent" });
      const first = claimsIn(tokens);
      server.clock.advance(5);
      const next = await jsonOf(await refresh(server, textOf(tokens, "refresh_token")));
      const { iss, sub, aud, auth_time } = first;
      expect(claimsIn(next)).toMatchObject({ iss, sub, aud, auth_time });
      expect(Number(claimsIn(next).iat)).toBeGreaterThan(Number(first.iat));
      for (const answer of [tokens, next]) {
        expect(answer.expires_in).toBeGreaterThan(0);
        expect(answer.expires_in).toBeLessThanOrEqual(31_536_000);
      }
    },
  );

  test(
    proves(
      "registration: a client with a secret may leave PKCE out if the operator lets it, a public one never",
      "OIDF 2-4",
    ),
    async () => {
      const register = async (at: TestServer, method: string) =>
        jsonOf(
          await postRegistration(at, {
            redirect_uris: ["https://rp.example/callback"],
            token_endpoint_auth_method: method,
          }),
        );
      const ask = async (at: TestServer, body: Json) => {
        const path = authorizePath({
          client_id: textOf(body, "client_id"),
          redirect_uri: "https://rp.example/callback",
          scope: "openid",
          ...WITHOUT_PKCE,
        });
        const person = await at.addPerson(`person-${textOf(body, "client_id")}`);
        return (await at.fetch(path, { headers: { Cookie: await at.signIn(person) } })).text();
      };
      const lenient = await startTestServer({ registration: { require_pkce: false } });
      try {
        expect(await ask(lenient, await register(lenient, "client_secret_basic"))).not.toContain(
          "code_challenge",
        );
        expect(await ask(lenient, await register(lenient, "none"))).toContain("code_challenge");
        expect(await ask(server, await register(server, "client_secret_basic"))).toContain("code_challenge");
      } finally {
        await lenient.close();
      }
    },
  );

  test(
    proves(
      "registration: initiate_login_uri must be https, and comes back; a fragment in a redirect URI is refused",
      "OIDF 2-2",
      "OIDF 2-3",
      "OIDF 2-6",
    ),
    async () => {
      const register = (metadata: Json) =>
        server.fetch("/auth/register", {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ redirect_uris: ["https://rp.example/callback?query=kept"], ...metadata }),
        });
      const good = await register({
        initiate_login_uri: "https://rp.example/login",
        contacts: ["op@rp.example"],
      });
      expect(good.status).toBe(201);
      const body = await jsonOf(good);
      expect(body).toMatchObject({
        initiate_login_uri: "https://rp.example/login",
        redirect_uris: ["https://rp.example/callback?query=kept"],
        contacts: ["op@rp.example"],
        client_secret_expires_at: 0,
      });
      const headers = { Authorization: `Bearer ${textOf(body, "registration_access_token")}` };
      const read = await jsonOf(await server.fetch(textOf(body, "registration_client_uri"), { headers }));
      expect(read.initiate_login_uri).toBe("https://rp.example/login");
      // init-login: what the server keeps is what a page opens.
      const client = await server.context.store.findClient(textOf(body, "client_id"));
      if (client === null) throw new Error("It is not registered.");
      const opened = new URL(launchAddress(client, server.context.issuer) ?? "");
      expect(opened.origin + opened.pathname).toBe("https://rp.example/login");
      expect([...opened.searchParams]).toEqual([["iss", server.issuer]]);
      const plain = await register({ initiate_login_uri: "http://rp.example/login" });
      await expectRefusal(plain, 400, "invalid_client_metadata");
      const fragment = await register({ redirect_uris: ["https://rp.example/callback#part"] });
      await expectRefusal(fragment, 400, "invalid_redirect_uri");
    },
  );
});
