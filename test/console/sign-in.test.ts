/** How good, and how recent, the sign-in of people who manage must be. */
import { afterEach, expect, test } from "bun:test";
import { findAccount } from "../../src/operations/people.ts";
import { addPersonWithPassword, openBrowser } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
afterEach(() => server.close());

test(
  proves("an old sign-in gives no other person a new address, to which their links go", "threat 90"),
  async () => {
    server = await startTestServer();
    await addPersonWithPassword(server, "root", { administrator: true });
    const boss = await addPersonWithPassword(server, "boss", {
      administrator: true,
      email: "boss@example.org",
    });
    const browser = openBrowser(server);
    await browser.signIn("root");
    server.clock.advance(901);
    const path = `/admin/people/${boss.subject}`;
    const { fields } = await browser.form(path);
    const response = await browser.post(path, {
      form_token: fields.form_token ?? "",
      act: "edit",
      revision: String(boss.revision),
      email: "mine@example.com",
      email_verified: "1",
    });
    expect(response.headers.get("location")).toStartWith("/login?return_to=");
    expect((await findAccount(server.context, boss.subject))?.email).toBe("boss@example.org");
  },
);
