/**
 * RFC 6749 §3.1 and §4.1: the authorization endpoint. It checks the request, finds the signed-in person and their
 * earlier consent, and either answers the client or lets a page ask.
 */

import { isPublic } from "../clients/authentication-methods.ts";
import { findConsent } from "../operations/access.ts";
import {
  type ApproveOptions,
  findEarlierAnswer,
  findEarlierPushedAnswer,
  issueAuthorizationCode,
  refuseConsent,
} from "../operations/authorization.ts";
import type { Context } from "../operations/context.ts";
import { leavePushedRequest, openPushedRequest } from "../operations/pushed-requests.ts";
import { findWaysIn } from "../operations/second-factor.ts";
import { findSignedIn, type SignedIn } from "../operations/sessions.ts";
import { FORM_TYPE, type Handler, type Incoming, seeOther } from "../platform/http.ts";
import { highestLevel, reaches } from "../protocol/authentication-level.ts";
import { OAuthError } from "../protocol/errors.ts";
import { type Parameters, parseParameters } from "../protocol/parameters.ts";
import { isClaimedHttps, recipientOf } from "../protocol/redirect-uri.ts";
import { isSubset } from "../protocol/scope.ts";
import { type AnsweredForm, covers } from "../rules/authorization-code.ts";
import { isYesMeant } from "../rules/client.ts";
import { levelOfPerson, mayUse } from "../rules/client-access.ts";
import { type Act, actOfPerson, actOfStranger } from "../rules/events.ts";
import { hasSecondFactor } from "../rules/sign-in.ts";
import { subjectFor } from "../rules/subject.ts";
import {
  AuthorizationRefusal,
  type AuthorizationRequest,
  checkAuthorizationRequest,
  type ResponseTarget,
  responseTo,
} from "./authorization-request.ts";
import { readBodyText } from "./form.ts";
import { ENDPOINT_PATHS } from "./paths.ts";
import { hasSignedInAgain, REAUTHENTICATION, withReauthentication } from "./reauthentication.ts";
import { logRefusal } from "./refusal.ts";
import type { Delivery, ResponseParameters } from "./response-mode.ts";

/** The pages through which an answer may pass on its way to the client. */
export interface AnswerPages {
  /** Asks the person whether to go on to the address of an unverified application. */
  confirmLeaving(
    incoming: Incoming,
    target: ResponseTarget,
    delivery: Delivery,
  ): Response | Promise<Response>;
  /** Has the browser post the fields to the address (OAuth 2.0 Form Post Response Mode §2). */
  postAnswer(
    incoming: Incoming,
    target: ResponseTarget,
    delivery: Delivery & { readonly fields: NonNullable<Delivery["fields"]> },
  ): Response | Promise<Response>;
}

/** The pages that the endpoint needs. */
export interface AuthorizationPages extends AnswerPages {
  /** Says that the person may not use the client. `another`: where they choose another account. */
  refusePerson(
    incoming: Incoming,
    request: AuthorizationRequest,
    signedIn: SignedIn,
    another: string,
  ): Response | Promise<Response>;
  /** Asks the person. The answer comes back through `decideAuthorization`. */
  askConsent(
    incoming: Incoming,
    request: AuthorizationRequest,
    signedIn: SignedIn,
  ): Response | Promise<Response>;
}

