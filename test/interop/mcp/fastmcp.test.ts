/**
 * FastMCP, in Python: its client at the MCP server of the guide, and the client of the SDK at a server of FastMCP, as the guide builds it.
 * Left out where `python3` has no fastmcp: `pip install fastmcp`.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { UnauthorizedError } from "@modelcontextprotocol/client";
import { exportPKCS8 } from "jose";
import type { Outbound } from "../../../src/platform/outbound.ts";
import { newKey, type TestKey } from "../../support/client-assertions.ts";
import { rejectionOf } from "../../support/rejection.ts";
import { SECRET } from "../../support/server.ts";
import { Person } from "./application.ts";
import { startDocumentedServer } from "./documented-server.ts";
import { ModernApplication } from "./modern-application.ts";
import { type NotesServer, READ } from "./notes-server.ts";

const isThere =
  Bun.which("python3") !== null &&
  Bun.spawnSync(["python3", "-c", "import importlib.util as u; exit(u.find_spec('fastmcp') is None)"], {
    stderr: "ignore",
  }).exitCode === 0;
if (!isThere) console.warn("Without fastmcp in python3, the tests with FastMCP are left out.");

const DOCUMENT_URL = "https://notebook.example/client.json";

describe.skipIf(!isThere)("FastMCP", () => {
  let key: TestKey;
  let express: NotesServer;
  let python: NotesServer;
  const outbound: Outbound = {
    async send({ url }) {
      const document = {
        client_id: DOCUMENT_URL,
        client_name: "Notebook",
        redirect_uris: ["http://localhost/callback"],
        grant_types: ["authorization_code", "refresh_token"],
      };
      const body = url === DOCUMENT_URL ? document : { keys: [key.publicJwk] };
      return { status: 200, text: JSON.stringify(body) };
    },
  };
  beforeAll(async () => {
    key = await newKey("robot");
    const robot = { grant_types: ["client_credentials"], scope: [READ] };
    const more = {
      clients: [
        { client_id: "known", client_name: "House notebook", redirect_uris: ["http://localhost/callback"] },
        { client_id: "robot", secrets: [SECRET], ...robot },
        {
          client_id: "signing-robot",
          token_endpoint_auth_method: "private_key_jwt" as const,
          jwks_uri: "https://robot.example/keys.json",
          ...robot,
        },
      ],
    };
    express = await startDocumentedServer(more, { outbound });
    python = await startDocumentedServer(more, { outbound }, "python");
  }, 60_000);
  afterAll(async () => {
    await express?.close();
    await python?.close();
  });

  /** What the tool says to the client of FastMCP, once for each way in which it is known. It sends the person there if it needs them. */
  async function callFromPython(
    notes: NotesServer,
    person: Person,
    ...ways: readonly Readonly<Record<string, string>>[]
  ): Promise<string[]> {
    const program = Bun.spawn(
      [
        ...["python3", join(import.meta.dir, "fastmcp_client.py"), notes.url.href],
        ...ways.map((way) => JSON.stringify(way)),
      ],
      {
        env: { ...process.env, KEY: await exportPKCS8(key.privateKey) },
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
      },
    );
    const errors = new Response(program.stderr).text();
    let printed = "";
    let seen = 0;
    for await (const chunk of program.stdout.pipeThrough(new TextDecoderStream())) {
      printed += chunk;
      const lines = printed.split("\n").slice(seen, -1);
      seen += lines.length;
      for (const url of lines.filter((line) => line.startsWith("http"))) {
        await follow(await person.answer(new URL(url), "allow"));
      }
    }
    expect({ code: await program.exited, errors: await errors }).toMatchObject({ code: 0 });
    return printed.split("\n").filter((line) => line.startsWith("said"));
  }

  /** The client prints the address before it listens for the answer. */
  async function follow(url: URL): Promise<void> {
    while ((await fetch(url).catch(() => null)) === null) await Bun.sleep(20);
  }

  test("its client gets in, known by a document, by registration and by the operator, and as a program of its own", async () => {
    const person = await Person.named("ada", express);
    const said = await callFromPython(
      express,
      person,
      { way: "person", client_metadata_url: DOCUMENT_URL },
      { way: "person" },
      { way: "person", client_id: "known" },
      { way: "secret", client_id: "robot", client_secret: SECRET, scopes: READ },
      { way: "key", client_id: "signing-robot", scopes: READ },
    );
    expect(said).toEqual(["said ada", "said ada", "said ada", "said undefined", "said undefined"]);
  }, 60_000);

  test("its server lets the client of the SDK in, and the one of FastMCP", async () => {
    const person = await Person.named("grace", python);
    const application = new ModernApplication(python, "bearer");
    expect(await rejectionOf(application.call("whose_notes"))).toBeInstanceOf(UnauthorizedError);
    await application.finish(await application.sendThere(person));
    expect(await application.call("whose_notes")).toBe("grace");
    expect(await callFromPython(python, person, { way: "person" })).toEqual(["said grace"]);
  }, 60_000);
});
