/** Clocks that jump, because NTP or an operator sets them. */
import { afterEach, describe, expect, test } from "bun:test";
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import { watchClock } from "../../src/platform/clock.ts";
import { obtainCode } from "../support/code-flow.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

const DAY = 86_400;
const HOUR = 3600;

let server: TestServer;
afterEach(() => server.close());

async function start(changes: Pick<ConfigurationInput, "limits" | "lifetimes">): Promise<void> {
  server = await startTestServer({ ...TEST_CONFIGURATION, ...changes });
}

describe("a clock that jumps back", () => {
  test(proves("lengthens no window of a limit, and no wait", "threat 72"), async () => {
    await start({ limits: { device_requests_per_address: 1, device_request_window_seconds: 5 } });
    server.clock.freeze();
    const ask = () => server.post("/auth/device", { client_id: "television" });
    expect((await ask()).status).toBe(200);
    server.clock.jump(-DAY);
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeLessThanOrEqual(11);
    server.clock.advance(11);
    expect((await ask()).status).toBe(200);
  });

  test(proves("does not make a device that keeps to the interval too fast", "threat 72"), async () => {
    await start({});
    server.clock.freeze();
    const device = await (await server.post("/auth/device", { client_id: "television" })).json();
    const poll = async (): Promise<unknown> => {
      const answer = await server.post("/auth/token", {
        grant_type: "urn:ietf:params:oauth:grant-type:device_code",
        device_code: device.device_code,
        client_id: "television",
      });
      return (await answer.json()).error;
    };
    expect(await poll()).toBe("authorization_pending");
    server.clock.jump(-HOUR);
    for (let turn = 0; turn < 3; turn++) {
      server.clock.advance(device.interval);
      expect(await poll()).toBe("authorization_pending");
    }
  });
});

describe("a clock that jumps ahead", () => {
  const told = () => server.logged.filter((line) => line.includes("the clock jumped ahead")).length;

  async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
    for (let turn = 0; turn < 600; turn += 1) {
      if (await holds()) return;
      await Bun.sleep(20);
    }
    throw new Error("it did not come about");
  }

  test(
    proves("removes nothing for good, and what it expired is there again after it is set back", "threat 72"),
    async () => {
      await start({ limits: { clean_up_interval_seconds: 1 } });
      const { store } = server.context;
      const account = await server.addPerson("bob");
      const cookie = await server.signIn(account);
      await obtainCode(server, cookie);
      const grants = async () => (await store.listGrants({ subject: account.subject }, 0)).length;
      const isSignedIn = async () =>
        (await server.fetch("/account", { headers: { Cookie: cookie } })).status === 200;
      server.clock.jump(400 * DAY);
      expect(await isSignedIn()).toBe(false);
      await until(() => told() >= 2);
      expect(await grants()).toBe(1);
      server.clock.jump(-400 * DAY);
      expect(await isSignedIn()).toBe(true);
      expect(await grants()).toBe(1);
      // Time that goes by is no jump.
      server.clock.advance(400 * DAY);
      await until(async () => (await grants()) === 0);
    },
  );

  test("is believed once it has gone on for an hour without another jump, and at once when it is back", async () => {
    await start({});
    const time = { millis: 1_800_000_000_000, steady: 5 };
    const clock = { millis: () => time.millis, seconds: () => Math.floor(time.millis / 1000) };
    const watch = watchClock({ clock, steadyClock: { millis: () => time.steady } });
    const pass = (seconds: number) => {
      time.millis += seconds * 1000;
      time.steady += seconds * 1000;
    };
    const jump = (seconds: number) => {
      time.millis += seconds * 1000;
    };
    pass(30 * DAY);
    expect(watch.isTrusted()).toBe(true);
    jump(HOUR);
    expect(watch.isTrusted()).toBe(true);
    jump(HOUR + 1);
    expect(watch.isTrusted()).toBe(false);
    pass(HOUR - 1);
    expect(watch.isTrusted()).toBe(false);
    jump(DAY);
    pass(1);
    expect(watch.isTrusted()).toBe(false);
    pass(HOUR - 1);
    expect(watch.isTrusted()).toBe(false);
    pass(1);
    expect(watch.isTrusted()).toBe(true);
    expect(watch.isTrusted()).toBe(true);
    jump(-2 * DAY);
    expect(watch.isTrusted()).toBe(true);
    jump(DAY);
    expect(watch.isTrusted()).toBe(false);
    jump(-DAY);
    expect(watch.isTrusted()).toBe(true);
  });
});
