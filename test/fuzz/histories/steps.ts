/**
 * The possible steps, by name. `a`, `b` and `c` choose among the existing subjects; a step without subjects does
 * nothing.
 */
import { postRegistration } from "../../support/flows.ts";
import { CLIENT_CREDENTIALS_FORM, DEVICE_GRANT } from "../../support/token-requests.ts";
import { mustBe } from "../checks.ts";
import {
  anything,
  type Choice,
  codeClients,
  isKept,
  isOpen,
  isWanted,
  pick,
  pickNew,
  presenting,
  WAITS,
} from "./choices.ts";
import {
  type Client,
  type Credential,
  isActive,
  pollOutcome,
  redeemOutcome,
  refreshOutcome,
  scopeFor,
} from "./model.ts";
import type { Answer, World } from "./world.ts";

type Step = (world: World, choice: Choice) => Promise<void>;

const mustBeRefused = ({ status, body }: Answer, what: string): void =>
  mustBe([status >= 400, typeof body.error, body.access_token], [true, "string", undefined], what);

const WRONG: readonly (Record<string, string | undefined> | null)[] = [
  ...Array.from({ length: 9 }, () => null),
  { code_verifier: "wrong".repeat(10) },
  { redirect_uri: "https://evil.example/" },
  { code_verifier: undefined },
];

