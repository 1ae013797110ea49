/** Many requests at once, for one thing after another, and what is alive afterwards. */
import { type Cluster, PROCESSES } from "./cluster.ts";
import { type Answer, type HttpConnection, openConnections } from "./http.ts";
import { introspectRequest } from "./requests.ts";

/** How many try at once for one thing. */
export const ATTEMPTS = 64;

/** How many things are raced for at a time, so that the servers have work while the answers of one are looked at. */
const LANES = 2;

/** Connections to every process in turn: one for each attempt, and some to look on with. */
export class Lane {
  readonly #racers: readonly HttpConnection[];
  readonly #watchers: readonly HttpConnection[];
  #sent = 0;

  constructor(racers: readonly HttpConnection[], watchers: readonly HttpConnection[]) {
    this.#racers = racers;
    this.#watchers = watchers;
  }

  /** Sends these requests in one moment, each over a connection of its own. */
  atOnce(requests: readonly string[]): Promise<Answer>[] {
    return requests.map((request, index) => connectionAt(this.#racers, index).send(request));
  }

  /** Sends one request, over another connection each time. */
  send(request: string): Promise<Answer> {
    this.#sent += 1;
    return connectionAt(this.#racers, this.#sent % this.#racers.length).send(request);
  }

  /** The same request to every process, once what was sent at once is answered. */
  everywhere(request: string): Promise<Answer[]> {
    return Promise.all(this.atOnce(Array(PROCESSES).fill(request)));
  }

  /** Which of the tokens are active in the eyes of any process, once what was sent at once is answered. */
  alive(tokens: readonly string[]): Promise<string[]> {
    return aliveAmong(tokens, this.#racers);
  }

  /** The same, while the others are racing. */
  aliveMeanwhile(tokens: readonly string[]): Promise<string[]> {
    return aliveAmong(tokens, this.#watchers);
  }

  /** The same request to every process, while the others are racing. */
  everywhereMeanwhile(request: string): Promise<Answer[]> {
    return Promise.all(this.#watchers.map((watcher) => watcher.send(request)));
  }
}

async function aliveAmong(
  tokens: readonly string[],
  connections: readonly HttpConnection[],
): Promise<string[]> {
  const alive = new Set<string>();
  const queue = tokens.flatMap((token) => Array<string>(PROCESSES).fill(token));
  for (let from = 0; from < queue.length; from += connections.length) {
    // Neighbours lead to different processes.
    const asked = queue.slice(from, from + connections.length).map(async (token, index) => {
      const { status, body } = await connectionAt(connections, index).send(introspectRequest(token));
      if (status !== 200) throw new Error(body);
      if (JSON.parse(body).active !== false) alive.add(token);
    });
    await Promise.all(asked);
  }
  return [...alive];
}

function connectionAt(connections: readonly HttpConnection[], index: number): HttpConnection {
  const connection = connections[index];
  if (connection === undefined) throw new Error(`There are ${connections.length} connections only.`);
  return connection;
}

/** Does something for each, in order, on several lanes side by side. */
export async function raceForEach<Thing>(
  { ports }: Cluster,
  things: readonly Thing[],
  race: (thing: Thing, lane: Lane) => Promise<void>,
): Promise<void> {
  const queue = things.values();
  let failed = false;
  const drive = async () => {
    const connections = await openConnections(ports, ATTEMPTS + PROCESSES);
    try {
      const lane = new Lane(connections.slice(0, ATTEMPTS), connections.slice(ATTEMPTS));
      for (const thing of queue) if (!failed) await race(thing, lane);
    } catch (error) {
      failed = true;
      throw error;
    } finally {
      for (const connection of connections) connection.close();
    }
  };
  // All come to an end, also if one fails, so that no request is under way when the servers are stopped.
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(LANES, things.length) }, drive));
  for (const lane of lanes) if (lane.status === "rejected") throw lane.reason;
}

/** The same request as often as there are attempts. */
export const everyAttempt = (request: string): string[] => Array(ATTEMPTS).fill(request);

/** How often each text is there. */
export function tally(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
}
