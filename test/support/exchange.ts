/** A chain of APIs for tests of token exchange (RFC 8693): shop → orders → stock → ledger. */
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { expectTokens, type Json, textOf, tokensFor } from "./flows.ts";
import { basic, SECRET, type TestServer } from "./server.ts";

export const EXCHANGE_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange";
export const TOKEN_TYPE = "urn:ietf:params:oauth:token-type:";
export const ORDERS = "https://orders.example/";
export const STOCK = "https://stock.example/";
export const LEDGER = "https://ledger.example/";

const api = (client_id: string) => ({
  client_id,
  secrets: [SECRET],
  grant_types: ["client_credentials", EXCHANGE_GRANT],
});

/** The client `web` signs people in. Each API is a client of its own. `backup-api` may exchange nothing. */
export const EXCHANGE_CONFIGURATION: ConfigurationInput = {
  scopes: [
    { name: "orders.read", description: "See your orders" },
    { name: "stock.read", description: "See what is in stock" },
    { name: "ledger.read", description: "See the books" },
  ],
  resources: [
    {
      identifier: ORDERS,
      scopes: ["orders.read", "stock.read", "ledger.read"],
      introspection_clients: ["orders-api"],
    },
    {
      identifier: STOCK,
      scopes: ["orders.read", "stock.read", "ledger.read"],
      introspection_clients: ["stock-api"],
    },
    {
      identifier: LEDGER,
      scopes: ["ledger.read"],
      introspection_clients: ["ledger-api"],
      access_token_format: "jwt",
    },
  ],
  clients: [
    {
      client_id: "web",
      client_name: "Shop",
      redirect_uris: ["https://client.example/callback"],
      secrets: [SECRET],
      grant_types: ["authorization_code", "refresh_token", EXCHANGE_GRANT],
    },
    api("orders-api"),
    api("stock-api"),
    api("ledger-api"),
    api("backup-api"),
  ],
  token_exchange: [
    { client: "orders-api", resources: [STOCK], scopes: ["stock.read", "ledger.read"] },
    { client: "stock-api", from_clients: ["orders-api"], resources: [LEDGER, STOCK] },
    { client: "ledger-api", from_resources: [STOCK], resources: [LEDGER], act: "impersonation" },
    {
      client: "web",
      from_clients: ["web"],
      resources: [STOCK, LEDGER],
      scopes: ["stock.read", "ledger.read"],
    },
  ],
};

export const SCOPE = "orders.read stock.read ledger.read";

/** The tokens of a person who signed in at the shop. The access token is for `resource`. */
export const shopTokens = (
  server: TestServer,
  account: AccountRecord,
  resource = ORDERS,
  scope = SCOPE,
): Promise<Json> => tokensFor(server, account, { scope, resource });

type Pairs = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Exchanges an access token, with changes. */
export function exchange(
  server: TestServer,
  clientId: string,
  token: string,
  changes: Pairs = {},
  secret = SECRET,
  headers: Record<string, string> = {},
): Promise<Response> {
  const form: Pairs = {
    grant_type: EXCHANGE_GRANT,
    subject_token: token,
    subject_token_type: `${TOKEN_TYPE}access_token`,
    ...changes,
  };
  const pairs = Object.entries(form).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, one]),
  );
  return server.post("/auth/token", pairs, { ...basic(clientId, secret), ...headers });
}

/** The new access token of an exchange that succeeds. */
export async function exchanged(
  server: TestServer,
  clientId: string,
  token: string,
  changes: Pairs = {},
): Promise<string> {
  return textOf(await expectTokens(await exchange(server, clientId, token, changes)), "access_token");
}

export async function introspectedBy(server: TestServer, clientId: string, token: string): Promise<Json> {
  const response = await server.post("/auth/introspect", { token }, basic(clientId, SECRET));
  return (await response.json()) as Json;
}

/** A token that an API gets for itself. */
export async function ownToken(server: TestServer, clientId: string, form: Pairs = {}): Promise<string> {
  const response = await server.post(
    "/auth/token",
    { grant_type: "client_credentials", ...(form as Record<string, string>) },
    basic(clientId, SECRET),
  );
  return textOf(await expectTokens(response), "access_token");
}
