/** The command line: `tessera serve`, `tessera user add`, … Everything else is in src/cli. */
import { systemIo } from "./cli/io.ts";
import { runCommand } from "./cli/program.ts";

process.exitCode = await runCommand(process.argv.slice(2), systemIo);
