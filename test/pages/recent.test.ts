/** Acts that decide who gets in: a password alone is not enough for a person with a second factor, where one means something. */
import { afterEach, expect, test } from "bun:test";
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import type { CredentialId } from "../../src/protocol/identifiers.ts";
import { insert } from "../../src/store/contract.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { passkeys, totps } from "../../src/store/tables/sign-in.ts";
import { newPublicKey } from "../support/authenticator.ts";
import { addPersonWithPassword, type Browser, openBrowser } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

let server: TestServer;
afterEach(() => server.close());

async function start(configuration: ConfigurationInput): Promise<{ thief: Browser; ada: AccountRecord }> {
  server = await startTestServer(configuration);
  const ada = await addPersonWithPassword(server, "ada", { administrator: true });
  await server.context.store.commit({
    changes: [
      insert(passkeys, {
        credentialId: server.context.random(32) as CredentialId,
        subject: ada.subject,
        name: "Key",
        publicKey: newPublicKey(),
        counter: 0,
        transports: ["usb"],
        aaguid: "00000000-0000-0000-0000-000000000000",
        discoverable: true,
        backedUp: false,
        createdAt: 1,
        usedAt: null,
      }),
    ],
  });
  const thief = openBrowser(server);
  await thief.signIn("ada");
  return { thief, ada };
}

const STEP_UP = /^\/login\?return_to=.*&step_up=1$/;
const leadsTo = async (response: Response) => {
  expect(response.status).toBe(303);
  return response.headers.get("location") ?? "";
};

test(
  proves("who has only the password of a person with a passkey sets up no factor of their own", "threat 83"),
  async () => {
    const { thief } = await start({ sign_in: { second_factor_for: "everyone" } });
    expect(await leadsTo(await thief.get("/account/second-factor"))).toMatch(STEP_UP);
    expect(await leadsTo(await thief.get("/invite-people"))).toMatch(STEP_UP);
    const page = await (await thief.get("/account/passkeys")).text();
    expect(page).not.toContain("data-challenge");
    expect(page).toContain("step_up=1");
    const form = await thief.form("/account/passkeys", "/account/passkeys");
    for (const action of ["add", "remove", "remove_password"])
      expect(await leadsTo(await thief.post("/account/passkeys", { ...form.fields, action }))).toMatch(
        STEP_UP,
      );
    const data = await thief.form("/account/data", "/account/data");
    const asked = await thief.post("/account/data", { ...data.fields, action: "download" });
    expect(await leadsTo(asked)).toMatch(STEP_UP);
  },
);

test(
  proves("a form for a factor that was opened before there was one does not go around it", "threat 83"),
  async () => {
    server = await startTestServer();
    const ada = await addPersonWithPassword(server, "ada");
    const thief = openBrowser(server);
    await thief.signIn("ada");
    const form = await thief.form("/account/second-factor", "/account/second-factor");
    const totp = {
      subject: ada.subject,
      sealedSecret: new Uint8Array(48),
      lastStep: 0,
      drift: 0,
      createdAt: 1,
    };
    await server.context.store.commit({ changes: [insert(totps, totp)] });
    const sent = await thief.post("/account/second-factor", { ...form.fields, code: "000000" });
    expect(await leadsTo(sent)).toMatch(STEP_UP);
  },
);

test("where nothing needs a second factor, a person takes a lost passkey out with the password", async () => {
  const { thief } = await start({});
  expect((await thief.get("/account/second-factor")).status).toBe(200);
  expect(await (await thief.get("/account/passkeys")).text()).toContain("data-challenge");
});

test("one client that needs a second factor is enough for that", async () => {
  const [first, ...others] = TEST_CONFIGURATION.clients ?? [];
  if (first === undefined) throw new Error("There is no client.");
  const clients = [{ ...first, minimum_acr: "2" as const }, ...others];
  const { thief } = await start({ clients });
  expect(await leadsTo(await thief.get("/account/second-factor"))).toMatch(STEP_UP);
});
