/** Back-Channel Logout 1.0, with real HTTP servers as the applications. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { createLogoutSender } from "../../src/operations/logout-notices.ts";
import { disableAccount, removeAccount, setPassword } from "../../src/operations/people.ts";
import {
  endSession,
  endSessions,
  findSignedIn,
  type SignedIn,
  signOut,
  startSession,
} from "../../src/operations/sessions.ts";
import { createOutbound } from "../../src/platform/outbound.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { waitAfter } from "../../src/rules/outbox.ts";
import { STEPS } from "../../src/rules/sign-in.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { logoutNotices } from "../../src/store/tables/waiting.ts";
import { obtainCode } from "../support/code-flow.ts";
import { codeFor, expectTokens, type Json, redeemCode, textOf } from "../support/flows.ts";
import { addPersonWithPassword, openBrowser } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

interface Application {
  readonly url: string;
  /** The logout tokens that came, each with its Content-Type. */
  readonly came: { readonly token: string; readonly type: string | null; readonly path: string }[];
  answer: (request: Request) => Response | Promise<Response>;
  stop(): void;
}

const closing: (() => unknown)[] = [];

/** An application that listens on this machine. */
function listen(answer: Application["answer"] = () => new Response()): Application {
  const listener = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 60,
    async fetch(request) {
      const type = request.headers.get("content-type");
      const token = new URLSearchParams(await request.text()).get("logout_token") ?? "";
      application.came.push({
        token,
        type,
        path: new URL(request.url).pathname + new URL(request.url).search,
      });
      return application.answer(request);
    },
  });
  const application: Application = {
    url: `http://127.0.0.1:${listener.port}/backchannel?of=web`,
    came: [],
    answer,
    stop: () => listener.stop(true),
  };
  closing.push(application.stop);
  return application;
}

let server: TestServer;
let ada: AccountRecord;

beforeEach(async () => {
  server = await startTestServer(
    { lifetimes: { access_token_seconds: 600, refresh_token_seconds: 3600 } },
    { outbound: createOutbound({ allow: ["127.0.0.1"] }) },
  );
  ada = await addPersonWithPassword(server, "ada");
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await server.close();
});

/** Lets a client hear of sign-outs. */
async function notify(clientId: string, url: string | null): Promise<void> {
  const { store } = server.context;
  const client = await store.findClient(clientId);
  if (client !== null) await store.putClient({ ...client, backchannelLogoutUri: url });
}

async function signIn(account = ada): Promise<SignedIn> {
  const started = await startSession(server.context, SERVER_ACT, { account, steps: [STEPS.password] }, null);
  if (started === null) throw new Error("There is no session.");
  return { account, session: started.session };
}

/** The person signs in to a client. */
async function use(signedIn: SignedIn, clientId = "web", scope = "openid"): Promise<Json> {
  const redirect_uri = { web: "https://client.example/callback", spa: "https://spa.example/" }[clientId];
  const code = await codeFor(
    server,
    signedIn.account,
    { client_id: clientId, redirect_uri, scope },
    signedIn,
  );
  return expectTokens(await redeemCode(server, code, { redirect_uri }, clientId));
}

const claimsOf = async (token: string, typ = "JWT", audience = "web"): Promise<Json> => {
  const keySet = (await (await server.fetch("/auth/jwks.json")).json()) as JSONWebKeySet;
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keySet), {
    issuer: server.issuer,
    audience,
    typ,
    currentDate: new Date(server.clock.millis()),
  });
  return { ...payload, header: protectedHeader };
};

const waiting = () => server.context.store.list(logoutNotices, { limit: 100 });
const logged = (event: string) =>
  server.logged.filter((line) => line.includes(`"${event}"`)).map((line) => JSON.parse(line));
const out = ({ session }: SignedIn) => signOut(server.context, SERVER_ACT, session.id);
const sendDue = () => server.context.logoutSender.sendDue();

