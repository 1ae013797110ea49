/** Browsers that come by another address than the issuer. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { authorizePath, decodeEntities } from "../support/code-flow.ts";
import { textOf } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const LAN = "http://192.168.1.5:8080";
const PAGE = { Accept: "text/html,application/xhtml+xml" };

let https: TestServer;
let http: TestServer;
let below: TestServer;
beforeAll(async () => {
  https = await startTestServer();
  http = await startTestServer({ issuer: "http://localhost:8080" });
  below = await startTestServer({ issuer: "https://auth.example/t" });
});
afterAll(async () => {
  await Promise.all([https.close(), http.close(), below.close()]);
});

/** A request by this address. `headers` may name another Host, as a proxy does. */
const open = (server: TestServer, address: string, headers: Record<string, string> = {}) =>
  server.fetch(address, { headers: { Host: new URL(address).host, ...PAGE, ...headers } });

const cookieOf = (response: Response): string => response.headers.getSetCookie()[0]?.split(";")[0] ?? "";

describe("a browser without https, at an issuer with https,", () => {
  for (const path of ["/", "/login", "/account", "/setup?token=x", authorizePath()]) {
    test(`learns at ${path} where the server is, with a link to the same page`, async () => {
      const response = await open(https, LAN + path);
      expect(response.status).toBe(421);
      const html = await response.text();
      expect(html).toContain("This server is at https://auth.example");
      expect(html).toContain("cookie travels over encrypted connections only");
      expect(decodeEntities(html)).toContain(`href="https://auth.example${path}"`);
      expect(html).not.toContain("Stay here");
    });
  }

  test("also learns it if only the https is missing", async () => {
    expect((await open(https, "http://auth.example/login")).status).toBe(421);
  });

  test("learns it below the path of an issuer", async () => {
    const response = await open(below, `${LAN}/t/login`);
    expect(response.status).toBe(421);
    expect(await response.text()).toContain('href="https://auth.example/t/login"');
  });

  test("sees it at a HEAD, but not when it sends a form, whose page says it beside the fields", async () => {
    const head = await https.fetch(`${LAN}/login`, { method: "HEAD", headers: PAGE });
    expect(head.status).toBe(421);
    const form = await https.fetch(`${LAN}/login`, {
      method: "POST",
      headers: { ...PAGE, "Content-Type": "application/x-www-form-urlencoded" },
      body: "username=a&password=b",
    });
    expect(form.status).toBe(422);
    expect(await textOf(form)).toContain("Your browser sent back no cookie");
  });
});

describe("behind a proxy that speaks TLS, and whatever Host it sends,", () => {
  const HOSTS = ["127.0.0.1:8080", "tessera:8080", "auth.example"];
  const SAYS: Record<string, Record<string, string>> = {
    "the browser, which names the sender": { "Sec-Fetch-Site": "none" },
    "X-Forwarded-Proto": { "X-Forwarded-Proto": "https" },
    "a list of X-Forwarded-Proto": { "X-Forwarded-Proto": "https, http" },
    Forwarded: { Forwarded: "for=192.0.2.1;proto=https" },
  };
  for (const host of HOSTS) {
    for (const [who, headers] of Object.entries(SAYS)) {
      test(`a browser gets the page if ${who} tells of https (Host: ${host})`, async () => {
        expect((await open(https, "http://127.0.0.1:8080/login", { Host: host, ...headers })).status).toBe(
          200,
        );
      });
    }
  }

  test("an old browser sees the notice once, if no header tells of https: the cookie shows that cookies work", async () => {
    const address = "http://127.0.0.1:8080/login";
    const notice = await open(https, address);
    expect(notice.status).toBe(421);
    expect((await open(https, address, { Cookie: cookieOf(notice) })).status).toBe(200);
  });

  test("a listener with TLS of its own needs no header", async () => {
    expect((await open(https, "https://192.168.1.5:8443/login")).status).toBe(200);
  });
});

describe("an issuer without https", () => {
  test.each(["http://localhost:8080/login", "http://LOCALHOST:8080/login"])(
    "is reached at %s",
    async (address) => {
      expect((await open(http, address)).status).toBe(200);
    },
  );

  test("is named at another host, where the person may stay: cookies work there", async () => {
    const address = `${LAN}/login?return_to=%2Fdevice`;
    const notice = await open(http, address, { "Sec-Fetch-Site": "none" });
    expect(notice.status).toBe(421);
    const cookie = cookieOf(notice);
    const html = await notice.text();
    expect(html).toContain('href="http://localhost:8080/login?return_to=%2Fdevice"');
    expect(html).toContain('href="/login?return_to=%2Fdevice">Stay here');
    expect((await open(http, address, { Cookie: cookie })).status).toBe(200);
  });

  test("without a port is the same with the port of http", async () => {
    const server = await startTestServer({ issuer: "http://auth.lan" });
    expect((await open(server, "http://auth.lan/login", { Host: "auth.lan:80" })).status).toBe(200);
    expect((await open(server, "http://auth.lan/login", { Host: "auth.lan:8080" })).status).toBe(421);
    await server.close();
  });
});

describe("programs at another address get the answer that they asked for:", () => {
  for (const path of [
    "/healthz",
    "/readyz",
    "/.well-known/openid-configuration",
    "/login",
    "/",
    authorizePath(),
  ]) {
    test(path, async () => {
      for (const accept of ["*/*", "application/json", ""]) {
        const [there, here] = await Promise.all(
          [LAN, "https://auth.example"].map((origin) =>
            https.fetch(origin + path, { headers: { Host: new URL(origin).host, Accept: accept } }),
          ),
        );
        expect(there?.status).toBe(here?.status ?? 0);
        expect(there?.status).not.toBe(421);
      }
    });
  }

  test("and endpoints for programs never look at the address, even if they are asked for a page", async () => {
    for (const path of ["/healthz", "/readyz"]) expect((await open(https, LAN + path)).status).toBe(200);
    const token = await https.fetch(`${LAN}/auth/token`, { method: "POST", headers: PAGE });
    expect(token.status).not.toBe(421);
  });
});

test(proves("the page names the issuer and nothing of the request's headers", "threat 43"), async () => {
  for (const server of [https, http]) {
    const response = await open(server, "http://evil.example:1234/login", {
      "X-Forwarded-Host": "evil.example",
      Referer: "https://evil.example/",
    });
    expect(response.status).toBe(421);
    expect(JSON.stringify([...response.headers]) + (await response.text())).not.toContain("evil");
  }
});

test("no page has a lock, which only the browser can vouch for", async () => {
  for (const path of ["/", "/login", "/help/errors"]) {
    const html = await (await https.fetch(path)).text();
    expect(html).not.toMatch(/🔒|padlock|M5\.2 9\.2h9\.6/i);
    expect(html).toContain("<bdi>auth.example</bdi>");
  }
});
