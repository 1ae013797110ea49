/**
 * Every refusal that can reach a page: its words, and the way on that the page offers. The start page and the id of the
 * request are on every error page; error-page.tsx adds them.
 */
import type { BodyError } from "../platform/http.ts";
import type { Reason } from "../protocol/errors.ts";
import type { PageErrorKind } from "./page-error.ts";
import type { Texts } from "./texts.ts";

/** The entries of the catalogue that describe refusals. */
export type Words = {
  [Key in keyof Texts["errors"]]: Texts["errors"][Key] extends { readonly title: string } ? Key : never;
}[keyof Texts["errors"]];

/**
 * The way on, beside the start page.
 *
 * - `again`: the page that the person wanted, once more. The fault passes, or the person can avoid it.
 * - `application`: the application to which the answer would have gone, at an address that it has registered.
 * - `account`: the person's own page.
 * - `nothing`: the same request would fail again, and no address of an application is known to be good.
 */
export type WayOn = "again" | "application" | "account" | "nothing";

export interface PageRefusal {
  readonly words: Words;
  readonly offers: WayOn;
  /** Whether the fault is in the request of an application, so that its developer wants the details. */
  readonly isOfApplication: boolean;
}

const own = (words: Words, offers: WayOn): PageRefusal => ({ words, offers, isOfApplication: false });
const ofApplication = (words: Words): PageRefusal => ({ words, offers: "nothing", isOfApplication: true });

/** Only endpoints for programs refuse for this reason, and they answer in JSON. */
const AS_JSON = "as_json";
/** The authorization endpoint sends this refusal to the application (RFC 6749 §4.1.2.1). */
const REDIRECTED = "redirected";

