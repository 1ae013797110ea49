/** RFC 8693 §4.1: the claim that says who acts for the subject of a token, in JWTs and at introspection alike. */
import type { Actor, Exchange } from "../store/tables/tokens.ts";

export interface ActClaim extends Actor {
  /** The actor before this one. It is history, and no API decides by it. */
  readonly act?: ActClaim;
}

/** `{ act }` with the newest actor outside, and empty if the token names none. */
export const actClaim = (exchange: Exchange | null): { readonly act?: ActClaim } => {
  if (exchange === null) return {};
  const act = exchange.actors.reduceRight<ActClaim | null>(
    (earlier, actor) => (earlier === null ? actor : { ...actor, act: earlier }),
    null,
  );
  return act === null ? {} : { act };
};
