/** RFC 7517 §5: the key set, with which clients and resource servers verify what this server signed. Public keys only. */
import { createHash } from "node:crypto";
import type { Context } from "../operations/context.ts";
import { type Handler, NO_SNIFFING } from "../platform/http.ts";
import type { PublicJwk } from "../store/tables/keys.ts";

/** Not longer than the least `signing.publish_seconds`: a key set that is kept this long has every key before it signs. */
const MAX_AGE_SECONDS = 300;

/** What is sent for as long as the keys are the same. */
interface KeySet {
  readonly keys: readonly PublicJwk[];
  readonly body: string;
  readonly etag: string;
  readonly headers: Headers;
  readonly unchanged: Headers;
}

function keySet(keys: readonly PublicJwk[]): KeySet {
  const body = JSON.stringify({ keys });
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  const common = { "Cache-Control": `public, max-age=${MAX_AGE_SECONDS}`, ETag: etag, ...NO_SNIFFING };
  return {
    keys,
    body,
    etag,
    // RFC 7517 §8.5.2.
    headers: new Headers({ ...common, "Content-Type": "application/jwk-set+json" }),
    unchanged: new Headers(common),
  };
}

export function jwks({ signingKeys }: Pick<Context, "signingKeys">): Handler {
  let last = keySet([]);
  return async ({ request }) => {
    const keys = await signingKeys.published();
    if (keys !== last.keys) last = keySet(keys);
    const { body, etag, headers, unchanged } = last;
    const known = request.headers.get("if-none-match");
    return known !== null && names(known, etag)
      ? new Response(null, { status: 304, headers: unchanged })
      : new Response(body, { headers });
  };
}

/** RFC 9110 §13.1.2: a weak comparison, as proxies that compress make an ETag weak. */
const names = (tags: string, etag: string): boolean =>
  tags
    .split(",")
    .map((tag) => tag.trim().replace(/^W\//, ""))
    .some((tag) => tag === etag || tag === "*");
