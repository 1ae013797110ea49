/** The requirements of RFC 6750 for all refusals and requests: userinfo, and registration with an initial token. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { parse } from "valibot";
import { configurationSchema } from "../../src/configuration/schema.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";

import { authorizePath, formsOf, redirectOf } from "../support/code-flow.ts";
import {
  expectTokens,
  introspectScopeToken,
  redeemCode,
  refresh,
  textOf,
  tokensFor,
} from "../support/flows.ts";
import { addPersonWithPassword, openBrowser } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let person: AccountRecord;
let token = "";
beforeAll(async () => {
  server = await startTestServer({
    registration: { mode: "token", initial_access_tokens: ["an initial access token of the operator"] },
  });
  person = await addPersonWithPassword(server, "ada");
  token = textOf(await tokensFor(server, person, { scope: "profile email" }), "access_token");
});
afterAll(() => server.close());

const userinfo = (init: RequestInit = {}, query = "") => server.fetch(`/auth/userinfo${query}`, init);
const bearer = (text: string) => ({ headers: { Authorization: `Bearer ${text}` } });

describe("a token in a form (§2.2)", () => {
  const post = (body: BodyInit, type: string | null = "application/x-www-form-urlencoded") =>
    userinfo({ method: "POST", headers: type === null ? {} : { "Content-Type": type }, body });

  test(proves("is not looked for in what is no form", "RFC 6750 2.2-1"), async () => {
    expect((await post(`access_token=${token}`)).status).toBe(200);
    const multipart = `--x\r\nContent-Disposition: form-data; name="access_token"\r\n\r\n${token}\r\n--x--\r\n`;
    const others = [
      await post(multipart, "multipart/form-data; boundary=x"),
      await post(JSON.stringify({ access_token: token }), "application/json"),
      await post(`access_token=${token}`, "text/plain"),
      await post(new TextEncoder().encode(`access_token=${token}`), null),
    ];
    for (const response of others) {
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toStartWith('Bearer realm="Tessera", DPoP ');
    }
    expect((await post(`access_token=${token}\u00e9`)).status).toBe(401);
  });

  test(proves("stands between &", "RFC 6750 2.2-2"), async () => {
    expect((await post(`p=q&access_token=${token}&r=s`)).status).toBe(200);
    for (const body of [
      `p=q;access_token=${token}`,
      `access_token=${token};p=q`,
      `access_token=${token} p=q`,
    ]) {
      expect((await post(body)).status).toBe(401);
    }
  });
});

/** The scheme, and the names and values of a challenge. */
function parseChallenge(response: Response): { scheme: string; parameters: [string, string][] } {
  // RFC 9449 §7.2: the other scheme may stand beside it.
  const text = (response.headers.get("www-authenticate") ?? "").replace(/, DPoP algs="[A-Za-z0-9 ]+"$/, "");
  const [, scheme = "", rest = ""] = /^(\S+) (.*)$/.exec(text) ?? [];
  const parameters = [...rest.matchAll(/(?:^|, )([a-z_]+)="([^"\\]*)"/g)].map(
    ([, name = "", value = ""]): [string, string] => [name, value],
  );
  // There is no other text between them.
  expect(parameters.map(([name, value]) => `${name}="${value}"`).join(", ")).toBe(rest);
  return { scheme, parameters };
}

