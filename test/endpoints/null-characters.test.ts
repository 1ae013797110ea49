/**
 * PostgreSQL cannot store U+0000 in a text, and no parameter needs it. The tests send every parameter and field of
 * every request with one, on both engines. The server refuses it as a fault of the request, before it passes it to the
 * store.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { FLOW_SETTINGS, FLOWS, type Scene } from "../faults/flows.ts";
import type { ActingStore } from "../store/acts.ts";
import {
  type FixtureDatabase,
  type FixtureEngine,
  postgresEngine,
  sqliteEngine,
} from "../store/fixtures/databases.ts";
import { type PostgresServer, startPostgres } from "../store/postgres/server.ts";
import { authorizePath } from "../support/code-flow.ts";
import { figure } from "../support/figures.ts";
import { PASSWORD } from "../support/pages.ts";
import {
  basic,
  encodeForm,
  type FormInput,
  SECRET,
  startTestServer,
  type TestServer,
} from "../support/server.ts";

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

nullSuite("on SQLite", () => sqliteEngine);
nullSuite("on PostgreSQL", () => postgresEngine(postgres));

/** A request on the wire. */
interface Sent {
  readonly path: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | null;
}

/** A server that records the tests' requests instead of answering them, while `keep` is set. */
class Recorder {
  readonly kept: Sent[] = [];
  keep = false;
  readonly server: TestServer;

  constructor(server: TestServer) {
    const fetch: TestServer["fetch"] = async (path, init = {}) => {
      if (!this.keep) return server.fetch(path, init);
      const headers = Object.fromEntries(new Headers(init.headers));
      const body = typeof init.body === "string" ? init.body : null;
      this.kept.push({ path, method: init.method ?? "GET", headers, body });
      return new Response();
    };
    const post = (path: string, form: FormInput, headers: Record<string, string> = {}) =>
      fetch(path, {
        method: "POST",
        body: encodeForm(form),
        headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
      });
    this.server = { ...server, fetch, post };
  }
}

interface Tampered {
  readonly where: string;
  readonly request: Sent;
}

/** Copies of the request, each with a U+0000 in another place. */
function* tampered(sent: Sent): Generator<Tampered> {
  const [path = "", query = ""] = sent.path.split("?");
  for (const { where, text } of tamperedPairs(query)) {
    yield { where: `query ${where}`, request: { ...sent, path: `${path}?${text}` } };
  }
  if (sent.headers["content-type"] === "application/json") {
    for (const { where, text } of tamperedMembers(sent.body ?? "{}")) {
      yield { where, request: { ...sent, body: text } };
    }
  } else {
    for (const { where, text } of tamperedPairs(sent.body ?? "")) {
      yield { where, request: { ...sent, body: text } };
    }
  }
  if (sent.headers.authorization?.startsWith("Basic")) {
    for (const [user, secret] of [
      ["web\0", SECRET],
      ["web", `${SECRET}\0`],
    ] as const) {
      yield {
        where: "Basic",
        request: {
          ...sent,
          headers: { ...sent.headers, authorization: basic(user, secret).Authorization ?? "" },
        },
      };
    }
  }
}

function* tamperedPairs(text: string): Generator<{ readonly where: string; readonly text: string }> {
  const pairs = text === "" ? [] : text.split("&");
  for (const [index, pair] of pairs.entries()) {
    const others = pairs.filter((_, other) => other !== index);
    const name = pair.split("=")[0] ?? "";
    yield { where: name, text: [...others, `${pair}%00`].join("&") };
    yield { where: `${name}, alone`, text: [...others, `${name}=%00`].join("&") };
    yield { where: `${name}, its name`, text: [...pairs, `${name}%00=x`].join("&") };
  }
}

function* tamperedMembers(text: string): Generator<{ readonly where: string; readonly text: string }> {
  const members: Record<string, unknown> = JSON.parse(text);
  for (const [name, value] of Object.entries(members)) {
    const spoilt = JSON.parse(JSON.stringify(value), (_, inner: unknown) =>
      typeof inner === "string" ? `${inner}\0` : inner,
    );
    yield { where: name, text: JSON.stringify({ ...members, [name]: spoilt }) };
  }
  yield { where: "a name", text: JSON.stringify({ ...members, "x\0": "x" }) };
}

