/** `tessera user second-factor …`: what a person has besides a password, and the cure for a lost phone. */
import type { Command } from "commander";
import { findTotp, findWaysIn } from "../operations/second-factor.ts";
import { countRecoveryCodes, removeTotpByOperator } from "../operations/second-factor-changes.ts";
import { isoTime } from "../platform/clock.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import { CommandError } from "./command-error.ts";
import { requireAccount } from "./find.ts";
import type { Io } from "./io.ts";
import { counted, formatFacts, localTime, printJson } from "./output.ts";
import { type CommonOptions, inWorkspace, type Workspace, withCommonOptions } from "./workspace.ts";

export function addSecondFactorCommands(user: Command, io: Io): void {
  const factor = user
    .command("second-factor")
    .description("show the second factor of a person, or remove it when they have lost it")
    .addHelpText(
      "after",
      `
Examples:
  tessera user second-factor show ada
  tessera user second-factor remove ada`,
    );

  withCommonOptions(
    factor.command("show <username>").description("show the second factor of a person; never its secret"),
  )
    .addHelpText("after", "\nExample:\n  tessera user second-factor show ada")
    .action((username: string, options: CommonOptions) => show(username, options, io));

  withCommonOptions(
    factor
      .command("remove <username>")
      .description("remove the app and the recovery codes of a person who has lost them"),
  )
    .addHelpText(
      "after",
      `
Be sure that it is the person who asks: from then on their password signs them in. Sessions and access stay. Passkeys stay.
If sign_in.second_factor_for demands a second factor of the person, they set up a new one at the next sign-in.

Example:
  tessera user second-factor remove ada`,
    )
    .action((username: string, options: CommonOptions) => remove(username, options, io));
}

/** What the command line tells of a person's second factor. */
export async function factorFacts(workspace: Workspace, account: AccountRecord) {
  const totp = await findTotp(workspace, account.subject);
  const { passkeys } = await findWaysIn(workspace, account);
  return {
    app_since: totp === null ? null : isoTime(totp.createdAt),
    recovery_codes: totp === null ? 0 : await countRecoveryCodes(workspace, account.subject),
    passkeys,
  };
}

type FactorFacts = Awaited<ReturnType<typeof factorFacts>>;

/** The same in words; null for a person without a second factor. */
export const factorWords = ({ app_since, recovery_codes, passkeys }: FactorFacts): string | null =>
  [
    ...(app_since === null ? [] : [`an app (${counted(recovery_codes, "recovery code")} left)`]),
    ...(passkeys === 0 ? [] : [counted(passkeys, "passkey")]),
  ].join(", ") || null;

async function show(username: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const account = await requireAccount(workspace, username);
    const facts = await factorFacts(workspace, account);
    if (options.json) return printJson(io, { username: account.username, ...facts });
    const { app_since, recovery_codes, passkeys } = facts;
    io.out(
      formatFacts({
        "user name": account.username,
        app: app_since === null ? "none" : `since ${localTime(Date.parse(app_since) / 1000)}`,
        "recovery codes": app_since === null ? null : `${recovery_codes} left`,
        passkeys: String(passkeys),
      }),
    );
  });
}

async function remove(username: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const { subject, username: name } = await requireAccount(workspace, username);
    if (!(await removeTotpByOperator(workspace, workspace.act, subject))) {
      throw new CommandError(
        `'${name}' has no app for one-time passwords. See: tessera user second-factor show ${name}`,
      );
    }
    if (options.json) return printJson(io, { username: name, removed: true });
    io.out(
      `Removed the second factor of ${name}. Their password signs them in, until they set up a new one.\n`,
    );
  });
}
