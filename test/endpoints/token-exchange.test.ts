/** RFC 8693: a client gets a token for another one, and never more than that one gave (threats 17 and 88). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { decodeJwt } from "jose";
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import { revokeGrant } from "../../src/operations/access.ts";
import { grantTypeNamed } from "../../src/protocol/grant-types.ts";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import type { GrantRecord } from "../../src/store/tables/grants.ts";
import { grants } from "../../src/store/tables/grants.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { newProofKey, proofHeader, requestBound } from "../support/dpop.ts";
import {
  EXCHANGE_CONFIGURATION,
  EXCHANGE_GRANT,
  exchange,
  exchanged,
  introspectedBy,
  LEDGER,
  ORDERS,
  ownToken,
  STOCK,
  shopTokens,
  TOKEN_TYPE,
} from "../support/exchange.ts";
import {
  codeFor,
  expectRefusal,
  expectTokens,
  type Json,
  jsonOf,
  redeemCode,
  textOf,
} from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { basic, ISSUER, SECRET, startTestServer, type TestServer } from "../support/server.ts";
import { codeForm, WEB_CALLBACK } from "../support/token-requests.ts";

let server: TestServer;
let ada: AccountRecord;
let people = 0;
beforeAll(async () => {
  server = await startTestServer(EXCHANGE_CONFIGURATION);
});
afterAll(() => server.close());
beforeEach(async () => {
  people += 1;
  ada = await server.addPerson(`ada${people}`);
});

const forOrders = async (): Promise<string> => textOf(await shopTokens(server, ada), "access_token");
const grantsOf = (account: AccountRecord): Promise<GrantRecord[]> =>
  server.context.store.list(grants, { where: { subject: account.subject }, limit: 10 });

describe("an exchange of a token that is bound to a key", () => {
  test(
    proves("gives a token that is bound to the key of the client, and none without one", "threat 85"),
    async () => {
      const [key, own] = [await newProofKey(), await newProofKey()];
      const code = await codeFor(server, ada, { scope: "orders.read stock.read", resource: ORDERS });
      const tokens = await jsonOf(await requestBound(server, "web", codeForm(code, WEB_CALLBACK), key));
      const [access, refresh] = [textOf(tokens, "access_token"), textOf(tokens, "refresh_token")];
      const proof = () => proofHeader(server, own);
      await expectRefusal(
        await exchange(server, "orders-api", access, { resource: STOCK }),
        400,
        "invalid_request",
      );
      const bound = await exchange(server, "orders-api", access, { resource: STOCK }, SECRET, await proof());
      const body = await jsonOf(bound);
      expect(body.token_type).toBe("DPoP");
      expect(await introspectedBy(server, "stock-api", textOf(body, "access_token"))).toMatchObject({
        cnf: { jkt: own.thumbprint },
      });
      const ofRefresh = { resource: STOCK, subject_token_type: `${TOKEN_TYPE}refresh_token` };
      await expectRefusal(await exchange(server, "web", refresh, ofRefresh), 400, "invalid_request");
      expect((await exchange(server, "web", refresh, ofRefresh, SECRET, await proof())).status).toBe(200);
    },
  );
});

describe("an exchange", () => {
  test(
    proves(
      "gives an API a token for the API behind it, which says for whom and by whom",
      "RFC 8693 2.1-1",
      "RFC 8693 2.2.1-1",
      "RFC 8693 2.2.1-2",
      "RFC 8693 2.2.1-3",
      "RFC 8693 2.2.1-5",
    ),
    async () => {
      const before = await forOrders();
      const body = await expectTokens(await exchange(server, "orders-api", before, { resource: STOCK }));
      expect(body).toEqual({
        access_token: expect.any(String),
        issued_token_type: `${TOKEN_TYPE}access_token`,
        token_type: "Bearer",
        expires_in: expect.any(Number),
        scope: "stock.read ledger.read",
      });
      const token = textOf(body, "access_token");
      expect(await introspectedBy(server, "stock-api", token)).toMatchObject({
        active: true,
        sub: ada.subject,
        username: ada.username,
        client_id: "orders-api",
        aud: STOCK,
        scope: "stock.read ledger.read",
        act: { sub: "orders-api" },
      });
      // It is for the stock alone.
      expect(await introspectedBy(server, "ledger-api", token)).toEqual({ active: false });
      expect(
        (await server.fetch("/auth/userinfo", { headers: { Authorization: `Bearer ${token}` } })).status,
      ).toBe(401);
      // The token that came in stays as it was.
      expect(await introspectedBy(server, "orders-api", before)).toMatchObject({
        active: true,
        client_id: "web",
      });
    },
  );

  test(
    proves(
      "of an exchanged token nests the actors, the newest outside, in a JWT as at introspection",
      "RFC 8693 6-2",
    ),
    async () => {
      const stock = await exchanged(server, "orders-api", await forOrders());
      const answer = await exchange(server, "stock-api", stock, {
        resource: LEDGER,
        requested_token_type: `${TOKEN_TYPE}jwt`,
      });
      const body = await jsonOf(answer);
      expect(body).toMatchObject({
        issued_token_type: `${TOKEN_TYPE}jwt`,
        token_type: "Bearer",
        scope: "ledger.read",
      });
      const token = textOf(body, "access_token");
      const act = { sub: "stock-api", act: { sub: "orders-api" } };
      expect(decodeJwt(token)).toMatchObject({
        iss: ISSUER,
        sub: ada.subject,
        aud: LEDGER,
        client_id: "stock-api",
        scope: "ledger.read",
        act,
      });
      expect(Object.keys(decodeJwt(token)).sort()).toEqual([
        "acr",
        "act",
        "amr",
        "aud",
        "auth_time",
        "client_id",
        "exp",
        "iat",
        "iss",
        "jti",
        "scope",
        "sub",
      ]);
      expect(await introspectedBy(server, "ledger-api", token)).toMatchObject({ active: true, act });
    },
  );

  test("by impersonation names no actor, but the client; a chain that has begun is never hidden", async () => {
    const direct = textOf(await shopTokens(server, ada, STOCK, "ledger.read"), "access_token");
    const hidden = decodeJwt(
      await textOf(await jsonOf(await exchange(server, "ledger-api", direct)), "access_token"),
    );
    expect(hidden).toMatchObject({ sub: ada.subject, client_id: "ledger-api" });
    expect(hidden).not.toHaveProperty("act");
    const passed = await exchanged(server, "orders-api", await forOrders());
    const shown = await jsonOf(await exchange(server, "ledger-api", passed));
    expect(decodeJwt(textOf(shown, "access_token")).act).toEqual({
      sub: "ledger-api",
      act: { sub: "orders-api" },
    });
  });

  test("of a token that a client has for itself is about that client", async () => {
    const token = await ownToken(server, "backup-api", { scope: "stock.read", resource: ORDERS });
    const stock = await exchanged(server, "orders-api", token);
    expect(await introspectedBy(server, "stock-api", stock)).toMatchObject({
      active: true,
      sub: "backup-api",
      client_id: "orders-api",
      act: { sub: "orders-api" },
    });
    expect(await introspectedBy(server, "stock-api", stock)).not.toHaveProperty("username");
  });

  test(proves("lives no longer than the token that came in", "RFC 8693 2.2.1-4", "threat 88"), async () => {
    const before = await shopTokens(server, ada);
    server.clock.advance(Number(before.expires_in) - 30);
    const body = await expectTokens(await exchange(server, "orders-api", textOf(before, "access_token")));
    expect(Number(body.expires_in)).toBeLessThanOrEqual(30);
    expect(body).not.toHaveProperty("refresh_token");
    expect(body).not.toHaveProperty("id_token");
  });

  test("is an event that names the person, the client and the grant", async () => {
    await exchanged(server, "orders-api", await forOrders());
    const [grant] = await grantsOf(ada);
    const lines = server.logged
      .map((line) => JSON.parse(line))
      .filter(({ event }) => event === "token.exchanged");
    expect(lines.at(-1)).toMatchObject({
      subject: ada.subject,
      client: "orders-api",
      by: "client:orders-api",
      via: "delegation",
    });
    expect(lines.at(-1).grant).toBe(Buffer.from(grant?.id ?? []).toString("base64url"));
  });

  test("by audience names an API by its identifier or by its client", async () => {
    for (const audience of [STOCK, "stock-api"]) {
      const token = await exchanged(server, "orders-api", await forOrders(), { audience });
      expect(await introspectedBy(server, "stock-api", token)).toMatchObject({ aud: STOCK });
    }
  });
});

describe(
  proves("who may exchange what: no more than a rule says", "RFC 8693 4.1-1", "threat 17", "threat 88"),
  () => {
    const CLIENTS = ["web", "orders-api", "stock-api", "ledger-api", "backup-api"] as const;
    const AUDIENCES = [ORDERS, STOCK, LEDGER] as const;
    const TOKENS: Readonly<Record<string, () => Promise<string>>> = {
      "of web for orders": forOrders,
      "of web for stock": async () =>
        textOf(await shopTokens(server, ada, STOCK, "stock.read ledger.read"), "access_token"),
      "of web for ledger": async () => textOf(await jsonOf(await shopAnswer(LEDGER)), "access_token"),
      "of orders-api for stock": async () => exchanged(server, "orders-api", await forOrders()),
      // Its earlier actor could exchange it.
      "of stock-api for stock": async () =>
        exchanged(server, "stock-api", await exchanged(server, "orders-api", await forOrders()), {
          resource: STOCK,
        }),
      "of backup-api itself for ledger": () => ledgerToken("backup-api"),
      "of backup-api itself for orders": () =>
        ownToken(server, "backup-api", { scope: "stock.read ledger.read", resource: ORDERS }),
    };
    const shopAnswer = async (resource: string): Promise<Response> =>
      redeemCode(server, await codeFor(server, ada, { scope: "ledger.read", resource }));
    const ledgerToken = async (clientId: string): Promise<string> => {
      const form = { grant_type: "client_credentials", scope: "ledger.read", resource: LEDGER };
      return textOf(
        await jsonOf(await server.post("/auth/token", form, basic(clientId, SECRET))),
        "access_token",
      );
    };
    /** What the rules of EXCHANGE_CONFIGURATION give, and nothing else. */
    const ALLOWED = new Set([
      `orders-api: of web for orders → ${STOCK}`,
      `orders-api: of backup-api itself for orders → ${STOCK}`,
      // Its own token may be narrowed.
      `orders-api: of orders-api for stock → ${STOCK}`,
      `stock-api: of orders-api for stock → ${STOCK}`,
      `stock-api: of orders-api for stock → ${LEDGER}`,
      `ledger-api: of web for stock → ${LEDGER}`,
      `ledger-api: of orders-api for stock → ${LEDGER}`,
      `ledger-api: of stock-api for stock → ${LEDGER}`,
      `web: of web for orders → ${STOCK}`,
      `web: of web for orders → ${LEDGER}`,
      `web: of web for stock → ${STOCK}`,
      `web: of web for stock → ${LEDGER}`,
      `web: of web for ledger → ${STOCK}`,
      `web: of web for ledger → ${LEDGER}`,
    ]);

    test.each(
      CLIENTS.flatMap((client) => Object.keys(TOKENS).map((token): [string, string] => [client, token])),
    )(proves("%s exchanges a token %s", "threat 17", "threat 88"), async (client, name) => {
      const token = await TOKENS[name]?.();
      for (const audience of AUDIENCES) {
        const answer = await exchange(server, client, token ?? "", { resource: audience });
        const body = await jsonOf(answer);
        const key = `${client}: ${name} → ${audience}`;
        expect([key, answer.status]).toEqual([key, ALLOWED.has(key) ? 200 : 400]);
        if (!ALLOWED.has(key)) expect(["invalid_request", "invalid_target"]).toContain(String(body.error));
        else expect(decodeScope(body)).toSatisfy((scope) => scope.every((one) => one !== "orders.read"));
      }
    });
    const decodeScope = (body: Json): string[] => String(body.scope).split(" ");

    test("a client learns nothing about a token that it may not exchange", async () => {
      const stray = textOf(await shopTokens(server, ada, STOCK, "stock.read"), "access_token");
      const answers = await Promise.all(
        [
          ["backup-api", stray],
          ["orders-api", stray],
          ["orders-api", "tat_unknown"],
        ].map(async ([client = "", token = ""]) => {
          const { error, error_description } = await expectRefusal(
            await exchange(server, client, token),
            400,
            "invalid_request",
          );
          return { error, error_description };
        }),
      );
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    });

    test("a client without the grant type gets nothing, and none can have it without a secret", async () => {
      const { store } = server.context;
      const client = await store.findClient("orders-api");
      if (client === null) throw new Error("There is no client.");
      await store.putClient({ ...client, grantTypes: ["client_credentials"] });
      await expectRefusal(
        await exchange(server, "orders-api", await forOrders()),
        400,
        "unauthorized_client",
      );
      await store.putClient({ ...client, tokenEndpointAuthMethod: "none", secrets: [] });
      const form = {
        client_id: "orders-api",
        grant_type: EXCHANGE_GRANT,
        subject_token: await forOrders(),
        subject_token_type: `${TOKEN_TYPE}access_token`,
      };
      await expectRefusal(await server.post("/auth/token", form), 401, "invalid_client");
      await store.putClient(client);
      expect(grantTypeNamed("exchange")).toBe(EXCHANGE_GRANT);
    });
  },
);