/** The metadata that registration reads; most of it is stored unchanged. */
const REGISTRATION = {
  redirect_uris: ["https://new.example/callback"],
  client_name: "A name",
  "client_name#de": "Ein Name",
  client_uri: "https://new.example/",
  logo_uri: "https://new.example/logo.png",
  tos_uri: "https://new.example/tos",
  policy_uri: "https://new.example/policy",
  contacts: ["post@new.example"],
  software_id: "software",
  software_version: "1",
  scope: "mail.read",
  grant_types: ["authorization_code"],
  response_types: ["code"],
  token_endpoint_auth_method: "none",
  application_type: "web",
  unknown_member: { deep: ["text"] },
};

/** Further requests, for parameters that the flows leave out. */
const MORE: Readonly<Record<string, (scene: Scene) => Sent>> = {
  "registering with everything": () => ({
    path: "/auth/register",
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(REGISTRATION),
  }),
  "authorizing with everything": ({ cookie }) => ({
    path: authorizePath({
      resource: "https://mail.example/",
      prompt: "consent",
      max_age: "1000",
      login_hint: "ada",
      ui_locales: "en",
      nonce: "nonce",
      response_mode: "query",
      display: "page",
      acr_values: "1",
    }),
    method: "GET",
    headers: { cookie },
    body: null,
  }),
  "coming back to a request": () => ({
    path: `/login?login_hint=ada&return_to=${encodeURIComponent(`${authorizePath()}%00`)}`,
    method: "GET",
    headers: {},
    body: null,
  }),
  "coming back for a client": () => ({
    path: `/login?return_to=${encodeURIComponent(authorizePath().replace("client_id=web", "client_id=web%00"))}`,
    method: "GET",
    headers: {},
    body: null,
  }),
};

const holdsNull = (value: unknown): boolean =>
  typeof value === "string"
    ? value.includes("\0")
    : typeof value === "object" && value !== null && !(value instanceof Uint8Array)
      ? Object.values(value).some(holdsNull)
      : false;

/** A store that records every argument with a U+0000. */
function watchNulls(store: ActingStore, noted: string[]): ActingStore {
  return new Proxy(store, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return (...values: unknown[]) => {
        if (values.some(holdsNull)) noted.push(String(name));
        return Reflect.apply(method, target, values);
      };
    },
  });
}

function nullSuite(engineName: string, engineOf: () => FixtureEngine): void {
  describe(engineName, () => {
    const noted: string[] = [];
    let refused = 0;
    let server: TestServer;
    let database: FixtureDatabase;
    let passwordHash: string;
    beforeAll(async () => {
      database = await engineOf().create();
      const store = await database.open();
      const many = 1_000_000;
      server = await startTestServer(
        {
          ...FLOW_SETTINGS,
          limits: {
            sign_in_failures_per_address: many,
            user_code_failures_per_address: many,
            user_code_failures: many,
            registrations_per_address: many,
            client_secret_failures_per_address: many,
            device_requests_per_address: many,
          },
        },
        { opened: { store: watchNulls(store, noted), close: () => store.close() } },
      );
      passwordHash = await server.context.passwords.hash(PASSWORD);
    });
    afterAll(async () => {
      figure(`${refused} requests with a U+0000 refused ${engineName}`);
      await server.close();
      database.remove();
    });

    async function newScene(name: string): Promise<Scene> {
      const person = await server.addPerson(`person of ${name}`, { passwordHash });
      return { server, person, cookie: await server.signIn(person) };
    }

    async function expectRefused(sent: Sent): Promise<number> {
      let count = 0;
      for (const { where, request } of tampered(sent)) {
        const { path, method, headers, body } = request;
        noted.length = 0;
        const { status } = await server.fetch(path, { method, headers, body });
        // RFC 6749 §5.2: invalid credentials in the Authorization header get a challenge.
        const expected = where === "Basic" ? 401 : 400;
        expect({ where, status, noted }).toEqual({ where, status: expected, noted: [] });
        count += 1;
        refused += 1;
      }
      return count;
    }

    for (const [name, flow] of Object.entries(FLOWS)) {
      test(`${name}, with a U+0000 anywhere, is refused`, async () => {
        const recorder = new Recorder(server);
        const send = await flow.prepare({ ...(await newScene(name)), server: recorder.server });
        recorder.keep = true;
        await send();
        for (const sent of recorder.kept) await expectRefused(sent);
      });
    }
    for (const [name, request] of Object.entries(MORE)) {
      test(`${name}, with a U+0000 anywhere, is refused`, async () => {
        const sent = request(await newScene(name));
        expect(await expectRefused(sent)).toBeGreaterThan(2);
        if (sent.path.includes("%2500")) {
          noted.length = 0;
          const { status } = await server.fetch(sent.path, { headers: sent.headers });
          expect({ status, noted }).toEqual({ status: 200, noted: [] });
        }
      });
    }
  });
}
