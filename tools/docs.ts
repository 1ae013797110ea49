/**
 * `npm run docs`: makes the reference pages from the code, so that they cannot be wrong. A test compares them.
 */
import { join } from "node:path";
import { performancePages } from "../bench/pages.ts";
import { describeSettings, type Setting } from "../src/configuration/settings.ts";
import { CHECKS } from "../src/operations/checks/index.ts";
import { REASONS } from "../src/protocol/errors.ts";
import { parseIssuer } from "../src/protocol/issuer.ts";
import { recipePage, recipesIndex } from "../src/recipes/guide.ts";
import { RECIPES } from "../src/recipes/table.ts";
import { issuerValues } from "../src/recipes/values.ts";
import { conformancePage, threatsPage } from "./conformance.ts";
import { securityPage } from "./mutations.ts";

const root = join(import.meta.dir, "..");

const INTRODUCTION = `# Configuration

<!-- Made from src/configuration/schema.ts by tools/docs.ts. Change the words there. -->

Tessera runs without any configuration. You can change settings in four places; each later one wins:

1. the defaults below,
2. a TOML file: \`tessera.toml\` in the folder where Tessera starts, or the file named by \`--config\` or \`TESSERA_CONFIG\`,
3. environment variables: \`TESSERA_\` and the setting in capitals, with two underscores between levels:
   \`TESSERA_LIFETIMES__ACCESS_TOKEN_SECONDS=600\`. Separate lists by commas, write tables as JSON.
   \`TESSERA_HOST\` and \`TESSERA_PORT\` set those of the first listener,
4. flags: \`--issuer\`, \`--data\`, \`--host\`, \`--port\`, \`--demo\`, and \`--set key=value\` for every other setting:
   \`--set lifetimes.access_token_seconds=600\`.

The start refuses a wrong name or value, and names its place and the allowed values.
\`tessera config check\` does the same without starting; \`tessera config show\` prints the settings in force.
\`tessera config schema\` prints the JSON Schema of the file. An editor that reads \`#:schema ./tessera.schema.json\` in
its first line completes and checks the settings as you type.

Paths are relative to the folder in which the program starts; \`~\` at the beginning of one is the home folder. Begin with
examples/tessera.toml.

Write a **secret** in one of these ways:

| | |
|---|---|
| \`"…"\` | the secret itself |
| \`{ env = "NAME" }\` | the environment variable NAME; without it, the file that NAME_FILE names |
| \`{ file = "/run/secrets/wiki" }\` | the contents of a file |
| \`{ credential = "wiki" }\` | a credential of systemd: the file of that name in \`$CREDENTIALS_DIRECTORY\` |
| \`"sha256:…"\` | the 64 hexadecimal digits of its SHA-256: for the secrets of clients and the tokens for registration |

A variable of one secret also takes a file, with \`_FILE\` behind its name: \`TESSERA_SERVER_KEY_FILE\`, \`DATABASE_URL_FILE\`.
A secret is one line of UTF-8. The start refuses a secret that was changed on its way, with its place: a line break at its
end (\`echo\` writes one, \`printf %s\` does not), quotes or blanks around it, a hash of another server such as \`$2y$…\`.
`;

