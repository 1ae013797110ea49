/** `tessera login`: gets tokens by the device flow, and shows what a device shows: an address, a code, a QR code. */
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { encode } from "uqr";
import { DEVICE_CODE_GRANT } from "../protocol/grant-types.ts";
import { CommandError } from "./command-error.ts";
import type { Io } from "./io.ts";
import { authorizationUrl, codeIn, newCodeFlow, receiveOnLoopback, redeemCode } from "./login-browser.ts";
import { type DeviceAuthorization, pollForToken, requestDeviceAuthorization } from "./login-device.ts";
import {
  discover,
  type LoginClient,
  type Registration,
  registerClient,
  type ServerMetadata,
  type TokenResponse,
} from "./login-server.ts";
import { duration, formatFacts, printJson } from "./output.ts";
import { type CommonOptions, readConfiguration, withCommonOptions } from "./workspace.ts";

interface LoginOptions extends CommonOptions {
  readonly browser?: boolean;
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
      .description(
        "sign in, on a device or with a browser, at this or any other server, and print the tokens",
      ),
    {
      shown: ["issuer", "config", "set"],
      issuer: "the server to sign in at (default: the one that the configuration describes)",
    },
  )
    .option("--browser", "use a browser on this machine (code flow) instead of a code (device flow)")
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
  tessera login --browser --client-id demo-app --scope notes.read
  tessera login --issuer https://auth.example.org --json | jq -r .access_token`,
    )
    .action((options: LoginOptions) => login(options, io));
}

async function login(options: LoginOptions, io: Io): Promise<void> {
  const issuer = options.issuer ?? readConfiguration(options, io).issuer;
  const server = await discover(issuer, io.fetch);
  const response = await (options.browser ? byBrowser : byDevice)(server, options, io);
  if (options.json) return printJson(io, response);
  io.out(received(server, response, io.showsPerson));
}

const scopeOf = ({ scope = [] }: LoginOptions): string | null => (scope.length > 0 ? scope.join(" ") : null);

/** RFC 8628. The tokens are the result; all else goes to standard error, so that a script gets nothing but tokens. */
async function byDevice(server: ServerMetadata, options: LoginOptions, io: Io): Promise<TokenResponse> {
  const client = await clientOf(options, server, { grantTypes: [DEVICE_CODE_GRANT], redirectUris: [] }, io);
  const request = { scope: scopeOf(options), resources: options.resource ?? [] };
  const device = await requestDeviceAuthorization(server, client, request, io.fetch);
  io.err(deviceInstructions(device, io));
  return pollForToken(server, client, device, io);
}

/** RFC 8252: the browser comes back to a port of this machine. */
async function byBrowser(server: ServerMetadata, options: LoginOptions, io: Io): Promise<TokenResponse> {
  const endpoint = server.authorization_endpoint;
  if (endpoint === null) {
    throw new CommandError(
      `The server ${server.issuer} does not sign in with a browser. Leave --browser out.`,
    );
  }
  const registration = { grantTypes: ["authorization_code"], redirectUris: ["http://127.0.0.1/callback"] };
  const client = await clientOf(options, server, registration, io);
  const flow = newCodeFlow(io.random);
  const receiver = await receiveOnLoopback(flow.state);
  try {
    const { redirectUri } = receiver;
    const url = authorizationUrl(endpoint, flow, {
      clientId: client.clientId,
      redirectUri,
      scope: scopeOf(options),
      resources: options.resource ?? [],
    });
    io.err(browserInstructions(url));
    const code = codeIn(await receiver.answer, server.issuer);
    return await redeemCode(server, client, { code, codeVerifier: flow.codeVerifier, redirectUri }, io.fetch);
  } finally {
    receiver.close();
  }
}

async function clientOf(
  options: LoginOptions,
  server: ServerMetadata,
  registration: Registration,
  io: Io,
): Promise<LoginClient> {
  const { clientId, clientSecretFile } = options;
  if (clientId !== undefined) {
    return { clientId, clientSecret: clientSecretFile === undefined ? null : readSecret(clientSecretFile) };
  }
  const registered = await registerClient(server, registration, io.fetch);
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

function deviceInstructions(device: DeviceAuthorization, io: Io): string {
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

const browserInstructions = (url: string): string => `
To sign in, open

  ${url}

Waiting for the browser to come back. Ctrl-C gives up.
`;

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
  // Only a token with a scope of the server itself is of use there; others are for an API.
  const forServerItself = has("scope") && /(^| )(openid|profile)( |$)/.test(String(response.scope));
  const use =
    server.userinfo_endpoint === null || !forServerItself
      ? ""
      : `\nUse it like this:\n\n  curl -H "Authorization: Bearer ${response.access_token}" ${server.userinfo_endpoint}\n`;
  return `\nYou are signed in at ${server.issuer}.\n\n${facts}${use}`;
}
