/** OAuth 2.0 Form Post Response Mode in a real browser, with and without scripts. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launchChromium, openPage, signInOn } from "../support/chromium.ts";
import { authorizePath } from "../support/code-flow.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { addPersonWithPassword, PASSWORD } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { SECRET } from "../support/server.ts";

let browser: Browser;
let server: ListeningServer;
let client: ReturnType<typeof openClient>;

/** A client that takes posts, and sends people on from the callback to another of its pages. */
function openClient() {
  const posted: URLSearchParams[] = [];
  const listener: Bun.Server<undefined> = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      const { pathname } = new URL(request.url);
      if (request.method !== "POST") return new Response(`at ${pathname}`);
      posted.push(new URLSearchParams(await request.text()));
      return Response.redirect(`http://127.0.0.1:${listener.port}/inside`, 303);
    },
  });
  return {
    posted,
    callback: `http://127.0.0.1:${listener.port}/callback`,
    inside: `http://127.0.0.1:${listener.port}/inside`,
    stop: () => listener.stop(true),
  };
}

beforeAll(async () => {
  browser = await launchChromium();
  client = openClient();
  server = await startListeningServer({
    clients: [
      {
        client_id: "web",
        client_name: "Example Web",
        redirect_uris: ["http://127.0.0.1/callback"],
        secrets: [SECRET],
      },
    ],
  });
  await addPersonWithPassword(server, "alice");
});
afterAll(async () => {
  await browser.close();
  await server.close();
  await client.stop();
});

const start = (changes: Record<string, string> = {}): string =>
  `${server.context.issuer.identifier}${authorizePath({
    redirect_uri: client.callback,
    response_mode: "form_post",
    ...changes,
  })}`;

/** Runs `work` on a new page, and returns what the client got and what the browser complained about. */
async function onPage(options: BrowserContextOptions, work: (page: Page) => Promise<void>) {
  const page = await openPage(browser, options);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  const before = client.posted.length;
  await work(page);
  await page.context().close();
  return { posted: client.posted.slice(before), complaints };
}

test(
  proves("the browser posts the code by itself, and the client may send it on", "Form Post 2-2"),
  async () => {
    const { posted, complaints } = await onPage({}, async (page) => {
      await signInOn(page, start({ prompt: "consent" }), "alice", PASSWORD);
      await page.getByRole("button", { name: "Allow" }).click();
      await page.waitForURL(client.inside);
      // With a remembered consent no page asks, and "back" does not lead into the form again.
      await page.goto(`${client.inside}?before`);
      await page.goto(start());
      await page.waitForURL(client.inside);
      await page.goBack();
      expect(page.url()).toBe(`${client.inside}?before`);
    });
    expect(complaints).toEqual([]);
    expect(posted.map((answer) => [...answer.keys()])).toEqual([
      ["code", "state", "iss"],
      ["code", "state", "iss"],
    ]);
    expect(posted[0]?.get("code")).toStartWith("tac_");
    expect(posted[0]?.get("state")).toBe("a state");
  },
);

test("without scripts the person presses the button, in the language of ui_locales", async () => {
  const { posted } = await onPage({ javaScriptEnabled: false }, async (page) => {
    await page.goto(start({ prompt: "consent", ui_locales: "tlh de" }));
    await page.getByLabel("Benutzername").fill("alice");
    await page.getByLabel("Passwort").fill(PASSWORD);
    await page.getByRole("button", { name: "Anmelden" }).click();
    await page.getByRole("button", { name: "Ablehnen" }).click();
    const button = page.getByRole("button", { name: `Weiter zu ${new URL(client.callback).host}` });
    await button.waitFor();
    await button.click();
    await page.waitForURL(client.inside);
  });
  expect(posted.map((answer) => answer.get("error"))).toEqual(["access_denied"]);
});
