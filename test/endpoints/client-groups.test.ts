/** A client that is only for some people: the rule holds at every use of what a person allowed. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createGroup } from "../../src/operations/groups.ts";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import { mayUse } from "../../src/rules/client-access.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import type { ClientRecord } from "../../src/store/tables/clients.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { authorizePath } from "../support/code-flow.ts";
import {
  answerDevice,
  codeFor,
  expectRefusal,
  expectTokens,
  introspectAs,
  pollDevice,
  redeemCode,
  refresh,
  serviceToken,
  startDevice,
  textOf,
  tokensFor,
} from "../support/flows.ts";
import { addPersonWithPassword, type Browser, openBrowser, textOf as pageText } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let ada: AccountRecord;

beforeEach(async () => {
  server = await startTestServer();
  await createGroup(server.context, SERVER_ACT, "family", null, 1);
  ada = await addPersonWithPassword(server, "ada", { groups: ["family"] });
});
afterEach(() => server.close());

const only = async (clientId: string, changes: Partial<ClientRecord>) => {
  const client = await server.context.store.findClient(clientId as ClientId);
  if (client === null) throw new Error("There is no such client.");
  await server.context.store.putClient({ ...client, ...changes });
};
const FAMILY = { allowedGroups: ["family"] };
const leave = () => server.context.store.changeAccount(ada.subject, { leaves: ["family"] });
const join = () => server.context.store.changeAccount(ada.subject, { joins: ["family"] });
const userinfo = (token: string) =>
  server.fetch("/auth/userinfo", { headers: { Authorization: `Bearer ${token}` } });

describe("the rule", () => {
  test.each([
    ["everyone, without groups", [], [], [], true],
    ["a member of an allowed group", ["a", "b"], [], ["b"], true],
    ["no one else", ["a"], [], ["b"], false],
    ["no member of a denied group", [], ["x"], ["x"], false],
    ["everyone else", [], ["x"], ["b"], true],
    ["no member of both", ["a"], ["x"], ["a", "x"], false],
  ] as const)("lets in %s", (_, allowedGroups, deniedGroups, groups, may) => {
    expect(mayUse({ allowedGroups, deniedGroups }, { groups })).toBe(may);
  });
});

describe("a person who is not a member", () => {
  let browser: Browser;
  beforeEach(async () => {
    await only("web", FAMILY);
    await leave();
    browser = openBrowser(server);
    await browser.signIn("ada");
  });

  test("reads who may use the application, and can choose another account", async () => {
    const page = await browser.get(authorizePath());
    expect(page.status).toBe(403);
    const html = await page.clone().text();
    expect(await pageText(page)).toContain(
      "You are signed in as ada, but Example Web is only for members of: family.",
    );
    expect(html).toContain("/login?return_to=");
    const german = await browser.get(authorizePath(), { "Accept-Language": "de" });
    expect(await pageText(german)).toContain(
      "Sie sind als ada angemeldet, aber Example Web ist nur für Mitglieder von: family.",
    );
  });

  test("of whom the application asks silently is refused, and the application learns it", async () => {
    const answer = await browser.get(authorizePath({ prompt: "none" }));
    const location = new URL(answer.headers.get("location") ?? "");
    expect(location.origin).toBe("https://client.example");
    expect(location.searchParams.get("error")).toBe("access_denied");
  });

  test("is not let in by an earlier consent", async () => {
    await join();
    const consent = await browser.form(authorizePath(), "/consent");
    await browser.post(consent.action, { ...consent.fields, decision: "allow" });
    expect((await browser.get(authorizePath())).status).toBe(303);
    await leave();
    expect((await browser.get(authorizePath())).status).toBe(403);
  });

  test(proves("gets no code, even if they left while the page was open", "threat 19"), async () => {
    await join();
    const consent = await browser.form(authorizePath(), "/consent");
    await leave();
    const answer = await browser.post(consent.action, { ...consent.fields, decision: "allow" });
    expect(answer.headers.get("location")).toContain("error=access_denied");
  });

  test("is not told which group they are in that may not", async () => {
    await join();
    await only("web", { deniedGroups: ["family"] });
    const text = await pageText(await browser.get(authorizePath()));
    expect(text).toContain("but this account may not use Example Web.");
    expect(text).not.toContain("family");
  });

  test(proves("connects no device", "threat 25"), async () => {
    await only("television", FAMILY);
    const { user_code, device_code } = (await startDevice(server)) as Record<string, string>;
    const page = await browser.get(`/device?user_code=${user_code}`);
    expect([page.status, await pageText(page)]).toEqual([
      403,
      expect.stringContaining("Example Television is only for members of: family."),
    ]);
    await answerDevice(server, device_code ?? "", ada).catch(() => null);
    await expectRefusal(await pollDevice(server, device_code ?? ""), 400, "authorization_pending");
  });

  test("who sends an open device page after leaving approves nothing", async () => {
    await only("television", FAMILY);
    await join();
    const { user_code } = (await startDevice(server)) as Record<string, string>;
    const form = await browser.form(`/device?user_code=${user_code}`, "/device");
    await leave();
    expect((await browser.post(form.action, { ...form.fields, decision: "allow" })).status).toBe(403);
  });
});

describe("a person who leaves the group", () => {
  beforeEach(() => only("web", FAMILY));

  test("between the yes and the tokens: the code is refused, and works again for a member", async () => {
    const code = await codeFor(server, ada);
    await leave();
    await expectRefusal(await redeemCode(server, code), 400, "invalid_grant");
    await join();
    await expectTokens(await redeemCode(server, code));
  });

  test(proves("ends the use of tokens everywhere, until they are a member again", "threat 19"), async () => {
    const tokens = await tokensFor(server, ada, { scope: "mail.read profile" });
    const [access, second] = [textOf(tokens, "access_token"), textOf(tokens, "refresh_token")];
    const isActive = async () => [
      (await introspectAs(server, "mail-server", access)).active,
      (await introspectAs(server, "web", access)).active,
      (await introspectAs(server, "web", second)).active,
      (await userinfo(access)).status,
    ];
    expect(await isActive()).toEqual([true, true, true, 200]);
    await leave();
    expect(await isActive()).toEqual([false, false, false, 401]);
    await expectRefusal(await refresh(server, second), 400, "invalid_grant");
    await join();
    expect(await isActive()).toEqual([true, true, true, 200]);
    await expectTokens(await refresh(server, second));
  });

  test("gets no answer to a retried refresh either", async () => {
    const tokens = await tokensFor(server, ada);
    await expectTokens(await refresh(server, textOf(tokens, "refresh_token")));
    await leave();
    await expectRefusal(await refresh(server, textOf(tokens, "refresh_token")), 400, "invalid_grant");
  });

  test(proves("between the yes and the poll of a device: the device gets nothing", "threat 25"), async () => {
    await only("television", FAMILY);
    const deviceCode = textOf(await startDevice(server), "device_code");
    await answerDevice(server, deviceCode, ada);
    await leave();
    await expectRefusal(await pollDevice(server, deviceCode), 400, "invalid_grant");
  });
});

test("a client that acts for itself is not restricted by groups of people", async () => {
  await only("service", FAMILY);
  const token = await serviceToken(server);
  expect((await introspectAs(server, "service", token)).active).toBe(true);
});
