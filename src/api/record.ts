/** The record of what happened and of what was refused, in the management API. */
import * as v from "valibot";
import { auditFacts } from "../operations/audit.ts";
import {
  explainKnownRequest,
  listKnownAudit,
  listKnownRefusals,
  verifyKnownAudit,
} from "../operations/management/record.ts";
import { explanationFacts, refusalFacts } from "../operations/refusals.ts";
import { isoTime } from "../platform/clock.ts";
import { parseActor } from "../rules/events.ts";
import type { AuditRecord, RefusalRecord } from "../store/tables/records.ts";
import { listAnswer, listOf, PAGE_MEMBERS } from "./list.ts";
import { type ApiRoute, apiRoute } from "./route.ts";
import { time } from "./schemas.ts";

const TAG = "record";

const text = v.optional(v.string());

const moment = (words: string) =>
  v.optional(
    v.pipe(
      v.string(),
      v.isoTimestamp("a time such as 2026-01-31T12:00:00Z"),
      v.transform((at) => Math.floor(Date.parse(at) / 1000)),
      v.description(words),
    ),
  );

const TIMES = { since: moment("From this time on."), until: moment("Before this time.") };

const actor = v.optional(
  v.pipe(
    v.string(),
    v.check((text) => parseActor(text) !== null, "is no actor"),
    v.description("Only what these did: as in `by` of an event, or the word before the colon alone."),
  ),
);

const auditSchema = v.pipe(
  v.strictObject({
    id: v.string(),
    time,
    event: v.string(),
    level: v.string(),
    by: v.pipe(
      v.string(),
      v.description("`person:acc_…`, `client:…`, `operator:…`, `server` or `stranger`."),
    ),
    through: v.pipe(text, v.description("The client whose token of the person was used.")),
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
    times: v.optional(v.number()),
    address: text,
    request: text,
  }),
  v.title("Event"),
);

const refusalSchema = v.pipe(
  v.strictObject({
    request: v.string(),
    time,
    client: v.nullable(v.string()),
    endpoint: v.string(),
    method: v.string(),
    status: v.number(),
    error: v.string(),
    reason: v.string(),
    description: v.string(),
    address: v.string(),
    sent: v.strictObject({
      parameters: v.array(v.strictObject({ name: v.string(), value: v.string() })),
      withheld: v.array(v.string()),
      others: v.number(),
      authorization: v.nullable(v.string()),
    }),
  }),
  v.title("Refusal"),
);

export const explanationSchema = v.strictObject({
  refusal: v.nullable(refusalSchema),
  client_known: v.boolean(),
  comparisons: v.array(
    v.strictObject({
      name: v.string(),
      sent: v.array(v.string()),
      registered: v.array(v.string()),
      fits: v.nullable(v.boolean()),
    }),
  ),
  rule: v.nullable(v.string()),
  cure: v.nullable(v.string()),
  events: v.array(auditSchema),
});

export const recordRoutes: readonly ApiRoute[] = [
  apiRoute({
    method: "GET",
    path: "/audit",
    tag: TAG,
    summary: "List what happened, the newest first",
    permission: "server.read",
    query: { ...PAGE_MEMBERS, ...TIMES, client: text, person: text, by: actor, kind: text, request: text },
    answer: listOf(auditSchema),
    handle: ({ context, authority, query }) =>
      listAnswer<AuditRecord>({
        keys: context.keys,
        path: "/audit",
        query,
        placeOf: ({ id }) => ({ id }),
        rows: (page) => {
          const { client, person: subject, by, kind, request, since, until } = query;
          return listKnownAudit(context, authority, {
            ...page,
            client,
            subject,
            actor: by === undefined ? undefined : (parseActor(by) ?? undefined),
            kind,
            request,
            since,
            until,
          });
        },
        describe: auditFacts,
      }),
  }),
  apiRoute({
    method: "GET",
    path: "/audit/verification",
    tag: TAG,
    summary: "Read the whole record, and say whether it fits its seals",
    permission: "server.read",
    answer: v.strictObject({
      seals: v.number(),
      rows: v.number(),
      sealed_until: v.nullable(time),
      fault: v.nullable(v.strictObject({ what: v.string(), from: time, until: time })),
    }),
    handle: async ({ context, authority }) => {
      const { seals, rows, sealedUntil, fault } = await verifyKnownAudit(context, authority);
      return {
        body: {
          seals,
          rows,
          sealed_until: sealedUntil === null ? null : isoTime(sealedUntil),
          fault: fault && { what: fault.what, from: isoTime(fault.from), until: isoTime(fault.until) },
        },
      };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/refusals",
    tag: TAG,
    summary: "List refused requests, the newest first",
    permission: "clients.read",
    query: { ...PAGE_MEMBERS, ...TIMES, client: text, reason: text },
    answer: listOf(refusalSchema),
    handle: ({ context, authority, query }) =>
      listAnswer<RefusalRecord>({
        keys: context.keys,
        path: "/refusals",
        query,
        placeOf: ({ at, ring, slot }) => ({ at, ring, slot }),
        rows: (page) => {
          const { client, reason, since, until } = query;
          return listKnownRefusals(context, authority, { ...page, client, reason, since, until });
        },
        describe: refusalFacts,
      }),
  }),
  apiRoute({
    method: "GET",
    path: "/requests/:request",
    tag: TAG,
    summary: "Say why a request was refused, and what to do about it",
    permission: "clients.read",
    answer: explanationSchema,
    handle: async ({ context, authority, parameters }) => ({
      body: explanationFacts(await explainKnownRequest(context, authority, parameters.request ?? "")),
    }),
  }),
];
