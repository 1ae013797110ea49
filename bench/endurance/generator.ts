/** The process of the load generator. It begins at once, and says over IPC what happened since it was last asked. */
import { type LoadOptions, startLoad } from "./load.ts";
import { OPERATIONS } from "./operations.ts";

const options: LoadOptions = JSON.parse(process.argv[2] ?? "");
const load = await startLoad(options, OPERATIONS);

process.on("message", async (question) => {
  if (question === "stop") await load.stop();
  process.send?.(load.interval());
});
process.on("disconnect", () => process.exit());
process.on("SIGTERM", () => process.exit());
console.log("The load is on.");
