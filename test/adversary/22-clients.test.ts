/**
 * Threat classes 22 and 24: every way to make a client applies the same check, and no grant gives more than the
 * client's registration.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { safeParse } from "valibot";
import { documentPolicy } from "../../src/clients/clients.ts";
import type { ClientMetadata } from "../../src/clients/metadata.ts";
import { checkMetadataDocument } from "../../src/clients/metadata-document.ts";
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import { configurationSchema } from "../../src/configuration/schema.ts";
import { applyDeclaredClients } from "../../src/operations/declarations.ts";
import { OAuthError } from "../../src/protocol/errors.ts";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import { parseScope } from "../../src/protocol/scope.ts";
import type { ClientRecord } from "../../src/store/tables/clients.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { removeTemporaryFolders, temporaryFolder, tessera } from "../cli/support.ts";
import { openSqliteStore } from "../store/acts.ts";
import { authorizePath, redirectOf } from "../support/code-flow.ts";
import {
  answerDevice,
  codeFor,
  expectRefusal,
  expectTokens,
  jsonOf,
  pollDevice,
  postAs,
  redeemCode,
  refresh,
  requestToken,
  startDevice,
  textOf,
  tokensFor,
} from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { ISSUER, SECRET, startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";
import { DEVICE_GRANT, OPEN_TO_DEVICES } from "../support/token-requests.ts";

/** The metadata that all ways can express. */
interface Wish {
  readonly name?: string;
  readonly redirectUris?: readonly string[];
  readonly grants?: readonly string[];
  readonly scope?: readonly string[];
  readonly defaultScope?: readonly string[];
  readonly secret?: true;
}
/** What a client may ask for that names no scope, on a server without APIs. */
const OWN_SCOPE = ["openid", "profile", "email", "phone", "address", "groups", "offline_access"];
const URI = ["https://client.example/callback"];
const WISHES: readonly (readonly [string, Wish])[] = [
  ["a redirect URI", { redirectUris: URI }],
  ["a redirect URI and a secret", { redirectUris: URI, secret: true }],
  ["many redirect URIs", { redirectUris: [...URI, "http://127.0.0.1/cb", "com.example.app:/cb"] }],
  ["a redirect URI twice", { redirectUris: [...URI, ...URI] }],
  ["the device grant", { grants: [DEVICE_GRANT] }],
  ["the device grant and refreshing", { grants: [DEVICE_GRANT, "refresh_token"] }],
  ["a scope", { redirectUris: URI, scope: ["profile"] }],
  [
    "a scope and a smaller default",
    { redirectUris: URI, scope: ["profile", "email"], defaultScope: ["email"] },
  ],
  ["http", { redirectUris: ["http://client.example/callback"] }],
  ["a fragment", { redirectUris: ["https://client.example/callback#x"] }],
  ["a wildcard", { redirectUris: ["https://*.client.example/"] }],
  ["a user name", { redirectUris: ["https://a@client.example/"] }],
  ["dot segments", { redirectUris: ["https://client.example/../callback"] }],
  ["another spelling of a host", { redirectUris: ["https://CLIENT.example/"] }],
  ["a scheme without an owner", { redirectUris: ["myapp:/callback"] }],
  ["a dangerous scheme beside a good one", { redirectUris: [...URI, "javascript:alert(1)"] }],
  ["a URI that is too long", { redirectUris: [`https://client.example/${"x".repeat(2000)}`] }],
  ["no redirect URI for the code grant", { grants: ["authorization_code"] }],
  ["refreshing alone", { grants: ["refresh_token"] }],
  ["client_credentials without a secret", { grants: ["client_credentials"] }],
  ["a grant that does not exist", { redirectUris: URI, grants: ["password"] }],
  ["a scope that does not exist", { redirectUris: URI, scope: ["everything"] }],
  ["a default beyond its scope", { redirectUris: URI, scope: ["profile"], defaultScope: ["email"] }],
  ["a name of control characters", { redirectUris: URI, name: "Good\u202eevil" }],
  ["a name that cannot be seen", { redirectUris: URI, name: "\u200b" }],
  ["a name that is too long", { redirectUris: URI, name: "x".repeat(101) }],
];

/** Wishes of which only a part is possible, and that part. */
const NARROWED: readonly (readonly [string, Wish, Wish])[] = [
  [
    "client_credentials without a secret, beside others",
    { redirectUris: URI, grants: ["client_credentials", "authorization_code"] },
    { redirectUris: URI },
  ],
  [
    "an implicit grant",
    { redirectUris: URI, grants: ["implicit", "authorization_code"] },
    { redirectUris: URI },
  ],
  [
    "a scope that does not exist, beside one that does",
    { redirectUris: URI, scope: ["calendar", "profile"] },
    { redirectUris: URI, scope: ["profile"] },
  ],
  [
    "the scope that only the operator gives",
    { redirectUris: URI, scope: ["introspect", "profile"], defaultScope: ["introspect", "profile"] },
    { redirectUris: URI, scope: ["profile"] },
  ],
];

