/** Threat class 61: how many sessions one person may have. */
import { expect, test } from "bun:test";
import { addPersonWithPassword, openBrowser } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer } from "../support/server.ts";

test(proves("beyond the limit the oldest session of the person ends", "threat 61"), async () => {
  const server = await startTestServer({ limits: { sessions_per_person: 3 } });
  try {
    await addPersonWithPassword(server, "alice");
    await addPersonWithPassword(server, "bob");
    const browsers = ["bob", "alice", "alice", "alice", "alice", "alice"].map((username) => ({
      username,
      browser: openBrowser(server),
    }));
    for (const { username, browser } of browsers) {
      server.clock.advance(1);
      expect((await browser.signIn(username)).status).toBe(303);
    }
    const statuses: number[] = [];
    for (const { browser } of browsers) statuses.push((await browser.get("/account")).status);
    expect(statuses).toEqual([200, 303, 303, 200, 200, 200]);
  } finally {
    await server.close();
  }
});

test("a browser that signs in again takes the place of its own session", async () => {
  const server = await startTestServer({ limits: { sessions_per_person: 2 } });
  try {
    await addPersonWithPassword(server, "alice");
    const [first, second] = [openBrowser(server), openBrowser(server)];
    await first.signIn("alice");
    server.clock.advance(1);
    await second.signIn("alice");
    server.clock.advance(1);
    // The session of the first browser is replaced, and is one of those that are too many.
    const again = await first.submit("/login?return_to=%2Faccount", {
      username: "alice",
      password: "correct horse battery staple",
    });
    expect(again.status).toBe(303);
    expect((await first.get("/account")).status).toBe(200);
    expect((await second.get("/account")).status).toBe(200);
  } finally {
    await server.close();
  }
});
