/** CIBA §10.2: pings, and how the shop that gets them answers. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { OutboundError, type OutboundRequest } from "../../src/platform/outbound.ts";
import { waitAfter } from "../../src/rules/outbox.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import {
  ASKING_CLIENTS,
  answerAs,
  asked,
  askPerson,
  NOTIFICATION_TOKEN,
  pollFor,
  requestOf,
} from "../support/backchannel.ts";
import { expectRefusal, expectTokens } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let ada: AccountRecord;
let came: OutboundRequest[];
/** What the shop does with a ping. */
let answer: () => void;

beforeEach(async () => {
  came = [];
  answer = () => {};
  server = await startTestServer(
    { clients: ASKING_CLIENTS },
    {
      outbound: {
        async send(request) {
          came.push(request);
          answer();
          return { status: 204, text: "" };
        },
      },
    },
  );
  server.clock.freeze();
  ada = await server.addPerson("ada");
});
afterEach(() => server.close());

const sendDue = () => server.context.pingSender.sendDue();
const fails = (status: number) => () => {
  throw new OutboundError("refused_by_peer", `status ${status}`, status);
};

describe("a ping", () => {
  test(
    proves(
      "has the auth_req_id and the client's token, after a yes and after a no",
      "CIBA 10.2-1",
      "CIBA 9-1",
    ),
    async () => {
      for (const [said, outcome] of [
        ["approved", 200],
        ["denied", 400],
      ] as const) {
        came = [];
        const authReqId = await asked(server, {}, "shop");
        await sendDue();
        expect(came).toEqual([]);
        expect(await answerAs(server, authReqId, ada, said)).toBe(true);
        await Promise.all([sendDue(), sendDue()]);
        await sendDue();
        expect(came).toEqual([
          expect.objectContaining({
            purpose: "pings",
            url: "https://shop.example/pings?of=ada",
            headers: { Authorization: `Bearer ${NOTIFICATION_TOKEN}` },
            json: JSON.stringify({ auth_req_id: authReqId }),
            types: [],
          }),
        ]);
        expect((await requestOf(server, authReqId, ada)).sealedPing).toBeNull();
        expect((await pollFor(server, authReqId, "shop")).status).toBe(outcome);
      }
    },
  );

  test(proves("keeps its secrets sealed and out of the log", "CIBA 9-1", "threat 50"), async () => {
    const authReqId = await asked(server, {}, "shop");
    const before = await requestOf(server, authReqId, ada);
    const kept = Buffer.from(before.sealedPing ?? []).toString("latin1");
    expect(kept.length).toBeGreaterThan(0);
    for (const secret of [NOTIFICATION_TOKEN, authReqId]) expect(kept).not.toContain(secret);
    await answerAs(server, authReqId, ada);
    answer = fails(500);
    await sendDue();
    for (const secret of [NOTIFICATION_TOKEN, authReqId.slice(30)])
      expect(server.logged.join("\n")).not.toContain(secret);
  });

  test(
    proves(
      "does not come for a client in poll mode, and one in ping mode may poll",
      "CIBA 10-1",
      "CIBA 10.1-4",
    ),
    async () => {
      const polled = await asked(server, { client_notification_token: NOTIFICATION_TOKEN });
      await answerAs(server, polled, ada);
      await sendDue();
      expect(came).toEqual([]);
      const pinged = await asked(server, {}, "shop");
      await expectRefusal(await pollFor(server, pinged, "shop"), 400, "authorization_pending");
      await answerAs(server, pinged, ada);
      await expectTokens(await pollFor(server, pinged, "shop"));
    },
  );

  test.each([
    ["401", fails(401)],
    ["403", fails(403)],
    [
      "a redirect, which is not followed",
      () => {
        throw new OutboundError("redirected", "it redirects", 302);
      },
    ],
  ])(
    proves(
      "that is answered with %s is not sent again, and the client can poll",
      "CIBA 10.2-3",
      "CIBA Suite ping-backchannel-notification-endpoint-response-401",
      "CIBA Suite ping-backchannel-notification-endpoint-response-403",
      "CIBA Suite ping-with-mtls-ciba-notification-endpoint-response-401-and-require-server-does-not-retry",
      "CIBA Suite ping-backchannel-notification-endpoint-return-redirect-request",
      "threat 21",
    ),
    async (_, refusal) => {
      const authReqId = await asked(server, {}, "shop");
      await answerAs(server, authReqId, ada);
      answer = refusal;
      for (let turn = 0; turn < 4; turn += 1) {
        await sendDue();
        server.clock.advance(30);
      }
      expect(came).toHaveLength(1);
      expect(server.logged.some((line) => line.includes("ping.given_up"))).toBe(true);
      await expectTokens(await pollFor(server, authReqId, "shop"));
    },
  );

  test(
    proves(
      "that is answered with 200 and a body is done",
      "CIBA 10.2-2",
      "CIBA Suite ping-backchannel-notification-endpoint-response-has-body",
    ),
    async () => {
      const authReqId = await asked(server, {}, "shop");
      await answerAs(server, authReqId, ada);
      await sendDue();
      // The body is thrown away: no type of it is read.
      expect(came[0]?.types).toEqual([]);
      expect((await requestOf(server, authReqId, ada)).waits).toBe(false);
      await expectTokens(await pollFor(server, authReqId, "shop"));
    },
  );

  test("that fails comes again until the client can come for its tokens no more", async () => {
    const authReqId = await asked(server, { requested_expiry: "100" }, "shop");
    await answerAs(server, authReqId, ada);
    answer = fails(503);
    await sendDue();
    server.clock.advance(waitAfter(1));
    await sendDue();
    expect(came).toHaveLength(2);
    server.clock.advance(waitAfter(2));
    answer = () => {};
    await sendDue();
    expect(came).toHaveLength(3);
    const late = await asked(server, { requested_expiry: "100" }, "shop");
    await answerAs(server, late, ada);
    answer = fails(503);
    await sendDue();
    server.clock.advance(200);
    await sendDue();
    expect(came).toHaveLength(4);
    expect((await requestOf(server, late, ada)).sealedPing).toBeNull();
  });

  test("goes nowhere once the client may not ask any more, or has no address", async () => {
    const authReqId = await asked(server, {}, "shop");
    await answerAs(server, authReqId, ada);
    const client = await server.context.store.findClient((await requestOf(server, authReqId, ada)).clientId);
    if (client === null) throw new Error("There is no such client.");
    await server.context.store.putClient({ ...client, backchannelClientNotificationEndpoint: null });
    await sendDue();
    expect(came).toEqual([]);
    expect((await requestOf(server, authReqId, ada)).waits).toBe(false);
  });

  test("is refused without the client's token from the start", async () => {
    await expectRefusal(
      await askPerson(server, { client_notification_token: undefined }, "shop"),
      400,
      "invalid_request",
    );
  });
});
