/** Token exchange and bound tokens: no exchange gives a bearer token for a token that needs a key. */
import { describe, expect, test } from "bun:test";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import { type ExchangedToken, fitsExchange } from "../../src/rules/token-exchange.ts";
import { proves } from "../support/proves.ts";

describe("a token that is bound to a key", () => {
  const of = (kind: ExchangedToken["kind"], confirmation: string | null) => ({
    kind,
    confirmation,
    clientId: "shop" as ClientId,
  });
  test.each([
    ["a bearer token by its client", "access_token", null, "shop", null, true],
    ["a bearer token by an API", "access_token", null, "api", null, true],
    ["a bearer token, for a bound one", "access_token", null, "api", "jkt:api", true],
    ["by its client with its key", "access_token", "jkt:shop", "shop", "jkt:shop", true],
    ["by its client without a key", "access_token", "jkt:shop", "shop", null, false],
    ["by its client with another key", "access_token", "jkt:shop", "shop", "jkt:thief", false],
    ["by an API without a key", "access_token", "jkt:shop", "api", null, false],
    ["by an API with a key of its own", "access_token", "jkt:shop", "api", "jkt:api", true],
    ["a refresh token with another key of its client", "refresh_token", "jkt:shop", "shop", "jkt:new", true],
    ["a refresh token without a key", "refresh_token", "jkt:shop", "shop", null, false],
  ] as const)(
    proves("is exchanged for no bearer token: %s", "threat 88"),
    (_, kind, confirmation, client, shown, fits) => {
      expect(fitsExchange(of(kind, confirmation), client, shown)).toBe(fits);
    },
  );
});
