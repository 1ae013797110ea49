/**
 * RFC 6749 §4.1.1: the checks of an authorization request, in order.
 *
 * Until client and redirect URI are known to belong together, a fault may only be shown to the person: it is thrown as
 * `OAuthError`. After that it may be sent to the client: it is thrown as `AuthorizationRefusal`, which can be made only
 * with a redirect URI that was found in the client's registration (§4.1.2.1, §10.15).
 */

import { isPublic } from "../clients/authentication-methods.ts";
import { answerAlgorithm, requireSignable } from "../clients/openid-metadata.ts";
import type { Configuration } from "../configuration/schema.ts";
import { type IdTokenHint, readIdTokenHint } from "../credentials/id-token-hint.ts";
import { targetOf } from "../grant-types/grant-type.ts";
import type { CodeRequest } from "../operations/authorization.ts";
import { findRequestingClient } from "../operations/client-documents.ts";
import type { Context } from "../operations/context.ts";
import {
  findPushedRequest,
  type NewPushedRequest,
  type PushedRequest,
} from "../operations/pushed-requests.ts";
import {
  type AuthenticationLevel,
  highestLevel,
  isAuthenticationLevel,
  lowestLevel,
} from "../protocol/authentication-level.ts";
import { type Confirmation, confirmationOf, isThumbprint } from "../protocol/bindings.ts";
import { OPENID_SCOPE } from "../protocol/catalogue.ts";
import { type ClaimsRequest, parseClaimsRequest } from "../protocol/claims-request.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { CodeChallenge, RedirectUri, Scope } from "../protocol/identifiers.ts";
import { Parameters, parametersFrom } from "../protocol/parameters.ts";
import { CODE_CHALLENGE_METHODS, isCodeChallenge } from "../protocol/pkce.ts";
import { credentialIn } from "../protocol/pushed-request.ts";
import { isAtOrigin, matchRedirectUri } from "../protocol/redirect-uri.ts";
import {
  needsPkce,
  needsPushedRequests,
  needsRedirectUri,
  needsSignedAnswers,
  needsSignedRequests,
} from "../protocol/security-profile.ts";
import { individualClaims, scopeToAllow } from "../rules/claims.ts";
import { isVouchedFor } from "../rules/client.ts";
import { type LevelPolicy, levelOfAccess } from "../rules/client-access.ts";
import { askableScope, type DetailedTarget, requestedTarget } from "../rules/scope.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { assembleParameters, pushedParameters } from "./request-object.ts";
import {
  type Delivery,
  QUERY,
  RESPONSE_MODES,
  type ResponseMode,
  type ResponseParameters,
  signedMode,
} from "./response-mode.ts";

export const RESPONSE_TYPES = ["code"] as const;

/** Members of response types that other servers know, and why this one answers with a code alone (RFC 9700 §2.1.2). */
const REFUSED_RESPONSE_TYPES: ReadonlyMap<string, string> = new Map([
  ["token", "an access token in an address leaks, and nothing binds it to the client"],
  ["id_token", "the ID token comes with the access token from the token endpoint"],
  ["none", "an answer without a code tells the client nothing that it could check"],
]);

/** A client's demands on the pages. */
export interface PromptDemand {
  /** Nothing is shown. */
  readonly isSilent: boolean;
  /** The person signs in again. */
  readonly signsIn: boolean;
  /** The person says which account to use, though one is signed in. */
  readonly choosesAccount: boolean;
  /** The person is asked again. */
  readonly asksConsent: boolean;
  /** The person makes an account (OpenID Connect Prompt Create 1.0 §4.1). */
  readonly createsAccount: boolean;
}

/** OpenID Connect Core §3.1.2.1: the values of `prompt` and their demands. */
const PROMPTS: ReadonlyMap<string, Partial<PromptDemand>> = new Map([
  ["none", { isSilent: true }],
  ["login", { signsIn: true }],
  ["consent", { asksConsent: true }],
  ["select_account", { choosesAccount: true }],
]);

/** Prompt Create §4.1: a value that asks for a page which a server has only if people may make accounts there. */
const CREATE = "create";

/** The values that this server does as they say. */
export const promptValues = ({ sign_up }: Pick<Configuration, "sign_up">): string[] => [
  ...PROMPTS.keys(),
  ...(sign_up.mode === "off" ? [] : [CREATE]),
];

