/** The options that say what a client is and may do: the same for `client add` and `client set`. */

import { type Command, InvalidArgumentError } from "commander";
import type { ClientWish } from "../clients/change.ts";
import { checkWorkloads } from "../clients/workloads.ts";
import { LONGEST_SECONDS, YEAR_SECONDS } from "../configuration/values.ts";
import {
  AUTHENTICATION_LEVELS,
  type AuthenticationLevel,
  isAuthenticationLevel,
} from "../protocol/authentication-level.ts";
import { ACCESS_TOKEN_FORMAT_NAMES, type AccessTokenFormatName } from "../protocol/catalogue.ts";
import {
  type ClaimMapping,
  type ClaimSource,
  claimNameFault,
  claimSourceFault,
  MAPPING_CLAIMS,
} from "../protocol/claim-mapping.ts";
import {
  CLIENT_AUTHENTICATION_NAMES,
  type ClientAuthenticationMethod,
  isClientAuthenticationMethod,
  usesSecret,
} from "../protocol/client-authentication.ts";
import { OAuthError } from "../protocol/errors.ts";
import { grantTypeNamed, SHORT_GRANTS } from "../protocol/grant-types.ts";
import { isBlank } from "../protocol/names.ts";
import { CLAIM_NAMES } from "../protocol/standard-claims.ts";
import type { ClientRecord, ClientRules } from "../store/tables/clients.ts";
import { type OpenIdOptions, openIdMembers, withOpenIdOptions } from "./client-openid.ts";
import { collectWorkload } from "./client-workloads.ts";
import { CommandError } from "./command-error.ts";
import type { CommonOptions, Workspace } from "./workspace.ts";

export interface MetadataOptions extends CommonOptions, OpenIdOptions {
  readonly name?: string;
  /** The name in other languages, by their tags. */
  readonly nameIn?: Readonly<Record<string, string>>;
  readonly homePage?: string;
  readonly logo?: string;
  readonly terms?: string;
  readonly privacy?: string;
  readonly contact?: readonly string[];
  readonly redirectUri?: readonly string[];
  readonly grant?: readonly string[];
  readonly public?: boolean;
  readonly secretIn?: "header" | "body";
  readonly auth?: ClientAuthenticationMethod;
  /** Of a new client: the file for its private key. */
  readonly newKey?: string;
  readonly scope?: readonly string[];
  readonly defaultScope?: readonly string[];
  readonly pkce?: boolean;
  readonly allowHttpRedirects?: boolean;
  /** Commander turns null into a text, so a word stands for the setting of the server. */
  readonly accessTokenSeconds?: number | "default";
  readonly refreshTokenSeconds?: number | "default";
  readonly accessTokenFormat?: AccessTokenFormatName | "default";
  readonly minimumAcr?: AuthenticationLevel | "default";
  readonly allowGroup?: readonly string[];
  readonly denyGroup?: readonly string[];
  /** The sources as they were written, by the names of the claims. */
  readonly claim?: Readonly<Record<string, string>>;
  /** As they were written; an empty list: none. */
  readonly workload?: readonly unknown[];
}

const collect = (value: string, earlier: readonly string[] = []): string[] =>
  value === "" ? [...earlier] : [...earlier, value];

/** Accepts repeated options, and names with spaces or commas between them. Empty: none. */
export const collectNames = (value: string, earlier: readonly string[] = []): string[] => [
  ...earlier,
  ...value.split(/[\s,]+/).filter((name) => name !== ""),
];

/** A comma belongs to a URI, so it separates nothing. */
export function collectUri(value: string, earlier: readonly string[] = []): string[] {
  if (/,\s*[A-Za-z][A-Za-z0-9+.-]*:\//.test(value)) {
    throw new InvalidArgumentError("These are several URIs. Repeat the option for each.");
  }
  return collect(value, earlier);
}

const parseSeconds =
  (longest: number) =>
  (value: string): number | "default" => {
    if (value === "") return "default";
    const seconds = Number(value);
    if (Number.isSafeInteger(seconds) && seconds >= 1 && seconds <= longest) return seconds;
    throw new InvalidArgumentError(`Write a whole number of seconds, from 1 to ${longest}.`);
  };

