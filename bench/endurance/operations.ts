/** The operations of an endurance run and their weights: every endpoint, and the pages that people see. */
import { ENDPOINT_PATHS as PATHS } from "../../src/endpoints/paths.ts";
import {
  API,
  APP,
  basic,
  CHALLENGE,
  DEVICE,
  DEVICE_GRANT,
  REDIRECT_URI,
  SCOPE,
  VERIFIER,
} from "../contenders/clients.ts";
import type { Answer } from "../load/connection.ts";
import {
  DEVICE_CODE_SECONDS,
  DEVICE_INTERVAL_SECONDS,
  PASSWORD,
  PEOPLE,
  SESSION_SECONDS,
} from "./configuration.ts";
import { visit } from "./pages.ts";
import { jsonOf, type Sender, Unexpected } from "./sender.ts";
import {
  type Grant,
  isGood,
  isUsable,
  keepTokens,
  lifeOf,
  newGrant,
  type Token,
  type Wallet,
} from "./wallet.ts";

/** An act of a client or a person, in one request or several. */
export interface Operation {
  readonly name: string;
  /** Its frequency relative to the other weights. */
  readonly weight: number;
  /** Throws if an answer is wrong. */
  run(sender: Sender, wallet: Wallet): Promise<void>;
}

const AUTHORIZE = `${PATHS.authorize}?${new URLSearchParams({
  response_type: "code",
  client_id: APP.id,
  redirect_uri: REDIRECT_URI,
  scope: SCOPE,
  state: "a state",
  code_challenge: CHALLENGE,
  code_challenge_method: "S256",
})}`;

/** The app has a secret, the device has none. */
const postAs = (
  sender: Sender,
  client: Grant["client"],
  path: string,
  form: Readonly<Record<string, string>>,
): Promise<Answer> =>
  client === "app"
    ? sender.post(path, form, basic(APP))
    : sender.post(path, { ...form, client_id: DEVICE.id });

/** Gets both tokens of a grant, and keeps them. */
async function getTokens(
  sender: Sender,
  wallet: Wallet,
  grant: Grant,
  form: Readonly<Record<string, string>>,
): Promise<void> {
  const answer = await postAs(sender, grant.client, PATHS.token, form);
  keepTokens(sender, wallet, jsonOf(answer, 200, "access_token", "refresh_token"), grant);
}

type Session = ReturnType<Wallet["sessions"]["look"]>;

/** The whole code flow, in a browser with a session or with a sign-in. */
async function codeFlow(sender: Sender, wallet: Wallet, session: Session, newcomer?: string): Promise<void> {
  const anyone = PEOPLE[Math.floor(Math.random() * PEOPLE.length)] ?? "";
  const username = session?.username ?? newcomer ?? anyone;
  const visitor = { username, password: PASSWORD, cookie: session?.text ?? "" };
  const begunAt = performance.now();
  const { location, cookie } = await visit(sender, AUTHORIZE, visitor);
  const code = location === null ? null : new URL(location).searchParams.get("code");
  if (code === null) throw new Unexpected(`The browser was sent to ${location} without a code.`);
  if (session === undefined)
    wallet.sessions.put({ text: cookie, username, ...lifeOf(begunAt, SESSION_SECONDS) });
  const form = {
    grant_type: "authorization_code",
    redirect_uri: REDIRECT_URI,
    code_verifier: VERIFIER,
    code,
  };
  await getTokens(sender, wallet, newGrant("app"), form);
}

/** Makes a session and a consent for each person, so that few have to sign in later. */
export async function signEverybodyIn(sender: Sender, wallet: Wallet): Promise<void> {
  for (const username of PEOPLE) await codeFlow(sender, wallet, undefined, username);
}

/** Starts the device flow. */
async function startDevice(sender: Sender) {
  const answer = await postAs(sender, "device", PATHS.deviceAuthorization, { scope: SCOPE });
  return jsonOf(answer, 200, "device_code", "user_code");
}

async function revoke(sender: Sender, { text, grant }: Token): Promise<void> {
  const { status, body } = await postAs(sender, grant.client, PATHS.revocation, { token: text });
  if (status !== 200) throw new Unexpected(`A revocation is answered with ${status}: ${body}`);
}

