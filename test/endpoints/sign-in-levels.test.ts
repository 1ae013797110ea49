/** Levels of sign-in that a client, a scope or a group demands: at every use of access, and as RFC 9470 tells programs. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { decodeJwt } from "jose";
import { createGroup } from "../../src/operations/groups.ts";
import { findWaysIn } from "../../src/operations/second-factor.ts";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { authorizePath, redirectOf } from "../support/code-flow.ts";
import {
  codeFor,
  deviceTokensFor,
  expectRefusal,
  expectTokens,
  introspectAs,
  jsonOf,
  redeemCode,
  refresh,
  textOf,
  tokensFor,
} from "../support/flows.ts";
import { addPersonWithPassword } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { addAppBehind } from "../support/second-factor.ts";
import { startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

let server: TestServer;
let ada: AccountRecord;

const start = async (settings: Parameters<typeof startTestServer>[0] = {}) => {
  server = await startTestServer(settings);
  ada = await addPersonWithPassword(server, "ada");
};
beforeEach(() => start());
afterEach(() => server.close());

/** The operator demands a second factor for a client from now on. */
const demand = async (clientId: string, minimumAcr: "1" | "2" | null = "2") => {
  const client = await server.context.store.findClient(clientId as ClientId);
  if (client === null) throw new Error("There is no such client.");
  await server.context.store.putClient({ ...client, minimumAcr });
};
const userinfo = (token: string) =>
  server.fetch("/auth/userinfo", { headers: { Authorization: `Bearer ${token}` } });

describe("access that was given with one proof, where two are demanded by now", () => {
  test(
    proves(
      "ends at introspection and userinfo, refresh and redemption, and comes back with the demand",
      "threat 83",
    ),
    async () => {
      const tokens = await tokensFor(server, ada, { scope: "openid offline_access mail.read" });
      const [token, refreshToken] = [textOf(tokens, "access_token"), textOf(tokens, "refresh_token")];
      const code = await codeFor(server, ada, { scope: "openid mail.read" });
      expect(await introspectAs(server, "web", token)).toMatchObject({ active: true, acr: "1" });
      await demand("web");
      expect(await introspectAs(server, "web", token)).toEqual({ active: false });
      expect(await introspectAs(server, "web", refreshToken)).toEqual({ active: false });
      for (const refused of [await refresh(server, refreshToken), await redeemCode(server, code)]) {
        const body = await expectRefusal(refused, 400, "invalid_grant");
        expect(body.error_description).toContain("second factor");
        expect(body.error_uri).toContain("#sign_in_too_weak");
      }
      await demand("web", null);
      await expectTokens(await refresh(server, refreshToken));
    },
  );

  test(proves("userinfo answers with the challenge of RFC 9470", "RFC 9470 3-1"), async () => {
    const tokens = await tokensFor(server, ada, { scope: "openid" });
    await demand("web");
    const answer = await userinfo(textOf(tokens, "access_token"));
    expect(answer.status).toBe(401);
    expect((await jsonOf(answer)).error).toBe("insufficient_user_authentication");
    const challenge = answer.headers.get("www-authenticate") ?? "";
    expect(challenge).toStartWith("Bearer ");
    expect(challenge).toContain('error="insufficient_user_authentication"');
    expect(challenge).toContain('acr_values="2"');
    // A token that is dead or for other things is told apart from one that is too weak.
    expect((await jsonOf(await userinfo("tat_unknown"))).error).toBe("invalid_token");
  });

  test(proves("a device is connected by no weaker sign-in", "threat 83"), async () => {
    const tokens = await deviceTokensFor(server, ada);
    expect(tokens.access_token).toBeString();
    await demand("television");
    await expect(deviceTokensFor(server, ada)).rejects.toThrow("needs a second factor");
  });

  test("default_acr_values count for requests that ask for no level themselves", async () => {
    const client = await server.context.store.findClient("web" as ClientId);
    if (client === null) throw new Error("There is no such client.");
    await server.context.store.putClient({ ...client, defaultAcrValues: ["2"] });
    const cookie = await server.signIn(ada);
    await addAppBehind(server, ada.subject);
    const isAsked = async (changes: Record<string, string>) => {
      const path = authorizePath({ scope: "openid", ...changes });
      const answer = await server.fetch(path, { headers: { Cookie: cookie } });
      return (answer.headers.get("location") ?? "").includes("step_up=1");
    };
    expect(await isAsked({})).toBe(true);
    expect(await isAsked({ claims: JSON.stringify({ id_token: { acr: null } }) })).toBe(true);
    expect(await isAsked({ acr_values: "1" })).toBe(false);
    expect(await isAsked({ acr_values: "urn:unknown" })).toBe(false);
    expect(await isAsked({ claims: JSON.stringify({ id_token: { acr: { value: "1" } } }) })).toBe(false);
  });

  test("a scope demands it wherever it is used", async () => {
    await server.close();
    const scopes = (TEST_CONFIGURATION.scopes ?? []).map((scope) =>
      typeof scope === "object" && scope.name === "mail.send"
        ? { ...scope, minimum_acr: "2" as const }
        : scope,
    );
    await start({ scopes });
    const cookie = await server.signIn(ada);
    const ask = (scope: string) => server.fetch(authorizePath({ scope }), { headers: { Cookie: cookie } });
    expect((await ask("mail.read")).status).toBe(200);
    expect((await ask("mail.read mail.send")).headers.get("location")).toContain("step_up=1");
    const token = textOf(
      await tokensFor(server, ada, { scope: "mail.read mail.send" }).catch(() => ({ access_token: "none" })),
      "access_token",
    );
    expect(token).toBe("none");
  });

  test(
    proves(
      "a group demands it of its members alone, and not of those who may not use the client anyway",
      "threat 83",
    ),
    async () => {
      await server.close();
      await start({ sign_in: { second_factor_for: ["staff"] } });
      await createGroup(server.context, SERVER_ACT, "staff", null, 1);
      const bob = await addPersonWithPassword(server, "bob");
      const ofBob = textOf(await tokensFor(server, bob, { scope: "openid" }), "access_token");
      const ofAda = textOf(await tokensFor(server, ada, { scope: "openid" }), "access_token");
      await server.context.store.changeAccount(ada.subject, { joins: ["staff"] });
      expect((await userinfo(ofBob)).status).toBe(200);
      expect((await jsonOf(await userinfo(ofAda))).error).toBe("insufficient_user_authentication");
      const client = await server.context.store.findClient("web" as ClientId);
      if (client === null) throw new Error("There is no client.");
      await server.context.store.putClient({ ...client, deniedGroups: ["staff"] });
      expect((await jsonOf(await userinfo(ofAda))).error).toBe("invalid_token");
    },
  );
});

