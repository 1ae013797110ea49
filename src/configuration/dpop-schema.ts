/** Access tokens that are bound to a key of their client (RFC 9449). */
import * as v from "valibot";
import { DPOP_ALGORITHMS } from "../protocol/dpop.ts";
import { seconds, table } from "./values.ts";

export const dpop = v.pipe(
  v.optional(
    table({
      required: v.pipe(
        v.optional(v.boolean(), false),
        v.description(
          "Whether every client must prove a key and gets no bearer token. `dpop_bound_access_tokens` asks it of one client.",
        ),
      ),
      nonces: v.pipe(
        v.optional(v.picklist(["off", "required"]), "off"),
        v.description(
          "required: each proof must have a value that this server gave out minutes ago, so that none can be made in advance. Clients ask once more for it.",
        ),
      ),
      proof_seconds: seconds(
        "How old a proof may be. Each is remembered as long, so that none is used twice.",
        300,
        15,
        3600,
      ),
      signing_algorithms: v.pipe(
        v.optional(v.pipe(v.array(v.picklist(DPOP_ALGORITHMS)), v.minLength(1)), [...DPOP_ALGORITHMS]),
        v.description(
          'The algorithms with which proofs may be signed. FAPI 2.0: ["PS256", "ES256", "EdDSA", "Ed25519"].',
        ),
      ),
    }),
    {},
  ),
  v.description("DPoP (RFC 9449): access tokens that work only with a key of their client."),
);