/** The whole page. */
export function configurationPage(): string {
  const settings = describeSettings();
  const sections = [
    INTRODUCTION,
    "## The server",
    table(settings.filter((setting) => !setting.key.match(/[.[]/) && !setting.table)),
  ];
  for (const section of settings.filter((setting) => setting.table && !setting.key.match(/[.[]/))) {
    const members = settings.filter(
      (setting) =>
        /^(\.|\[\]\.)/.test(setting.key.slice(section.key.length)) &&
        setting.key.startsWith(section.key) &&
        !setting.table,
    );
    const isList = members.some((member) => member.key.startsWith(`${section.key}[]`));
    sections.push(
      `## ${isList ? `[[${section.key}]]` : `[${section.key}]`}`,
      section.description,
      table(members),
    );
  }
  return `${sections.join("\n\n").replace(/\n{3,}/g, "\n\n")}\n`;
}

const table = (settings: readonly Setting[]): string =>
  ["| setting | meaning | allowed | default |", "|---|---|---|---|", ...settings.map(row)].join("\n");

function row({ key, description, allowed, fallback, unit }: Setting): string {
  const cells = [
    `\`${key.replaceAll("[]", "")}\``,
    description,
    `${allowed}${unit === null ? "" : ` (${unit})`}`,
    fallback,
  ];
  return `| ${cells.map(escapeCell).join(" | ")} |`;
}

const ERRORS_INTRODUCTION = `# Errors

<!-- Made from src/protocol/errors/ by tools/docs.ts. Change the words there. -->

Every refusal has an \`error\` (the specification's code), an \`error_description\` for the developer, and usually an
\`error_uri\` that links to its entry on the server's own page, \`/help/errors\`. The server logs one line for each refusal,
with a \`reason\` from this page:

\`\`\`
2026-11-22T09:00:00.000Z info  refused endpoint=/auth/token method=POST status=400 error=invalid_grant reason=code_verifier_wrong client=web
\`\`\`

Some reasons share their public words, because an attacker must not distinguish them; the log still does.
`;

/** Every reason with its cure, by its public error. */
export function errorsPage(): string {
  const entries = Object.entries(REASONS);
  const errors = [...new Set(entries.map(([, { error }]) => error))];
  const sections = errors.map((error) => {
    const own = entries.filter(([, entry]) => entry.error === error);
    const rows = own.map(
      ([reason, { status, description, cure }]) =>
        `| \`${reason}\` | ${status} | ${escapeCell(description)} | ${escapeCell(cure)} |`,
    );
    return [`## ${error}`, "", "| reason | status | description | cure |", "|---|---|---|---|", ...rows].join(
      "\n",
    );
  });
  return `${[ERRORS_INTRODUCTION.trimEnd(), ...sections].join("\n\n")}\n`;
}

const DOCTOR_INTRODUCTION = `# Check a deployment

<!-- Made from src/operations/checks/ by tools/docs.ts. Change the words there. -->

One command looks at a deployment from inside and outside, and names the cure of each thing that it finds. It changes
nothing. Run it on the machine of the server, as its user, with its configuration:

\`\`\`
$ npx tessera doctor
ok       The issuer answers: https://auth.example.org answers, and is the same issuer.
WARNING  X-Forwarded-For: A proxy at 10.0.0.5 adds the visitor's address, and the server does not believe it: all visitors count as one. [proxy.address]
         Name the proxy: trusted_proxies = ["10.0.0.5"]
…
1 warning. docs/doctor.md says more of each. 5 skipped: --all shows them.
\`\`\`

Name checks, or a group of them, to run only those:

\`\`\`sh
npx tessera doctor 'keys.*' server.version
\`\`\`

## Monitoring

| exit status | meaning |
|---|---|
| 0 | all is well, or deserves no more than a note |
| 1 | warnings: it works, and it will not, or it is unsafe |
| 2 | failures: people or applications meet them now; or the configuration or the database cannot be used |

These are the states OK, WARNING and CRITICAL of Nagios and of what follows its convention. With \`--json\`:

\`\`\`
npx tessera doctor --json | jq -r '.checks[] | select(.state == "failure") | .findings[] | "\\(.words) \\(.cure)"'
\`\`\`

\`state\` is \`ok\`, \`note\`, \`warning\`, \`failure\` or \`skipped\`: there is nothing to check, or not from here.

## What it sends

It fetches the metadata and the key set at the issuer's address, as applications do, and opens a TLS connection to see the
certificate. To learn what a proxy makes of a request, it sends one POST to \`/auth/self-test\`, and the server answers how that
arrived: Host, X-Forwarded-Proto, X-Forwarded-For, the address that counts, and whether a cookie and the header Authorization came
through. The request carries a proof that only a holder of the server's key can make. Each proof counts once, for two minutes.
Without it the server answers as for a page that does not exist. The answer has a proof too, so that no other server passes for
yours. With \`[mail]\`, it signs in at the mail server and sends nothing.

On PostgreSQL with several nodes, the check of the running server sees the node to which the proxy leads at that moment.

## The checks
`;

/** Every check with its cure, by its group. */
export function doctorPage(): string {
  const rows = CHECKS.map(
    ({ id, title, about, cure }) =>
      `| \`${id}\` | ${escapeCell(title)} | ${escapeCell(about)} | ${escapeCell(cure)} |`,
  );
  return `${[DOCTOR_INTRODUCTION, "| check | | what is checked, and why | cure |", "|---|---|---|---|", ...rows].join("\n")}\n`;
}

const escapeCell = (text: string): string => text.replaceAll("|", "\\|");

/** A page for each recipe, for a server at auth.example.org. */
const EXAMPLE = issuerValues(parseIssuer("https://auth.example.org"));
const recipePages = Object.fromEntries(
  RECIPES.map((recipe) => [`apps/${recipe.id}.md`, () => recipePage(recipe, EXAMPLE)]),
);

/** The names of the files in docs/, and their contents. */
export const generatedPages: Readonly<Record<string, () => string>> = {
  "configuration.md": configurationPage,
  "errors.md": errorsPage,
  "doctor.md": doctorPage,
  "conformance.md": conformancePage,
  "threats.md": threatsPage,
  "security.md": securityPage,
  ...performancePages,
  "apps/README.md": recipesIndex,
  ...recipePages,
};

if (import.meta.main) {
  for (const [name, make] of Object.entries(generatedPages))
    await Bun.write(join(root, "docs", name), make());
}
