/**
 * `npm test`: types, style, then every test. Arguments go to the test runner: `npm test -- test/store`.
 * Ends with one line, `N passed, N failed`, and a status that says the same.
 */
interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

const CHECKS: readonly Step[] = [
  { name: "types", command: ["node_modules/.bin/tsc", "--noEmit"] },
  { name: "style", command: ["node_modules/.bin/biome", "check", "."] },
];

const root = new URL("..", import.meta.url).pathname;

async function run(command: readonly string[]): Promise<{ code: number; output: string }> {
  const child = Bun.spawn([...command], { cwd: root, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  let output = "";
  const pass = async (stream: ReadableStream<Uint8Array>, to: NodeJS.WriteStream) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      const text = decoder.decode(chunk, { stream: true });
      output += text;
      to.write(text);
    }
  };
  await Promise.all([pass(child.stdout, process.stdout), pass(child.stderr, process.stderr)]);
  return { code: await child.exited, output };
}

/** The last number before the word on a line of its own, as the runner's summary has it. */
const count = (output: string, word: string): number =>
  Number([...output.matchAll(new RegExp(`^ *(\\d+) ${word}$`, "gm"))].at(-1)?.[1] ?? 0);

let passed = 0;
let failed = 0;
const filters = process.argv.slice(2);
for (const { name, command } of filters.length > 0 ? [] : CHECKS) {
  console.log(`── ${name}`);
  const { code } = await run(command);
  if (code === 0) passed += 1;
  else failed += 1;
}
console.log("── tests");
// Two files at a time: many of them wait for processes, sockets and clocks.
const tests = await run([process.execPath, "test", "--timeout", "60000", "--parallel=2", ...filters]);
passed += count(tests.output, "pass");
failed += count(tests.output, "fail");
// A runner that dies, or a file that cannot be loaded, is a failure even if no test says so.
if (tests.code !== 0 && count(tests.output, "fail") === 0) failed += 1;
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
