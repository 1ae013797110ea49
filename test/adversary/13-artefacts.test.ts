/**
 * Threat classes 13 and 51: every secret that is handed out, presented wherever a secret of another kind belongs. It is
 * refused like one that was made up, nothing is stored or told, and it still works where it belongs.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mintArtefact } from "../../src/tokens/artefact.ts";
import { authorizePath, formsOf, VERIFIER } from "../support/code-flow.ts";
import { codeFor, jsonOf, startDevice, textOf, tokensFor } from "../support/flows.ts";
import { makeSetupLink } from "../support/people.ts";
import { proves } from "../support/proves.ts";
import { ADDRESS, SECRET, TEST_CONFIGURATION } from "../support/server.ts";
import { type Door, doorsOf, type Kind, SESSION_COOKIE, type Visitors } from "./13-doors.ts";
import { type EngineServer, onBothEngines } from "./engines.ts";

/** A secret as it was handed out, and another one of its kind that never was. */
interface Pair {
  readonly genuine: string;
  readonly invented: string;
}

/** Worth nothing without the browser, or the page, that they belong to. */
const PREFIXLESS: readonly Kind[] = ["user code", "form token", "sealed request"];

const EXEMPT = {
  client_id: "old",
  redirect_uris: ["https://old.example/"],
  secrets: [SECRET],
  require_pkce: false,
};

onBothEngines((start) => {
  let server: EngineServer;
  let visitors: Visitors;
  let doors: readonly Door[] = [];
  let secrets: ReadonlyMap<Kind, Pair> = new Map();

  beforeAll(async () => {
    const initial = await madeUpInitialToken();
    server = await start({
      registration: { mode: "token", initial_access_tokens: [initial] },
      limits: {
        user_code_failures_per_account: 1000,
        user_code_failures_per_address: 1000,
        sign_in_failures_per_account: 1000,
        sign_in_failures_per_address: 1000,
      },
      clients: [...(TEST_CONFIGURATION.clients ?? []), EXEMPT],
    });
    server.clock.freeze();
    ({ visitors, secrets } = await handOutEverything(server, initial));
    doors = doorsOf(server, visitors);
  });
  afterAll(() => server.close());

  const expectRefusals = async (door: Door) => {
    for (const [kind, { genuine, invented }] of secrets) {
      if (door.own.includes(kind)) continue;
      const refused = await answerOf(door, genuine);
      const at = `${kind} at ${door.name}`;
      expect({ at, status: refused.status }).toEqual({ at, status: door.status });
      if (!door.slow) expect({ at, ...refused }).toEqual({ at, ...(await answerOf(door, invented)) });
    }
  };

  test(
    proves(
      "whatever does not belong at a door is refused like what was made up, and leaves nothing behind",
      "threat 13",
      "threat 51",
    ),
    async () => {
      // What a wrong verifier counts is kept with the code that it was tried at, so those come first.
      for (const door of doors) if (door.counts) await expectRefusals(door);
      const before = await server.rows();
      for (const door of doors) if (!door.counts) await expectRefusals(door);
      expect(await server.rows()).toEqual(before);
    },
  );

  test(proves("none of it is told on, neither in answers nor in the log", "threat 13"), async () => {
    server.logged.length = 0;
    for (const door of doors) {
      if (door.slow) continue;
      for (const [kind, { genuine }] of secrets) {
        if (door.own.includes(kind)) continue;
        const at = `${kind} at ${door.name}`;
        const lines = server.logged.length;
        const response = await door.send(genuine);
        const answer = `${JSON.stringify([...response.headers])} ${await response.text()}`;
        const told = door.echoes ? false : answer.includes(genuine.slice(-9));
        // The names of unknown clients are logged, and what has no prefix cannot be told from one.
        const isNamed = door.names === true && PREFIXLESS.includes(kind);
        const logged = !isNamed && server.logged.slice(lines).join("").includes(genuine.slice(-9));
        expect({ at, told, logged }).toEqual({ at, told: false, logged: false });
      }
    }
    expect(server.logged.length).toBeGreaterThan(100);
  });

  test(proves("and each of them still works where it belongs", "threat 13", "threat 51"), async () => {
    const worksAt = async (name: string, kind: Kind, status: number) => {
      const door = doors.find((known) => known.name === name);
      const text = secrets.get(kind)?.genuine;
      if (door === undefined || text === undefined) throw new Error(`There is no ${name} or no ${kind}.`);
      expect(door.own).toContain(kind);
      const response = await door.send(text);
      expect({ name, kind, status: response.status }).toEqual({ name, kind, status });
      return response;
    };
    await worksAt("userinfo: bearer", "access token", 200);
    await worksAt("userinfo: access_token in a form", "access token", 200);
    // Bearers are asked for the scope to introspect.
    await worksAt("/auth/introspect: bearer", "access token", 403);
    for (const kind of ["access token", "refresh token"] as const) {
      expect(await jsonOf(await worksAt("introspection: token", kind, 200))).toMatchObject({ active: true });
    }
    await worksAt("token endpoint: refresh_token", "refresh token", 200);
    await worksAt("token endpoint: code", "authorization code", 200);
    const waiting = await jsonOf(await worksAt("token endpoint: device_code", "device code", 400));
    expect(waiting.error).toBe("authorization_pending");
    await worksAt("/auth/introspect: the secret by Basic", "client secret", 200);
    await worksAt("/auth/revoke: client_secret", "client secret", 200);
    await worksAt("registration: bearer", "initial access token", 201);
    await worksAt("/device: user_code", "user code", 200);
    await worksAt("/account: the session's cookie", "session", 200);
    await worksAt("/setup: token in the address", "setup link", 200);
    await worksAt("/consent: request", "sealed request", 303);
    await worksAt("/logout: form_token", "form token", 303);
    await worksAt("/account: the session's cookie", "session", 303);
  });
});

