/** Clients that the configuration declares, as records. Applying them: operations/declarations.ts. */

import { readFileSync } from "node:fs";
import type { ClientDeclaration } from "../configuration/client-schema.ts";
import { ConfigurationError } from "../configuration/error.ts";
import type { Configuration } from "../configuration/schema.ts";
import { keySetIn } from "../keys/client-certificate.ts";
import type { Clock } from "../platform/clock.ts";
import type { RandomBytes } from "../platform/random.ts";
import type { Catalogue } from "../protocol/catalogue.ts";
import { OAuthError } from "../protocol/errors.ts";
import { grantTypeNamed, SHORT_GRANTS } from "../protocol/grant-types.ts";
import type { ClientId } from "../protocol/identifiers.ts";
import { isLoopback, isUnprotected } from "../protocol/redirect-uri.ts";
import type { ClientRecord, ClientSecretRecord } from "../store/tables/clients.ts";
import { hasSecrets, isPublic } from "./authentication-methods.ts";
import { chosenClientId, newClientRecord, operatorPolicy } from "./clients.ts";
import { namesByLanguage } from "./localized.ts";
import { type ClientMetadata, checkClientMetadata } from "./metadata.ts";
import { secretDigest, secretText } from "./secret-reference.ts";
import { checkWorkloads } from "./workloads.ts";

/** Shorter secrets get a warning: they were probably made up, and are easier to guess than generated ones. */
const SHORT_SECRET = 20;

/** RFC 6749 §2.3.1, RFC 3986 §2.3: form encoding and percent-encoding leave these characters as they are. */
const NEEDS_NO_ENCODING = /^[A-Za-z0-9._-]*$/;

const GENERATE = "openssl rand -hex 32";

interface Declarations {
  readonly configuration: Configuration;
  readonly catalogue: Catalogue;
}

