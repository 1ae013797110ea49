/** `tessera user passkey …`: the passkeys of a person, and the cure for a lost device. */
import type { Command } from "commander";
import { authenticatorName } from "../accounts/authenticators.ts";
import { isSecurityKey } from "../accounts/passkeys.ts";
import { listPasskeys, passkeyIdText, removeEveryPasskey, removePasskey } from "../operations/passkeys.ts";
import { findAccount } from "../operations/people.ts";
import { readablePasskeys } from "../operations/readable-passkeys.ts";
import { findWaysIn } from "../operations/second-factor.ts";
import { isoTime } from "../platform/clock.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import type { PasskeyRecord } from "../store/tables/sign-in.ts";
import { CommandError } from "./command-error.ts";
import { requireAccount } from "./find.ts";
import type { Io } from "./io.ts";
import { counted, localTime, printJson, printTable, relativeTime } from "./output.ts";
import { type CommonOptions, inWorkspace, type Workspace, withCommonOptions } from "./workspace.ts";

interface RemoveOptions extends CommonOptions {
  readonly all?: boolean;
}

export function addPasskeyCommands(user: Command, io: Io): void {
  const passkey = user
    .command("passkey")
    .description("list the passkeys of a person, or remove those of a lost device")
    .addHelpText(
      "after",
      `
Examples:
  tessera user passkey list ada
  tessera user passkey remove ada --all`,
    );

  withCommonOptions(
    passkey.command("list <username>").description("list the passkeys of a person, oldest first"),
  )
    .addHelpText("after", "\nExample:\n  tessera user passkey list ada")
    .action((username: string, options: CommonOptions) => list(username, options, io));

  withCommonOptions(
    passkey
      .command("remove <username> [passkey_id]")
      .description("remove a passkey of a person, or all of them"),
  )
    .option("--all", "all passkeys of the person")
    .addHelpText(
      "after",
      `
The beginning of an identifier is enough. Browsers stay signed in; to end that too: tessera session end --user NAME
It removes even the last way to sign in. Then give the person a password: tessera user password NAME --generate

Examples:
  tessera user passkey remove ada 3kVtcE2m
  tessera user passkey remove ada --all`,
    )
    .action((username: string, id: string | undefined, options: RemoveOptions) =>
      remove(username, id, options, io),
    );
}

/** What a list shows of a passkey; never a key. */
const describe = (passkey: PasskeyRecord, isReadable: boolean) => ({
  id: passkeyIdText(passkey),
  name: nameOf(passkey),
  kind: authenticatorName(passkey.aaguid),
  synced: passkey.backedUp,
  discoverable: passkey.discoverable,
  created_at: isoTime(passkey.createdAt),
  readable: isReadable,
  used_at: passkey.usedAt === null ? null : isoTime(passkey.usedAt),
});

const nameOf = (passkey: PasskeyRecord): string =>
  passkey.name === "" ? (isSecurityKey(passkey) ? "security key" : "passkey") : passkey.name;

async function list(username: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const account = await requireAccount(workspace, username);
    const own = await listPasskeys(workspace, account.subject);
    const readable = await readablePasskeys(own);
    if (options.json)
      return printJson(
        io,
        own.map((passkey) => describe(passkey, readable.includes(passkey))),
      );
    if (own.length === 0) return io.out(`${account.username} has no passkey.\n`);
    const now = io.clock.seconds();
    printTable(
      io,
      ["passkey_id", "name", "kept", "added", "last used"],
      own.map((passkey) => [
        passkeyIdText(passkey),
        nameOf(passkey),
        !readable.includes(passkey)
          ? "spoiled: remove it"
          : passkey.backedUp
            ? "on several devices"
            : "on one device",
        localTime(passkey.createdAt),
        passkey.usedAt === null ? "never" : relativeTime(passkey.usedAt, now),
      ]),
    );
  });
}

async function remove(
  username: string,
  id: string | undefined,
  options: RemoveOptions,
  io: Io,
): Promise<void> {
  if ((id === undefined) === (options.all !== true)) {
    throw new CommandError("Name one passkey, or --all. See: tessera user passkey list NAME");
  }
  await inWorkspace(options, io, {}, async (workspace) => {
    const account = await requireAccount(workspace, username);
    const removed =
      id === undefined
        ? ((await removeEveryPasskey(workspace, workspace.act, account.subject)) ?? 0)
        : await removeOne(workspace, account, id);
    if (options.json) return printJson(io, { removed });
    io.out(`Removed ${counted(removed, "passkey")} of ${account.username}.\n`);
    const left = await findAccount(workspace, account.subject);
    const ways = left === null ? null : await findWaysIn(workspace, left);
    if (ways !== null && !ways.hasPassword && ways.passkeys === 0) {
      io.out(
        `${account.username} has no way to sign in now. Give them a password: tessera user password ${account.username} --generate\n`,
      );
    }
  });
}

/** The passkey whose identifier is this, or begins so. Throws CommandError if there is none, or more than one. */
async function removeOne(
  workspace: Workspace,
  { subject, username }: AccountRecord,
  id: string,
): Promise<number> {
  const own = await listPasskeys(workspace, subject);
  const exact = own.filter((passkey) => passkeyIdText(passkey) === id);
  const [found, ...others] =
    exact.length > 0 ? exact : own.filter((each) => passkeyIdText(each).startsWith(id));
  const see = `See: tessera user passkey list ${username}`;
  if (found === undefined) throw new CommandError(`'${username}' has no passkey '${id}'. ${see}`);
  if (others.length > 0)
    throw new CommandError(
      `${others.length + 1} passkeys of '${username}' begin with '${id}'. Name one. ${see}`,
    );
  await removePasskey(workspace, workspace.act, subject, found.credentialId, "operator");
  return 1;
}
