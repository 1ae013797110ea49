import { afterAll, beforeAll, expect, test } from "bun:test";
import { recordIdText } from "../../src/credentials/credential.ts";
import { startSession } from "../../src/operations/sessions.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
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

async function signIn(): Promise<string> {
  const account = await running.store.findAccountByUsername("ada");
  if (account === null) throw new Error("There is no ada.");
  const signIn = { account, steps: [STEPS.password] };
  const started = await startSession(running.server.context, SERVER_ACT, signIn, null);
  if (started === null) throw new Error("No session was started.");
  return recordIdText(started.session.id);
}

test("sessions are listed, and one ends alone", async () => {
  expect((await session("list", "ada")).out).toBe("ada is not signed in anywhere.\n");
  const [one, another] = [await signIn(), await signIn()];
  const { out } = await session("list", "ada");
  expect(out).toMatch(/^SESSION_ID +SINCE +LAST SEEN +ENDS$/m);
  expect(out).toContain(one);
  expect((await session("end", one)).out).toBe("Ended the session.\n");
  expect((await session("end", one)).err).toContain("There is no session");
  const left = JSON.parse((await session("list", "ada", "--json")).out);
  expect(left.map(({ id }: { id: string }) => id)).toEqual([another]);
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
