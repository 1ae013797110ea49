/** Puts the parts together: the context of all handlers, the routes, and the manners that all answers share. */
import { createBreachedPasswords } from "./accounts/breached-passwords.ts";
import { createCommonPasswords } from "./accounts/common-passwords.ts";
import { createKnownBrowsers } from "./accounts/known-browser.ts";
import { createNewPasswords } from "./accounts/new-password.ts";
import { createPasswords } from "./accounts/passwords.ts";
import { createSessionCookie } from "./accounts/session-cookie.ts";
import { API_PATHS, apiRoutes } from "./api/index.ts";
import { ownOrigins } from "./configuration/own-origins.ts";
import type { Configuration } from "./configuration/schema.ts";
import type { SettingSources } from "./configuration/sources.ts";
import { consoleRoutes } from "./console/index.ts";
import { authorize } from "./endpoints/authorize.ts";
import { protocolRoutes } from "./endpoints/index.ts";
import { metadataRoutes } from "./endpoints/metadata.ts";
import { ENDPOINT_PATHS, HEALTH_PATHS, hasMetricsPath, METRICS_PATH } from "./endpoints/paths.ts";
import { causeOf, refusalResponse } from "./endpoints/refusal.ts";
import { refusedRequest } from "./endpoints/refused.ts";
import { selfTest } from "./endpoints/self-test.ts";
import { WEBFINGER_PATH, webfingerRoute } from "./endpoints/webfinger.ts";
import { mailFrame, mailParts, mailPort, smtpOf } from "./mails/parts.ts";
import { activityRecorder, createActivityKeeper } from "./operations/activities.ts";
import { createAuditKeeper } from "./operations/audit.ts";
import { CallerMemory } from "./operations/caller-memory.ts";
import { levelPolicyOf } from "./operations/client-access.ts";
import { createClientCertificates } from "./operations/client-certificates.ts";
import { createClientKeys } from "./operations/client-keys.ts";
import type { Context, Limits } from "./operations/context.ts";
import { createClientDocuments } from "./operations/document-fetching.ts";
import { createEvents, logEvents } from "./operations/events.ts";
import { startHousekeeping } from "./operations/housekeeping.ts";
import { createKeyFiles } from "./operations/key-files.ts";
import { createLinkMails } from "./operations/link-mails.ts";
import { createLogoutSender } from "./operations/logout-notices.ts";
import { createMailSender, mailEvents } from "./operations/mail.ts";
import { testMail } from "./operations/mail-test.ts";
import type { Metrics, RouteMeter } from "./operations/metrics.ts";
import { createPictures } from "./operations/pictures.ts";
import { createPingSender } from "./operations/pings.ts";
import { createReadiness } from "./operations/readiness.ts";
import { createRefusalKeeper } from "./operations/refusals.ts";
import { createRetryKeys } from "./operations/retry-keys.ts";
import { resealAll } from "./operations/server-key.ts";
import { withOneSession } from "./operations/sessions.ts";
import { createSigningKeyRing } from "./operations/signing-keys.ts";
import { SeenLately } from "./operations/single-use.ts";
import type { Telemetry, TracedRequest } from "./operations/telemetry.ts";
import { createTrustedIssuers } from "./operations/trusted-issuers.ts";
import { createWebhookSender, webhookEvents } from "./operations/webhooks.ts";
import { assetPaths } from "./pages/assets.ts";
import { answerConsent, consentPages } from "./pages/consent.tsx";
import {
  CHANGE_PASSWORD_PATH,
  changePasswordRoute,
  PASSKEY_ENDPOINTS_PATH,
  pageErrorResponse,
  pageRoutes,
  passkeyEndpointsRoute,
} from "./pages/index.ts";
import { otherAddress, otherAddressPage } from "./pages/other-address.tsx";
import { Interrupted, PageError } from "./pages/page-error.ts";
import { CONSOLE_PATHS, PAGE_PATHS } from "./pages/urls.ts";
import { createAttemptLimit } from "./platform/attempts.ts";
import { type Clock, type SteadyClock, systemClock, systemSteadyClock } from "./platform/clock.ts";
import { allowedRequestHeaders } from "./platform/cors.ts";
import {
  type Handler,
  type Incoming,
  NO_SNIFFING,
  newRequestId,
  REQUEST_ID_HEADER,
  type Route,
  type Target,
  targetOf,
} from "./platform/http.ts";
import type { ServerKeys } from "./platform/keys.ts";
import type { FixedAnswers } from "./platform/listen.ts";
import type { Log } from "./platform/log.ts";
import { createNetworkLimit } from "./platform/network.ts";
import { createOutbound, type Outbound } from "./platform/outbound.ts";
import { isPattern, matchPattern, type PathParameters } from "./platform/path-pattern.ts";
import { type Peers, shareLimits } from "./platform/peers.ts";
import { createPlaces } from "./platform/places.ts";
import { createPollPace } from "./platform/poll-pace.ts";
import { type RandomBytes, systemRandom } from "./platform/random.ts";
import type { OpenSmtp } from "./platform/smtp.ts";
import { createCatalogue } from "./protocol/catalogue.ts";
import { DPOP_NONCE_HEADER } from "./protocol/dpop.ts";
import { OAuthError } from "./protocol/errors.ts";
import { parseIssuer } from "./protocol/issuer.ts";
import { metadataPaths } from "./protocol/metadata-paths.ts";
import type { MailKind } from "./rules/mail.ts";
import { PAGE_REASONS } from "./rules/refusal-record.ts";
import type { Store } from "./store/contract.ts";
import { watchStore } from "./store/watched.ts";

