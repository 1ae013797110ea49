/**
 * Signing in by the code flow, as an app on this machine does it (RFC 8252): a browser goes to the server, and comes
 * back to a port on the loopback interface where this program waits for it.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { html, raw } from "hono/html";
import type { RandomBytes } from "../platform/random.ts";
import { sameText } from "../platform/same-text.ts";
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
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": PAGE_POLICY,
      "X-Content-Type-Options": "nosniff",
      // RFC 9700 §4.2.4: the address of this page carries a code.
      "Referrer-Policy": "no-referrer",
      "Cache-Control": "no-store",
      Connection: "close",
    });
    response.end(genuine ? answerPage(url.searchParams) : pageOf("Nothing here", "This is not an answer."));
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

const PAGE_STYLE = `
:root { color-scheme: light dark; }
body { margin: 0; padding: 18vh 1.5rem 2rem; font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 30rem; margin: 0 auto; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; }
p { margin: 0.75rem 0 0; }
`;

/** The page needs nothing but its own style. */
const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(PAGE_STYLE).digest("base64")}'`,
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** What the browser shows in the end. A code is not yet a token, so only the terminal can say that it worked. */
function answerPage(answer: URLSearchParams): string {
  const error = answer.get("error");
  if (error === "access_denied") {
    return pageOf("Access was denied", "Nothing was shared. Close this window and go back to the terminal.");
  }
  if (error !== null || !answer.has("code")) {
    const words = (answer.get("error_description") ?? error ?? "It sent no code.").slice(0, 500);
    return pageOf("The server refused", words, "Close this window and go back to the terminal.");
  }
  return pageOf(
    "The browser’s part is done",
    "Close this window and go back to the terminal, which tells how it ended.",
  );
}

/** Escapes what it is given. */
function pageOf(title: string, ...paragraphs: readonly string[]): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(PAGE_STYLE)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${paragraphs.map((words) => html`<p>${words}</p>`)}
</main>
</body>
</html>
`;
  return String(page);
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
