/** The one executable (decision 54): made, and used as an operator and an application would, in a folder with nothing else. */
import { afterAll, describe, expect, test } from "bun:test";
import { cpSync, existsSync, readdirSync, readFileSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endProcesses, finished, printed, start } from "./cli/processes.ts";
import { removeTemporaryFolders, temporaryFolder } from "./cli/support.ts";
import { challengeOf, redirectOf, VERIFIER } from "./support/code-flow.ts";
import { landscape } from "./support/images.ts";
import { openBrowser, textOf } from "./support/pages.ts";
import { proves } from "./support/proves.ts";
import { basic, encodeForm } from "./support/server.ts";

const root = join(import.meta.dir, "..");
const MEBIBYTE = 2 ** 20;
/** Two executables, a database and a backup. */
const NEEDED_MEBIBYTES = 400;
const PASSWORD = "correct horse battery staple";

afterAll(async () => {
  await endProcesses();
  removeTemporaryFolders();
});

const { bavail, bsize } = statfsSync(tmpdir());
const hasRoom = (bavail * bsize) / MEBIBYTE > NEEDED_MEBIBYTES;
const named = (title: string) =>
  hasRoom ? title : `NOT TESTED, because ${tmpdir()} has no ${NEEDED_MEBIBYTES} MiB free: ${title}`;

async function build(): Promise<string> {
  const folder = temporaryFolder();
  const { err, code } = await finished(
    start([process.execPath, join(root, "tools/build.ts"), "--into", folder], { cwd: root }),
  );
  expect({ err, code }).toEqual({ err: "", code: 0 });
  return join(folder, "tessera");
}

let built: Promise<string> | null = null;
/** Made once, for the tests that only use it. */
function executable(): Promise<string> {
  built ??= build();
  return built;
}

const sha256 = (file: string): string =>
  new Bun.CryptoHasher("sha256").update(readFileSync(file)).digest("hex");

describe.skipIf(!hasRoom)(named("the executable"), () => {
  test("is the same for the same source, and of the size that the guide states", async () => {
    const [one, other] = [await executable(), await build()];
    expect(sha256(one)).toBe(sha256(other));
    const guide = readFileSync(join(root, "docs/deploy.md"), "utf8");
    const stated = Number(/one file of (\d+) MiB/.exec(guide)?.[1]);
    // Of Linux on x86-64. The runtime of another machine has another size.
    const isOther = process.platform !== "linux" || process.arch !== "x64";
    if (!isOther) expect(Math.abs(statSync(one).size / MEBIBYTE - stated)).toBeLessThan(2);
  });

  test("serves, signs in, keeps people, clients and pictures, and backs up, with nothing beside it", async () => {
    const home = temporaryFolder();
    cpSync(await executable(), join(home, "tessera"));
    const folder = temporaryFolder();
    const data = join(folder, "data");
    const run = async (...args: string[]) =>
      finished(start([join(home, "tessera"), ...args], { cwd: folder, env: { TESSERA_DATA: data } }));
    const succeed = async (...args: string[]): Promise<string> => {
      const { out, err, code } = await run(...args);
      if (code !== 0) throw new Error(`${args.join(" ")}: ${err}`);
      return out;
    };
    expect(await succeed("--version")).toBe(`${require("../package.json").version}\n`);
    expect(await succeed("--help")).toContain("tessera serve --demo");
    expect(await succeed("completion", "bash")).toContain('"user add") words="');

    const server = start([join(home, "tessera"), "serve", "--port", "0", "--workers", "2"], {
      cwd: folder,
      env: { TESSERA_DATA: data },
    });
    const issuer = await printed(server, /issuer +(http:\S+)\n/);
    const url = issuer.replace("localhost", "127.0.0.1");
    const { stdout } = Bun.spawnSync(["ps", "-o", "args=", "--ppid", String(server.process.pid)]);
    expect(stdout.toString().trim()).toBe(`${join(home, "tessera")} worker`);

    // Its list of passwords, and the process that makes pictures.
    const addPerson = (name: string, password: string) => {
      const command = [join(home, "tessera"), "user", "add", name, "--password-stdin"];
      const options = { cwd: folder, env: { TESSERA_DATA: data }, stdin: Buffer.from(password) };
      const { exitCode: code, stderr } = Bun.spawnSync(command, options);
      return { code, err: stderr.toString() };
    };
    expect(addPerson("eve", "password123").err).toContain("This password is weak: many people have it");
    expect(addPerson("ada", PASSWORD)).toEqual({ code: 0, err: expect.not.stringContaining("weak") });
    await succeed("user", "set", "ada", "--picture", write(folder, "ada.png", landscape()));
    expect(await succeed("user", "show", "ada")).toMatch(/\/picture\?id=[\w-]{22}/);

    // An application signs ada in.
    const callback = "https://wiki.example/callback";
    const added = await succeed("client", "add", "--name", "wiki", "--redirect-uri", callback, "--json");
    const { client_id: clientId, client_secret: secret } = JSON.parse(added);
    const browser = openBrowser({
      issuer,
      fetch: (path, { address, ...init } = {}) =>
        fetch(new URL(path, url), { ...init, redirect: "manual", keepalive: false }),
    });
    const query = new URLSearchParams({
      response_type: "code",
      client_id: clientId,
      redirect_uri: callback,
      scope: "openid profile",
      code_challenge: challengeOf(VERIFIER),
      code_challenge_method: "S256",
    });
    const path = `/auth/authorize?${query}`;
    expect((await browser.signIn("ada", PASSWORD)).status).toBe(303);
    const page = await browser.get(path);
    expect(await textOf(page.clone())).toContain("wiki");
    const allowed = await browser.submit(path, { decision: "allow" }, "/consent");
    const code = redirectOf(allowed).searchParams.get("code") ?? "";
    const post = (form: Record<string, string>, headers: Record<string, string>) =>
      fetch(`${url}/auth/token`, {
        method: "POST",
        body: encodeForm(form),
        headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
        keepalive: false,
      });
    const redeemed = await post(
      { grant_type: "authorization_code", code, redirect_uri: callback, code_verifier: VERIFIER },
      basic(clientId, secret),
    );
    const tokens = await redeemed.json();
    expect(tokens).toMatchObject({ token_type: "Bearer", id_token: expect.stringMatching(/^ey/) });
    const userinfo = await fetch(`${url}/auth/userinfo`, {
      headers: { Authorization: `Bearer ${tokens.access_token}` },
      keepalive: false,
    });
    expect(await userinfo.json()).toMatchObject({ picture: expect.stringMatching(/\/picture\?id=/) });

    // Enough commits for both processes to sync in a thread of their own.
    const first = /curl -u ([\w-]+):(\S+) /.exec(server.out) ?? [];
    for (let count = 0; count < 200; count += 1) {
      const issued = await post({ grant_type: "client_credentials" }, basic(first[1] ?? "", first[2] ?? ""));
      expect(issued.status).toBe(200);
    }
    if (process.platform === "linux") expect(threadsOf(server.process.pid)).toContain("Worker");

    const backup = join(folder, "tessera.backup");
    expect(await succeed("backup", backup)).toContain(backup);
    server.process.kill("SIGTERM");
    expect(await finished(server)).toMatchObject({ code: 0, err: expect.not.stringContaining("error") });
    await succeed("restore", backup, "--data", join(folder, "restored"));
    expect(await succeed("user", "list", "--data", join(folder, "restored"))).toContain("ada");
    expect(readdirSync(folder).sort()).toEqual(["ada.png", "data", "restored", "tessera.backup"]);
  }, 120_000);

  test(proves(
    "reads no file of the runtime in the current folder, in itself and its workers",
    "threat 77",
  ), async () => {
    const tessera = await executable();
    const folder = temporaryFolder();
    const mark = join(folder, "was-run");
    write(folder, "code.js", `require("fs").writeFileSync(${JSON.stringify(mark)}, "x");`);
    write(folder, "bunfig.toml", 'preload = ["./code.js"]\n[run]\npreload = ["./code.js"]\n');
    write(folder, ".env", "TESSERA_ISSUER=https://evil.example\n");
    write(folder, ".env.production", "TESSERA_ISSUER=https://evil.example\n");
    const server = start([tessera, "serve", "--port", "0", "--workers", "2"], { cwd: folder });
    expect(await printed(server, /issuer +(http:\S+)\n/)).toStartWith("http://localhost");
    server.process.kill("SIGTERM");
    expect((await finished(server)).code).toBe(0);
    expect(existsSync(mark)).toBe(false);
  }, 120_000);
});

