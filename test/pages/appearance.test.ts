/** What an operator can change of the looks, and that everything stays readable. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import { accentColors, contrast, GROUNDS, groundColors } from "../../src/pages/palette.ts";
import { stylesheet, stylesheetPath } from "../../src/pages/style.ts";
import { servedPaths } from "../../src/server.ts";
import { openBrowser } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const folder = mkdtempSync(join(tmpdir(), "tessera-appearance-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A picture file. */
function picture(
  name: string,
  content = `<svg xmlns="http://www.w3.org/2000/svg"><!-- ${name} --></svg>`,
): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

async function withServer(
  appearance: NonNullable<ConfigurationInput["appearance"]>,
  use: (server: TestServer) => Promise<void>,
  issuer = "https://auth.example",
): Promise<void> {
  const server = await startTestServer({ issuer, appearance });
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

const openPage = async (server: TestServer, path: string, language = "en"): Promise<string> =>
  (await openBrowser(server).get(path, { "Accept-Language": language })).text();

test("the name of the server is the one for the language of the page", async () => {
  await withServer({ name: "Lighthouse", names: { de: "Leuchtturm", ar: "المنارة" } }, async (server) => {
    expect(await openPage(server, "/")).toContain("<title>Lighthouse</title>");
    expect(await openPage(server, "/", "de-AT")).toContain("<title>Leuchtturm</title>");
    expect(await openPage(server, "/login", "ar")).toContain("المنارة");
  });
});

test("no stranger may have the name of the server in any language", async () => {
  await withServer({ name: "Lighthouse", names: { de: "Leuchtturm" } }, async (server) => {
    for (const client_name of ["Lighthouse", "leuchtturm"]) {
      const answer = await server.fetch("/auth/register", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ client_name, redirect_uris: ["https://stranger.example/callback"] }),
      });
      const { client_name: given } = (await answer.json()) as { client_name?: string };
      expect(given).not.toBe(client_name);
    }
  });
});

describe("links in the foot", () => {
  test("are on every page, in the language of the page, and tell the other site nothing", async () => {
    const appearance = {
      imprint_url: { en: "https://example.org/legal", de: "https://example.org/impressum" },
      privacy_url: "/privacy",
      help_url: "https://example.org/help?a=b&c=d",
    };
    await withServer(appearance, async (server) => {
      for (const path of ["/", "/login", "/logout", "/help/errors"]) {
        const html = await openPage(server, path);
        expect(html).toContain('<a href="https://example.org/legal" rel="noreferrer">Legal notice</a>');
        expect(html).toContain('<a href="/privacy" rel="noreferrer">Privacy</a>');
        expect(html).toContain('<a href="https://example.org/help?a=b&amp;c=d" rel="noreferrer">Help</a>');
      }
      const german = await openPage(server, "/login", "de");
      expect(german).toContain('<a href="https://example.org/impressum" rel="noreferrer">Impressum</a>');
    });
  });

  test("are not there unless the operator names them", async () => {
    await withServer({}, async (server) => {
      expect(await openPage(server, "/")).not.toContain("Legal notice");
    });
  });
});

test(proves("the greeting is text above the sign-in form, and nowhere else", "threat 30"), async () => {
  const greeting = { en: "Welcome <b>home</b>!", de: "Willkommen!" };
  await withServer({ greeting }, async (server) => {
    expect(await openPage(server, "/login")).toContain("<p>Welcome &lt;b&gt;home&lt;/b&gt;!</p>");
    expect(await openPage(server, "/login", "de")).toContain("<p>Willkommen!</p>");
    expect(await openPage(server, "/")).not.toContain("Welcome");
  });
});

