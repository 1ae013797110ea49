/** SIGKILL between the commit of an act and its delivery to a webhook: the event comes after the next start. */
import { expect, test } from "bun:test";
import { Webhook } from "standardwebhooks";
import { parse } from "valibot";
import { configurationSchema } from "../../src/configuration/schema.ts";
import { createEvents } from "../../src/operations/events.ts";
import { setPassword } from "../../src/operations/people.ts";
import { webhookEvents } from "../../src/operations/webhooks.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { webhookDeliveries } from "../../src/store/tables/waiting.ts";
import { openSqliteStore } from "../store/acts.ts";
import { newAccount } from "../store/records.ts";
import { PATIENCE_MILLIS } from "../support/scale.ts";
import { until } from "./support/moments.ts";
import { Node } from "./support/node.ts";

const SECRET = `whsec_${Buffer.from(systemRandom(32)).toString("base64")}`;

/** An act of a process that ends then and there. */
async function changePassword(file: string, url: string): Promise<void> {
  const store = await openSqliteStore({ file });
  const account = newAccount({});
  await store.createAccount(account);
  const { webhooks } = parse(configurationSchema, { webhooks: [{ name: "siem", url, secrets: [SECRET] }] });
  const parts = { clock: systemClock, random: systemRandom };
  const context = {
    store,
    events: createEvents([webhookEvents({ ...parts, configuration: { webhooks } })]),
    ...parts,
  };
  expect(await setPassword(context, SERVER_ACT, account.subject, "another hash")).toBe(true);
  await store.close();
}

async function waiting(file: string): Promise<string[]> {
  const store = await openSqliteStore({ file });
  const found = await store.list(webhookDeliveries, { where: { waits: true }, limit: 100 });
  await store.close();
  return found.map(({ type }) => type);
}

test(
  "a server that is killed before an event is delivered delivers it after the next start",
  async () => {
    const heard: { readonly headers: Record<string, string>; readonly body: string }[] = [];
    const receiver = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      async fetch(request) {
        heard.push({ headers: Object.fromEntries(request.headers), body: await request.text() });
        return new Response(null);
      },
    });
    const url = `http://127.0.0.1:${receiver.port}/`;
    await using node = new Node({
      configuration: `
[outbound]
allow = ["127.0.0.1"]

[[webhooks]]
name = "siem"
url = "${url}"
secrets = ["${SECRET}"]
events = ["password.changed"]
`,
    });
    await node.start();
    await node.kill();
    // The commit is on disk, and no process has begun to deliver.
    await changePassword(node.databaseFile, url);
    expect(await waiting(node.databaseFile)).toEqual(["password.changed"]);
    expect(heard).toEqual([]);
    await node.start();
    await until("the event comes", () => heard.length > 0);
    await until("it waits no more", async () => (await waiting(node.databaseFile)).length === 0);
    const [first] = heard;
    expect(new Webhook(SECRET).verify(first?.body ?? "", first?.headers ?? {})).toMatchObject({
      type: "password.changed",
    });
    expect(heard).toHaveLength(1);
    await receiver.stop(true);
  },
  PATIENCE_MILLIS,
);
