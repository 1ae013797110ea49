/**
 * A bound on the rows that proofs at this server's own resources leave (THREATS 61). Each accepted DPoP proof has a row until it would
 * be refused anyway (single-use.ts), and such a request has no other price: with one token a program could ask userinfo without end.
 */
import { recordIdText } from "../credentials/credential.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { LiveAccessToken } from "../rules/access-token.ts";
import { isVouchedFor } from "../rules/client.ts";
import { findClient } from "./clients.ts";
import type { Context } from "./context.ts";

export interface ProofBudgetContext extends Pick<Context, "store" | "configuration"> {
  readonly limits: Pick<Context["limits"], "proofsPerToken" | "proofsPerStranger">;
}

/**
 * Uses up a proof within the budgets of its token and of its client. A client for which the operator vouches has none of its own. The
 * client is read only when the budget of a stranger is used up, so that no other request takes a look more. A proof that is refused leaves
 * no row, and does not count. Throws `too_many_proofs` (429), and what `use` throws.
 */
export async function withinProofBudget<Result>(
  { store, configuration, limits }: ProofBudgetContext,
  { id, clientId }: Pick<LiveAccessToken, "id" | "clientId">,
  use: () => Promise<Result>,
): Promise<Result> {
  const { proofsPerToken, proofsPerStranger } = limits;
  const token = recordIdText(id);
  const wait = proofsPerToken.attempt(token);
  if (wait > 0) throw new OAuthError("too_many_proofs", { clientId, retryAfterSeconds: wait });
  const strangersWait = proofsPerStranger.attempt(clientId);
  const takeBack = () => {
    proofsPerToken.forgive(token);
    if (strangersWait === 0) proofsPerStranger.forgive(clientId);
  };
  try {
    if (strangersWait > 0) {
      const client = await findClient({ store }, clientId);
      if (client === null || !isVouchedFor(client, configuration.registration))
        throw new OAuthError("too_many_proofs", { clientId, retryAfterSeconds: strangersWait });
    }
    return await use();
  } catch (error) {
    takeBack();
    throw error;
  }
}
