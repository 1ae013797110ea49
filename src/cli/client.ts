/** `tessera client …`: applications that may ask for tokens, and their secrets. */

import type { Command } from "commander";
import { isPublic } from "../clients/authentication-methods.ts";
import { chosenClientId, newClientId, operatorPolicy } from "../clients/clients.ts";
import { checkClientMetadata, describeClient } from "../clients/metadata.ts";
import { countGrants } from "../operations/access.ts";
import {
  addClient as addClientAct,
  disableClient,
  enableClient,
  everyClient,
  removeClient as removeClientAct,
  vouchForClient,
} from "../operations/clients.ts";
import { collect as all } from "../operations/paging.ts";
import { OAuthError } from "../protocol/errors.ts";
import { grantTypeNamed, SHORT_GRANTS } from "../protocol/grant-types.ts";
import type { ClientRecord } from "../store/tables.ts";
import { addClientSecretCommands } from "./client-secret.ts";
import { CommandError } from "./command-error.ts";
import { requireClient } from "./find.ts";
import type { Io } from "./io.ts";
import { counted, duration, formatFacts, formatTable, isoTime, localTime, printJson } from "./output.ts";
import { type CommonOptions, inWorkspace, withCommonOptions } from "./workspace.ts";

interface AddOptions extends CommonOptions {
  readonly name?: string;
  readonly id?: string;
  readonly redirectUri?: readonly string[];
  readonly grant?: readonly string[];
  readonly public?: boolean;
  readonly scope?: readonly string[];
  readonly defaultScope?: readonly string[];
  readonly pkce: boolean;
  readonly allowHttpRedirects?: boolean;
}

interface VouchOptions extends CommonOptions {
  readonly withdraw?: boolean;
}

const collect = (value: string, earlier: readonly string[] = []): string[] => [...earlier, value];
/** Accepts repeated options, and scopes with spaces or commas between them. */
const collectScope = (value: string, earlier: readonly string[] = []): string[] => [
  ...earlier,
  ...value.split(/[\s,]+/).filter((name) => name !== ""),
];

export function addClientCommands(program: Command, io: Io): void {
  const client = program
    .command("client")
    .description("add, list and remove applications, and roll their secrets");

  withCommonOptions(
    client.command("add").description("add a client; prints its identifier and, once, its secret"),
  )
    .option("--name <name>", "what people read on the consent page (default: the --id)")
    .option("--id <client_id>", "the identifier (default: a generated one)")
    .option("--redirect-uri <uri>", "where people are sent back to; repeatable", collect)
    .option("--grant <name>", `${Object.keys(SHORT_GRANTS).join(", ")}; repeatable`, collect)
    .option("--public", "an app, a page or a device that cannot keep a secret")
    .option("--scope <scope>", "what it may have (default: everything); repeatable", collectScope)
    .option("--default-scope <scope>", "what it gets when it asks for nothing; repeatable", collectScope)
    .option("--allow-http-redirects", "allow redirect URIs with http on a network, as on an intranet")
    .option("--no-pkce", "do not require PKCE; only for a client with a secret that cannot do it")
    .addHelpText(
      "after",
      `
Without --grant, a client with a redirect URI gets code and refresh, and one without gets client_credentials.

Examples:
  A web site with a server:   tessera client add --name Wiki --redirect-uri https://wiki.example/callback
  An app or a page:           tessera client add --name Notes --public --redirect-uri http://localhost/callback
  A television or a terminal: tessera client add --name TV --public --grant device --grant refresh
  A program of its own:       tessera client add --name Backup --grant client_credentials --scope files.read`,
    )
    .action((options: AddOptions) => addClient(options, io));

  withCommonOptions(client.command("list").description("list all clients"))
    .addHelpText("after", "\nExample:\n  tessera client list --json | jq -r '.[].client_id'")
    .action((options: CommonOptions) => listClients(options, io));

  withCommonOptions(client.command("show <client_id>").description("show everything about a client"))
    .addHelpText("after", "\nExample:\n  tessera client show wiki")
    .action((clientId: string, options: CommonOptions) => showClient(clientId, options, io));

  addClientSecretCommands(client, io);

  withCommonOptions(
    client
      .command("vouch <client_id>")
      .description("vouch for a client that registered itself: people are sent on to it without a page"),
  )
    .option("--withdraw", "no longer vouch for it")
    .addHelpText(
      "after",
      `
Without this, every answer to such a client waits for a person, who must also tick a box before allowing it anything.
To vouch for every client that registers, where strangers cannot register: --set registration.vouched=true

Examples:
  tessera client vouch cl_Zk3…
  tessera client vouch cl_Zk3… --withdraw`,
    )
    .action((clientId: string, options: VouchOptions) => vouchFor(clientId, options, io));

  withCommonOptions(
    client
      .command("disable <client_id>")
      .description("refuse a client and its tokens until it is enabled again; its grants stay"),
  )
    .addHelpText("after", "\nExample:\n  tessera client disable wiki")
    .action((clientId: string, options: CommonOptions) => setDisabled(clientId, true, options, io));

  withCommonOptions(client.command("enable <client_id>").description("let a disabled client work again"))
    .addHelpText("after", "\nExample:\n  tessera client enable wiki")
    .action((clientId: string, options: CommonOptions) => setDisabled(clientId, false, options, io));

  withCommonOptions(
    client.command("remove <client_id>").description("remove a client and end everything issued to it"),
  )
    .addHelpText("after", "\nExample:\n  tessera client remove wiki")
    .action((clientId: string, options: CommonOptions) => removeClient(clientId, options, io));
}

