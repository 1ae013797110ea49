/**
 * Bad input at every endpoint: a clear error, no stored change, never a 5xx, never a stack trace. Threat classes 13, 18
 * and 40. A table of endpoints and their parameters drives the tests; a new parameter belongs there.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mintCredential } from "../../src/credentials/credential.ts";
import type { Change } from "../../src/store/contract.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import type { ActingStore } from "../store/acts.ts";

import { authorizationQuery, VERIFIER } from "../support/code-flow.ts";
import { codeFor, startDevice, textOf, tokensFor } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { basic, SECRET, startTestServer, type TestServer } from "../support/server.ts";
import { DEVICE_GRANT } from "../support/token-requests.ts";

const FORM = "application/x-www-form-urlencoded";
/** The columns that a refused request may still write: a code's failed attempts, and a session's last use. */
const NOTES: readonly string[] = ["failedAttempts", "lastSeenAt"];

const isNote = (change: Change): boolean =>
  change.act === "update" && Object.keys(change.set).every((name) => NOTES.includes(name));

let server: TestServer;
let person: AccountRecord;
let cookie = "";
/** The writes since the last reset. */
const written: string[] = [];
/** One of every kind of credential, all valid. */
const credentials: Record<string, string> = {};
beforeAll(async () => {
  server = await startTestServer({
    limits: {
      device_requests_per_address: 1_000_000,
      registrations_per_address: 1_000_000,
      client_secret_failures_per_address: 1_000_000,
    },
    log: { level: "debug", format: "json" },
  });
  person = await server.addPerson("ada");
  cookie = await server.signIn(person);
  const tokens = await tokensFor(server, person, { scope: "profile" });
  const { clock, random } = server.context;
  Object.assign(credentials, {
    access_token: textOf(tokens, "access_token"),
    refresh_token: textOf(tokens, "refresh_token"),
    code: await codeFor(server, person),
    device_code: textOf(await startDevice(server), "device_code"),
    user_code: textOf(await startDevice(server), "user_code"),
    session: cookie.split("=")[1] ?? "",
    client_secret: mintCredential("client_secret", clock, random).text,
    setup_link: mintCredential("setup_link", clock, random).text,
    initial_access_token: mintCredential("initial_access_token", clock, random).text,
    subject: person.subject,
    client_id: "web",
  });
  spyOnWrites(server.context.store);
});
afterAll(() => server.close());

function spyOnWrites(store: ActingStore): void {
  const { commit } = store;
  store.commit = (each) => {
    if (!each.changes.every(isNote) || (each.sweeps ?? []).length > 0) written.push("commit");
    return commit(each);
  };
}

interface Door {
  readonly name: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly form: Readonly<Record<string, string>>;
  /** Parameters that it requires. */
  readonly required: readonly string[];
}
const web = basic("web", SECRET);
const DOORS: readonly Door[] = [
  {
    name: "code",
    path: "/auth/token",
    headers: web,
    form: {
      grant_type: "authorization_code",
      code: `tac_${"A".repeat(64)}`,
      redirect_uri: "https://client.example/callback",
      code_verifier: VERIFIER,
      client_id: "web",
      scope: "mail.read",
      resource: "https://mail.example/",
    },
    required: ["grant_type", "code"],
  },
  {
    name: "refresh",
    path: "/auth/token",
    headers: web,
    form: {
      grant_type: "refresh_token",
      refresh_token: `trt_${"A".repeat(64)}`,
      scope: "mail.read",
      resource: "https://mail.example/",
    },
    required: ["grant_type", "refresh_token"],
  },
  {
    name: "client_credentials",
    path: "/auth/token",
    headers: {},
    form: {
      grant_type: "client_credentials",
      client_id: "service",
      client_secret: SECRET,
      scope: "mail.read",
      resource: "https://mail.example/",
    },
    required: ["grant_type", "client_id", "client_secret"],
  },
  {
    name: "device poll",
    path: "/auth/token",
    headers: {},
    form: { grant_type: DEVICE_GRANT, device_code: `tdc_${"A".repeat(64)}`, client_id: "television" },
    required: ["grant_type", "device_code", "client_id"],
  },
  {
    name: "device start",
    path: "/auth/device",
    headers: {},
    form: { client_id: "television", scope: "mail.read", resource: "https://mail.example/" },
    required: ["client_id"],
  },
  {
    name: "introspection",
    path: "/auth/introspect",
    headers: basic("mail-server", SECRET),
    form: { token: `tat_${"A".repeat(64)}`, token_type_hint: "access_token", client_id: "mail-server" },
    required: ["token"],
  },
  {
    name: "revocation",
    path: "/auth/revoke",
    headers: web,
    form: { token: `trt_${"A".repeat(64)}`, token_type_hint: "refresh_token", client_id: "web" },
    required: ["token"],
  },
  {
    name: "userinfo",
    path: "/auth/userinfo",
    headers: {},
    form: { access_token: `tat_${"A".repeat(64)}` },
    required: ["access_token"],
  },
];
const EVERY_PARAMETER: readonly (readonly [string, string, Door])[] = DOORS.flatMap((door) =>
  Object.keys(door.form).map((parameter) => [door.name, parameter, door] as const),
);

