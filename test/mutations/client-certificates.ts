/** Mutations of clients with certificates: who may name them, who issued them, and whose they are. */
import type { Mutation } from "./mutation.ts";

const RULE = "rules/client-certificate.ts";
const READING = "keys/client-certificate.ts";
const NAMES = "protocol";
const tests = ["endpoints/client-certificate.test.ts"] as const;

export const CLIENT_CERTIFICATES: readonly Mutation[] = [
  {
    against: ["threat 93", "RFC 8705 2-1"],
    what: "a stranger may name the certificate of a client in a header",
    in: "operations/client-certificates.ts",
    match: "isFromProxy?.() !== true",
    replace: "false",
    tests,
  },
  {
    against: ["threat 93", "RFC 8705 7.4-1"],
    what: "the proxy may let a certificate through that no known authority issued",
    in: RULE,
    match: "!certificate.isTrusted",
    replace: "false",
    tests,
  },
  {
    against: ["threat 93", "RFC 8705 7.4-1"],
    what: "the name of an authority is enough to have issued a certificate",
    in: READING,
    match: "x509.verify(authority.publicKey)",
    replace: "true",
    tests,
  },
  {
    against: ["threat 93", "RFC 8705 7.4-1"],
    what: "a certificate for servers lets a client in",
    in: READING,
    match: "!isForClients(x509)",
    replace: "false",
    tests,
  },
  {
    against: ["threat 93", "RFC 8705 2-3"],
    what: "any certificate of the authority is that of the client",
    in: RULE,
    match: "name !== null && hasName(certificate, name)",
    replace: "true",
    tests,
  },
  {
    against: ["threat 93", "RFC 8705 2-3"],
    what: "any certificate of its own is that of the client",
    in: "operations/client-proofs.ts",
    match: "isRegistered ? $PROOF : $REASON",
    replace: "$PROOF",
    tests,
  },
  {
    against: ["threat 93", "RFC 8705 2-3"],
    what: "a certificate counts before and after its time",
    in: RULE,
    within: "certificateFault",
    match: "now < notBefore || now > notAfter",
    replace: "false",
    tests,
  },
  {
    against: ["threat 93", "RFC 8705 2-3"],
    what: "a client that was let in by a certificate is let in by any other",
    in: "clients/authentication-methods.ts",
    match: "certificate === null ? [clientId] : [clientId, certificate.thumbprint]",
    replace: "[clientId]",
    tests,
  },
  {
    against: ["threat 93", "RFC 8705 2-3"],
    what: "the parts of a subject may stand in any order",
    in: NAMES,
    within: "folded",
    match: "JSON.stringify(name.map($FOLD))",
    replace: "JSON.stringify(name.map($FOLD).sort())",
    tests,
  },
  {
    against: ["RFC 8705 2.1.2-1"],
    what: "a client may have several names in its certificate",
    in: "clients/certificate-metadata.ts",
    match: "name === undefined || another !== undefined",
    replace: "name === undefined",
    tests,
  },
  {
    against: ["threat 93", "RFC 8705 3-3"],
    what: "a client that wants tokens bound to its certificate gets bearer tokens without one",
    in: "rules/binding.ts",
    match: "client.tlsClientCertificateBoundAccessTokens && !bound.includes($BINDING)",
    replace: "false",
    tests,
  },
  {
    against: ["threat 93", "RFC 8705 3-1"],
    what: "a token that is bound to a certificate is good with any other",
    in: "operations/proofs.ts",
    match: "possession.shown !== confirmation",
    replace: "false",
    tests,
  },
];
