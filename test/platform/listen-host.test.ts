/**
 * Host headers on a real socket: missing, nonsensical and foreign ones. The server makes no URL of them, so they do no
 * harm.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect } from "node:net";
import { removeTemporaryFolders, serve, temporaryFolder } from "../cli/support.ts";
import { proves } from "../support/proves.ts";

let running: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  running = await serve(temporaryFolder());
});
afterAll(async () => {
  await running.stop();
  removeTemporaryFolders();
});

/** The server's answer to these bytes, up to the end of the connection. */
function exchange(request: string): Promise<string> {
  const [port = 0] = running.listening.ports;
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(request));
    socket.on("data", (data) => {
      answer += data.toString();
    });
    socket.on("end", () => resolve(answer));
    socket.on("error", reject);
  });
}

test.each([
  ["HTTP/1.0 without Host, as health checks send it", "GET /healthz HTTP/1.0\r\n\r\n"],
  ["an empty Host", "GET /healthz HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n"],
  ["a Host with a port that is none", "GET /healthz HTTP/1.1\r\nHost: x:99999\r\nConnection: close\r\n\r\n"],
  ["a Host that is cut off", "GET /healthz HTTP/1.1\r\nHost: [::1\r\nConnection: close\r\n\r\n"],
])("%s is answered, or refused without a fault", async (_, request) => {
  const answer = await exchange(request);
  expect(answer).toMatch(/^HTTP\/1\.[01] (200|400) /);
  // The runtime refuses some requests by itself, with a status alone.
  if (answer.includes("Content-Type")) expect(answer).toMatch(/\r\nRequest-Id: [\w-]{12}\r\n/i);
});

test("what was asked for with a nonsensical Host never reaches the log", async () => {
  const before = running.printed.err.length;
  await exchange("GET /auth/authorize?code=tac_CANARY HTTP/1.0\r\n\r\n");
  await exchange("GET /nowhere?code=tac_CANARY HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n");
  expect(running.printed.err.slice(before)).not.toContain("CANARY");
});

test(proves("a foreign Host changes no URL", "threat 43"), async () => {
  const answer = await exchange(
    "GET /.well-known/oauth-authorization-server HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
  );
  expect(answer).toContain(`"issuer":"${running.configuration.issuer}"`);
  expect(answer).not.toContain("evil.example");
});

test("a proxy that nobody told the server about is worth one warning", async () => {
  const forwarded =
    "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.1\r\nConnection: close\r\n\r\n";
  await exchange(forwarded);
  await exchange(forwarded);
  expect(running.printed.err.match(/trusted_proxies does not name it/g)).toHaveLength(1);
});

test("what is larger than anything sensible is refused, and the next request is served", async () => {
  const close = "Connection: close\r\n";
  const header = await exchange(
    `GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ${"a".repeat(40_000)}\r\n${close}\r\n`,
  );
  expect(header).toMatch(/^HTTP\/1\.1 431 /);
  const form = "Content-Type: application/x-www-form-urlencoded\r\n";
  const announced = await exchange(
    `POST /auth/token HTTP/1.1\r\nHost: x\r\n${form}Content-Length: 900000000\r\n${close}\r\n`,
  );
  expect(announced).toMatch(/^HTTP\/1\.1 413 /);
  expect(await exchange(`GET /healthz HTTP/1.1\r\nHost: x\r\n${close}\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
});
