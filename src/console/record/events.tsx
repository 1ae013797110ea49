/** @jsxImportSource hono/jsx */
/** Rows of the record, as a table. */
import { displayText } from "../../pages/display.ts";
import { actorText, EVENT_TYPES, type EventName } from "../../rules/events.ts";
import type { AuditRecord } from "../../store/tables/records.ts";
import type { ConsoleFrame } from "../layout.tsx";
import { At, Badge, Rows } from "../parts.tsx";
import { wordsFor } from "../texts.ts";
import { RECORD_WORDS } from "./texts.ts";

export const requestPath = (requestId: string): `/${string}` =>
  `/admin/requests/${encodeURIComponent(requestId)}`;

function Event({ frame, row }: { frame: ConsoleFrame; row: AuditRecord }) {
  const known = EVENT_TYPES[row.event as EventName];
  const { audit } = wordsFor(frame, RECORD_WORDS);
  const level = known?.level ?? "info";
  return (
    <>
      <span lang="en">{known?.words ?? row.event}</span>{" "}
      {(level === "warn" || level === "error") && <Badge kind="warn" words={row.event} />}
      {level !== "warn" && level !== "error" && <Badge words={row.event} />}
      {row.times > 1 && <span class="muted small"> {audit.times(row.times)}</span>}
    </>
  );
}

/** What the event is about: each part leads to its page. */
function About({ frame, row }: { frame: ConsoleFrame; row: AuditRecord }) {
  const more = [row.groupName, row.via, row.reason, row.key, row.file].filter((part) => part !== null);
  return (
    <>
      {row.subject !== null && (
        <p>
          <a href={frame.path(`/admin/people/${encodeURIComponent(row.subject)}`)}>
            <code>{displayText(row.subject, 60)}</code>
          </a>
        </p>
      )}
      {row.clientId !== null && (
        <p>
          <a href={frame.path(`/admin/apps/${encodeURIComponent(row.clientId)}`)}>
            <bdi>{displayText(row.clientId, 200)}</bdi>
          </a>
        </p>
      )}
      {more.length > 0 && <p class="muted small">{more.map((part) => displayText(part, 200)).join(" · ")}</p>}
    </>
  );
}

export function Events({ frame, rows }: { frame: ConsoleFrame; rows: readonly AuditRecord[] }) {
  const { audit: words } = wordsFor(frame, RECORD_WORDS);
  const { at, event, by, about, request } = words.heads;
  return (
    <Rows
      label={words.label}
      heads={[at, event, by, about, request]}
      rows={rows.map((row) => [
        <At frame={frame} at={row.at} />,
        <Event frame={frame} row={row} />,
        <>
          <code>{displayText(actorText({ kind: row.actorKind, id: row.actorId }), 200)}</code>
          {row.through !== null && (
            <p class="small">
              {words.through} <bdi>{displayText(row.through, 200)}</bdi>
            </p>
          )}
          {row.address !== "" && row.address !== null && (
            <p class="muted small">{displayText(row.address, 60)}</p>
          )}
        </>,
        <About frame={frame} row={row} />,
        row.requestId === null ? (
          ""
        ) : (
          <a href={frame.path(requestPath(row.requestId))}>
            <code>{row.requestId}</code>
          </a>
        ),
      ])}
    />
  );
}
