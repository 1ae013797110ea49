/** OpenID Connect Back-Channel Logout 1.0, the rules for a provider. */
import type { Ledger } from "./row.ts";

export const BACK_CHANNEL_LOGOUT: Ledger = {
  source: "Back-Channel Logout",
  title: "OpenID Connect Back-Channel Logout 1.0",
  rows: [
    {
      id: "2.1-1",
      level: "SHOULD",
      statement: "Metadata says whether logout tokens have a sid",
      does: "backchannel_logout_supported and backchannel_logout_session_supported are true",
    },
    {
      id: "2.1-2",
      level: "MUST",
      statement: "If sid is supported, ID tokens have it too",
      does: "Each ID token of a session has it: another name of the session for each client, the same in its logout token",
    },
    {
      id: "2.2-1",
      level: "MUST NOT",
      statement: "The back-channel logout URI has no fragment, and is absolute",
      does: "Registration, the configuration and the command line refuse others",
    },
    {
      id: "2.2-2",
      level: "MUST",
      statement: "A query of the URI is retained",
      does: "The request goes to the URI as it was registered",
    },
    {
      id: "2.3-1",
      level: "MUST",
      statement: "The server knows which RPs the person signed in to",
      does: "Keeps the grant of a client with such a URI as long as a session may last, also when its tokens have expired",
    },
    {
      id: "2.4-1",
      level: "MUST",
      statement: "iss, aud, iat, exp, jti and events, and sub or sid",
      does: "All of them, both sub and sid; exp is two minutes after iat",
    },
    {
      id: "2.4-2",
      level: "MUST NOT",
      statement: "A logout token has no nonce",
      does: "It has none",
    },
    {
      id: "2.4-3",
      level: "MUST",
      statement: "A logout token is signed, with the keys and the algorithm of ID tokens",
      does: "By the same function as the client's ID tokens; never by none",
    },
    {
      id: "2.4-4",
      level: "SHOULD",
      statement: "typ is logout+jwt",
      does: "It is; and no such token counts as an ID token or an access token",
    },
    {
      id: "2.5-1",
      level: "MUST",
      statement: "An HTTP POST of a form with logout_token to the registered URI",
      does: "Sends that and nothing else",
    },
    {
      id: "2.5-2",
      level: "SHOULD NOT",
      statement: "No retransmission except after errors that may pass",
      does: "Tries again after no answer, 408, 425, 429 and 5xx; not after another status or a redirect",
    },
    {
      id: "2.5-3",
      level: "SHOULD",
      statement: "A retransmission is delayed",
      does: "Ten seconds at first, then twice as long each time, up to an hour, for a day",
    },
    {
      id: "2.7-1",
      level: "SHOULD",
      statement: "Refresh tokens of the session without offline_access are revoked",
      does: "Their grants end in the commit that ends the session, with their access tokens",
    },
    {
      id: "2.7-2",
      level: "SHOULD NOT",
      statement: "Refresh tokens with offline_access are not revoked",
      does: "They stay",
    },
    {
      id: "2.8-1",
      level: "SHOULD",
      statement: "204 counts as success like 200",
      does: "Every 2xx does",
    },
    {
      id: "4-1",
      level: "SHOULD",
      statement: "Logout tokens expire within two minutes",
      does: "In two minutes; each attempt has a token of its own",
    },
  ],
};
