/** Mails from the act to the mail server, on both engines, with a real mail server in this process. */
import { afterEach, describe, expect, test } from "bun:test";
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import { mailParts, smtpOf } from "../../src/mails/parts.ts";
import type { LinkMail } from "../../src/operations/links.ts";
import {
  chooseMails,
  createMailSender,
  findMailHealth,
  isCrowded,
  listMails,
  type MailSettings,
  mailChange,
  postMail,
} from "../../src/operations/mail.ts";
import type { Sender } from "../../src/operations/outbox.ts";
import { changeAccount, disableAccount, removeAccount, setPassword } from "../../src/operations/people.ts";
import { serverKeys } from "../../src/platform/keys.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { actOfPerson, SERVER_ACT } from "../../src/rules/events.ts";
import { waitAfter } from "../../src/rules/outbox.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import type { MailRecord } from "../../src/store/tables/waiting.ts";
import { mails } from "../../src/store/tables/waiting.ts";
import { onBothEngines, type StartOnEngine } from "../adversary/engines.ts";
import { codeFor, expectTokens, jsonOf, redeemCode, refresh, textOf } from "../support/flows.ts";
import { htmlOf, type MailServer, startMailServer } from "../support/mail-server.ts";
import { addPersonWithPassword, openBrowser, PASSWORD } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import type { TestServer } from "../support/server.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const ADA = { email: "ada@example.net", name: "Ada Lovelace", emailVerified: true };
const ORIGIN = { address: "203.0.113.7", requestId: "request" };

const mailSettings = ({ port }: Pick<MailServer, "port">): NonNullable<ConfigurationInput["mail"]> => ({
  host: "127.0.0.1",
  port,
  security: "none",
  from: "auth@example.org",
  timeout_seconds: 5,
});

interface Setting {
  readonly server: TestServer;
  readonly post: MailServer;
  readonly ada: AccountRecord;
  /** The sender of this process. */
  readonly sender: Sender;
  waiting(): Promise<MailRecord[]>;
  logged(event: string): Record<string, unknown>[];
}

function setUp(start: StartOnEngine) {
  return async (
    mail: Partial<NonNullable<ConfigurationInput["mail"]>> = {},
    overrides: ConfigurationInput = {},
  ): Promise<Setting> => {
    const post = await startMailServer();
    closing.push(() => post.stop());
    const server = await start({ mail: { ...mailSettings(post), ...mail }, ...overrides });
    closing.push(() => server.close());
    const ada = await addPersonWithPassword(server, "ada", ADA);
    const { mailSender: sender, store } = server.context;
    if (sender === null) throw new Error("There is no sender.");
    return {
      server,
      post,
      ada,
      sender,
      waiting: () => store.list(mails, { where: { waits: true }, order: ["nextAt", "id"], limit: 1000 }),
      logged: (event) =>
        server.logged.filter((line) => line.includes(`"event":"${event}"`)).map((line) => JSON.parse(line)),
    };
  };
}

/** A sender of another process. */
function anotherSender({ server }: Setting, more: Partial<MailSettings> = {}): Sender {
  const { configuration } = server.context;
  if (configuration.mail === undefined) throw new Error("There is no mail.");
  const mail = { ...configuration.mail, ...more };
  const openSmtp = smtpOf(configuration, configuration.mail);
  const parts = mailParts(configuration, mail);
  return createMailSender({ ...server.context, steadyClock: server.clock.steady, openSmtp, ...parts }, mail);
}

const newPassword = ({ server, ada }: Setting, by: "person" | "operator" = "operator") =>
  setPassword(
    server.context,
    by === "operator" ? SERVER_ACT : actOfPerson(ORIGIN, ada.subject),
    ada.subject,
    "another hash",
  );

const LINK = "https://auth.example/reset?token=trs_secret-of-the-link";

/** A person asks for a link. */
const reset = ({ server, ada }: Setting, more: { readonly uselessAt?: number } = {}) => {
  const linkExpiresAt = server.clock.seconds() + 3600;
  return postMail(server.context, SERVER_ACT, {
    kind: "reset",
    parameters: { linkExpiresAt },
    subject: ada.subject,
    link: LINK,
    uselessAt: linkExpiresAt,
    ...more,
  });
};

