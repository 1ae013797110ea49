/** Error pages: what each says and offers, and what it shows of an application's request. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { PasswordPoolBusy } from "../../src/accounts/passwords.ts";
import { mintCredential } from "../../src/credentials/credential.ts";
import {
  BODIES_ON_PAGES,
  KINDS_ON_PAGES,
  REASONS_ON_PAGES,
  type WayOn,
} from "../../src/pages/error-table.ts";
import { pageErrorResponse } from "../../src/pages/index.ts";
import { PageError, type PageErrorKind } from "../../src/pages/page-error.ts";
import { pageAgain } from "../../src/pages/urls.ts";
import { BodyError } from "../../src/platform/http.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { OAuthError, REASONS, type Reason } from "../../src/protocol/errors.ts";
import { parseIssuer } from "../../src/protocol/issuer.ts";
import { StoreUnavailable } from "../../src/store/contract.ts";
import { redirectUri } from "../store/records.ts";
import { authorizePath, decodeEntities } from "../support/code-flow.ts";
import { addPersonWithPassword, type Browser, openBrowser, PASSWORD, textOf } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { basic, SECRET, startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let stranger: Browser;
let alice: Browser;
beforeAll(async () => {
  server = await startTestServer();
  await addPersonWithPassword(server, "alice");
  await addPersonWithPassword(server, "root", { administrator: true });
  stranger = openBrowser(server);
  alice = openBrowser(server);
  await alice.signIn("alice");
});
afterAll(() => server.close());

const incomingAt = (path: string, method = "GET") => ({
  request: new Request(`https://auth.example${path}`, { method }),
  path: path.split("?")[0] ?? "",
  query: path.split("?")[1] ?? "",
  address: "203.0.113.7",
  parameters: {},
  requestId: "the-request",
});

/** The links of a page to which it leads on: those that look like buttons. */
async function waysOf(response: Response): Promise<Record<string, string>> {
  const html = await response.text();
  const links = html.matchAll(/<a class="button [^"]*" href="([^"]*)"[^>]*>([^<]*)</g);
  return Object.fromEntries([...links].map(([, href = "", words = ""]) => [words, decodeEntities(href)]));
}

const HOME = { "Go to the start page": "/" };

describe("the table", () => {
  /** The files whose refusals reach people. refusal.ts turns thrown errors into reasons for both audiences. */
  const FOR_PEOPLE = [
    "pages/**/*.{ts,tsx}",
    "endpoints/authorize.ts",
    "endpoints/authorization-request.ts",
    "endpoints/form.ts",
    "endpoints/refusal.ts",
    "endpoints/reauthentication.ts",
    "operations/authorization.ts",
    "protocol/parameters.ts",
    "rules/scope.ts",
    "server.ts",
  ];
  /** Thrown in these files for programs only: by the redemption of a code, by a refresh, and by a pushed request. */
  const FOR_PROGRAMS: readonly Reason[] = [
    "code_unknown",
    "code_revoked",
    "code_replayed",
    "request_uri_pushed",
    "scope_exceeds_grant",
    "resource_exceeds_grant",
    "grant_outdated",
  ];

  test("has an entry for every reason that is thrown where people are the audience", async () => {
    const thrown = new Set<string>();
    for (const pattern of FOR_PEOPLE) {
      for await (const file of new Bun.Glob(pattern).scan(`${import.meta.dir}/../../src`)) {
        const source = await Bun.file(`${import.meta.dir}/../../src/${file}`).text();
        for (const [, reason = ""] of source.matchAll(/(?:OAuthError|Refusal)\(\s*"(\w+)"/g))
          thrown.add(reason);
      }
    }
    expect(thrown.size).toBeGreaterThan(25);
    const answeredInJson = [...thrown].filter(
      (reason) =>
        reason in REASONS &&
        REASONS_ON_PAGES[reason as Reason] === "as_json" &&
        !FOR_PROGRAMS.includes(reason as Reason),
    );
    expect(answeredInJson).toEqual([]);
  });

  for (const [reason, entry] of Object.entries(REASONS_ON_PAGES)) {
    if (typeof entry === "string") continue;
    test(`offers ${entry.offers} for ${reason}, and names the request`, async () => {
      const application = redirectUri("https://client.example/callback?x=1");
      const error = new OAuthError(reason as Reason, { application });
      const response = await pageErrorResponse(server.context, error, incomingAt("/login?return_to=/device"));
      const copy = response.clone();
      const expected: Record<WayOn, Record<string, string>> = {
        again: { "Try again": "" },
        application: { "Back to client.example": "https://client.example/" },
        account: { "Go to your account": "/account" },
        nothing: {},
      };
      expect(await waysOf(response)).toEqual({ ...expected[entry.offers], ...HOME });
      expect(await copy.text()).toContain("<code>the-request</code>");
    });
  }

  test("offers a way for every refusal that only a page can have, and for every body that it cannot read", async () => {
    const kinds = (Object.keys(KINDS_ON_PAGES) as PageErrorKind[]).map((kind) => new PageError(kind));
    const bodies = (Object.keys(BODIES_ON_PAGES) as BodyError["fault"][]).map(
      (fault) => new BodyError(fault),
    );
    for (const error of [...kinds, ...bodies]) {
      const response = await pageErrorResponse(server.context, error, incomingAt("/login", "POST"));
      expect(Object.keys(await waysOf(response))).toHaveLength(2);
    }
  });
});

describe("trying again", () => {
  const busy = (path: string, method?: string) =>
    pageErrorResponse(server.context, new StoreUnavailable("closed"), incomingAt(path, method));

  test.each([
    ["GET", "/auth/authorize?client_id=web&state=1", ""],
    ["GET", "/setup?token=x", ""],
    ["HEAD", "/account", ""],
    ["POST", "/account", "/account"],
    ["POST", "/logout?x=1", "/logout"],
  ])("after %s %s opens %s", async (method, path, again) => {
    expect(await waysOf(await busy(path, method))).toEqual({ "Try again": again, ...HOME });
  });

  test.each([
    ["GET", "/consent"],
    ["GET", "//evil.example/login"],
    ["GET", "/login/"],
    ["GET", "/auth/token"],
    ["POST", "/consent"],
    ["POST", "//evil.example/login"],
    ["POST", "/auth/authorize"],
    ["POST", "/nowhere"],
  ])(proves("after %s %s leads nowhere", "threat 5"), async (method, path) => {
    expect(await waysOf(await busy(path, method))).toEqual(HOME);
  });

  test("stays below the path of the issuer", () => {
    const issuer = parseIssuer("https://auth.example/t");
    expect(pageAgain(issuer, incomingAt("/t/login", "POST"))).toBe("/t/login");
    expect(pageAgain(issuer, incomingAt("/t/login"))).toBe("");
    for (const method of ["GET", "POST"]) expect(pageAgain(issuer, incomingAt("/login", method))).toBeNull();
  });

  test("after a sign-in that had to wait keeps the errand and the user name", async () => {
    const { passwords } = server.context;
    const verify = passwords.verify;
    const form = await stranger.form("/login?return_to=%2Fdevice&another=1");
    Object.assign(passwords, {
      verify: async () => {
        throw new PasswordPoolBusy();
      },
    });
    const response = await stranger.post("/login", { ...form.fields, username: "alice", password: PASSWORD });
    Object.assign(passwords, { verify });
    expect(response.status).toBe(503);
    const again = (await waysOf(response))["Try again"] ?? "";
    const reopened = await stranger.form(again);
    expect(reopened.fields).toMatchObject({ return_to: "/device", another: "1" });
    expect(await (await stranger.get(again)).text()).toContain('value="alice"');
  });

  test("after a consent that failed asks the same question", async () => {
    const form = await alice.form(authorizePath(), "/consent");
    const { store } = server.context;
    const commit = store.commit;
    Object.assign(store, {
      commit: async () => {
        throw new StoreUnavailable("closed");
      },
    });
    const response = await alice.post("/consent", { ...form.fields, decision: "allow" });
    Object.assign(store, { commit });
    expect(response.status).toBe(503);
    const again = (await waysOf(response))["Try again"] ?? "";
    expect(again).toStartWith("/auth/authorize?");
    expect((await alice.form(again, "/consent")).action).toBe("/consent");
  });
});

describe("going back to the application", () => {
  /** The page for a person who answers once more when the code of the first answer was used. */
  async function answeredPage(changes: Record<string, string>): Promise<Response> {
    const form = await alice.form(authorizePath({ ...changes, prompt: "consent" }), "/consent");
    const send = () => alice.post("/consent", { ...form.fields, decision: "allow" });
    await send();
    server.clock.advance(61);
    return send();
  }

  test("leads to the start page of the website that asked", async () => {
    const response = await answeredPage({});
    expect(response.status).toBe(400);
    expect(await waysOf(response)).toEqual({ "Back to client.example": "https://client.example/", ...HOME });
  });

  test("is not offered for a program on the person's own device, which has no page", async () => {
    const native = { client_id: "native", redirect_uri: "http://127.0.0.1:49152/callback", scope: "files" };
    expect(await waysOf(await answeredPage(native))).toEqual(HOME);
  });

  test.each([
    ["the redirect URI is another", { redirect_uri: "https://evil.example/" }],
    ["the client is unknown", { client_id: "nobody" }],
    ["the client is missing", { client_id: undefined }],
    ["the redirect URI is repeated", { redirect_uri: ["https://evil.example/", "https://evil.example/"] }],
  ])(proves("is not offered where %s", "threat 5", "RFC 9700 4.11.2-1"), async (_, changes) => {
    const response = await stranger.get(authorizePath(changes));
    const html = await response.clone().text();
    expect(await waysOf(response)).toEqual(HOME);
    expect(html).not.toContain('href="https://evil');
  });
});

describe("beside what is registered", () => {
  const spaced = "https://client.example/callback ";
  const pageFor = async (browser: Browser, changes: Record<string, string | undefined>) =>
    textOf(await browser.get(authorizePath(changes)));

  test("stands what was sent, character by character, also what the eye would miss", async () => {
    const sent = "https://client.example/c\u0430llback ";
    const page = await pageFor(stranger, { redirect_uri: sent });
    expect(page).toContain("Sent redirect_uri https://client.example/c%D0%B0llback%20");
  });

  test("stands that nothing was sent", async () => {
    expect(await pageFor(stranger, { client_id: undefined })).toContain("Sent client_id Not sent");
  });

  test("stands no credential that was sent in the wrong place, and nothing without end", async () => {
    const { text } = mintCredential("access_token", server.clock, systemRandom);
    expect(await pageFor(stranger, { client_id: `web ${text}` })).toContain("Sent client_id web%20… ");
    expect(await pageFor(stranger, { client_id: "x".repeat(5000) })).not.toContain("x".repeat(401));
  });

  test("an administrator sees the redirect URIs of every client; others learn where the operator does", async () => {
    const root = openBrowser(server);
    await root.signIn("root");
    expect(await pageFor(root, { redirect_uri: spaced })).toContain(
      "Registered https://client.example/callback",
    );
    for (const browser of [stranger, alice]) {
      const page = await pageFor(browser, { redirect_uri: spaced });
      expect(page).not.toContain("Registered https:");
      expect(page).toContain("The operator sees it with tessera client show web");
    }
  });

  test("everyone sees those of a public client that registered itself, and not those of one with a secret", async () => {
    const register = async (method: string) => {
      const response = await server.fetch("/auth/register", {
        method: "POST",
        headers: { "Content-Type": "application/json", ...basic("web", SECRET) },
        body: JSON.stringify({
          redirect_uris: ["https://tool.example/return"],
          token_endpoint_auth_method: method,
        }),
      });
      return ((await response.json()) as { client_id: string }).client_id;
    };
    const wrong = { redirect_uri: "https://tool.example/retrun" };
    const open = await pageFor(stranger, { ...wrong, client_id: await register("none") });
    expect(open).toContain(
      "Sent redirect_uri https://tool.example/retrun Registered https://tool.example/return",
    );
    const closed = await pageFor(stranger, { ...wrong, client_id: await register("client_secret_basic") });
    expect(closed).not.toContain("https://tool.example/return");
  });

  test("stands nothing else of the request", async () => {
    const page = await pageFor(stranger, {
      redirect_uri: spaced,
      state: "the-state",
      login_hint: "ada",
    });
    expect(page).not.toContain("the-state");
    expect(page).not.toContain("ada");
  });
});
