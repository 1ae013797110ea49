/** The test server behind a real socket, for clients with their own HTTP. */
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import { startTestServer, type TestServer, type TestServerParts } from "./server.ts";

export interface ListeningServer extends TestServer {
  readonly port: number;
}

/** `path` is the issuer's path: empty, or it begins with a slash. */
export async function startListeningServer(
  overrides: ConfigurationInput = {},
  path = "",
  parts: TestServerParts = {},
): Promise<ListeningServer> {
  // The issuer contains the port, and the server needs the issuer.
  let answer: (request: Request, address: string) => Promise<Response> = async () =>
    new Response(null, { status: 503 });
  const listener = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request, socket) => answer(request, socket.requestIP(request)?.address ?? "unknown"),
  });
  const port = listener.port ?? 0;
  const server = await startTestServer({ issuer: `http://localhost:${port}${path}`, ...overrides }, parts);
  answer = server.handle;
  return {
    ...server,
    port,
    async close() {
      await listener.stop(true);
      await server.close();
    },
  };
}
