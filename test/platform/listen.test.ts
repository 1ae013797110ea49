import { afterEach, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { parse } from "valibot";
import { configurationSchema } from "../../src/configuration/schema.ts";
import { type Fetch, ListenError, type Listening, listen } from "../../src/platform/listen.ts";
import { createLog } from "../../src/platform/log.ts";
import { proves } from "../support/proves.ts";

const open: Listening[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listening) => listening.stop(0)));
});

interface Options {
  readonly listen?: { host?: string; port?: number }[];
  readonly trusted_proxies?: string[];
  readonly limits?: { request_body_bytes?: number; readonly picture_bytes?: number };
  readonly paths?: string[];
  readonly headers?: Record<string, string>;
  readonly elsewhere?: Fetch;
}

let logged = "";
const remember = (line: string) => {
  logged += line;
};
async function start(
  fetch: Fetch,
  {
    listen: listeners = [{ host: "127.0.0.1", port: 0 }],
    paths = ["/", "/document"],
    headers = {},
    elsewhere = fetch,
    ...rest
  }: Options = {},
) {
  const configuration = parse(configurationSchema, { listen: listeners, ...rest });
  logged = "";
  const log = createLog({ level: "debug", format: "text", write: remember });
  const listening = await listen({ configuration, paths, fetch, elsewhere, headers, log });
  open.push(listening);
  return listening;
}

const hello: Fetch = () => new Response("hello");

/** Sends bytes unchanged, and returns the answer up to the end of the connection. */
function raw(port: number, text: string, host = "127.0.0.1"): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(port, host);
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
    socket.write(text);
  });
}

describe("listening", () => {
  test("answers on every listener", async () => {
    const { urls } = await start(hello, {
      listen: [
        { host: "127.0.0.1", port: 0 },
        { host: "127.0.0.1", port: 0 },
      ],
    });
    expect(urls).toHaveLength(2);
    for (const url of urls) expect(await (await fetch(url)).text()).toBe("hello");
  });

  test("localhost is taken on IPv4 and on IPv6, so that nobody else can answer there", async () => {
    const { ports } = await start(hello, { listen: [{ host: "localhost", port: 0 }] });
    for (const host of ["127.0.0.1", "[::1]"]) {
      expect(await (await fetch(`http://${host}:${ports[0]}`)).text()).toBe("hello");
    }
  });

  test("a port in use is an error that names it and what to do", async () => {
    const { ports } = await start(hello);
    const port = ports[0] ?? 0;
    const again = start(hello, { listen: [{ host: "127.0.0.1", port }] });
    await expect(again).rejects.toThrow(ListenError);
    await expect(again).rejects.toThrow(`Port ${port} is in use`);
  });

  test("when one listener cannot be had, the others are given back", async () => {
    const { ports } = await start(hello);
    const free = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
    const freePort = free.port ?? 0;
    await free.stop(true);
    const listeners = [freePort, ports[0] ?? 0].map((port) => ({ host: "127.0.0.1", port }));
    await expect(start(hello, { listen: listeners })).rejects.toThrow("in use");
    await Bun.sleep(10);
    expect((await start(hello, { listen: [{ host: "127.0.0.1", port: freePort }] })).ports).toEqual([
      freePort,
    ]);
  });

  test("an address that this machine does not have is an error that says so", async () => {
    await expect(start(hello, { listen: [{ host: "192.0.2.1", port: 0 }] })).rejects.toThrow(
      "no address 192.0.2.1",
    );
  });
});

describe("fixed answers", () => {
  const document = () => new Response('{"fixed":true}', { headers: { "Content-Type": "application/json" } });

  test("are sent to GET and HEAD of exactly their path; all else is asked for", async () => {
    const { urls, publish } = await start((request) => new Response(`asked ${request.method}`));
    const [url = ""] = urls;
    expect(await (await fetch(`${url}/document`)).text()).toBe("asked GET");
    publish({ "/document": document() });
    const answer = await fetch(`${url}/document?a=b`);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(await answer.text()).toBe('{"fixed":true}');
    const head = await fetch(`${url}/document`, { method: "HEAD" });
    expect(head.headers.get("content-length")).toBe("14");
    for (const method of ["POST", "OPTIONS", "DELETE"]) {
      expect(await (await fetch(`${url}/document`, { method })).text()).toBe(`asked ${method}`);
    }
    for (const path of ["/document/", "/Document", "/documents", "/%64ocument"]) {
      expect(await (await fetch(url + path)).text()).toBe("asked GET");
    }
  });

  test("are not sent again to whoever has them", async () => {
    const { urls, publish } = await start(hello);
    publish({ "/document": document() });
    const tag = (await fetch(`${urls[0]}/document`)).headers.get("etag") ?? "";
    expect(tag).not.toBe("");
    const again = await fetch(`${urls[0]}/document`, { headers: { "If-None-Match": tag } });
    expect(again.status).toBe(304);
  });

  test("are only for paths of the listener, and no path stands for all below it", async () => {
    const { urls, publish } = await start(hello);
    publish({ "/:any": document(), "/*": document() });
    expect(await (await fetch(`${urls[0]}/else`)).text()).toBe("hello");
    await expect(start(hello, { paths: ["/*"] })).rejects.toThrow("as a pattern");
  });

  test("leave the limits as they are", async () => {
    const { urls, publish } = await start(
      async (request) => new Response(String((await request.text()).length)),
      { limits: { picture_bytes: 1024 } },
    );
    publish({ "/document": document() });
    const body = "x".repeat(1024 * 1024);
    const status = await fetch(`${urls[0]}/`, { method: "POST", body }).then(
      (answer) => answer.status,
      () => 0,
    );
    expect([0, 413]).toContain(status);
  });
});

