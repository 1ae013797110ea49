/**
 * OpenID Connect RP-Initiated Logout 1.0: an application sends a person here to sign out. The request is idempotent (§4): a person
 * who comes back after the sign-out, or was never signed in, gets the same answer.
 */
import { sessionIdFor } from "../credentials/id-token.ts";
import { type IdTokenHint, readIdTokenHint } from "../credentials/id-token-hint.ts";
import { findServedClient } from "../operations/clients.ts";
import type { Context } from "../operations/context.ts";
import { findSignedIn, type SignedIn, signOut } from "../operations/sessions.ts";
import { FORM_TYPE, type Handler, type Incoming, seeOther } from "../platform/http.ts";
import { sameText } from "../platform/same-text.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { RedirectUri } from "../protocol/identifiers.ts";
import { type Parameters, parseParameters } from "../protocol/parameters.ts";
import { withResponseParameters } from "../protocol/redirect-uri.ts";
import { isEnabled, isVouchedFor } from "../rules/client.ts";
import { actOfPerson } from "../rules/events.ts";
import { subjectFor } from "../rules/subject.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { readBodyText } from "./form.ts";
import { ENDPOINT_PATHS } from "./paths.ts";

type Hint = Pick<IdTokenHint, "clientId" | "subject" | "sid">;

/** A request, as far as it is valid. */
export interface LogoutRequest {
  readonly parameters: Parameters;
  /** The application that sent the person; null if that is unknown. */
  readonly client: ClientRecord | null;
  /** Null without a hint of this server for that application. */
  readonly hint: Hint | null;
  /**
   * Where the person wants to go: a registered address with the state. `refused`: the address is none of the application's.
   * Null if the request names none.
   */
  readonly returnTo: string | "refused" | null;
}

/** The pages that the endpoint needs. */
export interface EndSessionPages {
  /** Asks the person whether to sign out. The answer leads back to the same request. */
  askSignOut(incoming: Incoming, request: LogoutRequest, signedIn: SignedIn): Response | Promise<Response>;
  showSignedOut(
    incoming: Incoming,
    request: LogoutRequest,
    cookies: readonly string[],
  ): Response | Promise<Response>;
}

export function endSession(context: Context, pages: EndSessionPages): { GET: Handler; POST: Handler } {
  const { configuration, issuer, sessionCookie } = context;
  const maximum = configuration.limits.parameters_per_request;
  return {
    GET: async (incoming) => {
      // A HEAD would sign a person out who sees nothing of it.
      if (incoming.request.method === "HEAD")
        throw new OAuthError("method_not_allowed", { allow: "GET, POST" });
      const request = await checkLogoutRequest(context, incoming, parseParameters(incoming.query, maximum));
      const signedIn = await findSignedIn(context, incoming.request);
      if (signedIn !== null) {
        // §2, §6: without a hint about this person, any site could sign people out.
        if (!isAbout(context, request, signedIn)) return pages.askSignOut(incoming, request, signedIn);
        const act = actOfPerson(incoming, signedIn.account.subject);
        await signOut(context, act, signedIn.session.id);
      }
      const cookies = signedIn === null ? [] : [sessionCookie.clear()];
      const location = redirectOf(context, request);
      return location === null
        ? pages.showSignedOut(incoming, request, cookies)
        : seeOther(location, cookies);
    },
    // It becomes a GET, as browsers withhold the session from cross-site POSTs. A POST keeps the facts about the person out of
    // addresses and logs, so the GET has a proof of the hint in its place.
    POST: async (incoming) => {
      if (incoming.query !== "") throw new OAuthError("parameters_in_query");
      const parameters = parseParameters(await readBodyText(context, incoming, FORM_TYPE), maximum);
      const text = parameters.get(HINT);
      const hint = text === undefined ? null : await readHint(context, text);
      const query = new URLSearchParams(parameters.toQuery([HINT, CHECKED_HINT]));
      if (hint !== null) query.set(CHECKED_HINT, sealHint(context, hint));
      return seeOther(`${issuer.url(ENDPOINT_PATHS.endSession)}?${query}`);
    },
  };
}

/** §2: whether the hint is about the person who is signed in here: this very session, or another one of theirs. */
function isAbout(
  context: Pick<Context, "keys">,
  { client, hint }: LogoutRequest,
  { account, session }: SignedIn,
): boolean {
  if (client === null || hint === null) return false;
  const sid = sessionIdFor(context.keys, session.continuity, client.clientId);
  return hint.sid === sid || hint.subject === subjectFor(context, client, account.subject);
}

