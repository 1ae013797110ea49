/** The HTTP behaviour of all endpoints: methods, media types, sizes, CORS, caching, and the form of refusals. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { expectRefusal, jsonOf, requestToken, textOf } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const FORM = "application/x-www-form-urlencoded";
interface Door {
  readonly path: string;
  readonly allow: string;
  readonly cors: boolean;
  readonly type: string | null;
}
const PROGRAMS: readonly Door[] = [
  { path: "/auth/token", allow: "POST, OPTIONS", cors: true, type: FORM },
  { path: "/auth/device", allow: "POST, OPTIONS", cors: true, type: FORM },
  { path: "/auth/introspect", allow: "POST", cors: false, type: FORM },
  { path: "/auth/revoke", allow: "POST, OPTIONS", cors: true, type: FORM },
  {
    path: "/auth/register",
    allow: "GET, HEAD, PUT, DELETE, POST, OPTIONS",
    cors: true,
    type: "application/json",
  },
  { path: "/auth/userinfo", allow: "GET, HEAD, POST, OPTIONS", cors: true, type: null },
  { path: "/.well-known/oauth-authorization-server", allow: "GET, HEAD, OPTIONS", cors: true, type: null },
  { path: "/.well-known/openid-configuration", allow: "GET, HEAD, OPTIONS", cors: true, type: null },
  { path: "/healthz", allow: "GET, HEAD, OPTIONS", cors: false, type: null },
  { path: "/readyz", allow: "GET, HEAD, OPTIONS", cors: false, type: null },
];
const PAGES = [
  "/",
  "/auth/authorize",
  "/login",
  "/device",
  "/account",
  "/account/security",
  "/help/errors",
  "/consent",
];

describe.each(PROGRAMS.map((door) => [door.path, door] as const))("%s", (path, { allow, cors, type }) => {
  const allowed = allow.split(", ");

  test(proves("answers methods that it does not have with 405 and Allow", "RFC 8414 3.1-1"), async () => {
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]) {
      if (allowed.includes(method)) continue;
      const response = await server.fetch(path, { method });
      expect(`${method} ${response.status}`).toBe(`${method} 405`);
      expect(response.headers.get("allow")).toBe(allow);
      if (method !== "HEAD") await expectRefusal(response, 405, "invalid_request");
    }
  });

  test("is no content to be sniffed", async () => {
    for (const method of ["GET", "POST"]) {
      expect((await server.fetch(path, { method })).headers.get("x-content-type-options")).toBe("nosniff");
    }
  });

  test(
    cors ? "may be used by scripts of all sites, without cookies" : "is for no script of another site",
    async () => {
      const origin = { Origin: "https://app.example" };
      const preflight = await server.fetch(path, {
        method: "OPTIONS",
        headers: {
          ...origin,
          "Access-Control-Request-Method": "POST",
          "Access-Control-Request-Headers": "authorization,content-type,traceparent",
        },
      });
      const answers = [
        preflight,
        await server.fetch(path, { headers: origin }),
        await server.fetch(path, {
          method: "POST",
          headers: { ...origin, ...(type ? { "Content-Type": type } : {}) },
        }),
      ];
      for (const { headers } of answers) {
        expect(headers.get("access-control-allow-origin")).toBe(cors ? "*" : null);
        expect(headers.get("access-control-allow-credentials")).toBeNull();
        if (!cors) continue;
        const exposed = headers.get("access-control-expose-headers") ?? "";
        for (const name of ["WWW-Authenticate", "Retry-After", "DPoP-Nonce"]) expect(exposed).toContain(name);
      }
      if (!cors) return;
      expect(preflight.status).toBe(204);
      expect(await preflight.text()).toBe("");
      expect(preflight.headers.get("access-control-allow-headers")).toMatch(
        /Authorization.*Content-Type.*traceparent/,
      );
      expect(preflight.headers.get("vary")).toBe("Access-Control-Request-Headers");
      expect(Number(preflight.headers.get("access-control-max-age"))).toBeGreaterThan(0);
      for (const method of allowed.filter((name) => name !== "HEAD")) {
        expect(preflight.headers.get("access-control-allow-methods")).toContain(method);
      }
    },
  );

  if (type !== null) {
    test("reads one media type and refuses the others with 415", async () => {
      for (const other of [
        null,
        "text/plain",
        "multipart/form-data; boundary=x",
        type === FORM ? "application/json" : FORM,
      ]) {
        const response = await server.fetch(path, {
          method: "POST",
          headers: other === null ? {} : { "Content-Type": other },
          body: new TextEncoder().encode("{}"),
        });
        const body = await expectRefusal(response, 415, "invalid_request");
        expect(body.error_description).toBe(`The Content-Type must be ${type}.`);
      }
    });

    test("refuses what is too large with 413, announced or not", async () => {
      const send = (headers: Record<string, string>, body: string) =>
        server.fetch(path, { method: "POST", headers: { "Content-Type": type, ...headers }, body });
      await expectRefusal(await send({}, "x".repeat(65_537)), 413, "invalid_request");
      await expectRefusal(await send({ "Content-Length": "65537" }, "x"), 413, "invalid_request");
    });
  }
});

describe("HEAD", () => {
  test.each(["/.well-known/oauth-authorization-server", "/healthz", "/readyz"])(
    "%s answers like GET, without the body",
    async (path) => {
      const get = await server.fetch(path);
      const head = await server.fetch(path, { method: "HEAD" });
      expect(head.status).toBe(get.status);
      expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
      expect(head.headers.get("cache-control")).toBe(get.headers.get("cache-control"));
      expect(Number(head.headers.get("content-length"))).toBe((await get.arrayBuffer()).byteLength);
      expect(await head.text()).toBe("");
    },
  );
});

describe("pages", () => {
  test.each(PAGES)(
    proves(
      "%s is for no script of another site",
      "OpenID Discovery 3-21",
      "RFC 9700 2.6-6",
      "FAPI 2.0 5.2.3-3",
    ),
    async (path) => {
      for (const method of ["GET", "POST", "OPTIONS"]) {
        const response = await server.fetch(path, { method, headers: { Origin: "https://app.example" } });
        for (const name of response.headers.keys()) expect(name).not.toStartWith("access-control-");
      }
    },
  );

  test.each(PAGES)(
    "%s answers methods that it does not have with 405 and Allow, and shows it",
    async (path) => {
      const response = await server.fetch(path, { method: "DELETE" });
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toMatch(/^(GET, HEAD|POST|GET, HEAD, POST)$/);
      expect(response.headers.get("content-type")).toContain("text/html");
    },
  );
});

describe("what is nowhere", () => {
  test("is 404, as JSON for programs and as a page for people", async () => {
    const body = await expectRefusal(await server.fetch("/nowhere"), 404, "not_found");
    expect(body.error_uri).toBe("https://auth.example/help/errors#not_found");
    const page = await server.fetch("/nowhere", { headers: { Accept: "text/html,*/*" } });
    expect(page.status).toBe(404);
    expect(page.headers.get("content-type")).toContain("text/html");
  });

  test.each([
    "/auth",
    "/auth/",
    "/auth/token/",
    "/AUTH/TOKEN",
    "/auth//token",
    "/auth/token.json",
    "/auth/token/x",
    "/%zz",
    "/%ff",
    "/%00",
    "/..%2f..%2fetc/passwd",
  ])("%s is such a place", async (path) => {
    expect((await server.fetch(path, { method: "POST" })).status).toBe(404);
  });
});

