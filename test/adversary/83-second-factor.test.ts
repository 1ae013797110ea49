/** Threat class 83: nobody gets past the second step, on either engine. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { codeDigest, newRecoveryCode, normalizeCode } from "../../src/accounts/totp.ts";
import { collect } from "../../src/operations/paging.ts";
import { everySession } from "../../src/operations/sessions.ts";
import { insert } from "../../src/store/contract.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { recoveryCodes } from "../../src/store/tables/sign-in.ts";
import { authorizePath } from "../support/code-flow.ts";
import { addPersonWithPassword, openBrowser, startDevice } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { addAppBehind, answerStep, appCode, formOn } from "../support/second-factor.ts";
import { type EngineServer, onBothEngines } from "./engines.ts";

const AT_ONCE = 50;
/** Each signs in with the password first, which takes its time. */
const BROWSERS = 12;

onBothEngines((start) => {
  let server: EngineServer;
  let alice: AccountRecord;
  let secret: Uint8Array;
  beforeEach(async () => {
    server = await start({
      limits: {
        sign_in_failures_per_account: 1000,
        sign_in_failures_per_address: 1000,
        second_step_failures_per_account: 1000,
      },
    });
    server.clock.freeze();
    alice = await addPersonWithPassword(server, "alice");
    secret = await addAppBehind(server, alice.subject);
  });
  afterEach(() => server.close());

  const sessions = () => collect(everySession(server.context, alice, server.clock.seconds(), 0));

  /** The page of the second step, in a browser of its own. */
  async function openStep() {
    const browser = openBrowser(server);
    const { fields } = await formOn(await (await browser.signIn("alice")).text(), "/login");
    return { browser, fields };
  }

  /** The same code, many times at once, each in a browser of its own. */
  async function atOnce(code: string): Promise<number[]> {
    const steps = [];
    for (let count = 0; count < BROWSERS; count += 1) steps.push(await openStep());
    const answers = await Promise.all(
      steps.map(({ browser, fields }) => browser.post("/login", { ...fields, code })),
    );
    return answers.map(({ status }) => status);
  }

  /** One form, many times at once, as if its browser sent it again and again. */
  async function formAtOnce(code: string) {
    const { browser, fields } = await openStep();
    const { cookie } = browser;
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, () => {
        const tab = openBrowser(server);
        tab.cookie = cookie;
        return tab.post("/login", { ...fields, code }).then(({ status }) => ({ status, cookie: tab.cookie }));
      }),
    );
    return [...new Set(answers.map((answer) => `${answer.status} ${answer.cookie}`))];
  }

  async function addRecoveryCode(): Promise<string> {
    const { store, keys, random } = server.context;
    const code = newRecoveryCode(random);
    const digest = codeDigest(keys, alice.subject, normalizeCode(code)?.text ?? "");
    await store.commit({
      changes: [insert(recoveryCodes, { digest, subject: alice.subject, createdAt: 1, usedAt: null })],
    });
    return code;
  }

  test(proves("one code in many browsers at once starts one session", "threat 83"), async () => {
    const statuses = await atOnce(appCode(server, secret));
    expect(statuses.filter((status) => status === 303)).toHaveLength(1);
    expect(await sessions()).toHaveLength(1);
  });

  test(proves("one recovery code in many browsers at once starts one session", "threat 83"), async () => {
    const statuses = await atOnce(await addRecoveryCode());
    expect(statuses.filter((status) => status === 303)).toHaveLength(1);
    expect(await sessions()).toHaveLength(1);
  });

  test(
    proves("one form sent fifty times at once gets one answer, and starts one session", "threat 83"),
    async () => {
      for (const code of [appCode(server, secret), await addRecoveryCode()]) {
        const before = (await sessions()).length;
        const answers = await formAtOnce(code);
        expect(answers).toHaveLength(1);
        expect(answers[0]).toStartWith("303 ");
        expect(await sessions()).toHaveLength(before + 1);
      }
    },
  );

  test(proves("with a step missing, no page and no door is open", "threat 83"), async () => {
    const browser = openBrowser(server);
    const shown = await browser.signIn("alice");
    expect(shown.status).toBe(200);
    const { user_code } = await startDevice(server);
    for (const page of [
      "/account",
      "/account/second-factor",
      `/device?user_code=${user_code}`,
      authorizePath(),
      authorizePath({ acr_values: "1" }),
      "/login?step_up=1&return_to=%2Faccount",
    ]) {
      const answer = await browser.get(page);
      if (answer.status === 303) expect(answer.headers.get("location")).toContain("/login?");
      else expect(await answer.text()).toContain('name="password"');
    }
    const silent = await browser.get(authorizePath({ prompt: "none" }));
    expect(new URL(silent.headers.get("location") ?? "").searchParams.get("error")).toBe("login_required");
    expect(await sessions()).toHaveLength(0);
    // The form of the first step with a code, and the form of the second without one.
    const first = await browser.form("/login", "/login");
    await browser.post("/login", { ...first.fields, code: appCode(server, secret) });
    await browser.post("/login", { ...(await formOn(await shown.text(), "/login")).fields });
    expect(await sessions()).toHaveLength(0);
  });

  test(proves("a progress that a person makes up or changes is none", "threat 83"), async () => {
    const browser = openBrowser(server);
    const { fields } = await formOn(await (await browser.signIn("alice")).text(), "/login");
    const [id, expiry, encoded = "", mac] = (fields.progress ?? "").split(".");
    const progress = JSON.parse(Buffer.from(encoded, "base64url").toString("utf8"));
    expect(progress).toMatchObject({ subject: alice.subject, steps: [{ means: "password" }] });
    const bob = await addPersonWithPassword(server, "bob");
    for (const changed of [
      { ...progress, subject: bob.subject },
      { ...progress, steps: [{ means: "key", methods: ["pop"], factors: 2 }] },
      { ...progress, until: progress.until + 1 },
    ]) {
      const text = Buffer.from(JSON.stringify(changed)).toString("base64url");
      const made = [id, expiry, text, mac].join(".");
      const answer = await browser.post("/login", {
        ...fields,
        progress: made,
        code: appCode(server, secret),
      });
      expect(answer.status).toBe(422);
    }
    expect(await sessions()).toHaveLength(0);
    expect((await answerStep(browser, await browser.signIn("alice"), appCode(server, secret))).status).toBe(
      303,
    );
  });
});
