/**
 * What a person typed into a form of the console, kept over the sign-in that the act needs: it travels in the address to which the
 * sign-in leads back, encrypted, for this person and this page alone. It does nothing by itself: it fills the form in again.
 */
import type { Context } from "../operations/context.ts";
import { FORM_TOKEN } from "../pages/forms.ts";
import { type Parameters, parseParameters } from "../protocol/parameters.ts";

/** The parameter with it. */
export const TYPED = "typed";

/** Longer forms are typed again: an address has room for so many characters everywhere. */
const MOST_CHARACTERS = 3000;

/** What is never kept: a secret does not belong into an address, however it is sealed. */
const SECRET = /password|secret|token/i;

type Sealing = Pick<Context, "keys" | "clock" | "configuration">;

const aboutOf = (subject: string, path: string): string => `${subject} ${path}`;

/** The form without its secrets; null if it is too long. `path`: of the page, without a query. */
export function sealTyped(
  { keys, clock, configuration }: Sealing,
  subject: string,
  path: string,
  form: Parameters,
): string | null {
  const secrets = [...form.entries()].map(([name]) => name).filter((name) => SECRET.test(name));
  const until = clock.seconds() + configuration.lifetimes.form_seconds;
  const text = JSON.stringify({ until, query: form.toQuery([FORM_TOKEN, ...secrets]) });
  const sealed = keys.seal("typed in a form", aboutOf(subject, path), Buffer.from(text));
  const encoded = Buffer.from(sealed).toString("base64url");
  return encoded.length > MOST_CHARACTERS ? null : encoded;
}

/** The form as it was filled in; null if there is none, or if it is of another person or page, or too old. */
export function readTyped(
  { keys, clock, configuration }: Sealing,
  subject: string,
  path: string,
  encoded: string | null,
): Parameters | null {
  if (encoded === null || encoded.length > MOST_CHARACTERS) return null;
  try {
    const sealed = new Uint8Array(Buffer.from(encoded, "base64url"));
    const text = Buffer.from(keys.unseal("typed in a form", aboutOf(subject, path), sealed)).toString();
    const { until, query } = JSON.parse(text) as { until: number; query: string };
    return until > clock.seconds()
      ? parseParameters(query, configuration.limits.parameters_per_request)
      : null;
  } catch {
    return null;
  }
}
