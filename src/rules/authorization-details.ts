/** Who may ask for which authorization details (RFC 9396), and which of them a token has. */
import {
  type AuthorizationDetail,
  canonical,
  detailFault,
  parseAuthorizationDetails,
} from "../protocol/authorization-details.ts";
import type { Catalogue } from "../protocol/catalogue.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { ResourceIndicator } from "../protocol/identifiers.ts";
import { type ClientRecord, describesItself } from "../store/tables/clients.ts";

/** Null: none. */
export type Details = readonly AuthorizationDetail[] | null;

type Types = Pick<Catalogue, "detailType">;
export type DetailingClient = Pick<ClientRecord, "authorizationDetailsTypes" | "source">;

/** §10: a client uses the types that it is registered for. One that describes itself: those open to it. */
const mayUseType = (
  { detailType }: Types,
  { authorizationDetailsTypes, source }: DetailingClient,
  name: string,
) => {
  const type = detailType(name);
  if (type === undefined || !authorizationDetailsTypes.includes(name)) return false;
  return !describesItself(source) || type.selfRegistered;
};

/**
 * §5: the details that a client asks a person for. Each is of a type that exists and that the client may use, and has exactly the fields
 * of the type. Throws `invalid_authorization_details`.
 */
export function requestedDetails(
  catalogue: Types,
  client: DetailingClient,
  text: string | undefined,
): Details {
  if (text === undefined) return null;
  const details = parseAuthorizationDetails(text);
  for (const detail of details) {
    const shown = `'${detail.type.slice(0, 80)}'`;
    const type = catalogue.detailType(detail.type);
    if (type === undefined)
      throw new OAuthError("authorization_details_type_unknown", {
        description: `There is no type ${shown} of authorization details here.`,
      });
    if (!mayUseType(catalogue, client, detail.type))
      throw new OAuthError("authorization_details_type_not_registered", {
        description: `The client is not registered for the type ${shown} of authorization details.`,
      });
    const fault = detailFault(type, detail);
    if (fault !== null)
      throw new OAuthError("authorization_details_malformed", {
        description: `Authorization details of the type ${shown} are not valid: ${fault}.`,
      });
  }
  return details;
}

/** The resources, and the APIs that the details are for. */
export const withTheirs = (
  { detailType }: Types,
  resources: readonly ResourceIndicator[],
  details: Details,
): readonly ResourceIndicator[] =>
  details === null
    ? resources
    : [...new Set([...resources, ...details.flatMap(({ type }) => detailType(type)?.resources ?? [])])];

/** The details that these resources understand. */
export const detailsAt = (
  { detailType }: Types,
  details: Details,
  resources: readonly ResourceIndicator[],
): Details =>
  only(details, ({ type }) => detailType(type)?.resources.some((one) => resources.includes(one)) ?? false);

/** The details without those that the operator has taken from the server or the client since the person agreed. */
export const remainingDetails = (catalogue: Types, client: DetailingClient, details: Details): Details =>
  only(details, (detail) => {
    const type = catalogue.detailType(detail.type);
    return (
      type !== undefined && mayUseType(catalogue, client, detail.type) && detailFault(type, detail) === null
    );
  });

/** §6: a token request may name some of the granted details, each exactly as it was granted. Throws `invalid_authorization_details`. */
export function narrowedDetails(granted: Details, text: string | undefined): Details {
  if (text === undefined) return granted;
  const known = new Set((granted ?? []).map(canonical));
  const named = parseAuthorizationDetails(text);
  if (!named.every((detail) => known.has(canonical(detail))))
    throw new OAuthError("authorization_details_exceed_grant");
  return named;
}

/** Whether a person who allowed these details need not be asked for those: each is the same, and of a type that may be remembered. */
export function coversDetails(allowed: Details, asked: Details): boolean {
  const known = new Set((allowed ?? []).map(canonical));
  return (asked ?? []).every((detail) => known.has(canonical(detail)));
}

/** The details that are remembered with a consent. The others are asked for each time. */
export const rememberedDetails = ({ detailType }: Types, details: Details): Details =>
  only(details, ({ type }) => detailType(type)?.remembered ?? false);

const only = (details: Details, fits: (detail: AuthorizationDetail) => boolean): Details => {
  const left = details?.filter(fits) ?? [];
  return left.length === 0 ? null : left;
};
