/** Faulty requests to the authorization endpoint, and the errors for the client. */
import { type AuthorizationParameters, challengeOf, VERIFIER } from "../support/code-flow.ts";

/** Larger than the limit of a body. */
export const BIG = "x".repeat(70_000);

/** The parameter, its value (or values, or none), and the error; "page" if a page shows it to the person. */
export type Row = readonly [string, AuthorizationParameters[string], string];
const ofEach = (name: string, error: string, values: readonly (string | undefined)[]): Row[] =>
  values.map((value) => [name, value, error]);
const doubled = (name: string, value: string, error = "invalid_request"): Row[] => [
  [name, [value, value], error],
  [name, [value, "x"], error],
];
const challenge = challengeOf(VERIFIER);
export const AUTHORIZATION: readonly Row[] = [
  ...ofEach("client_id", "page", [undefined, "", "nobody", "WEB", " web", "web\n", BIG]),
  ...doubled("client_id", "web", "page"),
  ...ofEach("redirect_uri", "page", [undefined, "", "x", "https://client.example/", BIG]),
  ...doubled("redirect_uri", "https://client.example/callback", "page"),
  ...ofEach("response_type", "invalid_request", [undefined, ""]),
  ...ofEach("response_type", "unsupported_response_type", [
    "token",
    "CODE",
    "code token",
    "none",
    "code ",
    BIG,
  ]),
  ...doubled("response_type", "code"),
  ...ofEach("scope", "invalid_scope", ["everything", "introspect everything", '"', "é", "a\tb", BIG]),
  ...doubled("scope", "mail.read"),
  ...doubled("state", "a state"),
  ...ofEach("code_challenge", "invalid_request", [
    undefined,
    "",
    challenge.slice(1),
    `${challenge}A`,
    `${challenge}=`,
  ]),
  ...ofEach("code_challenge", "invalid_request", [
    `${challenge.slice(1)}+`,
    `${challenge.slice(0, -1)}N`,
    BIG,
  ]),
  ...doubled("code_challenge", challenge),
  ...ofEach("code_challenge_method", "invalid_request", [
    undefined,
    "",
    "plain",
    "s256",
    "S512",
    "none",
    "S256 ",
    BIG,
  ]),
  ...doubled("code_challenge_method", "S256"),
  ...ofEach("resource", "invalid_target", [
    "x",
    "https://other.example/",
    "https://mail.example/#x",
    "mail",
    BIG,
  ]),
  ["resource", ["https://mail.example/", "https://other.example/"], "invalid_target"],
  ...ofEach("prompt", "invalid_request", ["x", "NONE", "none login", "none create", BIG]),
  ...doubled("prompt", "login"),
  ...ofEach("max_age", "invalid_request", ["-1", "x", "1e3", "1.5", " 1", "0x10", "99999999999", BIG]),
  ...doubled("max_age", "1"),
  ...ofEach("response_mode", "invalid_request", [
    "QUERY",
    "form-post",
    "query.JWT",
    "jwt ",
    "form_post.jwt.jwt",
    "query fragment",
    BIG,
  ]),
  ...doubled("response_mode", "query"),
  ...ofEach("request", "invalid_request_object", [
    "x",
    "e30.e30.",
    "eyJhbGciOiJub25lIn0.e30",
    "eyJhbGciOiJub25lIn0.e30.x",
    "eyJhbGciOiJub25lIn0.W10.",
    "eyJhbGciOiJkaXIifQ.e30.e30.e30.e30",
    BIG,
  ]),
  ...doubled("request", "x"),
  ...ofEach("request_uri", "request_uri_not_supported", ["urn:example:request", "https://evil.example/"]),
  ...doubled("request_uri", "x"),
  ...ofEach("registration", "registration_not_supported", ["{}", "x"]),
  ...["login_hint", "ui_locales", "nonce", "tessera_reauthenticated_after", "unheard_of"].flatMap((name) =>
    doubled(name, "x"),
  ),
];
