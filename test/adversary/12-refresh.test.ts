/** Threat classes 12 and 54: a refresh token is worth something to its own client only, and only once that has proved who it is. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { AccountRecord } from "../../src/store/records.ts";
import { expectTokens, isActive, jsonOf, textOf, tokensFor } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { basic, SECRET, startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

const OTHER_SECRET = "the secret of another client that may refresh";
const OTHERS = [
  { client_id: "other", redirect_uris: ["https://other.example/"], secrets: [OTHER_SECRET] },
  { client_id: "other-page", redirect_uris: ["https://page.example/"] },
];
/** Whose token it is, and where its person is sent back to. */
const OWNERS: Readonly<Record<string, string>> = {
  web: "https://client.example/callback",
  spa: "https://spa.example/",
};

type Form = Readonly<Record<string, string>>;
/** Who says they are what, for the token of each owner; `null` is the owner itself. */
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
  ["the owner with no secret by Basic", () => ({}), (owner) => basic(owner, "")],
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
  ["the owner as a bearer", (owner) => ({ client_id: owner }), () => ({ Authorization: "Bearer x" })],
];
/** How a confidential client might pass for a public one. */
const WITHOUT_SECRET: readonly (readonly [string, Form])[] = [
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
    ...(owner === "web" ? WITHOUT_SECRET.map(([who, form]) => [who, form, {}] as const) : []),
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
      // Neither by a retry nor, later, as the reuse that would end the grant.
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
