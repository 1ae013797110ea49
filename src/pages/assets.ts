/** The files that pages load: the stylesheet, the mark, the logos of the operator, and two scripts. Nothing comes from other sites. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { ConfigurationError } from "../configuration/error.ts";
import type { Configuration } from "../configuration/schema.ts";
import type { Context } from "../operations/context.ts";
import type { Handler, Route } from "../platform/http.ts";
import type { ClientRecord } from "../store/tables.ts";
import { markColor, markPath, markSvg, type Scheme } from "./mark.ts";
import { PASSKEY_SCRIPT } from "./passkey-script.ts";
import { stylesheet, stylesheetPath } from "./style.ts";
import { pagePath } from "./urls.ts";

/** Caches may keep the files for ever, because their addresses change with the content. */
const FOR_EVER = "public, max-age=31536000, immutable";
/** For files that may change under the same address; after that the digest in the ETag decides. */
const AN_HOUR = "public, max-age=3600";
const LOGO_PATH = "/assets/logo";
const LOGO_LIMIT_BYTES = 1_048_576;

const digestOf = (content: string): string =>
  createHash("sha256").update(content).digest("base64url").slice(0, 12);

/**
 * Submits the only form of the page. The browser has not finished loading the page then, so the form's answer takes the
 * page's place in the history, and "back" leads to the page before it.
 */
const SUBMIT = "document.forms[0].submit();\n";
export const SUBMIT_SCRIPT = { path: `/assets/submit-${digestOf(SUBMIT)}.js`, text: SUBMIT } as const;

/** Where the files are, below the issuer. */
export const assetPaths = ({
  appearance: { accent_color: accent, logo },
  clients,
}: Configuration): string[] => [
  stylesheetPath(accent),
  PASSKEY_SCRIPT.path,
  SUBMIT_SCRIPT.path,
  ...new Set([markPath(accent, "light"), markPath(accent, "dark")]),
  ...(logo === undefined ? [] : [LOGO_PATH]),
  ...clients.flatMap((client) =>
    client.logo === undefined ? [] : [clientLogoPath(client.client_id, client.logo)],
  ),
];

/** The path of a declared client's logo. It says which client and which file, but not the names of either. */
const clientLogoPath = (clientId: string, file: string): `/${string}` =>
  `/assets/client-${createHash("sha256")
    .update(JSON.stringify([clientId, file]))
    .digest("hex")
    .slice(0, 20)}`;

/** The logo that the operator gave a client, as a path for pages; null if there is none. */
export function clientLogo(
  { configuration, issuer }: Pick<Context, "configuration" | "issuer">,
  { clientId, source }: Pick<ClientRecord, "clientId" | "source">,
): string | null {
  // A client of another source may have the identifier of one that the configuration declared once.
  if (source !== "configuration") return null;
  const logo = configuration.clients.find((declared) => declared.client_id === clientId)?.logo;
  return logo === undefined ? null : pagePath(issuer, clientLogoPath(clientId, logo));
}

/** Reads the logos once. Throws ConfigurationError if one cannot be shown. */
export function assetRoutes({ configuration }: Context): Route[] {
  const { accent_color: accent, logo } = configuration.appearance;
  const routes = [
    asset(stylesheetPath(accent), Buffer.from(stylesheet(accent)), "text/css; charset=utf-8", FOR_EVER),
    ...[PASSKEY_SCRIPT, SUBMIT_SCRIPT].map(({ path, text }) =>
      asset(path, Buffer.from(text), "text/javascript; charset=utf-8", FOR_EVER),
    ),
  ];
  const schemes: Scheme[] =
    markPath(accent, "light") === markPath(accent, "dark") ? ["light"] : ["light", "dark"];
  for (const scheme of schemes) {
    const svg = Buffer.from(markSvg(markColor(accent, scheme)));
    routes.push(asset(markPath(accent, scheme), svg, "image/svg+xml", FOR_EVER));
  }
  if (logo !== undefined) {
    const { bytes, type } = readLogo("appearance.logo", logo);
    routes.push(asset(LOGO_PATH, bytes, type, AN_HOUR));
  }
  for (const { client_id: clientId, logo: file } of configuration.clients) {
    if (file === undefined) continue;
    const { bytes, type } = readLogo(`The logo of the client '${clientId}'`, file);
    routes.push(asset(clientLogoPath(clientId, file), bytes, type, AN_HOUR));
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

function readLogo(whose: string, file: string): { bytes: Buffer; type: string } {
  const refuse = (why: string) => new ConfigurationError(`${whose}: ${file} ${why}`);
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
