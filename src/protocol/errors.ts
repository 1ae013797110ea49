/**
 * The one vocabulary of errors. Each private reason (for the log and for docs/errors.md) belongs to a public
 * error code, a status and a description. The files in errors/ have them, by subject.
 */

import type { AuthenticationLevel } from "./authentication-level.ts";
import { ASSERTION_REASONS } from "./errors/assertions.ts";
import { AUTHORIZATION_REASONS } from "./errors/authorization.ts";
import { BACKCHANNEL_REASONS } from "./errors/backchannel.ts";
import { BEARER_TOKEN_REASONS } from "./errors/bearer-tokens.ts";
import { BINDING_REASONS } from "./errors/bindings.ts";
import { CLIENT_AUTHENTICATION_REASONS } from "./errors/client-authentication.ts";
import type { ErrorCode } from "./errors/entry.ts";
import { FAULT_REASONS } from "./errors/faults.ts";
import { GRANT_REASONS } from "./errors/grants.ts";
import { MANAGEMENT_REASONS } from "./errors/management.ts";
import { REGISTRATION_REASONS } from "./errors/registration.ts";
import { REQUEST_REASONS } from "./errors/request.ts";
import { REQUEST_OBJECT_REASONS } from "./errors/request-objects.ts";
import { TOKEN_EXCHANGE_REASONS } from "./errors/token-exchange.ts";
import { TOKEN_REASONS } from "./errors/tokens.ts";
import type { RedirectUri } from "./identifiers.ts";

export const REASONS = {
  ...REQUEST_REASONS,
  ...CLIENT_AUTHENTICATION_REASONS,
  ...GRANT_REASONS,
  ...ASSERTION_REASONS,
  ...AUTHORIZATION_REASONS,
  ...REQUEST_OBJECT_REASONS,
  ...TOKEN_REASONS,
  ...BACKCHANNEL_REASONS,
  ...TOKEN_EXCHANGE_REASONS,
  ...BINDING_REASONS,
  ...BEARER_TOKEN_REASONS,
  ...REGISTRATION_REASONS,
  ...MANAGEMENT_REASONS,
  ...FAULT_REASONS,
} as const;

/** A private reason. It may be logged; it is never sent. */
export type Reason = keyof typeof REASONS;

/** RFC 6749 §5.2: descriptions may hold only %x20-21 / %x23-5B / %x5D-7E. */
export const toDescriptionCharacters = (text: string): string =>
  text
    .replaceAll('"', "'")
    .replace(/[^\x20-\x21\x23-\x5B\x5D-\x7E]/g, "?")
    .slice(0, 400);

export type AuthenticationScheme = "Basic" | "Bearer" | "DPoP";

export interface ErrorDetail {
  /** More precise than the reason's own description: it names the parameter or the value. */
  readonly description?: string;
  /** The challenge to send with it (RFC 6749 §5.2, RFC 6750 §3). */
  readonly challenge?: AuthenticationScheme;
  /** For a Bearer challenge: whether the resource takes DPoP as well (RFC 9449 §7.2). */
  readonly takesProofs?: boolean;
  /** Whether a resource refuses a proof, and not the token endpoint: with 401 (RFC 9449 §7.1). */
  readonly atResource?: boolean;
  /** For a Bearer challenge: the scope that is needed (RFC 6750 §3). */
  readonly requiredScope?: string;
  /** For a Bearer challenge: the level of sign-in that is needed (RFC 9470 §3). */
  readonly requiredLevel?: AuthenticationLevel;
  readonly retryAfterSeconds?: number;
  /** For 405. */
  readonly allow?: string;
  /** For the log: who asked. */
  readonly clientId?: string;
  /** For the page of a refusal that is not sent to the client: the values of the parameter that is refused, as they came. */
  readonly sent?: { readonly name: string; readonly values: readonly string[] };
  /** For the page: where the answer would have gone. */
  readonly application?: RedirectUri;
}

/**
 * A refusal, which any check may throw. It becomes a response in one place only. Refusals are everyday outcomes, and the
 * reason says where one comes from, so this Error does not collect a stack.
 */
export class OAuthError implements Error {
  readonly name = "OAuthError";
  readonly error: ErrorCode;
  readonly status: number;
  readonly description: string;

  constructor(
    readonly reason: Reason,
    readonly detail: ErrorDetail = {},
  ) {
    const { error, status, description } = REASONS[reason];
    this.error = error;
    this.status = detail.atResource === true ? 401 : status;
    this.description =
      detail.description === undefined ? description : toDescriptionCharacters(detail.description);
  }

  get message(): string {
    return this.reason;
  }

  /** The same refusal with more detail, for a caller that knows more than the check that threw it. */
  with(detail: ErrorDetail): OAuthError {
    return new OAuthError(this.reason, { ...this.detail, ...detail });
  }
}
Object.setPrototypeOf(OAuthError.prototype, Error.prototype);
