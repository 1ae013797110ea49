import { afterAll, beforeAll, expect, test } from "bun:test";
import { recordIdText } from "../../src/credentials/credential.ts";
import { startSession } from "../../src/operations/sessions.ts";
import { actOfStranger } from "../../src/rules/events.ts";
import { STEPS } from "../../src/rules/sign-in.ts";
import { removeTemporaryFolders, serve, temporaryFolder, tessera } from "./support.ts";

const data = temporaryFolder();
let running: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  running = await serve(data);
  await tessera(["user", "add", "ada", "--generate", "--data", data]);
});
afterAll(async () => {
  await running.stop();
  removeTemporaryFolders();
});

const session = (...args: string[]) => tessera(["session", ...args, "--data", data]);

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

async function signIn(agent = ""): Promise<string> {
  const account = await running.store.findAccountByUsername("ada");
  if (account === null) throw new Error("There is no ada.");
  const signIn = { account, steps: [STEPS.password] };
  const request = new Request("https://auth.example/login", { headers: { "User-Agent": agent } });
  const act = actOfStranger({ address: "203.0.113.7", requestId: "r", request });
  const started = await startSession(running.server.context, act, signIn, null);
  if (started === null) throw new Error("No session was started.");
  return recordIdText(started.session.id);
}

test("sessions are listed, and one ends alone", async () => {
  expect((await session("list", "ada")).out).toBe("ada is not signed in anywhere.\n");
  const [one, another] = [await signIn(FIREFOX), await signIn()];
  const { out } = await session("list", "ada");
  expect(out).toMatch(/^SESSION_ID +BROWSER +SINCE +LAST SEEN +ENDS$/m);
  expect(out).toMatch(new RegExp(`^${one} +Firefox on Linux `, "m"));
  expect(out).toMatch(new RegExp(`^${another} +unknown `, "m"));
  expect(out).toContain(one);
  expect((await session("end", one)).out).toBe("Ended the session.\n");
  expect((await session("end", one)).err).toContain("There is no session");
  const left = JSON.parse((await session("list", "ada", "--json")).out);
  expect(left).toMatchObject([{ id: another, program: null, system: null }]);
});

test("all sessions of a person end at once", async () => {
  await signIn();
  expect((await session("end", "--user", "ada")).out).toMatch(/^Ended \d sessions of ada\.$/m);
  expect((await session("list", "ada")).out).toBe("ada is not signed in anywhere.\n");
});

test("ending needs to know what to end", async () => {
  expect((await session("end")).err).toContain("Name one session, or --user.");
  expect((await session("end", "x", "--user", "ada")).code).toBe(1);
});
