import { afterEach, describe, expect, spyOn, test } from "bun:test";
import { parse } from "valibot";
import { newClientRecord } from "../../src/clients/clients.ts";
import { declaredClientWarnings } from "../../src/clients/declared.ts";
import { checkClientMetadata } from "../../src/clients/metadata.ts";
import { ConfigurationError } from "../../src/configuration/error.ts";
import { type ConfigurationInput, configurationSchema } from "../../src/configuration/schema.ts";
import { applyDeclaredClients } from "../../src/operations/declarations.ts";
import { createEvents, logEvents } from "../../src/operations/events.ts";
import { createLog } from "../../src/platform/log.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { createCatalogue } from "../../src/protocol/catalogue.ts";
import { CLIENT_AUTHENTICATION_NAMES } from "../../src/protocol/client-authentication.ts";
import { GRANT_TYPES } from "../../src/protocol/grant-types.ts";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import type { ClientRecord } from "../../src/store/tables/clients.ts";

import { openTemporary } from "../store/sqlite/temporary.ts";
import type { OpenedStore } from "../store/suite.ts";
import { proves } from "../support/proves.ts";

const NOW = 1_800_000_000;
const SECRET = "a-secret-that-is-long-enough-for-tests";
const REDIRECT = ["https://client.example/"];
type Declarations = NonNullable<ConfigurationInput["clients"]>;

let opened: OpenedStore | null = null;
afterEach(async () => {
  await opened?.close();
  opened = null;
});

interface Started {
  /** Lines of the log. */
  readonly logged: readonly string[];
  readonly warnings: readonly string[];
}

/** Applies this configuration, as a start does. */
async function start(clients: Declarations, more: ConfigurationInput = {}, seconds = NOW): Promise<Started> {
  opened ??= await openTemporary();
  const parsed = parse(configurationSchema, {
    scopes: [
      { name: "mail.read", description: "Read" },
      { name: "mail.send", description: "Send" },
    ],
    clients,
    ...more,
  });
  const configuration = { ...parsed, issuer: "https://auth.example" };
  const logged: string[] = [];
  const log = createLog({ level: "debug", format: "text", write: (line) => logged.push(line) });
  await applyDeclaredClients({
    configuration,
    catalogue: createCatalogue(configuration),
    store: opened.store,
    clock: { millis: () => seconds * 1000, seconds: () => seconds },
    random: systemRandom,
    events: createEvents([logEvents(log)]),
    log,
  });
  return { logged, warnings: declaredClientWarnings(configuration) };
}

async function stored(clientId: string): Promise<ClientRecord> {
  const client = await opened?.store.findClient(clientId);
  if (!client) throw new Error(`There is no client ${clientId}.`);
  return client;
}
const storedIds = async (): Promise<string[]> =>
  ((await opened?.store.listClients()) ?? []).map((client) => String(client.clientId)).sort();

