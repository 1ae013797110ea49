/** A valid secret of every kind, for tests that present them. */
import { expect } from "bun:test";
import { mintCredential } from "../../src/credentials/credential.ts";
import { invite, makeResetLink, makeSignInLink } from "../../src/operations/links.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { credentialIn } from "../../src/protocol/pushed-request.ts";
import { ASKING_CLIENTS, asked } from "../support/backchannel.ts";
import { authorizePath, formsOf } from "../support/code-flow.ts";
import { bodyOf, headersOf } from "../support/expect.ts";
import { codeFor, jsonOf, startDevice, textOf, tokensFor } from "../support/flows.ts";
import { OPERATOR } from "../support/links.ts";
import { makeSetupLink } from "../support/people.ts";
import { push } from "../support/pushed.ts";
import { ADDRESS, SECRET } from "../support/server.ts";
import { type Door, doorsOf, type Kind, SESSION_COOKIE, type Visitors } from "./13-doors.ts";
import type { EngineServer, StartOnEngine } from "./engines.ts";

/** A secret that the server handed out, and a made-up one of the same kind. */
export interface Pair {
  readonly genuine: string;
  readonly invented: string;
}

/** Exempt from PKCE, so that only the code itself counts. */
const EXEMPT = {
  client_id: "old",
  redirect_uris: ["https://old.example/"],
  secrets: [SECRET],
  require_pkce: false,
};
/** The tests try so many wrong secrets that limits would apply. */
const PATIENT = 1_000_000;

/** A server, a secret of every kind, and every place that takes secrets. */
export async function startWithSecrets(start: StartOnEngine): Promise<{
  readonly server: EngineServer;
  readonly secrets: ReadonlyMap<Kind, Pair>;
  readonly doors: readonly Door[];
}> {
  const initial = mintCredential("initial_access_token", systemClock, systemRandom).text;
  const server = await start({
    registration: { mode: "token", initial_access_tokens: [initial] },
    limits: {
      user_code_failures_per_account: PATIENT,
      user_code_failures_per_address: PATIENT,
      user_code_failures: PATIENT,
      sign_in_failures_per_account: PATIENT,
      sign_in_failures_per_address: PATIENT,
      registrations_per_address: PATIENT,
      client_secret_failures_per_address: PATIENT,
    },
    clients: [...ASKING_CLIENTS, EXEMPT],
  });
  server.clock.freeze();
  const { visitors, secrets } = await handOutEverything(server, initial);
  return { server, secrets, doors: doorsOf(server, visitors) };
}

/** Hands out a valid secret of each kind. */
async function handOutEverything(
  server: EngineServer,
  initial: string,
): Promise<{ visitors: Visitors; secrets: ReadonlyMap<Kind, Pair> }> {
  const { clock, random, passwords } = server.context;
  const passwordHash = await passwords.hash("correct horse battery staple");
  const person = await server.addPerson("ada", { passwordHash });
  const cookie = await server.signIn(person);
  const registered = await jsonOf(
    await server.fetch("/auth/register", {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${initial}` },
      body: JSON.stringify({ redirect_uris: ["https://registered.example/"] }),
    }),
  );
  const tokens = await tokensFor(server, person, { scope: "profile" });
  const device = await startDevice(server);
  const inBrowser = { headers: { Cookie: cookie }, address: ADDRESS };
  const [consent] = await formsOf(await server.fetch(authorizePath(), inBrowser));
  const signOut = (await formsOf(await server.fetch("/logout", inBrowser))).find(({ action }) =>
    action.endsWith("/logout"),
  );
  const invent = (kind: Parameters<typeof mintCredential>[0]) => mintCredential(kind, clock, random).text;
  /** The same with another MAC. */
  const forged = (sealed: string) => `${sealed.slice(0, -8)}AAAAAAAA`;
  const formToken = signOut?.fields.form_token ?? "";
  const sealed = consent?.fields.request ?? "";
  const secrets = new Map<Kind, Pair>([
    ["access token", { genuine: textOf(tokens, "access_token"), invented: invent("access_token") }],
    ["refresh token", { genuine: textOf(tokens, "refresh_token"), invented: invent("refresh_token") }],
    [
      "authorization code",
      { genuine: await codeFor(server, person), invented: invent("authorization_code") },
    ],
    ["device code", { genuine: textOf(device, "device_code"), invented: invent("device_code") }],
    ["auth_req_id", { genuine: await asked(server), invented: invent("auth_req_id") }],
    [
      "request_uri",
      {
        genuine: credentialIn(await push(server, { prompt: "consent" })) ?? "",
        invented: invent("pushed_request"),
      },
    ],
    ["user code", { genuine: textOf(device, "user_code"), invented: "BBBB-BBBB" }],
    ["client secret", { genuine: textOf(registered, "client_secret"), invented: invent("client_secret") }],
    ["initial access token", { genuine: initial, invented: invent("initial_access_token") }],
    ["session", { genuine: cookie.slice(`${SESSION_COOKIE}=`.length), invented: invent("session") }],
    ["setup link", { genuine: await makeSetupLink(server), invented: invent("setup_link") }],
    ["invitation", { genuine: linkOf(await invite(server.context, OPERATOR, {})), invented: invent("link") }],
    [
      "reset link",
      {
        genuine: linkOf(await makeResetLink(server.context, OPERATOR, person, false)),
        invented: invent("link"),
      },
    ],
    [
      "sign-in link",
      {
        genuine: linkOf(await makeSignInLink(server.context, OPERATOR, person, false)),
        invented: invent("link"),
      },
    ],
    ["form token", { genuine: formToken, invented: forged(formToken) }],
    ["sealed request", { genuine: sealed, invented: forged(sealed) }],
  ]);
  for (const { genuine } of secrets.values()) expect(genuine.length).toBeGreaterThan(8);
  return { visitors: { person, cookie, registered: textOf(registered, "client_id") }, secrets };
}

/** The secret of a link. */
function linkOf(made: object): string {
  const address = "address" in made ? String(made.address) : "";
  return new URL(address).searchParams.get("token") ?? "";
}

/** The content of an answer, without the secret itself and without random values. */
export async function answerOf(
  door: Door,
  text: string,
): Promise<{ status: number; headers: string; body: string }> {
  const response = await door.send(text);
  const plain = (told: string) =>
    told
      .replaceAll(text, "…")
      .replaceAll(encodeURIComponent(text), "…")
      .replaceAll(encodeURIComponent(encodeURIComponent(text)), "…")
      .replaceAll(/[0-9a-z]{5,9}\.[A-Za-z0-9_-]{20,}|[A-Za-z0-9_-]{38,}/g, "…");
  const headers = headersOf(response).filter(([name]) => name !== "content-length");
  return {
    status: response.status,
    headers: plain(JSON.stringify(headers)),
    body: plain(await bodyOf(response)),
  };
}