const raw = (door: Door, body: BodyInit | null, headers: Record<string, string> = {}, query = "") =>
  server.fetch(`${door.path}${query}`, {
    method: "POST",
    headers: { "Content-Type": FORM, ...door.headers, ...headers },
    body,
  });
const pairsOf = (door: Door, without = ""): string =>
  new URLSearchParams(Object.entries(door.form).filter(([name]) => name !== without)).toString();

/** Checks that a refusal is clear and harmless. `statuses`: the right ones here. */
async function expectHarmless(response: Response, statuses: readonly number[]): Promise<void> {
  const text = await response.text();
  expect(statuses).toContain(response.status);
  // No stack trace, no path of a source file, no module name, no text of another error.
  expect(text).not.toMatch(/\bat .*:\d+:\d+|\.tsx?\b|node_modules|SQLITE|TypeError|undefined|\[object/);
  if (text.startsWith("{") && response.status >= 400) {
    const body: unknown = JSON.parse(text);
    expect(body).toMatchObject({ error: expect.any(String), error_description: expect.any(String) });
    expect(
      Object.keys(body ?? {}).filter((name) => !["error", "error_description", "error_uri"].includes(name)),
    ).toEqual([]);
  }
  for (const value of response.headers.values()) expect(value).not.toMatch(/[\r\n]/);
}

async function expectNothingWritten(work: () => Promise<void>): Promise<void> {
  written.length = 0;
  const lines = server.logged.length;
  await work();
  expect(written).toEqual([]);
  expect(server.logged.slice(lines).filter((line) => line.includes('"level":"error"'))).toEqual([]);
}

describe.each(EVERY_PARAMETER)("%s: %s", (_, parameter, door) => {
  const required = door.required.includes(parameter);
  const value = door.form[parameter] ?? "";
  const refused = [400, 401];

  test(required ? "missing or empty is refused" : "missing or empty is the same", async () => {
    const without = pairsOf(door, parameter);
    const answers: string[] = [];
    for (const body of [without, `${without}&${parameter}=`, `${without}&${parameter}`]) {
      const response = await raw(door, body);
      const text = await response.clone().text();
      // Two successful answers differ only in their tokens.
      answers.push(response.status === 200 ? "200" : `${response.status} ${text}`);
      if (required) await expectNothingWritten(() => expectHarmless(response, refused));
      else await expectHarmless(response, [200, ...refused]);
    }
    expect(new Set(answers).size).toBe(1);
  });

  test(
    parameter === "resource" ? "doubled is allowed" : "doubled is refused, with the same value or another",
    async () => {
      for (const other of [value, "x"]) {
        const body = `${pairsOf(door)}&${new URLSearchParams({ [parameter]: other })}`;
        if (parameter === "resource") await expectHarmless(await raw(door, body), [200, 400, 401]);
        else await expectNothingWritten(async () => expectHarmless(await raw(door, body), [400]));
      }
    },
  );

  test(proves("badly encoded is refused", "threat 18"), async () => {
    await expectNothingWritten(async () => {
      const without = pairsOf(door, parameter);
      for (const bad of ["%", "%4", "%zz", "%ff", "%c3%28", "%ed%a0%80", "%u0041"]) {
        await expectHarmless(await raw(door, `${without}&${parameter}=${bad}`), [400]);
        await expectHarmless(await raw(door, `${without}&${parameter}${bad}=x`), [400]);
      }
      const bytes = Buffer.concat([
        Buffer.from(`${without}&${parameter}=`),
        Buffer.from([0xff, 0xfe, 0xc3, 0x28]),
      ]);
      await expectHarmless(await raw(door, bytes), [400]);
    });
  });

  test("with a value that makes no sense is refused or harmless", async () => {
    const strange = [
      "x",
      " ",
      "\u0000",
      `${value}\u0000`,
      ` ${value}`,
      `${value}\n`,
      "null",
      "{}",
      "-1",
      "__proto__",
      "' OR 1=1 --",
      "%25",
      "é€😀",
      "../../etc/passwd",
      "x".repeat(60_000),
    ];
    for (const text of strange) {
      const body = `${pairsOf(door, parameter)}&${new URLSearchParams({ [parameter]: text })}`;
      await expectHarmless(await raw(door, body), [200, 400, 401]);
    }
  });

  test(proves("in the query of the POST is refused, whatever is in the body", "threat 18"), async () => {
    await expectNothingWritten(async () => {
      const query = `?${new URLSearchParams({ [parameter]: value })}`;
      await expectHarmless(await raw(door, pairsOf(door, parameter), {}, query), [400, 401]);
      await expectHarmless(await raw(door, pairsOf(door), {}, query), [400, 401]);
    });
  });
});

describe.each(DOORS.map((door) => [door.name, door] as const))("%s", (_, door) => {
  const isUserinfo = door.path === "/auth/userinfo";
  /** Beside client_id in the form, a header that names no client counts as none: clients/authentication.test.ts. */
  const namesItselfInForm = door.headers !== web && door.form.client_id !== undefined;
  const SAYS_NOTHING = /^(Bearer|DPoP|Basic Og==$)/;

  test(
    proves(
      "of another media type, too large, or with too many parameters, is refused",
      "threat 40",
      "RFC 7009 5-1",
    ),
    async () => {
      await expectNothingWritten(async () => {
        for (const type of [
          "application/json",
          "text/plain",
          "multipart/form-data; boundary=x",
          `${FORM}; charset=utf-16`,
        ]) {
          await expectHarmless(
            await raw(door, pairsOf(door), { "Content-Type": type }),
            isUserinfo ? [401, 415] : [415],
          );
        }
        await expectHarmless(await raw(door, `${pairsOf(door)}&x=${"x".repeat(66_000)}`), [413]);
        const many = Array.from({ length: 100 }, (_, index) => `p${index}=1`).join("&");
        await expectHarmless(await raw(door, `${pairsOf(door)}&${many}`), [400]);
      });
    },
  );

  test("without a body is refused", async () => {
    await expectNothingWritten(async () => {
      await expectHarmless(await raw(door, null), [400, 401]);
      await expectHarmless(await raw(door, "&&&&"), [400, 401]);
      await expectHarmless(await raw(door, "=&=x&"), [400, 401]);
    });
  });

  test("with broken or foreign Authorization is refused", async () => {
    const headers = [
      "Basic",
      "Basic ====",
      "Basic =",
      "Basic Og==",
      `Basic ${"A".repeat(8000)}`,
      "Bearer",
      "Bearer ,",
      `Bearer ${"A".repeat(8000)}`,
      "Negotiate YII=",
      'Digest username="x"',
      "DPoP x",
      "x",
      ",",
      'Basic realm="x"',
    ];
    await expectNothingWritten(async () => {
      for (const Authorization of headers) {
        if (namesItselfInForm && SAYS_NOTHING.test(Authorization)) continue;
        await expectHarmless(await raw(door, pairsOf(door), { Authorization }), [400, 401]);
      }
    });
  });

  // Threat class 13: a credential that is valid at its own endpoint is worthless at every other.
  test(proves("takes no credential of another kind", "threat 13"), async () => {
    const slots: Record<string, string> = {
      code: "code",
      refresh_token: "refresh_token",
      device_code: "device_code",
      access_token: "access_token",
      client_secret: "",
      code_verifier: "",
    };
    for (const [slot, own] of Object.entries(slots)) {
      if (!(slot in door.form)) continue;
      for (const [kind, text] of Object.entries(credentials)) {
        if (kind === own) continue;
        const body = `${pairsOf(door, slot)}&${new URLSearchParams({ [slot]: text })}`;
        await expectNothingWritten(async () => expectHarmless(await raw(door, body), [400, 401]));
      }
    }
  });

  test("takes no credential as a bearer or as a client's secret", async () => {
    await expectNothingWritten(async () => {
      for (const [kind, text] of Object.entries(credentials)) {
        if (isUserinfo && kind === "access_token") continue;
        const body = isUserinfo ? "" : pairsOf(door, "client_secret");
        const statuses = [400, 401, ...(kind === "access_token" ? [403] : [])];
        if (!namesItselfInForm)
          await expectHarmless(await raw(door, body, { Authorization: `Bearer ${text}` }), statuses);
        if (!isUserinfo) await expectHarmless(await raw(door, body, basic("web", text)), [400, 401]);
      }
    });
  });
});

test("the spy on writes sees them", async () => {
  written.length = 0;
  const form = { grant_type: "client_credentials", client_id: "service", client_secret: SECRET };
  expect((await server.post("/auth/token", form)).status).toBe(200);
  expect(written).toEqual(["commit"]);
});

describe("introspection and revocation", () => {
  test("know none of the credentials that are no tokens", async () => {
    for (const [kind, text] of Object.entries(credentials)) {
      if (kind === "access_token" || kind === "refresh_token") continue;
      const introspected = await server.post("/auth/introspect", { token: text }, web);
      expect(`${kind} ${await introspected.text()}`).toBe(`${kind} {"active":false}`);
      await expectNothingWritten(async () => {
        expect((await server.post("/auth/revoke", { token: text }, web)).status).toBe(200);
      });
    }
  });

  test("and the credentials still work where they belong", async () => {
    const { code = "", access_token = "" } = credentials;
    const userinfo = await server.fetch("/auth/userinfo", {
      headers: { Authorization: `Bearer ${access_token}` },
    });
    expect(userinfo.status).toBe(200);
    const form = { grant_type: "authorization_code", code, code_verifier: VERIFIER };
    expect((await server.post("/auth/token", form, web)).status).toBe(200);
  });
});

describe("the authorization endpoint", () => {
  const parameters = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "resource",
    "prompt",
    "login_hint",
    "max_age",
    "response_mode",
    "ui_locales",
    "nonce",
    "tessera_reauthenticated_after",
  ];
  test.each(parameters)(
    "%s may be anything: the answer is a page or a redirect, never an accident",
    async (parameter) => {
      const strange = [
        [""],
        ["x"],
        ["x", "x"],
        ["\u0000"],
        ["\r\nLocation: https://evil.example/"],
        ["__proto__"],
        ["é€😀"],
        ["-1"],
        ["99999999999999999999"],
        ["x".repeat(20_000)],
        ["<script>alert(1)</script>"],
        ["https://evil.example/"],
      ];
      await expectNothingWritten(async () => {
        for (const values of strange) {
          for (const Cookie of ["", cookie]) {
            // Without an earlier consent, the page asks the signed-in person: a GET writes nothing.
            const query = authorizationQuery({ prompt: "consent", [parameter]: values });
            const response = await server.fetch(`/auth/authorize?${query}`, { headers: { Cookie } });
            await expectHarmless(response, [200, 303, 400]);
            const location = response.headers.get("location");
            if (location !== null)
              expect(location).toMatch(/^https:\/\/(client\.example\/callback|auth\.example\/login)\?/);
          }
        }
      });
    },
  );

  test("a query that cannot be read is a page", async () => {
    await expectNothingWritten(async () => {
      for (const query of ["%", "a=%zz", "state=%ff", "&&&", "=", "a".repeat(10_000), "a&".repeat(1000)]) {
        await expectHarmless(await server.fetch(`/auth/authorize?${query}`), [400]);
      }
    });
  });

  test("a cookie may be anything", async () => {
    await expectNothingWritten(async () => {
      for (const Cookie of [
        "",
        "=",
        ";;;",
        "__Host-tessera",
        "__Host-tessera=",
        "x=y; __Host-tessera=%zz",
        `__Host-tessera=${credentials.access_token}`,
        "a".repeat(9000),
      ]) {
        const response = await server.fetch(`/auth/authorize?${authorizationQuery()}`, {
          headers: { Cookie },
        });
        await expectHarmless(response, [303]);
        expect(response.headers.get("location")).toStartWith("https://auth.example/login?");
      }
    });
  });
});

