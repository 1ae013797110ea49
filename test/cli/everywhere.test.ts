/**
 * Every act of the command line is in the management API and in the console too (issue 14), or the table says why not. The reasons
 * are for acts on the whole database or on the machine.
 */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";
import type { Command } from "commander";
import { API_ROUTES } from "../../src/api/index.ts";
import { type ApiRoute, routeName } from "../../src/api/route.ts";
import { createProgram } from "../../src/cli/program.ts";
import { CONSOLE_PAGES } from "../../src/console/index.ts";
import { captureIo } from "./support.ts";

/** Where else an act is: routes, and pages with the names of their acts. */
interface Elsewhere {
  readonly api: readonly string[];
  /** "/admin/people", or with acts of its forms: "/admin/people/new add". */
  readonly console: readonly string[];
}

/** A page of people, on which the console leads to what it has not itself. */
const INVITATIONS = "/invite-people";

const WHOLE = {
  database: "It takes the whole database, which no server may have open, or whose every secret it writes.",
  machine:
    "It is about processes, files or secrets of the machine, which the server itself does not hand out.",
  file: "It reads a file before a server runs with it.",
  client: "It is an application of this server, and not its management.",
  several: "It is all the other acts at once, from a file, and asks for each by what the API has too.",
} as const;

const PERSON = "/admin/people/:subject";
const APP = "/admin/apps/:client";

