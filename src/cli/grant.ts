/** `tessera grant …`: what people allowed applications, and taking it back. */
import type { Command } from "commander";
import type { GrantFilter, Store } from "../store/contract.ts";
import type { GrantRecord } from "../store/records.ts";
import { parseRecordId, recordIdText } from "../tokens/artefact.ts";
import { CommandError } from "./command-error.ts";
import { requireAccount, requireClient } from "./find.ts";
import type { Io } from "./io.ts";
import { counted, formatTable, isoTime, localTime, printJson } from "./output.ts";
import { type CommonOptions, inWorkspace, withCommonOptions } from "./workspace.ts";

interface FilterOptions extends CommonOptions {
  readonly user?: string;
  readonly client?: string;
}

export function addGrantCommands(program: Command, io: Io): void {
  const grant = program.command("grant").description("list and revoke what people allowed applications");

  withCommonOptions(grant.command("list").description("list the access that is alive, newest first"))
    .option("--user <username>", "only what this person allowed")
    .option("--client <client_id>", "only what this client was allowed")
    .addHelpText("after", "\nExample:\n  tessera grant list --user ada")
    .action((options: FilterOptions) => listGrants(options, io));

  withCommonOptions(
    grant
      .command("revoke [grant_id]")
      .description("end access, and with it every token that was issued from it"),
  )
    .option("--user <username>", "everything this person allowed")
    .option("--client <client_id>", "everything this client was allowed")
    .addHelpText(
      "after",
      `
Examples:
  tessera grant revoke AZqh3kVtcE2mJ0QhGm8yfg
  tessera grant revoke --user ada --client wiki`,
    )
    .action((grantId: string | undefined, options: FilterOptions) => revokeGrants(grantId, options, io));
}

async function filterOf({ user, client }: FilterOptions, store: Store): Promise<GrantFilter> {
  return {
    ...(user !== undefined && { subject: (await requireAccount(store, user)).subject }),
    ...(client !== undefined && { clientId: (await requireClient(store, client)).clientId }),
  };
}

async function listGrants(options: FilterOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async ({ store }) => {
    const grants = await store.listGrants(await filterOf(options, store), io.clock.seconds());
    if (options.json) return printJson(io, grants.map(describeGrant));
    if (grants.length === 0) return io.out("No application has access.\n");
    io.out(
      formatTable(
        ["grant_id", "person", "client_id", "scope", "for", "by", "since"],
        grants.map((grant) => [
          recordIdText(grant.id),
          grant.username,
          grant.clientId,
          grant.scope.join(" "),
          grant.resources.join(" "),
          grant.via === "device_code" ? "device" : "code",
          localTime(grant.createdAt),
        ]),
      ),
    );
  });
}

const describeGrant = (grant: GrantRecord) => ({
  id: recordIdText(grant.id),
  username: grant.username,
  subject: grant.subject,
  client_id: grant.clientId,
  scope: grant.scope.join(" "),
  resources: grant.resources,
  via: grant.via,
  created_at: isoTime(grant.createdAt),
  expires_at: isoTime(grant.expiresAt),
});

async function revokeGrants(grantId: string | undefined, options: FilterOptions, io: Io): Promise<void> {
  const filtered = options.user !== undefined || options.client !== undefined;
  if ((grantId !== undefined) === filtered) {
    throw new CommandError("Name one grant, or --user and --client. See: tessera grant list");
  }
  await inWorkspace(options, io, {}, async ({ store }) => {
    const now = io.clock.seconds();
    const revoked: string[] = [];
    const grants =
      grantId === undefined
        ? await store.listGrants(await filterOf(options, store), now)
        : [await requireGrant(store, grantId)];
    for (const grant of grants) {
      if (await store.revokeGrant(grant.id, "revoked_by_operator", now)) revoked.push(recordIdText(grant.id));
    }
    if (options.json) return printJson(io, { revoked });
    if (grantId === undefined)
      return io.out(`Revoked ${counted(revoked.length, "grant")}. Their tokens have ended.\n`);
    io.out(
      revoked.length === 1
        ? "Revoked. Every token that was issued from it has ended.\n"
        : "It was revoked before. Nothing changed.\n",
    );
  });
}

async function requireGrant(store: Store, grantId: string): Promise<GrantRecord> {
  const id = parseRecordId(grantId);
  const grant = id === null ? null : await store.findGrant(id);
  if (grant !== null) return grant;
  throw new CommandError(`There is no grant '${grantId}'. See: tessera grant list`);
}
