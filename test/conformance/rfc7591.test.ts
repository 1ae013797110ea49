/** RFC 7591: a client's own claims on the pages that people read. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { authorizePath } from "../support/code-flow.ts";
import { type Json, jsonOf, postRegistration, textOf } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const CALLBACK = "https://client.example.org/callback";

let server: TestServer;
let cookie = "";
beforeAll(async () => {
  server = await startTestServer();
  cookie = await server.signIn(await server.addPerson("ada"));
});
afterAll(() => server.close());

/** Registers a client and asks a person to agree to it. */
async function consentPage(metadata: Json, headers: Record<string, string> = {}): Promise<Response> {
  const registered = await jsonOf(await postRegistration(server, { redirect_uris: [CALLBACK], ...metadata }));
  return server.fetch(
    authorizePath({
      client_id: textOf(registered, "client_id"),
      redirect_uri: CALLBACK,
      scope: "profile",
    }),
    { headers: { Cookie: cookie, ...headers } },
  );
}

test.each(["My Example Client", "クライアント名", "برنامج البريد", "Größe – Straße №5", "e\u0301te\u0301"])(
  proves(
    "the name %j is shown as it is, whatever its script",
    "RFC 7591 2.2-3",
    "RFC 7591 2.2-4",
    "OpenID Registration 2.1-1",
    "OpenID Registration 2.1-2",
  ),
  async (client_name) => {
    for (const language of ["en", "de"]) {
      const html = await (await consentPage({ client_name }, { "Accept-Language": language })).text();
      // The name has its own text direction: it neither takes the page's nor changes it.
      expect(html).toContain(`<bdi>${client_name}</bdi>`);
    }
  },
);

test(
  proves(
    "the client's own pages are links that say where they lead and give nothing away",
    "RFC 7591 5-7",
    "RFC 7591 5-8",
  ),
  async () => {
    const pages = {
      client_uri: "https://about.example/",
      tos_uri: "https://terms.example:8443/tos",
      policy_uri: "https://policy.example/privacy",
    };
    const response = await consentPage({ ...pages, logo_uri: "https://logo.example/logo.png" });
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
    expect(response.headers.get("content-security-policy")).toContain("img-src 'self'");
    const links: Record<string, { rel: string | null; title: string | null }> = {};
    const html = await new HTMLRewriter()
      .on("a[href^=http]", {
        element: (link) => {
          links[link.getAttribute("href") ?? ""] = {
            rel: link.getAttribute("rel"),
            title: link.getAttribute("title"),
          };
        },
      })
      .transform(response)
      .text();
    const rel = "noopener noreferrer nofollow";
    expect(links).toEqual({
      "https://about.example/": { rel, title: "about.example" },
      "https://terms.example:8443/tos": { rel, title: "terms.example:8443" },
      "https://policy.example/privacy": { rel, title: "policy.example" },
    });
    for (const host of ["about.example", "terms.example:8443", "policy.example"]) {
      expect(html).toContain(`(${host}, `);
    }
    expect(html).not.toContain("logo.example");
  },
);
