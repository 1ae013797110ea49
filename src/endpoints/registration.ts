/** RFC 7591: dynamic client registration: open, with an initial access token, or off. */
import { timingSafeEqual } from "node:crypto";
import { isPublic } from "../clients/authentication-methods.ts";
import { registrationPolicy } from "../clients/clients.ts";
import { checkClientMetadata } from "../clients/metadata.ts";
import { secretDigest } from "../clients/secret-reference.ts";
import { withinSelfService } from "../clients/self-service.ts";
import { digestSecret } from "../credentials/credential.ts";
import { addClient, requireRegistrationRoom } from "../operations/clients.ts";
import type { Context } from "../operations/context.ts";
import { requireSector } from "../operations/sector.ts";
import type { Handler, Incoming } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import { actOfStranger } from "../rules/events.ts";
import { hasBearerScheme, readBearerToken } from "./bearer.ts";
import { readMetadata, registrationAnswer } from "./registration-body.ts";

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
    const presented = digestSecret(readBearerToken(incoming));
    const known = initialAccessTokens.filter((digest) => timingSafeEqual(digest, presented)).length > 0;
    // A wrong token is an error in open mode too: an invalid credential is never ignored.
    if (!known) {
      countAttempt(incoming.address);
      throw new OAuthError("registration_token_wrong", { challenge: "Bearer" });
    }
    return true;
  };

  return async (incoming) => {
    const trusted = checkInitialAccessToken(incoming);
    if (!trusted) countAttempt(incoming.address);
    const checked = checkClientMetadata(await readMetadata(context, incoming), policy);
    const metadata = trusted ? checked : withinSelfService(checked, configuration.registration);
    if (!trusted) await requireRegistrationRoom(context);
    await requireSector(context, metadata);
    const added = await addClient(context, actOfStranger(incoming), {
      source: "registration",
      metadata,
      requirePkce: isPublic(metadata) || configuration.registration.require_pkce,
      initialAccess: trusted,
    });
    if (added === null) throw new OAuthError("unavailable", { retryAfterSeconds: 1 });
    return registrationAnswer(context, added, 201);
  };
}