export const REASONS_ON_PAGES = {
  parameter_repeated: own("malformed", "again"),
  parameter_missing: own("malformed", "again"),
  parameter_invalid: own("malformed", "again"),
  parameters_in_query: ofApplication("application"),
  parameters_malformed: ofApplication("application"),
  too_many_parameters: ofApplication("application"),
  body_malformed: AS_JSON,
  content_type_unsupported: own("malformed", "again"),
  body_incomplete: own("malformed", "again"),
  body_too_large: own("too_large", "again"),
  method_not_allowed: own("method_not_allowed", "again"),
  not_found: own("not_found", "nothing"),

  auth_req_id_unknown: AS_JSON,
  auth_req_id_of_other_client: AS_JSON,
  auth_req_id_used: AS_JSON,
  auth_req_id_expired: AS_JSON,
  auth_req_id_denied: AS_JSON,
  backchannel_object_refused: AS_JSON,
  backchannel_object_missing: AS_JSON,
  backchannel_object_replayed: AS_JSON,
  hint_missing: AS_JSON,
  hint_repeated: AS_JSON,
  login_hint_token_unsupported: AS_JSON,
  user_code_unsupported: AS_JSON,
  unknown_person: AS_JSON,
  person_asked_too_often: AS_JSON,
  binding_message_refused: AS_JSON,
  notification_token_missing: AS_JSON,

  client_authentication_missing: AS_JSON,
  client_unknown: AS_JSON,
  client_disabled: AS_JSON,
  client_secret_wrong: AS_JSON,
  client_assertion_missing: AS_JSON,
  client_assertion_algorithm: AS_JSON,
  client_assertion_strict_audience: AS_JSON,
  client_assertion_key: AS_JSON,
  client_assertion_signature: AS_JSON,
  client_assertion_malformed: AS_JSON,
  workload_refused: AS_JSON,
  client_assertion_audience: AS_JSON,
  client_assertion_untimely: AS_JSON,
  client_assertion_beside: AS_JSON,
  access_token_of_other_certificate: AS_JSON,
  binding_certificate_missing: AS_JSON,
  client_certificate_missing: AS_JSON,
  client_certificate_untimely: AS_JSON,
  client_certificate_untrusted: AS_JSON,
  client_certificate_wrong: AS_JSON,
  client_certificate_malformed: AS_JSON,
  client_assertion_replayed: AS_JSON,
  client_secret_missing: AS_JSON,
  client_method_not_registered: AS_JSON,
  client_credentials_malformed: AS_JSON,
  client_authentication_twice: AS_JSON,
  client_id_mismatch: AS_JSON,
  client_not_confidential: AS_JSON,

  grant_type_unsupported: AS_JSON,
  grant_type_not_registered: REDIRECTED,
  scope_malformed: REDIRECTED,
  scope_unknown: REDIRECTED,
  scope_not_registered: REDIRECTED,
  scope_exceeds_grant: AS_JSON,
  grant_outdated: AS_JSON,
  authorization_details_malformed: REDIRECTED,
  authorization_details_type_unknown: REDIRECTED,
  authorization_details_type_not_registered: REDIRECTED,
  authorization_details_exceed_grant: AS_JSON,
  authorization_details_unusable: AS_JSON,
  resource_malformed: REDIRECTED,
  resource_unknown: REDIRECTED,
  resource_exceeds_grant: AS_JSON,
  resource_scope_empty: REDIRECTED,

  assertion_malformed: AS_JSON,
  assertion_untrusted: AS_JSON,
  assertion_signature: AS_JSON,
  assertion_untimely: AS_JSON,
  assertion_mismatch: AS_JSON,
  assertion_replayed: AS_JSON,
  assertion_person_unknown: AS_JSON,
  assertion_gives_nothing: AS_JSON,
  id_jag_not_allowed: AS_JSON,
  id_jag_person_not_allowed: AS_JSON,

  // Before client and redirect URI are known to belong together, no link may lead to the application (RFC 9700 §4.11).
  authorize_client_id_missing: ofApplication("application"),
  authorize_client_unknown: ofApplication("application_unknown"),
  client_document_blocked: ofApplication("application_unknown"),
  client_document_unavailable: ofApplication("application"),
  client_document_refused: ofApplication("application"),
  authorize_redirect_uri_missing: ofApplication("application"),
  authorize_redirect_uri_mismatch: ofApplication("redirect_mismatch"),
  response_type_unsupported: REDIRECTED,
  code_challenge_missing: REDIRECTED,
  code_challenge_invalid: REDIRECTED,
  code_challenge_method_unsupported: REDIRECTED,
  request_object_malformed: ofApplication("application"),
  request_object_encrypted: ofApplication("application"),
  request_object_missing: ofApplication("application"),
  request_object_algorithm: ofApplication("application"),
  request_object_signature: ofApplication("application"),
  request_object_mismatch: ofApplication("application"),
  request_object_untimely: ofApplication("application"),
  request_uri_unsupported: REDIRECTED,
  request_uri_pushed: AS_JSON,
  request_uri_with_request: ofApplication("application"),
  pushed_request_unknown: own("sign_in_over", "nothing"),
  pushed_request_of_other_client: own("sign_in_over", "nothing"),
  pushed_request_expired: own("sign_in_over", "nothing"),
  pushed_request_used: own("form_answered", "application"),
  pushed_request_required: ofApplication("application"),
  profile_algorithm_missing: ofApplication("application"),
  response_not_signed: REDIRECTED,
  registration_parameter_unsupported: REDIRECTED,
  person_denied: REDIRECTED,
  authorize_person_not_allowed: REDIRECTED,
  person_not_allowed: AS_JSON,
  sign_in_too_weak: AS_JSON,
  form_answered: own("form_answered", "application"),
  login_required: REDIRECTED,
  other_person: REDIRECTED,
  id_token_hint_invalid: REDIRECTED,
  authentication_level_unmet: REDIRECTED,
  interaction_required: REDIRECTED,
  consent_required: REDIRECTED,

  code_unknown: AS_JSON,
  code_of_other_client: AS_JSON,
  code_expired: AS_JSON,
  code_replayed: AS_JSON,
  code_revoked: AS_JSON,
  code_redirect_uri_mismatch: AS_JSON,
  code_verifier_missing: AS_JSON,
  code_verifier_malformed: AS_JSON,
  code_verifier_wrong: AS_JSON,
  code_verifier_unexpected: AS_JSON,
  code_of_other_key: AS_JSON,

  refresh_token_unknown: AS_JSON,
  refresh_token_of_other_client: AS_JSON,
  refresh_token_expired: AS_JSON,
  refresh_token_replayed: AS_JSON,
  refresh_token_revoked: AS_JSON,
  refresh_token_of_other_key: AS_JSON,

  subject_token_unknown: AS_JSON,
  subject_token_not_allowed: AS_JSON,
  exchange_not_allowed: AS_JSON,
  subject_token_bound: AS_JSON,
  actor_token_unknown: AS_JSON,
  actor_token_type_alone: AS_JSON,
  token_type_unsupported: AS_JSON,
  actor_not_allowed: AS_JSON,
  actor_chain_too_long: AS_JSON,
  exchange_scope_exceeded: AS_JSON,
  exchange_scope_empty: AS_JSON,
  exchange_target_missing: AS_JSON,
  exchange_target_refused: AS_JSON,
  audience_unknown: AS_JSON,
  exchange_form_unavailable: AS_JSON,

  device_code_unknown: AS_JSON,
  device_code_of_other_client: AS_JSON,
  device_code_used: AS_JSON,
  device_code_expired: AS_JSON,
  device_code_denied: AS_JSON,
  authorization_pending: AS_JSON,
  slow_down: AS_JSON,

  dpop_proof_missing: AS_JSON,
  dpop_proofs_several: AS_JSON,
  dpop_proof_malformed: AS_JSON,
  dpop_proof_mismatch: AS_JSON,
  dpop_proof_untimely: AS_JSON,
  dpop_proof_signature: AS_JSON,
  dpop_proof_replayed: AS_JSON,
  dpop_jkt_mismatch: AS_JSON,
  dpop_nonce_missing: AS_JSON,
  access_token_bound: AS_JSON,
  access_token_unbound: AS_JSON,
  access_token_of_other_key: AS_JSON,

  bearer_token_missing: AS_JSON,
  bearer_token_twice: AS_JSON,
  bearer_token_in_query: AS_JSON,
  bearer_token_malformed: AS_JSON,
  bearer_token_unknown: AS_JSON,
  bearer_token_of_other_audience: AS_JSON,
  bearer_sign_in_too_weak: AS_JSON,
  bearer_scope_insufficient: AS_JSON,

  token_of_other_client: AS_JSON,

  redirect_uri_refused: AS_JSON,
  client_metadata_refused: AS_JSON,
  client_metadata_too_large: AS_JSON,
  software_statement_unsupported: AS_JSON,
  registration_off: AS_JSON,
  registration_token_missing: AS_JSON,
  registration_token_wrong: AS_JSON,
  registration_access_token_missing: AS_JSON,
  registration_access_token_wrong: AS_JSON,
  registered_client_disabled: AS_JSON,

  // The console shows these beside the form.
  member_refused: AS_JSON,
  object_exists: AS_JSON,
  object_declared: AS_JSON,
  change_refused: AS_JSON,
  last_administrator: AS_JSON,
  revision_stale: AS_JSON,
  cursor_refused: own("not_found", "nothing"),
  idempotency_key_reused: AS_JSON,
  idempotency_key_open: AS_JSON,
  // Strangers do not learn what there is to manage.
  management_not_allowed: own("not_found", "nothing"),
  object_unknown: own("not_found", "nothing"),

  // The pages that count attempts say so themselves, beside the field.
  too_many_requests: AS_JSON,
  registrations_full: AS_JSON,
  too_many_proofs: AS_JSON,
  too_many_tokens: AS_JSON,
  busy: own("busy", "again"),
  unavailable: own("unavailable", "again"),
  server_error: own("server_error", "again"),
} as const satisfies Record<Reason, PageRefusal | typeof AS_JSON | typeof REDIRECTED>;

/** For a reason that no page should meet. */
const UNEXPECTED = ofApplication("application");

export function refusalOnPage(reason: Reason): PageRefusal {
  const entry = REASONS_ON_PAGES[reason];
  return typeof entry === "string" ? UNEXPECTED : entry;
}

/** The refusals that only a page can have, and their status. */
export const KINDS_ON_PAGES: Record<PageErrorKind, PageRefusal & { readonly status: number }> = {
  form_expired: { ...own("form_expired", "again"), status: 403 },
  form_foreign: { ...own("form_foreign", "again"), status: 403 },
  // The first account exists already, or the operator makes a new link.
  setup_link: { ...own("setup_link", "account"), status: 404 },
  link_unknown: { ...own("link_unknown", "account"), status: 404 },
  link_used: { ...own("link_used", "account"), status: 410 },
  link_expired: { ...own("link_expired", "account"), status: 410 },
};

/** The bodies that a page cannot read. */
export const BODIES_ON_PAGES: Record<BodyError["fault"], PageRefusal & { readonly status: number }> = {
  too_large: { ...own("too_large", "again"), status: 413 },
  wrong_type: { ...own("malformed", "again"), status: 415 },
  incomplete: { ...own("malformed", "again"), status: 400 },
};
