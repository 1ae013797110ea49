/** The Dockerfile, compose.yaml and deploy/tessera.service, as far as a machine without Docker and systemd can try them. */
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

  test("has the files that the server needs: it starts with them alone, and the health check passes", async () => {
    const image = temporaryFolder();
    const inside = (path: string) => join(image, path);
    for (const { from, sources, target } of copies(last)) {
      for (const source of sources) {
        const to = inside(target.endsWith("/") ? join(target, source) : target);
        mkdirSync(dirname(to), { recursive: true });
        if (from === undefined) cpSync(join(root, source), to, { recursive: true });
        else symlinkSync(join(root, source.replace("/opt/tessera/", "")), to);
      }
    }
    const [entry = ""]: string[] = JSON.parse(only("ENTRYPOINT"));
    const command: string[] = JSON.parse(only("CMD"));
    accessSync(inside(entry), constants.X_OK);
    const data = inside(only("VOLUME"));
    mkdirSync(data, { recursive: true, mode: 0o700 });
    const env = {
      ...variables(),
      TESSERA_DATA: data,
      TESSERA_PORT: "0",
      TESSERA_ISSUER: "https://auth.example.org",
    };
    const server = start([inside(entry), ...command], { cwd: data, env });
    const port = await printed(server, /listening on http:\/\/0\.0\.0\.0:(\d+)/);
    expect(existsSync(join(data, "tessera.db"))).toBe(true);

    const check: string[] = JSON.parse(/CMD (\[.*\])/.exec(only("HEALTHCHECK"))?.[1] ?? "[]");
    const declared = variables().TESSERA_PORT ?? "";
    expect(only("EXPOSE")).toBe(declared);
    const healthy = (at: string) => start(check.map((word) => word.replace(`:${declared}/`, `:${at}/`)));
    expect(await healthy(port).process.exited).toBe(0);
    expect(await healthy("1").process.exited).toBe(1);
  }, 60_000);
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

test("the command works through a link on the PATH, from another folder", async () => {
  const link = join(temporaryFolder(), "tessera");
  symlinkSync(join(root, "bin/tessera.mjs"), link);
  const { out, code } = await finished(start([link, "config", "show"], { cwd: temporaryFolder() }));
  expect(code).toBe(0);
  expect(out).toContain("issuer");
});

describe("the unit of systemd", () => {
  const file = "deploy/tessera.service";
  const unit = read(file);
  const settings = [...unit.matchAll(/^#? ?([A-Z]\w+)=(.*)$/gm)].map(([, name, value]) => `${name}=${value}`);

  test("starts this program, in a folder that the user owns", () => {
    expect(settings).toContain(
      "ExecStart=/opt/tessera/bin/tessera.mjs serve --config /etc/tessera/tessera.toml",
    );
    accessSync(join(root, "bin/tessera.mjs"), constants.X_OK);
    expect(settings).toContain("StateDirectory=tessera");
    expect(settings).toContain("WorkingDirectory=/var/lib/tessera");
  });

  test("lets the runtime compile, and the server lower the priority of passwords", () => {
    expect(settings.filter((setting) => setting.startsWith("MemoryDenyWriteExecute="))).toEqual([]);
    const filters = settings.filter((setting) => setting.startsWith("SystemCallFilter="));
    expect(filters.at(-1)).toBe("SystemCallFilter=setpriority");
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
      ? "has an exposure below 2.0 by systemd's own measure, and no mistake"
      : "exposure: not tested, because systemd-analyze 250 or later is not installed (apt-get install systemd)",
    () => {
      const judge = (...args: string[]) => {
        const { stdout, stderr } = Bun.spawnSync([analyze ?? "", ...args]);
        return stdout.toString() + stderr.toString();
      };
      const judgement = judge("security", "--offline=true", "--no-pager", join(root, file));
      expect(Number(/Overall exposure level for \S+: (\d+\.\d+)/.exec(judgement)?.[1] ?? 10)).toBeLessThan(2);
      const here = join(temporaryFolder(), "tessera.service");
      writeFileSync(here, unit.replaceAll("/opt/tessera/", `${root}/`));
      expect(judge("verify", "--man=no", here)).not.toContain("tessera.service");
    },
  );
});
