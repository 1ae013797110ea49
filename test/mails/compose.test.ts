/** What mails say: every kind in every language, as text and as HTML, with names of every kind. */
import { describe, expect, test } from "bun:test";
import { composeMail, type MailFrame } from "../../src/mails/compose.ts";
import { sampleMail } from "../../src/mails/samples.ts";
import { chooseMailTexts, MAIL_LANGUAGES } from "../../src/mails/texts.ts";
import type { MailFacts } from "../../src/operations/mail.ts";
import { clientName } from "../../src/pages/display.ts";
import { chooseLanguage } from "../../src/pages/texts.ts";
import { parseIssuer } from "../../src/protocol/issuer.ts";
import type { Product } from "../../src/protocol/user-agent.ts";
import { EVENT_TYPES } from "../../src/rules/events.ts";
import { MAIL_KIND_NAMES, MAIL_KINDS, type MailKind, OPTIONAL_MAILS } from "../../src/rules/mail.ts";
import type { ClientRecord } from "../../src/store/tables/clients.ts";
import { newClient } from "../store/records.ts";
import { proves } from "../support/proves.ts";

const NOW = 1_796_000_000;
const ISSUER = "https://auth.example/people";
const FRAME: MailFrame = {
  name: "Lighthouse",
  accent: "#8a1538",
  issuer: parseIssuer(ISSUER),
  registration: { vouched: false },
};

const compose = (kind: MailKind, more: Partial<MailFacts> = {}, language = "en", frame = FRAME) =>
  composeMail(frame, { ...sampleMail(kind, ISSUER, language, NOW), ...more });

const CASES = MAIL_LANGUAGES.flatMap((language) => MAIL_KIND_NAMES.map((kind) => ({ language, kind })));

