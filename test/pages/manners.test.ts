import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PasswordPoolBusy } from "../../src/accounts/passwords.ts";
import { accessWords } from "../../src/pages/access.ts";
import { displayText, isOwnComputer, returnHost, webLink } from "../../src/pages/display.ts";
import { pageFrame } from "../../src/pages/frame.ts";
import { pageErrorResponse } from "../../src/pages/index.ts";
import { accentColors, contrast, GROUNDS } from "../../src/pages/palette.ts";
import { chooseTexts, type Texts } from "../../src/pages/texts.ts";
import { OAuthError, REASONS, type Reason } from "../../src/protocol/errors.ts";
import { parseResourceIndicator } from "../../src/protocol/resource-indicator.ts";
import { parseScope } from "../../src/protocol/scope.ts";
import { StoreBusy, StoreUnavailable } from "../../src/store/contract.ts";
import { authorizePath } from "../support/code-flow.ts";
import { addPersonWithPassword, type Browser, openBrowser, startDevice } from "../support/pages.ts";
import { grantAccess, makeSetupLink } from "../support/people.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

/** Breaks out of an attribute, of text, of a comment, of a script and of a style. */
const POLYGLOT = `'"--></style></title></textarea></script><img src=x onerror=alert(1)><svg/onload=alert(1)>{{7*7}}`;

let folder: string;
let server: TestServer;
let stranger: Browser;
let alice: Browser;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tessera-pages-"));
  writeFileSync(
    join(folder, "logo"),
    '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
  );
  server = await startTestServer({
    appearance: { name: `Home ${"<b>"}`, logo: join(folder, "logo") },
    scopes: [{ name: "mail.read", description: POLYGLOT }],
    resources: [{ identifier: "https://mail.example/", name: POLYGLOT.slice(0, 100), scopes: ["mail.read"] }],
    clients: [
      {
        client_id: "web",
        client_name: POLYGLOT.slice(0, 100),
        client_uri: "https://client.example/'onx=",
        redirect_uris: ["https://client.example/callback"],
        secrets: ["a secret that is long enough for tests"],
      },
      {
        client_id: "television",
        client_name: POLYGLOT.slice(0, 100),
        grant_types: ["urn:ietf:params:oauth:grant-type:device_code"],
      },
    ],
  });
  const account = await addPersonWithPassword(server, "alice", { name: POLYGLOT });
  await grantAccess(server, account, "web", ["mail.read"], ["https://mail.example/"]);
  stranger = openBrowser(server);
  alice = openBrowser(server);
  await alice.signIn("alice");
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Every page, as its reader sees it. The second member says whether the page is part of an authorization. */
const pages: Record<string, [() => Promise<Response>, "on_to_client" | "nowhere_else"]> = {
  home: [() => stranger.get("/"), "nowhere_else"],
  "sign-in": [
    () => stranger.get(`/login?login_hint=${encodeURIComponent(POLYGLOT)}&return_to=/account`),
    "on_to_client",
  ],
  "sign-in, refused": [() => stranger.signIn(POLYGLOT, POLYGLOT), "on_to_client"],
  "signed out": [() => stranger.get("/logout"), "nowhere_else"],
  "sign-out": [() => alice.get("/logout"), "nowhere_else"],
  consent: [
    () => alice.get(authorizePath({ prompt: "consent", state: POLYGLOT, ui_locales: POLYGLOT })),
    "on_to_client",
  ],
  "device code": [() => alice.get("/device"), "nowhere_else"],
  "device code, refused": [
    () => alice.get(`/device?user_code=${encodeURIComponent(POLYGLOT)}`),
    "nowhere_else",
  ],
  "device question": [
    async () => {
      const { user_code } = await startDevice(server, { "User-Agent": POLYGLOT });
      return alice.get(`/device?user_code=${user_code}`);
    },
    "nowhere_else",
  ],
  "device answered": [
    async () => {
      const { user_code } = await startDevice(server);
      return alice.submit(`/device?user_code=${user_code}`, { decision: "deny" }, "/device");
    },
    "nowhere_else",
  ],
  account: [() => alice.get("/account"), "nowhere_else"],
  passkeys: [() => alice.get("/account/passkeys"), "nowhere_else"],
  setup: [async () => stranger.get(`/setup?token=${await makeSetupLink(server)}`), "nowhere_else"],
  help: [() => stranger.get("/help/errors"), "nowhere_else"],
  "unknown client": [() => stranger.get(authorizePath({ client_id: POLYGLOT })), "on_to_client"],
  "unknown address": [
    () => stranger.get(`/${encodeURIComponent(POLYGLOT)}`, { Accept: "text/html" }),
    "on_to_client",
  ],
  "wrong method": [() => stranger.post("/help/errors", {}), "on_to_client"],
  "foreign form": [() => stranger.post("/login", {}, { "Sec-Fetch-Site": "cross-site" }), "on_to_client"],
};

