/** @jsxImportSource hono/jsx */
/** Why a request was refused: what it sent, what is registered, which rule refused it, and the cure. */
import { explainKnownRequest } from "../../operations/management/record.ts";
import type { Explanation } from "../../operations/refusals.ts";
import { displayText } from "../../pages/display.ts";
import { Note, SearchField } from "../../pages/layout.tsx";
import type { RefusalRecord } from "../../store/tables/records.ts";
import { type ConsoleFrame, ConsoleLayout } from "../layout.tsx";
import type { ConsolePage } from "../page.ts";
import { At, Badge, Facts, Rows } from "../parts.tsx";
import { wordsFor } from "../texts.ts";
import { Events } from "./events.tsx";
import { RECORD_WORDS } from "./texts.ts";

/** The field for the id of a request. */
export function RequestField({ frame }: { frame: ConsoleFrame }) {
  const { why } = wordsFor(frame, RECORD_WORDS);
  return (
    <form method="get" action={frame.path("/admin/requests")}>
      <SearchField label={why.findLabel} hint={why.findHint} submit={why.find} value="" />
    </form>
  );
}

function Refusal({
  frame,
  found,
  refusal,
}: {
  frame: ConsoleFrame;
  found: Explanation;
  refusal: RefusalRecord;
}) {
  const { why, refusals } = wordsFor(frame, RECORD_WORDS);
  const { client, cure, section } = found;
  const name =
    refusal.clientId === null
      ? refusals.unknown
      : client === null
        ? `${displayText(refusal.clientId, 200)} (${why.noClient})`
        : displayText(client.clientName ?? refusal.clientId, 200);
  return (
    <>
      <Facts
        facts={{
          [why.refused]: <At frame={frame} at={refusal.at} />,
          [why.request]: <code>{displayText(`${refusal.method} ${refusal.endpoint}`, 200)}</code>,
          [why.from]: displayText(refusal.address, 60),
          [why.client]: <bdi>{name}</bdi>,
          [why.answer]: (
            <code>
              {refusal.status} {refusal.error}
            </code>
          ),
          [why.why]: <span lang="en">{displayText(refusal.description, 400)}</span>,
          [why.rule]: section,
        }}
      />
      {cure !== null && (
        <Note kind="warn" title={why.cure}>
          <p lang="en">{cure}</p>
        </Note>
      )}
    </>
  );
}

function Sent({ frame, refusal: { sent } }: { frame: ConsoleFrame; refusal: RefusalRecord }) {
  const { why } = wordsFor(frame, RECORD_WORDS);
  const { name, value } = why.sentHeads;
  return (
    <section class="card">
      <h2>{why.sent}</h2>
      {sent.parameters.length === 0 ? (
        <p class="muted">{why.nothingSent}</p>
      ) : (
        <Rows
          label={why.sent}
          heads={[name, value]}
          rows={sent.parameters.map(([parameter, text]) => [
            <code>{displayText(parameter, 100)}</code>,
            <code>{displayText(text, 2000)}</code>,
          ])}
        />
      )}
      {sent.withheld.length > 0 && (
        <p class="muted small">
          {why.withheld(sent.withheld.map((each) => displayText(each, 60)).join(", "))}
        </p>
      )}
    </section>
  );
}

function Compared({ frame, found: { comparisons } }: { frame: ConsoleFrame; found: Explanation }) {
  const { why } = wordsFor(frame, RECORD_WORDS);
  const { name, sent, registered, fits } = why.comparedHeads;
  const lines = (values: readonly string[]) =>
    values.length === 0 ? (
      why.nothing
    ) : (
      <ul>
        {values.map((value) => (
          <li>
            <code>{displayText(value, 2000)}</code>
          </li>
        ))}
      </ul>
    );
  return (
    <section class="card">
      <h2>{why.compared}</h2>
      <Rows
        label={why.compared}
        heads={[name, sent, registered, fits]}
        rows={comparisons.map((each) => [
          <code>{each.name}</code>,
          lines(each.sent),
          lines(each.registered),
          each.fits === null ? (
            ""
          ) : (
            <Badge kind={each.fits ? "good" : "bad"} words={each.fits ? why.yes : why.no} />
          ),
        ])}
      />
    </section>
  );
}

const explaining: Pick<ConsolePage, "section" | "needs" | "show"> = {
  section: "refusals",
  needs: "clients.read",
  async show({ context, frame, authority, parameters, query }) {
    const { why, refusals } = wordsFor(frame, RECORD_WORDS);
    const id = parameters.request ?? query.get("q")?.trim() ?? "";
    const found = await explainKnownRequest(context, authority, id);
    const { refusal, comparisons, events } = found;
    const title = why.title(displayText(id, 40));
    return (
      <ConsoleLayout frame={frame} title={title} up={{ path: "/admin/refusals", words: refusals.title }}>
        <section class="card">
          <h1>{title}</h1>
          {refusal === null ? (
            <p>{why.notRefused}</p>
          ) : (
            <Refusal frame={frame} found={found} refusal={refusal} />
          )}
        </section>
        {refusal !== null && <Sent frame={frame} refusal={refusal} />}
        {comparisons.length > 0 && <Compared frame={frame} found={found} />}
        {events.length > 0 && (
          <section class="card">
            <h2>{why.events}</h2>
            <Events frame={frame} rows={events} />
          </section>
        )}
      </ConsoleLayout>
    );
  },
};

/** The page of one request, and the page to which the field leads. */
export const whyPage: ConsolePage = { path: "/admin/requests/:request", ...explaining };
export const whyFoundPage: ConsolePage = { path: "/admin/requests", ...explaining };
