/**
 * How each kind of credentials finds its client and proves that they are the client's. A further kind is an entry here, and one of
 * clients/authentication-methods.ts that reads it from the request.
 */
import {
  type AssertionCredentials,
  type ClientCertificateFacts,
  type Credentials,
  type Proof,
  proveByName,
  proveBySecret,
} from "../clients/authentication-methods.ts";
import { certificateThumbprint } from "../keys/client-certificate.ts";
import { isSignedWith } from "../keys/verify.ts";
import { BACKCHANNEL_PATH, TOKEN_PATH, usesCertificate } from "../protocol/client-authentication.ts";
import { OAuthError, type Reason } from "../protocol/errors.ts";
import { assertionFault, requireAssertion } from "../rules/client-assertion.ts";
import { certificateFault, isRegisteredIn, nameFault } from "../rules/client-certificate.ts";
import type { Act } from "../rules/events.ts";
import type { SignedOnce } from "../rules/once.ts";
import type { ClientJwk, ClientRecord } from "../store/tables/clients.ts";
import { withPresentKeys } from "./client-documents.ts";
import { ClientKeyError } from "./client-keys.ts";
import type { Context } from "./context.ts";
import { useOnce } from "./single-use.ts";
import { workloadProof } from "./workloads.ts";

export interface ProofContext
  extends Pick<
    Context,
    | "store"
    | "events"
    | "clock"
    | "configuration"
    | "catalogue"
    | "issuer"
    | "clientKeys"
    | "seenLately"
    | "trustedIssuers"
    | "clientDocuments"
    | "random"
    | "log"
  > {}

/** A request with credentials. It may be carried out in several attempts, for which what counts once counts as one use. */
export class ProvenRequest {
  readonly act: Act;
  /** Finds the client that the credentials name; null if there is none. */
  readonly find: (clientId: string) => Promise<ClientRecord | null>;
  readonly #endsAccess: boolean;
  readonly #uses = new Map<string, Promise<boolean>>();

  /** `endsAccess`: neither an overload nor a full disk may keep it from being carried out. */
  constructor(act: Act, find: ProvenRequest["find"], endsAccess: boolean) {
    this.act = act;
    this.find = find;
    this.#endsAccess = endsAccess;
  }

  /** Whether this request is the first that uses it. */
  isFirst(context: ProofContext, parts: readonly string[], text: SignedOnce): Promise<boolean> {
    const name = JSON.stringify(parts);
    const used =
      this.#uses.get(name) ??
      useOnce(context, this.act, "client_assertion", parts, text, { urgent: this.#endsAccess });
    this.#uses.set(name, used);
    return used;
  }
}

/** The proof of one kind of credentials. */
interface ClientProof {
  /** The client that they name; null if there is none. Throws OAuthError for faults that do not depend on the client. */
  find(): Promise<ClientRecord | null>;
  /**
   * The reason of the refusal, if they are not the client's. Secrets are compared at once, without a promise: guesses that come in
   * parallel are all counted before the first answer (caller.ts).
   */
  prove(client: ClientRecord): Reason | Proof | Promise<Reason | Proof>;
}

export function proofOf(
  context: ProofContext,
  request: ProvenRequest,
  credentials: Credentials,
): ClientProof {
  const find = () => request.find(credentials.clientId);
  switch (credentials.kind) {
    case "none":
      return {
        find,
        prove: (client) =>
          usesCertificate(client.tokenEndpointAuthMethod)
            ? proveByCertificate(context, client, credentials.certificate)
            : proveByName(client),
      };
    case "secret":
      return { find, prove: (client) => proveBySecret(client, credentials, context.clock.seconds()) };
    case "assertion":
      return assertionProof(context, request, credentials);
    case "workload":
      return workloadProof(context, credentials, {
        act: request.act,
        isFirst: (parts, text) => request.isFirst(context, parts, text),
      });
  }
}

/** A certificate whose key a client publishes elsewhere is believed again for so long: the client can take it away there. */
const PUBLISHED_SECONDS = 900;

/** RFC 8705 §2: the TLS of a trusted proxy proved that the client has the key of this certificate. */
function proveByCertificate(
  { clock, clientKeys }: ProofContext,
  client: ClientRecord,
  certificate: ClientCertificateFacts | null,
): Reason | Proof | Promise<Reason | Proof> {
  if (certificate === null) return "client_certificate_missing";
  const now = clock.seconds();
  const proof = { secretExpiresAt: certificate.notAfter + 1 };
  const untimely = certificateFault(certificate, now);
  if (untimely !== null) return untimely;
  if (client.tokenEndpointAuthMethod === "tls_client_auth") return nameFault(certificate, client) ?? proof;
  const isIts = (key: ClientJwk) => isRegisteredIn(certificate, key, thumbprintOf);
  const until = Math.min(proof.secretExpiresAt, now + PUBLISHED_SECONDS);
  return clientKeys.has(client, isIts).then(
    (isRegistered) =>
      isRegistered
        ? { secretExpiresAt: client.jwksUri === null ? proof.secretExpiresAt : until }
        : "client_certificate_wrong",
    (error: unknown) => {
      if (error instanceof ClientKeyError) return "client_assertion_key";
      throw error;
    },
  );
}

const thumbprintOf = (certificate: string): string =>
  certificateThumbprint(Buffer.from(certificate, "base64"));

/** The refusal names the client, for the log alone: its operator looks there. */
function aboutClient<Result>(clientId: string, check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    throw error instanceof OAuthError ? error.with({ clientId }) : error;
  }
}

/** RFC 7523 §3: the client signed it with its own key, for this server and this one request. */
function assertionProof(
  context: ProofContext,
  request: ProvenRequest,
  { clientId, assertion }: AssertionCredentials,
): ClientProof {
  const { clock, issuer, configuration, clientKeys } = context;
  const single = aboutClient(clientId, () =>
    requireAssertion(assertion, {
      issuer: issuer.identifier,
      endpoints: [issuer.url(TOKEN_PATH), issuer.url(BACKCHANNEL_PATH)],
      audience: configuration.client_assertion_audience,
      now: clock.seconds(),
    }),
  );
  return {
    async find() {
      try {
        return await withPresentKeys(context, await request.find(clientId));
      } catch (error) {
        if (!(error instanceof OAuthError)) throw error;
        throw new OAuthError("client_assertion_key", { clientId });
      }
    },
    async prove(client) {
      const fault = assertionFault(assertion, client, issuer.identifier);
      if (fault !== null) return fault;
      let key: CryptoKey;
      try {
        // Of the header only `kid` and `alg` count: a key or an address in it would be the sender's word (THREATS 35).
        key = await clientKeys.find(client, { alg: assertion.algorithm, kid: assertion.kid });
      } catch (error) {
        if (error instanceof ClientKeyError) return "client_assertion_key";
        throw error;
      }
      if (!(await isSignedWith(key, assertion.algorithm, assertion.text)))
        return "client_assertion_signature";
      // Only what the client signed is used up: strangers can use up nothing, and make the store keep nothing.
      const isFirst = await request.isFirst(context, [clientId, single.jti], single);
      return isFirst ? { secretExpiresAt: null } : "client_assertion_replayed";
    },
  };
}
