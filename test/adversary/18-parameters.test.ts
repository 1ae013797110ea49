/**
 * Threat classes 3 and 18: every parameter of the authorization endpoint and of the pages, missing, empty, repeated,
 * too large, of another type and badly encoded. A present and invalid parameter is an error, never ignored, and the
 * server stores nothing. ../endpoints/bad-input.test.ts has the endpoints for programs.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { AccountRecord } from "../../src/store/tables/people.ts";

import { sqliteEngine } from "../store/fixtures/databases.ts";
import { authorizationQuery, authorizePath, formsOf, redirectOf } from "../support/code-flow.ts";
import { startDevice, textOf, tokensFor } from "../support/flows.ts";
import { makeSetupLink } from "../support/people.ts";
import { proves } from "../support/proves.ts";
import { AUTHORIZATION, BIG } from "./18-authorization-parameters.ts";
import { type EngineServer, startOn } from "./engines.ts";

const FORM = "application/x-www-form-urlencoded";
/** Bad encodings in a query or a form. */
const BADLY_ENCODED = ["%", "%4", "%zz", "%ff", "%c3%28", "%ed%a0%80", "%u0041", "a%00b"];

let server: EngineServer;
let person: AccountRecord;
let cookie = "";
beforeAll(async () => {
  server = await startOn(sqliteEngine);
  server.clock.freeze();
  const passwordHash = await server.context.passwords.hash("correct horse battery staple");
  person = await server.addPerson("ada", { passwordHash });
  cookie = await server.signIn(person);
  await tokensFor(server, person);
});
afterAll(() => server.close());

async function signInAnew(): Promise<void> {
  const account = await server.context.store.findAccount(person.subject);
  if (account !== null) cookie = await server.signIn(account);
}

