/** `tessera user …`: people and their passwords. */

import { readFileSync, statSync } from "node:fs";
import type { Command } from "commander";
import { emailFault, newAccountRecord, personNameFault, usernameFault } from "../accounts/people.ts";
import { PICTURE_FILE_BYTES, pictureOf } from "../accounts/picture.ts";
import { describePerson } from "../api/describe.ts";
import { countGrants } from "../operations/access.ts";
import { groupsManagedBy } from "../operations/groups.ts";
import { everyWaiting } from "../operations/links.ts";
import { collect } from "../operations/paging.ts";
import {
  changeAccount,
  createAccount,
  disableAccount,
  enableAccount,
  everyAccount,
  findAccount,
  findAccountBySignInName,
  removeAccount,
  setPassword as setPasswordAct,
  unlockAccount,
} from "../operations/people.ts";
import { everySession } from "../operations/sessions.ts";
import { FACTS_BYTES } from "../protocol/fact-size.ts";
import { foldUsername, type SubjectId } from "../protocol/identifiers.ts";
import { parseIssuer } from "../protocol/issuer.ts";
import { sortedGroups } from "../rules/group.ts";
import { type NewPicture, newPictureId, pictureAddress } from "../rules/picture.ts";
import { rolesOf } from "../rules/role.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import { CommandError } from "./command-error.ts";
import { declaredIn } from "./declared.ts";
import { requireAccount, requireGroups } from "./find.ts";
import type { Io } from "./io.ts";
import { PASSWORD_HELP, type PasswordOptions, readNewPassword, withPasswordOptions } from "./new-password.ts";
import { counted, formatFacts, localTime, printJson, printTable, showOnce } from "./output.ts";
import { addPasskeyCommands } from "./passkey.ts";
import { addSecondFactorCommands, factorFacts, factorWords } from "./second-factor.ts";
import {
  type FactOptions,
  factChanges,
  newAttributes,
  newProfile,
  shownFacts,
  withChangedFacts,
  withNewFacts,
} from "./user-facts.ts";
import { addLinkCommands } from "./user-links.ts";
import { type CommonOptions, inWorkspace, type Workspace, withCommonOptions } from "./workspace.ts";

interface AddOptions extends PasswordOptions, FactOptions {
  readonly name?: string;
  readonly email?: string;
  readonly admin?: boolean;
  readonly auditor?: boolean;
}

interface ListOptions extends CommonOptions {
  readonly waiting?: boolean;
}

interface SetOptions extends FactOptions {
  readonly picture?: string;
  readonly name?: string;
  readonly email?: string;
  readonly admin?: boolean;
  readonly auditor?: boolean;
}

