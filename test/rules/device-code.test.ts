/** RFC 8628. */
import { describe, expect, test } from "bun:test";
import type { Reason } from "../../src/protocol/errors.ts";
import type { SubjectId } from "../../src/protocol/identifiers.ts";
import { allowClient } from "../../src/rules/client.ts";
import {
  approveDevice,
  createDeviceCode,
  type DeviceDecisionFacts,
  type DeviceFacts,
  denyDevice,
  deviceFault,
  earlierAnswer,
  redeemDeviceCode,
} from "../../src/rules/device-code.ts";
import { issueTokens } from "../../src/rules/grant.ts";
import { isPending } from "../../src/rules/polling.ts";
import { hold, insert, update } from "../../src/store/contract.ts";
import { clients } from "../../src/store/tables/clients.ts";
import { grants } from "../../src/store/tables/grants.ts";
import { accounts } from "../../src/store/tables/people.ts";
import { deviceCodes } from "../../src/store/tables/requests.ts";
import { newAccount } from "../store/records.ts";
import {
  ACCOUNT,
  aDevice,
  aGrant,
  anIssuance,
  CLIENT,
  DISABLED,
  NOW,
  presented,
  toldBy,
  WRONG_SECRET,
} from "./facts.ts";

const pending = aDevice({ expiresAt: NOW + 600 });
/** Made at the approval, a while ago. */
const grant = aGrant({ activatedAt: null, createdAt: NOW - 100, expiresAt: NOW + 600, via: "device_code" });
const about = { subject: grant.subject, client: grant.clientId };

describe("a device that asks", () => {
  test("gets a code for a user code that is free", () => {
    expect(createDeviceCode({ sameUserCode: null, client: CLIENT }, pending)).toEqual({
      outcome: true,
      changes: [
        hold(clients, { clientId: CLIENT.clientId }, { number: CLIENT.number, revision: CLIENT.revision }),
        insert(deviceCodes, pending),
      ],
      events: [{ event: "device.asked", client: CLIENT.clientId }],
    });
  });

  test.each([
    ["waits", {}],
    ["was decided", { status: "approved" as const }],
    ["has expired", { expiresAt: NOW - 1 }],
  ])("gets none for the user code of another that %s", (_, fields) => {
    expect(createDeviceCode({ sameUserCode: aDevice(fields), client: CLIENT }, pending)).toEqual({
      outcome: false,
    });
  });

  test.each([
    ["is gone", null],
    ["is disabled", { ...CLIENT, ...DISABLED }],
  ])("gets none for a client that %s", (_, client) => {
    expect(createDeviceCode({ sameUserCode: null, client }, pending)).toEqual({ outcome: false });
  });
});

describe("a device waits for a person", () => {
  test("until it expires, to the second", () => {
    expect(isPending(pending, pending.expiresAt - 1)).toBe(true);
    expect(isPending(pending, pending.expiresAt)).toBe(false);
  });

  test("no longer when it was decided, and not if there is none", () => {
    expect(isPending({ ...pending, status: "approved" }, NOW)).toBe(false);
    expect(isPending({ ...pending, status: "denied" }, NOW)).toBe(false);
    expect(isPending(null, NOW)).toBe(false);
  });
});

describe("a person who allows a device", () => {
  const facts: DeviceDecisionFacts = { device: pending, client: CLIENT, account: ACCOUNT };

  test("decides once, and gives it a grant, while they and the client stay as they are", () => {
    const decision = approveDevice(facts, grant, NOW);
    expect(decision.outcome).toBe(true);
    expect(decision.changes).toEqual([
      hold(accounts, { subject: ACCOUNT.subject }, { revision: ACCOUNT.revision }),
      allowClient(CLIENT, NOW),
      update(
        deviceCodes,
        { id: pending.id },
        { status: "pending" },
        { status: "approved", grantId: grant.id },
      ),
      insert(grants, grant),
    ]);
    expect(decision.events).toEqual([{ event: "device.approved", ...about, grant: grant.id }]);
  });

  test("gives a grant that lives as long as the code at least", () => {
    const device = { ...pending, expiresAt: NOW + 900 };
    expect(approveDevice({ ...facts, device }, grant, NOW).changes).toContainEqual(
      insert(grants, { ...grant, expiresAt: NOW + 900 }),
    );
  });

  test.each<[string, Partial<DeviceDecisionFacts>]>([
    ["there is none", { device: null }],
    ["it was decided", { device: { ...pending, status: "denied" } }],
    ["it has expired", { device: { ...pending, expiresAt: NOW } }],
    ["its client is gone", { client: null }],
    ["its client is disabled", { client: { ...CLIENT, ...DISABLED } }],
    ["they are gone", { account: null }],
    ["they are disabled", { account: { ...ACCOUNT, ...DISABLED } }],
  ])("decides nothing if %s", (_, wrong) => {
    expect(approveDevice({ ...facts, ...wrong }, grant, NOW)).toEqual({ outcome: false });
  });
});

