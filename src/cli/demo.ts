/**
 * The demonstration: a person, clients, scopes and an API that are there when the server is started with `--demo`, and
 * gone when it is started without. It is nothing but a configuration, applied like any other; only the person needs
 * care, because declared people are never removed and this one's password is known to the world.
 */
import { newAccountRecord } from "../accounts/people.ts";
import { ConfigurationError } from "../configuration/error.ts";
import type { Configuration } from "../configuration/schema.ts";
import type { Context } from "../context.ts";
import { DEVICE_CODE_GRANT } from "../protocol/grant-types.ts";
import { foldUsername } from "../store/usernames.ts";

export const DEMO_PERSON = {
  username: "ada",
  password: "correct horse battery staple",
  name: "Ada Lovelace",
  email: "ada@demo.example",
} as const;

const SCOPES = [
  { name: "notes.read", description: "Read your notes" },
  { name: "notes.write", description: "Write and delete your notes" },
];
const PERSONAL_SCOPE = ["notes.read", "notes.write", "profile", "email"];

export const DEMO_SECRETS = {
  "demo-web": "demo-web-secret-known-to-everyone",
  "demo-service": "demo-service-secret-known-to-everyone",
  "demo-api": "demo-api-secret-known-to-everyone",
} as const;

const DEMO_RESOURCE = "https://notes.demo.example";

const CLIENTS = [
  {
    client_id: "demo-app",
    client_name: "Demo app",
    redirect_uris: ["http://127.0.0.1/callback", "http://localhost/callback", "http://[::1]/callback"],
    grant_types: ["authorization_code", "refresh_token"],
    token_endpoint_auth_method: "none",
    secrets: [],
    scope: PERSONAL_SCOPE,
    require_pkce: true,
  },
  {
    client_id: "demo-web",
    client_name: "Demo web site",
    redirect_uris: ["http://localhost/callback"],
    grant_types: ["authorization_code", "refresh_token"],
    token_endpoint_auth_method: "client_secret_basic",
    secrets: [DEMO_SECRETS["demo-web"]],
    scope: PERSONAL_SCOPE,
    require_pkce: true,
  },
  {
    client_id: "demo-device",
    client_name: "Demo television",
    redirect_uris: [],
    grant_types: [DEVICE_CODE_GRANT, "refresh_token"],
    token_endpoint_auth_method: "none",
    secrets: [],
    scope: PERSONAL_SCOPE,
    require_pkce: true,
  },
  {
    client_id: "demo-service",
    client_name: "Demo service",
    redirect_uris: [],
    grant_types: ["client_credentials"],
    token_endpoint_auth_method: "client_secret_basic",
    secrets: [DEMO_SECRETS["demo-service"]],
    scope: ["notes.read"],
    require_pkce: true,
  },
  {
    client_id: "demo-api",
    client_name: "Demo notes API",
    redirect_uris: [],
    grant_types: [],
    token_endpoint_auth_method: "client_secret_basic",
    secrets: [DEMO_SECRETS["demo-api"]],
    scope: [],
    require_pkce: true,
  },
] satisfies Configuration["clients"];

/**
 * The configuration with the scopes, resources and clients of the demonstration beside what it declares itself;
 * unchanged unless `demo` is set.
 */
export function withDemo(configuration: Configuration): Configuration {
  if (!configuration.demo) return configuration;
  return {
    ...configuration,
    scopes: beside(configuration.scopes, SCOPES, (entry) => entry.name),
    resources: beside(
      configuration.resources,
      [
        {
          identifier: DEMO_RESOURCE,
          name: "Demo notes",
          scopes: SCOPES.map((scope) => scope.name),
          introspection_clients: ["demo-api"],
        },
      ],
      (entry) => entry.identifier,
    ),
    clients: beside(configuration.clients, CLIENTS, (entry) => entry.client_id),
  };
}

/** What the operator declared under the same name stays as they declared it. */
function beside<Entry>(
  declared: readonly Entry[],
  demo: readonly Entry[],
  nameOf: (entry: Entry) => string,
): Entry[] {
  const names = new Set(declared.map(nameOf));
  return [...declared, ...demo.filter((entry) => !names.has(nameOf(entry)))];
}

type DemoContext = Pick<Context, "configuration" | "store" | "passwords" | "clock" | "random" | "log">;

/**
 * Before the people are applied. With the demonstration: its person is there, enabled, with the password that is
 * printed. Without: whoever it made is gone, whatever became of the account meanwhile.
 */
export async function settleDemoPerson(context: DemoContext): Promise<void> {
  const { configuration, store, clock, log } = context;
  if (configuration.demo && !declaresDemoPerson(configuration)) {
    await requireDemoPerson(context);
    return putDemoPerson(context);
  }
  // It makes one only, whose name nobody can change.
  const known = await store.findAccountByUsername(DEMO_PERSON.username);
  if (known?.source !== "demo") return;
  await store.removeAccount(known.subject, clock.seconds());
  log.info("removed the person of the demonstration", { username: known.username });
}

/** Throws ConfigurationError if the demonstration is wanted but its person's name belongs to somebody else. */
export async function requireDemoPerson({
  configuration,
  store,
}: Pick<Context, "configuration" | "store">): Promise<void> {
  if (!configuration.demo || declaresDemoPerson(configuration)) return;
  const { username } = DEMO_PERSON;
  const known = await store.findAccountByUsername(username);
  if (known === null || known.source === "demo") return;
  throw new ConfigurationError(
    `The demonstration needs the user name '${username}', but a person of yours has it. Start without --demo, or with another data folder: --data ./demo-data.`,
  );
}

/** A person of that name whom the operator declares is the operator's business, here as for clients. */
const declaresDemoPerson = ({ people }: Configuration): boolean =>
  people.some((person) => foldUsername(person.username) === DEMO_PERSON.username);

async function putDemoPerson({ store, passwords, clock, random }: DemoContext): Promise<void> {
  const { username, password, ...about } = DEMO_PERSON;
  const known = await store.findAccountByUsername(username);
  if (known === null) {
    const passwordHash = await passwords.hash(password);
    await store.createAccount(
      newAccountRecord({ ...about, source: "demo", username, passwordHash }, clock, random),
    );
    return;
  }
  if (!(await passwords.verify(password, known.passwordHash))) {
    await store.setPassword(known.subject, await passwords.hash(password));
  }
  if (known.disabledAt !== null) await store.enableAccount(known.subject);
}