export interface ServerParts {
  readonly configuration: Configuration;
  readonly store: Store;
  readonly keys: ServerKeys;
  readonly log: Log;
  /** Where each setting was written. Default: not known. */
  readonly settingSources?: SettingSources;
  readonly clock?: Clock;
  readonly steadyClock?: SteadyClock;
  readonly random?: RandomBytes;
  /** Whether this process removes expired rows. One process is enough for an embedded database. Default: yes. */
  readonly cleansUp?: boolean;
  /** The processes that count attempts together with this one. */
  readonly peers?: Peers;
  /** Whether this process looks for notices of sign-outs, mails and deliveries to webhooks. Default: as `cleansUp`. */
  readonly sendsNotices?: boolean;
  /** Counts what happens, and the route that shows the counts if it is below the issuer. Default: nothing is counted. */
  readonly metrics?: { readonly counts: Metrics; readonly route: Route | null };
  /** Records what requests do. Default: nothing is recorded. */
  readonly telemetry?: Telemetry;
  /** How long refused requests are gathered before they are written. Default: a second. */
  readonly refusalMillis?: number;
  /** How it reaches the mail server. Default: as `mail` of the configuration says. */
  readonly openSmtp?: OpenSmtp;
  /** How it reaches addresses that clients name. Default: by the guarded way, as `outbound` of the configuration says. */
  readonly outbound?: Outbound;
}

export interface Server {
  /**
   * Answers a request. `addressOf` returns the address that it came from. `isFromProxy`: whether a trusted proxy has sent it; default: no.
   * Never throws.
   */
  fetch(request: Request, addressOf: () => string, isFromProxy?: () => boolean): Promise<Response>;
  /** Answers a request whose target is none of `servedPaths`, whatever its URL says. Never throws. */
  elsewhere(request: Request, addressOf: () => string, isFromProxy?: () => boolean): Promise<Response>;
  /** The answers that are the same for every request, by path: a listener may send them by itself. */
  fixedAnswers(): Promise<FixedAnswers>;
  /** Hands over the fixed answers, now and each time that the signing keys change. */
  publishTo(publish: (answers: FixedAnswers) => void): Promise<void>;
  /** Answers requests for one route and for no other, for a listener of its own. */
  only(route: Route): Pick<Server, "fetch" | "elsewhere">;
  /** Stops the housekeeping. The store stays open. */
  close(): Promise<void>;
  readonly context: Context;
}

