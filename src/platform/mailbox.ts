/** RFC 5322 §3.4: an address of mail, with the name that stands before it. */

export interface Mailbox {
  /** Empty if there is none. */
  readonly name: string;
  readonly address: string;
}

/** The parts that a mail needs of an address. Neither has a character that could end a line or a list of addresses. */
const ADDRESS = /^[^\s@<>()[\]\\,;:"]+@[^\s@<>()[\]\\,;:"]+$/;

/** Line breaks, and what cannot be seen. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Whether a mail can be sent to this text. It is stricter than a form that takes addresses: no quotes, no lists. */
export const isMailAddress = (text: string): boolean =>
  ADDRESS.test(text) && [...text].length <= 320 && !UNSEEN.test(text);

/** `auth@example.org`, or `Example <auth@example.org>`. Null for a text that is neither. */
export function parseMailbox(text: string): Mailbox | null {
  const [, quoted, address = text] = /^([^<>]*)<([^<>]*)>$/.exec(text.trim()) ?? [null, "", text.trim()];
  const name = (quoted ?? "").trim().replace(/^"(.*)"$/, "$1");
  if (!isMailAddress(address) || UNSEEN.test(name) || /["\\]/.test(name)) return null;
  return { name, address };
}
