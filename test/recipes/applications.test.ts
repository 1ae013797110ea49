/** Every recipe works: an application that does what the recipe says signs a person in, and finds what it reads. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { parse as parseToml } from "smol-toml";
import * as v from "valibot";
import { configurationSchema } from "../../src/configuration/schema.ts";
import { createGroup } from "../../src/operations/groups.ts";
import { findSignedIn, signOut } from "../../src/operations/sessions.ts";
import { systemRandom } from "../../src/platform/random.ts";
import {
  addressOf,
  clientIdOf,
  grantTypesOf,
  type MadeClient,
  makeClients,
  membersOf,
} from "../../src/recipes/clients.ts";
import { exampleValues } from "../../src/recipes/guide.ts";
import type { Recipe } from "../../src/recipes/recipe.ts";
import { RECIPES } from "../../src/recipes/table.ts";
import { fill } from "../../src/recipes/values.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { newPictureId, pictureAddress } from "../../src/rules/picture.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { type FixtureEngine, postgresEngine, sqliteEngine } from "../store/fixtures/databases.ts";
import { type PostgresServer, startPostgres } from "../store/postgres/server.ts";
import { type Json, jsonOf, textOf, tokensFor } from "../support/flows.ts";
import { startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";
import { DEVICE_GRANT } from "../support/token-requests.ts";
import { Application, type Applied } from "./application.ts";

const PICTURE_ID = newPictureId(systemRandom);
const HELPERS = ["dovecot", "fastmcp", "mcp-server"];

/** What the recipes want in the configuration of the server. */
const served = RECIPES.flatMap((recipe) => {
  if (recipe.server === undefined) return [];
  const { scopes, resources, webfinger } = v.parse(
    configurationSchema,
    parseToml(fill(recipe.server, exampleValues(recipe, {}))),
  );
  return [{ scopes, resources, webfinger }];
});

let server: TestServer;
let ada: AccountRecord;
let metadata: Json;
/** The notices that applications got, by their address. */
const notices = new Map<string, string>();

/** The clients of the recipe, made by the code of `tessera client add`; those that are published, as they are declared. */
async function clientsOf(recipe: Recipe): Promise<MadeClient[]> {
  const url = addressOf(recipe, recipe.address?.example);
  const made = await makeClients(server.context, SERVER_ACT, { recipe, url });
  const declared = recipe.clients.flatMap(({ published, ...part }) =>
    published === undefined ? [] : [{ ...part, published }],
  );
  for (const part of declared) {
    const client = await server.context.store.findClient(clientIdOf(recipe.id, part));
    if (client === null) throw new Error(`${part.published.clientId} is not declared.`);
    made.push({ part, client, secret: part.published.secret });
  }
  return made;
}

/** The claims that the application reads are there, as far as the server has them. */
function expectClaims({ part }: MadeClient, { claims, userinfo }: Applied): void {
  const missing = (names: readonly string[] | null, found: object | null) =>
    (names ?? []).filter((name) => !(name in (found ?? {})));
  expect({ idToken: missing(part.idToken, claims), userinfo: missing(part.userinfo, userinfo) }).toEqual({
    idToken: [],
    userinfo: [],
  });
  const facts = { ...claims, ...userinfo };
  const known = {
    preferred_username: "ada",
    name: "Ada Lovelace",
    email: "ada@example.org",
    email_verified: true,
    picture: pictureAddress(server.context.issuer, PICTURE_ID),
    groups: ["admins", "staff"],
    id: 1001,
    username: "ada",
    immich_quota: 50,
    quota: "5 GB",
  };
  for (const [name, value] of Object.entries(known))
    if (name in facts) expect(facts).toMatchObject({ [name]: value });
}

const ENGINES: readonly (readonly [string, () => Promise<FixtureEngine>])[] = [
  ["SQLite", async () => sqliteEngine],
  [
    "PostgreSQL",
    async () => {
      postgres = await startPostgres();
      return postgresEngine(postgres);
    },
  ],
];
let postgres: PostgresServer | undefined;
afterAll(() => postgres?.stop());

