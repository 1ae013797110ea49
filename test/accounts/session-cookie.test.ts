/** The cookie of a session, as browsers keep it: RFC 6265bis §5.7 and §5.8. */
import { afterAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { cookieName } from "../../src/accounts/session-cookie.ts";
import { issuerFault, parseIssuer } from "../../src/protocol/issuer.ts";
import { authorizePath, redirectOf } from "../support/code-flow.ts";
import { addPersonWithPassword, openBrowser, PASSWORD } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

interface Kept {
  readonly name: string;
  readonly value: string;
  readonly host: string;
  readonly path: string;
  readonly secure: boolean;
}

/** The cookies of one browser. Ports do not matter to it (RFC 6265bis §8.5). */
class Jar {
  #kept: Kept[] = [];

  /** Keeps the cookie of an answer if a browser would. */
  keep(url: URL, header: string): void {
    const [pair = "", ...rest] = header.split(";").map((part) => part.trim());
    const equals = pair.indexOf("=");
    const [name, value] = [pair.slice(0, equals), pair.slice(equals + 1)];
    const attributes = new Map(
      rest.map((part) => {
        const [attribute = "", setting = ""] = part.split("=");
        return [attribute.toLowerCase(), setting] as const;
      }),
    );
    const secure = attributes.has("secure");
    const path = attributes.get("path") ?? url.pathname.slice(0, Math.max(1, url.pathname.lastIndexOf("/")));
    if (secure && url.protocol !== "https:") return;
    if (name.startsWith("__Host-") && (!secure || path !== "/" || attributes.has("domain"))) return;
    if (attributes.has("domain")) throw new Error("A cookie for other hosts too.");
    const others = this.#kept.filter(
      (kept) => kept.name !== name || kept.host !== url.hostname || kept.path !== path,
    );
    const isOver = attributes.has("max-age") && Number(attributes.get("max-age")) <= 0;
    this.#kept = isOver ? others : [...others, { name, value, host: url.hostname, path, secure }];
  }

  /** The Cookie header of a request. */
  headerFor({ hostname, pathname, protocol }: URL): string {
    const sent = this.#kept.filter(
      ({ host, path, secure }) =>
        host === hostname && pathMatches(pathname, path) && (!secure || protocol === "https:"),
    );
    return sent.map(({ name, value }) => `${name}=${value}`).join("; ");
  }
}

const pathMatches = (asked: string, path: string): boolean =>
  asked === path || asked.startsWith(path.endsWith("/") ? path : `${path}/`);

/** The server, as the browser with this jar reaches it. */
const reachedWith = (jar: Jar, server: TestServer): TestServer => ({
  ...server,
  async fetch(path, init = {}) {
    const url = new URL(server.issuer + path);
    const headers = new Headers(init.headers);
    headers.set("Cookie", jar.headerFor(url));
    const answer = await server.fetch(path, { ...init, headers });
    for (const header of answer.headers.getSetCookie()) jar.keep(url, header);
    return answer;
  },
});

const servers: TestServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server.close())));

const isSignedIn = async (browser: ReturnType<typeof openBrowser>): Promise<boolean> =>
  (await browser.get("/account")).status === 200;

describe.each([
  [
    "https",
    [
      "https://auth.example",
      "https://auth.example:8443",
      "https://auth.example:8444",
      "https://auth.example/a",
      "https://auth.example/b",
      "https://auth.example/a/b",
      "https://auth.example/a-b",
      "https://auth.example/a_b",
      "https://auth.example/8443",
      "https://auth.example:8443/a",
      "http://auth.example:8080",
    ],
  ],
  ["http", ["http://localhost:8080", "http://localhost:8081", "http://localhost:8080/a", "http://localhost"]],
])("several servers on one host, by %s", (_, issuers) => {
  test("have people who are signed in at all of them, and signed out at one alone", async () => {
    const jar = new Jar();
    const browsers = await Promise.all(
      issuers.map(async (issuer) => {
        const server = await startTestServer({ issuer });
        servers.push(server);
        await addPersonWithPassword(server, "alice");
        return openBrowser(reachedWith(jar, server));
      }),
    );
    for (const browser of browsers) expect((await browser.signIn("alice")).status).toBe(303);
    for (const browser of browsers) expect(await isSignedIn(browser)).toBe(true);

    const [first, ...others] = browsers;
    if (first === undefined) throw new Error("no server");
    expect((await first.submit("/logout", {})).status).toBe(303);
    expect(await isSignedIn(first)).toBe(false);
    for (const browser of others) expect(await isSignedIn(browser)).toBe(true);
  });
});

