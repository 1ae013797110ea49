/** Applications of the operator's own service, for which people are not asked. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type AuthorizationParameters, authorizePath, redirectOf } from "../support/code-flow.ts";
import { expectTokens, jsonOf, redeemCode, textOf } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { SECRET, startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let cookie: string;
beforeAll(async () => {
  server = await startTestServer({
    clients: [
      {
        client_id: "web",
        redirect_uris: ["https://client.example/callback"],
        secrets: [SECRET],
        first_party: true,
      },
      { client_id: "native", redirect_uris: ["http://127.0.0.1/callback"], first_party: true },
    ],
  });
  cookie = await server.signIn(await server.addPerson("ada"));
});
afterAll(() => server.close());

const open = (changes: AuthorizationParameters) =>
  server.fetch(authorizePath({ scope: "openid profile", ...changes }), { headers: { Cookie: cookie } });

describe("a first-party client", () => {
  test("gets its code without a question, and tokens for it", async () => {
    const code = redirectOf(await open({ prompt: "none" })).searchParams.get("code");
    expect(textOf(await expectTokens(await redeemCode(server, code ?? "")), "id_token")).toContain(".");
  });

  test("is asked about all the same if it wants that (prompt=consent)", async () => {
    const question = await open({ prompt: "consent" });
    expect(question.status).toBe(200);
    expect(await question.text()).toContain("See your name, user name and picture");
  });

  test(proves("that any program can pretend to be is asked about (RFC 8252 §8.6)", "threat 68"), async () => {
    const native = { client_id: "native", redirect_uri: "http://127.0.0.1:4000/callback" };
    expect((await open(native)).status).toBe(200);
    const silent = redirectOf(await open({ ...native, prompt: "none" }));
    expect(silent.searchParams.get("error")).toBe("consent_required");
  });

  test(proves("is none that registered itself, whatever it says", "threat 22", "threat 68"), async () => {
    const registered = await jsonOf(
      await server.fetch("/auth/register", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ redirect_uris: ["https://stranger.example/cb"], first_party: true }),
      }),
    );
    expect(registered).not.toHaveProperty("first_party");
    const stranger = {
      client_id: textOf(registered, "client_id"),
      redirect_uri: "https://stranger.example/cb",
    };
    expect((await open(stranger)).status).toBe(200);
    expect((await open({ ...stranger, prompt: "none" })).status).toBe(200);
  });
});
