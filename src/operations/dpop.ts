/** RFC 9449: a client shows that it has a key, by a proof in the header DPoP. */
import { createHash } from "node:crypto";
import { importPublicKey } from "../keys/foreign-key.ts";
import { isSignedWith } from "../keys/verify.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import type { Incoming } from "../platform/http.ts";
import type { ServerKeys } from "../platform/keys.ts";
import { type Confirmation, confirmationOf, type Proven, thumbprintIn } from "../protocol/bindings.ts";
import { DPOP_HEADER, type DpopProof, malformed, parseProof } from "../protocol/dpop.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { Parameters } from "../protocol/parameters.ts";
import { thumbprintInput } from "../protocol/public-jwk.ts";
import { requireProofAlgorithm } from "../rules/binding.ts";
import { requireFitting } from "../rules/dpop-proof.ts";
import type { Act } from "../rules/events.ts";
import type { SignedOnce } from "../rules/once.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import type { Context } from "./context.ts";
import type { Possession } from "./possession.ts";
import { useOnce } from "./single-use.ts";

export type DpopContext = Pick<
  Context,
  "store" | "events" | "clock" | "keys" | "issuer" | "configuration" | "seenLately"
>;

/** RFC 9449 §8: a nonce counts in the stretch of time in which it was made, and in the next one. */
const NONCE_SECONDS = 300;

/**
 * The nonces that count now, the newest first. A keyed digest of the time makes them, so that every node knows them and none is stored.
 * A client without the server's key can know none in advance.
 */
function noncesAt(keys: Pick<ServerKeys, "mac">, now: EpochSeconds): readonly [string, string] {
  const stretch = Math.floor(now / NONCE_SECONDS);
  const of = (number: number) => Buffer.from(keys.mac("dpop nonce", String(number))).toString("base64url");
  return [of(stretch), of(stretch - 1)];
}

/**
 * What the proof of a request shows; null if there is none. `accessToken`: the text of the token that the request carries. Throws
 * `invalid_dpop_proof` or `use_dpop_nonce`.
 */
export function showKey(
  context: DpopContext,
  act: Act,
  incoming: Incoming,
  accessToken: string | null,
): Promise<Possession> | null {
  const header = incoming.request.headers.get(DPOP_HEADER);
  return header === null ? null : shown(context, act, incoming, header, accessToken);
}

async function shown(
  context: DpopContext,
  act: Act,
  incoming: Incoming,
  header: string,
  accessToken: string | null,
): Promise<Possession> {
  const { configuration, clock, keys, issuer } = context;
  const { nonces: mode, proof_seconds, signing_algorithms } = configuration.dpop;
  const mtls = configuration.client_certificates?.url;
  // RFC 9449 §4.3: not more than one. The runtime joins headers of one name by a comma, which no JWT has.
  if (header.includes(",")) throw new OAuthError("dpop_proofs_several");
  const proof = parseProof(header, signing_algorithms);
  const now = clock.seconds();
  const nonces = mode === "off" ? null : noncesAt(keys, now);
  // RFC 9449 §8.2: with every answer, so that the next request has it.
  if (nonces !== null && proof.claims.nonce !== nonces[0]) incoming.dpopNonce = nonces[0];
  const single = requireFitting(proof, {
    method: incoming.request.method,
    // RFC 8705 §5: clients with certificates find the endpoint at another address too.
    urls: [issuer.origin + incoming.path, ...(mtls === undefined ? [] : [mtls + incoming.path])],
    now,
    seconds: proof_seconds,
    ath: accessToken === null ? null : sha256(accessToken),
    nonces,
  });
  // The signature comes last, because it costs the most.
  if (!(await isSignedByItsKey(proof))) throw new OAuthError("dpop_proof_signature");
  const thumbprint = sha256(thumbprintInput(proof.jwk));
  const confirmation = confirmationOf("jkt", thumbprint);
  let used: Promise<Proven> | undefined;
  return {
    shown: confirmation,
    algorithm: proof.algorithm,
    use() {
      used ??= use(context, act, confirmation, [thumbprint, proof.jti], single);
      return used;
    },
  };
}

async function isSignedByItsKey({ jwk, algorithm, text }: DpopProof): Promise<boolean> {
  const key = await importPublicKey(jwk, algorithm);
  if ("fault" in key) throw malformed(`the jwk in its header ${key.fault}`);
  return isSignedWith(key, algorithm, text);
}

/** RFC 9449 §11.1: each proof counts once, also on another node and after a restart. */
async function use(
  context: DpopContext,
  act: Act,
  confirmation: Confirmation,
  parts: readonly string[],
  text: SignedOnce,
): Promise<Proven> {
  if (!(await useOnce(context, act, "dpop_proof", parts, text))) throw new OAuthError("dpop_proof_replayed");
  return confirmation as Proven;
}

/**
 * RFC 9449 §10.1: the two ways in which a pushed authorization request names the key of its code, the parameter dpop_jkt and a proof. The
 * value is the one for the parameter, under which the request is kept; undefined if the request names no key. Throws
 * `invalid_dpop_proof` if the two differ, and if the proof is none.
 */
export async function pushedKey(
  context: DpopContext,
  act: Act,
  incoming: Incoming,
  parameters: Parameters,
  client: { readonly clientId: string } & Pick<ClientRecord, "securityProfile">,
): Promise<string | undefined> {
  const named = parameters.get("dpop_jkt");
  const possession = await showKey(context, act, incoming, null);
  if (possession === null) return named;
  requireProofAlgorithm(client, possession.algorithm);
  const proven = await possession.use();
  const thumbprint = proven === null ? "" : thumbprintIn(proven);
  if (named !== undefined && named !== thumbprint) throw new OAuthError("dpop_jkt_mismatch");
  return thumbprint;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("base64url");
