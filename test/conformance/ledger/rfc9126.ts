/** RFC 9126: OAuth 2.0 Pushed Authorization Requests (PAR). */
import type { Ledger } from "./row.ts";

export const RFC_9126: Ledger = {
  source: "RFC 9126",
  title: "OAuth 2.0 Pushed Authorization Requests",
  rows: [
    {
      id: "2-1",
      level: "MUST",
      statement:
        "The endpoint takes a form by POST, with the parameters of the authorization endpoint and of all extensions",
      does: "Keeps every parameter of the request, and reads it as the authorization endpoint does",
    },
    {
      id: "2-2",
      level: "MUST",
      statement: "The rules of client authentication at the token endpoint apply",
      does: "The same table of methods decides; a public client names itself",
    },
    {
      id: "2-3",
      level: "MUST",
      statement: "The URL of the endpoint is https",
      does: "It is made from the issuer",
      notApplicable: "the issuer decides; it is https except on this machine",
    },
    {
      id: "2.1-1",
      level: "MUST",
      statement: "1. The client is authenticated in the same way as at the token endpoint",
      does: "It is, before anything else is read",
    },
    {
      id: "2.1-2",
      level: "MUST",
      statement: "2. A request with request_uri is rejected",
      does: "invalid_request",
    },
    {
      id: "2.1-3",
      level: "MUST",
      statement: "3. The request is validated as one at the authorization endpoint",
      does: "By the same checks, all of them",
    },
    {
      id: "2.2-1",
      level: "MUST",
      statement: "Success is 201 with request_uri and expires_in, a positive number of seconds",
      does: "90 seconds by default",
    },
    {
      id: "2.2-2",
      level: "MUST",
      statement: "request_uri has a part that cannot be predicted or guessed",
      does: "256 random bits; the database has their digest",
    },
    {
      id: "2.2-3",
      level: "MUST",
      statement: "request_uri is bound to the client",
      does: "To the number of the client, which no other client ever has",
    },
    {
      id: "2.3-1",
      level: "MUST",
      statement: "Errors have the format of the token endpoint",
      does: "JSON; 401 for a client that fails to prove itself, otherwise 400",
    },
    {
      id: "2.3-2",
      level: "MUST",
      statement:
        "Error codes are those of the token endpoint and of the authorization endpoint; none is about the person",
      does: "invalid_request for a wrong redirect URI; prompt=none is no error here",
    },
    {
      id: "2.3-3",
      level: "MUST",
      statement: "405 for other methods than POST",
      does: "405 with Allow; 413 for long requests, 429 beyond a limit",
    },
    {
      id: "2.3-4",
      level: "MUST",
      statement: "A client that must use signed request objects is refused without one: 400 invalid_request",
      does: "It is",
    },
    {
      id: "2.4-1",
      level: "MUST",
      statement: "Redirect URIs match exactly, unless the server relaxes that for clients that authenticate",
      does: "They match exactly for every client",
    },
    {
      id: "3-1",
      level: "MUST",
      statement: "With request, all other parameters of the authorization request are in the object",
      does: "What stands beside the object does not count",
    },
    {
      id: "3-2",
      level: "MUST",
      statement: "2. The signature of the object is validated as RFC 9101 §6.2 says",
      does: "By a key of the client; encrypted ones are refused",
    },
    {
      id: "3-3",
      level: "MUST",
      statement: "3. An object with another client_id than the authenticated one is rejected",
      does: "So is one with another iss",
    },
    {
      id: "4-1",
      level: "MUST",
      statement: "An authorization request with client_id and request_uri is processed as RFC 9101 says",
      does: "The pushed parameters are the request; nothing else in the query counts",
    },
    {
      id: "4-2",
      level: "SHOULD",
      statement: "request_uri is used once; a reload may be answered",
      does: "The answer uses it up, in its own commit. A reload in the session that answered gets the same code while that is open",
    },
    {
      id: "4-3",
      level: "MUST",
      statement: "An expired request_uri is rejected",
      does: "A page says so; once a person came with it, they have an hour",
    },
    {
      id: "4-4",
      level: "MUST",
      statement: "A pushed request is validated as any other, if something may have changed since",
      does: "It is checked again, each time",
    },
    {
      id: "4-5",
      level: "MUST",
      statement: "Where only pushed requests are allowed, others are refused with invalid_request",
      does: "They are, with words",
    },
    {
      id: "5-1",
      level: "SHOULD",
      statement: "Metadata: pushed_authorization_request_endpoint",
      does: "It is there",
    },
    {
      id: "5-2",
      level: "MUST",
      statement: "Metadata: require_pushed_authorization_requests, false by default",
      does: "As the setting says",
    },
    {
      id: "6-1",
      level: "MUST",
      statement: "Client metadata: require_pushed_authorization_requests, false by default",
      does: "At each door; a client that registers itself may ask for it",
    },
    {
      id: "7.1-1",
      level: "MUST",
      statement: "request_uri cannot be guessed (RFC 9101 §10.2)",
      does: "A changed one is unknown",
    },
    {
      id: "7.2-1",
      level: "MUST",
      statement: "New redirect URIs are taken from authenticated clients only",
      does: "From none: only registered ones count",
    },
    {
      id: "7.3-1",
      level: "SHOULD",
      statement: "request_uri is for one use",
      does: "It gives one code",
    },
    {
      id: "7.4-1",
      level: "SHOULD",
      statement: "The request is checked against the client's policy when it is processed",
      does: "Redirect URIs, scopes, signatures and the state of the client are checked again",
    },
  ],
};
