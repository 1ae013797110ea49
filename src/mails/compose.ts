/** Makes a mail of its facts: the subject, a text, and the same in HTML. */
import type { ComposedMail, MailFacts } from "../operations/mail.ts";
import { clientName, displayText } from "../pages/display.ts";
import { chooseLanguage, type Texts } from "../pages/texts.ts";
import { clockTime, duration, longDate } from "../pages/time.ts";
import { pageAddress } from "../pages/urls.ts";
import type { Issuer } from "../protocol/issuer.ts";
import { isVouchedFor } from "../rules/client.ts";
import { ASKING_PAUSE_SECONDS, MAIL_KINDS, type MailKind } from "../rules/mail.ts";
import { chooseMailTexts } from "./texts.ts";
import { renderHtml } from "./view.tsx";
import type { MailContent, MailNames, MailTexts, MailWords } from "./words.ts";

/** The operator's own part of every mail. */
export interface MailFrame {
  /** The operator's name for this server. */
  readonly name: string;
  /** `#rrggbb`. */
  readonly accent: string;
  readonly issuer: Issuer;
  /** `registration` of the configuration. */
  readonly registration: { readonly vouched: boolean };
}

export function composeMail(frame: MailFrame, mail: MailFacts): ComposedMail {
  const content = contentOf(frame, mail);
  return {
    language: content.language,
    subject: displayText(content.words.subject, SUBJECT_CHARACTERS),
    text: renderText(content),
    html: renderHtml(content, frame.accent),
  };
}

const SUBJECT_CHARACTERS = 150;

function contentOf(frame: MailFrame, mail: MailFacts): MailContent {
  const texts = chooseMailTexts(mail.languages);
  const { issuer } = frame;
  const { kind } = mail;
  const { isSecurity, toUnverified, asks = false, secret = "link" } = MAIL_KINDS[kind];
  const server = displayText(frame.name, 60);
  const { linkExpiresAt } = mail.parameters;
  const application = applicationName(texts, frame, mail);
  const words = wordsOf(texts, kind, mail, {
    server,
    until: typeof linkExpiresAt === "number" ? when(texts, linkExpiresAt) : "",
    application,
    pause: asks ? duration(texts.language, ASKING_PAUSE_SECONDS) : "",
  });
  const { foot } = texts;
  return {
    language: texts.language,
    direction: texts.direction,
    name: server,
    // Another person may have entered the address, and would choose words for its owner to read.
    greeting: texts.greeting(toUnverified ? null : personName(mail)),
    words,
    facts: asks
      ? askingFacts(texts, mail, application)
      : toUnverified || mail.link !== null
        ? []
        : factsOf(texts, mail),
    code: secret === "code" ? mail.link : null,
    link: words.button === null ? null : (mail.link ?? pageAddress(issuer, "/account")),
    openInstead: texts.openInstead,
    foot: toUnverified
      ? [foot.withoutAccount(server, issuer.host)]
      : [foot.withAccount(server, issuer.host), isSecurity ? foot.security : foot.optional],
  };
}

/** The rows have the parameters of their kind, as `mailChange` and the table of kinds made them. */
function wordsOf<Kind extends MailKind>(
  texts: MailTexts,
  kind: Kind,
  { parameters }: MailFacts,
  names: MailNames,
): MailWords {
  const words: (about: never, given: MailNames) => MailWords = texts.kinds[kind];
  const { inviter } = parameters;
  const about = { ...parameters, ...(typeof inviter === "string" && { inviter: plainName(inviter) }) };
  return words(about as never, names);
}

const when = (texts: MailTexts, at: number): string =>
  texts.dateAndTime(longDate(texts.language, at), clockTime(texts.language, at));

