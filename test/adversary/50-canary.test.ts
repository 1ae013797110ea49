/**
 * Threat class 50: plants a secret of every kind in a server that runs as a separate process on PostgreSQL, and sends
 * it to right and wrong places. Only the answer that hands it out contains it. No other answer of any status does, and
 * no output of the process while it runs, fails and stops.
 */
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { endProcesses, finished, printed, startTessera } from "../cli/processes.ts";
import { removeTemporaryFolders, temporaryFolder } from "../cli/support.ts";
import { type PostgresServer, startPostgres } from "../store/postgres/server.ts";
import { proves } from "../support/proves.ts";
import { type Canaries, CONFIGURATION, formsOfCanary, PLANTED } from "./canaries.ts";
import { newVisitor, playEverything, playOutage } from "./canary-flows.ts";

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterEach(endProcesses);
afterAll(async () => {
  await postgres.stop();
  removeTemporaryFolders();
});

/** A URL as an operator writes it: with a password. */
async function databaseUrl(): Promise<string> {
  const url = new URL(await postgres.createDatabase());
  url.password = PLANTED["the database's password"] ?? "";
  return url.href;
}

const environment = (url: string): Record<string, string> => ({
  DATABASE_URL: url,
  TESSERA_SERVER_KEY: PLANTED["the server key"] ?? "",
  WEB_SECRET: PLANTED["a client secret from the environment"] ?? "",
});

function configurationFile(): string {
  const file = join(temporaryFolder(), "tessera.toml");
  writeFileSync(file, CONFIGURATION);
  return file;
}

function expectSilence(where: string, text: string, canaries: Canaries): void {
  const told = Object.entries(canaries)
    .filter(([, canary]) => formsOfCanary(canary).some((form) => text.includes(form)))
    .map(([name]) => name);
  expect({ where, told }).toEqual({ where, told: [] });
}

test.each(["json", "text"])(
  proves(
    "no secret is in any answer but the one that hands it out, nor in anything that is said, as %s",
    "threat 50",
  ),
  async (format) => {
    const url = await databaseUrl();
    const settings = ["--set", `log.format=${format}`, "--set", "log.level=debug"];
    const flags = ["--config", configurationFile(), "--port", "0", ...settings];
    const child = startTessera(["serve", ...flags], environment(url));
    const issuer = await printed(child, /listening on (http:\S+)\n/);
    const setupLink = /setup\?token=(\S+)/.exec(child.out)?.[1] ?? "";
    const visitor = newVisitor(issuer);
    const found = { ...(await playEverything(visitor)), "the set-up link": setupLink };
    await playOutage(visitor, { stop: () => postgres.kill(), start: () => postgres.start() }, found);
    child.process.kill("SIGTERM");
    await child.ended;

    const canaries: Canaries = { ...PLANTED, ...found };
    expect(Object.values(canaries).every((canary) => canary.length >= 8)).toBe(true);
    // The log has entries of every level, and the expected failures.
    const levels =
      format === "json"
        ? ['"level":"debug"', '"level":"info"', '"level":"error"']
        : [" debug ", " info ", " error "];
    for (const word of [
      ...levels,
      "client_secret_wrong",
      "code_verifier_wrong",
      "registration_token_wrong",
    ]) {
      expect(child.err).toContain(word);
    }
    expectSilence("the log", child.err, canaries);
    // The process prints the link once, for the operator.
    const { "the set-up link": _, ...others } = canaries;
    expectSilence("what is printed", child.out, others);

    expect(visitor.answers.length).toBeGreaterThan(100);
    const statuses = new Set(visitor.answers.map(({ status }) => status));
    for (const status of [200, 201, 303, 400, 401, 403, 404, 405, 413, 415, 422, 503]) {
      expect(statuses).toContain(status);
    }
    for (const { label, text, handsOut } of visitor.answers) {
      const secrets = Object.entries(canaries).filter(([name]) => !handsOut.includes(name));
      expectSilence(label, text, Object.fromEntries(secrets));
      // Each answer really contains what it is said to hand out; otherwise the search would prove nothing.
      for (const name of handsOut) {
        const canary = canaries[name] ?? "missing";
        expect(`${name} in ${label}: ${text.includes(canary)}`).toBe(`${name} in ${label}: true`);
      }
    }
  },
  120_000,
);

test(proves(
  "a start that fails, and commands that show the configuration, tell no secret",
  "threat 50",
), async () => {
  const url = await databaseUrl();
  const nowhere = new URL(url);
  nowhere.port = "1";
  const config = ["--config", configurationFile()];
  const good = environment(url);
  const runs: (readonly [string[], Record<string, string>])[] = [
    [["serve", "--port", "0", ...config], { ...good, DATABASE_URL: nowhere.href }],
    [["config", "check", ...config], { ...good, DATABASE_URL: url.replace("postgres", "mysql") }],
    [["config", "check", ...config], { ...good, TESSERA_SERVER_KEY: `${good.TESSERA_SERVER_KEY}AAAA` }],
    [["config", "check", ...config, "--set", `server_key=${PLANTED["a password"]}`], good],
    [["config", "check", ...config, "--set", `database.url=${PLANTED["the database's password"]}`], good],
    [["config", "show", ...config], good],
    [["config", "show", "--json", ...config], good],
    [["config", "check", ...config], good],
    [["client", "list", "--json", ...config], good],
    [["user", "list", "--json", ...config], good],
  ];
  const said = await Promise.all(
    runs.map(async ([args, env]) => {
      const { out, err, code } = await finished(startTessera(args, env));
      return { name: `${args.join(" ")} (${code})`, text: out + err };
    }),
  );
  for (const { name, text } of said) {
    expect(text.length).toBeGreaterThan(0);
    expectSilence(name, text, PLANTED);
  }
}, 60_000);
