/**
 * An MCP server as its authors build it: Express and the parts of the SDK. Its metadata point to Tessera, and it
 * introspects every token at Tessera. Reading notes takes one scope, writing another.
 */
import type { Server } from "node:http";
import { InvalidTokenError } from "@modelcontextprotocol/sdk/server/auth/errors.js";
import { requireBearerAuth } from "@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js";
import {
  getOAuthProtectedResourceMetadataUrl,
  mcpAuthMetadataRouter,
} from "@modelcontextprotocol/sdk/server/auth/router.js";
import type { AuthInfo } from "@modelcontextprotocol/sdk/server/auth/types.js";
import { createMcpExpressApp } from "@modelcontextprotocol/sdk/server/express.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { OAuthMetadataSchema } from "@modelcontextprotocol/sdk/shared/auth.js";
import type { Request, RequestHandler } from "express";
import { type ListeningServer, startListeningServer } from "../../support/listening.ts";
import { basic, SECRET, type TestServerParts } from "../../support/server.ts";

export const READ = "notes.read";
export const WRITE = "notes.write";
const OWN_CLIENT_ID = "notes-server";

export interface NotesServer {
  /** The MCP endpoint, which is also the resource of the tokens. */
  readonly url: URL;
  readonly tessera: ListeningServer;
  close(): Promise<void>;
}

export async function startNotesServer(issuerPath = "", parts: TestServerParts = {}): Promise<NotesServer> {
  const app = createMcpExpressApp();
  const { http, port } = await new Promise<{ http: Server; port: number }>((resolve) => {
    const listening = app.listen(0, "127.0.0.1", () => {
      const address = listening.address();
      resolve({ http: listening, port: typeof address === "object" ? (address?.port ?? 0) : 0 });
    });
  });
  const url = new URL(`http://localhost:${port}/mcp`);
  const tessera = await startListeningServer(
    {
      // Every application here registers itself, from one address.
      limits: { registrations_per_address: 1000 },
      scopes: [
        { name: READ, description: "Read your notes" },
        { name: WRITE, description: "Write notes for you" },
      ],
      resources: [
        {
          identifier: url.href,
          name: "Notes",
          scopes: [READ, WRITE],
          introspection_clients: [OWN_CLIENT_ID],
        },
        { identifier: "https://elsewhere.example/", name: "Elsewhere", scopes: [READ] },
      ],
      clients: [
        { client_id: OWN_CLIENT_ID, grant_types: [], secrets: [SECRET] },
        {
          client_id: "robot",
          grant_types: ["client_credentials"],
          secrets: [SECRET],
          scope: [READ],
        },
      ],
    },
    issuerPath,
    parts,
  );

  const discovered = await tessera.fetch("/.well-known/oauth-authorization-server");
  app.use(
    mcpAuthMetadataRouter({
      oauthMetadata: OAuthMetadataSchema.parse(await discovered.json()),
      resourceServerUrl: url,
      scopesSupported: [READ],
      resourceName: "Notes",
    }),
  );
  const requireScope = (...scope: string[]) =>
    requireBearerAuth({
      verifier: { verifyAccessToken: (token) => verify(tessera, token) },
      requiredScopes: scope,
      resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(url),
      expectedResource: url,
    });
  const reading = requireScope(READ);
  const writing = requireScope(READ, WRITE);
  const check: RequestHandler = (request, response, next) =>
    (isWriting(request) ? writing : reading)(request, response, next);
  app.post("/mcp", check, async (request, response) => {
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
    await notes().connect(transport);
    await transport.handleRequest(request, response, request.body);
  });
  // There is no session, so there are no events to listen for.
  app.get("/mcp", (_, response) => void response.status(405).end());

  return {
    url,
    tessera,
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      await tessera.close();
    },
  };
}

/** RFC 7662. The facts of a token for the SDK, which checks resource, scope and expiry itself. */
async function verify(tessera: ListeningServer, token: string): Promise<AuthInfo> {
  const response = await fetch(`${tessera.issuer}/auth/introspect`, {
    method: "POST",
    headers: basic(OWN_CLIENT_ID, SECRET),
    body: new URLSearchParams({ token }),
  });
  const answer = await response.json();
  if (response.status !== 200 || !answer.active) throw new InvalidTokenError("It is not active");
  return {
    token,
    clientId: answer.client_id,
    scopes: (answer.scope ?? "").split(" "),
    expiresAt: answer.exp,
    resource: new URL(answer.aud),
    extra: { username: answer.username ?? null },
  };
}

const isWriting = ({ body }: Request): boolean =>
  body?.method === "tools/call" && body.params?.name === "write_note";

function notes(): McpServer {
  const server = new McpServer({ name: "notes", version: "1.0.0" });
  const says = (text: string) => ({ content: [{ type: "text" as const, text }] });
  server.registerTool("whose_notes", { description: "Tells whose notes these are." }, ({ authInfo }) =>
    says(String(authInfo?.extra?.username)),
  );
  server.registerTool("write_note", { description: "Writes a note." }, () => says("written"));
  return server;
}
