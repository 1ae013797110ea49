/**
 * Threat classes 12 and 54: only the authenticated owner of a refresh token can use it. Threat class 10: a retry gets
 * no more than the lost answer.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { AccountRecord } from "../../src/store/tables/people.ts";

import {
  expectRefusal,
  expectTokens,
  introspectAs,
  isActive,
  jsonOf,
  postAs,
  refresh,
  textOf,
  tokensFor,
} from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { basic, SECRET, startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

const OTHER_SECRET = "the secret of another client that may refresh";
const OTHERS = [
  { client_id: "other", redirect_uris: ["https://other.example/"], secrets: [OTHER_SECRET] },
  { client_id: "other-page", redirect_uris: ["https://page.example/"] },
];
/** The clients that own the token, with their redirect URIs. */
const OWNERS: Readonly<Record<string, string>> = {
  web: "https://client.example/callback",
  spa: "https://spa.example/",
};

type Form = Readonly<Record<string, string>>;
/** Forms and headers of other clients, which present the token of each owner. */
const PRESENTED: readonly (readonly [string, (owner: string) => Form, (owner: string) => Form])[] = [
  ["nobody", () => ({}), () => ({})],
  ["an empty name", () => ({ client_id: "" }), () => ({})],
  ["an unknown client", () => ({ client_id: "nobody" }), () => ({})],
  ["the owner in other case", (owner) => ({ client_id: owner.toUpperCase() }), () => ({})],
  ["the owner with a space", (owner) => ({ client_id: `${owner} ` }), () => ({})],
  ["another client with its secret", () => ({ client_id: "other", client_secret: OTHER_SECRET }), () => ({})],
  ["another client with its secret by Basic", () => ({}), () => basic("other", OTHER_SECRET)],
  ["another public client", () => ({ client_id: "other-page" }), () => ({})],
  ["another public client by Basic without a secret", () => ({}), () => basic("other-page", "")],
  [
    "a public client with a made-up secret",
    () => ({ client_id: "other-page", client_secret: "x" }),
    () => ({}),
  ],
  ["a client that may not refresh", () => ({ client_id: "service", client_secret: SECRET }), () => ({})],
  ["the owner with a wrong secret", (owner) => ({ client_id: owner, client_secret: "wrong" }), () => ({})],
  [
    "the owner with another's secret",
    (owner) => ({ client_id: owner, client_secret: OTHER_SECRET }),
    () => ({}),
  ],
  ["the owner with a wrong secret by Basic", () => ({}), (owner) => basic(owner, "wrong")],
  [
    "the owner beside another by Basic",
    (owner) => ({ client_id: owner }),
    () => basic("other", OTHER_SECRET),
  ],
  ["another beside the owner by Basic", () => ({ client_id: "other" }), (owner) => basic(owner, SECRET)],
  [
    "the owner and another secret by Basic",
    (owner) => ({ client_id: owner, client_secret: SECRET }),
    () => basic("other", OTHER_SECRET),
  ],
  ["a bearer", () => ({}), () => ({ Authorization: "Bearer x" })],
];
/** Attempts of a confidential client to pass for a public one. */
const WITHOUT_SECRET: readonly (readonly [string, Form, Form?])[] = [
  ["no secret by Basic", {}, basic("web", "")],
  ["no secret by Basic, and its name", { client_id: "web" }, basic("web", "")],
  ["another's token as a bearer", { client_id: "web" }, { Authorization: "Bearer x" }],
  ["nothing but its name", { client_id: "web" }],
  ["an empty secret", { client_id: "web", client_secret: "" }],
  ["a method that it names itself", { client_id: "web", token_endpoint_auth_method: "none" }],
];

