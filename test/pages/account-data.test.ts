import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { askEmailChange, invite, makeResetLink } from "../../src/operations/links.ts";
import { changeAccount, disableAccount } from "../../src/operations/people.ts";
import { type Act, SERVER_ACT } from "../../src/rules/events.ts";
import { newPictureId } from "../../src/rules/picture.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { giveMail, OPERATOR } from "../support/links.ts";
import { addPersonWithPassword, type Browser, openBrowser, textOf } from "../support/pages.ts";
import { grantAccess } from "../support/people.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const PATH = "/account/data";

let server: TestServer;
let alice: AccountRecord;
let browser: Browser;
async function start(configuration: Parameters<typeof startTestServer>[0] = {}, person = {}) {
  server = await startTestServer(configuration);
  alice = await addPersonWithPassword(server, "alice", { name: "Alice Liddell", ...person });
  browser = openBrowser(server);
  await browser.signIn("alice");
}
afterEach(() => server.close());

const submit = (fields: Record<string, string>) => browser.submit(PATH, fields, PATH);
const exists = async (name = "alice") => (await server.context.store.findAccountByUsername(name)) !== null;

describe("the file with a person's data", () => {
  beforeEach(() => start({}, { email: "alice@example.org", profile: { locale: "de" }, groups: [] }));

  test("has what the server knows of the person", async () => {
    const picture = {
      id: newPictureId(server.context.random),
      mediaType: "image/webp",
      bytes: Uint8Array.of(1, 2),
    };
    await changeAccount(server.context, SERVER_ACT, alice.subject, { picture }, 1);
    await grantAccess(server, alice, "web", ["mail.read"]);
    const answer = await submit({ action: "download" });
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="account.json"');
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const file = await answer.json();
    expect(Object.keys(file)).toEqual([
      "server",
      "made_at",
      "account",
      "passkeys",
      "second_factor",
      "picture",
      "sessions",
      "links",
      "access",
      "requests",
      "remembered_consents",
      "activity",
    ]);
    expect(file.account).toMatchObject({
      user_name: "alice",
      name: "Alice Liddell",
      email: "alice@example.org",
      profile: { locale: "de" },
      has_password: true,
    });
    expect(file.second_factor).toEqual({ one_time_passwords_since: null, recovery_codes_left: 0 });
    expect(file.picture).toMatchObject({ media_type: "image/webp", base64: "AQI=" });
    expect(file.sessions).toMatchObject([
      { address: "203.0.113.7", program: null, system: null, signed_in_with: ["pwd"] },
    ]);
    expect(file.access).toMatchObject([
      { client_id: "web", client_name: "Example Web", scope: ["mail.read"] },
    ]);
    expect(file.activity[0]).toMatchObject({ event: "person.changed", by: "server" });
  });

  test(
    proves("has the person's links that still work, without their secrets", "threat 32", "threat 50"),
    async () => {
      const { context, clock } = server;
      const mails = giveMail(server);
      const own: Act = { actor: { kind: "person", id: alice.subject }, origin: null };
      const bob = await server.addPerson("bob");
      const addresses = [
        await makeResetLink(context, OPERATOR, alice, false),
        await makeResetLink(context, OPERATOR, bob, false),
        await invite(context, own, { email: "carol@example.org" }),
        await invite(context, OPERATOR, {}),
      ].map((made) => ("address" in made ? made.address : null) ?? "");
      await askEmailChange(context, own, alice, "alice@example.net");
      const { links, ...file } = await (await submit({ action: "download" })).json();
      expect(links).toMatchObject([
        { kind: "reset", email: null, made_by: "operator", uses_left: 1 },
        { kind: "verify_email", email: "alice@example.net", made_by: "you", uses_left: 1 },
        { kind: "invitation", email: "carol@example.org", made_by: "you", uses_left: 1 },
      ]);
      const [{ made_at, ends_at }] = links;
      expect(Date.parse(made_at)).toBe(clock.seconds() * 1000);
      expect(Date.parse(ends_at)).toBeGreaterThan(Date.parse(made_at));
      const secrets = [...addresses, ...mails.map(({ link }) => link)].map(
        (address) => new URL(address || server.issuer).searchParams.get("token") ?? "tlk_",
      );
      expect(secrets.some((secret) => secret.length > 60)).toBe(true);
      for (const secret of secrets) expect(JSON.stringify({ links, file })).not.toContain(secret);
      clock.advance(30 * 86_400);
      await browser.signIn("alice");
      expect((await (await submit({ action: "download" })).json()).links).toEqual([]);
    },
  );

  test(proves("has no secret, and nothing from which one could be tried", "threat 50"), async () => {
    const text = await (await submit({ action: "download" })).text();
    const account = await server.context.store.findAccountByUsername("alice");
    const hash = account?.passwordHash ?? "";
    expect(hash).toStartWith("$argon2id$");
    expect(text).not.toContain("argon2");
    expect(text).not.toContain(browser.cookie.split("=")[1] ?? "");
    expect(text).not.toMatch(/digest|hash/i);
  });

  test("is for a person who signed in lately, because an open browser is not enough", async () => {
    server.clock.advance(901);
    const answer = await submit({ action: "download" });
    expect(answer.headers.get("location")).toBe("/login?return_to=%2Faccount%2Fdata");
  });

  test(proves("is not handed out for a form of another site or browser", "threat 32"), async () => {
    const { fields } = await browser.form(PATH, PATH);
    const foreign = await browser.post(PATH, fields, { "Sec-Fetch-Site": "cross-site" });
    expect(foreign.status).toBe(403);
    const other = openBrowser(server);
    await other.signIn("alice");
    expect((await other.post(PATH, { ...fields, action: "download" })).status).toBe(422);
  });
});

