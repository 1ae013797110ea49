/**
 * `npm run fuzz`: runs the targets of test/fuzz for the given time, each round with new seeds. It prints and records its
 * cases and finds; each find comes with the command that repeats it.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { newSeed, type Target } from "../test/fuzz/target.ts";
import { ENDPOINT_TARGETS } from "../test/fuzz/targets/endpoints.ts";
import { HISTORY_TARGETS, LONG_TARGETS } from "../test/fuzz/targets/histories.ts";
import { PARSER_TARGETS } from "../test/fuzz/targets/index.ts";

interface Options {
  readonly minutes: number;
  readonly target?: readonly Target[];
  readonly seed?: number;
  readonly cases?: number;
  readonly output: string;
  readonly coverage: boolean;
}

interface Find {
  readonly target: string;
  readonly seed: number;
  readonly report: string;
}

interface Tried {
  cases: number;
  rounds: number;
  seconds: number;
}

const TARGETS: readonly Target[] = [
  ...PARSER_TARGETS,
  ...ENDPOINT_TARGETS,
  ...HISTORY_TARGETS,
  ...LONG_TARGETS,
];
const root = join(import.meta.dir, "..");

function targetNamed(name: string): readonly Target[] {
  const found = TARGETS.filter((target) => target.name === name);
  if (found.length > 0) return found;
  throw new InvalidArgumentError(
    `There is no such target. There are: ${TARGETS.map((each) => each.name).join(", ")}.`,
  );
}

function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError("It is a number above 0.");
  return number;
}

function parseOptions(args: readonly string[]): Options {
  const program = new Command("npm run fuzz --")
    .description("Sends the server unexpected input for the given time, and reports what it finds.")
    .exitOverride()
    .option("--minutes <number>", "how long to run", positive, 10)
    .option("--target <name>", "run only this target", targetNamed)
    .option("--seed <number>", "one round with this seed; without it, each round has a new seed", positive)
    .option("--cases <number>", "the cases of a target in a round (default: as in the suite)", positive)
    .option("--output <path>", "where the summary goes", join(tmpdir(), "tessera-fuzz.json"))
    .option("--no-coverage", "do not measure the coverage, which takes another run of the suite's part")
    .addHelpText(
      "after",
      `
Targets:
${TARGETS.map(({ name, cases }) => `  ${name.padEnd(34)}${cases} cases in a round`).join("\n")}

Examples:
  npm run fuzz -- --minutes 60
  npm run fuzz -- --target histories --seed 4711 --cases 20

A find ends neither the round nor the run: it is told at once, and again in the end, and then the status is 1.`,
    );
  program.parse([...args], { from: "user" });
  return program.opts<Options>();
}

/** Rewrites one line on a terminal, and writes a line a minute elsewhere. */
function createProgress(begun: number, minutes: number) {
  let last = 0;
  return (cases: number, finds: number, target: string) => {
    const now = Date.now();
    const elapsed = ((now - begun) / 60_000).toFixed(1);
    const line = `${elapsed} of ${minutes} min, ${cases} cases, ${finds} finds, now: ${target}`;
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[2K${line}`);
    else if (now - last >= 60_000) {
      last = now;
      console.log(line);
    }
  };
}

/** The share of the lines of src/ that the suite's part runs, in per cent; null if it is unknown. */
async function coverage(): Promise<number | null> {
  const folder = mkdtempSync(join(tmpdir(), "tessera-fuzz-coverage-"));
  try {
    const command = ["test", "--timeout", "120000", "--coverage", "--coverage-reporter=lcov"];
    const child = Bun.spawn([process.execPath, ...command, `--coverage-dir=${folder}`, "test/fuzz/"], {
      cwd: root,
      stdout: "ignore",
      stderr: "ignore",
    });
    await child.exited;
    const files = (await Bun.file(join(folder, "lcov.info")).text()).split("end_of_record");
    const sum = (name: string) =>
      files
        .filter((file) => /^SF:(?:.*\/)?src\//m.test(file))
        .reduce((total, file) => total + Number(new RegExp(`^${name}:(\\d+)`, "m").exec(file)?.[1] ?? 0), 0);
    return Math.round((sum("LH") / sum("LF")) * 1000) / 10;
  } catch {
    return null;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function run({ minutes, target: targets = TARGETS, seed, cases, output, coverage: wanted }: Options) {
  const begun = Date.now();
  let end = begun + minutes * 60_000;
  // A round stops the processes that it started, such as a database.
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      console.log("\nThis round is the last one.");
      end = Date.now();
    });
  }
  const progress = createProgress(begun, minutes);
  const tried = new Map<string, Tried>(
    targets.map(({ name }) => [name, { cases: 0, rounds: 0, seconds: 0 }]),
  );
  const finds: Find[] = [];
  const total = () => [...tried.values()].reduce((sum, each) => sum + each.cases, 0);

  const round = async (target: Target) => {
    const own = tried.get(target.name);
    if (own === undefined) return;
    progress(total(), finds.length, target.name);
    const from = Date.now();
    const ownSeed = seed ?? newSeed();
    const left = seed === undefined ? (end - from) / 1000 : minutes * 60;
    try {
      own.cases += await target.run({
        seed: ownSeed,
        cases: cases ?? target.cases,
        seconds: Math.max(1, left),
      });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? `\n${error.cause.message}` : "";
      const find = {
        target: target.name,
        seed: ownSeed,
        report: `${error instanceof Error ? error.message : error}${cause}`,
      };
      finds.push(find);
      console.log(`\n${find.report}\n`);
    }
    own.rounds += 1;
    own.seconds += (Date.now() - from) / 1000;
  };
  do {
    for (const target of targets) if (seed !== undefined || Date.now() < end) await round(target);
  } while (seed === undefined && Date.now() < end);

  console.log("");
  for (const [name, { cases: count, rounds, seconds }] of tried) {
    console.log(
      `${name.padEnd(34)}${String(count).padStart(10)} cases ${String(rounds).padStart(6)} rounds ${seconds.toFixed(0).padStart(6)} s`,
    );
  }
  const lines = wanted && seed === undefined ? await coverage() : null;
  if (lines !== null) console.log(`lines of src/ that one round runs: ${lines} %`);
  const summary = {
    date: new Date(begun).toISOString(),
    minutes: (Date.now() - begun) / 60_000,
    cases: total(),
    targets: Object.fromEntries(tried),
    coveredLinesPercent: lines,
    finds,
  };
  writeFileSync(output, `${JSON.stringify(summary, null, 2)}\n`);
  console.log(`${total()} cases, ${finds.length} finds. Written down in ${output}.`);
  for (const find of finds) console.log(`  ${find.target}, seed ${find.seed}`);
  return finds.length === 0 ? 0 : 1;
}

try {
  process.exit(await run(parseOptions(process.argv.slice(2))));
} catch (error) {
  // Commander has already written the message.
  if (error instanceof CommanderError) process.exit(error.exitCode);
  throw error;
}