describe.each(ENGINES)("on %s", (_, open) => {
  beforeAll(async () => {
    const engine = await open();
    const database = await engine.create();
    const store = await database.open();
    const close = async () => {
      await store.close();
      database.remove();
    };
    server = await startTestServer(
      {
        clients: [
          ...(TEST_CONFIGURATION.clients ?? []),
          // The programs of ownCloud: their identifiers and secrets cannot be chosen.
          ...RECIPES.flatMap((recipe) =>
            recipe.clients.flatMap((part) => {
              if (part.published === undefined) return [];
              const url = addressOf(recipe, recipe.address?.example);
              const { scope = "", grant_types, ...members } = membersOf({ recipe, url }, part);
              return [
                {
                  ...members,
                  client_id: part.published.clientId,
                  grant_types: [...grant_types],
                  scope: scope.split(" "),
                  secrets: [part.published.secret],
                },
              ];
            }),
          ),
        ],
        introspection: { trusted_clients: HELPERS },
        webfinger: { domains: served.flatMap(({ webfinger }) => webfinger.domains) },
        scopes: [...(TEST_CONFIGURATION.scopes ?? []), ...served.flatMap(({ scopes }) => scopes)],
        resources: [...(TEST_CONFIGURATION.resources ?? []), ...served.flatMap(({ resources }) => resources)],
      },
      {
        opened: { store, close },
        outbound: {
          async send({ url, form }) {
            notices.set(url, form?.logout_token ?? "");
            return { status: 200, text: "" };
          },
        },
      },
    );
    const groups = ["admins", "staff"];
    for (const name of groups) await createGroup(server.context, SERVER_ACT, name, null, 1);
    ada = await server.addPerson("ada", {
      name: "Ada Lovelace",
      email: "ada@example.org",
      groups,
      attributes: { mattermost_id: 1001, immich_quota: 50, quota: "5 GB" },
      pictureId: PICTURE_ID,
    });
    metadata = await jsonOf(await server.fetch("/.well-known/openid-configuration"));
  });
  afterAll(() => server.close());

  describe.each(RECIPES.filter(({ refused, clients }) => refused === undefined && clients.length > 0))(
    "$name",
    (recipe) => {
      let made: MadeClient[];
      beforeAll(async () => {
        made = await clientsOf(recipe);
      });

      test("gets clients that are no freer than it needs", () => {
        for (const { part, client } of made) {
          const exempt =
            typeof part.pkce !== "string" && part.secret !== "none" && part.redirectUris.length > 0;
          expect(client.requirePkce).toBe(!exempt);
          expect(client.grantTypes).toEqual([...grantTypesOf(part)]);
          expect(client.scope.map(String)).toEqual([...part.scope]);
          expect(client.idTokenSignedResponseAlg).toBe(part.algorithm ?? null);
          expect(client.postLogoutRedirectUris).toHaveLength(part.postLogout?.length ?? 0);
          expect(client.backchannelLogoutUri === null).toBe(part.backChannel === undefined);
        }
      });

      test("finds in the metadata what it needs", async () => {
        for (const each of made) (await Application.start(server, each)).checkMetadata(recipe.discovery);
      });

      const signsIn = recipe.clients.some((part) => grantTypesOf(part).includes("authorization_code"));
      if (signsIn)
        test("signs a person in at each of its addresses, and refreshes", async () => {
          for (const each of made) {
            const application = await Application.start(server, each);
            for (const redirectUri of each.client.redirectUris) {
              const applied = await application.signIn(await server.signIn(ada), redirectUri);
              expectClaims(each, applied);
              if (each.part.refreshes !== true) continue;
              // A while later, so that the answer is no retry.
              server.clock.advance(60);
              const again = await application.refresh(applied);
              expect(again.claims?.sub).toBe(applied.claims?.sub);
              expect(again.tokens.access_token).not.toBe(applied.tokens.access_token);
              expectClaims(each, again);
            }
          }
        });

      if (recipe.clients.some(({ postLogout }) => postLogout !== undefined))
        test("signs the person out, and gets the person back at each of its addresses", async () => {
          for (const each of made) {
            const application = await Application.start(server, each);
            const [redirectUri = ""] = each.client.redirectUris;
            for (const returnTo of each.client.postLogoutRedirectUris) {
              const cookie = await server.signIn(ada);
              const applied = await application.signIn(cookie, redirectUri);
              expect(await application.signOut(cookie, applied, returnTo)).toBe(returnTo);
            }
          }
        });

      if (recipe.clients.some(({ backChannel }) => backChannel !== undefined))
        test("hears that the session has ended", async () => {
          for (const each of made) {
            const application = await Application.start(server, each);
            const cookie = await server.signIn(ada);
            const applied = await application.signIn(cookie, each.client.redirectUris[0] ?? "");
            notices.clear();
            const signedIn = await findSignedIn(
              server.context,
              new Request(server.issuer, { headers: { Cookie: cookie } }),
            );
            if (signedIn !== null) await signOut(server.context, SERVER_ACT, signedIn.session.id);
            await server.context.logoutSender.sendDue();
            await server.context.logoutSender.settled();
            const notice = notices.get(each.client.backchannelLogoutUri ?? "") ?? "no notice";
            expect(await application.heedNotice(notice)).toBe(applied.claims?.sid);
          }
        });

      const pages = recipe.clients.filter(({ inBrowser }) => inBrowser === true);
      if (pages.length > 0)
        test("may ask from within a page", async () => {
          for (const each of made.filter(({ part }) => pages.includes(part))) {
            await (await Application.start(server, each)).checkBrowser(each.client.clientUri ?? "");
          }
        });

      const devices = recipe.clients.filter((part) => grantTypesOf(part).includes(DEVICE_GRANT));
      if (devices.length > 0)
        test("signs a person in without a browser", async () => {
          for (const each of made.filter(({ part }) => devices.includes(part))) {
            const application = await Application.start(server, each);
            expectClaims(each, await application.signInByDevice(ada));
          }
        });

      if (HELPERS.includes(recipe.id))
        test("asks about the token of another application", async () => {
          const tokens = await tokensFor(server, ada, { scope: "openid email profile" });
          for (const each of made) {
            const application = await Application.start(server, each);
            const answer = await application.introspect(textOf(tokens, "access_token"));
            expect(answer).toMatchObject({
              active: true,
              username: "ada",
              email: "ada@example.org",
              client_id: "web",
              sub: ada.subject,
            });
            expect(answer.exp).toBeNumber();
            expect(answer.scope).toBe("openid email profile");
            expect(await application.introspect("nonsense")).toEqual({ active: false });
          }
        });
    },
  );

  test("Dovecot and Stalwart can ask userinfo with the token itself", async () => {
    const tokens = await tokensFor(server, ada, { scope: "openid email profile" });
    const headers = { Authorization: `Bearer ${textOf(tokens, "access_token")}` };
    const answer = await jsonOf(await server.fetch(textOf(metadata, "userinfo_endpoint"), { headers }));
    expect(answer).toMatchObject({
      email: "ada@example.org",
      preferred_username: "ada",
      name: "Ada Lovelace",
    });
  });

  test("Tailscale finds the issuer of an address by WebFinger", async () => {
    const query = new URLSearchParams({
      resource: "acct:ada@example.org",
      rel: "http://openid.net/specs/connect/1.0/issuer",
    });
    const answer = await server.fetch(`/.well-known/webfinger?${query}`);
    expect(await answer.json()).toMatchObject({ links: [{ href: server.issuer }] });
  });

  test("a recipe that cannot work makes no client, and says why and what to do instead", async () => {
    const refused = RECIPES.filter((recipe) => recipe.refused !== undefined);
    expect(refused.map(({ id }) => id)).toEqual(["guacamole"]);
    for (const recipe of refused) {
      await expect(makeClients(server.context, SERVER_ACT, { recipe, url: null })).rejects.toThrow(
        "implicit flow",
      );
    }
  });
});
