/** `tessera client …`: applications that may ask for tokens, and their secrets. */

import { type Command, Option } from "commander";
import { describeForOperator } from "../api/describe-client.ts";
import { isPublic } from "../clients/authentication-methods.ts";
import { chosenClientId, newClientId, operatorPolicy } from "../clients/clients.ts";
import { checkClientMetadata } from "../clients/metadata.ts";
import { workloadLine } from "../clients/workloads.ts";
import type { ExchangeRuleDeclaration } from "../configuration/exchange-schema.ts";
import { countGrants } from "../operations/access.ts";
import {
  addClient as addClientAct,
  disableClient,
  enableClient,
  everyClient,
  removeClient as removeClientAct,
  vouchForClient,
} from "../operations/clients.ts";
import { findLastUse } from "../operations/last-use.ts";
import { collect as all } from "../operations/paging.ts";
import { isoTime } from "../platform/clock.ts";
import { VERIFYING_NAMES } from "../protocol/signing-algorithms.ts";
import { rulesOf as exchangeRulesOf } from "../rules/token-exchange.ts";
import {
  CLIENT_SOURCES,
  type ClientRecord,
  type ClientSource,
  describesItself,
} from "../store/tables/clients.ts";
import { SOURCES, shortGrant } from "./client-describe.ts";
import { addClientDocumentCommands } from "./client-documents.ts";
import { addClientKeyCommands, withNewKeyFile } from "./client-key.ts";
import {
  checked,
  describingMembers,
  grantTypesNamed,
  newMethod,
  requireReadableName,
  requireScopes,
  rulesOf,
  withNewMetadata,
} from "./client-metadata.ts";
import { openIdFacts } from "./client-openid.ts";
import { addClientSecretCommands } from "./client-secret.ts";
import { addClientSetCommand } from "./client-set.ts";
import { CommandError } from "./command-error.ts";
import { declaredIn } from "./declared.ts";
import { requireClient, requireGroups } from "./find.ts";
import type { Io } from "./io.ts";
import {
  counted,
  duration,
  formatFacts,
  localAndRelative,
  localTime,
  printJson,
  printTable,
} from "./output.ts";
import { addFromRecipe, type RecipeOptions, withRecipe } from "./recipe.ts";
import { type CommonOptions, inWorkspace, withCommonOptions } from "./workspace.ts";

interface ListOptions extends CommonOptions {
  readonly source?: ClientSource;
}

interface VouchOptions extends CommonOptions {
  readonly withdraw?: boolean;
}

