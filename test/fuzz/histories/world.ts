/** A server and its model: both take every step, and they must agree. */

import { POLLED_REMEMBERED_SECONDS } from "../../../src/rules/polling.ts";
import type { FixtureDatabase } from "../../store/fixtures/databases.ts";
import { answerConsentAt, authorizePath, formsOf } from "../../support/code-flow.ts";
import { clientCredentials, type Json } from "../../support/flows.ts";
import { basic, ISSUER, SECRET, startTestServer, TestClock, type TestServer } from "../../support/server.ts";
import { codeForm, deviceForm, refreshForm } from "../../support/token-requests.ts";
import { mustBe } from "../checks.ts";
import {
  ACCESS_SECONDS,
  type AccessToken,
  audienceOf,
  type Client,
  CODE_SECONDS,
  CONFIGURATION,
  type Code,
  type Credential,
  DEVICE_SECONDS,
  type Device,
  type Grant,
  INTERVAL_SECONDS,
  isActive,
  type Person,
  REFRESH_SECONDS,
  type RefreshToken,
} from "./model.ts";
import { checkRows } from "./rows.ts";

const CLIENTS: readonly (readonly [string, string | null, boolean])[] = [
  ["web", "https://client.example/callback", false],
  ["native", "com.example.app:/callback", true],
  ["spa", "https://spa.example/", false],
  ["rival", "https://rival.example/callback", false],
  ["television", null, true],
  ["service", null, false],
];

export interface Answer {
  readonly status: number;
  readonly body: Json;
}

export class World {
  readonly clients: Client[] = CLIENTS.map(([id, redirectUri, isDevice]) => ({
    id,
    redirectUri,
    isDevice,
    registered: false,
    disabled: false,
    used: false,
  }));
  readonly people: Person[] = [];
  readonly codes: Code[] = [];
  readonly access: AccessToken[] = [];
  readonly refresh: RefreshToken[] = [];
  readonly devices: Device[] = [];
  readonly grants: Grant[] = [];

  private constructor(
    readonly server: TestServer,
    readonly database: FixtureDatabase,
    readonly declared: number,
  ) {}

  static async open(database: FixtureDatabase): Promise<World> {
    const clock = new TestClock();
    clock.freeze();
    const store = await database.open();
    const opened = { store, close: () => store.close() };
    const server = await startTestServer(CONFIGURATION, { opened, clock });
    const world = new World(server, database, (await store.listClients()).length);
    for (const name of ["ada", "bob"]) {
      const account = await server.addPerson(name);
      world.people.push({ account, cookie: await server.signIn(account), disabled: false });
    }
    return world;
  }

  async close(): Promise<void> {
    await this.server.close();
    this.database.remove();
  }

  get now(): number {
    return this.server.clock.seconds();
  }

  /** All credentials that the server has handed out. */
  get credentials(): Credential[] {
    return [...this.codes, ...this.access, ...this.refresh, ...this.devices];
  }

  async post(client: Client, path: string, form: Record<string, string | undefined>): Promise<Answer> {
    const { form: own, headers } =
      client.id === "rival" ? { form: {}, headers: basic("rival", SECRET) } : clientCredentials(client.id);
    const response = await this.server.post(path, { ...own, ...form }, headers);
    mustBe(response.status < 500, true, `${path} is answered ${response.status}`);
    const body: unknown = await response.json();
    return { status: response.status, body: { ...(body as Json) } };
  }

  token(client: Client, form: Record<string, string | undefined>): Promise<Answer> {
    return this.post(client, "/auth/token", form);
  }

  /** The person allows the client. Returns the code, or the reason for none. */
  async authorize(client: Client, person: Person, scope: readonly string[]): Promise<string | null> {
    const path = authorizePath({
      client_id: client.id,
      redirect_uri: client.redirectUri ?? undefined,
      scope: scope.join(" "),
      state: undefined,
    });
    const response = await answerConsentAt(this.server, person.cookie, path);
    const location = response.headers.get("location") ?? "";
    mustBe(response.status < 500, true, `authorizing is answered ${response.status}`);
    return location === "" ? null : new URL(location, "https://auth.example").searchParams.get("code");
  }

  newGrant(client: Client, person: Person, scope: readonly string[]): Grant {
    const grant = { client, person, scope, audience: audienceOf(scope), revoked: false };
    this.grants.push(grant);
    client.used = true;
    return grant;
  }

  addCode(text: string, grant: Grant): void {
    this.codes.push({
      kind: "code",
      text,
      grant,
      expiresAt: this.now + CODE_SECONDS,
      used: false,
      failures: 0,
    });
  }

  redeem(code: Code, client: Client, changes: Record<string, string | undefined> = {}): Promise<Answer> {
    const form = codeForm(code.text, code.grant.client.redirectUri ?? undefined);
    return this.token(client, { ...form, ...changes });
  }

  rotate(token: RefreshToken, client: Client, scope?: string): Promise<Answer> {
    return this.token(client, { ...refreshForm(token.text), scope });
  }

  poll(device: Device, client: Client): Promise<Answer> {
    return this.token(client, deviceForm(device.text));
  }

  /** Records the tokens of an answer, which must be for this grant and scope. Returns the refresh token. */
  addTokens({ status, body }: Answer, grant: Grant, scope: readonly string[]): RefreshToken | null {
    mustBe([status, body.error], [200, undefined], "tokens are issued");
    mustBe(String(body.scope).split(" ").sort(), [...scope].sort(), "the scope that is told");
    const { subject } = grant.person.account;
    const companion = this.addAccess(body, grant, grant.client, subject, scope, grant.audience);
    if (typeof body.refresh_token !== "string") return null;
    mustBe(
      this.refresh.some(({ text }) => text === body.refresh_token),
      false,
      "no refresh token is handed out twice",
    );
    const token: RefreshToken = {
      kind: "refresh",
      text: body.refresh_token,
      grant,
      expiresAt: this.now + REFRESH_SECONDS,
      usedAt: null,
      successor: null,
      companion,
      gone: false,
    };
    this.refresh.push(token);
    return token;
  }

