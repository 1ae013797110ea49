/**
 * Requests that this server makes itself, to addresses that clients name: metadata documents, key sets, sector identifiers, logout notices; and to
 * the list of breached passwords and the webhooks that the operator names. A stranger names most of them, so they must not lead into the network that the server stands in (threats 20, 21).
 *
 * A name is resolved once, every address it has is checked, and the connection goes to one of these addresses. Nothing follows
 * a redirect, and there is no proxy, cookie or connection that another request has used.
 */
import { lookup } from "node:dns/promises";
import http from "node:http";
import https from "node:https";
import { BlockList, isIP, isIPv4, type LookupFunction } from "node:net";

/** Why a request was not made, or its answer not taken. */
export type OutboundFault =
  | "url_refused"
  | "address_refused"
  | "unresolved"
  | "unreachable"
  | "redirected"
  | "refused_by_peer"
  | "wrong_type"
  | "too_large"
  | "too_slow"
  | "too_many";

/** Faults in which a stranger could read whether a name or an address exists in the network that the server stands in. */
const TELLING_FAULTS: ReadonlySet<OutboundFault> = new Set([
  "address_refused",
  "unresolved",
  "unreachable",
  "too_slow",
]);

/** `message`: words for the log. It never has anything of an answer. */
export class OutboundError extends Error {
  constructor(
    readonly fault: OutboundFault,
    message: string,
    /** The status of an answer that was not 2xx; null for every other fault. */
    readonly status: number | null = null,
  ) {
    super(message);
    this.name = "OutboundError";
  }

  /** Words for the client, which a stranger may have registered: the same whether a host is missing, inside or silent. */
  get publicWords(): string {
    return TELLING_FAULTS.has(this.fault)
      ? "This server cannot reach the host, or may not call it. The operator's log says which."
      : this.message;
  }
}

/**
 * What a request is for. Each purpose has places of its own: strangers name slow hosts when they register, and that must hold up
 * neither the keys of clients or trusted issuers nor notices of sign-outs.
 */
export type OutboundPurpose =
  | "registration"
  | "documents"
  | "keys"
  | "issuers"
  | "notices"
  | "pings"
  | "passwords"
  | "webhooks";

/** How many requests for each purpose may be under way, to one host and to all. */
type Places = Readonly<Record<OutboundPurpose, { readonly perHost: number; readonly all: number }>>;

const PLACES: Places = {
  registration: { perHost: 2, all: 16 },
  documents: { perHost: 2, all: 16 },
  keys: { perHost: 4, all: 32 },
  issuers: { perHost: 4, all: 16 },
  notices: { perHost: 4, all: 64 },
  pings: { perHost: 4, all: 64 },
  passwords: { perHost: 8, all: 8 },
  webhooks: { perHost: 4, all: 20 },
};

export interface OutboundRequest {
  readonly purpose: OutboundPurpose;
  readonly url: string;
  /** Beside those of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A form to POST; default: a GET. */
  readonly form?: Readonly<Record<string, string>>;
  /** A text of JSON to POST, instead of a form. */
  readonly json?: string;
  /**
   * The media types of an answer whose body is read; `application/*+json`: any with that suffix. Empty: the body does not matter and is
   * thrown away.
   */
  readonly types: readonly string[];
  /** RFC 9110 §13.1.2: the `ETag` of what the caller has. The status of the answer is 304 if it is the same still. */
  readonly ifNoneMatch?: string | undefined;
  /** The longest body that is read. Default: 64 KiB. */
  readonly maximumBytes?: number;
  /** For everything together, from the name to the last byte. Default: that of the options. */
  readonly timeoutMillis?: number;
}

export interface OutboundAnswer {
  readonly status: number;
  readonly text: string;
  /** What the peer says of keeping the answer (RFC 9111). Default: nothing. */
  readonly caching?: OutboundCaching;
}

export interface OutboundCaching {
  readonly cacheControl: string | null;
  readonly age: string | null;
  readonly etag: string | null;
}

export interface Outbound {
  /** The answer, if its status is 2xx, or 304 to `ifNoneMatch`. Throws OutboundError. */
  send(request: OutboundRequest): Promise<OutboundAnswer>;
}

export interface OutboundOptions {
  /** Networks in CIDR notation, addresses, and host names to which requests may go although they are not public. */
  readonly allow: readonly string[];
  /** All addresses of a name. Default: as the operating system resolves it. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** Certificates of authorities beside those of the system, in PEM. Default: none. */
  readonly authorities?: readonly string[];
  /** Default: 5000. */
  readonly timeoutMillis?: number;
  readonly atOnce?: Places;
}

/** IANA's registry of special-purpose IPv4 addresses: none of them is on the Internet. */
const NOT_PUBLIC_4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const;

/** Parts of 2000::/3, the only public part of IPv6, that are special: 6to4 and Teredo carry an IPv4 address inside. */
const NOT_PUBLIC_6 = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const;

const blocked4 = new BlockList();
for (const [network, prefix] of NOT_PUBLIC_4) blocked4.addSubnet(network, prefix, "ipv4");
const blocked6 = new BlockList();
for (const [network, prefix] of NOT_PUBLIC_6) blocked6.addSubnet(network, prefix, "ipv6");
const public6 = new BlockList();
public6.addSubnet("2000::", 3, "ipv6");