const ACTS: Readonly<Record<string, Elsewhere | keyof typeof WHOLE>> = {
  serve: "machine",
  status: { api: ["GET /health"], console: ["/admin/health"] },
  doctor: { api: ["POST /checks"], console: ["/admin/health check", "/admin/start"] },
  health: { api: ["GET /health"], console: ["/admin/health"] },

  "user add": { api: ["POST /people"], console: ["/admin/people/new add"] },
  "user list": { api: ["GET /people"], console: ["/admin/people"] },
  "user show": { api: ["GET /people/:subject"], console: [PERSON] },
  "user set": {
    api: ["PATCH /people/:subject", "PUT /people/:subject/picture", "DELETE /people/:subject/picture"],
    console: [`${PERSON} edit facts roles picture remove_picture`],
  },
  "user remove": { api: ["DELETE /people/:subject"], console: [`${PERSON} remove`] },
  "user password": { api: ["PUT /people/:subject/password"], console: [`${PERSON} password`] },
  "user unlock": { api: ["POST /people/:subject/unlock"], console: [`${PERSON} unlock`] },
  "user second-factor show": { api: ["GET /people/:subject/second-factor"], console: [PERSON] },
  "user second-factor remove": {
    api: ["DELETE /people/:subject/second-factor"],
    console: [`${PERSON} remove_totp`],
  },
  "user passkey list": { api: ["GET /people/:subject/passkeys"], console: [PERSON] },
  "user passkey remove": {
    api: ["DELETE /people/:subject/passkeys", "DELETE /people/:subject/passkeys/:passkey"],
    console: [`${PERSON} remove_passkey remove_passkeys`],
  },
  "user disable": { api: ["POST /people/:subject/disable"], console: [`${PERSON} disable`] },
  "user enable": { api: ["POST /people/:subject/enable"], console: [`${PERSON} enable`] },
  "user approve": { api: ["POST /people/:subject/enable"], console: [`${PERSON} enable`] },
  "user invite": { api: ["POST /invitations"], console: [INVITATIONS] },
  "user invitation list": { api: ["GET /invitations"], console: [INVITATIONS] },
  "user invitation revoke": { api: ["DELETE /invitations/:invitation"], console: [INVITATIONS] },
  "user reset-link": { api: ["POST /people/:subject/reset-links"], console: [`${PERSON} reset_link`] },
  "user sign-in-link": { api: ["POST /people/:subject/sign-in-links"], console: [`${PERSON} sign_in_link`] },

  "group add": { api: ["POST /groups"], console: ["/admin/groups add"] },
  "group list": { api: ["GET /groups"], console: ["/admin/groups"] },
  "group show": {
    api: ["GET /groups/:group", "GET /groups/:group/members"],
    console: ["/admin/groups/:group"],
  },
  "group set": { api: ["PATCH /groups/:group"], console: ["/admin/groups/:group describe"] },
  "group remove": { api: ["DELETE /groups/:group"], console: ["/admin/groups/:group remove"] },
  "group join": { api: ["POST /groups/:group/members"], console: ["/admin/groups/:group put"] },
  "group leave": {
    api: ["DELETE /groups/:group/members/:subject"],
    console: ["/admin/groups/:group take_out"],
  },
  "group manager add": {
    api: ["PUT /groups/:group/managers/:subject"],
    console: ["/admin/groups/:group let_manage"],
  },
  "group manager remove": {
    api: ["DELETE /groups/:group/managers/:subject"],
    console: ["/admin/groups/:group let_not_manage"],
  },

  "session list": { api: ["GET /people/:subject/sessions"], console: [PERSON] },
  "session end": {
    api: ["DELETE /people/:subject/sessions", "DELETE /people/:subject/sessions/:session"],
    console: [`${PERSON} end_session end_sessions`],
  },

  "client add": {
    api: ["POST /clients", "POST /recipes/:recipe/clients"],
    console: ["/admin/apps/new/by-hand add", "/admin/apps/new/:recipe make"],
  },
  "client list": { api: ["GET /clients"], console: ["/admin/apps"] },
  "client show": { api: ["GET /clients/:client"], console: [APP] },
  "client set": {
    api: ["PATCH /clients/:client"],
    console: [
      `${APP} edit more`,
      `${APP}/secrets method`,
      `${APP}/access edit`,
      `${APP}/scopes edit`,
      `${APP}/claims save_claim remove_claim id_token`,
      `${APP}/lifetimes edit`,
      `${APP}/logout edit`,
    ],
  },
  "client fetch": {
    api: ["POST /client-documents"],
    console: [`${APP}/access fetch`, "/admin/registration document"],
  },
  "client block": {
    api: ["PUT /client-document-blocks/:pattern"],
    console: [`${APP}/access block`, "/admin/registration document"],
  },
  "client unblock": {
    api: ["DELETE /client-document-blocks/:pattern"],
    console: [`${APP}/access unblock`, "/admin/registration unblock"],
  },
  "client blocks": { api: ["GET /client-document-blocks"], console: ["/admin/registration"] },
  "client secret add": { api: ["POST /clients/:client/secrets"], console: [`${APP}/secrets add`] },
  "client secret list": { api: ["GET /clients/:client/secrets"], console: [`${APP}/secrets`] },
  "client secret remove": {
    api: ["DELETE /clients/:client/secrets/:secret", "DELETE /clients/:client/tokens"],
    console: [`${APP}/secrets remove end_tokens`],
  },
  // It makes the pair where the command runs, and gives the server the public key: the member `jwks`.
  "client key add": { api: ["PATCH /clients/:client"], console: [`${APP}/secrets method`] },
  "client key list": { api: ["GET /clients/:client"], console: [`${APP}/secrets`] },
  "client key remove": { api: ["PATCH /clients/:client"], console: [`${APP}/secrets method`] },
  "client vouch": {
    api: ["POST /clients/:client/vouch", "POST /clients/:client/unvouch"],
    console: [`${APP}/access vouch unvouch`],
  },
  "client disable": { api: ["POST /clients/:client/disable"], console: [`${APP}/access disable`] },
  "client enable": { api: ["POST /clients/:client/enable"], console: [`${APP}/access enable`] },
  "client remove": { api: ["DELETE /clients/:client"], console: [`${APP} remove`] },

  "claims preview": { api: ["GET /clients/:client/claims/:subject"], console: [`${APP}/claims`] },
  "resource list": { api: ["GET /resources", "GET /scopes"], console: ["/admin/scopes"] },
  "resource show": { api: ["GET /resources"], console: ["/admin/scopes"] },
  "recipe list": { api: ["GET /recipes"], console: ["/admin/apps/new"] },
  "recipe show": { api: ["GET /recipes/:recipe"], console: ["/admin/apps/new/:recipe"] },

  "grant list": { api: ["GET /grants", "GET /grants/:grant"], console: [`${APP}/grants`, PERSON] },
  "grant revoke": {
    api: ["DELETE /grants/:grant", "DELETE /people/:subject/access", "DELETE /clients/:client/access"],
    console: [`${APP}/grants revoke revoke_all`, `${PERSON} revoke revoke_all`],
  },
  "token inspect": { api: ["POST /tokens/inspect"], console: ["/admin/tokens inspect"] },
  "token list": {
    api: ["GET /clients/:client/tokens", "GET /people/:subject/tokens"],
    console: ["/admin/tokens"],
  },
  // It makes the proof where the token is, with a key that the server never sees.
  "token proof": "client",
  "token revoke": {
    api: ["POST /tokens/revoke", "DELETE /tokens/:token", "DELETE /clients/:client/tokens"],
    console: ["/admin/tokens inspect revoke", `${APP}/secrets end_tokens`],
  },

  "key list": { api: ["GET /keys"], console: ["/admin/keys"] },
  "key rotate": { api: ["POST /keys"], console: ["/admin/keys rotate"] },
  "key retire": { api: ["DELETE /keys/:kid"], console: ["/admin/keys retire"] },
  "server-key list": "machine",
  "server-key rotate": "machine",

  log: {
    api: ["GET /audit", "GET /audit/verification"],
    console: ["/admin/audit verify"],
  },
  why: {
    api: ["GET /requests/:request", "GET /refusals"],
    console: ["/admin/requests", "/admin/requests/:request", "/admin/refusals", `${APP}/refusals`],
  },
  "issuer list": { api: ["GET /trusted-issuers"], console: ["/admin/registration"] },
  "issuer check": { api: ["POST /trusted-issuers/check"], console: ["/admin/registration check"] },
  "mail test": { api: ["POST /mails/test"], console: ["/admin/start test_mail"] },
  "mail list": { api: ["GET /mails"], console: ["/admin/mails"] },
  "mail preview": { api: ["GET /mails/previews/:kind"], console: ["/admin/mails"] },
  "webhook list": { api: ["GET /webhooks"], console: ["/admin/webhooks"] },
  "webhook deliveries": { api: ["GET /webhooks/:webhook/deliveries"], console: ["/admin/webhooks"] },
  "webhook test": { api: ["POST /webhooks/:webhook/test"], console: ["/admin/webhooks test"] },
  "webhook replay": {
    api: ["POST /webhooks/:webhook/deliveries/:delivery/replay"],
    console: ["/admin/webhooks replay"],
  },

  apply: "several",
  export: "several",
  login: "client",
  "config show": { api: ["GET /settings"], console: ["/admin/settings"] },
  "config check": "file",
  "config settings": { api: ["GET /settings"], console: ["/admin/settings"] },
  "config schema": "file",
  backup: "database",
  "backup verify": "database",
  restore: "database",
  copy: "database",
  completion: "machine",
};

