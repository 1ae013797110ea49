/** `tessera log` and `tessera why`, beside a running server. */

import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { sealAudit } from "../../src/operations/audit.ts";
import { withOtherEnding } from "../support/changed.ts";
import { proves } from "../support/proves.ts";
import { basic, encodeForm } from "../support/server.ts";
import { removeTemporaryFolders, serve, temporaryFolder, tessera } from "./support.ts";

const data = temporaryFolder();
let running: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  running = await serve(data, { demo: true });
});
afterAll(async () => {
  await running.stop();
  removeTemporaryFolders();
});

const run = (args: readonly string[], overrides = {}) =>
  tessera([...args, "--data", data, "--set", "log.level=error"], overrides);
const lines = (out: string) => out.split("\n").filter((line) => line !== "");
const USER = Bun.spawnSync(["id", "-un"]).stdout.toString().trim();

const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(running.configuration.issuer + path, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
    body: encodeForm(form),
  });

describe("tessera log", () => {
  test("shows acts of the server and of commands, by whom and on whom", async () => {
    await run(["group", "add", "family"]);
    await run(["user", "groups", "ada", "--add", "family"]);
    await post("/auth/device", { client_id: "demo-device" });
    const { out, code } = await run(["log"]);
    expect(code).toBe(0);
    const all = lines(out);
    expect(all[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ client\.created by=server client=demo-/);
    expect(out).toMatch(new RegExp(`group\\.created by=operator:${USER} group=family\\n`));
    expect(all.at(-1)).toMatch(
      / device\.asked by=client:demo-device client=demo-device address=\S+ request=\S+$/,
    );
    const persons = lines((await run(["log", "--person", "ada"])).out);
    expect(persons[0]).toContain("person.created by=server person=ada via=demo");
    expect(persons.every((line) => line.includes(" person=ada"))).toBe(true);
  });

  test("filters, and writes JSON Lines", async () => {
    const facts = async (...args: string[]) =>
      lines((await run(["log", "--json", ...args])).out).map((line) => JSON.parse(line));
    expect(await facts("--kind", "group.created")).toMatchObject([
      { event: "group.created", group: "family" },
    ]);
    expect((await facts("--by", "operator")).map(({ by }) => by)).toEqual(
      expect.arrayContaining([`operator:${USER}`]),
    );
    expect(await facts("--by", `operator:${USER}`, "--kind", "group")).not.toEqual([]);
    expect(await facts("--by", "person:ada", "--kind", "group")).toEqual([]);
    expect(await facts("--client", "demo-device", "--limit", "1")).toMatchObject([{ event: "device.asked" }]);
    expect(await facts("--since", "1h", "--kind", "group.created")).toHaveLength(1);
    expect(await facts("--until", "2020-01-01")).toEqual([]);
    expect(await facts("--since", `${new Date(Date.now() + 60_000).toISOString().slice(0, 19)}Z`)).toEqual(
      [],
    );
    expect((await run(["log", "--until", "2020-01-01"])).out).toContain("No act fits");
  });

  test.each([
    [["--kind", "sesion"], "Groups of events:"],
    [["--since", "yesterday"], "is no time for --since"],
    [["--since", "2026-13-45"], "is no time for --since"],
    [["--by", "root"], "is no actor"],
    [["--person", "nobody"], "There is no person"],
    [["--limit", "0"], "a number from 1 up"],
    [["--seal", "1:ab"], "--seal belongs to --verify"],
    [["--verify", "--seal", "1:ab"], "is no seal"],
  ])("says what is wrong with %j", async (args, words) => {
    const { code, err } = await run(["log", ...args]);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(words) });
  });

  test("follows what happens from now on, each act once", async () => {
    let rounds = 0;
    const sleep = async () => {
      rounds += 1;
      if (rounds < 3) await run(["group", "add", `later-${rounds}`]);
      if (rounds === 4) throw new Error("stopped by the test");
    };
    const { out } = await run(["log", "--follow", "--kind", "group.created"], { sleep });
    expect(lines(out).map((line) => /group=(\S+)/.exec(line)?.[1])).toEqual(["family", "later-1", "later-2"]);
  });

  test(
    proves("no text of a stranger ends a line, forges a field or reaches the terminal", "threat 91"),
    async () => {
      const name = 'x\u001B[2J" by=operator:root\n2026-01-01T00:00:00Z session.started';
      await running.server.context.store.commit({
        changes: running.server.context.events.changesFor(
          { actor: { kind: "stranger", id: name }, origin: { address: name, requestId: "r" } },
          [{ event: "link.refused", reason: name }],
        ),
      });
      const { out } = await run(["log", "--kind", "link.refused"]);
      expect(lines(out)).toHaveLength(1);
      expect(out).not.toContain("\u001B");
      expect(out).not.toContain(" by=operator:root\n");
      expect(out).toContain('reason="x\\u001b[2J\\" by=operator:root\\n2026');
      expect(lines((await run(["log", "--json", "--kind", "link.refused"])).out)).toHaveLength(1);
    },
  );

  test(
    proves("--verify names the first stretch that does not fit, by its exit status too", "threat 91"),
    async () => {
      expect(await run(["log", "--verify"])).toMatchObject({
        code: 0,
        out: expect.stringContaining("Nothing is sealed yet"),
      });
      const { context } = running.server;
      const later = {
        millis: () => Date.now() + 3_600_000,
        seconds: () => Math.floor(Date.now() / 1000) + 3600,
      };
      await sealAudit({ ...context, clock: later });
      const fits = await run(["log", "--verify"]);
      expect(fits.out).toContain("The record fits: 1 seal");
      const seal = /--seal (1:[0-9a-f]{64})/.exec(fits.out)?.[1] ?? "";
      expect(await run(["log", "--verify", "--seal", seal])).toMatchObject({ code: 0, err: "" });
      const other = withOtherEnding(seal, "01");
      expect(await run(["log", "--verify", "--seal", other])).toMatchObject({
        code: 1,
        err: expect.stringContaining("is another one"),
      });
      const database = new Database(join(data, "tessera.db"));
      database.run("UPDATE audit SET actor_id = 'innocent' WHERE event = 'group.created'");
      database.close();
      const broken = await run(["log", "--verify"]);
      expect(broken).toMatchObject({
        code: 1,
        err: expect.stringMatching(/from .* to .* \(seal 1\): acts were changed/),
      });
      const facts = await run(["log", "--verify", "--json"]);
      expect(facts.code).toBe(1);
      expect(JSON.parse(facts.out)).toMatchObject({ fits: false, fault: { what: "rows_changed", seal: 1 } });
    },
  );
});

