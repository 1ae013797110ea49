/** `tessera webhook`, with a receiver in this process. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

const SECRET = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;

const heard: { readonly headers: Record<string, string>; readonly body: string }[] = [];
let status = 204;
let receiver: ReturnType<typeof Bun.serve>;
let flags: string[];
beforeAll(() => {
  receiver = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      heard.push({ headers: Object.fromEntries(request.headers), body: await request.text() });
      return new Response(null, { status });
    },
  });
  const folder = temporaryFolder();
  const file = join(folder, "tessera.toml");
  writeFileSync(
    file,
    `
data = "${folder}/data"

[outbound]
allow = ["127.0.0.1"]

[[webhooks]]
name = "siem"
url = "http://127.0.0.1:${receiver.port}/"
secrets = ["${SECRET}"]
events = ["group"]
`,
  );
  flags = ["--config", file];
});
afterAll(async () => {
  await receiver.stop(true);
  removeTemporaryFolders();
});

const run = (...args: string[]) => tessera([...args, ...flags]);

describe("tessera webhook", () => {
  test("lists webhooks, and never a secret", async () => {
    const { code, out } = await run("webhook", "list");
    expect(code).toBe(0);
    expect(out).toContain("siem");
    expect(out).toContain("group.created");
    expect(out).not.toContain(SECRET);
  });

  test("lists what an act of the command line queued, and sends it", async () => {
    expect((await run("group", "add", "family")).code).toBe(0);
    const listed = JSON.parse((await run("webhook", "deliveries", "siem", "--json")).out) as { id: string }[];
    expect(listed).toMatchObject([{ type: "group.created", state: "waits", attempts: 0 }]);
    expect(heard).toEqual([]);
    const replayed = await run("webhook", "replay", "siem", listed[0]?.id ?? "");
    expect(replayed.code).toBe(0);
    const [first] = heard;
    expect(new Webhook(SECRET).verify(first?.body ?? "", first?.headers ?? {})).toMatchObject({
      type: "group.created",
    });
    expect((await run("webhook", "deliveries", "siem")).out).toContain("delivered");
  });

  test("sends a test, and says what came back", async () => {
    expect((await run("webhook", "test", "siem")).out).toContain("has it: msg_");
    status = 500;
    const failed = await run("webhook", "test", "siem");
    expect(failed.code).toBe(1);
    expect(failed.err).toContain("status 500");
    expect((await run("webhook", "deliveries", "siem", "--failed")).out).toContain("status 500");
  });

  test("names what there is instead of what there is not", async () => {
    expect((await run("webhook", "test", "other")).err).toContain("The configuration has: siem");
    expect((await run("webhook", "replay", "siem", "msg_none")).err).toContain("There is no delivery");
  });
});