function parseFormat(value: string): AccessTokenFormatName | "default" {
  if (value === "") return "default";
  const format = ACCESS_TOKEN_FORMAT_NAMES.find((name) => name === value);
  if (format !== undefined) return format;
  throw new InvalidArgumentError(`Write ${ACCESS_TOKEN_FORMAT_NAMES.join(" or ")}.`);
}

function parseLevel(value: string): AuthenticationLevel | "default" {
  if (value === "") return "default";
  if (isAuthenticationLevel(value)) return value;
  throw new InvalidArgumentError(`Write ${AUTHENTICATION_LEVELS.join(" or ")}.`);
}

function parseSecretIn(value: string): "header" | "body" {
  if (value === "header" || value === "body") return value;
  throw new InvalidArgumentError("Write header or body.");
}

function parseMethod(value: string): ClientAuthenticationMethod {
  if (isClientAuthenticationMethod(value)) return value;
  throw new InvalidArgumentError(`Write one of ${CLIENT_AUTHENTICATION_NAMES.join(", ")}.`);
}

/** `name=value`, repeatable. */
export function collectPair(
  value: string,
  earlier: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, name, rest] = /^([^=]+)=(.*)$/s.exec(value) ?? [];
  if (name === undefined || rest === undefined) throw new InvalidArgumentError("Write it as name=value.");
  return { ...earlier, [name]: rest };
}

/** The claims with those of the options; an empty source takes one away. Throws CommandError for one that is not allowed. */
export function claimsOf({ claim = {} }: MetadataOptions, before: ClaimMapping = {}): ClaimMapping {
  const claims = new Map(Object.entries(before));
  for (const [name, text] of Object.entries(claim)) {
    if (text === "") {
      claims.delete(name);
      continue;
    }
    const source = sourceIn(text);
    const fault = claimNameFault(name, source);
    if (fault !== null) throw new CommandError(`The claim '${name}' ${fault}.`);
    const wrong = claimSourceFault(source, CLAIM_NAMES);
    if (wrong !== null) throw new CommandError(`The source '${text}' of the claim '${name}' ${wrong}.`);
    claims.set(name, source);
  }
  if (claims.size > MAPPING_CLAIMS)
    throw new CommandError(`A client may have ${MAPPING_CLAIMS} claims of its own.`);
  return Object.fromEntries(claims);
}

/** A table as JSON, or the text itself. */
function sourceIn(text: string): ClaimSource {
  if (!text.startsWith("{")) return text;
  try {
    const choices: unknown = JSON.parse(text);
    const isTexts = typeof choices === "object" && choices !== null;
    if (isTexts && Object.values(choices).every((who) => typeof who === "string")) return { ...choices };
  } catch {
    // As below.
  }
  return {};
}

/** Null: as `lifetimes` says. */
const secondsOf = (seconds: number | "default" | undefined): number | null =>
  seconds === undefined || seconds === "default" ? null : seconds;

/** Null: as the API says for which a token is. */
const formatOf = ({ accessTokenFormat: format }: MetadataOptions): ClientRecord["accessTokenFormat"] =>
  format === undefined || format === "default" ? null : format;

/** Null: any sign-in is good enough. */
const levelOf = ({ minimumAcr: level }: MetadataOptions): ClientRecord["minimumAcr"] =>
  level === undefined || level === "default" ? null : level;

/** What the operator says of a new client beside its metadata. Throws CommandError as `claimsOf` does. */
export const rulesOf = (options: MetadataOptions): Omit<ClientRules, "requirePkce" | "isWorkload"> => ({
  accessTokenSeconds: secondsOf(options.accessTokenSeconds),
  accessTokenFormat: formatOf(options),
  minimumAcr: levelOf(options),
  allowedGroups: options.allowGroup ?? [],
  deniedGroups: options.denyGroup ?? [],
  claims: claimsOf(options),
  workloads: workloadsOf(options),
});

function workloadsOf({ workload = [] }: MetadataOptions): ClientRules["workloads"] {
  try {
    return checkWorkloads(workload);
  } catch (error) {
    throw error instanceof OAuthError ? new CommandError(error.description) : error;
  }
}

