/**
 * Signs in by the code flow, as an app on this machine does (RFC 8252): a browser goes to the server, and comes back to a
 * port on the loopback interface, where this program waits for it.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { html, raw } from "hono/html";
import {
  AuthorizationResponseError,
  authorizationCodeGrantRequest,
  calculatePKCECodeChallenge,
  generateRandomCodeVerifier,
  generateRandomState,
  processAuthorizationCodeResponse,
  type TokenEndpointResponse,
  validateAuthResponse,
} from "oauth4webapi";
import { markSvg } from "../pages/mark.ts";
import { stylesheet } from "../pages/style.ts";
import { chooseLanguage, type Language } from "../pages/texts.ts";
import { printable } from "../platform/printable.ts";
import { sameText } from "../platform/same-text.ts";
import { CommandError } from "./command-error.ts";
import { type LoginClient, refusalIn, type Server, tokenOptions, wantsNonce } from "./login-server.ts";

/** Receives the parameters that the browser brings back. */
export interface LoopbackReceiver {
  /** RFC 8252 §7.3: an address of this machine; the server lets its port vary. */
  readonly redirectUri: string;
  /** The first answer with the right `state`. Answers of other pages or programs get 400 and are ignored. */
  readonly answer: Promise<URLSearchParams>;
  close(): void;
}

const PATH = "/callback";

/** Opens the port. RFC 8252 §8.3: on the address, not the name localhost, so that only the loopback interface listens. */
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
    const language = chooseLanguage({ acceptLanguage: request.headers["accept-language"] });
    response.end(genuine ? answerPage(language, url.searchParams) : strayPage(language));
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

/** The style of the server's pages, so that the last page of a sign-in looks like those before it. */
const PAGE_STYLE = `
${stylesheet({ accent: "#2f5bd0" })}
.brand svg { color: var(--link); width: 1.875rem; height: 1.875rem; }
main { overflow-wrap: anywhere; }
`;

/** The page needs nothing but its own style. */
const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(PAGE_STYLE).digest("base64")}'`,
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** The last page in the browser. A code is not yet a token, so only the terminal can report success. */
function answerPage(language: Language, answer: URLSearchParams): string {
  const { terminal } = language.texts;
  const error = answer.get("error");
  if (error === "access_denied")
    return pageOf(language, terminal.deniedTitle, terminal.denied, terminal.close);
  if (error !== null || !answer.has("code")) {
    const words = (answer.get("error_description") ?? error ?? terminal.noCode).slice(0, 500);
    return pageOf(language, terminal.refusedTitle, words, terminal.close);
  }
  return pageOf(language, terminal.doneTitle, terminal.done);
}

/** For a page or program that has no answer to this sign-in. */
function strayPage(language: Language): string {
  const { strayTitle, stray } = language.texts.terminal;
  return pageOf(language, strayTitle, stray);
}

/** Escapes its arguments. */
function pageOf({ tag, direction }: Language, title: string, ...paragraphs: readonly string[]): string {
  const page = html`<!doctype html>
<html lang="${tag}"${direction === "rtl" ? raw(' dir="rtl"') : ""}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(PAGE_STYLE)}</style>
</head>
<body>
<div class="page">
<header><span class="brand">${raw(markSvg("currentColor"))}<span>Tessera</span></span></header>
<main>
<div class="card">
<h1>${title}</h1>
${paragraphs.map((words) => html`<p class="muted">${words}</p>`)}
</div>
</main>
</div>
</body>
</html>
`;
  return String(page);
}

/** The secrets of one sign-in, kept until the answer comes (RFC 7636 §4.1, §4.2). */
export interface CodeFlow {
  readonly state: string;
  readonly codeVerifier: string;
  readonly codeChallenge: string;
}

export async function newCodeFlow(): Promise<CodeFlow> {
  const codeVerifier = generateRandomCodeVerifier();
  return {
    state: generateRandomState(),
    codeVerifier,
    codeChallenge: await calculatePKCECodeChallenge(codeVerifier),
  };
}

export interface CodeRequestOptions {
  readonly clientId: string;
  readonly redirectUri: string;
  /** The parameters for scope and resources. */
  readonly wanted: URLSearchParams;
  /** The thumbprint of the key that alone may redeem the code (RFC 9449 §10); null: any may. */
  readonly thumbprint: string | null;
}

/** RFC 6749 §4.1.1 with RFC 7636 §4.3. */
export function authorizationUrl(
  authorizationEndpoint: string,
  { state, codeChallenge }: CodeFlow,
  { clientId, redirectUri, wanted, thumbprint }: CodeRequestOptions,
): string {
  const url = new URL(authorizationEndpoint);
  const parameters = [
    ["response_type", "code"],
    ["client_id", clientId],
    ["redirect_uri", redirectUri],
    ...wanted,
    ["state", state],
    ["code_challenge", codeChallenge],
    ["code_challenge_method", "S256"],
    ...(thumbprint === null ? [] : [["dpop_jkt", thumbprint] as const]),
  ] as const;
  for (const [name, value] of parameters) url.searchParams.append(name, value);
  return url.href;
}

/**
 * RFC 6749 §4.1.3 with RFC 7636 §4.5: the tokens for the answer that the browser brought.
 * Throws CommandError if the person said no, or if another server answered (RFC 9207 §2.4).
 */
export async function redeemAnswer(
  server: Server,
  loginAs: LoginClient,
  answer: URLSearchParams,
  { state, codeVerifier, redirectUri }: Pick<CodeFlow, "state" | "codeVerifier"> & { redirectUri: string },
): Promise<TokenEndpointResponse> {
  const { metadata } = server;
  const { client, authentication } = loginAs;
  try {
    const checked = validateAuthResponse(metadata, client, answer, state);
    const redeem = async () => {
      const response = await authorizationCodeGrantRequest(
        metadata,
        client,
        authentication,
        checked,
        redirectUri,
        codeVerifier,
        tokenOptions(server, loginAs),
      );
      return processAuthorizationCodeResponse(metadata, client, response);
    };
    return await redeem().catch((error: unknown) => {
      if (!wantsNonce(error)) throw error;
      return redeem();
    });
  } catch (error) {
    if (error instanceof AuthorizationResponseError) {
      throw new CommandError(
        error.error === "access_denied"
          ? "Access was denied on the page. If that was a mistake, start again."
          : printable(`The server refused: ${error.error}: ${error.error_description ?? ""}`),
      );
    }
    const { words } = await refusalIn(error);
    throw new CommandError(`The server refused: ${words}`);
  }
}