/** Where an answer may go. Its redirect URI is one that the client registered. */
export interface ResponseTarget {
  readonly client: ClientRecord;
  readonly responseMode: ResponseMode;
  readonly redirectUri: RedirectUri;
  /** Echoed as it came; null if it was not sent. */
  readonly state: string | null;
  /** Whether the operator vouches for the client (`isVouchedFor`). */
  readonly vouched: boolean;
  /** `ui_locales`: the languages of the pages on the way, best first (OpenID Connect Core §3.1.2.1). */
  readonly uiLocales: string | null;
}

export interface AuthorizationRequest extends CodeRequest, ResponseTarget {
  readonly prompt: PromptDemand;
  readonly maxAgeSeconds: number | null;
  /** How well the person must have signed in. */
  readonly level: LevelDemand;
  readonly loginHint: string | null;
  /** The subjects of which one must answer (`id_token_hint`, and the claim `sub`); null if any person may. */
  readonly subjects: readonly string[] | null;
  /** What the pages on the way bring back: the request as it was sent. Its parameters are in the other members. */
  readonly carried: Parameters;
}

/** The levels of sign-in that a request is about. */
export interface LevelDemand {
  /** Without it there is no answer but a refusal. */
  readonly demanded: AuthenticationLevel;
  /** Asked of people who can reach it. */
  readonly wanted: AuthenticationLevel;
}

/** A refusal that is sent to the client (RFC 6749 §4.1.2.1). */
export class AuthorizationRefusal extends Error {
  override readonly name = "AuthorizationRefusal";
  constructor(
    readonly target: ResponseTarget,
    readonly error: OAuthError,
  ) {
    super(error.reason);
  }
}

interface AnsweringContext extends Pick<Context, "issuer" | "clock"> {
  readonly configuration: Pick<Configuration, "signing">;
  readonly signingKeys: Pick<Context["signingKeys"], "sign">;
}

type AnsweredClient = Pick<ClientRecord, "clientId" | "authorizationSignedResponseAlg" | "securityProfile">;

interface AnswerTarget extends Pick<ResponseTarget, "redirectUri" | "responseMode" | "state"> {
  readonly client: AnsweredClient;
}

/** RFC 6749 §4.1.2 and RFC 9207 §2: every answer names its issuer. */
export async function responseTo(
  context: AnsweringContext,
  { client, redirectUri, responseMode, state }: AnswerTarget,
  parameters: ResponseParameters,
): Promise<Delivery> {
  const answer = {
    code: undefined,
    error: undefined,
    error_description: undefined,
    error_uri: undefined,
    response: undefined,
    ...parameters,
    state: state ?? undefined,
    iss: context.issuer.identifier,
  };
  if (!responseMode.signs) return responseMode.deliver(redirectUri, answer);
  const nothing = Object.fromEntries(Object.keys(answer).map((name) => [name, undefined]));
  return responseMode.deliver(redirectUri, {
    ...nothing,
    response: await signAnswer(context, client, answer),
  });
}

/** JARM §2.1: the recommended most is ten minutes. An answer is read at once. */
const SIGNED_ANSWER_SECONDS = 300;

/** JARM §2.1: the answer as a JWT. It is of no use to another client (`aud`), nor later (`exp`). */
const signAnswer = (
  { issuer, configuration, clock, signingKeys }: AnsweringContext,
  client: AnsweredClient,
  answer: ResponseParameters,
): Promise<string> => {
  const issuedAt = clock.seconds();
  return signingKeys.sign(answerAlgorithm(client, configuration.signing), "JWT", {
    ...answer,
    iss: issuer.identifier,
    aud: client.clientId,
    iat: issuedAt,
    exp: issuedAt + SIGNED_ANSWER_SECONDS,
  });
};

type RequestContext = Pick<
  Context,
  | "store"
  | "catalogue"
  | "configuration"
  | "ownOrigins"
  | "issuer"
  | "signingKeys"
  | "clientKeys"
  | "clientDocuments"
  | "clock"
  | "random"
  | "log"
  | "events"
  | "keys"
  | "levelPolicy"
>;

/** The parameters of a request that count, and what the pages on the way bring back. */
interface Assembled {
  readonly parameters: Parameters;
  readonly carried: Parameters;
  /** Parameters that must not be there twice, and none of which may be one that is not supported. */
  readonly beside: Parameters;
  /** Why the request does not count; it is known where that may be said. */
  readonly fault: OAuthError | null;
  readonly pushed: PushedRequest | null;
}

