/**
 * Threat classes 13 and 51: presents every secret at each place for a secret of another kind. The server refuses it
 * like a made-up one, stores and reveals nothing, and the secret still works at its own place.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { jsonOf } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import type { Door, Kind } from "./13-doors.ts";
import { answerOf, type Pair, startWithSecrets } from "./13-secrets.ts";
import { type EngineServer, onBothEngines } from "./engines.ts";

/** Worthless without their browser or page. */
const PREFIXLESS: readonly Kind[] = ["user code", "form token", "sealed request"];

onBothEngines((start) => {
  let server: EngineServer;
  let doors: readonly Door[] = [];
  let secrets: ReadonlyMap<Kind, Pair> = new Map();

  beforeAll(async () => {
    ({ server, secrets, doors } = await startWithSecrets(start));
  });
  afterAll(() => server.close());

  const expectRefusals = async (door: Door) => {
    for (const [kind, { genuine, invented }] of secrets) {
      if (door.own.includes(kind)) continue;
      const refused = await answerOf(door, genuine);
      const at = `${kind} at ${door.name}`;
      expect({ at, status: refused.status }).toEqual({ at, status: door.status });
      if (!door.slow) expect({ at, ...refused }).toEqual({ at, ...(await answerOf(door, invented)) });
    }
  };

  test(
    proves(
      "whatever does not belong at a door is refused like what was made up, and leaves nothing behind",
      "threat 13",
      "threat 51",
    ),
    async () => {
      // These come first, because wrong verifiers are counted in the code's row.
      for (const door of doors) if (door.counts) await expectRefusals(door);
      const before = await server.rows();
      for (const door of doors) if (!door.counts) await expectRefusals(door);
      expect(await server.rows()).toEqual(before);
    },
  );

  test(
    proves("none of it is told on, neither in answers nor in the log", "threat 13", "threat 50"),
    async () => {
      server.logged.length = 0;
      for (const door of doors) {
        if (door.slow) continue;
        for (const [kind, { genuine }] of secrets) {
          if (door.own.includes(kind)) continue;
          const at = `${kind} at ${door.name}`;
          const lines = server.logged.length;
          const response = await door.send(genuine);
          const answer = `${JSON.stringify([...response.headers])} ${await response.text()}`;
          const told = door.echoes ? false : answer.includes(genuine.slice(-9));
          // The log has the identifiers of unknown clients, and a secret without a prefix looks like one.
          const isNamed = door.names === true && PREFIXLESS.includes(kind);
          const logged = !isNamed && server.logged.slice(lines).join("").includes(genuine.slice(-9));
          expect({ at, told, logged }).toEqual({ at, told: false, logged: false });
        }
      }
      expect(server.logged.length).toBeGreaterThan(100);
    },
  );

  test(proves("and each of them still works where it belongs", "threat 13", "threat 51"), async () => {
    const worksAt = async (name: string, kind: Kind, status: number) => {
      const door = doors.find((known) => known.name === name);
      const text = secrets.get(kind)?.genuine;
      if (door === undefined || text === undefined) throw new Error(`There is no ${name} or no ${kind}.`);
      expect(door.own).toContain(kind);
      const response = await door.send(text);
      expect({ name, kind, status: response.status }).toEqual({ name, kind, status });
      return response;
    };
    await worksAt("userinfo: bearer", "access token", 200);
    await worksAt("userinfo: access_token in a form", "access token", 200);
    // A bearer needs the scope for introspection.
    await worksAt("/auth/introspect: bearer", "access token", 403);
    for (const kind of ["access token", "refresh token"] as const) {
      expect(await jsonOf(await worksAt("introspection: token", kind, 200))).toMatchObject({ active: true });
    }
    await worksAt("token endpoint: refresh_token", "refresh token", 200);
    await worksAt("token endpoint: code", "authorization code", 200);
    const waiting = await jsonOf(await worksAt("token endpoint: device_code", "device code", 400));
    expect(waiting.error).toBe("authorization_pending");
    const asked = await jsonOf(await worksAt("token endpoint: auth_req_id", "auth_req_id", 400));
    expect(asked.error).toBe("authorization_pending");
    await worksAt("/auth/introspect: the secret by Basic", "client secret", 200);
    await worksAt("/auth/revoke: client_secret", "client secret", 200);
    await worksAt("registration: bearer", "initial access token", 201);
    await worksAt("/device: user_code", "user code", 200);
    await worksAt("/account: the session's cookie", "session", 200);
    await worksAt("authorization endpoint: request_uri", "request_uri", 200);
    await worksAt("/setup: token in the address", "setup link", 200);
    await worksAt("/consent: request", "sealed request", 303);
    await worksAt("/logout: form_token", "form token", 303);
    await worksAt("/account: the session's cookie", "session", 303);
  });
});
