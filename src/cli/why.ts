/** `tessera why`: what a refused request sent, what is registered, which rule refused it, and the cure. */
import type { Command } from "commander";
import { findAccount } from "../operations/people.ts";
import { type Explanation, explainRequest, explanationFacts } from "../operations/refusals.ts";
import { printable } from "../platform/printable.ts";
import type { SubjectId } from "../protocol/identifiers.ts";
import { type Comparison, RING_SLOTS, STRANGERS_SLOTS } from "../rules/refusal-record.ts";
import type { RefusalRecord } from "../store/tables/records.ts";
import { CommandError } from "./command-error.ts";
import type { Io } from "./io.ts";
import { auditLine } from "./log.ts";
import { duration, formatFacts, formatTable, localAndRelative, printJson } from "./output.ts";
import { type CommonOptions, inWorkspace, type Workspace, withCommonOptions } from "./workspace.ts";

export function addWhyCommand(program: Command, io: Io): void {
  withCommonOptions(
    program.command("why <request_id>").description("say why a request was refused, and what to do about it"),
  )
    // An id may begin with a dash.
    .allowUnknownOption()
    .addHelpText(
      "after",
      `
The id of a request is in the header Request-Id of its answer, at the end of each error page, and in the log. The command
shows what was sent, without secrets, beside what is registered for the client now, and the cure.

The last ${RING_SLOTS} refused requests of each client are kept, and the last ${STRANGERS_SLOTS} of all unknown clients together, for
audit.refusal_seconds at most.

Example:
  tessera why 8Jq2mVh0aXlK`,
    )
    .action((requestId: string, options: CommonOptions) => why(requestId, options, io));
}

async function why(requestId: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const found = await explainRequest(workspace, requestId);
    if (found === null) throw new CommandError(unknownWords(requestId, workspace));
    if (options.json) return printJson(io, explanationFacts(found));
    io.out(await explanationText(found, workspace, io));
  });
}

const unknownWords = (requestId: string, { configuration: { audit } }: Workspace): string =>
  [
    `Nothing is kept of a request '${requestId}'.`,
    `  Refused requests are kept for ${duration(audit.refusal_seconds)} at most: the last ${RING_SLOTS} of each client, and ${STRANGERS_SLOTS} of all unknown clients together. Acts are kept for ${duration(audit.seconds)}. A request that did nothing, and one that a device repeats while it waits, leaves nothing.`,
    "  What to do: check the id (the header Request-Id, or the end of the error page). If it is less than two seconds old, ask again. The server's log may have it.",
  ].join("\n");

async function explanationText(found: Explanation, workspace: Workspace, io: Io): Promise<string> {
  const { refusal, client, comparisons, cure, section, events } = found;
  const parts: string[] = [];
  if (refusal === null) parts.push("The request was not refused, or its refusal is not kept any more.\n");
  else {
    parts.push(
      formatFacts({
        refused: localAndRelative(refusal.at, io.clock.seconds()),
        request: `${refusal.method} ${refusal.endpoint}`,
        from: refusal.address,
        client: clientWords(refusal, client?.clientName ?? null, client !== null),
        answer: `${refusal.status} ${refusal.error}`,
        why: refusal.description,
        reason: refusal.reason,
        rule: section,
      }),
      `It sent:\n${indented(sentText(refusal))}`,
    );
    if (comparisons.length > 0)
      parts.push(`Sent, and registered now:\n${indented(comparisonText(comparisons))}`);
    if (client?.disabledAt != null) parts.push("The client is disabled: tessera client enable\n");
    if (cure !== null) parts.push(`What to do:\n${indented(`${cure}\n`)}`);
  }
  if (events.length > 0) {
    const nameOf = async (subject: string) =>
      (await findAccount(workspace, subject as SubjectId))?.username ?? subject;
    const lines = await Promise.all(events.map((event) => auditLine(event, nameOf)));
    parts.push(`What happened in this request:\n${indented(lines.join(""))}`);
  }
  return parts.join("\n");
}

const clientWords = ({ clientId }: RefusalRecord, name: string | null, isKnown: boolean): string => {
  if (clientId === null) return "none was named";
  if (!isKnown) return `${clientId} (there is no such client)`;
  return name === null ? clientId : `${clientId} (${name})`;
};

function sentText({ sent }: RefusalRecord): string {
  const width = Math.max(0, ...sent.parameters.map(([name]) => name.length));
  const facts = sent.parameters
    .map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}\n`)
    .join("");
  const more = [
    ...(sent.authorization === null ? [] : [`a header Authorization: ${sent.authorization}`]),
    ...sent.withheld,
    ...(sent.others === 0 ? [] : [`${sent.others} more`]),
  ];
  if (facts === "" && more.length === 0) return "no parameters\n";
  return facts + (more.length === 0 ? "" : `and, without their values: ${more.join(", ")}\n`);
}

const FITS = { true: "yes", false: "NO", null: "" } as const;

const comparisonText = (comparisons: readonly Comparison[]): string =>
  formatTable(
    ["parameter", "sent", "registered", "fits"],
    comparisons.flatMap(({ name, sent, registered, fits }) => {
      const rows = Math.max(sent.length, registered.length, 1);
      return Array.from({ length: rows }, (_, index) => [
        index === 0 ? name : "",
        sent[index] ?? "",
        registered[index] ?? (index === 0 ? "nothing" : ""),
        index === 0 ? FITS[String(fits) as keyof typeof FITS] : "",
      ]);
    }),
  );

const indented = (text: string): string => text.replace(/^(?=.)/gm, "  ");
