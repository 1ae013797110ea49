/**
 * An application that speaks MCP, and the person who uses it. The SDK does all the work; this stores what the SDK gives
 * it.
 */
import type { OAuthClientProvider } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type {
  OAuthClientInformationMixed,
  OAuthClientMetadata,
  OAuthTokens,
} from "@modelcontextprotocol/sdk/shared/auth.js";
import { redirectOf } from "../../support/code-flow.ts";
import { addPersonWithPassword, type Browser, openBrowser, PASSWORD } from "../../support/pages.ts";
import type { NotesServer } from "./notes-server.ts";

export class Application implements OAuthClientProvider {
  readonly redirectUrl = "http://127.0.0.1:49152/callback";
  readonly clientMetadata: OAuthClientMetadata;
  /** The address to which the last call sent the person; null if it did not need them. */
  authorizationUrl: URL | null = null;
  client: OAuthClientInformationMixed | undefined;
  held: OAuthTokens | undefined;
  readonly #notes: NotesServer;
  #verifier = "";

  constructor(notes: NotesServer, metadata: Partial<OAuthClientMetadata> = {}) {
    this.#notes = notes;
    this.clientMetadata = {
      client_name: "Notebook",
      redirect_uris: [this.redirectUrl],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
      ...metadata,
    };
  }

  /** Where the application publishes its metadata; undefined if it registers. */
  clientMetadataUrl?: string;

  state = (): string => "the state of the notebook";
  clientInformation = () => this.client;
  saveClientInformation(client: OAuthClientInformationMixed): void {
    this.client = client;
  }
  tokens = () => this.held;
  saveTokens(tokens: OAuthTokens): void {
    this.held = tokens;
  }
  redirectToAuthorization(url: URL): void {
    this.authorizationUrl = url;
  }
  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }
  codeVerifier = (): string => this.#verifier;
  invalidateCredentials(scope: string): void {
    if (scope === "all" || scope === "tokens") this.held = undefined;
    if (scope === "all" || scope === "client") this.client = undefined;
  }

  /** Calls a tool. Throws UnauthorizedError if the person must authorize first. */
  call(tool: string): Promise<string> {
    this.authorizationUrl = null;
    return callTool(this.#notes, this, tool);
  }

  /** Simulates an application that got no refresh token. */
  dropRefreshToken(): void {
    if (this.held !== undefined) this.held = { ...this.held, refresh_token: undefined };
  }

  /** The person goes to the application's address, and answers. Returns the parameters of the redirect. */
  async sendThere(person: Person, decision: "allow" | "deny" = "allow"): Promise<URLSearchParams> {
    if (this.authorizationUrl === null) throw new Error("The application did not ask for the person.");
    return (await person.answer(this.authorizationUrl, decision)).searchParams;
  }

  /** Passes the code to the SDK unchanged. */
  async finish(answer: URLSearchParams): Promise<void> {
    await transportTo(this.#notes, this).finishAuth(answer.get("code") ?? "");
  }
}

const transportTo = ({ url }: NotesServer, authProvider: OAuthClientProvider) =>
  new StreamableHTTPClientTransport(url, { authProvider });

/** Calls a tool over a new connection. Returns its text; throws the SDK's errors. */
export async function callTool(
  notes: NotesServer,
  provider: OAuthClientProvider,
  tool: string,
): Promise<string> {
  const client = new Client({ name: "notebook", version: "1.0.0" });
  await client.connect(transportTo(notes, provider));
  try {
    const { content } = await client.callTool({ name: tool });
    const [first] = Array.isArray(content) ? content : [];
    return String(first?.text);
  } finally {
    await client.close();
  }
}

/** A person with a browser, who signs in when asked. */
export class Person {
  readonly browser: Browser;
  readonly #username: string;

  private constructor(browser: Browser, username: string) {
    this.browser = browser;
    this.#username = username;
  }

  static async named(
    username: string,
    { tessera }: NotesServer,
    at: "signed in" | "signed out" = "signed in",
  ): Promise<Person> {
    const browser = openBrowser(tessera);
    if (at === "signed in") browser.cookie = await tessera.signIn(await tessera.addPerson(username));
    else await addPersonWithPassword(tessera, username);
    return new Person(browser, username);
  }

  /** The consent page, after a sign-in if needed. */
  async consentPage(url: URL): Promise<string> {
    const asked = await this.browser.get(url.href);
    const login = asked.headers.get("location");
    if (login === null) return url.href;
    const fields = { username: this.#username, password: PASSWORD };
    return (await this.browser.submit(login, fields)).headers.get("location") ?? "";
  }

  /** The redirect after the person's answer. */
  async answer(url: URL, decision: "allow" | "deny"): Promise<URL> {
    return redirectOf(await this.browser.submit(await this.consentPage(url), { decision }, "/consent"));
  }
}
