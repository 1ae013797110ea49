/** `tessera find`: whatever has this name or identifier. */
import type { Command } from "commander";
import { describeFound } from "../api/describe-found.ts";
import { recordIdText } from "../credentials/credential.ts";
import { type Found, type FoundRequest, search, searchRequest } from "../operations/management/search.ts";
import { OAuthError } from "../protocol/errors.ts";
import { parseIssuer } from "../protocol/issuer.ts";
import { authorityOfOperator } from "../rules/role.ts";
import { CommandError } from "./command-error.ts";
import type { Io } from "./io.ts";
import { printJson, printTable } from "./output.ts";
import { type CommonOptions, inWorkspace, withCommonOptions } from "./workspace.ts";

export function addFindCommand(program: Command, io: Io): void {
  withCommonOptions(
    program
      .command("find <text>")
      .description(
        "find a person, a client, a grant, a session, a token or a request by a name or an identifier",
      ),
  )
    // An identifier may begin with a dash.
    .allowUnknownOption()
    .addHelpText(
      "after",
      `
People and clients are found by words of their names, or the beginnings of these; by a user name, an address or an identifier,
or its beginning. Everything else is found by its whole identifier. A token itself: tessera token inspect

Examples:
  tessera find lovelace
  tessera find "team wik"
  tessera find AZqh3kVtcE2mJ0QhGm8yfg`,
    )
    .action((text: string, options: CommonOptions) => find(text, options, io));
}

async function find(text: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const authority = authorityOfOperator(workspace.act);
    const found = await searched(() => search(workspace, authority, text));
    const requests = await searchRequest(workspace, authority, text);
    if (options.json)
      return printJson(io, describeFound(parseIssuer(workspace.configuration.issuer), found, requests));
    const rows = rowsOf(found, requests);
    if (rows.length === 0) return io.out(`Nothing was found for '${text}'.\n`);
    printTable(io, ["what", "name", "see"], rows);
    if (!found.people.isWhole || !found.clients.isWhole)
      io.out("There are more. Write more of the name, or a further word of it.\n");
  });
}

/** Throws CommandError for the text of a token. */
async function searched(act: () => Promise<Found>): Promise<Found> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    throw new CommandError("This is a token itself. See: tessera token inspect");
  }
}

const rowsOf = (
  { people, clients, grants, sessions, tokens }: Found,
  requests: readonly FoundRequest[],
): string[][] => [
  ...people.rows.map(({ username, name }) => ["person", name ?? "", `tessera user show ${username}`]),
  ...clients.rows.map(({ clientId, clientName }) => [
    "client",
    clientName ?? "",
    `tessera client show ${clientId}`,
  ]),
  ...grants.map(({ id, clientId, username }) => [
    "grant",
    recordIdText(id),
    `tessera grant list --user ${username} --client ${clientId}`,
  ]),
  ...sessions.map(({ id, subject }) => ["session", recordIdText(id), `tessera log --person ${subject}`]),
  ...tokens.map(({ id, clientId }) => ["token", recordIdText(id), `tessera token list --client ${clientId}`]),
  ...requests.map(({ requestId }) => ["request", requestId, `tessera why ${requestId}`]),
];
