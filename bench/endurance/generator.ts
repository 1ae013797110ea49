/** The process of the load generator. It signs people in, begins, and says over IPC what happened since it was last asked. */
import { Histogram } from "./histogram.ts";
import { type LoadOptions, startLoad } from "./load.ts";
import { OPERATIONS, signEverybodyIn } from "./operations.ts";
import { Sender } from "./sender.ts";
import { newWallet } from "./wallet.ts";

const options: LoadOptions = JSON.parse(process.argv[2] ?? "");
const wallet = newWallet();
const first = new Sender(options.origin, new Histogram());
await signEverybodyIn(first, wallet);
first.close();
const load = startLoad(options, OPERATIONS, wallet);

process.on("message", async (question) => {
  if (question === "stop") await load.stop();
  process.send?.(load.interval());
});
process.on("disconnect", () => process.exit());
process.on("SIGTERM", () => process.exit());
console.log("The load is on.");
