/** The languages of the pages: whole, well-formed, chosen by one rule, and switched without losing the page. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { pageFrame } from "../../src/pages/frame.ts";
import { stylesheet } from "../../src/pages/style.ts";
import { english } from "../../src/pages/texts/english.ts";
import { completed, isGroup } from "../../src/pages/texts/language.ts";
import { pluralsOf } from "../../src/pages/texts/plural.ts";
import { chooseLanguage, LANGUAGES, TRANSLATIONS } from "../../src/pages/texts.ts";
import { clockTime, duration, longDate, relativeTime } from "../../src/pages/time.ts";
import { UI_LOCALES } from "../../src/protocol/ui-locales.ts";
import { authorizePath, formsOf } from "../support/code-flow.ts";
import { addPersonWithPassword, type Browser, openBrowser, startDevice } from "../support/pages.ts";
import { makeSetupLink } from "../support/people.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

/** All texts of a group, by their place: `errors.busy.title`. */
function textsIn(group: object, place: readonly string[] = []): [string, unknown][] {
  return Object.entries(group).flatMap(([name, text]): [string, unknown][] =>
    isGroup(text) ? textsIn(text, [...place, name]) : [[[...place, name].join("."), text]],
  );
}

const ENGLISH_TEXTS = textsIn(english).filter(([place]) => place !== "language");

type Numbers = readonly number[];
const SAMPLES: Numbers = [0, 1, 2, 3, 5, 11, 21, 100, 1_000_000];

