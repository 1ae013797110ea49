/** RFC 8414 §2: the issuer, the URL that identifies this server. */

/** Why a text cannot be the issuer, in words that follow "it must be"; null if it can be. */
export function issuerFault(text: string): string | null {
  if (!URL.canParse(text)) return "an absolute URL such as https://auth.example.org";
  const url = new URL(text);
  // http is for requests within one machine. The operator gets a warning for every other host.
  if (url.protocol !== "https:" && url.protocol !== "http:") return "an https:// URL";
  if (text.includes("?") || text.includes("#")) return "without query and fragment (RFC 8414 section 2)";
  if (url.username !== "" || url.password !== "") return "without a user name or password";
  // The runtime reads such a part of a path as a pattern, and the server compares paths byte for byte.
  if (/\/[:*]/.test(url.pathname)) return "without a part of the path that begins with : or *";
  let path = url.pathname;
  while (path.endsWith("/")) path = path.slice(0, -1);
  // RFC 8414 §3.3: clients compare the issuer byte for byte.
  const written = url.origin + path;
  return written === text ? null : `written exactly as clients will compare it: ${written}`;
}

/** The issuer, read once. */
export interface Issuer {
  /** As clients compare it, byte for byte (RFC 8414 §3.3). */
  readonly identifier: string;
  readonly origin: string;
  /** With the port, unless it is the scheme's own. */
  readonly host: string;
  /** The path that every page and endpoint begins with: "" or "/t" (RFC 8414 §3.1). */
  readonly path: string;
  readonly isEncrypted: boolean;
  /** The absolute address of a page or an endpoint. */
  url(path: `/${string}`): string;
}

/** `identifier` is a text without `issuerFault`. */
export function parseIssuer(identifier: string): Issuer {
  const { origin, host, pathname, protocol } = new URL(identifier);
  return {
    identifier,
    origin,
    host,
    path: pathname === "/" ? "" : pathname,
    isEncrypted: protocol === "https:",
    url: (path) => identifier + path,
  };
}
