/** `tessera serve --workers`: several processes on one port and one database. */
import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { join } from "node:path";
import type { Subprocess } from "bun";
import { proves } from "../support/proves.ts";
import { basic, encodeForm } from "../support/server.ts";
import { removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

const main = join(import.meta.dir, "../../src/main.ts");
const started: Subprocess[] = [];
afterEach(async () => {
  for (const child of started.splice(0)) {
    child.kill("SIGKILL");
    await child.exited;
  }
});
afterAll(removeTemporaryFolders);

interface Started {
  readonly process: Subprocess<"ignore", "pipe", "pipe">;
  readonly url: string;
  readonly client: Record<string, string>;
  /** Its output so far. */
  readonly out: () => string;
  readonly err: () => string;
}

async function start(workers: number, ...more: string[]): Promise<Started> {
  const child = Bun.spawn(
    [
      process.execPath,
      main,
      "serve",
      "--port",
      "0",
      "--workers",
      String(workers),
      "--data",
      join(temporaryFolder(), "data"),
      ...more,
    ],
    { env: { PATH: process.env.PATH }, stdin: "ignore", stdout: "pipe", stderr: "pipe" },
  );
  started.push(child);
  let err = "";
  let out = "";
  const collect = async (stream: ReadableStream<Uint8Array>, add: (text: string) => void) => {
    for await (const chunk of stream) add(Buffer.from(chunk).toString());
  };
  void collect(child.stderr, (text) => {
    err += text;
  });
  void collect(child.stdout, (text) => {
    out += text;
  });
  const banner = () => /curl -u ([\w-]+):(\S+) (\S+)\/auth\/token/.exec(out);
  await until(() => banner() !== null || child.exitCode !== null);
  const [, user = "", secret = "", issuer = ""] = banner() ?? [];
  if (issuer === "") throw new Error(`it did not start: ${err}`);
  return {
    process: child,
    url: issuer.replace("localhost", "127.0.0.1"),
    client: basic(user, secret),
    out: () => out,
    err: () => err,
  };
}

const children = async (pid: number): Promise<number[]> => {
  const listed = await new Response(Bun.spawn(["ps", "-o", "pid=", "--ppid", String(pid)]).stdout).text();
  return listed
    .trim()
    .split(/\s+/)
    .filter(Boolean)
    .map(Number)
    .filter((child) => isAlive(child));
};

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    if (await holds()) return;
    await Bun.sleep(25);
  }
  throw new Error("it did not come about in ten seconds");
}

/** Over a new connection, so that the kernel chooses a process each time. */
const post = (url: string, form: Record<string, string>, headers: Record<string, string>) =>
  fetch(url, {
    method: "POST",
    body: encodeForm(form),
    headers: { "Content-Type": "application/x-www-form-urlencoded", Connection: "close", ...headers },
  });

const issue = async ({ url, client }: Started): Promise<string> =>
  (await (await post(`${url}/auth/token`, { grant_type: "client_credentials" }, client)).json()).access_token;

const isActive = async ({ url, client }: Started, token: string): Promise<boolean> =>
  (await (await post(`${url}/auth/introspect`, { token }, client)).json()).active;

