import { describe, expect, test } from "bun:test";
import {
  addSecret,
  allowClient,
  changeClient,
  changeDocument,
  createClient,
  disableClient,
  enableClient,
  endClientTokens,
  isEnabled,
  issueToClient,
  putClient,
  removeClient,
  removeSecret,
} from "../../src/rules/client.ts";
import { accessSweeps, touchClient } from "../../src/rules/grant.ts";
import { clientWordChanges } from "../../src/rules/search-words.ts";
import { check, hold, insert, sweep, update } from "../../src/store/contract.ts";
import { clients, clientWords } from "../../src/store/tables/clients.ts";
import { consents } from "../../src/store/tables/grants.ts";
import { backchannelRequests, deviceCodes } from "../../src/store/tables/requests.ts";
import { accessTokens } from "../../src/store/tables/tokens.ts";
import { newSecret } from "../store/records.ts";
import { proves } from "../support/proves.ts";
import { anAccessToken, DISABLED, NOW, newClient, scopes } from "./facts.ts";

const DAY = 86_400;
const client = newClient({ revision: 3, usedAt: NOW - 500 });
const { clientId } = client;
const asItWas = { number: client.number, revision: 3 };
const key = { clientId };

test("a client is enabled if it is there and not disabled", () => {
  expect(isEnabled(client)).toBe(true);
  expect(isEnabled({ ...client, ...DISABLED })).toBe(false);
  expect(isEnabled(null)).toBe(false);
});

describe("a client that a person allows something", () => {
  test("stays for good, and its first use is noted", () => {
    const registered = { ...client, usedAt: null, unusedFrom: NOW - 9 };
    expect(allowClient(registered, NOW)).toEqual(
      update(clients, key, asItWas, { usedAt: NOW, unusedFrom: null }),
    );
  });

  test("stays for good from then on, whenever its first use was", () => {
    const working = { ...client, usedAt: NOW - 9, unusedFrom: NOW + 9 };
    expect(allowClient(working, NOW)).toEqual(
      update(clients, key, asItWas, { usedAt: NOW - 9, unusedFrom: null }),
    );
    const fresh = { ...client, usedAt: null, unusedFrom: null };
    expect(allowClient(fresh, NOW)).toEqual(update(clients, key, asItWas, { usedAt: NOW, unusedFrom: null }));
  });

  test("is held and not written when all that is known", () => {
    expect(allowClient({ ...client, usedAt: NOW - 9, unusedFrom: null }, NOW)).toEqual(
      hold(clients, key, asItWas),
    );
  });
});

describe("a token for the client itself", () => {
  const token = anAccessToken(null, { expiresAt: NOW + 600 });

  test("is stored while nothing is decided about the client", () => {
    expect(issueToClient(client, token)).toEqual({
      outcome: "issued",
      changes: [check(clients, key, asItWas), insert(accessTokens, token)],
      events: [{ event: "token.issued", client: clientId, via: "client_credentials" }],
    });
  });

  test("is refused to a client that is disabled", () => {
    expect(issueToClient({ ...client, ...DISABLED }, token)).toEqual({ outcome: "refused" });
  });

  /** The note of its use, among the changes. */
  const noteOf = (fields: Partial<typeof client>) =>
    issueToClient({ ...client, ...fields }, token).changes?.[0];

  test("notes the first use, with what was known before", () => {
    const before = { usedAt: null, unusedFrom: null };
    expect(noteOf(before)).toEqual(
      update(clients, key, { ...asItWas, ...before }, { usedAt: NOW, unusedFrom: null }),
    );
  });

  test("keeps a registration for a day longer than the token lives", () => {
    const before = { usedAt: NOW - 9, unusedFrom: NOW - 500 };
    expect(noteOf(before)).toEqual(
      update(clients, key, { ...asItWas, ...before }, { usedAt: NOW - 9, unusedFrom: token.expiresAt + DAY }),
    );
  });

  test("notes both for a registration that was never used", () => {
    expect(noteOf({ usedAt: null, unusedFrom: NOW - 500 })).toMatchObject({
      set: { usedAt: NOW, unusedFrom: token.expiresAt + DAY },
    });
    const kept = noteOf({ usedAt: null, unusedFrom: token.expiresAt + 5 });
    expect(kept).toMatchObject({ set: { usedAt: NOW, unusedFrom: token.expiresAt + 5 } });
  });

  test("needs no note as long as the last one reaches, to the second", () => {
    expect(noteOf({ usedAt: NOW - 9, unusedFrom: token.expiresAt })?.act).toBe("check");
    expect(noteOf({ usedAt: NOW - 9, unusedFrom: token.expiresAt - 1 })?.act).toBe("update");
  });
});

