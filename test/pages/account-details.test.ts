import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { PEOPLE_FACTS } from "../../src/configuration/account-schema.ts";
import { createGroup } from "../../src/operations/groups.ts";
import { changeAccount } from "../../src/operations/people.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { jpegOf, landscape } from "../support/images.ts";
import { addPersonWithPassword, type Browser, openBrowser, textOf } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const PATH = "/account/details";

let server: TestServer;
let browser: Browser;
afterEach(() => server.close());

async function start(configuration: Parameters<typeof startTestServer>[0] = {}, person = {}): Promise<void> {
  server = await startTestServer(configuration);
  await createGroup(server.context, SERVER_ACT, "readers", null, server.clock.seconds());
  await addPersonWithPassword(server, "alice", person);
  browser = openBrowser(server);
  await browser.signIn("alice");
}

const stored = async (): Promise<AccountRecord> => {
  const account = await server.context.store.findAccountByUsername("alice");
  if (account === null) throw new Error("Alice is missing.");
  return account;
};
const save = (fields: Record<string, string>) => browser.submit(PATH, { action: "details", ...fields }, PATH);

const EVERYTHING = { people_may_change: [...PEOPLE_FACTS] };

describe("the facts that people change", () => {
  test("are a name, a language and a time zone, unless the operator says otherwise", async () => {
    await start({}, { profile: { given_name: "Alice", birthdate: "1852-05-04" }, groups: ["readers"] });
    const page = await (await browser.get(PATH)).text();
    for (const name of ["name", "locale", "zoneinfo"]) expect(page).toContain(`name="${name}"`);
    for (const name of ["given_name", "birthdate", "email", "phone_number"])
      expect(page).not.toContain(`name="${name}"`);
    const text = await textOf(await browser.get(PATH));
    // The rest is shown.
    expect(text).toMatch(/Decided by the operator of this server User name alice .*First name Alice/);
    expect(text).toContain("Birthday 1852-05-04");
    expect(text).toContain("Groups readers");
    await save({ name: "Alice", locale: "de", zoneinfo: "Europe/Vienna" });
    const { name, profile } = await stored();
    expect({ name, profile }).toEqual({
      name: "Alice",
      profile: { given_name: "Alice", birthdate: "1852-05-04", locale: "de", zoneinfo: "Europe/Vienna" },
    });
  });

  test(proves("are none that the operator decides, whatever a form says", "threat 32"), async () => {
    await start({}, { profile: { given_name: "Alice" } });
    const facts = "name given_name birthdate phone_number groups attributes administrator email";
    const forged = {
      facts,
      given_name: "Bob",
      birthdate: "2000-01-01",
      administrator: "true",
      groups: "staff",
    };
    await save({ ...forged, name: "Alice", email: "boss@mail.example" });
    const { profile, administrator, groups, email } = await stored();
    expect({ profile, administrator, groups, email }).toEqual({
      profile: { given_name: "Alice" },
      administrator: false,
      groups: [],
      email: null,
    });
  });

  test(proves("an address that an administrator writes is proved by nothing", "threat 34"), async () => {
    await start({}, { administrator: true });
    await save({ facts: "email", email: "ceo@mail.example" });
    expect(await stored()).toMatchObject({ email: "ceo@mail.example", emailVerified: false });
    // The operator vouches for it.
    const act = { actor: { kind: "operator", id: "root" }, origin: null } as const;
    const { subject } = await stored();
    await changeAccount(server.context, act, subject, { email: "own@mail.example" }, server.clock.seconds());
    expect(await stored()).toMatchObject({ email: "own@mail.example", emailVerified: true });
  });

  test("are all facts of OpenID Connect, if the operator leaves them to people", async () => {
    await start({ account: { people_may_change: [...EVERYTHING.people_may_change] } });
    const profile = {
      given_name: "Ada",
      family_name: "Lovelace",
      middle_name: "King",
      nickname: "Countess",
      profile: "https://people.example/ada",
      website: "https://ada.example",
      gender: "female",
      birthdate: "1815-12-10",
      zoneinfo: "Europe/London",
      locale: "en",
    };
    const address = {
      street_address: "12 St James's Square",
      postal_code: "SW1Y 4JH",
      locality: "London",
      region: "England",
      country: "United Kingdom",
    };
    const answer = await save({ name: "Ada", ...profile, ...address, phone_number: "+44 (20) 7946-0000" });
    expect(answer.status).toBe(303);
    expect((await stored()).profile).toEqual({
      ...profile,
      phone_number: "+442079460000",
      // The person wrote it, and not the operator.
      phone_number_verified: false,
      address,
    });
    // A form with empty fields takes the facts away.
    await save({});
    expect((await stored()).profile).toEqual({});
  });

  test("keep what the form does not have", async () => {
    await start({}, { profile: { phone_number: "+43660123456", locale: "de" } });
    await save({ facts: "name", name: "Alice" });
    expect((await stored()).profile).toEqual({ phone_number: "+43660123456", locale: "de" });
  });

  const REFUSED = {
    name: [`e${"\u0301".repeat(5000)}`, "A name has at most 200 characters"],
    given_name: ["Ali\u202ece", "A name has at most 200 characters"],
    birthdate: ["the 4th of May", "This is not a day"],
    phone_number: ["zero six six zero", "This is not a phone number"],
    website: ["javascript:alert(1)", "This is not a web address"],
    zoneinfo: ["Nowhere", "This is not a time zone."],
    locale: ["klingon!", "This is not a language."],
    locality: ["x".repeat(501), "This has more than 500 characters"],
  };
  test.each(Object.entries(REFUSED))(
    "refuse a wrong %s with words at its field",
    async (field, [value, words]) => {
      await start({ account: { people_may_change: [...EVERYTHING.people_may_change] } });
      const answer = await save({ [field]: value ?? "" });
      expect(answer.status).toBe(422);
      const html = await answer.text();
      expect(html).toMatch(new RegExp(`id="${field}-fault" role="alert">(<svg.*?</svg>)?<span>${words}`));
      const { name, profile } = await stored();
      expect({ name, profile }).toEqual({ name: null, profile: {} });
    },
  );

  test("choose the language of the pages", async () => {
    await start();
    expect(await textOf(await browser.get(PATH))).toContain("Your details");
    await save({ locale: "de" });
    for (const path of ["/account", PATH, "/account/security"])
      expect(await textOf(await browser.get(path))).toContain("Übersicht");
    // A wrong form too.
    expect(await textOf(await save({ name: "\u202e" }))).toContain("Ein Name hat höchstens 200 Zeichen");
  });
});

