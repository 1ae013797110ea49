/** `tessera grant …`: lists and takes back the access that people gave to applications. */
import type { Command } from "commander";
import { describeGrant } from "../api/describe.ts";
import { parseRecordId, recordIdText } from "../credentials/credential.ts";
import { everyGrant, findGrant, type GrantFilter, revokeAccess, revokeGrant } from "../operations/access.ts";
import { collect } from "../operations/paging.ts";
import type { AccessFilter } from "../rules/grant.ts";
import type { GrantRecord } from "../store/tables/grants.ts";
import { CommandError } from "./command-error.ts";
import { requireAccount, requireClient } from "./find.ts";
import type { Io } from "./io.ts";
import { counted, localTime, printJson, printTable } from "./output.ts";
import { type CommonOptions, inWorkspace, type Workspace, withCommonOptions } from "./workspace.ts";

interface FilterOptions extends CommonOptions {
  readonly user?: string;
  readonly client?: string;
}

export function addGrantCommands(program: Command, io: Io): void {
  const grant = program
    .command("grant")
    .description("list and revoke what people allowed applications")
    .addHelpText(
      "after",
      `
Examples:
  tessera grant list --user ada
  tessera grant revoke --user ada --client wiki`,
    );

  withCommonOptions(grant.command("list").description("list the access that is alive, newest first"))
    .option("--user <username>", "only what this person allowed")
    .option("--client <client_id>", "only what this client was allowed")
    .addHelpText("after", "\nExample:\n  tessera grant list --user ada")
    .action((options: FilterOptions) => listGrants(options, io));

  withCommonOptions(
    grant
      .command("revoke [grant_id]")
      .description(
        "end access and all its tokens; the person is asked before the application gets access again",
      ),
  )
    .option("--user <username>", "everything this person allowed")
    .option("--client <client_id>", "everything this client was allowed, and its own tokens")
    .addHelpText(
      "after",
      `
Examples:
  tessera grant revoke AZqh3kVtcE2mJ0QhGm8yfg
  tessera grant revoke --user ada --client wiki`,
    )
    .action((grantId: string | undefined, options: FilterOptions) => revokeGrants(grantId, options, io));
}

/** The filter of the options; null without options. Throws CommandError if the person or client does not exist. */
async function filterOf({ user, client }: FilterOptions, workspace: Workspace): Promise<AccessFilter | null> {
  const subject = user === undefined ? undefined : (await requireAccount(workspace, user)).subject;
  const clientId = client === undefined ? undefined : (await requireClient(workspace, client)).clientId;
  if (subject !== undefined) return clientId === undefined ? { subject } : { subject, clientId };
  return clientId === undefined ? null : { clientId };
}

/** Its scopes, and the types of its authorization details. `--json` has the details themselves. */
const namesOf = ({ scope, authorizationDetails }: GrantRecord): string[] => [
  ...scope,
  ...new Set((authorizationDetails ?? []).map(({ type }) => `${type}(…)`)),
];

const BY = {
  authorization_code: "code",
  device_code: "device",
  jwt_bearer: "assertion",
  ciba: "approval",
} as const;

async function listGrants(options: FilterOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const filter: GrantFilter = (await filterOf(options, workspace)) ?? {};
    const grants = await collect(everyGrant(workspace, filter, io.clock.seconds()));
    if (options.json) return printJson(io, grants.map(describeGrant));
    if (grants.length === 0) return io.out("No application has access.\n");
    printTable(
      io,
      ["grant_id", "person", "client_id", "scope", "for", "by", "since"],
      grants.map((grant) => [
        recordIdText(grant.id),
        grant.username,
        grant.clientId,
        namesOf(grant).join(" "),
        grant.resources.join(" "),
        BY[grant.via],
        localTime(grant.createdAt),
      ]),
    );
  });
}

async function revokeGrants(grantId: string | undefined, options: FilterOptions, io: Io): Promise<void> {
  const isFiltered = options.user !== undefined || options.client !== undefined;
  if ((grantId !== undefined) === isFiltered) {
    throw new CommandError("Name one grant, or --user and --client. See: tessera grant list");
  }
  await inWorkspace(options, io, {}, async (workspace) => {
    const now = io.clock.seconds();
    const filter = await filterOf(options, workspace);
    if (filter !== null) return revokeFiltered(filter, options, io, workspace);
    const grant = await requireGrant(workspace, grantId ?? "");
    const revoked = await revokeGrant(workspace, workspace.act, grant.id, "revoked_by_operator", now);
    if (options.json) return printJson(io, { revoked: revoked ? [recordIdText(grant.id)] : [] });
    io.out(
      revoked
        ? `Revoked. Every token that was issued from it has ended, and ${grant.username} will be asked before ${grant.clientId} gets access again.\n`
        : "The grant was revoked before, and its tokens had ended.\n",
    );
  });
}

async function revokeFiltered(
  filter: AccessFilter,
  options: FilterOptions,
  io: Io,
  workspace: Workspace,
): Promise<void> {
  const { act } = workspace;
  const now = io.clock.seconds();
  const { grants, consents } = await revokeAccess(workspace, act, filter, "revoked_by_operator", now);
  if (options.json) return printJson(io, { revoked: grants.map(recordIdText), consents_forgotten: consents });
  io.out(
    `Revoked ${counted(grants.length, "grant")} and forgot ${counted(consents, "remembered consent")}. The tokens have ended${
      filter.subject === undefined ? ", those that the client got for itself too" : ""
    }, and every application must ask before it gets access again.\n`,
  );
  if (filter.subject === undefined) {
    io.out(
      "The client can get tokens for itself again with its secret. To end that, remove the secret or the client.\n",
    );
  }
}

async function requireGrant(workspace: Workspace, grantId: string): Promise<GrantRecord> {
  const id = parseRecordId(grantId);
  const grant = id === null ? null : await findGrant(workspace, id);
  if (grant !== null) return grant;
  throw new CommandError(`There is no grant '${grantId}'. See: tessera grant list`);
}
