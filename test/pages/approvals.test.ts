/** The pages on which people answer what applications ask them in the back channel (CIBA). */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { findGrant } from "../../src/operations/access.ts";
import { findRequestOf, listOpenRequests } from "../../src/operations/backchannel-requests.ts";
import type { Scope } from "../../src/protocol/identifiers.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { type AskedApproval, askForApproval } from "../support/approvals.ts";
import { DETAILS_CONFIGURATION, PAYMENT } from "../support/authorization-details.ts";
import { addPersonWithPassword, type Browser, openBrowser, textOf } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { basic, SECRET, startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

const CIBA = "urn:openid:params:grant-type:ciba";

let server: TestServer;
let alice: AccountRecord;
let browser: Browser;
let bobs: Browser;
beforeAll(async () => {
  server = await startTestServer({
    ...DETAILS_CONFIGURATION,
    registration: { mode: "open", grant_types: ["authorization_code", CIBA] },
    scopes: [
      ...(TEST_CONFIGURATION.scopes ?? []),
      { name: "vault", description: "Open the vault", minimum_acr: "2" },
    ],
    clients: [
      ...(DETAILS_CONFIGURATION.clients ?? []),
      {
        client_id: "bank",
        client_name: "Example Bank",
        grant_types: [CIBA],
        secrets: [SECRET],
        authorization_details_types: ["payment"],
      },
      {
        client_id: "club",
        client_name: "Example Club",
        grant_types: [CIBA],
        secrets: [SECRET],
        allowed_groups: ["members"],
      },
    ],
  });
  server.clock.freeze();
  alice = await addPersonWithPassword(server, "alice");
  await addPersonWithPassword(server, "bob");
  browser = openBrowser(server);
  await browser.signIn("alice");
  bobs = openBrowser(server);
  await bobs.signIn("bob");
});
afterAll(() => server.close());

const LIST = "/account/approvals";

const ask = (more: Parameters<typeof askForApproval>[2] = {}) => askForApproval(server, alice, more);

type Decision = "allow" | "deny" | "report";

/** Opens the question, and returns what each answer to it sends. */
async function question({ path }: Pick<AskedApproval, "path">, by: Browser = browser) {
  const form = await by.form(path, "/account/approval");
  return (decision: Decision | string, more: Record<string, string> = {}) => {
    const { acknowledged: _, ...hidden } = form.fields;
    return by.post(form.action, { ...hidden, decision, ...more });
  };
}

const stateOf = async ({ request: { id } }: AskedApproval) =>
  (await findRequestOf(server.context, id, alice.subject)).request?.status;

/** Changes the row of a client for as long as `act` runs. */
async function withClient(change: object, act: () => Promise<void>, clientId = "bank"): Promise<void> {
  const client = await server.context.store.findClient(clientId);
  if (client === null) throw new Error("The client is missing.");
  await server.context.store.putClient({ ...client, ...change });
  try {
    await act();
  } finally {
    await server.context.store.putClient(client);
  }
}

describe("the question", () => {
  test(
    proves(
      "26: shows who asks for what, in which words, when, from where and until when, and warns",
      "threat 26",
      "CIBA 8-1",
    ),
    async () => {
      const asked = await ask();
      server.clock.advance(120);
      const text = await textOf(await browser.get(asked.path));
      for (const words of [
        "Example Bank asks for your approval",
        "The application says “Transfer 4711”",
        "These are its own words.",
        "Read your e-mail",
        "2 minutes ago",
        "in 3 minutes",
        "198.51.100.20",
        "Only approve what you are doing yourself",
        "if requests keep coming, another person may want to get into your account: refuse.",
        "Signed in as alice",
        "See your password",
      ])
        expect(text).toContain(words);
    },
  );

  test("names authorization details in the words of the consent page", async () => {
    const asked = await ask({ scope: [], authorizationDetails: [PAYMENT] });
    const text = await textOf(await browser.get(asked.path));
    expect(text).toContain("Make a payment");
    expect(text).not.toContain("payee");
  });

  test(
    proves(
      "26: has the words of the application as text in quotation marks of their own direction",
      "threat 26",
      "threat 69",
    ),
    async () => {
      const name = "Bank</h1><script>alert(1)</script>\u202E";
      await withClient({ clientName: name }, async () => {
        const bindingMessage = `<b>Pay</b> "4711" <a href="https://evil.example">here</a>\u202E\u0301`;
        for (const path of [(await ask({ bindingMessage })).path, LIST]) {
          const html = await (await browser.get(path)).text();
          expect(html).not.toMatch(/<script|<b>|evil\.example"|\u202E/);
          expect(html).toContain("<bdi>“&lt;b&gt;Pay&lt;/b&gt; &quot;4711&quot;");
          expect(html).toContain("Bank&lt;/h1&gt;&lt;script&gt;");
        }
      });
    },
  );

  test("says so if the application has no words", async () => {
    const asked = await ask({ bindingMessage: null });
    const text = await textOf(await browser.get(asked.path));
    expect(text).toContain("The application sent no words that you could compare.");
    expect(text).not.toContain("The application says");
  });

  test(
    proves(
      "25: of another person is as unknown as one that does not exist, to see and to answer",
      "threat 25",
    ),
    async () => {
      const asked = await ask();
      const other = await ask();
      const missing = `${asked.path.slice(0, -4)}0000`;
      const told = async (path: string) => {
        const response = await bobs.get(path);
        return [response.status, await textOf(response)] as const;
      };
      const unknown = await told(missing);
      expect(unknown).toEqual([404, expect.stringContaining("There is no such request for you")]);
      expect(await told(asked.path)).toEqual(unknown);
      expect((await bobs.get("/account/approval?request=nonsense")).status).toBe(404);
      expect(await textOf(await bobs.get(LIST))).not.toContain("Example Bank");
      // With a form of his own, for the request of alice.
      const own = await askForApproval(server, { subject: (await bobsAccount()).subject });
      const { fields, action } = await bobs.form(own.path, "/account/approval");
      for (const request of [asked.id, other.id]) {
        const response = await bobs.post(action, { ...fields, request, decision: "allow" });
        expect(response.status).toBe(404);
      }
      expect([await stateOf(asked), await stateOf(other)]).toEqual(["pending", "pending"]);
    },
  );

  test(
    proves(
      "26: is answered by its own form only, in the same browser, and by no link",
      "threat 26",
      "threat 28",
    ),
    async () => {
      const asked = await ask();
      const { fields, action } = await browser.form(asked.path, "/account/approval");
      const query = new URLSearchParams({ ...fields, decision: "allow" });
      expect((await browser.get(`${action}?${query}`)).status).toBe(200);
      const foreign = { "Sec-Fetch-Site": "cross-site" };
      expect((await browser.post(action, { ...fields, decision: "allow" }, foreign)).status).toBe(403);
      const second = await ask();
      const wrongs: Record<string, string>[] = [
        { form_token: "" },
        { form_token: "old" },
        { request: second.id },
      ];
      for (const wrong of wrongs) {
        const response = await browser.post(action, { ...fields, ...wrong, decision: "allow" });
        expect(response.status).toBe(422);
        expect(await textOf(response)).toContain("Your answer did not count.");
      }
      expect((await browser.post(action, { ...fields, decision: "perhaps" })).status).toBe(400);
      expect([await stateOf(asked), await stateOf(second)]).toEqual(["pending", "pending"]);
    },
  );

  test("asks who is not signed in to sign in first, and leads back", async () => {
    const asked = await ask();
    const stranger = openBrowser(server);
    const { headers } = await stranger.get(asked.path);
    expect(headers.get("location")).toBe(`/login?return_to=${encodeURIComponent(asked.path)}`);
    const signedIn = await stranger.submit(headers.get("location") ?? "", {
      username: "alice",
      password: "correct horse battery staple",
    });
    expect(signedIn.headers.get("location")).toBe(asked.path);
    const response = await openBrowser(server).post("/account/approval", { request: asked.id });
    expect(response.headers.get("location")).toBe(headers.get("location"));
  });

  test(
    proves("59: is not approved for an unverified client without the box ticked", "threat 59"),
    async () => {
      await withClient({ source: "registration" }, async () => {
        const asked = await ask();
        const text = await textOf(await browser.get(asked.path));
        expect(text).toContain("This application is not verified");
        expect(text).toContain("I am dealing with this application right now");
        const answer = await question(asked);
        expect((await answer("allow")).status).toBe(303);
        expect(await stateOf(asked)).toBe("pending");
        expect(await textOf(await browser.get(LIST))).toContain("Example Bank (not verified)");
        expect((await answer("allow", { acknowledged: "yes" })).status).toBe(200);
        expect(await stateOf(asked)).toBe("approved");
      });
    },
  );

  test("asks for a missing step of the sign-in only of who approves, and refuses without it", async () => {
    for (const more of [{ scope: ["vault" as Scope] }, { demandedLevel: "2" as const }]) {
      const asked = await ask(more);
      expect(await textOf(await browser.get(asked.path))).toContain("one more step of the sign-in follows");
      const answer = await question(asked);
      const response = await answer("allow");
      expect(response.headers.get("location")).toBe(
        `/login?return_to=${encodeURIComponent(asked.path)}&step_up=1`,
      );
      expect(await stateOf(asked)).toBe("pending");
      expect((await answer("deny")).status).toBe(200);
      expect(await stateOf(asked)).toBe("denied");
    }
  });

  test(proves("19: is not approved by who may not use the client", "threat 19"), async () => {
    const asked = await ask({ clientId: "club" as never });
    const answer = await question(asked);
    const refused = await answer("allow");
    expect(refused.status).toBe(403);
    expect(await textOf(refused)).toContain("only for members of: members");
    expect((await answer("deny")).status).toBe(200);
  });

  test(proves("19: of a client that may not ask any more cannot be approved", "threat 19"), async () => {
    for (const change of [{ disabledAt: server.clock.seconds() }, { grantTypes: [] }]) {
      const asked = await ask();
      const answer = await question(asked);
      await withClient(change, async () => {
        expect((await answer("allow")).status).toBe(410);
        expect((await browser.get(asked.path)).status).toBe(410);
      });
      expect(await stateOf(asked)).toBe("pending");
    }
  });

  test("after it expired, comes too late", async () => {
    const asked = await ask();
    const answer = await question(asked);
    server.clock.advance(301);
    for (const response of [await answer("allow"), await browser.get(asked.path)]) {
      expect(response.status).toBe(410);
      expect(await textOf(response)).toContain("This request is no longer open");
    }
    expect(await stateOf(asked)).toBe("pending");
  });
});

const bobsAccount = async (): Promise<AccountRecord> => {
  const bob = await server.context.store.findAccountByUsername("bob");
  if (bob === null) throw new Error("Bob is missing.");
  return bob;
};

describe("the answer", () => {
  test("yes gives the access, and the account shows it", async () => {
    const asked = await ask();
    const answer = await question(asked);
    expect(await textOf(await answer("allow"))).toContain("Approved Example Bank now has the access");
    const { request } = await findRequestOf(server.context, asked.request.id, alice.subject);
    const grant = request?.grantId == null ? null : await findGrant(server.context, request.grantId);
    expect(grant).toMatchObject({
      subject: alice.subject,
      clientId: "bank",
      via: "ciba",
      scope: ["mail.read"],
    });
    expect(await textOf(await browser.get("/account"))).toContain("Approved on request");
  });

  for (const [decision, title, state] of [
    ["allow", "Approved", "approved"],
    ["deny", "Refused", "denied"],
    ["report", "Refused and reported", "denied"],
  ] as const) {
    test(
      proves(`73: ${decision} given twice, at once or later, meets the same page`, "threat 73"),
      async () => {
        const asked = await ask();
        const answer = await question(asked);
        const pages = await Promise.all(
          (await Promise.all([answer(decision), answer(decision), answer(decision)])).map(textOf),
        );
        pages.push(await textOf(await answer(decision)), await textOf(await browser.get(asked.path)));
        expect(pages[0]).toContain(title);
        expect(new Set(pages).size).toBe(1);
        expect(await stateOf(asked)).toBe(state);
      },
    );
  }

  for (const [first, second, title, state] of [
    ["deny", "allow", "Refused", "denied"],
    ["report", "allow", "Refused and reported", "denied"],
    ["allow", "report", "Approved", "approved"],
  ] as const) {
    test(
      proves(`73: counts once: after ${first}, ${second} changes nothing and says so`, "threat 73"),
      async () => {
        const asked = await ask();
        const answer = await question(asked);
        await answer(first);
        const response = await answer(second);
        expect(response.status).toBe(409);
        const text = await textOf(response);
        expect(text).toContain(title);
        expect(text).toContain("You answered before, and your first answer stands.");
        expect(await stateOf(asked)).toBe(state);
      },
    );
  }

  test(
    proves(
      "26: that the person did not ask for it is an event of its own, and stands in the history",
      "threat 26",
    ),
    async () => {
      await (await question(await ask()))("report");
      expect(server.logged.map((line) => JSON.parse(line))).toContainEqual(
        expect.objectContaining({ event: "backchannel.denied", reason: "not_started", client: "bank" }),
      );
      const history = await textOf(await browser.get("/account/activity"));
      expect(history).toContain("You reported a request of Example Bank that you did not expect");
      expect(history).toContain("You refused what Example Bank asked");
      expect(history).toContain("You approved what Example Bank asked");
      // What they were asked is one line for the day: it must not push out everything else.
      for (let asked = 0; asked < 2; asked += 1) {
        const form = { scope: "openid mail.read", login_hint: "bob", binding_message: "Transfer 4711" };
        expect((await server.post("/auth/backchannel", form, basic("bank", SECRET))).status).toBe(200);
      }
      const bobsHistory = await textOf(await bobs.get("/account/activity"));
      expect(bobsHistory).toContain("Applications asked for your approval 2 times");
    },
  );

  test("is in the language of the person", async () => {
    const asked = await ask();
    const page = await browser.get(asked.path, { "Accept-Language": "de" });
    expect(await textOf(page)).toContain("Example Bank bittet um Ihre Freigabe");
  });
});

describe("the list", () => {
  /** Nothing is open. */
  const close = async () => {
    server.clock.advance(301);
    expect(await listOpenRequests(server.context, alice.subject)).toEqual([]);
  };

  test("has what waits, the oldest first, each with its words, and the overview leads to it", async () => {
    await close();
    await ask({ bindingMessage: "First" });
    server.clock.advance(60);
    const second = await ask({ bindingMessage: "Second" });
    const page = await browser.get(LIST);
    expect(page.headers.get("refresh")).toBeNull();
    const html = await page.clone().text();
    expect(html).toContain(`href="${second.path}"`);
    const text = await textOf(page);
    expect(text).toMatch(/“First” 1 minute ago · ends in 4 minutes .*“Second” Just now · ends in 5 minutes/);
    const overview = await (await browser.get("/account")).text();
    expect(overview).toContain("2 requests wait for your approval");
    expect(overview).toContain(`href="${LIST}"`);
    await (await question(second))("deny");
    expect(await textOf(await browser.get(LIST))).not.toContain("Second");
  });

  test("looks again by itself while it is empty, and stops after ten minutes", async () => {
    await close();
    let path = LIST;
    let seconds = 0;
    for (let looks = 0; looks < 100; looks += 1) {
      const page = await browser.get(path);
      expect(page.status).toBe(200);
      const [, wait = "", next = ""] = /^(\d+); url=(.+)$/.exec(page.headers.get("refresh") ?? "") ?? [];
      expect((await textOf(page)).includes("looks again by itself")).toBe(next !== "");
      if (next === "") break;
      seconds += Number(wait);
      path = next;
    }
    expect(seconds).toBe(600);
    expect((await browser.get(`${LIST}?look=-1`)).headers.get("refresh")).toBeNull();
    expect(await textOf(await browser.get("/account"))).not.toContain("your approval");
  });

  test("needs a sign-in", async () => {
    const response = await openBrowser(server).get(LIST);
    expect(response.headers.get("location")).toBe("/login?return_to=%2Faccount%2Fapprovals");
  });
});
