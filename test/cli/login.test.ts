import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, statSync } from "node:fs";
import { join } from "node:path";
import { receiveOnLoopback, redeemAnswer } from "../../src/cli/login-browser.ts";
import { pollForToken, requestDeviceAuthorization } from "../../src/cli/login-device.ts";
import { discover, type Fetch, loginClient, type Server } from "../../src/cli/login-server.ts";
import { qrCode } from "../../src/cli/qr.ts";
import { parseCredential } from "../../src/credentials/credential.ts";
import type { RecordId } from "../../src/protocol/identifiers.ts";
import { openBrowser, PASSWORD } from "../support/pages.ts";
import { OPEN_TO_DEVICES } from "../support/token-requests.ts";
import { captureIo, removeTemporaryFolders, serve, temporaryFolder, tessera } from "./support.ts";

const ISSUER = "https://auth.example";
const TOKEN_ENDPOINT = "https://auth.example/token";
const DEVICE = { device_code: "the device code", expires_in: 60, interval: 5 };
const PUBLIC = loginClient("tv", null);

/** A server with these endpoints, and with `answer` for every other request. */
function serverWith(endpoints: Record<string, string>, answer: Fetch): Promise<Server> {
  const metadata = { issuer: ISSUER, token_endpoint: TOKEN_ENDPOINT, ...endpoints };
  return discover(ISSUER, async (url, init) =>
    url.includes("/.well-known/") ? Response.json(metadata) : answer(url, init),
  );
}

type Answer = { status?: number; body: unknown } | "unreachable";
const error = (code: string, description?: string): Answer => ({
  status: 400,
  body: { error: code, error_description: description },
});

/** Polls a server that gives these answers in order, and then repeats the last one. */
async function poll(answers: Answer[], client = PUBLIC) {
  const pauses: number[] = [];
  const requests: { body: string; headers: Headers }[] = [];
  const server = await serverWith({}, async (url, init) => {
    expect(url).toBe(TOKEN_ENDPOINT);
    requests.push({ body: String(init?.body), headers: new Headers(init?.headers) });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === undefined || answer === "unreachable") throw new Error("connection refused");
    return Response.json(answer.body, { status: answer.status ?? 200 });
  });
  const result = pollForToken(server, client, DEVICE, async (millis) => void pauses.push(millis / 1000));
  return { outcome: await result.catch((reason: Error) => reason.message), pauses, requests };
}
const granted: Answer = { body: { access_token: "tat_1", token_type: "Bearer", expires_in: 60 } };

describe("polling (RFC 8628 §3.5)", () => {
  test("waits the interval before every request, and returns the token response", async () => {
    const { outcome, pauses, requests } = await poll([
      error("authorization_pending"),
      error("authorization_pending"),
      granted,
    ]);
    expect(outcome).toMatchObject({ access_token: "tat_1", expires_in: 60 });
    expect(pauses).toEqual([5, 5, 5]);
    expect(Object.fromEntries(new URLSearchParams(requests[0]?.body))).toEqual({
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
      device_code: "the device code",
      client_id: "tv",
    });
  });

  test("adds 5 seconds after slow_down, and keeps them", async () => {
    const { pauses } = await poll([
      error("slow_down"),
      error("authorization_pending"),
      error("slow_down"),
      granted,
    ]);
    expect(pauses).toEqual([5, 10, 10, 15]);
  });

  test("waits twice as long after a connection that failed", async () => {
    const { outcome, pauses } = await poll(["unreachable", "unreachable", granted]);
    expect(outcome).toMatchObject({ access_token: "tat_1" });
    expect(pauses).toEqual([5, 10, 20]);
  });

  test("does not give up on a server that is busy", async () => {
    const { outcome, pauses } = await poll([
      { status: 503, body: { error: "temporarily_unavailable" } },
      { status: 502, body: "<html>" },
      granted,
    ]);
    expect(outcome).toMatchObject({ access_token: "tat_1" });
    expect(pauses).toEqual([5, 10, 15]);
  });

  test.each([
    ["access_denied", "Access was denied on the page."],
    ["expired_token", "The code has expired"],
    ["invalid_grant", "The server refused: Because (invalid_grant)."],
  ])("stops at %s", async (code, text) => {
    const { outcome, pauses } = await poll([error(code, "Because.")]);
    expect(outcome).toContain(text);
    expect(pauses).toEqual([5]);
  });

  test("stops by itself when the code must have expired", async () => {
    const { outcome, pauses } = await poll([error("authorization_pending")]);
    expect(outcome).toContain("The code has expired");
    expect(pauses).toHaveLength(12);
  });

  test("a confidential client sends its secret in the header only, percent-encoded (RFC 6749 §2.3.1)", async () => {
    const { requests } = await poll([granted], loginClient("a:b", "c d%"));
    expect(requests[0]?.headers.get("authorization")).toBe(`Basic ${btoa("a%3Ab:c+d%25")}`);
    expect(requests[0]?.body).not.toContain("client_id");
  });

  test("what a server says cannot write to the terminal what it likes", async () => {
    const { outcome } = await poll([error("invalid_grant", "\u001b[2Jcleared")]);
    expect(outcome).not.toContain("\u001b");
  });
});

