/**
 * Whom this server believes, and who believes this server: issuers whose tokens authenticate workloads or stand for people, and
 * authorization servers for which it issues assertions (ID-JAG).
 */
import * as v from "valibot";
import { DAY_SECONDS } from "../platform/clock.ts";
import { ASSERTION_PROFILES } from "../protocol/assertions.ts";
import { AUTHENTICATION_LEVELS } from "../protocol/authentication-level.ts";
import { foreignIssuerFault } from "../protocol/foreign-issuer.ts";
import { VERIFYING_NAMES } from "../protocol/signing-algorithms.ts";
import {
  domainName,
  groupName,
  identifier,
  optional,
  scopeToken,
  seconds,
  someText,
  table,
  text,
  words,
} from "./values.ts";

const foreignIssuer = v.pipe(
  text(500),
  v.check(
    (value) => foreignIssuerFault(value) === null,
    "an https:// URL without query and fragment, or spiffe:// and a trust domain",
  ),
);

/** How the tokens of an issuer stand for people. Nothing here has a default that lets anyone in. */
const people = table({
  by: v.pipe(
    v.picklist(["email", "username", "link"]),
    v.description(
      "How a token names a person of this server. email: by an address that both sides have verified. username: by the same user name. link: only those in `links`.",
    ),
  ),
  claim: optional(text(100), {
    fallback: "email, or preferred_username",
    description: "The claim that has the address or the user name. With by = 'link' it is always sub.",
  }),
  email_domains: v.pipe(
    v.optional(v.array(domainName), []),
    words({
      allowed: "domains in lower case, such as acme.example",
      description: "With by = 'email': the domains whose addresses this issuer may speak for. Needed then.",
    }),
  ),
  assume_email_verified: v.pipe(
    v.optional(v.boolean(), false),
    v.description(
      "Whether addresses count that a token does not call verified. Only for an issuer that gives out its addresses itself.",
    ),
  ),
  links: v.pipe(
    v.optional(v.record(v.string(), identifier), {}),
    words({
      allowed: 'a table of subjects: { "00u1a2b3" = "alice" }',
      fallback: "none",
      description: "With by = 'link': which subject of that issuer is which user name here.",
    }),
  ),
  clients: v.pipe(
    v.array(identifier),
    v.minLength(1),
    v.description("Identifiers of the clients that may come with such tokens."),
  ),
  scope: v.pipe(
    v.array(scopeToken),
    v.minLength(1),
    v.description("The most that such a token gives: scopes of [[scopes]]."),
  ),
  resources: optional(v.array(someText), {
    fallback: "those that use the scopes",
    description: "The APIs for which such a token may be used: identifiers of [[resources]].",
  }),
  profiles: v.pipe(
    v.optional(v.pipe(v.array(v.picklist(ASSERTION_PROFILES)), v.minLength(1)), ["id-jag"]),
    v.description(
      "The kinds of tokens. id-jag: those that were made for one client and this server (ID-JAG). jwt: every JWT for this server (RFC 7523 section 2.1).",
    ),
  ),
  token_endpoint_audience: v.pipe(
    v.optional(v.boolean(), false),
    v.description("Whether a token of the kind jwt may name the token endpoint in place of this issuer."),
  ),
  single_use: v.pipe(
    v.optional(v.boolean(), true),
    v.description("Whether each of its tokens counts once, by its jti."),
  ),
  maximum_lifetime_seconds: seconds("The longest lifetime of such a token.", 3600, 1, DAY_SECONDS),
  sign_in_level: v.pipe(
    v.optional(v.picklist(AUTHENTICATION_LEVELS), "1"),
    v.description("What a sign-in there counts for here. 2: as one with a second factor."),
  ),
});

