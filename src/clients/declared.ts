/** Clients that the configuration declares: applied at every start, with the same result each time. */

import type { Clock } from "../platform/clock.ts";
import type { ClientDeclaration, Configuration } from "../platform/configuration.ts";
import { ConfigurationError } from "../platform/configuration-error.ts";
import type { Log } from "../platform/log.ts";
import type { Catalogue } from "../protocol/catalogue.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { Store } from "../store/contract.ts";
import type { ClientSecretRecord } from "../store/records.ts";
import { chosenClientId, newClientRecord, operatorPolicy } from "./clients.ts";
import { checkClientMetadata } from "./metadata.ts";
import { secretDigest, secretText } from "./secret-reference.ts";

/** A secret that a person made up is easier to guess than one that was generated. */
const SHORT_SECRET = 20;

interface DeclarationContext {
  readonly configuration: Configuration;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Store;
}

/**
 * Creates and updates the declared clients, and removes those that were declared before and no longer are.
 * Throws ConfigurationError, before anything is changed, if a declaration is not valid.
 */
export async function applyDeclaredClients(context: DeclarationContext): Promise<void> {
  const { configuration, store, clock, log } = context;
  const records = configuration.clients.map((declared) => recordOf(declared, context));
  const declaredIds = new Set<string>(records.map((record) => record.clientId));
  for (const record of records) {
    const known = await store.findClient(record.clientId);
    if (known !== null && known.source !== "configuration") {
      throw new ConfigurationError(
        `The client '${record.clientId}' is declared in the configuration but was created by ${
          known.source === "registration" ? "registration" : "the command line"
        }. Remove it with 'tessera client remove', or choose another client_id.`,
      );
    }
  }
  for (const record of records) await store.putClient(record);
  for (const client of await store.listClients()) {
    if (client.source !== "configuration" || declaredIds.has(client.clientId)) continue;
    await store.removeClient(client.clientId, clock.seconds());
    log.info("removed a client that is no longer declared", { client: client.clientId });
  }
}

function recordOf(declared: ClientDeclaration, context: DeclarationContext) {
  const { configuration, catalogue, clock, log } = context;
  const complain = (message: string): never => {
    throw new ConfigurationError(`The client '${declared.client_id}' in the configuration: ${message}`);
  };
  const clientId =
    chosenClientId(declared.client_id) ?? complain("its client_id must not start with 'acc_' or be a URL.");
  const confidential = declared.secrets.length > 0;
  const now = clock.seconds();
  const {
    secrets: references,
    require_pkce,
    access_token_seconds,
    client_id,
    scope,
    default_scope,
    ...named
  } = declared;
  const input = {
    ...named,
    grant_types:
      declared.grant_types ??
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
  if (!require_pkce) log.warn("a client is exempt from PKCE", { client: client_id });
  const secrets = references.map((reference, index): ClientSecretRecord => {
    if ((secretText(reference)?.length ?? SHORT_SECRET) < SHORT_SECRET && !configuration.demo) {
      log.warn(
        `a client secret is shorter than ${SHORT_SECRET} characters; generate one: openssl rand -base64 32`,
        { client: client_id },
      );
    }
    return {
      id: `configured-${index + 1}`,
      digest: secretDigest(reference),
      createdAt: now,
      expiresAt: null,
    };
  });
  return newClientRecord({
    clientId,
    source: "configuration",
    metadata,
    secrets,
    createdAt: now,
    requirePkce: require_pkce,
    accessTokenSeconds: access_token_seconds ?? null,
  });
}
