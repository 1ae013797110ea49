/** Clients' requests to any of the nodes. An answer may be missing, but must be honest. */
import { basic, encodeForm } from "../../support/server.ts";
import type { Client, Ledger } from "./ledger.ts";
import { SECRET } from "./node.ts";

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Longer than any answer may take: a client that waits this long was left hanging. */
const HANGS_MILLIS = 20_000;

/** Null if no answer came, or only answers that the server is unavailable. */
export type Ask = (
  client: Client,
  path: string,
  form: Record<string, string>,
  headers?: Record<string, string>,
) => Promise<Answer | null>;

export function newAsk(urls: readonly string[], ledger: Ledger): Ask {
  return async (client, path, form, headers = basic(client, SECRET)) => {
    const url = urls[Math.floor(Math.random() * urls.length)] ?? "";
    const response = await send(url + path, headers, form, ledger);
    if (response === null) {
      ledger.counts.unanswered += 1;
      return null;
    }
    if (response.status !== 503) return response;
    ledger.counts.unavailable += 1;
    return null;
  };
}

async function send(
  url: string,
  headers: Record<string, string>,
  form: Record<string, string>,
  ledger: Ledger,
): Promise<Answer | null> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
      body: encodeForm(form),
      // Otherwise the runtime might repeat a request when a reused connection breaks.
      keepalive: false,
      signal: AbortSignal.timeout(HANGS_MILLIS),
    });
    const body = asObject(await response.json());
    if (response.status === 503) requireHonest(response, body, ledger);
    return { status: response.status, body };
  } catch (error) {
    if (error instanceof Error && error.name === "TimeoutError") ledger.violation("a request hangs", url);
    return null;
  }
}

/** RFC 9110 §15.6.4: the answer of an unavailable server. */
function requireHonest(response: Response, body: Answer["body"], ledger: Ledger): void {
  const retryAfter = Number(response.headers.get("retry-after"));
  if (!(retryAfter >= 1) || body.error !== "temporarily_unavailable") {
    ledger.violation("503 without Retry-After or reason", { retryAfter, ...body });
  }
  if (JSON.stringify(body).includes('token":')) ledger.violation("503 with a token", body);
}

const asObject = (value: unknown): Answer["body"] =>
  typeof value === "object" && value !== null ? { ...value } : {};
