/** `tessera user invite`, `user reset-link` and the like: links that an operator hands to people. */
import type { Command } from "commander";
import { emailFault, personNameFault, usernameFault } from "../accounts/people.ts";
import { describeInvitation } from "../api/describe.ts";
import { parseRecordId, recordIdText } from "../credentials/credential.ts";
import {
  approve,
  everyInvitation,
  invite,
  type LinkContext,
  type LinkForPerson,
  makeResetLink,
  makeSignInLink,
  revokeInvitation,
} from "../operations/links.ts";
import { collect } from "../operations/paging.ts";
import { findAccountBySignInName } from "../operations/people.ts";
import { isoTime } from "../platform/clock.ts";
import { parseIssuer } from "../protocol/issuer.ts";
import { CommandError } from "./command-error.ts";
import { runningServer } from "./data-folder.ts";
import { requireAccount, requireGroups } from "./find.ts";
import type { Io } from "./io.ts";
import { duration, localAndRelative, printJson, printTable } from "./output.ts";
import { qrCode } from "./qr.ts";
import { type CommonOptions, inWorkspace, type Workspace, withCommonOptions } from "./workspace.ts";

interface InviteOptions extends CommonOptions {
  readonly name?: string;
  readonly email?: string;
  readonly group?: readonly string[];
  readonly admin?: boolean;
  readonly uses?: string;
  readonly expires?: string;
  readonly mail?: boolean;
}

interface MailOptions extends CommonOptions {
  readonly mail?: boolean;
}

const several = (value: string, earlier: readonly string[] = []): string[] => [...earlier, value];

export function addLinkCommands(user: Command, io: Io): void {
  withCommonOptions(
    user
      .command("invite [username]")
      .description("make a link with which a person creates their own account"),
  )
    .option("--name <name>", "what the page proposes as the person's name")
    .option("--email <address>", "the address of the new account")
    .option("--group <group>", "a group of the new account; repeatable", several)
    .option("--admin", "the new account may administer this server")
    .option("--uses <number>", "how many people may use the link (default: 1)")
    .option("--expires <time>", "how long it works: 30m, 12h, 7d (default: lifetimes.invitation_seconds)")
    .option("--mail", "send the link to --email, and do not show it")
    .addHelpText(
      "after",
      `
The person chooses a user name and a password on the page that the link opens. To open the page uses nothing up. An address
counts as confirmed only if the link went there by mail.

Examples:
  tessera user invite
  tessera user invite grace --name "Grace Hopper" --email grace@example.org --mail
  tessera user invite --group family --uses 5 --expires 30d`,
    )
    .action((username: string | undefined, options: InviteOptions) => inviteUser(username, options, io));

  const invitation = user
    .command("invitation")
    .description("list invitations, and take them back")
    .addHelpText("after", "\nExample:\n  tessera user invitation list");
  withCommonOptions(invitation.command("list").description("list the invitations that have not expired"))
    .addHelpText("after", "\nExample:\n  tessera user invitation list")
    .action((options: CommonOptions) => listInvitations(options, io));
  withCommonOptions(invitation.command("revoke <id>").description("take an invitation back"))
    .addHelpText(
      "after",
      "\nAccounts that were made with it stay.\n\nExample:\n  tessera user invitation revoke AZq3-xV2cJ6Zc0p8mF4n1A",
    )
    .action((id: string, options: CommonOptions) => revoke(id, options, io));

  withCommonOptions(
    user.command("reset-link <username>").description("make a link with which a person sets a new password"),
  )
    .option("--mail", "send it to the person's address, and do not show it")
    .addHelpText(
      "after",
      `
The link works once, for lifetimes.reset_link_seconds. A second factor is asked for all the same.

Example:
  tessera user reset-link ada`,
    )
    .action((username: string, options: MailOptions) =>
      printLink(username, options, io, makeResetLink, "sets a new password"),
    );

  withCommonOptions(
    user
      .command("sign-in-link <username>")
      .description("make a link that signs a person in once, without their password"),
  )
    .option("--mail", "send it to the person's address, and do not show it")
    .addHelpText(
      "after",
      `
For a person who has lost the way in. The link works once, for lifetimes.sign_in_link_seconds. A second factor is asked for all
the same.

Example:
  tessera user sign-in-link ada`,
    )
    .action((username: string, options: MailOptions) =>
      printLink(username, options, io, makeSignInLink, "signs in"),
    );

  withCommonOptions(
    user.command("approve <username>").description("let a person in who made their own account and waits"),
  )
    .addHelpText("after", "\nExample:\n  tessera user list --waiting\n  tessera user approve ada")
    .action((username: string, options: CommonOptions) => approveUser(username, options, io));
}

