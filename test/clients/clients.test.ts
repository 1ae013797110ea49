import { describe, expect, test } from "bun:test";
import { chosenClientId, mintClientSecret, newClientId, newClientRecord } from "../../src/clients/clients.ts";
import { checkClientMetadata } from "../../src/clients/metadata.ts";
import { secretDigest, secretText } from "../../src/clients/secret-reference.ts";
import { digestSecret, secretMatches } from "../../src/credentials/credential.ts";
import type { Clock } from "../../src/platform/clock.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { CLIENT_AUTHENTICATION_NAMES } from "../../src/protocol/client-authentication.ts";
import { GRANT_TYPES } from "../../src/protocol/grant-types.ts";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import { openTemporary } from "../store/sqlite/temporary.ts";
import { proves } from "../support/proves.ts";

const clock: Clock = { millis: () => 1_800_000_000_000, seconds: () => 1_800_000_000 };

describe("client identifiers (RFC 9700 §4.15)", () => {
  test(
    proves(
      "a generated one looks like no person and no URL, and comes once",
      "RFC 9700 2.6-2",
      "RFC 9700 4.15.1-1",
    ),
    () => {
      const ids = Array.from({ length: 200 }, () => String(newClientId(systemRandom)));
      for (const id of ids) expect(id).toMatch(/^cl_[A-Za-z0-9\-_]{22}$/);
      expect(new Set(ids).size).toBe(200);
    },
  );

  test.each(["web", "My Client", "a".repeat(200), "account", "x:y/z", "cl_x"])("%j may be chosen", (id) => {
    expect(chosenClientId(id)).toBe(id as never);
  });

  test.each([
    "",
    "acc_x",
    "acc_",
    "https://client.example/",
    "HTTPS://client.example/",
    "http://client.example/",
    "https:x",
    "a".repeat(201),
    "naïve",
    "a\nb",
    "a\u0000",
  ])(proves("%j may not be chosen", "RFC 9700 2.6-2", "RFC 9700 4.15.1-1"), (id) => {
    expect(chosenClientId(id)).toBeNull();
  });
});

test("clients that come in one second have numbers of their own, even if all draw the same", async () => {
  const opened = await openTemporary();
  const metadata = checkClientMetadata(
    { redirect_uris: ["https://client.example/"] },
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
  const record = (clientId: string) =>
    newClientRecord(
      {
        clientId: clientId as ClientId,
        source: "registration",
        metadata,
        secrets: [],
        createdAt: clock.seconds(),
      },
      (length) => new Uint8Array(length),
    );
  const ids = Array.from({ length: 12 }, (_, index) => `client-${index}`);
  const created = await Promise.all(ids.map((id) => opened.store.createClient(record(id))));
  expect(created).toEqual(ids.map(() => true));
  for (const id of ["declared-1", "declared-2"]) await opened.store.putClient(record(id));
  const numbers = (await opened.store.listClients()).map(({ number }) => number);
  expect(new Set(numbers).size).toBe(14);
  await opened.close();
});

describe("client secrets", () => {
  test("a new one is shown as text and stored as a digest", () => {
    const { text, record } = mintClientSecret(clock, systemRandom);
    expect(text).toMatch(/^tcs_[A-Za-z0-9\-_]{64}$/);
    expect(secretMatches(text, record.digest)).toBe(true);
    expect(record.createdAt).toBe(1_800_000_000);
    expect(record.expiresAt).toBeNull();
    expect(text).toContain(record.id.slice(0, 20));
    expect(JSON.stringify(record)).not.toContain(text.slice(30));
  });

  const hex = Buffer.from(digestSecret("s3cret")).toString("hex");
  test("a secret of the configuration is given as itself or as its digest", () => {
    const secrets = ["s3cret", `sha256:${hex}`, `SHA256:${hex.toUpperCase()}`];
    for (const secret of secrets) {
      expect(Buffer.from(secretDigest(secret)).toString("hex")).toBe(hex);
    }
    expect(secrets.map(secretText)).toEqual(["s3cret", null, null]);
  });

  test("what only resembles a digest is a secret", () => {
    expect(secretText(`sha256:${hex.slice(1)}`)).toBe(`sha256:${hex.slice(1)}`);
  });
});