/** Why an option has no field elsewhere. */
const ALONE = {
  other: "Another option or act of the same place says it.",
  shown: "It is about how the command prints or reads: its answer, a file, or standard input.",
  paged: "A list elsewhere has pages, and each row says what the option picks it by.",
  rest: "Elsewhere the rest of the address says it.",
  pair: "The pair of keys is made where the command runs; elsewhere the public key is given.",
  unseen: "Pages load nothing from other sites, so the console offers no address of a logo.",
} as const;
type Alone = keyof typeof ALONE;

/** The member of the API and the name of the field in the console; or why there is none. */
type Door = readonly [api: string | { readonly no: Alone }, console: string | { readonly no: Alone }];

const no = (why: Alone) => ({ no: why }) as const;
const nowhere = (why: Alone): Door => [no(why), no(why)];
const same = (...names: readonly string[]): Record<string, Door> =>
  Object.fromEntries(names.map((name) => [`--${name.replaceAll("_", "-")}`, [name, name]]));

const PASSWORD: Readonly<Record<string, Door>> = {
  "--generate": nowhere("shown"),
  "--password-stdin": ["password", "password"],
  "--password-hash-file": ["password_hash", "password_hash"],
};

const FACTS: Readonly<Record<string, Door>> = {
  ...same("given_name", "family_name", "middle_name", "nickname", "profile", "website", "gender"),
  ...same("birthdate", "zoneinfo", "locale", "phone_number", "name", "email", "email_verified", "address"),
  "--no-email-verified": ["email_verified", "email_verified"],
  "--phone-verified": ["phone_number_verified", "phone_verified"],
  "--no-phone-verified": ["phone_number_verified", "phone_verified"],
  "--attribute": ["attributes", "attributes"],
  "--group": ["groups", "group_"],
  "--admin": ["administrator", "administrator"],
  "--auditor": ["auditor", "auditor"],
};

