/** Every answer has the id of its request, and so has every line of the log about the request. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { PasswordPoolBusy } from "../../src/accounts/passwords.ts";
import { createServer } from "../../src/server.ts";
import { type Plan, type Store, StoreUnavailable } from "../../src/store/contract.ts";
import { openBrowser } from "../support/pages.ts";
import { ADDRESS, basic, encodeForm, SECRET, startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

const ID = /^[\w-]{12}$/;

function idOf(answer: Response): string {
  const id = answer.headers.get("request-id") ?? "";
  expect(id).toMatch(ID);
  return id;
}

interface Line {
  readonly level: string;
  readonly message: string;
  readonly request?: string;
  readonly address?: string;
  readonly event?: string;
}

const lines = (): Line[] => server.logged.map((line) => JSON.parse(line));

/** The log's lines about the request, by its id: nothing else is logged meanwhile. */
async function linesOf(ask: () => Promise<Response>): Promise<Line[]> {
  server.logged.length = 0;
  const id = idOf(await ask());
  const found = lines();
  expect(found.map(({ request }) => request)).toEqual(found.map(() => id));
  return found;
}

const token = (form: Record<string, string>, secret = SECRET) =>
  server.post("/auth/token", form, basic("service", secret));

describe("the id of a request", () => {
  const kinds: Record<string, () => Promise<Response>> = {
    metadata: () => server.fetch("/.well-known/oauth-authorization-server"),
    "a token": () => token({ grant_type: "client_credentials" }),
    "a refusal": () => token({ grant_type: "nonsense" }),
    "a refusal of the client": () => token({ grant_type: "client_credentials" }, "wrong"),
    "a refusal of the bearer": () => server.fetch("/auth/userinfo"),
    "a page": () => server.fetch("/login"),
    "a style sheet": async () => {
      const [, path = ""] = /href="([^"]+\.css)"/.exec(await (await server.fetch("/login")).text()) ?? [];
      return server.fetch(path.startsWith("/") ? path : `/${path}`);
    },
    "an error that leads back to the client": () =>
      server.fetch(
        "/auth/authorize?client_id=web&response_type=nonsense&redirect_uri=https%3A%2F%2Fclient.example%2Fcallback",
      ),
    "a page of an error": () => server.fetch("/auth/authorize?client_id=nobody"),
    "no such path, for a program": () => server.fetch("/nowhere"),
    "no such path, for a person": () => server.fetch("/nowhere", { headers: { Accept: "text/html" } }),
    "a method that is not allowed": () => server.fetch("/auth/token", { method: "DELETE" }),
    "a preflight": () => server.fetch("/auth/token", { method: "OPTIONS" }),
    HEAD: () => server.fetch("/healthz", { method: "HEAD" }),
  };
  test.each(Object.keys(kinds))("is in the answer: %s", async (kind) => {
    const ask = kinds[kind];
    if (ask === undefined) throw new Error(kind);
    const [one, other] = [idOf(await ask()), idOf(await ask())];
    expect(other).not.toBe(one);
  });

  test("is not what the client says", async () => {
    const headers = { "Request-Id": "chosen", "X-Request-Id": "chosen" };
    expect(idOf(await server.fetch("/healthz", { headers }))).not.toContain("chosen");
  });

  test("is another in another process", async () => {
    const { context } = server;
    const other = createServer({ ...context, cleansUp: false });
    const answer = await other.fetch(new Request(`${server.issuer}/healthz`), () => ADDRESS);
    const [process] = idOf(answer).split(/-(?=[0-9a-z]+$)/);
    expect(idOf(await server.fetch("/healthz")).startsWith(`${process}-`)).toBe(false);
    await other.close();
  });

  test("may be read by scripts of other sites", async () => {
    const answer = await token({ grant_type: "client_credentials" });
    expect(answer.headers.get("access-control-expose-headers")).toContain("Request-Id");
  });

  test("is in no answer that is the same for everybody: those tell nothing apart", async () => {
    const { context } = server;
    const other = createServer({ ...context, cleansUp: false });
    const answers = Object.values(await other.fixedAnswers());
    expect(answers.length).toBeGreaterThan(0);
    for (const { headers } of answers) expect(headers.has("request-id")).toBe(false);
    await other.close();
  });
});

describe("the log tells it with", () => {
  test("a refusal, and the reason that the client is not told", async () => {
    const refusals = await linesOf(() => token({ grant_type: "client_credentials" }, "wrong"));
    expect(refusals).toMatchObject([
      { message: "refused", reason: "client_secret_wrong", client: "service" },
    ]);
  });

  test("an event, beside the address and who acted", async () => {
    const events = await linesOf(() => token({ grant_type: "client_credentials" }));
    expect(events).toMatchObject([
      { event: "token.issued", client: "service", by: "client:service", address: ADDRESS },
    ]);
  });

  test("a sign-in that is refused, by a stranger", async () => {
    const browser = openBrowser(server);
    const { action, fields } = await browser.form("/login");
    const events = await linesOf(() =>
      browser.post(action, { ...fields, username: "nobody", password: "wrong" }),
    );
    expect(events).toMatchObject([{ event: "sign_in.refused", by: "stranger", address: ADDRESS }]);
  });

  test("a form that is refused", async () => {
    const refusals = await linesOf(() => server.post("/logout", {}));
    expect(refusals).toMatchObject([{ message: "refused" }]);
  });

  test("an outage of the store: when it begins and when it ends, however many requests it meets", async () => {
    const { context } = server;
    let down = true;
    const failure = new StoreUnavailable("the disk is full", { advice: "Free some." });
    const store = {
      ...context.store,
      look: ((plan: Plan, parameters: never) =>
        down ? Promise.reject(failure) : context.store.look(plan, parameters)) as Store["look"],
    };
    const failing = createServer({ ...context, store, cleansUp: false });
    const ask = () =>
      failing.fetch(
        new Request(`${server.issuer}/auth/token`, {
          method: "POST",
          headers: { "Content-Type": "application/x-www-form-urlencoded", ...basic("service", SECRET) },
          body: encodeForm({ grant_type: "client_credentials" }),
        }),
        () => ADDRESS,
      );
    server.logged.length = 0;
    const statuses: number[] = [];
    for (let count = 0; count < 5; count += 1) statuses.push((await ask()).status);
    down = false;
    for (let count = 0; count < 2; count += 1) statuses.push((await ask()).status);
    expect(statuses).toEqual([503, 503, 503, 503, 503, 200, 200]);
    const told = lines().filter(({ level, event }) => level !== "debug" && event === undefined);
    expect(told).toMatchObject([
      { level: "error", message: "the database is not available", advice: "Free some." },
      { level: "info", message: "the database is available again" },
    ]);
    await failing.close();
  });

  test("what could not be done: a pool is full, something unforeseen", async () => {
    const failures: readonly (readonly [Error, string])[] = [
      [new PasswordPoolBusy(), "too many passwords wait to be checked"],
      [new Error("a mistake"), "a request failed"],
    ];
    for (const [error, message] of failures) {
      const { context } = server;
      const store = { ...context.store, look: () => Promise.reject(error) };
      const failing = createServer({ ...context, store, cleansUp: false });
      const found = await linesOf(() =>
        failing.fetch(
          new Request(`${server.issuer}/auth/token`, {
            method: "POST",
            headers: { "Content-Type": "application/x-www-form-urlencoded", ...basic("service", SECRET) },
            body: encodeForm({ grant_type: "client_credentials" }),
          }),
          () => ADDRESS,
        ),
      );
      expect(found[0]?.message).toBe(message);
      await failing.close();
    }
  });
});
