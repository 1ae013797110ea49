/**
 * mcp-remote, which connects applications without OAuth of their own to MCP servers: an application starts it and speaks with it over
 * its standard input. It registers, and sends the person to their browser; this test opens the address that it prints.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Person } from "./application.ts";
import { startDocumentedServer } from "./documented-server.ts";
import type { NotesServer } from "./notes-server.ts";

const PROGRAM = join(import.meta.dir, "node_modules/mcp-remote/dist/proxy.js");

let notes: NotesServer;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tessera-mcp-remote-"));
  notes = await startDocumentedServer();
});
afterAll(async () => {
  await notes.close();
  rmSync(folder, { recursive: true });
});

/** What the tool says to an application behind mcp-remote. `sendThere` gets the address for the browser. */
async function call(
  options: readonly string[],
  tool: string,
  sendThere: (url: URL) => Promise<void>,
): Promise<string> {
  const transport = new StdioClientTransport({
    command: "node",
    args: [PROGRAM, notes.url.href, ...options],
    // It keeps its tokens in a folder, and its attempt to open a browser leads nowhere.
    env: { PATH: process.env.PATH ?? "", HOME: folder, MCP_REMOTE_CONFIG_DIR: folder },
    stderr: "pipe",
  });
  const client = new Client({ name: "notebook", version: "1.0.0" });
  let printed = "";
  let sent: Promise<void> | undefined;
  transport.stderr?.on("data", (chunk) => {
    printed += chunk;
    const url = /^(http:\S+\/auth\/authorize\?\S+)\s/m.exec(printed)?.[1];
    if (url !== undefined) sent ??= sendThere(new URL(url));
  });
  try {
    await client.connect(transport);
    await sent;
    const { content } = await client.callTool({ name: tool });
    const [first] = content;
    return first?.type === "text" ? first.text : "";
  } catch (error) {
    throw new Error(printed, { cause: error });
  } finally {
    await client.close();
  }
}

test("an application behind it gets in after the person allowed it, and next time without them, in the protocol of 2026-07-28", async () => {
  const person = await Person.named("ada", notes);
  const asked: string[] = [];
  const said = await call([], "whose_notes", async (url) => {
    asked.push(url.searchParams.get("resource") ?? "");
    const answered = await fetch(await person.answer(url, "allow"));
    expect(answered.status).toBe(200);
  });
  expect(said).toBe("ada");
  expect(asked).toEqual([notes.url.href]);
  expect(
    await call(["--protocol", "auto"], "whose_notes", async () => {
      throw new Error("It asked again.");
    }),
  ).toBe("ada");
}, 30_000);