describe.each(Object.keys(OWNERS))("the refresh token of %s", (owner) => {
  let server: TestServer;
  let person: AccountRecord;
  beforeAll(async () => {
    server = await startTestServer({ clients: [...(TEST_CONFIGURATION.clients ?? []), ...OTHERS] });
    server.clock.freeze();
    person = await server.addPerson("ada");
  });
  afterAll(() => server.close());

  const freshTokens = () =>
    tokensFor(server, person, { client_id: owner, redirect_uri: OWNERS[owner], scope: "mail.read" });
  const present = (refresh_token: string, form: Form, headers: Form) =>
    server.post("/auth/token", { grant_type: "refresh_token", refresh_token, ...form }, headers);
  const asOwner = (token: string) =>
    owner === "web" ? present(token, {}, basic("web", SECRET)) : present(token, { client_id: "spa" }, {});

  const refused: readonly (readonly [string, Form, Form])[] = [
    ...PRESENTED.map(([who, form, headers]) => [who, form(owner), headers(owner)] as const),
    ...(owner === "web"
      ? WITHOUT_SECRET.map(([who, form, headers = {}]) => [who, form, headers] as const)
      : []),
  ];
  test.each(refused)(
    proves(
      "is nothing in the hands of %s, fresh or used, and nobody loses anything",
      "threat 12",
      "threat 54",
    ),
    async (_, form, headers) => {
      const tokens = await freshTokens();
      const first = textOf(tokens, "refresh_token");
      const expectNothing = async (token: string) => {
        const response = await present(token, form, headers);
        const { error, access_token } = await jsonOf(response);
        expect(["invalid_client", "invalid_grant", "invalid_request", "unauthorized_client"]).toContain(
          String(error),
        );
        expect({ isRefused: response.status >= 400, access_token }).toEqual({
          isRefused: true,
          access_token: undefined,
        });
      };
      await expectNothing(first);
      const second = textOf(await expectTokens(await asOwner(first)), "refresh_token");
      // Neither as a retry nor, later, as the reuse that would end the grant.
      await expectNothing(first);
      server.clock.advance(60);
      await expectNothing(first);
      await expectNothing(second);
      expect(
        await isActive(server, textOf(tokens, "access_token"), owner === "web" ? "web" : "mail-server"),
      ).toBe(true);
      await expectTokens(await asOwner(second));
    },
  );
});

describe("a retry", () => {
  const ACCESS_SECONDS = 100;
  const WINDOW_SECONDS = 200;
  let server: TestServer;
  let person: AccountRecord;
  beforeAll(async () => {
    server = await startTestServer({
      lifetimes: { access_token_seconds: ACCESS_SECONDS, refresh_retry_window_seconds: WINDOW_SECONDS },
    });
    server.clock.freeze();
    person = await server.addPerson("ada");
  });
  afterAll(() => server.close());

  /** A refresh token of the full scope after one use, and the answer to that use. */
  async function used(form: Form = {}) {
    const scope = "mail.read mail.send files profile";
    const token = textOf(await tokensFor(server, person, { scope }), "refresh_token");
    return { token, first: await expectTokens(await refresh(server, token, form)) };
  }

  const WIDER: readonly (readonly [string, Form])[] = [
    ["all that was granted", { scope: "mail.read mail.send files profile" }],
    ["whatever it may have", {}],
    ["another scope", { scope: "mail.send" }],
    ["another resource", { resource: "https://files.example/api" }],
  ];
  test.each(WIDER)(
    proves("that asks for %s gets what the first use got, and nothing is stored", "threat 10"),
    async (_, form) => {
      const { token, first } = await used({ scope: "mail.read", resource: "https://mail.example/" });
      const again = await expectTokens(await refresh(server, token, form));
      expect(again).toEqual(first);
      expect(await introspectAs(server, "web", textOf(again, "access_token"))).toMatchObject({
        active: true,
        scope: "mail.read",
        aud: "https://mail.example/",
      });
    },
  );

  test(proves("that asks for what was not granted gets nothing, and ends nothing", "threat 10"), async () => {
    const { token, first } = await used();
    for (const form of [{ scope: "introspect" }, { resource: "https://evil.example/" }]) {
      const { status, body } = await refresh(server, token, form).then(async (response) => ({
        status: response.status,
        body: await jsonOf(response),
      }));
      expect([status, Object.keys(body).filter((name) => name.endsWith("_token"))]).toEqual([400, []]);
    }
    expect(await isActive(server, textOf(first, "access_token"))).toBe(true);
  });

  test(proves("brings back no access token that was given back or has expired", "threat 10"), async () => {
    const { token, first } = await used();
    await postAs(server, "web", "/auth/revoke", { token: textOf(first, "access_token") });
    const afterRevocation = await expectTokens(await refresh(server, token));
    expect(afterRevocation).toEqual({ ...first, expires_in: 0 });
    expect(await isActive(server, textOf(afterRevocation, "access_token"))).toBe(false);

    const other = await used();
    server.clock.advance(ACCESS_SECONDS);
    const afterExpiry = await expectTokens(await refresh(server, other.token));
    expect(afterExpiry).toEqual({ ...other.first, expires_in: 0 });
    expect(await isActive(server, textOf(afterExpiry, "access_token"))).toBe(false);
  });

  test(proves("gets nothing once the grant has ended", "threat 10"), async () => {
    const { token, first } = await used();
    await postAs(server, "web", "/auth/revoke", { token: textOf(first, "refresh_token") });
    await expectRefusal(await refresh(server, token), 400, "invalid_grant");
  });
});