/**
 * Throws OAuthError (show it) or AuthorizationRefusal (send it). `sent`: the parameters of the query. `address`: of the browser, if any
 * stranger could have sent the request.
 */
export async function checkAuthorizationRequest(
  context: RequestContext,
  sent: Parameters,
  { address = null }: { readonly address?: string | null } = {},
): Promise<AuthorizationRequest> {
  const client = await requireClient(context, sent, address);
  const requestUri = sent.get("request_uri") ?? "";
  if (credentialIn(requestUri) === null)
    return checkAssembled(context, client, await unpushed(context, client, sent));
  // RFC 9101 §5: "MUST use either one", and no address is known to which a refusal might go.
  if (sent.all("request").length > 0)
    throw new OAuthError("request_uri_with_request", { clientId: client.clientId });
  return checkAssembled(
    context,
    client,
    pushedBefore(client, sent, await findPushedRequest(context, client, requestUri)),
  );
}

/** A request that was not pushed: its parameters are in the query, or in a request object. */
async function unpushed(context: RequestContext, client: ClientRecord, sent: Parameters): Promise<Assembled> {
  const { fault, ...assembled } = await assembleParameters(context, client, sent);
  const everyone = context.configuration.require_pushed_authorization_requests;
  const isRefused = fault === null && needsPushedRequests(client, everyone);
  return {
    ...assembled,
    beside: sent,
    fault: isRefused ? new OAuthError("pushed_request_required") : fault,
    pushed: null,
  };
}

/** Parameters of our own, with which pages lead back to a request. */
const OWN_PREFIX = "tessera_";

/**
 * RFC 9126 §4: what the client pushed is the request. Of the query only `client_id` and `request_uri` count, and go on through the pages.
 * A client that must sign by now may have pushed the request before it had to.
 */
function pushedBefore(client: ClientRecord, sent: Parameters, pushed: PushedRequest): Assembled {
  const parameters = parametersFrom(pushed.record.parameters);
  const own = sent.entries().filter(([name]) => name.startsWith(OWN_PREFIX));
  const carried = parametersFrom([
    ["client_id", client.clientId],
    ["request_uri", sent.get("request_uri") ?? ""],
    // The sign-in page knows nothing of pushed requests: it finds the language that counts here.
    ...parameters.all("ui_locales").map((tags): [string, string] => ["ui_locales", tags]),
    ...own,
  ]);
  const isUnsigned = !pushed.record.signed && needsSignedRequests(client);
  return {
    parameters,
    carried,
    beside: NOTHING,
    fault: isUnsigned ? new OAuthError("request_object_missing") : null,
    pushed,
  };
}

const NOTHING = new Parameters(new Map());

/**
 * RFC 9126 §2.1: a request that a client pushes, checked as one at the authorization endpoint is. Answers with the parameters that count.
 * Throws OAuthError: there is no one to show it to, and the client hears it itself.
 */
export async function checkPushedRequest(
  context: RequestContext,
  client: ClientRecord,
  sent: Parameters,
): Promise<NewPushedRequest> {
  if (sent.all("request_uri").length > 0)
    throw new OAuthError("request_uri_pushed", { clientId: client.clientId });
  const { parameters, signed } = await pushedParameters(context, client, sent);
  try {
    await checkAssembled(context, client, {
      parameters,
      carried: parameters,
      beside: NOTHING,
      fault: null,
      pushed: null,
    });
    return { parameters: [...parameters.entries()], signed };
  } catch (error) {
    throw error instanceof AuthorizationRefusal ? error.error : error;
  }
}

