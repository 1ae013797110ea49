/** `tessera login`: gets tokens by the device flow, and shows an address, a code and a QR code as a device does. */
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import {
  type DeviceAuthorizationResponse,
  getValidatedIdTokenClaims,
  type TokenEndpointResponse,
} from "oauth4webapi";
import { expandHome } from "../platform/home.ts";
import { shellWord } from "../platform/permissions.ts";
import { printable, printableLines } from "../platform/printable.ts";
import { decodeUtf8 } from "../platform/text-bytes.ts";
import { DEVICE_CODE_GRANT } from "../protocol/grant-types.ts";
import { CommandError } from "./command-error.ts";
import { runningServer } from "./data-folder.ts";
import type { Io } from "./io.ts";
import { authorizationUrl, newCodeFlow, receiveOnLoopback, redeemAnswer } from "./login-browser.ts";
import { pollForToken, requestDeviceAuthorization } from "./login-device.ts";
import {
  discover,
  type LoginClient,
  loginClient,
  type Registration,
  registerClient,
  type Server,
} from "./login-server.ts";
import { duration, formatFacts, printJson } from "./output.ts";
import { readOrMakeProofKey } from "./proof-key.ts";
import { qrCode } from "./qr.ts";
import { type CommonOptions, collect, readConfiguration, withCommonOptions } from "./workspace.ts";

interface LoginOptions extends CommonOptions {
  readonly browser?: boolean;
  readonly clientId?: string;
  readonly clientSecretFile?: string;
  readonly dpopKey?: string;
  readonly scope?: readonly string[];
  readonly resource?: readonly string[];
}

export function addLoginCommand(program: Command, io: Io): void {
  withCommonOptions(
    program
      .command("login")
      .description(
        "sign in, on a device or with a browser, at this or any other server, and print the tokens",
      ),
    {
      shown: ["issuer", "config", "data", "set"],
      issuer: "the server to sign in at (default: the one that runs here)",
    },
  )
    .option("--browser", "use a browser on this machine (code flow) instead of a code (device flow)")
    .option("--client-id <id>", "the client to be (default: registers one, where the server allows it)")
    .option("--client-secret-file <file>", "the secret of a confidential client")
    .option(
      "--dpop-key <file>",
      "bind the tokens to the key in this file (DPoP); it is made, for you alone to read, if there is none",
    )
    .option("--scope <scope>", "what to ask for; repeatable", collect)
    .option("--resource <uri>", "the API to get a token for (RFC 8707); repeatable", collect)
    .addHelpText(
      "after",
      `
Examples:
  tessera login --browser                                at the server that runs on this data folder
  tessera login --client-id demo-device --scope notes.read
  tessera login --browser --client-id demo-app --scope notes.read
  tessera login --browser --client-id demo-app --scope openid --scope profile
  tessera login --client-id operators --scope tessera.read --dpop-key ~/operators.jwk.json
  tessera login --issuer https://auth.example.org --json | jq -r .access_token`,
    )
    .action((options: LoginOptions) => login(options, io));
}

/** The server that runs on the data folder may have an issuer that only its own command line named, or a port that was free. */
function issuerHere(options: LoginOptions, io: Io): string {
  const configuration = readConfiguration(options, io);
  return runningServer(configuration)?.issuer ?? configuration.issuer;
}

async function login(options: LoginOptions, io: Io): Promise<void> {
  const issuer = options.issuer ?? issuerHere(options, io);
  const server = await discover(issuer, io.fetch);
  const response = await (options.browser ? byBrowser : byDevice)(server, options, io);
  if (options.json) return printJson(io, response);
  io.out(received(server, response, options, io.showsPerson));
}

/** The parameters for scope and resources. */
function wantedBy({ scope = [], resource = [] }: LoginOptions): URLSearchParams {
  const wanted = new URLSearchParams();
  if (scope.length > 0) wanted.set("scope", scope.join(" "));
  for (const uri of resource) wanted.append("resource", uri);
  return wanted;
}

/** RFC 8628. Only tokens go to standard output, for scripts; all other words go to standard error. */
async function byDevice(server: Server, options: LoginOptions, io: Io): Promise<TokenEndpointResponse> {
  const client = await clientOf(options, server, { grantTypes: [DEVICE_CODE_GRANT], redirectUris: [] }, io);
  const device = await requestDeviceAuthorization(server, client, wantedBy(options));
  io.err(deviceInstructions(device, io));
  return pollForToken(server, client, device, io.sleep);
}

