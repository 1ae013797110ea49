/**
 * Writes the reference pages that are made from the code, so that they cannot be wrong: docs/configuration.md.
 * `bun tools/docs.ts` writes them; `bun tools/docs.ts --check` only says whether they are up to date.
 */
import { join } from "node:path";
import { describeSettings, type Setting } from "../src/platform/configuration-settings.ts";

const root = join(import.meta.dir, "..");

const INTRODUCTION = `# Configuration

<!-- Made from src/platform/configuration.ts by tools/docs.ts. Change the words there. -->

Tessera runs without any configuration. What you want otherwise can be said in four places; each later one wins:

1. the defaults below,
2. a TOML file: \`tessera.toml\` in the folder where it is started, or the one named by \`--config\` or \`TESSERA_CONFIG\`,
3. environment variables: \`TESSERA_\` and the setting in capitals, with two underscores between levels:
   \`TESSERA_LIFETIMES__ACCESS_TOKEN_SECONDS=600\`. Lists are separated by commas, tables are written as JSON.
   \`TESSERA_HOST\` and \`TESSERA_PORT\` stand for those of the first listener,
4. flags: \`--issuer\`, \`--data\`, \`--host\`, \`--port\`, \`--demo\`, and \`--set key=value\` for every other setting:
   \`--set lifetimes.access_token_seconds=600\`.

A name or a value that is wrong stops the start, with where it was written and what is allowed.
\`tessera config check\` does the same without starting; \`tessera config show\` prints what is in force.

A **secret** is written as itself, as its digest (\`"sha256:"\` and the 64 hexadecimal digits of its SHA-256), or as
\`{ env = "NAME" }\`, which reads the environment variable of that name. Files are looked for from the folder in which
the program is started. examples/tessera.toml is an example to begin with.
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
  ["| setting | what it is | allowed | default |", "|---|---|---|---|", ...settings.map(row)].join("\n");

function row({ key, description, allowed, fallback, unit }: Setting): string {
  const cells = [
    `\`${key.replaceAll("[]", "")}\``,
    description,
    `${allowed}${unit === null ? "" : ` (${unit})`}`,
    fallback,
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

if (import.meta.main) {
  const file = join(root, "docs", "configuration.md");
  const page = configurationPage();
  if (process.argv.includes("--check")) {
    const written = await Bun.file(file)
      .text()
      .catch(() => "");
    if (written !== page) {
      console.error("docs/configuration.md is out of date. Write it again: bun tools/docs.ts");
      process.exit(1);
    }
  } else await Bun.write(file, page);
}
