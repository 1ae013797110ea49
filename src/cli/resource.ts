/** `tessera resource …`: the APIs that tokens are for, and the metadata that they serve (RFC 9728). */
import type { Command } from "commander";
import { describeResource } from "../api/describe.ts";
import type { Configuration } from "../configuration/schema.ts";
import { type KnownResource, knownResources } from "../operations/management/server.ts";
import { createCatalogue } from "../protocol/catalogue.ts";
import { parseIssuer } from "../protocol/issuer.ts";
import { wordsIn } from "../protocol/people-words.ts";
import { isWithoutTls } from "../protocol/protected-resource.ts";
import { sameResource } from "../protocol/resource-indicator.ts";
import { CommandError } from "./command-error.ts";
import { runningServer } from "./data-folder.ts";
import type { Io } from "./io.ts";
import { duration, printJson, printTable } from "./output.ts";
import { type CommonOptions, readConfiguration, withCommonOptions } from "./workspace.ts";

export function addResourceCommands(program: Command, io: Io): void {
  const resource = program
    .command("resource")
    .description("show the APIs that tokens are for, and the metadata that they serve")
    .addHelpText(
      "after",
      `
An API is declared in tessera.toml, as [[resources]]. It tells clients by itself where to get a token, with two
things (RFC 9728): a document at a well-known address, and the address of that document in each 401.

Examples:
  tessera resource list
  tessera resource show https://notes.example.org/api > oauth-protected-resource.json`,
    );

  withCommonOptions(resource.command("list").description("list the APIs that tokens are for"), {
    shown: ["config", "set", "issuer"],
  })
    .addHelpText(
      "after",
      "\nExamples:\n  tessera resource list\n  tessera resource list --json | jq -r '.[].metadata_url'",
    )
    .action((options: CommonOptions) => listResources(options, io));

  withCommonOptions(
    resource
      .command("show <identifier>")
      .description("print the metadata of an API, for the API to serve (RFC 9728)"),
    { shown: ["config", "set", "issuer"] },
  )
    .addHelpText(
      "after",
      `
The API serves the document, as application/json and without asking for a token, at the address that clients make
from its identifier: /.well-known/oauth-protected-resource comes between the host and the path.

  https://notes.example.org       https://notes.example.org/.well-known/oauth-protected-resource
  https://notes.example.org/api   https://notes.example.org/.well-known/oauth-protected-resource/api

Each 401 of the API names that address, so that clients find the document:
  WWW-Authenticate: Bearer resource_metadata="https://notes.example.org/.well-known/oauth-protected-resource/api"

What the document says comes from [[resources]]: name, scopes, documentation_uri, policy_uri, tos_uri, jwks_uri,
signing_algorithms, dpop_bound_access_tokens_required. The address goes to standard error, so the document alone can go to a file.
examples/resource-server has a guard for APIs in TypeScript that does all of this.

Examples:
  tessera resource show https://notes.example.org/api
  tessera resource show https://notes.example.org/api > oauth-protected-resource.json`,
    )
    .action((identifier: string, options: CommonOptions) => showResource(identifier, options, io));
}

/** The server that runs here may have an issuer that only its own command line named, or a port that was free. */
function resourcesOf(options: CommonOptions, configuration: Configuration): KnownResource[] {
  const issuer = parseIssuer(options.issuer ?? runningServer(configuration)?.issuer ?? configuration.issuer);
  return knownResources({
    issuer,
    catalogue: createCatalogue({ ...configuration, issuer: issuer.identifier }),
  });
}

function listResources(options: CommonOptions, io: Io): void {
  const [self, ...resources] = resourcesOf(options, readConfiguration(options, io));
  if (options.json) {
    printJson(io, resources.map(describeResource));
  } else if (resources.length === 0) {
    io.out(`No API is declared. Tokens are for ${self?.identifier} itself. To declare one, in tessera.toml:

[[resources]]
identifier = "https://notes.example.org/api"
name = "Notes"
`);
  } else {
    printTable(
      io,
      ["IDENTIFIER", "NAME", "SCOPES", "TOKENS", "LIFETIME", "LISTED"],
      resources.map((resource) => [
        resource.identifier,
        wordsIn(resource.name, "en"),
        resource.scopes.join(" ") || "any",
        resource.accessTokenFormat,
        resource.accessTokenSeconds === null ? "as usual" : duration(resource.accessTokenSeconds),
        resource.published.isListed ? "yes" : "no",
      ]),
    );
  }
}

function showResource(identifier: string, options: CommonOptions, io: Io): void {
  const [self, ...resources] = resourcesOf(options, readConfiguration(options, io));
  const found = resources.find((entry) => sameResource(entry.identifier, identifier));
  if (found === undefined) {
    throw new CommandError(
      self !== undefined && sameResource(self.identifier, identifier)
        ? `${identifier} is this server itself, which publishes its own metadata. Name one of your APIs: tessera resource list`
        : `There is no API '${identifier}'. Declare it in [[resources]] of tessera.toml, or see: tessera resource list`,
    );
  }
  if (found.metadata === null) {
    throw new CommandError(
      `'${found.identifier}' is no web address, so clients cannot look for its metadata. Give the API the https address at which clients reach it, if they should find this server by themselves.`,
    );
  }
  printJson(io, found.metadata);
  io.err(`Serve this at ${found.metadataUrl}\n`);
  if (isWithoutTls(found.identifier))
    io.err(
      "The address has no TLS: tokens travel in the clear, and clients that follow RFC 9728 refuse it.\n",
    );
}
