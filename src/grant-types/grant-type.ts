/**
 * A grant type, as the token endpoint sees it. The endpoint parses, authenticates the client, and checks that the client
 * may use the grant type; the entry names the parameters and the operation of the grant type. What the request proves to have is in
 * `caller.possession`, and the operation binds all tokens to it (protocol/bindings.ts).
 */
import type { Configuration } from "../configuration/schema.ts";
import type { TokenResponse } from "../credentials/issue.ts";
import type { Caller } from "../operations/caller.ts";
import type { Context } from "../operations/context.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { GrantType } from "../protocol/grant-types.ts";
import type { Parameters } from "../protocol/parameters.ts";
import type { Act } from "../rules/events.ts";
import type { RequestedTarget } from "../rules/scope.ts";

/**
 * The outcome of a token request. A polling device is refused every few seconds, so a refusal may be returned: throwing,
 * catching and throwing it again on its way would cost more.
 */
export type Redemption = TokenResponse | OAuthError;

interface Definition<Request> {
  readonly grantType: GrantType;
  /** Whether the metadata document names it. Missing: it always does. */
  isOffered?(configuration: Configuration): boolean;
  /** RFC 9396 §6: whether a request may narrow the authorization details of a person's permission. Missing: it has none. */
  readonly takesDetails?: boolean;
  /** The parameters of the grant type, typed. Throws OAuthError. */
  parse(parameters: Parameters): Request;
  /** Throws OAuthError too. */
  redeem(context: Context, act: Act, caller: Caller, request: Request): Promise<Redemption>;
}

export interface GrantTypeEntry {
  readonly grantType: GrantType;
  isOffered?(configuration: Configuration): boolean;
  redeem(context: Context, act: Act, caller: Caller, parameters: Parameters): Promise<Redemption>;
}

export const grantType = <Request>({
  parse,
  redeem,
  takesDetails = false,
  ...entry
}: Definition<Request>): GrantTypeEntry => ({
  ...entry,
  redeem: async (context, act, caller, parameters) => {
    // RFC 9396 §5: what is asked for is never left out in silence.
    if (!takesDetails && parameters.get(AUTHORIZATION_DETAILS) !== undefined)
      throw new OAuthError("authorization_details_unusable", { clientId: caller.client.clientId });
    return redeem(context, act, caller, parse(parameters));
  },
});

const AUTHORIZATION_DETAILS = "authorization_details";

/** RFC 6749 §3.3, RFC 8707 §2, RFC 9396: the scope, the resources and the details that a request of any grant type may name. */
export const targetOf = (parameters: Parameters): RequestedTarget => ({
  scope: parameters.get("scope"),
  resources: parameters.all("resource"),
  authorizationDetails: parameters.get(AUTHORIZATION_DETAILS),
});