describe("refusals", () => {
  test(
    proves(
      "of programs are JSON with words and the address of help, and that page has the anchor",
      "RFC 6749 5.2-1",
      "RFC 6749 5.2-5",
    ),
    async () => {
      const help = await (await server.fetch("/help/errors", { headers: { Accept: "text/html" } })).text();
      const responses = [
        await server.post("/auth/token", {}),
        await server.post("/auth/token", { grant_type: "x" }),
        await server.post("/auth/token", { grant_type: "x", client_id: "spa" }),
        await server.post("/auth/token", { grant_type: "x", client_id: "spa", client_secret: "x" }),
        await requestToken(server, "service", { grant_type: "client_credentials", scope: "everything" }),
        await requestToken(server, "web", { grant_type: "refresh_token", refresh_token: "x" }),
        await server.fetch("/auth/token"),
        await server.fetch("/nowhere"),
      ];
      for (const response of responses) {
        const uri = new URL(textOf(await jsonOf(response), "error_uri"));
        expect(uri.origin + uri.pathname).toBe("https://auth.example/help/errors");
        expect(help).toContain(`id="${uri.hash.slice(1)}"`);
      }
    },
  );

  test("repeat what was sent only within the characters that are allowed", async () => {
    const response = await requestToken(server, "service", {
      grant_type: "client_credentials",
      resource: 'https://x.example/"\\<script>\r\né',
    });
    const body = await expectRefusal(response, 400, "invalid_target");
    expect(textOf(body, "error_description")).not.toMatch(/["\\\r\né]/);
  });
});

describe("health", () => {
  test("says that the process is up, and that it can answer", async () => {
    for (const path of ["/healthz", "/readyz"]) {
      const response = await server.fetch(path);
      expect(response.status).toBe(200);
      expect(await jsonOf(response)).toEqual({ status: "ok" });
      expect(response.headers.get("cache-control")).toBe("no-store");
    }
  });
});
