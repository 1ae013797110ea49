/** Mutations of metrics and traces: bounded labels, text that no value can forge, who may read, and what strangers decide. */
import type { Mutation } from "./mutation.ts";

const PLATFORM = "platform/metrics.ts";
const PLATFORM_TEST = "platform/metrics.test.ts";
const ENDPOINT_TEST = "endpoints/metrics.test.ts";

export const OF_METRICS: readonly Mutation[] = [
  {
    against: ["threat 91"],
    what: "a counter has a series for whatever it is given",
    in: PLATFORM,
    within: "Counter cell",
    match: "this.#cells.size >= $MOST && $OTHERS",
    replace: "false",
    tests: [PLATFORM_TEST],
  },
  {
    against: ["threat 91"],
    what: "a label can end its quotes and forge a series",
    in: PLATFORM,
    within: "labelText",
    match: "escapeLabel($VALUE)",
    replace: "($VALUE)",
    tests: [PLATFORM_TEST],
  },
  {
    against: ["threat 91"],
    what: "words of mail servers and applications become labels of events",
    in: "operations/event-counts.ts",
    within: "labelOf",
    match: "vocabulary.includes(value) ? value : OTHER",
    replace: "value",
    tests: [ENDPOINT_TEST],
  },
  {
    against: ["threat 91"],
    what: "a refusal counts by the path that a stranger sent",
    in: "server.ts",
    within: "createRouter",
    match: { entry: "route: found?.route.path ?? null" },
    replace: "route: target.path",
    tests: [ENDPOINT_TEST],
  },
  {
    against: ["threat 91"],
    what: "the metrics below the issuer are for everyone",
    in: "endpoints/metrics.ts",
    within: "requireToken",
    match: "!timingSafeEqual($EXPECTED, $PRESENTED)",
    replace: "false",
    tests: [ENDPOINT_TEST],
  },
  {
    against: ["threat 91"],
    what: "a token for the metrics may be one that strangers guess",
    in: "configuration/checks.ts",
    within: "checkMetrics",
    match: "token.length < LEAST_TOKEN",
    replace: "false",
    tests: ["cli/metrics.test.ts"],
    only: "a short token",
  },
];
