/** CIBA §4: the metadata of clients that ask people in the back channel. They say nothing of a client without that grant. */
import { isDeliveryMode } from "../protocol/delivery-modes.ts";
import { CIBA_GRANT } from "../protocol/grant-types.ts";
import { needsSignedAuthentication } from "../protocol/security-profile.ts";
import { VERIFYING_NAMES, type VerifyingAlgorithm } from "../protocol/signing-algorithms.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { type Members, readBoolean, readHttpsUrl, readString, refuse } from "./members.ts";

export type BackchannelMetadata = Pick<
  ClientRecord,
  | "backchannelTokenDeliveryMode"
  | "backchannelClientNotificationEndpoint"
  | "backchannelAuthenticationRequestSigningAlg"
>;

type Rest = Pick<
  ClientRecord,
  "grantTypes" | "jwks" | "jwksUri" | "requireSignedRequestObject" | "securityProfile"
>;

const NOTHING: BackchannelMetadata = {
  backchannelTokenDeliveryMode: null,
  backchannelClientNotificationEndpoint: null,
  backchannelAuthenticationRequestSigningAlg: null,
};

/** `rest`: what the client is besides. Nothing is registered as less than the client says: it relies on it. Throws `client_metadata_refused`. */
export function checkBackchannelMetadata(members: Members, rest: Rest): BackchannelMetadata {
  if (!rest.grantTypes.includes(CIBA_GRANT)) return NOTHING;
  if (readBoolean(members, "backchannel_user_code_parameter"))
    refuse("backchannel_user_code_parameter must be false: this server has no user codes.");
  const mode = readString(members, "backchannel_token_delivery_mode") ?? "poll";
  if (!isDeliveryMode(mode))
    return refuse(
      `backchannel_token_delivery_mode '${mode.slice(0, 20)}' is not supported; use poll or ping. Tokens are only given at the token endpoint.`,
    );
  const endpoint = readHttpsUrl(members, "backchannel_client_notification_endpoint");
  if (mode === "ping" && endpoint === null)
    refuse(
      "backchannel_token_delivery_mode 'ping' needs backchannel_client_notification_endpoint, an https URL that this server calls.",
    );
  const algorithm = readRequestAlgorithm(members);
  const metadata = {
    backchannelTokenDeliveryMode: mode,
    backchannelClientNotificationEndpoint: endpoint,
    backchannelAuthenticationRequestSigningAlg: algorithm,
  };
  if (needsSignedAuthentication({ ...rest, ...metadata }) && rest.jwks === null && rest.jwksUri === null)
    refuse(
      "The client must sign its requests to people, so it needs its keys: jwks or jwks_uri. (backchannel_authentication_request_signing_alg, require_signed_request_object or security_profile demands it.)",
    );
  return metadata;
}

function readRequestAlgorithm(members: Members): VerifyingAlgorithm | null {
  const named = readString(members, "backchannel_authentication_request_signing_alg");
  if (named === null) return null;
  const found = VERIFYING_NAMES.find((algorithm) => algorithm === named);
  return (
    found ??
    refuse(
      `backchannel_authentication_request_signing_alg '${named.slice(0, 20)}' is not supported; use ${VERIFYING_NAMES.join(", ")}.`,
    )
  );
}

export const describeBackchannel = (client: BackchannelMetadata): Record<string, unknown> => ({
  backchannel_token_delivery_mode: client.backchannelTokenDeliveryMode,
  backchannel_client_notification_endpoint: client.backchannelClientNotificationEndpoint,
  backchannel_authentication_request_signing_alg: client.backchannelAuthenticationRequestSigningAlg,
});
