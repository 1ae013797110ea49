/** The best-known OAuth server library for Node. It keeps its data in memory, so its figures include no disk. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import manifest from "../package.json";
import { type Endpoint, WORKLOADS } from "../workloads.ts";
import {
  API,
  APP,
  CHALLENGE,
  DEVICE,
  DEVICE_GRANT,
  OPENID_APPS,
  OPENID_SCOPE,
  REDIRECT_URI,
  SCOPE,
} from "./clients.ts";
import type { Contender } from "./contender.ts";
import { startProcess } from "./process.ts";

const BENCH = join(import.meta.dir, "..");
const NAME = "oidc-provider";

const PATHS: Readonly<Record<Endpoint, string>> = {
  introspection: "/token/introspection",
  token: "/token",
  revocation: "/token/revocation",
  metadata: "/.well-known/openid-configuration",
  jwks: "/jwks",
};

/** Installs the packages of bench/package.json if they are missing. Throws if that fails. */
export function installOidcProvider(say: (text: string) => void): void {
  const installed = join(BENCH, "node_modules", NAME, "package.json");
  const wanted = manifest.dependencies[NAME];
  if (existsSync(installed) && JSON.parse(readFileSync(installed, "utf8")).version === wanted) return;
  say(`Installing ${NAME} ${wanted} into bench/node_modules …\n`);
  const flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  const npm = Bun.spawnSync(["npm", "ci", ...flags], { cwd: BENCH, stdout: "ignore", stderr: "inherit" });
  if (!npm.success)
    throw new Error(
      `${NAME} could not be installed; the lines above say why. --contenders can leave it out.`,
    );
}

export const oidcProvider: Contender = {
  name: NAME,
  title: "oidc-provider on Node",
  durability: "kept in memory only",
  // It does not introspect signed tokens.
  workloads: WORKLOADS.map(({ name }) => name).filter(
    (name) => !["introspection-bound", "introspection-jwt", "private-key-jwt"].includes(name),
  ),
  async start(folder) {
    const parties = { app: APP, api: API, device: DEVICE, scope: SCOPE, redirectUri: REDIRECT_URI };
    const openid = { openidApps: OPENID_APPS, openidScope: OPENID_SCOPE };
    const facts = { ...parties, ...openid, challenge: CHALLENGE, deviceGrant: DEVICE_GRANT };
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
      make: async (kind, count) => (await started.ask<{ made: string[] }>({ kind, count })).made,
      stop: started.stop,
    };
  },
};
