/** Mutations of signed introspection (RFC 9701) and of the metadata of resources (RFC 9728). */
import type { Mutation } from "./mutation.ts";

const SIGNED = "endpoints/signed-introspection.ts";
const METADATA = "protocol/protected-resource.ts";

export const RESOURCE_SERVERS: readonly Mutation[] = [
  {
    against: ["RFC 9701 5-1", "RFC 9701 8.1-1"],
    what: "signed introspection has the type of any JWT",
    in: SIGNED,
    match: { text: "token-introspection+jwt" },
    replace: "JWT",
    tests: ["endpoints/signed-introspection.test.ts"],
  },
  {
    against: ["RFC 9701 5-3"],
    what: "signed introspection is for the client of the token, not for the caller",
    in: SIGNED,
    within: "signedIntrospection",
    match: { entry: "aud: client.clientId" },
    replace: 'aud: answer.active ? answer.client_id : ""',
    tests: ["endpoints/signed-introspection.test.ts"],
  },
  {
    against: ["RFC 9701 5-8", "RFC 9701 5-5"],
    what: "signed introspection has the claims of the token at its top",
    in: SIGNED,
    within: "signedIntrospection",
    match: { entry: "token_introspection: answer" },
    replace: "token_introspection: answer, ...answer",
    tests: ["endpoints/signed-introspection.test.ts"],
  },
  {
    against: ["RFC 9701 6-1"],
    what: "signed introspection takes another algorithm if the client's is gone",
    in: "clients/openid-metadata.ts",
    within: "introspectionAlgorithm",
    match: "allowed.includes(named) ? named : null",
    replace: "allowed.includes(named) ? named : defaultSigningAlgorithm(allowed)",
    tests: ["endpoints/signed-introspection.test.ts"],
  },
  {
    against: ["RFC 9701 4-1"],
    what: "a caller that prefers JSON gets a JWT",
    in: SIGNED,
    within: "wantsSigned",
    match: 'signed >= weightOf(accept, "application/json")',
    replace: "true",
    tests: ["endpoints/signed-introspection.test.ts"],
  },
  {
    against: ["RFC 9728 4-1"],
    what: "an API that is kept back is in the metadata",
    in: METADATA,
    within: "listedResources",
    match: "published.isListed",
    replace: "true",
    tests: ["protocol/protected-resource.test.ts"],
  },
  {
    against: ["RFC 9728 1.2-1"],
    what: "a document is made for what is no web address",
    in: METADATA,
    within: "protectedResourceMetadata",
    match: "if (metadataAddress(identifier) === null) return null",
    replace: ";",
    tests: ["protocol/protected-resource.test.ts"],
  },
  {
    against: ["RFC 9728 3.2-2"],
    what: "the document of an API has members without values",
    in: METADATA,
    within: "protectedResourceMetadata",
    match: "value === null || (Array.isArray(value) && value.length === 0)",
    replace: "false",
    tests: ["protocol/protected-resource.test.ts"],
  },
];