async function addClient(options: AddOptions, io: Io): Promise<void> {
  const clientId = options.id === undefined ? newClientId(io.random) : chosenClientId(options.id);
  if (clientId === null) {
    throw new CommandError(
      "The identifier must be 1 to 200 printable ASCII characters. It must not be a URL or begin with 'acc_'. Choose another --id.",
    );
  }
  const name = options.name ?? options.id;
  if (name === undefined) {
    throw new CommandError("Give the client a name that people know, such as --name Wiki.");
  }
  await inWorkspace(options, io, { mayCreate: true }, async (workspace) => {
    const { configuration, catalogue } = workspace;
    const grants = grantTypesOf(options);
    const needsSecret = !options.public;
    const exist = catalogue.scopes.map((entry): string => entry.name);
    const unknown = [...(options.scope ?? []), ...(options.defaultScope ?? [])].find(
      (scope) => !exist.includes(scope),
    );
    if (unknown !== undefined) {
      throw new CommandError(
        `There is no scope '${unknown}'. There are: ${exist.join(", ")}. More are declared in [[scopes]] of the configuration.`,
      );
    }
    if (!options.pkce && !needsSecret) {
      throw new CommandError("--no-pkce is only for clients with a secret. Leave out --public or --no-pkce.");
    }
    const metadata = checked(() =>
      checkClientMetadata(
        {
          client_name: name,
          redirect_uris: options.redirectUri ?? [],
          grant_types: grants,
          token_endpoint_auth_method: needsSecret ? "client_secret_basic" : "none",
          scope: options.scope?.join(" "),
          default_scope: options.defaultScope?.join(" "),
        },
        operatorPolicy(configuration, catalogue, { allowsHttp: options.allowHttpRedirects ?? false }),
      ),
    );
    const added = await addClientAct(workspace, workspace.act, {
      clientId,
      source: "command_line",
      metadata,
      requirePkce: options.pkce,
    });
    if (added === null) {
      throw new CommandError(
        `The identifier '${clientId}' is taken. Choose another --id, or see: tessera client show ${clientId}`,
      );
    }
    const { client, secret } = added;
    if (options.json) return printJson(io, { ...describe(client), ...(secret && { client_secret: secret }) });
    io.out(`Added the client ${name}.\n\n`);
    io.out(formatFacts({ client_id: clientId, client_secret: secret ?? "none: it is a public client" }));
    if (secret !== null)
      io.out("\nThe secret is shown only now, and only its digest is kept. Store it in a safe place.\n");
  });
}

function grantTypesOf(options: AddOptions): string[] {
  if (options.grant === undefined) {
    if (options.redirectUri !== undefined) return ["authorization_code", "refresh_token"];
    if (!options.public) return ["client_credentials"];
    throw new CommandError(
      "A public client needs --redirect-uri (code grant) or --grant device. See: tessera client add --help",
    );
  }
  return options.grant
    .flatMap((given) => given.split(","))
    .map((name) => {
      const full = grantTypeNamed(name);
      if (full !== undefined) return full;
      throw new CommandError(
        `There is no grant '${name}'. Use one of: ${Object.keys(SHORT_GRANTS).join(", ")}.`,
      );
    });
}

/** The checks of registration throw OAuthError; the command shows the text of that error. */
function checked<Result>(check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    if (error instanceof OAuthError)
      throw new CommandError(`${error.description} See: tessera client add --help`);
    throw error;
  }
}

async function listClients(options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const clients = await all(everyClient(workspace));
    if (options.json) return printJson(io, clients.map(describe));
    if (clients.length === 0) return io.out("There are no clients yet. Add one: tessera client add --help\n");
    io.out(
      formatTable(
        ["client_id", "name", "kind", "grants", "from", "state", "since"],
        clients.map((client) => [
          client.clientId,
          client.clientName ?? "",
          kindOf(client),
          client.grantTypes.map(shortGrant).join(" "),
          SOURCES[client.source],
          stateOf(client),
          localTime(client.createdAt),
        ]),
      ),
    );
  });
}

const SOURCES: Readonly<Record<ClientRecord["source"], string>> = {
  configuration: "configuration",
  command_line: "command line",
  registration: "registration",
  demo: "demonstration",
};

