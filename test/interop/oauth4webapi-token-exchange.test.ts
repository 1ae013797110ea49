/** `oauth4webapi` exchanges a token (RFC 8693): metadata, request, answer and refusals, as the library checks them. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import * as oauth from "oauth4webapi";
import {
  EXCHANGE_CONFIGURATION,
  EXCHANGE_GRANT,
  introspectedBy,
  STOCK,
  shopTokens,
  TOKEN_TYPE,
} from "../support/exchange.ts";
import { textOf } from "../support/flows.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { rejectionOf } from "../support/rejection.ts";
import { SECRET } from "../support/server.ts";

let server: ListeningServer;
let as: oauth.AuthorizationServer;
const insecure = { [oauth.allowInsecureRequests]: true } as const;
const client = { client_id: "orders-api" };
const authentication = oauth.ClientSecretBasic(SECRET);

beforeAll(async () => {
  server = await startListeningServer(EXCHANGE_CONFIGURATION);
  const issuer = new URL(server.issuer);
  as = await oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure }),
  );
});
afterAll(() => server.close());

const exchange = async (parameters: Record<string, string>): Promise<oauth.TokenEndpointResponse> =>
  oauth.processGenericTokenEndpointResponse(
    as,
    client,
    await oauth.genericTokenEndpointRequest(as, client, authentication, EXCHANGE_GRANT, parameters, insecure),
  );

test("an API exchanges the token of a person, and learns why it may not exchange another one", async () => {
  expect(as.grant_types_supported).toContain(EXCHANGE_GRANT);
  const token = textOf(await shopTokens(server, await server.addPerson("ada")), "access_token");
  const wish = {
    subject_token: token,
    subject_token_type: `${TOKEN_TYPE}access_token`,
    resource: STOCK,
  };
  const answer = await exchange({ ...wish, scope: "stock.read" });
  expect(answer).toMatchObject({
    token_type: "bearer",
    issued_token_type: `${TOKEN_TYPE}access_token`,
    scope: "stock.read",
  });
  expect(answer.refresh_token).toBeUndefined();
  expect(await introspectedBy(server, "stock-api", answer.access_token)).toMatchObject({
    active: true,
    act: { sub: "orders-api" },
  });
  const refusal = await rejectionOf(exchange({ ...wish, resource: "https://ledger.example/" }));
  expect(refusal).toMatchObject({ error: "invalid_target" });
});
