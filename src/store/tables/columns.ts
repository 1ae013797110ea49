/** Kinds of columns that tables of several subjects have. */
import type { AuthorizationDetail } from "../../protocol/authorization-details.ts";
import type {
  PictureId,
  RecordId,
  ResourceIndicator,
  Scope,
  SecretDigest,
} from "../../protocol/identifiers.ts";
import { bytes, integer, json, list, orNull, text } from "../declare.ts";

export const id = () => bytes<RecordId>();
export const pictureId = () => bytes<PictureId>();
export const digest = () => bytes<SecretDigest>();
export const scope = () => list<Scope>();
export const resources = () => list<ResourceIndicator>();
/** A value that is JSON already. */
export const asItIs = <Value>() =>
  json<Value>({ encode: (value) => value, decode: (stored) => stored as Value });
/** RFC 9396. Null: none. */
export const authorizationDetails = () => orNull(asItIs<readonly AuthorizationDetail[]>());

/**
 * Why something is disabled. `left_out`: the configuration declared it once, and does not any more. `approval`: a person who made
 * their own account waits until an administrator lets them in. `blocked`: the operator takes no metadata document from there.
 */
export type DisabledBy = "operator" | "left_out" | "approval" | "blocked";

/** How a person proved who they are: OpenID Connect Core §2 calls the columns `auth_time`, `amr` and `acr`. */
export const authentication = {
  authenticatedAt: integer(),
  /** RFC 8176 (`STEPS` in rules/sign-in.ts). */
  authenticationMethods: list(),
  authenticationLevel: text(),
};

/** What a browser or a device is, as `productOf` names it: the person is to recognise it. Null for what is not known. */
export const product = { program: orNull(text()), system: orNull(text()) };
