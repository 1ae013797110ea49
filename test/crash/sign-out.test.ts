/** SIGKILL between the commit that ends a session and the application that hears of it: the notice comes after the next start. */

import { expect, test } from "bun:test";
import { systemClock } from "../../src/platform/clock.ts";
import { logoutNotices } from "../../src/store/tables/waiting.ts";
import { openSqliteStore } from "../store/acts.ts";
import {
  newAccount,
  newAuthorization,
  newIssuance,
  newSession,
  PASSWORD_HASH,
  scopes,
} from "../store/records.ts";
import { proves } from "../support/proves.ts";
import { PATIENCE_MILLIS } from "../support/scale.ts";
import { until } from "./support/moments.ts";
import { Node, SECRET } from "./support/node.ts";

/** A person signs in to the application `wiki` and out again, by a process that ends then and there. */
async function signOut(file: string): Promise<void> {
  const store = await openSqliteStore({ file });
  const client = await store.findClient("wiki");
  if (client === null) throw new Error("The server has declared no client.");
  const account = newAccount();
  await store.createAccount(account);
  const session = newSession({ subject: account.subject });
  await store.createSession(session, null, PASSWORD_HASH);
  const now = systemClock.seconds();
  const { grant, code, ...rest } = newAuthorization({ client, account }, { now });
  const [redirectUri = code.redirectUri] = client.redirectUris;
  const signIn = { ...grant, scope: scopes("openid"), session: session.continuity, online: true };
  expect(
    await store.authorize({ ...rest, grant: signIn, code: { ...code, redirectUri }, session: session.id }),
  ).toBe("authorized");
  expect(await store.redeemCode(code.id, 3, newIssuance(signIn, now))).toBe("issued");
  expect(await store.endSession(session.id)).toBe(true);
  await store.close();
}

async function waiting(file: string): Promise<number> {
  const store = await openSqliteStore({ file });
  const notices = await store.list(logoutNotices, { limit: 10 });
  await store.close();
  return notices.length;
}

test(
  proves(
    "a server that is killed before an application has heard of a sign-out tells it after the next start",
    "Back-Channel Logout 2.5-3",
  ),
  async () => {
    const { promise: never, resolve: letGo } = Promise.withResolvers<Response>();
    let came = 0;
    using application = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      idleTimeout: 0,
      fetch() {
        came += 1;
        return came === 1 ? never : new Response();
      },
    });
    await using node = new Node({
      configuration: `
[[clients]]
client_id = "wiki"
redirect_uris = ["https://wiki.example/callback"]
secrets = ["${SECRET}"]
backchannel_logout_uri = "http://127.0.0.1:${application.port}/logout"

[outbound]
allow = ["127.0.0.1"]
`,
    });
    await node.start();
    await node.kill();
    // The commit is on disk, and no process has begun to send.
    await signOut(node.databaseFile);
    expect(await waiting(node.databaseFile)).toBe(1);
    await node.start();
    await until("the application is asked", () => came === 1);
    await node.kill();
    expect(await waiting(node.databaseFile)).toBe(1);
    await node.start();
    await until("it is asked again", () => came === 2);
    await until("the notice is gone", async () => (await waiting(node.databaseFile)) === 0);
    letGo(new Response());
  },
  PATIENCE_MILLIS,
);
