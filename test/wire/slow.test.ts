/**
 * Strangers who hold connections and send nothing, or almost nothing (threat class 42). The server closes these
 * connections by itself, uses little memory for them meanwhile, and answers all others.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect } from "node:net";
import { endProcesses, printed, start } from "../cli/processes.ts";
import { isActive, newToken } from "../cli/running.ts";
import { removeTemporaryFolders, temporaryFolder } from "../cli/support.ts";
import { figure } from "../support/figures.ts";
import { proves } from "../support/proves.ts";
import { PATIENCE_MILLIS, scaled } from "../support/scale.ts";
import { descriptorLimit, type Manner, openStrangers } from "./strangers.ts";
import { startWireServer, type WireServer } from "./support.ts";

const IDLE_SECONDS = 4;

let server: WireServer;
beforeAll(async () => {
  server = await startWireServer(["--set", `limits.connection_idle_seconds=${IDLE_SECONDS}`]);
});
afterAll(async () => {
  await server.stop();
  await endProcesses();
  removeTemporaryFolders();
});

const HEAD = "POST /auth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n";

const MANNERS: readonly Manner[] = [
  { name: "silent", first: "", drip: "" },
  { name: "silent after a request line", first: "GET /healthz HTTP/1.1\r\n", drip: "" },
  { name: "silent after a request", first: "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", drip: "" },
  { name: "dripping a header", first: "GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ", drip: "a" },
  { name: "dripping headers", first: "GET /healthz HTTP/1.1\r\nHost: x\r\n", drip: "X-A: a\r\n" },
  { name: "dripping a body", first: `${HEAD}Content-Length: 60000\r\n\r\n`, drip: "a" },
  { name: "dripping chunks", first: `${HEAD}Transfer-Encoding: chunked\r\n\r\n`, drip: "1\r\na\r\n" },
  { name: "dripping a chunk's size", first: `${HEAD}Transfer-Encoding: chunked\r\n\r\n`, drip: "0" },
  { name: "dripping a chunk extension", first: `${HEAD}Transfer-Encoding: chunked\r\n\r\n1;`, drip: "a" },
  {
    name: "dripping a body that nobody reads",
    first: "POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n",
    drip: "a",
  },
];

test(
  proves("thousands of connections that give nothing, or a byte a second, are hung up on", "threat 42"),
  async () => {
    // Leaves some descriptors for honest requests.
    const room = Math.floor((descriptorLimit() - 500) / MANNERS.length);
    const count = Math.min(scaled(400), room);
    const before = await server.residentKilobytes();
    const { connected, allGone } = await openStrangers(server.port, MANNERS, count);

    let over = false;
    let answered = 0;
    const others = async () => {
      while (!over) {
        expect(await isActive(server, await newToken(server))).toBe(true);
        answered += 1;
        await Bun.sleep(10);
      }
    };
    const asking = others();
    const meanwhile = await server.residentKilobytes();
    await allGone;
    over = true;
    await asking;

    expect(answered).toBeGreaterThan(0);
    // A connection takes only its buffers: 16 kB at most for the head of a request.
    expect((meanwhile - before) / connected).toBeLessThan(16);
    expect(server.child.err).not.toMatch(/ (error|warn) /);
    figure(
      `${connected} connections that gave nothing, or a byte a second, took ${((meanwhile - before) / connected).toFixed(1)} kB each and were all hung up on; ${2 * answered} requests of others were answered meanwhile`,
    );
  },
  PATIENCE_MILLIS,
);

/** How often the unfinished bodies come. */
const WAVES = 30;

test(
  "bodies that are never finished take no more memory than bodies may have, however often they come",
  async () => {
    const count = 100;
    const size = 200_000;
    const chunk = `${size.toString(16)}\r\n${"a".repeat(size)}`;
    const manner = { name: "", first: `${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk}`, drip: "" };
    const before = await server.residentKilobytes();
    const peaks: number[] = [];
    for (let wave = 0; wave < WAVES; wave += 1) {
      const { allGone, hangUp } = await openStrangers(server.port, [manner], count);
      await newToken(server);
      peaks.push(await server.residentKilobytes());
      hangUp();
      await allGone;
    }
    const [first = 0] = peaks;
    figure(
      `${count} unfinished bodies of ${size / 1000} kB: ${before} kB before, then ${peaks.join(", ")} kB`,
    );
    expect(first - before).toBeLessThan((3 * count * size) / 1000);
    // The runtime collects what they leave now and then, so memory grows for some waves, and no further.
    const settled = Math.max(...peaks.slice(0, WAVES / 2));
    for (const later of peaks.slice(WAVES / 2)) expect(later).toBeLessThan(settled * 1.5);
  },
  PATIENCE_MILLIS,
);

test("whoever sends requests and reads no answers is hung up on, and nothing piles up for them", async () => {
  const before = await server.residentKilobytes();
  const requests = "GET /.well-known/oauth-authorization-server HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1000);
  const flood = () =>
    new Promise<void>((resolve) => {
      const socket = connect(server.port, "127.0.0.1");
      socket.pause();
      const push = () => {
        while (!socket.destroyed && socket.write(requests));
      };
      socket
        .on("connect", push)
        .on("drain", push)
        .on("error", () => {})
        .on("close", () => resolve());
    });
  await Promise.all(Array.from({ length: 4 }, flood));
  await newToken(server);
  expect(await server.residentKilobytes()).toBeLessThan(before * 1.5);
});

test("at the limit of descriptors, who is connected is served, and all are once there is room", async () => {
  const command = `ulimit -n 128; exec ${process.execPath} ${import.meta.dir}/../../src/main.ts serve --port 0 --data ${temporaryFolder()}`;
  const child = start(["sh", "-c", command]);
  const port = Number(new URL(await printed(child, /issuer +(http:\S+)\n/)).port);
  const answers: string[] = [];
  const heard: (() => void)[] = [];
  const known = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data(_, bytes) {
        answers.push(bytes.toString());
        heard.shift()?.();
      },
    },
  });
  const ask = () =>
    new Promise<void>((resolve) => {
      heard.push(resolve);
      known.write("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n");
    });
  await ask();
  const strangers = await Promise.all(
    Array.from({ length: 200 }, () => Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } })),
  );
  for (let count = 0; count < 10; count += 1) await ask();
  for (const stranger of strangers) stranger.end();
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
  expect(answers.every((answer) => answer.startsWith("HTTP/1.1 200"))).toBe(true);
  expect(child.process.exitCode).toBeNull();
  known.end();
});