export function authorize(context: Context, pages: AuthorizationPages): { GET: Handler; POST: Handler } {
  const { configuration, issuer } = context;
  const maximum = configuration.limits.parameters_per_request;

  const decide = async (incoming: Incoming, parameters: Parameters): Promise<Response> => {
    const request = await checkAuthorizationRequest(context, parameters, incoming);
    const { pushed } = request;
    if (pushed !== null && pushed.record.usedAt !== null)
      return sendAgain(request, incoming, await findSignedIn(context, incoming.request));
    const next = await nextStep(incoming, request);
    if (next instanceof Response) {
      // The request waits for the person.
      if (pushed !== null) await openPushedRequest(context, actOfStranger(incoming), pushed);
      return next;
    }
    const act = actOfPerson(incoming, next.account.subject);
    const code = await issueCode(context, act, request, next, { form: null, remember: false });
    if (code === null) return sendAgain(request, incoming, next);
    return codeResponse(context, pages, incoming, request, code);
  };

  /** The pushed request was answered before. The page of another session, and of a person who refused, gets no answer of the client. */
  const sendAgain = async (
    request: AuthorizationRequest,
    incoming: Incoming,
    signedIn: SignedIn | null,
  ): Promise<Response> => {
    const { pushed, redirectUri, client } = request;
    const earlier = pushed === null ? null : await findEarlierPushedAnswer(context, pushed, signedIn);
    if (earlier === null || earlier === "denied")
      throw new OAuthError("pushed_request_used", { application: redirectUri, clientId: client.clientId });
    return codeResponse(context, pages, incoming, request, earlier.code);
  };

  /** The page that comes next, or the person to whom the client gets a code at once. */
  const nextStep = async (
    incoming: Incoming,
    request: AuthorizationRequest,
  ): Promise<Response | SignedIn> => {
    const { isSilent } = request.prompt;
    // A client for which no one vouches must not learn whether a person is signed in.
    if (isSilent && !request.vouched)
      throw new AuthorizationRefusal(request, new OAuthError("interaction_required"));
    if (mustCreateAccount(request)) return seeOther(signUpLocation(context, request));
    const signedIn = await findSignedIn(context, incoming.request);
    if (signedIn !== null && !isWanted(context, request, signedIn)) {
      if (isSilent) throw new AuthorizationRefusal(request, new OAuthError("other_person"));
      return seeOther(signInLocation(context, request, "another"));
    }
    if (signedIn === null || (await mustSignInAgain(context, incoming, request, signedIn))) {
      if (isSilent) throw new AuthorizationRefusal(request, new OAuthError("login_required"));
      return seeOther(signInLocation(context, request));
    }
    if (mustChooseAccount(request)) return seeOther(signInLocation(context, request, "choose"));
    if (!mayUse(request.client, signedIn.account)) {
      if (isSilent) throw new AuthorizationRefusal(request, new OAuthError("authorize_person_not_allowed"));
      return pages.refusePerson(incoming, request, signedIn, signInLocation(context, request, "choose"));
    }
    if (!isGoodSignIn(context, request, signedIn)) {
      if (isSilent) throw new AuthorizationRefusal(request, new OAuthError("authentication_level_unmet"));
      return seeOther(stepUpLocation(context, request, signedIn));
    }
    if (!isSilent && (await mayBetterSignIn(context, request, signedIn)))
      return seeOther(stepUpLocation(context, request, signedIn, `&${STEP_OFFERED}=1`));
    if (await mustAskConsent(context, request, signedIn)) {
      if (isSilent) throw new AuthorizationRefusal(request, new OAuthError("consent_required"));
      return pages.askConsent(incoming, request, signedIn);
    }
    return signedIn;
  };

  return {
    GET: (incoming) => {
      // A HEAD would use up a consent and leave an unused code in a header.
      if (incoming.request.method === "HEAD")
        throw new OAuthError("method_not_allowed", { allow: "GET, POST" });
      return answering(
        context,
        incoming,
        () => decide(incoming, parseParameters(incoming.query, maximum)),
        sendingUnasked(pages, incoming),
      );
    },
    // RFC 6749 §3.1: POST may be supported. It becomes a GET, as browsers withhold the session from cross-site POSTs.
    POST: async (incoming) => {
      if (incoming.query !== "") throw new OAuthError("parameters_in_query");
      const parameters = parseParameters(await readBodyText(context, incoming, FORM_TYPE), maximum);
      return seeOther(`${issuer.url(ENDPOINT_PATHS.authorize)}?${parameters.toQuery()}`);
    },
  };
}

