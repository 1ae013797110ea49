/** RFC 7591: dynamic client registration: open, with an initial access token, or off. */
import { timingSafeEqual } from "node:crypto";
import { registrationPolicy } from "../clients/clients.ts";
import type { ClientMetadata } from "../clients/metadata.ts";
import { checkClientMetadata, describeClient } from "../clients/metadata.ts";
import { secretDigest } from "../clients/secret-reference.ts";
import { digestSecret } from "../credentials/credential.ts";
import { addClient, requireRegistrationRoom } from "../operations/clients.ts";
import type { Context } from "../operations/context.ts";
import { requireSector } from "../operations/sector.ts";
import { type Handler, type Incoming, json } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import { isScope, isSubset } from "../protocol/scope.ts";
import { actOfStranger } from "../rules/events.ts";
import { hasBearerScheme, readBearerToken } from "./bearer.ts";
import { readBodyText } from "./form.ts";

export function registration(context: Context): Handler {
  const { configuration, catalogue, limits } = context;
  const policy = registrationPolicy(configuration, catalogue);
  const initialAccessTokens = configuration.registration.initial_access_tokens.map((token) =>
    secretDigest(token),
  );

  const countAttempt = (address: string): void => {
    const retryAfterSeconds = limits.registrationPerAddress.attempt(address);
    if (retryAfterSeconds > 0) throw new OAuthError("too_many_requests", { retryAfterSeconds });
  };

  /** Whether the request has a valid initial access token. Throws if the token is needed and missing, or is wrong. */
  const checkInitialAccessToken = (incoming: Incoming): boolean => {
    const { mode } = configuration.registration;
    if (mode === "off") throw new OAuthError("registration_off");
    if (!hasBearerScheme(incoming.request)) {
      if (mode === "open") return false;
      throw new OAuthError("registration_token_missing", { challenge: "Bearer" });
    }
    const presented = digestSecret(readBearerToken(incoming, null));
    const known = initialAccessTokens.filter((digest) => timingSafeEqual(digest, presented)).length > 0;
    // A wrong token is an error in open mode too: an invalid credential is never ignored.
    if (!known) {
      countAttempt(incoming.address);
      throw new OAuthError("registration_token_wrong", { challenge: "Bearer" });
    }
    return true;
  };

  /**
   * No person agrees to a self-registered client's acts for itself, so by default it may do none. Without a scope it does not
   * get the grant type: its tokens would only fill the database. RFC 7591 §3.2.1: the answer says what was registered.
   */
  const limitSelfService = (metadata: ClientMetadata): ClientMetadata => {
    if (!metadata.grantTypes.includes("client_credentials")) return metadata;
    const allowed = configuration.registration.client_credentials_scope.filter(isScope);
    const keep = (scope: ClientMetadata["scope"]) => scope.filter((name) => isSubset([name], allowed));
    const scope = keep(metadata.scope);
    if (scope.length > 0) return { ...metadata, scope, defaultScope: keep(metadata.defaultScope) };
    const grantTypes = metadata.grantTypes.filter((grantType) => grantType !== "client_credentials");
    if (grantTypes.length === 0) {
      throw new OAuthError("client_metadata_refused", {
        description:
          "There is no scope for 'client_credentials' that is open to clients that register themselves.",
      });
    }
    return { ...metadata, grantTypes };
  };

  return async (incoming) => {
    const trusted = checkInitialAccessToken(incoming);
    if (!trusted) countAttempt(incoming.address);
    const text = await readMetadata(context, incoming);
    const checked = checkClientMetadata(parseJson(text), policy);
    const metadata = trusted ? checked : limitSelfService(checked);
    if (!trusted) await requireRegistrationRoom(context);
    await requireSector(context, metadata);
    const added = await addClient(context, actOfStranger(incoming), {
      source: "registration",
      metadata,
      initialAccess: trusted,
    });
    if (added === null) throw new OAuthError("unavailable", { retryAfterSeconds: 1 });
    const { client, secret } = added;
    // RFC 7591 §3.2.1: all registered metadata; with a secret, when it expires (0: never).
    return json(
      {
        ...describeClient(client),
        ...(secret === null ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
      },
      201,
    );
  };
}

/** The most bytes of client metadata. Strangers register, and the database keeps what they send. */
const METADATA_BYTES = 8192;

/** Throws `client_metadata_too_large` (413), or as `readBodyText`. */
async function readMetadata(context: Context, incoming: Incoming): Promise<string> {
  const text = await readBodyText(context, incoming, "application/json");
  if (Buffer.byteLength(text) > METADATA_BYTES) throw new OAuthError("client_metadata_too_large");
  return text;
}

/** Not every database can keep U+0000, and no metadata needs it. */
function refuseNull(name: string, value: unknown): unknown {
  if (name.includes("\0") || (typeof value === "string" && value.includes("\0"))) throw new Error("U+0000");
  return value;
}

function parseJson(text: string): unknown {
  if (text.includes("\uFFFD")) throw new OAuthError("body_malformed");
  try {
    return JSON.parse(text, refuseNull);
  } catch {
    throw new OAuthError("body_malformed", { description: "The body is not valid JSON." });
  }
}
