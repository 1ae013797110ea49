/**
 * Listening: the only place that knows the runtime's HTTP server. It takes connections, says from which address a
 * request came, and stops without cutting a request off. Host and X-Forwarded-Host never leave this file.
 */

import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { newRequestId, REQUEST_ID_HEADER, targetOf } from "./http.ts";
import { createAddressReader, createProxyCheck } from "./listen-addresses.ts";
import {
  type CertificateFiles,
  type CertificatePair,
  pairFault,
  readPair,
  validUntil,
  watchCertificate,
} from "./listen-certificate.ts";
import { freeSocketPath, UNIX_PEER, withSocketMode } from "./listen-unix.ts";
import type { Log } from "./log.ts";
import { isPattern, matchPattern, type PathParameters } from "./path-pattern.ts";
import { systemRandom } from "./random.ts";

/**
 * Answers one request. `addressOf` returns the address that it came from, for as long as the request is open. It returns
 * an empty text for a client that has gone, so limits count all such clients as one. `isFromProxy` tells whether one of the trusted
 * proxies has sent it.
 */
export type Fetch = (
  request: Request,
  addressOf: () => string,
  isFromProxy: () => boolean,
) => Response | Promise<Response>;

/** Answers to GET and HEAD by path that are the same for every request. */
export type FixedAnswers = Readonly<Record<string, Response>>;

/** One address to listen on: `localhost`, all addresses or one. Port 0 takes any that is free. Or a unix socket. */
export interface Listener {
  readonly host: string;
  readonly port: number;
  /** The path of a unix socket, which takes the place of host and port. */
  readonly unix?: string | undefined;
  /** The permissions of the socket in octal digits: `0660`. */
  readonly unix_mode?: string | undefined;
  /** Left out: plain HTTP. */
  readonly tls?: CertificateFiles | undefined;
}

/** The settings about listening, under the names of the configuration. */
export interface ListenSettings {
  readonly listen: readonly Listener[];
  /** Ranges for which isAddressRange holds. */
  readonly trusted_proxies: readonly string[];
  readonly limits: {
    readonly connection_idle_seconds: number;
    readonly request_body_bytes: number;
    readonly picture_bytes: number;
  };
}

export interface ListenOptions {
  readonly configuration: ListenSettings;
  /**
   * The paths for `fetch`. A request is one of them if its target, as it came over the wire and up to the question mark,
   * equals the path byte for byte. The runtime resolves `..`, `%2e` and `\\` in the URL of a request, and a proxy in front
   * may not, so the URL does not say which path the proxy saw (decision 32). A segment `:name` stands for any segment that
   * the URL has as it was sent.
   */
  readonly paths: readonly string[];
  readonly fetch: Fetch;
  /** Answers requests for all other paths. */
  readonly elsewhere: Fetch;
  /** Headers of the few answers that the listener makes itself. */
  readonly headers: Readonly<Record<string, string>>;
  readonly log: Log;
  /**
   * Whether other processes of this program listen on the same ports. `first` takes free ports, and fails if they are
   * taken; the processes that it starts then join. Default: no.
   */
  readonly sharing?: "no" | "first" | "joins";
  /** The interval of checks of the certificate files. */
  readonly certificateCheckMillis?: number;
}

export interface Listening {
  /** Where it listens, as URLs with the actual ports: one per listener, in the order of the configuration. */
  readonly urls: readonly string[];
  /** Of a unix socket: the port of its listener, which means nothing. */
  readonly ports: readonly number[];
  /** From now on the runtime sends these itself, with an ETag (RFC 9110 §8.8.3). Other methods still reach `fetch`. */
  publish(answers: FixedAnswers): void;
  /** Reads the certificate files now, instead of at the next check. */
  readonly rereadCertificates: () => void;
  /**
   * Takes no new connections, lets the requests under way finish, and cuts off the rest after the deadline. Resolves to
   * how many were cut off.
   */
  stop(deadlineMillis: number): Promise<number>;
}

type HttpServer = Bun.Server<undefined>;
type HttpHandler = (request: Request, server: HttpServer) => Promise<Response>;

/** The runtime compares the keys of `routes` with raw targets, and gives all other requests to `fetch`. */
interface Answers {
  readonly fetch: HttpHandler;
  routes: Record<string, HttpHandler | MethodHandlers>;
}

/** The runtime answers HEAD from a fixed GET. Requests with methods beyond these go to `Answers.fetch`. */
type MethodHandlers = { readonly GET: Response } & ReturnType<typeof forOtherMethods>;