export function addUserCommands(program: Command, io: Io): void {
  const user = program
    .command("user")
    .description("add, list, change and remove people, and set their passwords")
    .addHelpText(
      "after",
      `
Examples:
  tessera user add ada --name "Ada Lovelace"
  tessera user list
  tessera user password ada --generate`,
    );

  withNewFacts(
    withPasswordOptions(user.command("add <username>").description("add a person who can sign in")),
  )
    .option("--name <name>", "what applications are told")
    .option("--email <address>", "to sign in with, and what applications with the scope email are told")
    .option("--admin", "may administer this server")
    .option("--auditor", "may see everything of this server's management, and change nothing")
    .addHelpText(
      "after",
      `${PASSWORD_HELP}

Examples:
  tessera user add ada --name "Ada Lovelace" --email ada@example.org
  tessera user add ada --generate
  pass show tessera/ada | tessera user add ada --password-stdin
  tessera user add ada --password-hash-file ada.hash`,
    )
    .action((username: string, options: AddOptions) => addUser(username, options, io));

  withCommonOptions(user.command("list").description("list all people"))
    .option("--waiting", "only those who made their own account and wait until they are let in")
    .addHelpText(
      "after",
      `
Examples:
  tessera user list --json | jq -r '.[].username'
  tessera user list --waiting`,
    )
    .action((options: ListOptions) => listUsers(options, io));

  withCommonOptions(user.command("show <username>").description("show everything about a person"))
    .addHelpText("after", "\nExample:\n  tessera user show ada")
    .action((username: string, options: CommonOptions) => showUser(username, options, io));

  withChangedFacts(
    withCommonOptions(
      user
        .command("set <username>")
        .description("change what is known about a person, their groups or their role"),
    ),
  )
    .option("--name <name>", 'what applications are told; "" for none')
    .option("--email <address>", 'to sign in with, and for the scope email; "" for none')
    .option("--picture <file>", 'a PNG, JPEG or WebP file, which is made small; "" for none')
    .option("--admin", "may administer this server")
    .option("--no-admin", "may not administer this server")
    .option("--auditor", "may see everything of this server's management, and change nothing")
    .option("--no-auditor", "may not see this server's management")
    .addHelpText(
      "after",
      `
Examples:
  tessera user set ada --email ada@example.org --no-admin
  tessera user set grace --auditor
  tessera user set ada --given-name Ada --family-name Lovelace --locale en-GB
  tessera user set ada --attribute quota=5 --attribute 'sites=["one","two"]'
  tessera user set ada --add-group family --picture ada.jpg`,
    )
    .action((username: string, options: SetOptions) => setUser(username, options, io));

  withCommonOptions(
    user
      .command("remove <username>")
      .description("remove a person for good, with all sessions and all access they gave"),
  )
    .addHelpText("after", "\nExample:\n  tessera user remove ada")
    .action((username: string, options: CommonOptions) => removeUser(username, options, io));

  withPasswordOptions(
    user.command("password <username>").description("set a new password and end the person's sessions"),
  )
    .addHelpText(
      "after",
      `${PASSWORD_HELP}\n\nExamples:\n  tessera user password ada --generate\n  tessera user password ada --password-hash-file ada.hash`,
    )
    .action((username: string, options: PasswordOptions) => setPassword(username, options, io));

  withCommonOptions(
    user
      .command("unlock <username>")
      .description("let a person try again at once after too many wrong passwords"),
  )
    .addHelpText(
      "after",
      `
After limits.sign_in_failures_per_account wrong passwords a person must wait, even with the right one. Every server counts in
memory, so this command cannot say whether the person waits. It ends the wait at every server on this database.

It does not end the limit of an address (limits.sign_in_failures_per_address), which passes by itself.

Example:
  tessera user unlock ada`,
    )
    .action((username: string, options: CommonOptions) => unlockUser(username, options, io));

  addSecondFactorCommands(user, io);
  addPasskeyCommands(user, io);

  withCommonOptions(
    user
      .command("disable <username>")
      .description("end a person's sessions and all access they gave, and refuse further sign-ins"),
  )
    .addHelpText("after", "\nExample:\n  tessera user disable ada")
    .action((username: string, options: CommonOptions) => disableUser(username, options, io));

  withCommonOptions(user.command("enable <username>").description("let a disabled person sign in again"))
    .addHelpText("after", "\nWhat was revoked stays revoked.\n\nExample:\n  tessera user enable ada")
    .action((username: string, options: CommonOptions) => enableUser(username, options, io));

  addLinkCommands(user, io);
}