export function createServer({
  configuration,
  store,
  keys,
  log,
  settingSources = {},
  clock = systemClock,
  steadyClock = systemSteadyClock,
  random = systemRandom,
  cleansUp = true,
  peers,
  sendsNotices = cleansUp,
  metrics,
  telemetry,
  refusalMillis,
  openSmtp = configuration.mail === undefined ? undefined : smtpOf(configuration, configuration.mail),
  outbound: plainOutbound = createOutbound({
    allow: configuration.outbound.allow,
    timeoutMillis: configuration.outbound.timeout_seconds * 1000,
  }),
}: ServerParts): Server {
  const counts = metrics?.counts ?? null;
  const countedOutbound = counts?.outboundCounted(plainOutbound) ?? plainOutbound;
  const outbound = telemetry?.outboundTraced(countedOutbound) ?? countedOutbound;
  const { limits } = configuration;
  const { breached_range_url: rangeUrl } = configuration.passwords;
  const plainLimits = createLimits(configuration, steadyClock);
  const ownLimits = counts?.limitsCounted(plainLimits) ?? plainLimits;
  const issuer = parseIssuer(configuration.issuer);
  const watched = watchStore(
    telemetry?.storeTraced(store) ?? store,
    {
      began: (error) =>
        log.error("the database is not available", {
          cause: causeOf(error),
          advice: error.advice || undefined,
        }),
      goesOn: (error, requests) =>
        log.error("the database is still not available", { requests, cause: causeOf(error) }),
      ended: (requests) =>
        log.info("the database is available again", { requests: requests === 0 ? undefined : requests }),
    },
    counts?.store,
    steadyClock,
  );
  const recording = { configuration, store: watched, clock, random, log };
  const activityKeeper = createActivityKeeper(recording);
  const auditKeeper = createAuditKeeper(recording);
  const refusalKeeper = createRefusalKeeper(recording, refusalMillis);
  const { mail } = configuration;
  const webhookKeeper = webhookEvents(recording, () => webhookSender?.wake(), recording);
  const events = createEvents(
    [
      logEvents(log),
      ...(counts === null ? [] : [counts.events]),
      auditKeeper,
      activityRecorder(recording),
      activityKeeper,
      ...(mail === undefined ? [] : [mailEvents({ clock, random }, mail, () => mailSender?.wake())]),
      ...(configuration.webhooks.length === 0 ? [] : [webhookKeeper]),
    ],
    (error, { event }) => log.error("a subscriber failed after an act", { event, cause: causeOf(error) }),
  );
  const mailSender =
    mail === undefined || openSmtp === undefined
      ? null
      : createMailSender(
          {
            store: watched,
            events,
            configuration,
            clock,
            steadyClock,
            random,
            keys,
            log,
            openSmtp,
            ...mailParts(configuration, mail),
          },
          mail,
        );
  const webhookSender =
    configuration.webhooks.length === 0
      ? null
      : createWebhookSender({ ...recording, store: watched, events, outbound, steadyClock });
  const tryMail = async (address: string, language: string) => {
    if (mail === undefined || openSmtp === undefined) throw new Error("This server sends no mail.");
    const { sampleMail } = await import("./mails/samples.ts");
    const sample = sampleMail("new_device", configuration.issuer, language, clock.seconds());
    const parts = mailParts(configuration, mail);
    const port = mailPort(mail);
    return testMail({ ...parts, openSmtp, clock, random, settings: mail, port }, sample, address);
  };
  const previewMail = async (kind: MailKind, language: string) => {
    const { sampleMail } = await import("./mails/samples.ts");
    const { composeMail } = await import("./mails/compose.ts");
    const facts = sampleMail(kind, configuration.issuer, language, clock.seconds());
    return composeMail(mailFrame(configuration), facts);
  };
  const keyFiles = createKeyFiles(configuration.signing.key_files);
  const signingKeys = createSigningKeyRing({ store: watched, events, configuration, clock, keys, keyFiles });
  const catalogue = createCatalogue(configuration);
  const context: Context = {
    configuration,
    settingSources,
    issuer,
    ownOrigins: ownOrigins(configuration),
    catalogue,
    levelPolicy: levelPolicyOf(configuration),
    clock,
    random,
    log,
    keys,
    retryKeys: createRetryKeys(watched, random, configuration.lifetimes.refresh_retry_window_seconds),
    keyFiles,
    signingKeys,
    outbound,
    clientKeys: createClientKeys({ outbound, steadyClock, log }),
    clientCertificates: createClientCertificates(configuration.client_certificates),
    trustedIssuers: createTrustedIssuers({ configuration, outbound, steadyClock, log }),
    clientDocuments: createClientDocuments({ configuration, catalogue, outbound, clock, steadyClock, log }),
    store: watched,
    activities: activityKeeper,
    audit: auditKeeper,
    refusals: refusalKeeper,
    events,
    passwords: createPasswords({
      checksAtOnce: limits.password_checks_at_once,
      checksWaiting: limits.password_checks_waiting,
      maximumBytes: limits.password_bytes,
      steadyClock,
    }),
    newPasswords: createNewPasswords({
      configuration,
      common: createCommonPasswords(),
      breached: rangeUrl === undefined ? null : createBreachedPasswords({ rangeUrl, outbound, log }),
    }),
    countRefusal: refusalListener(counts, telemetry),
    sessionCookie: createSessionCookie(issuer, clock, random),
    knownBrowsers: createKnownBrowsers(
      issuer,
      keys,
      clock,
      random,
      configuration.lifetimes.known_browser_seconds,
    ),
    callers: new CallerMemory(),
    seenLately: new SeenLately(),
    limits: peers === undefined ? ownLimits : shareLimits(ownLimits, peers),
    pictures: createPictures(configuration),
    places: createPlaces(configuration.places.database, steadyClock, log),
    pollPace: createPollPace(steadyClock, configuration.lifetimes.device_interval_seconds),
    readiness: createReadiness({ store: watched, clock, steadyClock, random }),
    linkMails: createLinkMails({ configuration, clock, random, keys }, () => mailSender?.wake()),
    logoutSender: createLogoutSender({
      store: watched,
      events,
      clock,
      random,
      configuration,
      issuer,
      keys,
      signingKeys,
      outbound,
      log,
      steadyClock,
    }),
    pingSender: createPingSender({ store: watched, events, clock, steadyClock, keys, outbound, log }),
    mailSender,
    webhooks: webhookKeeper,
    webhookSender,
    testMail: mailSender === null ? null : tryMail,
    previewMail,
  };
  const router = createRouter(context, metrics, telemetry);
  const housekeeping = cleansUp
    ? startHousekeeping({ ...context, steadyClock, reseal: () => resealAll(context) })
    : null;
  const senders = [context.logoutSender, context.pingSender, mailSender, webhookSender].filter(
    (sender) => sender !== null,
  );
  if (sendsNotices) for (const sender of senders) sender.start();
  let endWatch = () => {};
  return {
    ...router,
    async publishTo(publish) {
      const publishNow = async () => publish(await router.fixedAnswers());
      await publishNow();
      endWatch = context.signingKeys.watch(publishNow);
    },
    async close() {
      endWatch();
      await housekeeping?.stop();
      await Promise.all(senders.map((sender) => sender.stop()));
      await context.logoutSender.settled();
      await activityKeeper.settled();
      await auditKeeper.settled();
      await webhookKeeper.settled();
      await refusalKeeper.settled();
    },
    context,
  };
}

