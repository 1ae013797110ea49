/** The requests of the races, as text on the wire. */
import { CREDENTIAL_PREFIXES } from "../../../src/credentials/credential.ts";
import { CIBA_GRANT } from "../../../src/protocol/grant-types.ts";
import { formsOf, type PageForm } from "../../support/code-flow.ts";
import { basic, encodeForm, SECRET } from "../../support/server.ts";
import {
  CLIENT_CREDENTIALS_FORM,
  codeForm,
  deviceForm,
  refreshForm,
  WEB_CALLBACK,
} from "../../support/token-requests.ts";
import { type Answer, requestText } from "./http.ts";

const FORM = { "Content-Type": "application/x-www-form-urlencoded" };
const AS_WEB = { ...FORM, ...basic("web", SECRET) };

/** The mail server may introspect every access token; only its own client may introspect a refresh token. */
const AS_MAIL_SERVER = { ...FORM, ...basic("mail-server", SECRET) };

const postAsWeb = (path: string, form: Record<string, string>): string =>
  requestText("POST", path, AS_WEB, encodeForm(form));

export const redeemRequest = (code: string): string => postAsWeb("/auth/token", codeForm(code, WEB_CALLBACK));

export const refreshRequest = (refreshToken: string): string =>
  postAsWeb("/auth/token", refreshForm(refreshToken));

/** A use of a refresh token that stays, with a proof. `path`: the token endpoint, or another one that needs no proof. */
export const postAsClient = (
  path: string,
  headers: Record<string, string>,
  form: Record<string, string>,
): string => requestText("POST", path, { ...FORM, ...headers }, encodeForm(form));

export const introspectRequest = (token: string): string =>
  token.startsWith(CREDENTIAL_PREFIXES.refresh_token)
    ? postAsWeb("/auth/introspect", { token })
    : requestText("POST", "/auth/introspect", AS_MAIL_SERVER, encodeForm({ token }));

export const revokeRequest = (token: string): string => postAsWeb("/auth/revoke", { token });

export const pollRequest = (deviceCode: string): string =>
  requestText(
    "POST",
    "/auth/token",
    FORM,
    encodeForm({ client_id: "television", ...deviceForm(deviceCode) }),
  );

const AS_AGENT = { ...FORM, ...basic("agent", SECRET) };

export const pollAnswerRequest = (authReqId: string): string =>
  requestText(
    "POST",
    "/auth/token",
    AS_AGENT,
    encodeForm({ grant_type: CIBA_GRANT, auth_req_id: authReqId }),
  );

/** The client asks the person with this user name. */
export const askRequest = (username: string): string =>
  requestText(
    "POST",
    "/auth/backchannel",
    AS_AGENT,
    encodeForm({ scope: "openid mail.read", login_hint: username }),
  );

export const deviceRequest = (): string =>
  requestText("POST", "/auth/device", FORM, encodeForm({ client_id: "television", scope: "mail.read" }));

export const registerRequest = (): string =>
  requestText(
    "POST",
    "/auth/register",
    { "Content-Type": "application/json" },
    JSON.stringify({ client_name: "Somebody", grant_types: ["client_credentials"] }),
  );

export const clientCredentialsRequest = (clientId: string, secret: string): string =>
  requestText(
    "POST",
    "/auth/token",
    { ...FORM, ...basic(clientId, secret) },
    encodeForm(CLIENT_CREDENTIALS_FORM),
  );

/** A client's introspection of its own token. */
export const introspectOwnRequest = (clientId: string, secret: string, token: string): string =>
  requestText("POST", "/auth/introspect", { ...FORM, ...basic(clientId, secret) }, encodeForm({ token }));

/** A browser's request for a page, with this cookie. */
export const pageRequest = (path: string, cookie = ""): string =>
  requestText("GET", path, cookie === "" ? {} : { Cookie: cookie });

/** A browser's submission of a form, with this cookie. */
export const formRequest = (path: string, cookie: string, fields: Record<string, string>): string =>
  requestText("POST", path, { ...FORM, Cookie: cookie, "Sec-Fetch-Site": "same-origin" }, encodeForm(fields));

/** The form on a page with this target; with the hidden field `action`, if given. */
export async function formOn({ status, body }: Answer, path: string, action?: string): Promise<PageForm> {
  const forms = await formsOf(new Response(body));
  const found = forms.find((form) => form.action.endsWith(path) && form.fields.action === action);
  if (found === undefined) throw new Error(`There is no such form on the page with the status ${status}.`);
  return found;
}

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** The tokens of a success of the token endpoint; null for any other answer. */
export function tokensOf({ status, body }: Answer): Tokens | null {
  if (status !== 200) return null;
  const { access_token, refresh_token } = JSON.parse(body);
  return { accessToken: access_token, refreshToken: refresh_token };
}

/** Status and error code as one text: `200`, `400 invalid_grant`. */
export const outcomeOf = ({ status, body }: Answer): string =>
  status === 200 ? "200" : `${status} ${JSON.parse(body).error}`;
