/** Threat class 40: no request keeps a parser busy, overflows the stack, or ends the process. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Glob } from "bun";
import { removeTemporaryFolders, serve, temporaryFolder } from "../cli/support.ts";
import { authorizePath } from "../support/code-flow.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { hostileTexts, patternsIn } from "./patterns.ts";

describe("regular expressions", () => {
  const source = join(import.meta.dir, "../..");
  // The guard of the examples is for copying: it reads what strangers send to other servers.
  const files = [...new Glob("{src,examples}/**/*.{ts,tsx}").scanSync(source)].sort();

  /** The best of several attempts: other work of the machine only adds time. */
  const bestMillis = (pattern: RegExp, text: string): number => {
    let best = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const startedAt = performance.now();
      pattern.lastIndex = 0;
      pattern.test(text);
      best = Math.min(best, performance.now() - startedAt);
    }
    return best;
  };
  /** How many times longer a text takes that is `times` as long. */
  const growthOf = (pattern: RegExp, index: number, length: number, times: number): number => {
    const millis = bestMillis(pattern, hostileTexts(pattern, length * times)[index] ?? "");
    // Too fast to matter at this length.
    if (millis < 1) return 1;
    return millis / Math.max(0.001, bestMillis(pattern, hostileTexts(pattern, length)[index] ?? ""));
  };
  /**
   * With eight times the text, linear work takes eight times as long, and quadratic work 64 times. Exponential work
   * would never end at such lengths, so a few characters show it.
   */
  const isSlow = (pattern: RegExp): boolean =>
    hostileTexts(pattern, 1).some((_, index) =>
      // If only an interruption made it slow, it is faster at the next attempt.
      [1, 2, 3].every(() => growthOf(pattern, index, 10, 2) > 24 || growthOf(pattern, index, 1000, 8) > 24),
    );

  test(
    proves(
      "take time that grows with the text and no faster, all in the source and the examples",
      "threat 40",
    ),
    async () => {
      const found: string[] = [];
      let count = 0;
      for (const file of files) {
        const text = await Bun.file(join(source, file)).text();
        for (const pattern of patternsIn(text)) {
          count += 1;
          if (isSlow(pattern)) found.push(`${file}: ${pattern}`);
        }
        // This test cannot find patterns that are put together at run time.
        if (text.includes("new RegExp(")) found.push(`${file}: new RegExp`);
      }
      expect(count).toBeGreaterThan(60);
      expect(found).toEqual([]);
    },
  );

  test("that are slow are found", () => {
    for (const pattern of [/^(?:a+)+$/, /^(?:a|a)*$/, /^[a-z]*[a-z]*!$/, /\s+$/]) {
      expect({ pattern, isSlow: isSlow(pattern) }).toEqual({ pattern, isSlow: true });
    }
    expect(isSlow(/^[a-z]*!$/)).toBe(false);
    expect(patternsIn("const a = b / c / d; // /x+/\nf(/y[/]+/g, `/z/`, '/q/')")).toEqual([/y[/]+/g]);
  });
});

