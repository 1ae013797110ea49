/**
 * Threat classes 16 and 34: no status, text, header or size reveals which people, clients and tokens exist.
 * 34-timing.test.ts covers the time.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { AccountRecord } from "../../src/store/tables/people.ts";

import { type PostgresServer, startPostgres } from "../store/postgres/server.ts";
import { openTemporary } from "../store/sqlite/temporary.ts";
import type { OpenedStore } from "../store/suite.ts";
import { authorizePath } from "../support/code-flow.ts";
import { bodyOf, headersOf } from "../support/expect.ts";
import { codeFor, redeemCode, refresh, requestToken, startDevice, textOf } from "../support/flows.ts";
import { openBrowser } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import type { TestServer } from "../support/server.ts";
import { DEVICE_GRANT } from "../support/token-requests.ts";
import {
  failedClients,
  failedSignIns,
  forge,
  forgottenPasswords,
  type Guessing,
  introspecting,
  kindsOf,
  mailedCodes,
  revoking,
  type Send,
  startGuessing,
  wishedAccounts,
} from "./enumeration.ts";

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

describe("on SQLite", () => answers(openTemporary));
describe("on PostgreSQL", () => answers(() => postgres.openStore()));

/** The content of an answer, without the random tokens of forms. */
async function toldBy(send: Send): Promise<string> {
  const response = await send();
  const headers = headersOf(response)
    .filter(([name]) => name !== "set-cookie" && name !== "date")
    .map((header) => header.join(": "))
    .sort();
  const cookies = response.headers.getSetCookie().map((cookie) => cookie.replace(/tss_[\w-]{64}/, "tss_…"));
  const body = await bodyOf(response);
  const words = body
    .replace(/value="[0-9a-z]+\.[\w-]{43}"/g, "")
    .replace(/data-challenge="[\w-]{72}"/g, "")
    .replace(/name="asked" value="[^"]+"/g, "")
    .replaceAll(/\b(alice|nobod|gone0|empty|p\d{4}|[an](?:@|%40)b\.c)\b/g, "…");
  return [response.status, ...headers, ...cookies, Buffer.byteLength(words), words].join("\n");
}

async function expectAlike(kinds: Readonly<Record<string, Send>>): Promise<void> {
  const [[, first] = ["", null], ...others] = Object.entries(kinds);
  if (first === null) throw new Error("There is nothing to compare.");
  const expected = await toldBy(first);
  expect(others.length).toBeGreaterThan(0);
  for (const [name, send] of others) expect(`${name}:\n${await toldBy(send)}`).toBe(`${name}:\n${expected}`);
}

