/** Webhooks from the act to a real receiver, which verifies with the library of Standard Webhooks. */
import { afterEach, describe, expect, test } from "bun:test";
import { Webhook } from "standardwebhooks";
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import { setPassword } from "../../src/operations/people.ts";
import {
  createWebhookSender,
  listDeliveries,
  replayDelivery,
  testWebhook,
  webhookFaults,
} from "../../src/operations/webhooks.ts";
import { createOutbound, type Outbound } from "../../src/platform/outbound.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { actOfPerson, actOfStranger, SERVER_ACT } from "../../src/rules/events.ts";
import { waitAfter } from "../../src/rules/outbox.ts";
import { GIVE_UP_SECONDS, KEPT_SECONDS, stateOf } from "../../src/rules/webhook.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { onBothEngines } from "../adversary/engines.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const newSecret = () => `whsec_${Buffer.from(systemRandom(32)).toString("base64")}`;
const SECRET = newSecret();
const ORIGIN = { address: "203.0.113.7", requestId: "request" };

interface Heard {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** `answer`: what it does with a request. Default: 204. */
function startReceiver(answer: (heard: Heard) => Response | Promise<Response> = () => new Response(null)) {
  const heard: Heard[] = [];
  const mood = { answer };
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const each = { headers: Object.fromEntries(request.headers), body: await request.text() };
      heard.push(each);
      return mood.answer(each);
    },
  });
  closing.push(() => server.stop(true));
  return {
    heard,
    mood,
    url: `http://127.0.0.1:${server.port}/hook`,
    events: () => heard.map(({ body }) => (JSON.parse(body) as { type: string }).type),
  };
}
type Receiver = ReturnType<typeof startReceiver>;

const settings = (
  receiver: Pick<Receiver, "url">,
  webhook: Partial<NonNullable<ConfigurationInput["webhooks"]>[number]> = {},
): ConfigurationInput => ({
  outbound: { allow: ["127.0.0.1"] },
  // A declared client is an event.
  clients: [],
  webhooks: [{ name: "siem", url: receiver.url, secrets: [SECRET], ...webhook }],
});

/** An impatient one, so that no test waits for a receiver that says nothing. */
const impatient: Outbound = {
  send: (request) => createOutbound({ allow: ["127.0.0.1"] }).send({ ...request, timeoutMillis: 200 }),
};

async function start(overrides: ConfigurationInput): Promise<TestServer> {
  const server = await startTestServer(overrides, { outbound: impatient });
  closing.push(() => server.close());
  return server;
}

const sendDue = ({ context }: TestServer) => context.webhookSender?.sendDue();
const rowsOf = ({ context }: TestServer, webhook = "siem") =>
  listDeliveries(context, webhook, { limit: 1000 });
const logged = ({ logged: lines }: TestServer, event: string) =>
  lines.filter((line) => line.includes(`"event":"${event}"`)).map((line) => JSON.parse(line));
const change = (
  { context }: TestServer,
  { subject }: Pick<AccountRecord, "subject">,
  hash = "a canary hash",
) => setPassword(context, SERVER_ACT, subject, hash);
const webhookOf = ({ context }: TestServer) => {
  const [webhook] = context.configuration.webhooks;
  if (webhook === undefined) throw new Error("There is no webhook.");
  return webhook;
};
const verify = ({ headers, body }: Heard, secret = SECRET) => new Webhook(secret).verify(body, headers);

