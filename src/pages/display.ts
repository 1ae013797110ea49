/** How what strangers wrote (client names, addresses, user agents) may appear on a page. JSX escapes it; this keeps it honest. */
import { isIPv4 } from "node:net";
import type { Configuration } from "../configuration/schema.ts";
import { isLoopback } from "../protocol/redirect-uri.ts";
import type { ClientRecord } from "../store/records.ts";

/** One line, without control characters or marks that reverse the direction of what follows, and not too long. */
export function displayText(text: string, maximum = 100): string {
  const line = text
    .replace(/[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, "")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
  const characters = [...line];
  return characters.length <= maximum ? line : `${characters.slice(0, maximum - 1).join("")}…`;
}

/** The client's name, or its identifier if it has none. */
export const clientName = (client: Pick<ClientRecord, "clientId" | "clientName">): string =>
  displayText(client.clientName ?? "") || displayText(client.clientId);

/** A link that a page may offer: http or https, nothing that runs. Null otherwise. */
export function webLink(uri: string | null): string | null {
  if (uri === null || !URL.canParse(uri)) return null;
  const { protocol, href, username, password } = new URL(uri);
  return (protocol === "https:" || protocol === "http:") && username === "" && password === "" ? href : null;
}

/** The host of a website. Hosts of other scripts appear in their ASCII form, so that look-alikes show. */
export function webHost(uri: string | null): string | null {
  const link = webLink(uri);
  return link === null ? null : new URL(link).host;
}

/** The website that an answer goes to; null if it goes to a program on the person's own device (RFC 8252 §7). */
export const returnHost = (redirectUri: string): string | null =>
  isLoopback(redirectUri) ? null : webHost(redirectUri);

/**
 * Whether a request from this address came from the computer of the person who reads it. That is sure only where the
 * server itself is reached by a loopback name: behind a proxy that nobody declared, everybody's address is a loopback
 * one, and to call a thief's device theirs would be the worst thing to tell them (THREATS 26).
 */
export const isOwnComputer = ({ issuer }: Pick<Configuration, "issuer">, address: string): boolean =>
  isLoopback(issuer) && (address === "::1" || (isIPv4(address) && address.startsWith("127.")));