/** The pages that load the script for passkeys, a file of this server. */
const WITH_SCRIPT = ["sign-in", "sign-in, refused", "passkeys"];

for (const [name, [open, leads]] of Object.entries(pages)) {
  describe(`the page "${name}"`, () => {
    test(
      proves(
        "has every header that protects who reads it",
        "OpenID Core 3.1.2.3-4",
        "RFC 9700 4.2.4-1",
        "RFC 9700 4.16-1",
        "RFC 9700 4.16-2",
        "RFC 9700 4.16-4",
      ),
      async () => {
        const { headers } = await open();
        expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
        expect(headers.get("cache-control")).toBe("no-store");
        expect(headers.get("x-frame-options")).toBe("DENY");
        expect(headers.get("x-content-type-options")).toBe("nosniff");
        expect(headers.get("referrer-policy")).toBe("no-referrer");
        expect(headers.get("permissions-policy")).toContain("camera=()");
        expect(headers.get("access-control-allow-origin")).toBeNull();
        // 57: a browser must never ask for a password by itself.
        expect(headers.get("www-authenticate")).toBeNull();
        const closed = leads === "nowhere_else";
        // The whole policy, because one more directive could allow something.
        expect(headers.get("content-security-policy")?.split("; ").sort()).toEqual([
          "base-uri 'none'",
          "default-src 'none'",
          ...(closed ? ["form-action 'self'"] : []),
          "frame-ancestors 'none'",
          "img-src 'self'",
          ...(WITH_SCRIPT.includes(name) ? ["script-src 'self'"] : []),
          "style-src 'self'",
        ]);
        expect(headers.get("cross-origin-opener-policy")).toBe(closed ? "same-origin" : null);
      },
    );

    test(
      proves(
        "30, 31: has no script, no style, no handler and no foreign content of anybody's making",
        "threat 31",
        "threat 30",
        "RFC 9700 4.2.4-1",
      ),
      async () => {
        const found: string[] = [];
        const scripts: unknown[] = [];
        const allowed = new Set(
          `html head meta title link body a div header picture source img span main h1 h2 h3 p form input label button
         section ul li svg path footer dl dt dd strong bdi time details summary hr code nav search noscript`.split(
            /\s+/,
          ),
        );
        const rewriter = new HTMLRewriter().on("*", {
          element(element) {
            if (element.tagName === "script" && WITH_SCRIPT.includes(name)) scripts.push(element);
            else if (!allowed.has(element.tagName)) found.push(element.tagName);
            for (const [attribute, value] of element.attributes) {
              if (attribute.startsWith("on") || attribute === "style")
                found.push(`${element.tagName} ${attribute}`);
              const loads = element.tagName !== "a" && ["src", "srcset", "href"].includes(attribute);
              if (loads && !value.startsWith("/assets/"))
                found.push(`${element.tagName} ${attribute}=${value}`);
              if (attribute === "href" && !/^(\/(?!\/)|#|https:\/\/client\.example\/)/.test(value))
                found.push(value);
            }
          },
        });
        const html = await rewriter.transform(await open()).text();
        expect(found).toEqual([]);
        // All of them are empty, so that no word of a page is run.
        expect(
          html.match(/<script type="module" src="\/assets\/passkey-[\w-]{12}\.js"><\/script>/g) ?? [],
        ).toHaveLength(scripts.length);
        expect(html).not.toContain("<img src=x");
        expect(html).not.toContain("<b>");
      },
    );

    test("has a language, a title, one main heading and headings in order", async () => {
      const html = await (await open()).text();
      expect(html).toStartWith('<!doctype html><html lang="en">');
      expect(html).toMatch(/<title>[^<]+<\/title>/);
      const levels = [...html.matchAll(/<h([1-6])[ >]/g)].map(([, level]) => Number(level));
      expect(levels.filter((level) => level === 1)).toHaveLength(1);
      expect(levels[0]).toBe(1);
      levels.reduce((before, level) => {
        expect(level).toBeLessThanOrEqual(before + 1);
        return level;
      });
    });
  });
}

test("names are shown on one line, without characters that turn their direction, and not without end", () => {
  expect(displayText("Good\u202E\n\tevil\u0007")).toBe("Good evil");
  expect(displayText("a".repeat(200))).toBe(`${"a".repeat(99)}…`);
  expect(displayText("🦊".repeat(3), 2)).toBe("🦊…");
});

const links: [string | null, string | null][] = [
  ["https://client.example/terms", "https://client.example/terms"],
  ["http://client.example/", "http://client.example/"],
  [null, null],
  ["", null],
  ["/terms", null],
  ["javascript:alert(1)", null],
  [" javascript:alert(1)", null],
  ["java\nscript:alert(1)", null],
  ["data:text/html,x", null],
  ["https://bank.example@evil.example/", null],
];
for (const [uri, link] of links) {
  test(`30: ${JSON.stringify(uri)} registered by a client ${link === null ? "is no link" : "is a link"}`, () => {
    expect(webLink(uri)).toBe(link);
  });
}

test("the place to return to is the redirect URI's website, or the device itself", () => {
  expect(returnHost("https://client.example:8443/callback")).toBe("client.example:8443");
  // A look-alike appears in its ASCII form.
  expect(returnHost("https://\u0430pple.example/")).toBe("xn--pple-43d.example");
  expect(returnHost("http://127.0.0.1:49152/callback")).toBeNull();
  expect(returnHost("http://localhost/callback")).toBeNull();
  expect(returnHost("com.example.app:/callback")).toBeNull();
});

test("an address is the reader's own computer only where the server is reached by a loopback name", () => {
  const here = { identifier: "http://localhost:8080" };
  for (const address of ["::1", "127.0.0.1", "127.8.8.8"]) {
    expect(isOwnComputer(here, address)).toBe(true);
    // Behind an undeclared proxy, every client has this address.
    expect(isOwnComputer({ identifier: "https://auth.example" }, address)).toBe(false);
  }
  for (const address of ["203.0.113.7", "127.0.0.1.evil.example", "2001:db8::1", ""]) {
    expect(isOwnComputer(here, address)).toBe(false);
  }
});

describe("what an access is for", () => {
  const HERE = "https://auth.example";
  const MAIL = "https://mail.example/";
  const FILES = "https://files.example/api";
  const ANY = "https://any.example/";
  const cases: [string, string, readonly string[], unknown][] = [
    [
      "a scope stands under the resource that uses it, and what is used here stands apart",
      "profile mail.read files",
      [HERE, MAIL, FILES],
      [
        { resources: [], scopes: ["See your name, user name and picture"] },
        { resources: ["Mail"], scopes: ["Read your e-mail"] },
        { resources: ["Files"], scopes: ["See and change your files"] },
      ],
    ],
    [
      "a resource that takes any scope has none of this server's own",
      "profile files",
      [HERE, ANY],
      [
        { resources: [], scopes: ["See your name, user name and picture"] },
        { resources: ["Any"], scopes: ["See and change your files"] },
      ],
    ],
    [
      "resources with the same scopes share them",
      "files",
      [FILES, ANY],
      [{ resources: ["Files", "Any"], scopes: ["See and change your files"] }],
    ],
    [
      "a resource that can use no scope is named all the same",
      "files",
      [FILES, MAIL],
      [
        { resources: ["Files"], scopes: ["See and change your files"] },
        { resources: ["Mail"], scopes: [] },
      ],
    ],
    ["an access without anything is nothing", "", [], [{ resources: [], scopes: [] }]],
  ];
  for (const [name, scope, resources, words] of cases) {
    test(name, async () => {
      const other = await startTestServer({
        resources: [...(TEST_CONFIGURATION.resources ?? []), { identifier: ANY, name: "Any" }],
      });
      const access = accessWords(
        other.context,
        chooseTexts("en"),
        scope === "" ? [] : parseScope(scope),
        resources.map(parseResourceIndicator),
      );
      const shown = access.map((group) => ({ ...group, scopes: group.scopes.map(({ text }) => text) }));
      expect(shown).toEqual(words as never);
      await other.close();
    });
  }
});

test("the help begins with an index of the error codes, and only errors lead to it", async () => {
  const html = await (await stranger.get("/help/errors")).text();
  const [, index = ""] = /<nav[^>]*>(.*?)<\/nav>/.exec(html) ?? [];
  const codes = [...index.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  expect(codes).toContain("code-invalid_grant");
  expect(codes).toEqual([...codes].sort());
  for (const id of codes) expect(html.split(`id="${id}"`)).toHaveLength(2);
  for (const path of ["/login", "/logout", "/help/errors"]) {
    expect(await (await stranger.get(path)).text()).not.toContain('href="/help/errors"');
  }
  const missing = await stranger.get("/nothing", { Accept: "text/html" });
  expect(await missing.text()).toContain('href="/help/errors"');
});

describe("the search of the help", () => {
  const entries = async (query: string) => {
    const html = await (await stranger.get(`/help/errors?q=${encodeURIComponent(query)}`)).text();
    return { html, found: html.match(/class="reason"/g)?.length ?? 0 };
  };

  test("finds entries by their code, their reason and their words, without a script", async () => {
    const all = (await entries("")).found;
    const byCode = await entries("Invalid_Grant");
    expect(byCode.found).toBeGreaterThan(0);
    expect(byCode.found).toBeLessThan(all);
    expect(byCode.html).not.toContain('id="code-invalid_client"');
    expect((await entries("authorize_redirect_uri_mismatch")).found).toBe(1);
    expect((await entries("REDIRECT registered")).found).toBe((await entries("registered redirect")).found);
    expect((await entries("registered redirect")).found).toBeGreaterThan(0);
  });

  test("says so when it finds nothing, and leads back to all", async () => {
    const { html, found } = await entries("no-such-thing");
    expect(found).toBe(0);
    expect(html).toContain("No entry has all of these words.");
    expect(html).toContain('href="/help/errors"');
  });
});

describe("errors", () => {
  const incoming = () => ({
    request: new Request("https://auth.example/x"),
    path: "/x",
    query: "",
    parameters: {},
    address: "203.0.113.7",
    requestId: "1",
  });
  const show = (error: unknown) => pageErrorResponse(server.context, error, incoming());

  test("that nobody expected tell nothing", async () => {
    const response = await show(new Error("SELECT secret FROM table at /srv/file.ts:1"));
    expect(response.status).toBe(500);
    const html = await response.text();
    expect(html).toContain("Something went wrong");
    expect(html).not.toContain("secret");
    expect(html).not.toContain("file.ts");
  });

  test("that pass say when to try again", async () => {
    for (const error of [
      new PasswordPoolBusy(),
      new StoreUnavailable("closed"),
      new OAuthError("too_many_requests", { retryAfterSeconds: 90 }),
    ]) {
      const response = await show(error);
      expect([429, 503]).toContain(response.status);
      expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    }
  });

  test("because too much waits say that nothing was changed", async () => {
    for (const error of [new PasswordPoolBusy(), new StoreBusy()]) {
      expect(await (await show(error)).text()).toContain("Nothing was changed");
    }
  });

  test("57: of every reason are pages without a challenge, and their help exists", async () => {
    const help = await (await stranger.get("/help/errors")).text();
    for (const reason of Object.keys(REASONS) as Reason[]) {
      const response = await show(new OAuthError(reason, { challenge: "Basic" }));
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).not.toBe(401);
      expect(response.headers.get("www-authenticate")).toBeNull();
      const anchor = /\/help\/errors#(\w+)"/.exec(await response.text())?.[1];
      if (anchor !== undefined) expect(help).toContain(`id="${anchor}"`);
    }
  });

  test("of methods name those that are allowed", async () => {
    const response = await stranger.post("/help/errors", {});
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD");
  });
});

describe("assets", () => {
  test("stylesheet and mark may be kept for ever; their addresses change with the accent colour", async () => {
    const html = await (await stranger.get("/")).text();
    const [, stylesheet = ""] = /href="(\/assets\/style-[^"]+\.css)"/.exec(html) ?? [];
    const response = await stranger.get(stylesheet);
    expect(response.headers.get("content-type")).toBe("text/css; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    const again = await stranger.get(stylesheet, { "If-None-Match": response.headers.get("etag") ?? "" });
    expect(again.status).toBe(304);
    const other = await startTestServer({ appearance: { accent_color: "#c2185b" } });
    const page = await (await other.fetch("/")).text();
    expect(page).not.toContain(stylesheet);
    const [, mark = ""] = /src="(\/assets\/mark-[^"]+\.svg)"/.exec(page) ?? [];
    expect((await other.fetch(mark)).headers.get("content-type")).toBe("image/svg+xml");
    await other.close();
  });

  test(proves("a logo that is a drawing with a script cannot run it", "threat 30"), async () => {
    const response = await stranger.get("/assets/logo");
    expect(response.headers.get("content-type")).toBe("image/svg+xml");
    const policy = response.headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("sandbox");
  });

  test("a logo that cannot be shown stops the start and says why", async () => {
    writeFileSync(join(folder, "text"), "no image");
    for (const [file, words] of [
      ["missing", "cannot be read"],
      ["text", "is no svg, png, jpeg or webp image"],
    ]) {
      const starting = startTestServer({ appearance: { logo: join(folder, file ?? "") } });
      expect(starting).rejects.toThrow(words ?? "");
      await starting.catch(() => null);
    }
  });
});

