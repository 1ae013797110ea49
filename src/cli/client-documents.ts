/** Metadata documents of clients: fetching one now, and where none are taken from. */
import type { Command } from "commander";
import { describeForOperator } from "../api/describe-client.ts";
import { fetchDocumentNow } from "../operations/client-documents.ts";
import {
  blockDocuments,
  listDocumentBlocks,
  MOST_BLOCKS,
  unblockDocuments,
} from "../operations/document-blocks.ts";
import { createClientDocuments } from "../operations/document-fetching.ts";
import { PATTERN_WORDS } from "../operations/management/documents.ts";
import { isoTime, systemSteadyClock } from "../platform/clock.ts";
import { createLog } from "../platform/log.ts";
import { createOutbound } from "../platform/outbound.ts";
import { isDocumentPattern } from "../protocol/document-url.ts";
import { OAuthError } from "../protocol/errors.ts";
import { CommandError } from "./command-error.ts";
import type { Io } from "./io.ts";
import { localTime, printJson, printTable } from "./output.ts";
import { type CommonOptions, inWorkspace, withCommonOptions } from "./workspace.ts";

export function addClientDocumentCommands(client: Command, io: Io): void {
  withCommonOptions(
    client
      .command("fetch <url>")
      .description("fetch the metadata document of a client now, and have the client as it says"),
  )
    .addHelpText(
      "after",
      `
Some clients, such as those of MCP, are known by the URL of a document that describes them. A server fetches it when a
person is asked. This shows beforehand what a person would be asked about, or takes a change over at once.

Example:
  tessera client fetch https://vscode.dev/oauth/client-metadata.json`,
    )
    .action((url: string, options: CommonOptions) => fetchDocument(url, options, io));

  withCommonOptions(
    client
      .command("block <where>")
      .description("take no metadata documents from a host or URL, and refuse the clients that were"),
  )
    .addHelpText(
      "after",
      `
Their tokens are inactive until you unblock them; their grants stay. To block one client alone, name its URL.

Examples:
  tessera client block app.example
  tessera client block '*.app.example'
  tessera client block https://app.example/client.json`,
    )
    .action((where: string, options: CommonOptions) => block(where, options, io));

  withCommonOptions(client.command("unblock <where>").description("take metadata documents from there again"))
    .addHelpText("after", "\nExample:\n  tessera client unblock app.example")
    .action((where: string, options: CommonOptions) => unblock(where, options, io));

  withCommonOptions(client.command("blocks").description("list where no metadata documents are taken from"))
    .addHelpText("after", "\nExample:\n  tessera client blocks --json | jq -r '.[].pattern'")
    .action((options: CommonOptions) => listBlocks(options, io));
}

async function fetchDocument(url: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const { configuration, act } = workspace;
    const log = createLog({ level: "silent", format: "json", write: () => {} });
    const outbound = createOutbound({
      allow: configuration.outbound.allow,
      timeoutMillis: configuration.outbound.timeout_seconds * 1000,
    });
    const clientDocuments = createClientDocuments({
      ...workspace,
      outbound,
      steadyClock: systemSteadyClock,
      log,
    });
    try {
      const client = await fetchDocumentNow({ ...workspace, clientDocuments, log }, act, url);
      if (client.disabledAt !== null)
        throw new CommandError(`The client ${url} is disabled, so its document is not fetched.`);
      if (options.json) return printJson(io, describeForOperator(client));
      io.out(
        `${client.clientName ?? "The client"} is as its document says. See: tessera client show ${url}\n`,
      );
    } catch (error) {
      if (error instanceof OAuthError) throw new CommandError(error.description);
      throw error;
    }
  });
}

async function block(where: string, options: CommonOptions, io: Io): Promise<void> {
  if (!isDocumentPattern(where)) throw new CommandError(`'${where}' is no such place. ${PATTERN_WORDS}`);
  await inWorkspace(options, io, {}, async (workspace) => {
    const outcome = await blockDocuments(workspace, workspace.act, where);
    if (outcome === "full")
      throw new CommandError(
        `There are ${MOST_BLOCKS} blocks already. Take documents from named places only: client_id_metadata_documents.mode = "listed".`,
      );
    if (options.json) return printJson(io, { pattern: where, blocked: true });
    io.out(`No metadata documents are taken from ${where}. To undo it: tessera client unblock ${where}\n`);
  });
}

async function unblock(where: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    if (!(await unblockDocuments(workspace, workspace.act, where)))
      throw new CommandError(`'${where}' is not blocked. See: tessera client blocks`);
    if (options.json) return printJson(io, { pattern: where, blocked: false });
    io.out(`Metadata documents are taken from ${where} again.\n`);
  });
}

async function listBlocks(options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const blocks = await listDocumentBlocks(workspace);
    if (options.json)
      return printJson(
        io,
        blocks.map(({ pattern, createdAt }) => ({ pattern, created_at: isoTime(createdAt) })),
      );
    if (blocks.length === 0) return io.out("Nothing is blocked. See: tessera client block --help\n");
    printTable(
      io,
      ["pattern", "since"],
      blocks.map(({ pattern, createdAt }) => [pattern, localTime(createdAt)]),
    );
  });
}