describe("every way to make a client", () => {
  const folder = temporaryFolder();
  let server: TestServer;
  beforeAll(async () => {
    const store = await openSqliteStore({ file: join(folder, "tessera.db") });
    // The command line knows the scopes of every server.
    server = await startTestServer(
      {
        scopes: [],
        resources: [],
        clients: [],
        limits: { registrations_per_address: 10_000 },
        registration: OPEN_TO_DEVICES,
      },
      { opened: { store, close: () => store.close() } },
    );
  });
  afterAll(async () => {
    await server.close();
    removeTemporaryFolders();
  });

  type Made = Partial<ClientRecord> | null;
  /** The client's own metadata in a record; null for no record. */
  const ownOf = (client: ClientRecord | null): Made => {
    if (client === null) return null;
    const { clientId, number, revision, source, secrets, createdAt, unusedFrom, usedAt, ...others } = client;
    const { registrationToken, ...own } = others;
    return {
      ...own,
      tokenEndpointAuthMethod: secrets.length > 0 ? "client_secret_basic" : own.tokenEndpointAuthMethod,
    };
  };
  const grantsOf = ({ grants }: Wish) => grants ?? ["authorization_code"];

  const metadataOf = (wish: Wish) => ({
    client_name: wish.name ?? "x",
    redirect_uris: wish.redirectUris,
    grant_types: grantsOf(wish),
    scope: (wish.scope ?? OWN_SCOPE).join(" "),
    default_scope: wish.defaultScope?.join(" "),
    token_endpoint_auth_method: wish.secret ? "client_secret_basic" : "none",
  });

  const WAYS: Readonly<Record<string, (wish: Wish, index: number) => Promise<Made>>> = {
    async registration(wish) {
      const response = await server.fetch("/auth/register", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(metadataOf(wish)),
      });
      if (response.status !== 201) return null;
      return ownOf(await server.context.store.findClient(textOf(await jsonOf(response), "client_id")));
    },
    async "an update by the client"(wish) {
      const json = { "Content-Type": "application/json" };
      const made = await server.fetch("/auth/register", {
        method: "POST",
        headers: json,
        body: JSON.stringify({
          redirect_uris: ["https://before.example/"],
          token_endpoint_auth_method: wish.secret ? "client_secret_basic" : "none",
        }),
      });
      const registration = await jsonOf(made);
      const clientId = textOf(registration, "client_id");
      const before = await server.context.store.findClient(clientId);
      const response = await server.fetch(textOf(registration, "registration_client_uri"), {
        method: "PUT",
        headers: { ...json, Authorization: `Bearer ${textOf(registration, "registration_access_token")}` },
        body: JSON.stringify({ ...metadataOf(wish), client_id: clientId }),
      });
      const after = await server.context.store.findClient(clientId);
      if (response.status === 200) return ownOf(after);
      expect(after).toEqual(before);
      return null;
    },
    async "the command line"(wish, index) {
      const repeat = (flag: string, values: readonly string[] = []) =>
        values.flatMap((value) => [flag, value]);
      const args = [
        ...["client", "add", "--data", folder, "--id", `cli-${index}`, "--name", wish.name ?? "x"],
        ...(wish.secret ? [] : ["--public"]),
        ...repeat("--redirect-uri", wish.redirectUris),
        ...repeat("--grant", grantsOf(wish)),
        ...repeat("--scope", wish.scope),
        ...repeat("--default-scope", wish.defaultScope),
      ];
      const { code } = await tessera(args);
      const made = ownOf(await server.context.store.findClient(`cli-${index}`));
      expect(made === null).toBe(code !== 0);
      return made;
    },
    async "a change of a client"(wish, index) {
      const repeat = (flag: string, values: readonly string[] = []) =>
        values.flatMap((value) => [flag, value]);
      const client = ["--data", folder, `set-${index}`];
      const kind = wish.secret ? ["--grant", "client_credentials"] : ["--public", "--grant", "device"];
      await tessera(["client", "add", "--data", folder, "--id", `set-${index}`, ...kind]);
      const before = await server.context.store.findClient(`set-${index}`);
      const { code } = await tessera([
        ...["client", "set", ...client, "--name", wish.name ?? "x"],
        ...repeat("--redirect-uri", wish.redirectUris),
        ...repeat("--grant", grantsOf(wish)),
        ...repeat("--scope", wish.scope),
        ...repeat("--default-scope", wish.defaultScope),
      ]);
      const after = await server.context.store.findClient(`set-${index}`);
      if (code === 0) return ownOf(after);
      expect(after).toEqual(before);
      return null;
    },
    async "the configuration"(wish, index) {
      const declared: ConfigurationInput = {
        issuer: ISSUER,
        clients: [
          {
            client_id: `declared-${index}`,
            client_name: wish.name ?? "x",
            redirect_uris: [...(wish.redirectUris ?? [])],
            grant_types: [...grantsOf(wish)],
            ...(wish.scope === undefined ? {} : { scope: [...wish.scope] }),
            ...(wish.defaultScope === undefined ? {} : { default_scope: [...wish.defaultScope] }),
            ...(wish.secret ? { secrets: [SECRET] } : {}),
          },
        ],
      };
      const read = safeParse(configurationSchema, declared);
      if (!read.success) return null;
      const configuration = { ...server.context.configuration, clients: read.output.clients };
      await applyDeclaredClients({ ...server.context, configuration }).catch(() => null);
      return ownOf(await server.context.store.findClient(`declared-${index}`));
    },
  };

  test.each(WISHES.map(([name, wish], index) => [name, wish, index] as const))(
    proves("takes or refuses %s alike, and makes the same of it", "threat 22"),
    async (_, wish, index) => {
      const made = await Promise.all(Object.values(WAYS).map((way) => way(wish, index)));
      const [first, ...others] = made;
      for (const other of others) expect(other).toEqual(first ?? null);
      // The first eight wishes are valid.
      expect(first === null).toBe(index >= 8);
    },
  );

  test(
    proves(
      "takes or refuses a metadata document as it does a registration, and makes the same of it",
      "threat 22",
      "threat 87",
    ),
    async () => {
      const register = WAYS.registration;
      if (register === undefined) throw new Error("There is no such way.");
      const { configuration, catalogue } = server.context;
      const policy = documentPolicy(configuration, catalogue);
      const url = "https://app.example/client";
      const read = (wish: Wish): Partial<ClientMetadata> | null => {
        try {
          return checkMetadataDocument(url, JSON.stringify({ ...metadataOf(wish), client_id: url }), policy);
        } catch (error) {
          if (error instanceof OAuthError && error.reason === "client_document_refused") return null;
          throw error;
        }
      };
      // A document has no secret, and its client no grant type but those that a person gives in the browser.
      const possible = ({ secret, grants = [] }: Wish) => !secret && !grants.includes(DEVICE_GRANT);
      const wishes = [...WISHES, ...NARROWED].filter(([, wish]) => possible(wish));
      for (const [name, wish] of wishes) {
        const registered = await register(wish, 0);
        const described = read(wish);
        expect([name, described === null]).toEqual([name, registered === null]);
        if (described !== null) expect(registered).toMatchObject(described);
      }
      expect(wishes.length).toBeGreaterThan(20);
    },
  );

  test.each(NARROWED)(
    proves("a registration of %s is of the possible part, and of nothing more", "threat 22", "threat 24"),
    async (_, wish, part) => {
      const register = WAYS.registration;
      if (register === undefined) throw new Error("There is no such way.");
      const made = await register(wish, 0);
      expect(made).not.toBeNull();
      expect(made).toEqual(await register(part, 0));
    },
  );

  test(
    proves(
      "is one of these: no one changes a registration without its token",
      "threat 22",
      "RFC 7592 2.2-8",
      "RFC 7592 2.3-4",
    ),
    async () => {
      const response = await server.fetch("/auth/register", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ redirect_uris: URI }),
      });
      const { client_id, client_secret } = await jsonOf(response);
      const before = await server.context.store.findClient(String(client_id));
      for (const path of [
        "/auth/register",
        `/auth/register/${client_id}`,
        `/auth/register?client_id=${client_id}`,
      ]) {
        for (const method of ["PUT", "PATCH", "DELETE", "GET"]) {
          const answer = await server.fetch(path, {
            method,
            headers: { "Content-Type": "application/json", Authorization: `Bearer ${client_secret}` },
            ...(method === "GET"
              ? {}
              : { body: JSON.stringify({ client_id, redirect_uris: ["https://evil.example/"] }) }),
          });
          expect([401, 404, 405]).toContain(answer.status);
        }
      }
      expect(await server.context.store.findClient(String(client_id))).toEqual(before);
    },
  );
});

