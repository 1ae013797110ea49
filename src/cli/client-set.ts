/** `tessera client set`: changes a client, and says what that ends and what goes on. */

import type { Command } from "commander";
import { describeForOperator } from "../api/describe-client.ts";
import { hasSecrets, isPublic } from "../clients/authentication-methods.ts";
import { changedMetadata } from "../clients/change.ts";
import { type ChangedClient, changeClient } from "../operations/clients.ts";
import { usesCertificate } from "../protocol/client-authentication.ts";
import { isUnprotected } from "../protocol/redirect-uri.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { shortGrant } from "./client-describe.ts";
import {
  type ChangeOptions,
  checked,
  requireReadableName,
  requireScopes,
  wishOf,
  withChangedMetadata,
} from "./client-metadata.ts";
import { openIdConsequences } from "./client-openid.ts";
import { CommandError } from "./command-error.ts";
import { declaredIn } from "./declared.ts";
import { requireClient, requireGroups } from "./find.ts";
import type { Io } from "./io.ts";
import { duration, printJson, showOnce } from "./output.ts";
import { inWorkspace, withCommonOptions } from "./workspace.ts";

export function addClientSetCommand(client: Command, io: Io): void {
  withChangedMetadata(
    withCommonOptions(
      client.command("set <client_id>").description("change a client; its grants, tokens and secrets stay"),
    ),
  )
    .addHelpText(
      "after",
      `
The identifier never changes. The command says what the change ends, and what stays until it expires.

Examples:
  tessera client set wiki --name "Team Wiki" --home-page https://wiki.example/
  tessera client set wiki --add-redirect-uri https://wiki.example/callback2
  tessera client set wiki --remove-scope mail.send
  tessera client set wiki --access-token-seconds 600
  tessera client set payroll --minimum-acr 2
  tessera client set spa --dpop
  tessera client set backup --auth private_key_jwt --jwks-uri https://backup.example/jwks.json
  tessera client set wiki --backchannel-logout https://wiki.example/logout --id-token-alg ES256`,
    )
    .action((clientId: string, options: ChangeOptions) => setClient(clientId, options, io));
}

async function setClient(clientId: string, options: ChangeOptions, io: Io): Promise<void> {
  requireReadableName(options.name);
  await inWorkspace(options, io, {}, async (workspace) => {
    const found = await requireClient(workspace, clientId);
    requireChangeable(found, options, io);
    requireScopes(workspace, options.scope, options.addScope, options.defaultScope);
    await requireGroups(workspace, options.allowGroup, options.denyGroup);
    if (Object.keys(wishOf(options, found)).length === 0) {
      throw new CommandError("Say what to change, such as --name. See: tessera client set --help");
    }
    const allowsHttp = options.allowHttpRedirects ?? false;
    const changed = await changeClient(workspace, workspace.act, found.clientId, (client) =>
      checked("tessera client set", () =>
        changedMetadata(client, wishOf(options, client), workspace, { allowsHttp }),
      ),
    );
    if (changed === null) throw new CommandError(`There is no client '${clientId}' any more.`);
    const { client, secret } = changed;
    if (options.json) {
      return printJson(io, { ...describeForOperator(client), ...(secret && { client_secret: secret }) });
    }
    io.out(`Changed ${clientId}.\n`);
    for (const words of consequences(changed)) io.out(`  - ${words}\n`);
    if (secret !== null) io.out(showOnce("secret", secret));
  });
}

/** Throws CommandError if the configuration would undo the change. */
function requireChangeable(client: ClientRecord, options: ChangeOptions, io: Io): void {
  const { clientId, source, disabledBy } = client;
  if (source === "demo") {
    throw new CommandError(
      `The demonstration makes the client '${clientId}' anew at each start. Add one of your own: tessera client add --help`,
    );
  }
  if (source !== "configuration") return;
  throw new CommandError(
    disabledBy === "left_out"
      ? `The client '${clientId}' was declared in the configuration and is not any more. To keep it as your own: tessera client enable ${clientId}`
      : `The client '${clientId}' is declared in ${declaredIn(options, io)}, which wins at the next start. Change it there, and start the server again.`,
  );
}

