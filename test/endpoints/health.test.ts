/** /healthz and /readyz, as load balancers ask them. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect } from "node:net";
import { StoreUnavailable } from "../../src/store/contract.ts";
import { removeTemporaryFolders, serve, temporaryFolder } from "../cli/support.ts";

let running: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  running = await serve(temporaryFolder());
});
afterAll(async () => {
  await running.stop();
  removeTemporaryFolders();
});

/** The answer to these bytes, up to the end of the connection. */
function exchange(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(running.listening.ports[0] ?? 0, "127.0.0.1", () => socket.write(request));
    socket.on("data", (data) => {
      answer += data.toString();
    });
    socket.on("end", () => resolve(answer));
    socket.on("error", reject);
  });
}

const ASKED = [
  "OPTIONS /healthz HTTP/1.0\r\n\r\n",
  "OPTIONS /readyz HTTP/1.0\r\n\r\n",
  "OPTIONS /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
];
test.each(ASKED)("%j, as HAProxy asks, is answered", async (request) => {
  const answer = await exchange(request);
  expect(answer).toMatch(/^HTTP\/1\.[01] 200 /);
  expect(answer).toMatch(/\r\nAllow: GET, HEAD, OPTIONS\r\n/i);
  expect(answer).not.toMatch(/\r\nAccess-Control-/i);
});

test("a node without its database is not ready, by whichever method it is asked", async () => {
  const { store } = running.server.context;
  const { ping } = store;
  store.ping = async () => {
    throw new StoreUnavailable("it is away");
  };
  try {
    // The last answer counts for a second.
    const isReady = async () => (await exchange("GET /readyz HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 200");
    while (await isReady()) await Bun.sleep(50);
    for (const method of ["GET", "HEAD", "OPTIONS"]) {
      const ask = (path: string) => exchange(`${method} ${path} HTTP/1.0\r\n\r\n`);
      expect(await ask("/readyz"), method).toMatch(/^HTTP\/1\.[01] 503 /);
      expect(await ask("/healthz"), method).toMatch(/^HTTP\/1\.[01] 200 /);
    }
  } finally {
    store.ping = ping;
  }
});

test("other methods are refused with those that are answered", async () => {
  const answer = await exchange(
    "POST /readyz HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
  );
  expect(answer).toMatch(/^HTTP\/1\.1 405 /);
  expect(answer).toMatch(/\r\nAllow: GET, HEAD, OPTIONS\r\n/i);
});
