/** A first start makes a setup link and a client, with random secrets. */
import { operatorPolicy } from "../clients/clients.ts";
import { checkClientMetadata } from "../clients/metadata.ts";
import { mintCredential } from "../credentials/credential.ts";
import { addClient } from "../operations/clients.ts";
import type { Context } from "../operations/context.ts";
import { createSetupLink } from "../operations/people.ts";
import type { ClientId } from "../protocol/identifiers.ts";
import { SERVER_ACT } from "../rules/events.ts";
import { SETUP_LINK } from "../rules/person.ts";

/** A one-time link that creates the administrator, in place of every earlier one. Null if there is an administrator. */
export async function makeSetupLink(context: Context): Promise<string | null> {
  const { configuration, clock, random } = context;
  const { text, id, digest } = mintCredential("setup_link", clock, random);
  const created = await createSetupLink(context, SERVER_ACT, {
    name: SETUP_LINK,
    id,
    digest,
    expiresAt: clock.seconds() + configuration.lifetimes.setup_link_seconds,
  });
  return created ? `${context.issuer.url("/setup")}?token=${text}` : null;
}

export interface FirstClient {
  readonly clientId: string;
  readonly secret: string;
}

/**
 * A client for the operator's first command. It can only get a token for itself, and the token has no scope, so it
 * opens nothing. The metadata must set the empty scope, because the default is every scope. Null if another node has
 * made the client at the same moment.
 */
export async function createFirstClient(context: Context): Promise<FirstClient | null> {
  const { configuration, catalogue } = context;
  const metadata = checkClientMetadata(
    {
      client_name: "First client",
      grant_types: ["client_credentials"],
      token_endpoint_auth_method: "client_secret_basic",
    },
    operatorPolicy(configuration, catalogue),
  );
  const added = await addClient(context, SERVER_ACT, {
    clientId: "first-client" as ClientId,
    source: "operator",
    metadata: { ...metadata, scope: [], defaultScope: [] },
  });
  return added === null ? null : { clientId: added.client.clientId, secret: added.secret ?? "" };
}
