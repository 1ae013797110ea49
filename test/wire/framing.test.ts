/**
 * The border between two requests. The server refuses everything that two parsers could read differently, and closes
 * the connection. So it never answers a part of one request as another request.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { endProcesses } from "../cli/processes.ts";
import { newToken } from "../cli/running.ts";
import { removeTemporaryFolders } from "../cli/support.ts";
import { proves } from "../support/proves.ts";
import { answersIn, exchange, startWireServer, statusesIn, type WireServer } from "./support.ts";

let server: WireServer;
beforeAll(async () => {
  server = await startWireServer();
});
afterAll(async () => {
  await server.stop();
  await endProcesses();
  removeTemporaryFolders();
});

const FORM = "grant_type=client_credentials";
const LENGTH = FORM.length;
const SIZE = LENGTH.toString(16);
const CHUNKS = `${SIZE}\r\n${FORM}\r\n0\r\n\r\n`;
/** A second request after each; an answer to it shows that the connection goes on. */
const NEXT = "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/** A token request with these header lines, unchanged, and this body. */
const post = (lines: string, body: string, path = "/auth/token", version = "1.1"): string =>
  `POST ${path} HTTP/${version}\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n${server.authorization}${lines}\r\n${body}`;
const get = (lines: string, target = "/healthz"): string =>
  `GET ${target} HTTP/1.1\r\nHost: x\r\n${lines}\r\n`;

const REFUSED: Readonly<Record<string, () => string>> = {
  "two lengths": () => post(`Content-Length: ${LENGTH}\r\nContent-Length: 5\r\n`, FORM),
  "a list of lengths": () => post(`Content-Length: ${LENGTH}, ${LENGTH}\r\n`, FORM),
  "a length with a sign": () => post(`Content-Length: +${LENGTH}\r\n`, FORM),
  "a negative length": () => post("Content-Length: -1\r\n", FORM),
  "a hexadecimal length": () => post(`Content-Length: 0x${SIZE}\r\n`, FORM),
  "an empty length": () => post("Content-Length: \r\n", FORM),
  "a length beyond 64 bits": () => post("Content-Length: 99999999999999999999999\r\n", FORM),
  "a length and chunks": () => post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", CHUNKS),
  "chunks and a length": () => post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", CHUNKS),
  "a coding that nobody knows": () => post("Transfer-Encoding: xchunked\r\n", CHUNKS),
  "the coding identity": () => post("Transfer-Encoding: identity\r\n", FORM),
  "compressed chunks": () => post("Transfer-Encoding: gzip, chunked\r\n", CHUNKS),
  "chunks twice": () => post("Transfer-Encoding: chunked, chunked\r\n", CHUNKS),
  "two codings in two lines": () =>
    post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", CHUNKS),
  "a space before the colon": () => post("Transfer-Encoding : chunked\r\nContent-Length: 3\r\n", CHUNKS),
  "chunks in HTTP/1.0": () => post("Transfer-Encoding: chunked\r\n", CHUNKS, "/auth/token", "1.0"),
  "a chunk size that is no number": () => chunked(`zz\r\n${FORM}\r\n0\r\n\r\n`),
  "a chunk size with a prefix": () => chunked(`0x${SIZE}\r\n${FORM}\r\n0\r\n\r\n`),
  "a negative chunk size": () => chunked(`-1\r\n${FORM}\r\n0\r\n\r\n`),
  "a chunk size beyond 64 bits": () => chunked(`10000000000000${SIZE}\r\n${FORM}\r\n0\r\n\r\n`),
  "a chunk that is longer than it says": () => chunked(`5\r\n${FORM}\r\n0\r\n\r\n`),
  "chunk lines that end in a bare LF": () => chunked(`${SIZE}\n${FORM}\n0\n\n`),
  "a bare LF in a chunk extension": () => chunked(`${SIZE};a\nb\r\n${FORM}\r\n0\r\n\r\n`),
  "a chunk extension without an end": () => chunked(`${SIZE};${"a".repeat(70_000)}\r\n${FORM}\r\n0\r\n\r\n`),
  "a folded header": () => get("X-A: a\r\n b\r\n"),
  "a folded header that hides a length": () => post("X-A: a\r\n Content-Length: 3\r\n", FORM),
  "a first header that begins with a space": () => "GET /healthz HTTP/1.1\r\n Host: x\r\n\r\n",
  "lines that end in a bare LF": () => "GET /healthz HTTP/1.1\nHost: x\n\n",
  "a bare LF in a header": () => get("X-A: a\nX-B: b\r\n"),
  "a bare CR in a header": () => get("X-A: a\rX-B: b\r\n"),
  "a NUL in a header": () => get("X-A: a\0b\r\n"),
  "a NUL in the name of a header": () => get("X\0: a\r\n"),
  "a NUL in the target": () => get("", "/health\0z"),
  "a space in the name of a header": () => get("X Y: a\r\n"),
  "a header without a name": () => get(": a\r\n"),
  "a header without a colon": () => get("X\r\n"),
  "no Host": () => "GET /healthz HTTP/1.1\r\nX-A: a\r\n\r\n",
  "a target of 200 kB": () => get("", `/${"a".repeat(200_000)}`),
  "a thousand headers": () => get(Array.from({ length: 1000 }, (_, i) => `X-${i}: 1\r\n`).join("")),
  "HTTP/0.9": () => "GET /healthz\r\n",
  "HTTP/1.2": () => "GET /healthz HTTP/1.2\r\nHost: x\r\n\r\n",
  "the preface of HTTP/2": () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
  "a greeting of TLS": () => "\x16\x03\x01\0\x05\x01\0\0\x01\0",
  "the asterisk target": () => "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
};
const chunked = (body: string): string => post("Transfer-Encoding: chunked\r\n", body);

