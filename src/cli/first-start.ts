/** What a first start makes, so that there is something to begin with. Nothing here has a secret known beforehand. */
import { mintClientSecret, newClientRecord, operatorPolicy } from "../clients/clients.ts";
import { checkClientMetadata } from "../clients/metadata.ts";
import type { Context } from "../context.ts";
import { mintCredential } from "../credentials/credential.ts";
import type { ClientId } from "../protocol/identifiers.ts";

/** A one-time link that creates the administrator. It takes the place of every earlier one. Null if there is one. */
export async function createSetupLink({
  configuration,
  store,
  clock,
  random,
}: Context): Promise<string | null> {
  const { text, id, digest } = mintCredential("setup_link", clock, random);
  const created = await store.createSetupLink({
    id,
    digest,
    expiresAt: clock.seconds() + configuration.lifetimes.setup_link_seconds,
  });
  return created ? `${configuration.issuer}/setup?token=${text}` : null;
}

export interface FirstClient {
  readonly clientId: string;
  readonly secret: string;
}

/**
 * A client that can get a token for itself and nothing else: for the first command that somebody tries. Its token has
 * no scope, so that it opens nothing; metadata that names none would get every scope by default. Null if another node,
 * started at the same moment, has made it.
 */
export async function createFirstClient(context: Context): Promise<FirstClient | null> {
  const { configuration, catalogue, store, clock, random } = context;
  const secret = mintClientSecret(clock, random);
  const clientId = "first-client" as ClientId;
  const metadata = checkClientMetadata(
    {
      client_name: "First client",
      grant_types: ["client_credentials"],
      token_endpoint_auth_method: "client_secret_basic",
    },
    operatorPolicy(configuration, catalogue),
  );
  const created = await store.createClient(
    newClientRecord({
      clientId,
      source: "command_line",
      metadata: { ...metadata, scope: [], defaultScope: [] },
      secrets: [secret.record],
      createdAt: clock.seconds(),
    }),
  );
  return created ? { clientId, secret: secret.text } : null;
}
