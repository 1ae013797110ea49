/** The console's pages about people and groups, as the browsers of those who manage see them. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { recordIdText } from "../../src/credentials/credential.ts";
import { createGroup, setManager } from "../../src/operations/groups.ts";
import { changeAccount, findAccountBySignInName } from "../../src/operations/people.ts";
import { formToken } from "../../src/pages/forms.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { update } from "../../src/store/contract.ts";
import { grants } from "../../src/store/tables/grants.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { landscape } from "../support/images.ts";
import { addPersonWithPassword, type Browser, openBrowser, PASSWORD, textOf } from "../support/pages.ts";
import { grantAccess } from "../support/people.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let root: Browser;
let ada: AccountRecord;
beforeEach(async () => {
  server = await startTestServer();
  root = openBrowser(server);
  await addPersonWithPassword(server, "root", { administrator: true });
  ada = await addPersonWithPassword(server, "ada", { name: "Ada Lovelace", email: "ada@example.org" });
});
afterEach(() => server.close());

const find = async (name: string): Promise<AccountRecord> => {
  const account = await findAccountBySignInName(server.context, name);
  if (account === null) throw new Error(`There is no ${name}.`);
  return account;
};

/** Sends a form of a page: the token of its forms, and the fields. */
async function act(browser: Browser, path: string, fields: Record<string, string>): Promise<Response> {
  const { fields: own } = await browser.form(path);
  return browser.post(path, { form_token: own.form_token ?? "", ...fields });
}

/** The page to which an act leads. */
async function after(browser: Browser, response: Response): Promise<string> {
  expect(response.status).toBe(303);
  return textOf(await browser.get(response.headers.get("location") ?? ""));
}

describe("the console", () => {
  test("is for those who manage, and for others there is no such page", async () => {
    for (const path of ["/admin", "/admin/people", "/admin/groups", "/admin/people/new"]) {
      const login = (await openBrowser(server).get(path)).headers.get("location");
      expect(login).toBe(`/login?return_to=${encodeURIComponent(path)}`);
      const person = openBrowser(server);
      await person.signIn("ada");
      expect((await person.get(path)).status).toBe(404);
    }
    await root.signIn("root");
    expect((await root.get("/admin")).status).toBe(200);
  });

  test("speaks English and German, and English in every other language", async () => {
    await root.signIn("root");
    const german = await root.get("/admin", { "Accept-Language": "de" });
    expect(await german.clone().text()).toStartWith('<!doctype html><html lang="de"');
    expect(await textOf(german)).toContain("Verwaltung");
    const french = await root.get("/admin", { "Accept-Language": "fr" });
    expect(await french.text()).toStartWith('<!doctype html><html lang="en"');
  });

  test("shows an auditor everything, and no form", async () => {
    await addPersonWithPassword(server, "eye", { auditor: true });
    const auditor = openBrowser(server);
    await auditor.signIn("eye");
    for (const path of ["/admin", "/admin/people", `/admin/people/${ada.subject}`, "/admin/groups"]) {
      const page = await (await auditor.get(path)).text();
      expect(page).toContain("You may look at everything here, and change nothing.");
      expect(page).not.toContain('name="act"');
    }
    expect((await auditor.get("/admin/people/new")).status).toBe(403);
  });

  test(proves("does nothing for a role that may not, whatever form is sent", "threat 90"), async () => {
    await addPersonWithPassword(server, "eye", { auditor: true });
    const auditor = openBrowser(server);
    await auditor.signIn("eye");
    const path = `/admin/people/${ada.subject}`;
    // A token that the browser of the auditor could have from any page of the console.
    const form_token = formToken(server.context, auditor.cookie.split("=")[1] ?? "", "console");
    const forms: Record<string, string>[] = [
      { act: "disable" },
      { act: "edit", revision: String(ada.revision), name: "Taken over" },
      { act: "roles", revision: String(ada.revision), administrator: "1" },
      { act: "remove", confirm: "ada" },
      { act: "reset_link" },
    ];
    for (const fields of forms) {
      const response = await auditor.post(path, { form_token, ...fields });
      expect(response.status).toBe(403);
      expect(await textOf(response)).toContain("Your role does not allow that.");
    }
    expect(await find("ada")).toEqual(ada);
  });

  test(
    proves("takes no form of another site, of another person, or without its token", "threat 90"),
    async () => {
      await root.signIn("root");
      const path = `/admin/people/${ada.subject}`;
      const { fields } = await root.form(path);
      const { form_token = "" } = fields;
      expect((await root.post(path, { act: "disable" })).status).toBe(422);
      const other = openBrowser(server);
      await addPersonWithPassword(server, "second", { administrator: true });
      await other.signIn("second");
      expect((await other.post(path, { form_token, act: "disable" })).status).toBe(422);
      const foreign = { "Sec-Fetch-Site": "cross-site" };
      expect((await root.post(path, { form_token, act: "disable" }, foreign)).status).toBe(403);
      expect((await find("ada")).disabledAt).toBeNull();
    },
  );

  test(proves("shows whatever a person is called as text", "threat 90"), async () => {
    const evil = `"><script>alert(1)</script>`;
    const mallory = await addPersonWithPassword(server, evil, { name: `<img src=x onerror=y>${evil}` });
    await root.signIn("root");
    for (const path of ["/admin/people", `/admin/people/${mallory.subject}`]) {
      const page = await (await root.get(path)).text();
      expect(page).not.toContain("<script");
      expect(page).not.toContain("<img src=x");
      expect(page).toContain("&lt;script");
    }
  });

  test("finds a person by the beginning of a name or address, and by the identifier", async () => {
    await root.signIn("root");
    for (const q of ["ad", "ada@ex", ada.subject]) {
      const page = await textOf(await root.get(`/admin/people?q=${encodeURIComponent(q)}`));
      expect(page).toContain("Ada Lovelace");
    }
    expect(await textOf(await root.get("/admin/people?q=zebra"))).toContain("Nothing was found.");
  });

  test("lists people in pages, and refuses a cursor that it did not make", async () => {
    for (let count = 0; count < 55; count += 1) await server.addPerson(`person-${count}`);
    await root.signIn("root");
    const first = await (await root.get("/admin/people")).text();
    const next = /href="(\/admin\/people\?cursor=[^"]+)"/.exec(first)?.[1] ?? "";
    const second = await (await root.get(next)).text();
    const names = (page: string) => [...page.matchAll(/\/admin\/people\/(acc_[^"]+)"/g)].map(([, id]) => id);
    expect(new Set([...names(first), ...names(second)]).size).toBe(57);
    expect((await root.get("/admin/people?cursor=AAAA")).status).toBe(400);
  });
});