describe("the picture of a person", () => {
  beforeEach(() => start());

  async function send(
    file: Uint8Array | string | null,
    { name = "picture", token, headers = {} }: { name?: string; token?: string; headers?: HeadersInit } = {},
  ): Promise<Response> {
    const { fields } = await browser.form(PATH, "/account/picture");
    const body = new FormData();
    body.set("form_token", token ?? fields.form_token ?? "");
    if (file !== null) body.set(name, new Blob([Uint8Array.from(Buffer.from(file))]), "me.png");
    const request = new Request(`${server.issuer}/account/picture`, { method: "POST", body });
    for (const [key, value] of Object.entries({
      Cookie: browser.cookie,
      "Sec-Fetch-Site": "same-origin",
      ...headers,
    }))
      request.headers.set(key, value);
    return server.handle(request, browser.address);
  }
  const pictureId = async () => (await stored()).pictureId;

  test("comes from a file, small and square, and goes again", async () => {
    const answer = await send(await jpegOf(landscape()));
    expect(answer.status).toBe(303);
    const page = await (await browser.get(answer.headers.get("location") ?? "")).text();
    expect(page).toContain("Your picture is saved.");
    const source = /<img[^>]*src="([^"]*)"[^>]*width="96"/.exec(page)?.[1] ?? "";
    const shown = await server.fetch(source.replaceAll("&amp;", "&"));
    expect(await new Bun.Image(await shown.bytes()).metadata()).toEqual({
      width: 256,
      height: 256,
      format: "webp",
    });
    await browser.submit(PATH, { action: "remove_picture" }, PATH);
    expect(await pictureId()).toBeNull();
    expect((await server.fetch(source.replaceAll("&amp;", "&"))).status).toBe(404);
  });

  test(proves("is refused in words if it is none, or a bomb", "threat 40"), async () => {
    const bomb = Buffer.from(landscape());
    bomb.writeUInt32BE(60_000, 16);
    bomb.writeUInt32BE(60_000, 20);
    const files: [Uint8Array | string | null, string][] = [
      [null, "Choose a file first."],
      ["", "Choose a file first."],
      ["hello", "The file is not a still picture in PNG, JPEG or WebP"],
      ['<svg xmlns="http://www.w3.org/2000/svg"/>', "The file is not a still picture in PNG, JPEG or WebP"],
      [bomb, "The picture has more than 50 million pixels."],
      [new Uint8Array(10_000_001), "The file is larger than 10 MB."],
    ];
    for (const [file, words] of files) {
      const answer = await send(file);
      expect(answer.status).toBe(422);
      expect(await textOf(answer)).toContain(words);
    }
    expect(await pictureId()).toBeNull();
  });

  test(proves("is sent only by a form of our own, in the browser of the person", "threat 32"), async () => {
    const file = await jpegOf(landscape());
    expect((await send(file, { token: "x" })).status).toBe(422);
    expect((await send(file, { headers: { "Sec-Fetch-Site": "cross-site" } })).status).toBe(403);
    expect((await send(file, { headers: { Cookie: "" } })).headers.get("location")).toContain("/login");
    expect((await send(file, { name: "other" })).status).toBe(400);
    expect((await browser.post("/account/picture", {})).status).toBe(415);
    expect(await pictureId()).toBeNull();
  });

  test("of a form without an end is no error of the server", async () => {
    const answer = await server.fetch("/account/picture", {
      method: "POST",
      body: "--x\r\nContent-Disposition: form-data",
      headers: { Cookie: browser.cookie, "Content-Type": "multipart/form-data; boundary=x" },
    });
    expect(answer.status).toBe(400);
  });

  test("is the operator's if the operator says so", async () => {
    await server.close();
    await start({ account: { people_may_change: ["name"] } });
    expect(await (await browser.get(PATH)).text()).not.toContain('type="file"');
    const { fields } = await browser.form(PATH, PATH);
    const body = new FormData();
    body.set("form_token", fields.form_token ?? "");
    body.set("picture", new Blob([Uint8Array.from(await jpegOf(landscape()))]));
    const answer = await server.fetch("/account/picture", {
      method: "POST",
      body,
      headers: { Cookie: browser.cookie },
    });
    expect(answer.status).toBe(400);
    await changeAccount(server.context, SERVER_ACT, (await stored()).subject, { picture: null }, 1);
  });
});
