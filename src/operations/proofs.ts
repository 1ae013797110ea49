/** How each binding (protocol/bindings.ts) is proved by a request. A binding that needs a proof has an entry here. */
import type { Incoming } from "../platform/http.ts";
import { type Binding, bindingOf, type Confirmation, DPOP } from "../protocol/bindings.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { Act } from "../rules/events.ts";
import { type DpopContext, showKey } from "./dpop.ts";
import { NOTHING_PROVEN, type Possession } from "./possession.ts";

interface Proof {
  readonly binding: Binding;
  /** `accessToken`: the text of the token that the request carries. Null if the request has no such proof. Throws OAuthError. */
  show(
    context: DpopContext,
    act: Act,
    incoming: Incoming,
    accessToken: string | null,
  ): Possession | null | Promise<Possession | null>;
}

/** In the order in which a request for tokens is asked for them. */
const PROOFS: readonly Proof[] = [{ binding: DPOP, show: showKey }];

/** What a request for tokens shows to have. Throws OAuthError for a proof that is wrong. */
export async function possessionOf(context: DpopContext, act: Act, incoming: Incoming): Promise<Possession> {
  for (const { show } of PROOFS) {
    const possession = await show(context, act, incoming, null);
    if (possession !== null) return possession;
  }
  return NOTHING_PROVEN;
}

/**
 * What a request shows that carries a token with this confirmation. Throws OAuthError if it does not show what the token is bound to.
 */
export async function requirePossession(
  context: DpopContext,
  act: Act,
  incoming: Incoming,
  { text, confirmation }: { readonly text: string; readonly confirmation: Confirmation },
): Promise<Possession> {
  const binding = bindingOf(confirmation);
  const proof = PROOFS.find((each) => each.binding === binding);
  const possession = (await proof?.show(context, act, incoming, text)) ?? null;
  if (possession === null) throw new OAuthError("dpop_proof_missing");
  if (possession.shown !== confirmation) throw new OAuthError("access_token_of_other_key");
  return possession;
}