async function addUser(username: string, options: AddOptions, io: Io): Promise<void> {
  const fault = usernameFault(username);
  if (fault !== null) throw new CommandError(`The user name ${fault}. Choose another.`);
  const name = checkedName(options.name);
  const email = checkedEmail(options.email);
  const facts = factChanges(options);
  await inWorkspace(options, io, { mayCreate: true }, async (workspace) => {
    const { configuration } = workspace;
    // These checks come before the prompt, so that the operator does not type a password in vain.
    await requireFree(workspace, "username_taken", username);
    if (email) await requireFree(workspace, "email_taken", email);
    await requireGroups(workspace, facts.groups, facts.joins);
    const owner = { username, email: email ?? null };
    const { passwordHash, shown } = await readNewPassword(owner, options, configuration, io);
    const account = newAccountRecord(
      {
        source: "operator",
        username,
        passwordHash,
        name,
        email,
        emailVerified: facts.emailVerified,
        profile: newProfile(facts),
        attributes: newAttributes(facts),
        groups: sortedGroups(facts.groups ?? []),
        administrator: options.admin,
        auditor: options.auditor,
      },
      io.clock,
      io.random,
    );
    const outcome = await createAccount(workspace, workspace.act, account);
    if (outcome === "group_unknown") throw groupGone();
    if (outcome !== "created") {
      throw taken(outcome, outcome === "email_taken" ? (email ?? "") : username);
    }
    if (options.json)
      return printJson(io, { ...describeAccount(workspace, account), ...(shown && { password: shown }) });
    io.out(`Added the ${rolesOf(account).join(" and ") || "person"} ${username}.\n`);
    if (shown !== null) io.out(showOnce("password", shown));
  });
}

/** Throws CommandError if a person signs in with the name. */
async function requireFree(
  workspace: Workspace,
  fault: "username_taken" | "email_taken",
  name: string,
): Promise<void> {
  const holder = await findAccountBySignInName(workspace, name);
  if (holder !== null) throw taken(fault, name, holder);
}

/** `holder`: the person who signs in with the name, if that is known. */
function taken(
  fault: "username_taken" | "email_taken",
  name: string,
  holder: AccountRecord | null = null,
): CommandError {
  const see =
    holder === null ? `See: tessera user show '${name}'` : `See: tessera user show ${holder.username}`;
  if (fault === "email_taken") {
    return new CommandError(
      `Another person signs in with '${name}', so it cannot be a second person's address. ${see}`,
    );
  }
  if (holder !== null && foldUsername(holder.username) !== foldUsername(name)) {
    return new CommandError(
      `'${name}' is the e-mail address of '${holder.username}', who signs in with it. Choose another user name. ${see}`,
    );
  }
  return new CommandError(
    `The user name '${name}' is taken. Choose another, or set a new password with: tessera user password ${name}`,
  );
}

async function listUsers(options: ListOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const accounts = await collect(options.waiting ? everyWaiting(workspace) : everyAccount(workspace));
    if (options.json)
      return printJson(
        io,
        accounts.map((account) => describeAccount(workspace, account)),
      );
    if (accounts.length === 0 && options.waiting) return io.out("No person waits for approval.\n");
    if (accounts.length === 0)
      return io.out("There are no people yet. Add the first person: tessera user add NAME\n");
    printTable(
      io,
      ["user name", "name", "e-mail", "role", "state", "since", "subject"],
      accounts.map((account) => [
        account.username,
        account.name ?? "",
        account.email ?? "",
        rolesOf(account).join(", "),
        account.disabledAt === null ? "active" : account.disabledBy === "approval" ? "waits" : "disabled",
        localTime(account.createdAt),
        account.subject,
      ]),
    );
  });
}

/** The address of the person's picture, as applications are told it. */
const pictureOfAccount = ({ configuration }: Workspace, { pictureId }: AccountRecord): string | null =>
  pictureId === null ? null : pictureAddress(parseIssuer(configuration.issuer), pictureId);

const describeAccount = ({ configuration }: Workspace, account: AccountRecord) =>
  describePerson(parseIssuer(configuration.issuer), account);

function stateOf({ username, disabledAt, disabledBy }: AccountRecord): string {
  if (disabledAt === null) return "active";
  return disabledBy === "approval"
    ? `waits to be let in since ${localTime(disabledAt)}: tessera user approve ${username}`
    : `disabled since ${localTime(disabledAt)}`;
}

