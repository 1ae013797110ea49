/** Puts the parts together: the context of all handlers, the routes, and the manners that all answers share. */
import { createPasswords } from "./accounts/passwords.ts";
import { createSessionCookie } from "./accounts/session-cookie.ts";
import { ownOrigins } from "./configuration/own-origins.ts";
import type { Configuration } from "./configuration/schema.ts";
import { authorize } from "./endpoints/authorize.ts";
import { protocolRoutes } from "./endpoints/index.ts";
import { metadataRoutes } from "./endpoints/metadata.ts";
import { ENDPOINT_PATHS } from "./endpoints/paths.ts";
import { causeOf, refusalResponse } from "./endpoints/refusal.ts";
import { CallerMemory } from "./operations/caller-memory.ts";
import type { Context, Limits } from "./operations/context.ts";
import { createEvents, logEvents } from "./operations/events.ts";
import { startHousekeeping } from "./operations/housekeeping.ts";
import { answerConsent, consentPages } from "./pages/consent.tsx";
import { pageErrorResponse, pageRoutes } from "./pages/index.ts";
import { createAttemptLimit } from "./platform/attempts.ts";
import { type Clock, systemClock } from "./platform/clock.ts";
import { type Incoming, NO_SNIFFING, newRequestId, REQUEST_ID_HEADER, type Route } from "./platform/http.ts";
import type { ServerKeys } from "./platform/keys.ts";
import type { FixedAnswers } from "./platform/listen.ts";
import type { Log } from "./platform/log.ts";
import { createNetworkLimit } from "./platform/network.ts";
import { type Peers, shareLimits } from "./platform/peers.ts";
import { createPollPace } from "./platform/poll-pace.ts";
import { type RandomBytes, systemRandom } from "./platform/random.ts";
import { createCatalogue } from "./protocol/catalogue.ts";
import { OAuthError } from "./protocol/errors.ts";
import { parseIssuer } from "./protocol/issuer.ts";
import type { Store } from "./store/contract.ts";
import { watchStore } from "./store/watched.ts";

export interface ServerParts {
  readonly configuration: Configuration;
  readonly store: Store;
  readonly keys: ServerKeys;
  readonly log: Log;
  readonly clock?: Clock;
  readonly random?: RandomBytes;
  /** Whether this process removes expired rows. One process is enough for an embedded database. Default: yes. */
  readonly cleansUp?: boolean;
  /** The processes that count attempts together with this one. */
  readonly peers?: Peers;
}

export interface Server {
  /** Answers a request. `addressOf` returns the address that it came from. Never throws. */
  fetch(request: Request, addressOf: () => string): Promise<Response>;
  /** The answers that are the same for every request, by path: a listener may send them by itself. */
  fixedAnswers(): Promise<FixedAnswers>;
  /** Stops the housekeeping. The store stays open. */
  close(): Promise<void>;
  readonly context: Context;
}

export function createServer({
  configuration,
  store,
  keys,
  log,
  clock = systemClock,
  random = systemRandom,
  cleansUp = true,
  peers,
}: ServerParts): Server {
  const { limits } = configuration;
  const ownLimits = createLimits(configuration, clock);
  const issuer = parseIssuer(configuration.issuer);
  const context: Context = {
    configuration,
    issuer,
    ownOrigins: ownOrigins(configuration),
    catalogue: createCatalogue(configuration),
    clock,
    random,
    log,
    keys,
    store: watchStore(store, {
      began: (error) =>
        log.error("the database is not available", {
          cause: causeOf(error),
          advice: error.advice || undefined,
        }),
      ended: () => log.info("the database is available again"),
    }),
    events: createEvents([logEvents(log)]),
    passwords: createPasswords({
      checksAtOnce: limits.password_checks_at_once,
      checksWaiting: limits.password_checks_waiting,
      maximumBytes: limits.password_bytes,
    }),
    sessionCookie: createSessionCookie(issuer, clock, random),
    callers: new CallerMemory(),
    limits: peers === undefined ? ownLimits : shareLimits(ownLimits, peers),
    pollPace: createPollPace(clock, configuration.lifetimes.device_interval_seconds),
  };
  const { fetch, fixedAnswers } = createRouter(context);
  const housekeeping = cleansUp ? startHousekeeping(context) : null;
  return {
    fetch,
    fixedAnswers,
    close: async () => housekeeping?.stop(),
    context,
  };
}

function createLimits({ limits }: Configuration, clock: Clock): Limits {
  const perAccount = (limit: number, windowSeconds: number) =>
    createAttemptLimit({ clock, limit, windowSeconds });
  const perAddress = (limit: number, windowSeconds: number) =>
    createNetworkLimit({ clock, limit, windowSeconds });
  return {
    signInPerAccount: perAccount(limits.sign_in_failures_per_account, limits.sign_in_window_seconds),
    signInPerAddress: perAddress(limits.sign_in_failures_per_address, limits.sign_in_window_seconds),
    userCodePerAccount: perAccount(limits.user_code_failures_per_account, limits.user_code_window_seconds),
    userCodePerAddress: perAddress(limits.user_code_failures_per_address, limits.user_code_window_seconds),
    clientSecretPerAddress: perAddress(
      limits.client_secret_failures_per_address,
      limits.client_secret_window_seconds,
    ),
    registrationPerAddress: perAddress(limits.registrations_per_address, limits.registration_window_seconds),
    deviceRequestPerAddress: perAddress(
      limits.device_requests_per_address,
      limits.device_request_window_seconds,
    ),
  };
}

