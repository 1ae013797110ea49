/** Requests that could reveal which people, clients and tokens exist, and a server with some of each. */

import { newRecordId } from "../../src/credentials/credential.ts";
import { insert } from "../../src/store/contract.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { probes } from "../../src/store/tables/server.ts";
import type { OpenedStore } from "../store/suite.ts";
import { postAs, textOf, tokensFor } from "../support/flows.ts";
import { addPersonWithPassword, openBrowser, PASSWORD } from "../support/pages.ts";
import { basic, SECRET, startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

const MANY = 1_000_000;
/** No test reaches these limits; other tests cover them. */
const LIMITS = {
  sign_in_failures_per_account: MANY,
  sign_in_failures_per_address: MANY,
  user_code_failures_per_account: MANY,
  user_code_failures_per_address: MANY,
  user_code_failures: MANY,
  device_requests_per_address: MANY,
  client_secret_failures_per_address: MANY,
  link_requests_per_name: MANY,
  link_requests_per_address: MANY,
};

export type Send = () => Promise<Response>;
export type Kinds = Readonly<Record<string, Send>>;

/** Changes a character within the secret. */
export const forge = (token: string): string =>
  token.slice(0, -2) + (token.at(-2) === "A" ? "B" : "A") + token.slice(-1);

export interface Guessing {
  readonly server: TestServer;
  readonly person: AccountRecord;
  /** Tokens of the client `web`, except the foreign one; none is valid. */
  readonly tokens: Readonly<Record<"unknown" | "forged" | "foreign" | "expired" | "revoked", string>>;
  readonly refreshTokens: Readonly<Record<"unknown" | "forged" | "foreign" | "revoked", string>>;
}

/** With the people alice, gone0 (disabled) and empty (no password), and the client gon (disabled). */
export async function startGuessing(opened: OpenedStore): Promise<Guessing> {
  const gon = { client_id: "gon", secrets: [SECRET], redirect_uris: ["https://gone.example/"] };
  const server = await startTestServer(
    {
      limits: LIMITS,
      sign_up: { mode: "open", per_hour: 10_000 },
      sign_in: { email_code: true },
      log: { level: "error", format: "json" },
      clients: [...(TEST_CONFIGURATION.clients ?? []), gon],
    },
    { opened },
  );
  server.clock.freeze();
  const { store } = server.context;
  const client = await store.findClient("gon");
  if (client === null) throw new Error("The client is missing.");
  await store.putClient({ ...client, disabledAt: server.clock.seconds() });
  const person = await addPersonWithPassword(server, "alice", { email: "a@b.c" });
  const disabled = await addPersonWithPassword(server, "gone0");
  await store.disableAccount(disabled.subject, server.clock.seconds());
  await server.addPerson("empty");

  const expired = await tokensFor(server, person);
  server.clock.advance(3600);
  const revoked = await tokensFor(server, person);
  await postAs(server, "web", "/auth/revoke", { token: textOf(revoked, "refresh_token") });
  const spa = { client_id: "spa", redirect_uri: "https://spa.example/", scope: "files" };
  const foreign = await tokensFor(server, person, spa);
  const good = await tokensFor(server, person);
  return {
    server,
    person,
    tokens: {
      unknown: `tat_${"A".repeat(64)}`,
      forged: forge(textOf(good, "access_token")),
      foreign: textOf(foreign, "access_token"),
      expired: textOf(expired, "access_token"),
      revoked: textOf(revoked, "access_token"),
    },
    refreshTokens: {
      unknown: `trt_${"A".repeat(64)}`,
      forged: forge(textOf(good, "refresh_token")),
      foreign: textOf(foreign, "refresh_token"),
      revoked: textOf(revoked, "refresh_token"),
    },
  };
}

/** The same request with each of these values. */
export const kindsOf = (
  texts: Readonly<Record<string, string>>,
  send: (text: string) => Promise<Response>,
): Kinds => Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, () => send(text)]));

export const introspecting = ({ server }: Guessing) => {
  return (token: string) => postAs(server, "mail-server", "/auth/introspect", { token });
};
export const revoking = ({ server }: Guessing) => {
  return (token: string) => postAs(server, "web", "/auth/revoke", { token });
};

