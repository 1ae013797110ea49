/** The rules by which clients may exchange tokens (RFC 8693). Without a rule no client exchanges anything. */
import * as v from "valibot";
import { identifier, optional, scopeToken, someText, table } from "./values.ts";

export const exchangeRule = table({
  client: v.pipe(
    identifier,
    v.description("The client that exchanges tokens: usually an API that calls another one for its caller."),
  ),
  from_clients: optional(v.pipe(v.array(identifier), v.minLength(1)), {
    fallback: "any client whose token is meant for an API of `client`, and `client` itself",
    description:
      "The clients whose tokens it may exchange. Their ID tokens count too; of other clients they do not.",
  }),
  from_resources: optional(v.pipe(v.array(someText), v.minLength(1)), {
    fallback: "the APIs that name `client` in resources.introspection_clients",
    description: "The APIs whose access tokens it may exchange.",
  }),
  resources: v.pipe(
    v.array(someText),
    v.minLength(1),
    v.description("The APIs that the new token may be for, each declared in [[resources]]."),
  ),
  scopes: optional(v.pipe(v.array(scopeToken), v.minLength(1)), {
    fallback: "all of the token that comes in",
    description: "The scopes that the new token may have. It never has one that the other token lacks.",
  }),
  act: v.pipe(
    v.optional(v.picklist(["delegation", "impersonation"]), "delegation"),
    v.description(
      "delegation: the new token says in `act` who acts; impersonation: it does not, and APIs see the person alone.",
    ),
  ),
});

export type ExchangeRuleDeclaration = v.InferOutput<typeof exchangeRule>;