const kindOf = (client: ClientRecord): string => (isPublic(client) ? "public" : "confidential");

function stateOf({ disabledAt, disabledBy, usedAt }: ClientRecord): string {
  if (disabledAt === null) return usedAt === null ? "not used yet" : "active";
  return disabledBy === "left_out" ? "disabled: not declared any more" : "disabled";
}

const shortGrant = (grantType: string): string =>
  Object.entries(SHORT_GRANTS).find(([, full]) => full === grantType)?.[0] ?? grantType;

/** The metadata in the words of RFC 7591, with facts for the operator only. Never a secret. */
const describe = (client: ClientRecord) => ({
  ...describeClient(client),
  default_scope: client.defaultScope.join(" "),
  require_pkce: client.requirePkce,
  access_token_seconds: client.accessTokenSeconds,
  source: client.source,
  created_at: isoTime(client.createdAt),
  used_at: client.usedAt === null ? null : isoTime(client.usedAt),
  vouched_at: client.vouchedAt === null ? null : isoTime(client.vouchedAt),
  disabled_at: client.disabledAt === null ? null : isoTime(client.disabledAt),
  secrets: client.secrets.map((secret) => ({ id: secret.id, created_at: isoTime(secret.createdAt) })),
});

async function showClient(clientId: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const client = await requireClient(workspace, clientId);
    const grants = await countGrants(workspace, { clientId: client.clientId }, io.clock.seconds());
    if (options.json) return printJson(io, { ...describe(client), grants });
    io.out(
      formatFacts({
        client_id: client.clientId,
        name: client.clientName,
        kind: kindOf(client),
        state: stateOf(client),
        grants: client.grantTypes.map(shortGrant).join(", ") || "none",
        "redirect URIs": client.redirectUris.join(", ") || null,
        "home page": client.clientUri,
        scope: client.scope.join(" ") || "none",
        "default scope": client.defaultScope.join(" ") || "none",
        PKCE: client.requirePkce ? "required" : "not required",
        "access tokens":
          client.accessTokenSeconds === null ? null : `live ${duration(client.accessTokenSeconds)}`,
        secrets: client.secrets.length === 0 ? "none" : counted(client.secrets.length, "secret"),
        "access given": counted(grants, "grant"),
        from: SOURCES[client.source],
        vouched:
          client.source !== "registration"
            ? null
            : client.vouchedAt === null
              ? "no: people are asked each time"
              : `since ${localTime(client.vouchedAt)}`,
        created: localTime(client.createdAt),
        "first used": client.usedAt === null ? "never" : localTime(client.usedAt),
      }),
    );
  });
}

async function vouchFor(clientId: string, options: VouchOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const found = await requireClient(workspace, clientId);
    if (found.source !== "registration") {
      throw new CommandError(
        `'${clientId}' did not register itself, so you vouch for it by having added it. To stop it: tessera client disable ${clientId}`,
      );
    }
    const vouchedAt = options.withdraw ? null : io.clock.seconds();
    await vouchForClient(workspace, workspace.act, found.clientId, vouchedAt);
    if (options.json) return printJson(io, describe(await requireClient(workspace, clientId)));
    io.out(
      options.withdraw
        ? `You no longer vouch for ${clientId}. People are asked each time before they are sent on to it.\n`
        : `You vouch for ${clientId}. People are sent on to it without a page: ${found.redirectUris.join(", ") || "no address"}\n`,
    );
  });
}

async function setDisabled(
  clientId: string,
  disabled: boolean,
  options: CommonOptions,
  io: Io,
): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const { act } = workspace;
    const found = await requireClient(workspace, clientId);
    if (disabled) await disableClient(workspace, act, found.clientId, io.clock.seconds());
    else await enableClient(workspace, act, found.clientId);
    const client = await requireClient(workspace, clientId);
    if (options.json) return printJson(io, describe(client));
    io.out(
      disabled
        ? `Disabled ${clientId}: it cannot ask for tokens, and all its tokens are inactive. To end them for good: tessera client remove ${clientId}\n`
        : `Enabled ${clientId}. Its tokens that have not expired are active again.\n`,
    );
  });
}

async function removeClient(clientId: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const client = await requireClient(workspace, clientId);
    if (client.source === "configuration" && client.disabledBy !== "left_out") {
      throw new CommandError(
        `The client '${clientId}' is declared in the configuration and the next start would add it again. Remove it from the configuration and restart the server.`,
      );
    }
    const grants = await countGrants(workspace, { clientId: client.clientId }, io.clock.seconds());
    await removeClientAct(workspace, workspace.act, client.clientId, io.clock.seconds());
    if (options.json) return printJson(io, { client_id: clientId, removed: true, grants_revoked: grants });
    io.out(
      `Removed ${clientId}. All tokens issued to it have ended${grants === 0 ? "" : ` (${counted(grants, "grant")} revoked)`}.\n`,
    );
  });
}
