/** The settings of the registration of clients (RFC 7591). */
import * as v from "valibot";
import { GRANT_TYPES } from "../protocol/grant-types.ts";
import { isShortScheme } from "../protocol/redirect-uri.ts";
import { count, optional, scopeToken, seconds, secretText, table, words } from "./values.ts";

export const registration = v.pipe(
  v.optional(
    table({
      mode: v.pipe(
        v.optional(v.picklist(["open", "token", "off"]), "open"),
        v.description(
          "Who may register clients. open: anyone; token: with an initial access token; off: no one.",
        ),
      ),
      initial_access_tokens: v.pipe(
        v.optional(v.array(secretText), []),
        words({
          secret: true,
          description: "The tokens that allow registration where mode is token.",
        }),
      ),
      scope: optional(v.array(scopeToken), {
        fallback: "all that exist but introspect and those that begin with tessera.",
        description: "The scopes that a registered client may have.",
      }),
      client_credentials_scope: v.pipe(
        v.optional(v.array(scopeToken), []),
        v.description("The scopes that a client which registered itself may get by client_credentials."),
      ),
      grant_types: v.pipe(
        v.optional(v.array(v.picklist(GRANT_TYPES)), [
          "authorization_code",
          "refresh_token",
          "client_credentials",
        ]),
        v.description(
          "The grant types that a client may register itself for. Strangers use the device grant to trick people into letting them in, so it is not among them by default.",
        ),
      ),
      require_pkce: v.pipe(
        v.optional(v.boolean(), true),
        v.description(
          "Off: a client with a secret that registered itself meanwhile may leave PKCE out. Public clients never may.",
        ),
      ),
      private_use_schemes: v.pipe(
        v.optional(
          v.array(
            v.pipe(
              v.string(),
              v.check(isShortScheme, "a private-use scheme in lower case, without the colon"),
            ),
          ),
          [
            "audiobookshelf",
            "claude",
            "cursor",
            "kiro",
            "oc",
            "raycast",
            "trae",
            "vscode",
            "vscode-insiders",
            "vscodium",
            "warp",
            "windsurf",
            "windsurf-next",
            "zed",
          ],
        ),
        v.description(
          "Schemes of redirect URIs that are allowed although they name no domain (RFC 8252 §8.4).",
        ),
      ),
      vouched: v.pipe(
        v.optional(v.boolean(), false),
        v.description(
          "Whether you vouch for every client that registers. Only where strangers cannot register. See: tessera client vouch --help",
        ),
      ),
      unused_seconds: seconds("A registration that is not used for this long is removed.", 30 * 86_400, 60),
      unused_kept: count(
        "How many unused registrations are kept. Beyond that the oldest are removed, after an hour.",
        10_000,
      ),
    }),
    {},
  ),
  v.description("Clients that register themselves (RFC 7591)."),
);
