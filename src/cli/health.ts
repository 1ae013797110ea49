/** `tessera health`: whether the server of this configuration is ready, for containers and service managers without curl. */
import { request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
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
        const fault = await faultOf(listener);
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
async function faultOf(listener: Listener): Promise<string | null> {
  const { host, port, path } = placeOf(listener);
  const name = path ?? `${host.includes(":") ? `[${host}]` : host}:${port}`;
  try {
    const status = await statusOf(listener);
    return status === 200 ? null : `${name} answers with status ${status}`;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `${name} does not answer (${reason.replace(/\.$/, "")})`;
  }
}

/** Not by `fetch`, which would ask a proxy for it where the environment names one (`HTTP_PROXY`). */
function statusOf(listener: Listener): Promise<number> {
  const { host, port, path } = placeOf(listener);
  return new Promise((resolve, reject) => {
    const options = {
      path: "/readyz",
      timeout: ANSWER_MILLIS,
      agent: false as const,
      ...(path === undefined ? { host, port } : { socketPath: path }),
      // The certificate is for the name of the issuer, and this asks by an address of the machine. No secret is sent.
      rejectUnauthorized: false,
    };
    const request = (listener.tls === undefined ? requestPlain : requestTls)(options, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    request.on("timeout", () => request.destroy(new Error("no answer came in time")));
    request.on("error", reject);
    request.end();
  });
}

/** Where this machine reaches the listener. */
function placeOf({ host, port, unix }: Listener): { host: string; port: number; path: string | undefined } {
  const here = host === "0.0.0.0" || host === "localhost" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return { host: here, port, path: unix };
}
