/** The second factor: setting it up, signing in with it, losing it, and being asked for it. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { decodeJwt } from "jose";
import { codeAt, totpText } from "../../src/accounts/totp.ts";
import { collect } from "../../src/operations/paging.ts";
import { changeAccount, setPassword } from "../../src/operations/people.ts";
import { endSession, everySession, findSignedIn } from "../../src/operations/sessions.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { authorizePath, formsOf, redirectOf } from "../support/code-flow.ts";
import { expectRefusal, expectTokens, textOf as memberOf, redeemCode } from "../support/flows.ts";
import {
  addPersonWithPassword,
  type Browser,
  openBrowser,
  PASSWORD,
  startDevice,
  textOf,
} from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import {
  addAppBehind,
  answerStep,
  enrol,
  FACTOR_PAGE,
  formOn,
  recoveryCodesOn,
  secretOn,
} from "../support/second-factor.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let alice: AccountRecord;
let browser: Browser;

const start = async (settings: Parameters<typeof startTestServer>[0] = {}) => {
  server = await startTestServer(settings);
  server.clock.freeze();
  alice = await addPersonWithPassword(server, "alice");
  browser = openBrowser(server);
};
beforeEach(() => start());
afterEach(() => server.close());

const sessionOf = async (who: Browser = browser) => {
  const request = new Request(server.issuer, { headers: { Cookie: who.cookie } });
  return (await findSignedIn(server.context, request))?.session ?? null;
};

const events = () =>
  server.logged
    .map((line) => JSON.parse(line) as { event?: string; reason?: string })
    .filter(({ event }) => event !== undefined);

/** Sends a form of the page with a code. */
async function change(action: string, code: string): Promise<Response> {
  const { fields } = await browser.form(FACTOR_PAGE, FACTOR_PAGE);
  return browser.post(FACTOR_PAGE, { ...fields, action, code });
}

