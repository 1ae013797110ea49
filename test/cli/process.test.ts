/** The program in its own process: arguments, exit codes, signals. */
import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Child, endProcesses, finished, printed, start } from "./processes.ts";
import { removeTemporaryFolders, temporaryFolder } from "./support.ts";

const root = join(import.meta.dir, "../..");
const launcher = ["node", join(root, "bin/tessera.mjs")];

afterEach(endProcesses);
afterAll(removeTemporaryFolders);

/** A connection with an incomplete request, for which the server must wait. */
async function slowRequest(url: string) {
  const { hostname, port } = new URL(url);
  const answer = Promise.withResolvers<string>();
  let text = "";
  const socket = await Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      data: (_, chunk) => {
        text += chunk.toString();
      },
      close: () => answer.resolve(text),
      error: (_, error) => answer.reject(error),
    },
  });
  const body = "grant_type=client_credentials";
  socket.write(
    `POST /auth/token HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
  );
  return { finish: () => void socket.write(body.slice(5)), answer: answer.promise };
}

describe("a reader that has seen enough", () => {
  test("ends the command quietly", async () => {
    const piped = start([
      "bash",
      "-c",
      `set -o pipefail; node "$0" config settings | head -c 1 > /dev/null; echo "\${PIPESTATUS[0]}"`,
      join(root, "bin/tessera.mjs"),
    ]);
    const { out, err } = await finished(piped);
    expect({ out, err }).toEqual({ out: "0\n", err: "" });
  });
});

const isRoot = process.getuid?.() === 0;

describe("a user who may not use the database", () => {
  /** What `act` prints as a user that this machine has no name for. Only root can start a process as another user. */
  async function printedAs(uid: number, act: string, data: string): Promise<string> {
    // A program of root may be in a folder that others cannot read, so only its last steps run as another user.
    const program = `
      const { requireAccess } = await import(${JSON.stringify(join(root, "src/cli/data-access.ts"))});
      const { makeDataFolder } = await import(${JSON.stringify(join(root, "src/cli/data-folder.ts"))});
      const configuration = { data: ${JSON.stringify(data)} };
      process.setuid(${uid});
      try { ${act}(configuration); } catch (error) { console.log(error.message); }`;
    return (await finished(start([process.execPath, "-e", program]))).out;
  }

  async function withDatabase(): Promise<string> {
    const data = join(temporaryFolder(), "data");
    const made = await finished(start([...launcher, "user", "add", "ada", "--generate", "--data", data]));
    expect(made.code).toBe(0);
    return data;
  }

  // `serve`, `restore` and `copy` begin with makeDataFolder, the other commands with requireAccess.
  test.skipIf(!isRoot).each(["requireAccess", "makeDataFolder"])(
    "learns from %s whose the database is, and not that there is none",
    async (act) => {
      const data = await withDatabase();
      expect(await printedAs(65534, act, data)).toMatch(
        /^This user may not use the database \S+: \S+ belongs to root\. Run the command as that user: sudo -u root tessera …\n$/,
      );
    },
  );

  test.skipIf(!isRoot)("learns the number of an owner without a name, as a shell needs it", async () => {
    const data = await withDatabase();
    chmodSync(dirname(data), 0o755);
    chownSync(data, 4_000_001, 4_000_001);
    expect(await printedAs(65534, "requireAccess", data)).toContain(
      "belongs to #4000001. Run the command as that user: sudo -u '#4000001' tessera",
    );
  });

  test.skipIf(!isRoot)("learns that a database of their own refuses them, and how to cure it", async () => {
    const data = await withDatabase();
    const file = join(data, "tessera.db");
    const me = 4_000_001;
    chmodSync(dirname(data), 0o755);
    chownSync(data, me, me);
    chownSync(file, me, me);
    chmodSync(file, 0o400);
    expect(await printedAs(me, "requireAccess", data)).toBe(
      `This user may not use the database ${file}: ${file} is yours, but its permissions refuse it. Allow it: chmod u+rw ${file}\n`,
    );
    chmodSync(data, 0o600);
    expect(await printedAs(me, "requireAccess", data)).toEndWith(`Allow it: chmod u+rwx ${data}\n`);
  });
});

describe("the launcher", () => {
  test("runs from any folder, and passes arguments and the exit code", async () => {
    const wrong = await finished(start([...launcher, "user", "list"]));
    expect(wrong.code).toBe(1);
    expect(wrong.err).toBe(
      "There is no Tessera database in ./data. Name the right folder with --data, or start the server once: tessera serve.\n",
    );
    expect((await finished(start([...launcher, "--version"]))).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test("reads tessera.toml in the folder where it is started", async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "tessera.toml"), 'issuer = "https://auth.example.org"\n');
    const { out } = await finished(start([...launcher, "config", "check"], { cwd }));
    expect(out).toContain("https://auth.example.org");
  });

  test.each(["SIGTERM", "SIGINT"] as const)(
    "passes %s on, and a request under way is still answered",
    async (signal) => {
      const child = start([...launcher, "serve", "--port", "0", "--host", "127.0.0.1"]);
      const issuer = await printed(child, /issuer +(\S+)\n/);
      const request = await slowRequest(issuer);
      await Bun.sleep(100);
      child.process.kill(signal);
      await printed(child, /Stopping/);
      await expect(fetch(issuer)).rejects.toThrow();
      request.finish();
      expect(await request.answer).toContain("invalid_client");
      const { out, code } = await finished(child);
      expect(out).toContain("Stopped.");
      expect(code).toBe(0);
    },
  );

  test("refuses a second server on the data folder, until the first is gone, even by SIGKILL", async () => {
    const data = join(temporaryFolder(), "data");
    const serving = ["node_modules/.bin/bun", "src/main.ts", "serve", "--port", "0", "--data", data];
    const first = start(serving, { cwd: root });
    const issuer = await printed(first, /issuer +(\S+)\n/);
    const refused = await finished(start(serving, { cwd: root }));
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(`Another Tessera (process ${first.process.pid}, ${issuer}) is using`);
    first.process.kill("SIGKILL");
    await first.ended;
    await printed(start(serving, { cwd: root }), /issuer +(\S+)\n/);
  });

  test("of several started at once on one data folder exactly one runs, and the others name it", async () => {
    const data = join(temporaryFolder(), "data");
    const serving = ["node_modules/.bin/bun", "src/main.ts", "serve", "--port", "0", "--data", data];
    const all = Array.from({ length: 5 }, () => start(serving, { cwd: root }));
    const ended = new Set<Child>();
    for (const child of all) void child.ended.then(() => ended.add(child));
    for (let attempt = 0; ended.size < 4 && attempt < 500; attempt++) await Bun.sleep(20);
    const running = all.filter((child) => !ended.has(child));
    expect(running).toHaveLength(1);
    const [winner] = running;
    if (winner === undefined) throw new Error("Nobody runs.");
    await printed(winner, /issuer +(\S+)\n/);
    for (const { err } of ended) expect(err).toStartWith("Another Tessera ");
  });

  test("one wish to stop that arrives twice, as from a service manager, cuts nothing off", async () => {
    const child = start([...launcher, "serve", "--port", "0", "--host", "127.0.0.1"]);
    const issuer = await printed(child, /issuer +(\S+)\n/);
    const request = await slowRequest(issuer);
    await Bun.sleep(100);
    // The launcher passes the signal on, and its child gets the same one directly.
    child.process.kill("SIGTERM");
    child.process.kill("SIGTERM");
    await printed(child, /Stopping/);
    request.finish();
    expect(await request.answer).toContain("invalid_client");
    expect(await finished(child)).toMatchObject({ code: 0 });
    expect(child.out).toEndWith("Stopped.\n");
  });

  test("a second signal ends it at once", async () => {
    const child = start([...launcher, "serve", "--port", "0", "--host", "127.0.0.1"]);
    const issuer = await printed(child, /issuer +(\S+)\n/);
    await slowRequest(issuer);
    await Bun.sleep(100);
    child.process.kill("SIGTERM");
    await printed(child, /Stopping/);
    // An earlier second signal would count as the same request.
    await Bun.sleep(1200);
    const before = Date.now();
    child.process.kill("SIGTERM");
    expect((await finished(child)).code).toBe(1);
    expect(Date.now() - before).toBeLessThan(2000);
  });
});

test("SIGTERM to `npm start` stops the server, although npm tells only a shell", async () => {
  const data = join(temporaryFolder(), "data");
  const child = start(["npm", "run", "--silent", "tessera", "--", "serve", "--port", "0", "--data", data], {
    cwd: root,
  });
  const issuer = await printed(child, /issuer +(\S+)\n/);
  child.process.kill("SIGTERM");
  for (let attempt = 0; attempt < 100; attempt++) {
    const stopped = await fetch(issuer).then(
      () => false,
      () => true,
    );
    if (stopped) return;
    await Bun.sleep(50);
  }
  throw new Error("it still answers");
});

describe("the installer", () => {
  /**
   * A copy of the installer, a small lock file in a folder below, and an npm that only records its arguments and
   * folder.
   */
  function project(packages: Record<string, unknown>, below = ".") {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "tools"));
    cpSync(join(root, "tools/install.mjs"), join(folder, "tools/install.mjs"));
    mkdirSync(join(folder, below), { recursive: true });
    writeFileSync(join(folder, below, "package-lock.json"), JSON.stringify({ packages }));
    const npm = join(folder, "npm.js");
    writeFileSync(
      npm,
      `require("fs").writeFileSync(${JSON.stringify(join(folder, "called"))}, process.argv.slice(2).join(" "));
       require("fs").writeFileSync("called-here", "");`,
    );
    const put = (path: string, version: string) => {
      mkdirSync(join(folder, path), { recursive: true });
      writeFileSync(join(folder, path, "package.json"), JSON.stringify({ version }));
    };
    mkdirSync(join(folder, "node_modules/bun/bin"), { recursive: true });
    const bun = join(folder, "node_modules/bun/bin/bun.exe");
    writeFileSync(bun, new Uint8Array(1_100_000));
    chmodSync(bun, 0o755);
    return {
      put,
      calledIn: (path: string) => existsSync(join(folder, path, "called-here")),
      async run(...args: string[]) {
        const result = await finished(
          start(["node", join(folder, "tools/install.mjs"), ...args], { env: { npm_execpath: npm } }),
        );
        const called = join(folder, "called");
        return { ...result, npm: existsSync(called) ? readFileSync(called, "utf8") : null };
      },
    };
  }
  const packages = {
    "": {},
    "node_modules/needed": { version: "1.0.0" },
    "node_modules/tool": { version: "1.0.0", dev: true },
    "node_modules/other-system": { version: "1.0.0", os: ["none"] },
    "node_modules/maybe": { version: "1.0.0", optional: true },
  };

  test("says nothing and asks nobody when everything is there", async () => {
    const { put, run } = project(packages);
    put("node_modules/needed", "1.0.0");
    put("node_modules/tool", "1.0.0");
    expect(await run()).toEqual({ code: 0, out: "", err: "", npm: null });
  });

  test("installs what is missing, in one friendly line", async () => {
    const { run } = project(packages);
    const { out, npm, code } = await run();
    expect(code).toBe(0);
    expect(out).toBe("Installing what is needed (2 packages) …\n");
    expect(npm).toStartWith("install --no-save --no-audit");
  });

  test("installs another version than the lock file's anew", async () => {
    const { put, run } = project(packages);
    put("node_modules/needed", "0.9.0");
    put("node_modules/tool", "1.0.0");
    expect((await run()).npm).not.toBeNull();
  });

  test("installs what a folder with a package of its own needs, in that folder", async () => {
    const fresh = project(packages, "judges");
    fresh.put("judges/node_modules/needed", "1.0.0");
    const { out, npm } = await fresh.run("judges");
    expect(out).toBe("Installing what is needed in judges (1 package) …\n");
    expect(npm).toStartWith("install --no-save");
    expect(fresh.calledIn("judges")).toBe(true);
    const complete = project(packages, "judges");
    complete.put("judges/node_modules/needed", "1.0.0");
    complete.put("judges/node_modules/tool", "1.0.0");
    expect(await complete.run("judges")).toEqual({ code: 0, out: "", err: "", npm: null });
  });

  test("to start, the tools for development are not needed; to test, they are", async () => {
    const { put, run } = project(packages);
    put("node_modules/needed", "1.0.0");
    expect((await run("--omit=dev")).npm).toBeNull();
    expect((await run()).npm).toBe(
      "install --no-save --no-audit --no-fund --prefer-offline --loglevel=error",
    );
  });

  test("to start, it installs no tools, but does not take away those that are there", async () => {
    const fresh = project(packages);
    expect((await fresh.run("--omit=dev")).npm).toContain("--omit=dev");
    const developing = project(packages);
    developing.put("node_modules/tool", "1.0.0");
    expect((await developing.run("--omit=dev")).npm).not.toContain("--omit=dev");
  });
});