async function showUser(username: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const account = await requireAccount(workspace, username);
    const now = io.clock.seconds();
    const idleSince = now - workspace.configuration.lifetimes.session_idle_seconds;
    const grants = await countGrants(workspace, { subject: account.subject }, now);
    const sessions = (await collect(everySession(workspace, account, now, idleSince))).length;
    const factors = await factorFacts(workspace, account);
    const manages = await groupsManagedBy(workspace, account.subject);
    if (options.json) {
      return printJson(io, {
        ...describeAccount(workspace, account),
        manages,
        second_factor: factors,
        grants,
        sessions,
      });
    }
    io.out(
      formatFacts({
        "user name": account.username,
        name: account.name,
        "e-mail":
          account.emailVerified || account.email === null ? account.email : `${account.email} (not verified)`,
        ...shownFacts(account),
        picture: pictureOfAccount(workspace, account),
        role: rolesOf(account).join(", ") || null,
        manages: manages.join(", ") || null,
        state: stateOf(account),
        from: account.isDeclared ? "configuration" : account.source.replaceAll("_", " "),
        since: localTime(account.createdAt),
        "signed in": sessions === 0 ? "nowhere" : `in ${counted(sessions, "browser")}`,
        "second factor": factorWords(factors) ?? "none",
        "access given": counted(grants, "application"),
        subject: account.subject,
      }),
    );
  });
}

/** Empty means none. Throws CommandError for a text that cannot be a name. */
function checkedName(name: string | undefined): string | null | undefined {
  if (name === undefined || name === "") return name === undefined ? undefined : null;
  const fault = personNameFault(name);
  if (fault === null) return name;
  throw new CommandError(`The name ${fault}. Write --name "Ada Lovelace", or --name "" for none.`);
}

/** Empty means none. Throws CommandError for a text that cannot be an address. */
function checkedEmail(email: string | undefined): string | null | undefined {
  if (email === undefined || email === "") return email === undefined ? undefined : null;
  const fault = emailFault(email);
  if (fault === null) return email;
  throw new CommandError(`'${email}' ${fault}. Write it as --email ada@example.org, or --email "" for none.`);
}

