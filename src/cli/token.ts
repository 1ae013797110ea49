/** `tessera token …`: inspects, lists and revokes tokens. */
import type { Command } from "commander";
import type { ActClaim } from "../credentials/act-claim.ts";
import { parseRecordId, recordIdText } from "../credentials/credential.ts";
import { INACTIVE, introspectAccessToken } from "../credentials/introspection.ts";
import { type VerifyJwt, verifyJwt } from "../keys/verify.ts";
import { revokeGrant } from "../operations/access.ts";
import { endClientTokens } from "../operations/clients.ts";
import { createKeyFiles } from "../operations/key-files.ts";
import { collect } from "../operations/paging.ts";
import { findRingKeys } from "../operations/signing-keys.ts";
import { findToken as findPresented, type TokenFinding } from "../operations/token-finding.ts";
import { everyAccessToken, revokeAccessToken } from "../operations/tokens.ts";
import { CommandError } from "./command-error.ts";
import { requireAccount, requireClient } from "./find.ts";
import type { Io } from "./io.ts";
import { formatFacts, localAndRelative, printJson, printTable, relativeTime } from "./output.ts";
import { makeProof, readProofKey } from "./proof-key.ts";
import { type CommonOptions, inWorkspace, type Workspace, withCommonOptions } from "./workspace.ts";

interface FilterOptions extends CommonOptions {
  readonly user?: string;
  readonly client?: string;
}

interface RevokeOptions extends CommonOptions {
  readonly id?: string;
  readonly client?: string;
}

interface ProofOptions {
  readonly key: string;
  readonly method: string;
  readonly nonce?: string;
}

const FROM_STDIN = `
A token on the command line stays in the history of the shell. With - it is read from standard input.`;

export function addTokenCommands(program: Command, io: Io): void {
  const token = program
    .command("token")
    .description("inspect, list and revoke access and refresh tokens")
    .addHelpText(
      "after",
      `
Examples:
  pbpaste | tessera token inspect -
  tessera token list --client backup`,
    );

  withCommonOptions(
    token.command("inspect <token>").description("say whether a token is valid, whose it is and what for"),
  )
    .addHelpText(
      "after",
      `${FROM_STDIN}\n\nExamples:\n  tessera token inspect tat_…\n  pbpaste | tessera token inspect -`,
    )
    .action((text: string, options: CommonOptions) => inspectToken(text, options, io));

  token
    .command("proof <token> <url>")
    .description("make the DPoP proof for one request with a token of tessera login --dpop-key")
    .requiredOption("--key <file>", "the key to which the token is bound")
    .option("--method <method>", "the method of the request", "GET")
    .option("--nonce <nonce>", "what the server asked for in the header DPoP-Nonce")
    .addHelpText(
      "after",
      `${FROM_STDIN} A proof is good for one request, for some minutes.

Example:
  curl -H "Authorization: DPoP $TOKEN" -H "DPoP: $(tessera token proof "$TOKEN" https://auth.example/api/people --key me.jwk.json)" https://auth.example/api/people`,
    )
    .action((text: string, url: string, options: ProofOptions) => printProof(text, url, options, io));

  withCommonOptions(token.command("list").description("list the access tokens that are alive"))
    .option("--client <client_id>", "those of this client")
    .option("--user <username>", "those that act for this person")
    .addHelpText(
      "after",
      `
It reads all access tokens, which takes seconds if there are millions. Refresh tokens belong to grants: tessera grant list

Example:
  tessera token list --client backup`,
    )
    .action((options: FilterOptions) => listTokens(options, io));

  withCommonOptions(
    token
      .command("revoke [token]")
      .description("end a token; a refresh token takes everything of its grant with it"),
  )
    .option("--id <token_id>", "the access token with this id, from the list")
    .option("--client <client_id>", "every access token of this client")
    .addHelpText(
      "after",
      `${FROM_STDIN}

Examples:
  tessera token revoke -
  tessera token revoke --client backup`,
    )
    .action((text: string | undefined, options: RevokeOptions) => revokeToken(text, options, io));
}

async function readToken(text: string, io: Io): Promise<string> {
  return (text === "-" ? await io.readStdin() : text).trim();
}

async function printProof(
  text: string,
  url: string,
  { key: file, method, nonce }: ProofOptions,
  io: Io,
): Promise<void> {
  if (!URL.canParse(url)) throw new CommandError(`'${url}' is not a URL.`);
  const key = await readProofKey(file);
  const token = await readToken(text, io);
  io.out(`${await makeProof(key, { method, url: new URL(url), token, nonce }, io.clock.seconds())}\n`);
}

async function inspectToken(text: string, options: CommonOptions, io: Io): Promise<void> {
  const token = await readToken(text, io);
  await inWorkspace(options, io, {}, async (workspace) => {
    const now = io.clock.seconds();
    const finding = await findToken(workspace, token, now);
    if (options.json) return printJson(io, finding.state === "active" ? finding.view : INACTIVE);
    if (finding.state === "inactive") {
      return io.out(formatFacts({ state: "not valid", kind: finding.kind, why: finding.why }));
    }
    const { view } = finding;
    io.out(
      formatFacts({
        state: "valid",
        kind: finding.kind,
        owner:
          view.username === undefined
            ? view.sub === view.client_id
              ? "the client itself"
              : view.sub
            : `${view.username} (${view.sub})`,
        client_id: view.client_id,
        actors: actorsOf(view.act).join(", then ") || null,
        scope: view.scope ?? "none",
        audience: [view.aud].flat().join(", "),
        issued: localAndRelative(view.iat, now),
        expires: localAndRelative(view.exp, now),
        grant_id: finding.grantId === null ? null : recordIdText(finding.grantId),
      }),
    );
  });
}

