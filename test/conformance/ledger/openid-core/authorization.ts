/** OpenID Connect Core §3.1.2: the authorization endpoint. */
import type { Row } from "../row.ts";
import { NO_TLS, TLS } from "../tls.ts";

export const AUTHORIZATION: readonly Row[] = [
  {
    id: "3.1.2-1",
    level: "MUST",
    statement: "The authorization endpoint needs TLS",
    does: TLS,
    deviation: NO_TLS,
  },
  {
    id: "3.1.2.1-1",
    level: "SHOULD",
    statement:
      "id_token_hint: the person of the ID token, if signed in, is answered positively; it may have expired",
    does: "Answers at once. Any key that is still published verifies the hint",
  },
  {
    id: "3.1.2.1-2",
    level: "SHOULD",
    statement: "id_token_hint: otherwise an error such as login_required",
    does: "login_required with prompt=none; else the sign-in page",
  },
  {
    id: "3.1.2.1-3",
    level: "MUST NOT",
    statement: "display, ui_locales and claims_locales that are not supported are no error",
    does: "Ignores what it does not know",
  },
  {
    id: "3.1.2.1-4",
    level: "SHOULD",
    statement: "Unrecognized parameters are ignored",
    does: "Ignores them",
  },
  {
    id: "3.1.2.1-5",
    level: "MUST",
    statement: "GET and POST at the authorization endpoint",
    does: "Both. A POST becomes a GET by 303, so that the session comes along",
  },
  {
    id: "3.1.2.1-6",
    level: "MUST",
    statement: "A request of OpenID Connect has the scope openid",
    does: "Without it, it is one of OAuth, and there is no ID token",
  },
  {
    id: "3.1.2.1-7",
    level: "SHOULD",
    statement: "Scopes that are not understood are ignored",
    does: "Ignores them; the answer has the scope that was given",
  },
  {
    id: "3.1.2.1-8",
    level: "MUST",
    statement: "redirect_uri is exactly a registered one",
    does: "A page otherwise, no redirect",
  },
  {
    id: "3.1.2.1-9",
    level: "SHOULD",
    statement: "display=page, popup and touch: pages that fit",
    does: "One layout fits all of them; wap gets it too",
  },
  {
    id: "3.1.2.1-10",
    level: "MUST NOT",
    statement: "prompt=none shows a page",
    does: "A code or an error, by redirect",
  },
  {
    id: "3.1.2.1-11",
    level: "MUST",
    statement: "prompt=none beside another value is an error",
    does: "invalid_request",
  },
  {
    id: "3.1.2.1-12",
    level: "SHOULD",
    statement: "prompt=login asks for another sign-in",
    does: "Asks, once per request",
  },
  {
    id: "3.1.2.1-13",
    level: "SHOULD",
    statement: "prompt=consent asks for consent",
    does: "Asks, though the person agreed before",
  },
  {
    id: "3.1.2.1-14",
    level: "SHOULD",
    statement: "prompt=select_account asks for an account",
    does: "Offers the one that is signed in, and others",
  },
  {
    id: "3.1.2.1-15",
    level: "MUST",
    statement: "A sign-in that is older than max_age is asked for again",
    does: "Asks; max_age=0 always does",
  },
  {
    id: "3.1.2.1-16",
    level: "MUST",
    statement: "With max_age the ID token has auth_time",
    does: "Always has it",
  },
  {
    id: "3.1.2.1-17",
    level: "SHOULD",
    statement: "prompt=none is answered without an id_token_hint as well",
    does: "It is",
  },
  {
    id: "3.1.2.2-1",
    level: "MUST NOT",
    statement: "The answer is about another person than the one of a wanted sub or of id_token_hint",
    does: "Asks for that person, or answers login_required with prompt=none",
  },
  {
    id: "3.1.2.2-2",
    level: "MUST",
    statement: "The hint is an ID token of this issuer",
    does: "By signature, type, issuer and audience; another one is refused",
  },
  {
    id: "3.1.2.2-3",
    level: "MUST",
    statement: "Every fault has an error response",
    does: "By redirect, or as a page if there is no address to trust",
  },
  {
    id: "3.1.2.3-1",
    level: "MUST",
    statement: "A person who is not signed in signs in",
    does: "The sign-in page leads back to the request",
  },
  {
    id: "3.1.2.3-2",
    level: "MUST",
    statement: "prompt=login authenticates again",
    does: "Asks, also a person who is signed in",
  },
  {
    id: "3.1.2.3-3",
    level: "MUST NOT",
    statement: "prompt=none interacts with the person",
    does: "login_required or consent_required",
  },
  {
    id: "3.1.2.3-4",
    level: "MUST",
    statement: "Measures against forged requests and against clickjacking",
    does: "Forms with a token of this browser; no page can be framed",
  },
  {
    id: "3.1.2.4-1",
    level: "MUST",
    statement: "The person decides before anything is released",
    does: "The consent page, unless the person allowed as much before",
  },
  {
    id: "3.1.2.5-1",
    level: "MUST",
    statement: "The answer has the parameters of RFC 6749 §4.1.2 in the query",
    does: "code, state, iss; form_post and fragment if asked for",
  },
  {
    id: "3.1.2.6-1",
    level: "MUST NOT",
    statement: "An invalid redirect URI is redirected to",
    does: "A page",
  },
  {
    id: "3.1.2.6-2",
    level: "MUST",
    statement: "error, and state if the request had it",
    does: "Both, and iss",
  },
  {
    id: "3.1.2.6-3",
    level: "SHOULD NOT",
    statement: "Errors have other parameters",
    does: "Besides error, error_description, state and iss none",
  },
];
