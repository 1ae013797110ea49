/** An application with the second generation of the SDK: it speaks the protocol of 2026-07-28, and can bind its tokens to a key. */
import {
  Client,
  DpopSession,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { Application } from "./application.ts";
import type { NotesServer } from "./notes-server.ts";

const PROTOCOL = "2026-07-28";

export class ModernApplication extends Application implements OAuthClientProvider {
  readonly #notes: NotesServer;
  readonly #session: Promise<DpopSession> | undefined;

  constructor(notes: NotesServer, tokens: "bearer" | "bound") {
    super(notes);
    this.#notes = notes;
    this.#session = tokens === "bound" ? DpopSession.create() : undefined;
  }

  #discovered: OAuthDiscoveryState | undefined;
  saveDiscoveryState(state: OAuthDiscoveryState): void {
    this.#discovered = state;
  }
  discoveryState = (): OAuthDiscoveryState | undefined => this.#discovered;
  dpop = (): Promise<DpopSession> | undefined => this.#session;

  override call(tool: string): Promise<string> {
    this.authorizationUrl = null;
    return callModern(this.#notes, this, tool);
  }

  /** Simulates an access token that is over. */
  dropAccessToken(): void {
    if (this.held !== undefined) this.held = { ...this.held, access_token: "it-is-over" };
  }

  /** The SDK checks `iss` itself. */
  override async finish(answer: URLSearchParams): Promise<void> {
    await new StreamableHTTPClientTransport(this.#notes.url, { authProvider: this }).finishAuth(answer);
  }
}

/** Calls a tool over a new connection. Returns its text; throws the SDK's errors. */
export async function callModern(
  { url }: NotesServer,
  authProvider: OAuthClientProvider,
  tool: string,
): Promise<string> {
  const client = new Client(
    { name: "notebook", version: "1.0.0" },
    { versionNegotiation: { mode: { pin: PROTOCOL } } },
  );
  await client.connect(new StreamableHTTPClientTransport(url, { authProvider }));
  try {
    const { content } = await client.callTool({ name: tool });
    const [first] = content;
    return first?.type === "text" ? first.text : "";
  } finally {
    await client.close();
  }
}
