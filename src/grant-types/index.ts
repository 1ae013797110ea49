/**
 * The grant types. This table drives the token endpoint and the metadata document. Each entry calls an operation, and the
 * rule of the operation has a file of its name in rules/.
 */
import { redeemAssertion } from "../operations/assertion-grant.ts";
import { redeemCode } from "../operations/authorization.ts";
import { redeemRequest } from "../operations/backchannel-requests.ts";
import { redeemDeviceCode } from "../operations/devices.ts";
import { answered } from "../operations/issued.ts";
import { exchangeToken } from "../operations/token-exchange.ts";
import { issueToClient, refresh } from "../operations/tokens.ts";
import {
  CIBA_GRANT,
  DEVICE_CODE_GRANT,
  JWT_BEARER_GRANT,
  TOKEN_EXCHANGE_GRANT,
} from "../protocol/grant-types.ts";
import { type GrantTypeEntry, grantType, targetOf } from "./grant-type.ts";

export const GRANT_TYPE_ENTRIES: readonly GrantTypeEntry[] = [
  // RFC 6749 §4.1.3, RFC 7636 §4.5.
  grantType({
    grantType: "authorization_code",
    takesDetails: true,
    parse: (parameters) => ({
      code: parameters.required("code"),
      redirectUri: parameters.get("redirect_uri"),
      codeVerifier: parameters.get("code_verifier"),
      target: targetOf(parameters),
    }),
    redeem: answered(redeemCode),
  }),
  // RFC 6749 §6.
  grantType({
    grantType: "refresh_token",
    takesDetails: true,
    parse: (parameters) => ({
      refreshToken: parameters.required("refresh_token"),
      target: targetOf(parameters),
    }),
    redeem: answered(refresh),
  }),
  // RFC 6749 §4.4.2.
  grantType({
    grantType: "client_credentials",
    parse: targetOf,
    redeem: answered(issueToClient),
  }),
  // RFC 8628 §3.4.
  grantType({
    grantType: DEVICE_CODE_GRANT,
    takesDetails: true,
    parse: (parameters) => ({
      deviceCode: parameters.required("device_code"),
      target: targetOf(parameters),
    }),
    redeem: answered(redeemDeviceCode),
  }),
  // CIBA §10.1.
  grantType({
    grantType: CIBA_GRANT,
    takesDetails: true,
    parse: (parameters) => ({
      authReqId: parameters.required("auth_req_id"),
      target: targetOf(parameters),
    }),
    redeem: answered(redeemRequest),
  }),
  // RFC 8693 §2.1.
  grantType({
    grantType: TOKEN_EXCHANGE_GRANT,
    isOffered: ({ token_exchange, id_jag_audiences }) => token_exchange.length + id_jag_audiences.length > 0,
    parse: (parameters) => ({
      subjectToken: parameters.required("subject_token"),
      subjectTokenType: parameters.required("subject_token_type"),
      actorToken: parameters.get("actor_token"),
      actorTokenType: parameters.get("actor_token_type"),
      requestedTokenType: parameters.get("requested_token_type"),
      audiences: parameters.all("audience"),
      ...targetOf(parameters),
    }),
    redeem: exchangeToken,
  }),
  // RFC 7523 §2.1, ID-JAG.
  grantType({
    grantType: JWT_BEARER_GRANT,
    isOffered: ({ trusted_issuers }) => trusted_issuers.some(({ people }) => people !== undefined),
    parse: (parameters) => ({
      assertion: parameters.required("assertion"),
      target: targetOf(parameters),
    }),
    redeem: answered(redeemAssertion),
  }),
];
