/**
 * The process of the contender `signature`. It signs the text of an ID token, or verifies the signature of an access
 * token, as often as it can. It has as many under way at once as wrk has requests, because WebCrypto works in threads.
 */
import { Histogram } from "../load/histogram.ts";
import type { LoadResult } from "../wrk.ts";
import type { SignatureJob } from "./signature.ts";

const AT_ONCE = 32;

/** RFC 7518 §3.3 and §3.4. */
const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const RSA_KEYS = { ...RSA, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** The length of header and claims of an ID token, in base64url. */
const TEXT = new TextEncoder().encode("x".repeat(620));

type Turn = () => Promise<boolean>;

/** Makes the keys before the load, because an RSA key costs as much as hundreds of signatures. */
async function prepareTurns(): Promise<Readonly<Record<string, Turn>>> {
  const rsa = await crypto.subtle.generateKey(RSA_KEYS, false, ["sign", "verify"]);
  const ecdsa = await crypto.subtle.generateKey(ECDSA, false, ["sign", "verify"]);
  const signed = await crypto.subtle.sign(RSA, rsa.privateKey, TEXT);
  const asserted = await crypto.subtle.sign(ECDSA, ecdsa.privateKey, TEXT);
  return {
    "code-rs256": async () => (await crypto.subtle.sign(RSA, rsa.privateKey, TEXT)).byteLength > 0,
    "code-es256": async () => (await crypto.subtle.sign(ECDSA, ecdsa.privateKey, TEXT)).byteLength > 0,
    "private-key-jwt": () => crypto.subtle.verify(ECDSA, ecdsa.publicKey, asserted, TEXT),
    "introspection-jwt": () => crypto.subtle.verify(RSA, rsa.publicKey, signed, TEXT),
  };
}

async function run(turn: Turn | undefined, { workload, seconds }: SignatureJob): Promise<LoadResult> {
  if (turn === undefined) throw new Error(`There is no ${workload} of signatures alone.`);
  const latencies = new Histogram();
  let unexpected = 0;
  const begunAt = performance.now();
  const endAt = begunAt + seconds * 1000;
  const one = async () => {
    for (let sentAt = begunAt; sentAt < endAt; sentAt = performance.now()) {
      if (!(await turn())) unexpected += 1;
      latencies.add((performance.now() - sentAt) * 1000);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  const micros = (performance.now() - begunAt) * 1000;
  return {
    ...{ requests: latencies.count, micros, unexpected, failed: 0, exhausted: false },
    ...latencies.percentiles(),
  };
}

if (import.meta.main) {
  const turns = await prepareTurns();
  process.on("message", async (job: SignatureJob) => process.send?.(await run(turns[job.workload], job)));
  process.on("disconnect", () => process.exit());
  console.log("ready");
}
