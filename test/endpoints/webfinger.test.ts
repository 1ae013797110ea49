/** OpenID Connect Discovery §2 and RFC 7033. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const RELATION = "http://openid.net/specs/connect/1.0/issuer";
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    issuer: "https://auth.example.org/tessera",
    webfinger: { domains: ["example.org", "example.org:8443"] },
  });
});
afterAll(() => server.close());

const ask = (...pairs: [string, string][]) =>
  server.fetch(`https://example.org/.well-known/webfinger?${new URLSearchParams(pairs)}`);

describe("WebFinger", () => {
  test.each([
    "acct:ada@example.org",
    "acct:ada%40elsewhere.example@example.org",
    "mailto:ada@EXAMPLE.org",
    "https://example.org/ada",
    "https://example.org:8443/",
  ])(
    proves(
      "says who signs in %s",
      "OpenID Discovery 2-1",
      "OpenID Discovery 2-2",
      "OpenID Discovery 2-4",
      "OpenID Discovery 3-1",
    ),
    async (resource) => {
      const answer = await ask(["resource", resource], ["rel", RELATION]);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toBe("application/jrd+json");
      expect(answer.headers.get("access-control-allow-origin")).toBe("*");
      // Byte for byte the issuer of the metadata (Discovery §4.3).
      expect(await answer.json()).toEqual({
        subject: resource,
        links: [{ rel: RELATION, href: "https://auth.example.org/tessera" }],
      });
    },
  );

  test(
    proves(
      "gives no links of another relation (RFC 7033 §4.3), and all if none is named",
      "OpenID Discovery 2-3",
    ),
    async () => {
      const other = await ask(
        ["resource", "acct:ada@example.org"],
        ["rel", "http://webfinger.net/rel/avatar"],
      );
      expect(await other.json()).toEqual({ subject: "acct:ada@example.org", links: [] });
      const every = await ask(["resource", "acct:ada@example.org"]);
      expect(await every.json()).toMatchObject({ links: [{ rel: RELATION }] });
    },
  );

  test.each<[string, [string, string][], number]>([
    ["without a resource", [["rel", RELATION]], 400],
    [
      "with two",
      [
        ["resource", "acct:a@example.org"],
        ["resource", "acct:b@example.org"],
      ],
      400,
    ],
    ["with a resource that names no host", [["resource", "ada"]], 400],
    [
      "with a resource that is no address of the web",
      [["resource", "javascript:alert(1)//@example.org"]],
      400,
    ],
    ["for another domain", [["resource", "acct:ada@example.com"]], 404],
    ["for a domain below", [["resource", "acct:ada@mail.example.org"]], 404],
    ["for a domain that only ends like it", [["resource", "acct:ada@notexample.org"]], 404],
  ])("refuses a question %s", async (_, pairs, status) => {
    expect((await ask(...pairs)).status).toBe(status);
  });

  test("is silent where no domain is set", async () => {
    const silent = await startTestServer();
    try {
      const path = "/.well-known/webfinger?resource=acct%3Aada%40auth.example";
      expect((await silent.fetch(path)).status).toBe(404);
    } finally {
      await silent.close();
    }
  });
});
