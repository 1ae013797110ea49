/** `npm run bench`: Tessera beside its limits, its peers, and another version of itself. */
import { join } from "node:path";
import { withBefore } from "./contenders/before.ts";
import { CONTENDERS } from "./contenders/index.ts";
import { installOidcProvider } from "./contenders/oidc-provider.ts";
import { startOn } from "./cores.ts";
import { measureAll, type Started } from "./measure.ts";
import { COMMON, count, LOAD, names, type OptionsOf, path } from "./options.ts";
import { Patience } from "./others.ts";
import { chart } from "./report/chart.ts";
import { figures } from "./report/table.ts";
import { type Results, takenIn } from "./results.ts";
import type { Bench, Setting } from "./run.ts";
import { WORKLOADS, writes } from "./workloads.ts";
import { requireWrk } from "./wrk.ts";

const OPTIONS = {
  contenders: names("who takes part", CONTENDERS),
  workloads: names("what is measured", WORKLOADS),
  against: path("another checkout, whose server takes turns with this one", null),
  tokens: count("how many tokens introspection-mix has", 100_000),
  ...LOAD,
  ...COMMON,
};

async function measure(options: OptionsOf<typeof OPTIONS>, setting: Setting): Promise<Results> {
  const { seconds, rounds, connections, tokens, workloads, against, warmUp, patience } = options;
  const { folder, cores, say, date, host } = setting;
  requireWrk();
  const settings = { seconds, rounds, connections, tokens };
  const { contenders: chosen } = options;
  const contenders = against === null ? chosen : await withBefore(chosen, against);
  if (chosen.some(({ name }) => name === "oidc-provider")) installOidcProvider(say);
  const started: Started[] = [];
  try {
    for (const contender of contenders) {
      const own = cores.forContender(contender.cores ?? 1);
      say(`Starting ${contender.name} on ${own === null ? "all cores" : `core ${own.join(", ")}`}.\n`);
      const start = () => contender.start(join(folder, contender.name));
      started.push({ contender, running: await startOn(own, start) });
    }
    const measurements = await measureAll({
      ...{ started, workloads, settings, warmUpSeconds: warmUp, patience: new Patience(patience) },
      ...{ core: cores.generator, folder, say },
    });
    return {
      ...{ date, host, takenCores: takenIn(measurements), settings },
      contenders: contenders.map(({ name, title, durability }) => ({ name, title, durability })),
      workloads: workloads.map((each) => ({ name: each.name, title: each.title, writes: writes(each) })),
      measurements,
    };
  } finally {
    await Promise.allSettled(started.map(({ running }) => running.stop()));
  }
}

export const peers: Bench<typeof OPTIONS, Results> = {
  section: "peers",
  command: "bench",
  description: "Measures Tessera beside its limits and its peers, on this machine, over loopback.",
  options: OPTIONS,
  measure,
  figures,
  pictures: (results) => ({ peers: chart(results) }),
};