describe("pictures", () => {
  test("for dark pages are used on dark pages only", async () => {
    const logo = picture("logo.svg");
    await withServer({ logo, logo_dark: picture("dark.svg") }, async (server) => {
      const html = await openPage(server, "/");
      expect(html).toContain('<source srcset="/assets/logo-dark" media="(prefers-color-scheme: dark)"/>');
      expect(html).toContain('<img src="/assets/logo" alt="" height="30"/>');
      expect(await (await server.fetch("/assets/logo-dark")).text()).toContain("dark.svg");
    });
    await withServer({ logo }, async (server) => {
      const html = await openPage(server, "/");
      expect(html).not.toContain("logo-dark");
      expect((await server.fetch("/assets/logo-dark")).status).toBe(404);
    });
  });

  test("behind the card are beside the stylesheet, below the issuer's path, and kept from phones", async () => {
    const appearance = { background_image: picture("sea.svg"), background_image_dark: picture("night.svg") };
    const check = async (server: TestServer) => {
      const base = server.context.issuer.path;
      const [, address = ""] = /href="([^"]+\.css)"/.exec(await openPage(server, `${base}/`)) ?? [];
      const style = await (await server.fetch(address.slice(base.length))).text();
      for (const [scheme, file, content] of [
        ["light", "background", "sea.svg"],
        ["dark", "background-dark", "night.svg"],
      ] as const) {
        expect(style).toMatch(
          new RegExp(
            `min-width: 32.0625rem\\) and \\(prefers-color-scheme: ${scheme}\\).*url\\("${file}"\\)`,
          ),
        );
        const found = new URL(file, `https://auth.example${address}`).pathname;
        expect(servedPaths(server.context.configuration)).toContain(found);
        expect(await (await server.fetch(found.slice(base.length))).text()).toContain(content);
      }
    };
    await withServer(appearance, check);
    await withServer(appearance, check, "https://auth.example/t");
  });

  test("that cannot be shown stop the start, which says why", async () => {
    for (const name of ["logo", "logo_dark", "background_image", "background_image_dark"] as const) {
      for (const [file, words] of [
        [picture("text", "no image"), "is no svg, png, jpeg or webp image."],
        [picture("large.svg", `<svg ${" ".repeat(1_048_577)}/>`), "is larger than 1 MiB."],
      ] as const) {
        const starting = startTestServer({ appearance: { [name]: file } });
        expect(starting).rejects.toThrow(`appearance.${name}: ${file} ${words}`);
        await starting.catch(() => null);
      }
    }
  });
});

test("nothing on a page moves by itself, so there is nothing to stop (prefers-reduced-motion)", () => {
  const style = stylesheet({ accent: "#2f5bd0", picture: { light: "background" } });
  expect(style).not.toMatch(/transition|animation|@keyframes|scroll-behavior/);
});

describe("colours", () => {
  test("around the cards leave the name, links, the foot and the focus readable, whatever they are", () => {
    for (let color = 0; color <= 0xffffff; color += 4999) {
      const ground = `#${color.toString(16).padStart(6, "0")}`;
      for (const scheme of ["light", "dark"] as const) {
        const { ink, muted, link } = groundColors(ground, scheme, accentColors("#b3541e", scheme).link);
        expect(contrast(ink, ground)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(muted, ground)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(link, ground)).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  test("of our own are readable on our own grounds", () => {
    for (const scheme of ["light", "dark"] as const) {
      const { ground, card, ink, muted } = GROUNDS[scheme];
      for (const color of [ink, muted]) {
        expect(contrast(color, ground)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(color, card)).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  test("around the card are for light or for dark pages; without one, ours stays", () => {
    const style = stylesheet({ accent: "#2f5bd0", ground: { light: "#FFE4E1" } });
    const [lightPart = "", darkPart = ""] = style.split("@media (prefers-color-scheme: dark)");
    expect(lightPart).toContain("--ground: #ffe4e1;");
    expect(darkPart).toContain(`--ground: ${GROUNDS.dark.ground};`);
  });

  test("each have an address of their own for the stylesheet", () => {
    const looks = [
      { accent: "#000001" },
      { accent: "#000002" },
      { accent: "#000001", ground: { light: "#000001" } },
      { accent: "#000001", ground: { dark: "#000001" } },
      { accent: "#000001", picture: { light: "background" } },
      { accent: "#000001", picture: { dark: "background-dark" } },
    ];
    expect(new Set(looks.map(stylesheetPath)).size).toBe(looks.length);
    expect(stylesheetPath({ accent: "#ABCDEF" })).toBe(stylesheetPath({ accent: "#abcdef" }));
  });
});
