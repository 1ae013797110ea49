/** Threat classes 50 and 91: the secrets of a whole flow, with every failure, never reach the log or the record of acts and refusals. */
import { expect, test } from "bun:test";
import { StoreUnavailable } from "../../src/store/contract.ts";
import { audit, refusals } from "../../src/store/tables/records.ts";
import { answerConsent, authorizePath, challengeOf, redirectOf, VERIFIER } from "../support/code-flow.ts";
import {
  answerDevice,
  expectTokens,
  jsonOf,
  pollDevice,
  postAs,
  redeemCode,
  refresh,
  requestToken,
  startDevice,
  textOf,
} from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { basic, startTestServer } from "../support/server.ts";

const SECRET = "canary-client-secret-0123456789";
const WRONG_SECRET = "canary-wrong-secret-9876543210";
const INITIAL = "canary-initial-access-token-4711";
const PASSWORD = "canary password, quite long";

test.each(["text", "json"] as const)(
  proves(
    "no secret is ever logged or recorded, as %s at the most talkative level",
    "OpenID Core 16.4-1",
    "threat 50",
    "threat 91",
    "RFC 6749 10.3-1",
    "RFC 6749 10.4-1",
    "RFC 9700 4.9.3-3",
  ),
  async (format) => {
    const server = await startTestServer({
      log: { level: "debug", format },
      audit: { tokens: true },
      registration: { mode: "token", initial_access_tokens: [INITIAL] },
      clients: [
        {
          client_id: "web",
          redirect_uris: ["https://client.example/callback"],
          secrets: [SECRET],
          grant_types: ["authorization_code", "refresh_token", "client_credentials"],
        },
        {
          client_id: "television",
          grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
        },
      ],
    });
    const canaries: Record<string, string> = {
      secret: SECRET,
      "wrong secret": WRONG_SECRET,
      "initial access token": INITIAL,
      verifier: VERIFIER,
      password: PASSWORD,
      state: "canary-state-5577",
      basic: basic("web", SECRET).Authorization ?? "",
    };
    try {
      const credentials = { client_id: "web", client_secret: SECRET };
      const person = await server.addPerson("ada");
      const cookie = await server.signIn(person);
      canaries.session = cookie.split("=")[1] ?? "";
      const changes = { state: canaries.state, code_challenge: challengeOf(VERIFIER) };

      // The code flow, with every possible failure.
      await server.fetch(authorizePath(changes));
      await server.fetch(authorizePath({ ...changes, scope: "everything" }), { headers: { Cookie: cookie } });
      await server.fetch(authorizePath({ ...changes, client_id: "nobody" }), { headers: { Cookie: cookie } });
      const code = redirectOf(await answerConsent(server, cookie, changes)).searchParams.get("code") ?? "";
      canaries.code = code;
      await server.post("/auth/token", {
        grant_type: "authorization_code",
        code,
        client_id: "web",
        client_secret: WRONG_SECRET,
      });
      await server.post(
        "/auth/token",
        { grant_type: "authorization_code", code },
        basic("web", WRONG_SECRET),
      );
      await redeemCode(server, code, { ...credentials, code_verifier: "y".repeat(43) }, "-");
      await server.fetch(`/auth/token?code=${code}&client_secret=${SECRET}`, { method: "POST" });
      await server.fetch(`/nowhere/${code}?code=${code}`);
      const tokens = await expectTokens(
        await redeemCode(
          server,
          code,
          { ...credentials, redirect_uri: "https://client.example/callback" },
          "-",
        ),
      );
      canaries["access token"] = textOf(tokens, "access_token");
      canaries["refresh token"] = textOf(tokens, "refresh_token");

      // Refreshing, introspection, use, revocation; replays last.
      const second = await expectTokens(
        await refresh(server, textOf(tokens, "refresh_token"), credentials, "-"),
      );
      canaries["second access token"] = textOf(second, "access_token");
      canaries["second refresh token"] = textOf(second, "refresh_token");
      for (const token of [
        canaries["access token"],
        canaries["second refresh token"],
        `${canaries["access token"]}x`,
      ]) {
        await server.post("/auth/introspect", { ...credentials, token });
        await server.fetch("/auth/userinfo", { headers: { Authorization: `Bearer ${token}` } });
        await server.fetch(`/auth/userinfo?access_token=${token}`);
        // In the place of the client identifier.
        await server.post("/auth/revoke", { client_id: token, client_secret: token, token });
        await server.fetch(authorizePath({ client_id: token }));
      }
      server.clock.advance(60);
      await refresh(server, textOf(tokens, "refresh_token"), credentials, "-");
      await redeemCode(server, code, credentials, "-");
      await server.post("/auth/revoke", { ...credentials, token: textOf(second, "refresh_token") });
      await requestToken(server, "-", {
        ...credentials,
        grant_type: "client_credentials",
        scope: canaries["access token"],
      });

      // The device flow.
      const device = await startDevice(server);
      canaries["device code"] = textOf(device, "device_code");
      canaries["user code"] = textOf(device, "user_code");
      await pollDevice(server, textOf(device, "device_code"));
      await pollDevice(server, `${textOf(device, "device_code")}x`);
      await answerDevice(server, textOf(device, "device_code"), person);
      canaries["device's access token"] = textOf(
        await expectTokens(await pollDevice(server, textOf(device, "device_code"))),
        "access_token",
      );

      // Registration, allowed and refused.
      const register = (token: string) =>
        server.fetch("/auth/register", {
          method: "POST",
          headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
          body: JSON.stringify({ redirect_uris: ["https://client.example/x"] }),
        });
      canaries["registered secret"] = textOf(await jsonOf(await register(INITIAL)), "client_secret");
      canaries["wrong initial access token"] = "canary-wrong-initial-token-0815";
      await register("canary-wrong-initial-token-0815");

      // Sign-in with a wrong password.
      await server.post("/login", { username: "ada", password: PASSWORD }, { Cookie: cookie });

      // An internal error.
      const { store } = server.context;
      const { look } = store;
      store.look = () => Promise.reject(new StoreUnavailable("the disk is full"));
      expect((await refresh(server, textOf(second, "refresh_token"), credentials, "-")).status).toBe(503);
      store.look = () => Promise.reject(new TypeError("an accident"));
      const accident = await refresh(server, textOf(second, "refresh_token"), credentials, "-");
      expect(accident.status).toBe(500);
      expect(await accident.text()).not.toContain("an accident");
      store.look = look;
      await postAs(server, "television", "/auth/revoke", { token: canaries["access token"] });

      await server.context.audit.settled();
      await server.context.refusals.settled();
      const acts = await store.list(audit, { limit: 1000 });
      const refused = await store.list(refusals, { limit: 1000 });
      expect(new Set(acts.map(({ event }) => event))).toContain("token.issued");
      expect(refused.length).toBeGreaterThan(20);
      const recorded = [...acts, ...refused].map((each) => JSON.stringify(each)).join("");
      const log = server.logged.join("") + recorded;
      // The log has entries, with reasons and names.
      for (const word of [
        "client_secret_wrong",
        "refresh_token_replayed",
        "an accident",
        "television",
        "/auth/token",
      ]) {
        expect(log).toContain(word);
      }
      for (const [name, canary] of Object.entries(canaries)) {
        expect(canary.length).toBeGreaterThan(8);
        for (const form of [
          canary,
          encodeURIComponent(canary),
          canary.slice(-20),
          Buffer.from(canary).toString("base64"),
        ]) {
          expect(`${name}: ${log.includes(form)}`).toBe(`${name}: false`);
        }
      }
      for (const line of server.logged) expect(line.indexOf("\n")).toBe(line.length - 1);
    } finally {
      await server.close();
    }
  },
);
