/** The scopes and resources that exist on this server, and the rules between them (RFC 6749 §3.3, RFC 8707). */
import type { DETAIL_KINDS, DetailType } from "./authorization-details.ts";
import { OAuthError } from "./errors.ts";
import type { ResourceIndicator, Scope } from "./identifiers.ts";
import { isManagementScope, type ManagementScope } from "./management-scopes.ts";
import { type PeopleWords, wordsIn } from "./people-words.ts";
import { parseResourceIndicator, resourceSpellings } from "./resource-indicator.ts";
import { isScope } from "./scope.ts";
import type { SigningAlgorithm } from "./signing-algorithms.ts";

export const ACCESS_TOKEN_FORMAT_NAMES = ["opaque", "jwt"] as const;
export type AccessTokenFormatName = (typeof ACCESS_TOKEN_FORMAT_NAMES)[number];

/** The operator's declarations of scopes and resources, under the names of the configuration. */
export interface CatalogueDeclaration {
  readonly issuer: string;
  readonly appearance: { readonly name: string };
  readonly scopes: readonly ScopeDeclaration[];
  readonly resources: readonly ResourceDeclaration[];
  readonly authorization_details_types: readonly DetailTypeDeclaration[];
  /** The scopes that a client may register itself for. Default: all but those of `isReservedScope`. */
  readonly registration: {
    readonly mode: "open" | "token" | "off";
    readonly scope?: readonly string[] | undefined;
  };
  readonly unknown_resources: "refuse" | "accept";
  /** The clients that may introspect every token. */
  readonly introspection: { readonly trusted_clients: readonly string[] };
}

interface ScopeDeclaration {
  readonly name: string;
  readonly description: PeopleWords;
  readonly sensitive?: boolean | undefined;
}

interface ResourceDeclaration {
  readonly identifier: string;
  readonly name?: PeopleWords | undefined;
  readonly scopes: readonly string[];
  readonly access_token_seconds?: number | undefined;
  readonly access_token_format: AccessTokenFormatName;
  readonly dpop_bound_access_tokens_required: boolean;
  readonly introspection_clients: readonly string[];
  readonly listed: boolean;
  readonly documentation_uri?: string | undefined;
  readonly policy_uri?: string | undefined;
  readonly tos_uri?: string | undefined;
  readonly jwks_uri?: string | undefined;
  readonly signing_algorithms: readonly SigningAlgorithm[];
}

interface DetailTypeDeclaration {
  readonly type: string;
  readonly title: PeopleWords;
  readonly resources: readonly string[];
  readonly fields: readonly {
    readonly name: string;
    readonly label?: PeopleWords | undefined;
    readonly kind: (typeof DETAIL_KINDS)[number];
    readonly required: boolean;
    readonly values?: Readonly<Record<string, PeopleWords>> | undefined;
  }[];
  readonly remember: boolean;
  readonly self_registered: boolean;
}

export interface ScopeEntry {
  readonly name: Scope;
  /** The words for people. */
  readonly description: PeopleWords;
  /** Whether it allows so much that the consent page warns of it. */
  readonly sensitive: boolean;
}

/** What the operator says of a resource for its metadata (RFC 9728). Null: nothing. */
export interface PublishedFacts {
  /** RFC 9728 §4 lets a server leave a resource out of its list. */
  readonly isListed: boolean;
  readonly documentationUri: string | null;
  readonly policyUri: string | null;
  readonly tosUri: string | null;
  /** The keys of the resource, and the algorithms that sign its answers. */
  readonly jwksUri: string | null;
  readonly signingAlgorithms: readonly SigningAlgorithm[];
}

const NOTHING_PUBLISHED: PublishedFacts = {
  isListed: false,
  documentationUri: null,
  policyUri: null,
  tosUri: null,
  jwksUri: null,
  signingAlgorithms: [],
};

export interface ResourceEntry {
  readonly identifier: ResourceIndicator;
  readonly name: PeopleWords;
  readonly scopes: readonly Scope[];
  readonly accessTokenSeconds: number | null;
  readonly accessTokenFormat: AccessTokenFormatName;
  /** Whether its tokens are bound to a key of the client (DPoP). */
  readonly requiresDpop: boolean;
  readonly introspectionClients: readonly string[];
  /** For its metadata (RFC 9728). */
  readonly published: PublishedFacts;
}