/** RFC 8252: the browser comes back to a port of this machine. */
async function byBrowser(server: Server, options: LoginOptions, io: Io): Promise<TokenEndpointResponse> {
  const endpoint = server.metadata.authorization_endpoint;
  if (endpoint === undefined) {
    throw new CommandError(
      `The server ${server.metadata.issuer} does not sign in with a browser. Leave --browser out.`,
    );
  }
  const registration = { grantTypes: ["authorization_code"], redirectUris: ["http://127.0.0.1/callback"] };
  const client = await clientOf(options, server, registration, io);
  const flow = await newCodeFlow();
  const receiver = await receiveOnLoopback(flow.state);
  try {
    const { redirectUri } = receiver;
    const clientId = client.client.client_id;
    const thumbprint = (await client.proofs?.calculateThumbprint()) ?? null;
    const wanted = wantedBy(options);
    const url = authorizationUrl(endpoint, flow, { clientId, redirectUri, wanted, thumbprint });
    io.err(browserInstructions(url));
    return await redeemAnswer(server, client, await receiver.answer, { ...flow, redirectUri });
  } finally {
    receiver.close();
  }
}

async function clientOf(
  options: LoginOptions,
  server: Server,
  registration: Registration,
  io: Io,
): Promise<LoginClient> {
  const { clientId, clientSecretFile, dpopKey } = options;
  const key = dpopKey === undefined ? null : await readOrMakeProofKey(dpopKey);
  if (clientId !== undefined) {
    const secret = clientSecretFile === undefined ? null : readSecret(clientSecretFile);
    return loginClient(clientId, secret, key);
  }
  const registered = await registerClient(server, registration);
  io.err(
    `Registered a client for this. To be the same one next time: --client-id ${printable(registered)}\n`,
  );
  return loginClient(registered, null, key);
}

function readSecret(file: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(expandHome(file));
  } catch {
    throw new CommandError(
      `The file ${file} with the client's secret cannot be read. Check --client-secret-file.`,
    );
  }
  const text = decodeUtf8(bytes);
  if (typeof text === "string") return text.trim();
  throw new CommandError(
    `The file ${file} is not UTF-8 (line ${text.line}, column ${text.column}). Check --client-secret-file.`,
  );
}

function deviceInstructions(device: DeviceAuthorizationResponse, io: Io): string {
  const { verification_uri, verification_uri_complete, user_code, expires_in } = device;
  const colours = io.asksPerson && !io.env.NO_COLOR;
  return `
To sign in, open

  ${printable(verification_uri)}

and enter the code

  ${printable(user_code)}

Or scan this${verification_uri_complete === undefined ? "" : "; the code is in it"}:

${qrCode(verification_uri_complete ?? verification_uri, colours)}
Waiting for your answer. The code is good for ${duration(expires_in)}; Ctrl-C gives up.
`;
}

const browserInstructions = (url: string): string => `
To sign in, open

  ${url}

Waiting for the browser to come back. Ctrl-C gives up.
`;

function received(
  { metadata }: Server,
  response: TokenEndpointResponse,
  { dpopKey }: LoginOptions,
  forPerson: boolean,
): string {
  const { access_token, expires_in, scope = null, refresh_token = null, id_token = null } = response;
  const expires = expires_in === undefined ? null : `in ${duration(expires_in)}`;
  const isBound = dpopKey !== undefined && response.token_type === "dpop";
  const bound = isBound ? `to the key in ${dpopKey}` : null;
  const facts = formatFacts({ access_token, expires, scope, bound, refresh_token, id_token });
  if (!forPerson) return facts;
  const claims = id_token === null ? undefined : getValidatedIdTokenClaims(response);
  const identity = claims === undefined ? "" : `\nThe ID token says:\n\n${JSON.stringify(claims, null, 2)}\n`;
  // The server itself accepts only a token with one of its own scopes; other tokens are for an API.
  const forServerItself = /(^| )(openid|profile)( |$)/.test(scope ?? "");
  const { userinfo_endpoint: userinfo } = metadata;
  const headers = isBound
    ? `-H "Authorization: DPoP ${access_token}" -H "DPoP: $(tessera token proof ${access_token} ${userinfo} --key ${shellWord(dpopKey)})"`
    : `-H "Authorization: Bearer ${access_token}"`;
  const use =
    userinfo === undefined || !forServerItself
      ? ""
      : `\nUse it like this:\n\n  curl ${headers} ${userinfo}\n`;
  return `\nYou are signed in at ${metadata.issuer}.\n\n${facts}${printableLines(identity + use)}`;
}
