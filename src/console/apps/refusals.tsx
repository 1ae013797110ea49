/** @jsxImportSource hono/jsx */
/** The tab with the requests of an application that were refused: why, and what to do about each. */
import { listKnownRefusals } from "../../operations/management/record.ts";
import { entryOf } from "../../operations/refusals.ts";
import { displayText } from "../../pages/display.ts";
import { RING_SLOTS } from "../../rules/refusal-record.ts";
import { At, Rows } from "../parts.tsx";
import { requestPath } from "../record/events.tsx";
import { wordsFor } from "../texts.ts";
import { appTabPage } from "./tab.tsx";
import { TAB_WORDS } from "./texts-tabs.ts";

export const refusalsPage = appTabPage({
  tab: "refusals",
  async show({ context, authority, client, frame }) {
    const words = wordsFor(frame, TAB_WORDS);
    const { at, request, why } = words.refusalHeads;
    const page = { client: client.clientId, limit: RING_SLOTS };
    const refusals = await listKnownRefusals(context, authority, page);
    return (
      <section class="card">
        <h2>{words.refusals}</h2>
        <p class="muted">{words.refusalsAbout}</p>
        {refusals.length === 0 ? (
          <p>{words.noRefusals}</p>
        ) : (
          <Rows
            label={words.refusals}
            heads={[at, request, why]}
            rows={refusals.map((refusal) => [
              <At frame={frame} at={refusal.at} />,
              <>
                <a href={frame.path(requestPath(refusal.requestId))}>
                  <code>{displayText(refusal.requestId, 60)}</code>
                </a>
                <p class="muted small">{displayText(`${refusal.method} ${refusal.endpoint}`, 100)}</p>
              </>,
              // Reasons and cures are English, as in the log.
              <div lang="en">
                <p>
                  <bdi>{displayText(refusal.description, 500)}</bdi>
                </p>
                <p class="muted small">{entryOf(refusal.reason)?.cure}</p>
              </div>,
            ])}
          />
        )}
      </section>
    );
  },
});
