/** RFC 7517: the key set as APIs, browsers and caches get it. */
import { afterEach, describe, expect, test } from "bun:test";
import { calculateJwkThumbprint, type JWK } from "jose";
import { retireSigningKey, rotateSigningKey } from "../../src/operations/signing-keys.ts";
import { SIGNING_ALGORITHMS } from "../../src/protocol/signing-algorithms.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { StoreUnavailable } from "../../src/store/contract.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
afterEach(() => server.close());

const PATH = "/auth/jwks.json";
const algorithms = SIGNING_ALGORITHMS.map(({ algorithm }) => algorithm);

async function start(named = ["ES256"]): Promise<void> {
  server = await startTestServer({ signing: { algorithms: named as typeof algorithms } });
  server.clock.freeze();
  await server.context.signingKeys.keepUp();
}

const ask = (headers: Record<string, string> = {}, method = "GET"): Promise<Response> =>
  server.fetch(PATH, { headers, method });

const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  RSA: ["e", "n"],
  EC: ["crv", "x", "y"],
  OKP: ["crv", "x"],
};

const keysOf = async (response: Response): Promise<JWK[]> => (await response.json()).keys;

describe("the key set", () => {
  test(
    proves(
      "has the public members of one key for each algorithm, and no other",
      "RFC 8414 2-5",
      "OIDF 1-4",
      "OpenID Core 10.1-5",
      "OpenID Core 15.2-5",
      "OpenID Discovery 3-6",
      "OpenID Discovery 3-7",
      "RFC 7517 4.1-1",
      "RFC 7517 4.5-1",
      "RFC 7517 5.1-1",
      "RFC 7517 8.5.2-1",
      "RFC 7517 9.2-1",
      "RFC 7518 3.3-1",
      "RFC 7518 6.2.1.2-1",
      "RFC 7518 6.3.1.1-1",
      "threat 80",
    ),
    async () => {
      await start(algorithms);
      const response = await ask();
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toBe("application/jwk-set+json");
      const text = await response.text();
      const set = JSON.parse(text);
      expect(Object.keys(set)).toEqual(["keys"]);
      const keys: JWK[] = set.keys;
      expect(keys.map(({ alg }) => alg ?? "").toSorted()).toEqual(algorithms.toSorted());
      expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length);
      const bytes = (value: string | undefined) => Buffer.from(value ?? "", "base64url");
      const coordinate: Record<string, number> = { "P-256": 32, "P-384": 48, "P-521": 66, Ed25519: 32 };
      for (const key of keys) {
        const { kty, kid, use, alg, ...own } = key;
        expect({ kid, use }).toEqual({ kid: await calculateJwkThumbprint(key), use: "sig" });
        const members = MEMBERS[kty ?? ""];
        expect(Object.keys(own).toSorted()).toEqual([...(members ?? [])]);
        if (kty === "RSA") expect(bytes(own.n).length).toBe(256);
        if (kty === "RSA") expect(bytes(own.n)[0]).toBeGreaterThan(127);
        if (kty !== "RSA") expect(bytes(own.x).length).toBe(coordinate[own.crv ?? ""] ?? 0);
        if (kty === "EC") expect(bytes(own.y).length).toBe(coordinate[own.crv ?? ""] ?? 0);
        // RFC 7517 §4: no member is there twice, which JSON.parse would hide.
        expect(text.split(`"kid":"${kid}"`)).toHaveLength(2);
      }
    },
  );

  test("may be kept by every cache, for less time than a key is published before it signs", async () => {
    await start();
    const { headers } = await ask({ Cookie: "a=b" });
    expect(headers.get("cache-control")).toBe("public, max-age=300");
    expect(headers.get("etag")).toMatch(/^"[A-Za-z0-9_-]{22}"$/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.has("set-cookie")).toBe(false);
    expect(headers.has("vary")).toBe(false);
  });

  test("is not sent again to a cache that has it, whose ETag may have become weak", async () => {
    await start();
    const etag = (await ask()).headers.get("etag") ?? "";
    for (const known of [etag, `W/${etag}`, `"another", ${etag}`, `"another",W/${etag}`, "*"]) {
      const response = await ask({ "If-None-Match": known });
      expect(response.status).toBe(304);
      expect(await response.text()).toBe("");
      expect(response.headers.get("etag")).toBe(etag);
      expect(response.headers.get("cache-control")).toBe("public, max-age=300");
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
    }
    for (const unknown of ['"another"', etag.slice(0, -2), ""]) {
      expect((await ask({ "If-None-Match": unknown })).status).toBe(200);
    }
  });

  test(
    proves("has another ETag when a key is added or retired, and the same one until then", "OIDF 1-5"),
    async () => {
      await start();
      const first = await ask();
      const etag = first.headers.get("etag") ?? "";
      const [current] = await keysOf(first);
      server.clock.advance(3600);
      expect((await ask({ "If-None-Match": etag })).status).toBe(304);
      const { kid } = await rotateSigningKey(server.context, SERVER_ACT, "ES256", { atOnce: false });
      server.clock.advance(10);
      const second = await ask({ "If-None-Match": etag });
      expect((await keysOf(second)).map((key) => key.kid)).toEqual([current?.kid, kid]);
      await retireSigningKey(server.context, SERVER_ACT, current?.kid ?? "");
      server.clock.advance(10);
      const third = await ask({ "If-None-Match": second.headers.get("etag") ?? "" });
      expect((await keysOf(third)).map((key) => key.kid)).toEqual([kid]);
    },
  );

  test(
    proves("loses a former key when its last token has expired", "OIDF 1-5", "OpenID Core 10.1.1-1"),
    async () => {
      await start();
      const { kid, signsFrom } = await rotateSigningKey(server.context, SERVER_ACT, "ES256", {
        atOnce: true,
      });
      const end = signsFrom + 3600 + 3600;
      server.clock.advance(end - server.clock.seconds() - 1);
      expect(await keysOf(await ask())).toHaveLength(2);
      server.clock.advance(1);
      expect((await keysOf(await ask())).map((key) => key.kid)).toEqual([kid]);
    },
  );

  test("is no fixed answer of a listener while the server does not know its keys", async () => {
    server = await startTestServer();
    const { store } = server.context;
    const { list } = store;
    store.list = async () => {
      throw new StoreUnavailable("away", { advice: "" });
    };
    expect(Object.keys(await server.fixedAnswers())).not.toContain(PATH);
    store.list = list;
    expect(Object.keys(await server.fixedAnswers())).toContain(PATH);
  });

  test("is for scripts of every site, and answers HEAD, and no POST", async () => {
    await start();
    const get = await ask({ Origin: "https://spa.example" });
    expect(get.headers.get("access-control-allow-origin")).toBe("*");
    expect(get.headers.has("access-control-allow-credentials")).toBe(false);
    const head = await ask({}, "HEAD");
    expect(head.status).toBe(200);
    expect(await head.text()).toBe("");
    expect(head.headers.get("content-length")).toBe(String((await get.text()).length));
    expect(head.headers.get("etag")).toBe(get.headers.get("etag"));
    expect((await ask({}, "OPTIONS")).status).toBe(204);
    const post = await ask({}, "POST");
    expect({ status: post.status, allow: post.headers.get("allow") }).toEqual({
      status: 405,
      allow: "GET, HEAD, OPTIONS",
    });
  });
});
