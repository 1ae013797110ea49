/**
 * The guides work: every `sh` block of README.md and docs/ runs against the demonstration server, page by page and in
 * order; every `toml` block is a valid configuration; every link to a file leads to one.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Glob } from "bun";
import { loadConfiguration } from "../src/configuration/sources.ts";
import { REASONS } from "../src/protocol/errors.ts";
import { CLAIM_NAMES, scopeOfClaim } from "../src/rules/claims.ts";
import { EVENT_TYPES } from "../src/rules/events.ts";
import { generatedPages } from "../tools/docs.ts";
import { securityPages } from "../tools/mutations.ts";

const root = join(import.meta.dir, "..");
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CHANGELOG.md",
  ...new Glob("docs/**/*.md").scanSync(root),
].sort();
// The program takes its settings from the environment. The size of tests is no setting.
const { TESSERA_TEST_SCALE: _, ...env } = process.env;
const textOf = (page: string): string => readFileSync(join(root, page), "utf8");
const blocksOf = (page: string, language: string): string[] =>
  [...textOf(page).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(
    ([, block = ""]) => block,
  );

let folder: string;
let server: Bun.Subprocess<"ignore", "pipe", "pipe">;
let issuer = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tessera-docs-"));
  server = Bun.spawn([process.execPath, join(root, "src/main.ts"), "serve", "--demo", "--port", "0"], {
    cwd: folder,
    env,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let output = "";
  for await (const chunk of server.stdout) {
    output += new TextDecoder().decode(chunk);
    const found = /issuer +(http:\S+)/.exec(output)?.[1];
    if (found !== undefined && output.includes("first token")) {
      issuer = found;
      break;
    }
  }
});

afterAll(async () => {
  server.kill();
  await server.exited;
  rmSync(folder, { recursive: true, force: true });
});

describe("commands in the guides", () => {
  for (const page of pages) {
    const commands = blocksOf(page, "sh");
    if (commands.length === 0) continue;
    test(`${page}: every command succeeds`, async () => {
      const script = commands
        .join("\n")
        .replaceAll("http://localhost:8080", issuer)
        // A refusal by the server is a failure too, unless the guide shows it.
        .replaceAll("npx tessera", `"${process.execPath}" "${join(root, "src/main.ts")}"`);
      const child = Bun.spawn(["bash", "-euo", "pipefail", "-c", script], {
        cwd: folder,
        env,
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
      });
      const [output, errors, code] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
        child.exited,
      ]);
      expect({ code, errors: code === 0 ? "" : errors }).toEqual({ code: 0, errors: "" });
      for (const example of blocksOf(page, "js")) {
        // It stands for a program of the reader, with the libraries of this one.
        const program = Bun.spawn([process.execPath, "-"], {
          cwd: root,
          env: { ...env, TOKEN: readFileSync(join(folder, "token.jwt"), "utf8").trim() },
          stdin: new Blob([
            example
              .replaceAll("http://localhost:8080", issuer)
              .replaceAll('"backup.jwk.json"', JSON.stringify(join(folder, "backup.jwk.json"))),
          ]),
          stdout: "pipe",
          stderr: "pipe",
        });
        const failure = new Response(program.stderr).text();
        expect({ code: await program.exited, errors: await failure }).toEqual({ code: 0, errors: "" });
      }
      const refused = [...output.matchAll(/"error":"([a-z_]+)"/g)].map(([, error = ""]) => error);
      expect(refused.filter((error) => error !== "authorization_pending")).toEqual([]);
    }, 30_000);
  }
});

describe("configurations in the guides", () => {
  for (const page of pages) {
    for (const [index, block] of blocksOf(page, "toml").entries()) {
      test(`${page}: configuration ${index + 1} is valid`, () => {
        const file = join(folder, "example.toml");
        // The example's certificates and pictures are not on this machine. Another test checks that the files must exist.
        writeFileSync(file, block.replace(/^(tls|logo|logo_dark|background_image|authorities) = .*$/gm, ""));
        writeFileSync(join(folder, "wiki"), "a-secret-for-this-test-only");
        const named = [...block.matchAll(/env = "([A-Z0-9_]+)"/g)].map(([, name = ""]) => name);
        const secrets = {
          ...Object.fromEntries(named.map((name) => [name, `${name}-for-this-test-only`])),
          // It has a form of its own.
          SIEM_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 1).toString("base64")}`,
          CREDENTIALS_DIRECTORY: folder,
        };
        expect(() => loadConfiguration({ file, env: secrets, flags: {} })).not.toThrow();
      });
    }
  }
});

for (const [name, make] of Object.entries(generatedPages)) {
  if (name === "security.md") continue;
  test(`docs/${name} is what the code says; 'npm run docs' writes it`, () => {
    expect(textOf(`docs/${name}`)).toBe(make());
  });
}

test("docs/security.md is what the results of the mutations say; 'npm run docs' writes it", () => {
  const text = textOf("docs/security.md");
  const [current = "", ...earlier] = securityPages();
  expect(text).toBe(earlier.includes(text) ? text : current);
});

test("docs/claims.md gives each claim of userinfo the scopes that the rule gives it", () => {
  const rows = [...textOf("docs/claims.md").matchAll(/^\| ((?:`\w+`(?:, )?)+) \| (`\w+`)[^|]* \|/gm)].map(
    ([, claims = "", scopes = ""]) => ({
      claims: claims.replaceAll("`", "").split(", "),
      scope: scopes.replaceAll("`", ""),
    }),
  );
  // The endpoint adds `sub` to every answer.
  expect(rows[0]).toEqual({ claims: ["sub"], scope: "openid" });
  for (const scope of ["profile", "email", "phone", "address", "groups"]) {
    const written = rows.filter((row) => row.scope === scope);
    const given = CLAIM_NAMES.filter((claim) => scopeOfClaim(claim) === scope);
    expect(written.flatMap(({ claims }) => claims).sort()).toEqual([...given].sort());
  }
});