describe("discovery (RFC 8414)", () => {
  const metadata = (issuer: string) => ({
    issuer,
    token_endpoint: "https://a.example/t",
    device_authorization_endpoint: "https://a.example/d",
  });

  test("asks at the path-inserted place first, then at OpenID's", async () => {
    const asked: string[] = [];
    const server = await discover("https://a.example/tenant", async (url) => {
      asked.push(url);
      return url.endsWith("openid-configuration")
        ? Response.json(metadata("https://a.example/tenant"))
        : new Response("no", { status: 404 });
    });
    expect(asked).toEqual([
      "https://a.example/.well-known/oauth-authorization-server/tenant",
      "https://a.example/tenant/.well-known/openid-configuration",
    ]);
    expect(server.metadata.token_endpoint).toBe("https://a.example/t");
  });

  test.each([
    [
      "a document that speaks for another issuer",
      () => Response.json(metadata("https://evil.example")),
      "calls itself",
    ],
    [
      "a document without a token endpoint",
      () => Response.json({ issuer: "https://a.example" }),
      "names no token endpoint",
    ],
    ["no document at all", () => new Response("", { status: 404 }), "There is no authorization server at"],
    ["a server that cannot be reached", () => Promise.reject(new Error("refused")), "cannot be reached"],
  ])("refuses %s", async (_, answer, text) => {
    await expect(discover("https://a.example", async () => answer())).rejects.toThrow(text);
  });
});

/** The message for a request that fails with this error. */
const failing = async (code: string, message: string): Promise<string> => {
  const fetch = () => Promise.reject(Object.assign(new Error(message), { code }));
  const { err } = await tessera(["login", "--issuer", "https://a.example:9"], { fetch });
  return err;
};

describe("a server that does not answer", () => {
  test("at all is told with what to do", async () => {
    expect(await failing("ECONNREFUSED", "Unable to connect.")).toBe(
      "Nothing answers at https://a.example:9 (connection refused). Start the server, or check --issuer.\n",
    );
  });

  test.each([
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "self signed certificate"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unable to verify the first certificate"],
  ])("with a certificate that is not trusted (%s) is told with how to trust it", async (code, message) => {
    const err = await failing(code, message);
    expect(err).toContain("The certificate of https://a.example:9 is not trusted");
    expect(err).toContain("NODE_EXTRA_CA_CERTS=cert.pem");
  });
});