interface Socket {
  readonly port: number;
  servers(): readonly HttpServer[];
  rereadCertificate(): void;
  /** Takes no more connections; resolves when the last request is answered. */
  close(): Promise<unknown>;
}

const CERTIFICATE_CHECK_MILLIS = 10_000;

/**
 * RFC 9325 §4.2, FAPI 2.0 §5.2.2: the four recommended suites, which have forward secrecy (ECDHE) and authenticated encryption. By
 * itself the runtime also accepts key transport by RSA and CBC. TLS 1.3 has no other kind of suite, so this list is for TLS 1.2.
 */
const TLS_1_2_CIPHERS = "ECDHE+AESGCM";

/** Opens every listener, or none. Throws ListenError. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { configuration } = options;
  const { elsewhere, handlers } = createHandlers(options);
  const answers: Answers = { fetch: elsewhere, routes: { ...handlers } };
  const sockets: Socket[] = [];
  const ports: number[] = [];
  const close = () => Promise.all(sockets.map((socket) => socket.close()));
  try {
    for (const listener of configuration.listen) {
      const opened =
        listener.unix === undefined
          ? openListener(listener, answers, options)
          : [await openUnix(listener.unix, listener, answers, options)];
      sockets.push(...opened);
      ports.push(opened[0]?.port ?? listener.port);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    ports,
    urls: configuration.listen.map((listener, index) => urlOf(listener, ports[index] ?? listener.port)),
    publish(fixed) {
      for (const [path, GET] of Object.entries(fixed)) {
        const handler = handlers[path];
        if (handler !== undefined) answers.routes[path] = { GET, ...forOtherMethods(handler) };
      }
      for (const socket of sockets) for (const server of socket.servers()) server.reload(answers);
    },
    rereadCertificates() {
      for (const socket of sockets) socket.rereadCertificate();
    },
    async stop(deadlineMillis) {
      if (await finishesWithin(close(), deadlineMillis)) return 0;
      const left = sockets.flatMap((socket) => socket.servers());
      const cutOff = left.reduce((sum, server) => sum + server.pendingRequests, 0);
      await Promise.all(left.map((server) => server.stop(true)));
      return cutOff;
    },
  };
}

async function finishesWithin(work: Promise<unknown>, millis: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), millis);
  try {
    return await Promise.race([work.then(() => true), late.promise]);
  } finally {
    // A pending timer would keep the process alive.
    clearTimeout(timer);
  }
}

const forOtherMethods = (handler: HttpHandler) => ({
  POST: handler,
  PUT: handler,
  PATCH: handler,
  DELETE: handler,
  OPTIONS: handler,
});

/** One handler for each path, and the one for all other targets. */
function createHandlers(options: ListenOptions) {
  const elsewhere = createHandler(options, options.elsewhere);
  const found = createHandler(options, options.fetch);
  const handlers: Record<string, HttpHandler> = {};
  for (const path of options.paths) {
    if (path.includes("/*")) throw new Error(`The runtime would read this path as a pattern: ${path}`);
    handlers[path] = isPattern(path)
      ? (request, server) => (isAsSent(path, request) ? found : elsewhere)(request, server)
      : found;
  }
  return { elsewhere, handlers };
}

/** Whether the URL has the parameters that the runtime found in the target as it came over the wire. */
function isAsSent(pattern: string, request: Request & { readonly params?: PathParameters }): boolean {
  const parameters = matchPattern(pattern, targetOf(request).path);
  return parameters !== null && isDeepStrictEqual({ ...request.params }, parameters);
}

