import { describe, expect, test } from "bun:test";
import { createAttemptLimit } from "../../src/platform/attempts.ts";
import { type PeerMessage, type Peers, shareLimits } from "../../src/platform/peers.ts";
import { TestClock } from "../support/server.ts";

/** Two processes, each of which gets the other's messages at once. */
function createPair(limit: number) {
  const clock = new TestClock();
  const listeners: ((message: PeerMessage) => void)[] = [];
  const peers = (own: number): Peers => ({
    tell: (message) => listeners[1 - own]?.(message),
    listen: (listener) => {
      listeners[own] = listener;
    },
  });
  return [0, 1].map((own) =>
    shareLimits(
      {
        signIn: createAttemptLimit({ clock, limit, windowSeconds: 60 }),
        other: createAttemptLimit({ clock, limit, windowSeconds: 60 }),
      },
      peers(own),
    ),
  );
}

describe("limits of processes that share a port", () => {
  test("count together, each limit by itself", () => {
    const [one, two] = createPair(3);
    expect([one, two, one].map((process) => process?.signIn.attempt("ada"))).toEqual([0, 0, 0]);
    expect(two?.signIn.attempt("ada")).toBeGreaterThan(0);
    expect(one?.signIn.attempt("ada")).toBeGreaterThan(0);
    expect(two?.signIn.attempt("bob")).toBe(0);
    expect(two?.other.attempt("ada")).toBe(0);
  });

  test("do not count what was refused", () => {
    const [one, two] = createPair(2);
    for (let guess = 0; guess < 10; guess += 1) one?.signIn.attempt("ada");
    one?.signIn.forgive("ada");
    expect(two?.signIn.attempt("ada")).toBe(0);
  });

  test("tell each other which attempts were bad, so that none waits for those of another in vain", async () => {
    const [one, two] = createPair(1);
    one?.signIn.attempt("ada");
    const decision = two?.signIn.decision("ada");
    expect(decision).not.toBeNull();
    one?.signIn.settle("ada");
    await decision;
    expect(two?.signIn.decision("ada")).toBeNull();
  });

  test("take back and forget together", () => {
    const [one, two] = createPair(1);
    one?.signIn.attempt("ada");
    two?.signIn.forgive("ada");
    expect(one?.signIn.attempt("ada")).toBe(0);
    one?.signIn.settle("ada");
    two?.signIn.reset("ada");
    expect(one?.signIn.attempt("ada")).toBe(0);
  });
});