async function checkAssembled(
  context: RequestContext,
  client: ClientRecord,
  { parameters, carried, beside, fault, pushed }: Assembled,
): Promise<AuthorizationRequest> {
  const { redirectUriRequested, ...target } = requireTarget(context, client, parameters, fault);
  const { redirectUri } = target;
  try {
    requireSignable(client, context.configuration.signing);
    if (fault !== null) throw fault;
    beside.refuseRepeated();
    refuseUnsupported(beside);
    refuseUnsupported(parameters);
    requireResponseMode(client, parameters, redirectUri);
    requireResponseType(parameters);
    requireGrantType(client);
    if (needsRedirectUri(client)) parameters.required("redirect_uri");
    const codeChallenge = requireCodeChallenge(client, parameters);
    const askable = askableScope(context.catalogue, client);
    const asked = requestedTarget(context.catalogue, client, targetOf(parameters), askable);
    const { scope, resources, authorizationDetails } = asked;
    const wishes = readClaims(parameters, scope);
    const claims = individualClaims(wishes, askable);
    const hint = await readHint(context, client, parameters);
    return {
      ...target,
      client,
      redirectUriRequested,
      codeChallenge,
      nonce: readNonce(parameters),
      confirmation: readKey(parameters),
      scope,
      claims,
      toAllow: scopeToAllow({ scope, claims }),
      resources,
      authorizationDetails,
      prompt: readPrompt(context.configuration, parameters),
      maxAgeSeconds: readMaxAge(parameters) ?? client.defaultMaxAge,
      level: readLevel(context.levelPolicy, client, parameters, wishes, asked),
      loginHint: parameters.get("login_hint")?.slice(0, 200) ?? hint?.username ?? null,
      subjects: wantedSubjects(hint, wishes),
      carried,
      pushed,
    };
  } catch (error) {
    if (error instanceof OAuthError)
      throw new AuthorizationRefusal(target, error.with({ clientId: client.clientId }));
    throw error;
  }
}

async function requireClient(
  context: RequestContext,
  parameters: Parameters,
  address: string | null,
): Promise<ClientRecord> {
  const clientId = parameters.get("client_id");
  const sent = { name: "client_id", values: parameters.all("client_id") };
  if (clientId === undefined) throw new OAuthError("authorize_client_id_missing", { sent });
  const client = await findRequestingClient(context, clientId, address);
  if (client === null || client.disabledAt !== null)
    throw new OAuthError("authorize_client_unknown", { clientId, sent });
  return client;
}

/**
 * Where the answer goes. With a faulty request object, `parameters` are those beside it, so that no refusal goes where only the
 * object says; if they name no address of the client, the person sees what is wrong with the object.
 */
function requireTarget(
  context: Pick<Context, "configuration" | "ownOrigins">,
  client: ClientRecord,
  parameters: Parameters,
  fault: OAuthError | null,
): ResponseTarget & { readonly redirectUriRequested: boolean } {
  try {
    const { redirectUri, redirectUriRequested } = requireRedirectUri(client, parameters);
    // The port of a loopback address may vary, so the check at registration is not enough.
    if (isAtOrigin(redirectUri, context.ownOrigins))
      throw redirectUriRefusal("authorize_redirect_uri_mismatch", client, parameters);
    return {
      client,
      redirectUri,
      redirectUriRequested,
      responseMode: answerMode(client, requestedResponseMode(parameters, redirectUri) ?? QUERY),
      state: parameters.get("state") ?? null,
      vouched: isVouchedFor(client, context.configuration.registration),
      uiLocales: parameters.get("ui_locales") ?? null,
    };
  } catch (error) {
    throw error instanceof OAuthError && fault !== null ? fault.with({ clientId: client.clientId }) : error;
  }
}

/** RFC 6749 §3.1.2.3: a client with exactly one registered redirect URI may leave it out. */
function requireRedirectUri(
  client: ClientRecord,
  parameters: Parameters,
): { redirectUri: RedirectUri; redirectUriRequested: boolean } {
  const requested = parameters.get("redirect_uri");
  if (requested === undefined) {
    const [only, ...others] = client.redirectUris;
    if (only === undefined || others.length > 0 || parameters.isRepeated("redirect_uri")) {
      throw redirectUriRefusal("authorize_redirect_uri_missing", client, parameters);
    }
    return { redirectUri: only, redirectUriRequested: false };
  }
  const redirectUri = matchRedirectUri(requested, client.redirectUris);
  if (redirectUri === null) throw redirectUriRefusal("authorize_redirect_uri_mismatch", client, parameters);
  return { redirectUri, redirectUriRequested: true };
}

const redirectUriRefusal = (
  reason: "authorize_redirect_uri_missing" | "authorize_redirect_uri_mismatch",
  { clientId }: ClientRecord,
  parameters: Parameters,
): OAuthError =>
  new OAuthError(reason, {
    clientId,
    sent: { name: "redirect_uri", values: parameters.all("redirect_uri") },
  });

/** OpenID Connect Core §3.1.2.6: unsupported parameters are refused, never ignored. */
function refuseUnsupported(parameters: Parameters): void {
  if (parameters.get("request_uri") !== undefined) throw new OAuthError("request_uri_unsupported");
  if (parameters.get("registration") !== undefined)
    throw new OAuthError("registration_parameter_unsupported");
}