describe("setting up a second factor", () => {
  test("needs a recent sign-in", async () => {
    await browser.signIn("alice");
    server.clock.advance(901);
    const answer = await browser.get(`${FACTOR_PAGE}?return_to=%2Fdevice`);
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe(
      `/login?return_to=${encodeURIComponent(`${FACTOR_PAGE}?return_to=%2Fdevice`)}`,
    );
  });

  test("shows the same secret as a QR code, a link and a text, and stores nothing before a code is right", async () => {
    await browser.signIn("alice");
    const html = await (await browser.get(FACTOR_PAGE)).text();
    const uri = /href="(otpauth:[^"]+)"/.exec(html)?.[1]?.replaceAll("&amp;", "&") ?? "";
    const secret = secretOn(html);
    expect(new URL(uri).searchParams.get("secret")).toBe(totpText(secret));
    expect(html).toContain('<svg class="qr"');
    const { fields } = await formOn(html, FACTOR_PAGE);
    const wrong = await browser.post(FACTOR_PAGE, { ...fields, code: "000000" });
    expect(wrong.status).toBe(422);
    // The secret is that of the first page, so the app need not be set up again.
    expect(secretOn(await wrong.clone().text())).toEqual(secret);
    expect((await openBrowser(server).signIn("alice")).status).toBe(303);
  });

  test(
    proves("goes on in this browser with both proofs, and ends the sessions in others", "threat 83"),
    async () => {
      const other = openBrowser(server);
      await other.signIn("alice");
      await browser.signIn("alice");
      const before = await sessionOf();
      server.clock.advance(60);
      const app = await enrol(server, browser);
      expect(app.recoveryCodes).toHaveLength(10);
      expect(new Set(app.recoveryCodes).size).toBe(10);
      const session = await sessionOf();
      expect(session).toMatchObject({
        authenticationMethods: ["pwd", "otp", "mfa"],
        authenticationLevel: "2",
      });
      // The password is as old as it was.
      expect(session?.authenticatedAt).toBe(before?.authenticatedAt ?? 0);
      expect(session?.continuity).toEqual(before?.continuity as never);
      expect(await sessionOf(other)).toBeNull();
      expect(events().map(({ event }) => event)).toContain("second_factor.added");
      // The codes are shown once.
      const html = await (await browser.get(FACTOR_PAGE)).text();
      for (const code of app.recoveryCodes) expect(html).not.toContain(code);
      expect(html).toContain("10 recovery codes left");
    },
  );

  test("has the tabs of the account, but for the way to a page that demanded it, and the person's language", async () => {
    await changeAccount(server.context, SERVER_ACT, alice.subject, { profile: { locale: "de" } }, 1);
    await browser.signIn("alice");
    const page = async (path = FACTOR_PAGE) => (await browser.get(path)).text();
    expect(await page()).toMatch(/<html lang="de".*<nav class="sections"/s);
    expect(await page(`${FACTOR_PAGE}?return_to=%2Fdevice`)).not.toContain('<nav class="sections"');
    const app = await enrol(server, browser);
    expect(app.page).toContain('<html lang="de"');
    const removed = await (await change("remove", app.next())).text();
    expect(removed).toMatch(/<html lang="de".*<nav class="sections"/s);
  });

  test("leads on to the page that demanded it", async () => {
    await browser.signIn("alice");
    const { page } = await enrol(server, browser, `${FACTOR_PAGE}?return_to=%2Fdevice`);
    const { fields } = await formOn(page, FACTOR_PAGE);
    expect((await browser.post(FACTOR_PAGE, fields)).headers.get("location")).toBe("/device");
  });

  test("is open to the longest names, in any writing", async () => {
    await server.close();
    await start({ appearance: { name: "認".repeat(40) } });
    const name = "\u{20000}".repeat(200);
    await addPersonWithPassword(server, name);
    await browser.signIn(name);
    await enrol(server, browser);
  });

  test("takes what leads on for no app", async () => {
    await browser.signIn("alice");
    const { page } = await enrol(server, browser);
    const { fields } = await formOn(page, FACTOR_PAGE);
    const sent = { ...fields, action: "set_up", pending: fields.next ?? "", code: "123456" };
    expect((await browser.post(FACTOR_PAGE, sent)).status).toBe(422);
  });

  test("tolerates a phone whose clock is five minutes off, and learns it", async () => {
    await browser.signIn("alice");
    const html = await (await browser.get(FACTOR_PAGE)).text();
    const secret = secretOn(html);
    const ahead = (seconds: number) => codeAt(secret, server.clock.seconds() + seconds);
    const { fields } = await formOn(html, FACTOR_PAGE);
    await browser.post(FACTOR_PAGE, { ...fields, code: ahead(300) });
    server.clock.advance(3600);
    const answer = await answerStep(browser, await openAndSignIn(), ahead(300));
    expect(answer.status).toBe(303);
  });

  test("of two at once only one counts", async () => {
    await browser.signIn("alice");
    const pages = [await browser.get(FACTOR_PAGE), await browser.get(FACTOR_PAGE)];
    const answers = [];
    for (const page of pages) {
      const html = await page.text();
      const { fields } = await formOn(html, FACTOR_PAGE);
      const code = codeAt(secretOn(html), server.clock.seconds());
      answers.push({ fields: { ...fields, code }, cookie: browser.cookie });
    }
    const sent = await Promise.all(answers.map(({ fields }) => browser.post(FACTOR_PAGE, fields)));
    const shown = await Promise.all(sent.map(async (answer) => recoveryCodesOn(await answer.text()).length));
    expect(shown.toSorted()).toEqual([0, 10]);
  });
});

/** Signs in with the password, in a browser without a cookie; the answer is the next page. */
async function openAndSignIn(): Promise<Response> {
  browser.cookie = "";
  return browser.signIn("alice");
}