describe("the scope and the target", () => {
  test(
    proves("no scope comes that the token lacks, or that the rule or the client may not have", "threat 88"),
    async () => {
      const narrow = textOf(await shopTokens(server, ada, ORDERS, "orders.read stock.read"), "access_token");
      const body = await expectTokens(await exchange(server, "orders-api", narrow));
      expect(body.scope).toBe("stock.read");
      for (const scope of ["ledger.read", "stock.read ledger.read", "orders.read", "openid", "tessera.admin"])
        await expectRefusal(await exchange(server, "orders-api", narrow, { scope }), 400, "invalid_scope");
      const { store } = server.context;
      const client = await store.findClient("orders-api");
      if (client === null) throw new Error("There is no client.");
      await store.putClient({ ...client, scope: [] });
      await expectRefusal(await exchange(server, "orders-api", narrow), 400, "invalid_scope");
      await store.putClient(client);
    },
  );

  test("a token without a scope of the target gives nothing", async () => {
    const orders = textOf(await shopTokens(server, ada, ORDERS, "orders.read"), "access_token");
    await expectRefusal(await exchange(server, "orders-api", orders), 400, "invalid_scope");
  });

  test(
    proves("an unknown or foreign target is an invalid_target", "RFC 8693 2.2.2-2", "RFC 8693 2.1-2"),
    async () => {
      const token = await forOrders();
      for (const changes of [
        { resource: LEDGER },
        { resource: ORDERS },
        { resource: ISSUER },
        { resource: [STOCK, LEDGER] },
        { resource: STOCK, audience: "ledger-api" },
        { audience: "nobody" },
        { audience: "web" },
        { resource: "https://nowhere.example/" },
        { resource: `${STOCK}#part` },
      ])
        await expectRefusal(await exchange(server, "orders-api", token, changes), 400, "invalid_target");
      // Two rules or APIs, and the request names neither.
      const stock = await exchanged(server, "orders-api", token);
      await expectRefusal(await exchange(server, "stock-api", stock), 400, "invalid_target");
    },
  );
});

