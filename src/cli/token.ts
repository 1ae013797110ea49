/** `tessera token …`: inspects and revokes tokens. */
import type { Command } from "commander";
import { recognizeAccessToken } from "../credentials/access-token-formats.ts";
import { parseCredential, recordIdText, secretMatches } from "../credentials/credential.ts";
import {
  type ActiveIntrospection,
  INACTIVE,
  introspectAccessToken,
  introspectRefreshToken,
} from "../credentials/introspection.ts";
import { revokeGrant } from "../operations/access.ts";
import { findLiveAccessToken, findRefreshToken, revokeAccessToken } from "../operations/tokens.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import { CommandError } from "./command-error.ts";
import type { Io } from "./io.ts";
import { formatFacts, localAndRelative, printJson } from "./output.ts";
import { type CommonOptions, inWorkspace, type Workspace, withCommonOptions } from "./workspace.ts";

/** The operator learns more about a token than introspection tells a client. */
type Finding =
  | {
      readonly state: "active";
      readonly kind: "access token" | "refresh token";
      readonly grantId: RecordId | null;
      readonly view: ActiveIntrospection;
    }
  | { readonly state: "inactive"; readonly kind: "access token" | "refresh token"; readonly why: string };

const FROM_STDIN = `
A token on the command line stays in the history of the shell. With - it is read from standard input.`;

export function addTokenCommands(program: Command, io: Io): void {
  const token = program.command("token").description("inspect and revoke access and refresh tokens");

  withCommonOptions(
    token.command("inspect <token>").description("say whether a token is valid, whose it is and what for"),
  )
    .addHelpText(
      "after",
      `${FROM_STDIN}\n\nExamples:\n  tessera token inspect tat_…\n  pbpaste | tessera token inspect -`,
    )
    .action((text: string, options: CommonOptions) => inspectToken(text, options, io));

  withCommonOptions(
    token
      .command("revoke <token>")
      .description("end a token; a refresh token takes everything of its grant with it"),
  )
    .addHelpText("after", `${FROM_STDIN}\n\nExample:\n  tessera token revoke -`)
    .action((text: string, options: CommonOptions) => revokeToken(text, options, io));
}

async function readToken(text: string, io: Io): Promise<string> {
  return (text === "-" ? await io.readStdin() : text).trim();
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
        owner: view.username === undefined ? "the client itself" : `${view.username} (${view.sub})`,
        client_id: view.client_id,
        scope: view.scope ?? "none",
        audience: [view.aud].flat().join(", "),
        issued: localAndRelative(view.iat, now),
        expires: localAndRelative(view.exp, now),
        grant_id: finding.grantId === null ? null : recordIdText(finding.grantId),
      }),
    );
  });
}

async function findToken(workspace: Workspace, text: string, now: number): Promise<Finding> {
  const { issuer } = workspace.configuration;
  const access = recognizeAccessToken(text);
  if (access !== null) {
    const kind = "access token";
    const found = await findLiveAccessToken(workspace, access.id, now);
    if (found === null)
      return { state: "inactive", kind, why: "it has expired, was revoked, or was never issued here" };
    if (!secretMatches(access.secret, found.digest))
      return { state: "inactive", kind, why: "it was never issued here" };
    const view = introspectAccessToken(issuer, found);
    return { state: "active", kind, view, grantId: found.grant?.id ?? null };
  }
  const refresh = parseCredential("refresh_token", text);
  if (refresh !== null) {
    const kind = "refresh token";
    const found = await findRefreshToken(workspace, refresh.id);
    if (found === null || !secretMatches(refresh.secret, found.token.digest)) {
      return { state: "inactive", kind, why: "it was never issued here, or has expired long ago" };
    }
    const { token, grant } = found;
    if (grant.revokedAt !== null) {
      return {
        state: "inactive",
        kind,
        why: `its grant was revoked: ${(grant.revokedReason ?? "").replaceAll("_", " ")}`,
      };
    }
    if (token.expiresAt <= now) return { state: "inactive", kind, why: "it has expired" };
    if (token.usedAt !== null)
      return { state: "inactive", kind, why: "it was used; a newer one took its place" };
    return { state: "active", kind, view: introspectRefreshToken(issuer, token, grant), grantId: grant.id };
  }
  throw new CommandError(
    "This is not a token of Tessera. An access token begins with tat_, a refresh token with trt_, and 64 characters follow.",
  );
}

async function revokeToken(text: string, options: CommonOptions, io: Io): Promise<void> {
  const token = await readToken(text, io);
  await inWorkspace(options, io, {}, async (workspace) => {
    const now = io.clock.seconds();
    const finding = await findToken(workspace, token, now);
    const revoked = finding.state === "active" && (await revokeFound(workspace, token, finding.grantId, now));
    if (options.json) return printJson(io, { revoked });
    if (finding.state === "inactive")
      return io.out(`The ${finding.kind} was not valid: ${finding.why}. Nothing changed.\n`);
    io.out(
      finding.kind === "access token"
        ? "Revoked the access token.\n"
        : "Revoked the refresh token, and with it everything that was issued from the same grant.\n",
    );
  });
}

/** As RFC 7009 §2.1 does: a refresh token ends its grant, an access token only itself. */
async function revokeFound(
  workspace: Workspace,
  text: string,
  grantId: RecordId | null,
  now: number,
): Promise<boolean> {
  const { act } = workspace;
  const access = recognizeAccessToken(text);
  if (access !== null) return revokeAccessToken(workspace, act, access.id);
  return grantId !== null && revokeGrant(workspace, act, grantId, "revoked_by_operator", now);
}
