/** RFC 6749 §3.2 and appendix B: the form body that the endpoints for programs read. */
import type { Context } from "../operations/context.ts";
import { BodyError, FORM_TYPE, type Incoming, readBody } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import { type Parameters, parseParameters } from "../protocol/parameters.ts";

type FormContext = Pick<Context, "configuration">;

/** The parameters of the body. Throws `invalid_request` for parameters in the query, doubles and bad encoding. */
export async function readForm(context: FormContext, incoming: Incoming): Promise<Parameters> {
  // RFC 6749 §3.2: parameters in the query would put secrets into logs.
  if (incoming.query !== "") throw new OAuthError("parameters_in_query");
  const text = await readBodyText(context, incoming, FORM_TYPE);
  return parseParameters(text, context.configuration.limits.parameters_per_request).refuseRepeated();
}

/** The body as text. Throws `content_type_unsupported`, `body_too_large` or `body_incomplete`. */
export async function readBodyText(
  { configuration }: FormContext,
  incoming: Incoming,
  mediaType: string,
): Promise<string> {
  try {
    const body = await readBody(incoming.request, mediaType, configuration.limits.request_body_bytes);
    incoming.body = body;
    return body;
  } catch (error) {
    throw refusalOfBody(error, mediaType);
  }
}

/** The refusal of a body that could not be read; another error as it is. */
export function refusalOfBody(error: unknown, mediaTypes: string): unknown {
  if (!(error instanceof BodyError)) return error;
  switch (error.fault) {
    case "too_large":
      return new OAuthError("body_too_large");
    case "incomplete":
      return new OAuthError("body_incomplete");
    case "wrong_type":
      return new OAuthError("content_type_unsupported", {
        description: `The Content-Type must be ${mediaTypes}.`,
      });
  }
}
