/** `tessera mail …`: tries the mail server, shows what was sent and what mails look like. */
import { writeFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { describeMail } from "../api/mails.ts";
import { composeMail } from "../mails/compose.ts";
import { mailFrame, mailParts, mailPort, smtpOf } from "../mails/parts.ts";
import { sampleMail } from "../mails/samples.ts";
import { MAIL_LANGUAGES } from "../mails/texts.ts";
import { listMails } from "../operations/mail.ts";
import { testMail } from "../operations/mail-test.ts";
import { allPages, type Page } from "../operations/paging.ts";
import { findAccount } from "../operations/people.ts";
import { isMailAddress } from "../platform/mailbox.ts";
import { MAIL_KIND_NAMES, MAIL_KINDS, type MailKind, stateOf } from "../rules/mail.ts";
import type { MailRecord } from "../store/tables/waiting.ts";
import { CommandError } from "./command-error.ts";
import { requireAccount } from "./find.ts";
import type { Io } from "./io.ts";
import { localTime, printJson, printTable, relativeTime } from "./output.ts";
import {
  type CommonOptions,
  inWorkspace,
  readConfiguration,
  type Workspace,
  withCommonOptions,
} from "./workspace.ts";

interface LanguageOptions extends CommonOptions {
  readonly language?: string;
}

interface ListOptions extends CommonOptions {
  readonly person?: string;
  readonly failed?: boolean;
  readonly limit: string;
}

interface PreviewOptions extends LanguageOptions {
  readonly html?: boolean;
  readonly output?: string;
}

const languageOption = () =>
  new Option("--language <tag>", "the language (default: mail.language)").choices(MAIL_LANGUAGES);

export function addMailCommands(program: Command, io: Io): void {
  const mail = program
    .command("mail")
    .description("try the mail server, list what was sent, and look at the mails")
    .addHelpText(
      "after",
      `
Examples:
  tessera mail test ada@example.org
  tessera mail list --failed
  tessera mail preview new_device --language de`,
    );

  withCommonOptions(
    mail
      .command("test <address>")
      .description("send one mail now, and say step by step what the mail server answers"),
    { shown: ["config", "set"] },
  )
    .addOption(languageOption())
    .addHelpText(
      "after",
      `
It uses the settings of [mail], and says what to change if a step fails. Nothing is stored.

Example:
  tessera mail test ada@example.org`,
    )
    .action((address: string, options: LanguageOptions) => tryMail(address, options, io));

  withCommonOptions(
    mail.command("list").description("list the mails that were sent or wait, the newest first"),
  )
    .option("--person <username>", "only those to this person")
    .option("--failed", "only those that were not sent, or not yet because of a fault")
    .option("--limit <number>", "how many at most", "100")
    .addHelpText(
      "after",
      `
A mail is listed for mail.keep_seconds: to whom it went and why, never what it said.

Examples:
  tessera mail list --person ada
  tessera mail list --failed --json | jq -r '.[].fault'`,
    )
    .action((options: ListOptions) => listAll(options, io));

  withCommonOptions(
    mail.command("preview <kind>").description("print a mail of this kind, with made-up facts"),
    { shown: ["config", "set"] },
  )
    .addOption(languageOption())
    .option("--html", "as HTML (default: as text)")
    .option("--output <file>", "into this file, to open it in a browser")
    .addHelpText(
      "after",
      `
Kinds: ${MAIL_KIND_NAMES.join(", ")}

Examples:
  tessera mail preview invitation --language de
  tessera mail preview new_device --html --output new-device.html`,
    )
    .action((kind: string, options: PreviewOptions) => preview(kind, options, io));
}

const NO_MAIL =
  'This server sends no mail: the configuration has no [mail]. It needs at least mail.host and mail.from, such as host = "smtp.example.org" and from = "Example <auth@example.org>". See docs/mail.md';

// ── test ───────────────────────────────────────────────────────────────────────────────────────────────────

async function tryMail(address: string, options: LanguageOptions, io: Io): Promise<void> {
  const configuration = readConfiguration(options, io);
  const { mail } = configuration;
  if (mail === undefined) throw new CommandError(NO_MAIL);
  if (!isMailAddress(address)) throw new CommandError(`'${address}' is not an e-mail address.`);
  const context = {
    ...mailParts(configuration, mail),
    openSmtp: smtpOf(configuration, mail),
    clock: io.clock,
    random: io.random,
    settings: mail,
    port: mailPort(mail),
  };
  const sample = sampleMail(
    "new_device",
    configuration.issuer,
    options.language ?? mail.language,
    io.clock.seconds(),
  );
  const test = await testMail(context, sample, address, ({ outcome, words }) => {
    if (!options.json) io.out(`${outcome === "done" ? "done  " : "FAILED"}  ${words}\n`);
  });
  const steps = test.steps.map(({ step, outcome }) => ({ step, outcome }));
  if (test.sent) {
    const { reply } = test;
    if (options.json) return printJson(io, { sent: true, to: address, steps, reply });
    io.out(`\nThe mail server has the mail to ${address}. It says: ${reply}\n`);
    io.out("If it does not arrive, look into the folder for spam, and see docs/mail.md.\n");
    return;
  }
  const { stage, status, reply, message, advice } = test;
  if (options.json) printJson(io, { sent: false, to: address, steps, stage, status, reply, message, advice });
  throw new CommandError(
    [
      "The mail was not sent.",
      reply === null ? `  What happened: ${message}` : `  The mail server says: ${reply}`,
      `  What to do: ${advice}`,
    ].join("\n"),
  );
}

// ── list ───────────────────────────────────────────────────────────────────────────────────────────────────

const STATE_WORDS = { waits: "waits", sent: "sent", failed: "not sent" } as const;

async function listAll({ person, failed = false, limit, ...options }: ListOptions, io: Io): Promise<void> {
  const most = Number(limit);
  if (!Number.isInteger(most) || most < 1)
    throw new CommandError(`--limit is a number from 1 up, not '${limit}'.`);
  await inWorkspace(options, io, {}, async (workspace) => {
    const subject = person === undefined ? undefined : (await requireAccount(workspace, person)).subject;
    const found: MailRecord[] = [];
    const list = (page: Page<MailRecord>) => listMails(workspace, { subject }, page);
    for await (const mail of allPages(list)) {
      if (!failed || (mail.sentAt === null && mail.lastFault !== null)) found.push(mail);
      if (found.length === most) break;
    }
    const names = await namesOf(workspace, found);
    if (options.json) {
      return printJson(
        io,
        found.map((mail) => describeMail({ ...mail, username: names.get(mail.subject ?? "") ?? null })),
      );
    }
    if (found.length === 0) {
      const { mail } = workspace.configuration;
      return io.out(
        failed ? "No mail has failed.\n" : mail === undefined ? `${NO_MAIL}\n` : "No mail was sent yet.\n",
      );
    }
    const now = io.clock.seconds();
    printTable(
      io,
      ["asked for", "kind", "person", "address", "state", "attempts", "fault"],
      found.map((mail) => [
        localTime(mail.createdAt),
        mail.kind,
        names.get(mail.subject ?? "") ?? "",
        mail.address ?? "",
        stateWords(mail, now),
        String(mail.attempts),
        mail.lastFault ?? "",
      ]),
    );
  });
}

const stateWords = (mail: MailRecord, now: number): string => {
  const state = stateOf(mail);
  if (state === "waits" && mail.attempts > 0) return `again ${relativeTime(Math.max(mail.nextAt, now), now)}`;
  return STATE_WORDS[state];
};

/** The user names of the people whom the mails are for. */
async function namesOf(workspace: Workspace, found: readonly MailRecord[]): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const subject of new Set(found.flatMap((mail) => mail.subject ?? []))) {
    const account = await findAccount(workspace, subject);
    if (account !== null) names.set(subject, account.username);
  }
  return names;
}

// ── preview ────────────────────────────────────────────────────────────────────────────────────────────────

const isKind = (name: string): name is MailKind => Object.hasOwn(MAIL_KINDS, name);

function preview(kind: string, { html = false, output, language, ...options }: PreviewOptions, io: Io): void {
  if (!isKind(kind)) {
    throw new CommandError(
      `There is no mail of the kind '${kind}'. The kinds: ${MAIL_KIND_NAMES.join(", ")}`,
    );
  }
  const configuration = readConfiguration(options, io);
  const tag = language ?? configuration.mail?.language ?? "en";
  const facts = sampleMail(kind, configuration.issuer, tag, io.clock.seconds());
  const mail = composeMail(mailFrame(configuration), facts);
  if (options.json) {
    printJson(io, mail);
    return;
  }
  const content = html ? `${mail.html}\n` : `Subject: ${mail.subject}\n\n${mail.text}`;
  if (output === undefined) {
    io.out(content);
    return;
  }
  try {
    writeFileSync(output, content);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`The file ${output} cannot be written: ${reason}`);
  }
  io.out(`The mail is in ${output}. Its subject: ${mail.subject}\n`);
}
