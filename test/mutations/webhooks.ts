/** Mutations of webhooks: what is signed, where the server calls, how many deliveries strangers cause, and what is not lost. */
import type { Mutation } from "./mutation.ts";

const TEST = "operations/webhooks.test.ts";

export const WEBHOOKS: readonly Mutation[] = [
  {
    against: ["threat 21"],
    what: "a webhook is called without a look at its address",
    in: "platform/outbound.ts",
    within: "checkedUrl",
    match: 'url.protocol === "https:" || (url.protocol === "http:" && $MAY_HTTP)',
    replace: "true",
    tests: [TEST],
    only: "own network",
  },
  {
    against: ["threat 42"],
    what: "strangers cause as many deliveries as they like",
    in: "operations/webhooks.ts",
    within: "webhookEvents",
    match: "hasRoom(act, event)",
    replace: "true",
    tests: [TEST],
    only: "bounded",
  },
  {
    against: ["threat 42"],
    what: "refused sign-ins take the room of other events of strangers",
    in: "operations/webhooks.ts",
    within: "webhookEvents",
    match: "hasRoomBeside(act, event)",
    replace: "hasRoom(act, event)",
    tests: [TEST],
    only: "leave the room",
  },
  {
    against: ["threat 44"],
    what: "the signature of a webhook does not cover the body",
    in: "protocol/standard-webhooks.ts",
    within: "signedHeaders",
    match: "`${id}.${timestamp}.${body}`",
    replace: "`${id}.${timestamp}.`",
    tests: [TEST],
    only: "each secret",
  },
];
