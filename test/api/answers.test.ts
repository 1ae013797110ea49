/** Every answer of the management API is as the OpenAPI document says: each route is asked for something that exists. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import * as v from "valibot";
import { API_ROUTES } from "../../src/api/index.ts";
import { type ApiRoute, routeName } from "../../src/api/route.ts";
import { findAccount } from "../../src/operations/people.ts";
import { createOutbound, type Outbound } from "../../src/platform/outbound.ts";
import { fillPattern } from "../../src/platform/path-pattern.ts";
import type { CredentialId, SubjectId } from "../../src/protocol/identifiers.ts";
import { insert } from "../../src/store/contract.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { passkeys } from "../../src/store/tables/sign-in.ts";
import { type Json, jsonOf, postRegistration, requestToken, textOf, tokensFor } from "../support/flows.ts";
import { landscape } from "../support/images.ts";
import { addAppBehind } from "../support/second-factor.ts";
import type { TestServer } from "../support/server.ts";
import { addManager, ask, askFor, startManagedServer, tokenOfProgram } from "./support.ts";

let server: TestServer;
let token: string;
const unreachable = createOutbound({ allow: [] });
/** Publishes a metadata document at every URL. */
const outbound: Outbound = {
  send: (request) =>
    request.purpose === "documents"
      ? Promise.resolve({
          status: 200,
          text: JSON.stringify({ client_id: request.url, redirect_uris: ["https://app.example/callback"] }),
        })
      : unreachable.send(request),
};
/** A person with facts of every kind, who manages a group. */
let ada: AccountRecord;

beforeAll(async () => {
  server = await startManagedServer(
    {
      registration: { mode: "open" },
      webhooks: [
        {
          name: "siem",
          url: "https://siem.invalid/",
          secrets: [`whsec_${Buffer.alloc(32, 1).toString("base64")}`],
        },
      ],
      trusted_issuers: [{ issuer: "https://ci.invalid" }],
      mail: { host: "mail.example", from: "Tessera <auth@mail.example>" },
    },
    { outbound },
  );
  token = await tokenOfProgram(server, "tessera.admin");
  ada = await addManager(server, "staff", "ada");
  await askFor(server, token, `/people/${ada.subject}`, {
    method: "PATCH",
    body: {
      name: "Ada",
      email: "ada@example.org",
      given_name: "Ada",
      locale: "en-GB",
      phone_number: "+436601234567",
      address: { locality: "London" },
      attributes: { quota: 5, lists: ["a", "b"] },
    },
  });
  ada = (await findAccount(server.context, ada.subject)) ?? ada;
});
afterAll(() => server.close());

interface Request {
  readonly parameters?: Record<string, string>;
  readonly query?: string;
  readonly body?: unknown;
  readonly file?: Uint8Array<ArrayBuffer>;
}

let count = 0;
const fresh = (): string => {
  count += 1;
  return `fresh-${count}`;
};

const person = async (facts = {}) => ({ subject: (await server.addPerson(fresh(), facts)).subject });
const member = async () => {
  const { subject } = await person();
  await askFor(server, token, "/groups/staff/members", { method: "POST", body: { person: subject } });
  return { group: "staff", subject };
};
const delivery = async (): Promise<string> =>
  textOf(await askFor(server, token, "/webhooks/siem/test", { method: "POST" }), "id");
const session = async (subject: string): Promise<string> => {
  const account = await findAccount(server.context, subject);
  if (account !== null) await server.signIn(account);
  const { items } = (await askFor(server, token, `/people/${subject}/sessions`)) as { items: Json[] };
  return String(items[0]?.id);
};
async function givePasskey(subject: SubjectId): Promise<void> {
  const now = server.clock.seconds();
  const row = {
    credentialId: crypto.getRandomValues(new Uint8Array(8)) as CredentialId,
    subject,
    name: "Key",
    publicKey: new Uint8Array(1),
    counter: 0,
    transports: [],
    aaguid: "00000000-0000-0000-0000-000000000000",
    discoverable: true,
    backedUp: false,
    createdAt: now,
    usedAt: null,
  };
  await server.context.store.commit({ changes: [insert(passkeys, row)] });
}

/** A mail that waits. */
async function sendMail(): Promise<void> {
  const { subject } = await person({
    email: `${fresh()}@example.org`,
    emailVerified: true,
    passwordHash: "x",
  });
  await askFor(server, token, `/people/${subject}/reset-links`, { method: "POST", body: { mail: true } });
}

