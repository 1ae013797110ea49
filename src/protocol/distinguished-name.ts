/**
 * RFC 4514: distinguished names as operators write them, and as certificates have them. Two names are the same if their parts are, as
 * caseIgnoreMatch of RFC 4517 §4.2.11 compares them.
 */

export interface NameAttribute {
  /** The object identifier of its type: "2.5.4.3". */
  readonly type: string;
  readonly value: string;
}

/** From the most general part to the most specific one, as in a certificate. A part is a set, mostly of one attribute. */
export type DistinguishedName = readonly (readonly NameAttribute[])[];

/** RFC 4514 §3, RFC 4519, and those that certificates of banks and authorities have. */
const TYPES: Readonly<Record<string, string>> = {
  C: "2.5.4.6",
  CN: "2.5.4.3",
  DC: "0.9.2342.19200300.100.1.25",
  EMAILADDRESS: "1.2.840.113549.1.9.1",
  GIVENNAME: "2.5.4.42",
  L: "2.5.4.7",
  O: "2.5.4.10",
  ORGANIZATIONIDENTIFIER: "2.5.4.97",
  OU: "2.5.4.11",
  SERIALNUMBER: "2.5.4.5",
  SN: "2.5.4.4",
  ST: "2.5.4.8",
  STREET: "2.5.4.9",
  TITLE: "2.5.4.12",
  UID: "0.9.2342.19200300.100.1.1",
};

/** Parts beyond this number stand in no certificate. */
const MOST_ATTRIBUTES = 50;

/** `CN=client,O=Bank,C=DE`: RFC 4514 §2.1 writes the most specific part first. Null if the text is no such name. */
export function parseDistinguishedName(text: string): DistinguishedName | null {
  const parts: NameAttribute[][] = [[]];
  let count = 0;
  for (let rest = text; ; ) {
    const read = readAttribute(rest);
    count += 1;
    if (read === null || count > MOST_ATTRIBUTES) return null;
    parts.at(-1)?.push(read.attribute);
    if (read.end === "") break;
    if (read.end === ",") parts.push([]);
    rest = read.rest;
  }
  return parts.reverse();
}

function readAttribute(text: string): { attribute: NameAttribute; end: string; rest: string } | null {
  const [all = "", name = ""] = /^ *([A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)+) *= */.exec(text) ?? [];
  const type = /^[0-9]/.test(name) ? name : TYPES[name.toUpperCase()];
  if (type === undefined || all === "") return null;
  const bytes: number[] = [];
  // What stands escaped is kept; spaces at the end that are not go.
  let kept = 0;
  let at = all.length;
  for (; at < text.length; at += 1) {
    const character = text[at] ?? "";
    if (character === "," || character === "+") break;
    if (character === "\\") {
      const [pair] = /^[0-9A-Fa-f]{2}/.exec(text.slice(at + 1, at + 3)) ?? [];
      const special = text[at + 1] ?? "";
      if (pair !== undefined) bytes.push(Number.parseInt(pair, 16));
      else if (/^[ "#+,;<=>\\]$/.test(special)) bytes.push(special.charCodeAt(0));
      else return null;
      at += pair === undefined ? 1 : 2;
      kept = bytes.length;
      continue;
    }
    if (/["<>;\0]/.test(character)) return null;
    // A character of two units of UTF-16 is one of UTF-8.
    const whole = String.fromCodePoint(text.codePointAt(at) ?? 0);
    at += whole.length - 1;
    bytes.push(...new TextEncoder().encode(whole));
    if (character !== " ") kept = bytes.length;
  }
  // A value in hexadecimal DER is one that no one types.
  if (kept === 0 || text[all.length] === "#") return null;
  try {
    const value = new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(bytes.slice(0, kept)));
    return { attribute: { type, value }, end: text[at] ?? "", rest: text.slice(at + 1) };
  } catch {
    return null;
  }
}

const fold = ({ type, value }: NameAttribute): string =>
  `${type}=${value.normalize("NFKC").toLowerCase().trim().replace(/\s+/g, " ")}`;

const folded = (name: DistinguishedName): string => JSON.stringify(name.map((part) => part.map(fold).sort()));

export const isSameName = (one: DistinguishedName, other: DistinguishedName): boolean =>
  one.length > 0 && folded(one) === folded(other);