describe("the types of tokens", () => {
  test(
    proves(
      "a wrong or unknown type is an invalid_request, and no parameter is passed over",
      "RFC 8693 2.1-3",
      "RFC 8693 2.1-4",
      "RFC 8693 2.1-5",
      "RFC 8693 2.1-6",
      "RFC 8693 2.2.2-1",
    ),
    async () => {
      const tokens = await shopTokens(server, ada);
      const token = textOf(tokens, "access_token");
      for (const changes of [
        { subject_token: undefined },
        { subject_token_type: undefined },
        { subject_token_type: "access_token" },
        { subject_token_type: `${TOKEN_TYPE}saml2` },
        { subject_token_type: `${TOKEN_TYPE}jwt` },
        { subject_token_type: `${TOKEN_TYPE}id_token` },
        { subject_token_type: `${TOKEN_TYPE}refresh_token` },
        { subject_token: textOf(tokens, "refresh_token") },
        { subject_token: `${token}x` },
        { subject_token: "x".repeat(20_000) },
        { requested_token_type: `${TOKEN_TYPE}refresh_token` },
        { requested_token_type: `${TOKEN_TYPE}id_token` },
        { requested_token_type: "jwt" },
        // The stock takes no JWTs.
        { requested_token_type: `${TOKEN_TYPE}jwt` },
        { actor_token: token },
        { actor_token_type: `${TOKEN_TYPE}access_token` },
        { actor_token: token, actor_token_type: `${TOKEN_TYPE}id_token` },
        { actor_token: "tat_unknown", actor_token_type: `${TOKEN_TYPE}access_token` },
      ])
        await expectRefusal(await exchange(server, "orders-api", token, changes), 400, "invalid_request");
    },
  );

  test("an ID token counts for its own client, and not for one that no rule names", async () => {
    const tokens = await shopTokens(server, ada, ORDERS, "openid stock.read");
    const idToken = textOf(tokens, "id_token");
    const as = { subject_token_type: `${TOKEN_TYPE}id_token`, resource: STOCK };
    const body = await expectTokens(await exchange(server, "web", idToken, as));
    expect(body.scope).toBe("stock.read");
    for (const client of ["orders-api", "stock-api", "ledger-api", "backup-api"])
      await expectRefusal(await exchange(server, client, idToken, as), 400, "invalid_request");
    const token = textOf(body, "access_token");
    expect(await introspectedBy(server, "stock-api", token)).toMatchObject({
      sub: ada.subject,
      client_id: "web",
    });
    // Neither is another kind of token an ID token.
    await expectRefusal(
      await exchange(server, "web", textOf(tokens, "access_token"), as),
      400,
      "invalid_request",
    );
    server.clock.advance(Number(server.context.configuration.lifetimes.id_token_seconds) + 1);
    await expectRefusal(await exchange(server, "web", idToken, as), 400, "invalid_request");
  });

  test(
    proves(
      "an ID token with a pairwise subject leads to its person, and to no other",
      "threat 88",
      "threat 64",
    ),
    async () => {
      const { store } = server.context;
      const web = await store.findClient("web");
      if (web === null) throw new Error("There is no client.");
      const as = { subject_token_type: `${TOKEN_TYPE}id_token`, resource: STOCK };
      const plain = textOf(await shopTokens(server, ada, ORDERS, "openid stock.read"), "id_token");
      await store.putClient({ ...web, subjectType: "pairwise" });
      try {
        // It has the name under which the client knew the person before.
        await expectRefusal(await exchange(server, "web", plain, as), 400, "invalid_request");
        const other = await server.addPerson("grace");
        const [own, foreign] = await Promise.all(
          [ada, other].map(async (person) =>
            textOf(await shopTokens(server, person, ORDERS, "openid stock.read"), "id_token"),
          ),
        );
        const claimsOf = (text = "") =>
          JSON.parse(Buffer.from(text.split(".")[1] ?? "", "base64url").toString()) as Record<
            string,
            unknown
          >;
        expect(claimsOf(own).sub).toStartWith("pw_");
        const token = textOf(
          await expectTokens(await exchange(server, "web", own ?? "", as)),
          "access_token",
        );
        expect(await introspectedBy(server, "stock-api", token)).toMatchObject({
          sub: claimsOf(own).sub,
          client_id: "web",
        });
        for (const client of ["orders-api", "backup-api"])
          await expectRefusal(await exchange(server, client, own ?? "", as), 400, "invalid_request");
        const sign = (claims: Record<string, unknown>) =>
          server.context.signingKeys.sign("RS256", "JWT", claims);
        const { jti, sid, auth_time } = claimsOf(foreign);
        for (const changes of [{ jti, sid, auth_time }, { jti: undefined }, { jti: "AAAA" }, { sid: "x" }])
          await expectRefusal(
            await exchange(server, "web", await sign({ ...claimsOf(own), ...changes }), as),
            400,
            "invalid_request",
          );
        // The end of the grant ends it.
        for (const { id } of await grantsOf(ada))
          await revokeGrant(server.context, SERVER_ACT, id, "revoked_by_operator", server.clock.seconds());
        await expectRefusal(await exchange(server, "web", own ?? "", as), 400, "invalid_request");
      } finally {
        await store.putClient({ ...web, subjectType: "public" });
      }
    },
  );

  test("a refresh token counts for its own client while it is unused, and stays unused", async () => {
    const tokens = await shopTokens(server, ada);
    const refreshToken = textOf(tokens, "refresh_token");
    const as = { subject_token_type: `${TOKEN_TYPE}refresh_token`, resource: STOCK };
    await expectTokens(await exchange(server, "web", refreshToken, as));
    await expectRefusal(await exchange(server, "orders-api", refreshToken, as), 400, "invalid_request");
    const form = { grant_type: "refresh_token", refresh_token: refreshToken };
    await expectTokens(await server.post("/auth/token", form, basic("web", SECRET)));
    await expectRefusal(await exchange(server, "web", refreshToken, as), 400, "invalid_request");
  });
});

