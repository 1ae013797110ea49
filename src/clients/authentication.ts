/**
 * RFC 6749 §2.3 and §3.2.1: client authentication at the token, device, introspection and revocation endpoints.
 * An unknown client, a disabled one, a wrong secret and a wrong signature get the same answer; the log tells them apart.
 */
import { OAuthError, type Reason } from "../protocol/errors.ts";
import type { Branded } from "../protocol/identifiers.ts";
import type { Parameters } from "../protocol/parameters.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import {
  CLIENT_AUTHENTICATION_METHODS,
  type ClientAuthenticationMethod,
  type ClientCertificateFacts,
  type Credentials,
  isPublic,
  type Proof,
  type Readings,
  withoutEmptyChannels,
} from "./authentication-methods.ts";

/** A client that proved who it is, or a public client that named itself. */
export type AuthenticatedClient = Branded<ClientRecord, "AuthenticatedClient">;
/** A client that proved who it is. */
export type ConfidentialClient = AuthenticatedClient & Branded<ClientRecord, "ConfidentialClient">;

/** The credentials of a request, before they are read. */
export interface PresentedCredentials {
  readonly method: ClientAuthenticationMethod;
  /** RFC 6749 §5.2: the scheme of the Authorization header with which the client tried to authenticate. */
  readonly challenge: "Basic" | undefined;
  /** The credentials in one text. Requests with equal texts present the same credentials. Null: they count once. */
  readonly text: string | null;
  /** The `client_id` parameter, which must not contradict the credentials. */
  readonly clientId: string | undefined;
  /** Throws OAuthError if the credentials cannot be read or contradict each other. */
  read(): Readings;
}

/** One reading of the credentials, the client with its identifier, and whether the credentials are the client's. */
export interface Candidate {
  readonly credentials: Credentials;
  readonly client: ClientRecord | null;
  /** The reason of the refusal, if they are not: `proofWith`. */
  readonly proof: Reason | Proof;
}

export interface AuthenticatedWith extends Proof {
  readonly client: AuthenticatedClient;
}

/**
 * The first client of which the credentials are its own. Throws `invalid_client` (401) if there is none, for the reason of
 * the first reading, which is the one of the specification.
 */
export function requireAuthenticated(
  candidates: readonly [Candidate, ...Candidate[]],
  { challenge }: Pick<PresentedCredentials, "challenge">,
): AuthenticatedWith {
  const [first, ...others] = candidates.map(authenticated);
  const found = [first, ...others].find((result) => typeof result === "object");
  if (found !== undefined) return found;
  const reason = typeof first === "string" ? first : "client_unknown";
  const [{ credentials }] = candidates;
  throw new OAuthError(reason, { clientId: credentials.clientId, challenge });
}

function authenticated({ client, proof }: Candidate): Reason | AuthenticatedWith {
  if (typeof proof === "string") return proof;
  return client === null ? "client_unknown" : { client: client as AuthenticatedClient, ...proof };
}

/** The proof, which is asked for only if there is such a client and it may act. */
export function proofWith<Proven>(
  client: ClientRecord | null,
  prove: (client: ClientRecord) => Proven,
): Reason | Proven {
  if (client === null) return "client_unknown";
  if (client.disabledAt !== null) return "client_disabled";
  return prove(client);
}

/** Only a client that proved who it is passes. */
export function requireConfidential(client: AuthenticatedClient): ConfidentialClient {
  if (!isConfidential(client)) throw new OAuthError("client_not_confidential", { clientId: client.clientId });
  return client;
}

export const isConfidential = (client: AuthenticatedClient): client is ConfidentialClient =>
  !isPublic(client);

/**
 * The one method that the request uses. `certificate`: that of the client's TLS. RFC 6749 §2.3: "MUST NOT use more than one authentication method".
 * Throws `invalid_request` for more than one method, `invalid_client` for none.
 */
export function presentedCredentials(
  request: Request,
  parameters: Parameters,
  certificate: ClientCertificateFacts | null = null,
): PresentedCredentials {
  const header = request.headers.get("authorization");
  const presented = withoutEmptyChannels({
    header,
    clientId: parameters.get("client_id"),
    clientSecret: parameters.get("client_secret"),
    assertion: parameters.get("client_assertion"),
    assertionType: parameters.get("client_assertion_type"),
    certificate,
  });
  const [method, another] = CLIENT_AUTHENTICATION_METHODS.filter((entry) => entry.isUsedBy(presented));
  if (another !== undefined) {
    // RFC 7521 §4.2.1 has invalid_client for this, RFC 6749 §5.2 invalid_request.
    const hasAssertion = presented.assertion !== undefined || presented.assertionType !== undefined;
    throw new OAuthError(hasAssertion ? "client_assertion_beside" : "client_authentication_twice");
  }
  if (method === undefined) throw new OAuthError("client_authentication_missing");
  const text = method.textOf(presented);
  return {
    method,
    // A client that sent Basic with an empty secret tried to authenticate with it too.
    challenge: /^ *basic /i.test(header ?? "") ? "Basic" : method.challenge,
    // No method has a line break in its name, so the texts of two methods always differ.
    text: text === null ? null : `${method.method}\n${text}`,
    clientId: presented.clientId,
    // The digest is computed before the client is looked up, so that unknown clients take as long as known ones.
    read: () => method.read(presented),
  };
}