function createHandler({ configuration, headers, log }: ListenOptions, fetch: Fetch): HttpHandler {
  const readAddress = createAddressReader(configuration.trusted_proxies);
  const usesProxies = configuration.trusted_proxies.length > 0;
  const isProxy = createProxyCheck(configuration.trusted_proxies);
  const hasSocket = configuration.listen.some(({ unix }) => unix !== undefined);
  const trustsUnix = configuration.trusted_proxies.includes(UNIX_PEER);
  const trustsNetworks = configuration.trusted_proxies.some((range) => range !== UNIX_PEER);
  const expectsAll = trustsNetworks && (trustsUnix || !hasSocket);
  let warned = false;
  return async function handle(request, server) {
    try {
      // The server of a unix socket has no port.
      const isUnix = () => hasSocket && typeof server.port !== "number";
      const peer = () => (isUnix() ? UNIX_PEER : (server.requestIP(request)?.address ?? ""));
      if (
        !expectsAll &&
        !warned &&
        request.headers.has("x-forwarded-for") &&
        !(isUnix() ? trustsUnix : trustsNetworks)
      ) {
        warned = true;
        log.warn(
          "a proxy passes requests on, but trusted_proxies does not name it: limits count all clients behind it as one",
          {
            proxy: peer(),
          },
        );
      }
      return await fetch(
        request,
        () => readAddress(peer(), usesProxies ? request.headers.get("x-forwarded-for") : null),
        () => isProxy(peer()),
      );
    } catch (error) {
      const requestId = newRequestId(systemRandom);
      // The runtime puts the Host header into the URL as it is, so a nonsensical one makes an invalid URL.
      if (!URL.canParse(request.url))
        return plainError(requestId, headers, 400, "invalid_request", "The Host header is not valid.");
      const reason = error instanceof Error ? error.message : String(error);
      log.error("a request failed", { reason, request: requestId });
      return serverError(requestId, headers);
    }
  };
}

type Headers = ListenOptions["headers"];

const plainError = (
  requestId: string,
  headers: Headers,
  status: number,
  error: string,
  description: string,
): Response =>
  Response.json(
    { error, error_description: description },
    { status, headers: { ...headers, "Cache-Control": "no-store", [REQUEST_ID_HEADER]: requestId } },
  );

const serverError = (requestId: string, headers: Headers): Response =>
  plainError(
    requestId,
    headers,
    500,
    "server_error",
    "Something went wrong on the server. The operator finds the cause in its log.",
  );

/** `localhost` is two addresses. The server takes both, so that no other program can answer on one of them. */
function openListener(listener: Listener, answers: Answers, options: ListenOptions): [Socket, ...Socket[]] {
  const open = (host: string, port: number) =>
    listener.tls === undefined
      ? openPlain(host, port, answers, options)
      : openTls(host, port, listener.tls, answers, options);
  if (listener.host !== "localhost") return [open(listener.host, listener.port)];
  const first = open("127.0.0.1", listener.port);
  try {
    return [first, open("::1", first.port)];
  } catch (error) {
    const noIpv6 = !(error instanceof ListenError) || error.code !== "EADDRINUSE";
    if (noIpv6 || listener.port === 0) return [first];
    void first.close();
    throw error;
  }
}

function openPlain(host: string, port: number, answers: Answers, options: ListenOptions): Socket {
  const { sharing = "no" } = options;
  const actualPort = sharing === "first" ? takePort(host, port, answers, options) : port;
  const server = serve({ hostname: host, port: actualPort }, answers, options, {
    reusePort: sharing !== "no",
  });
  return {
    port: server.port ?? actualPort,
    servers: () => [server],
    rereadCertificate() {},
    close: () => server.stop(),
  };
}

async function openUnix(
  path: string,
  { port, unix_mode: mode = "0660" }: Listener,
  answers: Answers,
  options: ListenOptions,
): Promise<Socket> {
  const taken = await freeSocketPath(path);
  if (taken !== null) throw new ListenError(taken, "EADDRINUSE");
  const server = withSocketMode(Number.parseInt(mode, 8), () => serve({ unix: path }, answers, options, {}));
  return {
    port,
    servers: () => [server],
    rereadCertificate() {},
    // The runtime removes the file.
    close: () => server.stop(),
  };
}

/** `reusePort` would let any process of this user share a port unnoticed, so the port is first taken without it. */
function takePort(host: string, port: number, answers: Answers, options: ListenOptions): number {
  const probe = serve({ hostname: host, port }, answers, options, {});
  const actualPort = probe.port ?? port;
  void probe.stop(true);
  return actualPort;
}

/**
 * A running server cannot change its certificate. So a second one takes over the same port (`reusePort`), and the first
 * one finishes its requests.
 */
