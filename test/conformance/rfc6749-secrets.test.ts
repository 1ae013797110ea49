/** The requirements of RFC 6749 for secrets: how hard they are to guess, how long they are, and how they are stored. */

import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { openSqliteStore } from "../store/acts.ts";

import { obtainCode } from "../support/code-flow.ts";
import {
  codeFor,
  expectTokens,
  type Json,
  jsonOf,
  redeemCode,
  refresh,
  serviceToken,
  textOf,
} from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let person: AccountRecord;
beforeAll(async () => {
  server = await startTestServer({ limits: { registrations_per_address: 1000 } });
  person = await server.addPerson("ada");
});
afterAll(() => server.close());

async function registered(): Promise<Json> {
  const response = await server.fetch("/auth/register", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ redirect_uris: ["https://client.example/cb"] }),
  });
  expect(response.status).toBe(201);
  return jsonOf(response);
}

describe("what is handed out", () => {
  /** The 32 bytes of the secret in a credential. */
  const secretOf = (text: string) => Buffer.from(text.slice(4), "base64url").subarray(16);
  const SAMPLES = 64;
  /** The number of bits that are the same in all samples. A random bit is the same once in 2^63. */
  function fixedBits(texts: readonly string[]): number {
    const secrets = texts.map(secretOf);
    for (const secret of secrets) expect(secret.length).toBe(32);
    let fixed = 0;
    for (let bit = 0; bit < 256; bit += 1) {
      const values = new Set(secrets.map((secret) => ((secret[bit >> 3] ?? 0) >> (bit & 7)) & 1));
      if (values.size === 1) fixed += 1;
    }
    return fixed;
  }

  test(
    proves(
      "has 256 bits that nobody can guess",
      "RFC 6749 10.10-1",
      "RFC 6749 10.10-2",
      "RFC 6749 10.10-3",
      "RFC 6749 2.3.1-6",
      "RFC 6749 10.3-3",
      "RFC 6749 10.4-6",
      "RFC 6750 5.2-1",
    ),
    async () => {
      const codes: string[] = [];
      const accessTokens: string[] = [];
      const refreshTokens: string[] = [];
      const successors: string[] = [];
      const clientSecrets: string[] = [];
      for (let sample = 0; sample < SAMPLES; sample += 1) {
        const code = await codeFor(server, person);
        const body = await expectTokens(await redeemCode(server, code));
        const refreshed = await expectTokens(await refresh(server, textOf(body, "refresh_token")));
        codes.push(code);
        accessTokens.push(textOf(body, "access_token"));
        refreshTokens.push(textOf(body, "refresh_token"));
        successors.push(textOf(refreshed, "refresh_token"));
        clientSecrets.push(textOf(await registered(), "client_secret"));
      }
      for (const texts of [codes, accessTokens, refreshTokens, successors, clientSecrets]) {
        expect(fixedBits(texts)).toBe(0);
      }
    },
  );

  test(
    proves(
      "has the sizes that the guide tells",
      "RFC 6749 2.2-2",
      "RFC 6749 4.1.2-7",
      "RFC 6749 5.1-7",
      "RFC 6749 3.3-3",
    ),
    async () => {
      const code = await obtainCode(server, await server.signIn(person), { prompt: "consent" });
      const tokens = await expectTokens(await redeemCode(server, code));
      const client = await registered();
      const texts = [code, tokens.access_token, tokens.refresh_token, client.client_secret];
      expect(texts.map((text) => String(text).length)).toEqual([68, 68, 68, 68]);
      expect(textOf(client, "client_id").length).toBe(25);
      const guide = readFileSync(join(import.meta.dir, "../../docs/code-flow.md"), "utf8").replaceAll(
        /\s+/g,
        " ",
      );
      expect(guide).toContain(
        "Codes, opaque tokens and generated secrets are 68 characters long, the identifiers of clients that register themselves 25; those that you choose have 200 at most.",
      );
      expect(guide).toContain("Without `scope`, a request is for the client's default scopes.");
    },
  );

  test(
    proves(
      "is nowhere in the database, but for its digest",
      "RFC 6749 10.3-1",
      "RFC 6749 10.4-1",
      "RFC 9700 4.9.3-3",
    ),
    async () => {
      const directory = await mkdtemp(join(tmpdir(), "tessera-at-rest-"));
      const store = await openSqliteStore({ file: join(directory, "tessera.db") });
      const own = await startTestServer({}, { opened: { store, close: () => store.close() } });
      try {
        const account = await own.addPerson("ada");
        const code = await codeFor(own, account);
        const tokens = await expectTokens(await redeemCode(own, code));
        const refreshed = await expectTokens(await refresh(own, textOf(tokens, "refresh_token")));
        const texts = [
          code,
          textOf(tokens, "access_token"),
          textOf(tokens, "refresh_token"),
          textOf(refreshed, "refresh_token"),
          await serviceToken(own),
        ];
        const stored = Buffer.concat(
          readdirSync(directory).map((name) => readFileSync(join(directory, name))),
        );
        for (const text of texts) {
          const secret = secretOf(text);
          expect(stored.includes(text.slice(4))).toBe(false);
          expect(stored.includes(text.slice(-40))).toBe(false);
          expect(stored.includes(secret)).toBe(false);
          expect(stored.includes(new Bun.CryptoHasher("sha256").update(secret).digest())).toBe(true);
        }
        const rows = new Database(join(directory, "tessera.db"), { readonly: true });
        expect(rows.query("SELECT count(*) AS count FROM access_tokens").get()).toEqual({ count: 3 });
        rows.close();
      } finally {
        await own.close();
        await rm(directory, { recursive: true });
      }
    },
  );
});
