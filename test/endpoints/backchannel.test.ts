/** CIBA at the endpoints, in poll mode. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { findRequestOf, listOpenRequests } from "../../src/operations/backchannel-requests.ts";
import { removeAllExpired } from "../../src/operations/housekeeping.ts";
import { disableAccount, removeAccount } from "../../src/operations/people.ts";
import { CIBA_GRANT } from "../../src/protocol/grant-types.ts";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { backchannelRequests } from "../../src/store/tables/requests.ts";
import {
  ASKING_CLIENTS,
  answerAs,
  approvedTokens,
  asked,
  askPerson,
  NOTIFICATION_TOKEN,
  pollFor,
  requestOf,
} from "../support/backchannel.ts";
import { withOtherEnding } from "../support/changed.ts";
import { expectRefusal, expectTokens, jsonOf, textOf, tokensFor } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { basic, SECRET, startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let ada: AccountRecord;

const start = async (settings: Parameters<typeof startTestServer>[0] = {}) => {
  server = await startTestServer({ clients: ASKING_CLIENTS, ...settings });
  server.clock.freeze();
  ada = await server.addPerson("ada", { email: "ada@example.org" });
};
beforeEach(() => start());
afterEach(() => server.close());

/** Changes the client in the store, as the operator would. */
const changeClient = async (clientId: string, fields: Record<string, unknown>) => {
  const client = await server.context.store.findClient(clientId as ClientId);
  if (client === null) throw new Error("There is no such client.");
  await server.context.store.putClient({ ...client, ...fields });
};
/** Whether the access token is good. */
const isAlive = async (token: unknown): Promise<boolean> =>
  (await server.fetch("/auth/userinfo", { headers: { Authorization: `Bearer ${String(token)}` } })).ok;
const refusedFor = async (form: Record<string, string | undefined>, status = 400, clientId = "agent") =>
  jsonOf(
    await askPerson(server, form, clientId).then((response) => {
      expect(response.status).toBe(status);
      return response;
    }),
  );

