/** `tessera grant …`: what people allowed applications, and taking it back. */
import type { Command } from "commander";
import { parseRecordId, recordIdText } from "../credentials/credential.ts";
import type { AccessFilter, GrantFilter, Store } from "../store/contract.ts";
import type { GrantRecord } from "../store/records.ts";
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
      .description(
        "end access, with every token that was issued from it; the person is asked before there is more",
      ),
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

/** What the options name; null if they name nothing. Throws CommandError if it does not exist. */
async function filterOf({ user, client }: FilterOptions, store: Store): Promise<AccessFilter | null> {
  const subject = user === undefined ? undefined : (await requireAccount(store, user)).subject;
  const clientId = client === undefined ? undefined : (await requireClient(store, client)).clientId;
  if (subject !== undefined) return clientId === undefined ? { subject } : { subject, clientId };
  return clientId === undefined ? null : { clientId };
}

async function listGrants(options: FilterOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async ({ store }) => {
    const filter: GrantFilter = (await filterOf(options, store)) ?? {};
    const grants = await store.listGrants(filter, io.clock.seconds());
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
  const isFiltered = options.user !== undefined || options.client !== undefined;
  if ((grantId !== undefined) === isFiltered) {
    throw new CommandError("Name one grant, or --user and --client. See: tessera grant list");
  }
  await inWorkspace(options, io, {}, async ({ store }) => {
    const now = io.clock.seconds();
    const filter = await filterOf(options, store);
    if (filter !== null) return revokeFiltered(filter, options, io, store);
    const grant = await requireGrant(store, grantId ?? "");
    const revoked = await store.revokeGrant(grant.id, "revoked_by_operator", now);
    if (options.json) return printJson(io, { revoked: revoked ? [recordIdText(grant.id)] : [] });
    io.out(
      revoked
        ? `Revoked. Every token that was issued from it has ended, and ${grant.username} will be asked before ${grant.clientId} gets access again.\n`
        : "It was revoked before. Its tokens had ended.\n",
    );
  });
}

async function revokeFiltered(
  filter: AccessFilter,
  options: FilterOptions,
  io: Io,
  store: Store,
): Promise<void> {
  const { grants, consents } = await store.revokeAccess(filter, "revoked_by_operator", io.clock.seconds());
  if (options.json) return printJson(io, { revoked: grants.map(recordIdText), consents_forgotten: consents });
  io.out(
    `Revoked ${counted(grants.length, "grant")} and forgot ${counted(consents, "remembered consent")}. The tokens have ended, and nobody gets access again without asking.\n`,
  );
}

async function requireGrant(store: Store, grantId: string): Promise<GrantRecord> {
  const id = parseRecordId(grantId);
  const grant = id === null ? null : await store.findGrant(id);
  if (grant !== null) return grant;
  throw new CommandError(`There is no grant '${grantId}'. See: tessera grant list`);
}
