/** RFC 7009. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { StoreUnavailable } from "../../src/store/contract.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";

import { withOtherEnding } from "../support/changed.ts";
import {
  codeFor,
  deviceTokensFor,
  expectRefusal,
  expectTokens,
  introspectAs,
  isActive,
  postAs,
  redeemCode,
  refresh,
  serviceToken,
  textOf,
  tokensFor,
} from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { basic, SECRET, startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let person: AccountRecord;
beforeAll(async () => {
  server = await startTestServer();
  server.clock.freeze();
  person = await server.addPerson("ada");
});
afterAll(() => server.close());

const revoke = (token: string, clientId = "web", more: Record<string, string> = {}) =>
  postAs(server, clientId, "/auth/revoke", { token, ...more });

async function expectDone(response: Response): Promise<void> {
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(response.headers.get("cache-control")).toBe("no-store");
  // Some clients parse the body of a success, and fail on an empty one.
  expect(await response.text()).toBe("{}");
}

describe("revocation", () => {
  test(
    proves(
      "of a refresh token ends it and every access token of its grant (§2.1)",
      "RFC 7009 2-1",
      "RFC 7009 2.1-3",
    ),
    async () => {
      const tokens = await tokensFor(server, person);
      const second = await expectTokens(await refresh(server, textOf(tokens, "refresh_token")));
      await expectDone(await revoke(textOf(second, "refresh_token")));
      for (const body of [tokens, second])
        expect(await isActive(server, textOf(body, "access_token"))).toBe(false);
      await expectRefusal(await refresh(server, textOf(second, "refresh_token")), 400, "invalid_grant");
    },
  );

  test("of a refresh token that was rotated since ends the grant as well", async () => {
    const tokens = await tokensFor(server, person);
    const second = await expectTokens(await refresh(server, textOf(tokens, "refresh_token")));
    await expectDone(await revoke(textOf(tokens, "refresh_token")));
    expect(await isActive(server, textOf(second, "access_token"))).toBe(false);
    await expectRefusal(await refresh(server, textOf(second, "refresh_token")), 400, "invalid_grant");
  });

  test(
    proves("of an access token ends that one only; the refresh token goes on", "RFC 7009 2-2"),
    async () => {
      const tokens = await tokensFor(server, person);
      const second = await expectTokens(await refresh(server, textOf(tokens, "refresh_token")));
      await expectDone(await revoke(textOf(tokens, "access_token")));
      expect(await isActive(server, textOf(tokens, "access_token"))).toBe(false);
      expect(await isActive(server, textOf(second, "access_token"))).toBe(true);
      await expectTokens(await refresh(server, textOf(second, "refresh_token")));
    },
  );

  test("of a client's own token ends it", async () => {
    const token = await serviceToken(server);
    await expectDone(await revoke(token, "service"));
    expect((await introspectAs(server, "service", token)).active).toBe(false);
  });

  test("is for public clients too, by client_id", async () => {
    const tokens = await deviceTokensFor(server, person);
    await expectDone(await revoke(textOf(tokens, "refresh_token"), "television"));
    expect((await introspectAs(server, "mail-server", textOf(tokens, "access_token"))).active).toBe(false);
  });

  test(
    proves("does not need the hint, and a wrong or unknown one does no harm (§2.2)", "RFC 7009 2.1-2"),
    async () => {
      for (const token_type_hint of ["access_token", "refresh_token", "nonsense", ""]) {
        const tokens = await tokensFor(server, person);
        await expectDone(await revoke(textOf(tokens, "refresh_token"), "web", { token_type_hint }));
        expect(await isActive(server, textOf(tokens, "access_token"))).toBe(false);
      }
    },
  );

  test("of what does not exist is a success all the same (§2.2)", async () => {
    const tokens = await tokensFor(server, person);
    for (const text of [
      "x",
      "45ghiukldjahdnhzdauz",
      "tat_",
      `tat_${"A".repeat(64)}`,
      `trt_${"A".repeat(64)}`,
      withOtherEnding(textOf(tokens, "refresh_token")),
      withOtherEnding(textOf(tokens, "access_token")),
      "é",
    ]) {
      await expectDone(await revoke(text));
    }
    expect(await isActive(server, textOf(tokens, "access_token"))).toBe(true);
    expect(await isActive(server, textOf(tokens, "refresh_token"))).toBe(true);
  });

  test("may be repeated", async () => {
    const tokens = await tokensFor(server, person);
    for (const name of ["refresh_token", "access_token"]) {
      await expectDone(await revoke(textOf(tokens, name)));
      await expectDone(await revoke(textOf(tokens, name)));
    }
  });

  test("of another client's token is refused, and the token lives (§2.1)", async () => {
    const tokens = await tokensFor(server, person);
    for (const name of ["access_token", "refresh_token"]) {
      for (const other of ["service", "spa"]) {
        await expectRefusal(await revoke(textOf(tokens, name), other), 400, "unauthorized_client");
      }
    }
    expect(await isActive(server, textOf(tokens, "access_token"))).toBe(true);
    expect(await isActive(server, textOf(tokens, "refresh_token"))).toBe(true);
  });

  test("of a code or a device code does nothing: they are no tokens (threat class 13)", async () => {
    const code = await codeFor(server, person);
    await expectDone(await revoke(code));
    await expectTokens(await redeemCode(server, code));
  });

  test(proves("needs a token", "RFC 7009 2.1-1"), async () => {
    for (const form of [{}, { token: "" }, { token_type_hint: "access_token" }]) {
      const body = await expectRefusal(
        await postAs(server, "web", "/auth/revoke", form),
        400,
        "invalid_request",
      );
      expect(body.error_description).toContain("'token'");
    }
  });

  test("needs a client that proves who it is", async () => {
    const tokens = await tokensFor(server, person);
    const token = textOf(tokens, "refresh_token");
    await expectRefusal(await server.post("/auth/revoke", { token }), 401, "invalid_client");
    await expectRefusal(
      await server.post("/auth/revoke", { token, client_id: "web" }),
      401,
      "invalid_client",
    );
    const response = await server.post("/auth/revoke", { token }, basic("web", "wrong"));
    expect(response.headers.get("www-authenticate")).toStartWith("Basic ");
    await expectRefusal(response, 401, "invalid_client");
    await expectRefusal(
      await server.post("/auth/revoke", { token, client_secret: SECRET }, basic("web", SECRET)),
      400,
      "invalid_request",
    );
    expect(await isActive(server, token)).toBe(true);
  });

  test(
    proves(
      "that cannot be stored is no success (threat class 38): 503 with Retry-After, and nothing is lost",
      "threat 38",
    ),
    async () => {
      const tokens = await tokensFor(server, person);
      const { store } = server.context;
      const original = store.commit;
      store.commit = () => Promise.reject(new StoreUnavailable("the disk is full"));
      try {
        const response = await revoke(textOf(tokens, "refresh_token"));
        expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
        const body = await expectRefusal(response, 503, "temporarily_unavailable");
        expect(JSON.stringify(body)).not.toContain("disk");
      } finally {
        store.commit = original;
      }
      expect(await isActive(server, textOf(tokens, "access_token"))).toBe(true);
      await expectDone(await revoke(textOf(tokens, "refresh_token")));
    },
  );
});