  /** A retry gets the answer of the first use: the same tokens, the same scope, and no longer lifetime. */
  checkRetry({ status, body }: Answer, { text, companion, grant }: RefreshToken): void {
    const scope = companion.revoked ? grant.scope : companion.scope;
    const expiresIn = companion.revoked ? 0 : Math.max(0, companion.expiresAt - this.now);
    mustBe(
      { status, ...body, scope: String(body.scope).split(" ").sort() },
      {
        status: 200,
        access_token: companion.text,
        token_type: "Bearer",
        expires_in: expiresIn,
        refresh_token: text,
        scope: [...scope].sort(),
      },
      "the answer to a retry",
    );
  }

  addAccess(
    body: Json,
    grant: Grant | null,
    client: Client,
    subject: string,
    scope: readonly string[],
    audience: readonly string[],
  ): AccessToken {
    mustBe(body.expires_in, ACCESS_SECONDS, "its life");
    mustBe(
      this.access.some(({ text }) => text === body.access_token),
      false,
      "no token is handed out twice",
    );
    const expiresAt = this.now + ACCESS_SECONDS;
    const text = String(body.access_token);
    const token: AccessToken = {
      kind: "access",
      text,
      grant,
      client,
      subject,
      scope,
      audience,
      expiresAt,
      revoked: false,
      orphaned: false,
    };
    this.access.push(token);
    return token;
  }

  async startDevice(client: Client, scope: readonly string[]): Promise<Answer> {
    const answer = await this.post(client, "/auth/device", { scope: scope.join(" ") });
    if (answer.status !== 200) return answer;
    this.devices.push({
      kind: "device",
      text: String(answer.body.device_code),
      userCode: String(answer.body.user_code),
      client,
      scope,
      expiresAt: this.now + DEVICE_SECONDS,
      collectableUntil: 0,
      status: "pending",
      grant: null,
      used: false,
      lastPoll: null,
      interval: INTERVAL_SECONDS,
      gone: false,
    });
    return answer;
  }

  /** The person types the code and answers. Returns whether there was a question to answer. */
  async answerDevice(device: Device, person: Person, decision: "allow" | "deny"): Promise<boolean> {
    const headers = { Cookie: person.cookie };
    const page = await this.server.fetch(`/device?user_code=${device.userCode}`, { headers });
    const form = (await formsOf(page)).find(({ fields }) => fields.device !== undefined);
    if (form === undefined) return false;
    const fields = { ...form.fields, decision };
    return (await this.server.post("/device", fields, { ...headers, "Sec-Fetch-Site": "same-origin" })).ok;
  }

  async setClientDisabled(client: Client, disabled: boolean): Promise<void> {
    const { store } = this.server.context;
    const record = await store.findClient(client.id);
    if (record === null) throw new Error(`The client ${client.id} is gone.`);
    await store.putClient({ ...record, disabledAt: disabled ? this.now : null });
    client.disabled = disabled;
  }

  /** A client with the same identifier and secret replaces this one. */
  async replaceClient(client: Client): Promise<void> {
    const { store } = this.server.context;
    const record = await store.findClient(client.id);
    if (record === null) throw new Error(`The client ${client.id} is gone.`);
    mustBe(await store.removeClient(record.clientId, this.now), true, "a client is removed");
    this.#replaced += 1;
    // Beyond all numbers of this moment, like the number of a later client.
    const number = record.number + this.#replaced * 0x1_0000_0000;
    const another = { ...record, number, revision: 0, usedAt: null, disabledAt: null };
    mustBe(await store.createClient(another), true, "another client gets its identifier");
    client.disabled = false;
    for (const grant of this.grants) grant.revoked ||= grant.client === client;
    for (const token of this.access) token.orphaned ||= token.client === client;
    for (const device of this.devices) device.gone ||= device.client === client;
  }
  #replaced = 0;

  /** Introspection by the API's own client must agree with the model, and must describe only the token's owner. */
  async checkToken(token: AccessToken): Promise<void> {
    const response = await this.server.post(
      "/auth/introspect",
      { token: token.text },
      basic("mail-server", SECRET),
    );
    const seen = (await response.json()) as Json;
    if (!isActive(token, this.now)) return mustBe(seen, { active: false }, "a token that is dead");
    const { scope, aud, client_id, sub, exp, active } = seen;
    mustBe(
      {
        active,
        client_id,
        sub,
        exp,
        scope: String(scope).split(" ").sort(),
        aud: [aud].flat().sort(),
      },
      {
        active: true,
        client_id: token.client.id,
        sub: token.subject,
        exp: token.expiresAt,
        // The API sees its own audience and scopes.
        scope: token.scope.filter((name) => name !== "profile").sort(),
        aud: token.audience.filter((resource) => resource !== ISSUER),
      },
      "a token that lives",
    );
  }

  /** Checks every token, or the newest ones. */
  async audit(newest = this.access.length): Promise<void> {
    for (const token of this.access.slice(-newest)) await this.checkToken(token);
  }

  async cleanUp(): Promise<void> {
    const { store } = this.server.context;
    while ((await store.removeExpired(this.now, this.now - 30 * 86_400, 500)) > 0);
    for (const token of this.refresh) token.gone ||= token.expiresAt <= this.now;
    for (const device of this.devices) {
      device.gone ||= device.expiresAt + POLLED_REMEMBERED_SECONDS <= this.now;
    }
    await checkRows(this);
  }
}
