/** What a request proves to have beside its credentials. operations/proofs.ts says how each binding is proved. */
import type { Confirmation, Proven } from "../protocol/bindings.ts";

export interface Possession {
  /** What the request shows. It may be compared and no more: another request may show the same proof. */
  readonly shown: Confirmation | null;
  /** The algorithm of the signature that shows it; null if no signature does. */
  readonly algorithm: string | null;
  /**
   * Uses up the proof, and gives what tokens may be bound to; null if the request proves nothing. A proof counts once, however often
   * this is called for the same request. It comes right before the commit of an act, so that refused requests write nothing. Throws
   * OAuthError if another request used the proof.
   */
  use(): Proven | null | Promise<Proven | null>;
}

export const NOTHING_PROVEN: Possession = { shown: null, algorithm: null, use: () => null };