onBothEngines((start) => {
  const open = setUp(start);

  describe("a mail", () => {
    test("comes with the commit of its act, and is sent by the next look, once", async () => {
      const setting = await open();
      const { post, sender, waiting, logged, ada } = setting;
      await newPassword(setting);
      expect(post.mails).toEqual([]);
      expect(await waiting()).toMatchObject([
        { kind: "password_changed", subject: ada.subject, attempts: 0 },
      ]);
      await sender.sendDue();
      await sender.sendDue();
      expect(post.mails).toHaveLength(1);
      const [{ parsed, to } = { parsed: null, to: [] }] = post.mails;
      expect(to).toEqual([ADA.email]);
      expect(parsed?.subject).toBe("Your password at Tessera was changed");
      expect(parsed?.text).toStartWith("Hello Ada Lovelace,\n");
      expect(parsed?.text).toContain("https://auth.example/account");
      expect(await waiting()).toEqual([]);
      expect(logged("mail.sent")).toMatchObject([
        { subject: ada.subject, via: "password_changed", count: 1 },
      ]);
    });

    test("does not come with an act that does not happen", async () => {
      const { server, waiting } = await open();
      await setPassword(server.context, SERVER_ACT, "acc_unknown" as AccountRecord["subject"], "hash");
      expect(await waiting()).toEqual([]);
    });

    test("is in the person's language, else in that of the setting", async () => {
      const setting = await open({ language: "de" });
      const { server, post, sender, ada } = setting;
      await newPassword(setting);
      await sender.sendDue();
      await changeAccount(server.context, SERVER_ACT, ada.subject, { profile: { locale: "en-GB" } }, 0);
      await newPassword(setting);
      await sender.sendDue();
      await changeAccount(server.context, SERVER_ACT, ada.subject, { profile: { locale: "xx" } }, 0);
      await newPassword(setting);
      await sender.sendDue();
      expect(post.mails.map(({ parsed }) => parsed.headers.get("content-language"))).toEqual([
        "de",
        "en",
        "de",
      ]);
      expect(post.mails[0]?.parsed.subject).toBe("Ihr Passwort bei Tessera wurde geändert");
      expect(htmlOf(post.mails[0] ?? expect.unreachable())).toContain("Guten Tag Ada Lovelace");
    });

    test(
      proves("has its link sealed in the database, and nowhere once it is sent", "threat 23", "threat 50"),
      async () => {
        const setting = await open();
        const { server, post, sender, waiting } = setting;
        expect(await reset(setting)).toBe("queued");
        const [row] = await waiting();
        expect(row?.sealedLink?.length).toBeGreaterThan(LINK.length);
        const everything = async () =>
          (await (server as Awaited<ReturnType<StartOnEngine>>).rows()).join("\n");
        expect(await everything()).not.toContain("secret-of-the-link");
        await sender.sendDue();
        expect(post.mails[0]?.parsed.text).toContain(LINK);
        expect(htmlOf(post.mails[0] ?? expect.unreachable())).toContain(`href="${LINK}"`);
        const [sent] = await listMails(server.context, {}, { limit: 10 });
        expect(sent).toMatchObject({ kind: "reset", sealedLink: null, address: ADA.email, waits: false });
        expect(server.logged.join("\n")).not.toContain("secret-of-the-link");
        expect(await everything()).not.toContain("secret-of-the-link");
      },
    );

    test("with a link that another key sealed is given up, and keeps no other waiting", async () => {
      const setting = await open();
      const { server, post, sender, logged } = setting;
      const keys = serverKeys(systemRandom(32));
      const changes = mailChange(
        { ...server.context, keys },
        { kind: "reset", parameters: { linkExpiresAt: 0 }, subject: setting.ada.subject, link: LINK },
      );
      await server.context.store.commit({ changes });
      await newPassword(setting);
      await sender.sendDue();
      expect(post.mails).toHaveLength(1);
      expect(logged("mail.given_up")).toMatchObject([{ via: "reset", reason: "link" }]);
    });

    test("is kept in the list for as long as the setting says, and no longer", async () => {
      const setting = await open({ keep_seconds: 7200 });
      const { server, sender, ada } = setting;
      await newPassword(setting);
      await sender.sendDue();
      const { store } = server.context;
      await store.removeExpired(server.clock.seconds() + 7100, 0, 100);
      expect(await listMails(server.context, { subject: ada.subject }, { limit: 10 })).toHaveLength(1);
      await store.removeExpired(server.clock.seconds() + 3 * 86_400 + 1, 0, 100);
      expect(await listMails(server.context, {}, { limit: 10 })).toEqual([]);
    });
  });

  describe("a mail server that", () => {
    test("is down keeps no act from happening; the mail waits longer each time, and comes when it is up", async () => {
      const setting = await open();
      const { server, post, sender, waiting, logged, ada } = setting;
      await post.stop();
      expect(await newPassword(setting)).toBe(true);
      await sender.sendDue();
      for (const attempt of [1, 2, 3]) {
        expect(await waiting()).toMatchObject([{ attempts: attempt, lastFault: "connect" }]);
        server.clock.advance(waitAfter(attempt) - 2);
        await sender.sendDue();
        expect(await waiting()).toMatchObject([{ attempts: attempt }]);
        server.clock.advance(3);
        await sender.sendDue();
      }
      expect(await findMailHealth(server.context)).toMatchObject({
        waiting: 1,
        failing: { reason: "connect" },
      });
      await post.start();
      server.clock.advance(waitAfter(4) + 1);
      await sender.sendDue();
      expect(post.mails).toHaveLength(1);
      expect(await findMailHealth(server.context)).toEqual({ waiting: 0, failing: null });
      expect(logged("mail.failed")).toHaveLength(4);
      expect(logged("mail.failed")[0]).toMatchObject({
        level: "warn",
        subject: ada.subject,
        via: "password_changed",
        reason: "connect",
        count: 1,
      });
    });

    test("is down is asked once at a time, however many mails wait", async () => {
      const setting = await open({ per_person_and_hour: 100 });
      const { server, post, sender, waiting } = setting;
      await post.stop();
      for (let count = 0; count < 5; count += 1) await newPassword(setting);
      await sender.sendDue();
      await sender.sendDue();
      expect((await waiting()).map(({ attempts }) => attempts).sort()).toEqual([0, 0, 0, 0, 1]);
      await post.start();
      server.clock.advance(waitAfter(1) + 1);
      await sender.sendDue();
      expect(post.mails).toHaveLength(5);
    });

    test("puts a recipient off for a while keeps no other mail waiting", async () => {
      const setting = await open();
      const { server, post, sender, waiting } = setting;
      post.mood.refuses = { at: "recipient", code: 451, words: "4.7.1 Greylisted" };
      await newPassword(setting);
      await sender.sendDue();
      expect(await waiting()).toMatchObject([{ attempts: 1, lastFault: "recipient 451" }]);
      post.mood.refuses = null;
      await reset(setting);
      await sender.sendDue();
      expect(post.mails).toHaveLength(1);
      server.clock.advance(waitAfter(1) + 1);
      await sender.sendDue();
      expect(post.mails).toHaveLength(2);
    });

    test("refuses a mail for good gets it once, and the list says so", async () => {
      const setting = await open();
      const { server, post, sender, waiting, logged } = setting;
      post.mood.refuses = { at: "recipient", code: 550, words: "5.1.1 No such person" };
      await reset(setting);
      await sender.sendDue();
      server.clock.advance(7200);
      await sender.sendDue();
      expect(await waiting()).toEqual([]);
      expect(await listMails(server.context, {}, { limit: 10 })).toMatchObject([
        { waits: false, sentAt: null, lastFault: "recipient 550", sealedLink: null, attempts: 1 },
      ]);
      expect(logged("mail.given_up")).toMatchObject([
        { level: "warn", via: "reset", reason: "recipient 550" },
      ]);
    });

    test("is down for longer than a link lasts never gets that link", async () => {
      const setting = await open();
      const { server, post, sender, logged } = setting;
      await post.stop();
      await reset(setting);
      await sender.sendDue();
      server.clock.advance(3601);
      await post.start();
      await sender.sendDue();
      expect(post.mails).toEqual([]);
      expect(logged("mail.given_up")).toMatchObject([{ via: "reset", reason: "connect" }]);
      expect((await listMails(server.context, {}, { limit: 1 }))[0]?.sealedLink).toBeNull();
    });

    test("takes its time is left in the end, and asked again", async () => {
      const setting = await open();
      const { server, post, waiting } = setting;
      const hasty = anotherSender(setting, { timeout_seconds: 1 / 15 });
      post.mood.delayMillis = 3000;
      await newPassword(setting);
      await hasty.sendDue();
      expect(await waiting()).toMatchObject([{ attempts: 1, lastFault: expect.any(String) }]);
      post.mood.delayMillis = 0;
      server.clock.advance(waitAfter(1) + 1);
      await setting.sender.sendDue();
      expect(post.mails.length).toBeGreaterThanOrEqual(1);
      // A reader, or a mail server, can tell that both are one.
      expect(new Set(post.mails.map(({ parsed }) => parsed.messageId)).size).toBe(1);
    });
  });

  test("a thousand invitations keep no person waiting for a link", async () => {
    const setting = await open();
    const { server, post, sender } = setting;
    const { store, configuration, clock, random, keys } = server.context;
    const invitations = Array.from({ length: 60 }, (_, count) =>
      mailChange(
        { configuration, clock, random, keys },
        {
          kind: "invitation",
          parameters: { inviter: null, linkExpiresAt: clock.seconds() + 3600 },
          address: `guest-${count}@example.org`,
          link: LINK,
        },
      ),
    );
    await store.commit({ changes: invitations.flat() });
    server.clock.advance(60);
    await reset(setting);
    await sender.sendDue();
    expect(post.mails).toHaveLength(61);
    expect(post.mails[0]?.to).toEqual([ADA.email]);
  });

  describe("a fault of this server", () => {
    test("with one mail is listed, and keeps no other mail waiting", async () => {
      const setting = await open();
      const { server, post, waiting } = setting;
      const { configuration } = server.context;
      if (configuration.mail === undefined) return expect.unreachable();
      const parts = mailParts(configuration, configuration.mail);
      const sender = createMailSender(
        {
          ...server.context,
          steadyClock: server.clock.steady,
          openSmtp: smtpOf(configuration, configuration.mail),
          ...parts,
          compose: (facts) =>
            facts.kind === "reset" ? Promise.reject(new TypeError("broken")) : parts.compose(facts),
        },
        configuration.mail,
      );
      await reset(setting);
      await newPassword(setting);
      await sender.sendDue();
      expect(post.mails).toHaveLength(1);
      expect(await waiting()).toMatchObject([{ kind: "reset", attempts: 1, lastFault: "fault" }]);
      expect(await findMailHealth(server.context)).toMatchObject({ failing: { reason: "fault" } });
    });

    test("with the file of mail.authority is one with the mail server, and listed", async () => {
      const setting = await open({ authority: "/nowhere/authority.pem" });
      await newPassword(setting);
      await setting.sender.sendDue();
      expect(await setting.waiting()).toMatchObject([{ attempts: 1, lastFault: "encrypt" }]);
      expect(setting.sender.isDelayed()).toBe(true);
    });
  });

  test(
    proves(
      "a clock that jumps ahead gives up no mail, and one that goes back keeps none waiting",
      "threat 72",
    ),
    async () => {
      const setting = await open();
      const { server, post, sender, waiting, logged } = setting;
      await newPassword(setting);
      server.clock.jump(365 * 86_400);
      await sender.sendDue();
      expect(await waiting()).toHaveLength(1);
      await reset(setting);
      await post.stop();
      await sender.sendDue();
      expect(await waiting()).toMatchObject([{ attempts: 0 }, { attempts: 1 }]);
      server.clock.jump(-365 * 86_400);
      await post.start();
      server.clock.advance(waitAfter(1));
      await sender.sendDue();
      expect(post.mails).toHaveLength(2);
      expect(logged("mail.given_up")).toEqual([]);
    },
  );

  test("several processes that look at the same moment send each mail once", async () => {
    const setting = await open({ per_person_and_hour: 100 });
    const { post, waiting } = setting;
    for (let count = 0; count < 6; count += 1) await newPassword(setting);
    const senders = Array.from({ length: 3 }, () => anotherSender(setting));
    await Promise.all(senders.map((sender) => sender.sendDue()));
    expect(post.mails).toHaveLength(6);
    expect(new Set(post.mails.map(({ parsed }) => parsed.messageId)).size).toBe(6);
    expect(await waiting()).toEqual([]);
  });

  describe("a person", () => {
    test(
      proves("gets no more mails of a kind within an hour than the setting says, whoever asks", "threat 61"),
      async () => {
        const setting = await open({ per_person_and_hour: 3 });
        const { server, post, sender, waiting, logged, ada } = setting;
        // Strangers ask at once, before the server has sent anything.
        const { store, configuration, clock, random, keys } = server.context;
        for (let count = 0; count < 12; count += 1) {
          const changes = mailChange(
            { configuration, clock, random, keys },
            { kind: "reset", parameters: { linkExpiresAt: 0 }, subject: ada.subject, link: LINK },
          );
          await store.commit({ changes });
        }
        await sender.sendDue();
        expect(post.mails).toHaveLength(3);
        expect(await waiting()).toEqual([]);
        expect(await store.list(mails, { limit: 100 })).toHaveLength(3);
        expect(logged("mail.limited")).toHaveLength(9);
        expect(logged("mail.limited")[0]).toMatchObject({
          level: "warn",
          subject: ada.subject,
          via: "reset",
        });
        expect(await reset(setting)).toBe("limited");
        expect(await isCrowded(server.context, { kind: "reset", subject: ada.subject })).toBe(true);
        // A flood of one kind hides no other.
        await newPassword(setting);
        await sender.sendDue();
        expect(post.mails).toHaveLength(4);
        server.clock.advance(3601);
        expect(await reset(setting)).toBe("queued");
        await sender.sendDue();
        expect(post.mails).toHaveLength(5);
      },
    );

    test(proves("gets no more at one address, from however many accounts", "threat 61"), async () => {
      const { server, post, sender } = await open({ per_person_and_hour: 2 });
      for (let count = 0; count < 6; count += 1) {
        const { subject } = await server.addPerson(`stranger-${count}`);
        await postMail(server.context, SERVER_ACT, {
          kind: "verify_email",
          parameters: { linkExpiresAt: server.clock.seconds() + 60 },
          subject,
          address: "victim@example.org",
          link: LINK,
        });
      }
      await sender.sendDue();
      expect(post.mails).toHaveLength(2);
    });

    test.each([
      ["without an address", { email: null }, 0],
      ["whose address is not verified", { emailVerified: false }, 0],
      ["who is disabled", {}, 0],
    ] as const)("%s gets no link to the account", async (who, person) => {
      const setting = await open();
      const { server, post, sender, waiting, logged, ada } = setting;
      const { store } = server.context;
      if (who === "who is disabled") await store.disableAccount(ada.subject, server.clock.seconds());
      else await changeAccount(server.context, SERVER_ACT, ada.subject, person, 0);
      await sender.sendDue();
      post.mails.length = 0;
      await reset(setting);
      await sender.sendDue();
      expect(post.mails).toEqual([]);
      expect(await waiting()).toEqual([]);
      expect(logged("mail.dropped").at(-1)).toMatchObject({ via: "reset" });
    });

    test("whose account is removed leaves no row of a mail", async () => {
      const setting = await open();
      const { server, ada, sender } = setting;
      await newPassword(setting);
      await sender.sendDue();
      await newPassword(setting);
      await removeAccount(server.context, SERVER_ACT, ada.subject, server.clock.seconds());
      expect(await server.context.store.list(mails, { limit: 10 })).toEqual([]);
    });
  });
});