describe("a person's page", () => {
  test("changes what is known, unless it was changed meanwhile", async () => {
    await createGroup(server.context, SERVER_ACT, "family", null, 1);
    await root.signIn("root");
    const path = `/admin/people/${ada.subject}`;
    const { fields } = await root.form(path);
    const form = { ...fields, act: "edit", name: "Countess Lovelace", email: "", group_0: "family" };
    expect(await after(root, await root.post(path, form))).toContain(
      "Saved the changes to Countess Lovelace.",
    );
    expect(await find("ada")).toMatchObject({ name: "Countess Lovelace", email: null, groups: ["family"] });
    const stale = await root.post(path, { ...form, name: "Someone else" });
    expect(stale.status).toBe(412);
    const shown = await stale.text();
    expect(shown).toContain("It was changed meanwhile.");
    expect(shown).toContain('value="Someone else"');
    expect((await find("ada")).name).toBe("Countess Lovelace");
  });

  test("changes facts and attributes, and takes away what is emptied", async () => {
    await root.signIn("root");
    const path = `/admin/people/${ada.subject}`;
    const send = async (fields: Record<string, string>) => {
      const { revision } = await find("ada");
      return act(root, path, { act: "facts", revision: String(revision), ...fields });
    };
    const facts = { given_name: "Ada", locale: "en-GB", phone_number: "+43 660 1234567", locality: "London" };
    const attributes = 'quota=5\nlists=["a","b"]\nplain=two words\nquoted="5"';
    expect(await after(root, await send({ ...facts, phone_verified: "1", attributes }))).toContain(
      "Saved the",
    );
    expect(await find("ada")).toMatchObject({
      profile: {
        given_name: "Ada",
        locale: "en-GB",
        phone_number: "+436601234567",
        phone_number_verified: true,
        address: { locality: "London" },
      },
      attributes: { quota: 5, lists: ["a", "b"], plain: "two words", quoted: "5" },
    });
    const page = await (await root.get(path)).text();
    for (const shown of ['value="+436601234567"', "plain=two words", "quoted=&quot;5&quot;"])
      expect(page).toContain(shown);
    const wrong = await send({ ...facts, locale: "?", attributes: "quota=7" });
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toContain("quota=7");
    for (const line of ["quota", "=5", "quota=[1]"])
      expect((await send({ ...facts, attributes: line })).status).toBe(422);
    await send({ given_name: "Ada", attributes: "quota=7" });
    expect(await find("ada")).toMatchObject({ attributes: { quota: 7 } });
    expect((await find("ada")).profile).toEqual({ given_name: "Ada" });
  });

  test(proves("takes a picture, and reads a file from no one who may not send it", "threat 90"), async () => {
    const path = `/admin/people/${ada.subject}`;
    const send = async (browser: Browser, file: Uint8Array<ArrayBuffer> | null, token: string) => {
      const body = new FormData();
      body.set("form_token", token);
      body.set("act", "picture");
      if (file !== null) body.set("picture", new Blob([file]), "ada.png");
      const request = new Request(server.issuer + path, { method: "POST", body });
      request.headers.set("Cookie", browser.cookie);
      request.headers.set("Sec-Fetch-Site", "same-origin");
      return server.handle(request, browser.address);
    };
    await root.signIn("root");
    const token = (await root.form(path)).fields.form_token ?? "";
    expect(await after(root, await send(root, landscape(), token))).toContain("Saved the changes");
    expect(await (await root.get(path)).text()).toContain('src="/picture?id=');
    const before = (await find("ada")).pictureId;
    for (const [file, form_token, words] of [
      [new TextEncoder().encode("none"), token, "The file is not a still picture"],
      [new Uint8Array(10_200_000), token, "The file is too large."],
      [null, token, "Choose a file first."],
      [landscape(), "", "The form was open for too long."],
    ] as const) {
      const refused = await send(root, file, form_token);
      expect([words, refused.status]).toEqual([words, 422]);
      expect(await textOf(refused)).toContain(words);
    }
    await addPersonWithPassword(server, "eye", { auditor: true });
    const auditor = openBrowser(server);
    await auditor.signIn("eye");
    const own = formToken(server.context, auditor.cookie.split("=")[1] ?? "", "console");
    expect((await send(auditor, new Uint8Array(10_200_000), own)).status).toBe(403);
    expect((await find("ada")).pictureId).toEqual(before);
    await act(root, path, { act: "remove_picture" });
    expect((await find("ada")).pictureId).toBeNull();
  });

  test("sets a password, and takes back what the person allowed one application or all", async () => {
    await root.signIn("root");
    const path = `/admin/people/${ada.subject}`;
    const { id } = await grantAccess(server, ada, "web", ["profile"]);
    const authorizationDetails = [{ type: "payment" }];
    await server.context.store.commit({ changes: [update(grants, { id }, {}, { authorizationDetails })] });
    const other = await grantAccess(server, await addPersonWithPassword(server, "bob"), "web", ["profile"]);
    const page = await (await root.get(path)).text();
    expect(page).toContain("payment");
    const [, grant = ""] = /name="grant" value="([^"]+)"/.exec(page) ?? [];
    expect((await act(root, path, { act: "revoke", grant: recordIdText(other.id) })).status).toBe(404);
    expect(await after(root, await act(root, path, { act: "revoke", grant }))).toContain("Took back");
    await grantAccess(server, ada, "web", ["profile"]);
    await act(root, path, { act: "revoke_all" });
    expect(await textOf(await root.get(path))).toContain("Nothing.");
    const password = "another long password of ada";
    expect(await after(root, await act(root, path, { act: "password", password }))).toContain(
      "Set the password",
    );
    await openBrowser(server).signIn("ada", password);
    const short = await act(root, path, { act: "password", password: "short" });
    expect(short.status).toBe(400);
    expect(await short.text()).not.toContain('"short"');
  });

  test("gives and takes a role after a sign-in that is not long ago", async () => {
    await root.signIn("root");
    const path = `/admin/people/${ada.subject}`;
    const { fields } = await root.form(path);
    const form = { ...fields, act: "roles", administrator: "1" };
    server.clock.advance(901);
    const asked = await root.post(path, form);
    expect(asked.headers.get("location")).toStartWith(`/login?return_to=${encodeURIComponent(`${path}?`)}`);
    expect((await find("ada")).administrator).toBe(false);
    const again = openBrowser(server);
    await again.signIn("root");
    const fresh = { ...(await again.form(path)).fields, act: "roles", administrator: "1" };
    expect(await after(again, await again.post(path, fresh))).toContain("Saved the role of Ada Lovelace.");
    expect((await find("ada")).administrator).toBe(true);
  });

  test(proves("keeps the last administrator", "threat 90"), async () => {
    await root.signIn("root");
    const { subject, revision } = await find("root");
    const path = `/admin/people/${subject}`;
    const forms: Record<string, string>[] = [
      { act: "disable" },
      { act: "remove", confirm: "root" },
      { act: "roles", revision: String(revision) },
    ];
    for (const fields of forms) {
      const response = await act(root, path, fields);
      expect(response.status).toBe(409);
      expect(await textOf(response)).toContain("This is the last administrator who can sign in.");
    }
  });

  test("disables a person, whose sessions end, and lets them in again", async () => {
    const person = openBrowser(server);
    await person.signIn("ada");
    await root.signIn("root");
    const path = `/admin/people/${ada.subject}`;
    expect(await after(root, await act(root, path, { act: "disable" }))).toContain("Disabled Ada Lovelace.");
    expect((await person.get("/account")).status).toBe(303);
    expect(await after(root, await act(root, path, { act: "enable" }))).toContain("can sign in again");
    expect((await find("ada")).disabledAt).toBeNull();
  });

  test("makes a link for a new password, which is shown once and works", async () => {
    await root.signIn("root");
    const response = await act(root, `/admin/people/${ada.subject}`, { act: "reset_link" });
    expect(response.status).toBe(200);
    const page = await response.text();
    const link = /https:[^<\s]+token=tlk_[\w-]{64}/.exec(page)?.[0] ?? "";
    expect(page).toContain('role="img" aria-label="QR code of the link"');
    expect((await openBrowser(server).get(link.slice(server.issuer.length))).status).toBe(200);
  });

  test("ends one session of several", async () => {
    const [one, two] = [openBrowser(server), openBrowser(server)];
    await one.signIn("ada");
    await two.signIn("ada");
    await root.signIn("root");
    const path = `/admin/people/${ada.subject}`;
    const page = await (await root.get(path)).text();
    const [, session = ""] = /name="session" value="([^"]+)"/.exec(page) ?? [];
    await act(root, path, { act: "end_session", session });
    const statuses = [await one.get("/account"), await two.get("/account")]
      .map(({ status }) => status)
      .sort();
    expect(statuses).toEqual([200, 303]);
  });

  test("removes a person whose user name is typed", async () => {
    await root.signIn("root");
    const path = `/admin/people/${ada.subject}`;
    const wrong = await act(root, path, { act: "remove", confirm: "bob" });
    expect(wrong.status).toBe(422);
    expect(await textOf(wrong)).toContain("That is not the user name of this account.");
    expect(await after(root, await act(root, path, { act: "remove", confirm: "ada" }))).toContain(
      "Removed Ada Lovelace.",
    );
    expect(await findAccountBySignInName(server.context, "ada")).toBeNull();
    expect((await root.get(path)).status).toBe(404);
  });
});