/** An address in its one form. IPv4 inside IPv6 (mapped, or behind NAT64) is what it leads to. Null for a text that is none. */
export function plainAddress(text: string): string | null {
  const [bare = ""] = text.replace(/^\[|\]$/g, "").split("%");
  if (isIPv4(bare)) return bare;
  if (isIP(bare) !== 6) return null;
  const canonical = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const embedded = /^(?:::ffff:|64:ff9b::)(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,4})$/.exec(canonical);
  // `64:ff9b::` with fewer than two groups is 0.0.x.y.
  if (embedded === null) return canonical;
  return [embedded[1] ?? "0", embedded[2] ?? "0"]
    .map((group) => Number.parseInt(group, 16))
    .flatMap((group) => [group >> 8, group & 0xff])
    .join(".");
}

/** Whether the address is one of the public Internet. */
export function isPublicAddress(text: string): boolean {
  const address = plainAddress(text);
  if (address === null) return false;
  if (isIPv4(address)) return !blocked4.check(address, "ipv4");
  return public6.check(address, "ipv6") && !blocked6.check(address, "ipv6");
}

/** Whether a text may stand in `outbound.allow`: an address, a network in CIDR notation, or a host name. */
export function isOutboundAllowance(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const family = isIP(address);
  if (family !== 0) {
    const most = family === 4 ? 32 : 128;
    return (
      rest.length === 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= most))
    );
  }
  return prefix === undefined && /^(?=.*[a-z])[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(text);
}

interface Allowance {
  readonly hosts: ReadonlySet<string>;
  readonly allows: (address: string) => boolean;
}

function readAllowance(allow: readonly string[]): Allowance {
  const networks = new BlockList();
  const hosts = new Set<string>();
  for (const entry of allow) {
    const [address = "", prefix] = entry.split("/");
    const family = isIP(address);
    if (family === 0) hosts.add(entry);
    else
      networks.addSubnet(
        address,
        Number(prefix ?? (family === 4 ? 32 : 128)),
        family === 4 ? "ipv4" : "ipv6",
      );
  }
  return {
    hosts,
    allows(text) {
      const address = plainAddress(text);
      return address !== null && networks.check(address, isIPv4(address) ? "ipv4" : "ipv6");
    },
  };
}

const systemResolve = async (host: string): Promise<readonly string[]> =>
  (await lookup(host, { all: true })).map(({ address }) => address);

const HINT = "The operator can allow it with outbound.allow.";

