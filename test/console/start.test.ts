/** The first steps in the console, on a server that really listens, so that it can ask itself. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { formToken } from "../../src/pages/forms.ts";
import { makeClients } from "../../src/recipes/clients.ts";
import { findRecipe } from "../../src/recipes/table.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { type MailServer, startMailServer } from "../support/mail-server.ts";
import { addPersonWithPassword, type Browser, openBrowser, textOf } from "../support/pages.ts";
import { grantAccess } from "../support/people.ts";
import { proves } from "../support/proves.ts";

let server: ListeningServer;
let post: MailServer;
let root: Browser;
beforeAll(async () => {
  post = await startMailServer();
  server = await startListeningServer({
    clients: [],
    mail: { host: "127.0.0.1", port: post.port, security: "none", from: "Lighthouse <auth@example.org>" },
  });
  await addPersonWithPassword(server, "root", { administrator: true, email: "root@example.org" });
  root = openBrowser(server);
  await root.signIn("root");
});
afterAll(async () => {
  await server.close();
  await post.stop();
});

const page = async (step: string, headers?: Record<string, string>, browser = root) =>
  textOf(await browser.get(`/admin/start?step=${step}`, headers));

async function act(browser: Browser, fields: Record<string, string>, path = "/admin/start?step=mail") {
  const { fields: own } = await root.form("/admin/start?step=mail");
  return browser.post(path, { form_token: own.form_token ?? "", ...fields });
}

test("the address is asked for by the server itself, and each check has its result", async () => {
  const text = await page("address");
  expect(text).toContain("Is this address right?");
  expect(text).toContain(server.issuer);
  expect(text).toContain("The address is right.");
  expect(text).toContain(`${server.issuer} answers, and is the same issuer.`);
  for (const title of ["Metadata at every path", "Cookies and Authorization", "Clock and the network's"])
    expect(text).toContain(title);
  const german = await (await root.get("/admin/start", { "Accept-Language": "de" })).text();
  expect(german).toContain("Erste Schritte");
  expect(german).toContain("Der Server antwortet");
  // The findings have English words only.
  expect(german).toMatch(/<p class="small" lang="en">[^<]* answers, and is the same issuer\./);
});

test("an address at which another server answers is said to be wrong, with the cure", async () => {
  const listener = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("another") });
  const other = await startListeningServer({ issuer: `http://localhost:${listener.port}` });
  try {
    await addPersonWithPassword(other, "root", { administrator: true });
    const browser = openBrowser(other);
    await browser.signIn("root");
    const text = await page("address", undefined, browser);
    expect(text).toContain("Something is to be changed");
    expect(text).toContain("answers something that is not this server's metadata");
    expect(text).toContain("What to do: Another program answers at this address.");
  } finally {
    await other.close();
    await listener.stop(true);
  }
});

test("a test mail goes out at once, and the page has the words of the mail server", async () => {
  const sent = await act(root, { act: "test_mail", address: "ada@example.net" });
  expect(sent.status).toBe(200);
  const text = await textOf(sent);
  expect(text).toContain("The mail server has the mail to ada@example.net.");
  expect(text).toContain("250 ");
  expect(post.mails.at(-1)).toMatchObject({ to: ["ada@example.net"] });
  post.mood.refuses = { at: "recipient", code: 550, words: "no <b>such</b> mailbox" };
  const refused = await act(root, { act: "test_mail", address: "ada@example.net" });
  const page = await refused.text();
  expect(page).toContain("The mail was not sent.");
  expect(page).toContain("no &lt;b&gt;such&lt;/b&gt; mailbox");
  expect(page).toContain("it may not relay mail for this machine");
  post.mood.refuses = null;
  const malformed = await act(root, { act: "test_mail", address: "nowhere" });
  expect(malformed.status).toBe(422);
  expect(await textOf(malformed)).toContain("This is not an e-mail address.");
});

test(
  proves("a role that may not change the server sends no mail, and puts nothing away", "threat 90"),
  async () => {
    await addPersonWithPassword(server, "eye", { auditor: true });
    await addPersonWithPassword(server, "ada");
    const auditor = openBrowser(server);
    await auditor.signIn("eye");
    const before = post.mails.length;
    expect(await page("mail", undefined, auditor)).not.toContain("Send a test mail");
    const { fields } = await auditor.form("/account/details");
    expect(Object.keys(fields)).not.toEqual([]);
    const token = formToken(server.context, auditor.cookie.split("=")[1] ?? "", "console");
    const wishes: Record<string, string>[] = [
      { act: "test_mail", address: "ada@example.net" },
      { act: "put_away" },
    ];
    for (const wish of wishes) {
      const answer = await auditor.post("/admin/start", { form_token: token, ...wish });
      expect(answer.status).toBe(403);
    }
    expect(post.mails).toHaveLength(before);
    const person = openBrowser(server);
    await person.signIn("ada");
    expect((await person.get("/admin/start")).status).toBe(404);
  },
);

test("an application is added, opened and signed in to, and then the overview says no more of it", async () => {
  const { context } = server;
  expect(await textOf(await root.get("/admin"))).toContain("Check the address, try the mail server");
  expect(await page("app")).toContain("Open the gallery");
  expect(await page("sign_in")).toContain("There is no application yet.");
  const recipe = findRecipe("oauth2-proxy");
  if (recipe === undefined) throw new Error("There is no such recipe.");
  await makeClients(context, SERVER_ACT, { recipe, url: "https://app.example.org" });
  expect(await page("app")).toContain("oauth2-proxy is added.");
  const open = await (await root.get("/admin/start?step=sign_in")).text();
  expect(open).toMatch(
    /<a [^>]*href="https:\/\/app\.example\.org" target="_blank" rel="noopener">Open oauth2-proxy/,
  );
  expect(await textOf(await root.get("/admin"))).toContain("Check the address, try the mail server");
  const ada = await addPersonWithPassword(server, "grace");
  await grantAccess(server, ada, "oauth2-proxy", ["openid"]);
  expect(await page("sign_in")).toContain("A person has signed in to oauth2-proxy. This server works.");
  const overview = await textOf(await root.get("/admin"));
  expect(overview).not.toContain("Check the address, try the mail server");
  expect(overview).toContain("First steps");
});

test("the steps can be put away before, and are found again", async () => {
  const other = await startListeningServer();
  try {
    await addPersonWithPassword(other, "root", { administrator: true });
    const browser = openBrowser(other);
    await browser.signIn("root");
    const mail = await (await browser.get("/admin/start?step=mail")).text();
    expect(mail).toContain("This server sends no mail yet.");
    expect(mail).toContain("host = &quot;smtp.example.org&quot;");
    const put = await browser.submit("/admin/start", { act: "put_away" });
    expect(put.headers.get("location")).toStartWith("/admin?notice=");
    const overview = await textOf(await browser.get("/admin"));
    expect(overview).not.toContain("Check the address, try the mail server");
    expect((await browser.get("/admin/start")).status).toBe(200);
    expect((await browser.submit("/admin/start?step=mail", { act: "test_mail" })).status).toBeLessThan(500);
  } finally {
    await other.close();
  }
});