async function madeUpInitialToken(): Promise<string> {
  const random = (count: number) => crypto.getRandomValues(new Uint8Array(count));
  const clock = { millis: () => Date.now(), seconds: () => Math.floor(Date.now() / 1000) };
  return mintArtefact("initial_access_token", clock, random).text;
}

/** One of each kind, all of them live. */
async function handOutEverything(
  server: EngineServer,
  initial: string,
): Promise<{ visitors: Visitors; secrets: ReadonlyMap<Kind, Pair> }> {
  const { clock, random, passwords } = server.context;
  const passwordHash = await passwords.hash("correct horse battery staple");
  const person = await server.addPerson("ada", { passwordHash });
  const cookie = await server.signIn(person);
  const registered = await jsonOf(
    await server.fetch("/auth/register", {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${initial}` },
      body: JSON.stringify({ redirect_uris: ["https://registered.example/"] }),
    }),
  );
  const tokens = await tokensFor(server, person, { scope: "profile" });
  const device = await startDevice(server);
  const inBrowser = { headers: { Cookie: cookie }, address: ADDRESS };
  const [consent] = await formsOf(await server.fetch(authorizePath(), inBrowser));
  const signOut = (await formsOf(await server.fetch("/logout", inBrowser))).find(({ action }) =>
    action.endsWith("/logout"),
  );
  const invent = (kind: Parameters<typeof mintArtefact>[0]) => mintArtefact(kind, clock, random).text;
  /** The same with another MAC at its end. */
  const forged = (sealed: string) => `${sealed.slice(0, -8)}AAAAAAAA`;
  const formToken = signOut?.fields.form_token ?? "";
  const sealed = consent?.fields.request ?? "";
  const secrets = new Map<Kind, Pair>([
    ["access token", { genuine: textOf(tokens, "access_token"), invented: invent("access_token") }],
    ["refresh token", { genuine: textOf(tokens, "refresh_token"), invented: invent("refresh_token") }],
    [
      "authorization code",
      { genuine: await codeFor(server, person), invented: invent("authorization_code") },
    ],
    ["device code", { genuine: textOf(device, "device_code"), invented: invent("device_code") }],
    ["user code", { genuine: textOf(device, "user_code"), invented: "BBBB-BBBB" }],
    ["client secret", { genuine: textOf(registered, "client_secret"), invented: invent("client_secret") }],
    ["initial access token", { genuine: initial, invented: invent("initial_access_token") }],
    ["session", { genuine: cookie.slice(`${SESSION_COOKIE}=`.length), invented: invent("session") }],
    ["setup link", { genuine: await makeSetupLink(server), invented: invent("setup_link") }],
    ["form token", { genuine: formToken, invented: forged(formToken) }],
    ["sealed request", { genuine: sealed, invented: forged(sealed) }],
  ]);
  for (const { genuine } of secrets.values()) expect(genuine.length).toBeGreaterThan(8);
  expect(VERIFIER).toHaveLength(43);
  return { visitors: { person, cookie, registered: textOf(registered, "client_id") }, secrets };
}

/** What can be told from an answer: all of it, but for the secret itself and what is random in every answer. */
async function answerOf(
  door: Door,
  text: string,
): Promise<{ status: number; headers: string; body: string }> {
  const response = await door.send(text);
  const plain = (told: string) =>
    told
      .replaceAll(text, "…")
      .replaceAll(encodeURIComponent(text), "…")
      .replaceAll(encodeURIComponent(encodeURIComponent(text)), "…")
      .replaceAll(/[0-9a-z]{5,9}\.[A-Za-z0-9_-]{20,}|[A-Za-z0-9_-]{38,}/g, "…");
  const headers = [...response.headers].filter(([name]) => name !== "content-length");
  return {
    status: response.status,
    headers: plain(JSON.stringify(headers)),
    body: plain(await response.text()),
  };
}