describe("a request to a person", () => {
  test(
    proves(
      "is answered with an auth_req_id that nothing stored gives away",
      "CIBA 7.3-1",
      "CIBA 7.3-2",
      "CIBA 7.1-9",
    ),
    async () => {
      const response = await askPerson(server, { binding_message: "W4SCT" });
      expect(response.status).toBe(200);
      expect(response.headers.get("cache-control")).toBe("no-store");
      const body = await jsonOf(response);
      expect(body).toEqual({ auth_req_id: expect.any(String), expires_in: 300, interval: 5 });
      const authReqId = textOf(body, "auth_req_id");
      expect(authReqId).toMatch(/^tbr_[A-Za-z0-9\-_]{64}$/);
      const request = await requestOf(server, authReqId, ada);
      expect(request).toMatchObject({ bindingMessage: "W4SCT", status: "pending", clientId: "agent" });
      expect(JSON.stringify(request)).not.toContain(authReqId.slice(30));
      expect(server.logged.join("")).not.toContain(authReqId.slice(30));
      expect((await server.fetch("/auth/backchannel")).status).toBe(405);
    },
  );

  test(
    proves(
      "names a person by user name, verified address, sub or an old ID token",
      "CIBA 7.2-2",
      "CIBA 14-3",
    ),
    async () => {
      const tokens = await approvedTokens(server, ada);
      server.clock.advance(86_400);
      for (const form of [
        { login_hint: "ADA@example.org" },
        { login_hint: ada.subject },
        { login_hint: undefined, id_token_hint: textOf(tokens, "id_token") },
      ]) {
        const authReqId = await asked(server, form);
        expect((await requestOf(server, authReqId, ada)).status).toBe("pending");
        expect(await answerAs(server, authReqId, ada)).toBe(true);
      }
    },
  );

  test(
    proves("is refused in one way for all whom the client cannot ask", "CIBA 7.2-2", "threat 34"),
    async () => {
      await server.addPerson("typed", { email: "victim@example.org", emailVerified: false });
      const gone = await server.addPerson("gone");
      await disableAccount(server.context, SERVER_ACT, gone.subject, server.clock.seconds());
      const bodies = [];
      for (const login_hint of ["nobody", "victim@example.org", "gone"])
        bodies.push(await refusedFor({ login_hint }));
      await changeClient("agent", { allowedGroups: ["staff"] });
      bodies.push(await refusedFor({ login_hint: "ada" }));
      for (const body of bodies) expect(body).toEqual(bodies[0] ?? {});
      expect(bodies[0]).toMatchObject({ error: "unknown_user_id" });
    },
  );

  test(
    proves("is for the person whose sub it names, not for one who took that for a user name", "threat 25"),
    async () => {
      // In a database that has such a name already.
      const eve = await server.addPerson(ada.subject.toUpperCase());
      const authReqId = await asked(server, { login_hint: ada.subject });
      expect((await requestOf(server, authReqId, ada)).subject).toBe(ada.subject);
      expect(await listOpenRequests(server.context, eve.subject)).toEqual([]);
    },
  );

  test(
    proves("that names people at random is limited, also in parallel", "threat 33", "threat 34"),
    async () => {
      await server.close();
      await start({ limits: { unknown_people_per_client: 5 } });
      const guesses = await Promise.all(
        Array.from({ length: 30 }, (_, index) => askPerson(server, { login_hint: `nobody-${index}` })),
      );
      expect(guesses.filter(({ status }) => status === 400)).toHaveLength(5);
      expect(guesses.filter(({ status }) => status === 429)).toHaveLength(25);
      expect((await askPerson(server)).status).toBe(429);
      expect((await askPerson(server, {}, "shop")).status).toBe(200);
    },
  );

  test(proves("to many people at once is no guess at people", "threat 33"), async () => {
    const names = Array.from({ length: 40 }, (_, index) => `person-${index}`);
    for (const name of names) await server.addPerson(name);
    const answers = await Promise.all(names.map((login_hint) => askPerson(server, { login_hint })));
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
  });

  test(
    proves("takes an ID token of this client alone, and of this server alone", "CIBA 14-3", "threat 35"),
    async () => {
      const { id_token } = await tokensFor(server, ada, { scope: "openid" });
      const other = await refusedFor({ login_hint: undefined, id_token_hint: String(id_token) });
      expect(other.error).toBe("invalid_request");
      const forged = `${String(id_token).split(".").slice(0, 2).join(".")}.AAAA`;
      expect((await refusedFor({ login_hint: undefined, id_token_hint: forged })).error).toBe(
        "invalid_request",
      );
    },
  );

  test(
    proves("with a pairwise sub is for the person whose name the ID token tells", "CIBA 4-10"),
    async () => {
      await changeClient("agent", {
        subjectType: "pairwise",
        sectorIdentifierUri: "https://agent.example/s",
      });
      const authReqId = await asked(server, { scope: "openid profile" });
      await answerAs(server, authReqId, ada);
      const { id_token, sub = decodeJwt(String(id_token)).sub } = await expectTokens(
        await pollFor(server, authReqId),
      );
      expect(sub).toStartWith("pw_");
      const again = await asked(server, { login_hint: undefined, id_token_hint: String(id_token) });
      expect((await requestOf(server, again, ada)).subject).toBe(ada.subject);
      expect((await refusedFor({ login_hint: ada.subject })).error).toBe("unknown_user_id");
    },
  );

  test.each([
    ["no hint", { login_hint: undefined }, "invalid_request"],
    ["two hints", { id_token_hint: "x" }, "invalid_request"],
    ["a login_hint_token", { login_hint: undefined, login_hint_token: "x" }, "invalid_request"],
    ["a user code", { user_code: "1234" }, "invalid_request"],
    ["no scope", { scope: undefined }, "invalid_request"],
    ["no openid", { scope: "mail.read" }, "invalid_request"],
    ["an unknown scope", { scope: "everything" }, "invalid_scope"],
    ["an unknown resource", { resource: "https://other.example" }, "invalid_target"],
    ["a time that is none", { requested_expiry: "soon" }, "invalid_request"],
    ["a negative time", { requested_expiry: "-1" }, "invalid_request"],
    ["no time at all", { requested_expiry: "0" }, "invalid_request"],
    ["a long binding message", { binding_message: "x".repeat(101) }, "invalid_binding_message"],
    ["an invisible binding message", { binding_message: "pay\u202Eeno" }, "invalid_binding_message"],
    ["two lines", { binding_message: "pay 5\nto ada" }, "invalid_binding_message"],
  ])(
    proves(
      "is refused with %s",
      "CIBA 7.1-3",
      "CIBA 7.1-6",
      "CIBA 7.1-7",
      "CIBA 7.1-8",
      "CIBA 7.2-1",
      "CIBA 13-1",
      "CIBA 13-2",
    ),
    async (_, form, error) => {
      const body = await refusedFor(form);
      expect(body.error).toBe(error);
      expect(textOf(body, "error_description")).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
      expect(await listOpenRequests(server.context, ada.subject)).toEqual([]);
    },
  );

  test(
    proves("needs a client that proves who it is and may ask people", "CIBA 7.1-1", "CIBA 4-5", "CIBA 4-9"),
    async () => {
      const form = { scope: "openid", login_hint: "ada" };
      await expectRefusal(
        await server.post("/auth/backchannel", { ...form, client_id: "agent" }),
        401,
        "invalid_client",
      );
      await expectRefusal(
        await server.post("/auth/backchannel", form, basic("agent", "another secret of that length")),
        401,
        "invalid_client",
      );
      await expectRefusal(
        await server.post("/auth/backchannel", form, basic("web", SECRET)),
        400,
        "unauthorized_client",
      );
      await expectRefusal(
        await server.post("/auth/backchannel", { ...form, client_id: "television" }),
        400,
        "unauthorized_client",
      );
    },
  );

  test(proves("ignores what it does not know, and takes scopes in any order", "CIBA 7.2-3"), async () => {
    const authReqId = await asked(server, {
      scope: "mail.read openid",
      nonsense: "1",
      requested_expiry: "10",
    });
    expect((await requestOf(server, authReqId, ada)).scope.map(String)).toEqual(["mail.read", "openid"]);
  });

  test(proves("lives as long as the client wants, within bounds", "CIBA 7.1-8"), async () => {
    for (const [requested_expiry, expires_in] of [
      ["1", 10],
      ["60", 60],
      ["999999999", 3600],
    ] as const) {
      const body = await jsonOf(await askPerson(server, { requested_expiry }));
      expect(body.expires_in).toBe(expires_in);
      expect(await answerAs(server, textOf(body, "auth_req_id"), ada)).toBe(true);
    }
  });
});

