/** Clients that authenticated, in memory; see caller.ts. */
import type {
  AuthenticatedClient,
  AuthenticatedWith,
  PresentedCredentials,
} from "../clients/authentication.ts";
import { OldestFirst } from "../platform/oldest-first.ts";

/** The most clients to remember. Strangers can register clients, and choose their metadata and credentials. */
const REMEMBERED = 10_000;
const REMEMBERED_CHARACTERS = 4 * 1024 * 1024;
const PRESENTED_CHARACTERS = 512;

interface Remembered extends AuthenticatedWith {
  readonly characters: number;
}

export class CallerMemory {
  readonly #clients = new OldestFirst<Remembered>();
  #characters = 0;

  recall({ text, clientId }: PresentedCredentials, now: number): AuthenticatedClient | null {
    const remembered = text === null ? undefined : this.#clients.get(text);
    if (remembered === undefined) return null;
    const { client, secretExpiresAt } = remembered;
    if (clientId !== undefined && clientId !== client.clientId) return null;
    return secretExpiresAt === null || secretExpiresAt > now ? client : null;
  }

  remember({ text }: Pick<PresentedCredentials, "text">, authenticated: AuthenticatedWith): void {
    // What counts once is no credential that a later request could have.
    if (text === null || text.length > PRESENTED_CHARACTERS) return;
    this.#forget(text);
    const characters = text.length + JSON.stringify(authenticated.client).length;
    this.#clients.set(text, { ...authenticated, characters });
    this.#characters += characters;
    while (this.#clients.size > REMEMBERED || this.#characters > REMEMBERED_CHARACTERS) {
      if (this.#clients.oldestKey === null) return;
      this.#forget(this.#clients.oldestKey);
    }
  }

  forget({ text }: Pick<PresentedCredentials, "text">): void {
    if (text !== null) this.#forget(text);
  }

  #forget(text: string): void {
    this.#characters -= this.#clients.get(text)?.characters ?? 0;
    this.#clients.delete(text);
  }
}
