/** Initiating User Registration via OpenID Connect 1.0. */
import type { Ledger } from "./row.ts";

export const PROMPT_CREATE: Ledger = {
  source: "Prompt Create",
  title: "Initiating User Registration via OpenID Connect (Prompt Create) 1.0",
  rows: [
    {
      id: "4.1-1",
      level: "MUST",
      statement: "create: the person is shown how to make an account rather than the sign-in",
      does: "The page for new accounts, if the operator lets people make them, and then back to the application",
    },
    {
      id: "4.1-2",
      level: "SHOULD",
      statement: "A prompt value that is not in prompt_values_supported is invalid_request",
      does: "It is, and the description names the values",
      deviation:
        "Without a page for new accounts `create` does nothing and the person signs in: applications send it for a button of theirs, whatever the server can do",
    },
    {
      id: "4.2-1",
      level: "MUST",
      statement: "prompt_values_supported has create, and all other values, if it is supported",
      does: "It has create as long as people may make accounts",
    },
  ],
};