describe("deleting the account", () => {
  const MAY = { account: { people_may_delete: true } };
  const confirmed = { action: "delete", typed_username: " Alice " };

  test("is the operator's, unless the operator leaves it to people", async () => {
    await start();
    expect(await textOf(await browser.get(PATH))).toContain(
      "Only the operator of this server can delete your account.",
    );
    await submit(confirmed);
    expect(await exists()).toBe(true);
  });

  test("says what ends, and wants the user name", async () => {
    await start(MAY);
    await grantAccess(server, alice, "web", ["mail.read"]);
    await openBrowser(server).signIn("alice");
    const text = await textOf(await browser.get(PATH));
    expect(text).toContain("the access of Example Web your sign-ins in 2 browsers your details");
    const wrong = await submit({ ...confirmed, typed_username: "bob" });
    expect(wrong.status).toBe(422);
    expect(await textOf(wrong)).toContain("That is not your user name.");
    expect(await exists()).toBe(true);
  });

  test("ends everything", async () => {
    await start(MAY);
    await grantAccess(server, alice, "web", ["mail.read"]);
    const other = openBrowser(server);
    await other.signIn("alice");
    const answer = await submit(confirmed);
    expect(await textOf(answer)).toContain("Your account is deleted");
    expect(answer.headers.get("set-cookie")).toContain("Max-Age=0");
    expect(await exists()).toBe(false);
    expect((await other.get("/account")).status).toBe(303);
    const now = server.clock.seconds();
    expect(await server.context.store.listGrants({ subject: alice.subject }, now)).toEqual([]);
    // A second click.
    expect((await submitAgain()).headers.get("location")).toContain("/login");
  });
  const submitAgain = () => browser.post(PATH, confirmed);

  test("needs a recent sign-in", async () => {
    await start(MAY);
    server.clock.advance(901);
    expect((await submit(confirmed)).headers.get("location")).toBe("/login?return_to=%2Faccount%2Fdata");
    expect(await exists()).toBe(true);
  });

  test("is not for the last administrator who can sign in", async () => {
    await start(MAY, { administrator: true });
    const bob = await addPersonWithPassword(server, "bob", { administrator: true });
    await disableAccount(server.context, SERVER_ACT, bob.subject, server.clock.seconds());
    expect(await textOf(await submit(confirmed))).toContain("You are the last administrator of this server.");
    expect(await exists()).toBe(true);
    await addPersonWithPassword(server, "carol", { administrator: true });
    await submit(confirmed);
    expect(await exists()).toBe(false);
  });

  test("of two administrators at once leaves one", async () => {
    await start(MAY, { administrator: true });
    await addPersonWithPassword(server, "bob", { administrator: true });
    const bob = openBrowser(server);
    await bob.signIn("bob");
    const forms = [await browser.form(PATH, PATH), await bob.form(PATH, PATH)];
    await Promise.all([
      browser.post(PATH, { ...forms[0]?.fields, ...confirmed }),
      bob.post(PATH, { ...forms[1]?.fields, action: "delete", typed_username: "bob" }),
    ]);
    expect([await exists("alice"), await exists("bob")].filter(Boolean)).toHaveLength(1);
  });

  test("is not for a person whom the configuration declares: the next start would make them again", async () => {
    await start(MAY, { isDeclared: true });
    expect(await textOf(await browser.get(PATH))).toContain("stands in the configuration of this server");
    const { fields } = await browser.form(PATH, PATH);
    await browser.post(PATH, { ...fields, ...confirmed });
    expect(await exists()).toBe(true);
  });
});
