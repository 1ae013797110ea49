/** RFC 7592: a client that registered itself reads, changes and removes its registration. */

import { registrationPolicy } from "../clients/clients.ts";
import { checkClientMetadata } from "../clients/metadata.ts";
import { withinSelfService } from "../clients/self-service.ts";
import { asStrictAsBefore } from "../clients/strictness.ts";
import { secretMatches } from "../credentials/credential.ts";
import { changeRegistration, findManagedClient, removeClient } from "../operations/clients.ts";
import type { Context } from "../operations/context.ts";
import { requireSector } from "../operations/sector.ts";
import type { Handler, Incoming } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import { actOfClient } from "../rules/events.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { hasBearerScheme, readBearerToken } from "./bearer.ts";
import { readMetadata, registrationAnswer } from "./registration-body.ts";

interface Managed {
  readonly client: ClientRecord;
  readonly token: string;
}

export function registrationManagement(context: Context): {
  readonly GET: Handler;
  readonly PUT: Handler;
  readonly DELETE: Handler;
} {
  const { configuration, catalogue, limits, clock } = context;
  const policy = registrationPolicy(configuration, catalogue);

  const countAttempt = (address: string): void => {
    const retryAfterSeconds = limits.registrationPerAddress.attempt(address);
    if (retryAfterSeconds > 0) throw new OAuthError("too_many_requests", { retryAfterSeconds });
  };

  /** The client of the request, if its registration access token is right. */
  async function requireManaged(incoming: Incoming): Promise<Managed> {
    if (!hasBearerScheme(incoming.request))
      throw new OAuthError("registration_access_token_missing", { challenge: "Bearer" });
    const token = readBearerToken(incoming);
    const [clientId = "", ...more] = new URLSearchParams(incoming.query).getAll("client_id");
    const client = more.length > 0 ? null : await findManagedClient(context, clientId, token);
    if (client === null) {
      countAttempt(incoming.address);
      throw new OAuthError("registration_access_token_wrong", { challenge: "Bearer" });
    }
    // RFC 7592 §2.1: a client without permission gets 403.
    if (client.disabledAt !== null) throw new OAuthError("registered_client_disabled");
    return { client, token };
  }

  return {
    async GET(incoming) {
      const { client, token } = await requireManaged(incoming);
      return registrationAnswer(context, { client, secret: null, registrationToken: token }, 200);
    },

    async PUT(incoming) {
      const { client, token } = await requireManaged(incoming);
      if (configuration.registration.mode === "off") throw new OAuthError("registration_off");
      countAttempt(incoming.address);
      const input = await readMetadata(context, incoming);
      requireOwn(input, client);
      const checked = asStrictAsBefore(input, client, (members) => checkClientMetadata(members, policy));
      const metadata = client.initialAccess
        ? checked
        : withinSelfService(checked, configuration.registration);
      await requireSector(context, metadata);
      const act = actOfClient(incoming, client.clientId);
      const changed = await changeRegistration(context, act, client.clientId, metadata);
      if (changed === null) throw new OAuthError("registration_access_token_wrong", { challenge: "Bearer" });
      return registrationAnswer(context, { ...changed, registrationToken: token }, 200);
    },

    async DELETE(incoming) {
      const { client } = await requireManaged(incoming);
      await removeClient(context, actOfClient(incoming, client.clientId), client.clientId, clock.seconds());
      return new Response(null, {
        status: 204,
        headers: { "Cache-Control": "no-store", Pragma: "no-cache" },
      });
    },
  };
}

/** RFC 7592 §2.2: members that only the server sets. */
const SERVER_MEMBERS = [
  "registration_access_token",
  "registration_client_uri",
  "client_secret_expires_at",
  "client_id_issued_at",
];

/** §2.2: the body names its client. A client does not choose its secret, so one that it sends must be its own. */
function requireOwn(input: unknown, client: ClientRecord): void {
  const members: Readonly<Record<string, unknown>> = Object(input);
  const refuse = (description: string): never => {
    throw new OAuthError("client_metadata_refused", { description });
  };
  if (members.client_id !== client.clientId) refuse("client_id must be the client_id of this registration.");
  const named = SERVER_MEMBERS.find((name) => Object.hasOwn(members, name));
  if (named !== undefined) refuse(`${named} is for the server to say. Leave it out (RFC 7592 section 2.2).`);
  const { client_secret } = members;
  if (client_secret === undefined || client_secret === null) return;
  if (
    typeof client_secret !== "string" ||
    !client.secrets.some(({ digest }) => secretMatches(client_secret, digest))
  )
    refuse("client_secret is not the secret of this client, and a client cannot choose one. Leave it out.");
}
