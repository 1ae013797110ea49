/** The examples of RFC 6750, sent to this server's own protected resource. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { expectRefusal, expectTokens, jsonOf, textOf, tokensFor } from "../support/flows.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const RESOURCE = "/auth/userinfo";
let server: TestServer;
let token = "";
beforeAll(async () => {
  server = await startTestServer({ appearance: { name: "example" } });
  server.clock.freeze();
  const person = await server.addPerson("ada");
  token = textOf(await tokensFor(server, person, { scope: "profile" }), "access_token");
});
afterAll(() => server.close());

const challengeOf = (response: Response) => response.headers.get("www-authenticate");

describe("RFC 6750, section", () => {
  test("2.1: the token in the header", async () => {
    const response = await server.fetch(RESOURCE, { headers: { Authorization: `Bearer ${token}` } });
    expect(response.status).toBe(200);
    expect((await jsonOf(response)).preferred_username).toBe("ada");
  });

  test("2.2: the token in a form", async () => {
    const response = await server.fetch(RESOURCE, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: `access_token=${token}`,
    });
    expect(response.status).toBe(200);
    expect((await jsonOf(response)).preferred_username).toBe("ada");
  });

  test.each(["", "&p=q"])(
    "2.3: the token in the query is refused, followed by %j (RFC 9700 §4.3.2)",
    async (more) => {
      const response = await server.fetch(`${RESOURCE}?access_token=${token}${more}`);
      expect(challengeOf(response)).toStartWith('Bearer realm="example", error="invalid_request", ');
      await expectRefusal(response, 400, "invalid_request");
    },
  );

  test("3 and 3.1: without authentication", async () => {
    const response = await server.fetch(RESOURCE);
    expect(response.status).toBe(401);
    expect(challengeOf(response)).toStartWith('Bearer realm="example", DPoP algs=');
  });

  test("3: with an expired access token", async () => {
    const expired = textOf(
      await tokensFor(server, await server.addPerson("late"), { scope: "profile" }),
      "access_token",
    );
    server.clock.advance(3600);
    const response = await server.fetch(RESOURCE, { headers: { Authorization: `Bearer ${expired}` } });
    expect(response.status).toBe(401);
    expect(challengeOf(response)).toMatch(
      /^Bearer realm="example", error="invalid_token", error_description="The access token is expired[^"]*"$/,
    );
  });

  test("4: the access token response", async () => {
    const person = await server.addPerson("grace");
    const body = await tokensFor(server, person, { scope: "profile" });
    expect(body).toMatchObject({ token_type: "Bearer", expires_in: 3600 });
    expect(textOf(body, "refresh_token")).toStartWith("trt_");
    const response = await server.post("/auth/token", {
      grant_type: "refresh_token",
      refresh_token: textOf(body, "refresh_token"),
      client_id: "web",
      client_secret: "a secret that is long enough for tests",
    });
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("pragma")).toBe("no-cache");
    expect(Object.keys(await expectTokens(response))).toEqual(
      expect.arrayContaining(["access_token", "token_type", "expires_in", "refresh_token"]),
    );
  });
});