test("whatever the accent colour, what is painted with it can be read, in light and dark", () => {
  for (let color = 0; color <= 0xffffff; color += 4999) {
    const accent = `#${color.toString(16).padStart(6, "0")}`;
    for (const scheme of ["light", "dark"] as const) {
      const colors = accentColors(accent, scheme);
      const { ground, card } = GROUNDS[scheme];
      expect(contrast(colors.onAccent, colors.accent)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(colors.onAccent, colors.accentHover)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(colors.accentEdge, card)).toBeGreaterThanOrEqual(3);
      expect(colors.accent).toBe(accent);
      expect(contrast(colors.link, card)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(colors.link, ground)).toBeGreaterThanOrEqual(4.5);
    }
  }
});

describe("languages", () => {
  const cases: [string | null, string, string][] = [
    [null, "", "en"],
    ["de", "", "de"],
    ["de-AT,de;q=0.9,en;q=0.8", "", "de"],
    ["en-US,de;q=0.5", "", "en"],
    ["tlh,de;q=0.5,en;q=0.4", "", "de"],
    ["de;q=0,en", "", "en"],
    ["xx", "", "en"],
    ["en", "tlh de-CH", "de"],
    [",;q=,=;", "", "en"],
  ];
  for (const [header, uiLocales, language] of cases) {
    test(`Accept-Language ${header} with ui_locales '${uiLocales}' gives ${language}`, () => {
      expect(chooseTexts(header, uiLocales).language).toBe(language);
    });
  }

  const reader = () => {
    const incoming = {
      request: new Request("https://auth.example/", { headers: { "Accept-Language": "de" } }),
      path: "/",
      query: "",
      parameters: {},
      address: "203.0.113.7",
      requestId: "1",
    };
    return pageFrame(server.context, incoming).texts;
  };

  test("every scope of the server's own has words in every language", async () => {
    const bare = await startTestServer({ scopes: [], resources: [], clients: [] });
    for (const { name, description } of bare.context.catalogue.scopes) {
      const wordsFor = (texts: Texts) => accessWords(bare.context, texts, [name], [])[0]?.scopes[0]?.text;
      expect<unknown>(wordsFor(chooseTexts("en"))).toEqual(description);
      expect<unknown>(wordsFor(reader())).not.toEqual(description);
    }
    await bare.close();
  });

  test("the operator's words for a scope stay as they are, also for one of the server's own", async () => {
    const declared = await startTestServer({ scopes: [{ name: "profile", description: "Look you up" }] });
    const [words] = accessWords(declared.context, reader(), parseScope("profile email"), []);
    expect(words?.scopes.map(({ text }) => text)).toEqual(["Look you up", "Ihre E-Mail-Adresse sehen"]);
    await declared.close();
  });

  test("the operator's words for scopes and APIs are in the language of the page, if there are any", async () => {
    const declared = await startTestServer({
      scopes: [
        { name: "notes", description: { en: "Read your notes", de: "Ihre Notizen lesen" } },
        { name: "files", description: { fr: "Lire vos fichiers", "pt-BR": "Ler os seus arquivos" } },
      ],
      resources: [
        { identifier: "https://notes.example/", name: { en: "Notes", de: "Notizen" }, scopes: ["notes"] },
      ],
    });
    const wordsFor = (language: string) =>
      accessWords(
        declared.context,
        chooseTexts(language),
        parseScope("notes files"),
        declared.context.catalogue.requireKnownResources(["https://notes.example/"]),
      ).map(({ resources, scopes }) => [...resources, ...scopes.map(({ text }) => text)].join(": "));
    expect(wordsFor("en")).toEqual(["Lire vos fichiers", "Notes: Read your notes"]);
    expect(wordsFor("de-AT")).toEqual(["Lire vos fichiers", "Notizen: Ihre Notizen lesen"]);
    await declared.close();
  });

  test("the entries of the help say what language they are in", async () => {
    const help = await stranger.get("/help/errors", { "Accept-Language": "de" });
    const html = await help.text();
    expect(html).toContain("Die Einträge sind auf Englisch.");
    expect(html).toContain('<div class="reasons" lang="en" dir="ltr">');
  });

  test("a page is in one language throughout", async () => {
    const html = await (await stranger.get("/login", { "Accept-Language": "de" })).text();
    expect(html).toContain('<html lang="de">');
    expect(html).toContain("Benutzername");
    expect(html).not.toContain("User name");
  });
});