onBothEngines((startOn) => {
  test("an act's events are in its commit, and the receiver verifies them", async () => {
    const receiver = startReceiver();
    const server = await startOn(settings(receiver));
    closing.push(() => server.close());
    const ada = await server.addPerson("ada");
    await setPassword(server.context, actOfPerson(ORIGIN, ada.subject), ada.subject, "a canary hash");
    const [waiting] = await rowsOf(server);
    expect(waiting).toMatchObject({ webhook: "siem", type: "password.changed", waits: true, attempts: 0 });
    expect(receiver.heard).toEqual([]);
    await sendDue(server);
    const [heard] = receiver.heard;
    if (heard === undefined) throw new Error("The receiver heard nothing.");
    expect(verify(heard)).toEqual({
      type: "password.changed",
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      data: { by: `person:${ada.subject}`, subject: ada.subject, address: "203.0.113.7", request: "request" },
    });
    expect(heard.headers).toMatchObject({ "content-type": "application/json" });
    expect(heard.headers["webhook-id"]).toStartWith("msg_");
    expect((await rowsOf(server)).map((each) => [stateOf(each), each.attempts])).toEqual([["delivered", 1]]);
    await sendDue(server);
    expect(receiver.heard).toHaveLength(1);
    server.clock.advance(KEPT_SECONDS + 1);
    expect((await rowsOf(server)).every(({ expiresAt }) => expiresAt < server.clock.seconds())).toBe(true);
  });

  test("two senders at once deliver once", async () => {
    const receiver = startReceiver();
    const server = await startOn(settings(receiver));
    closing.push(() => server.close());
    await change(server, await server.addPerson("ada"));
    const { context, clock } = server;
    const other = createWebhookSender({ ...context, steadyClock: clock.steady });
    await Promise.all([sendDue(server), other.sendDue()]);
    expect(receiver.heard).toHaveLength(1);
  });
});

describe("a signature", () => {
  test(proves("is made with each secret, and fits nothing that was changed", "threat 44"), async () => {
    const receiver = startReceiver();
    const next = newSecret();
    const server = await start(settings(receiver, { secrets: [SECRET, next] }));
    await testWebhook(server.context, SERVER_ACT, webhookOf(server));
    const [heard] = receiver.heard;
    if (heard === undefined) throw new Error("The receiver heard nothing.");
    for (const secret of [SECRET, next])
      expect(verify(heard, secret)).toMatchObject({ type: "webhook.test", data: { webhook: "siem" } });
    expect(() => verify(heard, newSecret())).toThrow();
    expect(() => verify({ ...heard, body: `${heard.body} ` })).toThrow();
    expect(() => verify({ ...heard, headers: { ...heard.headers, "webhook-id": "msg_other" } })).toThrow();
  });

  test("has the time of the attempt, and every attempt the same identifier and body", async () => {
    const receiver = startReceiver(() => new Response(null, { status: 500 }));
    const server = await start(settings(receiver));
    await change(server, await server.addPerson("ada"));
    await sendDue(server);
    server.clock.advance(waitAfter(1) + 1);
    await sendDue(server);
    const [first, second] = receiver.heard;
    expect(second?.body).toBe(first?.body ?? "");
    expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"] ?? "");
    const times = [first, second].map((each) => Number(each?.headers["webhook-timestamp"]));
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(waitAfter(1));
  });
});

describe("which events", () => {
  test("are those about security, or those that the webhook names, and never its own", async () => {
    const receiver = startReceiver();
    const server = await start({
      ...settings(receiver),
      webhooks: [
        { name: "siem", url: receiver.url, secrets: [SECRET] },
        { name: "people", url: receiver.url, secrets: [SECRET], events: ["session", "password.changed"] },
      ],
    });
    const ada = await server.addPerson("ada");
    await server.signIn(ada);
    await change(server, ada);
    await testWebhook(server.context, SERVER_ACT, webhookOf(server));
    const types = async (name: string) => (await rowsOf(server, name)).map(({ type }) => type).sort();
    expect(await types("siem")).toEqual(["password.changed", "webhook.test"]);
    expect(await types("people")).toEqual(["password.changed", "session.started"]);
  });

  test(
    proves("without a commit follow in one of their own, and leave the room of acts alone", "threat 42"),
    async () => {
      const server = await start(
        settings(startReceiver(), { events: ["sign_in.refused", "client.registered"] }),
      );
      const { context } = server;
      const ada = await server.addPerson("ada");
      const refused = { event: "sign_in.refused", subject: ada.subject } as const;
      context.events.tell(actOfStranger(ORIGIN), [refused]);
      await context.webhooks.settled();
      expect(await rowsOf(server)).toMatchObject([{ type: "sign_in.refused", waits: true, attempts: 0 }]);
      expect(JSON.parse((await rowsOf(server))[0]?.body ?? "")).toMatchObject({
        data: { by: "stranger", subject: ada.subject, address: ORIGIN.address },
      });
      for (let count = 0; count < 3000; count += 1) context.events.tell(actOfStranger(ORIGIN), [refused]);
      await context.webhooks.settled();
      expect(await listDeliveries(context, "siem", { limit: 5000 })).toHaveLength(2000);
      const registered = { event: "client.registered", client: "new" } as const;
      const rows = context.events.changesFor(actOfStranger(ORIGIN), [registered]);
      expect(rows.filter(({ table }) => table.name === "webhook_deliveries")).toHaveLength(1);
      // One that is in a commit is not queued again.
      context.events.tell(actOfStranger(ORIGIN), [registered]);
      await context.webhooks.settled();
      expect(await listDeliveries(context, "siem", { limit: 5000 })).toHaveLength(2000);
    },
  );

  test("that do not exist stop the start", () => {
    const webhooks = (events: string[]) => [
      { name: "siem", url: "https://x.example", secrets: [SECRET], events },
    ];
    expect(webhookFaults({ webhooks: webhooks(["client", "person.created"]) })).toEqual([]);
    expect(webhookFaults({ webhooks: webhooks(["persons", "webhook", "rows.expired"]) })).toHaveLength(3);
  });

  test(
    proves("strangers, and people on themselves, cause a bounded number of deliveries in a day", "threat 42"),
    async () => {
      const server = await start(settings(startReceiver()));
      const ada = await server.addPerson("ada");
      const count = (act: typeof SERVER_ACT) => {
        let rows = 0;
        for (let each = 0; each < 5000; each += 1)
          rows += server.context.events
            .changesFor(act, [{ event: "password.changed", subject: ada.subject }])
            .filter(({ table }) => table.name === "webhook_deliveries").length;
        return rows;
      };
      expect(count(actOfStranger(ORIGIN))).toBe(2000);
      expect(count(actOfPerson(ORIGIN, ada.subject))).toBe(500);
      expect(count(SERVER_ACT)).toBe(5000);
    },
  );
});

