/** A real Chromium against a real listener on this machine. */
import sparticuz from "@sparticuz/chromium";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import type { ConfigurationInput } from "../../src/platform/configuration.ts";
import { startTestServer, type TestServer } from "./server.ts";

export const launchChromium = async (): Promise<Browser> =>
  chromium.launch({
    executablePath: await sparticuz.executablePath(),
    args: [...sparticuz.args, "--no-sandbox"],
    headless: true,
  });

export interface ListeningServer extends TestServer {
  readonly url: (path: string) => string;
}

/** A test server that listens on a port of its own. `issuerPath` is "" or "/path". */
export async function startListeningServer(
  overrides: ConfigurationInput = {},
  issuerPath = "",
): Promise<ListeningServer> {
  let answer: (request: Request, address: string) => Promise<Response> = async () => new Response("starting");
  const listener = Bun.serve({
    hostname: "localhost",
    port: 0,
    fetch: (request, server) => answer(request, server.requestIP(request)?.address ?? "unknown"),
  });
  const issuer = `http://localhost:${listener.port}${issuerPath}`;
  const server = await startTestServer({ ...overrides, issuer });
  answer = (request, address) => server.listen(request, address);
  return {
    ...server,
    url: (path) => issuer + path,
    async close() {
      await listener.stop(true);
      await server.close();
    },
  };
}

/** A page in a browser profile of its own. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ locale: "en-GB", ...options });
  return context.newPage();
}
