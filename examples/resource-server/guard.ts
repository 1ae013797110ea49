/**
 * A guard for resource servers: one file without dependencies, to copy. It needs `fetch` and WebCrypto, as Bun, Node 20, Deno
 * and edge runtimes have them.
 *
 * It checks the access token of a request, by introspection (RFC 7662) or as a JWT (RFC 9068), and a proof of possession if the token is
 * bound to a key (DPoP, RFC 9449) or to a certificate (mTLS, RFC 8705). It then checks the scopes and how well the person signed in (RFC 9470). Each refusal has the challenge
 * that tells the client what to do, and where the metadata of the resource are (RFC 9728), which the guard serves too.
 *
 * @example Bun.serve
 * ```ts
 * const guard = createGuard({ issuer: "https://auth.example.org", resource: "https://notes.example.org/api", check: { by: "jwt" } });
 * const notes = guard.serve({ scope: "notes.read" }, (request, access) => Response.json({ for: access.subject }));
 * Bun.serve({ routes: { [guard.metadataPath]: guard.metadataResponse, "/api/notes": notes } });
 * ```
 *
 * @example Hono
 * ```ts
 * app.get(guard.metadataPath, () => guard.metadataResponse());
 * app.use("/api/*", guard.hono({ scope: "notes.read" }));
 * app.get("/api/notes", (c) => c.json({ for: c.get("access").subject }));
 * ```
 *
 * @example Express
 * ```ts
 * app.get(guard.metadataPath, (_, response) => response.json(guard.metadata));
 * app.use("/api", guard.express({ scope: "notes.read" }));
 * app.get("/api/notes", (_, response) => response.json({ for: response.locals.access.subject }));
 * ```
 */

// ── What a resource server says ────────────────────────────────────────────────────────────────────────────

export interface GuardOptions {
  /** The authorization server, exactly as it writes itself in `iss`. */
  readonly issuer: string;
  /** The identifier of this resource: its public address. It is the `aud` of its tokens, and the beginning of every `htu`. */
  readonly resource: string;
  readonly check: Introspection | SignedTokens;
  /**
   * `accept` (default): a token may be bound to a key, and is refused without a proof then. `required`: every token must be bound.
   */
  readonly dpop?: "accept" | "required";
  /**
   * Where the certificate of the client is, if the connection has one. Default: nowhere, and tokens that are bound to a certificate are
   * refused.
   */
  readonly certificate?: CertificateHeader | CertificateReader;
  /** The path that a proxy in front takes away: "/api" if clients call /api/notes and this server sees /notes. */
  readonly strippedPath?: string;
  /** The document of RFC 9728, as `tessera resource show` prints it. Default: made from the other options. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** The scopes to name in the document that is made. */
  readonly scopes?: readonly string[];
  /** Where used proofs are remembered. Default: in this process. Several processes need a common place. */
  readonly proofs?: ProofMemory;
  /** Is told why the authorization server could not be asked. The request gets 503. */
  readonly onFailure?: (error: unknown) => void;
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** The time in milliseconds. */
  readonly now?: () => number;
}

/** Asks the authorization server. A revocation counts at once. */
export interface Introspection {
  readonly by: "introspection";
  /** The client of this resource server; the authorization server names it in `introspection_clients` of the resource. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** How long a good answer is kept, 0 to 30 seconds. A revoked token is good for that long. Default: 0. */
  readonly cacheSeconds?: number;
}

/** Checks signed tokens with the key set of the authorization server. A revocation does not count before the token expires. */
export interface SignedTokens {
  readonly by: "jwt";
  /** The algorithms that may sign tokens. Default: all asymmetric ones that this guard knows. */
  readonly algorithms?: readonly AlgorithmName[];
}

/**
 * The header in which a trusted proxy passes the certificate on: as PEM in escapes (nginx: `$ssl_client_escaped_cert`), as base64 of its
 * DER, or as RFC 9440 says (`Client-Cert`). Name one only if the proxy removes that header from what clients send, and if no client
 * reaches this server without the proxy: a certificate is public, so anyone could write it there.
 */
export interface CertificateHeader {
  readonly header: string;
}

/**
 * For a runtime that knows the certificate of the TLS connection. It returns the SHA-256 of its DER, as base64url or as hexadecimal digits
 * with colons (`getPeerCertificate().fingerprint256` of Node), or null. The handshake proved that the client has the key; who issued
 * the certificate does not matter (RFC 8705 §6.2).
 */
export interface CertificateReader {
  thumbprint(request: Request | NodeRequest): string | null;
}

/** What one kind of request demands. */
export interface Demand {
  /** Each of them is needed. */
  readonly scope?: string | readonly string[];
  /** RFC 9470: the levels of sign-in of which one is needed, the preferred first. */
  readonly acr?: string | readonly string[];
  /** RFC 9470: how old the sign-in of the person may be, in seconds. */
  readonly maxAge?: number;
}

