/**
 * RFC 6749 §2.3 and §3.2.1: client authentication at the token, device, introspection and revocation endpoints.
 * An unknown client, a disabled one and a wrong secret get the same answer; the log tells them apart.
 */
import { timingSafeEqual } from "node:crypto";
import { digestSecret } from "../credentials/credential.ts";
import type { Clock } from "../platform/clock.ts";
import { OAuthError, type Reason } from "../protocol/errors.ts";
import type { Branded } from "../protocol/identifiers.ts";
import { decodeFormComponent, type Parameters } from "../protocol/parameters.ts";
import { ClientChanged, type Store } from "../store/contract.ts";
import type { ClientAuthenticationMethod, ClientRecord } from "../store/records.ts";

/** A client that proved who it is, or a public client that said so. */
export type AuthenticatedClient = Branded<ClientRecord, "AuthenticatedClient">;
/** A client that proved who it is with a secret. */
export type ConfidentialClient = AuthenticatedClient & Branded<ClientRecord, "ConfidentialClient">;

interface Credentials {
  readonly method: ClientAuthenticationMethod;
  readonly clientId: string;
  readonly secret: string | null;
}

interface AuthenticationContext {
  readonly store: Store;
  readonly clock: Clock;
}

/** Throws `invalid_client` (401) or, for contradicting credentials, `invalid_request`. */
export async function authenticateClient(
  { store, clock }: AuthenticationContext,
  request: Request,
  parameters: Parameters,
): Promise<AuthenticatedClient> {
  const credentials = readCredentials(request, parameters);
  return requireAuthenticated(await store.findClient(credentials.clientId), credentials, clock);
}

/**
 * Authenticates the client and acts for it, with as few looks into the database as can be: the client may be one that
 * was read for an earlier request, as long as what `act` asks of the store confirms it. If it was changed since, or
 * does not authenticate, it is read again, and all begins anew. So `act` hands the client to the first call that it
 * makes to the store, and does nothing that lasts before.
 */
export async function actAsClient<Result>(
  { store, clock }: AuthenticationContext,
  request: Request,
  parameters: Parameters,
  act: (client: AuthenticatedClient) => Promise<Result>,
): Promise<Result> {
  const credentials = readCredentials(request, parameters);
  const recalled = store.recallClient(credentials.clientId);
  if (recalled !== null && authenticationFault(recalled, credentials, clock.seconds()) === null) {
    try {
      return await actConfirmed(store, recalled as AuthenticatedClient, act);
    } catch (error) {
      if (!(error instanceof ClientChanged)) throw error;
    }
  }
  return act(requireAuthenticated(await store.findClient(credentials.clientId), credentials, clock));
}

/** Neither an answer nor a refusal leaves before the client is confirmed. */
async function actConfirmed<Result>(
  store: Store,
  client: AuthenticatedClient,
  act: (client: AuthenticatedClient) => Promise<Result>,
): Promise<Result> {
  try {
    const result = await act(client);
    await store.confirmClient(client);
    return result;
  } catch (error) {
    if (error instanceof OAuthError) await store.confirmClient(client);
    throw error;
  }
}

function requireAuthenticated(
  client: ClientRecord | null,
  credentials: Credentials,
  clock: Clock,
): AuthenticatedClient {
  const fault = authenticationFault(client, credentials, clock.seconds());
  if (fault === null && client !== null) return client as AuthenticatedClient;
  throw new OAuthError(fault ?? "client_unknown", {
    clientId: credentials.clientId,
    // RFC 6749 §5.2: a client that used the Authorization header is answered with its scheme.
    challenge: credentials.method === "client_secret_basic" ? "Basic" : undefined,
  });
}

/** For what only a client with a secret may do. */
export function requireConfidential(client: AuthenticatedClient): ConfidentialClient {
  if (!isConfidential(client)) throw new OAuthError("client_not_confidential", { clientId: client.clientId });
  return client;
}

export const isConfidential = (client: AuthenticatedClient): client is ConfidentialClient =>
  client.tokenEndpointAuthMethod !== "none";

/** Which one way the request uses. RFC 6749 §2.3: "MUST NOT use more than one authentication method". */
function readCredentials(request: Request, parameters: Parameters): Credentials {
  if (
    parameters.get("client_assertion") !== undefined ||
    parameters.get("client_assertion_type") !== undefined
  ) {
    throw new OAuthError("client_method_not_registered", {
      description: "Client assertions are not supported; see token_endpoint_auth_methods_supported.",
    });
  }
  const header = request.headers.get("authorization");
  const clientId = parameters.get("client_id");
  const secret = parameters.get("client_secret");
  if (header !== null) {
    if (secret !== undefined) throw new OAuthError("client_authentication_twice");
    const basic = parseBasic(header);
    if (clientId !== undefined && clientId !== basic.clientId) throw new OAuthError("client_id_mismatch");
    return { method: "client_secret_basic", ...basic };
  }
  if (clientId === undefined) throw new OAuthError("client_authentication_missing");
  if (secret !== undefined) return { method: "client_secret_post", clientId, secret };
  return { method: "none", clientId, secret: null };
}

const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** RFC 6749 §2.3.1: base64 of form-encoded client_id, a colon, form-encoded secret. */
function parseBasic(header: string): { clientId: string; secret: string } {
  const malformed = () => new OAuthError("client_credentials_malformed", { challenge: "Basic" });
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header)?.[1];
  if (encoded === undefined) throw malformed();
  try {
    const text = STRICT_UTF8.decode(Uint8Array.fromBase64(encoded));
    const colon = text.indexOf(":");
    if (colon < 1) throw malformed();
    return {
      clientId: decodeFormComponent(text.slice(0, colon)),
      secret: decodeFormComponent(text.slice(colon + 1)),
    };
  } catch {
    throw malformed();
  }
}

function authenticationFault(
  client: ClientRecord | null,
  { method, secret }: Credentials,
  now: number,
): Reason | null {
  // The digest is computed for unknown clients as well, so that they take as long, but for the reading of a row.
  const presented = secret === null ? null : digestSecret(secret);
  if (client === null) return "client_unknown";
  if (client.disabledAt !== null) return "client_disabled";
  if (client.tokenEndpointAuthMethod === "none")
    return method === "none" ? null : "client_method_not_registered";
  if (presented === null) return "client_secret_missing";
  // Both ways to send a secret are taken from a client that has one: libraries try one and then the other.
  let matches = false;
  for (const known of client.secrets) {
    const live = known.expiresAt === null || known.expiresAt > now;
    if (timingSafeEqual(presented, known.digest) && live) matches = true;
  }
  return matches ? null : "client_secret_wrong";
}
