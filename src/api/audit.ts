/** What happened and what was refused, in the management API. */
import * as v from "valibot";
import { auditFacts } from "../operations/audit.ts";
import { explainKnownRequest, listKnownActs, listKnownRefusals } from "../operations/management/audit.ts";
import { refusalFacts } from "../operations/refusals.ts";
import type { AuditRecord, RefusalRecord } from "../store/tables.ts";
import { describeExplanation } from "./describe-audit.ts";
import { listAnswer, listOf, PAGE_MEMBERS } from "./list.ts";
import { type ApiRoute, apiRoute } from "./route.ts";
import { time } from "./schemas.ts";

const TAG = "audit";

const text = v.optional(v.string());
const textOrNull = v.nullable(v.string());

const actSchema = v.pipe(
  v.strictObject({
    id: v.string(),
    time,
    event: v.string(),
    level: v.string(),
    by: v.pipe(v.string(), v.description("Who did it: a kind, and an identifier if there is one.")),
    subject: text,
    client: text,
    group: text,
    grant: text,
    link: text,
    via: text,
    reason: text,
    file: text,
    key: text,
    count: v.optional(v.number()),
    times: v.optional(v.pipe(v.number(), v.description("How many times it happened, if several."))),
    address: text,
    request: text,
  }),
  v.title("Act"),
);

const refusalSchema = v.pipe(
  v.strictObject({
    request: v.string(),
    time,
    client: textOrNull,
    endpoint: v.string(),
    method: v.string(),
    status: v.number(),
    error: v.string(),
    reason: v.string(),
    description: v.string(),
    address: textOrNull,
    sent: v.strictObject({
      parameters: v.array(v.strictObject({ name: v.string(), value: v.string() })),
      withheld: v.array(v.string()),
      others: v.number(),
      authorization: textOrNull,
    }),
  }),
  v.title("Refusal"),
);

export const explanationSchema = v.strictObject({
  refusal: v.pipe(v.nullable(refusalSchema), v.description("Null if it is not kept, or was none.")),
  client_known: v.boolean(),
  comparisons: v.array(
    v.strictObject({
      name: v.string(),
      sent: v.array(v.string()),
      registered: v.array(v.string()),
      fits: v.nullable(v.boolean()),
    }),
  ),
  rule: textOrNull,
  cure: textOrNull,
  events: v.array(actSchema),
});

const moment = (words: string) =>
  v.optional(
    v.pipe(
      v.string(),
      v.isoTimestamp("must be a time such as 2030-01-31T12:00:00Z"),
      v.transform((written) => Math.floor(Date.parse(written) / 1000)),
      v.description(words),
    ),
  );

const between = { since: moment("From this time on."), until: moment("Before this time.") };

export const auditRoutes: readonly ApiRoute[] = [
  apiRoute({
    method: "GET",
    path: "/audit",
    tag: TAG,
    summary: "List what happened, newest first",
    permission: "server.read",
    query: {
      ...PAGE_MEMBERS,
      ...between,
      client: v.optional(v.pipe(v.string(), v.description("Only what concerns this client."))),
      person: v.optional(v.pipe(v.string(), v.description("Only what concerns this person: a subject."))),
      kind: v.optional(v.pipe(v.string(), v.description("An event, or the first part of several: session."))),
    },
    answer: listOf(actSchema),
    handle: ({ context, authority, query }) => {
      const { client, person, kind, since, until } = query;
      return listAnswer<AuditRecord>({
        keys: context.keys,
        path: "/audit",
        query,
        placeOf: ({ id }) => ({ id }),
        rows: (page) =>
          listKnownActs(context, authority, { client, subject: person, kind, since, until }, page),
        describe: auditFacts,
      });
    },
  }),
  apiRoute({
    method: "GET",
    path: "/refusals",
    tag: TAG,
    summary: "List requests that were refused, newest first",
    permission: "server.read",
    query: {
      ...PAGE_MEMBERS,
      ...between,
      client: v.optional(v.pipe(v.string(), v.description("Only those of this client."))),
      reason: v.optional(v.pipe(v.string(), v.description("Only those for this reason (docs/errors.md)."))),
    },
    answer: listOf(refusalSchema),
    handle: ({ context, authority, query }) => {
      const { client, reason, since, until } = query;
      return listAnswer<RefusalRecord>({
        keys: context.keys,
        path: "/refusals",
        query,
        placeOf: ({ at, ring, slot }) => ({ at, ring, slot }),
        rows: (page) => listKnownRefusals(context, authority, { client, reason, since, until }, page),
        describe: refusalFacts,
      });
    },
  }),
  apiRoute({
    method: "GET",
    path: "/requests/:request",
    tag: TAG,
    summary: "Explain a request by its Request-Id: why it was refused, the cure, and what it did",
    permission: "server.read",
    answer: explanationSchema,
    handle: async ({ context, authority, parameters }) => ({
      body: describeExplanation(await explainKnownRequest(context, authority, parameters.request ?? "")),
    }),
  }),
];
