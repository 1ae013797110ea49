/** What surrounds the program: files of the runtime in the current folder, the launcher, and signals. */
import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RUNTIME_FLAGS } from "../../src/platform/runtime.ts";
import { proves } from "../support/proves.ts";
import { type Child, endProcesses, finished, printed, start } from "./processes.ts";
import { removeTemporaryFolders, temporaryFolder } from "./support.ts";

const root = join(import.meta.dir, "../..");
const launcher = ["node", join(root, "bin/tessera.mjs")];
const serving = (...more: string[]) => [...launcher, "serve", "--port", "0", "--host", "127.0.0.1", ...more];

afterEach(endProcesses);
afterAll(removeTemporaryFolders);

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 800; attempt += 1) {
    if (await holds()) return;
    await Bun.sleep(25);
  }
  throw new Error("it did not come about in twenty seconds");
}

const children = async (pid: number): Promise<number[]> => {
  const listed = await new Response(Bun.spawn(["ps", "-o", "pid=", "--ppid", String(pid)]).stdout).text();
  return listed.trim().split(/\s+/).filter(Boolean).map(Number).filter(isAlive);
};

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/healthz`, { keepalive: false }).then(
    ({ status }) => status === 200,
    () => false,
  );

/** The program itself, below the launcher. */
async function programOf(child: Child): Promise<number> {
  const [pid = 0] = await children(child.process.pid);
  return pid;
}

/** A folder in which every file that the runtime reads belongs to an attacker. `wasRun`: whether its code ran. */
function hostileFolder() {
  const folder = temporaryFolder();
  const mark = join(folder, "was-run");
  const put = (path: string, text: string) => writeFileSync(join(folder, path), text);
  const code = `require("fs").appendFileSync(${JSON.stringify(mark)}, "x");`;
  put("code.js", code);
  put("bunfig.toml", 'preload = ["./code.js"]\n[run]\npreload = ["./code.js"]\n');
  for (const name of [".env", ".env.local", ".env.production", ".env.development"]) {
    put(name, "TESSERA_ISSUER=https://evil.example\nDATABASE_URL=postgres://evil.example/shop\n");
  }
  const names = ["commander", "valibot", "smol-toml", "hono"];
  for (const name of names) {
    mkdirSync(join(folder, "node_modules", name), { recursive: true });
    put(`node_modules/${name}/package.json`, '{ "main": "index.js" }');
    put(`node_modules/${name}/index.js`, code);
  }
  const paths = Object.fromEntries(names.map((name) => [name, ["./code.js"]]));
  put(
    "tsconfig.json",
    JSON.stringify({ compilerOptions: { baseUrl: ".", paths, jsxImportSource: "commander" } }),
  );
  put("package.json", JSON.stringify({ name: "tessera", imports: { "#code": "./code.js" } }));
  return { folder, code: join(folder, "code.js"), wasRun: () => existsSync(mark) };
}

describe("the current folder", () => {
  test(
    proves("configures nothing by files of the runtime: no variable and no code of it is read", "threat 77"),
    async () => {
      const { folder, wasRun } = hostileFolder();
      for (const mode of ["production", "development"]) {
        const { out, code } = await finished(
          start([...launcher, "config", "show"], { cwd: folder, env: { NODE_ENV: mode } }),
        );
        expect(code).toBe(0);
        expect(out).toContain('issuer = "http://localhost:8080"');
        expect(out).not.toContain("evil");
        expect(wasRun()).toBe(false);
      }
    },
  );

  test(proves("runs no code in a server or its workers", "threat 77"), async () => {
    const { folder, wasRun } = hostileFolder();
    const child = start(serving("--workers", "2"), { cwd: folder });
    const url = await printed(child, /issuer +(\S+)\n/);
    expect(await answers(url)).toBe(true);
    expect(await children(await programOf(child))).toHaveLength(1);
    expect(wasRun()).toBe(false);
  });

  test(proves("does not come back through a variable of the runtime", "threat 77"), async () => {
    const { folder, code, wasRun } = hostileFolder();
    const env = { BUN_OPTIONS: `--preload ${code}`, BUN_INSPECT_PRELOAD: code, BUN_INSPECT: "127.0.0.1:0" };
    const { out, err } = await finished(start([...launcher, "config", "show"], { cwd: folder, env }));
    expect(out).toContain('issuer = "http://localhost:8080"');
    expect(err).not.toContain("Inspector");
    expect(wasRun()).toBe(false);
  });

  test(proves("is the same to `npm start` and to workers as to the launcher", "threat 77"), () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const flags = RUNTIME_FLAGS.map((flag) => flag.replace(`${root}/`, "")).join(" ");
    expect(flags).toBe("--no-env-file --config=bin/bunfig.toml --no-install");
    expect(scripts.start).toBe(`bun ${flags} src/main.ts serve`);
    expect(scripts.tessera).toBe(`bun ${flags} src/main.ts`);
  });
});

describe("the launcher and the server are one process to the system", () => {
  test("a launcher that is killed takes the server and its workers with it, and their port and data are free", async () => {
    const cwd = temporaryFolder();
    const child = start(serving("--workers", "2"), { cwd });
    const url = await printed(child, /issuer +(\S+)\n/);
    const program = await programOf(child);
    const all = [program, ...(await children(program))];
    expect(all).toHaveLength(2);
    child.process.kill("SIGKILL");
    await until(() => !all.some(isAlive));
    const again = start([...launcher, "serve", "--port", new URL(url).port, "--host", "127.0.0.1"], { cwd });
    expect(await printed(again, /issuer +(\S+)\n/)).toBe(url);
  });

  test("a server whose launcher was gone before it could look stops too", async () => {
    const main = join(root, "src/main.ts");
    const orphan = start([process.execPath, main, ...serving().slice(2)], {
      env: { _TESSERA_LAUNCHER: "1" },
    });
    const { out, code } = await finished(orphan);
    expect(code).toBe(0);
    expect(out).toEndWith("Stopped.\n");
  });

  test("a worker whose server was killed while it started ends too", async () => {
    const worker = Bun.spawn([process.execPath, join(root, "src/main.ts"), "worker"], {
      stdio: ["ignore", "ignore", "ignore"],
      ipc() {},
    });
    worker.disconnect();
    expect(await worker.exited).toBeNumber();
  });
});

describe("signals to a server", () => {
  test("SIGHUP to the launcher or to all processes ends none, and says what it does not reload", async () => {
    const child = start(serving("--workers", "2"));
    const url = await printed(child, /issuer +(\S+)\n/);
    const program = await programOf(child);
    const all = [program, ...(await children(program))];
    child.process.kill("SIGHUP");
    await until(() => child.err.includes("SIGHUP"));
    expect(child.err).toContain(
      "certificates and key files are read again; every other change needs a restart",
    );
    for (const pid of all) process.kill(pid, "SIGHUP");
    await until(() => child.err.split("SIGHUP").length >= 3);
    expect(await answers(url)).toBe(true);
    expect(all.every(isAlive)).toBe(true);
    expect(child.err).not.toContain("a worker process ended");
    child.process.kill("SIGTERM");
    expect((await finished(child)).code).toBe(0);
  });

  test(proves("SIGUSR1 and SIGUSR2 end nothing and open no debugger", "threat 77"), async () => {
    const child = start(serving("--workers", "2"));
    const url = await printed(child, /issuer +(\S+)\n/);
    const program = await programOf(child);
    const all = [child.process.pid, program, ...(await children(program))];
    for (const signal of ["SIGUSR1", "SIGUSR2"] as const) {
      for (const pid of all) process.kill(pid, signal);
      // A signal leaves no trace for which to wait. A later one, which is answered, shows that the earlier ones arrived.
      const hangups = child.err.split("SIGHUP").length;
      child.process.kill("SIGHUP");
      await until(() => child.err.split("SIGHUP").length > hangups);
    }
    expect(await answers(url)).toBe(true);
    expect(all.every(isAlive)).toBe(true);
    expect(child.err).not.toMatch(/debugger|inspector|a worker process ended/i);
  });
});
