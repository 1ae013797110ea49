/** Threat class 47: a credential that names its own algorithm is no proof, nor is one that cannot be verified. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { sqliteEngine } from "../store/fixtures/databases.ts";
import { openBrowser, PASSWORD } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer } from "../support/server.ts";
import type { Door } from "./13-doors.ts";
import { startWithSecrets } from "./13-secrets.ts";
import { type EngineServer, startOn } from "./engines.ts";

let server: EngineServer;
let doors: readonly Door[] = [];
beforeAll(async () => {
  ({ server, doors } = await startWithSecrets((overrides) => startOn(sqliteEngine, overrides)));
});
afterAll(() => server.close());

describe("what fails, fails closed", () => {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const CLAIMS = {
    iss: "web",
    sub: "web",
    aud: "https://auth.example",
    exp: 9_999_999_999,
    scope: "profile",
  };
  const jwt = (header: object, key: string | null): string => {
    const signed = `${encode(header)}.${encode(CLAIMS)}`;
    return `${signed}.${key === null ? "" : createHmac("sha256", key).update(signed).digest("base64url")}`;
  };
  const JWTS: readonly (readonly [string, string])[] = [
    ["of no algorithm", jwt({ alg: "none", typ: "at+jwt" }, null)],
    ["of no algorithm in other case", jwt({ alg: "nOnE" }, null)],
    ["with a MAC under nothing", jwt({ alg: "HS256" }, "")],
    ["with a MAC under a client's name", jwt({ alg: "HS256", kid: "web" }, "web")],
    ["of an algorithm that nobody knows", jwt({ alg: "XX999" }, "x")],
    ["with a critical header that nobody knows", jwt({ alg: "HS256", crit: ["x"], x: 1 }, "x")],
    ["that brings its own key", jwt({ alg: "HS256", jwk: { kty: "oct", k: "eA" } }, "x")],
    ["that names a place for keys", jwt({ alg: "HS256", jku: "https://evil.example/jwks" }, "x")],
    ["with a key name that is a path", jwt({ alg: "HS256", kid: "../../dev/null" }, "")],
    ["that says it is compressed", jwt({ alg: "dir", enc: "A256GCM", zip: "DEF" }, "x")],
    ["that asks for work", jwt({ alg: "PBES2-HS512+A256KW", p2c: 2_000_000_000 }, "x")],
  ];
  test.each(JWTS)(proves("a JWT %s is nothing at any door", "threat 47"), async (_, text) => {
    const before = await server.rows();
    for (const door of doors) {
      if (door.slow || door.counts) continue;
      const { status } = await door.send(text);
      expect({ door: door.name, status }).toEqual({ door: door.name, status: door.status });
    }
    expect(await server.rows()).toEqual(before);
  });

  test.each([
    "",
    PASSWORD,
    `$plain$${PASSWORD}`,
    "$argon2id$",
    "$argon2id$v=19$m=19456,t=2,p=1$$",
    "$argon2id$v=19$m=0,t=0,p=0$c2FsdA$aGFzaA",
    "$argon2x$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaA",
    "$md5$x",
    "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
    "{SSHA}x",
  ])(
    proves("a password hash %j, which nobody can check, lets nobody in", "threat 47"),
    async (passwordHash) => {
      const other = await startTestServer();
      try {
        await other.addPerson("ada", { passwordHash });
        const browser = openBrowser(other);
        for (const password of [PASSWORD, passwordHash]) {
          const { status } = await browser.signIn("ada", password);
          expect([422, 500]).toContain(status);
        }
        expect((await browser.get("/account")).status).toBe(303);
      } finally {
        await other.close();
      }
    },
  );
});
