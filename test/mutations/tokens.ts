/** Mutations of src/tokens/: the form of everything secret that is handed out, and what is told of it. */
import type { Mutation } from "./mutation.ts";

const ARTEFACT = "tokens/artefact.ts";

export const TOKENS: readonly Mutation[] = [
  {
    against: ["threat 13", "threat 51"],
    what: "the prefix of an artefact is not compared",
    file: ARTEFACT,
    find: "if (!text.startsWith(prefix)) return null;",
    replace: "if (!/^t[a-z]{2}_/.test(text)) return null;",
    tests: ["tokens/artefact.test.ts"],
  },
  {
    against: ["threat 51", "threat 13"],
    what: "codes and device codes have one prefix",
    file: ARTEFACT,
    find: `device_code: "tdc_",`,
    replace: `device_code: "tac_",`,
    tests: ["tokens/artefact.test.ts"],
  },
  {
    against: ["threat 44"],
    what: "an artefact may be longer than it was",
    file: ARTEFACT,
    find: "const encoded = text.slice(prefix.length);",
    replace: "const encoded = text.slice(prefix.length, prefix.length + 64);",
    tests: ["adversary/44-malleable.test.ts"],
  },
  {
    against: ["threat 44"],
    what: "the prefix of an artefact is compared without regard to case",
    file: ARTEFACT,
    find: "if (!text.startsWith(prefix)) return null;",
    replace: "if (!text.toLowerCase().startsWith(prefix)) return null;",
    tests: ["adversary/44-malleable.test.ts"],
  },
  {
    against: ["threat 44"],
    what: "secrets are not compared",
    file: ARTEFACT,
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