async function faultOf(clients: Declarations, more: ConfigurationInput = {}): Promise<string> {
  try {
    await start(clients, more);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  return "";
}

describe("declared clients", () => {
  test(
    proves(
      "get grants and an authentication method that fit what is declared",
      "RFC 8252 8.4-1",
      "RFC 8252 8.4-2",
    ),
    async () => {
      await start([
        { client_id: "web", redirect_uris: REDIRECT, secrets: [SECRET] },
        { client_id: "page", redirect_uris: REDIRECT },
        { client_id: "service", secrets: [SECRET] },
        { client_id: "bare" },
        { client_id: "post", secrets: [SECRET], token_endpoint_auth_method: "client_secret_post" },
        {
          client_id: "signing",
          token_endpoint_auth_method: "private_key_jwt",
          jwks_uri: "https://signing.example/keys",
          token_endpoint_auth_signing_alg: "ES256",
          require_pkce: false,
        },
      ]);
      const shape = async (clientId: string) => {
        const { grantTypes, tokenEndpointAuthMethod, source } = await stored(clientId);
        return [grantTypes.join(" "), tokenEndpointAuthMethod, source].join(" / ");
      };
      expect(await shape("web")).toBe(
        "authorization_code refresh_token / client_secret_basic / configuration",
      );
      expect(await shape("page")).toBe("authorization_code refresh_token / none / configuration");
      expect(await shape("service")).toBe("client_credentials / client_secret_basic / configuration");
      expect(await shape("bare")).toBe(" / none / configuration");
      expect(await shape("post")).toBe("client_credentials / client_secret_post / configuration");
      expect(await shape("signing")).toBe("client_credentials / private_key_jwt / configuration");
      expect(await stored("signing")).toMatchObject({
        tokenEndpointAuthSigningAlg: "ES256",
        secrets: [],
        requirePkce: false,
      });
    },
  );

  test("may name their grants as the command line does", async () => {
    await start([
      { client_id: "tv", grant_types: ["device", "refresh"] },
      { client_id: "web", redirect_uris: REDIRECT, secrets: [SECRET], grant_types: ["code"] },
    ]);
    expect((await stored("tv")).grantTypes.join(" ")).toBe(
      "urn:ietf:params:oauth:grant-type:device_code refresh_token",
    );
    expect((await stored("web")).grantTypes.join(" ")).toBe("authorization_code");
  });

  test("with a grant that does not exist are told which do", async () => {
    expect(await faultOf([{ client_id: "web", grant_types: ["implicit"] }])).toContain(
      "The grant type 'implicit' is not supported. Use code, refresh, client_credentials, device",
    );
  });

  test("have everything that exists, but for introspect, unless they say what they want", async () => {
    await start([
      { client_id: "silent", secrets: [SECRET] },
      {
        client_id: "choosy",
        secrets: [SECRET],
        scope: ["introspect", "mail.read"],
        default_scope: ["mail.read"],
      },
    ]);
    expect((await stored("silent")).scope.join(" ")).toBe(
      "openid profile email phone address groups offline_access mail.read mail.send",
    );
    expect((await stored("choosy")).scope.join(" ")).toBe("introspect mail.read");
    expect((await stored("choosy")).defaultScope.join(" ")).toBe("mail.read");
  });

  test("are stored with digests, never with secrets", async () => {
    await start([{ client_id: "web", secrets: [SECRET, "another long secret, for rolling"] }]);
    const { secrets } = await stored("web");
    expect(secrets.map(({ id }) => id)).toEqual(["configured-1", "configured-2"]);
    expect(Buffer.concat(secrets.map(({ digest }) => digest)).toString("latin1")).not.toContain("secret");
  });

  test("are the same after a second start, and keep when they came and were used", async () => {
    const clients: Declarations = [{ client_id: "web", redirect_uris: REDIRECT, secrets: [SECRET] }];
    await start(clients);
    const before = await stored("web");
    await start(clients);
    expect(await stored("web")).toEqual(before);
    expect(await storedIds()).toEqual(["web"]);
  });

  test("are written again only if they are not as declared, so that a start need not wait for the disk", async () => {
    const web = { client_id: "web", redirect_uris: REDIRECT, secrets: [SECRET] };
    const puts = async (clients: Declarations, atSeconds: number): Promise<string[]> => {
      opened ??= await openTemporary();
      const commit = spyOn(opened.store, "commit");
      await start(clients, {}, atSeconds);
      const changes = commit.mock.calls.flatMap(([made]) => made.changes);
      commit.mockRestore();
      // A client that is written has the words of its name written too.
      return [
        ...new Set(changes.map((change) => String(("row" in change ? change.row : change.key).clientId))),
      ];
    };
    expect(await puts([web, { client_id: "api" }], NOW)).toEqual(["web", "api"]);
    expect(await puts([web, { client_id: "api" }], NOW + 60)).toEqual([]);
    expect(await puts([{ ...web, client_name: "Web" }, { client_id: "api" }], NOW + 60)).toEqual(["web"]);
    const changed = [{ ...web, client_name: "Web", secrets: [`${SECRET}s`] }, { client_id: "api" }];
    expect(await puts(changed, NOW + 60)).toEqual(["web"]);
    const client = await stored("web");
    // Whether the operator disabled a client is not declared.
    await opened?.store.putClient({ ...client, disabledAt: NOW });
    expect(await puts(changed, NOW + 60)).toEqual([]);
    expect(await stored("web")).toEqual({
      ...client,
      revision: client.revision + 2,
      disabledAt: NOW,
      disabledBy: "operator",
    });
  });

  test("change when their declaration changes", async () => {
    await start([{ client_id: "web", redirect_uris: REDIRECT, secrets: [SECRET] }]);
    await start([
      {
        client_id: "web",
        client_name: "New name",
        redirect_uris: ["https://client.example/new"],
        secrets: ["an entirely different secret"],
        access_token_seconds: 60,
        refresh_token_seconds: 120,
        access_token_format: "jwt",
      },
    ]);
    const client = await stored("web");
    expect(client.clientName).toBe("New name");
    expect(client.redirectUris.map(String)).toEqual(["https://client.example/new"]);
    expect([client.accessTokenSeconds, client.refreshTokenSeconds]).toEqual([60, 120]);
    expect(client.accessTokenFormat).toBe("jwt");
    expect(client.secrets).toHaveLength(1);
  });

  test("are disabled when they are no longer declared, with a warning; others stay", async () => {
    await start([{ client_id: "web", redirect_uris: REDIRECT }, { client_id: "old" }]);
    await opened?.store.createClient(
      newClientRecord(
        {
          clientId: "by-hand" as ClientId,
          source: "operator",
          metadata: checkClientMetadata(
            { redirect_uris: REDIRECT },
            {
              allowedScope: [],
              defaultScope: [],
              privateUseSchemes: [],
              reservedNames: new Set<string>(),
              mayHaveNoGrantType: false,
              longestRefreshSeconds: 7_776_000,
              signingAlgorithms: ["RS256"],
              mayBeFirstParty: false,
              mayCallHttp: false,
              narrows: true,
              ownOrigins: new Set<string>(),
              authenticationMethods: CLIENT_AUTHENTICATION_NAMES,
              allowedGrantTypes: GRANT_TYPES,
            },
          ),
          secrets: [],
          createdAt: 1,
        },
        systemRandom,
      ),
    );
    const { logged } = await start([{ client_id: "web", redirect_uris: REDIRECT }]);
    expect(await storedIds()).toEqual(["by-hand", "old", "web"]);
    expect((await stored("old")).disabledAt).not.toBeNull();
    expect((await stored("by-hand")).disabledAt).toBeNull();
    expect(logged).toHaveLength(2);
    expect(logged[0]).toContain(" client disabled event=client.disabled client=old reason=left_out ");
    expect(logged[1]).toContain("the configuration does not declare a client any more");
  });

  test("never take over a client that came another way, and then nothing changes", async () => {
    await start([]);
    for (const [source, words] of [
      ["operator", "the command line"],
      ["registration", "registration"],
    ] as const) {
      await opened?.store.createClient(
        newClientRecord(
          {
            clientId: source as string as ClientId,
            source,
            metadata: checkClientMetadata(
              { redirect_uris: REDIRECT },
              {
                allowedScope: [],
                defaultScope: [],
                privateUseSchemes: [],
                reservedNames: new Set<string>(),
                mayHaveNoGrantType: false,
                longestRefreshSeconds: 7_776_000,
                signingAlgorithms: ["RS256"],
                mayBeFirstParty: false,
                mayCallHttp: false,
                narrows: true,
                ownOrigins: new Set<string>(),
                authenticationMethods: CLIENT_AUTHENTICATION_NAMES,
                allowedGrantTypes: GRANT_TYPES,
              },
            ),
            secrets: [],
            createdAt: 1,
          },
          systemRandom,
        ),
      );
      const fault = await faultOf([{ client_id: "first" }, { client_id: source, secrets: [SECRET] }]);
      expect(fault).toContain(`'${source}'`);
      expect(fault).toContain(words);
      expect((await stored(source)).source).toBe(source);
      expect(await storedIds()).not.toContain("first");
    }
  });
});

describe("a declaration that is wrong stops the start and names the client", () => {
  const wrong: readonly (readonly [string, Declarations[number], string])[] = [
    ["an identifier like a person's", { client_id: "acc_x" }, "acc_"],
    ["an identifier like a URL", { client_id: "https://client.example/" }, "URL"],
    ["a bad redirect URI", { client_id: "c", redirect_uris: ["http://client.example/"] }, "http is only for"],
    ["an unknown grant type", { client_id: "c", grant_types: ["password"] }, "'password' is not supported"],
    ["an unknown scope", { client_id: "c", scope: ["nothing"] }, "'nothing' does not exist"],
    [
      "a method that needs a secret, without one",
      { client_id: "c", redirect_uris: REDIRECT, token_endpoint_auth_method: "client_secret_post" },
      "it needs a secret",
    ],
    [
      "secrets for a public client",
      { client_id: "c", redirect_uris: REDIRECT, secrets: [SECRET], token_endpoint_auth_method: "none" },
      "its token_endpoint_auth_method is 'none'",
    ],
    [
      "secrets beside a key",
      {
        client_id: "c",
        secrets: [SECRET],
        token_endpoint_auth_method: "private_key_jwt",
        jwks_uri: "https://c.example/keys",
      },
      "its token_endpoint_auth_method is 'private_key_jwt', which uses none",
    ],
    [
      "signatures without a key",
      { client_id: "c", token_endpoint_auth_method: "private_key_jwt" },
      "needs the keys of the client",
    ],
    [
      "a public client without PKCE",
      { client_id: "c", redirect_uris: REDIRECT, require_pkce: false },
      "require_pkce = false is only for clients that prove who they are",
    ],
  ];
  test.each(wrong)("%s", async (_, declared, words) => {
    const fault = await faultOf([{ client_id: "sound", redirect_uris: REDIRECT }, declared]);
    expect(fault).toContain(words);
    expect(fault).toContain(`'${declared.client_id}'`);
    // All checks come before the first change.
    expect(await storedIds()).toEqual([]);
  });

  test("no fault repeats a secret", async () => {
    const fault = await faultOf([{ client_id: "acc_x", secrets: ["hunter2 hunter2 hunter2"] }]);
    expect(fault).not.toContain("hunter2");
  });
});

describe("a declaration that is allowed but unwise is warned of", () => {
  test("an exemption from PKCE", async () => {
    const { warnings } = await start([
      { client_id: "rclone", redirect_uris: REDIRECT, secrets: [SECRET], require_pkce: false },
    ]);
    expect(warnings).toEqual(["The client 'rclone' is exempt from PKCE."]);
    expect((await stored("rclone")).requirePkce).toBe(false);
  });

  test("redirect URIs with http, which need a switch", async () => {
    const uris = ["http://homelab.lan:8123/cb", "http://127.0.0.1/cb"];
    const client = { client_id: "lan", redirect_uris: uris, secrets: [SECRET] };
    expect(await faultOf([client])).toContain("allow_http_redirects");
    const { warnings } = await start([{ ...client, allow_http_redirects: true }]);
    expect(warnings).toEqual([
      "Codes for the client 'lan' travel in the clear, because of http: http://homelab.lan:8123/cb",
    ]);
    expect((await stored("lan")).redirectUris.map(String)).toEqual(uris);
  });

  test(
    proves("a short secret, without telling it; a digest cannot be judged", "RFC 6749 2.3.1-6"),
    async () => {
      const { logged, warnings } = await start([
        { client_id: "short", secrets: ["hunter2"] },
        { client_id: "digest", secrets: [`sha256:${"0".repeat(64)}`] },
        { client_id: "long", secrets: ["x".repeat(20)] },
        { client_id: "unreserved", secrets: ["0123456789-abc_DEF.xyz"] },
      ]);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain("the client 'short' is shorter than 20");
      expect([...logged, ...warnings].join("")).not.toContain("hunter2");
    },
  );

  test.each(["+", "/", "=", "%", ":", "@", " ", "~", "é"])(
    "a secret with %j, which clients must encode and some do not",
    async (character) => {
      const { logged, warnings } = await start([
        { client_id: "c", secrets: [`hunter2${character}hunter2hunter2`] },
      ]);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain("A secret of the client 'c' has characters that must be encoded");
      expect(warnings[0]).toContain("openssl rand -hex 32");
      expect([...logged, ...warnings].join("")).not.toContain("hunter2");
    },
  );

  test("no short secret in a demonstration, whose secrets are known to all", async () => {
    const { warnings } = await start([{ client_id: "short", secrets: ["hunter2"] }], { demo: true });
    expect(warnings).toEqual([]);
  });
});
