/** Tessera in its usual setups: on the embedded database with one process or several, or on PostgreSQL. */
import { join } from "node:path";
import { loadConfiguration } from "../../src/configuration/sources.ts";
import { ENDPOINT_PATHS } from "../../src/endpoints/paths.ts";
import { type Endpoint, redemptionOf, sendOnce } from "../workloads.ts";
import {
  API,
  APP,
  DEVICE,
  DEVICE_GRANT,
  OPENID_APPS,
  OPENID_SCOPE,
  PERSON,
  REDIRECT_URI,
  RESOURCE,
  SCOPE,
  SIGNED_APP,
  SIGNED_RESOURCE,
  SIGNED_SCOPE,
} from "./clients.ts";
import type { Contender, Running } from "./contender.ts";
import { startDatabase } from "./postgres.ts";
import { type Started, startProcess } from "./process.ts";
import { newSigningClient } from "./tessera-assertions.ts";
import { openSeeder } from "./tessera-seed.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");

/** Where each endpoint is, below the issuer. */
export const TESSERA_PATHS: Readonly<Record<Endpoint, string>> = {
  introspection: ENDPOINT_PATHS.introspection,
  token: ENDPOINT_PATHS.token,
  revocation: ENDPOINT_PATHS.revocation,
  metadata: "/.well-known/oauth-authorization-server",
  jwks: "/auth/jwks.json",
};

/** The clients of every measurement at a server, and what they may do: TOML. */
export const PARTIES = `
[[scopes]]
name = "${SCOPE}"
description = "Read your e-mail"

[[resources]]
identifier = "${RESOURCE}"
name = "Mail"
scopes = ["${SCOPE}"]
introspection_clients = ["${API.id}"]

[[clients]]
client_id = "${APP.id}"
redirect_uris = ["${REDIRECT_URI}"]
grant_types = ["authorization_code", "refresh_token", "client_credentials"]
secrets = ["${APP.secret}"]
scope = ["${SCOPE}"]

[[clients]]
client_id = "${API.id}"
grant_types = []
secrets = ["${API.secret}"]

[[clients]]
client_id = "${DEVICE.id}"
grant_types = ["${DEVICE_GRANT}", "refresh_token"]
scope = ["${SCOPE}"]
`;

/** The clients that get signed tokens. */
const SIGNED_PARTIES = `
[signing]
algorithms = ["RS256", "ES256"]

[[scopes]]
name = "${SIGNED_SCOPE}"
description = "Read your files"

[[resources]]
identifier = "${SIGNED_RESOURCE}"
name = "Files"
scopes = ["${SIGNED_SCOPE}"]
access_token_format = "jwt"
introspection_clients = ["${API.id}"]

[[clients]]
client_id = "${SIGNED_APP.id}"
redirect_uris = ["${REDIRECT_URI}"]
secrets = ["${SIGNED_APP.secret}"]
scope = ["${SIGNED_SCOPE}"]
${Object.entries(OPENID_APPS)
  .map(
    ([algorithm, { id, secret }]) => `
[[clients]]
client_id = "${id}"
redirect_uris = ["${REDIRECT_URI}"]
secrets = ["${secret}"]
scope = ${JSON.stringify(OPENID_SCOPE.split(" "))}
id_token_signed_response_alg = "${algorithm}"
`,
  )
  .join("")}`;

/** Every setting has its default, except the lifetime of codes, which must last until they are used. */
export const TESSERA_CONFIGURATION = `
[lifetimes]
authorization_code_seconds = 600

${PARTIES}${SIGNED_PARTIES}
[[people]]
username = "${PERSON.username}"
password = "${PERSON.password}"
name = "${PERSON.name}"
email = "${PERSON.email}"
`;

/** The configuration and the data of a server that was started in this folder. */
export const placesIn = (folder: string): { readonly file: string; readonly data: string } => ({
  file: join(folder, "tessera.toml"),
  data: join(folder, "database"),
});

export interface ServeOptions {
  readonly configuration: string;
  readonly workers?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** A file that the process loads before the program. It may answer questions over IPC. */
  readonly preload?: string;
}

