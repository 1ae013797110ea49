/** The self-test: the operator's command learns how its request arrived, and a stranger learns nothing. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { newQuestion, PROBES, readAnswer } from "../../src/operations/self-test.ts";
import { serverKeys } from "../../src/platform/keys.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { proves } from "../support/proves.ts";
import { ADDRESS, startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const question = () => newQuestion(server.context);
const ask = (text: string, headers: Record<string, string> = {}) =>
  server.post("/auth/self-test", { question: text }, headers);

test("says how a request arrived, to the holder of the server's key alone", async () => {
  const asked = question();
  const response = await ask(asked, {
    Cookie: PROBES.cookie,
    Authorization: PROBES.authorization,
    "X-Forwarded-Proto": "http",
    "X-Forwarded-For": "203.0.113.80",
    Host: "inner.example",
  });
  expect(response.status).toBe(200);
  expect(response.headers.getSetCookie()).toEqual([
    "tessera_self_test=answered; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Lax",
  ]);
  const body = await response.json();
  expect(readAnswer(server.context, asked, body)).toMatchObject({
    host: "inner.example",
    forwardedProto: "http",
    forwardedFor: "203.0.113.80",
    address: ADDRESS,
    cookie: true,
    authorization: true,
    pid: process.pid,
  });
  expect(readAnswer(server.context, question(), body)).toBeNull();
  expect(readAnswer({ keys: serverKeys(systemRandom(32)) }, asked, body)).toBeNull();
  expect(readAnswer(server.context, asked, { ...(body as object), answer: "{}" })).toBeNull();
});

test("the pages' verdict is a part of the answer", async () => {
  const asked = question();
  const { url } = new Request("http://auth.example/auth/self-test");
  const body = new URLSearchParams({ question: asked });
  const response = await server.handle(new Request(url, { method: "POST", body }), ADDRESS);
  expect(readAnswer(server.context, asked, await response.json())).toMatchObject({
    encrypted: false,
    otherAddress: "insecure",
    cookie: false,
    authorization: false,
  });
});

test(
  proves("a stranger, a second use and an old question are told that there is nothing here", "threat 43"),
  async () => {
    const once = question();
    expect((await ask(once)).status).toBe(200);
    expect((await ask(once)).status).toBe(404);
    const of = (keys: TestServer["context"]["keys"]) => newQuestion({ ...server.context, keys });
    const old = question();
    const [id = "", end = "", proof = ""] = question().split(".");
    server.clock.advance(121);
    const refused = [
      once,
      old,
      "",
      "x.y.z",
      `${id}.${Number(end) + 300}.${proof}`,
      of(serverKeys(systemRandom(32))),
    ];
    for (const text of refused) {
      const response = await ask(text);
      expect({ text, status: response.status }).toEqual({ text, status: 404 });
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(await response.text()).not.toContain("pid");
    }
  },
);
