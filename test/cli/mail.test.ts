/** `tessera mail`, with a real mail server in this process. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MAIL_KIND_NAMES } from "../../src/rules/mail.ts";
import {
  type Certificate,
  type MailServer,
  makeMailCertificate,
  startMailServer,
} from "../support/mail-server.ts";
import { removeTemporaryFolders, serve, temporaryFolder, tessera } from "./support.ts";

let certificate: Certificate;
beforeAll(() => {
  certificate = makeMailCertificate();
});
afterAll(() => {
  certificate.remove();
  removeTemporaryFolders();
});

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function serverWith(options: Parameters<typeof startMailServer>[0] = {}): Promise<MailServer> {
  const server = await startMailServer(options);
  closing.push(() => server.stop());
  return server;
}

const set = (settings: Record<string, unknown>): string[] =>
  Object.entries(settings).flatMap(([name, value]) => ["--set", `mail.${name}=${value}`]);

const settingsFor = ({ port }: Pick<MailServer, "port">, more: Record<string, unknown> = {}): string[] =>
  set({
    host: "127.0.0.1",
    port,
    from: "Example <auth@example.org>",
    security: "none",
    timeout_seconds: 5,
    ...more,
  });

describe("tessera mail test", () => {
  const USER = { name: "auth@example.org", password: "the password of the mail server" };

  test("sends one mail and names every step", async () => {
    const server = await serverWith({ security: "tls", certificate, user: USER });
    const { code, out } = await tessera([
      ...["mail", "test", "ada@example.net", "--language", "de"],
      ...settingsFor(server, {
        security: "tls",
        authority: certificate.file,
        user: USER.name,
        password: USER.password,
      }),
    ]);
    expect(code).toBe(0);
    expect(out.split("\n").slice(0, 6)).toEqual([
      `done    connect to 127.0.0.1, port ${server.port}`,
      "done    encrypt from the first byte (tls)",
      "done    sign in as auth@example.org",
      "done    send from Example <auth@example.org>",
      "done    name the recipient",
      "done    hand over the mail",
    ]);
    expect(out).toContain("The mail server has the mail to ada@example.net. It says: 250 ");
    expect(server.mails).toMatchObject([{ to: ["ada@example.net"], user: USER.name }]);
    expect(server.mails[0]?.parsed.subject).toBe("[Test] Ein neuer Browser ist bei Tessera angemeldet");
  });

  test.each([
    [
      "a wrong password",
      { user: USER.name, password: "a wrong password" },
      "FAILED  sign in as auth@example.org",
      "an app password",
    ],
    ["a certificate that is not trusted", { authority: "" }, "FAILED  encrypt", "mail.authority"],
    ["the wrong port for the way", { security: "starttls" }, "FAILED  ", "mail.security"],
  ])("says what to change for %s", async (_, more, step, advice) => {
    const server = await serverWith({ security: "tls", certificate, user: USER });
    const settings = {
      security: "tls",
      authority: certificate.file,
      user: USER.name,
      password: USER.password,
      timeout_seconds: 1,
      ...more,
    };
    const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== ""));
    const { code, out, err } = await tessera([
      "mail",
      "test",
      "ada@example.net",
      ...settingsFor(server, given),
    ]);
    expect(code).toBe(1);
    expect(out).toContain(step);
    expect(err).toStartWith("The mail was not sent.\n");
    expect(err).toContain(`What to do: `);
    expect(err).toContain(advice);
    expect(`${out}${err}`).not.toContain("a wrong password");
    expect(server.mails).toEqual([]);
  });

  test.each([
    ["sender", 553, "5.7.1 Not your address", "FAILED  send from", "mail.user"],
    ["recipient", 554, "5.7.1 Relay access denied", "FAILED  name the recipient", "may not relay"],
    ["message", 554, "5.6.0 Looks like spam", "FAILED  hand over the mail", "a filter for spam"],
  ] as const)(
    "says what the server says of the %s, and what to change",
    async (at, code, words, step, advice) => {
      const server = await serverWith();
      server.mood.refuses = { at, code, words };
      const result = await tessera(["mail", "test", "ada@example.net", ...settingsFor(server)]);
      expect(result.code).toBe(1);
      expect(result.out).toContain(step);
      expect(result.err).toContain(`The mail server says: ${code} ${words}`);
      expect(result.err).toContain(advice);
    },
  );

  test("says so where there is no such host, and where nothing listens", async () => {
    const unknown = await tessera([
      ...["mail", "test", "ada@example.net"],
      ...set({ host: "mail.invalid", from: "auth@example.org" }),
    ]);
    expect(unknown.out).toContain("FAILED  find the address of mail.invalid");
    expect(unknown.err).toContain("Check the spelling of mail.host.");
    const server = await serverWith();
    await server.stop();
    const down = await tessera(["mail", "test", "ada@example.net", ...settingsFor(server)]);
    expect(down.out).toContain(`FAILED  connect to 127.0.0.1, port ${server.port}`);
    expect(down.err).toContain("Check mail.host and mail.port");
  });

  test("says all of it in JSON too", async () => {
    const server = await serverWith();
    const sent = await tessera(["mail", "test", "ada@example.net", "--json", ...settingsFor(server)]);
    expect(JSON.parse(sent.out)).toMatchObject({ sent: true, to: "ada@example.net" });
    server.mood.refuses = { at: "recipient", code: 550, words: "5.1.1 No such person" };
    const refused = await tessera(["mail", "test", "ada@example.net", "--json", ...settingsFor(server)]);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.out)).toMatchObject({ sent: false, stage: "recipient", status: 550 });
  });

  test("needs the settings, and an address", async () => {
    expect((await tessera(["mail", "test", "ada@example.net"])).err).toContain(
      "the configuration has no [mail]",
    );
    const server = await serverWith();
    const { code, err } = await tessera(["mail", "test", "ada, bob@example.net", ...settingsFor(server)]);
    expect({ code, err }).toEqual({ code: 1, err: "'ada, bob@example.net' is not an e-mail address.\n" });
  });
});

describe("tessera mail list", () => {
  test("shows what was sent, what waits and why, and status says that mail fails", async () => {
    const post = await serverWith();
    const data = temporaryFolder();
    const flags = ["--data", data, ...settingsFor(post)];
    const running = await serve(data, {
      set: settingsFor(post).filter((each) => each !== "--set"),
    });
    closing.push(() => running.stop());
    await tessera(["user", "add", "ada", "--email", "ada@example.net", "--generate", ...flags]);
    await tessera(["user", "add", "bob", "--email", "bob@example.net", "--generate", ...flags]);
    const sender = running.server.context.mailSender;
    const change = (name: string) =>
      tessera(["user", "password", name, "--password-stdin", ...flags], {
        stdin: "a new and better password",
      });

    expect((await tessera(["mail", "list", ...flags])).out).toBe("No mail was sent yet.\n");
    expect((await change("ada")).code).toBe(0);
    await sender?.sendDue();
    expect(post.mails).toHaveLength(1);
    post.mood.refuses = { at: "recipient", code: 451, words: "4.7.1 later" };
    await change("bob");
    await sender?.sendDue();

    const list = async (...more: string[]) =>
      JSON.parse((await tessera(["mail", "list", "--json", ...more, ...flags])).out);
    expect(await list()).toMatchObject([
      { username: "bob", kind: "password_changed", state: "waits", attempts: 1, fault: "recipient 451" },
      { username: "ada", address: "ada@example.net", state: "sent", attempts: 1, fault: null, next_at: null },
    ]);
    expect(await list("--failed")).toHaveLength(1);
    expect(await list("--limit", "1")).toHaveLength(1);
    expect(await list("--person", "ada")).toMatchObject([{ username: "ada" }]);
    const { out } = await tessera(["mail", "list", ...flags]);
    expect(out).toMatch(/^ASKED FOR +KIND +PERSON +ADDRESS +STATE +ATTEMPTS +FAULT$/m);
    expect(out).toMatch(/password_changed +bob +again in \d+ seconds? +1 +recipient 451$/m);

    const status = await tessera(["status", ...flags]);
    expect(status.out).toMatch(/^mail +by 127\.0\.0\.1, 1 waiting$/m);
    expect(status.out).toContain("recipient 451. They wait. Try it: tessera mail test ADDRESS");
    const json = JSON.parse((await tessera(["status", "--json", ...flags])).out);
    expect(json.mail).toMatchObject({ waiting: 1, fault: "recipient 451" });
  });

  test("says that the server sends none, and refuses a limit that is none", async () => {
    const data = temporaryFolder();
    await tessera(["user", "add", "ada", "--generate", "--data", data]);
    expect((await tessera(["mail", "list", "--data", data])).out).toContain("This server sends no mail");
    expect((await tessera(["mail", "list", "--limit", "x", "--data", data])).code).toBe(1);
    expect(JSON.parse((await tessera(["status", "--json", "--data", data])).out).mail).toBeNull();
  });
});

describe("tessera mail preview", () => {
  test.each(MAIL_KIND_NAMES)("prints %s as text and as HTML, without a database", async (kind) => {
    const text = await tessera(["mail", "preview", kind]);
    expect(text.code).toBe(0);
    expect(text.out).toMatch(/^Subject: .+\n\nHello( Ada Lovelace)?,\n/);
    const html = await tessera(["mail", "preview", kind, "--html", "--language", "de"]);
    expect(html.out).toStartWith('<!doctype html><html lang="de" dir="ltr">');
  });

  test("writes it into a file, in the operator's name and colour", async () => {
    const file = join(temporaryFolder(), "mail.html");
    const look = ["--set", "appearance.name=Lighthouse", "--set", "appearance.accent_color=#8a1538"];
    const { code, out } = await tessera(["mail", "preview", "reset", "--html", "--output", file, ...look]);
    expect({ code, out }).toEqual({
      code: 0,
      out: `The mail is in ${file}. Its subject: A new password for Lighthouse\n`,
    });
    expect(readFileSync(file, "utf8")).toContain("background-color: #8a1538");
  });

  test("names the kinds for one that does not exist", async () => {
    const { code, err } = await tessera(["mail", "preview", "welcome"]);
    expect(code).toBe(1);
    expect(err).toContain("new_device");
  });
});