describe("beyond its registration", () => {
  const NARROW = [
    { client_id: "web", redirect_uris: URI, secrets: [SECRET], scope: ["mail.read"] },
    { client_id: "service", secrets: [SECRET], scope: ["mail.read"] },
    { client_id: "television", grant_types: [DEVICE_GRANT, "refresh_token"], scope: ["mail.read"] },
  ];
  const BEYOND = ["files", "introspect", "everything", "introspect files", "MAIL.READ"];
  let server: TestServer;
  let person: AccountRecord;
  beforeAll(async () => {
    const names = NARROW.map(({ client_id }) => client_id);
    const others = (TEST_CONFIGURATION.clients ?? []).filter(({ client_id }) => !names.includes(client_id));
    server = await startTestServer({ clients: [...NARROW, ...others] });
    server.clock.freeze();
    person = await server.addPerson("ada");
  });
  afterAll(() => server.close());

  test.each(BEYOND)(proves("no grant gives the scope %j", "threat 24"), async (scope) => {
    const cookie = await server.signIn(person);
    const asked = await server.fetch(authorizePath({ scope }), { headers: { Cookie: cookie } });
    expect(redirectOf(asked).searchParams.get("error")).toBe("invalid_scope");
    const redeemed = await redeemCode(server, await codeFor(server, person), { scope });
    expect((await expectTokens(redeemed)).scope).toBe("mail.read");
    const token = textOf(await tokensFor(server, person), "refresh_token");
    await expectRefusal(await refresh(server, token, { scope }), 400, "invalid_scope");
    const own = await requestToken(server, "service", { grant_type: "client_credentials", scope });
    await expectRefusal(own, 400, "invalid_scope");
    await expectRefusal(await postAs(server, "television", "/auth/device", { scope }), 400, "invalid_scope");
    const device = textOf(await startDevice(server), "device_code");
    await answerDevice(server, device, person);
    expect((await expectTokens(await pollDevice(server, device, { scope }))).scope).toBe("mail.read");
  });

  test.each(["mail.read files", "introspect mail.read", "openid  mail.read mail.reader "])(
    proves("of the scope %j every grant gives only the part that it may", "threat 24"),
    async (scope) => {
      const code = await codeFor(server, person, { scope });
      expect((await expectTokens(await redeemCode(server, code, { scope }))).scope).toBe("mail.read");
      const own = await requestToken(server, "service", { grant_type: "client_credentials", scope });
      expect((await expectTokens(own)).scope).toBe("mail.read");
      const device = textOf(await startDevice(server, { scope }), "device_code");
      await answerDevice(server, device, person);
      expect((await expectTokens(await pollDevice(server, device, { scope }))).scope).toBe("mail.read");
      // RFC 6749 §6: a refresh "MUST NOT include any scope not originally granted".
      const token = textOf(await tokensFor(server, person, { scope }), "refresh_token");
      await expectRefusal(await refresh(server, token, { scope }), 400, "invalid_scope");
    },
  );

  /** Changes the record directly, past every check. */
  async function change(clientId: string, changes: Partial<ClientRecord>): Promise<() => Promise<unknown>> {
    const { store } = server.context;
    const client = await store.findClient(clientId);
    if (client === null) throw new Error(`There is no client ${clientId}.`);
    await store.putClient({ ...client, ...changes });
    return () => store.putClient(client);
  }

  test(
    proves("what was taken from a client since the person agreed is in no new token", "threat 24"),
    async () => {
      const both = parseScope("mail.read files");
      const restores = await Promise.all(
        ["web", "television"].map((clientId) => change(clientId, { scope: both })),
      );
      const asked = { scope: "mail.read files" };
      const code = await codeFor(server, person, asked);
      const token = textOf(await tokensFor(server, person, asked), "refresh_token");
      const device = textOf(await startDevice(server, asked), "device_code");
      await answerDevice(server, device, person);
      for (const restore of restores) await restore();
      expect((await expectTokens(await redeemCode(server, code))).scope).toBe("mail.read");
      expect((await expectTokens(await refresh(server, token))).scope).toBe("mail.read");
      expect((await expectTokens(await pollDevice(server, device))).scope).toBe("mail.read");
    },
  );

  test(
    proves("a public client does nothing for itself, even if somebody stored that it may", "threat 24"),
    async () => {
      const restore = await change("spa", { grantTypes: ["authorization_code", "client_credentials"] });
      for (const more of [{}, { scope: "mail.read" }, { client_secret: "" }]) {
        const response = await server.post("/auth/token", {
          grant_type: "client_credentials",
          client_id: "spa" as ClientId,
          ...more,
        });
        await expectRefusal(response, 401, "invalid_client");
      }
      await restore();
    },
  );
});