const NONE = '; "" for none';

/** `none`: words that follow where an empty text takes a value away. */
const describing = (command: Command, none: string): Command =>
  withOpenIdOptions(
    command
      .option(
        "--name-in <language=name>",
        `its name in another language: de=Notizen; repeatable${none === "" ? "" : '; "de=" for none'}`,
        collectPair,
      )
      .option("--home-page <url>", `its home page${none}`)
      .option("--logo <url>", `the address of its logo, for other programs: no page shows it${none}`)
      .option("--terms <url>", `its terms of service${none}`)
      .option("--privacy <url>", `its privacy policy${none}`)
      .option("--contact <address>", `whom to ask about it; repeatable${none}`, collect)
      .option(
        "--secret-in <place>",
        "where it sends its secret: header (default) or body (client_secret_post)",
        parseSecretIn,
      )
      .option(
        "--auth <method>",
        `how it proves who it is, by the name of the standard: ${CLIENT_AUTHENTICATION_NAMES.join(", ")}`,
        parseMethod,
      )
      .option(
        "--workload <issuer subject>",
        `whose tokens of a trusted issuer authenticate it, with claims as name=value behind; repeatable${none}`,
        collectWorkload,
      )
      .option(
        "--access-token-seconds <seconds>",
        `how long its access tokens live${none === "" ? "" : '; "" for lifetimes.access_token_seconds'}`,
        parseSeconds(YEAR_SECONDS),
      )
      .option(
        "--refresh-token-seconds <seconds>",
        `a refresh token of it expires if it is not used for so long${none === "" ? "" : '; "" for lifetimes.refresh_token_seconds'}`,
        parseSeconds(LONGEST_SECONDS),
      )
      .option(
        "--access-token-format <format>",
        `opaque or jwt (default: as the API says)${none === "" ? "" : '; "" for the default'}`,
        parseFormat,
      )
      .option(
        "--minimum-acr <level>",
        `2: only for sign-ins with a second factor${none === "" ? "" : '; "" for any sign-in'}`,
        parseLevel,
      )
      .option("--allow-group <group>", `only its members may use it; repeatable${none}`, collectNames)
      .option("--deny-group <group>", `its members may not use it; repeatable${none}`, collectNames)
      .option(
        "--claim <name=source>",
        `a claim of your own: attribute:NAME, group:NAME, value:TEXT, a standard claim, or {"value":"group:NAME",…}; repeatable`,
        collectPair,
      )
      .option("--allow-http-redirects", "allow redirect URIs with http on a network, as on an intranet"),
    none,
    collectUri,
  );

const GRANT_NAMES = Object.keys(SHORT_GRANTS).join(", ");

export const withNewMetadata = (command: Command): Command =>
  describing(
    command
      .option("--name <name>", "what people read on the consent page (default: the --id)")
      .option("--id <client_id>", "the identifier (default: a generated one)")
      .option("--redirect-uri <uri>", "where people are sent back to; repeatable", collectUri)
      .option("--grant <name>", `${GRANT_NAMES}; repeatable`, collectNames)
      .option("--public", "an app, a page or a device that cannot keep a secret")
      .option(
        "--new-key <file>",
        "make a key pair for --auth private_key_jwt; the private key goes into this new file",
      )
      .option("--scope <scope>", "what it may have (default: everything); repeatable", collectNames)
      .option("--default-scope <scope>", "what it gets when it asks for nothing; repeatable", collectNames),
    "",
  ).option("--no-pkce", "do not require PKCE; only for a client with a secret that cannot do it");

export interface ChangeOptions extends MetadataOptions {
  readonly addRedirectUri?: readonly string[];
  readonly removeRedirectUri?: readonly string[];
  readonly addGrant?: readonly string[];
  readonly removeGrant?: readonly string[];
  readonly addScope?: readonly string[];
  readonly removeScope?: readonly string[];
}