describe("registration", () => {
  const members = [
    "redirect_uris",
    "client_name",
    "client_uri",
    "logo_uri",
    "tos_uri",
    "policy_uri",
    "contacts",
    "software_id",
    "software_version",
    "application_type",
    "grant_types",
    "response_types",
    "token_endpoint_auth_method",
    "scope",
    "default_scope",
  ];
  test.each(members)(
    proves("%s of a wrong type or size is refused, and nothing is stored", "threat 40"),
    async (member) => {
      const strange: readonly unknown[] = [
        1,
        true,
        {},
        { a: [1] },
        [[]],
        [1],
        [null],
        ["x".repeat(3000)],
        "x".repeat(3000),
        ["\ud800"],
        "\ud800",
      ];
      await expectNothingWritten(async () => {
        for (const value of strange) {
          const body = JSON.stringify({ redirect_uris: ["https://client.example/"], [member]: value });
          const response = await server.fetch("/auth/register", {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body,
          });
          await expectHarmless(response, [400]);
        }
      });
    },
  );

  test("doubled members, as JSON parsers read them differently, take the last, and that one is checked", async () => {
    const response = await server.fetch("/auth/register", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: '{"redirect_uris":["https://client.example/"],"redirect_uris":["javascript:alert(1)"]}',
    });
    await expectHarmless(response, [400]);
  });
});
