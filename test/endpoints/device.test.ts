/** RFC 8628 at the endpoints. Threat classes 24 to 27. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { userCodeDigest } from "../../src/operations/devices.ts";
import { removeAllExpired } from "../../src/operations/housekeeping.ts";
import { normalizeUserCode } from "../../src/protocol/user-code.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";

import { withOtherEnding } from "../support/changed.ts";
import {
  answerDevice,
  expectRefusal,
  expectTokens,
  findDevice,
  introspectAs,
  isActive,
  jsonOf,
  pollDevice,
  postAs,
  postPairsAs,
  refresh,
  requestToken,
  startDevice,
  textOf,
} from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { ADDRESS, SECRET, startTestServer, type TestServer } from "../support/server.ts";
import { DEVICE_GRANT } from "../support/token-requests.ts";

let server: TestServer;
let person: AccountRecord;
beforeAll(async () => {
  server = await startTestServer({ limits: { device_requests_per_address: 10_000 } });
  server.clock.freeze();
  person = await server.addPerson("ada");
});
afterAll(() => server.close());

const newDevice = async (form: Record<string, string> = {}): Promise<string> =>
  textOf(await startDevice(server, form), "device_code");

describe("the device authorization endpoint", () => {
  test(
    proves(
      "answers as RFC 8628 §3.2 says, and with words for older scripts",
      "RFC 8628 3.2-1",
      "RFC 8628 3.2-2",
      "RFC 8628 3.2-3",
      "RFC 8628 3.2-4",
      "RFC 8628 3.3-2",
    ),
    async () => {
      const response = await postAs(server, "television", "/auth/device", { scope: "mail.read" });
      expect(response.status).toBe(200);
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(response.headers.get("pragma")).toBe("no-cache");
      const body = await jsonOf(response);
      expect(Object.keys(body).sort()).toEqual([
        "device_code",
        "expires_in",
        "interval",
        "message",
        "user_code",
        "verification_uri",
        "verification_uri_complete",
      ]);
      const userCode = textOf(body, "user_code");
      expect(textOf(body, "device_code")).toMatch(/^tdc_[A-Za-z0-9\-_]{64}$/);
      expect(userCode).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
      expect(body.verification_uri).toBe("https://auth.example/device");
      expect(body.verification_uri_complete).toBe(`https://auth.example/device?user_code=${userCode}`);
      expect(body.expires_in).toBe(900);
      expect(body.interval).toBe(5);
      expect(textOf(body, "message")).toContain(userCode);
    },
  );

  test("stores from where and with what the device asked, and neither of its codes", async () => {
    const response = await server.fetch("/auth/device", {
      method: "POST",
      address: "198.51.100.4",
      headers: {
        "Content-Type": "application/x-www-form-urlencoded",
        "User-Agent": `TV/1 ${"x".repeat(500)}`,
      },
      body: "client_id=television&scope=mail.read",
    });
    const body = await jsonOf(response);
    const device = await findDevice(server, textOf(body, "device_code"));
    expect(device.requesterAddress).toBe("198.51.100.4");
    expect(device.requesterAgent).toHaveLength(200);
    expect(device.status).toBe("pending");
    const userCode = textOf(body, "user_code").replace("-", "");
    expect(JSON.stringify(device)).not.toContain(userCode);
    expect(Buffer.from(device.userCodeDigest).equals(userCodeDigest(server.context.keys, userCode))).toBe(
      true,
    );
  });

  test(proves("asks for the client's default scopes if none are named", "RFC 8628 3.1-3"), async () => {
    const device = await findDevice(server, await newDevice({ scope: "" }));
    expect(device.scope.join(" ")).toBe("profile email mail.read mail.send files");
  });

  test("binds resources as the authorization endpoint does", async () => {
    const device = await findDevice(
      server,
      await newDevice({ scope: "mail.read files", resource: "https://mail.example" }),
    );
    expect(device.scope.join(" ")).toBe("mail.read");
    expect(device.resources.map(String)).toEqual(["https://mail.example/"]);
  });

  test.each([
    ["an unknown client", { client_id: "nobody" }, 401, "invalid_client"],
    ["no client", { client_id: undefined }, 401, "invalid_client"],
    ["a public client with a secret", { client_secret: "x" }, 401, "invalid_client"],
    ["an unknown scope", { scope: "everything" }, 400, "invalid_scope"],
    ["a scope it is not registered for", { scope: "introspect" }, 400, "invalid_scope"],
    ["a malformed scope", { scope: "a\tb" }, 400, "invalid_scope"],
    ["an unknown resource", { resource: "https://other.example" }, 400, "invalid_target"],
    ["a malformed resource", { resource: "x" }, 400, "invalid_target"],
    ["a client that is not registered for it", { client_id: "spa" }, 400, "unauthorized_client"],
  ])(proves("refuses %s", "RFC 8628 3.1-1"), async (_, changes, status, error) => {
    const response = await server.post("/auth/device", { client_id: "television", ...changes });
    await expectRefusal(response, status, error);
  });

  test(proves("authenticates a client that has a secret", "RFC 8628 3.4-5"), async () => {
    const own = await startTestServer({
      clients: [{ client_id: "web", secrets: [SECRET], grant_types: [DEVICE_GRANT] }],
    });
    try {
      await expectRefusal(await own.post("/auth/device", { client_id: "web" }), 401, "invalid_client");
      const body = await startDevice(own, {}, "web");
      const deviceCode = textOf(body, "device_code");
      await expectRefusal(
        await own.post("/auth/token", {
          grant_type: DEVICE_GRANT,
          device_code: deviceCode,
          client_id: "web",
        }),
        401,
        "invalid_client",
      );
      await expectRefusal(await pollDevice(own, deviceCode, {}, "web"), 400, "authorization_pending");
    } finally {
      await own.close();
    }
  });

  test("is limited per address, with Retry-After, and not for others", async () => {
    const limited = await startTestServer({ limits: { device_requests_per_address: 2 } });
    try {
      const from = (address: string) =>
        limited.fetch("/auth/device", {
          method: "POST",
          address,
          headers: { "Content-Type": "application/x-www-form-urlencoded" },
          body: "client_id=television",
        });
      expect((await from(ADDRESS)).status).toBe(200);
      expect((await from(ADDRESS)).status).toBe(200);
      const refused = await from(ADDRESS);
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      await expectRefusal(refused, 429, "temporarily_unavailable");
      expect((await from("198.51.100.9")).status).toBe(200);
    } finally {
      await limited.close();
    }
  });

  test(proves("every form of the user code that people type finds the device", "threat 56"), async () => {
    const body = await startDevice(server);
    const shown = textOf(body, "user_code");
    const { store, keys, clock } = server.context;
    for (const typed of [shown, shown.toLowerCase(), shown.replace("-", " "), shown.replace("-", "")]) {
      const code = normalizeUserCode(typed);
      if (code === null) throw new Error(`${typed} is no code.`);
      const found = await store.findPendingDeviceCode(userCodeDigest(keys, code), clock.seconds());
      const device = await findDevice(server, textOf(body, "device_code"));
      expect(found?.id).toEqual(device.id);
    }
  });
});

describe("a device that waits", () => {
  test("is told so, without error_uri, as nothing is wrong", async () => {
    const body = await expectRefusal(
      await pollDevice(server, await newDevice()),
      400,
      "authorization_pending",
    );
    expect(body.error_uri).toBeUndefined();
  });

  test("and keeps exactly to the interval is never told to slow down", async () => {
    const deviceCode = await newDevice();
    for (let poll = 0; poll < 30; poll += 1) {
      await expectRefusal(await pollDevice(server, deviceCode), 400, "authorization_pending");
      server.clock.advance(5);
    }
  });

  test(
    proves(
      "and asks too fast is told to slow down, by five seconds more each time",
      "threat 27",
      "RFC 8628 3.5-1",
    ),
    async () => {
      const deviceCode = await newDevice();
      const pollAfter = async (seconds: number) => {
        server.clock.advance(seconds);
        return (await jsonOf(await pollDevice(server, deviceCode))).error;
      };
      expect(await pollAfter(0)).toBe("authorization_pending");
      expect(await pollAfter(1)).toBe("slow_down");
      expect(await pollAfter(9)).toBe("slow_down");
      expect(await pollAfter(15)).toBe("authorization_pending");
      expect(await pollAfter(14)).toBe("slow_down");
      expect(await pollAfter(20)).toBe("authorization_pending");
    },
  );

  test("and was told to slow down gets its tokens all the same when the person says yes", async () => {
    const deviceCode = await newDevice();
    await pollDevice(server, deviceCode);
    await expectRefusal(await pollDevice(server, deviceCode), 400, "slow_down");
    await answerDevice(server, deviceCode, person);
    await expectTokens(await pollDevice(server, deviceCode));
  });

  test("writes nothing while it polls (threat class 42)", async () => {
    const deviceCode = await newDevice();
    const before = await findDevice(server, deviceCode);
    for (let poll = 0; poll < 5; poll += 1) await pollDevice(server, deviceCode);
    expect(await findDevice(server, deviceCode)).toEqual(before);
  });

  test(proves("learns when its code has expired, to the second", "RFC 8628 3.2-4"), async () => {
    const deviceCode = await newDevice();
    server.clock.advance(899);
    await expectRefusal(await pollDevice(server, deviceCode), 400, "authorization_pending");
    server.clock.advance(1);
    await expectRefusal(await pollDevice(server, deviceCode), 400, "expired_token");
    // Also after a clean-up in between.
    await removeAllExpired(server.context);
    await expectRefusal(await pollDevice(server, deviceCode), 400, "expired_token");
  });

  test("learns when the person said no, and hears it again", async () => {
    const deviceCode = await newDevice();
    await answerDevice(server, deviceCode, null);
    await expectRefusal(await pollDevice(server, deviceCode), 400, "access_denied");
    await expectRefusal(await pollDevice(server, deviceCode), 400, "access_denied");
  });

  test("hears the no also after its code has expired", async () => {
    const deviceCode = await newDevice();
    await answerDevice(server, deviceCode, null);
    server.clock.advance(900);
    await removeAllExpired(server.context);
    await expectRefusal(await pollDevice(server, deviceCode), 400, "access_denied");
  });

  test("gets what was allowed in the last second of its code, also after a clean-up", async () => {
    const deviceCode = await newDevice();
    server.clock.advance(899);
    await answerDevice(server, deviceCode, person);
    server.clock.advance(30);
    await removeAllExpired(server.context);
    await expectTokens(await pollDevice(server, deviceCode));
    await expectRefusal(await pollDevice(server, deviceCode), 400, "invalid_grant");
  });

  test("gets nothing from a yes that it did not fetch in time", async () => {
    const deviceCode = await newDevice();
    await answerDevice(server, deviceCode, person);
    server.clock.advance(900);
    await expectRefusal(await pollDevice(server, deviceCode), 400, "expired_token");
  });
});

describe("a device that was allowed", () => {
  test("gets tokens for the person who allowed it", async () => {
    const deviceCode = await newDevice();
    await answerDevice(server, deviceCode, person);
    const body = await expectTokens(await pollDevice(server, deviceCode));
    expect(body.scope).toBe("mail.read");
    expect(await introspectAs(server, "mail-server", textOf(body, "access_token"))).toMatchObject({
      active: true,
      sub: person.subject,
      username: "ada",
      client_id: "television",
      aud: "https://mail.example/",
    });
    await expectTokens(await refresh(server, textOf(body, "refresh_token"), {}, "television"));
  });

  test("gets them once: the code is then like one that never was", async () => {
    const deviceCode = await newDevice();
    await answerDevice(server, deviceCode, person);
    await expectTokens(await pollDevice(server, deviceCode));
    const used = await expectRefusal(await pollDevice(server, deviceCode), 400, "invalid_grant");
    const unknown = await expectRefusal(
      await pollDevice(server, `tdc_${"A".repeat(64)}`),
      400,
      "invalid_grant",
    );
    expect(used).toEqual(unknown);
    server.clock.advance(900);
    await expectRefusal(await pollDevice(server, deviceCode), 400, "invalid_grant");
  });

  test("leaves nothing behind in memory", async () => {
    const deviceCode = await newDevice();
    const { id } = await findDevice(server, deviceCode);
    await expectRefusal(await pollDevice(server, deviceCode), 400, "authorization_pending");
    await answerDevice(server, deviceCode, person);
    await expectTokens(await pollDevice(server, deviceCode));
    // As if the device had never polled.
    expect(server.context.pollPace.isTooFast(id)).toBe(false);
  });

  test(
    proves("gets them exactly once, however many polls come at the same time (threat class 27)", "threat 27"),
    async () => {
      const deviceCode = await newDevice();
      await answerDevice(server, deviceCode, person);
      const responses = await Promise.all(Array.from({ length: 30 }, () => pollDevice(server, deviceCode)));
      const won = responses.filter(({ status }) => status === 200);
      expect(won).toHaveLength(1);
      for (const response of responses) {
        if (response.status !== 200) await expectRefusal(response, 400, "invalid_grant");
      }
      for (const response of won) {
        const { access_token } = await jsonOf(response);
        expect((await introspectAs(server, "mail-server", String(access_token))).active).toBe(true);
      }
    },
  );

  test("may ask for less than was allowed, never for more", async () => {
    const deviceCode = await newDevice({ scope: "mail.read files" });
    await answerDevice(server, deviceCode, person);
    await expectRefusal(
      await pollDevice(server, deviceCode, { resource: "https://auth.example" }),
      400,
      "invalid_target",
    );
    const body = await expectTokens(
      await pollDevice(server, deviceCode, { resource: "https://files.example/api" }),
    );
    expect(body.scope).toBe("files");
  });

  test("gets nothing if access was taken back before it came", async () => {
    const deviceCode = await newDevice();
    await answerDevice(server, deviceCode, person);
    const device = await findDevice(server, deviceCode);
    if (device.grantId === null) throw new Error("There is no grant.");
    await server.context.store.revokeGrant(device.grantId, "revoked_by_person", server.clock.seconds());
    await expectRefusal(await pollDevice(server, deviceCode), 400, "access_denied");
  });

  test(
    proves("cannot be decided again, by the same person or another (threat class 25)", "threat 25"),
    async () => {
      const deviceCode = await newDevice();
      const other = await server.addPerson("grace");
      await answerDevice(server, deviceCode, person);
      await expect(answerDevice(server, deviceCode, other)).rejects.toThrow("decided before");
      await expect(answerDevice(server, deviceCode, null)).rejects.toThrow("decided before");
      const body = await expectTokens(await pollDevice(server, deviceCode));
      expect((await introspectAs(server, "mail-server", textOf(body, "access_token"))).sub).toBe(
        person.subject,
      );
    },
  );
});

describe("a device code", () => {
  let deviceCode = "";
  let userCode = "";
  beforeEach(async () => {
    const body = await startDevice(server);
    deviceCode = textOf(body, "device_code");
    userCode = textOf(body, "user_code");
    await answerDevice(server, deviceCode, person);
  });

  test("belongs to its client; another gets the words of an unknown one", async () => {
    const other = await expectRefusal(
      await pollDevice(server, deviceCode, {}, "native"),
      400,
      "invalid_grant",
    );
    const unknown = await expectRefusal(
      await pollDevice(server, `tdc_${"A".repeat(64)}`, {}, "native"),
      400,
      "invalid_grant",
    );
    expect(other).toEqual(unknown);
    await expectTokens(await pollDevice(server, deviceCode));
  });

  test(proves("is not the user code, nor any other credential (threat class 51)", "threat 51"), async () => {
    for (const wrong of [
      userCode,
      userCode.replace("-", ""),
      "tdc_",
      deviceCode.slice(4),
      deviceCode.replace("tdc_", "tac_"),
    ]) {
      await expectRefusal(await pollDevice(server, wrong), 400, "invalid_grant");
    }
    // Nor before the person's answer.
    const waiting = textOf(await startDevice(server), "user_code");
    await expectRefusal(await pollDevice(server, waiting), 400, "invalid_grant");
    await expectRefusal(
      await requestToken(server, "native", { grant_type: "authorization_code", code: deviceCode }),
      400,
      "invalid_grant",
    );
    await expectRefusal(await refresh(server, deviceCode, {}, "native"), 400, "invalid_grant");
    expect(await isActive(server, deviceCode)).toBe(false);
    await expectTokens(await pollDevice(server, deviceCode));
  });

  test("with a forged secret is unknown", async () => {
    const forged = withOtherEnding(deviceCode);
    await expectRefusal(await pollDevice(server, forged), 400, "invalid_grant");
    await expectTokens(await pollDevice(server, deviceCode));
  });

  test("is sent once", async () => {
    const response = await postPairsAs(server, "television", "/auth/token", [
      ["grant_type", DEVICE_GRANT],
      ["device_code", deviceCode],
      ["device_code", deviceCode],
    ]);
    await expectRefusal(response, 400, "invalid_request");
  });
});