describe("actors", () => {
  test(
    proves("an actor token says who acts, if the client itself received it", "RFC 8693 2.1-7", "threat 88"),
    async () => {
      const token = await forOrders();
      const as = (actor: string) => ({ actor_token: actor, actor_token_type: `${TOKEN_TYPE}access_token` });
      const own = await ownToken(server, "orders-api", { scope: "stock.read" });
      const stock = await exchanged(server, "orders-api", token, as(own));
      expect(await introspectedBy(server, "stock-api", stock)).toMatchObject({ act: { sub: "orders-api" } });
      const foreign = await ownToken(server, "backup-api", { scope: "stock.read" });
      await expectRefusal(await exchange(server, "orders-api", token, as(foreign)), 400, "invalid_request");
      await expectRefusal(await exchange(server, "orders-api", token, as(token)), 400, "invalid_request");
      await expectRefusal(await exchange(server, "orders-api", token, as(stock)), 400, "invalid_request");
      // The end of the actor's token ends what it acts in.
      await server.post("/auth/revoke", { token: own }, basic("orders-api", SECRET));
      expect(await introspectedBy(server, "stock-api", stock)).toEqual({ active: false });
    },
  );

  test("only the party that may_act names acts", async () => {
    const idToken = textOf(await shopTokens(server, ada, ORDERS, "openid stock.read"), "id_token");
    const as = { subject_token_type: `${TOKEN_TYPE}id_token`, resource: STOCK };
    const signed = (may_act: unknown) =>
      server.context.signingKeys.sign("RS256", "JWT", { ...decodeJwt(idToken), may_act });
    await expectTokens(await exchange(server, "web", await signed({ sub: "web" }), as));
    for (const other of [{ sub: "orders-api" }, { sub: "web", client_id: "other" }, {}, null, "web"])
      await expectRefusal(await exchange(server, "web", await signed(other), as), 400, "invalid_request");
  });

  test("a chain has an end", async () => {
    await server.context.store.putClient(await clientThat("stock-api"));
    const first = await exchanged(server, "orders-api", await forOrders());
    // A client that exchanges its own token again and again adds no actor, and comes to an end as well.
    let token = first;
    let refused: Response | null = null;
    for (let count = 0; count < 12 && refused === null; count += 1) {
      const answer = await exchange(server, "orders-api", token);
      if (answer.status === 200) token = textOf(await jsonOf(answer), "access_token");
      else refused = answer;
    }
    if (refused === null) throw new Error("The chain has no end.");
    await expectRefusal(refused, 400, "invalid_request");
    expect(await introspectedBy(server, "stock-api", token)).toMatchObject({ act: { sub: "orders-api" } });
  });
  const clientThat = async (clientId: string) => {
    const client = await server.context.store.findClient(clientId);
    if (client === null) throw new Error("There is no client.");
    return client;
  };
});