export function addClientCommands(program: Command, io: Io): void {
  const client = program
    .command("client")
    .description("add, list, change and remove applications, and roll their secrets")
    .addHelpText(
      "after",
      `
Examples:
  tessera client add --name Wiki --redirect-uri https://wiki.example/callback
  tessera client list
  tessera client secret --help                 to roll a secret without an outage`,
    );

  withNewMetadata(
    withRecipe(
      withCommonOptions(
        client.command("add").description("add a client; prints its identifier and, once, its secret"),
      ),
    ),
  )
    .addHelpText(
      "after",
      `
Without --grant, a client with a redirect URI gets code and refresh, and one without gets client_credentials.

Examples:
  A known application:        tessera client add --recipe immich --url https://photos.example.org
  A web site with a server:   tessera client add --name Wiki --redirect-uri https://wiki.example/callback
  An app or a page:           tessera client add --name Notes --public --redirect-uri http://localhost/callback
  A television or a terminal: tessera client add --name TV --public --grant device --grant refresh
  An agent that asks people:  tessera client add --name Agent --grant ciba --scope openid --scope mail.read
  A program of its own:       tessera client add --name Backup --grant client_credentials --scope files.read
  … with a key, no secret:    tessera client add --name Backup --auth private_key_jwt --new-key backup.jwk.json
  With sign-out everywhere:   tessera client add --name Files --redirect-uri https://files.example/callback \\
                                --backchannel-logout https://files.example/logout --post-logout-uri https://files.example/`,
    )
    .action((options: RecipeOptions) => addClient(options, io));

  withCommonOptions(client.command("list").description("list all clients"))
    .addOption(
      new Option(
        "--source <source>",
        "only those that came this way; metadata_document: described at a URL",
      ).choices(CLIENT_SOURCES),
    )
    .addHelpText(
      "after",
      `
Examples:
  tessera client list --json | jq -r '.[].client_id'
  tessera client list --source metadata_document`,
    )
    .action((options: ListOptions) => listClients(options, io));

  withCommonOptions(client.command("show <client_id>").description("show everything about a client"))
    .addHelpText(
      "after",
      `
Last used is when it last got a token, as far as its tokens and grants are still kept. Finding it takes seconds if there
are millions of tokens.

Example:
  tessera client show wiki`,
    )
    .action((clientId: string, options: CommonOptions) => showClient(clientId, options, io));

  addClientSetCommand(client, io);
  addClientDocumentCommands(client, io);
  addClientSecretCommands(client, io);
  addClientKeyCommands(client, io);

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

async function addClient(options: RecipeOptions, io: Io): Promise<void> {
  if (options.recipe !== undefined) return addFromRecipe(options.recipe, options, io);
  if (options.url !== undefined)
    throw new CommandError(
      "--url belongs to --recipe. The home page is --home-page. See: tessera recipe list",
    );
  const clientId = options.id === undefined ? newClientId(io.random) : chosenClientId(options.id);
  if (clientId === null) {
    throw new CommandError(
      "The identifier must be 1 to 200 printable ASCII characters, and not only spaces. It must not be a URL or begin with 'acc_'. Choose another --id.",
    );
  }
  requireReadableName(options.name);
  const name = options.name ?? options.id;
  if (name === undefined) {
    throw new CommandError("Give the client a name that people know, such as --name Wiki.");
  }
  await inWorkspace(options, io, { mayCreate: true }, async (workspace) => {
    const { configuration, catalogue } = workspace;
    const method = newMethod(options);
    const isOpen = method === "none";
    const grants = grantTypesOf(options, isOpen);
    requireScopes(workspace, options.scope, options.defaultScope);
    await requireGroups(workspace, options.allowGroup, options.denyGroup);
    const requirePkce = options.pkce ?? true;
    if (!requirePkce && isOpen) {
      throw new CommandError("--no-pkce is only for clients with a secret. Leave out --public or --no-pkce.");
    }
    const metadataWith = (jwks?: unknown) =>
      checkClientMetadata(
        {
          ...describingMembers(options),
          ...(jwks !== undefined && { jwks }),
          client_name: name,
          redirect_uris: options.redirectUri ?? [],
          grant_types: grants,
          token_endpoint_auth_method: method,
          scope: options.scope?.join(" "),
          default_scope: options.defaultScope?.join(" "),
        },
        operatorPolicy(configuration, catalogue, {
          allowsHttp: options.allowHttpRedirects ?? false,
          hasWorkloads: (options.workload ?? []).length > 0,
        }),
      );
    const hasNoScope = options.scope?.length === 0;
    const add = async (jwks?: unknown) => {
      const metadata = checked("tessera client add", () => metadataWith(jwks));
      const added = await addClientAct(workspace, workspace.act, {
        clientId,
        source: "operator",
        metadata: hasNoScope ? { ...metadata, scope: [], defaultScope: [] } : metadata,
        requirePkce,
        ...rulesOf(options),
      });
      if (added !== null) return added;
      throw new CommandError(
        `The identifier '${clientId}' is taken. Choose another --id, or see: tessera client show ${clientId}`,
      );
    };
    const { newKey } = options;
    if (
      newKey !== undefined &&
      (method !== "private_key_jwt" || options.jwks !== undefined || options.jwksUri !== undefined)
    )
      throw new CommandError(
        "--new-key goes with --auth private_key_jwt, and takes the place of --jwks and --jwks-uri.",
      );
    const { client, secret } =
      newKey === undefined
        ? await add()
        : await withNewKeyFile(newKey, algorithmNamed(options.authAlg), ({ publicJwk }) =>
            add({ keys: [publicJwk] }),
          );
    if (options.json)
      return printJson(io, { ...describeForOperator(client), ...(secret && { client_secret: secret }) });
    io.out(`Added the client ${name}.\n\n`);
    io.out(
      formatFacts({
        client_id: clientId,
        client_secret:
          secret ??
          (isOpen
            ? "none: it is a public client"
            : options.workload
              ? "none: its platform says who it is"
              : `none: it proves who it is by ${method}`),
        "private key": newKey ?? null,
      }),
    );
    if (newKey !== undefined)
      io.out(
        "\nThe private key is in that file, and nowhere else. Give it to the client, and to no one else.\n",
      );
    if (secret !== null)
      io.out("\nThe secret is shown only now, and only its digest is kept. Store it in a safe place.\n");
  });
}

/** The algorithm of a new key pair; undefined for a name that the check of the metadata refuses, or none. */
const algorithmNamed = (name: string | undefined) => VERIFYING_NAMES.find((algorithm) => algorithm === name);

function grantTypesOf(options: RecipeOptions, isOpen: boolean): string[] {
  if (options.grant !== undefined) return grantTypesNamed(options.grant);
  if (options.redirectUri !== undefined) return ["authorization_code", "refresh_token"];
  if (!isOpen) return ["client_credentials"];
  throw new CommandError(
    "A public client needs --redirect-uri (code grant) or --grant device. See: tessera client add --help",
  );
}

async function listClients(options: ListOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const clients = await all(everyClient(workspace, options.source));
    if (options.json) return printJson(io, clients.map(describeForOperator));
    if (clients.length === 0 && options.source !== undefined)
      return io.out("There are no such clients. See: tessera client list\n");
    if (clients.length === 0) return io.out("There are no clients yet. Add one: tessera client add --help\n");
    printTable(
      io,
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
    );
  });
}

