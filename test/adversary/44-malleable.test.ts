/** Threat class 44: a secret with a changed, missing or additional character does not work. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { sqliteEngine } from "../store/fixtures/databases.ts";
import { proves } from "../support/proves.ts";
import type { Door, Kind } from "./13-doors.ts";
import { type Pair, startWithSecrets } from "./13-secrets.ts";
import { type EngineServer, startOn } from "./engines.ts";

let server: EngineServer;
let doors: readonly Door[] = [];
let secrets: ReadonlyMap<Kind, Pair> = new Map();
beforeAll(async () => {
  ({ server, doors, secrets } = await startWithSecrets((overrides) => startOn(sqliteEngine, overrides)));
});
afterAll(() => server.close());

/** The endpoint for each kind, and the status for a valid secret there. */
const OWN_DOORS: readonly (readonly [Kind, string, number])[] = [
  ["access token", "userinfo: access_token in a form", 200],
  ["refresh token", "token endpoint: refresh_token", 200],
  ["authorization code", "token endpoint: code", 200],
  ["device code", "token endpoint: device_code", 400],
  ["auth_req_id", "token endpoint: auth_req_id", 400],
  ["client secret", "/auth/revoke: client_secret", 200],
  ["initial access token", "registration: bearer", 201],
  ["session", "/account: the session's cookie", 200],
  ["setup link", "/setup: token in the address", 200],
  ["sealed request", "/consent: request", 303],
  ["form token", "/logout: form_token", 303],
];

/** Whitespace around a header's or a cookie's value is not part of it (RFC 9110 §5.5, RFC 6265 §5.2). */
const IN_HEADERS: readonly Kind[] = ["initial access token", "session"];

/** Texts that differ slightly from this one. */
function nearly(text: string, kind: Kind): string[] {
  const texts = new Set<string>();
  // In a long text, steps that still hit each part.
  const step = text.length > 100 ? 9 : 1;
  for (let at = 0; at < text.length; at += step) {
    const start = text.slice(0, at);
    const character = text.charAt(at);
    const end = text.slice(at + 1);
    for (const other of ["A", "_", "=", character.toUpperCase(), character.toLowerCase()]) {
      texts.add(start + other + end);
    }
    texts.add(start + end);
    texts.add(start + character + character + end);
    texts.add(start);
    texts.add(text.slice(at + 1));
  }
  for (const added of ["A", "=", "==", ".", "-", "\u0000", "%00", "é", text]) {
    texts.add(text + added);
    texts.add(added + text);
  }
  if (!IN_HEADERS.includes(kind))
    for (const added of [" ", "\n", "\t"]) texts.add(text + added).add(added + text);
  // base64 instead of base64url, and double encodings.
  texts.add(text.replaceAll("-", "+").replaceAll("_", "/"));
  texts.add(encodeURIComponent(encodeURIComponent(text)).replaceAll("_", "%5F"));
  texts.add(text.replace(/^t[a-z]{2}_/, ""));
  texts.add(Buffer.from(text).toString("base64url"));
  texts.delete(text);
  texts.delete("");
  return [...texts];
}

describe.each(OWN_DOORS)("the %s", (kind, name, status) => {
  test(
    proves("is dead with any character of it changed, cut off or added, and good as it was", "threat 44"),
    async () => {
      const door = doors.find((known) => known.name === name);
      const { genuine } = secrets.get(kind) ?? { genuine: "" };
      if (door === undefined) throw new Error(`There is no door ${name}.`);
      const answer = async (text: string) => {
        const response = await door.send(text);
        return `${response.status} ${response.headers.get("location") ?? ""} ${await response.text()}`;
      };
      const before = await server.rows();
      const taken: string[] = [];
      for (const text of nearly(genuine, kind)) {
        // These headers cannot be sent at all.
        if (IN_HEADERS.includes(kind) && /[^\x20-\x7e]/.test(text)) continue;
        const told = await answer(text);
        const isRefused = [door.status, 400, 403].includes(Number(told.slice(0, 3)));
        if (!isRefused || told.includes("authorization_pending") || told.includes("code=")) taken.push(text);
      }
      expect(taken).toEqual([]);
      expect(await server.rows()).toEqual(before);
      expect((await door.send(genuine)).status).toBe(status);
    },
  );
});
