/** OpenID Connect Core §3.1.2.1: the parameters of an authentication request that are hints and wishes. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import {
  type AuthorizationParameters,
  answerConsent,
  authorizePath,
  redirectOf,
} from "../support/code-flow.ts";
import { textOf, tokensFor } from "../support/flows.ts";
import { openBrowser } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let ada: AccountRecord;
let bob: AccountRecord;
let cookie = "";
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.addPerson("ada");
  bob = await server.addPerson("bob");
  cookie = await server.signIn(ada);
});
afterAll(() => server.close());

const open = (changes: AuthorizationParameters, headers: Record<string, string> = { Cookie: cookie }) =>
  server.fetch(authorizePath({ scope: "openid", ...changes }), { headers });

/** The sign-in page to which a request leads. */
async function signInPageOf(response: Response, headers: Record<string, string> = {}): Promise<string> {
  const location = redirectOf(response);
  expect(location.pathname).toBe("/login");
  const page = await server.fetch(location.pathname + location.search, { headers });
  return page.text();
}

describe("hints and wishes of a client", () => {
  test.each<[string, string]>([
    ["display", "page"],
    ["display", "popup"],
    ["display", "touch"],
    ["display", "wap"],
    ["display", "hologram"],
    ["ui_locales", "tlh x y z"],
    ["claims_locales", "de fr"],
    ["acr_values", "urn:mace:incommon:iap:silver 7"],
    ["login_hint", "ada@example.org"],
    ["unheard_of", "x"],
  ])(
    proves(
      "%s=%s is no error",
      "OIDF 3-1",
      "OpenID Core 3.1.2.1-9",
      "OpenID Core 5.2-1",
      "OpenID Core 15.1-3",
      "OpenID Core 15.1-4",
      "OpenID Core 15.1-7",
      "OpenID Core 3.1.2.1-3",
      "OpenID Core 3.1.2.1-4",
    ),
    async (name, value) => {
      const answer = redirectOf(await answerConsent(server, cookie, { scope: "openid", [name]: value }));
      expect(answer.searchParams.has("code")).toBe(true);
    },
  );

  test(
    proves(
      "ui_locales chooses the language of the sign-in page before Accept-Language does",
      "OpenID Core 15.1-4",
    ),
    async () => {
      const german = { "Accept-Language": "de" };
      const inEnglish = await open({ ui_locales: "tlh en-GB de" }, {});
      expect(await signInPageOf(inEnglish, german)).toContain('<html lang="en">');
      expect(await signInPageOf(await open({}, {}), german)).toContain('<html lang="de">');
      const consent = await open({ ui_locales: "tlh de", prompt: "consent" });
      expect(await consent.text()).toContain('<html lang="de">');
    },
  );

  test("login_hint fills in the user name", async () => {
    const page = await signInPageOf(await open({ login_hint: "ada" }, {}));
    expect(page).toMatch(/<input[^>]*name="username"[^>]*value="ada"/);
  });
});

describe("the parameter claims", () => {
  const refusal = async (claims: unknown, changes: AuthorizationParameters = {}) => {
    const text = typeof claims === "string" ? claims : JSON.stringify(claims);
    return redirectOf(await open({ claims: text, ...changes })).searchParams.get("error");
  };

  test(
    proves("that cannot be read is refused, but only with the scope openid", "OpenID Core 5.5-1"),
    async () => {
      expect(await refusal("{")).toBe("invalid_request");
      const ignored = await answerConsent(server, cookie, { claims: "{", scope: "mail.read" });
      expect(redirectOf(ignored).searchParams.has("code")).toBe(true);
    },
  );

  test(
    proves(
      "an essential acr that no sign-in reaches is a failed authentication",
      "OpenID Core 5.5.1.1-2",
      "OpenID Core 5.5.1.1-1",
    ),
    async () => {
      const acr = (claim: unknown) => ({ id_token: { acr: claim } });
      expect(await refusal(acr({ essential: true, values: ["gold"] }))).toBe(
        "unmet_authentication_requirements",
      );
      for (const met of [
        { essential: true, values: ["gold", "1"] },
        { essential: true },
        { value: "gold" },
      ]) {
        const answer = await answerConsent(server, cookie, {
          scope: "openid",
          claims: JSON.stringify(acr(met)),
        });
        expect(redirectOf(answer).searchParams.has("code")).toBe(true);
      }
    },
  );

  test(
    proves("a wanted sub is answered about that person only", "OpenID Core 5.5.1-3", "OpenID Core 3.1.2.2-1"),
    async () => {
      // Nothing can be answered silently before the person allowed it once.
      await answerConsent(server, cookie, { scope: "openid" });
      for (const member of ["id_token", "userinfo"]) {
        const about = (person: AccountRecord) => ({ [member]: { sub: { value: person.subject } } });
        expect(await refusal(about(bob), { prompt: "none" })).toBe("login_required");
        expect(await refusal(about(ada), { prompt: "none" })).toBeNull();
        const asked = redirectOf(await open({ claims: JSON.stringify(about(bob)) }));
        expect(asked.pathname).toBe("/login");
        expect(asked.searchParams.has("another")).toBe(true);
      }
      const both = { id_token: { sub: { value: ada.subject } }, userinfo: { sub: { value: bob.subject } } };
      expect(await refusal(both, { prompt: "none" })).toBe("login_required");
    },
  );
});

