/** What the management API makes of bad input: a refusal with its reason, and nothing done. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { makeCursor, readCursor } from "../../src/api/cursor.ts";
import { API_ROUTES } from "../../src/api/index.ts";
import { OAuthError } from "../../src/protocol/errors.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { type Json, jsonOf } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import type { TestServer } from "../support/server.ts";
import { ask, askFor, startManagedServer, tokenOfProgram } from "./support.ts";

let server: TestServer;
let token: string;
let ada: AccountRecord;

beforeAll(async () => {
  server = await startManagedServer();
  token = await tokenOfProgram(server, "tessera.admin");
  ada = await server.addPerson("ada");
  for (let each = 0; each < 5; each++) await server.addPerson(`person-${each}`);
});
afterAll(() => server.close());

/** The status and the reason of a refusal. */
async function refusalOf(response: Response): Promise<[number, string]> {
  const { error_uri } = await jsonOf(response);
  return [response.status, String(error_uri).split("#")[1] ?? ""];
}

/** A request whose body is this text. */
const send = (
  path: string,
  text: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
  method = "POST",
) =>
  server.fetch(`/api${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", ...headers },
    body: text,
  });

describe("a cursor", () => {
  const isRefused = (list: string, cursor: string): boolean => {
    try {
      readCursor(server.context.keys, list, cursor);
      return false;
    } catch (error) {
      return error instanceof OAuthError && error.reason === "cursor_refused";
    }
  };
  const place = { createdAt: 1_700_000_000, subject: "acc_1" };

  test(proves("with any bit changed, cut or lengthened is refused", "threat 45"), () => {
    const cursor = makeCursor(server.context.keys, "/people", place);
    expect(readCursor(server.context.keys, "/people", cursor)).toEqual(place);
    const bytes = Buffer.from(cursor, "base64url");
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const changed = Buffer.from(bytes);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        return isRefused("/people", changed.toString("base64url"));
      }),
    );
    fc.assert(
      fc.property(fc.nat(cursor.length - 1), (length) => isRefused("/people", cursor.slice(0, length))),
    );
    fc.assert(fc.property(fc.string({ minLength: 1 }), (more) => isRefused("/people", cursor + more)));
  });

  test(proves("that this server did not make is refused, whatever it is", "threat 45"), () => {
    fc.assert(fc.property(fc.string(), (text) => isRefused("/people", text)));
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.string()),
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        (row, mac) =>
          isRefused(
            "/people",
            Buffer.concat([mac, Buffer.from(JSON.stringify(Object.entries(row)))]).toString("base64url"),
          ),
      ),
    );
  });

  test(proves("is for one list and one set of filters", "threat 45"), async () => {
    const { next } = await askFor(server, token, "/people?limit=2");
    for (const path of [
      `/clients?limit=2&cursor=${next}`,
      `/grants?limit=2&cursor=${next}`,
      `/people?limit=2&group=staff&cursor=${next}`,
      `/people?limit=2&cursor=${String(next).slice(0, -1)}`,
    ])
      expect([path, ...(await refusalOf(await ask(server, token, path)))]).toEqual([
        path,
        400,
        "cursor_refused",
      ]);
    expect((await ask(server, token, `/people?limit=3&cursor=${next}`)).status).toBe(200);
    const filtered = await askFor(server, token, "/clients?limit=1&disabled=false");
    expect(
      await refusalOf(await ask(server, token, `/clients?limit=1&disabled=true&cursor=${filtered.next}`)),
    ).toEqual([400, "cursor_refused"]);
  });

  test("of another server is refused", async () => {
    const other = await startManagedServer();
    const cursor = makeCursor(other.context.keys, "/people", place);
    expect(isRefused("/people", cursor)).toBe(true);
    await other.close();
  });

  test("joins pages without a gap and without a row twice", async () => {
    const subjects: unknown[] = [];
    let next: unknown = null;
    do {
      const query: string = next === null ? "?limit=2" : `?limit=2&cursor=${next}`;
      const page = (await askFor(server, token, `/people${query}`)) as { items: Json[]; next: unknown };
      subjects.push(...page.items.map(({ subject }) => subject));
      next = page.next;
    } while (next !== null);
    expect(new Set(subjects).size).toBe(subjects.length);
    expect(subjects).toHaveLength(6);
  });
});

describe("a query", () => {
  test.each([
    ["/people?limit=0", "parameter_invalid"],
    ["/people?limit=201", "parameter_invalid"],
    ["/people?limit=1e2", "parameter_invalid"],
    ["/people?limit=-1", "parameter_invalid"],
    ["/people?limit=99999999999999999999", "parameter_invalid"],
    ["/people?limit=", "parameter_invalid"],
    ["/people?limit=2&limit=3", "parameter_repeated"],
    ["/people?unknown=1", "parameter_invalid"],
    ["/people?__proto__=1", "parameter_invalid"],
    ["/people?constructor=1", "parameter_invalid"],
    ["/people?order=subject;drop", "parameter_invalid"],
    ["/clients?source=elsewhere", "parameter_invalid"],
    ["/clients?disabled=1", "parameter_invalid"],
    ["/search", "parameter_invalid"],
    [`/search?q=${"a".repeat(257)}`, "parameter_invalid"],
  ])("%p is refused", async (path, reason) => {
    expect(await refusalOf(await ask(server, token, path))).toEqual([400, reason]);
  });

  test(
    proves("with quotes, semicolons and the like finds nothing and breaks nothing", "threat 45"),
    async () => {
      for (const text of ["' OR 1=1 --", "%", "_", "\\", '"; DROP TABLE accounts; --', "\u{1F600}"]) {
        const query = encodeURIComponent(text);
        const found = (await askFor(server, token, `/search?q=${query}`)) as Record<string, Json[]>;
        expect([text, found.people, found.clients]).toEqual([text, [], []]);
        const people = await ask(server, token, `/people?group=${query}`);
        expect([text, ((await jsonOf(people)) as { items: Json[] }).items]).toEqual([text, []]);
        for (const path of [`/people/${query}`, `/clients/${query}`, `/grants/${query}`])
          expect([path, (await ask(server, token, path)).status]).toEqual([path, 404]);
      }
    },
  );
});

describe("a body", () => {
  test.each([
    ["that is no JSON", "{", "body_malformed"],
    ["that is empty", "", "body_malformed"],
    ["with U+0000", '{"username":"a\\u0000b"}', "body_malformed"],
    ["with half a character", '{"username":"a\\ud800"}', "member_refused"],
    ["with half a character in a name", '{"attributes":{"\\udc00":"a"},"username":"a"}', "member_refused"],
    ["that is no object", '["username"]', "member_refused"],
    ["that is null", "null", "member_refused"],
    ["with an unknown member", '{"username":"bad","admin":true}', "member_refused"],
    ["with __proto__", '{"username":"bad","__proto__":{"administrator":true}}', "member_refused"],
    ["with a member of the answer", '{"username":"bad","subject":"acc_1"}', "member_refused"],
    ["with an unknown member inside", '{"username":"bad","address":{"planet":"Mars"}}', "member_refused"],
    ["with a wrong type", '{"username":["bad"]}', "member_refused"],
    ["with a text for true", '{"username":"bad","administrator":"true"}', "member_refused"],
    ["with a number that no double keeps", '{"username":"bad","attributes":{"n":1e999}}', "member_refused"],
    ["that lacks a member", "{}", "member_refused"],
    ["with a name that no one can read", '{"username":" "}', "member_refused"],
    ["with a long name", `{"username":"${"a".repeat(5000)}"}`, "member_refused"],
    [
      "that is deep",
      `{"username":"bad","attributes":{"a":${"[".repeat(100)}${"]".repeat(100)}}}`,
      "member_refused",
    ],
  ])("%s is refused", async (_, text, reason) => {
    expect(await refusalOf(await send("/people", text))).toEqual([400, reason]);
    expect(((await askFor(server, token, "/search?q=bad")) as { people: Json[] }).people).toEqual([]);
  });

  test("that is so deep that no program could walk it is refused", async () => {
    const text = `{"username":${"[".repeat(20_000)}${"]".repeat(20_000)}}`;
    expect((await send("/people", text)).status).toBe(400);
  });

  test("that is too long, of another type or not UTF-8 is refused", async () => {
    expect((await send("/people", `{"username":"${"a".repeat(300_000)}"}`)).status).toBe(413);
    expect(await refusalOf(await send("/people", "username=bad", { "Content-Type": "text/plain" }))).toEqual([
      expect.any(Number),
      "content_type_unsupported",
    ]);
    const wrong = new Uint8Array([...Buffer.from('{"username":"a'), 0xff, ...Buffer.from('"}')]);
    expect(await refusalOf(await send("/people", wrong))).toEqual([400, "body_malformed"]);
  });

  test(proves("with an unknown member names it, for every route with a body", "threat 90"), async () => {
    for (const { method, path, body, file } of API_ROUTES) {
      if (body === null || file !== null) continue;
      const filled = path.replaceAll(/:[a-z_]+/g, "unknown");
      const response = await send(filled, '{"no_such_member":1}', {}, method);
      const { error_description } = await jsonOf(response);
      expect([method, path, response.status]).toEqual([method, path, 400]);
      // Members that are missing may be named first.
      expect(String(error_description)).toMatch(/no_such_member|is missing/);
    }
  });
});

describe("an ETag", () => {
  test.each(['"999999"', "999999", 'W/"0"', '"0", "1"', '""', '"-1"', '"1e3"', "x".repeat(1000)])(
    "%p that is not that of the object is refused",
    async (tag) => {
      for (const [method, path] of [
        ["PATCH", `/people/${ada.subject}`],
        ["DELETE", `/people/${ada.subject}`],
      ] as const) {
        const response = await ask(server, token, path, {
          method,
          headers: { "If-Match": tag },
          ...(method === "PATCH" && { body: { name: "Changed" } }),
        });
        expect(await refusalOf(response)).toEqual([412, "revision_stale"]);
      }
      expect((await askFor(server, token, `/people/${ada.subject}`)).name).toBeNull();
    },
  );

  test("changes with each change of the object, and * is any", async () => {
    const person = await server.addPerson("tagged");
    const path = `/people/${person.subject}`;
    const before = (await ask(server, token, path)).headers.get("etag");
    const changed = await ask(server, token, path, {
      method: "PATCH",
      body: { name: "Tagged" },
      headers: { "If-Match": "*" },
    });
    expect(changed.headers.get("etag")).not.toBe(before);
    expect((await ask(server, token, path)).headers.get("etag")).toBe(changed.headers.get("etag"));
  });
});

describe("a method", () => {
  test("that a path does not have is 405, and the answer names those that it has", async () => {
    for (const method of ["PUT", "DELETE", "OPTIONS", "PROPFIND"]) {
      const response = await ask(server, token, "/people", { method });
      expect([method, response.status]).toEqual([method, 405]);
      expect(response.headers.get("allow")).toBe("GET, HEAD, POST");
    }
  });

  test("HEAD answers as GET, without a body", async () => {
    const response = await ask(server, token, `/people/${ada.subject}`, { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(response.headers.get("etag")).toBeString();
  });

  test("of no path is 404", async () => {
    for (const path of ["/", "/people/", "/peoples", "/people/a/b/c/d", "/PEOPLE", "/clients//secrets"])
      expect([path, (await ask(server, token, path)).status]).toEqual([path, 404]);
  });
});

test(
  proves("the session, grant or secret of another is not reached through one's own", "threat 90"),
  async () => {
    const eve = await server.addPerson("eve");
    await server.signIn(eve);
    const { items } = (await askFor(server, token, `/people/${eve.subject}/sessions`)) as { items: Json[] };
    const path = `/people/${ada.subject}/sessions/${items[0]?.id}`;
    expect((await ask(server, token, path, { method: "DELETE" })).status).toBe(404);
    const made = await askFor(server, token, "/clients", { method: "POST", body: { client_id: "own" } });
    await askFor(server, token, "/clients", { method: "POST", body: { client_id: "others" } });
    const [secret] = made.secrets as Json[];
    expect(
      (await ask(server, token, `/clients/others/secrets/${secret?.id}`, { method: "DELETE" })).status,
    ).toBe(404);
    const left = (await askFor(server, token, `/people/${eve.subject}/sessions`)) as { items: Json[] };
    expect(left.items).toHaveLength(1);
  },
);
