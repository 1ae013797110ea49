/**
 * Cursors: where a page of a list ends. A cursor is for one list with one set of filters, and carries a MAC, so that no cursor that the
 * server did not make reaches the store (THREATS 45).
 */
import { timingSafeEqual } from "node:crypto";
import { parseRecordId, recordIdText } from "../credentials/credential.ts";
import type { ServerKeys } from "../platform/keys.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { RecordId } from "../protocol/identifiers.ts";

/** The last row of a page, by the columns that order the list. Identifiers are bytes. */
export type Place = Readonly<Record<string, string | number | RecordId>>;

const MAC_BYTES = 16;

const textOf = (place: Place): string =>
  JSON.stringify(
    Object.entries(place).map(([name, value]) =>
      value instanceof Uint8Array ? [name, recordIdText(value), "id"] : [name, value],
    ),
  );

const macOf = (keys: ServerKeys, list: string, text: string): Uint8Array =>
  keys.mac("cursor", list, text).slice(0, MAC_BYTES);

/** `list`: the path and the filters. */
export function makeCursor(keys: ServerKeys, list: string, place: Place): string {
  const text = textOf(place);
  return Buffer.concat([macOf(keys, list, text), Buffer.from(text)]).toString("base64url");
}

/** Throws `cursor_refused` for one that this server did not make for this list. */
export function readCursor(keys: ServerKeys, list: string, cursor: string): Place {
  const bytes = Buffer.from(cursor, "base64url");
  // One text for each cursor: the decoder passes over characters that it does not know.
  if (bytes.toString("base64url") !== cursor) throw new OAuthError("cursor_refused");
  const text = bytes.subarray(MAC_BYTES).toString();
  const mac = bytes.subarray(0, MAC_BYTES);
  if (mac.length !== MAC_BYTES || !timingSafeEqual(mac, macOf(keys, list, text)))
    throw new OAuthError("cursor_refused");
  const values = JSON.parse(text) as [string, string | number, "id"?][];
  return Object.fromEntries(
    values.map(([name, value, kind]) => [name, kind === "id" ? idOf(String(value)) : value]),
  );
}

function idOf(text: string): RecordId {
  const id = parseRecordId(text);
  if (id === null) throw new OAuthError("cursor_refused");
  return id;
}
