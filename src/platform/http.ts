/** HTTP inside the program: requests as handlers get them, routes, bodies, and common headers. */
import type { PathParameters } from "./path-pattern.ts";
import type { RandomBytes } from "./random.ts";

/** What a request asks for. */
export interface Target {
  readonly path: string;
  /** Without the question mark; empty if there is none. */
  readonly query: string;
}

export const queryOf = ({ query }: Pick<Target, "query">): URLSearchParams => new URLSearchParams(query);

/** A request as it came in, with the address it came from. */
export interface Incoming extends Target {
  readonly request: Request;
  /** The path of the route that answers, with the names of its parameters; null if none does. */
  readonly route?: string | null;
  /** The parameters of a route whose path has some. */
  readonly parameters: PathParameters;
  /** The client's address: for limits and for showing to people, never for a URL. */
  readonly address: string;
  /** Whether a proxy that the operator trusts has sent it. Default: no. */
  readonly isFromProxy?: (() => boolean) | undefined;
  /** Distinguishes this request from all others, in the answer and in the log. */
  readonly requestId: string;
  /** The body, once an endpoint for programs has read it: a refusal is kept with what was sent. */
  body?: string;
  /** RFC 9449 §8: the nonce for the next proof, which goes with the answer. */
  dpopNonce?: string;
}

/** The header that carries the request's id in every answer. */
export const REQUEST_ID_HEADER = "Request-Id";

/** An id for a request. It is random: a count would tell strangers how many requests there are. */
export const newRequestId = (random: RandomBytes): string => random(9).toBase64({ alphabet: "base64url" });

export type Handler = (incoming: Incoming) => Response | Promise<Response>;

export interface Route {
  /** Below the issuer's path: "/auth/token", or with parameters: "/api/people/:subject". */
  readonly path: string;
  /** How refusals look: JSON for programs, a page for people. */
  readonly audience: "programs" | "people";
  /** Who may read the answers from a script on another site. */
  readonly cors: "everyone" | "browser_clients" | "nobody";
  readonly methods: {
    readonly GET?: Handler;
    readonly POST?: Handler;
    readonly PUT?: Handler;
    readonly PATCH?: Handler;
    readonly DELETE?: Handler;
    /** For a route that scripts of other sites do not use; the server itself answers their preflights. */
    readonly OPTIONS?: Handler;
  };
}

/**
 * The path and query of a request. The part before them comes from the Host header, which may be invalid, and is ignored:
 * this server makes all URLs from the issuer.
 */
export function targetOf({ url }: Request): Target {
  const start = url.startsWith("/") ? 0 : url.indexOf("/", url.indexOf("//") + 2);
  const target = start < 0 ? "/" : url.slice(start);
  const hash = target.indexOf("#");
  return splitTarget(hash < 0 ? target : target.slice(0, hash));
}

/** RFC 3986 §3.4: the query begins after the first question mark, and may contain more of them. */
export function splitTarget(target: string): Target {
  const question = target.indexOf("?");
  return question < 0
    ? { path: target, query: "" }
    : { path: target.slice(0, question), query: target.slice(question + 1) };
}

/** RFC 6749 appendix B: the media type of forms. */
export const FORM_TYPE = "application/x-www-form-urlencoded";

/** Why a body could not be read. */
export class BodyError extends Error {
  override readonly name = "BodyError";
  constructor(readonly fault: "too_large" | "wrong_type" | "incomplete") {
    super(fault);
  }
}

/** Reads a body of the given media type as text. Bytes that are no UTF-8 come out as U+FFFD. Throws BodyError. */
export async function readBody(request: Request, mediaType: string, limitBytes: number): Promise<string> {
  const saysLength = declaresLength(request, limitBytes);
  if (!hasMediaType(request, mediaType)) throw new BodyError("wrong_type");
  // The listener lets pictures through, which are far longer than any other body may be.
  if (!saysLength) return decoder.decode(await readBytes(request, limitBytes));
  const text = await readToEnd(request);
  // A listener refuses longer bodies before this; the check is for servers without one.
  if (text.length > limitBytes || (text.length * 3 > limitBytes && Buffer.byteLength(text) > limitBytes)) {
    throw new BodyError("too_large");
  }
  return text;
}

/** Whether a body says how long it is. Throws BodyError if it says that it is longer than it may be. */
function declaresLength(request: Request, limitBytes: number): boolean {
  const declared = request.headers.get("content-length");
  if (declared !== null && Number(declared) > limitBytes) throw new BodyError("too_large");
  return declared !== null;
}