export const withChangedMetadata = (command: Command): Command =>
  describing(
    command
      .option("--name <name>", "what people read on the consent page")
      .option("--redirect-uri <uri>", `in place of all it has; repeatable${NONE}`, collectUri)
      .option("--add-redirect-uri <uri>", "beside those it has; repeatable", collectUri)
      .option("--remove-redirect-uri <uri>", "one of those it has; repeatable", collectUri)
      .option("--grant <name>", `in place of all it has: ${GRANT_NAMES}; repeatable${NONE}`, collectNames)
      .option("--add-grant <name>", "beside those it has; repeatable", collectNames)
      .option("--remove-grant <name>", "one of those it has; repeatable", collectNames)
      .option("--scope <scope>", `in place of all it may have; repeatable${NONE}`, collectNames)
      .option("--add-scope <scope>", "beside what it may have; repeatable", collectNames)
      .option("--remove-scope <scope>", "a part of what it may have; repeatable", collectNames)
      .option(
        "--default-scope <scope>",
        'what it gets when it asks for nothing; "" for all it may have; repeatable',
        collectNames,
      )
      .option("--public", "cannot keep a secret: its secrets end")
      .option("--no-public", "can keep a secret, which is shown once"),
    NONE,
  )
    .option("--no-first-party", "not your own application: people are asked")
    .option("--no-dpop", "also give it bearer tokens")
    .option("--no-bind-certificate", "also give it tokens that are not bound to its certificate")
    .option("--no-require-signed-requests", "also accept authorization requests that it did not sign")
    .option("--no-require-pushed-requests", "also accept authorization requests that it did not push")
    .option("--pkce", "require PKCE")
    .option("--no-pkce", "do not require PKCE; only for a client with a secret that cannot do it");

/** The grant types with these names, short or full. Throws CommandError for one that does not exist. */
export const grantTypesNamed = (names: readonly string[]): string[] =>
  names.map((name) => {
    const full = grantTypeNamed(name);
    if (full !== undefined) return full;
    throw new CommandError(`There is no grant '${name}'. Use one of: ${GRANT_NAMES}.`);
  });

/** Throws CommandError for a name that is given and that no person could read. */
export function requireReadableName(name: string | undefined): void {
  if (name === undefined || !isBlank(name)) return;
  throw new CommandError("The name has nothing that can be read. Give one that people know: --name Wiki");
}

/** Throws CommandError if a scope does not exist at this server. */
export function requireScopes({ catalogue }: Workspace, ...lists: (readonly string[] | undefined)[]): void {
  const exist = catalogue.scopes.map((entry): string => entry.name);
  const unknown = lists.flatMap((list) => list ?? []).find((scope) => !exist.includes(scope));
  if (unknown === undefined) return;
  throw new CommandError(
    `There is no scope '${unknown}'. There are: ${exist.join(", ")}. More are declared in [[scopes]] of the configuration.`,
  );
}

const localizedNames = (names: Readonly<Record<string, string>> = {}): ClientWish =>
  Object.fromEntries(
    Object.entries(names).map(([language, name]) => [`client_name#${language}`, name === "" ? null : name]),
  );

/** The members that `client add` and `client set` say in the same way. */
export const describingMembers = (options: MetadataOptions): ClientWish => ({
  ...(options.name !== undefined && { client_name: options.name }),
  ...localizedNames(options.nameIn),
  ...(options.homePage !== undefined && { client_uri: options.homePage }),
  ...(options.logo !== undefined && { logo_uri: options.logo }),
  ...(options.terms !== undefined && { tos_uri: options.terms }),
  ...(options.privacy !== undefined && { policy_uri: options.privacy }),
  ...(options.contact !== undefined && { contacts: options.contact }),
  ...(options.refreshTokenSeconds !== undefined && {
    refresh_token_seconds: secondsOf(options.refreshTokenSeconds),
  }),
  ...openIdMembers(options),
});

