/** Mutations of src/clients/: who a client is, and what it may be. */
import type { Mutation } from "./mutation.ts";

const AUTHENTICATION = "clients/authentication.ts";
const METADATA = "clients/metadata.ts";
const CHECK_OF_URI = "const fault = redirectUriFault(uri, policy.privateUseSchemes);";

export const CLIENTS: readonly Mutation[] = [
  {
    against: ["threat 46"],
    what: "a secret in the body beside Basic is not looked at",
    file: AUTHENTICATION,
    find: `if (secret !== undefined) throw new OAuthError("client_authentication_twice");`,
    replace: "",
    tests: ["adversary/43-headers.test.ts"],
  },
  {
    against: ["threat 46"],
    what: "client_id in the body may name another client than Basic",
    file: AUTHENTICATION,
    find: `if (clientId !== undefined && clientId !== basic.clientId) throw new OAuthError("client_id_mismatch");`,
    replace: "",
    tests: ["adversary/43-headers.test.ts"],
  },
  {
    against: ["threat 18"],
    what: "a client assertion is ignored",
    file: AUTHENTICATION,
    find: `    parameters.get("client_assertion") !== undefined ||
    parameters.get("client_assertion_type") !== undefined
`,
    replace: "    false\n",
    tests: ["adversary/18-parameters.test.ts", "endpoints/token.test.ts", "clients/authentication.test.ts"],
  },
  {
    against: ["threat 12", "threat 54"],
    what: "a client with a secret may leave it out",
    file: AUTHENTICATION,
    find: `if (presented === null) return "client_secret_missing";`,
    replace: "if (presented === null) return null;",
    tests: ["adversary/12-refresh.test.ts"],
  },
  {
    against: ["threat 12"],
    what: "any secret opens any client",
    file: AUTHENTICATION,
    find: "if (timingSafeEqual(presented, known.digest) && live) matches = true;",
    replace: "if (live) matches = true;",
    tests: ["adversary/12-refresh.test.ts"],
  },
  {
    against: ["threat 19"],
    what: "a client that was disabled authenticates as before",
    file: AUTHENTICATION,
    find: `if (client.disabledAt !== null) return "client_disabled";`,
    replace: "",
    tests: ["adversary/15-ended-access.test.ts", "endpoints/disabled.test.ts"],
  },
  {
    against: ["threat 57"],
    what: "every client is asked for Basic",
    file: AUTHENTICATION,
    find: `challenge: credentials.method === "client_secret_basic" ? "Basic" : undefined,`,
    replace: `challenge: "Basic",`,
    tests: ["adversary/43-headers.test.ts"],
  },
  {
    against: ["threat 22", "threat 4"],
    what: "the operator's redirect URIs are not checked",
    file: METADATA,
    find: CHECK_OF_URI,
    replace:
      "const fault = policy.mayHaveNoGrantType ? null : redirectUriFault(uri, policy.privateUseSchemes);",
    tests: ["adversary/01-redirect-uris.test.ts"],
    only: "is refused by the command line",
  },
  {
    against: ["threat 55"],
    what: "only public clients' redirect URIs are checked",
    file: METADATA,
    find: CHECK_OF_URI,
    replace: `const fault =
      members.token_endpoint_auth_method === "none" ? redirectUriFault(uri, policy.privateUseSchemes) : null;`,
    tests: ["clients/metadata.test.ts"],
  },
  {
    against: ["threat 24"],
    what: "a client may be registered for any scope",
    file: METADATA,
    find: `  if (refused !== undefined)
    refuse(\`The scope`,
    replace: `  if (refused === "")
    refuse(\`The scope`,
    tests: ["clients/metadata.test.ts", "adversary/22-clients.test.ts"],
  },
  {
    against: ["threat 22", "threat 24"],
    what: "whoever registers may ask for every grant type",
    file: METADATA,
    find: "if (!policy.allowedGrantTypes.includes(name))",
    replace: "if (!isGrantType(name))",
    tests: ["endpoints/registration.test.ts", "adversary/22-clients.test.ts"],
  },
  {
    against: ["threat 24"],
    what: "a public client may be registered to act for itself",
    file: METADATA,
    find: `if (method === "none" && grantTypes.includes("client_credentials")) {`,
    replace: `if (method === "none" && grantTypes.length === 0) {`,
    tests: ["adversary/22-clients.test.ts", "clients/metadata.test.ts"],
  },
  {
    against: ["threat 30"],
    what: "a client's pages may have any scheme, in the registration and in links",
    file: METADATA,
    find: `const fine = /^https?:\\/\\/[^\\s\\\\<>"]+$/.test(text) && URL.canParse(text);`,
    replace: "const fine = URL.canParse(text);",
    also: [
      {
        file: "pages/display.ts",
        find: `return (protocol === "https:" || protocol === "http:") && username`,
        replace: `return protocol !== "" && username`,
      },
    ],
    tests: ["adversary/30-markup.test.ts"],
  },
  {
    against: ["threat 30"],
    what: "a client's pages may be registered with any scheme",
    file: METADATA,
    find: `const fine = /^https?:\\/\\/[^\\s\\\\<>"]+$/.test(text) && URL.canParse(text);`,
    replace: "const fine = URL.canParse(text);",
    tests: ["adversary/30-markup.test.ts"],
    only: "cannot be registered",
  },
  {
    against: ["threat 40"],
    what: "metadata may be of any length",
    file: METADATA,
    find: "if (text.length > 2000) return refuse(`${name} is too long.`);",
    replace: "",
    tests: ["endpoints/bad-input.test.ts"],
  },
  {
    against: ["threat 23"],
    what: "registration answers with all that is stored",
    file: METADATA,
    find: "const described: Record<string, unknown> = {",
    replace: "const described: Record<string, unknown> = {\n    ...client,",
    tests: ["adversary/23-told-once.test.ts", "clients/metadata.test.ts"],
  },
  {
    against: ["threat 24"],
    what: "whoever registers may look at other clients' tokens",
    file: "protocol/catalogue.ts",
    find: "const open = [...scopes.keys()].filter((name) => name !== INTROSPECT_SCOPE);",
    replace: "const open = [...scopes.keys()];",
    tests: ["adversary/22-clients.test.ts", "endpoints/registration.test.ts"],
  },
];
