/** `tessera token …`: what a token is worth now, and ending it. */
import type { Command } from "commander";
import { parseCredential, recordIdText, secretMatches } from "../credentials/credential.ts";
import {
  type ActiveIntrospection,
  INACTIVE,
  introspectAccessToken,
  introspectRefreshToken,
} from "../credentials/introspection.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import type { Store } from "../store/contract.ts";
import { CommandError } from "./command-error.ts";
import type { Io } from "./io.ts";
import { formatFacts, localAndRelative, printJson } from "./output.ts";
import { type CommonOptions, inWorkspace, withCommonOptions } from "./workspace.ts";

/** What the operator learns of a token; more than introspection tells a client. */
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
  await inWorkspace(options, io, {}, async ({ store, configuration }) => {
    const now = io.clock.seconds();
    const finding = await findToken(store, configuration.issuer, token, now);
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

async function findToken(store: Store, issuer: string, text: string, now: number): Promise<Finding> {
  const access = parseCredential("access_token", text);
  if (access !== null) {
    const kind = "access token";
    const found = await store.findActiveAccessToken(access.id, now);
    if (found === null)
      return { state: "inactive", kind, why: "it has expired, was revoked, or was never issued here" };
    if (!secretMatches(access.secret, found.token.digest))
      return { state: "inactive", kind, why: "it was never issued here" };
    const view = introspectAccessToken(issuer, found.token, found.grant);
    return { state: "active", kind, view, grantId: found.token.grantId };
  }
  const refresh = parseCredential("refresh_token", text);
  if (refresh !== null) {
    const kind = "refresh token";
    const found = await store.findRefreshToken(refresh.id);
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
  await inWorkspace(options, io, {}, async ({ store, configuration }) => {
    const now = io.clock.seconds();
    const finding = await findToken(store, configuration.issuer, token, now);
    const revoked = finding.state === "active" && (await revokeFound(store, token, finding.grantId, now));
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
  store: Store,
  text: string,
  grantId: RecordId | null,
  now: number,
): Promise<boolean> {
  const access = parseCredential("access_token", text);
  if (access !== null) return store.revokeAccessToken(access.id);
  return grantId !== null && store.revokeGrant(grantId, "revoked_by_operator", now);
}