describe("tokens tell how and when the person signed in", () => {
  test(proves("introspection: acr and auth_time (RFC 9470 §6.2)", "RFC 9470 6.2-1"), async () => {
    const before = server.clock.seconds();
    const token = textOf(await tokensFor(server, ada), "access_token");
    const shown = await introspectAs(server, "mail-server", token);
    expect(shown.acr).toBe("1");
    expect(shown.auth_time).toBeNumber();
    expect(Number(shown.auth_time)).toBeGreaterThanOrEqual(before);
  });

  test(proves("a JWT: acr, amr and auth_time (RFC 9068 §2.2.1)", "RFC 9470 6.1-1"), async () => {
    await server.close();
    await start({
      resources: [
        {
          identifier: "https://mail.example/",
          name: "Mail",
          scopes: ["mail.read", "mail.send"],
          access_token_format: "jwt",
        },
        { identifier: "https://files.example/api", name: "Files", scopes: ["files"] },
      ],
    });
    const response = await redeemCode(server, await codeFor(server, ada));
    const claims = decodeJwt(textOf(await jsonOf(response), "access_token"));
    expect(claims).toMatchObject({ acr: "1", amr: ["pwd"] });
    expect(claims.auth_time).toBeNumber();
  });
});

test("prompt=none learns that the sign-in is too weak", async () => {
  const cookie = await server.signIn(ada);
  await demand("web");
  const answer = await server.fetch(authorizePath({ prompt: "none" }), { headers: { Cookie: cookie } });
  expect(redirectOf(answer).searchParams.get("error")).toBe("unmet_authentication_requirements");
});

test("a new person has no second factor", async () => {
  expect(await findWaysIn(server.context, ada)).toEqual({ hasPassword: true, passkeys: 0, hasTotp: false });
});
