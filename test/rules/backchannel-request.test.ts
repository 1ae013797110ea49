/** How often one person is asked. The endpoints are in test/endpoints/backchannel.test.ts. */
import { describe, expect, test } from "bun:test";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import { ASKING_LIMITS, askingFault } from "../../src/rules/backchannel-request.ts";
import type { Asked } from "../../src/store/tables/requests.ts";
import { proves } from "../support/proves.ts";

const NOW = 1_000_000;
const client = (name: string) => name as ClientId;
let count = 0;
const asked = (fields: Partial<Asked> = {}): Asked => {
  count += 1;
  return {
    id: String(count),
    client: client("agent"),
    at: NOW - 10,
    until: NOW - 5,
    answer: null,
    ...fields,
  };
};
const several = (many: number, fields: (index: number) => Partial<Asked>) =>
  Array.from({ length: many }, (_, index) => asked(fields(index)));
const fault = (entries: readonly Asked[], now = NOW) => askingFault(entries, client("agent"), now);

describe("a client may ask a person", () => {
  test("who was not asked lately", () => {
    expect(fault([])).toBeNull();
    expect(
      fault([asked({ answer: "approved" }), asked({ client: client("other"), answer: "denied" })]),
    ).toBeNull();
  });

  test(proves("of whom few requests are open: of this client, and of all", "threat 33"), () => {
    const open = { until: NOW + 60 };
    expect(fault([asked(open)])).toBeNull();
    expect(fault([asked(open), asked({ until: NOW + 90 })])).toEqual({
      fault: "open",
      retryAfterSeconds: 60,
    });
    const ofOthers = several(ASKING_LIMITS.open, (index) => ({ ...open, client: client(`other-${index}`) }));
    expect(fault(ofOthers.slice(1))).toBeNull();
    expect(fault(ofOthers)).toEqual({ fault: "open", retryAfterSeconds: 60 });
  });

  test(proves("not more often within an hour", "threat 33"), () => {
    const early = several(ASKING_LIMITS.inHourOfClient, () => ({
      at: NOW - 3000,
      answer: "approved" as const,
    }));
    expect(fault(early.slice(1))).toBeNull();
    expect(fault(early)).toEqual({ fault: "hour", retryAfterSeconds: 600 });
    expect(fault(early, NOW + 600)).toBeNull();
    const ofOthers = several(ASKING_LIMITS.inHour, (index) => ({
      at: NOW - 3000,
      client: client(`other-${index % 4}`),
    }));
    expect(fault(ofOthers)).toEqual({ fault: "hour", retryAfterSeconds: 600 });
  });

  test(proves("longer after each no, and a day after a report", "threat 33"), () => {
    const no = (until: number) => asked({ at: until - 5, until, answer: "denied" });
    expect(fault([no(NOW)])).toEqual({ fault: "declined", retryAfterSeconds: 60 });
    expect(fault([no(NOW)], NOW + 60)).toBeNull();
    expect(fault([no(NOW - 100), no(NOW)])).toEqual({ fault: "declined", retryAfterSeconds: 600 });
    expect(fault([no(NOW - 900), no(NOW - 800), no(NOW - 700), no(NOW)])).toEqual({
      fault: "declined",
      retryAfterSeconds: 3600,
    });
    // An hour later it counts no more.
    expect(fault([no(NOW - 3700), no(NOW - 70)])).toBeNull();
    const report = asked({ until: NOW - 7200, answer: "reported" });
    expect(fault([report])).toEqual({ fault: "declined", retryAfterSeconds: 86_400 - 7200 });
  });
});
