/** `tessera login`: gets tokens by the device flow, and shows what a device shows: an address, a code, a QR code. */
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { encode } from "uqr";
import { CommandError } from "./command-error.ts";
import type { Io } from "./io.ts";
import {
  type DeviceAuthorization,
  type DeviceClient,
  discover,
  pollForToken,
  registerDeviceClient,
  requestDeviceAuthorization,
  type ServerMetadata,
  type TokenResponse,
} from "./login-flow.ts";
import { duration, formatFacts, printJson } from "./output.ts";
import { type CommonOptions, readConfiguration, withCommonOptions } from "./workspace.ts";

interface LoginOptions extends CommonOptions {
  readonly clientId?: string;
  readonly clientSecretFile?: string;
  readonly scope?: readonly string[];
  readonly resource?: readonly string[];
}

const collect = (value: string, earlier: readonly string[] = []): string[] => [...earlier, value];

export function addLoginCommand(program: Command, io: Io): void {
  withCommonOptions(
    program
      .command("login")
      .description("sign in by the device flow, at this or any other server, and print the tokens"),
  )
    .option("--client-id <id>", "the client to be (default: registers one, where the server allows it)")
    .option("--client-secret-file <file>", "the secret of a confidential client")
    .option("--scope <scope>", "what to ask for; repeatable", collect)
    .option("--resource <uri>", "the API to get a token for (RFC 8707); repeatable", collect)
    .addHelpText(
      "after",
      `
Examples:
  tessera login                                          at the server that the configuration describes
  tessera login --client-id demo-device --scope notes.read
  tessera login --issuer https://auth.example.org --json | jq -r .access_token`,
    )
    .action((options: LoginOptions) => login(options, io));
}

async function login(options: LoginOptions, io: Io): Promise<void> {
  const issuer = options.issuer ?? readConfiguration(options, io).issuer;
  const server = await discover(issuer, io.fetch);
  const client = await clientOf(options, server, io);
  const scope = options.scope?.join(" ") ?? null;
  const device = await requestDeviceAuthorization(
    server,
    client,
    { scope, resources: options.resource ?? [] },
    io.fetch,
  );
  // The tokens are the result; all else goes to standard error, so that a script gets nothing but tokens.
  io.err(instructions(device, io));
  const response = await pollForToken(server, client, device, io);
  if (options.json) return printJson(io, response);
  io.out(received(server, response, io.showsPerson));
}

async function clientOf(options: LoginOptions, server: ServerMetadata, io: Io): Promise<DeviceClient> {
  const { clientId, clientSecretFile } = options;
  if (clientId !== undefined) {
    return { clientId, clientSecret: clientSecretFile === undefined ? null : readSecret(clientSecretFile) };
  }
  const registered = await registerDeviceClient(server, io.fetch);
  io.err(`Registered a client for this. To be the same one next time: --client-id ${registered}\n`);
  return { clientId: registered, clientSecret: null };
}

function readSecret(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    throw new CommandError(
      `The file ${file} with the client's secret cannot be read. Check --client-secret-file.`,
    );
  }
}

function instructions(device: DeviceAuthorization, io: Io): string {
  const link = device.verification_uri_complete ?? device.verification_uri;
  const colours = io.asksPerson && !io.env.NO_COLOR;
  return `
To sign in, open

  ${device.verification_uri}

and enter the code

  ${device.user_code}

Or scan this${device.verification_uri_complete === null ? "" : "; the code is in it"}:

${qrCode(link, colours)}
Waiting for your answer. The code is good for ${duration(device.expires_in)}; Ctrl-C gives up.
`;
}

/** Two rows of modules a line. With colours it is dark on light whatever the terminal's own colours are. */
export function qrCode(text: string, colours: boolean): string {
  const { data } = encode(text, { border: 2 });
  const lines: string[] = [];
  for (let row = 0; row < data.length; row += 2) {
    const upper = data[row] ?? [];
    const lower = data[row + 1] ?? [];
    // Without colours the light modules are drawn, as most terminals are dark.
    const drawn = (module: boolean | undefined) => (module ?? false) === colours;
    const blocks = upper.map((module, column) => {
      const top = drawn(module);
      const bottom = drawn(lower[column]);
      return top && bottom ? "█" : top ? "▀" : bottom ? "▄" : " ";
    });
    const line = blocks.join("");
    lines.push(colours ? `\u001b[38;5;16;48;5;231m${line}\u001b[0m` : line);
  }
  return `${lines.join("\n")}\n`;
}

function received(server: ServerMetadata, response: TokenResponse, forPerson: boolean): string {
  const has = (name: string) => typeof response[name] === "string";
  const facts = formatFacts({
    access_token: response.access_token,
    expires: typeof response.expires_in === "number" ? `in ${duration(response.expires_in)}` : null,
    scope: has("scope") ? String(response.scope) : null,
    refresh_token: has("refresh_token") ? String(response.refresh_token) : null,
  });
  if (!forPerson) return facts;
  return `\nYou are signed in at ${server.issuer}.\n\n${facts}\nUse it like this:\n\n  curl -H "Authorization: Bearer ${response.access_token}" ${userinfoHint(server)}\n`;
}

const userinfoHint = (server: ServerMetadata): string =>
  server.token_endpoint.replace(/\/token$/, "/userinfo");
