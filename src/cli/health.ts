/** `tessera health`: whether the server of this configuration is ready, for containers and service managers without curl. */
import { type Command, InvalidArgumentError } from "commander";
import type { ConfigurationFlags } from "../configuration/sources.ts";
import type { Listener } from "../platform/listen.ts";
import { CommandError } from "./command-error.ts";
import type { Io } from "./io.ts";
import { counted } from "./output.ts";
import { readConfiguration, withConfigurationOptions } from "./workspace.ts";

/** The time for one answer. A server that takes longer is not ready. */
const ANSWER_MILLIS = 4000;
const AGAIN_MILLIS = 200;

export function addHealthCommand(program: Command, io: Io): void {
  withConfigurationOptions(
    program.command("health").description("ask the server of this configuration whether it is ready"),
  )
    .optionsGroup("Options:")
    .option("--wait <seconds>", "ask until it is ready, for so long at most", readSeconds, 0)
    .addHelpText(
      "after",
      `
It asks the first listener of the configuration for /readyz, on this machine: the process is up, and its database reads and
writes. Give it the configuration of the server. Exit status: 0 the server is ready, 1 it is not, 2 a wrong option.

Examples:
  tessera health                    for HEALTHCHECK of an image, and for exec probes
  tessera health --wait 30          after a start: for ExecStartPost= of a unit`,
    )
    .action(async (flags: HealthFlags) => {
      const { listen } = readConfiguration(flags, io);
      const listener = listen[0];
      if (listener === undefined || (listener.unix === undefined && listener.port === 0)) {
        throw new CommandError(
          "The port of the server is 0, any that is free: name one to ask it (--port 8080).",
        );
      }
      const end = io.clock.millis() + flags.wait * 1000;
      for (;;) {
        const fault = await faultOf(listener, io);
        if (fault === null) break;
        if (io.clock.millis() >= end) {
          const after = flags.wait === 0 ? "" : ` after ${counted(flags.wait, "second")}`;
          throw new CommandError(`Not ready${after}: ${fault}.`);
        }
        await io.sleep(AGAIN_MILLIS);
      }
      io.out("ready\n");
    });
}

interface HealthFlags extends ConfigurationFlags {
  readonly wait: number;
}

function readSeconds(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a number of seconds, at most 9999.");
}

/** Why the server is not ready; null if it is. */
async function faultOf(listener: Listener, io: Io): Promise<string | null> {
  const url = `${addressOf(listener)}/readyz`;
  try {
    const { status } = await io.fetch(url, {
      signal: AbortSignal.timeout(ANSWER_MILLIS),
      redirect: "manual",
      keepalive: false,
      ...(listener.unix !== undefined && { unix: listener.unix }),
      // The certificate is for the name of the issuer, and this asks by an address of the machine. No secret is sent.
      ...(listener.tls !== undefined && { tls: { rejectUnauthorized: false } }),
    });
    return status === 200 ? null : `${listener.unix ?? url} answers with status ${status}`;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `${listener.unix ?? url} does not answer (${reason.replace(/\.$/, "")})`;
  }
}

/** Where this machine reaches the listener. */
function addressOf({ host, port, tls, unix }: Listener): string {
  if (unix !== undefined) return "http://localhost";
  const here = host === "0.0.0.0" || host === "localhost" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `${tls === undefined ? "http" : "https"}://${here.includes(":") ? `[${here}]` : here}:${port}`;
}