/** The executable has its packages behind the runtime, each file with a comment that has its path. */
const BUNDLE_BYTES = 16 * MEBIBYTE;

describe("the bill of materials", () => {
  async function bill(): Promise<Bill> {
    const folder = temporaryFolder();
    const made = start([process.execPath, join(root, "tools/sbom.ts"), "--into", folder], { cwd: root });
    const { err, code } = await finished(made);
    expect({ err, code }).toEqual({ err: "", code: 0 });
    return JSON.parse(readFileSync(join(folder, "tessera.cdx.json"), "utf8"));
  }
  let first: Promise<Bill> | null = null;
  interface Bill {
    readonly serialNumber: string;
    readonly metadata: { readonly component: { readonly name: string } };
    readonly components: readonly {
      name: string;
      version: string;
      licenses?: unknown[];
      hashes?: unknown[];
    }[];
  }
  const manifest: Record<
    "dependencies" | "devDependencies",
    Record<string, string>
  > = require("../package.json");

  test("has each dependency with its licence and its hash, no development tool, and is the same each time", async () => {
    first = bill();
    const [one, other] = [await first, await bill()];
    expect(one).toEqual(other);
    expect(one).toMatchObject({ bomFormat: "CycloneDX", metadata: { component: { name: "tessera" } } });
    expect(one.serialNumber).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    const listed = new Map(one.components.map((component) => [component.name, component]));
    for (const [name, version] of Object.entries(manifest.dependencies)) {
      expect({ name, version: listed.get(name)?.version }).toEqual({ name, version });
    }
    for (const name of Object.keys(manifest.devDependencies)) expect(listed.has(name)).toBe(false);
    for (const { name, licenses = [], hashes = [] } of one.components) {
      expect({ name, licenses: licenses.length, hashes: hashes.length }).toEqual({
        name,
        licenses: 1,
        hashes: 1,
      });
    }
  });

  test.skipIf(!hasRoom)(named("has every package of which the executable has a file"), async () => {
    const names = (await (first ?? bill())).components.map(({ name }) => name);
    const file = Bun.file(await executable());
    const bytes = await file.slice(file.size - BUNDLE_BYTES).bytes();
    // The runtime keeps a file with letters beyond Latin as UTF-16.
    const text = Buffer.from(bytes).toString("latin1").replaceAll("\0", "");
    const inside = new Set(
      [...text.matchAll(/^\/\/ node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\//gm)].map(([, name = ""]) => name),
    );
    expect(inside.size).toBeGreaterThan(10);
    expect([...inside].filter((name) => !names.includes(name))).toEqual([]);
  });
});

function write(folder: string, name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** The names of the threads. The runtime calls those of the program `Worker`. */
const threadsOf = (pid: number): string[] =>
  readdirSync(`/proc/${pid}/task`).map((id) => readFileSync(`/proc/${pid}/task/${id}/comm`, "utf8").trim());