describe("bodies and addresses", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ limits: { registrations_per_address: 100_000 } });
  });
  afterAll(() => server.close());

  const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);
  const register = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    server.fetch("/auth/register", {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body,
    });
  const uris = (value: string) => `{"redirect_uris":["https://client.example/"],"client_name":${value}}`;

  test.each<[string, string | Uint8Array<ArrayBuffer>]>([
    ["30,000 arrays in one another", nested("[", "]", 30_000)],
    ["30,000 arrays that are never closed", "[".repeat(30_000)],
    ["10,000 objects in one another", nested('{"a":', "}", 10_000).replace("}", "1}")],
    ["a member with 30,000 arrays in one another", uris(nested("[", "]", 30_000))],
    ["30,000 redirect URIs", `{"redirect_uris":[${Array(15_000).fill('"x"').join(",")}]}`],
    ["10,000 members", `{${Array.from({ length: 5000 }, (_, index) => `"m${index}":1`).join(",")}}`],
    ["a number of 60,000 digits", uris("1".repeat(60_000))],
    ["a number beyond all numbers", uris("1e999999")],
    ["60,000 escapes", uris(`"${"\\u0041".repeat(10_000)}"`)],
    ["half of a character", uris('"\\ud800"')],
    ["a byte order mark before it", `\ufeff${uris('"x"')}`],
    ["two documents", `${uris('"x"')}${uris('"x"')}`],
    ["a comment", `/* */${uris('"x"')}`],
    ["nothing", ""],
    ["null", "null"],
    ["a text", '"x"'],
    ["a list", "[]"],
    ["a compressed body", new Uint8Array(gzipSync(uris('"x"')))],
  ])(proves("%s as JSON is refused, and answered", "threat 40"), async (_, body) => {
    const response = await register(body, body instanceof Uint8Array ? { "Content-Encoding": "gzip" } : {});
    expect(response.status).toBe(body.length > 8192 ? 413 : 400);
    expect(await response.json()).toMatchObject({ error: expect.any(String) });
  });

  test(proves("names that objects have of their own change nothing", "threat 40"), async () => {
    const body = `{"redirect_uris":["https://client.example/"],"__proto__":{"scope":"files"},"constructor":{"prototype":{"x":1}}}`;
    const response = await register(body);
    expect([201, 400]).toContain(response.status);
    expect(Object.hasOwn(Object.prototype, "scope")).toBe(false);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  test(
    proves(
      "a text of 60,000 characters in any parameter of any door is answered, and never with 5xx",
      "threat 40",
    ),
    async () => {
      const texts = ["a", " ", "%41", "\u00e9", "../", "a ", "0", "-", "+", "=", "\ud83e\udd8a"].map((unit) =>
        unit.repeat(60_000 / Buffer.byteLength(encodeURIComponent(unit))),
      );
      const names = [
        "scope",
        "client_id",
        "redirect_uri",
        "state",
        "code",
        "resource",
        "code_challenge",
        "prompt",
      ];
      for (const text of texts) {
        for (const name of names) {
          for (const path of ["/auth/token", "/auth/device", "/auth/introspect", "/auth/revoke"]) {
            const response = await server.post(path, {
              client_id: "native",
              grant_type: "refresh_token",
              [name]: text,
            });
            expect(response.status).toBeLessThan(500);
          }
          expect((await server.fetch(authorizePath({ [name]: text }))).status).toBeLessThan(500);
        }
        for (const path of [
          "/login?login_hint=",
          "/login?return_to=",
          "/device?user_code=",
          "/setup?token=",
          "/",
        ]) {
          expect((await server.fetch(path + encodeURIComponent(text))).status).toBeLessThan(500);
        }
      }
    },
  );
});

describe("bytes on the wire", () => {
  let running: Awaited<ReturnType<typeof serve>>;
  let port: number;
  beforeAll(async () => {
    running = await serve(join(temporaryFolder(), "data"));
    port = running.listening.ports[0] ?? 0;
  });
  afterAll(async () => {
    await running.stop();
    removeTemporaryFolders();
  });

  /** Sends bytes, and returns the answer up to the end of the connection. */
  const exchange = (bytes: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1");
      let answer = "";
      socket.on("data", (data) => {
        answer += data.toString();
        socket.end();
      });
      socket.on("error", () => {});
      socket.on("close", () => resolve(answer));
      socket.end(bytes);
    });
  const HEAD = "POST /auth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n";

  test.each([
    ["no request at all", "\r\n\r\n\u0000\u0001\u0002"],
    ["a line without an end", `GET /${"a".repeat(200_000)}`],
    ["an address of 200 kB", `GET /?${"a".repeat(200_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ["a header of 200 kB", `GET / HTTP/1.1\r\nHost: x\r\nX-A: ${"a".repeat(200_000)}\r\n\r\n`],
    ["5000 headers", `GET / HTTP/1.1\r\nHost: x\r\n${"X-A: b\r\n".repeat(5000)}\r\n`],
    ["a cookie of 100 kB", `GET /account HTTP/1.1\r\nHost: x\r\nCookie: ${"a=b;".repeat(25_000)}\r\n\r\n`],
    ["two lengths", `${HEAD}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`],
    ["a negative length", `${HEAD}Content-Length: -1\r\n\r\n`],
    ["a length beyond all numbers", `${HEAD}Content-Length: 99999999999999999999\r\n\r\n`],
    ["a length and chunks", `${HEAD}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ["a chunk of a bad size", `${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\na\r\n0\r\n\r\n`],
    ["a chunk beyond all sizes", `${HEAD}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n`],
    ["another protocol", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["a TLS greeting", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000"],
  ])(
    proves("%s is answered with a refusal or not at all, and the next request as ever", "threat 40"),
    async (_, bytes) => {
      const answer = await exchange(bytes);
      // A request that is only long may get its normal answer.
      if (answer !== "") expect(answer).toMatch(/^HTTP\/1\.1 (?:200|303|400|404|413|414|431) /);
      expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    },
  );
});