/** OpenID Connect Core §3.1.2.1: it makes a request one of OpenID Connect, so that the client gets an ID token. */
export const OPENID_SCOPE = "openid" as Scope;
/** The scopes of OpenID Connect Core §5.4, and the one for groups that applications have agreed on. */
export const USERINFO_SCOPE = "profile" as Scope;
export const EMAIL_SCOPE = "email" as Scope;
export const PHONE_SCOPE = "phone" as Scope;
export const ADDRESS_SCOPE = "address" as Scope;
export const GROUPS_SCOPE = "groups" as Scope;
/** OpenID Connect Core §11: the access stays when the person signs out. */
export const OFFLINE_ACCESS_SCOPE = "offline_access" as Scope;
export const INTROSPECT_SCOPE = "introspect" as Scope;

const own = (name: Scope, description: string): ScopeEntry => ({ name, description, sensitive: false });

const managing = (name: ManagementScope, description: string): ScopeEntry => ({
  name: name as string as Scope,
  description,
  sensitive: true,
});

/** The scopes of the management API. */
const MANAGING: readonly ScopeEntry[] = [
  managing("tessera.read", "See the people, applications and settings of this server"),
  managing("tessera.people", "Manage the people and groups of this server"),
  managing("tessera.clients", "Manage the applications of this server"),
  managing("tessera.admin", "Administer this server"),
];

/** The scopes of the server itself. */
export const OWN_SCOPES: readonly ScopeEntry[] = [
  own(OPENID_SCOPE, "Know that it is you"),
  own(USERINFO_SCOPE, "See your name, user name and picture"),
  own(EMAIL_SCOPE, "See your e-mail address"),
  own(PHONE_SCOPE, "See your phone number"),
  own(ADDRESS_SCOPE, "See your postal address"),
  own(GROUPS_SCOPE, "See which groups you belong to"),
  own(OFFLINE_ACCESS_SCOPE, "Keep its access after you sign out"),
  own(INTROSPECT_SCOPE, "Check whether access tokens are valid"),
  ...MANAGING,
];

/**
 * Scopes over other clients and over this server. A client of the operator has one only if the operator names it, and a client that
 * registered itself never has one.
 */
const RESERVED_SCOPES: ReadonlySet<Scope> = new Set([INTROSPECT_SCOPE, ...MANAGING.map(({ name }) => name)]);

export const isReservedScope = (name: Scope): boolean => RESERVED_SCOPES.has(name);

/**
 * Whether an access token may have the scope that is made from another token (RFC 8693) or from an assertion (RFC 7523). None has power over
 * this server or other clients, is a sign-in here, or outlives what it was made from.
 */
export const isDelegable = (name: Scope): boolean =>
  !isReservedScope(name) && name !== OPENID_SCOPE && name !== OFFLINE_ACCESS_SCOPE;

/** What these scopes give is also in the ID token, whichever API the access token is for. */
const IDENTITY_SCOPES: ReadonlySet<Scope> = new Set([
  OPENID_SCOPE,
  USERINFO_SCOPE,
  EMAIL_SCOPE,
  PHONE_SCOPE,
  ADDRESS_SCOPE,
  GROUPS_SCOPE,
]);

/** Scopes that a client gets only if it names them: applications of OAuth alone do not expect them. */
const NAMED_SCOPES: ReadonlySet<Scope> = new Set([
  OPENID_SCOPE,
  PHONE_SCOPE,
  ADDRESS_SCOPE,
  GROUPS_SCOPE,
  OFFLINE_ACCESS_SCOPE,
  ...MANAGING.map(({ name }) => name),
]);

/** The part of a client's scope that a request without any scope means, unless the client's metadata says otherwise. */
export const impliedScope = (scope: readonly Scope[]): Scope[] =>
  scope.filter((name) => !NAMED_SCOPES.has(name));

/** The scopes of a request that hold whichever API the access token is for. Those of identity need an ID token. */
export const isForEveryResource = (name: Scope, scope: readonly Scope[]): boolean =>
  name === OFFLINE_ACCESS_SCOPE || (IDENTITY_SCOPES.has(name) && scope.includes(OPENID_SCOPE));