/**
 * A stolen cookie of a known browser gives its guesses once a day. The window of other sign-ins is so short because strangers
 * can lock an account with it.
 */
const BROWSER_WINDOW_SECONDS = 86_400;

/** There are a million codes and five are right at a time, so a day of guesses must stay far below that. */
const CODE_WINDOW_SECONDS = 86_400;

const TOKEN_WINDOW_SECONDS = 3600;

/** The rows of proofs live for about as long (`dpop.proof_seconds`). */
const PROOF_WINDOW_SECONDS = 600;

const OTHER_DEVICE_WINDOW_SECONDS = 60;

/** Of what clients ask people in the back channel. */
const ASKING_WINDOW_SECONDS = 3600;

/** Invitations go by mail to any address, so that a group manager would send mails to strangers without end. */
const INVITATIONS_PER_MANAGER = 100;
const INVITATION_WINDOW_SECONDS = 86_400;

function createLimits({ limits }: Configuration, clock: SteadyClock): Limits {
  const perAccount = (limit: number, windowSeconds: number) =>
    createAttemptLimit({ clock, limit, windowSeconds });
  const perAddress = (limit: number, windowSeconds: number) =>
    createNetworkLimit({ clock, limit, windowSeconds });
  return {
    signInPerAccount: perAccount(limits.sign_in_failures_per_account, limits.sign_in_window_seconds),
    signInPerAddress: perAddress(limits.sign_in_failures_per_address, limits.sign_in_window_seconds),
    secondStepPerAccount: perAccount(limits.second_step_failures_per_account, CODE_WINDOW_SECONDS),
    emailCodePerAccount: perAccount(limits.email_code_failures_per_account, CODE_WINDOW_SECONDS),
    signInPerBrowser: perAccount(limits.sign_in_failures_per_browser, BROWSER_WINDOW_SECONDS),
    userCode: perAccount(limits.user_code_failures, limits.user_code_window_seconds),
    userCodePerAccount: perAccount(limits.user_code_failures_per_account, limits.user_code_window_seconds),
    userCodePerAddress: perAddress(limits.user_code_failures_per_address, limits.user_code_window_seconds),
    clientSecretPerAddress: perAddress(
      limits.client_secret_failures_per_address,
      limits.client_secret_window_seconds,
    ),
    tokensPerStranger: perAccount(limits.tokens_per_registered_client, TOKEN_WINDOW_SECONDS),
    proofsPerToken: perAccount(limits.proofs_per_token, PROOF_WINDOW_SECONDS),
    proofsPerStranger: perAccount(limits.proofs_per_registered_client, PROOF_WINDOW_SECONDS),
    registrationPerAddress: perAddress(limits.registrations_per_address, limits.registration_window_seconds),
    deviceRequestPerAddress: perAddress(
      limits.device_requests_per_address,
      limits.device_request_window_seconds,
    ),
    pushedRequestPerAddress: perAddress(
      limits.pushed_requests_per_address,
      limits.pushed_request_window_seconds,
    ),
    pushedRequestOfStrangers: perAccount(
      limits.pushed_requests_of_strangers,
      limits.pushed_request_window_seconds,
    ),
    pushedRequestPerClient: perAccount(
      limits.pushed_requests_per_client,
      limits.pushed_request_window_seconds,
    ),
    backchannelRequestPerClient: perAccount(limits.backchannel_requests_per_client, ASKING_WINDOW_SECONDS),
    unknownPersonPerClient: perAccount(limits.unknown_people_per_client, ASKING_WINDOW_SECONDS),
    otherDeviceCodePerAddress: perAddress(limits.other_device_codes_per_address, OTHER_DEVICE_WINDOW_SECONDS),
    invitationPerManager: perAccount(INVITATIONS_PER_MANAGER, INVITATION_WINDOW_SECONDS),
    linkRequestPerName: perAccount(limits.link_requests_per_name, limits.link_request_window_seconds),
    linkRequestPerAddress: perAddress(limits.link_requests_per_address, limits.link_request_window_seconds),
  };
}