describe("id_token_hint", () => {
  const tokenOf = async (person: AccountRecord, scope = "openid") =>
    textOf(await tokensFor(server, person, { scope }), "id_token");
  const silently = async (hint: string) => {
    const answer = redirectOf(await open({ id_token_hint: hint, prompt: "none" })).searchParams;
    return answer.get("error") ?? (answer.has("code") ? "code" : "nothing");
  };
  // Nothing can be answered silently before the person allowed it once.
  beforeAll(async () => {
    const browser = openBrowser(server);
    browser.cookie = cookie;
    await browser.submit(authorizePath({ scope: "openid", prompt: "consent" }), { decision: "allow" });
  });

  test(
    proves(
      "of the person who is signed in is answered at once, also long after it expired",
      "OIDF 3-5",
      "OpenID Core 3.1.2.1-1",
    ),
    async () => {
      const { signingKeys, issuer } = server.context;
      const claims = { iss: issuer.identifier, aud: "web", sub: ada.subject, iat: 1, exp: 2 };
      expect(await silently(await tokenOf(ada))).toBe("code");
      expect(await silently(await signingKeys.sign("RS256", "JWT", claims))).toBe("code");
    },
  );

  test(
    proves(
      "of another person is login_required with prompt=none",
      "OpenID Core 3.1.2.1-2",
      "OpenID Core 3.1.2.2-1",
    ),
    async () => {
      expect(await silently(await tokenOf(bob))).toBe("login_required");
    },
  );

  test("of another person leads to the sign-in page, with the user name if the client knows it", async () => {
    const known = await open({ id_token_hint: await tokenOf(bob, "openid profile") });
    expect(redirectOf(known).searchParams.get("login_hint")).toBe("bob");
    expect(await signInPageOf(known, { Cookie: cookie })).toContain('value="bob"');
    const unknown = redirectOf(await open({ id_token_hint: await tokenOf(bob) }));
    expect(unknown.pathname).toBe("/login");
    expect(unknown.searchParams.has("login_hint")).toBe(false);
    expect(unknown.searchParams.has("another")).toBe(true);
  });

  test(
    proves(
      "that this server did not give this client is refused",
      "OpenID Core 3.1.2.2-2",
      "threat 35",
      "threat 79",
    ),
    async () => {
      const { signingKeys, issuer } = server.context;
      const answer = { iss: issuer.identifier, aud: "web", sub: ada.subject };
      const claims = { ...answer, exp: 1 };
      const good = await signingKeys.sign("RS256", "JWT", claims);
      const [header = "", body = "", signature = ""] = good.split(".");
      const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
      const { kid } = JSON.parse(Buffer.from(header, "base64url").toString()) as { kid: string };
      expect(await silently(good)).toBe("code");
      const bad = {
        "no token": "x",
        "no signature": `${header}.${body}.`,
        "alg none": `${encoded({ alg: "none", kid, typ: "JWT" })}.${body}.`,
        "alg none with a signature": `${encoded({ alg: "none", kid, typ: "JWT" })}.${body}.${signature}`,
        "another algorithm": `${encoded({ alg: "HS256", kid, typ: "JWT" })}.${body}.${signature}`,
        "an unknown key": `${encoded({ alg: "RS256", kid: "x", typ: "JWT" })}.${body}.${signature}`,
        "another body": `${header}.${encoded({ ...claims, sub: bob.subject })}.${signature}`,
        "another issuer": await signingKeys.sign("RS256", "JWT", { ...claims, iss: "https://evil.example" }),
        "another client": await signingKeys.sign("RS256", "JWT", { ...claims, aud: "spa" }),
        "several clients": await signingKeys.sign("RS256", "JWT", { ...claims, aud: ["web", "spa"] }),
        "no person": await signingKeys.sign("RS256", "JWT", { ...claims, sub: undefined }),
        "a signed answer of userinfo": await signingKeys.sign("RS256", "JWT", answer),
        "another kind of token": await signingKeys.sign("RS256", "at+jwt", claims),
      };
      const answers: Record<string, string> = {};
      for (const [name, hint] of Object.entries(bad)) answers[name] = await silently(hint);
      expect(answers).toEqual(Object.fromEntries(Object.keys(bad).map((name) => [name, "invalid_request"])));
    },
  );
});
