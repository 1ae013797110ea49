/** Mutations of src/credentials/: the form of everything secret that is handed out, and what is told of it. */
import type { Mutation } from "./mutation.ts";

const CREDENTIAL = "credentials/credential.ts";

export const TOKENS: readonly Mutation[] = [
  {
    against: ["threat 13", "threat 51"],
    what: "the prefix of a credential is not compared",
    file: CREDENTIAL,
    find: "if (!text.startsWith(prefix)) return null;",
    replace: "if (!/^t[a-z]{2}_/.test(text)) return null;",
    tests: ["credentials/credential.test.ts"],
  },
  {
    against: ["threat 51", "threat 13"],
    what: "codes and device codes have one prefix",
    file: CREDENTIAL,
    find: `device_code: "tdc_",`,
    replace: `device_code: "tac_",`,
    tests: ["credentials/credential.test.ts"],
  },
  {
    against: ["threat 44"],
    what: "a credential may be longer than it was",
    file: CREDENTIAL,
    find: "const encoded = text.slice(prefix.length);",
    replace: "const encoded = text.slice(prefix.length, prefix.length + 64);",
    tests: ["adversary/44-malleable.test.ts"],
  },
  {
    against: ["threat 44"],
    what: "the prefix of a credential is compared without regard to case",
    file: CREDENTIAL,
    find: "if (!text.startsWith(prefix)) return null;",
    replace: "if (!text.toLowerCase().startsWith(prefix)) return null;",
    tests: ["adversary/44-malleable.test.ts"],
  },
  {
    against: ["threat 44"],
    what: "secrets are not compared",
    file: CREDENTIAL,
    find: "return computed.length === digest.length && timingSafeEqual(computed, digest);",
    replace: "return computed.length === digest.length;",
    tests: ["adversary/44-malleable.test.ts"],
  },
  {
    against: ["threat 52"],
    what: "introspection says that a token is of who asks",
    file: "endpoints/introspection.ts",
    find: "return visible ? introspectAccessToken(configuration.issuer, token, grant) : INACTIVE;",
    replace:
      "return visible ? introspectAccessToken(configuration.issuer, { ...token, clientId: caller }, grant) : INACTIVE;",
    tests: ["endpoints/introspection.test.ts"],
  },
];
