/** `npm run bench:endurance`: mixed load on a real server process for a while, and whether it leaves traces. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { describeHost, isInMemory } from "../host.ts";
import { publish, publishImage } from "../report/publish.ts";
import { endure } from "./measure.ts";
import { CommanderError, type EnduranceOptions, parseOptions } from "./options.ts";
import { figures, memoryPlot, p99Plot, page, sampleLine } from "./report.ts";
import type { Endurance, EnduranceResults, EnduranceSettings } from "./results.ts";
import { judge } from "./verdict.ts";

/** The first part of a run is no part of the verdict: code is compiled, caches fill, what is handed out begins to expire. */
const WARM_UP_SHARE = 0.3;
/** A long run has no more samples than this. */
const MOST_SAMPLES = 360;
const LEAST_SAMPLES = 10;
const SAMPLE_SECONDS = 2;

function settingsOf(options: EnduranceOptions): EnduranceSettings {
  const minutes = options.hour === true ? 60 : options.minutes;
  const seconds = minutes * 60;
  return {
    minutes,
    warmUpSeconds: seconds * WARM_UP_SHARE,
    sampleSeconds: Math.max(Math.min(SAMPLE_SECONDS, seconds / LEAST_SAMPLES), seconds / MOST_SAMPLES),
    connections: options.connections,
    rate: options.saturated === true ? null : options.rate,
  };
}

async function run(options: EnduranceOptions): Promise<EnduranceResults> {
  const folder = mkdtempSync(join(resolve(options.folder), "tessera-endurance-"));
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
  try {
    const host = describeHost(folder);
    const date = new Date().toISOString();
    const settings = settingsOf(options);
    const runs: Endurance[] = [];
    for (const contender of options.contenders) {
      console.log(`${contender.title}, for ${settings.minutes} min:`);
      const onSample = (sample: Parameters<typeof sampleLine>[0]) => console.log(sampleLine(sample));
      runs.push(await endure({ contender, settings, folder: join(folder, contender.name), onSample }));
      console.log("");
    }
    return { format: 1, date, host, settings, runs };
  } finally {
    remove();
  }
}

async function write(results: EnduranceResults, options: EnduranceOptions): Promise<void> {
  const output = resolve(options.output ?? join(import.meta.dir, "../results"));
  mkdirSync(output, { recursive: true });
  const name = `endurance-${results.date.slice(0, 10)}-${results.host.kind}.json`;
  const [memory, p99] = [memoryPlot(results), p99Plot(results)];
  await Bun.write(join(output, name), `${JSON.stringify(results, null, 2)}\n`);
  await Bun.write(join(output, "endurance.md"), page(results));
  await Bun.write(join(output, "endurance-memory.svg"), memory);
  await Bun.write(join(output, "endurance-p99.svg"), p99);
  if (options.publish) {
    await publish("endurance", figures(results), memory);
    await publishImage("endurance-p99", p99);
  }
  console.log(`${page(results)}\nWritten to ${output}: ${name}, endurance.md and two pictures.`);
}

/** Returns the exit status. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args);
    const results = await run(options);
    await write(results, options);
    return results.runs.every((each) => judge(each, results.settings).passed) ? 0 : 1;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

process.exit(await main(process.argv.slice(2)));
