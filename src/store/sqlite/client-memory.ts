/**
 * Clients that were read, for as long as no row of clients has changed. Each transaction looks once whether one
 * has, in the snapshot that all its reads share, so what is remembered is what the transaction would read.
 *
 * A request may also begin with a client that is remembered, and have it confirmed by the transaction that acts: then it
 * needs one transaction, not two.
 */
import type { ClientId } from "../../protocol/identifiers.ts";
import { ClientChanged } from "../contract.ts";
import type { ClientRecord } from "../records.ts";
import type { Connection } from "./driver.ts";

/** A client as it was read. */
export interface ReadClient {
  readonly client: ClientRecord;
  readonly number: number;
  /** How long its texts are. */
  readonly characters: number;
}

/** How many characters of metadata are kept. Strangers write some of them, so a number of clients is no bound. */
const KEPT_CHARACTERS = 4 * 1024 * 1024;

export class ClientMemory {
  readonly #revision: () => number;
  #current = -1;
  #mustLook = true;
  readonly #byId = new Map<string, ClientRecord>();
  /** The identifiers of clients that are enabled. */
  readonly #enabled = new Map<number, ClientId>();
  #characters = 0;
  /** Copies that were handed out and not confirmed yet, with what they are copies of. */
  readonly #recalled = new WeakMap<ClientRecord, ClientRecord>();

  constructor(connection: Connection) {
    const revision = connection.query<{ revision: number }, []>("SELECT revision FROM client_revision");
    this.#revision = () => revision.get()?.revision ?? -1;
  }

  /** A new transaction begins, or a command that follows others in one: what was true may not be any more. */
  begin(): void {
    this.#mustLook = true;
  }

  /** Null if it is not remembered. Each request gets a record of its own, which is confirmed by itself. */
  recall(clientId: string): ClientRecord | null {
    const client = this.#byId.get(clientId);
    if (client === undefined) return null;
    const copy = { ...client };
    this.#recalled.set(copy, client);
    return copy;
  }

  mustConfirm(caller: ClientRecord): boolean {
    return this.#recalled.has(caller);
  }

  /** Within a transaction. Throws ClientChanged if the client was recalled and may be another by now. */
  confirm(caller: ClientRecord | undefined): void {
    const client = caller && this.#recalled.get(caller);
    if (caller === undefined || client === undefined) return;
    this.#look();
    if (this.#byId.get(caller.clientId) !== client) throw new ClientChanged();
    this.#recalled.delete(caller);
  }

  find(clientId: string): ClientRecord | undefined {
    this.#look();
    return this.#byId.get(clientId);
  }

  findEnabledByNumber(number: number): ClientId | undefined {
    this.#look();
    return this.#enabled.get(number);
  }

  remember({ client, number, characters }: ReadClient): void {
    this.#makeRoom(characters);
    this.#byId.set(client.clientId, client);
    if (client.disabledAt === null) this.#enabled.set(number, client.clientId);
  }

  rememberEnabled(number: number, clientId: ClientId): void {
    this.#makeRoom(clientId.length);
    this.#enabled.set(number, clientId);
  }

  #makeRoom(characters: number): void {
    if (this.#characters + characters > KEPT_CHARACTERS) this.#clear();
    this.#characters += characters;
  }

  #look(): void {
    if (!this.#mustLook) return;
    this.#mustLook = false;
    const revision = this.#revision();
    if (revision === this.#current) return;
    this.#clear();
    this.#current = revision;
  }

  #clear(): void {
    this.#byId.clear();
    this.#enabled.clear();
    this.#characters = 0;
  }
}
