/** `tessera client secret …`: several secrets work at once, so that operators can roll them without an outage. */

import type { Command } from "commander";
import { hasSecrets, isPublic } from "../clients/authentication-methods.ts";
import { mintClientSecret } from "../clients/clients.ts";
import { addClientSecret, removeClientSecret } from "../operations/clients.ts";
import { isoTime } from "../platform/clock.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { CommandError } from "./command-error.ts";
import { declaredIn } from "./declared.ts";
import { requireClient } from "./find.ts";
import type { Io } from "./io.ts";
import { localTime, printJson, printTable, showOnce } from "./output.ts";
import { type CommonOptions, inWorkspace, withCommonOptions } from "./workspace.ts";

interface RemoveOptions extends CommonOptions {
  readonly endTokens?: boolean;
}

export function addClientSecretCommands(client: Command, io: Io): void {
  const secret = client
    .command("secret")
    .description("add, list and remove the secrets of a client")
    .addHelpText(
      "after",
      `
To roll a secret without an outage: add one, give it to the client, then remove the old one.

Examples:
  tessera client secret add wiki
  tessera client secret list wiki
  tessera client secret remove wiki SECRET_ID`,
    );

  withCommonOptions(
    secret.command("add <client_id>").description("add a secret and show it once; the others stay valid"),
  )
    .addHelpText("after", "\nExample:\n  tessera client secret add wiki")
    .action((clientId: string, options: CommonOptions) => addSecret(clientId, options, io));

  withCommonOptions(secret.command("list <client_id>").description("list the secrets by their names"))
    .addHelpText("after", "\nExample:\n  tessera client secret list wiki")
    .action((clientId: string, options: CommonOptions) => listSecrets(clientId, options, io));

  withCommonOptions(secret.command("remove <client_id> <secret_id>").description("end one secret at once"))
    .option("--end-tokens", "also end every access token of the client, for a secret that others may know")
    .addHelpText(
      "after",
      `
Without --end-tokens the access tokens that were issued before live until they expire.

Examples:
  tessera client secret remove wiki AZqh3k…
  tessera client secret remove wiki AZqh3k… --end-tokens`,
    )
    .action((clientId: string, secretId: string, options: RemoveOptions) =>
      removeSecret(clientId, secretId, options, io),
    );
}

async function addSecret(clientId: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const client = await requireClient(workspace, clientId);
    requireChangeable(client, options, io);
    if (!hasSecrets(client)) {
      throw new CommandError(
        isPublic(client)
          ? `'${clientId}' is a public client and has no secrets. Add a client without --public instead.`
          : `'${clientId}' proves who it is by ${client.tokenEndpointAuthMethod} and has no secrets. Its keys: tessera client key --help`,
      );
    }
    const { text, record } = mintClientSecret(io.clock, io.random);
    await addClientSecret(workspace, workspace.act, client.clientId, record);
    if (options.json)
      return printJson(io, { client_id: clientId, secret_id: record.id, client_secret: text });
    io.out(`Added a secret to ${clientId}; those it had stay valid.\n${showOnce("secret", text)}`);
  });
}

async function listSecrets(clientId: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const { secrets } = await requireClient(workspace, clientId);
    if (options.json) {
      return printJson(
        io,
        secrets.map((secret) => ({ id: secret.id, created_at: isoTime(secret.createdAt) })),
      );
    }
    if (secrets.length === 0) return io.out(`${clientId} has no secrets.\n`);
    printTable(
      io,
      ["secret_id", "since"],
      secrets.map((secret) => [secret.id, localTime(secret.createdAt)]),
    );
  });
}

async function removeSecret(
  clientId: string,
  secretId: string,
  options: RemoveOptions,
  io: Io,
): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const client = await requireClient(workspace, clientId);
    requireChangeable(client, options, io);
    const endsTokens = options.endTokens ?? false;
    const removal = { endsTokens };
    if (!(await removeClientSecret(workspace, workspace.act, client.clientId, secretId, removal))) {
      throw new CommandError(
        `${clientId} has no secret '${secretId}'. See: tessera client secret list ${clientId}`,
      );
    }
    const left = client.secrets.length - 1;
    if (options.json) {
      return printJson(io, {
        client_id: clientId,
        removed: secretId,
        secrets_left: left,
        tokens_ended: endsTokens,
      });
    }
    io.out(
      left === 0
        ? `Removed the last secret of ${clientId}: it cannot authenticate until you add one: tessera client secret add ${clientId}\n`
        : `Removed. ${left === 1 ? "One secret is" : `${left} secrets are`} left.\n`,
    );
    io.out(
      endsTokens
        ? "Every access token of the client has ended. Grants stay: refresh tokens get new access tokens.\n"
        : `Access tokens issued before stay alive until they expire. To end them: tessera token revoke --client ${clientId}\n`,
    );
  });
}

function requireChangeable({ clientId, source }: ClientRecord, options: CommonOptions, io: Io): void {
  if (source === "demo") {
    throw new CommandError(
      `The demonstration sets the secrets of '${clientId}' at each start. Add a client of your own: tessera client add --help`,
    );
  }
  if (source !== "configuration") return;
  throw new CommandError(
    `The secrets of '${clientId}' are in ${declaredIn(options, io)}, which wins at the next start. Change them there, and start the server again.`,
  );
}
