/** The pages of the console, as an administrator sees them. */

import type { BrowserContext, Page } from "playwright-core";
import { newRecordId } from "../../src/credentials/credential.ts";
import { createGroup, setManager } from "../../src/operations/groups.ts";
import { changeAccount, findAccountBySignInName } from "../../src/operations/people.ts";
import { newDelivery, queued } from "../../src/rules/webhook.ts";
import { signInOn } from "../support/chromium.ts";
import { OPERATOR } from "../support/links.ts";
import type { ListeningServer } from "../support/listening.ts";
import { addPersonWithPassword, PASSWORD } from "../support/pages.ts";
import type { Exhibit } from "./gallery.ts";

/** The session in which each browser is signed in as root. */
const sessions = new WeakMap<BrowserContext, string>();

const cookiesOf = async (page: Page): Promise<string> =>
  JSON.stringify((await page.context().cookies()).map(({ name, value }) => [name, value]).sort());

export const asRoot = async (page: Page, server: ListeningServer): Promise<void> => {
  if (sessions.get(page.context()) === (await cookiesOf(page))) return;
  const known = await findAccountBySignInName(server.context, "root");
  if (known === null)
    await addPersonWithPassword(server, "root", { administrator: true, name: "Ada Lovelace" });
  await page.context().clearCookies();
  await signInOn(page, `${server.issuer}/login`, "root", PASSWORD);
  sessions.set(page.context(), await cookiesOf(page));
};

/** A person in a group who manages it; the answer is their identifier. */
async function furnish(server: ListeningServer): Promise<string> {
  const { context } = server;
  const now = server.clock.seconds();
  const known = await findAccountBySignInName(context, "noether");
  const account =
    known ?? (await server.addPerson("noether", { name: "Emmy Noether", email: "noether@example.org" }));
  if (known === null) {
    await createGroup(context, OPERATOR, "mathematics", "Who proves theorems", now);
    await changeAccount(context, OPERATOR, account.subject, { joins: ["mathematics"] }, now);
    await setManager(context, OPERATOR, "mathematics", account.subject, true);
    await server.signIn(account);
  }
  return account.subject;
}

/** The id of a request that was refused. */
async function refuse(server: ListeningServer): Promise<string> {
  const wrong = new URLSearchParams({
    client_id: "photos",
    response_type: "code",
    redirect_uri: "https://photos.example/callbak",
  });
  const response = await server.fetch(`/auth/authorize?${wrong}`);
  await server.context.refusals.settled();
  return response.headers.get("request-id") ?? "";
}

/** A webhook that took an event, and waits for another. */
async function furnishWebhook({ context, clock }: ListeningServer): Promise<void> {
  const { configuration, random, store } = context;
  if (configuration.webhooks.length > 0) return;
  const secrets = [`whsec_${Buffer.alloc(32, 1).toString("base64")}`];
  const webhooks = [{ name: "siem", url: "https://siem.example.org/hooks/tessera", secrets }];
  Object.assign(context, { configuration: { ...configuration, webhooks } });
  const now = clock.seconds();
  const deliveryOf = (type: string) =>
    newDelivery({ id: newRecordId(clock, random), webhook: "siem", type, body: "{}" }, now);
  await store.commit({
    changes: [
      queued({ ...deliveryOf("role.given"), waits: false, attempts: 1, deliveredAt: now }),
      queued({ ...deliveryOf("refresh_token.replayed"), attempts: 3, lastFault: "status 503" }),
    ],
  });
}

type PathOf = (subject: string, server: ListeningServer) => string | Promise<string>;

const at = (name: string, path: string | PathOf): Exhibit => ({
  name: `console-${name}`,
  open: async (page, server) => {
    const subject = await furnish(server);
    await page.goto(`${server.issuer}/admin`);
    if (new URL(page.url()).pathname !== "/admin") await asRoot(page, server);
    await page.goto(server.issuer + (typeof path === "string" ? path : await path(subject, server)));
  },
});

/** For a browser in which an administrator is signed in. */
export const CONSOLE: readonly Exhibit[] = [
  at("overview", "/admin?q=noether"),
  at("people", "/admin/people"),
  at("person", (subject) => `/admin/people/${subject}`),
  at("add-person", "/admin/people/new"),
  at("groups", "/admin/groups"),
  at("group", "/admin/groups/mathematics"),
  at("record", "/admin/audit"),
  at("request", async (_, server) => `/admin/requests/${await refuse(server)}`),
  at("refusals", "/admin/refusals"),
  at("registration", "/admin/registration"),
  at("tokens", "/admin/tokens?client=photos"),
  at("mails", "/admin/mails?kind=new_device"),
  at("scopes", "/admin/scopes"),
  at("keys", "/admin/keys"),
  at("webhooks", async (_, server) => {
    await furnishWebhook(server);
    return "/admin/webhooks";
  }),
  at("health", "/admin/health"),
  at("settings", "/admin/settings"),
];
