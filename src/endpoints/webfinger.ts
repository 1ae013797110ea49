/** OpenID Connect Discovery §2 with RFC 7033: for people of the operator's domains, which server signs them in. */
import type { Context } from "../operations/context.ts";
import { type Handler, NO_SNIFFING, type Route } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";

/** RFC 7033 §4: at the root of a host, whatever path the issuer has. */
export const WEBFINGER_PATH = "/.well-known/webfinger";

const ISSUER_RELATION = "http://openid.net/specs/connect/1.0/issuer";

/** The host of an `acct:` URI, of an e-mail address or of a web address; null for everything else. */
function hostOf(resource: string): string | null {
  const account = /^(?:acct|mailto):.*@([^@/?#\s]+)$/i.exec(resource)?.[1];
  if (account !== undefined) return account.toLowerCase();
  if (!/^https?:\/\//i.test(resource) || !URL.canParse(resource)) return null;
  return new URL(resource).host;
}

/** The answer is the same for every name of a domain, so it tells no one who has an account. */
const webfinger =
  ({ configuration, issuer }: Pick<Context, "configuration" | "issuer">): Handler =>
  ({ query }) => {
    const parameters = new URLSearchParams(query);
    const [resource, ...others] = parameters.getAll("resource");
    // RFC 7033 §4.2.
    const host = resource === undefined || others.length > 0 ? null : hostOf(resource);
    if (host === null) {
      throw new OAuthError("parameter_invalid", {
        description: "The parameter 'resource' must name one person: acct:ada@example.org.",
      });
    }
    if (!configuration.webfinger.domains.includes(host)) throw new OAuthError("not_found");
    const wanted = parameters.getAll("rel");
    const links =
      wanted.length === 0 || wanted.includes(ISSUER_RELATION)
        ? [{ rel: ISSUER_RELATION, href: issuer.identifier }]
        : [];
    return new Response(JSON.stringify({ subject: resource, links }), {
      headers: {
        "Content-Type": "application/jrd+json",
        "Cache-Control": "public, max-age=300",
        ...NO_SNIFFING,
      },
    });
  };

/** RFC 7033 §5: scripts of every site may ask. */
export const webfingerRoute = (context: Context): Route => ({
  path: WEBFINGER_PATH,
  audience: "programs",
  cors: "everyone",
  methods: { GET: webfinger(context) },
});