describe("serve --workers", () => {
  test("answers from every process alike: what one issued all know, and what one ended is dead for all", async () => {
    const server = await start(3);
    expect(await children(server.process.pid)).toHaveLength(2);
    const tokens = await Promise.all(Array.from({ length: 24 }, () => issue(server)));
    const known = await Promise.all(tokens.map((token) => isActive(server, token)));
    expect(known.every(Boolean)).toBe(true);
    const half = tokens.filter((_, index) => index % 2 === 0);
    await Promise.all(half.map((token) => post(`${server.url}/auth/revoke`, { token }, server.client)));
    for (const [index, token] of tokens.entries())
      expect(await isActive(server, token)).toBe(index % 2 === 1);
  });

  test("starts a process again that died, and goes on meanwhile", async () => {
    const server = await start(2);
    const [worker = 0] = await children(server.process.pid);
    process.kill(worker, "SIGKILL");
    await until(() => server.err().includes("a worker process ended and is started again"));
    const token = await issue(server);
    await until(async () => (await children(server.process.pid)).some((pid) => pid !== worker));
    expect(await isActive(server, token)).toBe(true);
  });

  test("stops all processes in order", async () => {
    const server = await start(3);
    const pids = await children(server.process.pid);
    server.process.kill("SIGTERM");
    expect(await server.process.exited).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(server.out()).toEndWith("Stopped.\n");
  });

  test("stops in order when all processes are told at once, or a worker first", async () => {
    for (const pause of [0, 8, 20]) {
      const server = await start(4);
      const pids = await children(server.process.pid);
      for (const pid of pids) process.kill(pid, "SIGTERM");
      await Bun.sleep(pause);
      server.process.kill("SIGTERM");
      expect(await server.process.exited).toBe(0);
      expect(server.out()).toEndWith("Stopped.\n");
      expect(pids.filter(isAlive)).toEqual([]);
    }
  });

  test("answers no request with an error because a worker is ending", async () => {
    const server = await start(3, "--set", "limits.registrations_per_address=100000");
    const statuses = new Set<number>();
    let going = true;
    const register = async () => {
      while (going) {
        const response = await fetch(`${server.url}/auth/register`, {
          method: "POST",
          body: JSON.stringify({ redirect_uris: ["https://client.example/callback"] }),
          headers: { "Content-Type": "application/json", Connection: "close" },
          // A connection to the process that ended is cut off, which is no answer.
        }).catch(() => null);
        if (response !== null) statuses.add(response.status);
      }
    };
    const load = Promise.all([register(), register(), register(), register()]);
    for (let time = 0; time < 3; time += 1) {
      const [worker = 0] = await children(server.process.pid);
      process.kill(worker, "SIGTERM");
      await until(() => !isAlive(worker));
      await until(async () => (await children(server.process.pid)).length === 2);
    }
    going = false;
    await load;
    expect([...statuses]).toEqual([201]);
    server.process.kill("SIGTERM");
    expect(await server.process.exited).toBe(0);
  });

  test("leaves no process behind when it is killed", async () => {
    const server = await start(3);
    const pids = await children(server.process.pid);
    server.process.kill("SIGKILL");
    await until(() => !pids.some(isAlive));
  });

  test(proves("counts wrong passwords of all processes together", "threat 33"), async () => {
    const server = await start(4, "--set", "limits.registrations_per_address=10");
    const register = () =>
      fetch(`${server.url}/auth/register`, {
        method: "POST",
        body: JSON.stringify({ redirect_uris: ["https://client.example/callback"] }),
        headers: { "Content-Type": "application/json", Connection: "close" },
      });
    let refused = 0;
    for (let attempt = 0; attempt < 40; attempt += 1) {
      if ((await register()).status === 429) refused += 1;
      // Longer than the message to the peers takes.
      await Bun.sleep(10);
    }
    // Without messages, the four processes would allow all forty.
    expect(refused).toBeGreaterThanOrEqual(25);
  });

  test("does not share its port with another program's start", async () => {
    const server = await start(2);
    const { port } = new URL(server.url);
    const second = await tessera(["serve", "--port", port, "--workers", "2", "--data", temporaryFolder()]);
    expect(second).toMatchObject({ code: 1 });
    expect(second.err).toContain(`Port ${port} is in use`);
  });

  test("waits for no request that does not come to its end, whichever process has it", async () => {
    const server = await start(2, "--set", "limits.stop_seconds=0");
    const { port } = new URL(server.url);
    const sockets = Array.from({ length: 12 }, () => connect(Number(port), "127.0.0.1"));
    for (const socket of sockets) {
      socket.on("error", () => {});
      // A request with an incomplete body.
      socket.write("POST /auth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    }
    await Bun.sleep(200);
    server.process.kill("SIGTERM");
    expect(await server.process.exited).toBe(0);
    expect(server.out()).toContain("Stopped.");
    for (const socket of sockets) socket.destroy();
  });

  test("the worker command is not for people", async () => {
    const { code, err } = await tessera(["worker"]);
    expect(code).toBe(1);
    expect(err).toContain("tessera serve --workers 4");
    expect((await tessera(["--help"])).out).not.toContain("worker ");
  });
});