describe("the cookie's name", () => {
  test.each([
    ["https://auth.example", "__Host-tessera"],
    ["http://localhost", "tessera"],
    ["http://localhost:8080", "tessera-8080"],
    ["https://auth.example/login/eu", "__Host-tessera_login_eu"],
    ["https://auth.example:8443/a_b", "__Host-tessera-8443_a%5fb"],
    ["https://auth.example/caf%C3%A9;x=1", "__Host-tessera_caf%25C3%25A9%3bx%3d1"],
  ])("of %s is %s", (issuer, name) => {
    expect(cookieName(parseIssuer(issuer))).toBe(name);
  });

  test("is another for every issuer of a host, and one that browsers take", () => {
    const part = fc.oneof(
      fc.constantFrom(
        "a",
        "b",
        "8443",
        "a-b",
        "a_b",
        "_",
        "-",
        "%2F",
        "%5F",
        "~",
        "caf%C3%A9",
        "=",
        ";",
        ".",
      ),
      fc.webSegment(),
    );
    const issuer = fc
      .tuple(
        fc.constantFrom("https", "http"),
        fc.constantFrom("", ":8443", ":8080", ":1"),
        fc.array(part, { maxLength: 3 }),
      )
      .map(([scheme, port, path]) => `${scheme}://auth.example${port}${["", ...path].join("/")}`)
      .filter((text) => issuerFault(text) === null);
    fc.assert(
      fc.property(issuer, issuer, (one, other) => {
        // RFC 6265 §4.1.1: a token.
        expect(cookieName(parseIssuer(one))).toMatch(/^[\w!#$%&'*+.^`|~-]+$/);
        expect(cookieName(parseIssuer(one)) === cookieName(parseIssuer(other))).toBe(one === other);
      }),
      { numRuns: 2000 },
    );
  });
});

test("another host's page cannot plant the cookie of an https issuer, nor one that is read in its place", async () => {
  const server = await startTestServer();
  servers.push(server);
  const jar = new Jar();
  const name = cookieName(server.context.issuer);
  // From plain HTTP on the same host, where other programs may answer.
  jar.keep(new URL("http://auth.example/"), `${name}=planted; Path=/; Secure`);
  jar.keep(new URL("http://auth.example/"), `${name}=planted; Path=/login`);
  expect(jar.headerFor(new URL(`${server.issuer}/login`))).toBe("");
});

describe.each([["http://localhost:8080"], ["https://auth.example"]])(
  "several cookies of the name, at %s",
  (issuer) => {
    /** A browser in which alice is signed in, and a cookie that names no session any more. */
    async function signedIn() {
      const server = await startTestServer({ ...TEST_CONFIGURATION, issuer });
      servers.push(server);
      await addPersonWithPassword(server, "alice");
      const name = cookieName(server.context.issuer);
      const browser = openBrowser(server);
      await browser.signIn("alice");
      const ended = browser.cookie;
      await browser.submit("/logout", {});
      await browser.signIn("alice");
      return {
        server,
        browser,
        name,
        live: browser.cookie,
        ended,
        anonymous: `${name}=${server.context.sessionCookie.anonymous()}`,
      };
    }

    test("shut no person out of signing in, whatever comes first", async () => {
      const { browser, name, ended, anonymous } = await signedIn();
      for (const first of [`${name}=junk`, `${name}=`, name, `${name}="x"`, ended, anonymous]) {
        browser.cookie = "";
        await browser.get("/login");
        const own = browser.cookie;
        browser.cookie = `${first}; ${own}`;
        const answer = await browser.submit("/login", { username: "alice", password: PASSWORD });
        expect({ first, status: answer.status }).toEqual({ first, status: 303 });
        browser.cookie = `${first}; ${browser.cookie}`;
        expect({ first, isSignedIn: await isSignedIn(browser) }).toEqual({ first, isSignedIn: true });
      }
    });

    test(proves("bind no form if they are no credentials: the browser gets one", "threat 32"), async () => {
      const { server, name } = await signedIn();
      for (const planted of ["junk", "", '"x"']) {
        const answer = await server.fetch("/login", { headers: { Cookie: `${name}=${planted}` } });
        expect(answer.headers.getSetCookie()).toHaveLength(1);
      }
    });

    test("leave the person signed in, on every page and in every form", async () => {
      const { server, browser, name, live, ended, anonymous } = await signedIn();
      const others = [`${name}=junk`, ended, anonymous];
      for (const cookie of [
        [...others, live],
        [live, ...others],
        [ended, live, anonymous],
      ]) {
        browser.cookie = cookie.join("; ");
        expect(await isSignedIn(browser)).toBe(true);
        const answer = await browser.submit(authorizePath({ prompt: "consent" }), {
          decision: "allow",
          acknowledged: "yes",
        });
        expect(redirectOf(answer).searchParams.has("code")).toBe(true);
      }
      const device = await (await server.post("/auth/device", { client_id: "television" })).json();
      browser.cookie = [...others, live].join("; ");
      const allowed = await browser.submit(`/device?user_code=${device.user_code}`, {
        decision: "allow",
        acknowledged: "yes",
      });
      expect(allowed.status).toBe(200);
      browser.cookie = [...others, live].join("; ");
      expect((await browser.submit("/logout", {})).status).toBe(303);
      browser.cookie = live;
      expect(await isSignedIn(browser)).toBe(false);
    });

    test(
      proves(
        "make no form that was opened for a planted one count for the person who is signed in",
        "threat 32",
      ),
      async () => {
        const { server, browser, live, anonymous } = await signedIn();
        const attacker = openBrowser(server);
        attacker.cookie = anonymous;
        const form = await attacker.form("/login");
        expect(attacker.cookie).toBe(anonymous);
        for (const cookie of [`${anonymous}; ${live}`, `${live}; ${anonymous}`]) {
          browser.cookie = cookie;
          const answer = await browser.post("/login", {
            ...form.fields,
            username: "alice",
            password: PASSWORD,
          });
          // The stale form does nothing, and leads to where the person is.
          expect([answer.status, answer.headers.get("location")]).toEqual([303, "/account"]);
          expect(answer.headers.getSetCookie()).toEqual([]);
          browser.cookie = cookie;
          expect(await isSignedIn(browser)).toBe(true);
        }
      },
    );

    test("cost a bounded number of looks into the store", async () => {
      const { server, browser, live, name } = await signedIn();
      const many = Array.from({ length: 8 }, () => `${name}=${server.context.sessionCookie.anonymous()}`);
      browser.cookie = [...many.slice(1), live].join("; ");
      expect(await isSignedIn(browser)).toBe(true);
      browser.cookie = [...many, live].join("; ");
      expect(await isSignedIn(browser)).toBe(false);
    });
  },
);