describe("a person who denies a device", () => {
  test("decides once", () => {
    expect(denyDevice(pending, ACCOUNT.subject, NOW)).toEqual({
      outcome: true,
      changes: [
        update(
          deviceCodes,
          { id: pending.id },
          { status: "pending" },
          { status: "denied", deniedBy: ACCOUNT.subject },
        ),
      ],
      events: [{ event: "device.denied", ...about }],
    });
  });

  test("decides nothing where nothing waits", () => {
    for (const device of [
      null,
      { ...pending, status: "approved" as const },
      { ...pending, expiresAt: NOW },
    ]) {
      expect(denyDevice(device, ACCOUNT.subject, NOW)).toEqual({ outcome: false });
    }
  });
});

const approved = { ...pending, status: "approved" as const, grantId: grant.id };
const denied = { ...pending, status: "denied" as const, deniedBy: ACCOUNT.subject };
const stranger = newAccount().subject;

describe("the answer that a person gave before", () => {
  test.each<[string, ReturnType<typeof earlierAnswer>, DeviceFacts, SubjectId?]>([
    ["is their yes", "approved", { device: approved, grant }],
    ["is their no", "denied", { device: denied, grant: null }],
    ["is none while the device waits", null, { device: pending, grant: null }],
    ["is none of a device that is gone", null, { device: null, grant: null }],
    ["is not the yes of another", null, { device: approved, grant }, stranger],
    ["is not the no of another", null, { device: denied, grant: null }, stranger],
    [
      "is none once the access was taken back",
      null,
      { device: approved, grant: { ...grant, revokedAt: NOW } },
    ],
  ])("%s", (_, answer, facts, subject = ACCOUNT.subject) => {
    expect(earlierAnswer(facts, subject)).toBe(answer);
  });
});

describe("where the request of a device stands (RFC 8628 §3.5):", () => {
  const revoked = { ...grant, revokedAt: NOW };
  const rows: [string, Reason | null, { facts?: Partial<DeviceFacts>; client?: string; wrong?: boolean }][] =
    [
      ["it may have its tokens", null, {}],
      ["there is none", "device_code_unknown", { facts: { device: null } }],
      ["its secret is another", "device_code_unknown", { wrong: true }],
      ["it is of another client", "device_code_of_other_client", { client: "another" }],
      ["it has its tokens", "device_code_used", { facts: { device: { ...approved, usedAt: NOW } } }],
      ["it was denied", "device_code_denied", { facts: { device: { ...pending, status: "denied" } } }],
      ["it has expired", "device_code_expired", { facts: { device: { ...approved, expiresAt: NOW } } }],
      ["it waits for a person", "authorization_pending", { facts: { device: pending, grant: null } }],
      ["what was allowed is taken back", "device_code_denied", { facts: { grant: revoked } }],
      ["what was allowed is gone", "device_code_denied", { facts: { grant: null } }],
      // A device that asks late still learns the outcome.
      [
        "it was denied, also after its end",
        "device_code_denied",
        {
          facts: { device: { ...pending, status: "denied", expiresAt: NOW } },
        },
      ],
      [
        "it waited for a person until its end",
        "device_code_expired",
        {
          facts: { device: { ...pending, expiresAt: NOW }, grant: null },
        },
      ],
      [
        "it has its tokens, also after its end",
        "device_code_used",
        {
          facts: { device: { ...approved, usedAt: NOW, expiresAt: NOW } },
        },
      ],
      [
        "its secret is another, before anything else",
        "device_code_unknown",
        {
          facts: { device: { ...approved, usedAt: NOW } },
          client: "another",
          wrong: true,
        },
      ],
      [
        "it is of another client, before what became of it",
        "device_code_of_other_client",
        {
          facts: { device: { ...approved, usedAt: NOW } },
          client: "another",
        },
      ],
    ];
  for (const [what, reason, { facts = {}, client = CLIENT.clientId, wrong }] of rows) {
    test(what, () => {
      const credential = presented(wrong ? WRONG_SECRET : undefined);
      expect(deviceFault(credential, { device: approved, grant, ...facts }, client, NOW)).toBe(reason);
    });
  }

  test("its text is none", () => {
    expect(deviceFault(null, { device: approved, grant }, CLIENT.clientId, NOW)).toBe("device_code_unknown");
  });

  test("it has expired, to the second", () => {
    const at = (now: number) => deviceFault(presented(), { device: approved, grant }, CLIENT.clientId, now);
    expect(at(approved.expiresAt - 1)).toBeNull();
    expect(at(approved.expiresAt)).toBe("device_code_expired");
  });
});