export function createOutbound({
  allow,
  resolve = systemResolve,
  authorities = [],
  timeoutMillis = 5000,
  atOnce = PLACES,
}: OutboundOptions): Outbound {
  const allowance = readAllowance(allow);
  const places = {
    registration: createPlaces(atOnce.registration),
    documents: createPlaces(atOnce.documents),
    keys: createPlaces(atOnce.keys),
    issuers: createPlaces(atOnce.issuers),
    notices: createPlaces(atOnce.notices),
    pings: createPlaces(atOnce.pings),
    passwords: createPlaces(atOnce.passwords),
    webhooks: createPlaces(atOnce.webhooks),
  };

  function checkedUrl(text: string): URL {
    if (!URL.canParse(text)) throw new OutboundError("url_refused", "It is not a URL.");
    const url = new URL(text);
    if (url.username !== "" || url.password !== "")
      throw new OutboundError("url_refused", "The URL has a user name before the host.");
    const mayHttp = allowance.hosts.has(url.hostname) || allowance.allows(url.hostname);
    if (url.protocol === "https:" || (url.protocol === "http:" && mayHttp)) return url;
    throw new OutboundError("url_refused", `The URL is not https. ${HINT}`);
  }

  /** The addresses of the host, each of which the server may call. A name with one bad address is refused as a whole. */
  async function checkedAddresses({ hostname }: URL): Promise<readonly string[]> {
    const literal = plainAddress(hostname);
    let addresses: readonly string[];
    try {
      addresses = literal === null ? await resolve(hostname) : [literal];
    } catch {
      addresses = [];
    }
    if (addresses.length === 0) throw new OutboundError("unresolved", `There is no host ${hostname}.`);
    if (allowance.hosts.has(hostname)) return addresses;
    if (addresses.every((address) => isPublicAddress(address) || allowance.allows(address))) return addresses;
    throw new OutboundError("address_refused", `The host ${hostname} is not on the public Internet. ${HINT}`);
  }

  function exchange(
    url: URL,
    addresses: readonly string[],
    { form, json, headers, types, ifNoneMatch, maximumBytes = 65_536 }: OutboundRequest,
    signal: AbortSignal,
  ): Promise<OutboundAnswer> {
    const body = json ?? (form === undefined ? null : new URLSearchParams(form).toString());
    const found = addresses.map((address) => ({ address, family: isIPv4(address) ? 4 : 6 }));
    // The second look-up of an attacker's name would find another address, so there is none.
    const pinned: LookupFunction = (_host, options, done) => {
      if (options.all) return done(null, found);
      const [first] = found;
      done(null, first?.address ?? "", first?.family);
    };
    const { promise, resolve: answer, reject } = Promise.withResolvers<OutboundAnswer>();
    const fail = (fault: OutboundFault, words: string, status: number | null = null) => {
      reject(new OutboundError(fault, words, status));
      request.destroy();
    };
    const request = (url.protocol === "https:" ? https : http).request(
      {
        protocol: url.protocol,
        hostname: url.hostname.replace(/^\[|\]$/g, ""),
        port: url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port),
        path: url.pathname + url.search,
        method: body === null ? "GET" : "POST",
        agent: false,
        lookup: pinned,
        headers: {
          // A range of media types (RFC 9110 §12.5.1) has no suffix.
          Accept: types.filter((type) => !type.includes("*")).join(", ") || "*/*",
          // A small compressed answer could become a large one.
          "Accept-Encoding": "identity",
          Connection: "close",
          "User-Agent": "Tessera",
          ...headers,
          ...(ifNoneMatch !== undefined && { "If-None-Match": ifNoneMatch }),
          ...(body !== null && {
            "Content-Type": json === undefined ? "application/x-www-form-urlencoded" : "application/json",
            "Content-Length": String(Buffer.byteLength(body)),
          }),
        },
        ...(authorities.length > 0 && { ca: [...authorities] }),
      },
      (response) => {
        const { statusCode: status = 0, headers } = response;
        response.on("error", () => fail("unreachable", "The connection broke off."));
        const caching = cachingOf(headers);
        if (status === 304 && ifNoneMatch !== undefined) {
          answer({ status, text: "", caching });
          return void request.destroy();
        }
        if (status >= 300 && status < 400) return fail("redirected", "It redirects. Give the final address.");
        if (status < 200 || status >= 300)
          return fail("refused_by_peer", `It answers with status ${status}.`, status);
        if (types.length === 0) {
          answer({ status, text: "" });
          return void request.destroy();
        }
        const type = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
        if (!types.some((each) => isOfType(type, each)))
          return fail("wrong_type", `Its Content-Type is not ${types.join(" or ")}.`);
        const encoding = headers["content-encoding"];
        if (encoding !== undefined && encoding !== "identity")
          return fail("wrong_type", "It is compressed although the request does not accept that.");
        const chunks: Buffer[] = [];
        let size = 0;
        response.on("data", (chunk: Buffer) => {
          size += chunk.length;
          if (size > maximumBytes) return fail("too_large", `It is longer than ${maximumBytes} bytes.`);
          chunks.push(chunk);
        });
        response.on("end", () => {
          const text = decodeUtf8(Buffer.concat(chunks));
          if (text === null) return fail("wrong_type", "It is not UTF-8.");
          answer({ status, text, caching });
        });
      },
    );
    request.on("error", () => fail("unreachable", `The host ${url.hostname} cannot be reached.`));
    signal.addEventListener("abort", () => fail("too_slow", "It takes too long to answer."), { once: true });
    if (signal.aborted) fail("too_slow", "It takes too long to answer.");
    else request.end(body ?? undefined);
    return promise;
  }

  return {
    async send(request) {
      const url = checkedUrl(request.url);
      const leave = places[request.purpose].enter(url.host);
      if (leave === null)
        throw new OutboundError("too_many", "Too many requests of this kind are under way. Try again soon.");
      const ending = new AbortController();
      const timer = setTimeout(() => ending.abort(), request.timeoutMillis ?? timeoutMillis);
      try {
        return await exchange(
          url,
          await within(ending.signal, checkedAddresses(url)),
          request,
          ending.signal,
        );
      } finally {
        clearTimeout(timer);
        leave();
      }
    },
  };
}

/** A text with characters that stand for bytes which are none would be another text than the peer sent. */
function decodeUtf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

const isOfType = (type: string, wanted: string): boolean =>
  wanted === "application/*+json" ? /^application\/[a-z0-9!#$&^_.-]+\+json$/.test(type) : type === wanted;

const cachingOf = (headers: http.IncomingHttpHeaders): OutboundCaching => ({
  cacheControl: headers["cache-control"] ?? null,
  age: headers.age ?? null,
  etag: headers.etag ?? null,
});

function createPlaces({ perHost, all }: Places[OutboundPurpose]) {
  const underWay = new Map<string, number>();
  let taken = 0;
  return {
    /** Takes a place. Returns the function that gives it back; null if none is free. */
    enter(host: string): (() => void) | null {
      const toHost = underWay.get(host) ?? 0;
      if (toHost >= perHost || taken >= all) return null;
      underWay.set(host, toHost + 1);
      taken += 1;
      return () => {
        taken -= 1;
        const left = (underWay.get(host) ?? 1) - 1;
        if (left === 0) underWay.delete(host);
        else underWay.set(host, left);
      };
    },
  };
}

/** A name server can be slow too. */
function within<Value>(signal: AbortSignal, work: Promise<Value>): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () =>
    reject(new OutboundError("too_slow", "Its name takes too long to resolve.")),
  );
  return Promise.race([work, promise]);
}