test("every request of a sign-in says who asks", async () => {
  const agents: (string | null)[] = [];
  const metadata = {
    issuer: "https://a.example",
    token_endpoint: "https://a.example/t",
    device_authorization_endpoint: "https://a.example/d",
    registration_endpoint: "https://a.example/r",
  };
  await tessera(["login", "--issuer", "https://a.example"], {
    fetch: async (url, init) => {
      agents.push(new Headers(init?.headers).get("user-agent"));
      if (url.endsWith("/r")) return Response.json({ client_id: "c" }, { status: 201 });
      return url.endsWith("/d") ? Response.json({}, { status: 400 }) : Response.json(metadata);
    },
  });
  expect(agents).toHaveLength(3);
  for (const agent of agents) expect(agent).toMatch(/^tessera-login\/\d+\.\d+\.\d+$/);
});

test("a server without the device flow is told from one that refuses", async () => {
  const server = await serverWith({}, async () => {
    throw new Error("nobody is to be asked");
  });
  const request = requestDeviceAuthorization(server, PUBLIC, new URLSearchParams());
  await expect(request).rejects.toThrow("does not offer the device flow");
});

test("a server that calls the address by its older name is understood", async () => {
  const answer = {
    device_code: "d",
    user_code: "u",
    verification_url: "https://a.example/d",
    expires_in: 60,
  };
  const server = await serverWith({ device_authorization_endpoint: "https://auth.example/d" }, async () =>
    Response.json(answer),
  );
  const device = await requestDeviceAuthorization(server, PUBLIC, new URLSearchParams());
  expect(device.verification_uri).toBe("https://a.example/d");
});

describe("the last page in the browser", () => {
  test.each([
    ["de-AT,de;q=0.9,en;q=0.5", "de", "Der Browser ist fertig", "kehren Sie zum Terminal zurück"],
    ["tlh", "en", "The browser’s part is done", "go back to the terminal"],
  ])("for %s is in the language %s", async (accepted, language, title, words) => {
    const receiver = await receiveOnLoopback("state");
    const open = async (query: string) => {
      const headers = { "Accept-Language": accepted };
      return (await fetch(`${receiver.redirectUri}?${query}`, { headers })).text();
    };
    const stray = await open("state=another&code=x");
    const done = await open("state=state&code=x");
    receiver.close();
    for (const page of [stray, done]) expect(page).toContain(`<html lang="${language}">`);
    expect(done).toContain(title);
    expect(done).toContain(words);
    expect((await receiver.answer).get("code")).toBe("x");
  });
});

describe("the answer that the browser brings", () => {
  const FLOW = {
    state: "the state",
    codeVerifier: "v".repeat(43),
    redirectUri: "http://127.0.0.1:1/callback",
  };
  const redeem = async (answer: Record<string, string>, endpoints: Record<string, string> = {}) => {
    const asked: string[] = [];
    const server = await serverWith(endpoints, async (url, init) => {
      asked.push(`${url} ${init?.body}`);
      return Response.json({ access_token: "tat_1", token_type: "Bearer" });
    });
    const parameters = new URLSearchParams({ state: FLOW.state, ...answer });
    const outcome = await redeemAnswer(server, PUBLIC, parameters, FLOW).catch(
      (error: Error) => error.message,
    );
    return { outcome, asked };
  };

  test("is redeemed with the verifier and the redirect URI of the request", async () => {
    const { outcome, asked } = await redeem({ code: "c", iss: ISSUER });
    expect(outcome).toMatchObject({ access_token: "tat_1" });
    const form = new URLSearchParams(asked[0]?.split(" ")[1]);
    expect(Object.fromEntries(form)).toEqual({
      grant_type: "authorization_code",
      code: "c",
      code_verifier: FLOW.codeVerifier,
      redirect_uri: FLOW.redirectUri,
      client_id: "tv",
    });
  });

  test.each<[string, Record<string, string>, string]>([
    ["of another server (RFC 9207 §2.4)", { code: "c", iss: "https://evil.example" }, '"iss"'],
    ["of another sign-in", { code: "c", state: "another" }, '"state"'],
    ["without a code", {}, "no authorization code"],
    ["that says no", { error: "access_denied" }, "Access was denied on the page."],
    [
      "that refuses",
      { error: "server_error", error_description: "\u001b[2JSorry" },
      "server_error: ?[2JSorry",
    ],
  ])("%s is told, and nothing is sent", async (_, answer, words) => {
    const { outcome, asked } = await redeem(answer);
    expect(outcome).toContain(words);
    expect(asked).toEqual([]);
  });

  test("goes nowhere in the clear, where an https server leads to http", async () => {
    const { outcome, asked } = await redeem({ code: "c" }, { token_endpoint: "http://auth.example/token" });
    expect(outcome).toContain("only requests to HTTPS are allowed");
    expect(asked).toEqual([]);
  });
});

