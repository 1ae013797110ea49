/** SIGKILL between the commit of an act and the mail about it: the mail comes after the next start. */
import { expect, test } from "bun:test";
import { createEvents } from "../../src/operations/events.ts";
import { mailEvents } from "../../src/operations/mail.ts";
import { setPassword } from "../../src/operations/people.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { mails } from "../../src/store/tables/waiting.ts";
import { openSqliteStore } from "../store/acts.ts";
import { newAccount } from "../store/records.ts";
import { startMailServer } from "../support/mail-server.ts";
import { PATIENCE_MILLIS } from "../support/scale.ts";
import { until } from "./support/moments.ts";
import { Node } from "./support/node.ts";

const BOUNDS = { give_up_seconds: 86_400, keep_seconds: 86_400, per_person_and_hour: 5 };

/** An act of a process that ends then and there. */
async function changePassword(file: string): Promise<void> {
  const store = await openSqliteStore({ file });
  const account = newAccount({ email: "ada@example.net", emailVerified: true });
  await store.createAccount(account);
  const context = {
    store,
    events: createEvents([mailEvents({ clock: systemClock, random: systemRandom }, BOUNDS)]),
    clock: systemClock,
    random: systemRandom,
  };
  expect(await setPassword(context, SERVER_ACT, account.subject, "another hash")).toBe(true);
  await store.close();
}

async function waiting(file: string): Promise<number> {
  const store = await openSqliteStore({ file });
  const found = await store.list(mails, { where: { waits: true }, limit: 10 });
  await store.close();
  return found.length;
}

test(
  "a server that is killed before a mail is sent, or while it is being sent, sends it after the next start",
  async () => {
    const post = await startMailServer();
    await using node = new Node({
      configuration: `
[mail]
host = "127.0.0.1"
port = ${post.port}
security = "none"
from = "auth@example.org"
timeout_seconds = 1
`,
    });
    await node.start();
    await node.kill();
    // The commit is on disk, and no process has begun to send.
    await changePassword(node.databaseFile);
    expect(await waiting(node.databaseFile)).toBe(1);
    post.mood.delayMillis = 60_000;
    await node.start();
    await until("the mail server is asked", () => post.connections() === 1);
    await node.kill();
    expect(await waiting(node.databaseFile)).toBe(1);
    expect(post.mails).toEqual([]);
    post.mood.delayMillis = 0;
    await node.start();
    await until("the mail comes", () => post.mails.length === 1);
    await until("the mail waits no more", async () => (await waiting(node.databaseFile)) === 0);
    expect(post.mails[0]?.to).toEqual(["ada@example.net"]);
    await post.stop();
  },
  PATIENCE_MILLIS,
);