test("the README shows what a recipe prints", async () => {
  const block = /^\$ npx tessera (client add --recipe .*)\n([^`]*?)^…$/m.exec(textOf("README.md"));
  const [, command = "", shown = ""] = block ?? [];
  const main = [process.execPath, join(root, "src/main.ts")];
  const places = ["--data", join(folder, "readme"), "--issuer", "http://localhost:8080"];
  const child = Bun.spawn([...main, ...command.split(" "), ...places], { env, stderr: "ignore" });
  const output = await new Response(child.stdout).text();
  expect(shown).toContain("Client Secret");
  expect(output.replace(/tcs_[\w-]+/, "tcs_AaIrl…")).toStartWith(shown);
});

describe("docs/apps-by-hand.md", () => {
  test("gives the addresses that the metadata gives", async () => {
    const place = `${issuer}/.well-known/openid-configuration`;
    const metadata: Record<string, unknown> = await (await fetch(place)).json();
    const written = [...textOf("docs/apps-by-hand.md").matchAll(/^\| .* \| `(https:\S+)`[^|]* \|$/gm)].map(
      ([, address = ""]) => address.replace("https://auth.example.org", issuer),
    );
    expect(written.length).toBeGreaterThan(5);
    const told = [place, ...Object.values(metadata)];
    expect(written.filter((address) => !told.includes(address))).toEqual([]);
  });

  test("names reasons that there are", () => {
    const named = [...textOf("docs/apps-by-hand.md").matchAll(/^\| [^|]+ \| `([a-z_]+)` \| [^|]+ \|$/gm)].map(
      ([, reason = ""]) => reason,
    );
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((reason) => !(reason in REASONS))).toEqual([]);
  });
});

test("the README says what is not there yet, and it is not there", async () => {
  const metadata: Record<string, unknown> = await (
    await fetch(`${issuer}/.well-known/oauth-authorization-server`)
  ).json();
  const NOT_YET: Readonly<Record<string, RegExp>> = {
    "encrypt tokens": /_encryption_/,
  };
  for (const [words, members] of Object.entries(NOT_YET)) {
    expect(textOf("README.md")).toContain(words);
    expect(Object.keys(metadata).filter((name) => members.test(name))).toEqual([]);
  }
  expect(metadata.response_types_supported).toEqual(["code"]);
});

/** The anchors of a page's headings, as forges make them. */
const anchorsOf = (text: string): string[] =>
  [...text.replaceAll(/^```.*?^```/gms, "").matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .replaceAll(/\]\([^)]*\)/g, "")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, "")
      .replaceAll(" ", "-"),
  );

test("every link to a file leads to one, and to a heading that is there", () => {
  const broken: string[] = [];
  for (const page of pages) {
    for (const [, target = "", anchor] of textOf(page).matchAll(
      /\]\((?!https?:|mailto:)([^)#]*)(?:#([^)]*))?\)/g,
    )) {
      const file = target === "" ? page : join(dirname(page), target);
      if (!existsSync(join(root, file))) broken.push(`${page}: ${file}`);
      else if (anchor !== undefined && file.endsWith(".md") && !anchorsOf(textOf(file)).includes(anchor))
        broken.push(`${page}: ${file}#${anchor}`);
    }
  }
  expect(broken).toEqual([]);
});

test("docs/operate.md names every event, with its level", () => {
  const rows = textOf("docs/operate.md")
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  for (const [event, { level }] of Object.entries(EVENT_TYPES)) {
    const row = rows.find((line) => line.split(" | ")[0]?.includes(`\`${event}\``));
    expect(row ?? `There is no row for ${event}.`).toContain(`| ${level} |`);
  }
});
