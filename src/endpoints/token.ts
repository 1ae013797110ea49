/** RFC 6749 §3.2: the token endpoint. What each grant type does is in grants/. */
import { actAsClient } from "../clients/authentication.ts";
import type { Context } from "../context.ts";
import { GRANTS } from "../grants/index.ts";
import { type Handler, json } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import { readForm } from "./form.ts";

const grantsByType = new Map<string, (typeof GRANTS)[number]>(
  GRANTS.map((grant) => [grant.grantType, grant]),
);

export const token =
  (context: Context): Handler =>
  async (incoming) => {
    // Almost all that is asked for here is a write. To refuse it costs least before anything else is done.
    context.store.requireRoom();
    const parameters = await readForm(context, incoming);
    const grantType = parameters.required("grant_type");
    const grant = grantsByType.get(grantType);
    const redemption = await actAsClient(context, incoming.request, parameters, async (client) => {
      if (grant === undefined) throw new OAuthError("grant_type_unsupported", { clientId: client.clientId });
      if (!client.grantTypes.includes(grant.grantType)) {
        throw new OAuthError("grant_type_not_registered", { clientId: client.clientId });
      }
      return grant.redeem(context, client, parameters);
    });
    if (redemption instanceof OAuthError) throw redemption;
    return json(redemption);
  };