const METADATA: Readonly<Record<string, Door>> = {
  "--name": ["client_name", "name"],
  "--name-in": ["client_name#", "names"],
  "--redirect-uri": ["redirect_uris", "redirect_uris"],
  "--grant": ["grant_types", "grant"],
  "--public": ["token_endpoint_auth_method", "method"],
  "--scope": ["scope", "scope"],
  "--default-scope": ["default_scope", "default"],
  "--home-page": ["client_uri", "client_uri"],
  "--logo": ["logo_uri", no("unseen")],
  "--terms": ["tos_uri", "tos_uri"],
  "--privacy": ["policy_uri", "policy_uri"],
  "--contact": ["contacts", "contacts"],
  "--secret-in": ["token_endpoint_auth_method", "method"],
  "--auth": ["token_endpoint_auth_method", "method"],
  "--workload": ["workloads", "workloads"],
  ...same("access_token_seconds", "refresh_token_seconds", "access_token_format", "minimum_acr"),
  "--allow-group": ["allowed_groups", "allowed"],
  "--deny-group": ["denied_groups", "denied"],
  "--claim": ["claims", "claim"],
  "--allow-http-redirects": ["allow_http_redirects", "allow_http"],
  "--post-logout-uri": ["post_logout_redirect_uris", "post_logout_uris"],
  "--backchannel-logout": ["backchannel_logout_uri", "backchannel_uri"],
  "--id-token-claims": ["id_token_claims", "id_token_claims"],
  "--id-token-alg": ["id_token_signed_response_alg", "id_token_alg"],
  "--userinfo-alg": ["userinfo_signed_response_alg", "userinfo_alg"],
  "--introspection-alg": ["introspection_signed_response_alg", "introspection_alg"],
  "--subject-type": ["subject_type", "subject_type"],
  "--sector-uri": ["sector_identifier_uri", "sector_uri"],
  "--max-age": ["default_max_age", "default_max_age"],
  "--login-page": ["initiate_login_uri", "initiate_login_uri"],
  ...same("jwks", "jwks_uri"),
  "--request-object-alg": ["request_object_signing_alg", "request_alg"],
  "--bind-certificate": ["tls_client_certificate_bound_access_tokens", "certificate_bound"],
  "--dpop": ["dpop_bound_access_tokens", "dpop_bound"],
  "--require-signed-requests": ["require_signed_request_object", "require_signed"],
  "--auth-alg": ["token_endpoint_auth_signing_alg", "auth_alg"],
  "--certificate": ["tls_client_auth_subject_dn", "certificate_name"],
  "--require-pushed-requests": ["require_pushed_authorization_requests", "require_pushed"],
  "--answer-alg": ["authorization_signed_response_alg", "answer_alg"],
  "--delivery": ["backchannel_token_delivery_mode", "delivery"],
  "--ping-url": ["backchannel_client_notification_endpoint", "ping_url"],
  "--asking-alg": ["backchannel_authentication_request_signing_alg", "asking_alg"],
  "--profile": ["security_profile", "profile"],
  "--details-type": ["authorization_details_types", "details:"],
  "--first-party": ["first_party", "first_party"],
  "--no-pkce": ["require_pkce", "require_pkce"],
};