export interface Catalogue {
  readonly scopes: readonly ScopeEntry[];
  readonly resources: readonly ResourceEntry[];
  /** The types of authorization details (RFC 9396). */
  readonly detailTypes: readonly DetailType[];
  detailType(name: string): DetailType | undefined;
  /** The scopes of clients that register themselves: none that is reserved by default, and none if registration is off. */
  readonly registrableScope: readonly Scope[];
  /** The scopes that clients which registered themselves may have, even if registration is off by now. */
  readonly registeredScope: readonly Scope[];
  /** The words for a scope in a language; the scope itself if there are none. */
  describeScope(scope: Scope, language?: string): string;
  isSensitive(scope: Scope): boolean;
  nameResource(identifier: ResourceIndicator, language?: string): string;
  isKnownScope(scope: Scope): boolean;
  /** Parses and finds requested resources. Throws `resource_malformed` or `resource_unknown`. */
  requireKnownResources(requested: readonly string[]): ResourceIndicator[];
  /** Whether tokens may be bound to it now: it is listed, or the configuration accepts unlisted ones. */
  isOpenResource(identifier: ResourceIndicator): boolean;
  /** The resources of a token whose request names none: those that use its scopes; else the server itself. */
  defaultResources(scope: readonly Scope[]): ResourceIndicator[];
  /** The part of `scope` that the resources can use (RFC 8707 §2.2 "downscope"). */
  scopeFor(scope: readonly Scope[], resources: readonly ResourceIndicator[]): Scope[];
  /** Whether one of these resources takes only tokens that are bound to a key of the client. */
  requiresDpop(resources: readonly ResourceIndicator[]): boolean;
  /** How long a token for these resources may live, if they say so: the shortest wins. */
  accessTokenSeconds(resources: readonly ResourceIndicator[]): number | null;
  /**
   * The format of a client's tokens for these resources: what the operator says of the client, else of the API. A JWT is for
   * one API, and perhaps for this server's userinfo besides, or for this server alone: an API could use a token of several at
   * the others, and cannot know that this server revoked it.
   */
  accessTokenFormat(
    client: { readonly accessTokenFormat: AccessTokenFormatName | null },
    resources: readonly ResourceIndicator[],
  ): AccessTokenFormatName;
  /** The resources without this server itself. */
  apisAmong(resources: readonly ResourceIndicator[]): ResourceIndicator[];
  /** Whether the client may see tokens that are meant for one of these resources. */
  mayIntrospect(clientId: string, resources: readonly ResourceIndicator[]): boolean;
  /** Whether the client may see every token, whatever it is meant for. */
  mayIntrospectAll(clientId: string): boolean;
}