export const OPERATIONS: readonly Operation[] = [
  {
    name: "introspection",
    weight: 660,
    async run(sender, { accessTokens }) {
      const token = accessTokens.look();
      if (token === undefined) return;
      const hasExpired = performance.now() > token.expiredFrom;
      const answer = await sender.post(PATHS.introspection, { token: token.text }, basic(API));
      const { active } = jsonOf(answer, 200, "active");
      const isWrong = active === "true" ? hasExpired : isUsable(token);
      if (isWrong) throw new Unexpected(`A token is active: ${active}.`);
    },
  },
  {
    name: "client credentials",
    weight: 80,
    async run(sender, wallet) {
      const form = { grant_type: "client_credentials", scope: SCOPE };
      const answer = await postAs(sender, "app", PATHS.token, form);
      keepTokens(sender, wallet, jsonOf(answer, 200, "access_token"), newGrant("app"));
    },
  },
  {
    name: "refresh",
    weight: 120,
    async run(sender, wallet) {
      // No other operation holds it meanwhile: its successor is the next of the chain.
      const token = wallet.refreshTokens.take(isUsable);
      if (token === undefined) return;
      const form = { grant_type: "refresh_token", refresh_token: token.text };
      await getTokens(sender, wallet, token.grant, form);
    },
  },
  {
    name: "code flow of a person who is signed in",
    weight: 50,
    run: (sender, wallet) => codeFlow(sender, wallet, wallet.sessions.look(isGood)),
  },
  {
    name: "code flow with sign-in",
    weight: 1,
    run: (sender, wallet) => codeFlow(sender, wallet, undefined),
  },
  {
    name: "wrong password",
    weight: 0.5,
    async run(sender) {
      const visitor = { username: `nobody-${Math.random()}`, password: "not the password", cookie: "" };
      const { status } = await visit(sender, "/login", visitor);
      if (status !== 422) throw new Unexpected(`A wrong password is answered with ${status}.`);
    },
  },
  {
    name: "device that waits in vain",
    weight: 1.5,
    async run(sender, { devices }) {
      const { device_code } = await startDevice(sender);
      devices.put({ text: device_code, ...lifeOf(sender.sentAt, DEVICE_CODE_SECONDS), pollAfter: 0 });
    },
  },
  {
    name: "poll of a device",
    weight: 30,
    async run(sender, { devices }) {
      const device = devices.take(isGood);
      if (device === undefined) return;
      // The server tells a device that polls too early to slow down, which is another answer.
      if (performance.now() > device.pollAfter) {
        const form = { grant_type: DEVICE_GRANT, device_code: device.text };
        const { error } = jsonOf(await postAs(sender, "device", PATHS.token, form), 400, "error");
        device.pollAfter = performance.now() + DEVICE_INTERVAL_SECONDS * 1000;
        if (error !== "authorization_pending") throw new Unexpected(`A poll says ${error}.`);
      }
      devices.put(device);
    },
  },
  {
    name: "device that is allowed",
    weight: 1,
    async run(sender, wallet) {
      const session = wallet.sessions.look(isGood);
      if (session === undefined) return;
      const { device_code, user_code } = await startDevice(sender);
      const visitor = { username: session.username, password: PASSWORD, cookie: session.text };
      await visit(sender, `/device?user_code=${user_code}`, visitor);
      await getTokens(sender, wallet, newGrant("device"), { grant_type: DEVICE_GRANT, device_code });
    },
  },
  {
    name: "revocation of an access token",
    weight: 20,
    async run(sender, { accessTokens }) {
      const token = accessTokens.take(isUsable);
      if (token === undefined) return;
      token.ended = true;
      await revoke(sender, token);
    },
  },
  {
    name: "revocation of a refresh token",
    weight: 10,
    async run(sender, { refreshTokens }) {
      const token = refreshTokens.take(isUsable);
      if (token === undefined) return;
      // RFC 7009 §2.1: the tokens that were issued from the grant end with it.
      token.grant.ended = true;
      await revoke(sender, token);
    },
  },
  {
    name: "metadata",
    weight: 25,
    async run(sender) {
      const answer = await sender.send({ path: "/.well-known/oauth-authorization-server" });
      jsonOf(answer, 200, "issuer", "token_endpoint");
    },
  },
  {
    name: "registration",
    weight: 1,
    async run(sender) {
      const metadata = { redirect_uris: ["https://client.example/callback"], client_name: "A client" };
      const headers = { "Content-Type": "application/json" };
      const body = JSON.stringify(metadata);
      jsonOf(await sender.send({ path: PATHS.registration, headers, body }), 201, "client_id");
    },
  },
];

/** A function that chooses operations by their weights. */
export function chooser(operations: readonly Operation[]): () => Operation {
  const all = operations.reduce((sum, { weight }) => sum + weight, 0);
  const [first] = operations;
  if (first === undefined) throw new Error("There is nothing to choose from.");
  return () => {
    let left = Math.random() * all;
    for (const operation of operations) {
      left -= operation.weight;
      if (left < 0) return operation;
    }
    return first;
  };
}
