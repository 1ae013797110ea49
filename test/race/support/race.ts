/** Many requests at once for one thing after another, and the tokens that are alive afterwards. */
import { type Cluster, PROCESSES } from "./cluster.ts";
import { type Answer, type HttpConnection, openConnections } from "./http.ts";
import { introspectRequest } from "./requests.ts";

/** The attempts at once on one thing. */
export const ATTEMPTS = 64;

/** The races at a time, so that the servers have work while the test checks the answers of one. */
const LANES = 2;

/** Connections to every process in turn: one for each attempt, and some for watching. */
export class Lane {
  readonly #racers: readonly HttpConnection[];
  readonly #watchers: readonly HttpConnection[];
  #sent = 0;

  constructor(racers: readonly HttpConnection[], watchers: readonly HttpConnection[]) {
    this.#racers = racers;
    this.#watchers = watchers;
  }

  /** Sends these requests at one moment, each over its own connection. */
  atOnce(requests: readonly string[]): Promise<Answer>[] {
    return requests.map((request, index) => connectionAt(this.#racers, index).sendUntilServed(request));
  }

  /** Sends one request, each time over another connection. */
  send(request: string): Promise<Answer> {
    this.#sent += 1;
    return connectionAt(this.#racers, this.#sent % this.#racers.length).sendUntilServed(request);
  }

  /** Sends the request to every process, after the simultaneous requests are answered. */
  everywhere(request: string): Promise<Answer[]> {
    // If the processes share a port, the process behind a connection is unknown. So each call uses other connections.
    this.#sent += 1;
    const from = (this.#sent * PROCESSES) % this.#racers.length;
    return Promise.all(
      this.#racers.slice(from, from + PROCESSES).map((racer) => racer.sendUntilServed(request)),
    );
  }

  /** The active ones of the tokens, after the simultaneous requests are answered. Throws if the processes disagree. */
  alive(tokens: readonly string[]): Promise<string[]> {
    return aliveAmong(tokens, this.#racers);
  }

  /** The same, during the race. */
  aliveMeanwhile(tokens: readonly string[]): Promise<string[]> {
    return aliveAmong(tokens, this.#watchers);
  }

  /** Sends the request to every process during the race. */
  everywhereMeanwhile(request: string): Promise<Answer[]> {
    return Promise.all(this.#watchers.map((watcher) => watcher.sendUntilServed(request)));
  }
}

async function aliveAmong(
  tokens: readonly string[],
  connections: readonly HttpConnection[],
): Promise<string[]> {
  const witnesses = new Map<string, number>();
  const queue = tokens.flatMap((token) => Array<string>(PROCESSES).fill(token));
  for (let from = 0; from < queue.length; from += connections.length) {
    // Neighbours lead to different processes.
    const asked = queue.slice(from, from + connections.length).map(async (token, index) => {
      const { status, body } = await connectionAt(connections, index).sendUntilServed(
        introspectRequest(token),
      );
      if (status !== 200) throw new Error(body);
      if (JSON.parse(body).active !== false) witnesses.set(token, (witnesses.get(token) ?? 0) + 1);
    });
    await Promise.all(asked);
  }
  const disputed = [...witnesses.values()].filter((count) => count !== PROCESSES);
  if (disputed.length > 0) throw new Error(`The processes disagree about ${disputed.length} tokens.`);
  return tokens.filter((token) => witnesses.has(token));
}

function connectionAt(connections: readonly HttpConnection[], index: number): HttpConnection {
  const connection = connections[index];
  if (connection === undefined) throw new Error(`There are ${connections.length} connections only.`);
  return connection;
}

/** Calls `race` for each thing, in order, on several lanes in parallel. */
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
  // Waits for all lanes even if one fails, so that no request is under way when the servers stop.
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(LANES, things.length) }, drive));
  for (const lane of lanes) if (lane.status === "rejected") throw lane.reason;
}

/** The same request for every attempt. */
export const everyAttempt = (request: string): string[] => Array(ATTEMPTS).fill(request);

/** The count of each text. */
export function tally(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
}
