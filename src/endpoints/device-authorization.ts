/** RFC 8628 §3.1 and §3.2: a device asks for a device code and a user code. */
import { authenticateClient } from "../clients/authentication.ts";
import type { Context } from "../context.ts";
import { mintCredential } from "../credentials/credential.ts";
import { askableScope } from "../grants/grant.ts";
import { requestedScope } from "../grants/requested-scope.ts";
import { type Handler, json } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import { DEVICE_CODE_GRANT } from "../protocol/grant-types.ts";
import type { SecretDigest } from "../protocol/identifiers.ts";
import { formatUserCode, newUserCode } from "../protocol/user-code.ts";
import { readForm } from "./form.ts";

/** How often another user code is drawn if one is taken. With 20^8 codes, once is already rare. */
const DRAWS = 5;

export const deviceAuthorization =
  (context: Context): Handler =>
  async (incoming) => {
    const { configuration, clock, random, keys, store, limits } = context;
    const parameters = await readForm(context, incoming);
    const client = await authenticateClient(context, incoming.request, parameters);
    if (!client.grantTypes.includes(DEVICE_CODE_GRANT)) {
      throw new OAuthError("grant_type_not_registered", { clientId: client.clientId });
    }
    const retryAfterSeconds = limits.deviceRequestPerAddress.attempt(incoming.address);
    if (retryAfterSeconds > 0) throw new OAuthError("too_many_requests", { retryAfterSeconds });
    const { scope, resources } = requestedScope(context, client, parameters, askableScope(context, client));

    const deviceCode = mintCredential("device_code", clock, random);
    const { device_code_seconds, device_interval_seconds } = configuration.lifetimes;
    const createdAt = clock.seconds();
    const storeWith = async (userCode: string) =>
      store.createDeviceCode({
        id: deviceCode.id,
        digest: deviceCode.digest,
        userCodeDigest: userCodeDigest(keys, userCode),
        clientId: client.clientId,
        scope,
        resources,
        createdAt,
        expiresAt: createdAt + device_code_seconds,
        requesterAddress: incoming.address,
        requesterAgent: (incoming.request.headers.get("user-agent") ?? "").slice(0, 200),
        status: "pending",
        grantId: null,
        usedAt: null,
      });
    for (let draw = 0; draw < DRAWS; draw += 1) {
      const userCode = newUserCode(random);
      if (!(await storeWith(userCode))) continue;
      const shown = formatUserCode(userCode);
      const verificationUri = `${configuration.issuer}/device`;
      return json({
        device_code: deviceCode.text,
        user_code: shown,
        // RFC 8628 §3.3: short, and without the code in it.
        verification_uri: verificationUri,
        verification_uri_complete: `${verificationUri}?user_code=${shown}`,
        expires_in: device_code_seconds,
        interval: device_interval_seconds,
        message: `To sign in, open ${verificationUri} in a browser and enter the code ${shown}.`,
      });
    }
    throw new OAuthError("unavailable", { retryAfterSeconds: 1 });
  };

/** User codes are short, so they are stored under a keyed digest: the database alone does not give them away. */
export const userCodeDigest = (keys: Context["keys"], userCode: string): SecretDigest =>
  keys.mac("user code", userCode) as SecretDigest;
