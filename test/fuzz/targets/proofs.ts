/** DPoP proofs: what strangers sign, and the addresses in them. */

import fc from "fast-check";
import { DPOP_ALGORITHMS as ALGORITHMS, parseProof } from "../../../src/protocol/dpop.ts";
import { thumbprintInput } from "../../../src/protocol/public-jwk.ts";
import { isSameAddress, requireFitting } from "../../../src/rules/dpop-proof.ts";
import { mustBe, refusedWith } from "../checks.ts";
import { property, type Target } from "../target.ts";
import { anyText, spoilt, textOf } from "../texts.ts";

const URL = "https://auth.example/auth/token";
const NOW = 1_800_000_000;

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const X = "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs";
const Y = "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA";
const JWK = { kty: "EC", crv: "P-256", x: X, y: Y };

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    1e300,
    0.5,
    "",
    [],
    {},
    "P-256",
    "RSA",
    "oct",
    X,
    NOW,
    "POST",
    URL,
  ),
  anyText,
);
/** An object of which some members are gone, odd, or one more. */
const disturbed = (members: Readonly<Record<string, unknown>>) =>
  fc
    .array(
      fc.tuple(fc.constantFrom(...Object.keys(members), "d", "k", "use", "crit", "__proto__", "ath"), odd),
      {
        maxLength: 3,
      },
    )
    .map((changes) => Object.fromEntries([...Object.entries(members), ...changes]));

const claims = disturbed({ jti: "-BwC3ESc6acc2lTc", htm: "POST", htu: URL, iat: NOW });
const header = fc
  .tuple(disturbed({ typ: "dpop+jwt", alg: "ES256" }), fc.oneof(disturbed(JWK), odd))
  .map(([members, jwk]) => ({ jwk, ...members }));

const text = fc.oneof(
  fc.tuple(header, claims).map(([head, body]) => `${encoded(head)}.${encoded(body)}.c2lnbmF0dXJl`),
  spoilt(
    fc.constant(
      `${encoded({ typ: "dpop+jwt", alg: "ES256", jwk: JWK })}.${encoded({ jti: "x", htm: "POST", htu: URL, iat: NOW })}.c2ln`,
    ),
  ),
);

const proofs = property("DPoP proofs", 500, text, (proof) => {
  let read: ReturnType<typeof parseProof> | undefined;
  const refused = refusedWith(["dpop_proof_malformed"], () => {
    read = parseProof(proof, ALGORITHMS);
  });
  if (refused || read === undefined) return;
  const input: Record<string, unknown> = JSON.parse(thumbprintInput(read.jwk));
  mustBe(Object.keys(input).join(), Object.keys(input).sort().join(), "in the order of names (RFC 7638 §3)");
  mustBe(
    Object.keys(read.jwk).some((name) => ["d", "k", "p", "q"].includes(name)),
    false,
    "public",
  );
  const { claims: said, jti } = read;
  mustBe(jti.length > 0 && jti.length <= 256, true, "an identifier");
  const isUnfit = refusedWith(["dpop_proof_mismatch", "dpop_proof_untimely"], () => {
    requireFitting(
      { claims: said },
      { method: "POST", urls: [URL], now: NOW, seconds: 300, ath: null, nonces: null },
    );
  });
  if (!isUnfit) mustBe(Math.abs(Number(said.iat) - NOW) <= 300, true, "of about now");
});

const address = fc.oneof(
  spoilt(fc.constant(URL)),
  textOf([
    "https://",
    "http://",
    "auth.example",
    "AUTH",
    ":443",
    "/",
    "..",
    ".",
    "%2e",
    "%7E",
    "?",
    "#",
    "@",
    "[::1]",
  ]),
);
const addresses = property("addresses in DPoP proofs", 500, address, (htu) => {
  if (!isSameAddress(htu, URL)) return;
  mustBe(new globalThis.URL(htu).origin, "https://auth.example", "the same origin");
  mustBe(isSameAddress(URL, htu), true, "the same the other way round");
});

export const PROOF_TARGETS: readonly Target[] = [proofs, addresses];
