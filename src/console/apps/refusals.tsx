/** @jsxImportSource hono/jsx */
/** The tab with the requests of an application that were refused: why, and what to do about each. */
import { explainClientRequest, listClientRefusals } from "../../operations/management/refusals.ts";
import { type Explanation, entryOf } from "../../operations/refusals.ts";
import { displayText } from "../../pages/display.ts";
import type { Comparison } from "../../rules/refusal-record.ts";
import type { RefusalRecord } from "../../store/tables.ts";
import type { ConsoleFrame } from "../layout.tsx";
import { At, Badge, Facts, Rows } from "../parts.tsx";
import { CONSOLE_WORDS, wordsFor } from "../texts.ts";
import { Codes } from "./parts.tsx";
import { appPath } from "./paths.ts";
import { type AppCall, appTabPage } from "./tab.tsx";
import { TAB_WORDS } from "./texts-tabs.ts";

export const refusalsPage = appTabPage({
  tab: "refusals",
  async show(call) {
    const { context, authority, client, query } = call;
    const request = query.get("request");
    if (request === null) {
      const refusals = await listClientRefusals(context, authority, client.clientId);
      return <List call={call} refusals={refusals} />;
    }
    const found = await explainClientRequest(context, authority, client.clientId, request);
    return <Explained call={call} request={request} found={found} />;
  },
});

/** Reasons and cures are English, as in the log. */
function List({ call: { frame, client }, refusals }: { call: AppCall; refusals: readonly RefusalRecord[] }) {
  const words = wordsFor(frame, TAB_WORDS);
  const { at, request, why } = words.refusalHeads;
  const path = appPath(client.clientId, "refusals");
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
              <a href={frame.path(path, { request: refusal.requestId })}>
                <code>{displayText(refusal.requestId, 60)}</code>
              </a>{" "}
              <span class="muted small">{displayText(`${refusal.method} ${refusal.endpoint}`, 100)}</span>
            </>,
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
}

interface ExplainedProps {
  readonly call: AppCall;
  readonly request: string;
  readonly found: Explanation | null;
}

function Explained({ call: { frame }, request, found }: ExplainedProps) {
  const words = wordsFor(frame, TAB_WORDS);
  const { refusalFacts: facts } = words;
  const refusal = found?.refusal ?? null;
  if (found === null || refusal === null) {
    return (
      <section class="card">
        <h2>{words.refusedRequest(displayText(request, 60))}</h2>
        <p>{words.noRequest}</p>
      </section>
    );
  }
  const { sent } = refusal;
  const without = [
    ...(sent.authorization === null ? [] : [`Authorization: ${sent.authorization}`]),
    ...sent.withheld,
  ];
  return (
    <section class="card">
      <h2>{words.refusedRequest(displayText(request, 60))}</h2>
      <Facts
        facts={{
          [facts.at]: <At frame={frame} at={refusal.at} />,
          [facts.request]: <code>{displayText(`${refusal.method} ${refusal.endpoint}`, 100)}</code>,
          [facts.from]: <code>{displayText(refusal.address, 60)}</code>,
          [facts.answer]: <code>{displayText(`${refusal.status} ${refusal.error}`, 100)}</code>,
          [facts.why]: <bdi lang="en">{displayText(refusal.description, 500)}</bdi>,
          [facts.reason]: <code>{displayText(refusal.reason, 100)}</code>,
          [facts.rule]: found.section,
          [facts.cure]: found.cure && <bdi lang="en">{found.cure}</bdi>,
        }}
      />
      {found.comparisons.length > 0 && <Compared frame={frame} comparisons={found.comparisons} />}
      {(sent.parameters.length > 0 || without.length > 0) && (
        <>
          <h3>{words.sent}</h3>
          <Facts
            facts={{
              ...Object.fromEntries(
                sent.parameters.map(([name]) => [
                  name,
                  <Codes
                    values={sent.parameters.filter(([each]) => each === name).map(([, value]) => value)}
                  />,
                ]),
              ),
              [facts.without]: without.length === 0 ? null : <Codes values={without} />,
              [facts.more]: sent.others === 0 ? null : String(sent.others),
            }}
          />
        </>
      )}
    </section>
  );
}

/** What was sent beside what is registered now. */
function Compared({ frame, comparisons }: { frame: ConsoleFrame; comparisons: readonly Comparison[] }) {
  const words = wordsFor(frame, TAB_WORDS);
  const shared = wordsFor(frame, CONSOLE_WORDS);
  const { name, sent, registered, fits } = words.comparedHeads;
  return (
    <>
      <h3>{words.compared}</h3>
      <Rows
        label={words.compared}
        heads={[name, sent, registered, fits]}
        rows={comparisons.map((each) => [
          <code>{each.name}</code>,
          <Codes values={each.sent} />,
          each.registered.length === 0 ? shared.none : <Codes values={each.registered} />,
          each.fits === null ? (
            ""
          ) : (
            <Badge kind={each.fits ? "good" : "bad"} words={each.fits ? shared.yes : shared.no} />
          ),
        ])}
      />
    </>
  );
}