/** What is known of a request that may go on. */
export interface Access {
  /** The person, or the client if it acts for itself. */
  readonly subject: string;
  readonly clientId: string;
  readonly scope: readonly string[];
  /** RFC 7638: the thumbprint of the key that the token is bound to; null for others. */
  readonly key: string | null;
  /** RFC 8705 §3.1: the thumbprint of the certificate that the token is bound to; null for others. */
  readonly certificate: string | null;
  /** All that the token or its introspection says. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** The parts of a request that the guard reads. A `Request` has them. */
export interface GuardedRequest {
  readonly method: string;
  /** A path, or an address whose host does not count. */
  readonly url: string;
  header(name: string): string | null;
  /** The thumbprint of the client's certificate, as `CertificateReader` gives it. It counts if the options name a reader. */
  readonly certificate?: string | null;
}

/** A refusal, to be sent as it is. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, string>>;
}

export type Verdict =
  | { readonly access: Access; readonly refusal: null }
  | { readonly access: null; readonly refusal: Refusal };

/** RFC 9449 §11.1: a proof counts once. */
export interface ProofMemory {
  /** True if the proof is new, and then it is no longer. `expiresAt`: when it may be forgotten, in milliseconds. */
  use(id: string, expiresAt: number): boolean | Promise<boolean>;
}

export interface Guard {
  /** The document of RFC 9728, and the path at which clients look for it. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly metadataPath: string;
  metadataResponse(): Response;
  check(request: GuardedRequest, demand?: Demand): Promise<Verdict>;
  /** For Bun.serve, Deno.serve and others that answer a `Request` with a `Response`. */
  serve(
    demand: Demand,
    handle: (request: Request, access: Access) => Response | Promise<Response>,
  ): (request: Request) => Promise<Response>;
  /** Middleware for Hono. `c.get("access")` has the access. */
  hono(demand?: Demand): (context: HonoContext, next: () => Promise<void>) => Promise<Response | undefined>;
  /** Middleware for Express. `response.locals.access` has the access. */
  express(demand?: Demand): (request: NodeRequest, response: NodeResponse, next: () => void) => Promise<void>;
}

/** The parts of Hono and of Express that the guard uses, so that it needs neither. */
interface HonoContext {
  readonly req: { readonly raw: Request };
  set(name: string, value: unknown): void;
}
export interface NodeRequest {
  readonly method: string;
  readonly originalUrl: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}
interface NodeResponse {
  readonly locals: Record<string, unknown>;
  status(code: number): { set(headers: Readonly<Record<string, string>>): { json(body: unknown): unknown } };
}

// ── The guard ──────────────────────────────────────────────────────────────────────────────────────────────

/** How old a proof may be, and how far ahead of this clock its own may be, in seconds. */
const PROOF_SECONDS = 60;
const SKEW_SECONDS = 10;
const LONGEST_CACHE_SECONDS = 30;
/** Longer tokens and proofs are refused before anything decodes them. */
const LONGEST_TOKEN = 16_384;
const MOST_REMEMBERED = 100_000;

/** Throws TypeError for options that contradict each other. */
export function createGuard(options: GuardOptions): Guard {
  const { resource, check, dpop = "accept", strippedPath = "", certificate: certificateAt } = options;
  const { origin, pathname, search, hash } = new URL(resource);
  if (hash !== "") throw new TypeError("resource has a fragment (RFC 9728 §1.2).");
  if (
    check.by === "introspection" &&
    !((check.cacheSeconds ?? 0) >= 0 && (check.cacheSeconds ?? 0) <= LONGEST_CACHE_SECONDS)
  )
    throw new TypeError(`cacheSeconds is a number from 0 to ${LONGEST_CACHE_SECONDS}.`);
  const metadata = options.metadata ?? {
    resource,
    authorization_servers: [options.issuer],
    ...(options.scopes !== undefined && options.scopes.length > 0 && { scopes_supported: options.scopes }),
    bearer_methods_supported: ["header"],
    dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
    ...(certificateAt !== undefined && { tls_client_certificate_bound_access_tokens: true }),
    ...(dpop === "required" && { dpop_bound_access_tokens_required: true }),
  };
  if (metadata.resource !== resource) throw new TypeError("metadata are of another resource.");
  // RFC 9728 §3.1.
  const metadataPath = `/.well-known/oauth-protected-resource${pathname === "/" ? "" : pathname}`;
  const metadataUrl = `${origin}${metadataPath}${search}`;

  const now = options.now ?? Date.now;
  const server = new AuthorizationServer(options.issuer, options.fetch ?? fetch, now);
  const claimsOf =
    check.by === "jwt"
      ? signedClaims(server, check.algorithms ?? ALGORITHM_NAMES, now)
      : introspectedClaims(server, check, now);
  const proofs = options.proofs ?? new ProcessMemory(now);

  async function decide(request: GuardedRequest, demand: Demand = {}): Promise<Verdict> {
    try {
      return { access: await accessOf(request, demand), refusal: null };
    } catch (error) {
      if (error instanceof Refused) return { access: null, refusal: refusalFor(error, request, demand) };
      options.onFailure?.(error);
      // RFC 7662 §4: a token that cannot be checked is not good.
      const body = { error: "temporarily_unavailable", error_description: "The token could not be checked." };
      return { access: null, refusal: { status: 503, headers: { "Retry-After": "5" }, body } };
    }
  }

  async function accessOf(request: GuardedRequest, demand: Demand): Promise<Access> {
    const { scheme, token } = presented(request);
    const digest = await sha256(token);
    const claims = await claimsOf(token, digest);
    const { iss, aud, sub, client_id: clientId, exp, nbf } = claims;
    // RFC 9068 §4, RFC 7662 §4: a token of this server, for this resource, now.
    if (iss !== undefined && iss !== options.issuer)
      throw new Refused("invalid_token", "The token is of another issuer.");
    if (!listOf(aud).some((each) => sameResource(each, resource)))
      throw new Refused("invalid_token", "The token is for another resource.");
    if (typeof exp !== "number" || exp * 1000 <= now())
      throw new Refused("invalid_token", "The token has expired.");
    if (nbf !== undefined && !(typeof nbf === "number" && (nbf - SKEW_SECONDS) * 1000 <= now()))
      throw new Refused("invalid_token", "The token is not valid yet.");
    if (typeof sub !== "string" || typeof clientId !== "string")
      throw new Refused("invalid_token", "The token names no subject or no client.");
    const { key, certificate } = await requirePossession(request, scheme, digest, claims);
    const scope =
      typeof claims.scope === "string" ? claims.scope.split(" ").filter((name) => name !== "") : [];
    if (!scopesOf(demand).every((name) => scope.includes(name))) throw new Refused("insufficient_scope");
    requireSignIn(claims, demand);
    return { subject: sub, clientId, scope, key, certificate, claims };
  }

  /** RFC 9449 §7.1: a bound token never counts without a proof, and no proof makes a bearer token a bound one. */
  async function requirePossession(
    request: GuardedRequest,
    scheme: "Bearer" | "DPoP",
    digest: string,
    { cnf }: Readonly<Record<string, unknown>>,
  ): Promise<Pick<Access, "key" | "certificate">> {
    const binding = isObject(cnf) ? cnf : cnf === undefined ? null : {};
    if (binding === null) {
      if (scheme === "DPoP") throw new Refused("invalid_token", "The token is not bound to a key.");
      if (dpop === "required")
        throw new Refused("invalid_token", "This resource takes only tokens that are bound to a key.");
      return { key: null, certificate: null };
    }
    const { jkt, "x5t#S256": bound } = binding;
    const isOne = Object.keys(binding).length === 1;
    if (typeof bound === "string" && isOne && certificateAt !== undefined)
      return { key: null, certificate: await requireCertificate(request, scheme, bound) };
    // RFC 7800 §3.1: what this guard cannot check is no possession.
    if (typeof jkt !== "string" || !isOne)
      throw new Refused("invalid_token", "The token is bound in a way that this resource cannot check.");
    if (scheme !== "DPoP")
      throw new Refused("invalid_token", "The token is bound to a key: send it with the scheme DPoP.");
    const proof = await verifiedProof(request.header("dpop"), jkt);
    const { htm, htu, iat, jti, ath } = proof;
    if (htm !== request.method)
      throw new Refused("invalid_dpop_proof", "htm is not the method of the request.");
    if (typeof htu !== "string" || withoutQuery(htu) !== publicUrl(request.url))
      throw new Refused("invalid_dpop_proof", "htu is not the address of the request.");
    if (ath !== digest) throw new Refused("invalid_dpop_proof", "ath is not the digest of the token.");
    const age = typeof iat === "number" ? now() / 1000 - iat : Number.NaN;
    if (!(age <= PROOF_SECONDS && age >= -SKEW_SECONDS))
      throw new Refused("invalid_dpop_proof", "iat is too old, or in the future.");
    if (typeof jti !== "string" || jti === "" || jti.length > 256)
      throw new Refused("invalid_dpop_proof", "jti is missing or too long.");
    // The last check, so that only proofs that are good otherwise take room.
    const forgetAt = now() + (PROOF_SECONDS + SKEW_SECONDS + 1) * 1000;
    if (!(await proofs.use(await sha256(`${jkt} ${jti}`), forgetAt)))
      throw new Refused("invalid_dpop_proof", "The proof was used before.");
    return { key: jkt, certificate: null };
  }

  /** RFC 8705 §3: the connection shows the certificate that the token is bound to. No DPoP proof takes its place. */
  async function requireCertificate(
    request: GuardedRequest,
    scheme: "Bearer" | "DPoP",
    bound: string,
  ): Promise<string> {
    if (scheme === "DPoP") throw new Refused("invalid_token", "The token is not bound to a key.");
    if (dpop === "required")
      throw new Refused("invalid_token", "This resource takes only tokens that are bound to a key.");
    const shown =
      certificateAt !== undefined && "header" in certificateAt
        ? await thumbprintIn(request.header(certificateAt.header))
        : spelledThumbprint(request.certificate ?? null);
    if (shown === null || shown !== bound)
      throw new Refused("invalid_token", "The token is bound to another certificate.");
    return shown;
  }

  /** The thumbprint, from what only a runtime knows. */
  const certificateOf = (request: Request | NodeRequest): string | null =>
    certificateAt !== undefined && "thumbprint" in certificateAt ? certificateAt.thumbprint(request) : null;

  /** RFC 9449 §4.3: where the request went. The host is what the options say: the header Host is the client's word. */
  function publicUrl(url: string): string | null {
    const path = url.startsWith("/") ? url : url.replace(/^[a-z]+:\/\/[^/?#]*/i, "");
    return withoutQuery(`${origin}${strippedPath}${path.startsWith("/") ? path : `/${path}`}`);
  }

  /** RFC 9470 §3. */
  function requireSignIn({ acr, auth_time: at }: Readonly<Record<string, unknown>>, demand: Demand): void {
    const levels = listOf(demand.acr);
    const isGoodEnough = levels.length === 0 || (typeof acr === "string" && levels.includes(acr));
    const isRecent =
      demand.maxAge === undefined || (typeof at === "number" && now() / 1000 - at <= demand.maxAge);
    if (!isGoodEnough || !isRecent) throw new Refused("insufficient_user_authentication");
  }

  /**
   * RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3, RFC 9728 §5.1: the challenges that lead a client on. The one of the scheme that the client
   * used says what was wrong.
   */
  function refusalFor({ error, description }: Refused, request: GuardedRequest, demand: Demand): Refusal {
    const scope = scopesOf(demand).join(" ");
    const said = description ?? DESCRIPTIONS[error ?? ""];
    const wrong = {
      ...(error !== null && { error }),
      ...(error !== null && said !== undefined && { error_description: said }),
      ...(error === "insufficient_user_authentication" && {
        ...(demand.acr !== undefined && { acr_values: listOf(demand.acr).join(" ") }),
        ...(demand.maxAge !== undefined && { max_age: String(demand.maxAge) }),
      }),
    };
    const common = {
      ...(scope !== "" && (error === null || error === "insufficient_scope") && { scope }),
      resource_metadata: metadataUrl,
    };
    const usedDpop = dpop === "required" || /^dpop /i.test(request.header("authorization") ?? "");
    const ofDpop = challenge("DPoP", { ...(usedDpop && wrong), ...common, algs: PROOF_ALGORITHMS.join(" ") });
    const ofBearer = challenge("Bearer", { ...(!usedDpop && wrong), ...common });
    return {
      status: error === "invalid_request" ? 400 : error === "insufficient_scope" ? 403 : 401,
      headers: {
        "WWW-Authenticate": dpop === "required" ? ofDpop : `${ofBearer}, ${ofDpop}`,
        "Cache-Control": "no-store",
      },
      body: { error: error ?? "unauthorized", ...(said !== undefined && { error_description: said }) },
    };
  }

  return {
    metadata,
    metadataPath,
    metadataResponse: () =>
      Response.json(metadata, {
        // Clients in browsers read it too.
        headers: { "Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*" },
      }),
    check: decide,
    serve: (demand, handle) => async (request) => {
      const { access, refusal } = await decide(fromRequest(request, certificateOf(request)), demand);
      return refusal === null ? handle(request, access) : toResponse(refusal);
    },
    hono: (demand) => async (context, next) => {
      const { access, refusal } = await decide(
        fromRequest(context.req.raw, certificateOf(context.req.raw)),
        demand,
      );
      if (refusal !== null) return toResponse(refusal);
      context.set("access", access);
      await next();
      return undefined;
    },
    express: (demand) => async (request, response, next) => {
      const { access, refusal } = await decide(fromNode(request, certificateOf(request)), demand);
      if (refusal !== null) {
        response.status(refusal.status).set(refusal.headers).json(refusal.body);
        return;
      }
      response.locals.access = access;
      next();
    },
  };
}

const fromRequest = ({ method, url, headers }: Request, certificate: string | null): GuardedRequest => ({
  method,
  url,
  certificate,
  header: (name) => headers.get(name),
});

const fromNode = (
  { method, originalUrl, headers }: NodeRequest,
  certificate: string | null,
): GuardedRequest => ({
  method,
  url: originalUrl,
  certificate,
  header(name) {
    const value = headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(", ") : (value ?? null);
  },
});

const toResponse = ({ status, headers, body }: Refusal): Response => Response.json(body, { status, headers });

const challenge = (scheme: string, parameters: Readonly<Record<string, string>>): string =>
  `${scheme} ${Object.entries(parameters)
    .map(([name, value]) => `${name}="${value.replace(/["\\]/g, "")}"`)
    .join(", ")}`;

type ErrorCode =
  | "invalid_request"
  | "invalid_token"
  | "invalid_dpop_proof"
  | "insufficient_scope"
  | "insufficient_user_authentication";

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  invalid_request: "Send one access token, in the header Authorization.",
  insufficient_scope: "The token does not have the scope that this needs.",
  insufficient_user_authentication: "The sign-in is too weak or too old for this.",
};

/** `error`: null for a request without a token, whose challenge has no error (RFC 6750 §3.1). */
class Refused extends Error {
  readonly error: ErrorCode | null;
  readonly description: string | undefined;
  constructor(error: ErrorCode | null, description?: string) {
    super(description ?? error ?? "no token");
    this.error = error;
    this.description = description;
  }
}

/** RFC 6750 §2.1, RFC 9449 §7.1. A token in the address or in a form does not count. Two headers arrive as one, with a comma. */
function presented(request: GuardedRequest): { readonly scheme: "Bearer" | "DPoP"; readonly token: string } {
  const header = request.header("authorization") ?? "";
  const [, scheme = "", token = ""] = /^(bearer|dpop) +([A-Za-z0-9._~+/-]+=*) *$/i.exec(header) ?? [];
  if (token === "") throw new Refused(/^(?:bearer|dpop)(?: |$)/i.test(header) ? "invalid_request" : null);
  if (token.length > LONGEST_TOKEN) throw new Refused("invalid_token", "The token is too long.");
  return { scheme: scheme.toLowerCase() === "dpop" ? "DPoP" : "Bearer", token };
}

// ── The authorization server ───────────────────────────────────────────────────────────────────────────────

type Fetch = NonNullable<GuardOptions["fetch"]>;
type Claims = Readonly<Record<string, unknown>>;

const METADATA_SECONDS = 3600;
/** A stranger can name any `kid`: for one that is unknown, the key set is fetched again this often at most. */
const KEY_SET_PAUSE_SECONDS = 30;
const KEY_SET_SECONDS = 600;
const LONGEST_KEY_SET_SECONDS = 3600;

/** The metadata and the keys of the authorization server. What is fetched is shared by all requests that wait for it. */
class AuthorizationServer {
  readonly issuer: string;
  readonly #fetch: Fetch;
  readonly #now: () => number;
  #metadata: { readonly at: number; readonly document: Promise<Claims> } | null = null;
  #keys: { readonly at: number; readonly set: Promise<KeySet> } | null = null;

  constructor(issuer: string, fetch: Fetch, now: () => number) {
    this.issuer = issuer;
    this.#fetch = fetch;
    this.#now = now;
  }

  /** RFC 8414 §3. Throws if the document is of another issuer. */
  async endpoint(name: "introspection_endpoint" | "jwks_uri"): Promise<string> {
    if (this.#metadata === null || this.#now() - this.#metadata.at > METADATA_SECONDS * 1000) {
      const fetched = { at: this.#now(), document: this.#discover() };
      this.#metadata = fetched;
      fetched.document.catch(() => {
        if (this.#metadata === fetched) this.#metadata = null;
      });
    }
    const address = (await this.#metadata.document)[name];
    if (typeof address !== "string") throw new Error(`The metadata of ${this.issuer} have no ${name}.`);
    return address;
  }

  async #discover(): Promise<Claims> {
    const { origin, pathname } = new URL(this.issuer);
    const path = pathname === "/" ? "" : pathname;
    const document = await this.json(`${origin}/.well-known/oauth-authorization-server${path}`, {});
    // RFC 8414 §3.3.
    if (document.issuer !== this.issuer) throw new Error(`The metadata are not those of ${this.issuer}.`);
    return document;
  }

  /** The answer as JSON. Throws for any other status than 200, for redirects, and after five seconds. */
  async json(url: string, init: RequestInit): Promise<Claims> {
    const signal = AbortSignal.timeout(5000);
    const response = await this.#fetch(url, { ...init, redirect: "error", signal });
    if (response.status !== 200) throw new Error(`${url} answered ${response.status}.`);
    const document: unknown = await response.json();
    if (!isObject(document)) throw new Error(`${url} did not answer with a JSON object.`);
    return document;
  }

  /** The key with this `kid`; undefined if there is none. */
  async key(kid: string): Promise<PublicKey | undefined> {
    const known = this.#keys;
    const age = known === null ? Number.POSITIVE_INFINITY : this.#now() - known.at;
    if (known !== null && age <= KEY_SET_SECONDS * 1000) {
      const found = (await known.set).keys.find((key) => key.kid === kid);
      if (found !== undefined || age <= KEY_SET_PAUSE_SECONDS * 1000) return found;
    }
    // Another request may have begun meanwhile.
    if (this.#keys === known) {
      const fetched = { at: this.#now(), set: this.#keysAfter(known?.set) };
      this.#keys = fetched;
      fetched.set.catch(() => {
        if (this.#keys === fetched) this.#keys = null;
      });
    }
    return (await this.#keys?.set)?.keys.find((key) => key.kid === kid);
  }

  /** While the authorization server does not answer, the former keys serve on, for an hour at most. */
  async #keysAfter(former: Promise<KeySet> | undefined): Promise<KeySet> {
    try {
      return { keys: await this.#fetchKeys(), fetchedAt: this.#now() };
    } catch (error) {
      const known = await former;
      if (known === undefined || this.#now() - known.fetchedAt > LONGEST_KEY_SET_SECONDS * 1000) throw error;
      return known;
    }
  }

  async #fetchKeys(): Promise<readonly PublicKey[]> {
    const { keys } = await this.json(await this.endpoint("jwks_uri"), {});
    if (!Array.isArray(keys)) throw new Error("The key set has no keys.");
    const read = keys.filter(isObject).map(async (jwk): Promise<PublicKey | null> => {
      const entry = ALGORITHMS.find(({ name }) => name === jwk.alg);
      if (entry === undefined || typeof jwk.kid !== "string" || (jwk.use ?? "sig") !== "sig") return null;
      const key = await importPublicKey(entry, jwk);
      return key === null ? null : { kid: jwk.kid, entry, key };
    });
    return (await Promise.all(read)).filter((key) => key !== null);
  }
}

interface KeySet {
  readonly keys: readonly PublicKey[];
  readonly fetchedAt: number;
}

interface PublicKey {
  readonly kid: string;
  readonly entry: AlgorithmEntry;
  readonly key: CryptoKey;
}

/**
 * RFC 7662. Requests with the same token that come at the same time ask once, and a good answer is kept for as long as the options say,
 * by the digest of the token.
 */
function introspectedClaims(server: AuthorizationServer, options: Introspection, now: () => number) {
  const { clientId, clientSecret, cacheSeconds = 0 } = options;
  const asked = new Map<string, Promise<Claims>>();
  const kept = new Map<string, { readonly claims: Claims; readonly until: number }>();
  // RFC 6749 §2.3.1: each half is form-encoded.
  const encoded = (text: string) => new URLSearchParams({ _: text }).toString().slice(2);
  const credentials = `Basic ${btoa(`${encoded(clientId)}:${encoded(clientSecret)}`)}`;

  async function ask(token: string): Promise<Claims> {
    const claims = await server.json(await server.endpoint("introspection_endpoint"), {
      method: "POST",
      headers: {
        Authorization: credentials,
        Accept: "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
      },
      body: new URLSearchParams({ token, token_type_hint: "access_token" }).toString(),
    });
    if (claims.active !== true) throw new Refused("invalid_token", "The token is not active.");
    // RFC 7662 §2.2: a refresh token has no type, and is no access token although its client may introspect it.
    if (typeof claims.token_type !== "string") throw new Refused("invalid_token", "This is no access token.");
    return claims;
  }

  return async (token: string, digest: string): Promise<Claims> => {
    const found = kept.get(digest);
    if (found !== undefined && found.until > now()) return found.claims;
    kept.delete(digest);
    const waiting = asked.get(digest);
    if (waiting !== undefined) return waiting;
    const answer = ask(token);
    asked.set(digest, answer);
    try {
      const claims = await answer;
      if (cacheSeconds > 0) {
        kept.set(digest, { claims, until: now() + cacheSeconds * 1000 });
        forgetOldest(kept, MOST_REMEMBERED);
      }
      return claims;
    } finally {
      asked.delete(digest);
    }
  };
}

function forgetOldest(map: Map<string, unknown>, most: number): void {
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}

/** RFC 9068 §4. */
function signedClaims(server: AuthorizationServer, allowed: readonly string[], now: () => number) {
  return async (token: string): Promise<Claims> => {
    const parsed = parseJws(token);
    if (parsed === null) throw new Refused("invalid_token", "The token is no JWT.");
    const { header, payload } = parsed;
    // RFC 8725 §3.11: an ID token, or any other JWT of the same server, is no access token.
    const type = typeof header.typ === "string" ? header.typ.toLowerCase() : "";
    if (type !== "at+jwt" && type !== "application/at+jwt")
      throw new Refused("invalid_token", "The token is of another type than at+jwt.");
    if (typeof header.alg !== "string" || !allowed.includes(header.alg))
      throw new Refused("invalid_token", "The token is signed with an algorithm that is not allowed.");
    const found = typeof header.kid === "string" ? await server.key(header.kid) : undefined;
    // RFC 8725 §3.1: the key says which algorithm it takes, and the header cannot choose another.
    if (
      found === undefined ||
      found.entry.name !== header.alg ||
      !(await isSigned(parsed, found.entry, found.key))
    )
      throw new Refused("invalid_token", "The signature of the token is wrong.");
    if (payload.iss !== server.issuer) throw new Refused("invalid_token", "The token is of another issuer.");
    const { iat } = payload;
    if (typeof iat !== "number" || (iat - SKEW_SECONDS) * 1000 > now())
      throw new Refused("invalid_token", "iat is missing or in the future.");
    return payload;
  };
}

// ── Proofs ─────────────────────────────────────────────────────────────────────────────────────────────────

/** RFC 9449 §4.3: the claims of a proof that the key with this thumbprint signed. */
async function verifiedProof(text: string | null, jkt: string): Promise<Claims> {
  const parsed = text === null ? null : parseJws(text);
  if (parsed === null) throw new Refused("invalid_dpop_proof", "Send one proof, a JWT, in the header DPoP.");
  const { header, payload } = parsed;
  const entry = ALGORITHMS.find(({ name }) => name === header.alg && PROOF_ALGORITHMS.includes(name));
  if (header.typ !== "dpop+jwt" || entry === undefined || !isObject(header.jwk))
    throw new Refused("invalid_dpop_proof", "typ, alg or jwk of the proof is not allowed.");
  const { jwk } = header;
  if (PRIVATE_MEMBERS.some((member) => Object.hasOwn(jwk, member)))
    throw new Refused("invalid_dpop_proof", "The proof has a private key in it. Make a new key.");
  // The cheap comparison first: a key that the token is not bound to, which could be no point of its curve, is never imported.
  if ((await thumbprint(jwk, entry)) !== jkt)
    throw new Refused("invalid_dpop_proof", "The token is bound to another key.");
  const key = await importPublicKey(entry, jwk);
  if (key === null || !(await isSigned(parsed, entry, key)))
    throw new Refused("invalid_dpop_proof", "The signature of the proof is wrong.");
  return payload;
}

const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/** RFC 7638 §3. */
function thumbprint(jwk: Claims, { kty, members }: AlgorithmEntry): Promise<string> {
  const wanted = ["kty", ...members].toSorted();
  if (jwk.kty !== kty || wanted.some((name) => typeof jwk[name] !== "string")) return Promise.resolve("");
  return sha256(JSON.stringify(Object.fromEntries(wanted.map((name) => [name, jwk[name]]))));
}

/** Proofs in the memory of one process. When it is full of proofs that still count, further ones are refused. */
class ProcessMemory implements ProofMemory {
  readonly #used = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  use(id: string, expiresAt: number): boolean {
    const now = this.#now();
    // All are kept equally long, so the oldest expire first.
    for (const [known, until] of this.#used) {
      if (until > now) break;
      this.#used.delete(known);
    }
    if (this.#used.has(id)) return false;
    if (this.#used.size >= MOST_REMEMBERED) throw new Error("Too many proofs at once.");
    this.#used.set(id, expiresAt);
    return true;
  }
}

// ── Certificates ───────────────────────────────────────────────────────────────────────────────────────────

/** Longer ones are refused before anything decodes them. */
const LONGEST_CERTIFICATE = 16_384;

/** The thumbprint of the one certificate in a header; null if there is none, or if it is no text that a proxy writes. */
async function thumbprintIn(header: string | null): Promise<string | null> {
  if (header === null || header.length > LONGEST_CERTIFICATE) return null;
  try {
    const text = header.includes("%") ? decodeURIComponent(header) : header;
    const body = /^-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/.exec(
      text,
    )?.[1];
    const base64 = (body ?? text.replace(/^:([^:]*):$/, "$1")).replace(/\s/g, "");
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return null;
    const der = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    return toBase64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", der)));
  } catch {
    return null;
  }
}

/** A thumbprint as `x5t#S256` has it; null for what is none. */
function spelledThumbprint(text: string | null): string | null {
  if (text === null || /^[A-Za-z0-9_-]{43}$/.test(text)) return text;
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){31}$/i.test(text)) return null;
  return toBase64Url(Uint8Array.from(text.split(":"), (byte) => Number.parseInt(byte, 16)));
}

