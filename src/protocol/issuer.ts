/** RFC 8414 §2: the issuer, the URL that says who this server is. */

/** Why a text cannot be the issuer, in words that follow "it must be"; null if it can be. */
export function issuerFault(text: string): string | null {
  if (!URL.canParse(text)) return "an absolute URL such as https://auth.example.org";
  const url = new URL(text);
  // http is for a machine that talks to itself; elsewhere the operator is warned.
  if (url.protocol !== "https:" && url.protocol !== "http:") return "an https:// URL";
  if (text.includes("?") || text.includes("#")) return "without query and fragment (RFC 8414 §2)";
  if (url.username !== "" || url.password !== "") return "without a user name or password";
  let path = url.pathname;
  while (path.endsWith("/")) path = path.slice(0, -1);
  // RFC 8414 §3.3: clients compare the issuer byte for byte.
  const written = url.origin + path;
  return written === text ? null : `written exactly as clients will compare it: ${written}`;
}

/** The issuer's path, below which every page and endpoint is: "" or "/t" (RFC 8414 §3.1). */
export function issuerPath(issuer: string): string {
  const { pathname } = new URL(issuer);
  return pathname === "/" ? "" : pathname;
}
