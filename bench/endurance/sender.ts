/** Sends requests one after the other, measures each, and reports wrong answers. */
import { type Answer, Connection } from "../load/connection.ts";
import type { Histogram } from "../load/histogram.ts";

export interface Request {
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A form, or a text of another type; undefined for a GET. */
  readonly body?: Readonly<Record<string, string>> | string;
}

/** A wrong answer. */
export class Unexpected extends Error {}

/** Requests seem to come from this many addresses, so that the server's memory per address is filled. */
const ADDRESSES = 50_000;

export class Sender {
  readonly #origin: string;
  readonly #host: string;
  readonly #latencies: Histogram;
  readonly #connection: Connection;
  #since: number | null = null;
  #requests = 0;
  #sentAt = 0;

  constructor(origin: string, latencies: Histogram) {
    this.#origin = origin;
    this.#host = new URL(origin).host;
    this.#latencies = latencies;
    this.#connection = new Connection(origin);
  }

  /** The number of answers. */
  get requests(): number {
    return this.#requests;
  }

  /** The time at which the last request was sent (`performance.now()`). */
  get sentAt(): number {
    return this.#sentAt;
  }

  /** The start of the next request's latency, if earlier than its sending (`performance.now()`). */
  countFrom(since: number): void {
    this.#since = since;
  }

  async send(request: Request): Promise<Answer> {
    this.#sentAt = performance.now();
    const since = this.#since ?? this.#sentAt;
    this.#since = null;
    const answer = await this.#connection.send(textOf(request, this.#host));
    this.#requests += 1;
    this.#latencies.add((performance.now() - since) * 1000);
    return answer;
  }

  /** POSTs a form. */
  post(path: string, body: Readonly<Record<string, string>>, authorization?: string): Promise<Answer> {
    return this.send({
      path,
      body,
      headers: authorization === undefined ? {} : { Authorization: authorization },
    });
  }

  /** The path and query of an address on this server; null for other addresses. */
  pathOf(location: string): string | null {
    if (location.startsWith("/")) return location;
    return location.startsWith(`${this.#origin}/`) ? location.slice(this.#origin.length) : null;
  }

  close(): void {
    this.#connection.close();
  }
}

/** The request on the wire, from a random address. */
function textOf({ path, headers = {}, body }: Request, host: string): string {
  const number = Math.floor(Math.random() * ADDRESSES);
  const address = `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
  const isForm = typeof body === "object";
  const text = isForm ? new URLSearchParams(body).toString() : (body ?? "");
  const all = {
    Host: host,
    "X-Forwarded-For": address,
    ...(isForm && { "Content-Type": "application/x-www-form-urlencoded" }),
    ...headers,
    ...(body !== undefined && { "Content-Length": String(Buffer.byteLength(text)) }),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `${[`${body === undefined ? "GET" : "POST"} ${path} HTTP/1.1`, ...lines].join("\r\n")}\r\n\r\n${text}`;
}

/** The JSON of an answer. Throws Unexpected unless it has this status and these texts. */
export function jsonOf<Names extends string>(
  { status, body }: Answer,
  expected: number,
  ...names: Names[]
): Readonly<Record<Names, string>> {
  if (status !== expected) throw new Unexpected(`${status} instead of ${expected}: ${body}`);
  const parsed: Record<string, unknown> = JSON.parse(body);
  const missing = names.filter((name) => parsed[name] === undefined);
  if (missing.length > 0) throw new Unexpected(`There is no ${missing.join(" and no ")} in ${body}`);
  return Object.fromEntries(names.map((name) => [name, String(parsed[name])])) as Record<Names, string>;
}