describe("a person with a second factor", () => {
  let app: Awaited<ReturnType<typeof enrol>>;
  beforeEach(async () => {
    await browser.signIn("alice");
    app = await enrol(server, browser);
  });

  test(proves("is not signed in by the password alone", "threat 83"), async () => {
    const shown = await openAndSignIn();
    expect(shown.status).toBe(200);
    expect(await sessionOf()).toBeNull();
    for (const page of ["/account", FACTOR_PAGE, "/device"])
      expect((await browser.get(page)).headers.get("location")).toStartWith("/login?");
    expect((await browser.get(authorizePath())).headers.get("location")).toContain("/login?");
    const done = await answerStep(browser, shown, app.next());
    expect(done.headers.get("location")).toBe("/account");
    expect(await sessionOf()).toMatchObject({ authenticationLevel: "2" });
  });

  test("types a code with spaces, or in full-width digits", async () => {
    const code = app.next();
    const typed = ` ${code.slice(0, 3)} ${code.slice(3)}`.replaceAll(/\d/g, (digit) =>
      String.fromCodePoint(0xff10 + Number(digit)),
    );
    expect((await answerStep(browser, await openAndSignIn(), typed)).status).toBe(303);
  });

  test(
    proves("uses a code once: that of the set-up, or of another sign-in, is refused", "threat 83"),
    async () => {
      expect((await answerStep(browser, await openAndSignIn(), app.code())).status).toBe(422);
      const code = app.next();
      expect((await answerStep(browser, await openAndSignIn(), code)).status).toBe(303);
      const again = await answerStep(browser, await openAndSignIn(), code);
      expect(again.status).toBe(422);
      expect(await textOf(again)).toContain("was used before");
      // An earlier code is no better than the used one.
      server.clock.advance(30);
      const earlier = app.code(-30);
      expect((await answerStep(browser, await openAndSignIn(), earlier)).status).toBe(422);
      expect((await answerStep(browser, await openAndSignIn(), app.code())).status).toBe(303);
    },
  );

  test(proves("uses a recovery code once, in place of the app", "threat 83"), async () => {
    const [first = ""] = app.recoveryCodes;
    const typed = first.toUpperCase().replaceAll("-", " ");
    expect((await answerStep(browser, await openAndSignIn(), typed)).status).toBe(303);
    expect(await sessionOf()).toMatchObject({ authenticationMethods: ["pwd", "otp", "mfa"] });
    expect(events().filter(({ event }) => event === "recovery_code.used")).toHaveLength(1);
    expect((await answerStep(browser, await openAndSignIn(), first)).status).toBe(422);
    expect((await answerStep(browser, await openAndSignIn(), app.next())).status).toBe(303);
    expect(await textOf(await browser.get(FACTOR_PAGE))).toContain("9 recovery codes left");
  });

  describe("whose form is sent twice, as a double click does,", () => {
    /** The form of the second step with a code, and how its browser sends it. */
    async function formWith(code: string) {
      const { fields } = await formOn(await (await openAndSignIn()).text(), "/login");
      const { cookie } = browser;
      return async (changes: Record<string, string> = {}) => {
        browser.cookie = cookie;
        const answer = await browser.post("/login", { ...fields, code, ...changes });
        const { status, headers } = answer;
        const sets = headers.getSetCookie().filter((each) => !each.includes("tessera-known"));
        return { status, to: headers.get("location"), sets, page: await textOf(answer) };
      };
    }
    const sessions = () => collect(everySession(server.context, alice, server.clock.seconds(), 0));

    test("gets the same answer at once and later, and one session", async () => {
      for (const code of [app.next(), app.recoveryCodes[0] ?? ""]) {
        const send = await formWith(code);
        const before = (await sessions()).length;
        const [first, second] = await Promise.all([send(), send()]);
        expect(first).toMatchObject({ status: 303, to: "/account" });
        expect(second).toEqual(first);
        server.clock.advance(20);
        const { sets, ...third } = await send();
        expect(third).toEqual({ status: 303, to: "/account", page: "" });
        expect(sets.map((each) => each.split(";")[0])).toEqual(first.sets.map((each) => each.split(";")[0]));
        expect(await sessionOf()).not.toBeNull();
        expect(await sessions()).toHaveLength(before + 1);
      }
      expect(events().filter(({ event }) => event === "recovery_code.used")).toHaveLength(1);
      // What was right counts as no guess.
      expect(events().map(({ event }) => event)).not.toContain("sign_in.refused");
    });

    test(proves("gets it with the same code only, and in the same browser", "threat 83"), async () => {
      const code = app.next();
      const send = await formWith(code);
      await send();
      for (const changed of [{ code: "000000" }, { code: ` ${code}` }, { code: app.code(30) }])
        expect((await send(changed)).status).toBe(422);
      const other = await formOn(await (await openAndSignIn()).text(), "/login");
      expect((await browser.post("/login", { ...other.fields, code })).status).toBe(422);
      expect(await sessionOf()).toBeNull();
    });

    test(proves("gets it for a minute, and while the session lasts", "threat 83"), async () => {
      const late = await formWith(app.next());
      await late();
      server.clock.advance(60);
      expect((await late()).status).toBe(422);
      const ended = await formWith(app.next());
      await ended();
      const session = await sessionOf();
      await endSession(server.context, SERVER_ACT, session?.id as never);
      expect((await ended()).status).toBe(422);
      expect(await sessionOf()).toBeNull();
    });

    test(proves("gets no guesses that do not count", "threat 33", "threat 83"), async () => {
      const send = await formWith(app.next());
      await send();
      const { sign_in_failures_per_account } = server.context.configuration.limits;
      browser.known = "";
      for (let count = 0; count < sign_in_failures_per_account; count += 1) {
        browser.known = "";
        expect((await send({ code: "000000" })).status).toBe(422);
      }
      browser.known = "";
      expect((await send()).status).toBe(429);
    });
  });

  test("is told of it in a line of the security page", async () => {
    const line = async () => textOf(await browser.get("/account/security"));
    expect(await line()).toContain("Second factor You have 10 recovery codes left.");
    expect((await change("remove", app.next())).status).toBe(200);
    expect(await line()).toContain("Second factor Not set up");
  });

  test("is warned of few recovery codes", async () => {
    for (const code of app.recoveryCodes.slice(0, 7))
      expect((await answerStep(browser, await openAndSignIn(), code)).status).toBe(303);
    expect(await textOf(await browser.get(FACTOR_PAGE))).toContain("only a few recovery codes left");
    for (const code of app.recoveryCodes.slice(7))
      expect((await answerStep(browser, await openAndSignIn(), code)).status).toBe(303);
    expect(await textOf(await browser.get(FACTOR_PAGE))).toContain("If you lose your phone now");
  });

  test(proves("is asked anew once the steps before count no more", "threat 83"), async () => {
    const shown = await (await openAndSignIn()).text();
    const { fields } = await formOn(shown, "/login");
    // In another browser.
    const stranger = openBrowser(server);
    await stranger.get("/login");
    const elsewhere = await stranger.post("/login", { ...fields, code: app.next() });
    expect(elsewhere.status).toBe(422);
    expect(await sessionOf(stranger)).toBeNull();
    // A form of this browser cannot carry a progress of another.
    const own = await stranger.form("/login", "/login");
    const mixed = await stranger.post("/login", {
      ...own.fields,
      progress: fields.progress ?? "",
      code: app.next(),
    });
    expect(mixed.status).toBe(422);
    expect(await sessionOf(stranger)).toBeNull();
    // After a change of the password.
    const hash = await server.context.passwords.hash("another long password");
    await setPassword(server.context, SERVER_ACT, alice.subject, hash);
    const late = await browser.post("/login", { ...fields, code: app.next() });
    expect(late.status).toBe(422);
    expect(await textOf(late)).toContain("Enter your password again");
    expect(await sessionOf()).toBeNull();
  });

  test(proves("has ten minutes for the step, however often it goes wrong", "threat 83"), async () => {
    let shown = await openAndSignIn();
    for (let count = 0; count < 3; count += 1) {
      server.clock.advance(180);
      shown = await answerStep(browser, shown, "000000");
      expect(shown.status).toBe(422);
    }
    server.clock.advance(61);
    expect((await answerStep(browser, shown, app.next())).status).toBe(422);
    expect(await sessionOf()).toBeNull();
  });

  test("who has signed in in another tab meanwhile goes on", async () => {
    const shown = await openAndSignIn();
    const other = await openAndSignIn();
    expect((await answerStep(browser, other, app.next())).status).toBe(303);
    const late = await answerStep(browser, shown, app.next());
    expect(late.headers.get("location")).toBe("/account");
  });

  test("stays signed in when they change the password", async () => {
    const fields = { current_password: PASSWORD, new_password: "a new and long password" };
    const changed = await browser.submit("/account/password", fields, "/account/password");
    expect(changed.headers.get("location")).toStartWith("/account/security?notice=");
    expect(await sessionOf()).toMatchObject({ authenticationLevel: "2" });
  });

  describe("changes it with a code:", () => {
    test("new recovery codes take the place of the old ones", async () => {
      const renewed = await change("renew", app.next());
      const codes = recoveryCodesOn(await renewed.text());
      expect(codes).toHaveLength(10);
      expect((await answerStep(browser, await openAndSignIn(), app.recoveryCodes[0] ?? "")).status).toBe(422);
      expect((await answerStep(browser, await openAndSignIn(), codes[0] ?? "")).status).toBe(303);
      expect(events().map(({ event }) => event)).toContain("recovery_codes.renewed");
    });

    test("a recovery code renews them too, and is gone with the others", async () => {
      const renewed = await change("renew", app.recoveryCodes[0] ?? "");
      expect(recoveryCodesOn(await renewed.text())).toHaveLength(10);
      expect(await textOf(await browser.get(FACTOR_PAGE))).toContain("10 recovery codes left");
    });

    test("another app takes the place of the old one, which works until then", async () => {
      const page = await (await change("replace", app.recoveryCodes[0] ?? "")).text();
      const secret = secretOn(page);
      expect(secret).not.toEqual(app.secret);
      const { fields } = await formOn(page, FACTOR_PAGE);
      expect(
        (await answerStep(openBrowser(server), await openBrowser(server).signIn("alice"), "1")).status,
      ).toBe(422);
      const done = await browser.post(FACTOR_PAGE, {
        ...fields,
        code: codeAt(secret, server.clock.seconds()),
      });
      expect(recoveryCodesOn(await done.text())).toHaveLength(10);
      server.clock.advance(60);
      expect((await answerStep(browser, await openAndSignIn(), app.code())).status).toBe(422);
      const fresh = codeAt(secret, server.clock.seconds());
      expect((await answerStep(browser, await openAndSignIn(), fresh)).status).toBe(303);
    });

    test(proves("the form for another app counts once", "threat 83"), async () => {
      const page = await (await change("replace", app.next())).text();
      const { fields } = await formOn(page, FACTOR_PAGE);
      const code = codeAt(secretOn(page), server.clock.seconds());
      await browser.post(FACTOR_PAGE, { ...fields, code });
      const again = await browser.post(FACTOR_PAGE, { ...fields, code });
      expect(recoveryCodesOn(await again.text())).toHaveLength(0);
    });

    test("turned off, the password is enough again", async () => {
      const off = await change("remove", app.next());
      expect(await textOf(off)).toContain("Your second factor is off");
      expect((await openAndSignIn()).status).toBe(303);
      expect(await sessionOf()).toMatchObject({ authenticationLevel: "1" });
      expect(events().map(({ event }) => event)).toContain("second_factor.removed");
    });

    test(proves("a wrong code changes nothing, and counts", "threat 33"), async () => {
      for (const action of ["renew", "replace", "remove"]) {
        const refused = await change(action, "000000");
        expect(refused.status).toBe(422);
      }
      expect(await textOf(await browser.get(FACTOR_PAGE))).toContain("10 recovery codes left");
      const used = events().filter(
        ({ event, reason }) => event === "sign_in.refused" && reason === "second_step",
      );
      expect(used).toHaveLength(3);
      for (let count = 0; count < 20; count += 1) await change("remove", "000000");
      const limited = await change("remove", "000000");
      expect(limited.status).toBe(429);
      expect((await change("remove", app.next())).status).toBe(429);
    });
  });
});

