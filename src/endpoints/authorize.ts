/**
 * RFC 6749 §3.1 and §4.1: the authorization endpoint. It checks the request, finds out who is signed in and what they
 * agreed to before, and either answers the client or lets a page ask.
 */
import { timingSafeEqual } from "node:crypto";
import type { SignedIn } from "../accounts/sessions.ts";
import type { Context } from "../context.ts";
import { issueAuthorizationCode } from "../grants/authorization-code.ts";
import { FORM_TYPE, type Handler, type Incoming, seeOther } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import { issuerPath } from "../protocol/issuer.ts";
import { type Parameters, parseParameters } from "../protocol/parameters.ts";
import { isClaimedHttps } from "../protocol/redirect-uri.ts";
import { isSubset } from "../protocol/scope.ts";
import type { Authorization } from "../store/contract.ts";
import {
  AuthorizationRefusal,
  type AuthorizationRequest,
  checkAuthorizationRequest,
  responseLocation,
} from "./authorization-request.ts";
import { readBodyText } from "./form.ts";
import { ENDPOINT_PATHS } from "./paths.ts";
import { logRefusal } from "./refusal.ts";

/** What the endpoint needs people to see. The pages provide it. */
export interface AuthorizationPages {
  /** Tells the person that an application nobody vouches for wants them to go on to its address, and lets them decide. */
  confirmLeaving(incoming: Incoming, location: string): Response | Promise<Response>;
  /** Asks the person. What they answer comes back through `decideAuthorization`. */
  askConsent(
    incoming: Incoming,
    request: AuthorizationRequest,
    signedIn: SignedIn,
  ): Response | Promise<Response>;
}

/** Proves that the person signed in after this very request began; see `reauthenticationMark`. RFC 6749 §8.2: a prefix of ours. */
const REAUTHENTICATION = "tessera_reauthenticated_after";

export function authorize(context: Context, pages: AuthorizationPages): { GET: Handler; POST: Handler } {
  const { configuration, sessions } = context;
  const maximum = configuration.limits.parameters_per_request;

  const decide = async (incoming: Incoming, parameters: Parameters): Promise<Response> => {
    const request = await checkAuthorizationRequest(context, parameters);
    const silent = request.prompt.has("none");
    const signedIn = await sessions.find(incoming.request);
    if (signedIn === null || mustSignInAgain(context, request, signedIn)) {
      if (silent) throw new AuthorizationRefusal(request, new OAuthError("login_required"));
      return seeOther(signInLocation(context, request));
    }
    if (await mustAskConsent(context, request, signedIn)) {
      if (silent) throw new AuthorizationRefusal(request, new OAuthError("consent_required"));
      return pages.askConsent(incoming, request, signedIn);
    }
    const code = await issueAuthorizationCode(context, request, signedIn.account, {
      form: null,
      remember: false,
    });
    return codeResponse(configuration.issuer, request, code);
  };

  /** RFC 9700 §4.11.2: this server's good name must not bring people to an address that nobody vouches for. */
  const sendRefusal = async (
    incoming: Incoming,
    { target }: AuthorizationRefusal,
    location: string,
  ): Promise<Response> => {
    // OpenID Connect Core §3.1.2.1: prompt=none shows nothing, whatever happens.
    const silent = incoming.url.searchParams.get("prompt") === "none";
    if (target.vouched || silent || (await sessions.find(incoming.request)) !== null)
      return seeOther(location);
    return pages.confirmLeaving(incoming, location);
  };

  return {
    GET: (incoming) => {
      // A HEAD would use up a consent and leave a code in a header that nobody reads.
      if (incoming.request.method === "HEAD")
        throw new OAuthError("method_not_allowed", { allow: "GET, POST" });
      return answering(
        context,
        incoming,
        () => decide(incoming, parseParameters(incoming.url.search.slice(1), maximum)),
        (refusal, location) => sendRefusal(incoming, refusal, location),
      );
    },
    // RFC 6749 §3.1: POST may be supported. It becomes a GET, as browsers withhold the session from cross-site POSTs.
    POST: async (incoming) => {
      if (incoming.url.search !== "") throw new OAuthError("parameters_in_query");
      const parameters = parseParameters(await readBodyText(context, incoming, FORM_TYPE), maximum);
      return seeOther(`${configuration.issuer}${ENDPOINT_PATHS.authorize}?${parameters.toQuery()}`);
    },
  };
}

/** OpenID Connect Core §3.1.2.1: `prompt=login`, and `max_age` since the person last signed in. */
function mustSignInAgain(context: Context, request: AuthorizationRequest, { session }: SignedIn): boolean {
  const age = context.clock.seconds() - session.authenticatedAt;
  const { prompt, maxAgeSeconds } = request;
  // max_age=0 means the same as prompt=login, also within the second of the sign-in.
  const wanted =
    prompt.has("login") || maxAgeSeconds === 0 || (maxAgeSeconds !== null && age > maxAgeSeconds);
  if (!wanted) return false;
  const began = reauthenticationBegan(context, request.parameters);
  return began === null || session.authenticatedAt < began;
}