describe("an event", () => {
  const start: StartOnEngine = async (overrides) => {
    const { startOn } = await import("../adversary/engines.ts");
    const { sqliteEngine } = await import("../store/fixtures/databases.ts");
    return startOn(sqliteEngine, overrides);
  };
  const open = setUp(start);

  test("of a changed address is told at the former one", async () => {
    const { server, post, sender, ada, logged } = await open();
    await changeAccount(server.context, SERVER_ACT, ada.subject, { email: "thief@example.org" }, 0);
    await sender.sendDue();
    expect(post.mails.map(({ to }) => to)).toEqual([[ADA.email]]);
    expect(post.mails[0]?.parsed.subject).toBe("Your e-mail address at Tessera was changed");
    expect(post.mails[0]?.parsed.text).not.toContain("thief@example.org");
    // The log has the event, and no address.
    expect(logged("email.changed")).toHaveLength(1);
    expect(server.logged.join("\n")).not.toContain(ADA.email);
  });

  test("of an address that was never verified, or that stays, is told at none", async () => {
    const { server, post, sender, ada } = await open();
    await changeAccount(server.context, SERVER_ACT, ada.subject, { email: ADA.email, name: "Ada" }, 0);
    await changeAccount(server.context, SERVER_ACT, ada.subject, { emailVerified: false }, 0);
    await changeAccount(server.context, SERVER_ACT, ada.subject, { email: "other@example.org" }, 0);
    await sender.sendDue();
    expect(post.mails).toEqual([]);
  });

  test("of a disabled account is told", async () => {
    const { server, post, sender, ada } = await open();
    await disableAccount(server.context, SERVER_ACT, ada.subject, server.clock.seconds());
    await sender.sendDue();
    expect(post.mails[0]?.parsed.subject).toBe("Your account at Tessera was disabled");
    expect(post.mails[0]?.parsed.text).not.toContain("/account");
  });

  test("of a refresh token that was used twice is told, with the name of the application", async () => {
    const { server, post, sender, ada } = await open();
    const code = await codeFor(server, ada);
    const first = textOf(await expectTokens(await redeemCode(server, code)), "refresh_token");
    await jsonOf(await refresh(server, first));
    server.clock.advance(3600);
    expect((await refresh(server, first)).status).toBe(400);
    await sender.sendDue();
    expect(post.mails.map(({ parsed }) => parsed.subject)).toEqual(["The access of Example Web was ended"]);
  });

  test("of a sign-in is told for a browser that is new, and says which, and not again", async () => {
    const { server, post, sender } = await open();
    const agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    const browser = openBrowser(server);
    const signIn = async () => {
      browser.cookie = "";
      const form = await browser.form("/login");
      const fields = { ...form.fields, username: "ada", password: PASSWORD };
      const answer = await browser.post(form.action, fields, { "User-Agent": agent });
      expect(answer.status).toBe(303);
      await sender.sendDue();
    };
    await signIn();
    expect(post.mails).toHaveLength(1);
    const { text, subject } = post.mails[0]?.parsed ?? {};
    expect(subject).toBe("A new browser is signed in to Tessera");
    expect(text).toContain("Firefox on Linux");
    expect(text).toContain("203.0.113.7");
    expect(text).toContain("You can turn off mails of this kind");
    // What the browser says of itself is in no row.
    expect((await listMails(server.context, {}, { limit: 1 }))[0]?.parameters).toEqual({
      address: "203.0.113.7",
      program: "Firefox",
      system: "Linux",
    });
    await signIn();
    expect(post.mails).toHaveLength(1);
    browser.known = "";
    await signIn();
    expect(post.mails).toHaveLength(2);
    expect(server.logged.join("\n")).not.toContain("Gecko");
  });

  test("of a sign-in is no news where the server is to know no browser", async () => {
    const { server, sender, waiting } = await open({}, { lifetimes: { known_browser_seconds: 0 } });
    await openBrowser(server).signIn("ada");
    expect(await waiting()).toEqual([]);
    await sender.sendDue();
  });

  test("of a password that the person changed says who did it and from where, and no new browser", async () => {
    const { server, post, sender } = await open();
    const browser = openBrowser(server);
    await browser.signIn("ada");
    await sender.sendDue();
    post.mails.length = 0;
    const form = await browser.form("/account/password", "/account/password");
    const fields = {
      ...form.fields,
      action: "password",
      current_password: PASSWORD,
      new_password: "quite another one",
    };
    const answer = await browser.post(form.action, fields);
    expect(answer.status).toBe(303);
    await sender.sendDue();
    expect(post.mails.map(({ parsed }) => parsed.subject)).toEqual(["Your password at Tessera was changed"]);
    expect(post.mails[0]?.parsed.text).toContain("Your account at Tessera has a new password.");
    expect(post.mails[0]?.parsed.text).toContain("203.0.113.7");
  });

  test("is told to no person who turned off its kind, and a security message cannot be turned off", async () => {
    const setting = await open();
    const { server, post, sender, ada, logged } = setting;
    const choose = (...kinds: Parameters<typeof chooseMails>[3]) =>
      chooseMails(server.context, actOfPerson(ORIGIN, ada.subject), ada.subject, kinds);
    expect(await choose("new_device", "password_changed")).toBe("security");
    expect(await choose("new_device")).toBe("chosen");
    expect(logged("mails.chosen")).toMatchObject([{ subject: ada.subject, count: 1 }]);
    await openBrowser(server).signIn("ada");
    await newPassword(setting);
    await sender.sendDue();
    expect(post.mails.map(({ parsed }) => parsed.subject)).toEqual(["Your password at Tessera was changed"]);
    expect(await choose()).toBe("chosen");
    await server.context.store.commit({ changes: [] });
    const account = await server.context.store.findAccount(ada.subject);
    expect(account?.mailsOff).toEqual([]);
  });

  test("makes no row where the server sends no mail", async () => {
    const server = await start();
    closing.push(() => server.close());
    const ada = await addPersonWithPassword(server, "ada", ADA);
    await setPassword(server.context, SERVER_ACT, ada.subject, "another hash");
    expect(await server.context.store.list(mails, { limit: 10 })).toEqual([]);
    expect(server.context.mailSender).toBeNull();
    const wanted = {
      kind: "reset",
      parameters: { linkExpiresAt: 0 },
      subject: ada.subject,
      link: LINK,
    } as const;
    expect(await postMail(server.context, SERVER_ACT, wanted)).toBe("off");
    expect(mailChange(server.context, wanted)).toEqual([]);
  });
});

