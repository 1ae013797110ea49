/** RFC 8628: Device Authorization Grant. */
import type { Ledger } from "./row.ts";
import { NO_TLS } from "./tls.ts";

export const RFC_8628: Ledger = {
  source: "RFC 8628",
  title: "Device Authorization Grant",
  rows: [
    {
      id: "3.1-1",
      level: "MUST",
      statement: "client_id in the device authorization request, unless the client authenticates",
      does: "Without either: 401 `invalid_client`",
    },
    {
      id: "3.1-2",
      level: "MUST",
      statement: "All requests from the device use TLS, according to BCP 195",
      does: "Listeners with `tls` speak TLS 1.2 and 1.3, and nothing older",
      deviation: NO_TLS,
    },
    {
      id: "3.1-3",
      level: "MUST",
      statement: "Treat parameters without a value as omitted",
      does: "An empty `scope` means the client's default scopes",
    },
    {
      id: "3.1-4",
      level: "MUST",
      statement: "Ignore unrecognized request parameters",
      does: "Ignored",
    },
    {
      id: "3.1-5",
      level: "MUST NOT",
      statement: "Include request and response parameters more than once",
      does: "A repeated one is `invalid_request`, except `resource` (RFC 8707); a response has every member once",
    },
    {
      id: "3.2-1",
      level: "MUST",
      statement: "device_code in the response",
      does: "Always there",
    },
    {
      id: "3.2-2",
      level: "MUST",
      statement: "user_code in the response",
      does: "Always there: `WDJB-MJHT`",
    },
    {
      id: "3.2-3",
      level: "MUST",
      statement: "verification_uri in the response",
      does: "Always there: the issuer and `/device`",
    },
    {
      id: "3.2-4",
      level: "MUST",
      statement: "expires_in in the response",
      does: "Always there: the actual lifetime, to the second",
    },
    {
      id: "3.3-1",
      level: "MUST",
      statement: "The user can begin at verification_uri and supply the user code",
      does: "The page at `/device` asks for sign-in, then for the code, then for consent",
    },
    {
      id: "3.3-2",
      level: "SHOULD NOT",
      statement: "The user code is part of verification_uri",
      does: "It is not; only `verification_uri_complete` has it",
    },
    {
      id: "3.3.1-1",
      level: "SHOULD",
      statement: "A user with verification_uri_complete sees the user code and compares it",
      does: "The page shows the code under “Does your device show this code?” and asks for a yes or no",
    },
    {
      id: "3.4-1",
      level: "MUST",
      statement: "grant_type in the device access token request",
      does: "Without: `invalid_request`",
    },
    {
      id: "3.4-2",
      level: "MUST",
      statement: "Its value is urn:ietf:params:oauth:grant-type:device_code",
      does: "A device code yields no token under another grant type",
    },
    {
      id: "3.4-3",
      level: "MUST",
      statement: "device_code in the device access token request",
      does: "Without: `invalid_request`",
    },
    {
      id: "3.4-4",
      level: "MUST",
      statement: "client_id in it, unless the client authenticates",
      does: "Without either: 401 `invalid_client`",
    },
    {
      id: "3.4-5",
      level: "MUST",
      statement: "A client with credentials authenticates",
      does: "Without its secret: 401 `invalid_client`, for the codes and for the tokens",
    },
    {
      id: "3.5-1",
      level: "MUST",
      statement: "slow_down increases the interval by 5 seconds for this and all later requests",
      does: "Each `slow_down` adds 5 seconds for that device code",
    },
    {
      id: "5.1-1",
      level: "SHOULD",
      statement: "User codes have enough entropy that guessing is infeasible together with rate limits",
      does: "20^8 codes that live 15 minutes; 10 wrong ones per person and 20 per address in that time",
    },
    {
      id: "5.2-1",
      level: "SHOULD",
      statement: "Device codes have very high entropy",
      does: "32 random bytes",
    },
    {
      id: "5.4-1",
      level: "SHOULD",
      statement:
        "Tell the user that they authorize a device, and have them confirm that it is in their possession",
      does: "The page asks whether their device shows the code, and warns to allow only what they started themselves",
    },
    {
      id: "5.4-2",
      level: "SHOULD",
      statement: "Display information about the device",
      does: "The page shows its client, user agent and address, and the time of the request",
    },
    {
      id: "6.1-1",
      level: "SHOULD",
      statement: "The characters of user codes are not easily confused",
      does: "20 consonants: no vowels, no digits, no Y",
    },
  ],
};