/** RFC 6749 §10.2, RFC 8252 §8.6: any application can claim to be a public client without an https address. */
const mayBeRemembered = ({ client, redirectUri }: Pick<AuthorizationRequest, "client" | "redirectUri">) =>
  client.tokenEndpointAuthMethod !== "none" || isClaimedHttps(redirectUri);

async function mustAskConsent(
  { store }: Context,
  { client, redirectUri, scope, resources, prompt }: AuthorizationRequest,
  { account }: SignedIn,
): Promise<boolean> {
  if (prompt.has("consent")) return true;
  if (!mayBeRemembered({ client, redirectUri })) return true;
  const remembered = await store.findConsent(account.subject, client.clientId, redirectUri);
  return (
    remembered === null || !isSubset(scope, remembered.scope) || !isSubset(resources, remembered.resources)
  );
}

export interface AuthorizationDecision {
  readonly parameters: Parameters;
  /** What the person saw; nothing else is granted. */
  readonly shown: { readonly scope: readonly string[]; readonly resources: readonly string[] };
  /** For a request that means something else by now: asks anew. */
  readonly startAgain: () => Response;
  readonly allowed: boolean;
  readonly signedIn: SignedIn;
  readonly form: Authorization["form"];
}

/** The person answered the consent page. The request is checked again: much may have changed meanwhile. */
export function decideAuthorization(
  context: Context,
  incoming: Incoming,
  { parameters, shown, startAgain, allowed, signedIn, form }: AuthorizationDecision,
): Promise<Response> {
  return answering(context, incoming, async () => {
    const request = await checkAuthorizationRequest(context, parameters);
    if (!allowed) throw new AuthorizationRefusal(request, new OAuthError("person_denied"));
    if (
      !isSubset<string>(request.scope, shown.scope) ||
      !isSubset<string>(request.resources, shown.resources)
    ) {
      return startAgain();
    }
    const code = await issueAuthorizationCode(context, request, signedIn.account, {
      form,
      remember: mayBeRemembered(request),
    });
    // The form was sent twice, by a double click or the back button: the first answer stands.
    if (code === null) throw new OAuthError("form_answered");
    return codeResponse(context.configuration.issuer, request, code);
  });
}

/** Refusals that belong to the client are sent to it; all others are shown by whoever called. */
async function answering(
  context: Context,
  incoming: Incoming,
  work: () => Promise<Response>,
  send: (refusal: AuthorizationRefusal, location: string) => Response | Promise<Response> = (_, location) =>
    seeOther(location),
): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AuthorizationRefusal)) throw error;
    logRefusal(context, error.error, incoming);
    const location = responseLocation(context.configuration.issuer, error.target, {
      error: error.error.error,
      error_description: error.error.description,
    });
    return send(error, location);
  }
}

function codeResponse(issuer: string, request: AuthorizationRequest, code: string | null): Response {
  if (code === null) throw new OAuthError("server_error");
  return seeOther(responseLocation(issuer, request, { code }));
}

/** The sign-in page, which comes back to this request with a mark of when it began. */
function signInLocation(context: Context, request: AuthorizationRequest): string {
  const { configuration } = context;
  const query = request.parameters.toQuery([REAUTHENTICATION]);
  const mark = `${REAUTHENTICATION}=${reauthenticationMark(context, query)}`;
  const base = issuerPath(configuration.issuer);
  const returnTo = `${base}${ENDPOINT_PATHS.authorize}?${query}&${mark}`;
  const hint = request.loginHint === null ? "" : `&login_hint=${encodeURIComponent(request.loginHint)}`;
  return `${configuration.issuer}/login?return_to=${encodeURIComponent(returnTo)}${hint}`;
}

/** When a request sent the person to sign in, under a MAC with the request itself, so that it fits no other. */
function reauthenticationMark({ clock, keys }: Context, query: string): string {
  const began = String(clock.seconds());
  return `${began}.${Buffer.from(keys.mac("form", "reauthentication", began, query)).toString("base64url")}`;
}

function reauthenticationBegan(
  { keys, clock, configuration }: Context,
  parameters: Parameters,
): number | null {
  const [began = "", mac = ""] = parameters.get(REAUTHENTICATION)?.split(".") ?? [];
  const expected = keys.mac("form", "reauthentication", began, parameters.toQuery([REAUTHENTICATION]));
  const presented = Buffer.from(mac, "base64url");
  const genuine = presented.length === expected.length && timingSafeEqual(presented, expected);
  // A sign-in page stays open that long at most; after that the mark proves nothing.
  const oldest = clock.seconds() - configuration.lifetimes.form_seconds;
  return genuine && /^[0-9]+$/.test(began) && Number(began) >= oldest ? Number(began) : null;
}