/** The server that runs on the data folder may have an issuer that only its own command line named. */
function linkContext(workspace: Workspace): LinkContext {
  const { configuration } = workspace;
  const issuer = parseIssuer(runningServer(configuration)?.issuer ?? configuration.issuer);
  return { ...workspace, issuer };
}

const UNITS = { m: 60, h: 3600, d: 86_400 } as const;
const MOST_SECONDS = 365 * 86_400;

/** Seconds. Throws CommandError for a text that is no time. */
function readTime(text: string): number {
  const [, digits = "", unit = ""] = /^([0-9]{1,6})([mhd])$/.exec(text) ?? [];
  const seconds = Number(digits) * (UNITS[unit as keyof typeof UNITS] ?? 0);
  if (seconds > 0 && seconds <= MOST_SECONDS) return seconds;
  throw new CommandError(`'${text}' is no time for --expires. Write 30m, 12h or 7d, at most 365d.`);
}

const MOST_USES = 10_000;

function readUses(text: string): number {
  const uses = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (uses >= 1 && uses <= MOST_USES) return uses;
  throw new CommandError(`'${text}' is not allowed for --uses. Write a number from 1 to ${MOST_USES}.`);
}

/** Throws CommandError if a person signs in with the name, so that the invitation could not be used. */
async function requireFree(workspace: Workspace, name: string): Promise<void> {
  const holder = await findAccountBySignInName(workspace, name);
  if (holder === null) return;
  throw new CommandError(
    `'${holder.username}' signs in with '${name}' already. See: tessera user show ${holder.username}`,
  );
}

function requireMail(workspace: Workspace): void {
  if (workspace.linkMails !== null) return;
  throw new CommandError("This server sends no mail. Leave --mail out, and hand the link over yourself.");
}

async function inviteUser(username: string | undefined, options: InviteOptions, io: Io): Promise<void> {
  const { name, email, group = [], admin = false, mail = false } = options;
  const fault = username === undefined ? null : usernameFault(username);
  if (fault !== null) throw new CommandError(`The user name ${fault}. Choose another.`);
  const nameWrong = name === undefined ? null : personNameFault(name);
  if (nameWrong !== null) throw new CommandError(`The name ${nameWrong}. Write --name "Ada Lovelace".`);
  const emailWrong = email === undefined ? null : emailFault(email);
  if (emailWrong !== null)
    throw new CommandError(`'${email}' ${emailWrong}. Write it as --email ada@example.org.`);
  const uses = options.uses === undefined ? 1 : readUses(options.uses);
  if (uses > 1 && (username !== undefined || email !== undefined || name !== undefined || admin))
    throw new CommandError(
      "An invitation with a user name, a name, an address or --admin is for one person. Leave --uses out.",
    );
  if (mail && email === undefined)
    throw new CommandError("Say where the mail goes: --email ada@example.org.");
  const seconds = options.expires === undefined ? undefined : readTime(options.expires);
  await inWorkspace(options, io, { mayCreate: true }, async (workspace) => {
    if (mail) requireMail(workspace);
    await requireGroups(workspace, group);
    if (username !== undefined) await requireFree(workspace, username);
    if (email !== undefined) await requireFree(workspace, email);
    const { link, address } = await invite(linkContext(workspace), workspace.act, {
      ...(username !== undefined && { username }),
      ...(name !== undefined && { name }),
      email: email ?? null,
      groups: group,
      administrator: admin,
      uses,
      ...(seconds !== undefined && { seconds }),
      isMailed: mail,
    });
    if (options.json) return printJson(io, { ...describeInvitation(link), link: address });
    const time = duration(link.expiresAt - link.createdAt);
    const good = uses === 1 ? `It works once, for ${time}.` : `It works for ${uses} people, for ${time}.`;
    if (address === null) return io.out(`The invitation is on its way to ${link.email}. ${good}\n`);
    io.out(linkWords(`Give this link to the person who is to create an account. ${good}`, address, io));
    io.out(`\nTake it back: tessera user invitation revoke ${recordIdText(link.id)}\n`);
  });
}

