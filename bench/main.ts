/** `npm run bench`. A name before the options selects `bench:growth`, `bench:isolation` or `bench:endurance`. */
import { endurance } from "./endurance/endurance.ts";
import { growth } from "./growth/growth.ts";
import { isolation } from "./isolation/isolation.ts";
import { peers } from "./peers.ts";
import { runBench } from "./run.ts";

const [name = "", ...rest] = process.argv.slice(2);
const run = {
  growth: () => runBench(growth, rest),
  isolation: () => runBench(isolation, rest),
  endurance: () => runBench(endurance, rest),
}[name];
process.exit(await (run ?? (() => runBench(peers, process.argv.slice(2))))());