// ── JOSE ───────────────────────────────────────────────────────────────────────────────────────────────────

/** RFC 7518 §3.1, RFC 8037: everything about one algorithm. None is symmetric: a public key is no secret to verify with. */
interface AlgorithmEntry {
  readonly name: string;
  readonly kty: "RSA" | "EC" | "OKP";
  /** The members of a public key beside `kty` (RFC 7638 §3.2). */
  readonly members: readonly string[];
  readonly crv?: string;
  readonly importAs: RsaHashedImportParams | EcKeyImportParams | Algorithm;
  readonly verifyAs: RsaPssParams | EcdsaParams | Algorithm;
}

const rsa = (
  name: string,
  scheme: "RSASSA-PKCS1-v1_5" | "RSA-PSS",
  bits: 256 | 384 | 512,
): AlgorithmEntry => ({
  name,
  kty: "RSA",
  members: ["e", "n"],
  importAs: { name: scheme, hash: `SHA-${bits}` },
  verifyAs: scheme === "RSA-PSS" ? { name: scheme, saltLength: bits / 8 } : { name: scheme },
});
const ec = (name: string, crv: string, bits: 256 | 384 | 512): AlgorithmEntry => ({
  name,
  kty: "EC",
  members: ["crv", "x", "y"],
  crv,
  importAs: { name: "ECDSA", namedCurve: crv },
  verifyAs: { name: "ECDSA", hash: `SHA-${bits}` },
});
const ed = (name: string): AlgorithmEntry => ({
  name,
  kty: "OKP",
  members: ["crv", "x"],
  crv: "Ed25519",
  importAs: { name: "Ed25519" },
  verifyAs: { name: "Ed25519" },
});