describe("a path with a parameter", () => {
  const startPatterns = () =>
    start(() => new Response("found"), {
      paths: ["/api/people", "/api/people/:subject", "/api/people/:subject/sessions"],
      elsewhere: () => new Response("elsewhere"),
    });
  const answerTo = async (port: number, target: string) => {
    const answer = await raw(port, `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    return answer.split("\r\n\r\n")[1];
  };

  test("is any one segment", async () => {
    const { ports } = await startPatterns();
    for (const target of ["/api/people/a", "/api/people/a%2Fb?x=/..", "/api/people/%C3%A4/sessions"])
      expect(await answerTo(ports[0] ?? 0, target)).toBe("found");
  });

  // The proxy in front has seen another path than the one that the runtime made of it (decision 32).
  test(proves("is not what the runtime makes of a target that it resolves", "threat 90"), async () => {
    const { ports } = await startPatterns();
    for (const target of [
      "/api/people/..",
      "/api/people/.",
      "/api/people/%2e%2e",
      "/api/people/%2E",
      "/api/people/a/b/../sessions",
      "/api/people/../people/sessions",
      "/api/people/a\\sessions",
      "/x/../api/people/a",
      "/api/x/..%2fpeople/a",
      "/api/people/",
      "/api/people//sessions",
      "/api/peopl%65/a",
      "/api/people/%",
      "/api/people/%ff",
    ])
      expect(await answerTo(ports[0] ?? 0, target)).toBe("elsewhere");
  });
});

test("the answers that it makes itself have the headers that it was given", async () => {
  const { urls } = await start(
    () => {
      throw new Error("broken");
    },
    { headers: { "Strict-Transport-Security": "max-age=5" } },
  );
  const answer = await fetch(urls[0] ?? "");
  expect(answer.status).toBe(500);
  expect(answer.headers.get("strict-transport-security")).toBe("max-age=5");
});

describe("the address", () => {
  const echo: Fetch = (_, addressOf) => new Response(addressOf());

  test(proves("is that of the connection", "RFC 9700 4.13-1"), async () => {
    const { urls } = await start(echo);
    const answer = await fetch(urls[0] ?? "", { headers: { "X-Forwarded-For": "198.51.100.9" } });
    expect(await answer.text()).toBe("127.0.0.1");
  });

  test(proves("is what a trusted proxy says", "RFC 9700 4.13-1"), async () => {
    const { urls } = await start(echo, { trusted_proxies: ["loopback"] });
    const answer = await fetch(urls[0] ?? "", { headers: { "X-Forwarded-For": "1.1.1.1, 198.51.100.9" } });
    expect(await answer.text()).toBe("198.51.100.9");
  });
});

describe("odd requests", () => {
  const readsUrl: Fetch = (request) => new Response(new URL(request.url).pathname);

  test.each(["a b", "[::", "", "a:99999"])(
    "a Host header of %p is a 400 in JSON, and no stack trace",
    async (host) => {
      const { ports } = await start(readsUrl);
      const answer = await raw(
        ports[0] ?? 0,
        `GET /x HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toStartWith("HTTP/1.1 400");
      expect(answer).toContain('"error":"invalid_request"');
      expect(answer).not.toContain(".ts");
    },
  );

  test("a handler that throws is a plain 500 in JSON, told in the log", async () => {
    const { urls } = await start(() => {
      throw new Error("a private reason");
    });
    const answer = await fetch(urls[0] ?? "");
    expect(answer.status).toBe(500);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const body = await answer.text();
    expect(JSON.parse(body).error).toBe("server_error");
    expect(body).not.toContain("private");
    expect(logged).toContain("a private reason");
    expect(logged).toContain(` request=${answer.headers.get("request-id")}\n`);
  });

  test("a body far beyond the limit is not read", async () => {
    let calls = 0;
    const { urls } = await start(
      async (request) => {
        await request.text();
        calls += 1;
        return new Response();
      },
      { limits: { request_body_bytes: 1024, picture_bytes: 1024 } },
    );
    const answer = await fetch(urls[0] ?? "", { method: "POST", body: "x".repeat(5000) });
    expect(answer.status).toBe(413);
    expect(calls).toBe(0);
  });
});

describe("a graceful stop", () => {
  test("lets a request under way finish, and takes no new connection", async () => {
    const release = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    const { urls, stop } = await start(async () => {
      entered.resolve();
      await release.promise;
      return new Response("finished");
    });
    const slow = fetch(urls[0] ?? "");
    await entered.promise;
    const stopped = stop(5000);
    await Bun.sleep(20);
    await expect(fetch(urls[0] ?? "")).rejects.toThrow();
    release.resolve();
    expect(await (await slow).text()).toBe("finished");
    expect(await stopped).toBe(0);
  });

  test("does not wait for connections on which nothing happens", async () => {
    const { ports, stop } = await start(hello);
    const idle = connect(ports[0] ?? 0, "127.0.0.1");
    idle.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await new Promise((resolve) => idle.once("data", resolve));
    const before = Date.now();
    expect(await stop(5000)).toBe(0);
    expect(Date.now() - before).toBeLessThan(1000);
    idle.destroy();
  });

  test("cuts off after the deadline what would never finish", async () => {
    const entered = Promise.withResolvers<void>();
    const { urls, stop } = await start(async () => {
      entered.resolve();
      await new Promise(() => {});
      return new Response();
    });
    const endless = fetch(urls[0] ?? "").then(
      () => "answered",
      () => "cut off",
    );
    await entered.promise;
    expect(await stop(50)).toBe(1);
    expect(await endless).toBe("cut off");
  });
});
