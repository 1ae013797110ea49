/** The applications that a person may open, as tiles. */
import { launchAddress } from "../../clients/launch.ts";
import { everyClient, findClient } from "../../operations/clients.ts";
import type { Context } from "../../operations/context.ts";
import type { SignedIn } from "../../operations/sessions.ts";
import { isEnabled, isVouchedFor } from "../../rules/client.ts";
import { mayUse } from "../../rules/client-access.ts";
import { type ClientRecord, describesItself } from "../../store/tables/clients.ts";
import { clientLogo } from "../assets.ts";
import { clientName, webHost, webLink } from "../display.ts";
import type { Texts } from "../texts.ts";
import type { AppTile } from "../views/account-apps.tsx";

/** How many tiles the overview has. */
export const TILES = 12;
/** How many clients of one source are read at most. */
const READ_AT_MOST = 1000;

/** The sources of the operator. Strangers may register many clients, so those are not read through. */
const SOURCES = ["configuration", "operator", "demo"] as const;

/**
 * All tiles of a person, by name: the clients of the operator that the person may use, and of those that registered themselves
 * the ones for which the operator vouches and to which the person has given access (`used`).
 */
export async function listApps(
  context: Context,
  { language }: Pick<Texts, "language">,
  { account }: SignedIn,
  used: readonly string[],
): Promise<AppTile[]> {
  const { issuer } = context;
  const tiles: AppTile[] = [];
  for await (const client of candidates(context, used)) {
    if (!isShown(context, client) || !mayUse(client, account)) continue;
    const href = webLink(launchAddress(client, issuer));
    if (href === null) continue;
    tiles.push({
      name: clientName(client, { language }),
      logo: clientLogo(context, client),
      href,
      host: webHost(href),
    });
  }
  return tiles.sort((one, other) => one.name.localeCompare(other.name, language));
}

async function* candidates(context: Context, used: readonly string[]): AsyncGenerator<ClientRecord> {
  for (const source of SOURCES) {
    let read = 0;
    for await (const client of everyClient(context, source)) {
      if (read === READ_AT_MOST) break;
      read += 1;
      yield client;
    }
  }
  for (const clientId of used) {
    const client = await findClient(context, clientId);
    if (client !== null && describesItself(client.source)) yield client;
  }
}

const isShown = ({ configuration: { registration } }: Context, client: ClientRecord): boolean =>
  isEnabled(client) &&
  client.grantTypes.includes("authorization_code") &&
  client.clientName !== null &&
  isVouchedFor(client, registration);
