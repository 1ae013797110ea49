/** RFC 7517 §5: the key set, with which clients and resource servers verify what this server signed. Public keys only. */
import { createHash } from "node:crypto";
import type { Context } from "../operations/context.ts";
import { type Handler, NO_SNIFFING } from "../platform/http.ts";

/** Much shorter than `signing.publish_seconds`: a key set that is kept this long has every key before it signs. */
const MAX_AGE_SECONDS = 300;

export const jwks =
  ({ signingKeys }: Pick<Context, "signingKeys">): Handler =>
  async ({ request }) => {
    const body = JSON.stringify({ keys: await signingKeys.published() });
    const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
    const headers = {
      "Cache-Control": `public, max-age=${MAX_AGE_SECONDS}`,
      ETag: etag,
      ...NO_SNIFFING,
    };
    // RFC 9110 §13.1.2: a weak comparison, as proxies that compress make an ETag weak.
    const known = request.headers
      .get("if-none-match")
      ?.split(",")
      .map((tag) => tag.trim().replace(/^W\//, ""));
    if (known?.some((tag) => tag === etag || tag === "*"))
      return new Response(null, { status: 304, headers });
    // RFC 7517 §8.5.2.
    return new Response(body, { headers: { ...headers, "Content-Type": "application/jwk-set+json" } });
  };