describe("polling", () => {
  test(
    proves(
      "gives tokens once the person has approved, and once",
      "CIBA 10.1.1-1",
      "CIBA 11-1",
      "CIBA 10.1-2",
      "CIBA 10.1-3",
      "CIBA 7.1-5",
      "CIBA 8-1",
      "threat 27",
    ),
    async () => {
      const authReqId = await asked(server, { acr_values: "2" });
      await expectRefusal(await pollFor(server, authReqId), 400, "authorization_pending");
      await expectRefusal(await pollFor(server, authReqId), 400, "slow_down");
      server.clock.advance(11);
      await expectRefusal(await pollFor(server, authReqId), 400, "authorization_pending");
      // The client asked for a second factor.
      expect(await answerAs(server, authReqId, ada)).toBe(false);
      expect(await answerAs(server, authReqId, ada, "approved", { level: "2" })).toBe(true);
      server.clock.advance(20);
      const polls = await Promise.all(Array.from({ length: 8 }, () => pollFor(server, authReqId)));
      const [won, ...others] = polls.filter(({ status }) => status === 200);
      expect(others).toEqual([]);
      const tokens = await expectTokens(won ?? new Response());
      expect(await isAlive(tokens.access_token)).toBe(true);
      expect(textOf(tokens, "refresh_token")).toStartWith("trt_");
      const claims = decodeJwt(textOf(tokens, "id_token"));
      expect(claims).toMatchObject({ sub: ada.subject, aud: "agent", acr: "2" });
      expect(claims.auth_time).toBe(server.clock.seconds() - 20);
      expect(claims).not.toHaveProperty("nonce");
      expect(decodeProtectedHeader(textOf(tokens, "id_token")).kid).toBeString();
      await expectRefusal(await pollFor(server, authReqId), 400, "invalid_grant");
    },
  );

  test(
    proves(
      "with the auth_req_id of another client, or a wrong one, is invalid_grant",
      "CIBA 10.1-5",
      "CIBA 11-2",
    ),
    async () => {
      const authReqId = await asked(server);
      await answerAs(server, authReqId, ada);
      await expectRefusal(await pollFor(server, authReqId, "shop"), 400, "invalid_grant");
      await expectRefusal(await pollFor(server, withOtherEnding(authReqId)), 400, "invalid_grant");
      await expectRefusal(
        await pollFor(server, "1c266114-a1be-4252-8ad1-04986c5b9ac1"),
        400,
        "invalid_grant",
      );
      await expectTokens(await pollFor(server, authReqId));
    },
  );

  test(proves("needs the client's credentials, as always", "CIBA 10.1-1"), async () => {
    const authReqId = await asked(server);
    await answerAs(server, authReqId, ada);
    const form = { grant_type: CIBA_GRANT, auth_req_id: authReqId };
    await expectRefusal(
      await server.post("/auth/token", { ...form, client_id: "agent" }),
      401,
      "invalid_client",
    );
  });

  test(proves("after a no is access_denied, after the time expired_token", "CIBA 11-1"), async () => {
    const denied = await asked(server);
    expect(await answerAs(server, denied, ada, "denied")).toBe(true);
    await expectRefusal(await pollFor(server, denied), 400, "access_denied");
    server.clock.advance(60);
    const late = await asked(server, { requested_expiry: "10" });
    server.clock.advance(10);
    expect(await answerAs(server, late, ada)).toBe(false);
    await expectRefusal(await pollFor(server, late), 400, "expired_token");
    await removeAllExpired(server.context);
    await expectRefusal(await pollFor(server, late), 400, "expired_token");
    server.clock.advance(4000);
    await removeAllExpired(server.context);
    await expectRefusal(await pollFor(server, late), 400, "invalid_grant");
    expect(await server.context.store.list(backchannelRequests, { limit: 10 })).toEqual([]);
  });

  test("a yes in the last second can be collected", async () => {
    const authReqId = await asked(server, { requested_expiry: "10" });
    server.clock.advance(9);
    expect(await answerAs(server, authReqId, ada)).toBe(true);
    server.clock.advance(30);
    await expectTokens(await pollFor(server, authReqId));
  });
});

