/** How each binding (protocol/bindings.ts) is proved by a request. A binding that needs a proof has an entry here. */
import type { Incoming } from "../platform/http.ts";
import { type Binding, bindingOf, type Confirmation, DPOP, MTLS } from "../protocol/bindings.ts";
import { OAuthError, type Reason } from "../protocol/errors.ts";
import { isStrong } from "../protocol/security-profile.ts";
import { requireProofAlgorithm } from "../rules/binding.ts";
import type { Act } from "../rules/events.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { showCertificate } from "./certificate-binding.ts";
import { findClient } from "./clients.ts";
import type { Context } from "./context.ts";
import { type DpopContext, showKey } from "./dpop.ts";
import { NOTHING_PROVEN, type Possession } from "./possession.ts";

export type PossessionContext = DpopContext & Pick<Context, "clientCertificates">;

interface Proof {
  readonly binding: Binding;
  /** The reasons at a resource: there is no such proof, or it is one of another key. */
  readonly missing: Reason;
  readonly other: Reason;
  /** Whether a proof by this client binds its tokens. */
  binds(client: Pick<ClientRecord, "tlsClientCertificateBoundAccessTokens">): boolean;
  /** `accessToken`: the text of the token that the request carries. Null if the request has no such proof. Throws OAuthError. */
  show(
    context: PossessionContext,
    act: Act,
    incoming: Incoming,
    accessToken: string | null,
  ): Possession | null | Promise<Possession | null>;
}

/** In the order in which a request for tokens is asked for them. */
const PROOFS: readonly Proof[] = [
  {
    binding: DPOP,
    missing: "dpop_proof_missing",
    other: "access_token_of_other_key",
    binds: () => true,
    show: showKey,
  },
  {
    binding: MTLS,
    missing: "access_token_of_other_certificate",
    other: "access_token_of_other_certificate",
    // A certificate is there in every request. RFC 8705 §3.4: the client says whether its tokens are bound to it.
    binds: (client) => client.tlsClientCertificateBoundAccessTokens,
    show: (context, _, incoming) => showCertificate(context, incoming),
  },
];

/** What a request for tokens shows to have. Throws OAuthError for a proof that is wrong. */
export async function possessionOf(
  context: PossessionContext,
  act: Act,
  incoming: Incoming,
  client: Pick<ClientRecord, "tlsClientCertificateBoundAccessTokens">,
): Promise<Possession> {
  for (const { binds, show } of PROOFS) {
    if (!binds(client)) continue;
    const possession = await show(context, act, incoming, null);
    if (possession !== null) return possession;
  }
  return NOTHING_PROVEN;
}

/**
 * What a request shows that carries a token with this confirmation. Throws OAuthError if it does not show what the token is bound to.
 */
export async function requirePossession(
  context: PossessionContext,
  act: Act,
  incoming: Incoming,
  {
    text,
    confirmation,
    clientId,
  }: { readonly text: string; readonly confirmation: Confirmation; readonly clientId: string },
): Promise<Possession> {
  const binding = bindingOf(confirmation);
  const proof = PROOFS.find((each) => each.binding === binding);
  const possession = (await proof?.show(context, act, incoming, text)) ?? null;
  if (proof === undefined) throw new Error("No request can prove this binding.");
  if (possession === null) throw new OAuthError(proof.missing);
  if (possession.shown !== confirmation) throw new OAuthError(proof.other);
  // An RSA key signs with PS256 and with RS256. Only for what some clients may not do the client is asked.
  const { algorithm } = possession;
  const client = algorithm === null || isStrong(algorithm) ? null : await findClient(context, clientId);
  if (client !== null) requireProofAlgorithm(client, algorithm);
  return possession;
}
