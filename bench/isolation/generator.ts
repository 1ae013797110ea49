/** The process of the load generator: does one job after the other that it is sent, and sends back what it found. */
import { constants, setPriority } from "node:os";
import { generate, type LoadJob } from "./generate.ts";

// What it measures is the server, and not how long it waits for a core itself. Only root may ask for this.
try {
  setPriority(constants.priority.PRIORITY_HIGH);
} catch {}

process.on("message", (job: LoadJob) => {
  generate(job).then(
    (report) => process.send?.({ report }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
console.log("ready for load");
