/**
 * Clients that use their grants concurrently, honestly and dishonestly, on all processes, and a record of each request
 * and answer. One process records, so a counter serves as the clock: it advances at every request and answer.
 */
import type { Recorded } from "./checker.ts";
import type { Cluster } from "./cluster.ts";
import { AnswerLost, type Answer as HttpAnswer, HttpConnection, openConnections } from "./http.ts";
import type { Answer, ModelOptions, Operation } from "./model.ts";
import {
  introspectRequest,
  outcomeOf,
  redeemRequest,
  refreshRequest,
  revokeRequest,
  tokensOf,
} from "./requests.ts";

const CLIENTS = 12;
/** The grants in use at a time: few, so that clients meet. */
const GRANTS_AT_ONCE = 3;
const OPERATIONS_PER_GRANT = 60;
/** Further operations on a grant after its first refusal, which show whether it stays dead. */
const OPERATIONS_AFTER_REFUSAL = 10;
/** How often a client opens a new connection, and how often it leaves without waiting for the answer. */
const NEW_CONNECTION = 0.1;
const LEAVE = 0.04;
/**
 * How often a client redeems a code that another client is redeeming. Most wait, because otherwise no grant would live
 * long.
 */
const IMPATIENT = 0.02;

/** A grant, with the clients' common knowledge of it. */
class SharedGrant {
  readonly records: Recorded[] = [];
  readonly #code: string;
  readonly #texts = new Map<string, string>();
  readonly #names = new Map<string, string>();
  operationsLeft = OPERATIONS_PER_GRANT;
  /** Whether a client has begun to redeem the code. */
  begun = false;

  constructor(code: string) {
    this.#code = code;
  }

  /** Names of this kind, in the order in which the clients learned them. */
  known(kind: "a" | "r"): string[] {
    return [...this.#texts.keys()].filter((name) => name.startsWith(kind));
  }

  requestFor(operation: Operation): string {
    const text = (name: string) => this.#texts.get(name) ?? "";
    switch (operation.kind) {
      case "redeem":
        return redeemRequest(this.#code);
      case "refresh":
        return refreshRequest(text(operation.refreshToken));
      case "introspect":
        return introspectRequest(text(operation.token));
      case "revoke":
        return revokeRequest(text(operation.token));
    }
  }

  /** The answer in the model's terms. Null if the outcome is unknown. */
  read({ kind }: Operation, answer: HttpAnswer | null): Answer | null {
    if (answer === null || answer.status === 503) return null;
    if (kind === "introspect" && answer.status === 200) {
      return JSON.parse(answer.body).active === true ? { kind: "active" } : { kind: "inactive" };
    }
    if (kind === "revoke" && answer.status === 200) return { kind: "done" };
    const tokens = tokensOf(answer);
    if (tokens !== null) {
      const accessToken = this.#nameOf("a", tokens.accessToken);
      return { kind: "issued", accessToken, refreshToken: this.#nameOf("r", tokens.refreshToken) };
    }
    const outcome = outcomeOf(answer);
    if (outcome !== "400 invalid_grant") throw new Error(`${kind} was answered with ${outcome}`);
    this.operationsLeft = Math.min(this.operationsLeft, OPERATIONS_AFTER_REFUSAL);
    return { kind: "refused" };
  }

  #nameOf(kind: "a" | "r", text: string): string {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const name = `${kind}${this.known(kind).length + 1}`;
    this.#names.set(text, name);
    this.#texts.set(name, text);
    return name;
  }
}

/** Runs a grant for each code until each had its operations. Returns the history of each grant. */
export async function recordHistories(
  { ports }: Cluster,
  codes: readonly string[],
  options: ModelOptions,
): Promise<Recorded[][]> {
  const grants = codes.map((code) => new SharedGrant(code));
  const queue = grants.values();
  const open: SharedGrant[] = queue.take(GRANTS_AT_ONCE).toArray();
  let moments = 0;
  const now = () => {
    moments += 1;
    return moments;
  };

  const act = async (client: number, connections: HttpConnection[], grant: SharedGrant) => {
    const operation = chooseOperation(grant, options);
    const request = grant.requestFor(operation);
    const at = Math.floor(Math.random() * connections.length);
    const replace = async () => {
      connections[at]?.close();
      connections[at] = await HttpConnection.open(ports[at] ?? 0);
    };
    if (Math.random() < NEW_CONNECTION) await replace();
    const connection = connections[at];
    if (connection === undefined) throw new Error("no connection");
    const start = now();
    const received =
      Math.random() < LEAVE ? connection.sendAndLeave(request) : await orLost(connection.send(request));
    const answer = grant.read(operation, received);
    const end = answer === null ? Number.POSITIVE_INFINITY : now();
    grant.records.push({ client, operation, answer, start, end });
    if (received === null) await replace();
  };

  const runClient = async (client: number) => {
    const connections = await openConnections(ports, ports.length);
    try {
      for (;;) {
        const at = Math.floor(Math.random() * open.length);
        const grant = open[at];
        if (grant === undefined) return;
        if (grant.begun && grant.known("r").length === 0 && Math.random() > IMPATIENT) {
          await Bun.sleep(1);
          continue;
        }
        grant.begun = true;
        grant.operationsLeft -= 1;
        if (grant.operationsLeft === 0) {
          const { value: next } = queue.next();
          open.splice(at, 1, ...(next === undefined ? [] : [next]));
        }
        await act(client, connections, grant);
      }
    } finally {
      for (const connection of connections) connection.close();
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, client) => runClient(client)));
  return grants.map(({ records }) => records);
}

const orLost = (answer: Promise<HttpAnswer>): Promise<HttpAnswer | null> =>
  answer.catch((error) => {
    if (error instanceof AnswerLost) return null;
    throw error;
  });

function chooseOperation(grant: SharedGrant, { retries }: ModelOptions): Operation {
  const refreshTokens = grant.known("r");
  const accessTokens = grant.known("a");
  const newest = refreshTokens.at(-1);
  if (newest === undefined) return { kind: "redeem" };
  const all = [...accessTokens, ...refreshTokens];
  // Without retries the second of two refreshes ends the grant, so refreshes must be rarer for a grant to live a while.
  const refreshes = retries ? 0.3 : 0.06;
  const roll = Math.random();
  if (roll < refreshes) return { kind: "refresh", refreshToken: newest };
  if (roll < refreshes + 0.02) return { kind: "refresh", refreshToken: anyOf(refreshTokens) };
  if (roll < refreshes + 0.06) return { kind: "revoke", token: anyOf(accessTokens) };
  if (roll < refreshes + 0.07) return { kind: "revoke", token: anyOf(refreshTokens) };
  if (roll < refreshes + 0.075) return { kind: "redeem" };
  // Mostly young tokens, because they change more often.
  return { kind: "introspect", token: Math.random() < 0.7 ? anyOf(all.slice(-4)) : anyOf(all) };
}

const anyOf = (names: readonly string[]): string => names[Math.floor(Math.random() * names.length)] ?? "";