/**
 * RFC 9700 §4.11.2: without a page this server sends people only to clients for which the operator vouches. A page in an
 * answer to prompt=none shows nothing to a person, because no other site can frame it.
 */
const sendingUnasked =
  (pages: AnswerPages, incoming: Incoming): Sending =>
  (target, delivery) =>
    target.vouched
      ? sending(pages, incoming)(target, delivery)
      : pages.confirmLeaving(incoming, target, delivery);

/** Sends the browser on to the client with an answer. */
type Sending = (target: ResponseTarget, delivery: Delivery) => Response | Promise<Response>;

const sending =
  (pages: AnswerPages, incoming: Incoming): Sending =>
  (target, { address, fields }) =>
    fields === null ? seeOther(address) : pages.postAnswer(incoming, target, { address, fields });

/** OpenID Connect Core §3.1.2.2: whether the request may be answered about this person. */
const isWanted = (
  context: Pick<Context, "keys">,
  { subjects, client }: AuthorizationRequest,
  { account }: SignedIn,
): boolean => subjects === null || subjects.includes(subjectFor(context, client, account.subject));

/** OpenID Connect Core §3.1.2.1: `prompt=login`, and `max_age` since the person last signed in. */
async function mustSignInAgain(
  context: Context,
  incoming: Incoming,
  request: AuthorizationRequest,
  { session }: SignedIn,
): Promise<boolean> {
  const age = context.clock.seconds() - session.authenticatedAt;
  const { prompt, maxAgeSeconds } = request;
  // max_age=0 means the same as prompt=login, also within the second of the sign-in.
  const wanted = prompt.signsIn || maxAgeSeconds === 0 || (maxAgeSeconds !== null && age > maxAgeSeconds);
  return wanted && !(await hasSignedInAgain(context, incoming, request.carried, session));
}

/**
 * The request comes back from the page where the person chose an account, or made one. It proves nothing: a stranger who adds it
 * could as well leave out `prompt`.
 */
const CHOSEN = "tessera_account_chosen";

/** OpenID Connect Core §3.1.2.1: `prompt=select_account`. */
const mustChooseAccount = ({ prompt, carried }: AuthorizationRequest): boolean =>
  prompt.choosesAccount && carried.get(CHOSEN) === undefined;

/** Prompt Create §4.1: the person may also say there that they have an account. */
const mustCreateAccount = ({ prompt, carried }: AuthorizationRequest): boolean =>
  prompt.createsAccount && carried.get(CHOSEN) === undefined;

/** Whether the person signed in as well as the request, the operator and the groups of the person demand. */
const isGoodSignIn = (
  { levelPolicy }: Pick<Context, "levelPolicy">,
  { level: { demanded } }: AuthorizationRequest,
  { account, session }: SignedIn,
): boolean =>
  reaches(session.authenticationLevel, highestLevel([demanded, levelOfPerson(levelPolicy, account)]));

/**
 * The request comes back from the page that asked for a better sign-in, though the client merely wants one. As `CHOSEN`, it proves
 * nothing.
 */
export const STEP_OFFERED = "tessera_step_offered";

/** OpenID Connect Core §5.5.1.1: a level that is merely wanted is asked once, of people who can reach it. */
async function mayBetterSignIn(
  context: Context,
  { level: { wanted }, carried }: AuthorizationRequest,
  { account, session }: SignedIn,
): Promise<boolean> {
  if (carried.get(STEP_OFFERED) !== undefined) return false;
  if (reaches(session.authenticationLevel, wanted)) return false;
  return hasSecondFactor(await findWaysIn(context, account));
}

/**
 * RFC 6749 §10.2, RFC 8252 §8.6: any application can impersonate a public client without an https address. A remembered
 * answer redirects without a page, so it also needs the operator's word for the client.
 */