/** The options of each command that is elsewhere, but for the settings, `--json` and those of no command. */
const OPTIONS: Readonly<Record<string, Readonly<Record<string, Door>>>> = {
  doctor: { "--all": nowhere("shown") },
  health: { "--wait": nowhere("shown") },
  "user add": { ...PASSWORD, ...FACTS },
  "user list": { "--waiting": ["state", "state"] },
  "user set": {
    ...FACTS,
    "--add-group": ["groups", "group_"],
    "--remove-group": ["groups", "group_"],
    "--picture": nowhere("other"),
    "--no-admin": ["administrator", "administrator"],
    "--no-auditor": ["auditor", "auditor"],
  },
  "user password": PASSWORD,
  "user passkey remove": { "--all": nowhere("other") },
  "user invite": {
    ...same("name", "email", "uses", "mail"),
    "--group": ["groups", "group_"],
    "--admin": ["administrator", "administrator"],
    "--expires": ["expires_in", "days"],
  },
  "user reset-link": same("mail"),
  "user sign-in-link": same("mail"),
  "group add": same("description"),
  "group set": same("description"),
  "session end": { "--user": nowhere("other") },
  "client add": {
    ...METADATA,
    "--recipe": [":recipe", no("rest")],
    "--url": ["url", "url"],
    "--id": ["client_id", "client_id"],
    "--new-key": nowhere("pair"),
  },
  "client list": same("source"),
  "client set": {
    ...METADATA,
    "--add-redirect-uri": ["redirect_uris", "redirect_uris"],
    "--remove-redirect-uri": ["redirect_uris", "redirect_uris"],
    "--add-grant": ["grant_types", "grant"],
    "--remove-grant": ["grant_types", "grant"],
    "--add-scope": ["scope", "scope"],
    "--remove-scope": ["scope", "scope"],
    "--no-public": ["token_endpoint_auth_method", "method"],
    "--no-first-party": ["first_party", "first_party"],
    "--no-dpop": ["dpop_bound_access_tokens", "dpop_bound"],
    "--no-bind-certificate": ["tls_client_certificate_bound_access_tokens", "certificate_bound"],
    "--no-require-signed-requests": ["require_signed_request_object", "require_signed"],
    "--no-require-pushed-requests": ["require_pushed_authorization_requests", "require_pushed"],
    "--pkce": ["require_pkce", "require_pkce"],
  },
  "client secret remove": same("end_tokens"),
  "client key add": { "--out": nowhere("pair"), "--algorithm": nowhere("pair") },
  "client vouch": { "--withdraw": nowhere("other") },
  "claims preview": {
    "--client": [":client", no("rest")],
    "--person": [":subject", "person"],
    "--scope": ["scope", "scope"],
  },
  "grant list": { "--user": ["person", no("rest")], "--client": ["client", no("rest")] },
  "grant revoke": { "--user": [":subject", no("rest")], "--client": [":client", no("rest")] },
  "token list": { "--client": [":client", "client"], "--user": [":subject", "person"] },
  "token revoke": { "--id": [":token", "id"], "--client": [":client", no("rest")] },
  "key rotate": { "--algorithm": ["algorithm", "algorithm"], "--now": ["at_once", "at_once"] },
  log: {
    ...same("client", "person", "by", "kind", "since", "until"),
    "--limit": ["limit", no("paged")],
    "--follow": nowhere("shown"),
    "--verify": nowhere("other"),
    "--seal": nowhere("shown"),
  },
  "mail test": { "--language": ["language", no("shown")] },
  "mail list": {
    "--person": ["person", no("paged")],
    "--failed": nowhere("paged"),
    "--limit": ["limit", no("paged")],
  },
  "mail preview": {
    "--language": ["language", no("shown")],
    "--html": nowhere("shown"),
    "--output": nowhere("shown"),
  },
  "webhook deliveries": { "--failed": nowhere("paged"), "--limit": ["limit", no("paged")] },
};

/** The commands that do something, with their words: "client secret add". */
function* commandsOf(command: Command, words = ""): Generator<readonly [words: string, command: Command]> {
  const children = command.createHelp().visibleCommands(command);
  const acts = children.filter((child) => child.name() !== "help");
  // `backup` is an act, and has commands too.
  if (words !== "" && (acts.length === 0 || Object.hasOwn(ACTS, words))) yield [words, command];
  for (const child of acts)
    yield* commandsOf(child, words === "" ? child.name() : `${words} ${child.name()}`);
}

async function allCommands() {
  const { captured: _, ...io } = captureIo();
  return [...commandsOf(await createProgram(io, "1.0.0", undefined))];
}

/** The settings, which every command takes, and the form of what it prints. */
const SHARED = new Set(
  ["config", "issuer", "data", "host", "port", "workers", "demo", "set", "json"].map((name) => `--${name}`),
);

/** The members of the body, the query and the path of a route. */
function membersOf({ path, query, body }: ApiRoute): string[] {
  const parts = path.match(/:\w+/g) ?? [];
  return [...parts, ...Object.keys(query.entries), ...entriesOf(body)];
}

