/** Making clients: identifiers, secrets, and the policy for each way in. */

import { ownOrigins } from "../configuration/own-origins.ts";
import type { Configuration } from "../configuration/schema.ts";
import { LONGEST_SECONDS } from "../configuration/values.ts";
import { digestSecret, mintCredential, recordIdText } from "../credentials/credential.ts";
import type { Clock } from "../platform/clock.ts";
import type { RandomBytes } from "../platform/random.ts";
import { type Catalogue, isReservedScope } from "../protocol/catalogue.ts";
import { GRANT_TYPES, type GrantType } from "../protocol/grant-types.ts";
import { type ClientId, hasClientIdCharacters, type SecretDigest } from "../protocol/identifiers.ts";
import { foldName, isBlank } from "../protocol/names.ts";
import { redirectUriFault } from "../protocol/redirect-uri.ts";
import type { SigningAlgorithm } from "../protocol/signing-algorithms.ts";
import {
  type ClientRecord,
  type ClientRules,
  type ClientSecretRecord,
  describesItself,
} from "../store/tables/clients.ts";
import { offeredMethods } from "./authentication-methods.ts";
import { namesByLanguage } from "./localized.ts";
import type { ClientMetadata, MetadataPolicy } from "./metadata.ts";

/** A generated identifier. It never looks like a URL or like a person's `acc_…` (RFC 9700 §4.15). */
export const newClientId = (random: RandomBytes): ClientId =>
  `cl_${Buffer.from(random(16)).toString("base64url")}` as ClientId;

/**
 * An identifier that the operator chose; null if it is blank, or could be mistaken for a person's or for a metadata document's.
 */
export function chosenClientId(text: string): ClientId | null {
  const fine =
    hasClientIdCharacters(text) &&
    !isBlank(text) &&
    text.length <= 200 &&
    !text.startsWith("acc_") &&
    !/^https?:/i.test(text);
  return fine ? (text as ClientId) : null;
}

/** A new secret. Its text is shown once; the record holds its digest. */
export function mintClientSecret(
  clock: Clock,
  random: RandomBytes,
): { readonly text: string; readonly record: ClientSecretRecord } {
  const { text, id } = mintCredential("client_secret", clock, random);
  return {
    text,
    record: { id: recordIdText(id), digest: digestSecret(text), createdAt: clock.seconds(), expiresAt: null },
  };
}

export interface NewClient extends Partial<ClientRules> {
  readonly clientId: ClientId;
  readonly source: ClientRecord["source"];
  readonly metadata: ClientMetadata;
  readonly secrets: readonly ClientSecretRecord[];
  readonly createdAt: number;
  /** Default: false. */
  readonly initialAccess?: boolean;
  /** Default: none. */
  readonly registrationToken?: SecretDigest | null;
  /** Default: none. */
  readonly document?: ClientRecord["document"];
}

/** Made from the time and 16 random bits, so numbers follow the order in which clients are created. */
export const newClientNumber = (createdAt: number, random: RandomBytes): number => {
  const [high = 0, low = 0] = random(2);
  return createdAt * 0x1_0000 + high * 0x100 + low;
};

export const newClientRecord = (client: NewClient, random: RandomBytes): ClientRecord => ({
  ...client.metadata,
  clientId: client.clientId,
  number: newClientNumber(client.createdAt, random),
  revision: 0,
  source: client.source,
  secrets: client.secrets,
  createdAt: client.createdAt,
  requirePkce: client.requirePkce ?? true,
  accessTokenSeconds: client.accessTokenSeconds ?? null,
  accessTokenFormat: client.accessTokenFormat ?? null,
  minimumAcr: client.minimumAcr ?? null,
  allowedGroups: client.allowedGroups ?? [],
  deniedGroups: client.deniedGroups ?? [],
  claims: client.claims ?? {},
  workloads: client.workloads ?? [],
  isWorkload: (client.workloads ?? []).length > 0,
  usedAt: null,
  unusedFrom: describesItself(client.source) ? client.createdAt : null,
  initialAccess: client.initialAccess ?? false,
  registrationToken: client.registrationToken ?? null,
  document: client.document ?? null,
  vouchedAt: null,
  disabledAt: null,
  disabledBy: null,
});

/** Clients of the operator may have everything that exists. `allowsHttp`: also redirect URIs with http on a network. */
export function operatorPolicy(
  configuration: Configuration,
  catalogue: Catalogue,
  {
    allowsHttp = false,
    hasWorkloads = false,
  }: { readonly allowsHttp?: boolean; readonly hasWorkloads?: boolean } = {},
): MetadataPolicy {
  const every = catalogue.scopes.map((entry) => entry.name);
  return {
    allowedScope: every,
    defaultScope: every.filter((name) => !isReservedScope(name)),
    authenticationMethods: offeredMethods(configuration).map(({ method }) => method),
    allowedGrantTypes: GRANT_TYPES,
    privateUseSchemes: configuration.registration.private_use_schemes,
    redirectUriFreedoms: { anySpelling: true, http: allowsHttp },
    ownOrigins: ownOrigins(configuration),
    reservedNames: new Set(),
    mayHaveNoGrantType: true,
    longestRefreshSeconds: LONGEST_SECONDS,
    hasWorkloads,
    signingAlgorithms: configuration.signing.algorithms,
    allowedDetailTypes: catalogue.detailTypes.map(({ type }) => type),
    mayBeFirstParty: true,
    mayCallHttp: true,
    narrows: false,
  };
}

const algorithmsOf = (client: ClientRecord): SigningAlgorithm[] =>
  [
    client.idTokenSignedResponseAlg,
    client.userinfoSignedResponseAlg,
    client.introspectionSignedResponseAlg,
    client.authorizationSignedResponseAlg,
  ].filter((name) => name !== null);

