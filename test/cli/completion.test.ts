/** `tessera completion`: the scripts, run by the shells themselves. */
import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { endProcesses, finished, start } from "./processes.ts";
import { removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

afterEach(endProcesses);
afterAll(removeTemporaryFolders);

/** How a shell is asked for the completions of a line, with the script in the first argument. */
const ASK: Readonly<Record<string, (script: string, words: readonly string[]) => string>> = {
  bash: (script, words) =>
    `source ${script}; COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _tessera; printf '%s\\n' "\${COMPREPLY[@]}"`,
  fish: (script, words) => `source ${script}; complete --do-complete '${words.join(" ")}'`,
};

async function completions(shell: string, words: readonly string[]): Promise<string[]> {
  const { out: script } = await tessera(["completion", shell]);
  const file = join(temporaryFolder(), "completion");
  writeFileSync(file, script);
  const { out, err } = await finished(start([shell, "-c", ASK[shell]?.(file, words) ?? ""]));
  expect(err).toBe("");
  return out
    .split("\n")
    .flatMap((line) => line.split("\t").slice(0, 1))
    .filter((word) => word !== "");
}

describe.each(["bash", "fish"])("in %s", (shell) => {
  const isThere = Bun.which(shell) !== null;
  const title = (what: string) => (isThere ? what : `${what}: not tested, because ${shell} is not installed`);

  test.skipIf(!isThere)(title("commands are completed"), async () => {
    expect(await completions(shell, ["tessera", "cli"])).toEqual(["client"]);
    expect(await completions(shell, ["tessera", "user", "un"])).toEqual(["unlock"]);
  });

  test.skipIf(!isThere)(title("options are completed, also after options with values"), async () => {
    const typed = ["tessera", "client", "--data", "user", "add", "--redi"];
    expect(await completions(shell, typed)).toEqual(["--redirect-uri"]);
  });
});

test("zsh gets the script of bash, and its own start", async () => {
  const { out } = await tessera(["completion", "zsh"]);
  expect(out).toStartWith(
    "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n",
  );
  expect(out).toEndWith((await tessera(["completion", "bash"])).out);
});

test("another shell is refused with the names of those that there are", async () => {
  const { code, err } = await tessera(["completion", "tcsh"]);
  expect(code).toBe(2);
  expect(err).toContain("bash, zsh, fish");
});
