/** The issuer's path, below which every page and endpoint is: "" or "/t" (RFC 8414 §3.1). */
export function issuerPath(issuer: string): string {
  const { pathname } = new URL(issuer);
  return pathname === "/" ? "" : pathname;
}
