/** The search of the first page: whatever an administrator types, the hit leads to the page about it, on both engines. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { recordIdText } from "../../src/credentials/credential.ts";
import { listGrants } from "../../src/operations/access.ts";
import { collect } from "../../src/operations/paging.ts";
import { everyAccessToken } from "../../src/operations/tokens.ts";
import { sessions } from "../../src/store/tables/sign-in.ts";
import { onBothEngines } from "../adversary/engines.ts";
import { requestToken, tokensFor } from "../support/flows.ts";
import { addPersonWithPassword, type Browser, openBrowser } from "../support/pages.ts";
import type { TestServer } from "../support/server.ts";

onBothEngines((start) => {
  let server: TestServer;
  let root: Browser;
  /** What is typed, by what it is; and the path to which it leads. */
  let typed: Record<string, readonly [text: string, path: string]>;
  beforeAll(async () => {
    server = await start();
    await addPersonWithPassword(server, "root", { administrator: true });
    const ada = await addPersonWithPassword(server, "ada", {
      name: "Ada Lovelace",
      email: "countess@example.org",
    });
    root = openBrowser(server);
    await root.signIn("root");
    await tokensFor(server, ada, { scope: "openid" });
    const { context, clock } = server;
    const now = clock.seconds();
    const [grant] = await listGrants(context, { subject: ada.subject }, now, { limit: 1 });
    const [session] = await context.store.list(sessions, { where: { subject: ada.subject }, limit: 1 });
    const [token] = await collect(everyAccessToken(context, { subject: ada.subject }, now));
    if (grant === undefined || session === undefined || token === undefined) return expect.unreachable();
    const wrong = { grant_type: "authorization_code", code: "wrong", redirect_uri: "https://wrong.example/" };
    const requestId = (await requestToken(server, "web", wrong)).headers.get("request-id") ?? "";
    await context.refusals.settled();
    const [person, app] = [`/admin/people/${ada.subject}`, "/admin/apps/web"];
    typed = {
      "a user name": ["ADA", person],
      "the beginning of an e-mail address": ["countess@ex", person],
      "a subject": [ada.subject, person],
      "a word of a name": ["love", person],
      "a client_id": ["web", app],
      "the name of an application": ["web example", app],
      "a grant": [recordIdText(grant.id), person],
      "a session": [recordIdText(session.id), person],
      "a token": [recordIdText(token.id), app],
      "a request": [requestId, `/admin/requests/${requestId}`],
    };
  });
  afterAll(() => server.close());

  describe("the search", () => {
    test.each([
      ...[
        "a user name",
        "the beginning of an e-mail address",
        "a subject",
        "a word of a name",
        "a client_id",
      ],
      ...["the name of an application", "a grant", "a session", "a token", "a request"],
    ])("finds %s, and the hit leads to the page about it", async (what) => {
      const [text, path] = typed[what] ?? expect.unreachable();
      // As a person pastes it.
      const page = await (await root.get(`/admin?q=${encodeURIComponent(` ${text} `)}`)).text();
      expect(page).toContain(`href="${path}"`);
      expect(page).not.toContain("Nothing was found.");
      expect((await root.get(path)).status).toBe(200);
    });
  });
});