test("links and codes of other operations go by mail, each sealed until it is sent", async () => {
  const { startOn } = await import("../adversary/engines.ts");
  const { sqliteEngine } = await import("../store/fixtures/databases.ts");
  const { server, post, sender, ada } = await setUp((overrides) => startOn(sqliteEngine, overrides))();
  const { linkMails, store } = server.context;
  const expiresAt = server.clock.seconds() + 600;
  const { subject } = ada;
  const to = { subject, address: ADA.email, link: LINK, expiresAt };
  const wanted: LinkMail[] = [
    { ...to, kind: "invitation", subject: null, address: "new@example.net", inviter: "Grace" },
    { ...to, kind: "registration", subject: null, address: "other@example.net" },
    { ...to, kind: "reset" },
    { ...to, kind: "sign_in" },
    { ...to, kind: "sign_in_code", link: null, code: "482915" },
    { ...to, kind: "verify_email" },
    { ...to, kind: "account_exists", expiresAt: null },
    { ...to, kind: "approved", link: null, expiresAt: null },
  ];
  for (const mail of wanted) await store.commit({ changes: linkMails?.changesFor(mail) ?? [] });
  const rows = (await (server as Awaited<ReturnType<StartOnEngine>>).rows()).join("\n");
  expect(rows).not.toMatch(/secret-of-the-link|482915/);
  await sender.sendDue();
  expect(post.mails).toHaveLength(wanted.length);
  const textTo = (subjectLine: string) =>
    post.mails.find(({ parsed }) => parsed.subject === subjectLine)?.parsed.text;
  expect(textTo("Your code for Tessera")).toContain("482915");
  expect(textTo("Your invitation to Tessera")).toContain("Grace invites you to Tessera.");
  for (const subjectLine of [
    "Your invitation to Tessera",
    "A link to sign in to Tessera",
    "Your account at Tessera",
  ])
    expect(textTo(subjectLine)).toContain(LINK);
});

test("a sender that runs by itself sends at once when it is woken, and ends in order", async () => {
  const { startOn } = await import("../adversary/engines.ts");
  const { sqliteEngine } = await import("../store/fixtures/databases.ts");
  const setting = await setUp((overrides) => startOn(sqliteEngine, overrides))();
  const { sender, post } = setting;
  sender.start();
  await newPassword(setting);
  await sender.settled();
  expect(post.mails).toHaveLength(1);
  await reset(setting);
  await sender.settled();
  expect(post.mails).toHaveLength(2);
  await sender.stop();
  await newPassword(setting);
  await sender.sendDue();
  expect(post.mails).toHaveLength(2);
});
