/** One search for everything that an administrator manages. */
import { parseRecordId, withoutCredentials } from "../../credentials/credential.ts";
import { OAuthError } from "../../protocol/errors.ts";
import type { ClientId, RecordId } from "../../protocol/identifiers.ts";
import { foldName } from "../../protocol/names.ts";
import type { LiveAccessToken } from "../../rules/access-token.ts";
import { type Authority, isAllowed } from "../../rules/role.ts";
import { row } from "../../store/contract.ts";
import { type ClientRecord, clients } from "../../store/tables/clients.ts";
import type { GrantRecord } from "../../store/tables/grants.ts";
import type { AccountRecord } from "../../store/tables/people.ts";
import { type SessionRecord, sessions } from "../../store/tables/sign-in.ts";
import { findGrant } from "../access.ts";
import { everyClient, findClient } from "../clients.ts";
import type { Context } from "../context.ts";
import { type Explanation, explainRequest } from "../refusals.ts";
import { findLiveAccessToken } from "../tokens.ts";
import { requirePermission, requireThat } from "./authority.ts";
import { searchPeople } from "./people.ts";

export interface Found extends FoundClients {
  readonly people: readonly AccountRecord[];
  readonly grants: readonly GrantRecord[];
  readonly sessions: readonly SessionRecord[];
  readonly tokens: readonly LiveAccessToken[];
}

export interface FoundRequest extends Explanation {
  readonly requestId: string;
}

/** How many of each kind a search finds at most. */
const MOST_FOUND = 10;

/** A search reads the names of this many clients at most. The pages and the API say so if there are more. */
export const CLIENTS_READ = 2_000;

interface FoundClients {
  readonly clients: readonly ClientRecord[];
  /** False: there are more clients than the search reads, so one may be missing that has the text in the middle. */
  readonly isWhole: boolean;
}

/** Ids of requests are short, so that people can type them. */
const REQUEST_ID = /^[\w-]{8,40}$/;

const SESSION = { session: row(sessions, { id: "$id" }) };

/**
 * People by their identifier, or by the beginning of a user name or e-mail address; clients as `searchClients` finds them; grants, sessions and access tokens by their ids. What the actor may not read is not found. Throws `parameter_invalid` for the text of
 * a token: it would stand in the logs of every proxy on the way.
 */
export async function search(context: Context, authority: Authority, text: string): Promise<Found> {
  const seesPeople = isAllowed(authority, "people.read");
  const seesClients = isAllowed(authority, "clients.read");
  requireThat(seesPeople || seesClients, "people.read");
  const wanted = text.trim();
  if (withoutCredentials(wanted) !== wanted || /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(wanted))
    throw new OAuthError("parameter_invalid", {
      description: "q: a token does not belong into an address. POST it to /api/tokens/inspect.",
    });
  const id = parseRecordId(wanted);
  const byId = async <Row>(isSeen: boolean, find: (id: RecordId) => Promise<Row | null>): Promise<Row[]> => {
    const found = isSeen && id !== null ? await find(id) : null;
    return found === null ? [] : [found];
  };
  const now = context.clock.seconds();
  return {
    people: seesPeople && wanted !== "" ? await searchPeople(context, authority, wanted, MOST_FOUND) : [],
    ...(seesClients && wanted !== "" ? await findClients(context, wanted) : { clients: [], isWhole: true }),
    grants: await byId(seesPeople, (each) => findGrant(context, each)),
    sessions: await byId(seesPeople, async (each) => {
      const { session } = await context.store.look(SESSION, { id: each });
      return session !== null && session.expiresAt > now ? session : null;
    }),
    tokens: await byId(seesClients, (each) => findLiveAccessToken(context, each, now)),
  };
}

/** Clients with this identifier or one that begins so, or with the text in their identifier or in a name. */
export function searchClients(
  context: Context,
  authority: Authority,
  text: string,
  limit: number,
): Promise<FoundClients> {
  requirePermission(authority, "clients.read");
  return findClients(context, text, limit);
}

/** The request with this id, if something is kept of it and the actor may read it. */
export async function searchRequest(
  context: Context,
  authority: Authority,
  text: string,
): Promise<FoundRequest[]> {
  const requestId = text.trim();
  if (!isAllowed(authority, "server.read") || !REQUEST_ID.test(requestId)) return [];
  const explanation = await explainRequest(context, requestId);
  return explanation === null ? [] : [{ requestId, ...explanation }];
}

/** Any client by its identifier or the beginning of it. By a part of it or of a name only among the oldest `CLIENTS_READ`. */
async function findClients(
  context: Context,
  text: string,
  limit: number = MOST_FOUND,
): Promise<FoundClients> {
  const [exact, following] = await Promise.all([
    findClient(context, text),
    context.store.list(clients, { order: ["clientId"], after: { clientId: text as ClientId }, limit }),
  ]);
  const begun = following.filter(({ clientId }) => clientId.startsWith(text));
  const found = new Map([...(exact === null ? [] : [exact]), ...begun].map((each) => [each.clientId, each]));
  const folded = foldName(text);
  let read = 0;
  for await (const client of everyClient(context)) {
    if (found.size >= limit) break;
    if (read === CLIENTS_READ) return { clients: [...found.values()], isWhole: false };
    read += 1;
    const names = [client.clientName ?? "", ...Object.values(client.localized)];
    const isMeant =
      client.clientId.includes(text) ||
      (folded !== "" && names.some((name) => foldName(name).includes(folded)));
    if (isMeant) found.set(client.clientId, client);
  }
  return { clients: [...found.values()].slice(0, limit), isWhole: true };
}
