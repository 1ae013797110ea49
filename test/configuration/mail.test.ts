/** The settings of mail. */
import { afterAll, describe, expect, test } from "bun:test";
import { configurationWarnings } from "../../src/configuration/checks.ts";
import { withoutSecrets } from "../../src/configuration/mistakes.ts";
import { parseMailbox } from "../../src/platform/mailbox.ts";
import { proves } from "../support/proves.ts";
import { openLoading } from "./loading.ts";

const loading = openLoading();
afterAll(() => loading.close());

const FROM = 'from = "Example <auth@example.org>"';
const mail = (...lines: string[]) => loading.load({ file: ["[mail]", FROM, ...lines].join("\n") }).mail;
const mistakes = (...lines: string[]) => loading.mistakes({ file: ["[mail]", FROM, ...lines].join("\n") });

test("without the table there is no mail", () => {
  expect(loading.load().mail).toBeUndefined();
});

test("a host and a sender are enough; the way is encrypted", () => {
  expect(mail('host = "smtp.example.org"')).toMatchObject({
    host: "smtp.example.org",
    security: "starttls",
    language: "en",
    per_person_and_hour: 5,
  });
  expect(loading.mistakes({ file: '[mail]\nhost = "smtp.example.org"' })).toContain("mail.from");
  expect(loading.mistakes({ file: `[mail]\n${FROM}` })).toContain("mail.host");
});

test("variables make the table too, and the password may come from a file", () => {
  const password = loading.write("the password of the mail server", "smtp");
  const configuration = loading.load({
    env: {
      TESSERA_MAIL__HOST: "smtp.example.org",
      TESSERA_MAIL__FROM: "auth@example.org",
      TESSERA_MAIL__USER: "auth",
      TESSERA_MAIL__PASSWORD_FILE: password,
    },
  });
  expect(configuration.mail).toMatchObject({ user: "auth", password: "the password of the mail server" });
});

test(proves("the password is never shown", "threat 50"), () => {
  const configuration = loading.load({
    file: ["[mail]", FROM, 'host = "smtp.example.org"', 'user = "auth"', 'password = "geheim-und-lang"'].join(
      "\n",
    ),
  });
  expect(JSON.stringify(withoutSecrets(configuration))).not.toContain("geheim-und-lang");
  expect(configurationWarnings(configuration)).toEqual([]);
  expect(mistakes('host = "smtp.example.org"', 'password = "geheim-und-lang"')).not.toContain("geheim");
});

describe(proves("without encryption", "threat 47"), () => {
  test.each(["127.0.0.1", "localhost", "::1"])("a mail server at %s is allowed", (host) => {
    expect(mail(`host = "${host}"`, 'security = "none"')?.security).toBe("none");
  });

  test("another machine is allowed only if the operator says so", () => {
    const lines = ['host = "smtp.example.org"', 'security = "none"'];
    expect(mistakes(...lines)).toContain('mail.security = "none" is only for a mail server on this machine');
    expect(mail(...lines, "allow_clear = true")?.security).toBe("none");
  });
});

test.each([
  ["a user without a password", ['user = "auth"'], "mail.user is set, and mail.password is not"],
  ["a password without a user", ['password = "long enough"'], "mail.password is set, and mail.user is not"],
  ["an authority that is not there", ['authority = "/nowhere/ca.pem"'], "there is no such file"],
  ["another way", ['security = "ssl"'], "mail.security"],
  ["an answer to no address", ['reply_to = "help"'], "mail.reply_to"],
  ["a language that is none", ['language = "german please"'], "mail.language"],
])("%s is a mistake", (_, lines, words) => {
  expect(mistakes('host = "smtp.example.org"', ...lines)).toContain(words);
});

test("a host is a name or an address, and has no port in it", () => {
  expect(mistakes('host = "smtp.example.org:587"')).toContain("mail.host");
});

test.each([
  ["auth@example.org", { name: "", address: "auth@example.org" }],
  ["Example <auth@example.org>", { name: "Example", address: "auth@example.org" }],
  ['"Käse & Co" <auth@example.org>', { name: "Käse & Co", address: "auth@example.org" }],
  ["  Example  <auth@example.org> ", { name: "Example", address: "auth@example.org" }],
  ["Example", null],
  ["a@b, c@d", null],
  ["a@b <c@d> <e@f>", null],
  ["Example <auth@example.org", null],
  ["Example\r\nBcc: x <auth@example.org>", null],
  ["<auth@example.org>\nBcc: x@y", null],
  ['Ex"ample <auth@example.org>', null],
])("the sender %p is read as %p", (text, read) => {
  expect(parseMailbox(text)).toEqual(read);
});