/**
 * For a change of a client by the operator. A client that registered itself may be given no more than registration gives,
 * because the server lets it do no more (`withinPolicy`). What a client has already, it may keep.
 */
export function changePolicy(
  client: ClientRecord,
  configuration: Configuration,
  catalogue: Catalogue,
  freedoms: { readonly allowsHttp?: boolean; readonly hasWorkloads?: boolean } = {},
): MetadataPolicy {
  const policy = describesItself(client.source)
    ? registrationPolicy(configuration, catalogue)
    : operatorPolicy(configuration, catalogue, freedoms);
  return {
    ...policy,
    allowedScope: [...policy.allowedScope, ...client.scope],
    authenticationMethods: [...policy.authenticationMethods, client.tokenEndpointAuthMethod],
    allowedGrantTypes: [...policy.allowedGrantTypes, ...client.grantTypes],
    keptRedirectUris: [...client.redirectUris, ...client.postLogoutRedirectUris],
    longestRefreshSeconds: Math.max(policy.longestRefreshSeconds, client.refreshTokenSeconds ?? 0),
    // An algorithm that the configuration dropped is replaced when the client is served (`idTokenAlgorithm`).
    signingAlgorithms: [...policy.signingAlgorithms, ...algorithmsOf(client)],
    // A type that the configuration dropped gives nothing (rules/authorization-details.ts).
    allowedDetailTypes: [...(policy.allowedDetailTypes ?? []), ...client.authorizationDetailsTypes],
    mayHaveNoGrantType: true,
    hasWorkloads: freedoms.hasWorkloads ?? false,
    narrows: false,
  };
}

/**
 * The scopes that the client may have for itself, by client_credentials. No person agrees to them, so a client that any
 * stranger could register has those of `registration.client_credentials_scope` alone.
 */
export const ownScope = (
  { source, initialAccess, scope }: Pick<ClientRecord, "source" | "initialAccess" | "scope">,
  { registration }: Pick<Configuration, "registration">,
): ClientRecord["scope"] =>
  !describesItself(source) || initialAccess
    ? scope
    : scope.filter((name) => registration.client_credentials_scope.includes(name));

/**
 * The client as the present policy lets it act. A client that registered itself under an earlier policy keeps its row, and may
 * do no more than one that registers now.
 */
export function withinPolicy(
  client: ClientRecord,
  configuration: Pick<Configuration, "registration" | "lifetimes">,
  { registeredScope }: Pick<Catalogue, "registeredScope">,
): ClientRecord {
  const { registration } = configuration;
  if (!describesItself(client.source)) return client;
  const isAllowed = (name: ClientRecord["scope"][number]) => registeredScope.includes(name);
  const scope = client.scope.filter(isAllowed);
  const isAddress = (uri: string) => redirectUriFault(uri, registration.private_use_schemes) === null;
  const isOpen = (grantType: GrantType) =>
    (client.source === "metadata_document" ? DOCUMENT_GRANT_TYPES : registration.grant_types).includes(
      grantType,
    ) &&
    // Without a scope its tokens for itself would only fill the database.
    (grantType !== "client_credentials" ||
      client.initialAccess ||
      ownScope({ ...client, scope }, configuration).length > 0);
  return {
    ...client,
    grantTypes: client.grantTypes.filter(isOpen),
    scope,
    defaultScope: client.defaultScope.filter(isAllowed),
    refreshTokenSeconds:
      client.refreshTokenSeconds === null
        ? null
        : Math.min(client.refreshTokenSeconds, configuration.lifetimes.refresh_token_seconds),
    redirectUris: client.redirectUris.filter(isAddress),
    postLogoutRedirectUris: client.postLogoutRedirectUris.filter(isAddress),
    firstParty: false,
  };
}

/** A client that publishes a metadata document acts for people alone, each of whom is asked. */
const DOCUMENT_GRANT_TYPES: readonly GrantType[] = ["authorization_code", "refresh_token"];

/** For clients that publish a metadata document: as for those that register themselves. */
export const documentPolicy = (configuration: Configuration, catalogue: Catalogue): MetadataPolicy => ({
  ...registrationPolicy(configuration, catalogue),
  allowedGrantTypes: DOCUMENT_GRANT_TYPES,
});

/** For clients that register themselves. */
export function registrationPolicy(configuration: Configuration, catalogue: Catalogue): MetadataPolicy {
  const { registration } = configuration;
  return {
    allowedScope: catalogue.registrableScope,
    defaultScope: catalogue.registrableScope,
    authenticationMethods: offeredMethods(configuration).map(({ method }) => method),
    allowedGrantTypes: registration.grant_types,
    privateUseSchemes: registration.private_use_schemes,
    ownOrigins: ownOrigins(configuration),
    // A stranger with the name of an application that people know would get what they give to that application.
    reservedNames: new Set(
      [
        configuration.appearance.name,
        ...Object.values(configuration.appearance.names),
        ...configuration.clients.flatMap(({ client_name }) => Object.values(namesByLanguage(client_name))),
      ]
        .map(foldName)
        .filter((name) => name !== ""),
    ),
    mayHaveNoGrantType: false,
    longestRefreshSeconds: configuration.lifetimes.refresh_token_seconds,
    signingAlgorithms: configuration.signing.algorithms,
    allowedDetailTypes: catalogue.detailTypes
      .filter(({ selfRegistered }) => selfRegistered)
      .map(({ type }) => type),
    mayBeFirstParty: false,
    mayCallHttp: false,
    narrows: true,
  };
}
