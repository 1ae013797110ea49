/**
 * Threat class 84: links that are handed to people, used again, guessed, fetched by scanners, opened at other hosts and in other
 * browsers, at the wrong page, and by many at a time.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  askEmailChange,
  type Invitation,
  type LinkMail,
  makeResetLink,
  makeSignInLink,
} from "../../src/operations/links.ts";
import { findAccount } from "../../src/operations/people.ts";
import { actOfPerson } from "../../src/rules/events.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { links, sessions } from "../../src/store/tables/sign-in.ts";
import { below, giveMail, invitationPath, OPERATOR } from "../support/links.ts";
import { addPersonWithPassword, type Browser, openBrowser, PASSWORD, textOf } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { type EngineServer, onBothEngines } from "./engines.ts";

const NEW = "a new and better password";
const ORIGIN = { address: "203.0.113.7", requestId: "r" };

onBothEngines((start) => {
  let server: EngineServer;
  let sent: LinkMail[];
  let count = 0;
  beforeAll(async () => {
    server = await start({
      sign_up: { mode: "open" },
      limits: { link_requests_per_address: 100_000, sign_in_failures_per_address: 100_000 },
    });
    sent = giveMail(server);
  });
  afterAll(() => server.close());

  const newPerson = async (): Promise<AccountRecord> => {
    count += 1;
    return addPersonWithPassword(server, `ada${count}`, { email: `ada${count}@example.org` });
  };

  /** A link of each kind, the fields that its form needs, and whether it has done its act. */
  interface Case {
    readonly path: string;
    readonly fields: Record<string, string>;
    readonly person: AccountRecord;
    readonly isDone: () => Promise<boolean>;
    /** The browser in which the link does its act. Default: any. */
    readonly open?: () => Promise<Browser>;
  }

  const byHand = async (make: typeof makeResetLink, person: AccountRecord): Promise<string> => {
    const made = await make(server.context, OPERATOR, person, false);
    if (made.outcome !== "created" || made.address === null) throw new Error(made.outcome);
    return below(server, made.address);
  };
  const mailed = () => below(server, sent.at(-1)?.link ?? "");
  const hasAccount = async (name: string) =>
    (await server.context.store.findAccountBySignInName(name)) !== null;

  const CASES: Readonly<Record<string, () => Promise<Case>>> = {
    async invitation() {
      const person = await newPerson();
      const username = `new-${person.username}`;
      const path = await invitationPath(server);
      return { path, fields: { username, password: PASSWORD }, person, isDone: () => hasAccount(username) };
    },
    async registration() {
      const person = await newPerson();
      const username = `self-${person.username}`;
      await openBrowser(server).submit("/sign-up", { email: `${username}@example.org` });
      return {
        path: mailed(),
        fields: { username, password: PASSWORD },
        person,
        isDone: () => hasAccount(username),
      };
    },
    async reset() {
      const person = await newPerson();
      const path = await byHand(makeResetLink, person);
      const isDone = async () =>
        (await findAccount(server.context, person.subject))?.passwordHash !== person.passwordHash;
      return { path, fields: { username: person.username, new_password: NEW }, person, isDone };
    },
    async sign_in() {
      const person = await newPerson();
      const path = await byHand(makeSignInLink, person);
      const { subject } = person;
      const isDone = async () =>
        (await server.context.store.list(sessions, { where: { subject }, limit: 1 })).length > 0;
      return { path, fields: {}, person, isDone };
    },
    async verify_email() {
      const person = await newPerson();
      const email = `other-${person.username}@example.org`;
      await askEmailChange(server.context, actOfPerson(ORIGIN, person.subject), person, email);
      const isDone = async () => (await findAccount(server.context, person.subject))?.email === email;
      const open = async () => {
        const own = openBrowser(server);
        await own.signIn(person.username);
        return own;
      };
      return { path: mailed(), fields: {}, person, isDone, open };
    },
  };
  const anyBrowser = async () => openBrowser(server);
  const kinds = Object.keys(CASES);
  const caseOf = (kind: string): Promise<Case> => {
    const make = CASES[kind];
    if (make === undefined) throw new Error(kind);
    return make();
  };
  const rowsOfLinks = async () =>
    (await server.context.store.list(links, { limit: 1000 })).map((link) => JSON.stringify(link)).join("\n");
  const tokenOf = (path: string) => new URL(path, server.issuer).searchParams.get("token") ?? "";
  const pageOf = (path: string) => path.split("?")[0] ?? "";

  describe("a link of the kind", () => {
    test.each(kinds)(proves("%s: scanners that fetch it do no harm", "threat 84"), async (kind) => {
      const { path, fields, isDone, open = anyBrowser } = await caseOf(kind);
      const before = await rowsOfLinks();
      for (let scan = 0; scan < 20; scan += 1) {
        expect((await server.fetch(path, { method: scan % 2 === 0 ? "GET" : "HEAD" })).status).toBe(200);
      }
      expect(await rowsOfLinks()).toBe(before);
      expect(await isDone()).toBe(false);
      // The person still can.
      await (await open()).submit(path, fields);
      expect(await isDone()).toBe(true);
    });

    test.each(kinds)(
      proves("%s: a form without its page, or of another browser, does nothing", "threat 84", "threat 32"),
      async (kind) => {
        const { path, fields, isDone, open = anyBrowser } = await caseOf(kind);
        const token = tokenOf(path);
        const mine = await open();
        const form = await mine.form(path);
        const statuses = [
          // A scanner that posts what it finds, without a cookie; another site; another browser with its own cookie.
          (await openBrowser(server).post(pageOf(path), { ...fields, token })).status,
          (await mine.post(form.action, { ...form.fields, ...fields }, { "Sec-Fetch-Site": "cross-site" }))
            .status,
        ];
        const other = await open();
        await other.get("/login");
        statuses.push((await other.post(form.action, { ...form.fields, ...fields })).status);
        for (const status of statuses) expect(status).toBeGreaterThan(400);
        expect(await isDone()).toBe(false);
        // A person who opens the link in another browser than the mail showed it in is served there.
        const third = await open();
        await third.submit(path, fields);
        expect(await isDone()).toBe(true);
      },
    );

    test.each(kinds)(
      proves("%s: used again, it is refused with a page that helps, and changes nothing", "threat 84"),
      async (kind) => {
        const { path, fields, person, isDone, open = anyBrowser } = await caseOf(kind);
        const thief = openBrowser(server);
        const prepared = await thief.form(path);
        await (await open()).submit(path, fields);
        expect(await isDone()).toBe(true);
        const after = await findAccount(server.context, person.subject);
        const again = {
          ...prepared.fields,
          username: "thief",
          password: "the password of a thief",
          new_password: "the password of a thief",
        };
        const posted = await thief.post(prepared.action, again);
        expect([404, 410]).toContain(posted.status);
        expect(await textOf(posted)).toMatch(/This link (has been used|does not work)/);
        const opened = await thief.get(path);
        expect([404, 410]).toContain(opened.status);
        expect((await thief.get("/account")).status).toBe(303);
        expect(await findAccount(server.context, person.subject)).toEqual(after);
        expect(await hasAccount("thief")).toBe(false);
      },
    );

    test.each(kinds)(
      proves("%s: guessed, cut off or changed, it is unknown, and the answer tells no more", "threat 84"),
      async (kind) => {
        const { path } = await caseOf(kind);
        const token = tokenOf(path);
        const secret = (place: number) =>
          `${token.slice(0, place)}${token[place] === "A" ? "B" : "A"}${token.slice(place + 1)}`;
        const wrong = [
          "",
          "tlk_",
          token.slice(0, -1),
          `${token}A`,
          secret(30),
          secret(token.length - 1),
          secret(6),
          token.replace("tlk_", "tsl_"),
          token.toUpperCase(),
        ];
        const told = new Set<string>();
        for (const guess of wrong) {
          const response = await server.fetch(`${pageOf(path)}?token=${encodeURIComponent(guess)}`);
          expect(response.status).toBe(404);
          const page = await textOf(response);
          told.add(page.replace(/quote this request: \S+/, ""));
        }
        expect(told.size).toBe(1);
      },
    );

    test.each(kinds)(proves("%s: at the page of another kind it is unknown", "threat 84"), async (kind) => {
      const { path, fields, isDone } = await caseOf(kind);
      const pages = ["/invitation", "/reset-password", "/sign-in-link", "/verify-email", "/setup"];
      for (const page of pages.filter((each) => each !== pageOf(path))) {
        const opened = await server.fetch(`${page}?token=${tokenOf(path)}`);
        expect(opened.status).toBe(404);
        const other = openBrowser(server);
        await other.get("/login");
        const form = await other.form(path);
        // The form is genuine, for this token; only the page is another.
        expect((await other.post(page, { ...form.fields, ...fields })).status).toBeGreaterThan(400);
      }
      expect(await isDone()).toBe(false);
    });

    test.each(kinds)(proves("%s: too old, it is refused", "threat 84"), async (kind) => {
      const { path, fields, isDone } = await caseOf(kind);
      const late = openBrowser(server);
      const form = await late.form(path);
      const [link] = (await server.context.store.list(links, { limit: 1000 })).slice(-1);
      const wait = Math.max(0, (link?.expiresAt ?? 0) - server.clock.seconds());
      server.clock.advance(wait);
      const response = await late.get(path);
      expect(response.status).toBe(410);
      expect(await textOf(response)).toContain("This link is too old");
      expect((await late.post(form.action, { ...form.fields, ...fields })).status).toBeGreaterThan(400);
      expect(await isDone()).toBe(false);
    });

    test.each(kinds)(
      proves("%s: its page passes the secret on to no one", "threat 84", "threat 50"),
      async (kind) => {
        const { path } = await caseOf(kind);
        const response = await server.fetch(path);
        expect(response.headers.get("referrer-policy")).toBe("no-referrer");
        expect(response.headers.get("cache-control")).toContain("no-store");
        const page = await response.text();
        // Nothing of another origin is loaded, and no link of the page carries the secret.
        const token = tokenOf(path);
        for (const [, address = ""] of page.matchAll(/(?:href|src|action)="([^"]*)"/g)) {
          expect(address).not.toContain(token);
          expect(address).not.toMatch(/^(https?:)?\/\//);
        }
        expect(server.logged.join("\n")).not.toContain(token);
        expect((await server.rows()).join("\n")).not.toContain(token.slice(30));
      },
    );
  });

  test(
    proves("a link is made from the issuer, whatever host a request names", "threat 43", "threat 84"),
    async () => {
      const person = await newPerson();
      const evil = {
        Host: "evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        Forwarded: "host=evil.example",
      };
      const browser = openBrowser(server);
      for (const [page, fields] of [
        ["/forgot", { username: person.username }],
        ["/sign-up", { email: `host-${person.username}@example.org` }],
      ] as const) {
        const form = await browser.form(page);
        const before = sent.length;
        await browser.post(form.action, { ...form.fields, ...fields }, evil);
        expect(sent.length).toBe(before + 1);
        expect(sent.at(-1)?.link).toStartWith(`${server.issuer}/`);
        expect(JSON.stringify(sent.at(-1))).not.toContain("evil.example");
      }
    },
  );

  test.each([
    ["once", 1],
    ["for seven people", 7],
  ])(
    proves("an invitation that works %s is used exactly so often by fifty at the same time", "threat 84"),
    async (_, uses) => {
      const path = await invitationPath(server, { uses } satisfies Invitation);
      const browsers = Array.from({ length: 50 }, () => openBrowser(server));
      const forms = await Promise.all(browsers.map((browser) => browser.form(path)));
      // The hash of a password takes long, and its queue is bounded.
      Object.assign(server.context, {
        passwords: { ...server.context.passwords, hash: async () => "$argon2id$none" },
      });
      try {
        const statuses = await Promise.all(
          browsers.map(async (browser, index) => {
            const form = forms[index];
            const fields = { ...form?.fields, username: `race-${uses}-${index}`, password: PASSWORD };
            return (await browser.post("/invitation", fields)).status;
          }),
        );
        expect(statuses.filter((status) => status === 303).length).toBe(uses);
        expect(statuses.filter((status) => status === 410).length).toBe(50 - uses);
        const accounts = await server.context.store.listAccounts();
        expect(accounts.filter(({ username }) => username.startsWith(`race-${uses}-`)).length).toBe(uses);
      } finally {
        const { hash } = await passwordsOf(server);
        Object.assign(server.context, { passwords: { ...server.context.passwords, hash } });
      }
    },
  );

  test.each(["sign_in", "reset"])(
    proves("a link of the kind %s is used once by fifty at the same time", "threat 84"),
    async (kind) => {
      const { path, fields, person } = await caseOf(kind);
      const browsers: Browser[] = Array.from({ length: 50 }, () => openBrowser(server));
      const forms = await Promise.all(browsers.map((browser) => browser.form(path)));
      const events: string[] = [];
      const { tell } = server.context.events;
      Object.assign(server.context.events, {
        tell(...args: Parameters<typeof tell>) {
          events.push(
            ...args[1].filter(({ subject }) => subject === person.subject).map(({ event }) => event),
          );
          tell(...args);
        },
      });
      await Promise.all(
        browsers.map((browser, index) => {
          const password = `the password of number ${index}`;
          const own: Record<string, string> = kind === "reset" ? { new_password: password } : {};
          return browser.post(pageOf(path), { ...forms[index]?.fields, ...fields, ...own });
        }),
      );
      Object.assign(server.context.events, { tell });
      const used = kind === "reset" ? "reset.done" : "sign_in_link.used";
      expect(events.filter((event) => event === used).length).toBe(1);
      const open = await server.context.store.list(sessions, {
        where: { subject: person.subject },
        limit: 100,
      });
      expect(open.length).toBeLessThanOrEqual(1);
    },
  );
});

/** The passwords as a server has them. */
async function passwordsOf(server: EngineServer) {
  const { createPasswords } = await import("../../src/accounts/passwords.ts");
  const { limits } = server.context.configuration;
  return createPasswords({ checksAtOnce: 2, checksWaiting: 100, maximumBytes: limits.password_bytes });
}