/** What the change ends, and what it does not. Only what differs is told. */
function consequences({ before, client }: ChangedClient): string[] {
  const { clientId } = client;
  const gone = <Item>(was: readonly Item[], is: readonly Item[]) => was.filter((item) => !is.includes(item));
  const words: string[] = [];
  const scope = gone(before.scope, client.scope);
  if (scope.length > 0) {
    words.push(
      `It gets ${scope.join(", ")} no more, at a refresh too. Access tokens that have it keep it until they expire. To end them: tessera token revoke --client ${clientId}`,
    );
    if (client.source === "registration") {
      words.push("It registered itself, so it may still ask a person for every scope of registration.scope.");
    }
  }
  const added = gone(client.scope, before.scope);
  if (added.length > 0) {
    words.push(`It may ask for ${added.join(", ")}. People are asked before it gets more than they allowed.`);
  }
  const uris = gone(before.redirectUris, client.redirectUris);
  if (uris.length > 0) words.push(`Requests with ${uris.join(", ")} are refused from now on.`);
  const grants = gone(before.grantTypes, client.grantTypes).map(shortGrant);
  if (grants.length > 0) {
    words.push(
      `Requests for the grant ${grants.join(", ")} are refused from now on${
        grants.includes("refresh") ? ", so people sign in again when their access tokens expire" : ""
      }. Tokens that it has stay until they expire. To end all access: tessera grant revoke --client ${clientId}`,
    );
  }
  if (client.minimumAcr === "2" && before.minimumAcr !== "2") {
    words.push(
      "Access that was given without a second factor counts no more. People are asked for it when they come by again; signed access tokens (JWT) that it has stay until they expire.",
    );
  }
  if (isPublic(client) && !isPublic(before)) {
    words.push("It is public: its secrets have ended, and anyone may use its identifier.");
  }
  if (hasSecrets(client) && !hasSecrets(before)) {
    words.push("It must prove itself with the secret: requests without it are refused from now on.");
  }
  if (
    hasSecrets(client) &&
    hasSecrets(before) &&
    before.tokenEndpointAuthMethod !== client.tokenEndpointAuthMethod
  ) {
    words.push(`It sends its secret by ${client.tokenEndpointAuthMethod}.`);
  }
  if (usesCertificate(client.tokenEndpointAuthMethod) && !usesCertificate(before.tokenEndpointAuthMethod)) {
    words.push(
      `It must show its certificate: requests without it are refused from now on${hasSecrets(before) ? ", and its secrets have ended" : ""}.`,
    );
  }
  if (
    client.tokenEndpointAuthMethod === "private_key_jwt" &&
    before.tokenEndpointAuthMethod !== "private_key_jwt"
  ) {
    words.push(
      `It must sign with its key: requests without a client assertion are refused from now on${hasSecrets(before) ? ", and its secrets have ended" : ""}.`,
    );
  }
  if (before.requirePkce && !client.requirePkce)
    words.push("It is exempt from PKCE. Prefer a client that can do it.");
  if (!before.requirePkce && client.requirePkce) words.push("Requests without PKCE are refused from now on.");
  if (before.accessTokenSeconds !== client.accessTokenSeconds) {
    words.push(
      client.accessTokenSeconds === null
        ? "New access tokens live as lifetimes.access_token_seconds says."
        : `New access tokens live ${duration(client.accessTokenSeconds)}. Those that it has stay as they are.`,
    );
  }
  if (before.refreshTokenSeconds !== client.refreshTokenSeconds) {
    words.push(
      client.refreshTokenSeconds === null
        ? "New refresh tokens live as lifetimes.refresh_token_seconds says."
        : `New refresh tokens live ${duration(client.refreshTokenSeconds)}, unless they are used. Those that it has stay as they are.`,
    );
  }
  if (before.accessTokenFormat !== client.accessTokenFormat) {
    words.push(
      client.accessTokenFormat === null
        ? "Its new access tokens have the format that the API wants."
        : client.accessTokenFormat === "jwt"
          ? "Its new access tokens are signed (JWT): an API that does not ask here accepts one until it expires, even if it was revoked. Tokens for several APIs stay opaque."
          : "Its new access tokens are opaque: an API that expects a JWT refuses them.",
    );
  }
  words.push(...openIdConsequences(before, client));
  if (before.registrationToken !== null)
    words.push("It cannot change its registration itself any more: what you say of it stays.");
  if (
    gone(before.deniedGroups, client.deniedGroups).length +
      gone(client.deniedGroups, before.deniedGroups).length >
      0 ||
    !Bun.deepEquals(before.allowedGroups, client.allowedGroups)
  ) {
    words.push(
      "People who may not use it are refused from now on, and what they allowed it counts for nothing meanwhile.",
    );
  }
  const unprotected = gone(client.redirectUris, before.redirectUris).filter(isUnprotected);
  if (unprotected.length > 0)
    words.push(`Codes travel in the clear, because of http: ${unprotected.join(", ")}`);
  return words;
}
