/**
 * The demonstration: a person, clients, scopes and an API that are there when the server is started with `--demo`, and
 * gone when it is started without. It is nothing but a configuration, applied like any other; only the person needs
 * care, because people are never removed and this one's password is known to the world.
 */
import type { Context } from "../context.ts";
import type { Configuration } from "../platform/configuration.ts";
import { ConfigurationError } from "../platform/configuration-error.ts";
import { DEVICE_CODE_GRANT } from "../protocol/grant-types.ts";

export const DEMO_PERSON = { username: "ada", password: "correct horse battery staple" } as const;

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

export const DEMO_RESOURCE = "https://notes.demo.example";

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

/** The configuration with the demonstration declared beside what it declares itself; unchanged unless `demo` is set. */
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
    people: beside(
      configuration.people,
      [{ ...DEMO_PERSON, name: "Ada Lovelace", email: "ada@demo.example", administrator: false }],
      (entry) => entry.username.toLowerCase(),
    ),
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

type DemoContext = Pick<Context, "configuration" | "store" | "passwords" | "clock" | "log">;

/**
 * Before the people are applied. With the demonstration: makes sure that its person is not somebody else's account.
 * Without: an account that still has the password known to the world is disabled.
 */
export async function settleDemoPerson({
  configuration,
  store,
  passwords,
  clock,
  log,
}: DemoContext): Promise<void> {
  const declared = configuration.people.find(
    (person) => person.username.toLowerCase() === DEMO_PERSON.username,
  );
  const isDemo = declared !== undefined && declared.password === DEMO_PERSON.password;
  // An account of that name which the operator declares is the operator's business.
  if (declared !== undefined && !isDemo) return;
  const account = await store.findAccountByUsername(DEMO_PERSON.username);
  if (account === null || (!isDemo && account.disabledAt !== null)) return;
  const isDemoAccount = await passwords.verify(DEMO_PERSON.password, account.passwordHash);
  if (!isDemo) {
    if (!isDemoAccount) return;
    await store.disableAccount(account.subject, clock.seconds());
    log.warn("disabled the person of the demonstration, whose password everybody knows", {
      username: account.username,
    });
    return;
  }
  if (!isDemoAccount) {
    throw new ConfigurationError(
      `The demonstration needs the user name '${DEMO_PERSON.username}', but a person with that name and another password exists. Start without --demo, or with another data folder: --data ./demo-data.`,
    );
  }
  if (account.disabledAt !== null) await store.enableAccount(account.subject);
}
