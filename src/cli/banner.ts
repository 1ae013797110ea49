/** The words of a start: the first time the next steps, later little more than the addresses. */
import { resolve } from "node:path";
import type { Configuration } from "../configuration/schema.ts";
import { ENDPOINT_PATHS } from "../endpoints/paths.ts";
import type { Listening } from "../platform/listen.ts";
import { isLoopbackUrl } from "../platform/network.ts";
import { IS_EXECUTABLE, PROGRAM } from "../platform/runtime.ts";
import { databaseName, isEmbedded } from "../store/open.ts";
import { DEMO_PERSON, DEMO_SECRETS } from "./demo.ts";
import type { FirstClient } from "./first-start.ts";
import { duration } from "./output.ts";

export interface BannerFacts {
  readonly configuration: Configuration;
  readonly listening: Pick<Listening, "urls">;
  /** Where the metrics are, if they have a listener of their own. */
  readonly metricsUrl: string | null;
  readonly wasStartedBefore: boolean;
  readonly setupLink: string | null;
  readonly firstClient: FirstClient | null;
}

export function banner({
  configuration,
  listening,
  metricsUrl,
  wasStartedBefore,
  setupLink,
  firstClient,
}: BannerFacts): string {
  const { issuer, data, demo, lifetimes, workers } = configuration;
  const lines = [
    `Tessera is ready.`,
    ``,
    `  issuer       ${issuer}`,
    `  listening on ${listening.urls.join(", ")}${workers > 1 ? ` (${workers} processes)` : ""}`,
    isEmbedded(configuration)
      ? `  data         ${resolve(data)}`
      : `  database     ${databaseName(configuration)}`,
    ...(metricsUrl === null ? [] : [`  metrics      ${metricsUrl}`]),
  ];
  if (demo) lines.push("", ...demoBox(configuration));
  if (setupLink !== null) {
    const goodFor = `works once, for ${duration(lifetimes.setup_link_seconds)}`;
    const invitation = wasStartedBefore
      ? `There is no administrator. Create one (the link takes the place of earlier ones, ${goodFor}):`
      : `Create the administrator (the link ${goodFor}):`;
    lines.push("", invitation, `  ${setupLink}`);
  }
  const client = firstClient ?? (demo ? demoService : null);
  if (client !== null) lines.push("", ...firstToken(issuer, client));
  return `${lines.join("\n")}\n`;
}

const demoService: FirstClient = { clientId: "demo-service", secret: DEMO_SECRETS["demo-service"] };

const firstToken = (issuer: string, { clientId, secret }: FirstClient): string[] => [
  "Get a first token:",
  `  curl -u ${clientId}:${secret} ${issuer}${ENDPOINT_PATHS.token} -d grant_type=client_credentials`,
];

function demoBox({ issuer, listen }: Configuration): string[] {
  const isReachable = listen.some(
    ({ host, unix }) =>
      unix === undefined && !isLoopbackUrl(`http://${host.includes(":") ? `[${host}]` : host}`),
  );
  return box([
    "DEMONSTRATION: passwords and secrets below are known to everyone.",
    ...(isReachable ? ["It listens on more than this machine's own address: others can sign in."] : []),
    "Start without --demo to remove all of it.",
    "",
    `person     ${DEMO_PERSON.username}, password: ${DEMO_PERSON.password}`,
    "public     demo-app (code), demo-device (device)",
    `web site   demo-web:${DEMO_SECRETS["demo-web"]}`,
    `service    demo-service:${DEMO_SECRETS["demo-service"]}`,
    `API        demo-api:${DEMO_SECRETS["demo-api"]} (introspects)`,
    "",
    IS_EXECUTABLE ? "In a second terminal:" : "In a second terminal, in the folder of the program:",
    `  ${PROGRAM} login --browser --issuer ${issuer} --client-id demo-app`,
    `  ${PROGRAM} login --issuer ${issuer} --client-id demo-device`,
  ]);
}

function box(lines: readonly string[]): string[] {
  const width = Math.max(...lines.map((line) => line.length));
  return [
    `┌${"─".repeat(width + 2)}┐`,
    ...lines.map((line) => `│ ${line.padEnd(width)} │`),
    `└${"─".repeat(width + 2)}┘`,
  ];
}
