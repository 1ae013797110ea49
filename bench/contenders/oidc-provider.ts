/** The best-known OAuth server library of Node, kept in memory: what is fast there costs no disk. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Endpoint } from "../workloads.ts";
import { API, APP, CHALLENGE, DEVICE, DEVICE_GRANT, REDIRECT_URI, SCOPE } from "./clients.ts";
import type { Contender } from "./contender.ts";
import { startProcess } from "./process.ts";

const BENCH = join(import.meta.dir, "..");
const NAME = "oidc-provider";

const PATHS: Readonly<Record<Endpoint, string>> = {
  introspection: "/token/introspection",
  token: "/token",
  revocation: "/token/revocation",
  metadata: "/.well-known/openid-configuration",
};

const versionIn = (file: string, of: (manifest: Record<string, unknown>) => unknown): unknown =>
  existsSync(file) ? of(JSON.parse(readFileSync(file, "utf8"))) : null;

/** Installs what bench/package-lock.json says, unless it is there. Throws if that fails. */
export function installOidcProvider(say: (line: string) => void): void {
  const wanted = versionIn(join(BENCH, "package-lock.json"), ({ packages }) =>
    pick(pick(packages, `node_modules/${NAME}`), "version"),
  );
  const present = versionIn(join(BENCH, "node_modules", NAME, "package.json"), ({ version }) => version);
  if (present !== null && present === wanted) return;
  say(`Installing ${NAME} ${String(wanted)} into bench/node_modules …`);
  const npm = Bun.spawnSync(
    ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"],
    {
      cwd: BENCH,
      stdin: "ignore",
      stdout: "ignore",
      stderr: "inherit",
    },
  );
  if (!npm.success)
    throw new Error(
      `${NAME} could not be installed; the lines above say why. --contenders can leave it out.`,
    );
}

const pick = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;

export const oidcProvider: Contender = {
  name: NAME,
  title: "oidc-provider on Node",
  durability: "kept in memory only",
  async start(folder) {
    mkdirSync(folder, { recursive: true });
    const facts = {
      app: APP,
      api: API,
      device: DEVICE,
      scope: SCOPE,
      redirectUri: REDIRECT_URI,
      challenge: CHALLENGE,
      deviceGrant: DEVICE_GRANT,
    };
    const started = await startProcess({
      command: ["node", join(import.meta.dir, "oidc-provider-server.mjs"), JSON.stringify(facts)],
      folder,
      env: { NODE_ENV: "production" },
      ready: /listening on (http:\S+)/,
      ipc: true,
    });
    return {
      urlOf: ({ endpoint }) => started.ready + PATHS[endpoint],
      processes: [started.pid],
      server: started.pid,
      async make(kind, count) {
        const made = pick(await started.ask({ kind, count }), "made");
        if (!Array.isArray(made)) throw new Error(`${NAME} made nothing.`);
        return made.map(String);
      },
      stop: started.stop,
    };
  },
};
