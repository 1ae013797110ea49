/** RFC 7009: a client gives a token back. */
import { asClient } from "../operations/caller.ts";
import type { Context } from "../operations/context.ts";
import { revokeToken } from "../operations/tokens.ts";
import { type Handler, json } from "../platform/http.ts";
import { actOfStranger } from "../rules/events.ts";
import { readForm } from "./form.ts";

export const revocation =
  (context: Context): Handler =>
  async (incoming) => {
    const parameters = await readForm(context, incoming);
    await asClient(
      context,
      incoming,
      parameters,
      async (caller) => revokeToken(context, actOfStranger(incoming), caller, parameters.required("token")),
      { endsAccess: true },
    );
    // RFC 7009 §2.2: 200 also for tokens that do not exist. The body is an object because some clients parse it.
    return json({});
  };
