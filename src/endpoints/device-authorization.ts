/** RFC 8628 §3.1 and §3.2: a device asks for a device code and a user code. */
import { targetOf } from "../grant-types/grant-type.ts";
import { asClient } from "../operations/caller.ts";
import type { Context } from "../operations/context.ts";
import { startDevice } from "../operations/devices.ts";
import { type Handler, json } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import { DEVICE_CODE_GRANT } from "../protocol/grant-types.ts";
import { agentOf } from "../protocol/user-agent.ts";
import { formatUserCode } from "../protocol/user-code.ts";
import { actOfStranger } from "../rules/events.ts";
import { askableScope, requestedTarget } from "../rules/scope.ts";
import { readForm } from "./form.ts";

export const deviceAuthorization =
  (context: Context): Handler =>
  async (incoming) => {
    const { configuration, issuer, catalogue, limits } = context;
    const parameters = await readForm(context, incoming);
    const { deviceCode, userCode } = await asClient(context, incoming, parameters, async (caller) => {
      const { client } = caller;
      if (!client.grantTypes.includes(DEVICE_CODE_GRANT)) {
        throw new OAuthError("grant_type_not_registered", { clientId: client.clientId });
      }
      const retryAfterSeconds = limits.deviceRequestPerAddress.attempt(incoming.address);
      if (retryAfterSeconds > 0) throw new OAuthError("too_many_requests", { retryAfterSeconds });
      const allowed = askableScope(catalogue, client);
      const target = requestedTarget(catalogue, client, targetOf(parameters), allowed);
      return startDevice(context, actOfStranger(incoming), caller, {
        ...target,
        requesterAddress: incoming.address,
        requesterAgent: agentOf(incoming.request),
      });
    });
    const { device_code_seconds, device_interval_seconds } = configuration.lifetimes;
    const shown = formatUserCode(userCode);
    const verificationUri = issuer.url("/device");
    return json({
      device_code: deviceCode.text,
      user_code: shown,
      // RFC 8628 §3.3: people type this address, so it is short and does not contain the code.
      verification_uri: verificationUri,
      verification_uri_complete: `${verificationUri}?user_code=${shown}`,
      expires_in: device_code_seconds,
      interval: device_interval_seconds,
      message: `To sign in, open ${verificationUri} in a browser and enter the code ${shown}.`,
    });
  };