test.each(Object.entries(REFUSED))(
  proves("%s is refused, and nothing that follows is answered", "threat 40"),
  async (_, request) => {
    const [refusal = 0, ...others] = statusesIn(await exchange(server.port, request() + NEXT));
    expect([400, 413, 431, 505]).toContain(refusal);
    expect(others).toEqual([]);
  },
);

test.each([
  ["an unknown method", () => "BREW /healthz HTTP/1.1\r\nHost: x\r\n\r\n"],
  ["a method in small letters", () => "get /healthz HTTP/1.1\r\nHost: x\r\n\r\n"],
])("%s closes the connection without a word", async (_, request) => {
  expect(await exchange(server.port, request() + NEXT)).toBe("");
});

test.each<[string, () => string, number]>([
  ["a length", () => post(`Content-Length: ${LENGTH}\r\n`, FORM), 200],
  [
    "the same length twice",
    () => post(`Content-Length: ${LENGTH}\r\nContent-Length: ${LENGTH}\r\n`, FORM),
    200,
  ],
  ["chunks", () => chunked(CHUNKS), 200],
  [
    "many small chunks",
    () => chunked(`${[...FORM].map((byte) => `1\r\n${byte}\r\n`).join("")}0\r\n\r\n`),
    200,
  ],
  ["a chunk extension", () => chunked(`${SIZE};a=b\r\n${FORM}\r\n0\r\n\r\n`), 200],
  ["a tab before a value", () => post("Transfer-Encoding:\tchunked\r\n", CHUNKS), 200],
  ["an absolute target of another server", () => get("", "http://evil.example/healthz"), 200],
  ["a fragment in the target", () => get("", "/healthz#/auth/token"), 404],
  [
    "an offer to speak HTTP/2",
    () => get("Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"),
    200,
  ],
  [
    "an offer of a web socket",
    () =>
      get(
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
      ),
    200,
  ],
  ["TRACE", () => `TRACE /healthz HTTP/1.1\r\nHost: x\r\nCookie: tessera=canary\r\n\r\n`, 405],
])("%s is read as it is meant, and the next request after it", async (_, request, status) => {
  const text = await exchange(server.port, request(), { thenSend: NEXT });
  expect(statusesIn(text)).toEqual([status, 200]);
  expect(text).not.toContain("canary");
});