/** Failing sign-ins from one browser with an open page. */
export async function failedSignIns({ server }: Guessing): Promise<Kinds> {
  const browser = openBrowser(server);
  const { fields } = await browser.form("/login");
  const headers = { Cookie: browser.cookie, "Sec-Fetch-Site": "same-origin" };
  const as = (username: string, password: string) => () =>
    server.post("/login", { ...fields, username, password }, headers);
  return {
    "a wrong password": as("alice", "a wrong password"),
    "an unknown name": as("nobod", "a wrong password"),
    // Of as many bytes as the names.
    "an e-mail address": as("a@b.c", "a wrong password"),
    "an unknown address": as("n@b.c", "a wrong password"),
    "a person who is disabled": as("gone0", PASSWORD),
    "a person without a password": as("empty", PASSWORD),
  };
}

/** Mails wait in a table, as they do at a server that sends some. */
function sendMails({ context }: TestServer): void {
  const changesFor = () => [
    insert(probes, {
      id: newRecordId(context.clock, context.random),
      writtenAt: context.clock.seconds(),
      expiresAt: context.clock.seconds() + 60,
    }),
  ];
  Object.assign(context, { linkMails: { changesFor, wake() {} } });
}

/** How many people ask for a new password, each at most five times. */
export const ASKING = 100;

/** Requests for a new password, from one browser with an open page. */
export async function forgottenPasswords({ server }: Guessing): Promise<Kinds> {
  sendMails(server);
  const names = Array.from({ length: ASKING }, (_, count) => `p${String(count).padStart(4, "0")}`);
  for (const name of names) await server.addPerson(name, { email: `${name}@example.org` });
  const browser = openBrowser(server);
  const { fields } = await browser.form("/forgot");
  const headers = { Cookie: browser.cookie, "Sec-Fetch-Site": "same-origin" };
  const as = (username: string) => () => server.post("/forgot", { ...fields, username }, headers);
  let turn = 0;
  return {
    "a person": () => {
      turn += 1;
      return as(names[turn % ASKING] ?? "")();
    },
    // After five requests no more links are made.
    "a person who asks often": as("alice"),
    "an e-mail address": as("a@b.c"),
    "an unknown name": as("nobod"),
    "an unknown address": as("n@b.c"),
    "a person who is disabled": as("gone0"),
    "a person without an address": as("empty"),
  };
}

/** A request for a code by mail and a wrong code, from one browser with an open page. */
export async function mailedCodes({ server }: Guessing): Promise<Kinds> {
  sendMails(server);
  const browser = openBrowser(server);
  const { fields } = await browser.form("/sign-in-code");
  const headers = { Cookie: browser.cookie, "Sec-Fetch-Site": "same-origin" };
  const as = (username: string) => async () => {
    const page = await (await server.post("/sign-in-code", { ...fields, username }, headers)).text();
    const asked = /name="asked" value="([^"]+)"/.exec(page)?.[1] ?? "";
    return server.post("/sign-in-code", { ...fields, asked, code: "no code" }, headers);
  };
  return {
    "a person": as("alice"),
    "an e-mail address": as("a@b.c"),
    "an unknown name": as("nobod"),
    "an unknown address": as("n@b.c"),
    "a person who is disabled": as("gone0"),
    "a person without an address": as("empty"),
  };
}

/** Requests for an account. */
export async function wishedAccounts({ server }: Guessing): Promise<Kinds> {
  sendMails(server);
  const browser = openBrowser(server);
  const { fields } = await browser.form("/sign-up");
  const headers = { Cookie: browser.cookie, "Sec-Fetch-Site": "same-origin" };
  const as = (email: string) => () => server.post("/sign-up", { ...fields, email }, headers);
  return { "an address that is taken": as("a@b.c"), "a free address": as("n@b.c") };
}

/** Clients that fail to authenticate, with their credentials in the header or in the body. */
export function failedClients(
  { server }: Guessing,
  path: string,
  form: Readonly<Record<string, string>>,
  how: "header" | "body",
): Kinds {
  const as = (clientId: string, secret: string) => () =>
    how === "header"
      ? server.post(path, form, basic(clientId, secret))
      : server.post(path, { ...form, client_id: clientId, client_secret: secret });
  return {
    "a wrong secret": as("web", "a wrong secret"),
    "an unknown client": as("wex", "a wrong secret"),
    "a disabled client": as("gon", SECRET),
    "the secret of another client": as("service", `${SECRET} `),
  };
}
