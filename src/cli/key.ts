/** `tessera key …`: the keys that sign tokens. */
import { type Command, Option } from "commander";
import { describeKey } from "../api/describe.ts";
import { createKeyFiles } from "../operations/key-files.ts";
import { findServerKeys } from "../operations/server-key.ts";
import {
  findRingKeys,
  requireUsableKeys,
  retireSigningKey,
  rotateSigningKey,
  type SigningKeyContext,
} from "../operations/signing-keys.ts";
import { SIGNING_NAMES, type SigningAlgorithm } from "../protocol/signing-algorithms.ts";
import { type KeyState, stateOf } from "../rules/signing-key.ts";
import type { RingKey, SigningKeyRecord } from "../store/tables/keys.ts";
import { CommandError } from "./command-error.ts";
import type { Io } from "./io.ts";
import { localTime, printJson, printTable } from "./output.ts";
import { type CommonOptions, inWorkspace, type Workspace, withCommonOptions } from "./workspace.ts";

interface RotateOptions extends CommonOptions {
  readonly algorithm?: SigningAlgorithm;
  readonly now?: boolean;
}

export function addKeyCommands(program: Command, io: Io): void {
  const key = program
    .command("key")
    .description("list, rotate and retire the keys that sign tokens")
    .addHelpText(
      "after",
      `
The server rotates its keys by itself (signing.rotation_seconds). A new key is in the key set
at /auth/jwks.json for signing.publish_seconds before it signs, and a former one until the last
token that it signed has expired. So no API meets a signature that it cannot verify.

Examples:
  tessera key list
  tessera key rotate
  tessera key retire IhWlnowFxY9I6hmZwkZC0SV4zacQf_UcPdlDZ3NfmTM`,
    );

  withCommonOptions(
    key.command("list").description("list the keys, oldest first: what each does, and since or until when"),
  )
    .addHelpText(
      "after",
      "\nExamples:\n  tessera key list\n  tessera key list --json | jq -r '.[] | select(.state == \"current\").kid'",
    )
    .action((options: CommonOptions) => listKeys(options, io));

  withCommonOptions(key.command("rotate").description("make the next key before its time"))
    .addOption(
      new Option(
        "--algorithm <name>",
        "the key for this algorithm (default: the first of signing.algorithms)",
      ).choices(SIGNING_NAMES),
    )
    .option("--now", "let it sign in a minute: APIs that keep an older key set refuse its tokens at first")
    .addHelpText("after", "\nExamples:\n  tessera key rotate\n  tessera key rotate --algorithm ES256 --now")
    .action((options: RotateOptions) => rotateKey(options, io));

  withCommonOptions(
    key
      .command("retire <kid>")
      .description("take a key out of the key set at once, because others may have it: its tokens end"),
  )
    // A key may begin with a dash.
    .allowUnknownOption()
    .addHelpText("after", "\nExample:\n  tessera key retire IhWlnowFxY9I6hmZwkZC0SV4zacQf_UcPdlDZ3NfmTM")
    .action((kid: string, options: CommonOptions) => retireKey(kid, options, io));
}

const keyFilesOf = ({ configuration }: Pick<Workspace, "configuration">) =>
  createKeyFiles(configuration.signing.key_files);

const withKeys = async (workspace: Workspace): Promise<SigningKeyContext> => ({
  ...workspace,
  keyFiles: keyFilesOf(workspace),
  keys: (await findServerKeys(workspace)).keys,
});

const WORDS: Record<KeyState, (key: RingKey) => string> = {
  published: () => "verifies",
  next: ({ signsFrom }) => `signs from ${localTime(signsFrom)}`,
  current: ({ file, signsFrom }) => (file === undefined ? `signs since ${localTime(signsFrom)}` : "signs"),
  former: () => "verifies",
};