test("CONNECT opens no way through", async () => {
  const request = `CONNECT 127.0.0.1:${server.port} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
  const statuses = statusesIn(await exchange(server.port, request + NEXT));
  expect(statuses).toHaveLength(1);
  expect(statuses[0]).toBeGreaterThanOrEqual(400);
});

describe("a body that looks like requests", () => {
  const SMUGGLED = "DELETE /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
  const withBody = (request: string, body: string) =>
    request.replace("\r\n\r\n", `\r\nContent-Length: ${body.length}\r\n\r\n${body}`);

  test.each<[string, () => string, number]>([
    ["of a GET", () => withBody(get(""), SMUGGLED), 200],
    [
      "of a GET that is answered without asking anybody",
      () => withBody(get("", "/.well-known/oauth-authorization-server"), SMUGGLED),
      200,
    ],
    ["to nowhere", () => withBody(post("", "", "/nowhere"), SMUGGLED), 404],
    ["of a method that is not allowed", () => withBody(get("", "/auth/token"), SMUGGLED), 405],
    ["to an endpoint that refuses the query", () => withBody(post("", "", "/auth/token?a=b"), SMUGGLED), 400],
    [
      "to an endpoint that does not know the client",
      () => withBody(post("", "", "/auth/introspect").replace("Basic ", "Basic A"), SMUGGLED),
      401,
    ],
    ["to an endpoint that refuses the type", () => withBody(post("", "", "/auth/register"), SMUGGLED), 415],
    ["that is too long", () => withBody(post("", ""), SMUGGLED.repeat(2000)), 413],
    ["in chunks", () => chunked(`${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`), 400],
  ])("%s is never answered", async (_, request, status) => {
    const text = await exchange(server.port, request(), { thenSend: NEXT });
    const [first, ...others] = statusesIn(text);
    expect(first).toBe(status);
    // Either the server closes the connection, or it answers the next request correctly.
    expect([[], [200]]).toContainEqual(others);
  });
});

describe("requests that are sent without waiting for answers", () => {
  const issue = () => post(`Content-Length: ${LENGTH}\r\n`, FORM);
  const ask = (body: string) => post(`Content-Length: ${body.length}\r\n`, body, "/auth/introspect");

  // The runtime closes a connection that sends another request while it still works on the previous one.
  test("are answered in their order as far as they are, and never as another's", async () => {
    const form = `token=${await newToken(server)}`;
    const rounds = Array.from({ length: 10 }, () => [ask(form), ask(`${form}x`), get(""), issue()]).flat();
    for (let first = 0; first < 4; first += 1) {
      const answers = answersIn(await exchange(server.port, rounds.slice(first).join("") + NEXT));
      const seen = answers.map(({ body }) => JSON.parse(body));
      const kinds = seen.map((body) => body.status ?? body.active ?? body.access_token?.slice(0, 4));
      const expected = Array.from({ length: 10 }, () => [true, false, "ok", "tat_"])
        .flat()
        .concat("ok");
      expect(kinds).toEqual(expected.slice(first, first + kinds.length));
    }
  });

  test("prove nothing for each other", async () => {
    const anonymous = issue().replace(server.authorization, "");
    const inTurn = await exchange(server.port, issue(), {
      thenSend: anonymous.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"),
    });
    expect(statusesIn(inTurn)).toEqual([200, 401]);
    const atOnce = await exchange(server.port, issue() + anonymous + NEXT);
    expect([[], [200], [200, 401], [200, 401, 200]]).toContainEqual(statusesIn(atOnce));
  });
});

test("a client that asks whether to go on is told to, and answered", async () => {
  const request = post(`Expect: 100-continue\r\nConnection: close\r\nContent-Length: ${LENGTH}\r\n`, FORM);
  expect(statusesIn(await exchange(server.port, request))).toEqual([100, 200]);
  const tooLong = post("Expect: 100-continue\r\nContent-Length: 900000000\r\n", "");
  expect(statusesIn(await exchange(server.port, tooLong)).at(-1)).toBe(413);
});

describe("a client that closes its side of the connection", () => {
  test("after its request is answered", async () => {
    expect(statusesIn(await exchange(server.port, get(""), { thenEnd: true }))).toEqual([200]);
  });

  test.each<[string, () => string]>([
    ["within the headers", () => `${get("").slice(0, 30)}`],
    ["within a body", () => post(`Content-Length: ${LENGTH + 1}\r\n`, FORM)],
    ["within a chunk", () => chunked(`${SIZE}\r\n${FORM.slice(0, 5)}`)],
    ["before the last chunk", () => chunked(`${SIZE}\r\n${FORM}\r\n`)],
    ["within a page's form", () => post(`Content-Length: ${LENGTH + 1}\r\n`, FORM, "/login")],
    [
      "within a registration",
      () =>
        post("Content-Length: 20\r\n", "{", "/auth/register").replace(
          /application\/x\S+/,
          "application/json",
        ),
    ],
  ])("%s has nothing done for it", async (_, request) => {
    const text = await exchange(server.port, request(), { thenEnd: true });
    expect(text).not.toMatch(/^HTTP\/1\.1 2/);
  });
});

test("chunks that go on beyond every limit are refused, even if nobody stays to hear it", async () => {
  const endless = chunked(`10000\r\n${"a".repeat(0x10000)}\r\n`.repeat(20));
  // Unread bytes may reset the connection before the answer arrives.
  // The runtime may keep the connection for the rest of the body, which never comes.
  const answer = await exchange(server.port, endless, { until: "\r\n\r\n" });
  expect(answer === "" || answer.startsWith("HTTP/1.1 413 ")).toBe(true);
});

test("nothing of all that is a fault of the server", () => {
  expect(server.child.err).not.toMatch(/ (error|warn) /);
  expect(server.child.process.exitCode).toBeNull();
});
