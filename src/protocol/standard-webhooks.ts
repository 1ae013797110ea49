/** Standard Webhooks 1.0: the form of a secret, and the headers by which a receiver knows who sent a request and when. */
import { createHmac } from "node:crypto";
import type { EpochSeconds } from "../platform/clock.ts";

const SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;

/** The bytes of a secret; null if it has not the form `whsec_` and 24 to 64 bytes in base64. */
export function signingKeyOf(secret: string): Uint8Array | null {
  const encoded = SECRET.exec(secret)?.[1];
  if (encoded === undefined) return null;
  const key = Buffer.from(encoded, "base64");
  return key.length >= 24 && key.length <= 64 && key.toString("base64") === encoded ? key : null;
}

export interface SignedRequest {
  /** The same at each attempt. */
  readonly id: string;
  /** When this attempt is made. */
  readonly timestamp: EpochSeconds;
  readonly body: string;
}

/** The headers of one attempt. Each secret signs, so that a receiver that has only one of them can verify. */
export function signedHeaders(
  secrets: readonly string[],
  { id, timestamp, body }: SignedRequest,
): Record<string, string> {
  const signatures = secrets
    .flatMap((secret) => signingKeyOf(secret) ?? [])
    .map((key) => `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`);
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatures.join(" "),
  };
}