const client = async (facts: Json = {}) => ({
  client: textOf(
    await askFor(server, token, "/clients", { method: "POST", body: { client_name: fresh(), ...facts } }),
    "client_id",
  ),
});
const registered = async () => {
  const response = await postRegistration(server, {
    client_name: fresh(),
    redirect_uris: ["https://registered.example/cb"],
  });
  return { client: textOf(await jsonOf(response), "client_id") };
};
const grant = async (): Promise<{ grant: string; access: string; refresh: string }> => {
  const tokens = await tokensFor(server, ada, { scope: "openid" });
  const { items } = (await askFor(server, token, `/grants?person=${ada.subject}`)) as { items: Json[] };
  return {
    grant: String(items[0]?.id),
    access: textOf(tokens, "access_token"),
    refresh: textOf(tokens, "refresh_token"),
  };
};
const group = async () => {
  const name = fresh();
  await askFor(server, token, "/groups", { method: "POST", body: { name, description: "Made anew" } });
  return { group: name };
};
const tokenId = async (): Promise<string> => {
  const { access } = await grant();
  const found = await askFor(server, token, "/tokens/inspect", { method: "POST", body: { token: access } });
  return textOf(found.token as Json, "jti");
};

/** The id of a request that was refused. */
async function refused(): Promise<string> {
  const code = { grant_type: "authorization_code", code: "wrong", redirect_uri: "https://wrong.example/" };
  const response = await requestToken(server, "web", code);
  await server.context.refusals.settled();
  return response.headers.get("request-id") ?? "";
}