describe(
  proves("what ends an exchanged token, and an exchange", "threat 15", "threat 19", "RFC 8693 2.1-6"),
  () => {
    const { stringify } = JSON;
    /** The tokens of the chain shop → orders → stock, which all live. */
    const chain = async () => {
      const tokens = await shopTokens(server, ada);
      const orders = textOf(tokens, "access_token");
      const stock = await exchanged(server, "orders-api", orders);
      const ledger = textOf(
        await jsonOf(await exchange(server, "stock-api", stock, { resource: LEDGER })),
        "access_token",
      );
      expect(await introspectedBy(server, "ledger-api", ledger)).toMatchObject({ active: true });
      return { tokens, orders, stock, ledger };
    };
    const ENDS: Readonly<Record<string, (tokens: Awaited<ReturnType<typeof chain>>) => Promise<unknown>>> = {
      "the person's access token is revoked": ({ orders }) =>
        server.post("/auth/revoke", { token: orders }, basic("web", SECRET)),
      "the refresh token is revoked": ({ tokens }) =>
        server.post("/auth/revoke", { token: textOf(tokens, "refresh_token") }, basic("web", SECRET)),
      "the token between is revoked": ({ stock }) =>
        server.post("/auth/revoke", { token: stock }, basic("orders-api", SECRET)),
      "the grant is taken back": async () => {
        for (const { id } of await grantsOf(ada))
          await server.context.store.revokeGrant(id, "revoked_by_person", server.clock.seconds());
      },
      "the person is disabled": () =>
        server.context.store.disableAccount(ada.subject, server.clock.seconds()),
    };
    test.each(Object.keys(ENDS))("%s", async (name) => {
      const tokens = await chain();
      await ENDS[name]?.(tokens);
      expect([name, stringify(await introspectedBy(server, "ledger-api", tokens.ledger))]).toEqual([
        name,
        stringify({ active: false }),
      ]);
      await expectRefusal(
        await exchange(server, "stock-api", tokens.stock, { resource: LEDGER }),
        400,
        "invalid_request",
      );
    });

    const CLIENT_ENDS: Readonly<Record<string, (clientId: string) => Promise<() => Promise<unknown>>>> = {
      "is disabled": async (clientId) => {
        const { store, clock } = server.context;
        await store.disableClient(clientId, clock.seconds());
        return () => store.enableClient(clientId);
      },
      "loses all its access tokens": async (clientId) => {
        await server.context.store.endClientTokens(clientId as ClientId);
        return async () => undefined;
      },
    };
    test.each(
      Object.keys(CLIENT_ENDS).flatMap((name) =>
        ["web", "orders-api", "stock-api"].map((client): [string, string] => [client, name]),
      ),
    )("%s %s", async (client, name) => {
      const { ledger } = await chain();
      const restore = await CLIENT_ENDS[name]?.(client);
      expect([client, name, await introspectedBy(server, "ledger-api", ledger)]).toEqual([
        client,
        name,
        { active: false },
      ]);
      await restore?.();
    });

    test("the person may no longer use the acting client, or the first one", async () => {
      const { store } = server.context;
      for (const [clientId = "", error = ""] of [
        ["stock-api", "invalid_grant"],
        ["web", "invalid_request"],
      ]) {
        const { ledger, stock } = await chain();
        const client = await store.findClient(clientId);
        if (client === null) throw new Error("There is no client.");
        await store.putClient({ ...client, allowedGroups: ["staff"] });
        expect([clientId, await introspectedBy(server, "ledger-api", ledger)]).toEqual([
          clientId,
          { active: false },
        ]);
        await expectRefusal(await exchange(server, "stock-api", stock, { resource: LEDGER }), 400, error);
        await store.putClient(client);
      }
    });

    test("the token that came in expires", async () => {
      const { stock, ledger } = await chain();
      server.clock.advance(server.context.configuration.lifetimes.access_token_seconds + 1);
      expect(await introspectedBy(server, "ledger-api", ledger)).toEqual({ active: false });
      await expectRefusal(
        await exchange(server, "stock-api", stock, { resource: LEDGER }),
        400,
        "invalid_request",
      );
    });
  },
);