describe("adding a person", () => {
  test("hands over a link for a password, or sets one", async () => {
    await root.signIn("root");
    const page = await (
      await act(root, "/admin/people/new", { act: "add", username: "grace", name: "Grace Hopper" })
    ).text();
    expect(page).toContain("The link for Grace Hopper");
    const path = /\/reset-password\?token=tlk_[\w-]{64}/.exec(page)?.[0] ?? "";
    expect((await openBrowser(server).get(path)).status).toBe(200);
    const made = await act(root, "/admin/people/new", { act: "add", username: "alan", password: PASSWORD });
    expect(await after(root, made)).toContain("Added alan.");
    await openBrowser(server).signIn("alan");
  });

  test("takes the hash of a password that another server kept, and none beside a password", async () => {
    await root.signIn("root");
    const password_hash = await Bun.password.hash(PASSWORD, { algorithm: "bcrypt", cost: 4 });
    const form = { act: "add", username: "hedy", password_hash };
    const both = await act(root, "/admin/people/new", { ...form, password: PASSWORD });
    const page = await both.text();
    expect(page).toContain("Type a password or a hash, not both.");
    expect(page).not.toContain(password_hash);
    const made = await act(root, "/admin/people/new", form);
    expect(await after(root, made)).toContain("Added hedy.");
    await openBrowser(server).signIn("hedy", PASSWORD);
    const { subject } = await find("hedy");
    const next = await Bun.password.hash("another password of hedy", { algorithm: "bcrypt", cost: 4 });
    const set = await act(root, `/admin/people/${subject}`, { act: "password", password_hash: next });
    expect(await after(root, set)).toContain("Set the password");
    await openBrowser(server).signIn("hedy", "another password of hedy");
    const wrong = await act(root, `/admin/people/${subject}`, { act: "password", password_hash: "no hash" });
    expect(wrong.status).toBe(400);
    expect((await act(root, `/admin/people/${subject}`, { act: "password" })).status).toBe(400);
  });

  test("is seen in a list of those who wait to be let in", async () => {
    await root.signIn("root");
    const waiting = "/admin/people?state=waiting";
    expect(await textOf(await root.get(waiting))).toContain("No person waits.");
    await server.addPerson("patient", { disabledAt: server.clock.seconds(), disabledBy: "approval" });
    const page = await textOf(await root.get(waiting));
    expect(page).toContain("patient");
    expect(page).not.toContain("Ada Lovelace");
    expect(await (await root.get("/admin/people")).text()).toContain('href="/admin/people?state=waiting"');
  });

  test("keeps what was typed where something is wrong", async () => {
    await root.signIn("root");
    const taken = await act(root, "/admin/people/new", { act: "add", username: "ADA", name: "Another Ada" });
    expect(taken.status).toBe(409);
    const page = await taken.text();
    expect(page).toContain("The name is taken.");
    expect(page).toContain('value="Another Ada"');
  });
});