type Router = Pick<Server, "fetch" | "fixedAnswers">;

/** Literal paths only, compared as they are: no pattern decides who answers. */
function createRouter(context: Context): Router {
  const { origin, path: base } = context.issuer;
  const metadata = metadataRoutes(context);
  const routes = new Map<string, Route>(metadata.root.map((route) => [route.path, route]));
  const forPeople = [authorizeRoute(context), consentRoute(context), ...pageRoutes(context)];
  for (const route of [...metadata.below, ...protocolRoutes(context), ...forPeople]) {
    routes.set(base + route.path, route);
  }
  // People type the issuer's address without a slash at its end.
  if (base !== "") routes.set(base, toHome(`${base}/`));
  const fetch: Server["fetch"] = async (request, addressOf) => {
    const { path, query } = targetOf(request);
    const incoming: Incoming = {
      request,
      url: new URL(origin + path + query),
      get address() {
        return addressOf();
      },
      requestId: newRequestId(context.random),
    };
    const route = routes.get(path);
    const response = await (route === undefined
      ? nothingHere(context, incoming)
      : answer(context, route, incoming));
    response.headers.set(REQUEST_ID_HEADER, incoming.requestId);
    return response;
  };
  return {
    fetch,
    async fixedAnswers() {
      const paths = [
        ...metadata.root.map(({ path }) => path),
        ...metadata.below.map(({ path }) => base + path),
      ];
      const ask = async (path: string) => {
        const response = await fetch(new Request(origin + path), () => "");
        // Many requests will get this answer, so it cannot carry the id of one.
        response.headers.delete(REQUEST_ID_HEADER);
        return [path, response] as const;
      };
      return Object.fromEntries(await Promise.all(paths.map(ask)));
    },
  };
}

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

/**
 * The path and query of a request. The part before them comes from the Host header, which may be invalid, and is ignored:
 * this server makes all URLs from the issuer.
 */
function targetOf({ url }: Request): { path: string; query: string } {
  const start = url.startsWith("/") ? 0 : url.indexOf("/", url.indexOf("//") + 2);
  const target = start < 0 ? "/" : url.slice(start);
  const hash = target.indexOf("#");
  const all = hash < 0 ? target : target.slice(0, hash);
  const question = all.indexOf("?");
  return question < 0
    ? { path: all, query: "" }
    : { path: all.slice(0, question), query: all.slice(question) };
}

/** Joins the authorization endpoint, which decides, with the consent page, which asks. */
const authorizeRoute = (context: Context): Route => ({
  path: ENDPOINT_PATHS.authorize,
  audience: "people",
  // RFC 9700 §2.6: no CORS, because clients redirect people here.
  cors: "nobody",
  methods: authorize(context, consentPages(context)),
});

const consentRoute = (context: Context): Route => ({
  path: "/consent",
  audience: "people",
  cors: "nobody",
  methods: { POST: answerConsent(context) },
});

async function answer(context: Context, route: Route, incoming: Incoming): Promise<Response> {
  const response = await decide(context, route, incoming);
  if (route.cors !== "nobody") allowOtherOrigins(response, route, incoming.request.method);
  return response;
}

async function decide(context: Context, route: Route, incoming: Incoming): Promise<Response> {
  try {
    // As in forms (decodeFormComponent). This check is for the pages, which read their queries themselves.
    if (incoming.url.search.includes("%00")) throw new OAuthError("parameters_malformed");
    const { method } = incoming.request;
    const { GET, POST } = route.methods;
    if (method === "POST" && POST !== undefined) return await POST(incoming);
    if (method === "GET" && GET !== undefined) return await GET(incoming);
    if (method === "HEAD" && GET !== undefined) return await withoutBody(await GET(incoming));
    const allow = [GET && "GET, HEAD", POST && "POST", route.cors !== "nobody" && "OPTIONS"]
      .filter(Boolean)
      .join(", ");
    if (method === "OPTIONS" && route.cors !== "nobody") {
      return new Response(null, { status: 204, headers: { Allow: allow, ...NO_SNIFFING } });
    }
    throw new OAuthError("method_not_allowed", { allow });
  } catch (error) {
    return (route.audience === "people" ? pageErrorResponse : refusalResponse)(context, error, incoming);
  }
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
function allowOtherOrigins(response: Response, { methods }: Route, method: string): void {
  const { headers } = response;
  headers.set("Access-Control-Allow-Origin", "*");
  headers.set("Access-Control-Expose-Headers", "WWW-Authenticate, Retry-After, Request-Id, DPoP-Nonce");
  // Browsers read the other headers only in the answer to a preflight (Fetch §4.8).
  if (method !== "OPTIONS") return;
  headers.set("Access-Control-Allow-Methods", [...Object.keys(methods), "OPTIONS"].join(", "));
  headers.set("Access-Control-Allow-Headers", "Authorization, Content-Type, DPoP, MCP-Protocol-Version");
  headers.set("Access-Control-Max-Age", "7200");
}
