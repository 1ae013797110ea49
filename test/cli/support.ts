/** Runs commands in this process, with their output. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Io } from "../../src/cli/io.ts";
import { runCommand } from "../../src/cli/program.ts";
import { startServing } from "../../src/cli/serve.ts";
import type { ConfigurationFlags } from "../../src/configuration/sources.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { acting } from "../store/acts.ts";

export interface Captured {
  out: string;
  err: string;
}

export function captureIo(
  overrides: Partial<Io> & { stdin?: string } = {},
): Io & { readonly captured: Captured } {
  const captured: Captured = { out: "", err: "" };
  return {
    captured,
    env: {},
    clock: systemClock,
    random: systemRandom,
    asksPerson: false,
    showsPerson: false,
    drawsProgress: false,
    columns: null,
    out: (text) => {
      captured.out += text;
    },
    err: (text) => {
      captured.err += text;
    },
    outFile: async (file) => {
      captured.out += readFileSync(file, "latin1");
    },
    readStdin: async () => overrides.stdin ?? "",
    askHidden: async () => {
      throw new Error("nobody to ask");
    },
    fetch: (url, init) => fetch(url, init),
    sleep: (millis) => Bun.sleep(millis),
    ...overrides,
  };
}

export interface Result extends Captured {
  readonly code: number;
}

/** Runs `tessera` with these arguments. */
export async function tessera(
  args: readonly string[],
  overrides: Partial<Io> & { stdin?: string } = {},
): Promise<Result> {
  const io = captureIo(overrides);
  const code = await runCommand(args, io);
  return { code, ...io.captured };
}

/** `on`: the folder in which it lies. */
export function temporaryFolder(on = tmpdir()): string {
  const folder = mkdtempSync(join(on, "tessera-cli-"));
  folders.push(folder);
  return folder;
}
const folders: string[] = [];

/** For afterAll. */
export function removeTemporaryFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Starts the server in this process, on a free port. Returns its output, and a store that acts by name. */
export async function serve(data: string, flags: ConfigurationFlags = {}) {
  const io = captureIo();
  const running = await startServing({ data, port: "0", ...flags }, io);
  return { ...running, printed: io.captured, store: acting(running.server.context.store) };
}
