/** A refused request as it is kept: what it sent, without secrets. */
import { withoutCredentials } from "../credentials/credential.ts";
import type { Clock } from "../platform/clock.ts";
import { type Incoming, splitTarget } from "../platform/http.ts";
import type { OAuthError } from "../protocol/errors.ts";
import {
  cutName,
  foreignText,
  type Refused,
  secretsIn,
  sentFacts,
  withoutTexts,
} from "../rules/refusal-record.ts";

type Pairs = readonly (readonly [string, string])[];

/** Longer texts are not read again. */
const READ_CHARACTERS = 16_384;

/** What was answered. */
export interface Answered extends Omit<OAuthError, "reason" | "error" | "name" | "message" | "with"> {
  readonly reason: string;
  readonly error: string;
}

export function refusedRequest(
  { clock }: { readonly clock: Clock },
  error: Answered,
  incoming: Incoming,
): Refused {
  const { request, path, query, requestId } = incoming;
  const header = request.headers.get("authorization");
  const pairs = [...formPairs(query), ...bodyPairs(incoming.body ?? "")];
  const basic = basicCredentials(header);
  const secrets = [...(basic === null ? [] : [basic.password]), ...(header?.split(" ").slice(1) ?? [])];
  const sent = sentFacts(pairs, header, secrets, withoutCredentials);
  const named = error.detail.clientId ?? pairs.find(([name]) => name === "client_id")?.[1] ?? basic?.user;
  const clean = withoutTexts([...secrets, ...secretsIn(pairs)]);
  return {
    requestId,
    clientId: named === undefined ? null : cutName(clean(named), withoutCredentials),
    endpoint: cutName(splitTarget(path).path, withoutCredentials),
    method: request.method.slice(0, 10),
    status: error.status,
    error: error.error,
    reason: error.reason,
    // Some name the value that was sent.
    description: foreignText(clean(error.description), 400, withoutCredentials),
    address: incoming.address,
    sent,
    at: clock.seconds(),
  };
}

/** The runtime's reader, which is lenient: a text that is malformed is a reason for a refusal. */
const formPairs = (text: string): Pairs =>
  text === "" ? [] : [...new URLSearchParams(text.slice(0, READ_CHARACTERS))].slice(0, 100);

/** A form, or the members of a JSON object (RFC 7591). */
function bodyPairs(body: string): Pairs {
  if (!body.trimStart().startsWith("{")) return formPairs(body);
  if (body.length > READ_CHARACTERS) return [];
  try {
    const members: Record<string, unknown> = JSON.parse(body);
    return Object.entries(members)
      .slice(0, 100)
      .flatMap(([name, value]) =>
        (Array.isArray(value) ? value.slice(0, 20) : [value]).map((each): [string, string] => [
          name,
          typeof each === "string" ? each : (JSON.stringify(each) ?? ""),
        ]),
      );
  } catch {
    return [];
  }
}

/** RFC 7617. Null for another scheme. */
function basicCredentials(header: string | null): { user: string; password: string } | null {
  const encoded = /^basic +(\S+) *$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return null;
  const [user = "", ...rest] = Buffer.from(encoded, "base64").toString().split(":");
  const password = rest.join(":");
  return { user: formDecoded(user), password: formDecoded(password) };
}

/** RFC 6749 §2.3.1: both halves are form-encoded. */
const formDecoded = (text: string): string =>
  new URLSearchParams(`x=${text.replaceAll("&", "%26")}`).get("x") ?? "";
