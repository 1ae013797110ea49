/** @jsxImportSource hono/jsx */
/** The record of what happened, with filters. */
import { readPage } from "../../api/list.ts";
import { listKnownAudit, verifyKnownAudit } from "../../operations/management/record.ts";
import { Field } from "../../pages/layout.tsx";
import { moment } from "../../pages/time.ts";
import { parseActor } from "../../rules/events.ts";
import type { AuditRecord } from "../../store/tables/records.ts";
import { ConsoleLayout } from "../layout.tsx";
import type { ConsolePage } from "../page.ts";
import { ActButton, More } from "../parts.tsx";
import { wordsFor } from "../texts.ts";
import { Events } from "./events.tsx";
import { RECORD_WORDS } from "./texts.ts";
import { RequestField } from "./why.tsx";

const PATH = "/admin/audit";

/** Did nothing. */
const NO_ACTOR = { kind: "stranger", id: "" } as const;

/** The beginning of a day in UTC, in seconds since the epoch; undefined for another text. */
function dayIn(text: string | undefined): number | undefined {
  const millis = /^\d{4}-\d\d-\d\d$/.test(text ?? "") ? Date.parse(text ?? "") : Number.NaN;
  return Number.isNaN(millis) ? undefined : millis / 1000;
}

export const auditPage: ConsolePage = {
  path: PATH,
  section: "audit",
  needs: "server.read",
  async show({ context, frame, authority, query }) {
    const { audit: words } = wordsFor(frame, RECORD_WORDS);
    const wanted = (name: string) => query.get(name)?.trim() || undefined;
    const [by, since, until] = [wanted("by"), wanted("since"), wanted("until")];
    const filter = { client: wanted("client"), subject: wanted("person"), kind: wanted("kind") };
    const more = {
      actor: by === undefined ? undefined : (parseActor(by) ?? NO_ACTOR),
      since: dayIn(since),
      until: dayIn(until),
    };
    const { shown, next } = await readPage<AuditRecord>({
      keys: context.keys,
      path: PATH,
      query: { ...filter, by, since, until, cursor: query.get("cursor") ?? undefined },
      placeOf: ({ id }) => ({ id }),
      rows: (page) => listKnownAudit(context, authority, { ...page, ...filter, ...more }),
    });
    const fields = [
      ["kind", words.kind, words.kindHint],
      ["client", words.client, undefined],
      ["person", words.person, undefined],
      ["by", words.by, words.byHint],
      ["since", words.since, words.dayHint],
      ["until", words.until, words.dayHint],
    ] as const;
    return (
      <ConsoleLayout frame={frame} title={words.title}>
        <section class="card">
          <h1>{words.title}</h1>
          <p class="muted">{words.lead}</p>
          <form method="get" action={frame.path(PATH)} class="stack">
            <div class="pair">
              {fields.map(([name, label, hint]) => (
                <Field
                  id={name}
                  label={label}
                  {...(hint !== undefined && { hint })}
                  autocomplete="off"
                  required={false}
                  maxlength={200}
                  value={query.get(name) ?? ""}
                />
              ))}
            </div>
            <button class="other" type="submit">
              {words.show}
            </button>
          </form>
          {shown.length === 0 ? <p>{words.none}</p> : <Events frame={frame} rows={shown} />}
          <More
            frame={frame}
            path={PATH}
            query={{
              kind: query.get("kind"),
              client: query.get("client"),
              person: query.get("person"),
              by: query.get("by"),
              since: query.get("since"),
              until: query.get("until"),
              cursor: query.get("cursor"),
            }}
            next={next}
          />
        </section>
        <section class="card">
          <h2>{words.verifyTitle}</h2>
          <p class="muted">{words.verifyLead}</p>
          <ActButton frame={frame} act="verify" words={words.verify} />
        </section>
        <section class="card">
          <RequestField frame={frame} />
        </section>
      </ConsoleLayout>
    );
  },
  acts: {
    verify: {
      async carryOut({ context, authority, frame }) {
        const { audit: words } = wordsFor(frame, RECORD_WORDS);
        const { seals, rows, fault } = await verifyKnownAudit(context, authority);
        const at = (time: number) => moment(frame.texts.language, time);
        const notice =
          fault === null ? words.fits(rows, seals) : words.fitsNot(at(fault.from), at(fault.until));
        return { to: PATH, notice };
      },
    },
  },
};
