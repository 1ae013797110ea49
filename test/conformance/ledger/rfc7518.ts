/** RFC 7518: JSON Web Algorithms, as far as it binds a server that makes and publishes signing keys. */
import type { Ledger } from "./row.ts";

export const RFC_7518: Ledger = {
  source: "RFC 7518",
  title: "JSON Web Algorithms (JWA)",
  rows: [
    {
      id: "3.3-1",
      level: "MUST",
      statement: "RSA keys have 2048 bits or more (also §3.5, for PS256)",
      does: "New keys have 2048",
    },
    {
      id: "6.2.1.2-1",
      level: "MUST",
      statement: "A coordinate of a curve has its full length, leading zeros included (also §6.2.1.3)",
      does: "It has",
    },
    {
      id: "6.3.1.1-1",
      level: "MUST",
      statement: "The modulus has no byte more than it needs",
      does: "It begins with a byte that is not zero",
    },
  ],
};
