/** The pictures of people (OpenID Connect Core §5.1, `picture`). The address is all that it takes to see one. */
import type { Context } from "../operations/context.ts";
import { findPicture } from "../operations/people.ts";
import { type Handler, NO_SNIFFING, queryOf } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import { parsePictureId, pictureQuery } from "../rules/picture.ts";

/** A new picture has a new address. A day, so that a picture that was taken away is not shown for long. */
const A_DAY = "public, max-age=86400, immutable";

export const picture =
  (context: Pick<Context, "store">): Handler =>
  async (incoming) => {
    const [text, ...others] = queryOf(incoming).getAll("id");
    const id = text === undefined || others.length > 0 ? null : parsePictureId(text);
    const found = id === null ? null : await findPicture(context, id);
    if (found === null) throw new OAuthError("not_found");
    const etag = `"${pictureQuery(found.id).id}"`;
    const headers = {
      "Content-Type": found.mediaType,
      "Cache-Control": A_DAY,
      ETag: etag,
      ...NO_SNIFFING,
      // Applications show the picture on their own pages.
      "Cross-Origin-Resource-Policy": "cross-origin",
      "Content-Security-Policy": "default-src 'none'; sandbox",
    };
    return incoming.request.headers.get("if-none-match") === etag
      ? new Response(null, { status: 304, headers })
      : new Response(new Uint8Array(found.bytes), { headers });
  };
