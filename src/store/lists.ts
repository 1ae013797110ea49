/**
 * Lists in one column. Neither scope tokens (RFC 6749 §3.3) nor URIs can hold a space, so a space separates them.
 * Values get their brand back here: only checked ones were ever stored.
 */
import type { ResourceIndicator, Scope } from "../protocol/identifiers.ts";

export const encodeList = (values: readonly string[]): string => values.join(" ");

export const decodeScope = (text: string): Scope[] => (text === "" ? [] : (text.split(" ") as Scope[]));

export const decodeResources = (text: string): ResourceIndicator[] =>
  text === "" ? [] : (text.split(" ") as ResourceIndicator[]);
