/** `tessera issuer …`: the issuers whose tokens this server believes, and whether their keys can be fetched. */
import type { Command } from "commander";
import { checkIssuer, describeIssuer } from "../operations/management/trust.ts";
import { createTrustedIssuers } from "../operations/trusted-issuers.ts";
import { systemSteadyClock } from "../platform/clock.ts";
import { createLog } from "../platform/log.ts";
import { createOutbound } from "../platform/outbound.ts";
import { printable } from "../platform/printable.ts";
import { CommandError } from "./command-error.ts";
import type { Io } from "./io.ts";
import { printJson, printTable } from "./output.ts";
import { type CommonOptions, readConfiguration, withCommonOptions } from "./workspace.ts";

export function addIssuerCommands(program: Command, io: Io): void {
  const issuer = program
    .command("issuer")
    .description("list the issuers whose tokens this server believes, and check their keys")
    .addHelpText(
      "after",
      `
The configuration declares them ([[trusted_issuers]]): docs/workloads.md, docs/agents.md

Examples:
  tessera issuer list
  tessera issuer check`,
    );

  withCommonOptions(
    issuer.command("list").description("list the issuers, where their keys are, and what they may do"),
    { shown: ["config", "set"] },
  )
    .addHelpText(
      "after",
      "\nExamples:\n  tessera issuer list\n  tessera issuer list --json | jq -r '.[].issuer'",
    )
    .action((options: CommonOptions) => list(options, io));

  withCommonOptions(
    issuer
      .command("check [issuer]")
      .description("get the keys of one issuer, or of all, now, and say what is wrong"),
    { shown: ["config", "set"] },
  )
    .addHelpText(
      "after",
      `
Exit status: 0 if each has keys that can verify its tokens, 1 if not.

Examples:
  tessera issuer check
  tessera issuer check https://token.actions.githubusercontent.com`,
    )
    .action((name: string | undefined, options: CommonOptions) => check(name, options, io));
}

const NO_ISSUERS =
  "There are no trusted issuers: the configuration has no [[trusted_issuers]]. See docs/workloads.md";

function issuersOf(options: CommonOptions, io: Io) {
  const configuration = readConfiguration(options, io);
  const { allow, timeout_seconds } = configuration.outbound;
  const issuers = createTrustedIssuers({
    configuration,
    outbound: createOutbound({ allow, timeoutMillis: timeout_seconds * 1000 }),
    steadyClock: systemSteadyClock,
    // What is wrong is the answer of the command.
    log: createLog({ level: "silent", format: "text", write: () => {} }),
  });
  return { configuration, issuers };
}

function list(options: CommonOptions, io: Io): void {
  const { configuration, issuers } = issuersOf(options, io);
  const facts = issuers.all.map((issuer) => describeIssuer(configuration, issuers, issuer));
  if (options.json) printJson(io, facts);
  else if (facts.length === 0) io.out(`${NO_ISSUERS}\n`);
  else
    printTable(
      io,
      ["issuer", "keys", "workloads of", "people"],
      facts.map(({ issuer, keys, clients, people }) => [
        issuer,
        keys,
        clients.join(" ") || "none declared",
        people === null
          ? "none"
          : `by ${people.by}, for ${people.clients.join(" ")}: ${people.scope.join(" ")}`,
      ]),
    );
}

async function check(name: string | undefined, options: CommonOptions, io: Io): Promise<void> {
  const { issuers } = issuersOf(options, io);
  const named = name === undefined ? issuers.all : issuers.all.filter(({ issuer }) => issuer === name);
  if (named.length === 0) {
    const known = issuers.all.map(({ issuer }) => issuer).join(", ");
    throw new CommandError(
      known === "" ? NO_ISSUERS : `There is no trusted issuer '${name}'. The configuration has: ${known}`,
    );
  }
  const results = await Promise.all(named.map((issuer) => checkIssuer(issuers, issuer)));
  if (options.json) printJson(io, results);
  else
    for (const { issuer, keys, fault, place } of results) {
      io.out(fault === null ? `${issuer}: ok\n` : `${issuer}: ${printable(fault)}\n`);
      io.out(`  from ${place}\n`);
      for (const { kid, kty, alg } of keys)
        io.out(`  ${printable(kid ?? "(no kid)")}  ${kty}${alg === null ? "" : ` ${printable(alg)}`}\n`);
    }
  const faulty = results.filter(({ fault }) => fault !== null);
  if (faulty.length > 0)
    throw new CommandError(
      `The keys of ${faulty.map(({ issuer }) => issuer).join(", ")} cannot be used: its tokens are refused. An address inside needs outbound.allow.`,
    );
}