export interface Serving {
  readonly started: Started;
  /** The configuration file. */
  readonly file: string;
  /** The folder of the embedded database. */
  readonly data: string;
}

/** Starts `tessera serve`, which writes only to `folder`. The folder need not exist yet. */
export async function serveTessera(
  folder: string,
  { configuration, workers = 1, env = {}, preload }: ServeOptions,
): Promise<Serving> {
  const { file, data } = placesIn(folder);
  await Bun.write(file, configuration);
  const started = await startProcess({
    command: [
      process.execPath,
      ...(preload === undefined ? [] : ["--preload", preload]),
      MAIN,
      "serve",
      ...["--config", file, "--data", data, "--host", "127.0.0.1", "--port", "0"],
      ...["--workers", String(workers)],
    ],
    folder,
    env,
    ready: /listening on (http:\S+).*\n\s+data/,
    ipc: preload !== undefined,
  });
  return { started, file, data };
}

interface TesseraOptions {
  readonly workers?: number;
  readonly env?: Record<string, string>;
  /** TOML to add to the configuration. */
  readonly settings?: string;
}

/** A server with the clients and the person of the benchmark. */
export async function startTessera(
  folder: string,
  { workers = 1, env = {}, settings = "" }: TesseraOptions = {},
): Promise<Running> {
  const signing = await newSigningClient(folder);
  const configuration = TESSERA_CONFIGURATION + signing.settings + settings;
  const { started, file, data } = await serveTessera(folder, { configuration, workers, env });
  // Tokens without a resource are for the issuer, which the server's port is a part of.
  const seeder = await openSeeder(loadConfiguration({ file, env, flags: { data, issuer: started.ready } }));
  return {
    urlOf: ({ endpoint }) => started.ready + TESSERA_PATHS[endpoint],
    processes: [started.pid],
    server: started.pid,
    async make(kind, count) {
      if (kind === "client_assertion") return signing.assertions(started.ready, count);
      if (kind !== "signed_token") return seeder.make(kind, count);
      return redeemEach(started.ready + TESSERA_PATHS.token, await seeder.make(kind, count));
    },
    async stop() {
      await seeder.close();
      await started.stop();
    },
  };
}

/** The access tokens for codes. Only the server itself has the keys that sign. */
async function redeemEach(url: string, codes: readonly string[]): Promise<string[]> {
  const request = redemptionOf(SIGNED_APP, "signed_token", '"access_token":');
  const tokens: string[] = [];
  for (const code of codes) {
    const { access_token }: { access_token?: string } = await (await sendOnce(request, url, code)).json();
    if (access_token === undefined) throw new Error("The server did not redeem a code of its own.");
    tokens.push(access_token);
  }
  return tokens;
}

/** On both engines, with one worker and with two. */
export const TESSERA: readonly Contender<Running>[] = (["sqlite", "postgres"] as const).flatMap((engine) =>
  [1, 2].map((workers) => {
    const isSqlite = engine === "sqlite";
    const kept = isSqlite ? "synced to disk" : "synced by PostgreSQL";
    return {
      name: `tessera-${engine}${workers === 1 ? "" : "-2"}`,
      title: `Tessera${isSqlite ? "" : " on PostgreSQL"}${workers === 1 ? "" : ", 2 workers"}`,
      durability: `${kept} before the answer`,
      cores: workers,
      start: (folder) => (isSqlite ? startTessera : startOnPostgres)(folder, { workers }),
    };
  }),
);

/** The same on a PostgreSQL of its own. Returns the URL too. */
export async function startOnPostgres(
  folder: string,
  options: Omit<TesseraOptions, "env"> = {},
): Promise<Running & { readonly databaseUrl: string }> {
  const { databaseUrl, pid, stop } = await startDatabase();
  try {
    const running = await startTessera(folder, { ...options, env: { DATABASE_URL: databaseUrl } });
    return {
      ...running,
      databaseUrl,
      processes: [...running.processes, pid],
      async stop() {
        await running.stop();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