const mayBeRemembered = ({
  client,
  redirectUri,
  vouched,
}: Pick<AuthorizationRequest, "client" | "redirectUri" | "vouched">) =>
  vouched && (!isPublic(client) || isClaimedHttps(redirectUri));

async function mustAskConsent(
  context: Context,
  request: AuthorizationRequest,
  { account }: SignedIn,
): Promise<boolean> {
  const { client, redirectUri, toAllow, resources, authorizationDetails, prompt } = request;
  if (prompt.asksConsent || !mayBeRemembered(request)) return true;
  if (client.firstParty) return false;
  const remembered = await findConsent(context, account.subject, client.clientId, recipientOf(redirectUri));
  return !covers(remembered, { scope: toAllow, resources, authorizationDetails });
}

/** Why a person is asked again. changed: the request means more by now; unacknowledged: the box is not ticked. */
export type AskedAgain = "changed" | "unacknowledged";

export interface AuthorizationDecision {
  readonly parameters: Parameters;
  /** The scope and resources that the page showed; the person grants nothing else. */
  readonly shown: { readonly scope: readonly string[]; readonly resources: readonly string[] };
  /** Asks the person again. */
  readonly startAgain: (why: AskedAgain) => Response;
  readonly allowed: boolean;
  /** Whether the person said that they began this themselves (`ACKNOWLEDGED`). */
  readonly acknowledged: boolean;
  readonly signedIn: SignedIn;
  readonly form: AnsweredForm;
}

/** The person answered the consent page. The request is checked again, because clients and settings may have changed. */
export function decideAuthorization(
  context: Context,
  pages: AnswerPages,
  incoming: Incoming,
  { parameters, shown, startAgain, allowed, acknowledged, signedIn, form }: AuthorizationDecision,
): Promise<Response> {
  const work = async () => {
    const request = await checkAuthorizationRequest(context, parameters);
    const act = actOfPerson(incoming, signedIn.account.subject);
    if (!allowed) {
      if (!(await refuseConsent(context, act, request, signedIn.account.subject, form)))
        return answerAgain(context, pages, incoming, request, signedIn, form);
      throw new AuthorizationRefusal(request, new OAuthError("person_denied"));
    }
    if (!isYesMeant(request.vouched, acknowledged)) return startAgain("unacknowledged");
    if (
      !isSubset<string>(request.toAllow, shown.scope) ||
      !isSubset<string>(request.resources, shown.resources)
    ) {
      return startAgain("changed");
    }
    // The operator may demand more by now than when the page was shown.
    if (!isGoodSignIn(context, request, signedIn))
      return seeOther(stepUpLocation(context, request, signedIn));
    const code = await issueCode(context, act, request, signedIn, {
      form,
      remember: mayBeRemembered(request),
    });
    if (code === null) return answerAgain(context, pages, incoming, request, signedIn, form);
    return codeResponse(context, pages, incoming, request, code);
  };
  // The person has just answered about this client, so no other page asks.
  return answering(context, incoming, work, sending(pages, incoming));
}

/**
 * The person leaves the sign-in page without signing in: the client learns that access was denied. The request is checked as
 * any other, so the answer goes to a registered address only, and through a page if no one vouches for the client
 * (RFC 9700 §4.11.2).
 */
export const cancelAuthorization = (
  context: Context,
  pages: AnswerPages,
  incoming: Incoming,
  parameters: Parameters,
): Promise<Response> =>
  answering(
    context,
    incoming,
    async () => {
      const request = await checkAuthorizationRequest(context, parameters, incoming);
      const { pushed, redirectUri } = request;
      if (
        pushed !== null &&
        !(await leavePushedRequest(context, actOfStranger(incoming), pushed)) &&
        (await findEarlierPushedAnswer(context, pushed, null)) !== "denied"
      )
        throw new OAuthError("pushed_request_used", { application: redirectUri });
      throw new AuthorizationRefusal(request, new OAuthError("person_denied"));
    },
    sendingUnasked(pages, incoming),
  );

