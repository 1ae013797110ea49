/**
 * Forms that only our own pages can send. Each carries a token that is bound to the browser's cookie, to the purpose
 * of the form and, where needed, to what it is about; and what the browser says of the sender is heeded
 * (THREATS 26, 28, 29, 32).
 */
import type { Context } from "../context.ts";
import { newRecordId, parseRecordId, recordIdText } from "../credentials/credential.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import { FORM_TYPE, type Incoming, readBody } from "../platform/http.ts";
import { sameText } from "../platform/same-text.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import { type Parameters, parseParameters } from "../protocol/parameters.ts";
import { PageError } from "./page-error.ts";

/** What a form is for. A token of one purpose is worth nothing for another. */
export type FormPurpose = "login" | "logout" | "device" | "account" | "setup" | "consent";

/** The name of the hidden field with the token. */
export const FORM_TOKEN = "form_token";

export interface OpenForm {
  /** Goes into the hidden field `form_token`. */
  readonly token: string;
  /** What the form is bound to: the browser's cookie, or the one in `setCookie`. */
  readonly cookieValue: string;
  /** The `Set-Cookie` header to send along if the browser had no cookie yet. */
  readonly setCookie: string | null;
}

/** Opens a form on a page. `boundData` is what the form is about; then `readForm` must be told where it is. */
export function openForm(
  context: Context,
  incoming: Incoming,
  purpose: FormPurpose,
  boundData = "",
): OpenForm {
  const { sessions, clock, configuration } = context;
  const known = sessions.cookieValue(incoming.request);
  const cookieValue = known ?? sessions.anonymousCookieValue();
  const expiresAt = clock.seconds() + configuration.lifetimes.form_seconds;
  return {
    token: `${expiresAt.toString(36)}.${tokenMac(context, cookieValue, purpose, boundData, expiresAt)}`,
    cookieValue,
    setCookie: known === null ? sessions.setCookie(cookieValue) : null,
  };
}

/**
 * Reads a form that was sent. Throws PageError unless it is one that `openForm` opened for this browser and purpose,
 * and BodyError or OAuthError if it cannot be read. `boundField` names the field with the data the token is bound to.
 */
export async function readForm(
  context: Context,
  incoming: Incoming,
  purpose: FormPurpose,
  boundField?: string,
): Promise<Parameters> {
  refuseForeignSender(context, incoming.request);
  const { limits } = context.configuration;
  const body = await readBody(incoming.request, FORM_TYPE, limits.request_body_bytes);
  const form = parseParameters(body, limits.parameters_per_request).refuseRepeated();
  const cookieValue = context.sessions.cookieValue(incoming.request);
  const [expiry = "", mac = "", ...rest] = form.get(FORM_TOKEN)?.split(".") ?? [];
  const expiresAt = parseExpiry(expiry);
  const boundData = boundField === undefined ? "" : (form.get(boundField) ?? "");
  if (
    cookieValue === null ||
    rest.length > 0 ||
    expiresAt <= context.clock.seconds() ||
    !sameText(mac, tokenMac(context, cookieValue, purpose, boundData, expiresAt))
  ) {
    throw new PageError("form_expired");
  }
  return form;
}

/** Data that travels through a form and comes back unchanged, in the same browser, in time. */
export interface UnsealedData {
  readonly text: string;
  /** Of this sealing alone, so that the store can let it be spent once. */
  readonly id: RecordId;
  readonly expiresAt: EpochSeconds;
}

/** Signs data for a hidden field. Anyone can read it; nobody can change it or use it in another browser. */
export function sealFormData(
  context: Context,
  cookieValue: string,
  purpose: FormPurpose,
  text: string,
): string {
  const id = recordIdText(newRecordId(context.clock, context.random));
  const expiresAt = context.clock.seconds() + context.configuration.lifetimes.form_seconds;
  const encoded = Buffer.from(text).toString("base64url");
  const mac = sealMac(context, cookieValue, purpose, id, expiresAt, encoded);
  return [id, expiresAt.toString(36), encoded, mac].join(".");
}

/** Throws PageError `form_expired` unless `sealFormData` made it for this cookie and purpose, and in time. */
export function unsealFormData(
  context: Context,
  cookieValue: string | null,
  purpose: FormPurpose,
  sealed: string | undefined,
): UnsealedData {
  const [idText = "", expiry = "", encoded = "", mac = "", ...rest] = sealed?.split(".") ?? [];
  const id = parseRecordId(idText);
  const expiresAt = parseExpiry(expiry);
  if (
    id === null ||
    cookieValue === null ||
    rest.length > 0 ||
    expiresAt <= context.clock.seconds() ||
    !sameText(mac, sealMac(context, cookieValue, purpose, idText, expiresAt, encoded))
  ) {
    throw new PageError("form_expired");
  }
  return { text: Buffer.from(encoded, "base64url").toString("utf8"), id, expiresAt };
}

/**
 * Browsers say from where a form was sent. `Sec-Fetch-Site` cannot be forged by a page, so it decides where it is
 * there. `Origin` is `null` in our own forms too, because our pages send no referrer (Fetch, "serializing a request
 * origin"), so only another origin's name speaks against the sender; the token decides the rest.
 */
function refuseForeignSender({ configuration }: Context, request: Request): void {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) {
    if (site !== "same-origin" && site !== "none") throw new PageError("form_foreign");
    return;
  }
  const origin = request.headers.get("origin");
  if (origin !== null && origin !== "null" && origin !== new URL(configuration.issuer).origin) {
    throw new PageError("form_foreign");
  }
}

function tokenMac(
  { keys }: Context,
  cookieValue: string,
  purpose: FormPurpose,
  boundData: string,
  expiresAt: number,
): string {
  const mac = keys.mac("form", "token", cookieValue, purpose, boundData, String(expiresAt));
  return Buffer.from(mac).toString("base64url");
}

function sealMac(
  { keys }: Context,
  cookieValue: string,
  purpose: FormPurpose,
  id: string,
  expiresAt: number,
  encoded: string,
): string {
  const mac = keys.mac("form", "sealed", cookieValue, purpose, id, String(expiresAt), encoded);
  return Buffer.from(mac).toString("base64url");
}

/** 0, long past, if it is none. */
const parseExpiry = (text: string): number => (/^[0-9a-z]{1,9}$/.test(text) ? Number.parseInt(text, 36) : 0);