async function listKeys(options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const keys = await findRingKeys({ ...workspace, keyFiles: keyFilesOf(workspace) });
    const now = io.clock.seconds();
    const withState = keys.map((key) => ({ key, state: stateOf(key, keys, now) }));
    if (options.json) {
      printJson(
        io,
        withState.map(({ key, state }) => describeKey(key, state)),
      );
    } else if (keys.length === 0) {
      io.out("There are no keys yet. The server makes them when it starts.\n");
    } else {
      printTable(
        io,
        ["KID", "ALGORITHM", "STATE", "PUBLISHED SINCE", "UNTIL"],
        withState.map(({ key, state }) => [key.kid, key.algorithm, WORDS[state](key), ...publishedIn(key)]),
      );
    }
    // The list helps the operator to choose what to do.
    if (keys.length > 0) await requireUsableKeys(await withKeys(workspace));
  });
}

/** The cells for since when and until when a key is in the key set. */
function publishedIn({ file, createdAt, publishedUntil }: RingKey): readonly string[] {
  if (file !== undefined) return [`file ${file}`, "you remove it"];
  return [localTime(createdAt), publishedUntil === null ? "a newer key signs" : localTime(publishedUntil)];
}

/** Throws CommandError if the operator keeps the keys of the algorithm in files. */
async function requireOwnKeys(workspace: Workspace, algorithm: SigningAlgorithm): Promise<void> {
  const [key] = (await keyFilesOf(workspace).keys()).filter((each) => each.algorithm === algorithm);
  if (key === undefined) return;
  throw new CommandError(
    `The keys for ${algorithm} come from files (signing.key_files), such as ${key.file}: the server makes none. docs/keys.md says how to put another file in its place.`,
  );
}

async function rotateKey({ algorithm, now = false, ...options }: RotateOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const { signing } = workspace.configuration;
    const wanted = algorithm ?? signing.algorithms[0];
    if (wanted === undefined || !signing.algorithms.includes(wanted)) {
      throw new CommandError(
        `The server has no keys for ${wanted}: signing.algorithms names ${signing.algorithms.join(", ")}.`,
      );
    }
    await requireOwnKeys(workspace, wanted);
    const key = await rotateSigningKey(await withKeys(workspace), workspace.act, wanted, { atOnce: now });
    if (options.json) return printJson(io, describeKey(key, "next"));
    io.out(`Made the key ${key.kid} (${wanted}). It ${WORDS.next(key)}.\n`);
    if (now) {
      const known = localTime(key.createdAt + signing.publish_seconds);
      io.out(
        `  - An API that keeps the key set and does not fetch it again for a key that it does not know may refuse new tokens until ${known}.\n`,
      );
    }
    io.out("  - Tokens that the key before it signed stay valid.\n");
  });
}

async function retireKey(kid: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const fromFile = (await keyFilesOf(workspace).keys()).find((key) => key.kid === kid);
    if (fromFile !== undefined) {
      throw new CommandError(
        `The key ${kid} comes from the file ${fromFile.file}. Take the file out of signing.key_files, or put another key into it, and restart all nodes.`,
      );
    }
    const retired = await retireSigningKey(await withKeys(workspace), workspace.act, kid);
    if (retired === null) throw new CommandError(`There is no key ${kid}. List them: tessera key list`);
    const { successor } = retired;
    if (options.json) return printJson(io, { kid, state: "retired", successor: successor?.kid ?? null });
    io.out(
      [
        `Retired the key ${kid} (${retired.key.algorithm}).`,
        "  - Tokens that it signed do not verify any more. APIs that keep the key set accept them until they fetch it again.",
        ...(successor === null ? [] : [successorWords(successor, workspace)]),
        "  - Every process of the server knows in less than a minute.\n",
      ].join("\n"),
    );
  });
}

function successorWords(
  { kid, signsFrom, createdAt }: SigningKeyRecord,
  { clock, configuration }: Workspace,
): string {
  const now = clock.seconds();
  if (signsFrom > now) return `  - ${kid} takes its place and signs from ${localTime(signsFrom)}.`;
  const known = createdAt + configuration.signing.publish_seconds;
  return known <= now
    ? `  - ${kid} signs now. It was published long enough for every API to know it.`
    : `  - ${kid} signs now. An API that keeps the key set and does not fetch it again for a key that it does not know may refuse new tokens until ${localTime(known)}.`;
}
