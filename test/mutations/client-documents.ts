/** Mutations of metadata documents of clients: what is fetched, what of it counts, and what a change ends. */
import type { Mutation } from "./mutation.ts";

const ACT = "operations/client-documents.ts";
const FETCHING = "operations/document-fetching.ts";
const DOCUMENT = "clients/metadata-document.ts";
const URLS = "protocol/document-url.ts";
const tests = ["endpoints/client-documents.test.ts", "protocol/document-url.test.ts"] as const;

export const CLIENT_DOCUMENTS: readonly Mutation[] = [
  {
    against: ["threat 87", "CIMD 4.1-1"],
    what: "a document may describe another client than that of its URL",
    in: DOCUMENT,
    match: "client_id !== url",
    replace: "false",
    tests,
  },
  {
    against: ["threat 87"],
    what: "of two members of one name in a document the last one counts",
    in: DOCUMENT,
    match: "repeated !== undefined",
    replace: "false",
    tests,
  },
  {
    against: ["threat 87", "CIMD 4.1-4"],
    what: "a document may have a secret",
    in: DOCUMENT,
    match: "!isAbsent(members[name])",
    replace: "false",
    tests,
  },
  {
    against: ["threat 87", "CIMD 4.1-3"],
    what: "a document may name a method with a shared secret",
    in: DOCUMENT,
    match: "!METHODS.includes(method)",
    replace: "false",
    tests,
  },
  {
    against: ["threat 87", "CIMD 4-2"],
    what: "a document may come with any status of success",
    in: FETCHING,
    match: "status !== 200",
    replace: "false",
    tests,
  },
  {
    against: ["threat 87", "threat 61"],
    what: "documents of one host are fetched without limit",
    in: FETCHING,
    match: "perHost.attempt($HOST) > 0",
    replace: "false",
    tests,
  },
  {
    against: ["threat 87"],
    what: "one stranger names documents without limit",
    in: FETCHING,
    match: "address !== null && perAddress.attempt(address) > 0",
    replace: "false",
    tests,
  },
  {
    against: ["threat 87"],
    what: "the URL of a document has many spellings",
    in: URLS,
    match: "href !== url",
    replace: "false",
    tests,
  },
  {
    against: ["threat 87"],
    what: "the host of a document may be written in several ways",
    in: URLS,
    match: "authority !== host",
    replace: "false",
    tests,
  },
  {
    against: ["threat 87"],
    what: "what the operator blocked is fetched all the same",
    in: ACT,
    match: "await isBlocked(context, url)",
    replace: "false",
    tests,
  },
  {
    against: ["threat 87"],
    what: "what the configuration denies is taken",
    in: URLS,
    match: "deny.some(fits)",
    replace: "false",
    tests,
  },
  {
    against: ["threat 87"],
    what: "tokens of a client that is blocked stay active",
    in: "operations/document-blocks.ts",
    match: `if (outcome === "blocked") await applyDocumentPolicy($$$ANY)`,
    replace: "",
    tests,
  },
  {
    against: ["threat 87", "CIMD 6.3-1"],
    what: "what people allowed outlives a change of the document",
    in: "rules/client.ts",
    match: "[sweep(consents, { clientId }, null)]",
    replace: "[]",
    tests,
  },
  {
    against: ["threat 87"],
    what: "a client that is made while its host is being blocked works",
    in: ACT,
    within: "addDocumentClient",
    match: "await refuseIfBlocked($$$ANY)",
    replace: "false",
    tests,
  },
  {
    against: ["threat 86", "threat 87"],
    what: "a key that its document has no more counts until a person comes",
    in: ACT,
    within: "withPresentKeys",
    match: "const present = await findDocumentClient(context, client.clientId);",
    replace: "const present = client;",
    tests: ["endpoints/client-document-keys.test.ts"],
  },
];
