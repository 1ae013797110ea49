/** Prepares texts of strangers (client names, addresses, user agents) for a page. JSX escapes them; this keeps them honest. */
import { isIPv4 } from "node:net";
import { nameInLanguage } from "../clients/localized.ts";
import type { Issuer } from "../protocol/issuer.ts";
import { withoutStackedMarks, withoutUnseen } from "../protocol/names.ts";
import { isLoopback } from "../protocol/redirect-uri.ts";
import { isVouchedFor } from "../rules/client.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import type { Texts } from "./texts.ts";

/** One short line, without characters that hide, turn the text around or draw over the page (protocol/names.ts). */
export function displayText(text: string, maximum = 100): string {
  // What was between two spaces may be gone.
  const seen = withoutUnseen(text.replace(/[\p{Cc}\s]+/gu, " ")).replace(/\s+/gu, " ");
  // A mark after a space at the beginning is one at the beginning as soon as the space is gone.
  const line = withoutStackedMarks(seen.replace(/^[\p{M}\s\u200C\u200D]+/u, "")).trim();
  const characters = [...line];
  return characters.length <= maximum ? line : `${characters.slice(0, maximum - 1).join("")}…`;
}

type Named = Pick<ClientRecord, "clientId" | "clientName" | "localized">;

/** The client's name in the language of the page, or its identifier if it has none. */
export const clientName = (client: Named, { language }: Pick<Texts, "language">): string =>
  displayText(nameInLanguage(client, language) ?? "") || displayText(client.clientId);

/** The client's name in a sentence, marked if the operator does not vouch for the client. */
export const markedName = (
  client: Named & Pick<ClientRecord, "source" | "vouchedAt">,
  registration: { readonly vouched: boolean },
  texts: Texts,
): string => {
  const name = clientName(client, texts);
  return isVouchedFor(client, registration) ? name : texts.common.unverifiedName(name);
};

/** A link that a page may offer: http or https only, since other schemes may run code. Null otherwise. */
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

/** What the address of a program on the device says of it: the loopback host, or its own scheme. */
export const programAddress = (redirectUri: string): string =>
  isLoopback(redirectUri)
    ? new URL(redirectUri).hostname
    : displayText(redirectUri.slice(0, redirectUri.indexOf(":") + 1));

/**
 * Whether a request from this address came from the computer of the person who reads the page. That is certain only if
 * the issuer is a loopback name: behind an undeclared proxy every client has a loopback address, and the page would call a
 * thief's device the person's own (THREATS 26).
 */
export const isOwnComputer = ({ identifier }: Pick<Issuer, "identifier">, address: string): boolean =>
  isLoopback(identifier) && (address === "::1" || (isIPv4(address) && address.startsWith("127.")));