/** Empty means none. Throws CommandError for a file that cannot be a picture. */
async function readPicture(file: string | undefined, io: Io): Promise<NewPicture | null | undefined> {
  if (file === undefined || file === "") return file === undefined ? undefined : null;
  const instead = "Name a PNG, JPEG or WebP file";
  let bytes: Uint8Array;
  try {
    // A file that is too large need not be read.
    if (statSync(file).size > PICTURE_FILE_BYTES)
      throw new CommandError(`${file} is larger than 10 MB. ${instead}.`);
    bytes = readFileSync(file);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${file} cannot be read. ${instead}, or --picture "" for none.`);
  }
  const content = await pictureOf(bytes);
  if ("fault" in content) throw new CommandError(`${file} ${content.fault}. Nothing was changed.`);
  return { id: newPictureId(io.random), ...content };
}

async function setUser(username: string, options: SetOptions, io: Io): Promise<void> {
  const { admin, auditor } = options;
  const name = checkedName(options.name);
  const email = checkedEmail(options.email);
  const facts = factChanges(options);
  const picture = await readPicture(options.picture, io);
  const changes = {
    ...facts,
    ...(picture !== undefined && { picture }),
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(admin !== undefined && { administrator: admin }),
    ...(auditor !== undefined && { auditor }),
  };
  if (Object.keys(changes).length === 0) {
    throw new CommandError("Say what to change, such as --name or --email. See: tessera user set --help");
  }
  await inWorkspace(options, io, {}, async (workspace) => {
    const { subject, isDeclared, groups } = await requireAccount(workspace, username);
    const gone = facts.leaves?.find((group) => !groups.includes(group));
    if (gone !== undefined) {
      throw new CommandError(
        `'${username}' is not in the group '${gone}'. Groups: ${groups.join(", ") || "none"}.`,
      );
    }
    await requireGroups(workspace, facts.groups, facts.joins);
    const outcome = await changeAccount(workspace, workspace.act, subject, changes, io.clock.seconds());
    if (outcome === "email_taken") {
      throw taken(outcome, email ?? "", await findAccountBySignInName(workspace, email ?? ""));
    }
    if (outcome === "group_unknown") throw groupGone();
    if (outcome === "too_long") {
      throw new CommandError(
        `That is more than the ${FACTS_BYTES} bytes that tokens can carry of a person. Nothing was changed.`,
      );
    }
    const account = await requireSubject(workspace, subject, username);
    if (options.json) return printJson(io, describeAccount(workspace, account));
    io.out(`Changed ${account.username}.\n`);
    if (isDeclared) {
      io.out("The configuration declares this person. The change stays until its declaration changes.\n");
    }
  });
}

const groupGone = (): CommandError =>
  new CommandError("A group was removed meanwhile. Nothing was changed; try again.");

/** The person as they are now, even if the name by which they were found has changed. */
async function requireSubject(
  workspace: Workspace,
  subject: SubjectId,
  name: string,
): Promise<AccountRecord> {
  return (await findAccount(workspace, subject)) ?? (await requireAccount(workspace, name));
}

async function unlockUser(username: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const { subject } = await requireAccount(workspace, username);
    await unlockAccount(workspace, workspace.act, subject, io.clock.seconds());
    const account = await requireSubject(workspace, subject, username);
    if (options.json) return printJson(io, describeAccount(workspace, account));
    io.out(`${account.username} may try again at once, at every server on this database.\n`);
    io.out(
      "The limit of an address passes by itself: limits.sign_in_failures_per_address and limits.sign_in_window_seconds.\n",
    );
    if (account.disabledAt !== null)
      io.out(`${account.username} is disabled: tessera user enable ${account.username}\n`);
  });
}

async function removeUser(username: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const account = await requireAccount(workspace, username);
    if (account.isDeclared && account.disabledBy !== "left_out") {
      throw new CommandError(
        `'${account.username}' is declared in ${declaredIn(options, io)}, and the next start would add the person again. Take the declaration out first.`,
      );
    }
    const now = io.clock.seconds();
    const grants = await countGrants(workspace, { subject: account.subject }, now);
    await removeAccount(workspace, workspace.act, account.subject, now);
    if (options.json) {
      return printJson(io, { subject: account.subject, removed: true, grants_revoked: grants });
    }
    io.out(`Removed ${account.username}. ${counted(grants, "application")} lost access.\n`);
  });
}

async function setPassword(username: string, options: PasswordOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const { configuration } = workspace;
    const account = await requireAccount(workspace, username);
    const { passwordHash, shown } = await readNewPassword(account, options, configuration, io);
    await setPasswordAct(workspace, workspace.act, account.subject, passwordHash);
    if (options.json)
      return printJson(io, { ...describeAccount(workspace, account), ...(shown && { password: shown }) });
    io.out(`Set a new password for ${account.username}. All their sessions have ended.\n`);
    if (account.isDeclared) {
      io.out(
        `The configuration declares ${account.username}. This password stays until the declared one changes.\n`,
      );
    }
    if (account.disabledAt !== null)
      io.out(`${account.username} is disabled: tessera user enable ${account.username}\n`);
    if (shown !== null) io.out(showOnce("password", shown));
  });
}

async function disableUser(username: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const { subject } = await requireAccount(workspace, username);
    const now = io.clock.seconds();
    const grants = await countGrants(workspace, { subject }, now);
    await disableAccount(workspace, workspace.act, subject, now);
    const account = await requireSubject(workspace, subject, username);
    if (options.json)
      return printJson(io, { ...describeAccount(workspace, account), grants_revoked: grants });
    io.out(
      `Disabled ${account.username}: their sessions have ended, and ${counted(grants, "application")} lost access.\n`,
    );
  });
}

async function enableUser(username: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    await enableAccount(workspace, workspace.act, (await requireAccount(workspace, username)).subject);
    const account = await requireAccount(workspace, username);
    if (options.json) return printJson(io, describeAccount(workspace, account));
    io.out(`${account.username} can sign in again.\n`);
  });
}
