/**
 * Clients that were read, for as long as no row of clients has changed. Each read transaction looks once whether one
 * has, in the snapshot that all its reads share, so what is remembered is what the transaction would read.
 */
import type { ClientId } from "../../protocol/identifiers.ts";
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

  constructor(connection: Connection) {
    const revision = connection.query<{ revision: number }, []>("SELECT revision FROM client_revision");
    this.#revision = () => revision.get()?.revision ?? -1;
  }

  /** A new transaction begins: what was true in the last one may not be in this. */
  begin(): void {
    this.#mustLook = true;
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