/** Replaces what is no UTF-8, and keeps a byte order mark, which JSON must not have (RFC 8259 §8.1). */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** RFC 7578: the media type of a form with a file. Its parameter says where the parts end. */
const MULTIPART_TYPE = "multipart/form-data";

export const isMultipart = ({ headers }: Request): boolean =>
  headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() === MULTIPART_TYPE;

/** Reads a form with a file (RFC 7578). Throws BodyError. */
export async function readMultipart(request: Request, limitBytes: number): Promise<FormData> {
  declaresLength(request, limitBytes);
  const type = request.headers.get("content-type") ?? "";
  if (!isMultipart(request)) throw new BodyError("wrong_type");
  const bytes = await readBytes(request, limitBytes);
  try {
    return await new Response(bytes, { headers: { "Content-Type": type } }).formData();
  } catch {
    // A part without an end or a name: the runtime has no error of its own for them.
    throw new BodyError("incomplete");
  }
}

/** Reads a file that is the whole body, of one of these media types. Throws BodyError. */
export async function readFileBody(
  request: Request,
  mediaTypes: readonly string[],
  limitBytes: number,
): Promise<Uint8Array> {
  declaresLength(request, limitBytes);
  if (!mediaTypes.some((type) => hasMediaType(request, type))) throw new BodyError("wrong_type");
  return readBytes(request, limitBytes);
}

/** Reads as much of a body as it may have, and stops there. */
async function readBytes(request: Request, limitBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  if (request.body === null) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of request.body) {
      length += chunk.length;
      if (length > limitBytes) throw new BodyError("too_large");
      chunks.push(chunk);
    }
  } catch (error) {
    throw bodyError(error);
  }
  return Uint8Array.from(Buffer.concat(chunks));
}

/** A body that the sender broke off is no fault of the server. The runtime has answered then already, if it could. */
async function readToEnd(request: Request): Promise<string> {
  try {
    return await request.text();
  } catch (error) {
    throw bodyError(error);
  }
}

function bodyError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  // The body did not arrive.
  if (error.name === "AbortError") return new BodyError("incomplete");
  // The length of a chunked body is not known in advance. Only the runtime's message identifies this error.
  if (error.message.includes("exceeded maxRequestBodySize")) return new BodyError("too_large");
  return error;
}

/** Media types are compared without regard to case; parameters such as charset=utf-8 may follow (RFC 9110 §8.3.1). */
function hasMediaType(request: Request, mediaType: string): boolean {
  const header = request.headers.get("content-type");
  if (header === null) return false;
  if (header === mediaType) return true;
  const [type = "", ...parameters] = header.split(";");
  if (type.trim().toLowerCase() !== mediaType) return false;
  return parameters.every((parameter) => {
    const [name = "", value = ""] = parameter.split("=");
    if (name.trim().toLowerCase() !== "charset") return true;
    return /^"?(utf-?8|us-ascii)"?$/i.test(value.trim());
  });
}

/** On every answer: browsers must not guess another media type. */
export const NO_SNIFFING = { "X-Content-Type-Options": "nosniff" } as const;

/** For answers with tokens or personal data (RFC 6749 §5.1). */
export const NO_STORE = { "Cache-Control": "no-store", Pragma: "no-cache" } as const;

const JSON_HEADERS = { "Content-Type": "application/json", ...NO_SNIFFING } as const;
/** The headers of almost every answer, made once: the runtime would convert an object of strings each time. */
const SECRET_JSON_HEADERS = new Headers({ ...JSON_HEADERS, ...NO_STORE });

/** A JSON answer, which no cache may store unless `headers` allow it. */
export function json(body: unknown, status = 200, headers: Record<string, string> = NO_STORE): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: headers === NO_STORE ? SECRET_JSON_HEADERS : { ...JSON_HEADERS, ...headers },
  });
}

/** RFC 9700 §4.12: 303 turns a POST into a GET, so that credentials in a form are never sent on. */
/** `cookies`: the `Set-Cookie` headers. */
export function seeOther(location: string, cookies: readonly string[] = []): Response {
  const headers = new Headers({ Location: location, ...NO_STORE, ...NO_SNIFFING });
  for (const cookie of cookies) headers.append("Set-Cookie", cookie);
  return new Response(null, { status: 303, headers });
}
