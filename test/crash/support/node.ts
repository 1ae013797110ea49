/** A server in its own process, on one port for all its lives: it can be started, killed, and started again. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subprocess } from "bun";

const root = join(import.meta.dir, "../../..");

export const SECRET = "a secret that is long enough for crashes";

/** Codes and retries outlive the test, so that only the test ends anything. */
const configurationWith = (algorithms: readonly string[]): string => `
issuer = "https://auth.example"

[log]
level = "warn"

[signing]
algorithms = ${JSON.stringify(algorithms)}

[lifetimes]
authorization_code_seconds = 600
refresh_retry_window_seconds = 600

[limits]
clean_up_interval_seconds = 1

[[scopes]]
name = "mail.read"
description = "Read your mail"

[[scopes]]
name = "mail"
description = "Read your e-mail"

[[resources]]
identifier = "https://mail.example/"

[[clients]]
client_id = "web"
redirect_uris = ["https://mail.example/callback"]
secrets = ["${SECRET}"]

[[clients]]
client_id = "service"
secrets = ["${SECRET}"]
`;

export interface NodeOptions {
  /** Further TOML tables for the configuration. */
  readonly configuration?: string;
  /** Of its signing keys. A strict client needs more than RS256. */
  readonly algorithms?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

export class Node {
  readonly folder = mkdtempSync(join(tmpdir(), "tessera-crash-"));
  readonly #options: NodeOptions;
  #port = 0;
  #process: Subprocess<"ignore", "pipe", "pipe"> | null = null;
  #printed = "";
  #startMillis = 0;

  constructor(options: NodeOptions = {}) {
    this.#options = options;
    const { algorithms = ["RS256", "ES256"], configuration = "" } = options;
    writeFileSync(join(this.folder, "tessera.toml"), configurationWith(algorithms) + configuration);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The embedded database. */
  get databaseFile(): string {
    return join(this.folder, "data", "tessera.db");
  }

  /** Its output since the last start. */
  get printed(): string {
    return this.#printed;
  }

  /** The running processes that it has started. */
  async workers(): Promise<number[]> {
    const listed = Bun.spawn(["ps", "-o", "pid=,stat=", "--ppid", String(this.#process?.pid)]);
    const lines = (await new Response(listed.stdout).text()).trim().split("\n");
    return lines
      .filter((line) => line !== "" && !line.includes("Z"))
      .map((line) => Number.parseInt(line, 10));
  }

  /** Starts the process without waiting until it is ready. */
  launch(): void {
    this.#printed = "";
    this.#process = Bun.spawn(
      [
        process.execPath,
        join(root, "src/main.ts"),
        "serve",
        ...["--config", join(this.folder, "tessera.toml"), "--data", join(this.folder, "data")],
        ...["--host", "127.0.0.1", "--port", String(this.#port), ...(this.#options.flags ?? [])],
      ],
      {
        cwd: this.folder,
        env: {
          PATH: process.env.PATH ?? "",
          HOME: process.env.HOME ?? "",
          ...this.#options.env,
        },
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
      },
    );
    for (const stream of [this.#process.stdout, this.#process.stderr]) void this.#collect(stream);
  }

  /** The duration of the last start, in milliseconds. */
  get startMillis(): number {
    return this.#startMillis;
  }

  /** Starts it and waits until it is ready. Throws with its output if it ends instead. */
  async start(): Promise<void> {
    const startedAt = performance.now();
    this.launch();
    while (this.#process?.exitCode === null) {
      const [, port] = /listening on http:\/\/[^:]+:(\d+)/.exec(this.#printed) ?? [];
      if (port !== undefined && this.#printed.includes("Tessera is ready.")) {
        this.#port = Number(port);
        this.#startMillis = performance.now() - startedAt;
        return;
      }
      await Bun.sleep(5);
    }
    throw new Error(`The server does not start: ${this.#printed}`);
  }

  /** Kills it, as a crash does. */
  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.exited;
  }

  /** Kills it if it still runs, and removes its files. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const chunk of stream) this.#printed += Buffer.from(chunk).toString();
  }
}
