/**
 * The self-test: the operator's command sends a request to the issuer's address, and the server tells it how the request arrived.
 * Strangers learn nothing: the request carries a proof that only a process with the server's own key can make, and each proof
 * counts once. The answer carries a proof too, so that no other server passes for this one.
 */
import { version } from "../../package.json";
import type { Clock } from "../platform/clock.ts";
import type { Incoming } from "../platform/http.ts";
import type { ServerKeys } from "../platform/keys.ts";
import { type RandomBytes, timeOrderedId } from "../platform/random.ts";
import { sameText } from "../platform/same-text.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import { insert, type Store } from "../store/contract.ts";
import { once } from "../store/tables/once.ts";

/** Below the issuer. */
export const SELF_TEST_PATH = "/auth/self-test";

/** How a browser or a program reached this server, as the server saw it. */
export interface SeenRequest {
  /** Whether the connection to this process has TLS. */
  readonly encrypted: boolean;
  readonly host: string | null;
  readonly forwardedProto: string | null;
  readonly forwardedFor: string | null;
  /** The address that limits count, and that people see on the page of their account. */
  readonly address: string;
  /** Whether the request's cookie and its Authorization header arrived. */
  readonly cookie: boolean;
  readonly authorization: boolean;
  /** Why a page would say that it came by another address than the issuer; null if it would not. */
  readonly otherAddress: "insecure" | "other_host" | null;
  readonly program: string;
  readonly pid: number;
  /** In seconds since the epoch. */
  readonly startedAt: number;
  /** The server's clock, in milliseconds since the epoch. */
  readonly millis: number;
}

/** What the self-test sends to see what becomes of it. RFC 5737: no one has the address. */
export const PROBES = {
  cookie: "tessera_self_test=asked",
  authorization: "Tessera-Self-Test asked",
  forwardedFor: "192.0.2.1",
} as const;

/** The cookie of the answer, whose attributes are those of the session's cookie. */
export const answeredCookie = (isEncrypted: boolean): string =>
  `tessera_self_test=answered; Max-Age=60; Path=/; HttpOnly;${isEncrypted ? " Secure;" : ""} SameSite=Lax`;

/** How a request arrived. `otherAddress` is the verdict of the pages on it. */
export function seenRequest(
  { request, address }: Incoming,
  clock: Clock,
  otherAddress: SeenRequest["otherAddress"],
): SeenRequest {
  const { url, headers } = request;
  const now = clock.millis();
  return {
    encrypted: url.startsWith("https:"),
    host: headers.get("host"),
    forwardedProto: headers.get("x-forwarded-proto"),
    forwardedFor: headers.get("x-forwarded-for"),
    address,
    cookie: headers.get("cookie")?.includes(PROBES.cookie) ?? false,
    authorization: headers.get("authorization") === PROBES.authorization,
    otherAddress,
    program: version,
    pid: process.pid,
    startedAt: Math.floor((now - process.uptime() * 1000) / 1000),
    millis: now,
  };
}

interface SelfTestContext {
  readonly keys: ServerKeys;
  readonly clock: Clock;
}

/** Long enough for a slow way, and for clocks of nodes that differ a little. */
const VALID_SECONDS = 120;

const proofOf = (keys: ServerKeys, about: "question" | "answer", ...parts: string[]): string =>
  Buffer.from(keys.mac("self-test", about, ...parts)).toString("base64url");

/** The proof of a question: good once, for two minutes. */
export function newQuestion({
  keys,
  clock,
  random,
}: SelfTestContext & { readonly random: RandomBytes }): string {
  const id = Buffer.from(timeOrderedId(clock, random)).toString("base64url");
  const what = `${id}.${clock.seconds() + VALID_SECONDS}`;
  return `${what}.${proofOf(keys, "question", what)}`;
}

/** Whether the question is the operator's, and is asked for the first time. */
export async function acceptQuestion(
  { keys, clock, store }: SelfTestContext & { readonly store: Pick<Store, "commit"> },
  question: string,
): Promise<boolean> {
  const [id = "", end = "", proof = ""] = question.split(".");
  if (!sameText(proof, proofOf(keys, "question", `${id}.${end}`))) return false;
  const now = clock.seconds();
  const expiresAt = Number(end);
  if (!(expiresAt > now) || expiresAt > now + 2 * VALID_SECONDS) return false;
  const row = {
    kind: "self_test" as const,
    id: new Uint8Array(Buffer.from(id, "base64url")) as RecordId,
    expiresAt,
    resultId: null,
  };
  const { outcome } = await store.commit({ changes: [insert(once, row)] });
  return outcome === "committed";
}

/** The answer with its proof. */
export const answerQuestion = (
  { keys }: Pick<SelfTestContext, "keys">,
  question: string,
  seen: SeenRequest,
) => {
  const answer = JSON.stringify(seen);
  return { answer, proof: proofOf(keys, "answer", question, answer) };
};

/** The answer of this server to the question; null if it is not from a server with this key. */
export function readAnswer(
  { keys }: Pick<SelfTestContext, "keys">,
  question: string,
  body: unknown,
): SeenRequest | null {
  if (typeof body !== "object" || body === null || !("answer" in body) || !("proof" in body)) return null;
  const { answer, proof } = body;
  if (typeof answer !== "string" || typeof proof !== "string") return null;
  // Only a server with this key makes the proof, and it makes it of its own answers only.
  return sameText(proof, proofOf(keys, "answer", question, answer))
    ? (JSON.parse(answer) as SeenRequest)
    : null;
}