/**
 * FAPI Message Signing §5.4.1: every answer to a client of the profile is signed. So is the refusal of a request that asked for no signed
 * answer: the client takes no other, and anyone may have written one.
 */
const answerMode = (client: Pick<ClientRecord, "securityProfile">, requested: ResponseMode): ResponseMode =>
  needsSignedAnswers(client) ? signedMode(requested) : requested;

/** The mode that the request asks for. Undefined if there is no such mode, or none that reaches the redirect URI. */
function requestedResponseMode(parameters: Parameters, redirectUri: RedirectUri): ResponseMode | undefined {
  const name = parameters.get("response_mode") ?? QUERY.mode;
  return RESPONSE_MODES.find(({ mode, reaches }) => mode === name && reaches(redirectUri));
}

function requireResponseMode(
  client: Pick<ClientRecord, "securityProfile">,
  parameters: Parameters,
  redirectUri: RedirectUri,
): void {
  const requested = requestedResponseMode(parameters, redirectUri);
  if (requested !== undefined) {
    if (needsSignedAnswers(client) && !requested.signs) throw new OAuthError("response_not_signed");
    return;
  }
  const usable = RESPONSE_MODES.filter(({ reaches }) => reaches(redirectUri)).map(({ mode }) => mode);
  throw invalid("response_mode", `with this redirect URI use ${usable.join(" or ")}`);
}

function requireResponseType(parameters: Parameters): void {
  const asked = parameters.required("response_type");
  if (isOneOf(asked, RESPONSE_TYPES)) return;
  for (const member of asked.split(" ", 3)) {
    const why = REFUSED_RESPONSE_TYPES.get(member);
    if (why === undefined) continue;
    throw new OAuthError("response_type_unsupported", {
      description: `response_type with '${member}' is not supported: ${why}. Use response_type=code with PKCE (S256).`,
    });
  }
  throw new OAuthError("response_type_unsupported");
}

function requireGrantType(client: ClientRecord): void {
  if (!client.grantTypes.includes("authorization_code")) throw new OAuthError("grant_type_not_registered");
}

/** RFC 7636 §4.3 and §4.4.1, RFC 9700 §2.1.1. */
function requireCodeChallenge(client: ClientRecord, parameters: Parameters): CodeChallenge | null {
  const challenge = parameters.get("code_challenge");
  const method = parameters.get("code_challenge_method");
  if (challenge === undefined) {
    if (method !== undefined || needsPkce(client, isPublic(client))) {
      throw new OAuthError("code_challenge_missing");
    }
    return null;
  }
  // The default is `plain` (RFC 7636 §4.3), which is refused.
  if (!isOneOf(method ?? "plain", CODE_CHALLENGE_METHODS))
    throw new OAuthError("code_challenge_method_unsupported");
  if (!isCodeChallenge(challenge)) throw new OAuthError("code_challenge_invalid");
  return challenge;
}

function readPrompt(configuration: Pick<Configuration, "sign_up">, parameters: Parameters): PromptDemand {
  let demand: PromptDemand = {
    isSilent: false,
    signsIn: false,
    choosesAccount: false,
    asksConsent: false,
    createsAccount: false,
  };
  const values = promptValues(configuration);
  const names = new Set(parameters.get("prompt")?.split(/ +/));
  names.delete("");
  for (const name of names) {
    // Without such a page the person signs in, which does no harm.
    const more = name === CREATE ? { createsAccount: values.includes(CREATE) } : PROMPTS.get(name);
    if (more === undefined) throw invalid("prompt", `use ${values.join(", ")}`);
    demand = { ...demand, ...more };
  }
  // OpenID Connect Core §3.1.2.1: `none` cannot be combined with other values.
  if (demand.isSilent && names.size > 1) throw invalid("prompt", "'none' cannot be combined with others");
  return demand;
}

/** Clients send 16 to 50 characters; a row keeps what they send. */
const NONCE_CHARACTERS = 500;

function readNonce(parameters: Parameters): string | null {
  const nonce = parameters.get("nonce") ?? null;
  if (nonce !== null && nonce.length > NONCE_CHARACTERS)
    throw invalid("nonce", `it may have ${NONCE_CHARACTERS} characters`);
  return nonce;
}