test(proves("no secret is in a delivery, nor in the log", "threat 50"), async () => {
  const receiver = startReceiver(() => new Response("a canary answer", { status: 500 }));
  const server = await start(settings(receiver, { events: ["password", "session", "invitation", "client"] }));
  const ada = await server.addPerson("ada", { email: "canary@example.org", passwordHash: "a canary hash" });
  const cookie = await server.signIn(ada);
  await change(server, ada, "another canary hash");
  await sendDue(server);
  const texts = [...server.logged, ...(await rowsOf(server)).map((each) => JSON.stringify(each))];
  for (const canary of ["canary", SECRET, SECRET.slice(6), cookie.split("=")[1] ?? "cookie"])
    expect(texts.filter((text) => text.includes(canary))).toEqual([]);
});

describe("a receiver that", () => {
  test("is down costs one attempt and no act, and has all in order when it is back", async () => {
    const receiver = startReceiver(() => new Response(null, { status: 503 }));
    const server = await start(settings(receiver, { events: ["person", "password"] }));
    const ada = await server.addPerson("ada");
    for (const hash of ["a", "b", "c"]) await change(server, ada, hash);
    await sendDue(server);
    await sendDue(server);
    expect(receiver.heard).toHaveLength(1);
    expect(logged(server, "webhook.failed")).toMatchObject([
      { via: "siem", reason: "status 503", count: 1, level: "warn" },
    ]);
    receiver.mood.answer = () => new Response(null);
    server.clock.advance(waitAfter(1) + 1);
    await sendDue(server);
    const ids = receiver.heard.slice(1).map(({ headers }) => headers["webhook-id"]);
    expect(new Set(ids).size).toBe(3);
    expect((await rowsOf(server)).map(stateOf)).toEqual(["delivered", "delivered", "delivered"]);
  });

  test("says nothing, redirects, or is in a network that is not public gets nothing more", async () => {
    const elsewhere = startReceiver();
    for (const [answer, fault] of [
      [() => Response.redirect(elsewhere.url, 307), "redirected"],
      [() => new Promise<Response>(() => {}), "too_slow"],
      [() => new Response(null, { status: 410 }), "status 410"],
    ] as const) {
      const server = await start(settings(startReceiver(answer)));
      expect(await testWebhook(server.context, SERVER_ACT, webhookOf(server))).toMatchObject({
        lastFault: fault,
        waits: false,
        attempts: 1,
      });
    }
    expect(elsewhere.heard).toEqual([]);
  });

  test(proves("is in the server's own network is not called unless it is allowed", "threat 21"), async () => {
    const receiver = startReceiver();
    const server = await startTestServer({ ...settings(receiver), outbound: {} });
    closing.push(() => server.close());
    const sent = await testWebhook(server.context, SERVER_ACT, webhookOf(server));
    expect(sent.lastFault).toBe("url_refused");
    expect(receiver.heard).toEqual([]);
  });

  test("is slow holds up no other", async () => {
    const slow = startReceiver(() => new Promise<Response>(() => {}));
    const quick = startReceiver();
    const server = await start({
      ...settings(slow),
      webhooks: [
        { name: "slow", url: slow.url, secrets: [SECRET] },
        { name: "quick", url: quick.url, secrets: [SECRET] },
      ],
    });
    await change(server, await server.addPerson("ada"));
    await sendDue(server);
    expect([slow.heard.length, quick.heard.length]).toEqual([1, 1]);
    expect((await rowsOf(server, "quick")).map(stateOf)).toEqual(["delivered"]);
  });

  test("stays down for a day is given up, with one event for all that waited", async () => {
    const receiver = startReceiver(() => new Response(null, { status: 500 }));
    const server = await start(settings(receiver));
    const ada = await server.addPerson("ada");
    for (const hash of ["a", "b", "c"]) await change(server, ada, hash);
    await sendDue(server);
    server.clock.advance(GIVE_UP_SECONDS);
    await sendDue(server);
    expect((await rowsOf(server)).map(stateOf)).toEqual(["failed", "failed", "failed"]);
    expect(logged(server, "webhook.given_up")).toMatchObject([{ via: "siem", reason: "expired", count: 3 }]);
    expect(receiver.heard).toHaveLength(1);
  });
});

