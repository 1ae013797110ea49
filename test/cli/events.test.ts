/** The log has the act of each command and the operator who gave it. Standard output has only results. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { parseCredential } from "../../src/credentials/credential.ts";
import { answerDevice, findDevice } from "../../src/operations/devices.ts";
import { startSession } from "../../src/operations/sessions.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { STEPS } from "../../src/rules/sign-in.ts";
import { encodeForm } from "../support/server.ts";
import { endProcesses, finished, startTessera } from "./processes.ts";
import { removeTemporaryFolders, serve, temporaryFolder, tessera } from "./support.ts";

const data = temporaryFolder();
let running: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  running = await serve(data, { demo: true });
});
afterEach(endProcesses);
afterAll(async () => {
  await running.stop();
  removeTemporaryFolders();
});

const USER = Bun.spawnSync(["id", "-un"]).stdout.toString().trim();

const run = (command: string, overrides = {}) =>
  tessera([...command.split(" "), "--data", data, "--set", "log.format=json"], overrides);

type Event = Record<string, unknown>;

const eventsIn = (err: string): Event[] =>
  err
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

/** The command's events in the log. Its result is JSON, without events. */
async function told(command: string, overrides = {}): Promise<Event[]> {
  const { code, out, err } = await run(`${command} --json`, overrides);
  expect(code).toBe(0);
  JSON.parse(out);
  expect(out).not.toContain('"event"');
  return eventsIn(err);
}

/** One event of this operator. */
const act = (event: string, about: Event = {}) => [
  expect.objectContaining({ level: "info", event, by: `operator:${USER}`, ...about }),
];

const post = async (path: string, form: Record<string, string>) =>
  (
    await fetch(running.configuration.issuer + path, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: encodeForm(form),
    })
  ).json();

/** Ada's grant for the demonstration's television. */
async function adaAllows() {
  const { context } = running.server;
  const { device_code: code } = await post("/auth/device", { client_id: "demo-device" });
  const account = await running.store.findAccountByUsername("ada");
  const presented = parseCredential("device_code", code);
  const found = presented && (await findDevice(context, presented.id));
  const session =
    account && (await startSession(context, SERVER_ACT, { account, steps: [STEPS.password] }, null));
  if (!account || !found?.device || !session) throw new Error("no demonstration");
  await answerDevice(context, SERVER_ACT, found.device, { account, session: session.session }, true);
  const tokens = await post("/auth/token", {
    grant_type: "urn:ietf:params:oauth:grant-type:device_code",
    client_id: "demo-device",
    device_code: code,
  });
  const [grant] = JSON.parse((await run("grant list --user ada --json")).out);
  return {
    access: String(tokens.access_token),
    refresh: String(tokens.refresh_token),
    subject: account.subject,
    grant: grant.id as string,
  };
}