test("the QR code is dark on light whatever the terminal's colours are, and drawn the other way round without colours", () => {
  const plain = qrCode("https://a.example", false).split("\n");
  const coloured = qrCode("https://a.example", true).split("\n");
  expect(plain[0]).toMatch(/^█+$/);
  expect(coloured[0]).toContain("\u001b[38;5;16;48;5;231m");
  expect(coloured.length).toBe(plain.length);
});

describe("tessera login at a running server", () => {
  const deviceIds: RecordId[] = [];
  let running: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    running = await serve(temporaryFolder(), { demo: true, set: ["lifetimes.device_interval_seconds=1"] });
  });
  afterAll(async () => {
    await running.stop();
    removeTemporaryFolders();
  });

  test("shows address, code and QR code, and says clearly when the person denied", async () => {
    const { issuer } = running.configuration;
    const io = captureIo();
    const { store } = running;
    const { clock } = running.server.context;
    const result = await tessera(
      ["login", "--issuer", issuer, "--client-id", "demo-device", "--scope", "notes.read"],
      {
        sleep: async () => {
          // The person denies while the device waits.
          const pending = deviceIds.shift();
          if (pending) await store.decideDeviceCode(pending, null, clock.seconds());
          await Bun.sleep(5);
        },
        fetch: async (url, init) => {
          const answer = await io.fetch(url, init);
          if (url.endsWith("/auth/device")) {
            const { device_code }: { device_code: string } = JSON.parse(await answer.clone().text());
            const presented = parseCredential("device_code", device_code);
            if (presented) deviceIds.push(presented.id);
          }
          return answer;
        },
      },
    );
    expect(result.err).toContain(`${issuer}/device`);
    expect(result.err).toMatch(/^ {2}[A-Z]{4}-[A-Z]{4}$/m);
    expect(result.err).toContain("▀");
    expect(result.err).toContain("Access was denied on the page.");
    expect(result.out).toBe("");
    expect(result.code).toBe(1);
  });

  test("registers a client of its own when none is named, where the server lets it", async () => {
    const issuer = ["login", "--issuer", running.configuration.issuer];
    expect((await tessera(issuer)).err).toContain(
      "is not open to clients that register themselves (invalid_client_metadata). Sign in with --browser, or ask the operator",
    );
    const open = await serve(temporaryFolder(), {
      demo: true,
      set: [`registration.grant_types=${JSON.stringify(OPEN_TO_DEVICES.grant_types)}`],
    });
    const result = await tessera(["login", "--issuer", open.configuration.issuer], {
      sleep: async () => {
        throw new Error("far enough");
      },
    });
    expect(result.err).toMatch(
      /Registered a client for this\. To be the same one next time: --client-id \S+/,
    );
    await open.stop();
  });

  test("says what is wrong with a client that does not exist", async () => {
    const result = await tessera([
      "login",
      "--issuer",
      running.configuration.issuer,
      "--client-id",
      "nobody",
    ]);
    expect(result.code).toBe(1);
    expect(result.err).toMatch(
      /^The server did not begin the sign-in: Client authentication failed.* \(invalid_client\)\.\n$/,
    );
  });
});

