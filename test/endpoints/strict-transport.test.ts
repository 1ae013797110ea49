/** RFC 6797: browsers that were here once ask this host by https only. */
import { afterEach, expect, test } from "bun:test";
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import { authorizePath } from "../support/code-flow.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

let server: TestServer;
afterEach(() => server.close());

const HEADER = "strict-transport-security";
const ASKED: readonly (readonly [path: string, init: RequestInit])[] = [
  ["/", {}],
  ["/login", {}],
  ["/login", { method: "HEAD" }],
  ["/account", {}],
  [authorizePath(), {}],
  ["/auth/token", { method: "POST" }],
  ["/auth/token", { method: "OPTIONS" }],
  ["/auth/token", { method: "DELETE" }],
  ["/healthz", {}],
  ["/nowhere", {}],
  ["/nowhere", { headers: { Accept: "text/html" } }],
];

async function start(changes: ConfigurationInput): Promise<(string | null)[]> {
  server = await startTestServer({ ...TEST_CONFIGURATION, ...changes });
  const answers = await Promise.all(ASKED.map(([path, init]) => server.fetch(path, init)));
  return answers.map((answer) => answer.headers.get(HEADER));
}

test(
  proves(
    "every answer of an https issuer keeps browsers to https for a year, on this host alone",
    "FAPI 2.0 5.2.3-1",
  ),
  async () => {
    const found = await start({ issuer: "https://auth.example" });
    expect(found).toEqual(ASKED.map(() => "max-age=31536000"));
  },
);

test("the answers that a listener sends by itself do too", async () => {
  await start({ issuer: "https://auth.example/t" });
  const fixed = Object.values(await server.fixedAnswers());
  expect(fixed).toHaveLength(5);
  for (const answer of fixed) expect(answer.headers.get(HEADER)).toBe("max-age=31536000");
});

test("lifetimes.strict_transport_seconds: for how long, or that browsers forget it", async () => {
  const short = { issuer: "https://auth.example", lifetimes: { strict_transport_seconds: 300 } };
  expect(new Set(await start(short))).toEqual(new Set(["max-age=300"]));
  await server.close();
  const none = { issuer: "https://auth.example", lifetimes: { strict_transport_seconds: 0 } };
  expect(new Set(await start(none))).toEqual(new Set(["max-age=0"]));
});

test("an http issuer says nothing of it, as RFC 6797 §7.2 wants", async () => {
  expect(new Set(await start({ issuer: "http://localhost:8080" }))).toEqual(new Set([null]));
});
