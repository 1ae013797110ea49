/** RFC 7517: JSON Web Key, as far as it binds a server that publishes a key set. */
import type { Ledger } from "./row.ts";

export const RFC_7517: Ledger = {
  source: "RFC 7517",
  title: "JSON Web Key (JWK)",
  rows: [
    {
      id: "4.1-1",
      level: "MUST",
      statement: "kty is in every JWK",
      does: "Every key has kty, kid, use and alg beside its public members",
    },
    {
      id: "4.5-1",
      level: "SHOULD",
      statement: "Different keys of a set have different kids",
      does: "kid is the thumbprint of the public key (RFC 7638), and the key of its row",
    },
    {
      id: "5.1-1",
      level: "MUST",
      statement: "A key set has the member keys, an array of JWKs",
      does: "It has keys and no other member",
    },
    {
      id: "8.5.2-1",
      level: null,
      statement: "The media type of a key set is application/jwk-set+json",
      does: "It is",
    },
    {
      id: "9.2-1",
      level: "MUST",
      statement: "Private and symmetric keys are protected from disclosure",
      does: "Private keys are sealed in the database; the key set is built of the members that are public by name; there are no symmetric keys",
    },
  ],
};