function refusalListener(
  counts: Metrics | null,
  telemetry: ServerParts["telemetry"],
): Context["countRefusal"] {
  if (counts === null && telemetry === undefined) return null;
  return (route, reason) => {
    counts?.refused(route, reason);
    telemetry?.refused(reason);
  };
}

type Router = Pick<Server, "fetch" | "elsewhere" | "fixedAnswers" | "only">;

/**
 * Headers of every answer. RFC 6797 §6.1: an https issuer keeps browsers from ever asking it in the clear. The host may have
 * subdomains that are not ours, so they are not included.
 */
export function commonHeaders({ issuer, lifetimes }: Configuration): Readonly<Record<string, string>> {
  if (!parseIssuer(issuer).isEncrypted) return {};
  return { "Strict-Transport-Security": `max-age=${lifetimes.strict_transport_seconds}` };
}

/**
 * Every path that a server with this configuration answers. A listener compares them with the target of a request as it
 * came over the wire, before the runtime makes a URL of it (decision 32).
 */
export function servedPaths(configuration: Configuration): readonly string[] {
  const { path: base } = parseIssuer(configuration.issuer);
  const metadata = metadataPaths(base);
  const below = [
    ...metadata.below,
    ...Object.values(ENDPOINT_PATHS),
    ...HEALTH_PATHS,
    ...API_PATHS,
    ...PAGE_PATHS,
    ...CONSOLE_PATHS,
    ...assetPaths(configuration),
    ...(hasMetricsPath(configuration) ? [METRICS_PATH] : []),
  ].map((path) => base + path);
  return [
    CHANGE_PASSWORD_PATH,
    PASSKEY_ENDPOINTS_PATH,
    WEBFINGER_PATH,
    ...metadata.root,
    ...below,
    ...(base === "" ? [] : [base]),
  ];
}