/** The wish of `client set` for the client as it is. Throws CommandError for a part to remove that the client does not have. */
export function wishOf(options: ChangeOptions, client: ClientRecord): ClientWish {
  const redirectUris = changedList("redirect URI", client.redirectUris, {
    all: options.redirectUri,
    added: options.addRedirectUri,
    removed: options.removeRedirectUri,
  });
  const grants = (names: readonly string[] | undefined) => names && grantTypesNamed(names);
  const grantTypes = changedList("grant", client.grantTypes, {
    all: grants(options.grant),
    added: grants(options.addGrant),
    removed: grants(options.removeGrant),
  });
  const scope = changedList("scope", client.scope, {
    all: options.scope,
    added: options.addScope,
    removed: options.removeScope,
  });
  const method = changedMethod(options, client);
  return {
    ...describingMembers(options),
    ...(redirectUris && { redirect_uris: redirectUris }),
    ...(grantTypes && { grant_types: grantTypes }),
    ...(scope && { scope }),
    ...(options.defaultScope && { default_scope: options.defaultScope }),
    ...(method && { token_endpoint_auth_method: method }),
    ...(options.pkce !== undefined && { require_pkce: options.pkce }),
    ...(options.accessTokenSeconds !== undefined && {
      access_token_seconds: secondsOf(options.accessTokenSeconds),
    }),
    ...(options.accessTokenFormat !== undefined && { access_token_format: formatOf(options) }),
    ...(options.minimumAcr !== undefined && { minimum_acr: levelOf(options) }),
    ...(options.allowGroup && { allowed_groups: options.allowGroup }),
    ...(options.denyGroup && { denied_groups: options.denyGroup }),
    ...(options.claim && { claims: claimsOf(options, client.claims) }),
    ...(options.workload && { workloads: options.workload }),
  };
}

interface ListWish {
  readonly all: readonly string[] | undefined;
  readonly added: readonly string[] | undefined;
  readonly removed: readonly string[] | undefined;
}

/** Undefined if nothing of it is named. */
function changedList(what: string, has: readonly string[], { all, added, removed }: ListWish) {
  if (all === undefined && added === undefined && removed === undefined) return undefined;
  if (all !== undefined && (added !== undefined || removed !== undefined)) {
    throw new CommandError(
      `Name either every ${what}, or those to add and to remove. See: tessera client set --help`,
    );
  }
  const missing = removed?.find((each) => !has.includes(each));
  if (missing !== undefined) {
    throw new CommandError(`It has no ${what} '${missing}' to remove. It has: ${has.join(", ") || "none"}.`);
  }
  const kept = (all ?? has).filter((each) => !removed?.includes(each));
  return [...new Set([...kept, ...(added ?? [])])];
}

/** Throws CommandError for options that contradict each other. Undefined if none of them is given. */
function namedMethod({ auth, public: isPublic, secretIn }: MetadataOptions) {
  if (auth === undefined) return undefined;
  if (isPublic !== undefined || secretIn !== undefined)
    throw new CommandError("--auth says it all. Leave out --public and --secret-in.");
  return auth;
}

/** The method of a new client. Throws CommandError for options that contradict each other. */
export function newMethod(options: MetadataOptions): ClientAuthenticationMethod {
  const { public: isPublic, secretIn } = options;
  if (isPublic && secretIn !== undefined)
    throw new CommandError("A public client has no secret. Leave out --public or --secret-in.");
  return namedMethod(options) ?? (isPublic ? "none" : methodOf(secretIn));
}

function changedMethod(options: ChangeOptions, { tokenEndpointAuthMethod: before }: ClientRecord) {
  const { public: isPublic, secretIn } = options;
  const named = namedMethod(options);
  if (named !== undefined) return named;
  if (isPublic === true) {
    if (secretIn !== undefined)
      throw new CommandError("A public client has no secret. Leave out --secret-in.");
    return "none";
  }
  if (isPublic === undefined && secretIn === undefined) return undefined;
  if (!usesSecret(before) && isPublic === undefined) {
    throw new CommandError(
      before === "none"
        ? "A public client has no secret. To give it one: --no-public"
        : `The client proves who it is by ${before} and has no secret. To give it one: --auth client_secret_basic`,
    );
  }
  return methodOf(secretIn ?? (before === "client_secret_post" ? "body" : "header"));
}

const methodOf = (secretIn: "header" | "body" = "header") =>
  secretIn === "body" ? "client_secret_post" : "client_secret_basic";

/** The checks of registration throw OAuthError; the command shows the text of that error. */
export function checked<Result>(command: string, check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    if (error instanceof OAuthError) throw new CommandError(`${error.description} See: ${command} --help`);
    throw error;
  }
}
