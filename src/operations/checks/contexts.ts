/** What checks look at, for those who run them: a running server for its pages, and the operator's command. */
import { version } from "../../../package.json";
import { readPeerCertificate } from "../../platform/peer-certificate.ts";
import type { RandomBytes } from "../../platform/random.ts";
import type { Context } from "../context.ts";
import { newQuestion, PROBES, readAnswer, SELF_TEST_PATH, type SeenRequest } from "../self-test.ts";
import { ask, type CheckContext, errorCode, type Finding, failure, type Seen, skipped } from "./check.ts";

/**
 * For pages of a running server. `seen`: the request that asks for the page (`seenRequest`), by which a browser shows how it
 * reached the server; null leaves those checks out. `asksNetwork`: whether the server asks its own public address.
 */
export function checksInside(
  context: Context,
  { seen, asksNetwork }: { readonly seen: SeenRequest | null; readonly asksNetwork: boolean },
): CheckContext {
  const { configuration, issuer, store, clock, keys, keyFiles } = context;
  const startedAt = Math.floor(clock.seconds() - process.uptime());
  return {
    configuration,
    issuer,
    store,
    clock,
    keys,
    keyFiles,
    program: version,
    fetch: asksNetwork ? (url, init) => fetch(url, init) : null,
    see: seen === null ? null : async () => ({ request: seen, cookies: null }),
    peerCertificate: asksNetwork ? readPeerCertificate : null,
    openSmtp: null,
    trustedIssuers: asksNetwork ? context.trustedIssuers : null,
    server: { program: version, pid: process.pid, startedAt },
    files: [],
  };
}

/** Asks the server at the issuer's address how the request arrives there (self-test.ts). */
export const selfTested =
  (
    context: Pick<CheckContext, "configuration" | "issuer" | "keys" | "clock"> & {
      readonly random: RandomBytes;
      readonly fetch: NonNullable<CheckContext["fetch"]>;
    },
  ): (() => Promise<Seen>) =>
  async () => {
    const question = newQuestion(context);
    const url = context.issuer.url(SELF_TEST_PATH);
    let response: Response;
    let body: unknown;
    try {
      response = await ask(context, url, {
        method: "POST",
        headers: {
          "Content-Type": "application/x-www-form-urlencoded",
          Cookie: PROBES.cookie,
          Authorization: PROBES.authorization,
          // Where no proxy is believed, the header would only make the server warn of one.
          ...(context.configuration.trusted_proxies.length > 0 && { "X-Forwarded-For": PROBES.forwardedFor }),
        },
        body: `question=${encodeURIComponent(question)}`,
      });
      body = await response.json();
    } catch (error) {
      return { finding: skipped(`${url} does not answer (${errorCode(error)}): see address.issuer.`) };
    }
    const request = response.ok ? readAnswer(context, question, body) : null;
    return request === null
      ? { finding: notOurs(response.status, url) }
      : { request, cookies: response.headers.getSetCookie() };
  };

const notOurs = (status: number, url: string): Finding =>
  status === 200 || status === 404
    ? failure(
        `The server at ${url} does not have this database and key, or its clock differs by minutes.`,
        "Run this command with the server's configuration, look at the clocks, and at where the proxy leads.",
      )
    : failure(
        `${url} answers ${status}.`,
        "Let the proxy pass on POST requests, and look into the log of the server.",
      );