describe("a sign-out", () => {
  test(
    proves(
      "is told to the application before it returns, in a token that says who and which session",
      "OIDF 5-5",
      "Back-Channel Logout 2.1-2",
      "Back-Channel Logout 2.2-2",
      "Back-Channel Logout 2.4-1",
      "Back-Channel Logout 2.4-2",
      "Back-Channel Logout 2.4-3",
      "Back-Channel Logout 2.4-4",
      "Back-Channel Logout 2.5-1",
      "Back-Channel Logout 4-1",
      "threat 81",
    ),
    async () => {
      server.clock.freeze();
      const application = listen();
      await notify("web", application.url);
      const signedIn = await signIn();
      const { sid } = await claimsOf(textOf(await use(signedIn), "id_token"));
      await out(signedIn);
      expect(application.came).toHaveLength(1);
      const [{ token, type, path } = { token: "", type: "", path: "" }] = application.came;
      expect({ type, path }).toEqual({
        type: "application/x-www-form-urlencoded",
        path: "/backchannel?of=web",
      });
      const { header, jti, ...claims } = await claimsOf(token, "logout+jwt");
      const now = server.clock.seconds();
      expect(claims).toEqual({
        iss: server.issuer,
        sub: ada.subject,
        aud: "web",
        iat: now,
        exp: now + 120,
        sid,
        events: { "http://schemas.openid.net/event/backchannel-logout": {} },
      });
      expect(header).toEqual({ alg: "RS256", typ: "logout+jwt", kid: expect.any(String) });
      expect(jti).toMatch(/^[A-Za-z0-9_-]{22}$/);
      expect(await waiting()).toEqual([]);
      expect(logged("logout.sent")).toMatchObject([{ client: "web", subject: ada.subject, level: "info" }]);
    },
  );

  test(
    proves(
      "happens before the browser goes on",
      "OIDF 5-5",
      "RP-Initiated Logout 2-12",
      "Back-Channel Logout 2.8-1",
    ),
    async () => {
      const order: string[] = [];
      const application = listen(() => {
        order.push("told");
        return new Response(null, { status: 204 });
      });
      await notify("web", application.url);
      const browser = openBrowser(server);
      await browser.signIn("ada");
      const code = await obtainCode(server, browser.cookie, { scope: "openid" });
      const tokens = await expectTokens(await redeemCode(server, code));
      const answer = await browser.get(`/auth/logout?id_token_hint=${textOf(tokens, "id_token")}`);
      order.push("answered");
      expect(answer.status).toBe(200);
      expect(order).toEqual(["told", "answered"]);
    },
  );

  test("is told each application of the session in its own words, and no other", async () => {
    const [web, spa] = [listen(), listen()];
    await notify("web", web.url);
    await notify("spa", spa.url);
    const [signedIn, elsewhere] = [await signIn(), await signIn()];
    await use(signedIn, "web");
    await use(signedIn, "spa", "openid offline_access");
    await use(elsewhere, "web");
    await out(signedIn);
    expect([web.came.length, spa.came.length]).toEqual([1, 1]);
    const [ofWeb, ofSpa] = [
      await claimsOf(web.came[0]?.token ?? "", "logout+jwt"),
      await claimsOf(spa.came[0]?.token ?? "", "logout+jwt", "spa"),
    ];
    expect(ofWeb.sid).not.toBe(ofSpa.sid as string);
    expect(ofWeb.jti).not.toBe(ofSpa.jti as string);
  });

  test("is no news for an application without openid, or without an address, or disabled", async () => {
    const application = listen();
    const signedIn = await signIn();
    await notify("web", application.url);
    await use(signedIn, "web", "mail.read");
    await use(signedIn, "spa");
    await out(signedIn);
    const again = await signIn();
    await use(again);
    await server.context.store.disableClient("web", server.clock.seconds());
    await out(again);
    expect(application.came).toEqual([]);
    expect(await waiting()).toEqual([]);
  });

  test(
    proves("is told long after the tokens of the application have expired", "Back-Channel Logout 2.3-1"),
    async () => {
      const application = listen();
      await notify("web", application.url);
      const signedIn = await signIn();
      await use(signedIn);
      const { session_idle_seconds } = server.context.configuration.lifetimes;
      server.clock.advance(session_idle_seconds - 60);
      await server.context.store.removeExpired(server.clock.seconds(), 0, 1000);
      await out(signedIn);
      expect(application.came).toHaveLength(1);
    },
  );
});

describe.each([
  ["everywhere", () => endSessions(server.context, SERVER_ACT, ada.subject)],
  ["with a new password", () => setPassword(server.context, SERVER_ACT, ada.subject, "another")],
  [
    "by disabling the person",
    () => disableAccount(server.context, SERVER_ACT, ada.subject, server.clock.seconds()),
  ],
  [
    "by removing the person",
    () => removeAccount(server.context, SERVER_ACT, ada.subject, server.clock.seconds()),
  ],
] as const)("an end %s", (_, end) => {
  test("is told for every session, by the next look of a process that runs", async () => {
    const application = listen();
    await notify("web", application.url);
    const sids = [];
    for (let browser = 0; browser < 2; browser += 1)
      sids.push((await claimsOf(textOf(await use(await signIn()), "id_token"))).sid);
    await end();
    expect(application.came).toEqual([]);
    await sendDue();
    const told = await Promise.all(application.came.map(({ token }) => claimsOf(token, "logout+jwt")));
    expect(told.map(({ sid }) => sid).sort()).toEqual(sids.sort());
    expect(told.map(({ sub }) => sub)).toEqual([ada.subject, ada.subject]);
  });
});