describe("a new client", () => {
  test.each([
    ["registration", "client.registered"],
    ["operator", "client.created"],
    ["configuration", "client.created"],
  ] as const)("that came by %s is stored", (source, event) => {
    const created = newClient({ source });
    expect(createClient(null, created)).toEqual({
      outcome: true,
      changes: [insert(clients, created), ...clientWordChanges(null, created)],
      events: [{ event, client: created.clientId }],
    });
  });

  test("takes no identifier that is taken", () => {
    expect(createClient(client, { ...client, clientName: "Thief" })).toEqual({ outcome: false });
  });
});

describe("a client that is put", () => {
  const wanted = newClient({
    clientId,
    clientName: "Renamed",
    scope: scopes("files"),
    createdAt: NOW + 9,
    usedAt: NOW + 9,
    unusedFrom: NOW + 9,
    ...DISABLED,
  });

  test("has what is wanted, and keeps what the server knows of it", () => {
    const found = { ...client, createdAt: NOW - 9, usedAt: NOW - 8, unusedFrom: NOW - 7 };
    const decision = putClient(found, wanted);
    const { clientId: _, ...rest } = wanted;
    expect(decision).toEqual({
      outcome: "put",
      changes: [
        update(clients, key, asItWas, {
          ...rest,
          number: client.number,
          revision: 4,
          createdAt: NOW - 9,
          usedAt: NOW - 8,
          unusedFrom: NOW - 7,
          disabledAt: null,
        }),
        ...clientWordChanges(found, wanted),
      ],
      events: [{ event: "client.changed", client: clientId }],
    });
  });

  test("is created where there is none", () => {
    expect(putClient(null, wanted)).toEqual({ ...createClient(null, wanted), outcome: "put" });
  });
});

describe("the secrets of a client", () => {
  const [one, two] = [newSecret(), newSecret()];
  const secretive = { ...client, secrets: [one] };

  test("get another one", () => {
    expect(addSecret(secretive, two)).toEqual({
      outcome: true,
      changes: [touchClient(secretive, { secrets: [one, two] })],
      events: [{ event: "client_secret.added", client: clientId }],
    });
    expect(addSecret(null, two)).toEqual({ outcome: false });
  });

  test("lose the one that is named", () => {
    const both = { ...client, secrets: [one, two] };
    const event = { event: "client_secret.removed", client: clientId } as const;
    expect(removeSecret(both, one.id, null)).toEqual({
      outcome: true,
      changes: [touchClient(both, { secrets: [two] })],
      urgent: true,
      events: [event],
    });
    expect(removeSecret(both, one.id, 99)).toEqual({
      outcome: true,
      changes: [touchClient(both, { secrets: [two], number: 99 })],
      urgent: true,
      events: [event, { event: "client_tokens.ended", client: clientId }],
    });
    expect(removeSecret(both, "another", null)).toEqual({ outcome: false });
    expect(removeSecret(null, one.id, null)).toEqual({ outcome: false });
  });
});

describe("the access tokens of a client", () => {
  test("end with its number, and its grants stay", () => {
    expect(endClientTokens(client, 99)).toEqual({
      outcome: true,
      changes: [touchClient(client, { number: 99 })],
      urgent: true,
      events: [{ event: "client_tokens.ended", client: clientId }],
    });
    expect(endClientTokens(null, 99)).toEqual({ outcome: false });
  });
});

describe("a client that is disabled", () => {
  test("keeps its grants and its secrets", () => {
    expect(disableClient(client, NOW)).toEqual({
      outcome: true,
      changes: [touchClient(client, { disabledAt: NOW, disabledBy: "operator" })],
      urgent: true,
      events: [{ event: "client.disabled", client: clientId, reason: "operator" }],
    });
    expect(disableClient(null, NOW)).toEqual({ outcome: false });
  });

  test("stays disabled when its declaration is applied, if the operator did it", () => {
    const byOperator = { ...client, disabledAt: NOW, disabledBy: "operator" } as const;
    const [change] = putClient(byOperator, client).changes ?? [];
    expect(change).toMatchObject({ set: { disabledAt: NOW, disabledBy: "operator" } });
  });

  test("comes back with its declaration, if it was left out", () => {
    const leftOut = { ...client, disabledAt: NOW, disabledBy: "left_out" } as const;
    const [change] = putClient(leftOut, client).changes ?? [];
    expect(change).toMatchObject({ set: { disabledAt: null, disabledBy: null } });
  });

  test("belongs to the operator who enables it after it was left out", () => {
    const leftOut = { ...client, source: "configuration", disabledAt: NOW, disabledBy: "left_out" } as const;
    expect(enableClient(leftOut).changes).toEqual([
      touchClient(leftOut, { disabledAt: null, disabledBy: null, source: "operator" }),
    ]);
    const byOperator = { ...leftOut, disabledBy: "operator" } as const;
    expect(enableClient(byOperator).changes).toEqual([
      touchClient(byOperator, { disabledAt: null, disabledBy: null }),
    ]);
    expect(enableClient(null)).toEqual({ outcome: false });
  });
});