/** Whether a text is about an event of the activity, which is one object. */
const takesFacts = (text: unknown): boolean => /^\(?\{/.test(String(text));

/** What a text says of an event, whoever did it. */
function saidOfEvent(text: (facts: object) => unknown, count: unknown): string {
  const facts = { client: "Mark0", group: "Mark1", reason: null, count };
  return ["you", "operator", "other"]
    .flatMap((by) => [text({ ...facts, by }), text({ ...facts, by, client: null })])
    .join("\n");
}

/** The values that a text is tried with: names that no language changes, or a number for each. */
function said(text: unknown, count: number | null): string {
  if (Array.isArray(text)) return text.join(" ");
  if (typeof text !== "function") return String(text);
  if (takesFacts(text)) return saidOfEvent((facts) => text(facts), count ?? "Mark2");
  return String(text(...Array.from({ length: text.length }, (_, index) => count ?? `Mark${index}`)));
}

/** The parameters that are numbers, by their names: those need no isolation. */
const NUMBERS = /^(count|days|hours|minutes|seconds|characters|bytes|digits|megabytes|most|uses|used)$/;

/** The text with a name for each parameter, but a number where English wants one. */
function saidWithNames(text: unknown, original: unknown): string {
  if (typeof text !== "function") return said(text, null);
  if (takesFacts(text)) return said(text, 7);
  const [, names = ""] = /^\(?([^)=]*)\)?\s*=>/.exec(String(original)) ?? [];
  const values = names.split(",").map((name, index) => (NUMBERS.test(name.trim()) ? 7 : `Mark${index}`));
  return String(text(...values));
}

const marksIn = (text: string): readonly string[] => [...new Set(text.match(/Mark\d/g) ?? [])].sort();

test("the metadata names the languages of the pages", () => {
  expect(LANGUAGES.map(({ tag }) => tag)).toEqual([...UI_LOCALES]);
});

for (const { tag, name, direction, load } of TRANSLATIONS) {
  describe(`${name} (${tag})`, () => {
    const own = new Map(textsIn(load()));

    test("has every text that English has", () => {
      expect(ENGLISH_TEXTS.map(([place]) => place).filter((place) => !own.has(place))).toEqual([]);
    });

    test("has no text that English does not have", () => {
      const known = new Set(ENGLISH_TEXTS.map(([place]) => place));
      expect([...own.keys()].filter((place) => !known.has(place))).toEqual([]);
    });

    test("says the same names, addresses and numbers as English", () => {
      for (const [place, text] of ENGLISH_TEXTS) {
        const translated = own.get(place);
        if (translated === undefined) continue;
        expect({ place, marks: marksIn(said(translated, null)) }).toEqual({
          place,
          marks: marksIn(said(text, null)),
        });
        for (const count of SAMPLES) {
          expect({ place, words: said(translated, count) }).toEqual({
            place,
            words: said(text, count) === "" ? "" : expect.stringMatching(/\S/),
          });
          expect(said(translated, count)).not.toMatch(/\b(undefined|null|NaN)\b|\$\{/);
        }
      }
    });

    test("is translated, wherever English has a sentence", () => {
      const same = ENGLISH_TEXTS.filter(([place, text]) => {
        const words = said(text, null);
        return words.split(" ").length > 2 && said(own.get(place), null) === words;
      });
      expect(same.map(([place]) => place)).toEqual([]);
    });

    if (direction === "rtl") {
      test("keeps names and addresses apart from the words around them", () => {
        const originals = new Map(ENGLISH_TEXTS);
        const bare = [...own].filter(([place, text]) =>
          [...saidWithNames(text, originals.get(place)).matchAll(/(.?)Mark\d(.?)/g)].some(
            ([, before, after]) =>
              (before !== "" || after !== "") && (before !== "\u2068" || after !== "\u2069"),
          ),
        );
        expect(bare.map(([place]) => place)).toEqual([]);
      });
    }
  });
}

test("every language has a tag, a name of its own and a place in the switch", () => {
  const tags = LANGUAGES.map(({ tag }) => tag);
  expect(new Set(tags).size).toBe(tags.length);
  expect(new Set(LANGUAGES.map(({ name }) => name)).size).toBe(tags.length);
  for (const { tag, texts, isTranslated } of LANGUAGES) {
    expect(Intl.getCanonicalLocales(tag)).toEqual([tag]);
    expect(texts.language).toBe(tag);
    expect(isTranslated).toBe(tag !== "en" && tag !== "de");
    // The locale has data of its own, so that its dates are not in another language.
    expect(Intl.DateTimeFormat.supportedLocalesOf([tag])).toEqual([tag]);
  }
});

test("a language without a text has the English one", () => {
  const half = completed({
    tag: "tlh",
    name: "tlhIngan Hol",
    direction: "ltr",
    load: () => ({ signIn: { title: "yI'el" }, consent: { mayNot: ["Qo'"] } }),
  });
  expect(half.texts.signIn.title).toBe("yI'el");
  expect(half.texts.signIn.submit).toBe(english.signIn.submit);
  expect(half.texts.consent.mayNot).toEqual(["Qo'"]);
  expect(half.texts.consent.title("Web")).toBe("Allow Web?");
  expect(half.texts.errors.busy).toEqual(english.errors.busy);
  expect(half.texts.language).toBe("tlh");
  expect(english.signIn.title).toBe("Sign in");
});

describe("numbers", () => {
  test("take the form that the language has for them", () => {
    const arabic = pluralsOf<"zero" | "one" | "two" | "few" | "many">("ar");
    const forms = { zero: "0", one: "1", two: "2", few: "3-10", many: "11-99", other: "100" };
    expect([0, 1, 2, 3, 10, 11, 99, 100, 103].map((count) => arabic(count, forms))).toEqual([
      "0",
      "1",
      "2",
      "3-10",
      "3-10",
      "11-99",
      "11-99",
      "100",
      "3-10",
    ]);
    const plain = pluralsOf("en");
    expect([0, 1, 2].map((count) => plain(count, { none: "no", one: "one", other: "some" }))).toEqual([
      "no",
      "one",
      "some",
    ]);
    expect(plain(0, { one: "one", other: "some" })).toBe("some");
  });

  test("differ in all six forms of Arabic", () => {
    const { texts } = chooseLanguage({ acceptLanguage: "ar" });
    const words = [1, 2, 3, 11, 100].map((days) => texts.account.usedWithin(days).replace(/\d+/g, "#"));
    expect(new Set(words).size).toBe(words.length);
  });

  test("of times have the same digits as the texts, in every language", () => {
    for (const { tag } of LANGUAGES) {
      const times = [relativeTime(tag, -7200), duration(tag, 900), longDate(tag, 0), clockTime(tag, 0)];
      for (const time of times) expect(time).not.toMatch(/[\u0660-\u0669\u06F0-\u06F9]/);
      expect(longDate(tag, 0)).toContain("1970");
    }
    expect(duration("ar", 900)).toContain("15");
    expect(duration("ar", 900)).not.toBe(duration("en", 900));
  });
});

describe("the language that wins", () => {
  const chosen = (tag: string, over: string | null = null) => ({ tag, over });
  const cases: [string, Parameters<typeof chooseLanguage>[0], string][] = [
    [
      "is the application's before all others",
      { uiLocales: "ar", chosen: chosen("de"), locale: "de", acceptLanguage: "de" },
      "ar",
    ],
    [
      "is what the person chose, if the application asks for none that the pages have",
      { uiLocales: "tlh", chosen: chosen("de"), locale: "ar", acceptLanguage: "ar" },
      "de",
    ],
    [
      "is what the person chose on a page in the language of the application",
      { uiLocales: "tlh ar-EG en", chosen: chosen("de", "ar") },
      "de",
    ],
    [
      "is the application's, if the person chose on a page in another language",
      { uiLocales: "en", chosen: chosen("de", "ar") },
      "en",
    ],
    ["is the person's own before the browser's", { locale: "de-AT", acceptLanguage: "ar" }, "de"],
    ["is the browser's, if the person's own is unknown", { locale: "tlh", acceptLanguage: "ar-EG" }, "ar"],
    ["is English without any wish", {}, "en"],
    ["is English for wishes that the pages do not have", { uiLocales: "tlh", acceptLanguage: "tlh" }, "en"],
  ];
  for (const [name, wishes, tag] of cases) {
    test(name, () => {
      expect(chooseLanguage(wishes).tag).toBe(tag);
    });
  }
});

describe("on the pages", () => {
  let server: TestServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await startTestServer();
    await addPersonWithPassword(server, "alice");
  });
  afterAll(() => server.close());

  const fresh = () => {
    browser = openBrowser(server);
    return browser;
  };

  /** The fields of the switch on the page. */
  async function switchOn(response: Response): Promise<Record<string, string>> {
    const form = (await formsOf(response)).find(({ action }) => action === "/language");
    if (form === undefined) throw new Error("The page has no switch.");
    return form.fields;
  }

  const languageOf = async (response: Response) => /<html lang="([^"]+)"/.exec(await response.text())?.[1];

  test("the switch leads back to the page and its query, in the other language, and stays so", async () => {
    fresh();
    const path = "/login?return_to=%2Fdevice%3Fuser_code%3DWDJB-MJHT&login_hint=alice";
    const page = await browser.get(path);
    const html = await page.clone().text();
    for (const { tag, name, direction } of LANGUAGES) {
      expect(html).toContain(`value="${tag}" lang="${tag}" dir="${direction}"`);
      expect(html).toContain(name);
    }
    const fields = await switchOn(page);
    const answer = await browser.post("/language", { ...fields, language: "de" });
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe(path);
    expect(await languageOf(await browser.get(path))).toBe("de");
    expect(await languageOf(await browser.get("/"))).toBe("de");
    expect(await languageOf(await browser.get("/", { "Accept-Language": "ar" }))).toBe("de");
    const current = await (await browser.get("/")).text();
    expect(current).toMatch(/value="de"[^>]*aria-current="true"/);
  });

  test("the cookie of the switch is for this host, for a year, and no script reads it", async () => {
    fresh();
    const answer = await browser.post("/language", { language: "ar" });
    const [cookie = ""] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-tessera-language=ar;/);
    for (const attribute of ["Max-Age=31536000", "Path=/", "HttpOnly", "Secure", "SameSite=Lax"]) {
      expect(cookie).toContain(attribute);
    }
    expect(answer.headers.getSetCookie()).toHaveLength(1);
    expect(answer.headers.get("location")).toBe("/");
  });

  test("a cookie with another value counts as none", async () => {
    for (const value of ["", "tlh", "de de", "<b>", "..", `${"x".repeat(3000)}`]) {
      fresh().language = `__Host-tessera-language=${value}`;
      expect(await languageOf(await browser.get("/"))).toBe("en");
    }
  });

  test("the switch works on a page in the language of an application, until the application asks for another", async () => {
    fresh();
    const path = authorizePath({ ui_locales: "de" });
    const signIn = (await browser.get(path)).headers.get("location") ?? "";
    const page = await browser.get(signIn);
    expect(await languageOf(page.clone())).toBe("de");
    const fields = await switchOn(page);
    expect(fields.over).toBe("de");
    await browser.post("/language", { ...fields, language: "ar" });
    expect(await languageOf(await browser.get(signIn))).toBe("ar");
    const other = (await browser.get(authorizePath({ ui_locales: "en" }))).headers.get("location") ?? "";
    expect(await languageOf(await browser.get(other))).toBe("en");
  });

  const leadsBack: [string, () => Promise<Response>, string][] = [
    [
      "a refused sign-in",
      () =>
        browser.submit("/login?return_to=%2Fdevice&another=1", {
          username: "eve",
          password: "wrong password",
        }),
      "/login?return_to=%2Fdevice&another=1",
    ],
    [
      "a form of another site",
      () => browser.post("/login", {}, { "Sec-Fetch-Site": "cross-site" }),
      "/login",
    ],
    ["a path without a page", () => browser.get("/nothing?a=b", { Accept: "text/html" }), "/"],
    ["an answer to no question", () => browser.post("/consent", {}), "/"],
    [
      // The page repeats nothing of a bad request.
      "an error of an application",
      () => browser.get(authorizePath({ client_id: "nobody" })),
      "/",
    ],
    ["a sign-out that an application asks for", () => browser.get("/auth/logout?client_id=web"), "/logout"],
    ["the help", () => browser.get("/help/errors?q=invalid"), "/help/errors?q=invalid"],
  ];
  for (const [name, open, address] of leadsBack) {
    test(`after ${name}, the switch leads to a page that a GET opens`, async () => {
      fresh();
      expect((await switchOn(await open())).return_to).toBe(address);
    });
  }

  test("where a person is signed in, the switch leads to the same question again", async () => {
    await fresh().signIn("alice");
    const question = await browser.get(authorizePath());
    expect((await switchOn(question)).return_to).toBe(authorizePath());

    const { user_code } = await startDevice(server);
    const done = await browser.submit(`/device?user_code=${user_code}`, { decision: "deny" }, "/device");
    // Without the code, which the page does not repeat.
    expect((await switchOn(done)).return_to).toBe("/device");

    const path = `/setup?token=${await makeSetupLink(server)}`;
    const refused = await browser.submit(path, { username: "", password: "short" }, "/setup");
    expect((await switchOn(refused)).return_to).toBe(path);
  });

  test(
    proves("the switch leads to pages of this server only, and takes no form of another site", "threat 18"),
    async () => {
      for (const target of [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/login/../evil",
        "/account\t",
        "/assets/logo",
        "/consent",
        "/language",
        "/auth/token",
        "javascript:alert(1)",
        "",
      ]) {
        const answer = await fresh().post("/language", { language: "de", return_to: target });
        expect({ target, location: answer.headers.get("location") }).toEqual({ target, location: "/" });
      }
      const foreign = await fresh().post("/language", { language: "de" }, { "Sec-Fetch-Site": "cross-site" });
      expect(foreign.status).toBe(403);
      expect(foreign.headers.getSetCookie()).toEqual([]);
    },
  );

  test("the switch knows no other languages, and a GET does not switch", async () => {
    expect((await fresh().post("/language", { language: "tlh" })).status).toBe(400);
    expect((await browser.post("/language", {})).status).toBe(400);
    const got = await browser.get("/language?language=de");
    expect(got.status).toBe(405);
    expect(got.headers.getSetCookie()).toEqual([]);
  });

  test("below an issuer with a path, the switch stays there and has a cookie of its own", async () => {
    const nested = await startTestServer({ issuer: "https://auth.example/t" });
    const there = openBrowser(nested);
    const page = await there.get("/t/login?login_hint=ada");
    const form = (await formsOf(page)).find(({ action }) => action === "/t/language");
    expect(form?.fields.return_to).toBe("/t/login?login_hint=ada");
    const answer = await there.post("/t/language", { ...form?.fields, language: "de" });
    expect(answer.headers.get("location")).toBe("/t/login?login_hint=ada");
    expect(answer.headers.getSetCookie()[0]).toStartWith("__Host-tessera-language_t=de;");
    await nested.close();
  });

  test("every page says its language, its direction and what they depend on", async () => {
    for (const { tag, direction, isTranslated, texts } of LANGUAGES) {
      for (const path of ["/", "/login", "/nothing"]) {
        const page = await fresh().get(path, { Accept: "text/html", "Accept-Language": tag });
        expect(page.headers.get("content-language")).toBe(tag);
        expect(page.headers.get("vary")).toBe("Accept-Language, Cookie");
        const html = await page.text();
        expect(html).toContain(
          direction === "rtl" ? `<html lang="${tag}" dir="rtl">` : `<html lang="${tag}">`,
        );
        expect(html.includes(texts.foot.translated)).toBe(isTranslated);
      }
    }
  });

  test("an error page is in the language that the application asked for", async () => {
    const page = await fresh().get(authorizePath({ client_id: "nobody", ui_locales: "de" }));
    expect(page.status).toBe(400);
    expect(await languageOf(page.clone())).toBe("de");
    // What it quotes is English, and says so.
    expect(await page.text()).toContain('<dd lang="en" dir="ltr">');
  });

  test("a person's own language counts where a page knows the person", () => {
    const incoming = {
      request: new Request("https://auth.example/", { headers: { "Accept-Language": "en" } }),
      path: "/",
      query: "",
      parameters: {},
      address: "203.0.113.7",
      requestId: "1",
    };
    const frame = pageFrame(server.context, incoming, undefined, { locale: "de-AT" });
    expect(frame.texts.language).toBe("de");
  });
});

test("the stylesheet has no left and no right, so that pages can be turned around", () => {
  const rules = stylesheet({ accent: "#2f5bd0", picture: { light: "background" } });
  expect(rules.match(/[^;{]*\b(left|right)\b[^;}]*/g)).toBeNull();
  // A shorthand with four values has a left and a right one.
  const lopsided = [...rules.matchAll(/(?:margin|padding|inset)[a-z-]*: ([^;]+);/g)].filter(
    ([, value = ""]) => {
      const sides = value.replace(/\([^)]*\)/g, "").split(/\s+/);
      return sides.length === 4 && sides[1] !== sides[3];
    },
  );
  expect(lopsided.map(([rule]) => rule)).toEqual([]);
});