test("the operator's end of one session, and a sign-in of another person, are told too", async () => {
  const application = listen();
  await notify("web", application.url);
  const first = await signIn();
  await use(first);
  await endSession(server.context, SERVER_ACT, first.session.id);
  await sendDue();
  expect(application.came).toHaveLength(1);
  const second = await signIn();
  await use(second);
  const bob = await addPersonWithPassword(server, "bob");
  await startSession(
    server.context,
    SERVER_ACT,
    { account: bob, steps: [STEPS.password] },
    second.session.id,
  );
  await sendDue();
  expect(application.came).toHaveLength(2);
  // A sign-out everywhere does not tell what was told.
  server.clock.advance(1);
  await endSessions(server.context, SERVER_ACT, ada.subject);
  await sendDue();
  expect(application.came).toHaveLength(2);
});

describe("an application that", () => {
  test(
    proves(
      "answers 500 hears again later, from a new token, until it has heard",
      "Back-Channel Logout 2.5-2",
      "Back-Channel Logout 2.5-3",
    ),
    async () => {
      let fails = 2;
      const application = listen(() => new Response(null, { status: fails-- > 0 ? 500 : 200 }));
      await notify("web", application.url);
      const signedIn = await signIn();
      await use(signedIn);
      await out(signedIn);
      await sendDue();
      expect(application.came).toHaveLength(1);
      server.clock.advance(waitAfter(1));
      await sendDue();
      expect(application.came).toHaveLength(2);
      server.clock.advance(waitAfter(2) - 1);
      await sendDue();
      expect(application.came).toHaveLength(2);
      server.clock.advance(1);
      await sendDue();
      expect(application.came).toHaveLength(3);
      expect(new Set(application.came.map(({ token }) => token)).size).toBe(3);
      await claimsOf(application.came[2]?.token ?? "", "logout+jwt");
      expect(logged("logout.failed")).toMatchObject([
        { level: "warn", client: "web", reason: "status 500", count: 1 },
        { count: 2 },
      ]);
      expect(logged("logout.sent")).toHaveLength(1);
      server.clock.advance(86_400);
      await sendDue();
      expect(application.came).toHaveLength(3);
    },
  );

  test.each([
    ["refuses the token", () => new Response(null, { status: 400 }), "status 400"],
    ["redirects", () => Response.redirect("http://127.0.0.1:1/"), "redirected"],
  ])(proves("%s hears once only", "Back-Channel Logout 2.5-2"), async (_, answer, reason) => {
    const application = listen(answer);
    await notify("web", application.url);
    const signedIn = await signIn();
    await use(signedIn);
    await out(signedIn);
    server.clock.advance(3600);
    await sendDue();
    expect(application.came).toHaveLength(1);
    expect(await waiting()).toEqual([]);
    expect(logged("logout.given_up")).toMatchObject([{ level: "warn", client: "web", reason }]);
  });

  test("is down for a day is given up", async () => {
    const application = listen();
    application.stop();
    await notify("web", application.url);
    const signedIn = await signIn();
    await use(signedIn);
    await out(signedIn);
    for (let hours = 0; hours < 26; hours += 1) {
      server.clock.advance(3600);
      await sendDue();
    }
    expect(await waiting()).toEqual([]);
    expect(logged("logout.failed").length).toBeGreaterThan(20);
    expect(logged("logout.given_up")).toHaveLength(1);
  });

  test(
    proves("does not answer holds up neither the person nor other applications", "threat 81"),
    async () => {
      const { promise: hangs, resolve: letGo } = Promise.withResolvers<Response>();
      closing.push(() => letGo(new Response()));
      const hanging = listen(() => hangs);
      const prompt = listen();
      await notify("web", hanging.url);
      await notify("spa", prompt.url);
      const signedIn = await signIn();
      await use(signedIn, "web");
      await use(signedIn, "spa");
      await out(signedIn);
      // The sign-out has returned, and the hanging application still has the request.
      expect(prompt.came).toHaveLength(1);
      expect(hanging.came).toHaveLength(1);
      expect(await waiting()).toMatchObject([{ clientId: "web", attempts: 1 }]);
      letGo(new Response());
      await server.context.logoutSender.settled();
      expect(await waiting()).toEqual([]);
    },
  );

  test("is down costs one attempt a look, however many people signed out", async () => {
    let isDown = true;
    const down = listen(() => new Response(null, { status: isDown ? 503 : 200 }));
    await notify("web", down.url);
    for (let person = 0; person < 3; person += 1) {
      const signedIn = await signIn();
      await use(signedIn);
      await endSession(server.context, SERVER_ACT, signedIn.session.id);
    }
    await sendDue();
    expect(down.came).toHaveLength(1);
    isDown = false;
    server.clock.advance(waitAfter(2));
    await sendDue();
    expect(down.came).toHaveLength(4);
    expect(await waiting()).toEqual([]);
  });
});