describe("an act of the operator is told", () => {
  test("about people", async () => {
    const created = await told("user add grace --generate");
    const subject = (await running.store.findAccountByUsername("grace"))?.subject;
    expect(created).toEqual(act("person.created", { subject, via: "operator" }));
    expect(await told("group add family")).toEqual(act("group.created", { group: "family" }));
    expect(await told("group set family --description us")).toEqual(
      act("group.changed", { group: "family" }),
    );
    const about = { group: "family", subject };
    const changed = act("person.changed", { subject });
    expect(await told("group join family grace")).toEqual([...changed, ...act("group.joined", about)]);
    expect(await told("group remove family")).toEqual([
      ...act("group.removed", { group: "family" }),
      ...changed,
      ...act("group.left", about),
    ]);
    expect(await told("user password grace --generate")).toEqual(act("password.changed", { subject }));
    expect(await told("user disable grace")).toEqual(act("person.disabled", { subject }));
    expect(await told("user enable grace")).toEqual(act("person.enabled", { subject }));
  });

  test("about clients and their secrets", async () => {
    expect(await told("client add --id wiki")).toEqual(act("client.created", { client: "wiki" }));
    expect(await told("client secret add wiki")).toEqual(act("client_secret.added", { client: "wiki" }));
    const [secret] = (await running.store.findClient("wiki"))?.secrets ?? [];
    expect(await told(`client secret remove wiki ${secret?.id}`)).toEqual(
      act("client_secret.removed", { client: "wiki" }),
    );
    expect(await told("client remove wiki")).toEqual(act("client.removed", { client: "wiki" }));
  });

  test("about access", async () => {
    const client = "demo-device";
    const { access, refresh, grant, subject } = await adaAllows();
    expect(await told("token revoke -", { stdin: access })).toEqual(
      act("token.revoked", { grant, subject, client }),
    );
    const reason = "revoked_by_operator";
    expect(await told("token revoke -", { stdin: refresh })).toEqual(
      act("grant.revoked", { grant, subject, client, reason }),
    );
    const another = await adaAllows();
    expect(await told(`grant revoke ${another.grant}`)).toEqual(
      act("grant.revoked", { grant: another.grant, subject, client, reason }),
    );
    await Promise.all([adaAllows(), adaAllows()]);
    expect(await told("grant revoke --user ada --client demo-device")).toEqual(
      act("access.removed", { subject, client, reason }),
    );
  });

  test("with a token of a client for itself, by the client", async () => {
    await told("client add --id robot");
    const { client_secret: secret } = JSON.parse((await run("client secret add robot --json")).out);
    const { access_token: token } = await post("/auth/token", {
      grant_type: "client_credentials",
      client_id: "robot",
      client_secret: secret,
    });
    expect(await told("token revoke -", { stdin: token })).toEqual(act("token.revoked", { client: "robot" }));
  });

  test("never with a secret", async () => {
    const { out, err } = await run("user add linus --generate");
    const [, password = ""] = /^ {2}(\S+)$/m.exec(out) ?? [];
    expect(password).not.toBe("");
    expect(err).not.toContain(password);
    const added = await run("client add --id shop --json");
    expect(added.err).not.toContain(JSON.parse(added.out).client_secret);
  });
});

describe("nothing is told", () => {
  test.each([
    "user list",
    "client list",
    "client show demo-app",
    "client secret list demo-web",
    "grant list",
  ])("of %s, which changes nothing", async (command) => {
    expect(await told(command)).toEqual([]);
  });

  test("of what was refused, or had happened before", async () => {
    expect((await run("user add ada --generate")).err).toStartWith("The user name 'ada' is taken.");
    expect((await run("user add ada --generate")).err.trim().split("\n")).toHaveLength(1);
    const { grant } = await adaAllows();
    await run(`grant revoke ${grant}`);
    expect(await told(`grant revoke ${grant}`)).toEqual([]);
  });

  test("to a person at a terminal, who reads the result in words", async () => {
    const { out, err } = await run("user add barbara --generate", { drawsProgress: true });
    expect(out).toContain("Added the person barbara.");
    expect(err).toBe("");
  });

  test("where the log is to be silent", async () => {
    const { err } = await run("user add frances --generate --set log.level=silent");
    expect(err).toBe("");
  });
});

test("a process of its own tells who runs it, whatever its environment says", async () => {
  const folder = join(temporaryFolder(), "data");
  await finished(startTessera(["user", "add", "ada", "--generate", "--data", folder]));
  const names = { USER: "mallory", LOGNAME: "mallory", USERNAME: "mallory" };
  const { code, out, err } = await finished(
    startTessera(["user", "disable", "ada", "--json", "--data", folder], names),
  );
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ username: "ada" });
  expect(err).toMatch(
    new RegExp(`^\\S+ info  person disabled event=person.disabled subject=acc_\\S+ by=operator:${USER}\n$`),
  );
});

test("what the server does by itself is told as its own", async () => {
  const set = ['clients=[{"client_id":"mine","grant_types":[]}]', "log.format=json"];
  const other = await serve(join(temporaryFolder(), "data"), { set });
  await other.stop();
  expect(eventsIn(other.printed.err)).toEqual([
    expect.objectContaining({ event: "client.created", client: "mine", by: "server" }),
    expect.objectContaining({ event: "signing_key.added", via: "RS256", by: "server" }),
    expect.objectContaining({ event: "setup_link.created", by: "server" }),
  ]);
});
