/** RFC 6749 §3.3 and §6, RFC 8707. */
import { describe, expect, test } from "bun:test";
import { parse } from "valibot";
import { configurationSchema } from "../../src/configuration/schema.ts";
import { createCatalogue } from "../../src/protocol/catalogue.ts";
import { parseResourceIndicator } from "../../src/protocol/resource-indicator.ts";
import { parseScope } from "../../src/protocol/scope.ts";
import {
  askableScope,
  narrowToGrant,
  type RequestedTarget,
  redeemedTarget,
  requestedTarget,
  type ScopedClient,
} from "../../src/rules/scope.ts";
import type { ClientRecord } from "../../src/store/tables/clients.ts";
import { clientId } from "../store/records.ts";
import { reasonOf, refusalOf } from "../support/expect.ts";
import { TEST_CONFIGURATION } from "../support/server.ts";

const configuration = { ...parse(configurationSchema, TEST_CONFIGURATION), issuer: "https://auth.example" };
const catalogue = createCatalogue(configuration);
const MAIL = parseResourceIndicator("https://mail.example/");
const FILES = parseResourceIndicator("https://files.example/api");
const OWN = parseResourceIndicator("https://auth.example");
const GRANT = { scope: parseScope("mail.read files"), resources: [MAIL, FILES], authorizationDetails: null };
const CLIENT = {
  scope: parseScope("mail.read mail.send files profile"),
  source: "configuration",
  authorizationDetailsTypes: [],
} as const;

/** The target that a request's parameters name. */
const requested = (query: string): RequestedTarget => {
  const parameters = new URLSearchParams(query);
  return { scope: parameters.get("scope") ?? undefined, resources: parameters.getAll("resource") };
};
const written = ({ scope, resources }: { scope: readonly string[]; resources: readonly string[] }) => [
  scope.join(" "),
  resources.join(" "),
];

describe("what a client may ask a person for", () => {
  test("is what it is registered for", () => {
    expect(askableScope(catalogue, CLIENT)).toEqual(CLIENT.scope);
    expect(askableScope(catalogue, { ...CLIENT, source: "operator" })).toEqual(CLIENT.scope);
  });

  test("is also all that registration gives, if it registered itself", () => {
    const registered = { scope: parseScope("own"), source: "registration" } as const;
    const askable = askableScope(catalogue, registered);
    expect(askable).toEqual([...registered.scope, ...catalogue.registrableScope]);
    expect(askable).not.toContain("introspect");
  });
});

describe("what a new request asks for", () => {
  const client: ScopedClient = {
    ...CLIENT,
    clientId: clientId("web"),
    defaultScope: parseScope("mail.read profile"),
  };
  const ask = (query: string, fields: Partial<ScopedClient> = {}) => {
    const asking = { ...client, ...fields };
    return written(requestedTarget(catalogue, asking, requested(query), askableScope(catalogue, asking)));
  };

  test.each([
    [
      "its default scope and the resources that use it, if it names nothing",
      "",
      "mail.read profile",
      `${OWN} ${MAIL}`,
    ],
    ["the scope that it names, and the resources that use it", "scope=files", "files", String(FILES)],
    ["each name once", "scope=files+files", "files", String(FILES)],
    [
      "the resource that it names, with what of its scope that can use",
      `scope=mail.read+files&resource=${MAIL}`,
      "mail.read",
      String(MAIL),
    ],
    [
      "the same resource however it is written, and once",
      `scope=files&resource=${FILES}&resource=HTTPS://FILES.example/api`,
      "files",
      String(FILES),
    ],
    ["what of the default scope the resource can use", `resource=${MAIL}`, "mail.read", String(MAIL)],
  ])("is %s", (_, query, scope, resources) => {
    expect(ask(query)).toEqual([scope, resources]);
  });

  test("is nothing of its defaults that the operator has taken away since", () => {
    expect(ask("", { defaultScope: parseScope("gone files") })).toEqual(["files", String(FILES)]);
    expect(ask("", { defaultScope: parseScope("gone") })).toEqual(["", String(OWN)]);
  });

  test.each([
    ["scope=gone", "scope_unknown"],
    ["scope=gone+nothing", "scope_unknown"],
    ["scope=a%09b", "scope_malformed"],
    ["scope=introspect", "scope_not_registered"],
    ["scope=gone+introspect", "scope_not_registered"],
    ["resource=mail", "resource_malformed"],
    ["resource=https://other.example", "resource_unknown"],
    [`scope=files&resource=${MAIL}`, "resource_scope_empty"],
  ] as const)("is refused for %j", (query, reason) => {
    expect(reasonOf(() => ask(query))).toBe(reason);
  });

  test("is what of its scope exists and is open to it, as long as something is left", () => {
    expect(ask("scope=openid+files+offline_access")).toEqual(["files", String(FILES)]);
    expect(ask("scope=files+introspect")).toEqual(["files", String(FILES)]);
  });

  test("is its default scope if it names only spaces", () => {
    expect(ask("scope=++")).toEqual(ask(""));
  });

  test("is refused, with a name that is too much, if nothing is left", () => {
    expect(refusalOf(() => ask("scope=gone+introspect")).description).toBe(
      "The client is not registered for the scope 'introspect'.",
    );
    expect(refusalOf(() => ask("scope=gone")).description).toBe("The scope 'gone' does not exist here.");
    // The caller says what the client may have.
    const own = () => requestedTarget(catalogue, client, requested("scope=files"), parseScope("mail.read"));
    expect(reasonOf(own)).toBe("scope_not_registered");
  });
});