test(
  proves(
    "every challenge is well-formed, and says what is wrong if a token was sent",
    "RFC 6750 3-1",
    "RFC 6750 3-2",
    "RFC 6750 3-3",
    "RFC 6750 3-4",
    "RFC 6750 3-5",
    "RFC 6750 3-6",
    "RFC 6750 3-7",
    "RFC 6750 3-8",
    "RFC 6750 3-9",
    "RFC 6749 7.2-1",
  ),
  async () => {
    const register = (init: RequestInit) => server.fetch("/auth/register", { method: "POST", ...init });
    const narrow = await introspectScopeToken(server);
    const form = (body: string, headers: Record<string, string> = {}) =>
      userinfo({
        method: "POST",
        headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
        body,
      });
    const challenged: readonly (readonly [Response, number, string | undefined])[] = [
      [await userinfo(), 401, undefined],
      [await userinfo({ headers: { Authorization: "Basic eDp5" } }), 401, undefined],
      [await register({}), 401, undefined],
      [await register(bearer("wrong")), 401, "invalid_token"],
      [await register(bearer('a"b')), 400, "invalid_request"],
      [await userinfo(bearer("wrong")), 401, "invalid_token"],
      [await userinfo(bearer(`${token}x`)), 401, "invalid_token"],
      [await userinfo(bearer(narrow)), 403, "insufficient_scope"],
      [await userinfo(bearer("a b")), 400, "invalid_request"],
      [await userinfo({}, `?access_token=${token}`), 400, "invalid_request"],
      [await form(`access_token=${token}`, bearer(token).headers), 400, "invalid_request"],
      [await form(`access_token=${token}&access_token=${token}`), 400, "invalid_request"],
      [await form("access_token=%zz"), 400, "invalid_request"],
      [await form(`access_token=${token}&%22%5C=1&%22%5C=2`), 400, "invalid_request"],
    ];
    for (const [response, status, error] of challenged) {
      expect(response.status).toBe(status);
      const { scheme, parameters } = parseChallenge(response);
      expect(scheme).toBe("Bearer");
      const names = parameters.map(([name]) => name);
      expect(names[0]).toBe("realm");
      expect(new Set(names).size).toBe(names.length);
      const values = new Map(parameters);
      expect(values.get("error")).toBe(error);
      expect(values.has("error_description")).toBe(error !== undefined);
      expect(values.get("scope")).toBe(error === "insufficient_scope" ? "openid" : undefined);
      for (const [, value] of parameters) expect(value).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
    }
  },
);

test(
  proves("no token is in a cookie or an address", "RFC 6750 5.2-7", "RFC 6750 5.3-1", "RFC 6750 5.3-5"),
  async () => {
    const browser = openBrowser(server);
    const seen: Response[] = [await browser.signIn("ada")];
    const keep = (response: Response): Response => {
      seen.push(response.clone());
      return response;
    };
    const asked = keep(await browser.get(authorizePath({ scope: "profile" })));
    const form = (await formsOf(asked)).find(({ action }) => action.endsWith("/consent"));
    const answered = keep(await browser.post("/consent", { ...form?.fields, decision: "allow" }));
    const redeemed = keep(await redeemCode(server, redirectOf(answered).searchParams.get("code") ?? ""));
    const tokens = await expectTokens(redeemed);
    const refreshed = await expectTokens(keep(await refresh(server, textOf(tokens, "refresh_token"))));
    keep(await userinfo(bearer(textOf(refreshed, "access_token"))));
    const cookies = seen.flatMap(({ headers }) => headers.getSetCookie());
    expect(cookies).not.toEqual([]);
    for (const cookie of cookies) expect(cookie).toMatch(/^__Host-tessera(=tss_|-known=).*; Secure(;|$)/);
    const addresses = seen.map(({ headers }) => headers.get("location") ?? "");
    for (const text of [...cookies, ...addresses]) expect(text).not.toMatch(/t(at|rt)_/);
  },
);

test(proves("every access token ends", "RFC 6750 5.2-9", "RFC 6750 5.3-3"), () => {
  const seconds = (access_token_seconds?: number) =>
    parse(configurationSchema, { lifetimes: { access_token_seconds } }).lifetimes.access_token_seconds;
  expect(seconds()).toBe(3600);
  expect(seconds(31_536_000)).toBe(31_536_000);
  for (const endless of [0, -1, 31_536_001, Number.POSITIVE_INFINITY])
    expect(() => seconds(endless)).toThrow();
});
