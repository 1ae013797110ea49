/** The console's page about webhooks, with a receiver in this process. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { addPersonWithPassword, type Browser, openBrowser, textOf } from "../support/pages.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const SECRET = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
const PATH = "/admin/webhooks";

const heard: (string | null)[] = [];
let status = 204;
let receiver: ReturnType<typeof Bun.serve>;
let server: TestServer;
let root: Browser;
beforeAll(async () => {
  receiver = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      heard.push(request.headers.get("webhook-id"));
      return new Response(null, { status });
    },
  });
  server = await startTestServer({
    outbound: { allow: ["127.0.0.1"] },
    clients: [],
    webhooks: [
      {
        name: "siem",
        url: `http://127.0.0.1:${receiver.port}/hook`,
        secrets: [SECRET],
        events: ["role.given", "role.taken"],
      },
    ],
  });
  await addPersonWithPassword(server, "root", { administrator: true });
  await addPersonWithPassword(server, "auditor", { auditor: true });
  root = openBrowser(server);
  await root.signIn("root");
});
afterAll(async () => {
  await server.close();
  await receiver.stop(true);
});

const send = async (fields: Record<string, string>) => {
  const done = await root.post(PATH, { ...(await root.form(PATH)).fields, ...fields });
  return textOf(await root.get(done.headers.get("location") ?? ""));
};

test("lists each with its events, and never a secret", async () => {
  const page = await textOf(await root.get(PATH));
  for (const words of ["siem", "/hook", "2 events", "There were no events for it yet."])
    expect(page).toContain(words);
  for (const path of [PATH, "/admin/settings?all=1"])
    expect(await (await root.get(path)).text()).not.toContain(SECRET);
});

test("sends a test, says what came of it, and sends a delivery again under the same identifier", async () => {
  const page = await send({ act: "test", webhook: "siem" });
  expect(page).toContain("The receiver took webhook.test.");
  expect(page).toContain("delivered");
  status = 500;
  const again = await send({ act: "replay", webhook: "siem", delivery: heard[0] ?? "" });
  expect(again).toContain("The receiver did not take webhook.test: status 500.");
  expect(heard).toEqual([heard[0] ?? "", heard[0] ?? ""]);
});

test("an auditor looks at it, and sends nothing", async () => {
  const auditor = openBrowser(server);
  await auditor.signIn("auditor");
  const page = await auditor.get(PATH);
  expect(page.status).toBe(200);
  expect(await page.text()).not.toContain("Send a test");
  const { fields } = await root.form(PATH);
  const refused = await auditor.post(PATH, { ...fields, act: "test", webhook: "siem" });
  expect(refused.status).toBeGreaterThanOrEqual(400);
  expect(heard).toHaveLength(2);
});
