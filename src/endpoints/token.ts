/** RFC 6749 §3.2: the token endpoint. The grant types are in grant-types/. */

import { requireSignable } from "../clients/openid-metadata.ts";
import { GRANT_TYPE_ENTRIES } from "../grant-types/index.ts";
import { asClient } from "../operations/caller.ts";
import type { Context } from "../operations/context.ts";
import type { Possession } from "../operations/possession.ts";
import { possessionOf } from "../operations/proofs.ts";
import { withinTokenBudget } from "../operations/tokens.ts";
import { type Handler, json } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import { requireBinding, requireProofAlgorithm } from "../rules/binding.ts";
import { actOfStranger } from "../rules/events.ts";
import { readForm } from "./form.ts";

const entries = new Map<string, (typeof GRANT_TYPE_ENTRIES)[number]>(
  GRANT_TYPE_ENTRIES.map((entry) => [entry.grantType, entry]),
);

export const token =
  (context: Context): Handler =>
  async (incoming) => {
    // Almost every request here writes. An overloaded store refuses it before anything else costs time.
    context.store.requireRoom();
    const parameters = await readForm(context, incoming);
    const entry = entries.get(parameters.required("grant_type"));
    const act = actOfStranger(incoming);
    // One for the request: `asClient` may start over, and a proof counts once.
    let possession: Possession | undefined;
    const redemption = await asClient(context, incoming, parameters, async (caller) => {
      const { clientId, grantTypes } = caller.client;
      if (entry === undefined) throw new OAuthError("grant_type_unsupported", { clientId });
      if (!grantTypes.includes(entry.grantType)) {
        throw new OAuthError("grant_type_not_registered", { clientId });
      }
      requireSignable(caller.client, context.configuration.signing);
      possession ??= await possessionOf(context, act, incoming, caller.client);
      requireBinding(caller.client, context.configuration.dpop, possession.shown);
      requireProofAlgorithm(caller.client, possession.algorithm);
      caller.possession = possession;
      return withinTokenBudget(context, caller.client, () => entry.redeem(context, act, caller, parameters));
    });
    if (redemption instanceof OAuthError) throw redemption;
    return json(redemption);
  };