export const trustedIssuer = table({
  issuer: v.pipe(
    foreignIssuer,
    words({
      allowed: "an https:// URL without query and fragment, or spiffe:// and a trust domain",
      description: "Who it is: `iss` of its tokens, compared byte for byte.",
    }),
  ),
  jwks_uri: optional(text(1000), {
    fallback: "as its discovery document says, below `issuer`",
    description: "Where its public keys are.",
  }),
  jwks_file: optional(someText, {
    description: "A JSON file with its public keys (a JWK set), instead of an address.",
  }),
  audience: optional(v.pipe(v.array(text(500)), v.minLength(1)), {
    fallback: "this server's issuer",
    description: "What `aud` of its tokens must name: one of these.",
  }),
  algorithms: v.pipe(
    v.optional(v.pipe(v.array(v.picklist(VERIFYING_NAMES)), v.minLength(1)), [...VERIFYING_NAMES]),
    v.description("The algorithms with which it may sign."),
  ),
  types: v.pipe(
    v.optional(v.pipe(v.array(text(100)), v.minLength(1)), ["JWT"]),
    words({
      allowed: "media types without application/, such as at+jwt",
      description: "What `typ` of a workload's token may be. JWT: also none.",
    }),
  ),
  single_use: v.pipe(
    v.optional(v.boolean(), false),
    v.description(
      "Whether a token authenticates a workload once, by its jti. Kubernetes and GitHub have theirs used again until they expire.",
    ),
  ),
  maximum_lifetime_seconds: seconds(
    "The longest lifetime of a workload's token.",
    DAY_SECONDS,
    1,
    366 * DAY_SECONDS,
  ),
  people: optional(people, {
    fallback: "its tokens stand for no person",
    description: "Which people its tokens stand for, and for which clients (RFC 7523 section 2.1, ID-JAG).",
  }),
});

export const idJagAudience = table({
  issuer: v.pipe(
    foreignIssuer,
    words({
      allowed: "an https:// URL without query and fragment",
      description: "The authorization server for which clients get assertions: `audience` of their requests.",
    }),
  ),
  clients: v.pipe(
    v.array(
      table({
        client_id: v.pipe(identifier, v.description("The client, as this server knows it.")),
        as: optional(identifier, {
          fallback: "the same",
          description: "Its identifier at the other authorization server.",
        }),
      }),
    ),
    v.minLength(1),
    v.description("The clients that may ask for assertions."),
  ),
  scope: v.pipe(
    v.optional(v.array(scopeToken), []),
    v.description("The scopes of the other server that an assertion may have."),
  ),
  resources: v.pipe(
    v.optional(v.array(someText), []),
    v.description("The APIs of the other server that an assertion may name."),
  ),
  allowed_groups: optional(v.array(groupName), {
    fallback: "all people",
    description: "The groups for whose members there are assertions.",
  }),
  subject_client: optional(identifier, {
    fallback: "the public identifiers of people",
    description:
      "The client by which the other server signs people in here: `sub` is as in the ID tokens for it.",
  }),
  email: v.pipe(
    v.optional(v.boolean(), false),
    v.description("Whether an assertion has the person's e-mail address, and whether it is verified."),
  ),
  lifetime_seconds: seconds("How long an assertion lives.", 300, 1, 3600),
});

export type TrustedIssuerSettings = v.InferOutput<typeof trustedIssuer>;
export type TrustedPeople = v.InferOutput<typeof people>;
export type IdJagAudience = v.InferOutput<typeof idJagAudience>;

type ClaimPattern = string | number | boolean | { [name: string]: ClaimPattern };
const claimPattern: v.GenericSchema<ClaimPattern> = v.union([
  v.string(),
  v.number(),
  v.boolean(),
  v.lazy(() => v.record(v.string(), claimPattern)),
]);

/** `clients[].workloads`: clients/workloads.ts has the rules. */
export const workloadDeclaration = table({
  issuer: v.pipe(someText, v.description("One of [[trusted_issuers]].")),
  subject: v.pipe(
    someText,
    words({
      allowed: "a text; * stands for one part between : and /, and ** at the end for the rest",
      description: "`sub` of its tokens.",
    }),
  ),
  claims: v.pipe(
    v.optional(v.record(v.string(), claimPattern), {}),
    words({
      allowed: 'a table of claims: { repository = "acme/app" }; a table within for claims within',
      fallback: "none",
      description: "Further claims that its tokens must have, with these values.",
    }),
  ),
});
