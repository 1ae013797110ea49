/** @jsxImportSource hono/jsx */
/** The requests that were refused, of all applications or of one. */
import { readPage } from "../../api/list.ts";
import { listKnownRefusals } from "../../operations/management/record.ts";
import { displayText } from "../../pages/display.ts";
import type { RefusalRecord } from "../../store/tables/records.ts";
import { type ConsoleFrame, ConsoleLayout } from "../layout.tsx";
import type { ConsolePage } from "../page.ts";
import { At, More, Rows } from "../parts.tsx";
import { wordsFor } from "../texts.ts";
import { requestPath } from "./events.tsx";
import { RECORD_WORDS } from "./texts.ts";
import { RequestField } from "./why.tsx";

const PATH = "/admin/refusals";

/** A table of refusals; each leads to its explanation. */
export function Refusals({ frame, rows }: { frame: ConsoleFrame; rows: readonly RefusalRecord[] }) {
  const { refusals: words } = wordsFor(frame, RECORD_WORDS);
  const { at, client, endpoint, why } = words.heads;
  return (
    <Rows
      label={words.label}
      heads={[at, client, endpoint, why]}
      rows={rows.map((row) => [
        <At frame={frame} at={row.at} />,
        <bdi>{row.clientId === null ? words.unknown : displayText(row.clientId, 200)}</bdi>,
        <code>{displayText(`${row.method} ${row.endpoint}`, 200)}</code>,
        <a href={frame.path(requestPath(row.requestId))}>
          <span lang="en">{displayText(row.description, 400)}</span>
        </a>,
      ])}
    />
  );
}

export const refusalsPage: ConsolePage = {
  path: PATH,
  section: "refusals",
  needs: "clients.read",
  async show({ context, frame, authority, query }) {
    const { refusals: words } = wordsFor(frame, RECORD_WORDS);
    const client = query.get("client")?.trim() || undefined;
    const { shown, next } = await readPage<RefusalRecord>({
      keys: context.keys,
      path: PATH,
      query: { client, cursor: query.get("cursor") ?? undefined },
      placeOf: ({ at, ring, slot }) => ({ at, ring, slot }),
      rows: (page) => listKnownRefusals(context, authority, { ...page, client }),
    });
    return (
      <ConsoleLayout frame={frame} title={words.title}>
        <section class="card">
          <h1>{words.title}</h1>
          <p class="muted">{words.lead}</p>
          {shown.length === 0 ? <p>{words.none}</p> : <Refusals frame={frame} rows={shown} />}
          <More
            frame={frame}
            path={PATH}
            query={{ client: client ?? null, cursor: query.get("cursor") }}
            next={next}
          />
        </section>
        <section class="card">
          <RequestField frame={frame} />
        </section>
      </ConsoleLayout>
    );
  },
};