const ALGORITHM_NAMES = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
] as const;
export type AlgorithmName = (typeof ALGORITHM_NAMES)[number];

const ALGORITHMS: readonly AlgorithmEntry[] = [
  rsa("RS256", "RSASSA-PKCS1-v1_5", 256),
  rsa("RS384", "RSASSA-PKCS1-v1_5", 384),
  rsa("RS512", "RSASSA-PKCS1-v1_5", 512),
  rsa("PS256", "RSA-PSS", 256),
  ec("ES256", "P-256", 256),
  ec("ES384", "P-384", 384),
  ec("ES512", "P-521", 512),
  ed("EdDSA"),
  ed("Ed25519"),
];

const PROOF_ALGORITHMS: readonly string[] = ["ES256", "ES384", "ES512", "EdDSA", "Ed25519", "PS256", "RS256"];

interface Jws {
  readonly header: Claims;
  readonly payload: Claims;
  readonly signed: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
}

/** RFC 7515 §7.1; null for every other text. A header with `crit` demands what this guard does not know (§4.1.11). */
function parseJws(text: string): Jws | null {
  if (text.length > LONGEST_TOKEN || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return null;
  const [header = "", payload = "", signature = ""] = text.split(".");
  try {
    const parsed = {
      header: readJson(header),
      payload: readJson(payload),
      signed: utf8.encode(`${header}.${payload}`),
      signature: fromBase64Url(signature),
    };
    return Object.hasOwn(parsed.header, "crit") ? null : parsed;
  } catch {
    return null;
  }
}

function readJson(part: string): Claims {
  const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(fromBase64Url(part)));
  if (!isObject(value)) throw new TypeError("no object");
  return value;
}