describe("a replay", () => {
  test("has the same identifier and body, so that a receiver knows it", async () => {
    const receiver = startReceiver();
    const server = await start(settings(receiver));
    await change(server, await server.addPerson("ada"));
    await sendDue(server);
    const [row] = await rowsOf(server);
    if (row === undefined) throw new Error("There is no delivery.");
    const again = await replayDelivery(server.context, SERVER_ACT, webhookOf(server), row.id);
    expect(again).toMatchObject({ attempts: 2, waits: false, lastFault: null });
    const [first, second] = receiver.heard;
    expect(second?.body).toBe(first?.body ?? "");
    expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"] ?? "");
    expect(logged(server, "webhook.replayed")).toMatchObject([{ via: "siem" }]);
  });

  test("of what was given up is tried again for a day; one that is not there is null", async () => {
    const receiver = startReceiver(() => new Response(null, { status: 500 }));
    const server = await start(settings(receiver));
    await change(server, await server.addPerson("ada"));
    server.clock.advance(GIVE_UP_SECONDS);
    await sendDue(server);
    const [row] = await rowsOf(server);
    if (row === undefined) throw new Error("There is no delivery.");
    const again = await replayDelivery(server.context, SERVER_ACT, webhookOf(server), row.id);
    expect(again).toMatchObject({ waits: true, lastFault: "status 500" });
    receiver.mood.answer = () => new Response(null);
    server.clock.advance(waitAfter(5));
    await sendDue(server);
    expect((await rowsOf(server)).map(stateOf)).toEqual(["delivered"]);
    const other = { ...webhookOf(server), name: "other" };
    expect(await replayDelivery(server.context, SERVER_ACT, other, row.id)).toBeNull();
  });

  test("while an attempt is under way ends in one state, and no attempt fails", async () => {
    const hold = Promise.withResolvers<void>();
    const receiver = startReceiver();
    const server = await start(settings(receiver));
    await change(server, await server.addPerson("ada"));
    const arrived = Promise.withResolvers<void>();
    receiver.mood.answer = async () => {
      arrived.resolve();
      await hold.promise;
      return new Response(null);
    };
    const sending = sendDue(server);
    await arrived.promise;
    receiver.mood.answer = () => new Response(null);
    const [row] = await rowsOf(server);
    if (row === undefined) throw new Error("There is no delivery.");
    await replayDelivery(server.context, SERVER_ACT, webhookOf(server), row.id);
    hold.resolve();
    await sending;
    expect((await rowsOf(server)).map((each) => [stateOf(each), each.attempts])).toEqual([["delivered", 2]]);
    expect(logged(server, "store.stale")).toEqual([]);
  });
});
