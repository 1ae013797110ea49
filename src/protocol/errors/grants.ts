/** What every grant type can refuse: the grant type, the scope, authorization details, resources. */
import type { ReasonEntry } from "./entry.ts";

export const GRANT_REASONS = {
  grant_type_unsupported: {
    error: "unsupported_grant_type",
    status: 400,
    description: "This server does not support that grant_type.",
    cure: "Use one of grant_types_supported in the metadata document. The implicit and password grants are not offered (RFC 9700 §2.1.2, §2.4).",
  },
  grant_type_not_registered: {
    error: "unauthorized_client",
    status: 400,
    description: "The client is not registered for this grant type.",
    cure: "Add the grant type to the client's grant_types.",
  },
  scope_malformed: {
    error: "invalid_scope",
    status: 400,
    description: "scope is not a list of scope names separated by spaces.",
    cure: "Write scope names separated by spaces, without quotes or backslashes (RFC 6749 §3.3).",
  },
  scope_unknown: {
    error: "invalid_scope",
    status: 400,
    description: "No requested scope exists here.",
    cure: "Ask for scopes that scopes_supported in the metadata document lists. Unknown ones beside them are ignored.",
  },
  scope_not_registered: {
    error: "invalid_scope",
    status: 400,
    description: "The client is registered for no requested scope.",
    cure: "Add the scope to the client's scope, or ask for another.",
  },
  scope_exceeds_grant: {
    error: "invalid_scope",
    status: 400,
    description: "A requested scope was not granted.",
    cure: "Ask for the same scopes as before or fewer (RFC 6749 §6). For more, start a new authorization.",
  },
  grant_outdated: {
    error: "invalid_grant",
    status: 400,
    description: "This client may no longer have anything that the person allowed.",
    cure: "The client's scopes, or the server's scopes and resources, have changed. Start a new authorization.",
  },
  authorization_details_malformed: {
    error: "invalid_authorization_details",
    status: 400,
    description: "The authorization details are not valid.",
    cure: "Send a JSON list of objects, each with a type and exactly the fields that the type declares: [[authorization_details_types]] in the configuration. A text is one line that a page can show whole.",
  },
  authorization_details_type_unknown: {
    error: "invalid_authorization_details",
    status: 400,
    description: "There is no such type of authorization details here.",
    cure: "Ask for a type of authorization_details_types_supported, or declare the type in [[authorization_details_types]].",
  },
  authorization_details_type_not_registered: {
    error: "invalid_authorization_details",
    status: 400,
    description: "The client is not registered for this type of authorization details.",
    cure: "Add the type to the client's authorization_details_types. A client that registered itself can have those with self_registered = true.",
  },
  authorization_details_exceed_grant: {
    error: "invalid_authorization_details",
    status: 400,
    description: "These authorization details were not granted.",
    cure: "Send some of the granted objects exactly as they were granted, or leave the parameter out (RFC 9396 §6). For others, start a new authorization.",
  },
  authorization_details_unusable: {
    error: "invalid_authorization_details",
    status: 400,
    description: "No person can allow authorization details with this grant type.",
    cure: "Leave the parameter out. Ask a person at the authorization endpoint, by a pushed request, or at the device authorization endpoint.",
  },
  resource_malformed: {
    error: "invalid_target",
    status: 400,
    description: "resource must be an absolute URI without a fragment.",
    cure: "Send the identifier of the API as a full URI (RFC 8707 §2).",
  },
  resource_unknown: {
    error: "invalid_target",
    status: 400,
    description: "A requested resource is not known here.",
    cure: "Declare the resource in the server's configuration, or ask for one that is.",
  },
  resource_exceeds_grant: {
    error: "invalid_target",
    status: 400,
    description: "A requested resource was not part of what the person allowed.",
    cure: "Name the resource in the authorization request, so that the person can agree to it.",
  },
  resource_scope_empty: {
    error: "invalid_target",
    status: 400,
    description: "The requested resource needs a scope that it uses.",
    cure: "Ask for a scope that belongs to the resource. By client_credentials a resource is reached only through a scope.",
  },
} as const satisfies Record<string, ReasonEntry>;