test(
  proves("a first step that counts once opens the question for the second one once", "threat 83"),
  async () => {
    await browser.signIn("alice");
    const secret = await addAppBehind(server, alice.subject);
    const screen = openBrowser(server, "198.51.100.4");
    const page = (await screen.get("/login/other-device")).headers.get("location") ?? "";
    const html = await (await screen.get(page)).text();
    const [, number = ""] = /aria-describedby="number">(\d\d)</.exec(html) ?? [];
    const request = new URL(page, server.issuer).searchParams.get("request") ?? "";
    const link = `/login/approve?request=${encodeURIComponent(request)}`;
    await browser.submit(link, { number, decision: "allow" }, "/login/approve");
    const form = await screen.form(page, "/login/other-device");
    const shown = await screen.post(form.action, form.fields);
    const again = await screen.post(form.action, form.fields);
    expect(await again.text()).not.toContain('name="progress"');
    const code = codeAt(secret, server.clock.seconds());
    expect((await answerStep(screen, shown, code)).status).toBe(303);
    expect(await sessionOf(screen)).toMatchObject({ authenticationMethods: ["mca", "otp", "mfa"] });
  },
);

describe("a second factor that the operator demands", () => {
  beforeEach(async () => {
    await server.close();
    await start({ sign_in: { second_factor_for: "everyone" } });
  });

  test("is set up on the way to an application, and cannot be turned off", async () => {
    await browser.signIn("alice");
    const asked = await browser.get(authorizePath({ scope: "openid mail.read" }));
    const login = asked.headers.get("location") ?? "";
    expect(login).toContain("step_up=1");
    const setUp = (await browser.get(login.replace(server.issuer, ""))).headers.get("location") ?? "";
    expect(setUp).toStartWith(`${FACTOR_PAGE}?return_to=`);
    const { page, next } = await enrol(server, browser, setUp);
    const { fields } = await formOn(page, FACTOR_PAGE);
    const back = (await browser.post(FACTOR_PAGE, fields)).headers.get("location") ?? "";
    expect(back).toStartWith("/auth/authorize?");
    expect((await browser.get(back)).status).toBe(200);
    expect(await textOf(await browser.get(FACTOR_PAGE))).toContain("requires a second factor of you");
    const kept = await change("remove", next());
    expect(kept.status).toBe(422);
    expect(await textOf(kept)).toContain("requires a second factor of you");
    expect((await openAndSignIn()).status).toBe(200);
  });
});

