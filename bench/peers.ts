/** `npm run bench`: Tessera beside its limits, its peers, and another version of itself. */
import { join } from "node:path";
import { Option } from "commander";
import { BEFORE, contendersBefore } from "./contenders/before.ts";
import type { Contender } from "./contenders/contender.ts";
import { CONTENDERS } from "./contenders/index.ts";
import { installOidcProvider } from "./contenders/oidc-provider.ts";
import { startOn } from "./cores.ts";
import { measureAll, type Started } from "./measure.ts";
import { above, choose, type LoadOptions, listOf, newCommand, withLoad } from "./options.ts";
import { Patience } from "./others.ts";
import { createProgress } from "./progress.ts";
import { chart } from "./report/chart.ts";
import { figures } from "./report/table.ts";
import { type Results, takenIn } from "./results.ts";
import type { Bench, Setting } from "./run.ts";
import { WORKLOADS, type Workload, writes } from "./workloads.ts";

interface PeersOptions extends LoadOptions {
  readonly contenders: readonly Contender[];
  readonly workloads: readonly Workload[];
  readonly tokens: number;
  /** The folder of another checkout. */
  readonly against?: string;
}

const parse = (args: readonly string[]): PeersOptions =>
  withLoad(
    newCommand("bench", "Measures Tessera beside its limits and its peers, on this machine, over loopback."),
  )
    .addOption(
      new Option("--contenders <names>", "who takes part, separated by commas")
        .argParser(choose(CONTENDERS))
        .default(CONTENDERS, "all"),
    )
    .addOption(
      new Option("--workloads <names>", "what is measured, separated by commas")
        .argParser(choose(WORKLOADS))
        .default(WORKLOADS, "all"),
    )
    .option("--against <folder>", "another checkout, whose server takes turns with this one")
    .option("--tokens <number>", "how many tokens introspection-mix has", above(1, true), 100_000)
    .addHelpText(
      "after",
      `
Contenders:
${listOf(CONTENDERS)}

Workloads:
${listOf(WORKLOADS)}

Examples:
  npm run bench                                            everything: about 20 minutes
  npm run bench -- --rounds 3 --seconds 1                  everything, roughly
  npm run bench -- --workloads introspection --contenders bare,tessera-sqlite
  npm run bench -- --against ../tessera-of-main --contenders tessera-sqlite,tessera-postgres

Each contender has one core and the load generator another. Processor time per request is what to look at: the load
generator and a busy machine disturb it least. An answer that is not as it must be ends the run.`,
    )
    .parse([...args], { from: "user" })
    .opts<PeersOptions>();

async function measure(options: PeersOptions, setting: Setting): Promise<Results> {
  const { seconds, rounds, connections, threads, tokens, workloads, against } = options;
  const { folder, cores, say, date, host } = setting;
  const names = options.contenders.map(({ name }) => name);
  const versioned = names.filter((name) => name.startsWith("tessera-"));
  const before = against === undefined ? [] : await contendersBefore(against, versioned);
  const contenders = options.contenders.flatMap((contender) => [
    contender,
    ...before.filter(({ name }) => name === contender.name + BEFORE),
  ]);
  if (names.includes("oidc-provider")) installOidcProvider(say);
  const started: Started[] = [];
  try {
    for (const contender of contenders) {
      const own = cores.forContender(contender.cores ?? 1);
      const place =
        own === null ? "on all cores" : `on ${own.length === 1 ? "core" : "cores"} ${own.join(", ")}`;
      say(`Starting ${contender.name} ${place}: ${contender.title}, ${contender.durability}.\n`);
      const start = () => contender.start(join(folder, contender.name));
      started.push({ contender, running: await startOn(own, start) });
    }
    const measurements = await measureAll({
      started,
      workloads,
      settings: { seconds, rounds, connections, threads, tokens },
      warmUpSeconds: options.warmUp,
      patience: new Patience(options.patience),
      core: cores.generator,
      folder,
      progress: createProgress(say),
    });
    return {
      date,
      host,
      takenCores: takenIn(measurements),
      settings: { seconds, rounds, connections, threads, tokens },
      contenders: contenders.map(({ name, title, durability }) => ({ name, title, durability })),
      workloads: workloads.map((workload) => {
        return { name: workload.name, title: workload.title, writes: writes(workload) };
      }),
      measurements,
    };
  } finally {
    await Promise.allSettled(started.map(({ running }) => running.stop()));
  }
}

export const peers: Bench<PeersOptions, Results> = {
  section: "peers",
  parse,
  measure,
  figures,
  pictures: (results) => ({ peers: chart(results) }),
};
