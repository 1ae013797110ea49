/** One search for everything that an administrator manages. */
import { parseRecordId, withoutCredentials } from "../../credentials/credential.ts";
import { OAuthError } from "../../protocol/errors.ts";
import type { ClientId, RecordId } from "../../protocol/identifiers.ts";
import type { LiveAccessToken } from "../../rules/access-token.ts";
import { type Authority, isAllowed } from "../../rules/role.ts";
import { wordsOfClient } from "../../rules/search-words.ts";
import { row } from "../../store/contract.ts";
import { type ClientRecord, clients, clientWords } from "../../store/tables/clients.ts";
import type { GrantRecord } from "../../store/tables/grants.ts";
import type { AccountRecord } from "../../store/tables/people.ts";
import { type SessionRecord, sessions } from "../../store/tables/sign-in.ts";
import { findGrant } from "../access.ts";
import { findClient } from "../clients.ts";
import type { Context } from "../context.ts";
import { type Explanation, explainRequest } from "../refusals.ts";
import { findLiveAccessToken } from "../tokens.ts";
import { requirePermission, requireThat } from "./authority.ts";
import { searchPeople } from "./people.ts";
import { type FoundRows, findByWords, firstRows, mergeFound } from "./word-search.ts";

/** What a search needs. */
type Searching = Pick<Context, "store" | "clock">;

export interface Found {
  readonly people: FoundRows<AccountRecord>;
  readonly clients: FoundRows<ClientRecord>;
  readonly grants: readonly GrantRecord[];
  readonly sessions: readonly SessionRecord[];
  readonly tokens: readonly LiveAccessToken[];
}

export interface FoundRequest extends Explanation {
  readonly requestId: string;
}

/** How many of each kind a search finds at most. */
const MOST_FOUND = 10;

/** Ids of requests are short, so that people can type them. */
const REQUEST_ID = /^[\w-]{8,40}$/;

const NONE = { rows: [], isWhole: true };

const SESSION = { session: row(sessions, { id: "$id" }) };

/**
 * People as `searchPeople` and clients as `searchClients` finds them; grants, sessions and access tokens by their ids. What the actor may
 * not read is not found. Throws `parameter_invalid` for the text of a token: it would stand in the logs of every proxy on the way.
 */
export async function search(context: Searching, authority: Authority, text: string): Promise<Found> {
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
    people: seesPeople && wanted !== "" ? await searchPeople(context, authority, wanted, MOST_FOUND) : NONE,
    clients: seesClients && wanted !== "" ? await findClients(context, wanted) : NONE,
    grants: await byId(seesPeople, (each) => findGrant(context, each)),
    sessions: await byId(seesPeople, async (each) => {
      const { session } = await context.store.look(SESSION, { id: each });
      return session !== null && session.expiresAt > now ? session : null;
    }),
    tokens: await byId(seesClients, (each) => findLiveAccessToken(context, each, now)),
  };
}

/**
 * Clients with this identifier or one that begins so, and those of which words of the names or of the identifier begin with the words of
 * the text, without regard to case and accents.
 */
export function searchClients(
  context: Searching,
  authority: Authority,
  text: string,
  limit: number,
): Promise<FoundRows<ClientRecord>> {
  requirePermission(authority, "clients.read");
  return findClients(context, text, limit);
}

/** The request with this id, if something is kept of it and the actor may read it. */
export async function searchRequest(
  context: Searching,
  authority: Authority,
  text: string,
): Promise<FoundRequest[]> {
  const requestId = text.trim();
  if (!isAllowed(authority, "server.read") || !REQUEST_ID.test(requestId)) return [];
  const explanation = await explainRequest(context, requestId);
  return explanation === null ? [] : [{ requestId, ...explanation }];
}

/** Any client by its identifier, the beginning of it, or the beginnings of words of its names and of its identifier. */
async function findClients(
  context: Searching,
  text: string,
  limit: number = MOST_FOUND,
): Promise<FoundRows<ClientRecord>> {
  const { store } = context;
  const [exact, following, named] = await Promise.all([
    findClient(context, text),
    store.list(clients, {
      order: ["clientId"],
      after: { clientId: text as ClientId },
      limit: limit + 1,
    }),
    findByWords(
      {
        after: async ({ word, id }, most) =>
          (await store.list(clientWords, { after: { word, clientId: id as ClientId }, limit: most })).map(
            (entry) => ({ word: entry.word, id: entry.clientId }),
          ),
        load: (id) => findClient(context, id),
        words: wordsOfClient,
      },
      text,
      limit,
    ),
  ]);
  const begun = following.filter(({ clientId }) => clientId.startsWith(text));
  return mergeFound(
    [firstRows([...(exact === null ? [] : [exact]), ...begun], limit), named],
    ({ clientId }) => clientId,
    limit,
  );
}
