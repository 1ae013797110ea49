/** `tessera key …`: the keys that sign tokens. */
import { type Command, Option } from "commander";
import { findServerKeys } from "../operations/server-key.ts";
import {
  findSigningKeys,
  retireSigningKey,
  rotateSigningKey,
  type SigningKeyContext,
} from "../operations/signing-keys.ts";
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from "../protocol/signing-algorithms.ts";
import { type KeyState, stateOf } from "../rules/signing-key.ts";
import type { SigningKeyRecord } from "../store/tables.ts";
import { CommandError } from "./command-error.ts";
import type { Io } from "./io.ts";
import { formatTable, isoTime, localTime, printJson } from "./output.ts";
import { type CommonOptions, inWorkspace, type Workspace, withCommonOptions } from "./workspace.ts";

interface RotateOptions extends CommonOptions {
  readonly algorithm?: SigningAlgorithm;
  readonly now?: boolean;
}

/** Every process of the server reads the keys once a minute. */
const KNOWN_AFTER_SECONDS = 120;

export function addKeyCommands(program: Command, io: Io): void {
  const key = program
    .command("key")
    .description("list, rotate and retire the keys that sign tokens")
    .addHelpText(
      "after",
      `
The server rotates its keys by itself (signing.rotation_seconds). A new key is in the key set
at /auth/jwks.json for signing.publish_seconds before it signs, and a former one until the last
token that it signed has expired. So no API meets a signature that it cannot verify.`,
    );

  withCommonOptions(key.command("list").description("list the keys, oldest first"))
    .addHelpText("after", "\nExample:\n  tessera key list")
    .action((options: CommonOptions) => listKeys(options, io));

  withCommonOptions(key.command("rotate").description("make the next key before its time"))
    .addOption(
      new Option(
        "--algorithm <name>",
        "the key for this algorithm (default: the first of signing.algorithms)",
      ).choices(SIGNING_ALGORITHMS.map(({ algorithm }) => algorithm)),
    )
    .option("--now", "let it sign in two minutes: APIs that keep an older key set must fetch it again")
    .addHelpText("after", "\nExamples:\n  tessera key rotate\n  tessera key rotate --algorithm ES256 --now")
    .action((options: RotateOptions) => rotateKey(options, io));

  withCommonOptions(
    key
      .command("retire <kid>")
      .description("take a key out of the key set at once, because others may have it: its tokens end"),
  )
    .addHelpText("after", "\nExample:\n  tessera key retire IhWlnowFxY9I6hmZwkZC0SV4zacQf_UcPdlDZ3NfmTM")
    .action((kid: string, options: CommonOptions) => retireKey(kid, options, io));
}

const withKeys = async (workspace: Workspace): Promise<SigningKeyContext> => ({
  ...workspace,
  keys: (await findServerKeys(workspace)).keys,
});

const WORDS: Record<KeyState, (key: SigningKeyRecord) => string> = {
  next: ({ signsFrom }) => `signs from ${localTime(signsFrom)}`,
  current: () => "signs",
  former: ({ publishedUntil }) =>
    publishedUntil === null ? "verifies" : `verifies until ${localTime(publishedUntil)}`,
};

const describeKey = (key: SigningKeyRecord, state: KeyState) => ({
  kid: key.kid,
  algorithm: key.algorithm,
  state,
  created_at: isoTime(key.createdAt),
  signs_from: isoTime(key.signsFrom),
  published_until: key.publishedUntil === null ? null : isoTime(key.publishedUntil),
});

async function listKeys(options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const keys = await findSigningKeys(workspace);
    const now = io.clock.seconds();
    const withState = keys.map((key) => ({ key, state: stateOf(key, keys, now) }));
    if (options.json)
      return printJson(
        io,
        withState.map(({ key, state }) => describeKey(key, state)),
      );
    if (keys.length === 0) return io.out("There are no keys yet. The server makes them when it starts.\n");
    io.out(
      formatTable(
        ["KID", "ALGORITHM", "STATE"],
        withState.map(({ key, state }) => [key.kid, key.algorithm, WORDS[state](key)]),
      ),
    );
  });
}

async function rotateKey(
  { algorithm, now: isNow = false, ...options }: RotateOptions,
  io: Io,
): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const { signing } = workspace.configuration;
    const wanted = algorithm ?? signing.algorithms[0];
    if (wanted === undefined || !signing.algorithms.includes(wanted)) {
      throw new CommandError(`The server has no keys for ${wanted}: signing.algorithms does not name it.`);
    }
    const now = io.clock.seconds();
    const signsFrom = now + (isNow ? KNOWN_AFTER_SECONDS : signing.publish_seconds);
    const key = await rotateSigningKey(await withKeys(workspace), workspace.act, wanted, signsFrom);
    if (options.json) return printJson(io, describeKey(key, "next"));
    io.out(`Made the key ${key.kid} (${wanted}). It ${WORDS.next(key)}.\n`);
  });
}

async function retireKey(kid: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    if (!(await retireSigningKey(await withKeys(workspace), workspace.act, kid))) {
      throw new CommandError(`There is no key ${kid}. List them: tessera key list`);
    }
    if (options.json) return printJson(io, { kid, state: "retired" });
    io.out(
      `Retired the key ${kid}. The server takes it out of the key set within a minute. APIs drop it when they fetch the key set again.\n`,
    );
  });
}