describe("groups", () => {
  test("are made, filled, managed and removed", async () => {
    await root.signIn("root");
    const added = await act(root, "/admin/groups", {
      act: "add",
      name: "photo-editors",
      description: "Photos",
    });
    const path = "/admin/groups/photo-editors";
    expect(await after(root, added)).toContain("Added the group photo-editors.");
    const unknown = await act(root, path, { act: "put", person: "nobody" });
    expect(unknown.status).toBe(422);
    expect(await textOf(unknown)).toContain("No person signs in with that name or address.");
    expect(await after(root, await act(root, path, { act: "put", person: "ada@example.org" }))).toContain(
      "Ada Lovelace is in the group now.",
    );
    expect(await after(root, await act(root, path, { act: "let_manage", subject: ada.subject }))).toContain(
      "manages the group",
    );
    await act(root, path, { act: "take_out", subject: ada.subject });
    expect((await find("ada")).groups).toEqual([]);
    expect(await after(root, await act(root, path, { act: "remove" }))).toContain("Removed the group");
  });

  test("with every character in their names have a page", async () => {
    await createGroup(server.context, SERVER_ACT, "a/b?c#d%e&ü", null, 1);
    await root.signIn("root");
    const list = await (await root.get("/admin/groups")).text();
    const [, path = ""] = /href="(\/admin\/groups\/[^"]+)"/.exec(list) ?? [];
    expect(await textOf(await root.get(path.replaceAll("&amp;", "&")))).toContain("a/b?c#d%e&ü");
  });

  test("of a group manager are the ones that they manage", async () => {
    for (const group of ["family", "staff"]) await createGroup(server.context, SERVER_ACT, group, null, 1);
    await changeAccount(server.context, SERVER_ACT, ada.subject, { joins: ["family"] }, 1);
    await setManager(server.context, SERVER_ACT, "family", ada.subject, true);
    await addPersonWithPassword(server, "kid");
    const manager = openBrowser(server);
    await manager.signIn("ada");
    const page = await textOf(await manager.get("/admin/groups"));
    expect(page).toContain("family");
    expect(page).not.toContain("staff");
    expect((await manager.get("/admin/people")).status).toBe(403);
    expect((await manager.get("/admin/groups/staff")).status).toBe(404);
    await act(manager, "/admin/groups/family", { act: "put", person: "kid" });
    expect((await find("kid")).groups).toEqual(["family"]);
  });
});
