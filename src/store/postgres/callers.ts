/**
 * Clients as this process last read them, so that a request need not read its client first and act in a second round
 * trip. Nothing rests on them: the statement that acts compares what is remembered with the row, byte for byte, and
 * says so if the row is another by now, whoever changed it and how.
 */
import { OldestFirst } from "../../platform/oldest-first.ts";
import { ClientChanged } from "../contract.ts";
import type { ClientRecord } from "../records.ts";
import type { ParametersOf } from "./statements.ts";

/** What is compared: all of a client's row that somebody decides. When it was used is not part of it. */
export interface ClientTexts {
  readonly metadata: string;
  /** JSON. */
  readonly secrets: string;
}

/** How many characters of them are kept. Strangers write some of them, so a number of clients is no bound. */
const KEPT_CHARACTERS = 8 * 1024 * 1024;

export const CALLER = { callerId: "text?", callerMetadata: "text?", callerSecrets: "jsonb?" } as const;

/** Whether there is no caller to confirm, or the client is still as it is remembered. */
export const CALLER_IS_KNOWN = `(:callerId IS NULL OR EXISTS (
  SELECT 1 FROM clients
  WHERE client_id = :callerId AND disabled_at IS NULL AND metadata = :callerMetadata AND secrets = :callerSecrets
))`;

/** A statement that finds one row, and confirms the caller beside it. */
export const confirming = (text: string): string =>
  `SELECT ${CALLER_IS_KNOWN} AS "callerIsKnown", found.*
   FROM (SELECT 1) AS always LEFT JOIN (${text}) AS found ON true`;

/** What such a statement answers. `Key` names a column that is null only if nothing was found. */
export type Confirmed<Row, Key extends keyof Row> = { readonly callerIsKnown: boolean } & (
  | Row
  | { readonly [Name in Key]: null }
);

interface Remembered {
  readonly client: ClientRecord;
  readonly texts: ClientTexts;
}

export class Callers {
  /** The one that was read longest ago comes first. */
  readonly #remembered = new OldestFirst<Remembered>();
  #characters = 0;
  /** Those that were handed out and not confirmed yet. */
  readonly #recalled = new WeakMap<ClientRecord, ClientTexts>();

  remember(client: ClientRecord, texts: ClientTexts): void {
    this.#forget(client.clientId);
    this.#remembered.set(client.clientId, { client, texts });
    this.#characters += sizeOf(texts);
    while (this.#characters > KEPT_CHARACTERS && this.#remembered.oldestKey !== null) {
      this.#forget(this.#remembered.oldestKey);
    }
  }

  /** Null if it is not remembered. Each request gets a record of its own, which is confirmed by itself. */
  recall(clientId: string): ClientRecord | null {
    const remembered = this.#remembered.get(clientId);
    if (remembered === undefined) return null;
    const client = { ...remembered.client };
    this.#recalled.set(client, remembered.texts);
    return client;
  }

  /** What a statement must compare: nothing, if the client was confirmed or has just been read. */
  parameters(caller: ClientRecord | undefined): ParametersOf<typeof CALLER> {
    const texts = caller && this.#recalled.get(caller);
    return {
      callerId: texts === undefined ? null : (caller?.clientId ?? null),
      callerMetadata: texts?.metadata ?? null,
      callerSecrets: texts?.secrets ?? null,
    };
  }

  /** Takes note of what a statement found of a client that was recalled. Throws ClientChanged if it is another by now. */
  settle(caller: ClientRecord | undefined, isKnown: boolean): void {
    if (caller === undefined || !this.#recalled.has(caller)) return;
    if (!isKnown) {
      this.#forget(caller.clientId);
      throw new ClientChanged();
    }
    this.#recalled.delete(caller);
  }

  mustConfirm(caller: ClientRecord): boolean {
    return this.#recalled.has(caller);
  }

  #forget(clientId: string): void {
    const remembered = this.#remembered.get(clientId);
    if (remembered === undefined) return;
    this.#remembered.delete(clientId);
    this.#characters -= sizeOf(remembered.texts);
  }
}

const sizeOf = ({ metadata, secrets }: ClientTexts): number => metadata.length + secrets.length;