describe("an answer", () => {
  test(proves("is that of the person who was asked, and the first one counts", "threat 25"), async () => {
    const eve = await server.addPerson("eve");
    const authReqId = await asked(server);
    const { id } = await requestOf(server, authReqId, ada);
    expect(await findRequestOf(server.context, id, eve.subject)).toEqual({
      request: null,
      grant: null,
      client: null,
    });
    expect(await answerAs(server, authReqId, ada, "approved", { now: eve })).toBe(false);
    expect(await answerAs(server, authReqId, ada, "denied", { now: eve })).toBe(false);
    const answers = await Promise.all(
      (["denied", "approved", "denied", "approved"] as const).map((answer) =>
        answerAs(server, authReqId, ada, answer),
      ),
    );
    expect(answers.filter((isTaken) => isTaken)).toHaveLength(1);
  });

  test(proves("is not taken of people who may not, nor for a client that may not", "threat 19"), async () => {
    const authReqId = await asked(server);
    await changeClient("agent", { grantTypes: ["refresh_token"] });
    expect(await answerAs(server, authReqId, ada)).toBe(false);
    expect(await listOpenRequests(server.context, ada.subject)).toEqual([]);
    await changeClient("agent", { grantTypes: [CIBA_GRANT], deniedGroups: ["staff"] });
    expect(
      (await listOpenRequests(server.context, ada.subject)).map(({ client }) => client.clientId),
    ).toEqual(["agent" as ClientId]);
    await disableAccount(server.context, SERVER_ACT, ada.subject, server.clock.seconds());
    expect(await answerAs(server, authReqId, ada)).toBe(false);
  });

  test("makes a grant that dies with what ends access: its revocation, its person", async () => {
    const { access_token } = await approvedTokens(server, ada);
    const authReqId = await asked(server);
    await answerAs(server, authReqId, ada);
    expect(await isAlive(access_token)).toBe(true);
    await removeAccount(server.context, SERVER_ACT, ada.subject, server.clock.seconds());
    expect(await isAlive(access_token)).toBe(false);
    await expectRefusal(await pollFor(server, authReqId), 400, "invalid_grant");
  });
});

