/** The log levels of events. */
import { expect, test } from "bun:test";
import { EVENT_TYPES, type EventName } from "../../src/rules/events.ts";
import { proves } from "../support/proves.ts";

const levelOf = (event: EventName): string => EVENT_TYPES[event].level;

test(proves("what may be the work of a thief is a warning", "threat 8", "threat 10", "threat 33"), () => {
  expect(levelOf("code.replayed")).toBe("warn");
  expect(levelOf("refresh_token.replayed")).toBe("warn");
  expect(levelOf("sign_in.limited")).toBe("warn");
});

test("what happens while everything is in order is none", () => {
  for (const event of ["token.issued", "refresh_token.retried", "session.started", "grant.revoked"] as const)
    expect(levelOf(event)).toBe("info");
});