/** The public key, for this algorithm only; null if it is none. Only its public members are read. */
async function importPublicKey(entry: AlgorithmEntry, jwk: Claims): Promise<CryptoKey | null> {
  if (jwk.kty !== entry.kty || (entry.crv !== undefined && jwk.crv !== entry.crv)) return null;
  const members = entry.members.map((name) => [name, jwk[name]] as const);
  if (
    !members.every(
      ([, value]) => (typeof value === "string" && /^[\w-]{1,1400}$/.test(value)) || value === entry.crv,
    )
  )
    return null;
  // RFC 7518 §3.3: an RSA key has 2048 bits or more.
  if (entry.kty === "RSA" && String(jwk.n).length < 342) return null;
  try {
    const publicKey: JsonWebKey = { kty: entry.kty, ...Object.fromEntries(members) };
    return await crypto.subtle.importKey("jwk", publicKey, entry.importAs, false, ["verify"]);
  } catch {
    return null;
  }
}

async function isSigned(
  { signed, signature }: Jws,
  { verifyAs }: AlgorithmEntry,
  key: CryptoKey,
): Promise<boolean> {
  try {
    return await crypto.subtle.verify(verifyAs, key, signature, signed);
  } catch {
    return false;
  }
}

// ── Values ─────────────────────────────────────────────────────────────────────────────────────────────────

const utf8 = new TextEncoder();

const isObject = (value: unknown): value is Claims =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** "notes.read notes.write" are two. */
const scopesOf = ({ scope }: Demand): readonly string[] => listOf(scope).flatMap((text) => text.split(" "));

const listOf = (value: unknown): readonly string[] =>
  typeof value === "string"
    ? [value]
    : Array.isArray(value)
      ? value.filter((each) => typeof each === "string")
      : [];

/** RFC 3986 §6.2.3: an empty path is "/". */
const withPath = (uri: string): string => (/^https?:\/\/[^/?]+$/.test(uri) ? `${uri}/` : uri);
const sameResource = (one: string, other: string): boolean => withPath(one) === withPath(other);

/** RFC 9449 §4.3: the address without query and fragment, in one spelling; null if it is none. */
function withoutQuery(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const { origin, pathname, username, password } = new URL(address);
  return username + password === "" ? origin + pathname : null;
}

async function sha256(text: string): Promise<string> {
  return toBase64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8.encode(text))));
}

const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/={1,2}$/, "");

const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