/** What to ask of each route, with objects that exist. */
const REQUESTS: Readonly<Record<string, () => Promise<Request> | Request>> = {
  "GET /people": () => ({ query: "?limit=2" }),
  "POST /people": () => ({ body: { username: fresh(), auditor: true, groups: ["staff"] } }),
  "GET /people/:subject": () => ({ parameters: { subject: ada.subject } }),
  "PATCH /people/:subject": () => ({ parameters: { subject: ada.subject }, body: { nickname: "Countess" } }),
  "DELETE /people/:subject": async () => ({ parameters: await person() }),
  "POST /people/:subject/disable": async () => ({ parameters: await person() }),
  "POST /people/:subject/enable": async () => ({ parameters: await person() }),
  "POST /people/:subject/unlock": async () => ({ parameters: await person() }),
  "PUT /people/:subject/password": async () => ({
    parameters: await person(),
    body: { password: "a long new password" },
  }),
  "POST /people/:subject/reset-links": async () => ({ parameters: await person(), body: {} }),
  "POST /people/:subject/sign-in-links": async () => ({ parameters: await person(), body: {} }),
  "DELETE /people/:subject/second-factor": async () => {
    const parameters = await person();
    await addAppBehind(server, parameters.subject);
    return { parameters };
  },
  "PUT /people/:subject/picture": async () => ({
    parameters: await person(),
    file: landscape(),
  }),
  "DELETE /people/:subject/picture": async () => ({ parameters: await person() }),
  "GET /people/:subject/second-factor": async () => {
    const parameters = await person();
    await addAppBehind(server, parameters.subject);
    return { parameters };
  },
  "GET /people/:subject/passkeys": async () => {
    const parameters = await person();
    await givePasskey(parameters.subject);
    return { parameters };
  },
  "DELETE /people/:subject/passkeys/:passkey": async () => {
    const { subject } = await person();
    await givePasskey(subject);
    const { items } = (await askFor(server, token, `/people/${subject}/passkeys`)) as { items: Json[] };
    return { parameters: { subject, passkey: String(items[0]?.id) } };
  },
  "GET /people/:subject/tokens": async () => {
    await grant();
    return { parameters: { subject: ada.subject }, query: "?limit=1" };
  },
  "DELETE /people/:subject/passkeys": async () => {
    const parameters = await person();
    await givePasskey(parameters.subject);
    return { parameters };
  },
  "GET /people/:subject/sessions": async () => {
    const parameters = await person();
    await session(parameters.subject);
    return { parameters };
  },
  "DELETE /people/:subject/sessions": async () => ({ parameters: await person() }),
  "DELETE /people/:subject/sessions/:session": async () => {
    const { subject } = await person();
    return { parameters: { subject, session: await session(subject) } };
  },
  "GET /groups": () => ({}),
  "POST /groups": () => ({ body: { name: fresh() } }),
  "GET /groups/:group": async () => ({ parameters: await group() }),
  "PATCH /groups/:group": async () => ({ parameters: await group(), body: { description: null } }),
  "DELETE /groups/:group": async () => ({ parameters: await group() }),
  "GET /groups/:group/members": () => ({ parameters: { group: "staff" } }),
  "POST /groups/:group/members": async () => ({
    parameters: { group: "staff" },
    body: { person: (await person()).subject },
  }),
  "DELETE /groups/:group/members/:subject": async () => ({ parameters: await member() }),
  "PUT /groups/:group/managers/:subject": async () => ({ parameters: await member() }),
  "DELETE /groups/:group/managers/:subject": async () => ({ parameters: await member() }),
  "GET /invitations": async () => {
    await askFor(server, token, "/invitations", { method: "POST", body: { groups: ["staff"], uses: 3 } });
    return {};
  },
  "POST /invitations": () => ({ body: { email: "new@example.org", mail: true } }),
  "DELETE /invitations/:invitation": async () => {
    const made = await askFor(server, token, "/invitations", { method: "POST", body: {} });
    return { parameters: { invitation: textOf(made, "id") } };
  },
  "GET /clients": async () => {
    await client({ "client_name#de": "Notizen", redirect_uris: ["https://wiki.example/cb"] });
    await registered();
    return { query: "?disabled=false" };
  },
  "POST /clients": () => ({
    body: {
      client_name: "All of it",
      "client_name#de": "Alles",
      client_uri: "https://all.example/",
      contacts: ["all@example.org"],
      redirect_uris: ["https://all.example/cb"],
      post_logout_redirect_uris: ["https://all.example/"],
      backchannel_logout_uri: "https://all.example/logout",
      backchannel_logout_session_required: true,
      subject_type: "pairwise",
      default_max_age: 3600,
      require_auth_time: true,
      scope: "openid profile files",
      default_scope: "profile",
      first_party: true,
      access_token_seconds: 600,
      refresh_token_seconds: 86_400,
      access_token_format: "jwt",
      minimum_acr: "2",
      allowed_groups: ["staff"],
      claims: { quota: "attribute:quota" },
    },
  }),
  "POST /recipes/:recipe/clients": () => ({
    parameters: { recipe: "immich" },
    body: { url: "https://photos.example" },
  }),
  "POST /client-documents": () => ({ body: { client_id: "https://app.example/client" } }),
  "GET /client-document-blocks": async () => {
    await askFor(server, token, "/client-document-blocks/a.example", { method: "PUT" });
    return {};
  },
  "PUT /client-document-blocks/:pattern": () => ({ parameters: { pattern: "*.b.example" } }),
  "DELETE /client-document-blocks/:pattern": async () => {
    const pattern = "https://c.example/client";
    const path = `/client-document-blocks/${encodeURIComponent(pattern)}`;
    await askFor(server, token, path, { method: "PUT" });
    return { parameters: { pattern } };
  },
  "GET /clients/:client": () => ({ parameters: { client: "web" } }),
  "PATCH /clients/:client": async () => ({ parameters: await client(), body: { client_name: "Changed" } }),
  "DELETE /clients/:client": async () => ({ parameters: await client() }),
  "POST /clients/:client/disable": async () => ({ parameters: await client() }),
  "POST /clients/:client/enable": async () => ({ parameters: await client() }),
  "POST /clients/:client/vouch": async () => ({ parameters: await registered() }),
  "POST /clients/:client/unvouch": async () => ({ parameters: await registered() }),
  "DELETE /clients/:client/tokens": async () => ({ parameters: await client() }),
  "GET /clients/:client/secrets": async () => ({ parameters: await client() }),
  "POST /clients/:client/secrets": async () => ({ parameters: await client() }),
  "DELETE /clients/:client/secrets/:secret": async () => {
    const parameters = await client();
    const made = await askFor(server, token, `/clients/${parameters.client}/secrets`, { method: "POST" });
    return { parameters: { ...parameters, secret: textOf(made, "id") }, query: "?end_tokens=true" };
  },
  "GET /clients/:client/claims/:subject": () => ({
    parameters: { client: "web", subject: ada.subject },
    query: "?scope=openid",
  }),
  "GET /grants": async () => {
    await grant();
    return { query: `?person=${ada.subject}&client=web` };
  },
  "GET /grants/:grant": async () => ({ parameters: { grant: (await grant()).grant } }),
  "DELETE /grants/:grant": async () => ({ parameters: { grant: (await grant()).grant } }),
  "DELETE /people/:subject/access": async () => {
    await grant();
    return { parameters: { subject: ada.subject } };
  },
  "DELETE /clients/:client/access": async () => ({ parameters: await client() }),
  "GET /clients/:client/tokens": async () => {
    await grant();
    return { parameters: { client: "web" } };
  },
  "POST /tokens/inspect": async () => ({ body: { token: (await grant()).refresh } }),
  "POST /tokens/revoke": async () => ({ body: { token: (await grant()).access } }),
  "DELETE /tokens/:token": async () => ({ parameters: { token: await tokenId() } }),
  "GET /webhooks": () => ({}),
  "GET /webhooks/:webhook/deliveries": async () => {
    await delivery();
    return { parameters: { webhook: "siem" } };
  },
  "POST /webhooks/:webhook/test": () => ({ parameters: { webhook: "siem" } }),
  "POST /webhooks/:webhook/deliveries/:delivery/replay": async () => ({
    parameters: { webhook: "siem", delivery: await delivery() },
  }),
  "GET /keys": () => ({}),
  "POST /keys": () => ({ body: {} }),
  "DELETE /keys/:kid": async () => {
    const made = await askFor(server, token, "/keys", { method: "POST", body: {} });
    return { parameters: { kid: textOf(made, "kid") } };
  },
  "GET /mails": async () => {
    await sendMail();
    return {};
  },
  "POST /mails/test": () => ({ body: { address: "ada@example.org", language: "de" } }),
  "GET /mails/previews/:kind": () => ({ parameters: { kind: "invitation" }, query: "?language=de" }),
  "GET /registration": () => ({}),
  "GET /trusted-issuers": () => ({}),
  "POST /trusted-issuers/check": () => ({ body: { issuer: "https://ci.invalid" } }),
  "GET /scopes": () => ({}),
  "GET /resources": () => ({}),
  "GET /token-exchange": () => ({}),
  "GET /recipes": () => ({}),
  "GET /recipes/:recipe": () => ({ parameters: { recipe: "nextcloud" } }),
  "GET /settings": () => ({}),
  "GET /health": () => ({}),
  "GET /audit": () => ({ query: `?person=${ada.subject}&since=2020-01-01T00:00:00Z&limit=2` }),
  "GET /refusals": async () => {
    await refused();
    return { query: "?client=web" };
  },
  "GET /requests/:request": async () => ({ parameters: { request: await refused() } }),
  "POST /checks": () => ({}),
  "GET /search": () => ({ query: "?q=a" }),
  "GET /audit/verification": () => ({}),
};