interface FoundRoute {
  readonly route: Route;
  readonly parameters: PathParameters;
  /** Null if nothing counts. */
  readonly meter: RouteMeter | null;
}

const NO_PARAMETERS: PathParameters = {};

/** A route whose path has no parameter goes before those that have one. */
function createRouter(
  context: Context,
  metrics: ServerParts["metrics"],
  telemetry: ServerParts["telemetry"],
): Router {
  const { origin, path: base } = context.issuer;
  const metadata = metadataRoutes(context);
  const routes = new Map<string, Route>(metadata.root.map((route) => [route.path, route]));
  const forPeople = [
    authorizeRoute(context),
    consentRoute(context),
    ...pageRoutes(context),
    ...consoleRoutes(context),
  ];
  const forPrograms = [
    selfTestRoute(context),
    ...protocolRoutes(context),
    ...apiRoutes(context),
    ...(metrics?.route ? [metrics.route] : []),
  ];
  for (const route of [...metadata.below, ...forPrograms, ...forPeople]) {
    routes.set(base + route.path, route);
  }
  routes.set(CHANGE_PASSWORD_PATH, changePasswordRoute(context));
  routes.set(PASSKEY_ENDPOINTS_PATH, passkeyEndpointsRoute(context));
  routes.set(WEBFINGER_PATH, webfingerRoute(context));
  // People type the issuer's address without a slash at its end.
  if (base !== "") routes.set(base, toHome(`${base}/`));
  const served = new Set(servedPaths(context.configuration));
  for (const path of routes.keys()) {
    if (!served.has(path))
      throw new Error(`No listener would pass on requests for ${path}: see servedPaths.`);
  }
  const counts = metrics?.counts ?? null;
  const otherMeter = counts === null ? null : counts.routeMeter(null);
  const foundRoute = (route: Route): FoundRoute => ({
    route,
    parameters: NO_PARAMETERS,
    meter: counts === null ? null : counts.routeMeter(route.path),
  });
  const known = new Map([...routes].map(([path, route]) => [path, foundRoute(route)]));
  const patterns = [...known].filter(([path]) => isPattern(path));
  for (const [pattern] of patterns) known.delete(pattern);
  const find = (path: string): FoundRoute | undefined => {
    const found = known.get(path);
    if (found !== undefined) return found;
    for (const [pattern, route] of patterns) {
      const parameters = matchPattern(pattern, path);
      if (parameters !== null) return { ...route, parameters };
    }
    return undefined;
  };
  const common = Object.entries(commonHeaders(context.configuration));
  const respond = async (
    request: Request,
    addressOf: () => string,
    target: Target,
    found: FoundRoute | undefined,
    isFromProxy: (() => boolean) | undefined,
  ) => {
    const incoming: Incoming = {
      request,
      route: found?.route.path ?? null,
      parameters: found?.parameters ?? NO_PARAMETERS,
      path: target.path,
      query: target.query,
      get address() {
        return addressOf();
      },
      isFromProxy,
      requestId: newRequestId(context.random),
    };
    const beganAt = otherMeter === null ? 0 : performance.now();
    const work = () =>
      found === undefined ? nothingHere(context, incoming) : decide(context, found.route, incoming);
    const response = await (telemetry === undefined
      ? work()
      : telemetry.request(tracedRequest(incoming), work));
    if (otherMeter !== null) {
      const meter = found?.meter ?? otherMeter;
      meter.count(request.method, response.status, performance.now() - beganAt);
    }
    if (found !== undefined && found.route.cors !== "nobody")
      allowOtherOrigins(response, found.route, request);
    response.headers.set(REQUEST_ID_HEADER, incoming.requestId);
    if (incoming.dpopNonce !== undefined) response.headers.set(DPOP_NONCE_HEADER, incoming.dpopNonce);
    for (const [name, value] of common) response.headers.set(name, value);
    return response;
  };
  const fetch: Server["fetch"] = (request, addressOf, isFromProxy) => {
    const target = targetOf(request);
    return respond(request, addressOf, target, find(target.path), isFromProxy);
  };
  return {
    fetch,
    elsewhere: (request, addressOf, isFromProxy) =>
      respond(request, addressOf, targetOf(request), undefined, isFromProxy),
    only: (route) => ({
      fetch: (request, addressOf) =>
        respond(request, addressOf, targetOf(request), foundRoute(route), undefined),
      elsewhere: (request, addressOf) => respond(request, addressOf, targetOf(request), undefined, undefined),
    }),
    async fixedAnswers() {
      const paths = [
        ...metadata.root.map(({ path }) => path),
        ...metadata.below.map(({ path }) => base + path),
        base + ENDPOINT_PATHS.jwks,
      ];
      const ask = async (path: string) => {
        const response = await fetch(new Request(origin + path), () => "");
        // Many requests will get this answer, so it cannot carry the id of one.
        response.headers.delete(REQUEST_ID_HEADER);
        return [path, response] as const;
      };
      const answers = await Promise.all(paths.map(ask));
      // While the database is away a process may not know the key set yet.
      return Object.fromEntries(answers.filter(([, { ok }]) => ok));
    },
  };
}