/** The link with its QR code. Scripts get it by --json. */
function linkWords(lead: string, address: string, io: Io): string {
  const colours = io.showsPerson && !io.env.NO_COLOR;
  return `${lead} The link is all that it takes, and it is shown only now:

  ${address}

${qrCode(address, colours)}`;
}

async function listInvitations(options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const now = io.clock.seconds();
    const found = await collect(everyInvitation(workspace, now));
    if (options.json) return printJson(io, found.map(describeInvitation));
    if (found.length === 0) return io.out("There are no invitations. Make one: tessera user invite\n");
    printTable(
      io,
      ["id", "for", "groups", "used", "by", "expires"],
      found.map((link) => [
        recordIdText(link.id),
        [link.username, link.name, link.email].filter((part) => part !== null).join(" · "),
        link.groups.join(", "),
        `${link.uses - link.usesLeft} of ${link.uses}`,
        link.createdBy,
        localAndRelative(link.expiresAt, now),
      ]),
    );
  });
}

async function revoke(idText: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const id = parseRecordId(idText);
    const revoked = id !== null && (await revokeInvitation(workspace, workspace.act, id));
    if (!revoked)
      throw new CommandError(`There is no invitation '${idText}'. See: tessera user invitation list`);
    if (options.json) return printJson(io, { revoked: idText });
    io.out("The invitation does not work any more.\n");
  });
}

async function printLink(
  username: string,
  options: MailOptions,
  io: Io,
  make: typeof makeResetLink,
  does: string,
): Promise<void> {
  const { mail = false } = options;
  await inWorkspace(options, io, {}, async (workspace) => {
    if (mail) requireMail(workspace);
    const account = await requireAccount(workspace, username);
    const made: LinkForPerson = await make(linkContext(workspace), workspace.act, account, mail);
    switch (made.outcome) {
      case "no_mail":
        throw new CommandError(`'${account.username}' has no confirmed e-mail address. Leave --mail out.`);
      case "unknown":
      case "too_many":
        throw new CommandError(
          `'${account.username}' is disabled. Let them in first: tessera user enable ${account.username}`,
        );
      case "created": {
        const { address, expiresAt } = made;
        if (options.json)
          return printJson(io, { username: account.username, link: address, expires_at: isoTime(expiresAt) });
        const good = `It works once, for ${duration(expiresAt - io.clock.seconds())}.`;
        if (address === null) return io.out(`The link is on its way to ${account.email}. ${good}\n`);
        io.out(linkWords(`Give this link to ${account.username}. It ${does}. ${good}`, address, io));
      }
    }
  });
}

async function approveUser(username: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const account = await requireAccount(workspace, username);
    if (!(await approve(linkContext(workspace), workspace.act, account.subject)))
      throw new CommandError(`'${account.username}' does not wait. See: tessera user list --waiting`);
    if (options.json) return printJson(io, { approved: account.username });
    io.out(`${account.username} can sign in now.\n`);
  });
}