describe("tessera why", () => {
  const explain = async (response: Response, ...args: string[]) => {
    await running.server.context.refusals.settled();
    return run(["why", response.headers.get("request-id") ?? "", ...args]);
  };

  test("says what was sent beside what is registered, the rule and the cure", async () => {
    const form = { grant_type: "authorization_code", code: "tac_x", redirect_uri: "http://localhost/other" };
    const refused = await post("/auth/token", form, basic("demo-web", "demo-web-secret-known-to-everyone"));
    const { code, out } = await explain(refused);
    expect(code).toBe(0);
    for (const words of [
      /^request +POST \/auth\/token$/m,
      /^client +demo-web \(/m,
      /^answer +400 invalid_grant$/m,
      /^ {2}redirect_uri {2}http:\/\/localhost\/other$/m,
      /without their values: a header Authorization: Basic, code/,
      /^ {2}redirect_uri +http:\/\/localhost\/other +http\S+ +NO$/m,
      /What to do:\n {2}Send the code exactly/,
    ])
      expect(out).toMatch(words);
    expect(out).not.toContain("tac_x");
    const facts = JSON.parse((await explain(refused, "--json")).out);
    expect(facts).toMatchObject({
      refusal: { client: "demo-web", status: 400, sent: { withheld: ["code"] } },
      comparisons: expect.arrayContaining([expect.objectContaining({ name: "redirect_uri", fits: false })]),
    });
  });

  test("says which rule of which specification refused, where the words name one", async () => {
    const { out } = await explain(await post("/auth/token", { client_id: "demo-device" }));
    expect(out).toMatch(/^rule +RFC 6749 §3\.1$/m);
  });

  test("shows what a request did that was not refused", async () => {
    const { code, out } = await explain(await post("/auth/device", { client_id: "demo-device" }));
    expect(code).toBe(0);
    expect(out).toContain("was not refused");
    expect(out).toMatch(/device\.asked by=client:demo-device/);
  });

  test("says of an unknown id how long refusals are kept, also of one that begins with a dash", async () => {
    for (const id of ["nothing-such", "-xyz"]) {
      const { code, err } = await run(["why", id]);
      expect(code).toBe(1);
      expect(err).toContain(`Nothing is kept of a request '${id}'`);
      expect(err).toContain("14 days at most: the last 50 of each client");
    }
  });
});