const statusOf = ({ answer, made }: ApiRoute): number => (answer === null ? 204 : made ? 201 : 200);

/** Every strict object of the schemas refuses a member that the document does not name. */
function faultsOf(route: ApiRoute, body: unknown): string[] {
  if (route.answer === null) return [];
  const checked = v.safeParse(route.answer, body);
  return checked.success ? [] : checked.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`);
}

describe("every answer is as the document says", () => {
  for (const route of API_ROUTES) {
    test(routeName(route), async () => {
      const make = REQUESTS[routeName(route)];
      if (make === undefined) throw new Error(`Write down what to ask of ${routeName(route)}.`);
      const { parameters = {}, query = "", body, file } = await make();
      const path = fillPattern(route.path, parameters) + query;
      const request = {
        method: route.method,
        ...(body !== undefined && { body }),
        ...(file !== undefined && { file }),
      };
      const response = await ask(server, token, path, request);
      const text = await response.text();
      expect([response.status, response.status === statusOf(route) ? "" : text]).toEqual([
        statusOf(route),
        "",
      ]);
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(faultsOf(route, text === "" ? null : JSON.parse(text))).toEqual([]);
    });
  }

  test("and there is an example of each route, and of no other", () => {
    expect(Object.keys(REQUESTS).sort()).toEqual(API_ROUTES.map(routeName).sort());
  });
});