function openTls(
  host: string,
  port: number,
  files: CertificateFiles,
  answers: Answers,
  options: ListenOptions,
): Socket {
  const { log } = options;
  const pair = readPair(files);
  const fault = pairFault(pair);
  if (fault !== null) {
    throw new ListenError(`TLS with ${files.certificate} and ${files.key} is not possible: ${fault}.`);
  }
  const actualPort = options.sharing === "joins" ? port : takePort(host, port, answers, options);
  const start = ({ certificate, key }: CertificatePair) =>
    serve({ hostname: host, port: actualPort }, answers, options, {
      reusePort: true,
      tls: { cert: certificate, key, ciphers: TLS_1_2_CIPHERS },
    });
  let current = start(pair);
  const retiring = new Set<HttpServer>();
  const watch = watchCertificate({
    files,
    everyMillis: options.certificateCheckMillis ?? CERTIFICATE_CHECK_MILLIS,
    current: pair,
    onChange(changed) {
      const former = current;
      try {
        current = start(changed);
      } catch (error) {
        log.error("the new certificate cannot be used; the old one stays", { reason: String(error) });
        return;
      }
      retiring.add(former);
      void former.stop().then(() => retiring.delete(former));
      log.info("the certificate was renewed", { file: files.certificate, valid_until: validUntil(changed) });
    },
    onFault: (reason) =>
      log.error("the changed certificate cannot be used; the old one stays", {
        file: files.certificate,
        reason,
      }),
  });
  return {
    port: actualPort,
    servers: () => [current, ...retiring],
    rereadCertificate: watch.lookNow,
    close() {
      watch.stop();
      return Promise.all([current, ...retiring].map((server) => server.stop()));
    },
  };
}

/** A listener cannot be opened. The message says what the operator can do. */
export class ListenError extends Error {
  override readonly name = "ListenError";
  /** `code` is the operating system's; empty where it was not asked. */
  constructor(
    message: string,
    readonly code = "",
  ) {
    super(message);
  }
}

/** Where the runtime listens, in its own words. */
type Place = { readonly hostname: string; readonly port: number } | { readonly unix: string };

function serve(
  place: Place,
  answers: Answers,
  { configuration: { limits }, headers, log }: ListenOptions,
  extra: {
    readonly reusePort?: boolean;
    readonly tls?: { readonly cert: string; readonly key: string; readonly ciphers: string };
  },
): HttpServer {
  const common = {
    development: false,
    // The endpoints refuse a body beyond the limit in words. The runtime does not even read one far beyond it. One endpoint
    // takes pictures; the others read no further than their own limit.
    maxRequestBodySize: Math.max(limits.request_body_bytes * 4, limits.picture_bytes * 2),
    ...answers,
    error(error: Error) {
      const requestId = newRequestId(systemRandom);
      log.error("a request failed", { reason: error.message, request: requestId });
      return serverError(requestId, headers);
    },
  };
  try {
    // The runtime ends idle connections through a unix socket after 12 seconds, and takes no other time.
    if ("unix" in place) return Bun.serve({ ...common, ...place });
    // In production mode the runtime would share the port with any other process unasked.
    const reusePort = false;
    const idleTimeout = limits.connection_idle_seconds;
    return Bun.serve({ ...common, ...place, idleTimeout, reusePort, ...extra });
  } catch (error) {
    throw "unix" in place ? unixError(place.unix, error) : listenError(place.hostname, place.port, error);
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "";

function unixError(path: string, error: unknown): Error {
  const code = codeOf(error);
  const folder = dirname(path);
  const advice: Record<string, string> = {
    ENOENT: `There is no folder ${folder} for the socket ${path}. Make it, as the user of the server, or let systemd do it: RuntimeDirectory=tessera makes /run/tessera.`,
    EACCES: `This user may not make the socket ${path}: the folder ${folder} must be its own.`,
  };
  const reason = error instanceof Error ? error.message : String(error);
  return new ListenError(advice[code] ?? `Listening on the socket ${path} failed: ${reason}`, code);
}

function listenError(host: string, port: number, error: unknown): Error {
  const code = codeOf(error);
  const where = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  const advice: Record<string, string> = {
    EADDRINUSE: `Port ${port} is in use. If that is this Tessera, it is running already. Otherwise stop the other program, or choose another port: --port ${port === 65535 ? 8081 : port + 1}.`,
    EACCES: `This user may not listen on port ${port}. Choose a port from 1024 up (--port 8080), or give the program the right to: setcap cap_net_bind_service=+ep ${process.execPath}.`,
    EADDRNOTAVAIL: `This machine has no address ${host}. Use localhost, 0.0.0.0, or an address that it has (--host).`,
  };
  const message =
    advice[code] ?? `Listening on ${where} failed: ${error instanceof Error ? error.message : String(error)}`;
  return new ListenError(message, code);
}

function urlOf({ host, tls, unix }: Listener, port: number): string {
  if (unix !== undefined) return `unix:${encodeURI(unix)}`;
  const name = host.includes(":") ? `[${host}]` : host;
  return `${tls ? "https" : "http"}://${name}:${port}`;
}
