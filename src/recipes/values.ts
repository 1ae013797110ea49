/** The names in braces that texts of recipes have, and their values. */
import { ENDPOINT_PATHS } from "../endpoints/paths.ts";
import type { Issuer } from "../protocol/issuer.ts";
import type { Template } from "./recipe.ts";

export type Values = Readonly<Record<string, string>>;

/** The values of every client: `client_id`, and `client_id:cli` for the client with the suffix `cli`. */
export function clientValues(suffix: string | undefined, clientId: string, secret: string | null): Values {
  const name = suffix === undefined ? "" : `:${suffix}`;
  return {
    [`client_id${name}`]: clientId,
    [`client_secret${name}`]: secret ?? "",
  };
}

/** The values that say where this server is. */
export const issuerValues = ({ identifier, url }: Pick<Issuer, "identifier" | "url">): Values => ({
  issuer: identifier,
  issuer_host: new URL(identifier).host,
  issuer_origin: new URL(identifier).origin,
  discovery: `${identifier}/.well-known/openid-configuration`,
  authorize: url(ENDPOINT_PATHS.authorize),
  token: url(ENDPOINT_PATHS.token),
  userinfo: url(ENDPOINT_PATHS.userinfo),
  jwks: url(ENDPOINT_PATHS.jwks),
  end_session: url(ENDPOINT_PATHS.endSession),
  introspect: url(ENDPOINT_PATHS.introspection),
  introspect_path: url(ENDPOINT_PATHS.introspection).replace(/^https?:\/\//, ""),
});

/** The values that say where the application is; none if its client does not depend on it. */
export const addressValues = (url: string | null): Values =>
  url === null ? {} : { url, host: new URL(url).host, hostname: new URL(url).hostname };

const NAME = /\{([a-z_]+(?::[a-z-]+)?)\}/g;

/** The names in braces of a text. */
export const namesIn = (text: Template): string[] => [...text.matchAll(NAME)].map(([, name = ""]) => name);

/** The text with the values. A name without a value stays as it is: braces also stand in the settings of applications. */
export const fill = (text: Template, values: Values): string =>
  text.replace(NAME, (written, name: string) => values[name] ?? written);