/** Of a schema, or of the schema that a pipe begins with. */
function entriesOf(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  if ("pipe" in schema && Array.isArray(schema.pipe) && schema.pipe[0] !== schema) {
    const [first] = schema.pipe;
    // Beside the members: those of RFC 7591 §2.2 in languages.
    return [...entriesOf(first), ...("rest" in (first ?? {}) ? ["client_name#"] : [])];
  }
  return "entries" in schema && typeof schema.entries === "object" ? Object.keys(schema.entries ?? {}) : [];
}

/** The sources of the console, and of the page of people to which it leads. */
function sourcesOfConsole(): string {
  const src = join(import.meta.dir, "../../src");
  const files = [
    ...new Glob("console/**/*.tsx").scanSync(src),
    ...new Glob("pages/**/{invite-people,person-fields}.tsx").scanSync(src),
    "accounts/profile.ts",
  ];
  return files.map((file) => readFileSync(join(src, file), "utf8")).join("\n");
}

const entries = Object.entries(ACTS).flatMap(([name, entry]) =>
  typeof entry === "string" ? [] : [[name, entry] as const],
);

describe("every act of the command line", () => {
  test("is in the table, and no other", async () => {
    expect((await allCommands()).map(([words]) => words).sort()).toEqual(Object.keys(ACTS).sort());
  });

  test("is a route of the management API", () => {
    const routes = new Set(API_ROUTES.map(routeName));
    const missing = entries.flatMap(([name, { api }]) =>
      api.length === 0 ? [name] : api.filter((route) => !routes.has(route)),
    );
    expect(missing).toEqual([]);
  });

  test("is on a page of the console, with the acts of its forms", () => {
    const pages = new Map<string, readonly string[]>([
      ...CONSOLE_PAGES.map(({ path, acts = {} }) => [path, Object.keys(acts)] as const),
      [INVITATIONS, []],
    ]);
    const missing = entries.flatMap(([name, { console: places }]) =>
      places.length === 0
        ? [name]
        : places.filter((place) => {
            const [path = "", ...acts] = place.split(" ");
            return !acts.every((act) => pages.get(path)?.includes(act)) || !pages.has(path);
          }),
    );
    expect(missing).toEqual([]);
  });

  test("and the API has a use in the table for each of its routes, but for the search and the rules of exchange", () => {
    const used = new Set(entries.flatMap(([, { api }]) => api));
    const others = API_ROUTES.map(routeName).filter((route) => !used.has(route));
    expect(others).toEqual(["GET /registration", "GET /token-exchange", "GET /search"]);
  });
});

describe("every option of such a command", () => {
  test("is in the table, and no other", async () => {
    const found = (await allCommands()).flatMap(([words, { options }]) => {
      if (typeof ACTS[words] === "string") return [];
      const names = options.map(({ long }) => long ?? "").filter((name) => !SHARED.has(name));
      return names.map((name) => `${words} ${name}`);
    });
    const listed = Object.entries(OPTIONS).flatMap(([words, doors]) =>
      Object.keys(doors).map((name) => `${words} ${name}`),
    );
    expect(found.sort()).toEqual(listed.sort());
  });

  const doors = Object.entries(OPTIONS).flatMap(([words, each]) =>
    Object.entries(each).map(([option, door]) => ({ words, option, door })),
  );

  test("is a member of a route of the command", () => {
    const missing = doors.flatMap(({ words, option, door: [api] }) => {
      const act = ACTS[words];
      if (typeof api !== "string" || act === undefined || typeof act === "string") return [];
      const members = API_ROUTES.filter((route) => act.api.includes(routeName(route))).flatMap(membersOf);
      return members.includes(api) ? [] : [`${words} ${option}: ${api}`];
    });
    expect(missing).toEqual([]);
  });

  test("is a field of the console", () => {
    const sources = sourcesOfConsole();
    const missing = doors.flatMap(({ words, option, door: [, field] }) =>
      typeof field !== "string" || sources.includes(`"${field}"`) || sources.includes(`\`${field}$`)
        ? []
        : [`${words} ${option}: ${field}`],
    );
    expect(missing).toEqual([]);
  });
});
