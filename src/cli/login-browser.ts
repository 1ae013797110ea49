/**
 * Signing in by the code flow, as an app on this machine does it (RFC 8252): a browser goes to the server, and comes
 * back to a port on the loopback interface where this program waits for it.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { RandomBytes } from "../platform/random.ts";
import { CommandError } from "./command-error.ts";
import {
  describeError,
  type Fetch,
  type LoginClient,
  postForm,
  readJson,
  type ServerMetadata,
  type TokenResponse,
  tokenResponseIn,
} from "./login-server.ts";

/** What the browser brought back, as its parameters. */
export interface LoopbackReceiver {
  /** RFC 8252 §7.3: an address of this machine; the server lets its port vary. */
  readonly redirectUri: string;
  /** The first answer that has the right `state`. Others, from whatever page or program, get 400 and are forgotten. */
  readonly answer: Promise<URLSearchParams>;
  close(): void;
}

const PATH = "/callback";

/** Opens the port. RFC 8252 §8.3: the address, not the name localhost, so that nobody else's interface hears it. */
export function receiveOnLoopback(state: string): Promise<LoopbackReceiver> {
  const answered = Promise.withResolvers<URLSearchParams>();
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const genuine = url.pathname === PATH && sameText(url.searchParams.get("state") ?? "", state);
    response.writeHead(genuine ? 200 : 400, {
      "Content-Type": "text/plain; charset=utf-8",
      // RFC 9700 §4.2.4: the address of this page carries a code.
      "Referrer-Policy": "no-referrer",
      Connection: "close",
    });
    response.end(
      genuine ? "That is all. You can close this window and go back to the terminal.\n" : "Nothing here.\n",
    );
    if (genuine) answered.resolve(url.searchParams);
  });
  return new Promise((resolve, reject) => {
    server.once("error", (error) =>
      reject(
        new CommandError(
          `No port could be opened for the answer (${error.message}). Try the device flow: leave --browser out.`,
        ),
      ),
    );
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      resolve({
        redirectUri: `http://127.0.0.1:${port}${PATH}`,
        answer: answered.promise,
        close: () => void server.close(),
      });
    });
  });
}

export interface CodeFlow {
  readonly state: string;
  /** RFC 7636 §4.1. */
  readonly codeVerifier: string;
  readonly codeChallenge: string;
}

export function newCodeFlow(random: RandomBytes): CodeFlow {
  const text = () => Buffer.from(random(32)).toString("base64url");
  const codeVerifier = text();
  return {
    state: text(),
    codeVerifier,
    codeChallenge: createHash("sha256").update(codeVerifier).digest("base64url"),
  };
}

export interface CodeRequestOptions {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scope: string | null;
  readonly resources: readonly string[];
}

/** RFC 6749 §4.1.1 with RFC 7636 §4.3. */
export function authorizationUrl(
  authorizationEndpoint: string,
  { state, codeChallenge }: CodeFlow,
  { clientId, redirectUri, scope, resources }: CodeRequestOptions,
): string {
  const url = new URL(authorizationEndpoint);
  const parameters: [string, string][] = [
    ["response_type", "code"],
    ["client_id", clientId],
    ["redirect_uri", redirectUri],
    ...(scope === null ? [] : [["scope", scope] satisfies [string, string]]),
    ...resources.map((resource) => ["resource", resource] satisfies [string, string]),
    ["state", state],
    ["code_challenge", codeChallenge],
    ["code_challenge_method", "S256"],
  ];
  for (const [name, value] of parameters) url.searchParams.append(name, value);
  return url.href;
}

/** The code in the answer. Throws CommandError if the person said no, or another server answered (RFC 9207 §2.4). */
export function codeIn(answer: URLSearchParams, issuer: string): string {
  const iss = answer.get("iss");
  if (iss !== null && iss !== issuer) {
    throw new CommandError("The answer comes from another server than the one that was asked. Start again.");
  }
  const error = answer.get("error");
  if (error === "access_denied") {
    throw new CommandError("Access was denied on the page. If that was a mistake, start again.");
  }
  const code = answer.get("code");
  if (error !== null || code === null) {
    const words = `${error ?? "no code"}: ${answer.get("error_description") ?? ""}`.replace(/\p{Cc}/gu, "?");
    throw new CommandError(`The server refused: ${words}`);
  }
  return code;
}

/** RFC 6749 §4.1.3 with RFC 7636 §4.5. */
export async function redeemCode(
  server: Pick<ServerMetadata, "token_endpoint">,
  client: LoginClient,
  { code, codeVerifier, redirectUri }: { code: string; codeVerifier: string; redirectUri: string },
  fetch: Fetch,
): Promise<TokenResponse> {
  const form = new URLSearchParams({
    grant_type: "authorization_code",
    code,
    code_verifier: codeVerifier,
    redirect_uri: redirectUri,
  });
  const answer = await postForm(server.token_endpoint, client, form, fetch);
  const members = await readJson(answer);
  const response = tokenResponseIn(members, answer);
  if (response === null) throw new CommandError(`The server refused: ${describeError(members, answer)}`);
  return response;
}

function sameText(one: string, other: string): boolean {
  const first = Buffer.from(one);
  const second = Buffer.from(other);
  return first.length === second.length && timingSafeEqual(first, second);
}
