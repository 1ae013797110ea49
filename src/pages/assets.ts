/** The files that pages load: the stylesheet, the mark and the operator's logo. Nothing comes from other sites. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { ConfigurationError } from "../configuration/error.ts";
import type { Configuration } from "../configuration/schema.ts";
import type { Context } from "../operations/context.ts";
import type { Handler, Route } from "../platform/http.ts";
import { markColor, markPath, markSvg, type Scheme } from "./mark.ts";
import { stylesheet, stylesheetPath } from "./style.ts";

/** Caches may keep the files for ever, because their addresses change with the content. */
const FOR_EVER = "public, max-age=31536000, immutable";
const LOGO_PATH = "/assets/logo";
const LOGO_LIMIT_BYTES = 1_048_576;

/** Where the files are, below the issuer. */
export const assetPaths = ({ appearance: { accent_color: accent, logo } }: Configuration): string[] => [
  stylesheetPath(accent),
  ...new Set([markPath(accent, "light"), markPath(accent, "dark")]),
  ...(logo === undefined ? [] : [LOGO_PATH]),
];

/** Reads the logo once. Throws ConfigurationError if it cannot be shown. */
export function assetRoutes({ configuration }: Context): Route[] {
  const { accent_color: accent, logo } = configuration.appearance;
  const routes = [
    asset(stylesheetPath(accent), Buffer.from(stylesheet(accent)), "text/css; charset=utf-8", FOR_EVER),
  ];
  const schemes: Scheme[] =
    markPath(accent, "light") === markPath(accent, "dark") ? ["light"] : ["light", "dark"];
  for (const scheme of schemes) {
    const svg = Buffer.from(markSvg(markColor(accent, scheme)));
    routes.push(asset(markPath(accent, scheme), svg, "image/svg+xml", FOR_EVER));
  }
  if (logo !== undefined) {
    const { bytes, type } = readLogo(logo);
    routes.push(asset(LOGO_PATH, bytes, type, "public, max-age=3600"));
  }
  return routes;
}

function asset(path: `/${string}`, bytes: Buffer, type: string, caching: string): Route {
  const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
  const headers = {
    "Content-Type": type,
    "Cache-Control": caching,
    ETag: etag,
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    // An SVG that is opened by itself is a document, which may only draw.
    "Content-Security-Policy":
      "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  };
  const GET: Handler = ({ request }) =>
    request.headers.get("if-none-match") === etag
      ? new Response(null, { status: 304, headers })
      : new Response(new Uint8Array(bytes), { headers });
  return { path, audience: "people", cors: "nobody", methods: { GET } };
}

function readLogo(file: string): { bytes: Buffer; type: string } {
  const refuse = (why: string) => new ConfigurationError(`appearance.logo: ${file} ${why}`);
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    throw refuse("cannot be read.");
  }
  if (bytes.length > LOGO_LIMIT_BYTES) throw refuse("is larger than 1 MiB.");
  const type = imageType(bytes);
  if (type === null) throw refuse("is no svg, png, jpeg or webp image.");
  return { bytes, type };
}

/** Goes by the content, so that a wrong file extension does no harm. */
function imageType(bytes: Buffer): string | null {
  if (bytes.subarray(0, 8).equals(Buffer.from("89504e470d0a1a0a", "hex"))) return "image/png";
  if (bytes.subarray(0, 3).equals(Buffer.from("ffd8ff", "hex"))) return "image/jpeg";
  if (bytes.toString("latin1", 0, 4) === "RIFF" && bytes.toString("latin1", 8, 12) === "WEBP") {
    return "image/webp";
  }
  const start = bytes.toString("utf8", 0, 4096).trimStart();
  return start.startsWith("<") && /<svg[\s>]/.test(start) ? "image/svg+xml" : null;
}
