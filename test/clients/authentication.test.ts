/** RFC 6749 §2.3 and §3.2.1, threat classes 34 and 46: one method at a time, and the same answer for every failure. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { parse } from "valibot";
import {
  type AuthenticatedClient,
  isConfidential,
  requireConfidential,
} from "../../src/clients/authentication.ts";
import { newClientRecord } from "../../src/clients/clients.ts";
import { checkClientMetadata } from "../../src/clients/metadata.ts";
import { configurationSchema } from "../../src/configuration/schema.ts";
import { digestSecret } from "../../src/credentials/credential.ts";
import { asClient } from "../../src/operations/caller.ts";
import { CallerMemory } from "../../src/operations/caller-memory.ts";
import { ClientKeyError } from "../../src/operations/client-keys.ts";
import { createClientDocuments } from "../../src/operations/document-fetching.ts";
import { createEvents } from "../../src/operations/events.ts";
import { SeenLately } from "../../src/operations/single-use.ts";
import { createTrustedIssuers } from "../../src/operations/trusted-issuers.ts";
import { createLog } from "../../src/platform/log.ts";
import { createNetworkLimit } from "../../src/platform/network.ts";
import { createOutbound } from "../../src/platform/outbound.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { createCatalogue } from "../../src/protocol/catalogue.ts";
import type { ClientAuthenticationMethod } from "../../src/protocol/client-authentication.ts";
import { CLIENT_AUTHENTICATION_NAMES } from "../../src/protocol/client-authentication.ts";
import { OAuthError, REASONS, type Reason } from "../../src/protocol/errors.ts";
import { GRANT_TYPES } from "../../src/protocol/grant-types.ts";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import { parseIssuer } from "../../src/protocol/issuer.ts";
import { parseParameters } from "../../src/protocol/parameters.ts";
import type { ClientRecord, ClientSecretRecord } from "../../src/store/tables/clients.ts";

import { openTemporary } from "../store/sqlite/temporary.ts";
import type { OpenedStore } from "../store/suite.ts";
import { refusalOfAsync } from "../support/expect.ts";
import { proves } from "../support/proves.ts";

const NOW = 1_800_000_000;

function client(
  clientId: string,
  method: ClientAuthenticationMethod,
  secrets: readonly (readonly [text: string, expiresAt: number | null])[] = [],
  changes: Partial<ClientRecord> = {},
): ClientRecord {
  const metadata = checkClientMetadata(
    { redirect_uris: ["https://client.example/"], token_endpoint_auth_method: method },
    {
      allowedScope: [],
      defaultScope: [],
      privateUseSchemes: [],
      reservedNames: new Set<string>(),
      mayHaveNoGrantType: false,
      longestRefreshSeconds: 7_776_000,
      signingAlgorithms: ["RS256"],
      mayBeFirstParty: false,
      mayCallHttp: false,
      narrows: true,
      ownOrigins: new Set<string>(),
      authenticationMethods: CLIENT_AUTHENTICATION_NAMES,
      allowedGrantTypes: GRANT_TYPES,
    },
  );
  const records = secrets.map(
    ([text, expiresAt], index): ClientSecretRecord => ({
      id: `s${index}`,
      digest: digestSecret(text),
      createdAt: 1,
      expiresAt,
    }),
  );
  return {
    ...newClientRecord(
      {
        clientId: clientId as ClientId,
        source: "operator",
        metadata,
        secrets: records,
        createdAt: 1,
      },
      systemRandom,
    ),
    ...changes,
  };
}

let opened: OpenedStore;
let callers: CallerMemory;
beforeEach(() => {
  callers = new CallerMemory();
});
beforeAll(async () => {
  opened = await openTemporary();
  const clients = [
    client("s6BhdRkqt3", "client_secret_basic", [
      ["gX1fBat3bV", null],
      ["7Fjfp0ZBr1KtDRbnfVdmIw", null],
    ]),
    client("post", "client_secret_post", [["the secret", null]]),
    client("rolling", "client_secret_basic", [
      ["expired", NOW],
      ["expires later", NOW + 1],
      ["for ever", null],
    ]),
    client("odd: client+%", "client_secret_basic", [["p:ss w%rd+é&=", null]]),
    client("plus", "client_secret_basic", [["ab+cd/ef=gh+ij/kl=mn+op/qr=st", null]]),
    client("percent", "client_secret_basic", [["100% sure, or %41", null]]),
    client("a+b", "client_secret_basic", [["secret of a+b", null]]),
    client("a b", "client_secret_basic", [["secret+of+a b", null]]),
    client("public", "none"),
    client("disabled", "client_secret_basic", [["secret", null]], { disabledAt: NOW - 1 }),
    client("disabled-public", "none", [], { disabledAt: NOW - 1 }),
    client("no-secret-left", "client_secret_basic"),
  ];
  for (const one of clients) await opened.store.createClient(one);
});
afterAll(() => opened.close());

const CONFIGURATION = { ...parse(configurationSchema, {}), issuer: "https://auth.example" };
const CATALOGUE = createCatalogue(CONFIGURATION);

const encode = (text: string): string => new URLSearchParams({ "": text }).toString().slice(1);
const basic = (clientId: string, secret: string): string =>
  `Basic ${Buffer.from(`${encode(clientId)}:${encode(secret)}`).toString("base64")}`;
const rawBasic = (text: string | Uint8Array): string => `Basic ${Buffer.from(text).toString("base64")}`;

function authenticate(header: string | null, body = "", now = NOW): Promise<AuthenticatedClient> {
  const request = new Request("https://auth.example/auth/token", {
    method: "POST",
    headers: header === null ? {} : { Authorization: header },
  });
  return asClient(
    contextAt(now),
    { request, address: "203.0.113.7", requestId: "" },
    parseParameters(body, 64),
    async ({ client }) => client,
  );
}

const SILENT = createLog({ level: "silent", format: "text", write: () => {} });

const NO_ISSUERS = createTrustedIssuers({
  configuration: CONFIGURATION,
  outbound: createOutbound({ allow: [] }),
  steadyClock: { millis: () => 0 },
  log: SILENT,
});

function contextAt(now: number) {
  const clock = { millis: () => now * 1000, seconds: () => now };
  return {
    store: opened.store,
    events: createEvents([]),
    clock,
    callers,
    limits: { clientSecretPerAddress: createNetworkLimit({ clock, limit: 1000, windowSeconds: 900 }) },
    configuration: CONFIGURATION,
    catalogue: CATALOGUE,
    issuer: parseIssuer(CONFIGURATION.issuer),
    clientKeys: {
      find: () => Promise.reject(new ClientKeyError("There are none.")),
      has: () => Promise.resolve(false),
    },
    clientCertificates: { of: () => null },
    seenLately: new SeenLately(),
    trustedIssuers: NO_ISSUERS,
    random: systemRandom,
    log: SILENT,
    clientDocuments: createClientDocuments({
      configuration: CONFIGURATION,
      catalogue: CATALOGUE,
      outbound: createOutbound({ allow: [] }),
      clock,
      steadyClock: clock,
      log: SILENT,
    }),
  };
}

describe("a client proves who it is", () => {
  const accepted: readonly (readonly [string, string | null, string, string])[] = [
    ["by the Basic vector of RFC 6749 §2.3.1", "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW", "", "s6BhdRkqt3"],
    [
      "by the Basic vector of RFC 6749 §4.1.3, with the other of its live secrets",
      "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3",
      "",
      "s6BhdRkqt3",
    ],
    ["with the scheme in any case", "bAsIc  czZCaGRSa3F0MzpnWDFmQmF0M2JW", "", "s6BhdRkqt3"],
    [
      "with client_id repeated in the body",
      basic("s6BhdRkqt3", "gX1fBat3bV"),
      "client_id=s6BhdRkqt3",
      "s6BhdRkqt3",
    ],
    [
      "with an empty client_secret beside Basic",
      basic("s6BhdRkqt3", "gX1fBat3bV"),
      "client_secret=",
      "s6BhdRkqt3",
    ],
    ["in the body", null, "client_id=post&client_secret=the+secret", "post"],
    [
      "in the body, though registered for Basic",
      null,
      "client_id=s6BhdRkqt3&client_secret=gX1fBat3bV",
      "s6BhdRkqt3",
    ],
    ["by Basic, though registered for the body", basic("post", "the secret"), "", "post"],
    ["with form-encoded halves", basic("odd: client+%", "p:ss w%rd+é&="), "", "odd: client+%"],
    [
      "with percent-encoding in small letters",
      rawBasic("odd%3a%20client%2b%25:p%3ass%20w%25rd%2b%c3%a9%26%3d"),
      "",
      "odd: client+%",
    ],
    ["without encoding a + in its secret", rawBasic("plus:ab+cd/ef=gh+ij/kl=mn+op/qr=st"), "", "plus"],
    ["with that + encoded", basic("plus", "ab+cd/ef=gh+ij/kl=mn+op/qr=st"), "", "plus"],
    ["without encoding a % in its secret", rawBasic("percent:100% sure, or %41"), "", "percent"],
    ["without encoding a + in its identifier", rawBasic("a+b:secret of a+b"), "", "a+b"],
    ["without encoding that +, and its client_id", rawBasic("a+b:secret of a+b"), "client_id=a%2Bb", "a+b"],
    [
      "with form-encoded spaces, where another client has + there",
      rawBasic("a+b:secret%2Bof%2Ba+b"),
      "",
      "a b",
    ],
    ["with a secret that expires a second later", basic("rolling", "expires later"), "", "rolling"],
    ["with a secret that never expires", basic("rolling", "for ever"), "", "rolling"],
    ["with its client_id alone, being public", null, "client_id=public", "public"],
    ["with an empty secret, being public", null, "client_id=public&client_secret=", "public"],
    ["with Basic and an empty secret, being public", basic("public", ""), "", "public"],
    [
      "with Basic and an empty secret, and its client_id, being public",
      basic("public", ""),
      "client_id=public&client_secret=",
      "public",
    ],
    ["with Basic of nothing at all beside client_id", rawBasic(":"), "client_id=public", "public"],
    ["with an empty header", " ", "client_id=public", "public"],
    ["with an empty header beside its secret", "", "client_id=post&client_secret=the+secret", "post"],
    [
      "with an empty secret in Basic, and the real one in the body",
      basic("post", ""),
      "client_secret=the+secret",
      "post",
    ],
    ["with a bearer token beside client_id, being public", "Bearer tat_abc", "client_id=public", "public"],
    ["with the scheme of a bearer token alone, being public", "bearer", "client_id=public", "public"],
    [
      "with a bearer token beside its secret",
      "Bearer tat_abc",
      "client_id=post&client_secret=the+secret",
      "post",
    ],
  ];
  test.each(accepted)("%s, and once more where it is remembered", async (_, header, body, clientId) => {
    const first = await authenticate(header, body);
    expect(String(first.clientId)).toBe(clientId);
    expect(await authenticate(header, body)).toBe(first);
  });
});

type Challenge = "Basic" | undefined;
describe("a client is refused", () => {
  const refused: readonly (readonly [string, string | null, string, Reason, Challenge])[] = [
    ["without any credentials", null, "", "client_authentication_missing", undefined],
    ["with an empty client_id", null, "client_id=", "client_authentication_missing", undefined],
    ["with a secret but no client_id", null, "client_secret=x", "client_authentication_missing", undefined],
    ["that is unknown, in the body", null, "client_id=nobody&client_secret=x", "client_unknown", undefined],
    ["that is unknown and public", null, "client_id=nobody", "client_unknown", undefined],
    ["that is unknown, by Basic", basic("nobody", "x"), "", "client_unknown", "Basic"],
    ["with a wrong secret by Basic", basic("s6BhdRkqt3", "wrong"), "", "client_secret_wrong", "Basic"],
    [
      "with a wrong secret in the body",
      null,
      "client_id=post&client_secret=x",
      "client_secret_wrong",
      undefined,
    ],
    ["with an empty secret by Basic", basic("s6BhdRkqt3", ""), "", "client_secret_missing", "Basic"],
    [
      "with an empty secret by Basic and another client_id",
      basic("public", ""),
      "client_id=post&client_secret=the+secret",
      "client_id_mismatch",
      undefined,
    ],
    ["that is unknown, by Basic with an empty secret", basic("nobody", ""), "", "client_unknown", "Basic"],
    ["with Basic of nothing at all", rawBasic(":"), "", "client_authentication_missing", undefined],
    [
      "with a bearer token beside client_id, but no secret",
      "Bearer x",
      "client_id=post",
      "client_secret_missing",
      undefined,
    ],
    ["without its secret", null, "client_id=s6BhdRkqt3", "client_secret_missing", undefined],
    [
      "with an empty secret in the body",
      null,
      "client_id=post&client_secret=",
      "client_secret_missing",
      undefined,
    ],
    ["with a secret of another client", basic("post", "gX1fBat3bV"), "", "client_secret_wrong", "Basic"],
    [
      "with a secret that expires this second",
      basic("rolling", "expired"),
      "",
      "client_secret_wrong",
      "Basic",
    ],
    ["that has no secret left", basic("no-secret-left", "x"), "", "client_secret_wrong", "Basic"],
    [
      "that has no secret left, and sends none",
      basic("no-secret-left", ""),
      "",
      "client_secret_missing",
      "Basic",
    ],
    ["that is disabled", basic("disabled", "secret"), "", "client_disabled", "Basic"],
    ["that is disabled and public", null, "client_id=disabled-public", "client_disabled", undefined],
    ["that is public but sends Basic", basic("public", "x"), "", "client_method_not_registered", "Basic"],
    [
      "that is public but sends a secret",
      null,
      "client_id=public&client_secret=x",
      "client_method_not_registered",
      undefined,
    ],
    ["whose identifier differs in case", basic("S6BhdRkqt3", "gX1fBat3bV"), "", "client_unknown", "Basic"],
    [
      "whose identifier has a space behind",
      basic("s6BhdRkqt3 ", "gX1fBat3bV"),
      "",
      "client_unknown",
      "Basic",
    ],
    [
      "whose halves were not form-encoded",
      rawBasic("odd: client+%:p:ss w%rd+é&="),
      "",
      "client_unknown",
      "Basic",
    ],
    [
      "with two secrets",
      basic("post", "the secret"),
      "client_secret=the+secret",
      "client_authentication_twice",
      undefined,
    ],
    [
      "with two secrets and its client_id",
      basic("post", "the secret"),
      "client_id=post&client_secret=the+secret",
      "client_authentication_twice",
      undefined,
    ],
    [
      "with another client_id in the body",
      basic("post", "the secret"),
      "client_id=public",
      "client_id_mismatch",
      undefined,
    ],
    ["with a bearer token", "Bearer tat_abc", "", "client_credentials_malformed", "Basic"],
    ["with an unknown scheme", "Digest username=x", "", "client_credentials_malformed", "Basic"],
    ["with an empty header alone", " ", "", "client_authentication_missing", undefined],
    ["with nothing behind Basic", "Basic", "", "client_credentials_malformed", "Basic"],
    ["with base64 that is none", "Basic !!!!", "", "client_credentials_malformed", "Basic"],
    ["with base64url", "Basic cG9zdDp_-_8=", "", "client_credentials_malformed", "Basic"],
    ["with base64 in two pieces", "Basic cG9z dDp4", "", "client_credentials_malformed", "Basic"],
    ["without a colon", rawBasic("post"), "", "client_credentials_malformed", "Basic"],
    ["without an identifier", rawBasic(":secret"), "", "client_credentials_malformed", "Basic"],
    [
      "with bytes that are no UTF-8",
      rawBasic(new Uint8Array([0x70, 0x3a, 0xff, 0xfe])),
      "",
      "client_credentials_malformed",
      "Basic",
    ],
    [
      "with a wrong secret that is no form encoding",
      rawBasic("post:100%"),
      "",
      "client_secret_wrong",
      "Basic",
    ],
    [
      "with half of a secret encoded",
      rawBasic("plus:ab%2Bcd/ef=gh+ij/kl=mn+op/qr=st"),
      "",
      "client_secret_wrong",
      "Basic",
    ],
    ["with a NUL in its secret", rawBasic("post:the%00secret"), "", "client_credentials_malformed", "Basic"],
    [
      "by one client, for the secret of another",
      rawBasic("a+b:secret%20of%20a%2Bb"),
      "",
      "client_secret_wrong",
      "Basic",
    ],
    [
      "in one reading of its identifier, when the body names another",
      rawBasic("a+b:secret of a+b"),
      "client_id=a+b",
      "client_secret_wrong",
      "Basic",
    ],
    [
      "with a client assertion",
      null,
      "client_id=post&client_assertion=a.b.c",
      "client_assertion_malformed",
      undefined,
    ],
    [
      "with a client assertion's type alone",
      null,
      "client_id=public&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer",
      "client_assertion_malformed",
      undefined,
    ],
    ["with a name of an object's own", null, "client_id=__proto__", "client_unknown", undefined],
    ["with a NUL behind its identifier", null, "client_id=public%00", "parameters_malformed", undefined],
  ];
  test.each(refused)("%s", async (_, header, body, reason, challenge) => {
    const refusal = await refusalOfAsync(() => authenticate(header, body));
    expect(refusal.reason).toBe(reason);
    expect(refusal.detail.challenge).toBe(challenge);
    expect(refusal.status).toBe(REASONS[reason].status);
  });

  test(
    proves("in the same words, whether it is unknown, disabled, or has a wrong secret, or none", "threat 34"),
    async () => {
      const attempts: readonly (readonly [string | null, string])[] = [
        [basic("nobody", "x"), ""],
        [basic("s6BhdRkqt3", "x"), ""],
        [basic("disabled", "secret"), ""],
        [basic("rolling", "expired"), ""],
        [basic("public", "x"), ""],
      ];
      const answers = new Set<string>();
      for (const [header, body] of attempts) {
        const { error, status, description, detail } = await refusalOfAsync(() => authenticate(header, body));
        answers.add(JSON.stringify([error, status, description, detail.challenge]));
      }
      expect(answers.size).toBe(1);
    },
  );

  test(proves("after as many looks, whichever readings of its identifier exist", "threat 34"), async () => {
    const { store } = opened;
    const { look } = store;
    const looks: number[] = [];
    let count = 0;
    store.look = (plan, parameters) => {
      count += 1;
      return look(plan, parameters);
    };
    try {
      for (const id of ["a+b", "a+c", "x+b"]) {
        count = 0;
        await refusalOfAsync(() => authenticate(rawBasic(`${id}:x`), ""));
        looks.push(count);
      }
    } finally {
      store.look = look;
    }
    expect(looks).toEqual([2, 2, 2]);
  });

  test("and its name goes to the log, its secret does not", async () => {
    const refusal = await refusalOfAsync(() => authenticate(basic("s6BhdRkqt3", "hunter2 hunter2"), ""));
    expect(refusal.detail.clientId).toBe("s6BhdRkqt3");
    expect(JSON.stringify([refusal.detail, refusal.description, refusal.message])).not.toContain("hunter2");
  });
});

describe("a client that is remembered", () => {
  const id = "remembered" as ClientId;
  const send = (secret: string, now = NOW) => authenticate(basic(id, secret), "", now);
  const begin = async (...secrets: (readonly [string, number | null])[]) => {
    await opened.store.removeClient(id, NOW);
    await opened.store.createClient(client(id, "client_secret_basic", secrets));
  };
  const reasonOf = async (attempt: () => Promise<unknown>) => (await refusalOfAsync(attempt)).reason;

  test("is refused from the second in which its secret expires", async () => {
    await begin(["short-lived", NOW + 10]);
    await send("short-lived", NOW + 9);
    expect(await reasonOf(() => send("short-lived", NOW + 10))).toBe("client_secret_wrong");
  });

  test("is refused as soon as its secret is taken away, and known by the other one", async () => {
    await begin(["first", null], ["second", null]);
    for (const secret of ["first", "second"]) await send(secret);
    await opened.store.removeClientSecret(id, "s0");
    expect(await reasonOf(() => send("first"))).toBe("client_secret_wrong");
    expect((await send("second")).secrets).toHaveLength(1);
  });

  test(proves("is refused when the body names another client", "threat 46"), async () => {
    await begin(["secret", null]);
    await send("secret");
    expect(await reasonOf(() => authenticate(basic(id, "secret"), "client_id=another", NOW))).toBe(
      "client_id_mismatch",
    );
    expect(await authenticate(basic(id, "secret"), `client_id=${id}`, NOW)).toMatchObject({ clientId: id });
  });

  test("is told as it is by now, whatever was changed", async () => {
    await begin(["secret", null]);
    const before = await send("secret");
    await opened.store.putClient({ ...before, clientName: "Another name" });
    expect((await send("secret")).clientName).toBe("Another name");
    await opened.store.putClient({ ...before, disabledAt: NOW });
    expect(await reasonOf(() => send("secret"))).toBe("client_disabled");
  });

  test("is unknown as soon as it is removed, and stays so when another gets its identifier", async () => {
    await begin(["secret", null]);
    await send("secret");
    await opened.store.removeClient(id, NOW);
    await opened.store.createClient(client(id, "client_secret_basic", [["secret of the other", null]]));
    expect(await reasonOf(() => send("secret"))).toBe("client_secret_wrong");
    await opened.store.removeClient(id, NOW);
    expect(await reasonOf(() => send("secret of the other"))).toBe("client_unknown");
  });

  test("is refused before an answer or a refusal leaves, when it was changed", async () => {
    await begin(["secret", null]);
    await send("secret");
    await opened.store.removeClientSecret(id, "s0");
    const request = new Request("https://auth.example/auth/token", {
      method: "POST",
      headers: { Authorization: basic(id, "secret") },
    });
    const incoming = { request, address: "203.0.113.7", requestId: "" };
    const refusing = () =>
      asClient(contextAt(NOW), incoming, parseParameters("", 64), async () => {
        throw new OAuthError("scope_not_registered");
      });
    expect(await reasonOf(refusing)).toBe("client_secret_wrong");
  });
});

describe("where a secret is needed", () => {
  test(proves("a public client is refused, though it said who it is", "RFC 6749 2.3-1"), async () => {
    const refusal = await refusalOfAsync(async () =>
      requireConfidential(await authenticate(null, "client_id=public")),
    );
    expect(refusal.reason).toBe("client_not_confidential");
    expect(refusal.status).toBe(401);
  });

  test("a client with a secret gets in", async () => {
    const found = requireConfidential(await authenticate(null, "client_id=post&client_secret=the+secret"));
    expect(isConfidential(found)).toBe(true);
  });
});