test("the guide: its configuration is enough for its request, and gives its answer", async () => {
  const guide = await Bun.file(`${import.meta.dir}/../../docs/apis.md`).text();
  const block = (language: string, index = 0): string =>
    [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))][index]?.[1] ?? "";
  const shown = await startTestServer(Bun.TOML.parse(block("toml")) as ConfigurationInput);
  const person = await shown.addPerson("ada");
  const [orders, stock] = ["https://orders.example.org", "https://stock.example.org"];
  const code = await codeFor(shown, person, {
    client_id: "shop",
    redirect_uri: "https://shop.example.org/callback",
    scope: "orders.read stock.read",
    resource: orders,
  });
  const form = { ...codeForm(code, "https://shop.example.org/callback") };
  const shop = basic("shop", "a-long-random-secret-that-the-shop-sends");
  const token = textOf(await expectTokens(await shown.post("/auth/token", form, shop)), "access_token");
  const [, client = "", secret = ""] = /-u ([^:]+):(\S+)/.exec(block("console")) ?? [];
  const sent = [...block("console").matchAll(/-d (\w+)=(\S+)/g)].map(
    ([, name = "", value = ""]): [string, string] => [name, value === "$TOKEN" ? token : value],
  );
  const body = await expectTokens(await shown.post("/auth/token", sent, basic(client, secret)));
  expect(Object.keys(body).sort()).toEqual(Object.keys(JSON.parse(block("json"))).sort());
  expect(body.scope).toBe("stock.read");
  const asked = await shown.post(
    "/auth/introspect",
    { token: textOf(body, "access_token") },
    basic("stock-api", "a-long-random-secret-that-the-stock-api-sends"),
  );
  const { sub, ...rest } = JSON.parse(block("json", 1));
  expect(sub).toStartWith("acc_");
  expect(await asked.json()).toMatchObject({ ...rest, sub: person.subject, aud: stock });
  await shown.close();
});