describe("narrowing to a grant (RFC 6749 §6, RFC 8707 §2.2)", () => {
  const narrow = (query: string) => written(narrowToGrant(catalogue, GRANT, CLIENT, requested(query)));

  test.each([
    ["", "mail.read files", `${MAIL} ${FILES}`],
    ["scope=files", "files", `${MAIL} ${FILES}`],
    ["scope=files+mail.read", "files mail.read", `${MAIL} ${FILES}`],
    ["resource=https://mail.example/", "mail.read", String(MAIL)],
    ["resource=https://MAIL.example", "mail.read", String(MAIL)],
    ["scope=files&resource=https://files.example/api", "files", String(FILES)],
    [
      "resource=https://files.example/api&resource=https://mail.example/",
      "mail.read files",
      `${FILES} ${MAIL}`,
    ],
  ])("%j leaves the scope %s for %s", (query, scope, resources) => {
    expect(narrow(query)).toEqual([scope, resources]);
  });

  test.each([
    ["scope=mail.send", "scope_exceeds_grant"],
    ["scope=mail.read+mail.send", "scope_exceeds_grant"],
    ["scope=%22", "scope_malformed"],
    ["resource=https://auth.example", "resource_exceeds_grant"],
    ["resource=https://mail.example/&resource=https://auth.example", "resource_exceeds_grant"],
    ["resource=https://other.example", "resource_unknown"],
    ["resource=mail", "resource_malformed"],
    ["scope=mail.read&resource=https://files.example/api", "resource_scope_empty"],
  ] as const)("%j is refused", (query, reason) => {
    expect(reasonOf(() => narrow(query))).toBe(reason);
  });

  test("spaces alone name nothing", () => {
    expect(narrow("scope=+")).toEqual(narrow(""));
  });

  test.each([
    ["", "mail.read files"],
    ["scope=files", "files"],
    ["scope=files+mail.send+openid", "files"],
    ["scope=mail.send", "mail.read files"],
    ["scope=++", "mail.read files"],
    ['scope="+é', "mail.read files"],
  ])("the first tokens of a grant get for %j what of it was granted: %s", (query, scope) => {
    expect(written(redeemedTarget(catalogue, GRANT, CLIENT, requested(query)))).toEqual([
      scope,
      `${MAIL} ${FILES}`,
    ]);
  });

  test("the first tokens are for no resource that was not granted, and for nothing that is gone", () => {
    const redeem = (query: string, client: Parameters<typeof redeemedTarget>[2] = CLIENT) =>
      redeemedTarget(catalogue, GRANT, client, requested(query));
    expect(reasonOf(() => redeem("resource=https://auth.example"))).toBe("resource_exceeds_grant");
    expect(reasonOf(() => redeem("scope=mail.read&resource=https://files.example/api"))).toBe(
      "resource_scope_empty",
    );
    expect(reasonOf(() => redeem("scope=files", { ...CLIENT, scope: [] }))).toBe("grant_outdated");
    expect(written(redeem("scope=mail.read+files", { ...CLIENT, scope: parseScope("files") }))[0]).toBe(
      "files",
    );
  });

  test("names what was not granted", () => {
    expect(refusalOf(() => narrow("scope=mail.send")).description).toBe(
      "The scope 'mail.send' was not granted.",
    );
    expect(refusalOf(() => narrow("resource=https://auth.example")).description).toBe(
      `The resource '${OWN}' was not part of what the person allowed.`,
    );
  });

  const outdated = (
    granted: Parameters<typeof narrowToGrant>[1],
    { scope }: Pick<ClientRecord, "scope">,
    query = "",
  ) => narrowToGrant(catalogue, granted, { ...CLIENT, scope }, requested(query));
  const names = (list: readonly string[]): string => list.join(" ");

  test("what the operator took from the client since is gone, without a word, as long as something is left", () => {
    const client = { scope: parseScope("files") };
    expect(names(outdated(GRANT, client).scope)).toBe("files");
    expect(reasonOf(() => outdated(GRANT, client, "scope=mail.read"))).toBe("scope_exceeds_grant");
    expect(reasonOf(() => outdated(GRANT, { scope: [] }))).toBe("grant_outdated");
    expect(reasonOf(() => outdated(GRANT, { scope: parseScope("profile") }))).toBe("grant_outdated");
  });

  test("what the operator took from the server since is gone too", () => {
    const gone = { ...GRANT, scope: parseScope("gone files"), resources: [FILES] };
    const client = { scope: parseScope("gone files") };
    expect(names(outdated(gone, client).scope)).toBe("files");
    expect(reasonOf(() => outdated({ ...gone, scope: parseScope("gone") }, client))).toBe("grant_outdated");
    const elsewhere = parseResourceIndicator("https://elsewhere.example/");
    expect(names(outdated({ ...gone, resources: [elsewhere, FILES] }, client).resources)).toBe(String(FILES));
    expect(reasonOf(() => outdated({ ...gone, resources: [elsewhere] }, client))).toBe("grant_outdated");
  });

  test("a client that registered itself keeps what registration gives, though it named less", () => {
    const registered = { ...CLIENT, scope: parseScope("profile"), source: "registration" } as const;
    expect(written(narrowToGrant(catalogue, GRANT, registered, requested("")))).toEqual([
      "mail.read files",
      `${MAIL} ${FILES}`,
    ]);
  });

  test("a grant without any scope is not outdated, and keeps having none", () => {
    const bare = { ...GRANT, scope: [], resources: [MAIL] };
    expect(names(outdated(bare, CLIENT).scope)).toBe("");
    expect(names(outdated(bare, CLIENT, `resource=${MAIL}`).scope)).toBe("");
  });
});
