/** The rule for a new password: length, what an attacker tries first, and the look-up that an operator may turn on. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { createBreachedPasswords } from "../../src/accounts/breached-passwords.ts";
import {
  type CommonPasswords,
  createCommonPasswords,
  readCommonPasswords,
} from "../../src/accounts/common-passwords.ts";
import { createNewPasswords, lengthFault } from "../../src/accounts/new-password.ts";
import { createLog } from "../../src/platform/log.ts";
import { createOutbound } from "../../src/platform/outbound.ts";
import { proves } from "../support/proves.ts";

const configuration = {
  issuer: "https://auth.letterbox.example",
  appearance: { name: "Our House", accent_color: "#000000" },
  limits: { minimum_password_characters: 10, password_bytes: 1024 },
} as Parameters<typeof createNewPasswords>[0]["configuration"];
const ADA = { username: "ada.lovelace", email: "countess@engine.example" };

const common = createCommonPasswords();
const newPasswords = createNewPasswords({ configuration, common, breached: null });
const faultOf = (password: string, owner = ADA) => newPasswords.fault(password, owner);

test("a new password is measured in characters as people count them, and in bytes", () => {
  const of = (password: string) => lengthFault(configuration, password);
  expect(of("123456789")).toBe("too_short");
  expect(of("1234567890")).toBeNull();
  // Ten UTF-16 units, five characters.
  expect(of("🦊🦊🦊🦊🦊")).toBe("too_short");
  // Twenty code points before normalization, ten after.
  expect(of("e\u0301".repeat(10))).toBeNull();
  expect(of("e\u0301".repeat(9))).toBe("too_short");
  expect(of("x".repeat(1024))).toBeNull();
  expect(of("x".repeat(1025))).toBe("too_long");
});

test.each([
  "correct horse battery staple",
  "Zimt Fahrrad Montag Wolke",
  "k3v9-8xq2-m4tz",
  "adalovelace writes programs",
  "my letterbox is red",
  "sunshine83927461",
])("'%s' is a good password", async (password) => {
  expect(await faultOf(password)).toBeNull();
});

test.each([
  ["ada.lovelace", "own_username"],
  ["Ada.Lovelace2024!", "own_username"],
  ["ada.lovelaceada.lovelace", "own_username"],
  ["ＡＤＡ.lovelace 99", "own_username"],
  ["countess@engine.example", "own_email"],
  ["Countess@Engine.example1", "own_email"],
  ["countess12345", "own_email"],
  ["Our House 2024", "server_name"],
  ["OurHouse!!", "server_name"],
  ["auth.letterbox.example", "server_name"],
  ["letterbox1!", "server_name"],
  ["aaaaaaaaaa", "run"],
  ["AbababABAB", "run"],
  ["abcabcabcab", "run"],
  ["4567890123", "run"],
  ["9876543210", "run"],
  ["klmnopqrstu", "run"],
  ["password123", "common"],
  ["PassWord123", "common"],
  ["qwertyuiop", "common"],
  ["1q2w3e4r5t", "common"],
  ["sunshine2024!", "common"],
  ["sunshine1234567", "common"],
] as const)(
  proves("'%s', which an attacker tries first, is refused: %s", "threat 33"),
  async (password, fault) => {
    expect(await faultOf(password)).toBe(fault);
  },
);

test("a person without an address has none to avoid, and a name of one letter is no part of words", async () => {
  const x = { username: "x", email: null };
  expect(await newPasswords.fault("xylophone and banjo", x)).toBeNull();
  expect(await newPasswords.fault("countess83927461", x)).toBeNull();
});

describe("the list of common passwords", () => {
  test("is sorted, in lower case and without doubles, and long enough to matter", async () => {
    const entries = (await readCommonPasswords()).split("\n").filter((entry) => entry !== "");
    expect(entries.length).toBeGreaterThan(20_000);
    expect(entries).toEqual([...new Set(entries)].sort());
    expect(entries.filter((entry) => entry !== entry.normalize("NFKC").toLowerCase())).toEqual([]);
    for (const entry of ["123456", "password", "dragon", "iloveyou", "letmein"])
      expect(entries).toContain(entry);
  });

  test("has whole passwords only", async () => {
    for (const text of ["", "asswor", "qwertyuio\nasdf"])
      expect({ text, has: await common.has(text) }).toEqual({ text, has: false });
  });

  test("is asked last, and only for a password of the right length", async () => {
    const asked: string[] = [];
    const watched: CommonPasswords = {
      async has(folded) {
        asked.push(folded);
        return false;
      },
    };
    const { fault } = createNewPasswords({ configuration, common: watched, breached: null });
    for (const password of ["short", "aaaaaaaaaa", "ada.lovelace", "A Good Password"])
      await fault(password, ADA);
    expect(asked).toEqual(["a good password"]);
    await fault("A Good Password 7!", ADA);
    expect(asked.slice(1)).toEqual(["a good password 7!", "a good password"]);
  });
});

describe("a list of breached passwords", () => {
  const LEAKED = "a leaked password of mine";
  const digestOf = (password: string) => createHash("sha1").update(password).digest("hex").toUpperCase();
  let asked: { path: string; padding: string | null }[] = [];
  let answer: (digest: string) => Response;
  let list: Bun.Server<undefined>;
  let logged: string[] = [];
  beforeAll(() => {
    list = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch(request) {
        asked.push({ path: new URL(request.url).pathname, padding: request.headers.get("add-padding") });
        return answer(digestOf(LEAKED));
      },
    });
  });
  afterAll(() => list.stop(true));

  const lines = (...found: string[]) =>
    new Response(found.join("\r\n"), { headers: { "Content-Type": "text/plain" } });
  async function look(
    password: string,
    answering: typeof answer,
    rangeUrl = `http://127.0.0.1:${list.port}/range/`,
  ) {
    asked = [];
    logged = [];
    answer = answering;
    const breached = createBreachedPasswords({
      rangeUrl,
      outbound: createOutbound({ allow: ["127.0.0.1"] }),
      log: createLog({ level: "info", format: "json", write: (line) => logged.push(line) }),
    });
    return createNewPasswords({ configuration, common, breached }).fault(password, ADA);
  }
  const leaked = (digest: string) => lines("0018A45C4D1DEF81644B54AB7F969B88D65:3", `${digest.slice(5)}:42`);

  test("is asked with five digits of the digest and nothing else", async () => {
    expect(await look(LEAKED, leaked)).toBe("breached");
    expect(asked).toEqual([{ path: `/range/${digestOf(LEAKED).slice(0, 5)}`, padding: "true" }]);
    expect(logged).toEqual([]);
  });

  test("does not know others of the same range, nor the lines that only fill it up", async () => {
    expect(await look("another good password", leaked)).toBeNull();
    expect(await look(LEAKED, (digest) => lines(`${digest.slice(5)}:0`))).toBeNull();
    expect(await look(LEAKED, () => lines(""))).toBeNull();
  });

  test("is not asked for a password that is refused anyway", async () => {
    expect(await look("password123", leaked)).toBe("common");
    expect(asked).toEqual([]);
  });

  test.each([
    ["fails", () => new Response("down", { status: 503 })],
    ["answers with a page", () => new Response("<p>", { headers: { "Content-Type": "text/html" } })],
    ["answers without end", () => lines("x".repeat(2_000_000))],
  ])("that %s lets the password pass, and the log says so", async (_, answering) => {
    expect(await look(LEAKED, answering)).toBeNull();
    expect(logged).toHaveLength(1);
    expect(JSON.parse(logged[0] ?? "{}")).toMatchObject({
      level: "warn",
      setting: "passwords.breached_range_url",
    });
    expect(logged[0]).not.toContain(digestOf(LEAKED).slice(0, 5));
  });

  test("that cannot be reached lets the password pass", async () => {
    const gone = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
    const { port } = gone;
    await gone.stop(true);
    expect(await look(LEAKED, leaked, `http://127.0.0.1:${port}`)).toBeNull();
    expect(logged).toHaveLength(1);
  });
});