/** RFC 9449 §10: the thumbprint of the key with which the code is to be redeemed. */
function readKey(parameters: Parameters): Confirmation | null {
  const thumbprint = parameters.get("dpop_jkt");
  if (thumbprint === undefined) return null;
  if (!isThumbprint(thumbprint))
    throw invalid("dpop_jkt", "it is the SHA-256 thumbprint of a key as base64url (RFC 7638)");
  return confirmationOf("jkt", thumbprint);
}

function readMaxAge(parameters: Parameters): number | null {
  const text = parameters.get("max_age");
  if (text === undefined) return null;
  if (!/^[0-9]{1,9}$/.test(text)) throw invalid("max_age", "it is a number of seconds");
  return Number(text);
}

/** OpenID Connect Core §5.5. Without the scope openid the parameter means nothing (§3.1.2.1). */
function readClaims(parameters: Parameters, scope: readonly Scope[]): ClaimsRequest | null {
  const text = parameters.get("claims");
  if (text === undefined || !scope.includes(OPENID_SCOPE)) return null;
  return parseClaimsRequest(text);
}

/**
 * What the operator demands for this access, and what the client does: `acr_values` (OpenID Connect Core §3.1.2.1, RFC 9470 §4), or
 * else its `default_acr_values`, and the claim `acr` (Core §5.5.1.1). Of several values any is good enough, and the first is wanted.
 *
 * Values that this server does not know mean nothing, unless they are essential: `acr_values` asks for a voluntary claim (§3.1.2.1), its
 * use is no error (§15.1), and the ID token then says what the level is (§5.5.1.1). What a request asks for takes the place of the
 * defaults, even if it is not known (Registration §2).
 */
function readLevel(
  policy: LevelPolicy,
  client: ClientRecord,
  parameters: Parameters,
  claims: ClaimsRequest | null,
  { scope, authorizationDetails }: DetailedTarget,
): LevelDemand {
  const named = parameters.get("acr_values")?.split(/ +/);
  const asked = named?.filter(isAuthenticationLevel) ?? [];
  const acr = claims?.idToken.acr;
  const isSilent = named === undefined && (acr === undefined || acr.values === null);
  const defaults = isSilent ? client.defaultAcrValues.filter(isAuthenticationLevel) : [];
  const ofClaim = acr?.values?.filter(isAuthenticationLevel) ?? [];
  // An essential level that cannot be reached is a failed authentication.
  const isEssential = acr?.essential === true && acr.values !== null;
  if (isEssential && ofClaim.length === 0) throw new OAuthError("authentication_level_unmet");
  const ofAccess = levelOfAccess(policy, client, scope, authorizationDetails);
  return {
    demanded: highestLevel([ofAccess, lowestLevel(asked), isEssential ? lowestLevel(ofClaim) : null]),
    wanted: highestLevel([(isSilent ? defaults : asked)[0], ofClaim[0]]),
  };
}

/** OpenID Connect Core §3.1.2.1. A hint that is meant for another client says that two sign-ins were mixed up. */
async function readHint(
  { signingKeys, issuer }: Pick<Context, "signingKeys" | "issuer">,
  { clientId }: ClientRecord,
  parameters: Parameters,
): Promise<IdTokenHint | null> {
  const text = parameters.get("id_token_hint");
  if (text === undefined) return null;
  const hint = await readIdTokenHint(signingKeys.verify, issuer.identifier, text);
  if (hint === null || hint.clientId !== clientId) throw new OAuthError("id_token_hint_invalid");
  return hint;
}

/** OpenID Connect Core §3.1.2.2: the answer is about the person of the hint and of the wanted `sub`, or about nobody. */
function wantedSubjects(hint: IdTokenHint | null, claims: ClaimsRequest | null): readonly string[] | null {
  const wishes = [claims?.idToken.sub?.values, claims?.userinfo.sub?.values, hint && [hint.subject]]
    .filter((values) => values !== null && values !== undefined)
    .map((values) => values.filter((value) => typeof value === "string"));
  const [first, ...others] = wishes;
  return first?.filter((subject) => others.every((values) => values.includes(subject))) ?? null;
}

const isOneOf = <Name extends string>(text: string, names: readonly Name[]): text is Name =>
  names.some((name) => name === text);

const invalid = (parameter: string, why: string): OAuthError =>
  new OAuthError("parameter_invalid", { description: `The parameter '${parameter}' is not valid: ${why}.` });
