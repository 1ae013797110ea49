/** Clients that the configuration declares: applied at every start, with the same result each time. */

import { ConfigurationError } from "../configuration/error.ts";
import type { ClientDeclaration, Configuration, SecretReference } from "../configuration/schema.ts";
import type { Clock } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import type { Catalogue } from "../protocol/catalogue.ts";
import { OAuthError } from "../protocol/errors.ts";
import { DEVICE_CODE_GRANT, GRANT_TYPES, type GrantType } from "../protocol/grant-types.ts";
import type { ClientId } from "../protocol/identifiers.ts";
import type { Store } from "../store/contract.ts";
import type { ClientRecord, ClientSecretRecord } from "../store/records.ts";
import { chosenClientId, newClientRecord, operatorPolicy } from "./clients.ts";
import { type ClientMetadata, checkClientMetadata } from "./metadata.ts";
import { secretDigest, secretText } from "./secret-reference.ts";

/** A secret that a person made up is easier to guess than one that was generated. */
const SHORT_SECRET = 20;

interface Declarations {
  readonly configuration: Configuration;
  readonly catalogue: Catalogue;
}

interface DeclarationContext extends Declarations {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Store;
}

/** The grants by their short names, which the command line and the configuration take too. */
export const SHORT_GRANTS: Readonly<Record<string, GrantType>> = {
  code: "authorization_code",
  refresh: "refresh_token",
  client_credentials: "client_credentials",
  device: DEVICE_CODE_GRANT,
};

/** What is wrong with the declarations themselves, whatever the store holds. An empty list means that they are fine. */
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

/** What is allowed in a declaration but worth a word. */
export function declaredClientWarnings({ clients, demo }: Configuration): string[] {
  return clients.flatMap(({ client_id, require_pkce, secrets }) => {
    const warnings: string[] = [];
    if (!require_pkce) warnings.push(`The client '${client_id}' is exempt from PKCE.`);
    const isShort = (reference: SecretReference) =>
      (secretText(reference)?.length ?? SHORT_SECRET) < SHORT_SECRET;
    if (!demo && secrets.some(isShort)) {
      warnings.push(
        `A secret of the client '${client_id}' is shorter than ${SHORT_SECRET} characters. Generate one: openssl rand -base64 32`,
      );
    }
    return warnings;
  });
}

/**
 * The declared clients that are there already. Throws ConfigurationError if a declaration is not valid, or if its client
 * came here another way.
 */
async function findDeclaredClients(context: DeclarationContext): Promise<Map<ClientId, ClientRecord>> {
  const found = new Map<ClientId, ClientRecord>();
  for (const declared of context.configuration.clients) {
    const { clientId } = checkedDeclaration(declared, context);
    const known = await context.store.findClient(clientId);
    if (known === null) continue;
    if (known.source !== "configuration") {
      throw new ConfigurationError(
        `The client '${clientId}' is declared in the configuration but was created by ${
          known.source === "registration" ? "registration" : "the command line"
        }. Remove it with 'tessera client remove', or choose another client_id.`,
      );
    }
    found.set(clientId, known);
  }
  return found;
}

/**
 * Creates and updates the declared clients, and removes those that were declared before and no longer are. What is as it is
 * declared is left alone: a start would wait for the disk once for each.
 * Throws ConfigurationError, before anything is changed, if a declaration is not valid.
 */
export async function applyDeclaredClients(context: DeclarationContext): Promise<void> {
  const { configuration, store, clock, log } = context;
  const found = await findDeclaredClients(context);
  const records = configuration.clients.map((declared) => recordOf(declared, context));
  for (const record of records) {
    if (!isAsDeclared(found.get(record.clientId), record)) await store.putClient(record);
  }
  const declaredIds = new Set<string>(records.map((record) => record.clientId));
  for (const client of await store.listClients("configuration")) {
    if (declaredIds.has(client.clientId)) continue;
    await store.removeClient(client.clientId, clock.seconds());
    log.info("removed a client that is no longer declared", { client: client.clientId });
  }
}

/** When it and its secrets came, and whether it was used, are not declared. */
function isAsDeclared(found: ClientRecord | undefined, declared: ClientRecord): boolean {
  if (found === undefined) return false;
  const { createdAt, usedAt, unusedFrom } = found;
  const secrets = declared.secrets.map((secret, index) => ({
    ...secret,
    createdAt: found.secrets[index]?.createdAt ?? secret.createdAt,
  }));
  return Bun.deepEquals(found, { ...declared, secrets, createdAt, usedAt, unusedFrom });
}

/** The identifier and the metadata of a declaration. Throws ConfigurationError if they are not valid. */
function checkedDeclaration(
  declared: ClientDeclaration,
  { configuration, catalogue }: Declarations,
): { readonly clientId: ClientId; readonly metadata: ClientMetadata } {
  const complain = (message: string): never => {
    throw new ConfigurationError(`The client '${declared.client_id}' in the configuration: ${message}`);
  };
  const clientId =
    chosenClientId(declared.client_id) ?? complain("its client_id must not start with 'acc_' or be a URL.");
  const confidential = declared.secrets.length > 0;
  const { secrets, require_pkce, access_token_seconds, client_id, scope, default_scope, ...named } = declared;
  const grantTypes = declared.grant_types?.map(
    (name) =>
      (Object.hasOwn(SHORT_GRANTS, name)
        ? SHORT_GRANTS[name]
        : GRANT_TYPES.find((known) => known === name)) ??
      complain(
        `The grant type '${name}' is not supported. Use ${Object.keys(SHORT_GRANTS).join(", ")}, or their full names.`,
      ),
  );
  const input = {
    ...named,
    grant_types:
      grantTypes ??
      (declared.redirect_uris.length > 0
        ? ["authorization_code", "refresh_token"]
        : confidential
          ? ["client_credentials"]
          : []),
    token_endpoint_auth_method:
      declared.token_endpoint_auth_method ?? (confidential ? "client_secret_basic" : "none"),
    scope: scope?.join(" "),
    default_scope: default_scope?.join(" "),
  };
  const metadata = (() => {
    try {
      return checkClientMetadata(input, operatorPolicy(configuration, catalogue));
    } catch (error) {
      return complain(error instanceof OAuthError ? error.description : String(error));
    }
  })();
  if (metadata.tokenEndpointAuthMethod !== "none" && !confidential) complain("it needs a secret.");
  if (metadata.tokenEndpointAuthMethod === "none" && confidential)
    complain("it has secrets but its token_endpoint_auth_method is 'none'.");
  if (!require_pkce && !confidential) complain("require_pkce = false is only for clients with a secret.");
  return { clientId, metadata };
}

function recordOf(declared: ClientDeclaration, context: DeclarationContext): ClientRecord {
  const createdAt = context.clock.seconds();
  return newClientRecord({
    ...checkedDeclaration(declared, context),
    source: "configuration",
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
  });
}
