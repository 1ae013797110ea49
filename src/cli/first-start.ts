/** What a first start makes, so that there is something to begin with. Nothing here has a secret known beforehand. */
import { mintClientSecret, newClientRecord, operatorPolicy } from "../clients/clients.ts";
import { checkClientMetadata } from "../clients/metadata.ts";
import type { Context } from "../context.ts";
import type { ClientId } from "../protocol/identifiers.ts";
import { mintArtefact } from "../tokens/artefact.ts";

/** A one-time link that creates the administrator. It takes the place of every earlier one. */
export async function createSetupLink({ configuration, store, clock, random }: Context): Promise<string> {
  const { text, id, digest } = mintArtefact("setup_link", clock, random);
  await store.createSetupLink({
    id,
    digest,
    expiresAt: clock.seconds() + configuration.lifetimes.setup_link_seconds,
  });
  return `${configuration.issuer}/setup?token=${text}`;
}

export interface FirstClient {
  readonly clientId: string;
  readonly secret: string;
}

/** A client that can get a token for itself and nothing else: for the first command that somebody tries. */
export async function createFirstClient(context: Context): Promise<FirstClient> {
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
  await store.createClient(
    newClientRecord({
      clientId,
      source: "command_line",
      metadata,
      secrets: [secret.record],
      createdAt: clock.seconds(),
    }),
  );
  return { clientId, secret: secret.text };
}
