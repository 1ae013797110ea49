/** What userinfo tells of a person: the standard claims of the scopes, and the operator's own. */
import { afterEach, expect, test } from "bun:test";
import { createGroup } from "../../src/operations/groups.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { jsonOf, textOf, tokensFor } from "../support/flows.ts";
import { startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

let server: TestServer;
afterEach(() => server.close());

const FACTS: Partial<AccountRecord> = {
  name: "Ada Lovelace",
  email: "ada@mail.example",
  profile: { given_name: "Ada", locale: "en-GB" },
  attributes: { quota: "5 GB", number: 7 },
  groups: ["family"],
};

async function told(scope: string, configuration: Partial<typeof TEST_CONFIGURATION> = {}) {
  server = await startTestServer(configuration);
  await createGroup(server.context, SERVER_ACT, "family", null, 1);
  const ada = await server.addPerson("ada", FACTS);
  const tokens = await tokensFor(server, ada, { scope });
  const token = textOf(tokens, "access_token");
  const response = await server.fetch("/auth/userinfo", { headers: { Authorization: `Bearer ${token}` } });
  const { updated_at: _, ...claims } = await jsonOf(response);
  const [, body = ""] = String(tokens.id_token ?? "").split(".");
  const inIdToken = body === "" ? null : JSON.parse(Buffer.from(body, "base64url").toString());
  return { claims, ada, inIdToken };
}

test("the scopes give the facts of the person", async () => {
  const { claims, ada } = await told("profile email");
  expect(claims).toEqual({
    sub: ada.subject,
    preferred_username: "ada",
    name: "Ada Lovelace",
    given_name: "Ada",
    locale: "en-GB",
    email: "ada@mail.example",
    email_verified: true,
  });
});

test("the configuration adds claims of its own, to a scope and to a client", async () => {
  const clients = (TEST_CONFIGURATION.clients ?? []).map((client) =>
    client.client_id === "web"
      ? {
          ...client,
          claims: {
            id: "attribute:number",
            is_admin: "group:admins",
            login: "preferred_username",
            tier: "value:gold",
            role: { robot: "client", person: "everyone" },
          },
        }
      : client,
  );
  const claims = { scopes: { email: ["quota", "groups"] } };
  const {
    claims: given,
    ada,
    inIdToken,
  } = await told("openid email", { ...TEST_CONFIGURATION, clients, claims });
  const own = {
    sub: ada.subject,
    email: "ada@mail.example",
    email_verified: true,
    quota: "5 GB",
    groups: ["family"],
    id: 7,
    is_admin: false,
    tier: "gold",
    role: "person",
  };
  expect(given).toEqual(own);
  expect(inIdToken).toMatchObject(own);
  const discovery = await jsonOf(await server.fetch("/.well-known/openid-configuration"));
  expect(discovery.claims_supported).toContain("quota");
});
