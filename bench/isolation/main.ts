/** `npm run bench:isolation`: what introspection suffers from other work, and what becomes of an overload. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { systemClock } from "../../src/platform/clock.ts";
import { describeHost, isBusy, isInMemory } from "../host.ts";
import { publish } from "../report/publish.ts";
import { findWrk, HOW_TO_INSTALL } from "../wrk.ts";
import { issueTokens } from "./disturbances.ts";
import { measureIsolation, measureOverload } from "./measure.ts";
import { CommanderError, type IsolationOptions, parseOptions } from "./options.ts";
import { figures, page } from "./report.ts";
import type { IsolationMeasurement, IsolationResults, OverloadMeasurement } from "./results.ts";
import { type Engine, startSubject } from "./subject.ts";

const YEAR_SECONDS = 365 * 86_400;

interface Found {
  readonly isolation: IsolationMeasurement[];
  readonly overload: OverloadMeasurement[];
}

async function measureEngine(
  engine: Engine,
  rows: number,
  folder: string,
  options: IsolationOptions,
): Promise<Found> {
  const { seconds, rounds, connections } = options;
  const say = (text: string) => console.log(`${engine.padEnd(10)}${text}`);
  say(`starting, with ${rows} tokens`);
  const subject = await startSubject(engine, join(folder, engine));
  try {
    await issueTokens(subject, rows, systemClock.seconds() + YEAR_SECONDS);
    const context = { subject, settings: { seconds, rounds, connections, rows }, say };
    const isolation: IsolationMeasurement[] = [];
    for (const disturbance of options.beside) {
      if (disturbance.engines.includes(engine))
        isolation.push(...(await measureIsolation(context, disturbance)));
    }
    const overload: OverloadMeasurement[] = [];
    for (const workload of options.overload) overload.push(await measureOverload(context, workload));
    return { isolation, overload };
  } finally {
    await subject.stop();
  }
}

async function run(options: IsolationOptions): Promise<IsolationResults> {
  const { engines, seconds, rounds, connections, rows } = options;
  const folder = mkdtempSync(join(resolve(options.folder), "tessera-isolation-"));
  // However it ends: the servers end with it, and nothing stays behind.
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.on("exit", remove);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
  process.env.TMPDIR = resolve(options.folder);
  if (isInMemory(folder)) console.log(`${options.folder} is in memory: syncing costs nothing there.\n`);
  const host = describeHost(folder);
  if (isBusy(host)) console.log(`The machine is busy (load ${host.loadBefore}): expect figures that vary.\n`);
  const date = new Date().toISOString();
  const isolation: IsolationMeasurement[] = [];
  const overload: OverloadMeasurement[] = [];
  for (const { name, share } of engines) {
    const found = await measureEngine(name, Math.ceil(rows * share), folder, options);
    isolation.push(...found.isolation);
    overload.push(...found.overload);
  }
  remove();
  return { format: 1, date, host, settings: { seconds, rounds, connections, rows }, isolation, overload };
}

async function write(results: IsolationResults, options: IsolationOptions): Promise<void> {
  const output = resolve(options.output ?? join(import.meta.dir, "../results"));
  mkdirSync(output, { recursive: true });
  const name = `isolation-${results.date.slice(0, 10)}-${results.host.kind}`;
  await Bun.write(join(output, `${name}.json`), `${JSON.stringify(results, null, 2)}\n`);
  await Bun.write(join(output, `${name}.md`), page(results));
  if (options.publish) await publish("isolation", figures(results), null);
  console.log(`\n${page(results)}\nWritten to ${output}: ${name}.json, ${name}.md.`);
}

/** Returns the exit status. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args);
    if (findWrk() === null) throw new Error(HOW_TO_INSTALL);
    await write(await run(options), options);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

process.exit(await main(process.argv.slice(2)));
