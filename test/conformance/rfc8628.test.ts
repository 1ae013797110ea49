/** RFC 8628: the tests that belong neither in test/endpoints/device.test.ts nor in test/pages/device.test.ts. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { formsOf } from "../support/code-flow.ts";
import { expectRefusal, expectTokens, jsonOf, pollDevice, startDevice, textOf } from "../support/flows.ts";
import { addPersonWithPassword, openBrowser, PASSWORD, textOf as wordsOf } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { DEVICE_GRANT } from "../support/token-requests.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await addPersonWithPassword(server, "alice");
});
afterAll(() => server.close());

describe("the device authorization endpoint", () => {
  test(proves("ignores parameters that it does not know", "RFC 8628 3.1-4"), async () => {
    const response = await server.post("/auth/device", {
      client_id: "television",
      scope: "mail.read",
      audience: "https://other.example",
      foo: "bar",
    });
    expect(response.status).toBe(200);
    expect(Object.keys(await jsonOf(response))).toContain("device_code");
  });

  test.each(["client_id", "scope", "foo"])(
    proves("refuses the parameter %s twice, also with the same value", "RFC 8628 3.1-5"),
    async (name) => {
      const sound: [string, string][] = [
        ["client_id", "television"],
        ["scope", "mail.read"],
        ["foo", "bar"],
      ];
      const again = sound.filter(([one]) => one === name);
      const body = await expectRefusal(
        await server.post("/auth/device", [...sound, ...again]),
        400,
        "invalid_request",
      );
      expect(body.error_description).toContain(`'${name}'`);
    },
  );

  test(proves("answers with every member once", "RFC 8628 3.1-5"), async () => {
    const response = await server.post("/auth/device", { client_id: "television" });
    const text = await response.text();
    const members = [...text.matchAll(/"([a-z_]+)":/g)].map(([, name]) => name);
    expect(members).toContain("device_code");
    expect([...new Set(members)]).toEqual(members);
  });

  test(proves("gives device codes of which each of 32 bytes can be anything", "RFC 8628 5.2-1"), async () => {
    const secrets = await Promise.all(
      Array.from({ length: 24 }, async () => {
        const text = textOf(await startDevice(server), "device_code");
        return Buffer.from(text.slice("tdc_".length), "base64url").subarray(16);
      }),
    );
    for (const secret of secrets) expect(secret).toHaveLength(32);
    for (let at = 0; at < 32; at += 1) {
      // In 24 samples a random byte takes many values; a fixed byte or a counter does not.
      expect(new Set(secrets.map((secret) => secret[at])).size).toBeGreaterThan(10);
    }
  });
});

describe("the person", () => {
  test(
    proves("begins at verification_uri, signs in, types the code and allows", "RFC 8628 3.3-1"),
    async () => {
      const device = await startDevice(server);
      const path = textOf(device, "verification_uri").slice(server.issuer.length);
      const browser = openBrowser(server);
      const signIn = (await browser.get(path)).headers.get("location") ?? "";
      expect(signIn).toStartWith("/login");
      const signedIn = await browser.submit(signIn, { username: "alice", password: PASSWORD });
      expect(signedIn.headers.get("location")).toBe("/device");
      const asked = await (await browser.get("/device")).text();
      expect(asked).toContain('<form method="get" action="/device"');
      expect(asked).toContain('name="user_code"');
      const typed = await browser.get(`/device?user_code=${textOf(device, "user_code")}`);
      const [question] = (await formsOf(typed)).filter(({ fields }) => "device" in fields);
      if (question === undefined) throw new Error("Nothing is asked.");
      const allowed = await browser.post(question.action, { ...question.fields, decision: "allow" });
      expect(allowed.status).toBe(200);
      await expectTokens(await pollDevice(server, textOf(device, "device_code")));
    },
  );

  test(
    proves(
      "who comes by verification_uri_complete is shown the code and asked to compare it, before anything is allowed",
      "RFC 8628 3.3.1-1",
      "RFC 8628 5.4-1",
    ),
    async () => {
      const browser = openBrowser(server);
      await browser.signIn("alice");
      const device = await startDevice(server);
      const complete = textOf(device, "verification_uri_complete").slice(server.issuer.length);
      const words = await wordsOf(await browser.get(complete));
      expect(words).toContain(`Does your device show this code? ${textOf(device, "user_code")}`);
      expect(words).toMatch(/Only allow what you started yourself.* Allow .*Deny/);
      await expectRefusal(
        await pollDevice(server, textOf(device, "device_code")),
        400,
        "authorization_pending",
      );
    },
  );
});

describe("a device access token request", () => {
  let sound: Record<string, string>;
  beforeEach(async () => {
    const device_code = textOf(await startDevice(server), "device_code");
    sound = { grant_type: DEVICE_GRANT, device_code, client_id: "television" };
  });

  test.each([
    ["grant_type", undefined, 400, "invalid_request"],
    ["grant_type", "device_code", 400, "unsupported_grant_type"],
    ["grant_type", "urn:ietf:params:oauth:grant-type:Device_Code", 400, "unsupported_grant_type"],
    ["grant_type", "authorization_code", 400, "unauthorized_client"],
    ["device_code", undefined, 400, "invalid_request"],
    ["client_id", undefined, 401, "invalid_client"],
  ] as const)(
    proves("with %s %p is refused", "RFC 8628 3.4-1", "RFC 8628 3.4-2", "RFC 8628 3.4-3", "RFC 8628 3.4-4"),
    async (name, value, status, error) => {
      await expectRefusal(await server.post("/auth/token", { ...sound, [name]: value }), status, error);
      // Without this fault the request is valid.
      await expectRefusal(await server.post("/auth/token", sound), 400, "authorization_pending");
    },
  );
});
