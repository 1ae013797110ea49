/** `tessera session …`: the browsers in which people are signed in. */

import type { Command } from "commander";
import { describeSession } from "../api/describe.ts";
import { parseRecordId, recordIdText } from "../credentials/credential.ts";
import { collect } from "../operations/paging.ts";
import { endSession, endSessions, everySession } from "../operations/sessions.ts";
import { productText } from "../protocol/user-agent.ts";
import { CommandError } from "./command-error.ts";
import { requireAccount } from "./find.ts";
import type { Io } from "./io.ts";
import { counted, localTime, printJson, printTable, relativeTime } from "./output.ts";
import { type CommonOptions, inWorkspace, withCommonOptions } from "./workspace.ts";

interface EndOptions extends CommonOptions {
  readonly user?: string;
}

export function addSessionCommands(program: Command, io: Io): void {
  const session = program
    .command("session")
    .description("list and end the sessions of people")
    .addHelpText(
      "after",
      `
Examples:
  tessera session list ada
  tessera session end --user ada`,
    );

  withCommonOptions(
    session.command("list <username>").description("list where a person is signed in, oldest first"),
  )
    .addHelpText("after", "\nExample:\n  tessera session list ada")
    .action((username: string, options: CommonOptions) => listSessions(username, options, io));

  withCommonOptions(
    session
      .command("end [session_id]")
      .description("sign a person out; applications of the session lose their access"),
  )
    .option("--user <username>", "everywhere")
    .addHelpText(
      "after",
      `
Devices, and applications with offline_access, keep theirs. To end that too:
  tessera grant revoke --user NAME

Examples:
  tessera session end AZqh3kVtcE2mJ0QhGm8yfg
  tessera session end --user ada`,
    )
    .action((sessionId: string | undefined, options: EndOptions) => end(sessionId, options, io));
}

async function listSessions(username: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const account = await requireAccount(workspace, username);
    const now = io.clock.seconds();
    const idleSince = now - workspace.configuration.lifetimes.session_idle_seconds;
    const sessions = await collect(everySession(workspace, account, now, idleSince));
    if (options.json) return printJson(io, sessions.map(describeSession));
    if (sessions.length === 0) return io.out(`${account.username} is not signed in anywhere.\n`);
    printTable(
      io,
      ["session_id", "browser", "since", "last seen", "ends"],
      sessions.map((session) => [
        recordIdText(session.id),
        productText(session) ?? "unknown",
        localTime(session.createdAt),
        relativeTime(session.lastSeenAt, now),
        relativeTime(session.expiresAt, now),
      ]),
    );
  });
}

async function end(sessionId: string | undefined, options: EndOptions, io: Io): Promise<void> {
  if ((sessionId === undefined) === (options.user === undefined)) {
    throw new CommandError("Name one session, or --user. See: tessera session list NAME");
  }
  await inWorkspace(options, io, {}, async (workspace) => {
    const { act } = workspace;
    if (options.user !== undefined) {
      const { subject, username } = await requireAccount(workspace, options.user);
      const ended = (await endSessions(workspace, act, subject)) ?? 0;
      if (options.json) return printJson(io, { ended });
      return io.out(`Ended ${counted(ended, "session")} of ${username}.\n`);
    }
    const id = parseRecordId(sessionId ?? "");
    if (id === null || !(await endSession(workspace, act, id))) {
      throw new CommandError(`There is no session '${sessionId}'. See: tessera session list NAME`);
    }
    if (options.json) return printJson(io, { ended: 1 });
    io.out("Ended the session.\n");
  });
}
