/**
 * The demonstration: `--demo` adds a person, clients, scopes and an API, and a start without it removes them. It is only a
 * configuration, applied like any other. The person needs extra care, because a start never removes declared people, and
 * this one's password is public.
 */

import { newAccountRecord } from "../accounts/people.ts";
import { ConfigurationError } from "../configuration/error.ts";
import type { Configuration } from "../configuration/schema.ts";
import type { Context } from "../operations/context.ts";
import {
  createAccount,
  enableAccount,
  findAccountBySignInName,
  findAccountByUsername,
  removeAccount,
  setPassword,
} from "../operations/people.ts";
import { DEVICE_CODE_GRANT } from "../protocol/grant-types.ts";
import { foldUsername } from "../protocol/identifiers.ts";
import { SERVER_ACT } from "../rules/events.ts";

export const DEMO_PERSON = {
  username: "ada",
  password: "correct horse battery staple",
  name: "Ada Lovelace",
  email: "ada@demo.example",
} as const;

const SCOPES = [
  { name: "notes.read", description: "Read your notes", sensitive: false },
  { name: "notes.write", description: "Write and delete your notes", sensitive: false },
];
const PERSONAL_SCOPE = ["openid", "notes.read", "notes.write", "profile", "email"];

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
    allow_http_redirects: false,
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
    allow_http_redirects: false,
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
    allow_http_redirects: false,
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
    allow_http_redirects: false,
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
    allow_http_redirects: false,
  },
] satisfies Configuration["clients"];

/**
 * Adds the scopes, resources and clients of the demonstration to the configuration if `demo` is set.
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
          access_token_format: "opaque",
          dpop_bound_access_tokens_required: false,
          introspection_clients: ["demo-api"],
          listed: true,
          signing_algorithms: [],
        },
      ],
      (entry) => entry.identifier,
    ),
    clients: beside(configuration.clients, CLIENTS, (entry) => entry.client_id),
  };
}

/** The identifiers of the clients that the demonstration adds to this configuration. */
export const demoClients = ({ clients }: Configuration): ReadonlySet<string> =>
  new Set(CLIENTS.filter((client) => clients.includes(client)).map(({ client_id }) => client_id));

/** The operator's own declaration wins over one of the same name. */
function beside<Entry>(
  declared: readonly Entry[],
  demo: readonly Entry[],
  nameOf: (entry: Entry) => string,
): Entry[] {
  const names = new Set(declared.map(nameOf));
  return [...declared, ...demo.filter((entry) => !names.has(nameOf(entry)))];
}

type DemoContext = Pick<Context, "configuration" | "store" | "events" | "passwords" | "clock" | "random">;

/**
 * Runs before declared people are applied. With the demonstration, its person exists, is enabled and has the printed
 * password. Without it, the person that it made is removed.
 */
export async function settleDemoPerson(context: DemoContext): Promise<void> {
  const { configuration, clock } = context;
  if (configuration.demo && !declaresDemoPerson(configuration)) {
    await requireDemoPerson(context);
    return putDemoPerson(context);
  }
  // The demonstration makes one person, and no operation changes a user name.
  const known = await findAccountByUsername(context, DEMO_PERSON.username);
  if (known?.source !== "demo") return;
  await removeAccount(context, SERVER_ACT, known.subject, clock.seconds());
}

/** Throws ConfigurationError if `demo` is set but another person has the user name of the demonstration. */
export async function requireDemoPerson({
  configuration,
  store,
}: Pick<Context, "configuration" | "store">): Promise<void> {
  if (!configuration.demo || declaresDemoPerson(configuration)) return;
  const { username, email } = DEMO_PERSON;
  for (const [what, text] of [
    ["user name", username],
    ["e-mail address", email],
  ]) {
    const known = await findAccountBySignInName({ store }, text ?? "");
    if (known === null || known.source === "demo") continue;
    throw new ConfigurationError(
      `The demonstration needs the ${what} '${text}', but a person of yours has it. Start without --demo, or with another data folder: --data ./demo-data.`,
    );
  }
}

/** A person of that name whom the operator declares takes precedence, as with clients. */
const declaresDemoPerson = ({ people }: Configuration): boolean =>
  people.some((person) => foldUsername(person.username) === DEMO_PERSON.username);

async function putDemoPerson(context: DemoContext): Promise<void> {
  const { passwords, clock, random } = context;
  const { username, password, ...about } = DEMO_PERSON;
  const known = await findAccountByUsername(context, username);
  if (known === null) {
    const passwordHash = await passwords.hash(password);
    await createAccount(
      context,
      SERVER_ACT,
      newAccountRecord({ ...about, source: "demo", username, passwordHash }, clock, random),
    );
    return;
  }
  if (!(await passwords.verify(password, known.passwordHash))) {
    await setPassword(context, SERVER_ACT, known.subject, await passwords.hash(password));
  }
  if (known.disabledAt !== null) await enableAccount(context, SERVER_ACT, known.subject);
}