describe("an application that demands a level", () => {
  const consent = async (path: string, who = browser): Promise<string> => {
    const asked = await who.get(path);
    if (asked.status !== 200) return redirectOf(asked).searchParams.get("code") ?? "";
    const form = (await formsOf(asked)).find(({ action }) => action.endsWith("/consent"));
    const answer = await who.post("/consent", { ...form?.fields, decision: "allow" });
    return redirectOf(answer).searchParams.get("code") ?? "";
  };
  const idTokenFor = async (path: string) => {
    const tokens = await expectTokens(await redeemCode(server, await consent(path)));
    return decodeJwt(memberOf(tokens, "id_token"));
  };
  const locationOf = (response: Response) =>
    (response.headers.get("location") ?? "").replace(server.issuer, "");

  test("gets amr, acr and auth_time as they are", async () => {
    await browser.signIn("alice");
    const signedInAt = server.clock.seconds();
    const first = await idTokenFor(authorizePath({ scope: "openid mail.read" }));
    expect(first).toMatchObject({ amr: ["pwd"], acr: "1", auth_time: signedInAt });
    server.clock.advance(100);
    await enrol(server, browser);
    const second = await idTokenFor(authorizePath({ scope: "openid mail.read", acr_values: "2" }));
    expect(second).toMatchObject({ amr: ["pwd", "otp", "mfa"], acr: "2", auth_time: signedInAt });
  });

  test(proves("demands it of prompt=none too", "threat 83", "RFC 9470 5-1"), async () => {
    await browser.signIn("alice");
    await consent(authorizePath());
    expect(
      redirectOf(await browser.get(authorizePath({ prompt: "none" }))).searchParams.get("code"),
    ).not.toBeNull();
    const refused = redirectOf(await browser.get(authorizePath({ prompt: "none", acr_values: "2" })));
    expect(refused.searchParams.get("error")).toBe("unmet_authentication_requirements");
    expect(refused.searchParams.get("code")).toBeNull();
  });

  describe("of a person whose session has one proof", () => {
    let secret: Uint8Array;
    const code = () => codeAt(secret, server.clock.seconds());
    beforeEach(async () => {
      await browser.signIn("alice");
      secret = await addAppBehind(server, alice.subject);
      server.clock.advance(100);
    });
    /** The page of the missing step, on the way to the request. */
    const stepFor = async (changes: Parameters<typeof authorizePath>[0]) => {
      const login = locationOf(await browser.get(authorizePath({ scope: "openid", ...changes })));
      expect(login).toContain("step_up=1");
      return browser.get(login);
    };

    test("asks for what is missing only, and comes back to the request; the sign-in gets no younger", async () => {
      const before = await sessionOf();
      const done = await answerStep(browser, await stepFor({ acr_values: "2" }), code());
      expect(locationOf(done)).toStartWith("/auth/authorize?");
      const claims = await idTokenFor(locationOf(done));
      expect(claims).toMatchObject({ acr: "2", amr: ["pwd", "otp", "mfa"] });
      expect(claims.auth_time).toBe(before?.authenticatedAt ?? 0);
      expect((await sessionOf())?.expiresAt).toBe(before?.expiresAt ?? 0);
    });

    test(proves("a session that has ended is no step", "threat 83"), async () => {
      const shown = await stepFor({ acr_values: "2" });
      const session = await sessionOf();
      await endSession(server.context, SERVER_ACT, session?.id as never);
      expect((await answerStep(browser, shown, code())).status).toBe(422);
      expect(await sessionOf()).toBeNull();
    });

    test(
      proves("the step alone is no new sign-in: prompt=login and max_age want one", "threat 83"),
      async () => {
        // A person makes up the way past the sign-in page.
        const path = authorizePath({ scope: "openid", acr_values: "2", prompt: "login" });
        const made = `/login?${new URLSearchParams({ return_to: path, step_up: "1" })}`;
        const done = await answerStep(browser, await browser.get(made), code());
        expect(locationOf(await browser.get(locationOf(done)))).toStartWith("/login?");
        server.clock.advance(100);
        const aged = locationOf(await browser.get(authorizePath({ scope: "openid", max_age: "150" })));
        expect(aged).toStartWith("/login?");
        expect(aged).not.toContain("step_up");
      },
    );

    test("a level that is merely wanted may be left out", async () => {
      const shown = await stepFor({ acr_values: "2 1" });
      const without = /href="([^"]+)">Continue without this step/.exec(await shown.text())?.[1] ?? "";
      const claims = await idTokenFor(without.replaceAll("&amp;", "&"));
      expect(claims.acr).toBe("1");
      expect(await (await stepFor({ acr_values: "2" })).text()).not.toContain("Continue without");
    });

    test("a person at the level is sent on at once", async () => {
      await answerStep(browser, await stepFor({ acr_values: "2" }), code());
      const made = await browser.get("/login?return_to=%2Fdevice&step_up=1");
      expect(locationOf(made)).toBe("/device");
    });

    test(proves("a device is approved after the step only", "threat 83"), async () => {
      await server.close();
      await start({ sign_in: { second_factor_for: "everyone" } });
      await browser.signIn("alice");
      secret = await addAppBehind(server, alice.subject);
      const { user_code, device_code } = await startDevice(server);
      const asked = await browser.get(`/device?user_code=${user_code}`);
      const login = locationOf(asked);
      expect(login).toContain("step_up=1");
      const poll = () =>
        server.post("/auth/token", {
          grant_type: "urn:ietf:params:oauth:grant-type:device_code",
          client_id: "television",
          device_code,
        });
      await expectRefusal(await poll(), 400, "authorization_pending");
      const back = locationOf(await answerStep(browser, await browser.get(login), code()));
      expect(back).toStartWith(`/device?user_code=`);
      const form = await browser.form(back, "/device");
      const allowed = await browser.post("/device", {
        ...form.fields,
        acknowledged: "yes",
        decision: "allow",
      });
      expect(allowed.status).toBe(200);
      server.clock.advance(10);
      await expectTokens(await poll());
    });
  });

  test("with prompt=login, the way through the set-up needs one sign-in", async () => {
    const path = authorizePath({ scope: "openid", acr_values: "2", prompt: "login" });
    const login = locationOf(await browser.get(path));
    const form = await browser.form(login, "/login");
    const back = locationOf(
      await browser.post("/login", { ...form.fields, username: "alice", password: PASSWORD }),
    );
    const step = locationOf(await browser.get(back));
    expect(step).toContain("step_up=1");
    const setUp = locationOf(await browser.get(step));
    server.clock.advance(20);
    const { page } = await enrol(server, browser, setUp);
    server.clock.advance(300);
    const { fields } = await formOn(page, FACTOR_PAGE);
    const on = locationOf(await browser.post(FACTOR_PAGE, fields));
    expect((await browser.get(on)).status).toBe(200);
    // The proof counts once.
    expect(locationOf(await browser.get(on))).toStartWith("/login?");
  });

  test(proves("with prompt=login, the form of the codes gives one proof", "threat 83"), async () => {
    const path = authorizePath({ scope: "openid", acr_values: "2", prompt: "login" });
    const login = locationOf(await browser.get(path));
    const form = await browser.form(login, "/login");
    const back = locationOf(
      await browser.post("/login", { ...form.fields, username: "alice", password: PASSWORD }),
    );
    const { page } = await enrol(
      server,
      browser,
      locationOf(await browser.get(locationOf(await browser.get(back)))),
    );
    const { fields } = await formOn(page, FACTOR_PAGE);
    const go = async () => browser.get(locationOf(await browser.post(FACTOR_PAGE, fields)));
    expect((await go()).status).toBe(200);
    server.clock.advance(1700);
    expect(locationOf(await go())).toStartWith("/login?");
  });
});