test(
  proves("an application that takes its time does not hold up others by its many notices", "threat 81"),
  async () => {
    const turnMillis = 100;
    const slow = listen(async () => {
      await Bun.sleep(turnMillis + 50);
      return new Response();
    });
    await notify("web", slow.url);
    for (let person = 0; person < 4; person += 1) {
      const signedIn = await signIn();
      await use(signedIn);
      await endSession(server.context, SERVER_ACT, signedIn.session.id);
    }
    const outbound = createOutbound({ allow: ["127.0.0.1"] });
    const sender = createLogoutSender(
      { ...server.context, steadyClock: server.clock.steady, outbound },
      turnMillis,
    );
    await sender.sendDue();
    expect(slow.came).toHaveLength(1);
    // An attempt that was not made does not count: the waits of the others do not grow.
    expect((await waiting()).map(({ attempts }) => attempts)).toEqual([0, 0, 0]);
    for (const came of [2, 3, 4]) {
      server.clock.advance(waitAfter(1));
      await sender.sendDue();
      expect(slow.came).toHaveLength(came);
    }
    expect(await waiting()).toEqual([]);
  },
);

test(
  proves(
    "an address inside the server's network is not called unless the operator allows it",
    "threat 20",
    "threat 81",
  ),
  async () => {
    const guarded = await startTestServer(TEST_CONFIGURATION, { outbound: createOutbound({ allow: [] }) });
    closing.push(() => guarded.close());
    const before = server;
    server = guarded;
    try {
      ada = await addPersonWithPassword(server, "ada");
      const application = listen();
      for (const url of [application.url, application.url.replace("http:", "https:")]) {
        await notify("web", url);
        const signedIn = await signIn();
        await use(signedIn);
        await out(signedIn);
      }
      expect(application.came).toEqual([]);
      expect(logged("logout.given_up").map(({ reason }) => reason)).toEqual([
        "url_refused",
        "address_refused",
      ]);
    } finally {
      server = before;
    }
  },
);

test("several processes that look at the same moment send each notice once", async () => {
  const application = listen();
  await notify("web", application.url);
  for (let person = 0; person < 5; person += 1) {
    const signedIn = await signIn();
    await use(signedIn);
    await endSession(server.context, SERVER_ACT, signedIn.session.id);
  }
  const outbound = createOutbound({ allow: ["127.0.0.1"] });
  const others = Array.from({ length: 4 }, () =>
    createLogoutSender({ ...server.context, steadyClock: server.clock.steady, outbound }),
  );
  await Promise.all(others.map((sender) => sender.sendDue()));
  expect(application.came).toHaveLength(5);
  expect(await waiting()).toEqual([]);
});

test(proves("a token for a sign-out is no ID token", "Back-Channel Logout 2.4-4", "threat 81"), async () => {
  const application = listen();
  await notify("web", application.url);
  const signedIn = await signIn();
  await use(signedIn);
  await out(signedIn);
  const browser = openBrowser(server);
  await browser.signIn("ada");
  await browser.get(`/auth/logout?id_token_hint=${application.came[0]?.token}`);
  const request = new Request(server.issuer, { headers: { Cookie: browser.cookie } });
  expect(await findSignedIn(server.context, request)).not.toBeNull();
});

test(
  proves(
    "metadata says that applications hear of sign-outs, and of which session",
    "Back-Channel Logout 2.1-1",
  ),
  async () => {
    const metadata = (await (await server.fetch("/.well-known/openid-configuration")).json()) as Json;
    expect(metadata).toMatchObject({
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
    });
    expect(Object.keys(metadata).filter((name) => /frontchannel|check_session/.test(name))).toEqual([]);
  },
);
