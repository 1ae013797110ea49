/** Where a person opens an application. */
import type { ClientRecord } from "../store/tables.ts";

/**
 * OpenID Connect Core §4: the address that begins a sign-in at the application, for this issuer. Otherwise the address of its
 * website. Null if it has neither.
 */
export function launchAddress(
  { initiateLoginUri, clientUri }: Pick<ClientRecord, "initiateLoginUri" | "clientUri">,
  issuer: string,
): string | null {
  const text = initiateLoginUri ?? clientUri;
  if (text === null || !URL.canParse(text)) return null;
  const address = new URL(text);
  if (address.protocol !== "https:" && address.protocol !== "http:") return null;
  if (initiateLoginUri !== null) address.searchParams.set("iss", issuer);
  return address.href;
}
