/**
 * The MCP server of docs/agents.md, as a stranger gets it: the blocks of the guide, copied into a folder and started as a program, and
 * Tessera with the configuration of the guide.
 */
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "smol-toml";
import type { ConfigurationInput } from "../../../src/configuration/schema.ts";
import { type ListeningServer, startListeningServer } from "../../support/listening.ts";
import { SECRET, type TestServerParts } from "../../support/server.ts";
import type { NotesServer } from "./notes-server.ts";

const ROOT = join(import.meta.dir, "../../..");
const ADDRESS_IN_GUIDE = "http://localhost:9000/mcp";

/** The first block of this language below the heading. */
function blockOf(heading: string, language: string): string {
  const guide = readFileSync(join(ROOT, "docs/agents.md"), "utf8");
  const section = guide.slice(guide.indexOf(`\n## ${heading}`));
  const block = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "ms").exec(section)?.[1];
  if (block === undefined) throw new Error(`docs/agents.md has no ${language} below "${heading}".`);
  return block;
}

const HEADING = "Protect an MCP server, with Express";

/** How each block of the guide becomes a program: its files, and the command. */
const PROGRAMS = {
  ts(folder: string): string[] {
    writeFileSync(join(folder, "server.ts"), blockOf(HEADING, "ts"));
    const guard = readFileSync(join(ROOT, "examples/resource-server/guard.ts"), "utf8");
    writeFileSync(join(folder, "guard.ts"), guard);
    symlinkSync(join(import.meta.dir, "node_modules"), join(folder, "node_modules"));
    return [process.execPath, "server.ts"];
  },
  python(folder: string, { issuer }: ListeningServer, { origin, port }: URL): string[] {
    const program = blockOf(HEADING, "python")
      .replaceAll("http://localhost:8080", issuer)
      .replaceAll("http://localhost:9000", origin)
      .replaceAll("port=9000", `port=${port}`);
    writeFileSync(join(folder, "server.py"), program);
    return ["python3", "server.py"];
  },
};

/** `more` is added to the lists of the guide's configuration. */
export async function startDocumentedServer(
  more: Pick<ConfigurationInput, "clients" | "dpop" | "resources" | "trusted_issuers"> = {},
  parts: TestServerParts = {},
  language: keyof typeof PROGRAMS = "ts",
): Promise<NotesServer> {
  const url = new URL(ADDRESS_IN_GUIDE);
  url.port = String(freePort());
  const guide: ConfigurationInput = parse(blockOf(HEADING, "toml").replaceAll(ADDRESS_IN_GUIDE, url.href));
  const { issuer: _, ...declared } = guide;
  const tessera = await startListeningServer(
    {
      ...declared,
      ...more,
      resources: [...(declared.resources ?? []), ...(more.resources ?? [])],
      clients: [
        ...(declared.clients ?? []).map((client) => ({ ...client, secrets: [SECRET] })),
        ...(more.clients ?? []),
      ],
    },
    "",
    parts,
  );
  try {
    const stop = await startProgram(tessera, url, language);
    return {
      url,
      tessera,
      async close() {
        await stop();
        await tessera.close();
      },
    };
  } catch (error) {
    await tessera.close();
    throw error;
  }
}

/** Resolves as soon as the program answers. Returns what stops it. */
async function startProgram(
  tessera: ListeningServer,
  url: URL,
  language: keyof typeof PROGRAMS,
): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "tessera-mcp-"));
  const program = Bun.spawn(PROGRAMS[language](folder, tessera, url), {
    cwd: folder,
    env: { ...process.env, ISSUER: tessera.issuer, RESOURCE: url.href, NOTES_SERVER_SECRET: SECRET },
    stdin: "ignore",
    stdout: "ignore",
    stderr: language === "ts" ? "inherit" : "ignore",
  });
  const stop = async () => {
    program.kill();
    await program.exited;
    rmSync(folder, { recursive: true, force: true });
  };
  while (program.exitCode === null) {
    const answer = await fetch(url, { method: "POST" }).catch(() => null);
    if (answer !== null) return stop;
    await Bun.sleep(20);
  }
  await stop();
  throw new Error(`The server of the guide ended with ${program.exitCode}.`);
}

/** The program needs the number of a port before it starts. */
export function freePort(): number {
  const listener = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  const port = listener.port ?? 0;
  listener.stop(true);
  return port;
}
