/**
 * Forms that only our own pages can send. Each carries a token that is bound to the browser's cookie, to the purpose of
 * the form and, where needed, to its data. The headers in which the browser names the sender are checked too (THREATS 26,
 * 28, 29, 32).
 */

import { parseRecordId, recordIdText } from "../credentials/credential.ts";
import { newFormId } from "../operations/authorization.ts";
import type { Context } from "../operations/context.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import { BodyError, FORM_TYPE, type Incoming, readBody, readMultipart } from "../platform/http.ts";
import { sameText } from "../platform/same-text.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import { Parameters, parseParameters } from "../protocol/parameters.ts";
import { PageError } from "./page-error.ts";
import type { Texts } from "./texts.ts";

/** The purpose of a form. A token for one purpose does not work for another. */
export type FormPurpose =
  | "approval"
  | "backchannel"
  | "login"
  | "logout"
  | "device"
  | "account"
  | "passkeys"
  | "second_factor"
  | "second_factor_onward"
  | "setup"
  | "console"
  | "consent"
  | "notice"
  | "link"
  | "forgot"
  | "sign_up"
  | "sign_in_code"
  | "invite";

/** The name of the hidden field with the token. */
export const FORM_TOKEN = "form_token";

/** The name of the box by which a person says that they began what an unverified application asks. */
export const ACKNOWLEDGED = "acknowledged";

export interface OpenForm {
  /** Goes into the hidden field `form_token`. */
  readonly token: string;
  /** The cookie to which the form is bound: the browser's, or the one in `setCookie`. */
  readonly cookieValue: string;
  /** The `Set-Cookie` header to send along if the browser had no cookie yet. */
  readonly setCookie: string | null;
}

/** Opens a form on a page. `boundData` binds the token to data, which `readForm` finds by `boundField`. */
export function openForm(
  context: Context,
  incoming: Incoming,
  purpose: FormPurpose,
  boundData = "",
): OpenForm {
  const { sessionCookie } = context;
  const known = sessionCookie.read(incoming.request);
  const cookieValue = known ?? sessionCookie.anonymous();
  return {
    token: formToken(context, cookieValue, purpose, boundData),
    cookieValue,
    setCookie: known === null ? sessionCookie.write(cookieValue) : null,
  };
}

/** The token of a form for the browser with this cookie, which the same answer may set. */
export function formToken(
  context: Context,
  cookieValue: string,
  purpose: FormPurpose,
  boundData = "",
): string {
  const expiresAt = context.clock.seconds() + context.configuration.lifetimes.form_seconds;
  return `${expiresAt.toString(36)}.${tokenMac(context, cookieValue, purpose, boundData, expiresAt)}`;
}

export interface Submitted {
  readonly form: Parameters;
  /** Whether `openForm` opened it for this browser and purpose, and not too long ago. Otherwise the form proves nothing. */
  readonly isFresh: boolean;
  /** False: the browser does not keep the cookie, so none of its forms will ever be fresh. */
  readonly hasCookie: boolean;
}

/** Why a form with a password is not fresh, in words. */
export const staleWords = (
  { issuer }: Pick<Context, "issuer">,
  { forms }: Pick<Texts, "forms">,
  hasCookie: boolean,
): string => (hasCookie ? forms.stalePassword : `${forms.cookieless} ${issuer.identifier}`);

/**
 * Reads a submitted form, even if it is stale, so that the page can show it again as the person filled it in. A page does
 * nothing that a stale form asks for. Throws PageError for a form that another site sends, and BodyError or OAuthError if
 * it cannot be read. `boundField` names the field with the data to which the token is bound.
 */
export const readForm = (
  context: Context,
  incoming: Incoming,
  purpose: FormPurpose,
  boundField?: string,
): Promise<Submitted> =>
  submitted(context, incoming, { purpose, boundField }, async () => ({
    form: await readFields(context, incoming),
  }));

/** A submitted form with a file. */
export interface Uploaded extends Submitted {
  /** Null if the person chose none. */
  readonly file: Uint8Array | null;
}

/**
 * Reads a form with one file, in the field `field`. Its token is in the body, so the body is read before the token is checked:
 * the caller has checked that the person is signed in. Throws as `readForm` does.
 */
export const readUpload = (
  context: Context,
  incoming: Incoming,
  purpose: FormPurpose,
  { field, limitBytes }: { readonly field: string; readonly limitBytes: number },
): Promise<Uploaded> =>
  submitted(context, incoming, { purpose }, async ({ request }) => {
    const { limits } = context.configuration;
    const parts = await readMultipart(request, limitBytes + limits.request_body_bytes);
    const texts = new Map<string, readonly string[]>();
    let file: Uint8Array | null = null;
    let count = 0;
    for (const [name, value] of parts) {
      count += 1;
      if (count > limits.parameters_per_request) throw new OAuthError("too_many_parameters");
      if (typeof value === "string") {
        if (value.includes("\u0000") || value.includes("\uFFFD"))
          throw new OAuthError("parameters_malformed");
        if (value !== "") texts.set(name, [...(texts.get(name) ?? []), value]);
        continue;
      }
      if (name !== field || file !== null) throw new OAuthError("parameter_invalid");
      if (value.size > limitBytes) throw new BodyError("too_large");
      // A field without a file arrives as an empty one.
      if (value.size > 0) file = await value.bytes();
    }
    return { form: new Parameters(texts).refuseRepeated(), file };
  });