/** Who acts in an exchanged token, from the first to the present one. */
const actorsOf = (act: ActClaim | undefined): string[] =>
  act === undefined ? [] : [...actorsOf(act.act), act.sub];

const verifyIn =
  (workspace: Workspace): VerifyJwt =>
  async (text, typ) => {
    const keyFiles = createKeyFiles(workspace.configuration.signing.key_files);
    const keys = await findRingKeys({ ...workspace, keyFiles });
    return verifyJwt(
      keys.map(({ publicKey }) => publicKey),
      text,
      typ,
    );
  };

async function findToken(workspace: Workspace, text: string, now: number): Promise<TokenFinding> {
  const { issuer } = workspace.configuration;
  const found = await findPresented({ ...workspace, issuer, verify: verifyIn(workspace) }, text, now);
  if (found !== null) return found;
  throw new CommandError(
    "This is not a token of Tessera. An access token begins with tat_, a refresh token with trt_, and 64 characters follow. A JWT must be signed with a key of this server.",
  );
}

async function listTokens(options: FilterOptions, io: Io): Promise<void> {
  if (options.client === undefined && options.user === undefined) {
    throw new CommandError("Name whose tokens to list: --client, --user, or both.");
  }
  await inWorkspace(options, io, {}, async (workspace) => {
    const { issuer } = workspace.configuration;
    const client = options.client === undefined ? undefined : await requireClient(workspace, options.client);
    const subject =
      options.user === undefined ? undefined : (await requireAccount(workspace, options.user)).subject;
    const now = io.clock.seconds();
    const tokens = await collect(everyAccessToken(workspace, { client, subject }, now));
    const views = tokens.map((token) => introspectAccessToken(issuer, token, true));
    if (options.json) return printJson(io, views);
    if (views.length === 0) return io.out("No access token is alive.\n");
    printTable(
      io,
      ["token_id", "person", "client_id", "scope", "for", "expires"],
      views.map((view) => [
        view.jti ?? "",
        view.username ?? "none",
        view.client_id,
        view.scope ?? "",
        [view.aud].flat().join(" "),
        relativeTime(view.exp, now),
      ]),
    );
  });
}

async function revokeToken(text: string | undefined, options: RevokeOptions, io: Io): Promise<void> {
  const named = [text, options.id, options.client].filter((given) => given !== undefined);
  if (named.length !== 1) {
    throw new CommandError("Name one token, or --id, or --client. See: tessera token revoke --help");
  }
  if (options.client !== undefined) return endTokensOf(options.client, options, io);
  if (options.id !== undefined) return revokeById(options.id, options, io);
  const token = await readToken(text ?? "", io);
  await inWorkspace(options, io, {}, async (workspace) => {
    const { kind, revoked, why } = await endToken(workspace, token, io.clock.seconds());
    if (options.json) return printJson(io, { revoked });
    if (!revoked) return io.out(`The ${kind} was not valid: ${why}. Nothing changed.\n`);
    io.out(
      kind === "access token"
        ? "Revoked the access token.\n"
        : "Revoked the refresh token, and with it everything that was issued from the same grant.\n",
    );
  });
}

/** As RFC 7009 §2.1 does: a refresh token ends its grant, even one that was used; an access token only itself. */
async function endToken(workspace: Workspace, text: string, now: number) {
  const finding = await findToken(workspace, text, now);
  const { kind } = finding;
  const why = finding.state === "inactive" ? finding.why : null;
  const { act } = workspace;
  if (kind === "refresh token") {
    const { grantId } = finding;
    const revoked =
      grantId !== null && (await revokeGrant(workspace, act, grantId, "revoked_by_operator", now));
    return { kind, revoked, why: why ?? "its grant has just been revoked" };
  }
  const id = finding.state === "active" ? finding.id : undefined;
  const revoked = id !== undefined && (await revokeAccessToken(workspace, act, id));
  return { kind, revoked, why: why ?? "it has just been revoked" };
}

async function revokeById(tokenId: string, options: CommonOptions, io: Io): Promise<void> {
  const id = parseRecordId(tokenId);
  await inWorkspace(options, io, {}, async (workspace) => {
    const revoked = id !== null && (await revokeAccessToken(workspace, workspace.act, id));
    if (!revoked) {
      throw new CommandError(
        `There is no access token '${tokenId}'. See: tessera token list --client CLIENT_ID`,
      );
    }
    if (options.json) return printJson(io, { revoked });
    io.out("Revoked the access token.\n");
  });
}

async function endTokensOf(clientId: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const client = await requireClient(workspace, clientId);
    await endClientTokens(workspace, workspace.act, client.clientId);
    if (options.json) return printJson(io, { client_id: clientId, tokens_ended: true });
    io.out(
      `Every access token of ${clientId} has ended. Grants stay: refresh tokens get new access tokens. To end the grants too: tessera grant revoke --client ${clientId}\n`,
    );
  });
}
