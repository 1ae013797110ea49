/** The files that pages load: the stylesheet, the mark, the pictures of the operator, and two scripts. Nothing comes from other sites. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { PICTURES } from "../configuration/appearance-schema.ts";
import { ConfigurationError } from "../configuration/error.ts";
import type { Configuration } from "../configuration/schema.ts";
import type { Context } from "../operations/context.ts";
import type { Handler, Route } from "../platform/http.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { markColor, markPath, markSvg } from "./mark.ts";
import type { Scheme } from "./palette.ts";
import { PASSKEY_SCRIPT } from "./passkey-script.ts";
import { type Look, stylesheet, stylesheetPath } from "./style.ts";
import { pagePath } from "./urls.ts";

/** Caches may keep the files for ever, because their addresses change with the content. */
const FOR_EVER = "public, max-age=31536000, immutable";
/** For files that may change under the same address; after that the digest in the ETag decides. */
const AN_HOUR = "public, max-age=3600";
const PICTURE_LIMIT_BYTES = 1_048_576;

type Appearance = Configuration["appearance"];

/** Where the operator's pictures are. Those behind the card have names that the stylesheet finds beside it. */
const PICTURE_PATHS = {
  logo: "/assets/logo",
  logo_dark: "/assets/logo-dark",
  background_image: "/assets/background",
  background_image_dark: "/assets/background-dark",
} as const satisfies Record<(typeof PICTURES)[number], `/assets/${string}`>;

/** The path of one of the operator's pictures; null if there is none. */
export const picturePath = (
  appearance: Pick<Appearance, (typeof PICTURES)[number]>,
  name: (typeof PICTURES)[number],
): `/${string}` | null => (appearance[name] === undefined ? null : PICTURE_PATHS[name]);

/** The operator's wishes, as the stylesheet takes them. */
export function lookOf(appearance: Appearance): Look {
  const file = (name: "background_image" | "background_image_dark") =>
    picturePath(appearance, name)?.slice("/assets/".length);
  return {
    accent: appearance.accent_color,
    ground: { light: appearance.background_color, dark: appearance.background_color_dark },
    picture: { light: file("background_image"), dark: file("background_image_dark") },
  };
}

const digestOf = (content: string): string =>
  createHash("sha256").update(content).digest("base64url").slice(0, 12);

/**
 * Submits the only form of the page. The browser has not finished loading the page then, so the form's answer takes the
 * page's place in the history, and "back" leads to the page before it.
 */
const SUBMIT = "document.forms[0].submit();\n";
export const SUBMIT_SCRIPT = { path: `/assets/submit-${digestOf(SUBMIT)}.js`, text: SUBMIT } as const;

/** Where the files are, below the issuer. */
export const assetPaths = ({ appearance, clients }: Configuration): string[] => [
  stylesheetPath(lookOf(appearance)),
  PASSKEY_SCRIPT.path,
  SUBMIT_SCRIPT.path,
  ...new Set([markPath(appearance.accent_color, "light"), markPath(appearance.accent_color, "dark")]),
  ...PICTURES.flatMap((name) => picturePath(appearance, name) ?? []),
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

/** Reads the pictures once. Throws ConfigurationError if one cannot be shown. */
export function assetRoutes({ configuration }: Context): Route[] {
  const { appearance } = configuration;
  const { accent_color: accent } = appearance;
  const look = lookOf(appearance);
  const routes = [
    asset(stylesheetPath(look), Buffer.from(stylesheet(look)), "text/css; charset=utf-8", FOR_EVER),
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
  for (const name of PICTURES) {
    const file = appearance[name];
    if (file === undefined) continue;
    const { bytes, type } = readPicture(`appearance.${name}`, file);
    routes.push(asset(PICTURE_PATHS[name], bytes, type, AN_HOUR));
  }
  for (const { client_id: clientId, logo: file } of configuration.clients) {
    if (file === undefined) continue;
    const { bytes, type } = readPicture(`The logo of the client '${clientId}'`, file);
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

function readPicture(whose: string, file: string): { bytes: Buffer; type: string } {
  const refuse = (why: string) => new ConfigurationError(`${whose}: ${file} ${why}`);
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    throw refuse("cannot be read.");
  }
  if (bytes.length > PICTURE_LIMIT_BYTES) throw refuse("is larger than 1 MiB.");
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
