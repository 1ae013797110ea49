/**
 * Threat class 23: a secret is in the one answer that makes it, and in no other. No answer contains its stored form or
 * the server's own key. The test opens every door with valid requests and keeps all answers.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { dirname } from "node:path";
import { digestSecret } from "../../src/credentials/credential.ts";
import { tessera } from "../cli/support.ts";
import { sqliteEngine } from "../store/fixtures/databases.ts";
import { authorizePath, challengeOf, formsOf, redirectOf, VERIFIER } from "../support/code-flow.ts";
import { answerDevice, jsonOf, textOf } from "../support/flows.ts";
import { PASSWORD } from "../support/pages.ts";
import { makeSetupLink } from "../support/people.ts";
import { proves } from "../support/proves.ts";
import { basic, encodeForm, SECRET } from "../support/server.ts";
import { DEVICE_GRANT } from "../support/token-requests.ts";
import { type EngineServer, startOn } from "./engines.ts";

const INITIAL = "an-initial-access-token-that-is-long-enough";
let server: EngineServer;
beforeAll(async () => {
  server = await startOn(sqliteEngine, {
    registration: { mode: "token", initial_access_tokens: [INITIAL] },
  });
});
afterAll(() => server.close());

/** All answers and output, by their source, in order. */
const told: { readonly by: string; readonly text: string }[] = [];
const keep = (by: string, text: string): number => told.push({ by, text });

async function send(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await server.fetch(path, init);
  const headers = JSON.stringify([...response.headers]);
  keep(`${init.method ?? "GET"} ${path.split("?")[0]}`, `${headers} ${await response.clone().text()}`);
  return response;
}
const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  send(path, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
    body: encodeForm(form),
  });

/** A secret, and the number of answers that may contain it: those that make it, or show the person what they sent. */
interface Secret {
  readonly text: string;
  readonly answers: number;
}