/** The header `traceparent` counts only from a proxy that the operator trusts: a stranger must not choose what is traced. */
const tracedRequest = ({
  request,
  route = null,
  requestId,
  isFromProxy = () => false,
}: Incoming): TracedRequest => ({
  method: request.method,
  route,
  requestId,
  traceparent: isFromProxy() ? request.headers.get("traceparent") : null,
});

const toHome = (location: string): Route => ({
  path: location,
  audience: "people",
  cors: "nobody",
  methods: {
    GET: () => new Response(null, { status: 301, headers: { Location: location, ...NO_SNIFFING } }),
  },
});

function nothingHere(context: Context, incoming: Incoming): Response | Promise<Response> {
  const wantsPage = incoming.request.headers.get("accept")?.includes("text/html") ?? false;
  const respond = wantsPage ? pageErrorResponse : refusalResponse;
  return respond(context, new OAuthError("not_found"), incoming);
}

/** Joins the authorization endpoint, which decides, with the consent page, which asks. */
const authorizeRoute = (context: Context): Route => ({
  path: ENDPOINT_PATHS.authorize,
  audience: "people",
  // RFC 9700 §2.6: no CORS, because clients redirect people here.
  cors: "nobody",
  methods: authorize(context, consentPages(context)),
});

/** The pages judge by which address a request came, and the operator asks for that verdict. */
const selfTestRoute = (context: Context): Route => ({
  path: ENDPOINT_PATHS.selfTest,
  audience: "programs",
  cors: "nobody",
  methods: { POST: selfTest(context, (request) => otherAddress(context.issuer, request)) },
});

