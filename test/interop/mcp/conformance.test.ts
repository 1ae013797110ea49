/**
 * The conformance suite of the Model Context Protocol tests the authorization server: with every scenario for one, in
 * every version of the specification. It runs in its own process and knows only the server's URL.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { redirectOf } from "../../support/code-flow.ts";
import { textOf } from "../../support/flows.ts";
import { type ListeningServer, startListeningServer } from "../../support/listening.ts";
import { addPersonWithPassword, type Browser, openBrowser } from "../../support/pages.ts";
import { freePort } from "./documented-server.ts";

/** The suite's program. Bun runs it, because it needs features that Node has only since version 22. */
const SUITE = join(import.meta.dir, "node_modules/@modelcontextprotocol/conformance/dist/index.js");
const RESOURCE = "https://mail.example/";

interface Check {
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
}

const ALWAYS = [
  "authorization-code-grant: authorization-code-grant SUCCESS",
  "authorization-server-metadata-endpoint: authorization-server-metadata SUCCESS",
];
/** Since 2025-11-25 servers SHOULD read a client's metadata from a URL that is the `client_id`. */
const SINCE_2025_11_25 = [
  ...ALWAYS,
  "authorization-server-metadata-endpoint: authorization-server-metadata-cimd SUCCESS",
];
const VERSIONS: readonly (readonly [version: string, findings: readonly string[]])[] = [
  ["2025-03-26", ALWAYS],
  ["2025-06-18", ALWAYS],
  ["2025-11-25", SINCE_2025_11_25],
  ["2026-07-28", SINCE_2025_11_25],
];

let atRoot: ListeningServer;
let belowPath: ListeningServer;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tessera-conformance-"));
  atRoot = await startListeningServer();
  belowPath = await startListeningServer({}, "/auth-server");
});
afterAll(async () => {
  await atRoot.close();
  await belowPath.close();
  rmSync(folder, { recursive: true });
});

const start = (args: readonly string[]) =>
  Bun.spawn([process.execPath, SUITE, ...args], {
    cwd: folder,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });

/** The results of a run, each as "scenario: check STATUS", sorted. */
async function judge(server: ListeningServer, version: string, ...options: string[]): Promise<string[]> {
  const browser = await signedIn(server, `person-of-${version}`);
  const results = mkdtempSync(join(folder, "results-"));
  const suite = start([
    "authorization",
    ...["--url", server.issuer],
    ...["--client-id", await register(server)],
    ...["--port", String(freePort())],
    ...["--spec-version", version],
    ...["--output-dir", results],
    ...options,
  ]);
  let printed = "";
  try {
    let asked = false;
    for await (const chunk of suite.stdout.pipeThrough(new TextDecoderStream())) {
      printed += chunk;
      // The suite prints the address for the person, and waits at its callback.
      const url = /^https?:\S+\?response_type=code&\S+$/m.exec(printed)?.[0];
      if (asked || url === undefined || !printed.includes("Callback server started")) continue;
      asked = true;
      await fetch(redirectOf(await browser.submit(url, { decision: "allow" }, "/consent")));
    }
    const checks = readChecks(results);
    expect({ code: await suite.exited, checks, printed }).toMatchObject({ code: 0 });
    return checks;
  } finally {
    suite.kill();
  }
}

async function signedIn(server: ListeningServer, username: string): Promise<Browser> {
  await addPersonWithPassword(server, username);
  const browser = openBrowser(server);
  await browser.signIn(username);
  return browser;
}

async function register(server: ListeningServer): Promise<string> {
  const response = await server.fetch("/auth/register", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      client_name: "Conformance",
      redirect_uris: ["http://127.0.0.1/callback"],
      token_endpoint_auth_method: "none",
    }),
  });
  return textOf({ ...Object(await response.json()) }, "client_id");
}

/** The suite writes a folder for each scenario, with the time at the end of its name. */
function readChecks(results: string): string[] {
  const found: string[] = [];
  for (const run of readdirSync(results)) {
    const scenario = run.replace(/^authorization-server-(.+)-\d{4}-\d\d-\d\dT.*$/, "$1");
    const checks: Check[] = JSON.parse(readFileSync(join(results, run, "checks.json"), "utf8"));
    for (const { id, status, errorMessage } of checks) {
      const why = status === "FAILURE" ? `: ${errorMessage}` : "";
      found.push(`${scenario}: ${id} ${status}${why}`);
    }
  }
  return found.sort();
}

test("the suite has no scenario and no version for authorization servers that are not run here", async () => {
  const printed = await new Response(start(["list", "--authorization"]).stdout).text();
  const listed = [...printed.matchAll(/^ +- (\S+) \[(\S+)\]$/gm)].map(([, name, versions]) => ({
    name,
    versions,
  }));
  const versions = VERSIONS.map(([version]) => version).join(",");
  expect(listed).toEqual([
    { name: "authorization-server-metadata-endpoint", versions },
    { name: "authorization-code-grant", versions },
  ]);
});

test.each([...VERSIONS])("every scenario of version %s passes", async (version, findings) => {
  expect(await judge(atRoot, version, "--resource", RESOURCE)).toEqual([...findings]);
});

test("so does an issuer with a path, and a client that names no resource", async () => {
  expect(await judge(belowPath, "2026-07-28")).toEqual([...SINCE_2025_11_25]);
});