const kindOf = (client: ClientRecord): string => (isPublic(client) ? "public" : "confidential");

function stateOf({ disabledAt, disabledBy, usedAt }: ClientRecord): string {
  if (disabledAt === null) return usedAt === null ? "not used yet" : "active";
  if (disabledBy === "blocked") return "blocked";
  return disabledBy === "left_out" ? "disabled: not declared any more" : "disabled";
}

/** "a token of shop for one for https://stock.example with stock.read". */
const exchangeWords = ({
  from_clients,
  from_resources,
  resources,
  scopes,
  act,
}: ExchangeRuleDeclaration): string =>
  [
    "a token",
    from_clients === undefined ? null : `of ${from_clients.join(" or ")}`,
    from_resources === undefined ? null : `meant for ${from_resources.join(" or ")}`,
    `for one for ${resources.join(" ")}`,
    scopes === undefined ? null : `with ${scopes.join(" ")}`,
    act === "delegation" ? null : "that does not say who acts",
  ]
    .filter((words) => words !== null)
    .join(" ");

async function showClient(clientId: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const client = await requireClient(workspace, clientId);
    const now = io.clock.seconds();
    const grants = await countGrants(workspace, { clientId: client.clientId }, now);
    const lastUsed = await findLastUse(workspace, client);
    if (options.json) {
      const last_used_at = lastUsed === null ? null : isoTime(lastUsed);
      return printJson(io, { ...describeForOperator(client), last_used_at, grants });
    }
    io.out(
      formatFacts({
        client_id: client.clientId,
        name: client.clientName,
        kind: kindOf(client),
        state: stateOf(client),
        grants: client.grantTypes.map(shortGrant).join(", ") || "none",
        "redirect URIs": client.redirectUris.join(", ") || null,
        "home page": client.clientUri,
        logo: client.logoUri,
        terms: client.tosUri,
        privacy: client.policyUri,
        contacts: client.contacts.join(", ") || null,
        ...openIdFacts(client),
        scope: client.scope.join(" ") || "none",
        "default scope": client.defaultScope.join(" ") || "none",
        PKCE: client.requirePkce ? "required" : "not required",
        "access tokens":
          [
            client.accessTokenFormat,
            client.accessTokenSeconds === null ? null : `live ${duration(client.accessTokenSeconds)}`,
          ]
            .filter((words) => words !== null)
            .join(", ") || null,
        "refresh tokens":
          client.refreshTokenSeconds === null ? null : `live ${duration(client.refreshTokenSeconds)}`,
        exchanges:
          exchangeRulesOf(workspace.configuration.token_exchange, client.clientId)
            .map(exchangeWords)
            .join("; ") || null,
        "sign-in": client.minimumAcr === "2" ? "with a second factor" : null,
        "only for": client.allowedGroups.join(", ") || null,
        claims:
          Object.entries(client.claims)
            .map(
              ([name, source]) => `${name}=${typeof source === "string" ? source : JSON.stringify(source)}`,
            )
            .join(", ") || null,
        "not for": client.deniedGroups.join(", ") || null,
        workloads: client.workloads.map(workloadLine).join("; ") || null,
        "proves itself by": isPublic(client) ? null : client.tokenEndpointAuthMethod,
        secrets: client.secrets.length === 0 ? "none" : counted(client.secrets.length, "secret"),
        "access given": counted(grants, "grant"),
        from: SOURCES[client.source],
        vouched: !describesItself(client.source)
          ? null
          : client.vouchedAt === null
            ? "no: people are asked each time"
            : `since ${localTime(client.vouchedAt)}`,
        "document fetched":
          client.document === null ? null : localAndRelative(client.document.fetchedAt, now),
        created: localTime(client.createdAt),
        "first used": client.usedAt === null ? "never" : localTime(client.usedAt),
        "last used": lastUsed === null ? null : localAndRelative(lastUsed, now),
      }),
    );
  });
}

async function vouchFor(clientId: string, options: VouchOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const found = await requireClient(workspace, clientId);
    if (!describesItself(found.source)) {
      throw new CommandError(
        `'${clientId}' did not register itself, so you vouch for it by having added it. To stop it: tessera client disable ${clientId}`,
      );
    }
    const vouchedAt = options.withdraw ? null : io.clock.seconds();
    await vouchForClient(workspace, workspace.act, found.clientId, vouchedAt);
    if (options.json) return printJson(io, describeForOperator(await requireClient(workspace, clientId)));
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
    if (options.json) return printJson(io, describeForOperator(client));
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
        `The client '${clientId}' is declared in ${declaredIn(options, io)}, and the next start would add it again. Take it out there, and start the server again.`,
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
