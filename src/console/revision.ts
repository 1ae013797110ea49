/** The revision of the row that a form was made of: a change of another one is refused. */
import { OAuthError } from "../protocol/errors.ts";
import type { Parameters } from "../protocol/parameters.ts";

export const revisionOf = (form: Parameters): number => {
  const text = form.required("revision");
  if (!/^[0-9]{1,15}$/.test(text)) throw new OAuthError("parameter_invalid");
  return Number(text);
};
