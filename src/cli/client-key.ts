/** `tessera client key …`: the public keys of a client. Several work at once, so that operators can roll them without an outage. */
import { rmSync, writeFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { changedMetadata } from "../clients/change.ts";
import { type ClientKeyPair, newClientKeyPair } from "../keys/client-key-pair.ts";
import { changeClient } from "../operations/clients.ts";
import { fileFault } from "../platform/file-fault.ts";
import { VERIFYING_NAMES, type VerifyingAlgorithm } from "../protocol/signing-algorithms.ts";
import type { ClientJwk, ClientRecord } from "../store/tables/clients.ts";
import { checked } from "./client-metadata.ts";
import { CommandError } from "./command-error.ts";
import { declaredIn } from "./declared.ts";
import { requireClient } from "./find.ts";
import type { Io } from "./io.ts";
import { counted, printJson, printTable } from "./output.ts";
import { type CommonOptions, inWorkspace, type Workspace, withCommonOptions } from "./workspace.ts";

/** Every library of OAuth has it, and its keys are short. */
const DEFAULT_ALGORITHM: VerifyingAlgorithm = "ES256";

interface AddOptions extends CommonOptions {
  readonly out: string;
  readonly algorithm: VerifyingAlgorithm;
}

export function addClientKeyCommands(client: Command, io: Io): void {
  const key = client
    .command("key")
    .description("make, list and remove the keys with which a client proves who it is (private_key_jwt)")
    .addHelpText(
      "after",
      `
The client signs with its private key; this server keeps the public key and no secret. To roll a key without an outage: add
one, give its file to the client, then remove the old one. A client with --jwks-uri publishes its keys itself instead.

Examples:
  tessera client add --name Backup --auth private_key_jwt --new-key backup.jwk.json
  tessera client key add backup --out backup-2.jwk.json
  tessera client key list backup
  tessera client key remove backup KID`,
    );

  withCommonOptions(
    key.command("add <client_id>").description("make a key pair, and write the private key into a file"),
  )
    .requiredOption("--out <file>", "the new file for the private key, a JWK that only you can read")
    .addOption(
      new Option("--algorithm <name>", "what the key signs with")
        .choices(VERIFYING_NAMES)
        .default(DEFAULT_ALGORITHM),
    )
    .addHelpText("after", "\nExample:\n  tessera client key add backup --out backup.jwk.json")
    .action((clientId: string, options: AddOptions) => addKey(clientId, options, io));

  withCommonOptions(key.command("list <client_id>").description("list the keys of a client"))
    .addHelpText("after", "\nExample:\n  tessera client key list backup")
    .action((clientId: string, options: CommonOptions) => listKeys(clientId, options, io));

  withCommonOptions(
    key.command("remove <client_id> <kid>").description("take one key away: its signatures end at once"),
  )
    // A key may begin with a dash.
    .allowUnknownOption()
    .addHelpText("after", "\nExample:\n  tessera client key remove backup IhWlnowFxY9I6hmZwkZC0SV4zacQf_U")
    .action((clientId: string, kid: string, options: CommonOptions) => removeKey(clientId, kid, options, io));
}

/**
 * Makes a key pair and writes the private key into a new file, before the server learns of the public one: a key that no one has
 * would be of no use. `keep` takes the public key; if it throws, the file goes too. Throws CommandError for a file that cannot be written.
 */
export async function withNewKeyFile<Result>(
  file: string,
  algorithm: VerifyingAlgorithm = DEFAULT_ALGORITHM,
  keep: (pair: Pick<ClientKeyPair, "kid" | "publicJwk">) => Promise<Result>,
): Promise<Result> {
  const { kid, publicJwk, privateJwk } = await newClientKeyPair(algorithm);
  try {
    writeFileSync(file, `${JSON.stringify(privateJwk, null, 2)}\n`, { flag: "wx", mode: 0o600 });
  } catch (error) {
    throw new CommandError(
      `The private key cannot be written: ${file} ${fileFault(error)}. Name a file that does not exist yet.`,
    );
  }
  try {
    return await keep({ kid, publicJwk });
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
}

async function addKey(clientId: string, { out, algorithm, ...options }: AddOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const client = await requireClient(workspace, clientId);
    requireChangeable(client, options, io);
    await withNewKeyFile(out, algorithm, async ({ kid, publicJwk }) => {
      await changeKeys(workspace, client, (keys) => [...keys, publicJwk]);
      if (options.json) return printJson(io, { client_id: clientId, kid, algorithm, file: out });
      io.out(
        `Added the key ${kid} to ${clientId}; those it had stay valid.\nIts private key is in ${out}, and nowhere else. Give that file to the client, and to no one else.\n`,
      );
      if (client.tokenEndpointAuthMethod !== "private_key_jwt")
        io.out(
          `The client still proves who it is by ${client.tokenEndpointAuthMethod}. To make it use its key: tessera client set ${clientId} --auth private_key_jwt\n`,
        );
    });
  });
}

