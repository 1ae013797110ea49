/** `tessera claims preview`: what an application would be told of a person. */
import type { Command } from "commander";
import { claimsAbout } from "../operations/claims.ts";
import { findServerKeys } from "../operations/server-key.ts";
import { parseIssuer } from "../protocol/issuer.ts";
import { mayUse } from "../rules/client-access.ts";
import { collectNames, requireScopes } from "./client-metadata.ts";
import { CommandError } from "./command-error.ts";
import { requireAccount, requireClient } from "./find.ts";
import type { Io } from "./io.ts";
import { printJson } from "./output.ts";
import { type CommonOptions, inWorkspace, withCommonOptions } from "./workspace.ts";

interface PreviewOptions extends CommonOptions {
  readonly client: string;
  readonly person: string;
  readonly scope?: readonly string[];
}

export function addClaimsCommands(program: Command, io: Io): void {
  const claims = program
    .command("claims")
    .description("see what applications are told of people")
    .addHelpText("after", "\nExample:\n  tessera claims preview --client wiki --person ada");

  withCommonOptions(
    claims
      .command("preview")
      .description("print the claims about a person that userinfo and ID tokens would have"),
  )
    .requiredOption("--client <client_id>", "the application")
    .requiredOption("--person <username>", "the person")
    .option(
      "--scope <scope>",
      "the scopes that the person allows (default: all the client may have)",
      collectNames,
    )
    .addHelpText(
      "after",
      `
It prints JSON and issues nothing. An ID token has the members of the protocol beside these claims.

Example:
  tessera claims preview --client wiki --person ada --scope "openid profile groups"`,
    )
    .action((options: PreviewOptions) => previewClaims(options, io));
}

async function previewClaims(options: PreviewOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const client = await requireClient(workspace, options.client);
    const account = await requireAccount(workspace, options.person);
    requireScopes(workspace, options.scope);
    const scope = client.scope.filter((name) => options.scope?.includes(name) ?? true);
    const missing = options.scope?.find((name) => !(client.scope as readonly string[]).includes(name));
    if (missing !== undefined) {
      throw new CommandError(
        `The client '${client.clientId}' may not have the scope '${missing}'. To let it: tessera client set ${client.clientId} --add-scope ${missing}`,
      );
    }
    if (!mayUse(client, account))
      throw new CommandError(`'${account.username}' may not use '${client.clientId}': see its groups.`);
    const { subject } = account;
    const { keys } = await findServerKeys(workspace);
    const issuer = parseIssuer(workspace.configuration.issuer);
    const userinfo = await claimsAbout(
      { ...workspace, keys, issuer },
      { subject, clientId: client.clientId },
      scope,
    );
    const id_token = client.idTokenClaims === "minimal" ? { sub: userinfo?.sub } : userinfo;
    printJson(io, { userinfo, id_token });
  });
}
