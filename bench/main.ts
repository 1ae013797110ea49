/** `npm run bench`: starts who takes part, measures, and writes down what was found. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { installOidcProvider } from "./contenders/oidc-provider.ts";
import { describeHost, isBusy, isInMemory } from "./host.ts";
import { measureAll, type Started } from "./measure.ts";
import { type BenchOptions, CommanderError, parseOptions } from "./options.ts";
import { createProgress } from "./progress.ts";
import { chart } from "./report/chart.ts";
import { publish } from "./report/publish.ts";
import { figures, page } from "./report/table.ts";
import type { Results } from "./results.ts";
import { writes } from "./workloads.ts";
import { findWrk, HOW_TO_INSTALL } from "./wrk.ts";

async function run(options: BenchOptions): Promise<Results> {
  const { contenders, workloads, rounds, seconds, connections, threads, tokens } = options;
  const folder = mkdtempSync(join(resolve(options.folder), "tessera-bench-"));
  // However it ends: the contenders end with it, and nothing stays behind.
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.on("exit", remove);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
  // PostgreSQL makes a folder of its own, as a user who may not look into this one; it belongs on the same disk.
  process.env.TMPDIR = resolve(options.folder);
  if (isInMemory(folder)) {
    console.log(
      `${options.folder} is in memory: syncing costs nothing there. --folder names one on a disk.\n`,
    );
  }
  const started: Started[] = [];
  try {
    const host = describeHost(folder);
    if (isBusy(host))
      console.log(`The machine is busy (load ${host.loadBefore}): expect figures that vary.\n`);
    for (const contender of contenders) {
      console.log(`Starting ${contender.name}: ${contender.title}, ${contender.durability}.`);
      started.push({ contender, running: await contender.start(join(folder, contender.name)) });
    }
    console.log("");
    const settings = { seconds, rounds, connections, threads, tokens };
    const progress = createProgress(contenders.length * workloads.length * (rounds + 1), (text) =>
      process.stdout.write(text),
    );
    const date = new Date().toISOString();
    const measurements = await measureAll({
      started,
      workloads,
      settings,
      warmUpSeconds: options.warmUp,
      folder,
      progress,
    });
    return {
      format: 1,
      date,
      host,
      settings,
      contenders: contenders.map(({ name, title, durability }) => ({ name, title, durability })),
      workloads: workloads.map((workload) => ({
        name: workload.name,
        title: workload.title,
        writes: writes(workload),
      })),
      measurements,
    };
  } finally {
    await Promise.allSettled(started.map(({ running }) => running.stop()));
    remove();
  }
}

async function write(results: Results, options: BenchOptions): Promise<void> {
  const output = resolve(options.output ?? join(import.meta.dir, "results"));
  mkdirSync(output, { recursive: true });
  const name = `${results.date.slice(0, 10)}-${results.host.kind}.json`;
  await Bun.write(join(output, name), `${JSON.stringify(results, null, 2)}\n`);
  await Bun.write(join(output, "latest.md"), page(results));
  await Bun.write(join(output, "latest.svg"), chart(results));
  if (options.publish) await publish("peers", figures(results), chart(results));
  console.log(`\n${page(results)}\nWritten to ${output}: ${name}, latest.md, latest.svg.`);
}

/** Returns the exit status. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args);
    if (findWrk() === null) throw new Error(HOW_TO_INSTALL);
    if (options.contenders.some(({ name }) => name === "oidc-provider")) installOidcProvider(console.log);
    await write(await run(options), options);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

process.exit(await main(process.argv.slice(2)));