export const STEPS: Readonly<Record<string, Step>> = {
  async authorize(world, { a, b, c }) {
    const [client, person] = [pick(codeClients(world), a), pick(world.people, b)];
    if (client === undefined || person === undefined) return;
    const scope = scopeFor(c);
    const code = await world.authorize(client, person, scope);
    mustBe(code !== null, !client.disabled && !person.disabled, "a code, if client and person may");
    if (code !== null) world.addCode(code, world.newGrant(client, person, scope));
  },

  async "ask for too much"(world, { a, b }) {
    const [client, person] = [pick(codeClients(world), a), pick(world.people, b)];
    if (client === undefined || person === undefined) return;
    mustBe(await world.authorize(client, person, ["introspect"]), null, "no code for too much");
    const code = await world.authorize(client, person, ["mail.read", "introspect"]);
    mustBe(code !== null, !client.disabled && !person.disabled, "a code for the part that is open");
    if (code !== null) world.addCode(code, world.newGrant(client, person, ["mail.read"]));
  },

  async redeem(world, { a, b, c }) {
    const code = pickNew(world.codes, a, isOpen);
    if (code === undefined) return;
    const client = presenting(code.grant.client, codeClients(world), b);
    const wrong = pick(WRONG, c) ?? null;
    const outcome = redeemOutcome(code, client, world.now, wrong === null);
    const answer = await world.redeem(code, client, wrong ?? {});
    if (outcome === "issued") {
      code.used = true;
      world.addTokens(answer, code.grant, code.grant.scope);
      return;
    }
    mustBeRefused(answer, `a code that is ${outcome}`);
    if (outcome === "guessed") code.failures += 1;
    if (outcome === "replayed") code.grant.revoked = true;
  },

  async "redeem at once"(world, { a }) {
    const code = pickNew(world.codes, a, isOpen);
    if (code === undefined) return;
    const outcome = redeemOutcome(code, code.grant.client, world.now, true);
    const answers = await Promise.all([1, 2, 3].map(() => world.redeem(code, code.grant.client)));
    const won = answers.filter(({ status }) => status === 200);
    mustBe(won.length, outcome === "issued" ? 1 : 0, "how many redeem one code");
    for (const answer of won) world.addTokens(answer, code.grant, code.grant.scope);
    if (outcome === "invalid_client" || outcome === "refused") return;
    code.used = true;
    code.grant.revoked = true;
  },

  async refresh(world, { a, b, c }) {
    const token = pickNew(world.refresh, a, isKept);
    if (token === undefined) return;
    const client = presenting(
      token.grant.client,
      world.clients.filter((each) => each.id !== "service"),
      b,
    );
    const asked = c % 4 === 0 ? scopeFor(c) : undefined;
    const wider = asked?.some((name) => !token.grant.scope.includes(name)) ?? false;
    const outcome = refreshOutcome(token, client, world.now, wider);
    const answer = await world.rotate(token, client, asked?.join(" "));
    if (outcome === "retried" && token.successor !== null) return world.checkRetry(answer, token.successor);
    if (outcome === "rotated") {
      const successor = world.addTokens(answer, token.grant, asked ?? token.grant.scope);
      mustBe(successor === token || successor === null, false, "another token takes its place");
      token.usedAt = world.now;
      token.successor = successor;
      return;
    }
    mustBeRefused(answer, `a refresh token that is ${outcome}`);
    if (outcome === "replayed") token.grant.revoked = true;
  },

  async "refresh at once"(world, { a }) {
    const token = pickNew(world.refresh, a, isKept);
    if (token === undefined) return;
    const { client, scope } = token.grant;
    const outcome = refreshOutcome(token, client, world.now, false);
    const answers = await Promise.all([1, 2, 3].map(() => world.rotate(token, client)));
    if (outcome === "rotated" || outcome === "retried") {
      const [first, ...others] = answers;
      if (outcome === "rotated" && first !== undefined) {
        token.successor = world.addTokens(first, token.grant, scope);
        token.usedAt = world.now;
        others.push(first);
      }
      const { successor } = token;
      if (successor === null) throw new Error("A refresh token has no successor.");
      for (const answer of others) world.checkRetry(answer, successor);
      return;
    }
    for (const answer of answers) mustBeRefused(answer, `a refresh token that is ${outcome}`);
    if (outcome === "replayed") token.grant.revoked = true;
  },

  async revoke(world, { a, b }) {
    const token = pickNew([...world.access, ...world.refresh], a, anything);
    if (token === undefined) return;
    const owner = token.kind === "access" ? token.client : token.grant.client;
    const client = presenting(owner, world.clients, b);
    const { status } = await world.post(client, "/auth/revoke", { token: token.text });
    if (client.disabled) return mustBe(status, 401, "a disabled client revokes nothing");
    if (client !== owner) return;
    mustBe(status, 200, "a client gives back what it has");
    if (token.kind === "access") token.revoked ||= isActive(token, world.now);
    else if (!token.gone) token.grant.revoked = true;
  },

  async "take back"(world, { a, b }) {
    const [client, person] = [pick(world.clients, a), pick(world.people, b)];
    if (client === undefined || person === undefined) return;
    const { store } = world.server.context;
    const record = await store.findClient(client.id);
    if (record === null) return;
    const { subject } = person.account;
    await store.revokeAccess({ subject, clientId: record.clientId }, "revoked_by_person", world.now);
    for (const grant of world.grants) grant.revoked ||= grant.client === client && grant.person === person;
  },

  async "start a device"(world, { a, c }) {
    const client = pick(
      world.clients.filter(({ isDevice }) => isDevice),
      a,
    );
    if (client === undefined) return;
    const { status } = await world.startDevice(client, scopeFor(c));
    mustBe(status, client.disabled ? 401 : 200, "a device begins");
  },

  async "answer a device"(world, { a, b, c }) {
    const [device, person] = [pickNew(world.devices, a, isWanted), pick(world.people, b)];
    if (device === undefined || person === undefined) return;
    const decision = c % 3 === 0 ? "deny" : "allow";
    const open = device.status === "pending" && !device.gone && device.expiresAt > world.now;
    const answered = await world.answerDevice(device, person, decision);
    mustBe(
      answered,
      open && !person.disabled && !device.client.disabled,
      "a device is answered once, in time",
    );
    if (!answered) return;
    device.status = decision === "allow" ? "approved" : "denied";
    if (decision === "allow") device.collectableUntil = world.now + 60;
    if (decision === "allow") device.grant = world.newGrant(device.client, person, device.scope);
  },

  async poll(world, { a, b }) {
    const device = pickNew(world.devices, a, isWanted);
    if (device === undefined) return;
    const client = presenting(
      device.client,
      world.clients.filter(({ isDevice }) => isDevice),
      b,
    );
    const outcome = pollOutcome(device, client, world.now);
    const answer = await world.poll(device, client);
    if (outcome !== "tokens" || device.grant === null)
      return mustBe(answer.body.error, outcome, "how a poll is answered");
    device.used = true;
    world.addTokens(answer, device.grant, device.scope);
  },

  async "poll at once"(world, { a }) {
    const device = pickNew(world.devices, a, isWanted);
    if (device === undefined || device.status !== "approved" || device.grant === null) return;
    const outcome = pollOutcome(device, device.client, world.now);
    const answers = await Promise.all([1, 2, 3].map(() => world.poll(device, device.client)));
    const won = answers.filter(({ status }) => status === 200);
    mustBe(won.length, outcome === "tokens" ? 1 : 0, "how many polls get tokens");
    for (const answer of won) world.addTokens(answer, device.grant, device.scope);
    device.used ||= won.length > 0;
  },

  async "act for itself"(world, { a, c }) {
    const client = pick(
      world.clients,
      c % 4 === 0 ? a : world.clients.findIndex(({ id }) => id === "service"),
    );
    if (client === undefined) return;
    const scope = scopeFor(c).filter((name) => name !== "profile");
    const answer = await world.token(client, {
      ...CLIENT_CREDENTIALS_FORM,
      scope: scope.join(" "),
    });
    if (client.id !== "service" || client.disabled)
      return mustBeRefused(answer, "no client acts so that may not");
    mustBe(answer.body.refresh_token, undefined, "no refresh token (RFC 6749 §4.4.3)");
    const audience = [
      ...new Set(
        scope.map((name) => (name === "files" ? "https://files.example/api" : "https://mail.example/")),
      ),
    ].sort();
    world.addAccess(answer.body, null, client, client.id, scope, audience);
  },

  async register(world) {
    if (world.clients.length > 8) return;
    const redirectUri = "https://stranger.example/callback";
    const response = await postRegistration(world.server, {
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
    });
    const { client_id } = (await response.json()) as { client_id: string };
    world.clients.push({
      id: client_id,
      redirectUri,
      isDevice: false,
      registered: true,
      disabled: false,
      used: false,
    });
  },

  async "disable a person"(world, { a }) {
    const person = pick(world.people, a);
    if (person === undefined) return;
    await world.server.context.store.disableAccount(person.account.subject, world.now);
    person.disabled = true;
    for (const grant of world.grants) grant.revoked ||= grant.person === person;
  },

  async "enable a person"(world, { a }) {
    const person = pick(
      world.people.filter(({ disabled }) => disabled),
      a,
    );
    if (person === undefined) return;
    await world.server.context.store.enableAccount(person.account.subject);
    person.disabled = false;
    person.cookie = await world.server.signIn(person.account);
  },

  async "disable a client"(world, { a }) {
    const client = pick(world.clients, a);
    if (client !== undefined) await world.setClientDisabled(client, true);
  },

  async "enable a client"(world, { a }) {
    const client = pick(
      world.clients.filter(({ disabled }) => disabled),
      a,
    );
    if (client !== undefined) await world.setClientDisabled(client, false);
  },

  async "replace a client"(world, { a }) {
    const client = pick(
      world.clients.filter(({ registered }) => !registered),
      a,
    );
    if (client !== undefined) await world.replaceClient(client);
  },

  async wait(world, { a }) {
    world.server.clock.advance(WAITS[a % WAITS.length] ?? 1);
  },

  "clean up": (world) => world.cleanUp(),

  async "mistake one for another"(world, { a, b }) {
    const credential = pickNew(world.credentials, a, anything);
    const door = pick(DOORS, b);
    if (credential === undefined || door === undefined || door.kind === credential.kind) return;
    const client = pick(world.clients, b) ?? ownerOf(credential);
    const form = { grant_type: door.grantType, [door.parameter]: credential.text, code_verifier: undefined };
    mustBeRefused(await world.token(client, form), `a ${credential.kind} as ${door.parameter}`);
  },

  async "change a letter"(world, { a, c }) {
    const credential = pickNew(world.credentials, a, anything);
    if (credential === undefined) return;
    const place = 4 + (c % (credential.text.length - 4));
    const letter = credential.text[place] === "A" ? "B" : "A";
    const text = credential.text.slice(0, place) + letter + credential.text.slice(place + 1);
    const door = DOORS.find(({ kind }) => kind === credential.kind);
    const owner = ownerOf(credential);
    if (door !== undefined) {
      mustBeRefused(
        await world.token(owner, { grant_type: door.grantType, [door.parameter]: text }),
        "a changed one",
      );
      return;
    }
    await world.post(owner, "/auth/revoke", { token: text });
  },
};

const DOORS = [
  { kind: "code", grantType: "authorization_code", parameter: "code" },
  { kind: "refresh", grantType: "refresh_token", parameter: "refresh_token" },
  { kind: "device", grantType: DEVICE_GRANT, parameter: "device_code" },
] as const;

const ownerOf = (credential: Credential): Client =>
  "client" in credential ? credential.client : credential.grant.client;