/** Reads a form in the way of its media type, and judges whether `openForm` opened it for this browser and purpose. */
async function submitted<Read extends { readonly form: Parameters }>(
  context: Context,
  incoming: Incoming,
  { purpose, boundField }: { readonly purpose: FormPurpose; readonly boundField?: string | undefined },
  read: (incoming: Incoming) => Promise<Read>,
): Promise<Read & Omit<Submitted, "form">> {
  const parts = await readOwn(context, incoming, read);
  const { form } = parts;
  const cookieValue = context.sessionCookie.read(incoming.request);
  const [expiry = "", mac = "", ...rest] = form.get(FORM_TOKEN)?.split(".") ?? [];
  const expiresAt = parseExpiry(expiry);
  const boundData = boundField === undefined ? "" : (form.get(boundField) ?? "");
  const isFresh =
    cookieValue !== null &&
    rest.length === 0 &&
    expiresAt > context.clock.seconds() &&
    sameText(mac, tokenMac(context, cookieValue, purpose, boundData, expiresAt));
  const hasCookie = cookieValue !== null;
  if (!isFresh) {
    const { path, requestId } = incoming;
    const reason = hasCookie ? "form_stale" : "form_without_cookie";
    context.log.info("refused", { endpoint: path, reason, request: requestId });
  }
  return { ...parts, isFresh, hasCookie };
}

/**
 * Reads a form without a token, from our own pages: for what another site could only spoil the look of. Throws as `readForm`
 * does.
 */
export const readUnboundForm = (context: Context, incoming: Incoming): Promise<Parameters> =>
  readOwn(context, incoming, () => readFields(context, incoming));

/** Reads what one of our own pages sent. */
async function readOwn<Read>(
  context: Context,
  incoming: Incoming,
  read: (incoming: Incoming) => Promise<Read>,
): Promise<Read> {
  refuseForeignSender(context, incoming.request);
  return read(incoming);
}

async function readFields(context: Context, { request }: Incoming): Promise<Parameters> {
  const { limits } = context.configuration;
  const body = await readBody(request, FORM_TYPE, limits.request_body_bytes);
  return parseParameters(body, limits.parameters_per_request).refuseRepeated();
}

/** Data that travels through a form and comes back unchanged, in the same browser, in time. */
export interface UnsealedData {
  readonly text: string;
  /** Unique for this sealing, so that the store can accept the form once. */
  readonly id: RecordId;
  readonly expiresAt: EpochSeconds;
}

/**
 * Signs data for a hidden field. The data stays readable, but cannot be changed or used in another browser. `subject`: the
 * person who is to answer. `seconds`: how long the data is good for.
 */
export function sealFormData(
  context: Context,
  cookieValue: string,
  purpose: FormPurpose,
  text: string,
  subject: string,
  seconds = context.configuration.lifetimes.form_seconds,
): string {
  const id = recordIdText(newFormId(context, subject));
  const expiresAt = context.clock.seconds() + seconds;
  const encoded = Buffer.from(text).toString("base64url");
  const mac = sealMac(context, cookieValue, purpose, id, expiresAt, encoded);
  return [id, expiresAt.toString(36), encoded, mac].join(".");
}

/** The text of sealed data, whether or not the seal is right: for showing it again, never for acting on it. */
export const sealedText = (sealed: string | undefined): string =>
  Buffer.from(sealed?.split(".")[2] ?? "", "base64url").toString("utf8");

/** Throws PageError `form_expired` unless `sealFormData` made the text for this cookie and purpose and it has not expired. */
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
 * Browsers name the site that sends a form. A page cannot forge `Sec-Fetch-Site`, so it decides if it is present.
 * `Origin` is `null` in our own forms too, because our pages send no referrer (Fetch, "serializing a request origin").
 * So only another origin's name leads to a refusal; otherwise the token decides.
 */
function refuseForeignSender({ issuer }: Context, request: Request): void {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) {
    if (site !== "same-origin" && site !== "none") throw new PageError("form_foreign");
    return;
  }
  const origin = request.headers.get("origin");
  if (origin !== null && origin !== "null" && origin !== issuer.origin) {
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

/** 0, which is long past, if the text is no time. */
const parseExpiry = (text: string): number => (/^[0-9a-z]{1,9}$/.test(text) ? Number.parseInt(text, 36) : 0);
