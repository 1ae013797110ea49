/** RFC 9470: OAuth 2.0 Step Up Authentication Challenge Protocol. What binds the authorization server, and the guard in examples/. */
import type { Ledger } from "./row.ts";

export const RFC_9470: Ledger = {
  source: "RFC 9470",
  title: "OAuth 2.0 Step Up Authentication Challenge Protocol",
  rows: [
    {
      id: "3-1",
      level: "MUST",
      statement: "A challenge with insufficient_user_authentication says what would do: acr_values, max_age",
      does: "Userinfo names the level; the guard in examples/ names both, as the demand has them",
    },
    {
      id: "4-1",
      level: "SHOULD",
      statement: "A client that is challenged sends acr_values and max_age to the authorization endpoint",
      does: "Both are taken there, and count",
    },
    {
      id: "5-1",
      level: "SHOULD",
      statement: "acr_values and max_age are honored, and a failure is unmet_authentication_requirements",
      does: "The person is asked for what is missing. With prompt=none, and for an essential level that does not exist, the answer is that error",
    },
    {
      id: "6.1-1",
      level: "MUST",
      statement: "acr and auth_time in a JWT access token say how and when the person signed in",
      does: "They are there in each JWT for a person",
    },
    {
      id: "6.2-1",
      level: "MUST",
      statement: "acr and auth_time in introspection say how and when the person signed in",
      does: "They are there for each access token of a person",
    },
    {
      id: "7-1",
      level: "SHOULD",
      statement: "acr_values_supported in the metadata says that acr_values and max_age count",
      does: "The levels are there",
    },
  ],
};