export interface DeclarationContext extends Declarations {
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/** The faults of the declarations themselves, without a look at the store. An empty list means that there are none. */
export function declaredClientFaults(context: Declarations): string[] {
  return context.configuration.clients.flatMap((declared) => {
    try {
      checkedDeclaration(declared, context);
      return [];
    } catch (error) {
      if (error instanceof ConfigurationError) return [error.message];
      throw error;
    }
  });
}

/** Declarations that are allowed but deserve a warning. */
export function declaredClientWarnings({ clients, demo }: Configuration): string[] {
  return clients.flatMap(({ client_id, require_pkce, secrets, redirect_uris, first_party }) => {
    const warnings: string[] = [];
    const unprotected = redirect_uris.filter(isUnprotected);
    if (unprotected.length > 0) {
      warnings.push(
        `Codes for the client '${client_id}' travel in the clear, because of http: ${unprotected.join(", ")}`,
      );
    }
    if (first_party && redirect_uris.some(isLoopback)) {
      warnings.push(
        `The client '${client_id}' is first-party and has a redirect URI on the person's own computer: any program there can get access without asking.`,
      );
    }
    if (!require_pkce) warnings.push(`The client '${client_id}' is exempt from PKCE.`);
    const known = demo ? [] : secrets.flatMap((secret) => secretText(secret) ?? []);
    if (known.some((secret) => secret.length < SHORT_SECRET)) {
      warnings.push(
        `A secret of the client '${client_id}' is shorter than ${SHORT_SECRET} characters. Generate one: ${GENERATE}`,
      );
    }
    if (known.some((secret) => !NEEDS_NO_ENCODING.test(secret))) {
      warnings.push(
        `A secret of the client '${client_id}' has characters that must be encoded in HTTP Basic and in URLs, and some clients do not encode them. Generate one of letters and digits: ${GENERATE}`,
      );
    }
    return warnings;
  });
}

/**
 * Dates, the number, the revision and the use of a client are not declared, so they are not compared; nor is what the
 * operator disabled.
 */
export function isAsDeclared(found: ClientRecord | undefined, declared: ClientRecord): boolean {
  if (found === undefined || found.disabledBy === "left_out") return false;
  const { number, revision, createdAt, usedAt, unusedFrom, vouchedAt, disabledAt, disabledBy } = found;
  const secrets = declared.secrets.map((secret, index) => ({
    ...secret,
    createdAt: found.secrets[index]?.createdAt ?? secret.createdAt,
  }));
  const kept = { number, revision, createdAt, usedAt, unusedFrom, vouchedAt, disabledAt, disabledBy };
  return Bun.deepEquals(found, { ...declared, ...kept, secrets });
}

/** The identifier and the metadata of a declaration. Throws ConfigurationError if they are not valid. */
export function checkedDeclaration(
  declared: ClientDeclaration,
  { configuration, catalogue }: Declarations,
): { readonly clientId: ClientId; readonly metadata: ClientMetadata } {
  const complain = (message: string): never => {
    throw new ConfigurationError(`The client '${declared.client_id}' in the configuration: ${message}`);
  };
  const clientId =
    chosenClientId(declared.client_id) ??
    complain("its client_id must not be blank, start with 'acc_' or be a URL.");
  const hasSecret = declared.secrets.length > 0;
  const workloads = checkedWorkloads(declared, complain);
  const hasWorkloads = workloads.length > 0;
  const method =
    declared.token_endpoint_auth_method ??
    (hasSecret ? "client_secret_basic" : hasWorkloads ? "private_key_jwt" : "none");
  const {
    minimum_acr: _,
    allowed_groups: __,
    denied_groups: ___,
    claims: ____,
    workloads: _____,
    secrets,
    require_pkce,
    access_token_seconds,
    access_token_format,
    client_id,
    scope,
    default_scope,
    logo,
    ...others
  } = declared;
  const { allow_http_redirects: allowsHttp, jwks_file, client_name, ...named } = others;
  const grantTypes = declared.grant_types?.map(
    (name) =>
      grantTypeNamed(name) ??
      complain(
        `The grant type '${name}' is not supported. Use ${Object.keys(SHORT_GRANTS).join(", ")}, or their full names.`,
      ),
  );
  const input = {
    ...named,
    ...namesByLanguage(client_name),
    jwks:
      jwks_file === undefined
        ? null
        : (readKeySet(jwks_file) ?? complain(`the file ${jwks_file} is neither JSON nor PEM.`)),
    grant_types:
      grantTypes ??
      (declared.redirect_uris.length > 0
        ? ["authorization_code", "refresh_token"]
        : method !== "none"
          ? ["client_credentials"]
          : []),
    token_endpoint_auth_method: method,
    scope: scope?.join(" "),
    default_scope: default_scope?.join(" "),
  };
  const metadata = (() => {
    try {
      return checkClientMetadata(
        input,
        operatorPolicy(configuration, catalogue, { allowsHttp, hasWorkloads }),
      );
    } catch (error) {
      return complain(error instanceof OAuthError ? error.description : String(error));
    }
  })();
  if (hasSecrets(metadata) && !hasSecret) complain("it needs a secret.");
  if (!hasSecrets(metadata) && hasSecret)
    complain(
      `it has secrets but its token_endpoint_auth_method is '${metadata.tokenEndpointAuthMethod}', which uses none.`,
    );
  if (!require_pkce && isPublic(metadata))
    complain("require_pkce = false is only for clients that prove who they are.");
  return { clientId, metadata };
}

function checkedWorkloads(
  { workloads = [] }: ClientDeclaration,
  complain: (message: string) => never,
): ClientRecord["workloads"] {
  try {
    return checkWorkloads(workloads);
  } catch (error) {
    return complain(error instanceof OAuthError ? error.description : String(error));
  }
}

/** The key set in a file; null if it has none. */
function readKeySet(file: string): unknown {
  try {
    return keySetIn(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

export function declaredClient(
  declared: ClientDeclaration,
  context: DeclarationContext,
  source: "configuration" | "demo",
): ClientRecord {
  const createdAt = context.clock.seconds();
  return newClientRecord(
    {
      ...checkedDeclaration(declared, context),
      source,
      secrets: declared.secrets.map(
        (reference, index): ClientSecretRecord => ({
          id: `configured-${index + 1}`,
          digest: secretDigest(reference),
          createdAt,
          expiresAt: null,
        }),
      ),
      createdAt,
      requirePkce: declared.require_pkce,
      accessTokenSeconds: declared.access_token_seconds ?? null,
      accessTokenFormat: declared.access_token_format ?? null,
      minimumAcr: declared.minimum_acr ?? null,
      allowedGroups: declared.allowed_groups ?? [],
      deniedGroups: declared.denied_groups ?? [],
      claims: declared.claims ?? {},
      workloads: checkWorkloads(declared.workloads ?? []),
    },
    context.random,
  );
}
