/** The body of a registration: what a client says about itself, and what the server answers. */
import { describeClient } from "../clients/metadata.ts";
import { defaultSigningAlgorithm } from "../clients/openid-metadata.ts";
import type { AddedClient } from "../operations/clients.ts";
import type { Context } from "../operations/context.ts";
import { type Incoming, json } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import { DEFAULT_SIGNING_ALGORITHM } from "../protocol/signing-algorithms.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { readBodyText } from "./form.ts";
import { parseJson } from "./json-body.ts";
import { ENDPOINT_PATHS } from "./paths.ts";

/** The most bytes of client metadata. Strangers register, and the database keeps what they send. */
const METADATA_BYTES = 8192;

/** Throws `client_metadata_too_large` (413), or as `readBodyText`. */
export async function readMetadata(context: Context, incoming: Incoming): Promise<unknown> {
  const text = await readBodyText(context, incoming, "application/json");
  if (Buffer.byteLength(text) > METADATA_BYTES) throw new OAuthError("client_metadata_too_large");
  return parseJson(text);
}

/**
 * RFC 7591 §3.2.1, RFC 7592 §3: all registered metadata, and how the client manages its registration. With a new secret, when it
 * expires (0: never).
 */
export const registrationAnswer = (
  context: Context,
  { client, secret, registrationToken }: AddedClient,
  status: number,
): Response =>
  json(
    {
      ...describeClient(client),
      ...provisioned(context, client),
      ...(secret !== null && { client_secret: secret, client_secret_expires_at: 0 }),
      ...(registrationToken !== null && {
        registration_client_uri: registrationUri(context, client),
        registration_access_token: registrationToken,
      }),
    },
    status,
  );

/** RFC 7592 §3: the server chooses the URL. The identifier is in the query, because routes are literal paths (decision 37). */
const registrationUri = ({ issuer }: Context, { clientId }: ClientRecord): string =>
  `${issuer.url(ENDPOINT_PATHS.registration)}?client_id=${encodeURIComponent(clientId)}`;

/** OpenID Connect Registration §2: a client that is told no algorithm expects RS256. */
function provisioned({ configuration }: Context, client: ClientRecord): Record<string, unknown> {
  const algorithm = defaultSigningAlgorithm(configuration.signing.algorithms);
  return client.idTokenSignedResponseAlg === null && algorithm !== DEFAULT_SIGNING_ALGORITHM
    ? { id_token_signed_response_alg: algorithm }
    : {};
}
