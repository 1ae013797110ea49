/** The clients of a recipe: what they are made of, and the act that makes them. */
import { isPublic } from "../clients/authentication-methods.ts";
import { chosenClientId, operatorPolicy } from "../clients/clients.ts";
import { checkClientMetadata } from "../clients/metadata.ts";
import type { Configuration } from "../configuration/schema.ts";
import { addClient, findClient } from "../operations/clients.ts";
import { type Catalogue, OWN_SCOPES } from "../protocol/catalogue.ts";
import type { GrantType } from "../protocol/grant-types.ts";
import type { Act } from "../rules/events.ts";
import type { ClientRecord, ClientRules } from "../store/tables/clients.ts";
import { type Recipe, type RecipeClient, RecipeError } from "./recipe.ts";
import { addressValues, clientValues, fill, type Values } from "./values.ts";

type AddContext = Parameters<typeof addClient>[0];

export interface RecipeContext extends AddContext {
  readonly configuration: Configuration;
  readonly catalogue: Catalogue;
}

/** What the operator says about the application. */
export interface Order {
  readonly recipe: Recipe;
  /** As `addressOf` returns it. */
  readonly url: string | null;
  /** The identifier of the first client. Default: the name of the recipe. */
  readonly clientId?: string;
  /** What people read on the consent page. Default: the name of the application. */
  readonly name?: string;
  /** Whether redirect URIs may have http on a network. */
  readonly allowsHttp?: boolean;
  /** Members of the metadata (RFC 7591) that the operator says otherwise or beside, for each client. */
  readonly further?: Readonly<Record<string, unknown>>;
  /** What the operator says about each client beside its metadata. */
  readonly rules?: Omit<Partial<ClientRules>, "requirePkce">;
}

export interface MadeClient {
  readonly part: RecipeClient;
  readonly client: ClientRecord;
  /** Null for a public client. */
  readonly secret: string | null;
}

/** The grant types of the client. */
export function grantTypesOf({ grants, refreshes, redirectUris }: RecipeClient): readonly GrantType[] {
  if (grants !== undefined) return grants;
  if (redirectUris.length === 0) return [];
  return refreshes === true ? ["authorization_code", "refresh_token"] : ["authorization_code"];
}

/** Whether the client is exempt from PKCE, and why; null if it is not. */
export const exemptionOf = ({ pkce, redirectUris }: RecipeClient): string | null =>
  typeof pkce === "string" || redirectUris.length === 0 ? null : pkce.never;

export const authenticationMethodOf = ({ secret }: RecipeClient) =>
  secret === "none" ? "none" : secret === "body" ? "client_secret_post" : "client_secret_basic";

/**
 * The address of the application as its texts need it, without a slash at the end; null if the recipe needs none. Throws
 * RecipeError for an address that the application cannot have, and for one that is missing or not needed.
 */
export function addressOf({ name, address }: Recipe, written: string | undefined): string | null {
  if (address === null) {
    if (written === undefined) return null;
    throw new RecipeError("address_not_needed", `${name} needs no address of its own. Leave out --url.`);
  }
  if (written === undefined)
    throw new RecipeError(
      "address_missing",
      `Say where people open ${name}, such as --url ${address.example}`,
    );
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(written))
    throw new RecipeError(
      "address_without_scheme",
      `The address needs a scheme: --url https://${written.replace(/^\/+/, "")}`,
    );
  if (!URL.canParse(written))
    throw new RecipeError(
      "address_malformed",
      `'${written}' is not an address. Write it like --url ${address.example}`,
    );
  const url = new URL(written);
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw new RecipeError(
      "address_not_web",
      `People open ${name} with https. Write --url https://${url.host}`,
    );
  if (url.search !== "" || url.hash !== "" || url.username !== "" || url.password !== "")
    throw new RecipeError(
      "address_with_more",
      `Write the address alone, without a user name, ? and #: --url ${url.origin}`,
    );
  const path = withoutSlashes(url.pathname);
  if (path !== "" && !address.path)
    throw new RecipeError(
      "address_with_path",
      `${name} cannot live below a path. If people open it at ${url.origin}: --url ${url.origin}`,
    );
  return url.origin + path;
}

/** Without the slashes at its end. */
function withoutSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === "/") end -= 1;
  return path.slice(0, end);
}