export function createCatalogue(declared: CatalogueDeclaration): Catalogue {
  const scopes = new Map<Scope, ScopeEntry>();
  for (const entry of OWN_SCOPES) scopes.set(entry.name, entry);
  const self: ResourceEntry = {
    identifier: parseResourceIndicator(declared.issuer),
    name: declared.appearance.name,
    // A scope that holds everywhere makes no token one for this server.
    scopes: OWN_SCOPES.map((entry) => entry.name).filter((name) => name !== OFFLINE_ACCESS_SCOPE),
    accessTokenSeconds: null,
    accessTokenFormat: "opaque",
    requiresDpop: false,
    introspectionClients: [],
    published: NOTHING_PUBLISHED,
  };
  const resources = [self, ...declared.resources.map(toEntry)];
  for (const { name, description, sensitive = false } of declared.scopes)
    if (isScope(name)) scopes.set(name, { name, description, sensitive });

  const { mode, scope: registrable } = declared.registration;
  const open = [...scopes.keys()].filter((name) => !isReservedScope(name));
  const registered = registrable?.filter(isScope).filter((name) => !isManagementScope(name)) ?? open;

  // Every spelling has an entry, because each token asks several times. The first of two entries for one resource counts.
  const bySpelling = new Map(
    resources
      .toReversed()
      .flatMap((entry) => resourceSpellings(entry.identifier).map((spelling) => [spelling, entry] as const)),
  );
  const find = (identifier: string) => bySpelling.get(identifier);
  /** A resource that lists no scopes, or is not listed itself, takes any. */
  const takes = (entry: ResourceEntry | undefined, scope: Scope) =>
    entry === undefined || entry.scopes.length === 0 || entry.scopes.includes(scope);
  const apisAmong = (identifiers: readonly ResourceIndicator[]) =>
    identifiers.filter((identifier) => find(identifier) !== self);

  const detailTypes = new Map(
    declared.authorization_details_types.map((each) => [each.type, toDetailType(each, find)]),
  );

  return {
    scopes: [...scopes.values()],
    resources,
    detailTypes: [...detailTypes.values()],
    detailType: (name) => detailTypes.get(name),
    registrableScope: mode === "off" ? [] : registered,
    registeredScope: registered,
    describeScope: (scope, language = "en") => wordsIn(scopes.get(scope)?.description ?? scope, language),
    isSensitive: (scope) => scopes.get(scope)?.sensitive ?? false,
    nameResource: (identifier, language = "en") => wordsIn(find(identifier)?.name ?? identifier, language),
    isKnownScope: (scope) => scopes.has(scope),
    requireKnownResources(requested) {
      const found: ResourceIndicator[] = [];
      for (const text of requested) {
        const identifier = parseResourceIndicator(text);
        const known = find(identifier)?.identifier;
        if (known === undefined && declared.unknown_resources === "refuse") {
          throw new OAuthError("resource_unknown", {
            description: `The resource '${text}' is not known here.`,
          });
        }
        const resource = known ?? identifier;
        if (!found.includes(resource)) found.push(resource);
      }
      return found;
    },
    isOpenResource: (identifier) => find(identifier) !== undefined || declared.unknown_resources === "accept",
    defaultResources(scope) {
      const using = resources.filter((entry) => entry.scopes.some((name) => scope.includes(name)));
      return (using.length > 0 ? using : [self]).map((entry) => entry.identifier);
    },
    scopeFor: (scope, identifiers) =>
      scope.filter((name) => identifiers.some((identifier) => takes(find(identifier), name))),
    requiresDpop: (identifiers) => identifiers.some((identifier) => find(identifier)?.requiresDpop ?? false),
    accessTokenSeconds(identifiers) {
      const limits = identifiers.map((identifier) => find(identifier)?.accessTokenSeconds ?? null);
      const known = limits.filter((limit) => limit !== null);
      return known.length === 0 ? null : Math.min(...known);
    },
    accessTokenFormat(client, identifiers) {
      const [api, ...others] = apisAmong(identifiers);
      if (others.length > 0) return "opaque";
      const ofApi = api === undefined ? undefined : find(api)?.accessTokenFormat;
      return client.accessTokenFormat ?? ofApi ?? "opaque";
    },
    apisAmong,
    mayIntrospect: (clientId, identifiers) =>
      identifiers.some((identifier) => find(identifier)?.introspectionClients.includes(clientId) ?? false),
    mayIntrospectAll: (clientId) => declared.introspection.trusted_clients.includes(clientId),
  };
}

const toDetailType = (
  { type, title, resources, fields, remember, self_registered }: DetailTypeDeclaration,
  find: (identifier: string) => ResourceEntry | undefined,
): DetailType => ({
  type,
  title,
  resources: resources.map(
    (identifier) => find(identifier)?.identifier ?? parseResourceIndicator(identifier),
  ),
  fields: fields.map(({ name, label, kind, required, values }) => ({
    name,
    label: label ?? name,
    kind,
    required,
    values: values === undefined ? null : new Map(Object.entries(values)),
  })),
  remembered: remember,
  selfRegistered: self_registered,
});

const toEntry = (declared: ResourceDeclaration): ResourceEntry => ({
  identifier: parseResourceIndicator(declared.identifier),
  name: declared.name ?? declared.identifier,
  scopes: declared.scopes.filter(isScope),
  accessTokenSeconds: declared.access_token_seconds ?? null,
  accessTokenFormat: declared.access_token_format,
  requiresDpop: declared.dpop_bound_access_tokens_required,
  introspectionClients: declared.introspection_clients,
  published: {
    isListed: declared.listed,
    documentationUri: declared.documentation_uri ?? null,
    policyUri: declared.policy_uri ?? null,
    tosUri: declared.tos_uri ?? null,
    jwksUri: declared.jwks_uri ?? null,
    signingAlgorithms: declared.signing_algorithms,
  },
});