/** Uses every flow. Adds the secrets that it was given to `secrets`. */
async function useEverything(secrets: Map<string, Secret>): Promise<void> {
  const once = (name: string, text: string) => secrets.set(name, { text, answers: 1 });
  const never = (name: string, text: string) => secrets.set(name, { text, answers: 0 });
  const passwordHash = await server.context.passwords.hash(PASSWORD);
  const person = await server.addPerson("ada", { passwordHash });
  never("password", PASSWORD);
  never("password hash", passwordHash);
  never("declared secret", SECRET);
  never("initial access token", INITIAL);
  never("verifier", VERIFIER);

  // People.
  const [signIn] = await formsOf(await server.fetch("/login"));
  const anonymous = (await server.fetch("/login")).headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const page = await send("/login", { headers: { Cookie: anonymous } });
  const [form] = await formsOf(page);
  const sameSite = { "Sec-Fetch-Site": "same-origin" };
  const fields = { ...signIn?.fields, ...form?.fields, username: "ada" };
  await post("/login", { ...fields, password: "wrong" }, { Cookie: anonymous, ...sameSite });
  const signedIn = await post(
    "/login",
    { ...fields, password: PASSWORD },
    { Cookie: anonymous, ...sameSite },
  );
  const cookie = signedIn.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  once("session", cookie.split("=")[1] ?? "");
  const link = await makeSetupLink(server);
  for (const path of ["/", "/account", "/login", "/logout", "/device", "/help/errors"]) {
    await send(path, { headers: { Cookie: cookie } });
  }
  await send(`/setup?token=${link}`);
  secrets.set("setup link", { text: link, answers: 1 });

  // Registration, and every request of a client about itself.
  const json = { "Content-Type": "application/json" };
  const registration = {
    redirect_uris: ["https://new.example/"],
    grant_types: ["authorization_code", "refresh_token"],
  };
  const register = (token: string) =>
    send("/auth/register", {
      method: "POST",
      headers: { ...json, Authorization: `Bearer ${token}` },
      body: JSON.stringify(registration),
    });
  await register("a wrong one");
  const registered = await jsonOf(await register(INITIAL));
  const clientId = textOf(registered, "client_id");
  const secret = textOf(registered, "client_secret");
  once("client secret", secret);
  for (const method of ["GET", "PUT", "DELETE"]) {
    await send(`/auth/register/${clientId}`, { method, headers: { Authorization: `Bearer ${secret}` } });
  }

  // The code flow.
  const credentials = basic(clientId, secret);
  const asked = {
    client_id: clientId,
    redirect_uri: "https://new.example/",
    scope: "profile",
    code_challenge: challengeOf(VERIFIER),
  };
  const consent = await send(authorizePath(asked), { headers: { Cookie: cookie } });
  const [answer] = await formsOf(consent);
  const allowed = await post(
    "/consent",
    { ...answer?.fields, decision: "allow" },
    { Cookie: cookie, ...sameSite },
  );
  const code = redirectOf(allowed).searchParams.get("code") ?? "";
  once("code", code);
  const redeem = { grant_type: "authorization_code", code, code_verifier: VERIFIER };
  await post("/auth/token", { ...redeem, code_verifier: "x".repeat(43) }, credentials);
  const tokens = await jsonOf(await post("/auth/token", redeem, credentials));
  once("access token", textOf(tokens, "access_token"));
  once("refresh token", textOf(tokens, "refresh_token"));
  for (const name of ["access_token", "refresh_token"]) {
    await post("/auth/introspect", { token: textOf(tokens, name) }, credentials);
    await post("/auth/introspect", { token: textOf(tokens, name) }, basic("mail-server", SECRET));
  }
  await send("/auth/userinfo", { headers: { Authorization: `Bearer ${textOf(tokens, "access_token")}` } });
  const form2 = { grant_type: "refresh_token", refresh_token: textOf(tokens, "refresh_token") };
  const next = await jsonOf(await post("/auth/token", form2, credentials));
  // A retry gets the same successor again.
  await post("/auth/token", form2, credentials);
  secrets.set("successor", { text: textOf(next, "refresh_token"), answers: 2 });
  await send("/account", { headers: { Cookie: cookie } });

  // The device flow.
  const device = await jsonOf(await post("/auth/device", { client_id: "television", scope: "profile" }));
  const deviceCode = textOf(device, "device_code");
  once("device code", deviceCode);
  const poll = { grant_type: DEVICE_GRANT, device_code: deviceCode, client_id: "television" };
  await post("/auth/token", poll);
  await send(`/device?user_code=${textOf(device, "user_code")}`, { headers: { Cookie: cookie } });
  await answerDevice(server, deviceCode, person);
  await post("/auth/token", poll);
  await post("/auth/token", { grant_type: "client_credentials" }, basic("service", SECRET));
  await post("/auth/revoke", { token: textOf(next, "refresh_token") }, credentials);
  await post("/auth/token", redeem, credentials);
  for (const path of [
    "/.well-known/oauth-authorization-server",
    "/healthz",
    "/readyz",
    "/nowhere",
    "/metrics",
  ]) {
    await send(path);
  }

  // The operator.
  const command = async (...args: string[]) => {
    const { out, err } = await tessera([...args, "--data", dirname(server.place)]);
    keep(`tessera ${args.join(" ")}`, out + err);
    return out;
  };
  const added = JSON.parse(await command("client", "add", "--name", "x", "--json"));
  once("secret from the command line", added.client_secret);
  const rolled = await command("client", "secret", "add", added.client_id, "--json");
  once("rolled secret", String(JSON.parse(rolled).client_secret));
  for (const what of ["client", "user", "grant"]) {
    await command(what, "list");
    await command(what, "list", "--json");
  }
  for (const id of [clientId, added.client_id, "web"]) {
    await command("client", "show", id);
    await command("client", "show", id, "--json");
  }
  await command("config", "show");
}

test(
  proves(
    "a secret is in the answer that makes it and in no other, and nothing that is stored of it in any",
    "threat 23",
  ),
  async () => {
    const secrets = new Map<string, Secret>();
    await useEverything(secrets);
    expect(told.length).toBeGreaterThan(50);
    for (const [name, { text, answers }] of secrets) {
      expect({ name, isThere: text.length > 8 }).toEqual({ name, isThere: true });
      const by = told.filter((answer) => answer.text.includes(text)).map((answer) => answer.by);
      expect({ name, by: by.length, where: by }).toEqual({ name, by: answers, where: by });
    }

    const rows = await server.rows();
    // Digests of 32 bytes; a client's are within a text.
    const stored = new Set(rows.join("\n").match(/(?<=[xX]')[0-9A-Fa-f]{64}(?=')/g));
    for (const [name, { text }] of secrets) {
      // The digest of a verifier is its challenge, which is no secret.
      if (name !== "verifier") stored.add(Buffer.from(digestSecret(text)).toString("hex"));
    }
    expect(stored.size).toBeGreaterThan(10);
    const everything = told.map(({ text }) => text).join("\n");
    for (const hex of [...stored, Buffer.from(server.key).toString("hex")]) {
      const bytes = Buffer.from(hex, "hex");
      for (const text of [
        hex,
        hex.toLowerCase(),
        bytes.toString("base64").slice(0, 42),
        bytes.toString("base64url"),
      ]) {
        expect(everything.includes(text)).toBe(false);
      }
    }
  },
);