function answers(open: () => Promise<OpenedStore>): void {
  let guessing: Guessing;
  let server: TestServer;
  let person: AccountRecord;
  beforeAll(async () => {
    guessing = await startGuessing(await open());
    ({ server, person } = guessing);
  });
  afterAll(() => server.close());

  const introspect = (token: string) => introspecting(guessing)(token);
  const giveBack = (token: string) => revoking(guessing)(token);
  const askWho = (token: string) =>
    server.fetch("/auth/userinfo", { headers: { Authorization: `Bearer ${token}` } });
  const asRefreshTokens = (texts: object) =>
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [`${name} refresh token`, String(text)]));
  const everyToken = () => ({
    ...guessing.tokens,
    text: "x".repeat(68),
    ...asRefreshTokens(guessing.refreshTokens),
  });

  describe("the answer", () => {
    test(proves("to a sign-in that fails is the same for whoever it names", "threat 34"), async () => {
      await expectAlike(await failedSignIns(guessing));
    });

    test(proves("to a forgotten password is the same for every name", "threat 34", "threat 84"), async () => {
      const { "a person": person, ...others } = await forgottenPasswords(guessing);
      if (person === undefined) throw new Error("There is nothing to compare.");
      for (let count = 0; count < 6; count += 1) await others["a person who asks often"]?.();
      await expectAlike({ "a person": person, ...others });
    });

    test(proves("to a code by mail is the same for every name", "threat 34", "threat 84"), async () => {
      const {
        "an e-mail address": known,
        "an unknown address": unknown,
        ...names
      } = await mailedCodes(guessing);
      if (known === undefined || unknown === undefined) throw new Error("There is nothing to compare.");
      // After five requests no more codes are made.
      for (let count = 0; count < 3; count += 1) {
        await expectAlike({ known, unknown });
        await expectAlike(names);
      }
    });

    test(
      proves("to a wish for an account is the same for addresses that are taken", "threat 34", "threat 84"),
      async () => {
        await expectAlike(await wishedAccounts(guessing));
      },
    );

    test.each([
      ["/auth/token", { grant_type: "client_credentials" }],
      ["/auth/introspect", { token: "x" }],
      ["/auth/revoke", { token: "x" }],
      ["/auth/device", { scope: "mail.read" }],
    ])(
      proves("at %s to a client that fails is the same for unknown, disabled and wrong", "threat 34"),
      async (path, form) => {
        for (const how of ["header", "body"] as const)
          await expectAlike(failedClients(guessing, path, form, how));
      },
    );

    test("to a client that leaves out its secret is that to an unknown one", async () => {
      const form = { grant_type: "refresh_token", refresh_token: "x" };
      const kinds = kindsOf({ known: "web", unknown: "wex", disabled: "gon" }, (client_id) =>
        server.post("/auth/token", { ...form, client_id }),
      );
      await expectAlike(kinds);
    });

    test(
      proves(
        "at introspection is the same for every token that is not active or not for the caller",
        "threat 16",
        "threat 34",
      ),
      async () => {
        expect((await toldBy(() => introspect(guessing.tokens.unknown))).endsWith('\n{"active":false}')).toBe(
          true,
        );
        await expectAlike(kindsOf(everyToken(), introspect));
      },
    );

    test(proves("at userinfo is the same for every token that is not good there", "threat 34"), async () => {
      await expectAlike(kindsOf(everyToken(), askWho));
    });

    test(proves("at revocation is the same for every token that is not alive", "threat 34"), async () => {
      const { foreign: _, ...own } = guessing.tokens;
      const { foreign: __, ...ownRefresh } = guessing.refreshTokens;
      const named = Object.entries(ownRefresh).map(([name, text]) => [`${name} refresh token`, text]);
      await expectAlike(kindsOf({ ...own, text: "x", ...Object.fromEntries(named) }, giveBack));
    });

    test("at revocation is a refusal for every token of another client (RFC 7009 §2.1), which tells nothing else", async () => {
      expect(await toldBy(() => giveBack(guessing.tokens.foreign))).toStartWith("400\n");
      await expectAlike(
        kindsOf({ access: guessing.tokens.foreign, refresh: guessing.refreshTokens.foreign }, giveBack),
      );
    });

    test(
      proves(
        "at the token endpoint is the same for unknown, forged and foreign codes and tokens",
        "threat 34",
      ),
      async () => {
        const code = await codeFor(server, person);
        const codes = { unknown: `tac_${"A".repeat(64)}`, forged: forge(code), text: "x", foreign: "" };
        codes.foreign = await codeFor(server, person, {
          client_id: "spa",
          redirect_uri: "https://spa.example/",
        });
        await expectAlike(kindsOf(codes, (each) => redeemCode(server, each)));

        await expectAlike(kindsOf(guessing.refreshTokens, (token) => refresh(server, token)));

        const device = textOf(await startDevice(server), "device_code");
        const other = textOf(await startDevice(server, {}, "native"), "device_code");
        const devices = {
          unknown: `tdc_${"A".repeat(64)}`,
          forged: forge(device),
          text: "x",
          foreign: other,
        };
        await expectAlike(
          kindsOf(devices, (device_code) =>
            requestToken(server, "television", { grant_type: DEVICE_GRANT, device_code }),
          ),
        );
      },
    );

    test(
      proves("at the authorization endpoint is the same for unknown and disabled clients", "threat 34"),
      async () => {
        await expectAlike(
          kindsOf({ unknown: "nob", disabled: "gon" }, async (client_id) => {
            const response = await server.fetch(authorizePath({ client_id }));
            // The page shows the developer what was sent.
            const page = (await response.text()).replaceAll(`<code>${client_id}</code>`, "<code>…</code>");
            return new Response(page, response);
          }),
        );
      },
    );

    test(
      proves(
        "to the code of a device is the same for unknown and expired ones, and those that another person answered",
        "threat 26",
        "threat 34",
      ),
      async () => {
        const cookie = await server.signIn(person);
        const expired = textOf(await startDevice(server), "user_code");
        server.clock.advance(900);
        const answered = await startDevice(server);
        const headers = { Cookie: cookie };
        // The person who answered sees the answer again.
        const browser = openBrowser(server);
        browser.cookie = await server.signIn(await server.addPerson("another"));
        const path = `/device?user_code=${textOf(answered, "user_code")}`;
        expect((await browser.submit(path, { decision: "deny" }, "/device")).status).toBe(200);
        const codes = { unknown: "BBBB-BBBB", answered: textOf(answered, "user_code"), expired };
        const told = await Promise.all(
          Object.values(codes).map(async (code) => {
            const text = await toldBy(() => server.fetch(`/device?user_code=${code}`, { headers }));
            return text.replaceAll(code, "…");
          }),
        );
        expect(told[0]).toStartWith("422\n");
        expect(new Set(told).size).toBe(1);
      },
    );
  });
}