// docs/api.md tells people to do this.
test("tessera login asks for scopes of management, and its token manages as far as they and the role go", async () => {
  const data = temporaryFolder();
  const running = await serve(data, {
    set: ["lifetimes.device_interval_seconds=1", "dpop.nonces=required"],
  });
  const { issuer } = running.configuration;
  const run = async (...args: string[]) => {
    const done = await tessera([...args, "--data", data], { stdin: PASSWORD });
    if (done.code !== 0) throw new Error(done.err);
  };
  await run("user", "add", "root", "--admin", "--password-stdin");
  const scopes = ["--scope", "openid tessera.admin tessera.read"];
  const flow = ["--public", "--grant", "device", "--grant", "refresh"];
  await run("client", "add", "--id", "operators", "--name", "Operators", ...flow, ...scopes);

  const browser = openBrowser({
    issuer,
    fetch: (path, init) => fetch(issuer + path, { ...init, redirect: "manual" }),
  });
  await browser.signIn("root");
  const login = async (scope: string, ...more: string[]): Promise<string> => {
    let code = "";
    const result = await tessera(
      ["login", "--issuer", issuer, "--client-id", "operators", "--scope", scope, ...more],
      {
        err: (text) => {
          code ||= /^ {2}([A-Z]{4}-[A-Z]{4})$/m.exec(text)?.[1] ?? "";
        },
        sleep: async () => {
          if (code !== "")
            await browser.submit(`/device?user_code=${code}`, { decision: "allow" }, "/device");
          code = " ";
        },
      },
    );
    expect(result.code).toBe(0);
    return /tat_[\w-]{64}/.exec(result.out)?.[0] ?? "";
  };
  const ask = async (token: string, path: string, init: RequestInit = {}): Promise<number> =>
    (await fetch(`${issuer}/api${path}`, { ...init, headers: { Authorization: `Bearer ${token}` } })).status;

  const reader = await login("tessera.read");
  expect(await ask(reader, "/people")).toBe(200);
  expect(await ask(reader, "/keys/unknown", { method: "DELETE" })).toBe(403);
  // With a key of its own, the token works with a proof and not without.
  const key = join(data, "me.jwk.json");
  const bound = await login("tessera.read", "--dpop-key", key);
  expect(statSync(key).mode & 0o777).toBe(0o600);
  expect(await ask(bound, "/people")).toBe(401);
  const url = `${issuer}/api/people`;
  const prove = async (...args: string[]) =>
    (await tessera(["token", "proof", "-", url, "--key", key, ...args], { stdin: `${bound}\n` })).out.trim();
  const withProof = (proof: string) =>
    fetch(url, { headers: { Authorization: `DPoP ${bound}`, DPoP: proof } });
  const asked = await withProof(await prove());
  expect(asked.status).toBe(401);
  const nonce = ["--nonce", asked.headers.get("dpop-nonce") ?? ""];
  const statusOf = async (proof: string) => (await withProof(proof)).status;
  const proof = await prove(...nonce);
  expect([await statusOf(proof), await statusOf(proof)]).toEqual([200, 401]);
  expect(await statusOf(await prove(...nonce, "--method", "POST"))).toBe(401);
  // The same key the next time; one that others can read is of no use.
  expect(await login("tessera.read", "--dpop-key", key)).toStartWith("tat_");
  chmodSync(key, 0o644);
  const open = await tessera(["token", "proof", bound, url, "--key", key]);
  expect(open.err).toContain("chmod 600");
  const admin = await login("tessera.admin");
  expect(await ask(admin, "/health")).toBe(200);
  // The role of today counts: another administrator takes it away.
  await run("user", "add", "second", "--admin", "--password-stdin");
  await run("user", "set", "root", "--no-admin");
  expect([await ask(admin, "/health"), await ask(reader, "/people")]).toEqual([403, 403]);
  await running.stop();
});