const consentRoute = (context: Context): Route => ({
  path: "/consent",
  audience: "people",
  cors: "nobody",
  methods: { POST: answerConsent(context) },
});

async function decide(context: Context, route: Route, incoming: Incoming): Promise<Response> {
  try {
    // As in forms (decodeFormComponent). This check is for the pages, which read their queries themselves.
    if (incoming.query.includes("%00")) throw new OAuthError("parameters_malformed");
    const { method } = incoming.request;
    const { methods } = route;
    const handler =
      method === "HEAD" ? methods.GET : isMethodOf(methods, method) ? methods[method] : undefined;
    if (handler !== undefined) {
      const forPeople = route.audience === "people";
      const response = await (forPeople ? showPage(context, handler, incoming) : handler(incoming));
      return method === "HEAD" ? await withoutBody(response) : response;
    }
    const names = Object.keys(methods).flatMap((name) => (name === "GET" ? ["GET", "HEAD"] : [name]));
    const allow = [...new Set([...names, ...(route.cors !== "nobody" ? ["OPTIONS"] : [])])].join(", ");
    if (method === "OPTIONS" && route.cors !== "nobody") {
      return new Response(null, { status: 204, headers: { Allow: allow, ...NO_SNIFFING } });
    }
    throw new OAuthError("method_not_allowed", { allow });
  } catch (error) {
    keepPageRefusal(context, error instanceof Interrupted ? error.cause : error, incoming);
    return (route.audience === "people" ? pageErrorResponse : refusalResponse)(context, error, incoming);
  }
}

/** Keeps a refusal that only a page has. Those of the vocabulary are kept where they become an answer. */
function keepPageRefusal(context: Context, error: unknown, incoming: Incoming): void {
  if (!(error instanceof PageError)) return;
  const { kind: reason } = error;
  const { description } = PAGE_REASONS[reason];
  context.refusals.keep(reason, () =>
    refusedRequest(context, { reason, error: "page", status: 400, description, detail: {} }, incoming),
  );
}

const isMethodOf = (methods: Route["methods"], method: string): method is keyof Route["methods"] =>
  Object.hasOwn(methods, method);

/** For pages: a browser that came by another address learns where the server is. */
async function showPage(context: Context, handler: Handler, incoming: Incoming): Promise<Response> {
  return (await otherAddressPage(context, incoming)) ?? handler(await asOneBrowser(context, incoming));
}

/** With one cookie of the session's name, if the browser sent several. */
async function asOneBrowser(context: Context, incoming: Incoming): Promise<Incoming> {
  const request = await withOneSession(context, incoming.request);
  return request === incoming.request ? incoming : { ...incoming, request };
}

/** RFC 9110 §9.3.2: the same headers, the length among them, and no body. */
async function withoutBody(response: Response): Promise<Response> {
  const head = new Response(null, response);
  if (response.body !== null) {
    head.headers.set("Content-Length", String((await response.arrayBuffer()).byteLength));
  }
  return head;
}

/**
 * Lets scripts on other sites read an answer. Cookies authorize nothing on these paths, so `*` gives a script nothing
 * that its own server could not get.
 */
function allowOtherOrigins(response: Response, { methods }: Route, request: Request): void {
  const { headers } = response;
  headers.set("Access-Control-Allow-Origin", "*");
  headers.set("Access-Control-Expose-Headers", "WWW-Authenticate, Retry-After, Request-Id, DPoP-Nonce");
  // Browsers read the other headers only in the answer to a preflight (Fetch §4.8).
  if (request.method !== "OPTIONS") return;
  headers.set("Access-Control-Allow-Methods", [...Object.keys(methods), "OPTIONS"].join(", "));
  const asked = request.headers.get("access-control-request-headers");
  headers.set("Access-Control-Allow-Headers", allowedRequestHeaders(asked));
  headers.set("Vary", "Access-Control-Request-Headers");
  headers.set("Access-Control-Max-Age", "7200");
}