function factsOf(texts: MailTexts, { account, parameters, createdAt }: MailFacts): MailContent["facts"] {
  const { address, program, system } = parameters;
  const { facts } = texts;
  return [
    ...(account === null ? [] : [[facts.account, displayText(account.username, 60)] as const]),
    [facts.time, when(texts, createdAt)],
    ...(program === undefined ? [] : [[facts.browser, browserWords(texts, { program, system })] as const]),
    ...(typeof address === "string" ? [[facts.address, displayText(address, 60)] as const] : []),
  ];
}

/** Words that mails and pages have in common. */
const wordsOfPages = ({ language }: MailTexts): Texts => chooseLanguage({ locale: language }).texts;

/** Who asks, and what it says. Its words stand in quotation marks beside a label, never in a sentence of this server. */
function askingFacts(texts: MailTexts, mail: MailFacts, application: string): MailContent["facts"] {
  const { facts } = texts;
  const quote = displayText(mail.quote ?? "");
  return [
    [facts.application, application],
    ...(quote === "" || LIKE_A_LINK_IN_A_SENTENCE.test(quote)
      ? []
      : [[facts.says, wordsOfPages(texts).device.quote(quote)] as const]),
    ...(mail.account === null ? [] : [[facts.account, displayText(mail.account.username, 60)] as const]),
    [facts.time, when(texts, mail.createdAt)],
  ];
}

function browserWords(texts: MailTexts, browser: Readonly<Record<"program" | "system", unknown>>): string {
  const names = [browser.program, browser.system].filter((name) => typeof name === "string");
  const [one, other] = names;
  if (one === undefined) return texts.agentUnknown;
  return other === undefined ? one : wordsOfPages(texts).device.agentOn(one, other);
}

const personName = ({ account }: MailFacts): string | null =>
  account === null ? null : (plainName(account.name ?? "") ?? plainName(account.username));

const NAME_CHARACTERS = 60;

/** Programs for mail make links of such a text, wherever it stands, and a name is words of a person's choice. */
const LIKE_A_LINK = /[:/@]|[\p{L}\p{M}\p{N}_-][.。．｡]\p{L}/u;
/** A message may have "Order 4711: 12/2026", which no program makes a link of. */
const LIKE_A_LINK_IN_A_SENTENCE = /\p{L}:\S|\/\/|@|[\p{L}\p{M}\p{N}_-][.。．｡]\p{L}/u;

/** A name for a sentence; null for one that would become a link, or that has nothing to read. */
function plainName(name: string): string | null {
  const shown = displayText(name, NAME_CHARACTERS);
  return shown === "" || LIKE_A_LINK.test(shown) ? null : shown;
}

function applicationName(
  texts: MailTexts,
  { registration }: MailFrame,
  { client, parameters }: MailFacts,
): string {
  const { client: id } = parameters;
  const { application } = texts.facts;
  if (client === null) return typeof id === "string" ? (plainName(id) ?? application) : "";
  const vouched = isVouchedFor(client, registration);
  // The identifier of a client that publishes a metadata document is an address of a stranger's.
  const named = vouched ? displayText(client.clientId) : (plainName(client.clientId) ?? application);
  const name = plainName(clientName(client, texts)) ?? named;
  return vouched ? name : wordsOfPages(texts).common.unverifiedName(name);
}

function renderText({ greeting, words, facts, code, link, openInstead: _, foot }: MailContent): string {
  const width = Math.max(0, ...facts.map(([label]) => [...label].length));
  const table = facts.map(
    ([label, value]) => `${label}:${" ".repeat(width - [...label].length + 1)}${value}`,
  );
  return [
    greeting,
    ...words.paragraphs,
    ...(code === null ? [] : [code]),
    ...(table.length === 0 ? [] : [table.join("\n")]),
    ...(link === null ? [] : [`${words.button ?? ""}:\n${link}`]),
    ...words.advice,
    // RFC 3676 §4.3: what follows is no part of the message.
    ["-- ", ...foot].join("\n"),
  ]
    .join("\n\n")
    .concat("\n");
}
