/** OpenID Connect RP-Initiated Logout 1.0. */
import type { Ledger } from "./row.ts";
import { NO_TLS } from "./tls.ts";

export const RP_INITIATED_LOGOUT: Ledger = {
  source: "RP-Initiated Logout",
  title: "OpenID Connect RP-Initiated Logout 1.0",
  rows: [
    {
      id: "2-1",
      level: "MUST",
      statement: "client_id and id_token_hint both present: the client is the one of the ID token",
      does: "Otherwise the hint is not used: the person is asked, and there is no redirect",
    },
    {
      id: "2-2",
      level: "MUST",
      statement: "post_logout_redirect_uri was registered before",
      does: "Compares it byte for byte with those of the client",
    },
    {
      id: "2-3",
      level: "MUST",
      statement: "state comes back when the browser is sent back",
      does: "As it came; without one none is added",
    },
    {
      id: "2-4",
      level: "SHOULD NOT",
      statement: "ui_locales that are not supported are no error",
      does: "Takes the first language that it has",
    },
    {
      id: "2-5",
      level: "MUST",
      statement: "The logout endpoint supports GET and POST",
      does: "Both. A POST becomes a GET without the ID token in its address, since browsers withhold the session from a POST of another site",
    },
    {
      id: "2-6",
      level: "MUST",
      statement: "An id_token_hint is verified: this server issued it",
      does: "By a key that it still publishes, with the key's own algorithm, the issuer and the type of ID tokens",
    },
    {
      id: "2-7",
      level: "SHOULD",
      statement: "An ID token whose exp has passed is accepted",
      does: "Accepts it as long as its key is published",
    },
    {
      id: "2-8",
      level: "SHOULD",
      statement: "A hint with the sid of no current or recent session is suspect",
      does: "Counts only if its session or its person is the one of the browser; otherwise the person is asked",
    },
    {
      id: "2-9",
      level: "SHOULD",
      statement: "The person is asked whether to sign out here as well",
      does: "Only without a hint about that person",
      deviation:
        "A person who has pressed “sign out” in an application said so already. Applications of one household share the sign-in, and a question at each sign-out teaches people to click it away",
    },
    {
      id: "2-10",
      level: "MUST",
      statement: "The person is asked without an id_token_hint, or if it is of another session and person",
      does: "Asks, with a form that only this server's page can send",
    },
    {
      id: "2-11",
      level: "MUST",
      statement: "After a yes the person is signed out",
      does: "The session ends, with the access that lasts as long as it does",
    },
    {
      id: "2-12",
      level: "MUST",
      statement: "The RPs of the session are told, with the initiating one, before the redirect",
      does: "Tells them side by side and waits for a second at most; a client that is slower hears later",
    },
    {
      id: "2.1-1",
      level: "MUST",
      statement: "end_session_endpoint in the metadata, an https URL",
      does: "It is there, below the issuer",
      deviation: NO_TLS,
    },
    {
      id: "3-1",
      level: "MUST NOT",
      statement: "No redirect without an id_token_hint, unless the target is known to be legitimate",
      does: "A page has a link to a registered address, for the person to follow",
    },
    {
      id: "3-2",
      level: "MUST NOT",
      statement: "No redirect to an address that is not exactly a registered one",
      does: "A page says that the person is signed out and why they stay here",
    },
    {
      id: "4-1",
      level: "MUST NOT",
      statement: "Information that failed to validate is not used",
      does: "A hint or an address that is not valid counts as none; a client that is disabled or gone as unknown",
    },
    {
      id: "4-2",
      level: "MUST NOT",
      statement: "No redirect to the RP if the request has errors",
      does: "A page instead",
    },
    {
      id: "6-1",
      level: "SHOULD",
      statement: "Requests without a valid hint need the person's confirmation",
      does: "They do",
    },
  ],
};