describe("a person who is asked", () => {
  test(
    proves("has a few open requests at most, however many come at once", "threat 33", "threat 42"),
    async () => {
      const many = await Promise.all(Array.from({ length: 20 }, () => askPerson(server)));
      expect(many.filter(({ status }) => status === 200)).toHaveLength(2);
      const refused = many.find(({ status }) => status === 429);
      expect(refused?.headers.get("retry-after")).toBe("300");
      expect((await jsonOf(refused ?? new Response())).error).toBe("access_denied");
      expect((await askPerson(server, {}, "shop")).status).toBe(200);
      expect(await listOpenRequests(server.context, ada.subject)).toHaveLength(3);
      expect(server.logged.some((line) => line.includes("backchannel.limited"))).toBe(true);
    },
  );

  test("is not asked again soon by a client that was declined, and not for a day after a report", async () => {
    for (const wait of [60, 600, 3600]) {
      const authReqId = await asked(server);
      await answerAs(server, authReqId, ada, "denied");
      expect((await askPerson(server)).headers.get("retry-after")).toBe(String(wait));
      server.clock.advance(wait);
    }
    const authReqId = await asked(server);
    await answerAs(server, authReqId, ada, "reported");
    expect((await askPerson(server)).headers.get("retry-after")).toBe("86400");
    await expectRefusal(await pollFor(server, authReqId), 400, "access_denied");
    server.clock.advance(7200);
    // What others ask does not make the report forgotten.
    expect((await askPerson(server, {}, "shop")).status).toBe(200);
    expect((await askPerson(server)).headers.get("retry-after")).toBe("79200");
    server.clock.advance(79_200);
    expect((await askPerson(server)).status).toBe(200);
  });
});

describe("the metadata document", () => {
  test(
    proves("names the endpoint and what it can", "CIBA 4-1", "CIBA 4-2", "CIBA 4-3", "CIBA 4-4"),
    async () => {
      const document = await jsonOf(await server.fetch("/.well-known/openid-configuration"));
      expect(document).toMatchObject({
        backchannel_authentication_endpoint: "https://auth.example/auth/backchannel",
        backchannel_token_delivery_modes_supported: ["poll", "ping"],
        backchannel_user_code_parameter_supported: false,
      });
      expect(document.backchannel_authentication_request_signing_alg_values_supported).toContain("PS256");
      expect(document.grant_types_supported).toContain(CIBA_GRANT);
    },
  );
});

test(
  proves("a client in ping mode sends a token for the ping that is long enough", "CIBA 7.1-4"),
  async () => {
    for (const client_notification_token of [
      undefined,
      "short",
      "x".repeat(1025),
      "with space 0123456789012345",
    ])
      expect((await refusedFor({ client_notification_token }, 400, "shop")).error).toBe("invalid_request");
    expect((await askPerson(server, { client_notification_token: NOTIFICATION_TOKEN }, "shop")).status).toBe(
      200,
    );
  },
);