/** Runs requests that the server must refuse, and checks that it stored nothing and reported no fault of its own. */
async function leavingNothing(work: () => Promise<void>): Promise<void> {
  const before = await server.rows();
  server.logged.length = 0;
  await work();
  expect(await server.rows()).toEqual(before);
  expect(server.logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
}

/** The error for the client; "page" if a page shows it to the person. */
async function faultOf(response: Response): Promise<string> {
  if (response.status !== 303) {
    expect({ status: response.status, location: response.headers.get("location") }).toEqual({
      status: 400,
      location: null,
    });
    return "page";
  }
  const { origin, pathname, searchParams } = redirectOf(response);
  expect(origin + pathname).toBe("https://client.example/callback");
  expect(searchParams.has("code")).toBe(false);
  // Each parameter of an answer occurs once.
  expect(new Set(searchParams.keys()).size).toBe([...searchParams].length);
  return searchParams.get("error") ?? "none";
}

const open = (query: string): Promise<Response> =>
  server.fetch(`/auth/authorize?${query}`, { headers: { Cookie: cookie } });

describe("the authorization endpoint", () => {
  test("takes the request that all these are made of", async () => {
    expect((await open(authorizationQuery())).status).toBe(200);
  });

  test.each([...Map.groupBy(AUTHORIZATION, ([name]) => name)])(
    proves(
      "refuses every %s that is wrong, and sends each answer's parameters once",
      "threat 3",
      "threat 18",
    ),
    async (_, rows) => {
      await leavingNothing(async () => {
        for (const [name, value, error] of rows) {
          const told = await faultOf(await open(authorizationQuery({ [name]: value })));
          const shown = JSON.stringify(value)?.slice(0, 60);
          expect({ name, shown, told }).toEqual({ name, shown, told: error });
        }
      });
    },
  );

  test(
    proves(
      "sends no fault of any kind to an address that is not the client's, or to no client's",
      "threat 5",
    ),
    async () => {
      const strangers = [
        { client_id: "nobody" },
        { client_id: undefined },
        { redirect_uri: "https://evil.example/" },
        { redirect_uri: "https://client.example/callback/" },
        { client_id: "spa" },
      ];
      for (const [name, value] of AUTHORIZATION) {
        if (name === "client_id" || name === "redirect_uri") continue;
        for (const stranger of strangers) {
          expect(await faultOf(await open(authorizationQuery({ [name]: value, ...stranger })))).toBe("page");
        }
      }
    },
  );

  test(proves("refuses what is badly encoded in any place, and redirects nowhere", "threat 18"), async () => {
    const names = new Set([...AUTHORIZATION.map(([name]) => name), "unheard_of"]);
    await leavingNothing(async () => {
      for (const name of names) {
        const sound = new URLSearchParams(authorizationQuery());
        sound.delete(name);
        for (const bad of BADLY_ENCODED) {
          expect(await faultOf(await open(`${sound}&${name}=${bad}`))).toBe("page");
          expect(await faultOf(await open(`${sound}&${name}${bad}=x`))).toBe("page");
        }
      }
    });
  });
});

interface PageForm {
  readonly path: string;
  readonly fields: Readonly<Record<string, string>>;
  /** The fields that the form needs to have an effect. */
  readonly required: readonly string[];
}

/** Every form of the pages, filled in correctly, so that each would have an effect. */
async function everyForm(): Promise<PageForm[]> {
  const link = await makeSetupLink(server);
  const { user_code } = await startDevice(server);
  const form = async (
    page: string,
    action: string,
    nth = 0,
    headers: Record<string, string> = { Cookie: cookie },
  ) => {
    const forms = await formsOf(await server.fetch(page, { headers }));
    const found = forms.filter((one) => one.action.split("?")[0]?.endsWith(action))[nth];
    if (found === undefined) throw new Error(`There is no form for ${action} on ${page}.`);
    return { path: action, fields: found.fields };
  };
  const password = "correct horse battery staple";
  const fill = (
    { path, fields }: Omit<PageForm, "required">,
    more: Record<string, string>,
    required: string[],
  ) => ({
    path,
    fields: { ...fields, ...more },
    required: ["form_token", ...required],
  });
  return [
    fill(await form("/login?return_to=%2Faccount", "/login"), { username: "ada", password }, [
      "username",
      "password",
    ]),
    fill(await form("/logout", "/logout"), {}, []),
    fill(await form(authorizePath({ prompt: "consent" }), "/consent"), { decision: "allow" }, [
      "request",
      "decision",
    ]),
    fill(
      await form(`/device?user_code=${textOf({ user_code }, "user_code")}`, "/device"),
      { decision: "allow" },
      ["device", "decision"],
    ),
    fill(await form("/account", "/account"), { action: "remove", client_id: "web" }, ["action", "client_id"]),
    fill(
      await form("/account/password", "/account/password"),
      { action: "password", current_password: password, new_password: "another long password" },
      ["action", "current_password", "new_password"],
    ),
    fill(
      await form(`/setup?token=${link}`, "/setup"),
      { username: "grace", password: "a long password of hers" },
      ["token", "username", "password"],
    ),
  ];
}

const sendForm = (path: string, body: string | Uint8Array<ArrayBuffer>, type = FORM): Promise<Response> =>
  server.fetch(path, {
    method: "POST",
    headers: { "Content-Type": type, Cookie: cookie, "Sec-Fetch-Site": "same-origin" },
    body,
  });
const encode = (fields: Readonly<Record<string, string>>, without = ""): string =>
  new URLSearchParams(Object.entries(fields).filter(([name]) => name !== without)).toString();

/** Expects that a page of ours refuses the request. */
async function expectRefused(response: Response, what: unknown): Promise<void> {
  const { status, headers } = response;
  const page = await response.text();
  // A stale form leads to where the person is, or to the question again, and does nothing.
  const leadsBack = status === 303 && /^\/(account|auth\/authorize\?.*)$/.test(headers.get("location") ?? "");
  const isRefused = [400, 403, 404, 413, 415, 422].includes(status) || leadsBack;
  expect({ what, status, isRefused }).toEqual({
    what,
    status,
    isRefused: true,
  });
  if (!leadsBack) expect(headers.get("location")).toBeNull();
  expect(headers.get("set-cookie")).toBeNull();
  expect(page).not.toMatch(/\.tsx?\b|node_modules|SQLITE|TypeError|\[object/);
}

describe("the forms of the pages", () => {
  test(
    proves("do nothing with a field that is missing, empty, doubled, too large or no text", "threat 18"),
    async () => {
      const forms = await everyForm();
      expect(forms.flatMap(({ fields }) => Object.keys(fields)).length).toBeGreaterThan(20);
      await leavingNothing(async () => {
        for (const { path, fields, required } of forms) {
          for (const name of Object.keys(fields)) {
            const rest = encode(fields, name);
            const value = encodeURIComponent(fields[name] ?? "");
            const wrong = [
              ...(required.includes(name) ? [rest, `${rest}&${name}=`, `${rest}&${name}`] : []),
              `${rest}&${name}=${value}&${name}=${value}`,
              `${rest}&${name}=${value}&${name}=x`,
              `${rest}&${name}=${BIG}`,
              ...BADLY_ENCODED.map((bad) => `${rest}&${name}=${bad}`),
            ];
            for (const body of wrong) {
              await expectRefused(
                await sendForm(path, body),
                `${path} ${name} ${body.slice(rest.length, rest.length + 40)}`,
              );
            }
            const bytes = new Uint8Array(Buffer.from(`${rest}&${name}=\xff\xfe`, "latin1"));
            await expectRefused(await sendForm(path, bytes), `${path} ${name} in Latin-1`);
          }
          for (const type of [
            "application/json",
            "text/plain",
            "multipart/form-data; boundary=x",
            `${FORM}; charset=utf-16`,
          ]) {
            await expectRefused(await sendForm(path, encode(fields), type), `${path} as ${type}`);
          }
          await expectRefused(
            await sendForm(path, `${encode(fields)}&${"a=1&".repeat(100)}`),
            `${path} with too much`,
          );
        }
      });
    },
  );

  test("would have done something as they were", async () => {
    const { length } = await everyForm();
    for (let index = 0; index < length; index += 1) {
      // Opened anew each time, because some of them end the session of the others.
      const { path, fields } = (await everyForm())[index] ?? { path: "", fields: {} };
      const before = await server.rows();
      const response = await sendForm(path, encode(fields));
      expect({ path, done: [200, 303].includes(response.status) }).toEqual({ path, done: true });
      expect(await server.rows()).not.toEqual(before);
      await signInAnew();
    }
  });
});

describe("the addresses of the pages", () => {
  const QUERIES = [
    ["/login", "return_to"],
    ["/login", "login_hint"],
    ["/login", "another"],
    ["/device", "user_code"],
    ["/setup", "token"],
    ["/account", "notice"],
    ["/account", "client_id"],
    ["/logout", "x"],
    ["/", "x"],
    ["/help/errors", "x"],
  ] as const;

  test.each(QUERIES)(
    proves("%s?%s= may be anything: the answer is a page of ours, never another place", "threat 18"),
    async (path, name) => {
      const far = [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/%2f/evil.example",
      ];
      const values = [
        "",
        "x",
        "\r\nLocation: https://evil.example/",
        "<script>alert(1)</script>",
        BIG,
        ...far,
      ];
      const queries = [
        ...values.map((value) => new URLSearchParams({ [name]: value }).toString()),
        `${name}=x&${name}=y`,
        ...BADLY_ENCODED.map((bad) => `${name}=${bad}`),
      ];
      await leavingNothing(async () => {
        for (const query of queries) {
          for (const Cookie of ["", cookie]) {
            const response = await server.fetch(`${path}?${query}`, { headers: { Cookie } });
            const page = await response.text();
            expect([200, 303, 400, 404, 422]).toContain(response.status);
            expect(response.headers.get("location") ?? "/").toMatch(
              /^(\/[a-z]|\/$|https:\/\/auth\.example\/)/,
            );
            expect(page).not.toContain("<script>alert");
            expect(page).not.toMatch(/(href|action)="(https?:)?\/[/\\]*evil/);
          }
        }
      });
    },
  );
});

describe("userinfo and registration", () => {
  test(proves("refuse every header and body that they cannot read", "threat 18"), async () => {
    await leavingNothing(async () => {
      for (const Authorization of [
        "",
        "Bearer",
        "Bearer ",
        "Bearer a b",
        "Bearer é",
        "Basic YTpi",
        `Bearer ${"x".repeat(9000)}`,
      ]) {
        const response = await server.fetch("/auth/userinfo", { headers: { Authorization } });
        expect([400, 401]).toContain(response.status);
      }
      const sound = '{"redirect_uris":["https://client.example/"]';
      const bodies: (string | Uint8Array<ArrayBuffer>)[] = [
        "",
        "null",
        "[]",
        '"x"',
        "1",
        sound,
        `${sound}}}`,
        `${sound}} x`,
        `${sound},}`,
        `\ufeff\ufeff${sound}}`,
        `${sound},"client_name":"\\u0000"}`,
        `${sound},"a\\u0000":1}`,
        `${sound},"client_name":"\\ud800"}`,
        `${sound},"x":"${BIG}"}`,
        `${sound},"x":${"[".repeat(40_000)}`,
        new Uint8Array(Buffer.from(`${sound},"client_name":"\xff"}`, "latin1")),
        new Uint8Array(Buffer.from(`${sound}}`, "utf16le")),
        "redirect_uris=https%3A%2F%2Fclient.example%2F",
      ];
      for (const body of bodies) {
        const headers = { "Content-Type": "application/json" };
        const { status } = await server.fetch("/auth/register", { method: "POST", headers, body });
        const shown = body.slice(-30).toString();
        expect({ shown, isRefused: [400, 413].includes(status) }).toEqual({ shown, isRefused: true });
      }
    });
  });
});