/** The client learns that it gets no code, if it or the person was disabled just now. */
async function issueCode(
  context: Context,
  act: Act,
  request: AuthorizationRequest,
  signedIn: SignedIn,
  options: ApproveOptions,
): Promise<string | null> {
  try {
    return await issueAuthorizationCode(context, act, request, signedIn, options);
  } catch (error) {
    throw error instanceof OAuthError ? new AuthorizationRefusal(request, error) : error;
  }
}

/** The person sent the form twice, by a double click or the back button: the first answer stands, and is sent again. */
async function answerAgain(
  context: Context,
  pages: AnswerPages,
  incoming: Incoming,
  request: AuthorizationRequest,
  signedIn: SignedIn,
  form: AuthorizationDecision["form"],
): Promise<Response> {
  const { pushed } = request;
  const earlier =
    pushed === null
      ? await findEarlierAnswer(context, form)
      : await findEarlierPushedAnswer(context, pushed, signedIn);
  if (earlier === null) throw new OAuthError("form_answered", { application: request.redirectUri });
  if (earlier === "denied") throw new AuthorizationRefusal(request, new OAuthError("person_denied"));
  return codeResponse(context, pages, incoming, request, earlier.code);
}

/** Refusals that belong to the client are sent to it; the caller shows all others. */
async function answering(
  context: Context,
  incoming: Incoming,
  work: () => Promise<Response>,
  send: Sending,
): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AuthorizationRefusal)) throw error;
    logRefusal(context, error.error, incoming);
    const parameters: ResponseParameters = {
      error: error.error.error,
      error_description: error.error.description,
    };
    return send(error.target, await responseTo(context, error.target, parameters));
  }
}

const codeResponse = async (
  context: Context,
  pages: AnswerPages,
  incoming: Incoming,
  request: AuthorizationRequest,
  code: string,
): Promise<Response> => sending(pages, incoming)(request, await responseTo(context, request, { code }));

/** This request as the page to return to. */
function returnPage({ issuer }: Context, request: AuthorizationRequest): string {
  const query = request.carried.toQuery([REAUTHENTICATION, CHOSEN]);
  const { choosesAccount, createsAccount } = request.prompt;
  const chosen = choosesAccount || createsAccount ? `&${CHOSEN}=1` : "";
  return `${issuer.path}${ENDPOINT_PATHS.authorize}?${query}${chosen}`;
}

/**
 * The page for the step of the sign-in that is missing. A person who has met `prompt=login` or `max_age` by now takes the proof of it
 * along; the step alone would not be one.
 */
function stepUpLocation(
  context: Context,
  request: AuthorizationRequest,
  { session }: SignedIn,
  offered = "",
): string {
  const isAnew = request.prompt.signsIn || request.maxAgeSeconds !== null;
  const returnTo = returnPage(context, request) + offered;
  return signInLocation(
    context,
    request,
    "step_up",
    isAnew ? withReauthentication(context, returnTo, session) : returnTo,
  );
}

/** The sign-in page. It returns to this request with a proof that the person signed in for it. */
function signInLocation(
  context: Context,
  request: AuthorizationRequest,
  offer?: "choose" | "another" | "step_up",
  returnTo = returnPage(context, request),
): string {
  const choice = offer === undefined ? "" : `&${offer}=1`;
  return `${context.issuer.url("/login")}?return_to=${encodeURIComponent(returnTo)}${choice}${hintOf(request)}`;
}

/** The page for new accounts, which returns in the same way. */
const signUpLocation = (context: Context, request: AuthorizationRequest): string =>
  `${context.issuer.url("/sign-up")}?return_to=${encodeURIComponent(returnPage(context, request))}${hintOf(request)}`;

const hintOf = ({ loginHint }: AuthorizationRequest): string =>
  loginHint === null ? "" : `&login_hint=${encodeURIComponent(loginHint)}`;