/**
 * §3: the address to which the browser goes at once. Only an ID token proves which application asks, and without a page this
 * server sends people only to applications for which the operator vouches (RFC 9700 §4.11.2).
 */
function redirectOf(
  { configuration }: Pick<Context, "configuration">,
  { client, hint, returnTo }: LogoutRequest,
): string | null {
  if (client === null || hint === null || returnTo === "refused") return null;
  return isVouchedFor(client, configuration.registration) ? returnTo : null;
}

const HINT = "id_token_hint";

/** A hint that came by POST and was checked then. RFC 6749 §8.2: a prefix of our own. */
const CHECKED_HINT = "tessera_checked_hint";

/** §4: what is not valid is not used, and is no reason to keep a person signed in. */
async function checkLogoutRequest(
  context: Context,
  incoming: Incoming,
  parameters: Parameters,
): Promise<LogoutRequest> {
  const named = parameters.get("client_id");
  const found = await findHint(context, parameters);
  // §2: the client must be the one for which the token was made.
  const isRightClient = !parameters.isRepeated("client_id") && (named ?? found?.clientId) === found?.clientId;
  const hint = isRightClient ? found : null;
  if (hint === null && (parameters.get(HINT) ?? parameters.get(CHECKED_HINT)) !== undefined)
    logDoubt(context, incoming, "id_token_hint_invalid", named);
  const clientId = hint?.clientId ?? named;
  const client = clientId === undefined ? null : await findServedClient(context, clientId);
  if (!isEnabled(client))
    return { parameters, client: null, hint: null, returnTo: returnOf(null, parameters) };
  const returnTo = returnOf(client, parameters);
  if (returnTo === "refused")
    logDoubt(context, incoming, "post_logout_redirect_uri_unregistered", client.clientId);
  return { parameters, client, hint, returnTo };
}

/** §3: byte for byte a registered address. `state` comes back as it came. */
function returnOf(client: ClientRecord | null, parameters: Parameters): LogoutRequest["returnTo"] {
  const wanted = parameters.all("post_logout_redirect_uri");
  if (wanted.length === 0) return null;
  const uri = client?.postLogoutRedirectUris.find((registered) => registered === wanted[0]);
  if (uri === undefined || wanted.length > 1) return "refused";
  const state = parameters.get("state");
  return state === undefined ? uri : withResponseParameters(uri as RedirectUri, { state });
}

/** A line for the operator: the person sees a page, and the application never learns what was wrong. */
const logDoubt = (
  { log }: Pick<Context, "log">,
  { path, requestId }: Incoming,
  reason: string,
  client: string | undefined,
): void => log.info("refused", { endpoint: path, reason, client, request: requestId });

const readHint = ({ signingKeys, issuer }: Context, text: string): Promise<Hint | null> =>
  readIdTokenHint(signingKeys.verify, issuer.identifier, text);

// ── The hint of a POST ─────────────────────────────────────────────────────────────────────────────────────

async function findHint(context: Context, parameters: Parameters): Promise<Hint | null> {
  const text = parameters.get(HINT);
  if (text !== undefined) return readHint(context, text);
  const sealed = parameters.get(CHECKED_HINT);
  return sealed === undefined ? null : unsealHint(context, sealed);
}

/** It lasts as long as a form, since the person may be asked before it is used again. */
function sealHint(context: Context, { clientId, subject, sid }: Hint): string {
  const expiresAt = context.clock.seconds() + context.configuration.lifetimes.form_seconds;
  const fields = Buffer.from(JSON.stringify([clientId, subject, sid, expiresAt])).toString("base64url");
  return `${fields}.${hintMac(context, fields)}`;
}

function unsealHint(context: Context, sealed: string): Hint | null {
  const [fields = "", mac = "", ...rest] = sealed.split(".");
  if (rest.length > 0 || !sameText(mac, hintMac(context, fields))) return null;
  const [clientId, subject, sid, expiresAt] = JSON.parse(Buffer.from(fields, "base64url").toString("utf8"));
  return expiresAt > context.clock.seconds() ? { clientId, subject, sid } : null;
}

const hintMac = ({ keys }: Context, fields: string): string =>
  Buffer.from(keys.mac("form", "checked hint", fields)).toString("base64url");