describe.each(CASES)("$kind in $language", ({ kind, language }) => {
  const mail = compose(kind, {}, language);
  const facts = sampleMail(kind, ISSUER, language, NOW);

  test("has a subject of one line, and both parts say the same", () => {
    expect(mail.language).toBe(language);
    expect(mail.subject).toMatch(/^\P{Cc}{10,150}$/u);
    const words = mail.html
      .replace(/<style>.*?<\/style>/s, "")
      .replace(/<[^>]+>/g, " ")
      .replaceAll("&#39;", "'")
      .replaceAll("&quot;", '"')
      .replaceAll("&amp;", "&")
      .replace(/\s+/g, " ");
    for (const line of mail.text.split("\n").filter((each) => each !== "" && each !== "-- ")) {
      for (const part of line.split(/: +|:$/)) expect(words).toContain(part.trim().replace(/\s+/g, " "));
    }
    expect(mail.text).not.toMatch(/\b(undefined|null|NaN)\b|\[object/);
    expect(mail.html).not.toMatch(/undefined|NaN|\[object/);
  });

  test(proves("leads to its link alone, or to the account at the issuer", "threat 43"), () => {
    const links = [...new Set([...mail.html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href))];
    const leadsNowhere = kind === "account_disabled" || kind === "sign_in_code";
    const wanted = leadsNowhere ? [] : [facts.link ?? `${ISSUER}/account`];
    expect(links).toEqual(wanted);
    for (const link of wanted) expect(mail.text).toContain(`\n${link}\n`);
  });

  test(proves("loads nothing from anywhere, runs nothing and counts no reader", "threat 30"), () => {
    expect(mail.html).not.toMatch(/<(img|script|link|iframe|object|svg|form|input|video|base)\b/i);
    expect(mail.html).not.toMatch(/url\(|@import|@font-face|background=|\son\w+=/i);
  });

  test("says what it is about, and whether it can be turned off", () => {
    expect(mail.text).toContain("Lighthouse");
    const { foot } = chooseMailTexts([language]);
    expect(mail.text.includes(foot.optional)).toBe(OPTIONAL_MAILS.includes(kind));
  });
});

test.each(MAIL_LANGUAGES)("a code stands alone in its line, and from left to right (%s)", (language) => {
  const { text, html } = compose("sign_in_code", {}, language);
  expect(text.split("\n")).toContain("123456");
  expect(html).toMatch(/<p[^>]* dir="ltr"[^>]*>123456<\/p>/);
});

test("a mail tells of an application and a browser in the words of the pages", () => {
  for (const language of MAIL_LANGUAGES) {
    const { common, device } = chooseLanguage({ locale: language }).texts;
    const client: ClientRecord = { ...newClient(), source: "registration" };
    const name = common.unverifiedName(clientName(client, { language }));
    expect(compose("refresh_token_replayed", { client }, language).text).toContain(name);
    expect(compose("new_device", {}, language).text).toContain(device.agentOn("Firefox", "Linux"));
  }
});

test("only the news of a browser, and that an application asks, can be turned off", () => {
  expect(OPTIONAL_MAILS).toEqual(["new_device", "backchannel_asked"]);
});

test("the languages have the same kinds, and each its own words", () => {
  expect(chooseMailTexts(["de-AT"]).language).toBe("de");
  for (const language of MAIL_LANGUAGES.filter((each) => each !== "en")) {
    expect(Object.keys(chooseMailTexts([language]).kinds)).toEqual(
      Object.keys(chooseMailTexts(["en"]).kinds),
    );
    for (const kind of MAIL_KIND_NAMES) {
      expect(compose(kind, {}, language).subject).not.toBe(compose(kind).subject);
      expect(compose(kind, {}, language).text).not.toMatch(/\b(your|the|was|you)\b/i);
    }
  }
});

test("a mail runs in the direction of its language, and names in it keep their own", () => {
  for (const language of MAIL_LANGUAGES) {
    const { direction } = chooseMailTexts([language]);
    for (const kind of MAIL_KIND_NAMES) {
      const { html, text } = compose(kind, {}, language);
      expect(html).toContain(`<html lang="${language}" dir="${direction}">`);
      if (direction === "ltr") continue;
      const styled = html.replace(/<style>.*<\/style>/s, "");
      expect(styled).not.toMatch(/(text-align|float): *left|(margin|padding)-right/);
      const sentences = text.split("\n").filter((line) => !/^\S+: +\S+$|^\p{ASCII}*$/u.test(line));
      const names = sentences.flatMap(
        (line) =>
          line.match(/.?(Lighthouse|Ada Lovelace|Grace Hopper|lighthouse-mail|auth\.example).?/gu) ?? [],
      );
      for (const name of names) {
        expect({ kind, name }).toEqual({ kind, name: expect.stringMatching(/^\u2068.*\u2069$/u) });
      }
    }
  }
});

test.each([
  [["de"], "de"],
  [["de-AT", "en"], "de"],
  [["tlh", "de"], "de"],
  [["DE"], "de"],
  [["tlh"], "en"],
  [["fr-CA", "de"], "fr"],
  [[], "en"],
])("of %p the words are %s", (tags, language) => {
  expect(chooseMailTexts(tags).language).toBe(language);
});

test("every event that asks for a mail exists", () => {
  const named = MAIL_KIND_NAMES.flatMap((kind) => Object.keys(MAIL_KINDS[kind].events));
  expect(named.filter((event) => !Object.hasOwn(EVENT_TYPES, event))).toEqual([]);
});

const BAD_NAMES = [
  "Ada\r\nBcc: thief@example.org",
  "<b>Ada</b><script>alert(1)</script>",
  '" onmouseover="alert(1)',
  "Ada \u202Egnp.exe",
  "Z\u0351\u0352\u0353\u0354\u0355\u0356\u0357\u0358algo",
];

describe.each(BAD_NAMES)("the name %p", (name) => {
  const account = { username: name, name };
  const client: ClientRecord = {
    ...newClient(),
    clientId: "client" as ClientRecord["clientId"],
    clientName: name,
  };

  test(
    proves(
      "of a person, an application or the server breaks no line and no markup",
      "threat 30",
      "threat 69",
    ),
    () => {
      for (const kind of MAIL_KIND_NAMES) {
        const mail = compose(kind, { account, client }, "en", { ...FRAME, name });
        const all = `${mail.subject}\n${mail.text}\n${mail.html}`;
        expect(mail.subject).not.toMatch(/\p{Cc}/u);
        expect(all).not.toContain("\r");
        expect(all).not.toContain("\nBcc:");
        expect(mail.html).not.toMatch(/<script|<b>|" onmouseover/);
        expect(all).not.toMatch(/\u202E|(?:\p{Mn}){5}/u);
      }
    },
  );
});

describe("a name that programs for mail would make a link of", () => {
  const LINKS = [
    ...["https://evil.example/", "Visit evil.example now", "www.evil.example", "call@evil.example"],
    // Host names end in digits and marks too, and have other dots (UTS 46 §4).
    ...["evil2.example", "evile\u0323.example", "evil\u3002example"],
  ];

  test.each(LINKS)(proves("%p greets no person, and invites none", "threat 69"), (name) => {
    const greeted = compose("new_device", { account: { username: "ada", name } });
    expect(greeted.text).toStartWith("Hello ada,");
    expect(`${greeted.text}${greeted.html}`).not.toContain("evil");
    const invited = compose("invitation", {
      parameters: { inviter: name, linkExpiresAt: NOW },
      account: { username: name, name },
    });
    expect(`${invited.subject}${invited.text}${invited.html}`).not.toContain("evil");
  });

  test.each(LINKS)(proves("%p names no application", "threat 69"), (name) => {
    const client: ClientRecord = {
      ...newClient(),
      clientId: "c-1" as ClientRecord["clientId"],
      clientName: name,
      source: "registration",
      vouchedAt: null,
    };
    const mail = compose("refresh_token_replayed", { client });
    expect(mail.subject).toBe("The access of c-1 (not verified) was ended");
    expect(`${mail.text}${mail.html}`).not.toContain("evil");
  });

  test(
    proves("is not that of a metadata document either, of a client that is there or gone", "threat 69"),
    () => {
      const client: ClientRecord = {
        ...newClient(),
        clientId: "https://evil.example/app" as ClientRecord["clientId"],
        clientName: "evil.example",
        source: "metadata_document",
        vouchedAt: null,
      };
      const parameters = { client: client.clientId };
      const mails = [
        compose("refresh_token_replayed", { client, parameters }),
        compose("refresh_token_replayed", { client: null, parameters }),
      ];
      for (const mail of mails) expect(`${mail.subject}${mail.text}${mail.html}`).not.toContain("evil");
      expect(mails[0]?.subject).toBe("The access of Application (not verified) was ended");
    },
  );

  test.each(LINKS)(proves("%p is no word of an application in a mail", "threat 26", "threat 69"), (quote) => {
    const mail = compose("backchannel_asked", { client: newClient(), quote });
    expect(`${mail.subject}${mail.text}${mail.html}`).not.toContain("evil");
  });

  test.each(["Order 4711: 12/2026", "Pay 12.50 EUR", "Nr.4711"])("%p is one", (quote) => {
    expect(compose("backchannel_asked", { client: newClient(), quote }).text).toContain(quote);
  });
});

test(proves("a mail to an address that is not proved has no word that a stranger chose", "threat 69"), () => {
  for (const kind of MAIL_KIND_NAMES.filter((each) => MAIL_KINDS[each].toUnverified)) {
    const account = { username: "stranger", name: "Buy Now" };
    const mail = compose(kind, { account });
    expect(`${mail.subject}${mail.text}${mail.html}`).not.toMatch(/stranger|Buy Now/);
  }
});

test("a browser is named as far as it is known", () => {
  const browserOf = (browser: Product) =>
    /Browser: +(.*)/.exec(compose("new_device", { parameters: { address: "::1", ...browser } }).text)?.[1];
  expect(browserOf({ program: "Safari", system: "iPhone" })).toBe("Safari on iPhone");
  expect(browserOf({ program: null, system: "Windows" })).toBe("Windows");
  expect(browserOf({ program: null, system: null })).toBe("Not known");
});
