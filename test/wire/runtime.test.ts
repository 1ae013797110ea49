/**
 * What the runtime does not do on the wire, as docs/runtime.md says it: without Tessera, and with it. A test that fails
 * after an update of the runtime brings good news, and the guide has to change.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { endProcesses, finished, start } from "../cli/processes.ts";
import { removeTemporaryFolders, temporaryFolder } from "../cli/support.ts";
import { exchange, freePort, startWireServer, statusesIn, type WireServer } from "./support.ts";

const guide = readFileSync(join(import.meta.dir, "../../docs/runtime.md"), "utf8");
const blocks = (language: string): string[] =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, text = ""]) => text);
const [program = "", socketProgram = ""] = blocks("ts");
const [result = "", socketResult = ""] = blocks("text");

let server: WireServer;
beforeAll(async () => {
  server = await startWireServer();
});
afterAll(async () => {
  await server.stop();
  await endProcesses();
  removeTemporaryFolders();
});

test("the program of the guide prints what the guide says, with this version of the runtime", async () => {
  expect(guide).toContain(`version ${Bun.version}`);
  const file = join(temporaryFolder(), "reproduction.ts");
  writeFileSync(file, program);
  const { out, err } = await finished(start([process.execPath, file]));
  expect({ out, err }).toEqual({ out: result, err: "" });
});

const activate = Bun.which("systemd-socket-activate");
test.skipIf(activate === null)(
  activate === null
    ? "sockets: NOT TESTED, because systemd-socket-activate is not installed (apt-get install systemd)"
    : "the program about sockets prints what the guide says",
  async () => {
    const file = join(temporaryFolder(), "sockets.ts");
    writeFileSync(file, socketProgram);
    const port = freePort();
    const child = start([activate ?? "", "-l", `127.0.0.1:${port}`, process.execPath, file, String(port)]);
    // The first connection starts the program.
    while (!child.err.includes("Listening on")) await Bun.sleep(10);
    const first = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } });
    const { out } = await finished(child);
    first.end();
    expect(out).toBe(socketResult);
  },
);

describe("the server", () => {
  const FORM = "grant_type=client_credentials";
  const CLOSE = "Connection: close\r\n";
  const post = (lines: string, body: string): string =>
    `POST /auth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n${server.authorization}${lines}\r\n${body}`;
  const withLength = (lines: string): string => post(`${lines}Content-Length: ${FORM.length}\r\n`, FORM);

  test.each(["100-Continue", "100-CONTINUE"])(
    "answers a request with Expect: %s as soon as its body arrives, without 100 before",
    async (expectation) => {
      const request = withLength(`Expect: ${expectation}\r\n${CLOSE}`);
      expect(statusesIn(await exchange(server.port, request))).toEqual([200]);
    },
  );

  test("closes a connection with two requests at once, or answers them in their order", async () => {
    const text = await exchange(server.port, withLength("") + withLength(CLOSE));
    expect([[], [200], [200, 200]]).toContainEqual(statusesIn(text));
  });

  test("answers no request behind one with a trailer", async () => {
    const chunks = `${FORM.length.toString(16)}\r\n${FORM}\r\n0\r\nX-Sum: 1\r\n\r\n`;
    const text = await exchange(
      server.port,
      post("Transfer-Encoding: chunked\r\n", chunks) + withLength(CLOSE),
    );
    expect([[400], [200, 400]]).toContainEqual(statusesIn(text));
  });
});