describe("removing a client", () => {
  test("keeps out what is issued meanwhile, and ends all that was issued, before the client goes", () => {
    expect(removeClient(client, NOW)).toEqual({
      outcome: true,
      changes: [touchClient(client, {})],
      sweeps: [
        ...accessSweeps({ clientId }, "client_removed", NOW),
        sweep(deviceCodes, { clientId }, null),
        sweep(backchannelRequests, { clientId }, null),
        sweep(clientWords, { clientId }, null),
        sweep(clients, { clientId }, null),
      ],
      urgent: true,
      events: [{ event: "client.removed", client: clientId }],
    });
  });

  test("that is not there needs no commit", () => {
    expect(removeClient(null, NOW)).toEqual({ outcome: false });
  });
});

describe("a client whose metadata document was fetched again", () => {
  const document = { fetchedAt: NOW, freshUntil: NOW + 300, etag: null };
  const found = newClient({ source: "metadata_document", tokenEndpointAuthMethod: "none", document });
  const own = { clientId: found.clientId };
  const { clientId: _, number: _1, revision: _2, document: _3, vouchedAt: _4, ...metadata } = found;
  const later = { ...document, fetchedAt: NOW + 300, freshUntil: NOW + 600 };

  test("is as it was, without a new revision, if the document says the same", () => {
    const decision = changeDocument(found, metadata, later, NOW + 300);
    const was = { number: found.number, revision: found.revision };
    expect(decision).toEqual({
      outcome: true,
      changes: [update(clients, own, was, { document: later })],
    });
  });

  test(
    proves("loses its grants if it proves itself otherwise than before", "CIMD 6.3-1", "threat 87"),
    () => {
      const decision = changeDocument(
        { ...found, tokenEndpointAuthMethod: "client_secret_basic" },
        metadata,
        later,
        NOW + 300,
      );
      expect(decision.sweeps).toEqual(accessSweeps(own, "client_changed", NOW + 300));
    },
  );

  test("keeps its grants if it says more to people, but not what they allowed for good", () => {
    const decision = changeDocument(found, { ...metadata, clientName: "Another" }, later, NOW + 300);
    expect(decision.sweeps).toEqual([sweep(consents, own, null)]);
  });
});

describe("a change of a client by the operator", () => {
  const secret = newSecret();
  const confidential = { ...client, tokenEndpointAuthMethod: "client_secret_basic" as const };

  test("is a change of the client as it was found, and is told", () => {
    const kept = { ...confidential, secrets: [secret] };
    expect(changeClient(kept, { clientName: "Team Wiki" }, null)).toEqual({
      outcome: true,
      changes: [
        touchClient(kept, { clientName: "Team Wiki", secrets: [secret] }),
        ...clientWordChanges(kept, { ...kept, clientName: "Team Wiki" }),
      ],
      events: [{ event: "client.changed", client: clientId }],
    });
  });

  test("takes the secrets of a client that becomes public, and gives one that is no more its first", () => {
    const withSecret = { ...confidential, secrets: [secret] };
    const becomesPublic = { tokenEndpointAuthMethod: "none" as const };
    expect(changeClient(withSecret, becomesPublic, null).changes).toEqual([
      touchClient(withSecret, { ...becomesPublic, secrets: [] }),
    ]);
    const open = { ...client, tokenEndpointAuthMethod: "none" as const, secrets: [] };
    const becomesConfidential = { tokenEndpointAuthMethod: "client_secret_basic" as const };
    expect(changeClient(open, becomesConfidential, secret).changes).toEqual([
      touchClient(open, { ...becomesConfidential, secrets: [secret] }),
    ]);
  });

  test("gives no further secret to a client that has one, and finds no client that is gone", () => {
    const withSecret = { ...confidential, secrets: [secret] };
    expect(changeClient(withSecret, {}, newSecret()).changes).toEqual([
      touchClient(withSecret, { secrets: [secret] }),
    ]);
    expect(changeClient(null, {}, null)).toEqual({ outcome: false });
  });
});