/** The identifiers of the clients: the chosen one, and those with a suffix. */
export const clientIdOf = (clientId: string, { suffix, published }: RecipeClient): string =>
  published?.clientId ?? (suffix === undefined ? clientId : `${clientId}-${suffix}`);

/** The metadata of a client in the words of RFC 7591. */
export function membersOf({ recipe, url, clientId = recipe.id, name }: Order, part: RecipeClient) {
  const values: Values = {
    ...addressValues(url),
    ...clientValues(undefined, clientIdOf(clientId, part), null),
  };
  const filled = (texts: readonly string[]) => texts.map((text) => fill(text, values));
  return {
    client_name: part.suffix === undefined ? (name ?? part.name ?? recipe.name) : (part.name ?? recipe.name),
    ...(url !== null && { client_uri: url }),
    redirect_uris: filled(part.redirectUris),
    grant_types: grantTypesOf(part),
    token_endpoint_auth_method: authenticationMethodOf(part),
    ...(part.scope.length > 0 && { scope: part.scope.join(" ") }),
    ...(part.algorithm !== undefined && { id_token_signed_response_alg: part.algorithm }),
    ...(part.postLogout !== undefined && { post_logout_redirect_uris: filled(part.postLogout) }),
    ...(part.backChannel !== undefined && {
      backchannel_logout_uri: fill(part.backChannel, values),
      backchannel_logout_session_required: true,
    }),
  };
}

/**
 * Makes the clients of the recipe, all but those that must be declared. Throws RecipeError if an identifier is taken or the
 * application cannot work, and OAuthError as `checkClientMetadata` does; then no client is made.
 */
export async function makeClients(context: RecipeContext, act: Act, order: Order): Promise<MadeClient[]> {
  const { recipe, clientId = recipe.id, allowsHttp = false, further, rules } = order;
  if (recipe.refused !== undefined)
    throw new RecipeError(
      "application_refused",
      `${recipe.name} cannot sign in with this server. ${recipe.refused.why} ${recipe.refused.instead}`,
    );
  requireScopes(context, order);
  const policy = operatorPolicy(context.configuration, context.catalogue, { allowsHttp });
  const wanted = recipe.clients
    .filter(({ published }) => published === undefined)
    .map((part) => {
      const chosen = chosenClientId(clientIdOf(clientId, part));
      if (chosen === null)
        throw new RecipeError(
          "identifier_refused",
          `'${clientId}' cannot be an identifier. Choose another --id.`,
        );
      const metadata = checkClientMetadata({ ...membersOf(order, part), ...further }, policy);
      const hasNoScope = part.scope.length === 0;
      return {
        part,
        client: {
          clientId: chosen,
          source: "operator" as const,
          metadata: hasNoScope ? { ...metadata, scope: [], defaultScope: [] } : metadata,
          requirePkce: isPublic(metadata) || exemptionOf(part) === null,
          ...rules,
          claims: { ...part.claims, ...rules?.claims },
        },
      };
    });
  for (const { client } of wanted) {
    if ((await findClient(context, client.clientId)) !== null) throw takenError(client.clientId);
  }
  const made: MadeClient[] = [];
  for (const { part, client } of wanted) {
    const added = await addClient(context, act, client);
    if (added === null) throw takenError(client.clientId);
    made.push({ part, ...added });
  }
  return made;
}

/** The scopes of the recipe that are no scopes of the server itself. The configuration must declare them first. */
export const ownScopesOf = ({ clients }: Recipe): string[] => {
  const every = new Set(clients.flatMap(({ scope }) => scope));
  return [...every].filter((name) => !OWN_SCOPES.some((own) => own.name === name));
};

function requireScopes({ catalogue }: RecipeContext, { recipe, url, clientId = recipe.id }: Order): void {
  const missing = ownScopesOf(recipe).find((name) => !catalogue.scopes.some((scope) => scope.name === name));
  if (missing === undefined) return;
  const values = { ...addressValues(url), ...clientValues(undefined, clientId, null) };
  throw new RecipeError(
    "scope_missing",
    `${recipe.name} needs the scope '${missing}'. Put this into tessera.toml, start the server again, and repeat the command:\n\n${fill(recipe.server ?? "", values)}`,
  );
}

const takenError = (clientId: string) =>
  new RecipeError(
    "identifier_taken",
    `The identifier '${clientId}' is taken. Choose another --id, or see: tessera client show ${clientId}`,
  );