describe("a code that was approved in its last seconds", () => {
  const late = { ...approved, expiresAt: NOW + 1 };
  const justMade = { ...grant, createdAt: NOW };

  test("gives tokens for a minute after the approval, to the second", () => {
    const facts = { device: late, grant: justMade };
    const at = (now: number) => deviceFault(presented(), facts, CLIENT.clientId, now);
    const redeem = (now: number) => redeemDeviceCode(facts, CLIENT, { ...anIssuance(justMade), now }).outcome;
    expect([at(NOW + 59), redeem(NOW + 59)]).toEqual([null, "issued"]);
    expect([at(NOW + 60), redeem(NOW + 60)]).toEqual(["device_code_expired", "refused"]);
  });

  test("gives none without its grant, and waits for no answer any more", () => {
    const at = (facts: DeviceFacts) => deviceFault(presented(), facts, CLIENT.clientId, NOW + 1);
    expect(at({ device: late, grant: null })).toBe("device_code_expired");
    expect(at({ device: { ...late, status: "pending" }, grant: justMade })).toBe("device_code_expired");
  });

  test("has a grant that is kept as long", () => {
    const device = { ...pending, expiresAt: NOW + 1 };
    const given = { ...justMade, expiresAt: NOW + 1 };
    const { changes } = approveDevice({ device, client: CLIENT, account: ACCOUNT }, given, NOW);
    expect(changes).toContainEqual(insert(grants, { ...given, expiresAt: NOW + 60 }));
  });
});

describe("redeeming a device code", () => {
  const issuance = anIssuance(grant);
  const redeem = (facts: Partial<DeviceFacts>, client: Parameters<typeof redeemDeviceCode>[1] = CLIENT) =>
    redeemDeviceCode({ device: approved, grant, ...facts }, client, issuance);

  test("issues tokens and uses it up, as long as it is unused", () => {
    const decision = redeem({});
    expect(decision.outcome).toBe("issued");
    expect(decision.changes).toEqual([
      update(deviceCodes, { id: approved.id }, { usedAt: null }, { usedAt: NOW }),
      ...issueTokens(grant, CLIENT, issuance),
    ]);
    expect(decision.events).toEqual([
      { event: "token.issued", via: "device_code", ...about, grant: grant.id },
    ]);
  });

  test.each<[string, Partial<DeviceFacts>]>([
    ["there is none", { device: null }],
    ["it waits for a person", { device: pending }],
    ["it was denied", { device: { ...approved, status: "denied" } }],
    ["it was used", { device: { ...approved, usedAt: NOW } }],
    ["it expires now", { device: { ...approved, expiresAt: NOW } }],
    ["its grant is gone", { grant: null }],
    ["its grant is revoked", { grant: { ...grant, revokedAt: NOW } }],
  ])("is refused if %s, and ends nothing", (_, facts) => {
    expect(redeem(facts)).toEqual({ outcome: "refused" });
  });

  test("is refused if its client is disabled or gone", () => {
    for (const client of [{ ...CLIENT, ...DISABLED }, null]) {
      expect(redeem({}, client)).toEqual({ outcome: "refused" });
    }
    expect(toldBy(redeem({}, null))).toEqual([]);
  });
});