async function changeKeys(
  workspace: Workspace,
  { clientId }: ClientRecord,
  change: (keys: readonly ClientJwk[]) => readonly ClientJwk[],
): Promise<void> {
  const changed = await changeClient(workspace, workspace.act, clientId, (client) => {
    if (client.jwksUri !== null)
      throw new CommandError(
        `'${clientId}' publishes its keys at ${client.jwksUri}. To keep them here instead: tessera client set ${clientId} --jwks FILE`,
      );
    const keys = change(client.jwks?.keys ?? []);
    return checked("tessera client key", () =>
      changedMetadata(client, { jwks: keys.length === 0 ? null : { keys } }, workspace),
    );
  });
  if (changed === null) throw new CommandError(`There is no client '${clientId}' any more.`);
}

const kidOf = ({ kid }: ClientJwk): string => (typeof kid === "string" ? kid : "(no kid)");
const kindOf = ({ alg, crv, kty }: ClientJwk): string => String(alg ?? crv ?? kty);

async function listKeys(clientId: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const { jwks, jwksUri } = await requireClient(workspace, clientId);
    const keys = jwks?.keys ?? [];
    if (options.json) return printJson(io, keys);
    if (jwksUri !== null) return io.out(`${clientId} publishes its keys at ${jwksUri}\n`);
    if (keys.length === 0) return io.out(`${clientId} has no keys.\n`);
    printTable(
      io,
      ["kid", "kind"],
      keys.map((key) => [kidOf(key), kindOf(key)]),
    );
  });
}

async function removeKey(clientId: string, kid: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const client = await requireClient(workspace, clientId);
    requireChangeable(client, options, io);
    let left = 0;
    await changeKeys(workspace, client, (keys) => {
      const kept = keys.filter((key) => key.kid !== kid);
      if (kept.length === keys.length)
        throw new CommandError(`${clientId} has no key '${kid}'. See: tessera client key list ${clientId}`);
      if (kept.length === 0 && client.tokenEndpointAuthMethod === "private_key_jwt")
        throw new CommandError(
          `This is the last key of ${clientId}, which could not prove who it is without it. Add another one first: tessera client key add ${clientId} --out FILE. Or stop the client: tessera client disable ${clientId}`,
        );
      left = kept.length;
      return kept;
    });
    if (options.json) return printJson(io, { client_id: clientId, removed: kid, keys_left: left });
    io.out(
      `Removed. ${counted(left, "key")} left.\nAccess tokens issued before stay alive until they expire. To end them: tessera token revoke --client ${clientId}\n`,
    );
  });
}

function requireChangeable({ clientId, source }: ClientRecord, options: CommonOptions, io: Io): void {
  if (source === "demo")
    throw new CommandError(
      `The demonstration makes the client '${clientId}' anew at each start. Add one of your own: tessera client add --help`,
    );
  if (source === "configuration")
    throw new CommandError(
      `The keys of '${clientId}' are declared in ${declaredIn(options, io)} (jwks_file, jwks_uri), which wins at the next start. Change them there, and start the server again.`,
    );
}
