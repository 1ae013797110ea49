/** Requests of the server itself, against hostile hosts: threat classes 20 and 21. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createOutbound,
  isOutboundAllowance,
  isPublicAddress,
  OutboundError,
  type OutboundFault,
  type OutboundOptions,
  type OutboundPurpose,
  type OutboundRequest,
  plainAddress,
} from "../../src/platform/outbound.ts";
import { proves } from "../support/proves.ts";

const folder = mkdtempSync(join(tmpdir(), "tessera-outbound-"));
const read = (name: string) => readFileSync(join(folder, name), "utf8");

let visits: Request[] = [];
async function serve(request: Request): Promise<Response> {
  visits.push(request);
  const json = { "Content-Type": "application/json; charset=utf-8" };
  switch (new URL(request.url).pathname) {
    case "/redirect":
      return new Response(null, { status: 302, headers: { Location: "/good" } });
    case "/missing":
      return new Response("{}", { status: 404, headers: json });
    case "/page":
      return new Response("<p>", { headers: { "Content-Type": "text/html" } });
    case "/large":
      return new Response(`"${"x".repeat(70_000)}"`, { headers: json });
    case "/bomb":
      return new Response(Bun.gzipSync(Buffer.alloc(70_000, 32)), {
        headers: { ...json, "Content-Encoding": "gzip" },
      });
    case "/drip":
      return new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(Buffer.from(" "));
          },
        }),
        { headers: json },
      );
    case "/silent":
      await new Promise((resolve) => silent.push(resolve));
      return new Response();
    case "/form":
      return new Response(JSON.stringify(await request.text()), { headers: json });
    default:
      return new Response(JSON.stringify({ host: request.headers.get("host") }), { headers: json });
  }
}
const silent: ((value: unknown) => void)[] = [];

let plain: Bun.Server<undefined>;
let secure: Bun.Server<undefined>;
beforeAll(() => {
  const made = Bun.spawnSync([
    ...["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
    ...["-days", "2", "-subj", "/CN=keys.example", "-addext", "subjectAltName=DNS:keys.example"],
    ...["-keyout", join(folder, "key.pem"), "-out", join(folder, "certificate.pem")],
  ]);
  if (made.exitCode !== 0) throw new Error(made.stderr.toString());
  plain = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: serve });
  secure = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: serve,
    tls: { key: read("key.pem"), cert: read("certificate.pem") },
  });
});
afterAll(async () => {
  for (const answer of silent) answer(null);
  await plain.stop(true);
  await secure.stop(true);
  rmSync(folder, { recursive: true });
});

const LOCAL = async () => ["127.0.0.1"];
const JSON_TYPES = ["application/json"];

function send(url: string, options: Partial<OutboundOptions> = {}, request: Partial<OutboundRequest> = {}) {
  visits = [];
  const outbound = createOutbound({ allow: ["127.0.0.1"], resolve: LOCAL, ...options });
  return outbound.send({ purpose: "keys", url, types: JSON_TYPES, ...request });
}
async function faultOf(sending: Promise<unknown>): Promise<OutboundFault | null> {
  try {
    await sending;
    return null;
  } catch (error) {
    if (error instanceof OutboundError) return error.fault;
    throw error;
  }
}
const local = (path: string) => `http://127.0.0.1:${plain.port}${path}`;

describe("an outbound request", () => {
  test(
    proves(
      "gets the answer of an https host, whose certificate must be for the name",
      "threat 21",
      "FAPI 2.0 5.2.1-5",
    ),
    async () => {
      const authorities = [read("certificate.pem")];
      const url = `https://keys.example:${secure.port}/good`;
      const { text } = await send(url, { authorities });
      expect(JSON.parse(text)).toEqual({ host: `keys.example:${secure.port}` });
      expect(await faultOf(send(url))).toBe("unreachable");
      expect(await faultOf(send(`https://other.example:${secure.port}/good`, { authorities }))).toBe(
        "unreachable",
      );
    },
  );

  test("sends a form, and throws away a body that does not matter", async () => {
    const answer = await send(local("/form"), {}, { form: { logout_token: "a b&c" } });
    expect(JSON.parse(answer.text)).toBe("logout_token=a+b%26c");
    expect(visits[0]?.method).toBe("POST");
    expect(await send(local("/page"), {}, { form: {}, types: [] })).toEqual({ status: 200, text: "" });
  });

  test("carries nothing of this server: no cookie, no credentials", async () => {
    await send(local("/good"));
    const names = [...(visits[0]?.headers.keys() ?? [])].sort();
    expect(names).toEqual(["accept", "accept-encoding", "connection", "host", "user-agent"]);
  });

  test("goes past the proxy of the environment", async () => {
    const before = { ...process.env };
    Object.assign(process.env, {
      HTTP_PROXY: "http://127.0.0.1:1",
      http_proxy: "http://127.0.0.1:1",
      ALL_PROXY: "http://127.0.0.1:1",
    });
    try {
      expect((await send(local("/good"))).status).toBe(200);
    } finally {
      for (const name of ["HTTP_PROXY", "http_proxy", "ALL_PROXY"]) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    }
  });

  test.each([
    ["a redirect", "/redirect", "redirected"],
    ["a status that is no success", "/missing", "refused_by_peer"],
    ["another type", "/page", "wrong_type"],
    ["a body that is too long", "/large", "too_large"],
    ["a compressed body", "/bomb", "wrong_type"],
  ] as const)(proves("refuses %s", "threat 20", "threat 21"), async (_, path, fault) => {
    expect(await faultOf(send(local(path)))).toBe(fault);
    expect(visits).toHaveLength(1);
  });

  test.each(["/drip", "/silent"])(proves("does not wait for %s", "threat 20"), async (path) => {
    expect(await faultOf(send(local(path), {}, { timeoutMillis: 50 }))).toBe("too_slow");
  });

  test(proves("does not wait for a slow name server", "threat 20"), async () => {
    const resolve = () => new Promise<string[]>(() => {});
    expect(await faultOf(send("https://slow.example/", { resolve }, { timeoutMillis: 50 }))).toBe("too_slow");
  });

  test.each([
    "ftp://keys.example/",
    "file:///etc/passwd",
    "http://keys.example/",
    "https://user@keys.example/",
    "text",
  ])(proves("refuses the URL %s", "threat 20", "threat 21"), async (url) => {
    expect(await faultOf(send(url, { allow: [] }))).toBe("url_refused");
  });

  test(proves("a name is resolved once, and only what was checked is called", "threat 21"), async () => {
    // The first answer is allowed; a second one would lead to the listener.
    const answers = [["192.0.2.1"], ["127.0.0.1"]];
    let asked = 0;
    const resolve = async () => answers[asked++] ?? [];
    const url = `http://rebinding.example:${plain.port}/good`;
    const sending = send(url, { allow: ["rebinding.example"], resolve }, { timeoutMillis: 200 });
    expect(["unreachable", "too_slow"]).toContain(String(await faultOf(sending)));
    expect({ asked, visits: visits.length }).toEqual({ asked: 1, visits: 0 });
  });

  test(proves("a name with one bad address among good ones is refused", "threat 21"), async () => {
    const resolve = async () => ["93.184.216.34", "127.0.0.1"];
    expect(await faultOf(send("https://mixed.example/", { allow: [], resolve }))).toBe("address_refused");
    expect(await faultOf(send("https://none.example/", { resolve: async () => [] }))).toBe("unresolved");
  });

  test("a host that the operator allows may be anywhere, and may have http; a network only https by name", async () => {
    const url = `http://nextcloud.lan:${plain.port}/good`;
    expect((await send(url, { allow: ["nextcloud.lan"] })).status).toBe(200);
    expect(await faultOf(send(url, { allow: ["127.0.0.0/8"] }))).toBe("url_refused");
    expect(await faultOf(send(`http://other.lan:${plain.port}/good`, { allow: ["nextcloud.lan"] }))).toBe(
      "url_refused",
    );
  });

  const FEW = { perHost: 2, all: 3 };
  const atOnce = {
    registration: FEW,
    documents: FEW,
    keys: FEW,
    issuers: FEW,
    notices: FEW,
    passwords: FEW,
    webhooks: FEW,
    pings: FEW,
  };

  test("one slow host does not take the places of others", async () => {
    visits = [];
    const outbound = createOutbound({ allow: ["127.0.0.1"], atOnce });
    const ask = (path: string) =>
      outbound.send({ purpose: "keys", url: local(path), types: JSON_TYPES, timeoutMillis: 200 });
    const waiting = [ask("/silent"), ask("/silent")].map(faultOf);
    expect(await faultOf(ask("/good"))).toBe("too_many");
    expect(await Promise.all(waiting)).toEqual(["too_slow", "too_slow"]);
    expect((await ask("/good")).status).toBe(200);
  });

  test(
    proves("slow hosts that strangers name at registration hold up no keys and no notices", "threat 42"),
    async () => {
      visits = [];
      const ending = Promise.withResolvers<readonly string[]>();
      const resolve = (host: string) => (host.endsWith(".slow.example") ? ending.promise : LOCAL());
      const outbound = createOutbound({ allow: ["127.0.0.1", "keys.lan"], resolve, atOnce });
      const ask = (purpose: OutboundPurpose, url: string) =>
        outbound.send({ purpose, url, types: JSON_TYPES });
      const good = `http://keys.lan:${plain.port}/good`;
      const waiting = [1, 2, 3]
        .map((host) => ask("registration", `https://${host}.slow.example/`))
        .map(faultOf);
      expect(await faultOf(ask("registration", good))).toBe("too_many");
      expect((await ask("keys", good)).status).toBe(200);
      expect((await ask("notices", good)).status).toBe(200);
      ending.resolve([]);
      expect(await Promise.all(waiting)).toEqual(["unresolved", "unresolved", "unresolved"]);
      expect((await ask("registration", good)).status).toBe(200);
    },
  );

  test(
    proves(
      "a host that is missing, inside, closed or silent gives a stranger the same words",
      "threat 20",
      "threat 34",
    ),
    async () => {
      const wordsOf = async (sending: Promise<unknown>) => {
        const error = await sending.then(
          () => null,
          (thrown: unknown) => thrown,
        );
        if (!(error instanceof OutboundError)) throw new Error("It was answered.");
        return { fault: error.fault, words: error.publicWords };
      };
      const found = [
        await wordsOf(send("https://missing.internal/", { resolve: async () => [] })),
        await wordsOf(send("https://wiki.internal/", { allow: [], resolve: async () => ["10.0.0.7"] })),
        await wordsOf(send("https://127.0.0.1:1/")),
        await wordsOf(send(local("/silent"), {}, { timeoutMillis: 100 })),
      ];
      expect(found.map(({ fault }) => fault)).toEqual([
        "unresolved",
        "address_refused",
        "unreachable",
        "too_slow",
      ]);
      const [first] = found;
      for (const { words } of found) expect(words).toBe(first?.words ?? "");
      expect(first?.words).not.toContain("internal");
      // What a host answered is the client's own business.
      expect((await wordsOf(send(local("/page")))).words).toContain("Content-Type");
    },
  );
});

describe("addresses", () => {
  const NOT_PUBLIC = [
    ...["0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.255", "169.254.169.254", "172.16.0.1"],
    ...[
      "172.31.255.255",
      "192.0.0.1",
      "192.0.2.1",
      "192.168.1.1",
      "198.18.0.1",
      "198.51.100.1",
      "203.0.113.1",
    ],
    ...["224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"],
    ...[
      "::",
      "::1",
      "::127.0.0.1",
      "::ffff:127.0.0.1",
      "::ffff:7f00:1",
      "::FFFF:10.0.0.1",
      "::ffff:0:10.0.0.1",
    ],
    ...["fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1", "3fff::1"],
    ...[
      "2001::1",
      "2002:7f00:1::",
      "64:ff9b::127.0.0.1",
      "64:ff9b::a00:1",
      "64:ff9b::1",
      "64:ff9b:1::1",
      "100::1",
    ],
    ...["", "text", "127.0.0.1.example"],
  ];

  test.each(NOT_PUBLIC)(proves("%p is not public", "threat 20"), (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each([
    "1.1.1.1",
    "93.184.216.34",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "::ffff:1.1.1.1",
    "64:ff9b::1.1.1.1",
  ])("%s is public", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test.each([
    ...["2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "0", "127.0.0.1.", "%31%32%37.0.0.1"],
    ...["[::ffff:127.0.0.1]", "[::1]", "[0:0:0:0:0:ffff:7f00:1]", "①②⑦.⓪.⓪.①"],
  ])(proves("the host %s is seen for what it is", "threat 21"), async (host) => {
    const resolve = async () => ["127.0.0.1"];
    expect(await faultOf(send(`https://${host}:${secure.port}/`, { allow: [], resolve }))).toBe(
      "address_refused",
    );
    expect(visits).toHaveLength(0);
  });

  test(proves("have one form", "threat 21"), () => {
    expect(plainAddress("::ffff:10.0.0.1")).toBe("10.0.0.1");
    expect(plainAddress("2001:DB8:0:0::1")).toBe("2001:db8::1");
    expect(plainAddress("name.example")).toBeNull();
  });

  test.each([
    ["10.0.0.0/8", true],
    ["192.168.1.7", true],
    ["fd00::/8", true],
    ["nextcloud.lan", true],
    ["localhost", true],
    ["10.0.0.0/33", false],
    ["10.0.0.0/8/8", false],
    ["https://nextcloud.lan", false],
    ["nextcloud.lan:8080", false],
    ["nextcloud.lan/8", false],
    ["*.lan", false],
    ["10.0.0", false],
    ["", false],
  ])("%p may be allowed: %p", (text, may) => {
    expect(isOutboundAllowance(text)).toBe(may);
  });
});
