/** RFC 6749 §3.1, §3.2 and appendix B: request parameters, decoded once and strictly. */
import { OAuthError } from "./errors.ts";

/** RFC 8707 §2, RFC 8693 §2.1: the only parameters that may be repeated. */
const REPEATABLE: ReadonlySet<string> = new Set(["audience", "resource"]);

/** Decoded parameters. Empty ones are not there: RFC 6749 §3.1 treats them as omitted. */
export class Parameters {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  /** The value of a parameter that was sent once; undefined if it was omitted or repeated. */
  get(name: string): string | undefined {
    const values = this.#values.get(name);
    return values?.length === 1 ? values[0] : undefined;
  }

  /** All values, for the parameters that may be repeated. */
  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** Throws `parameter_missing` if it was omitted. */
  required(name: string): string {
    const value = this.get(name);
    if (value === undefined) {
      throw new OAuthError("parameter_missing", { description: `The parameter '${name}' is missing.` });
    }
    return value;
  }

  isRepeated(name: string): boolean {
    return !REPEATABLE.has(name) && this.all(name).length > 1;
  }

  /** RFC 6749 §3.1: parameters must not be included more than once. */
  refuseRepeated(): this {
    for (const name of this.#values.keys()) {
      if (this.isRepeated(name)) {
        throw new OAuthError("parameter_repeated", {
          description: `The parameter '${name}' appears more than once.`,
        });
      }
    }
    return this;
  }

  /** Every name and value, in the order in which the names first came. */
  *entries(): Generator<[string, string]> {
    for (const [name, values] of this.#values) for (const value of values) yield [name, value];
  }

  /** As a query string, without the names in `except`. */
  toQuery(except: readonly string[] = []): string {
    const query = new URLSearchParams();
    for (const [name, value] of this.entries()) if (!except.includes(name)) query.append(name, value);
    return query.toString();
  }
}

/** Parameters of pairs of name and value, in their order. */
export function parametersFrom(pairs: Iterable<readonly [string, string]>): Parameters {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const earlier = values.get(name);
    if (earlier) earlier.push(value);
    else values.set(name, [value]);
  }
  return new Parameters(values);
}

/**
 * Decodes `application/x-www-form-urlencoded` text.
 * Throws `parameters_malformed` for bad percent-encoding, U+0000 or bytes that are no UTF-8, `too_many_parameters` past the limit.
 * Repeated parameters are kept, so that the authorization endpoint can tell where its error may go.
 */
export function parseParameters(text: string, limit: number): Parameters {
  const values = new Map<string, string[]>();
  if (text === "") return new Parameters(values);
  const pairs = text.split("&");
  if (pairs.length > limit) throw new OAuthError("too_many_parameters");
  for (const pair of pairs) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decodeFormComponent(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? "" : decodeFormComponent(pair.slice(equals + 1));
    if (value === "") continue;
    const earlier = values.get(name);
    if (earlier) earlier.push(value);
    else values.set(name, [value]);
  }
  return new Parameters(values);
}

/** Decodes one name or value. Strict: throws `parameters_malformed` instead of guessing. */
export function decodeFormComponent(text: string): string {
  // U+FFFD replaces bytes of the body that are not UTF-8. Clients do not send it unencoded on purpose.
  if (text.includes("\uFFFD")) throw new OAuthError("parameters_malformed");
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  const decoded = spaced.includes("%") ? decodePercent(spaced) : spaced;
  // Not every database can store U+0000, and no parameter needs it.
  if (decoded.includes("\0")) throw new OAuthError("parameters_malformed");
  return decoded;
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new OAuthError("parameters_malformed");
  }
}
