/** @jsxImportSource hono/jsx */
/** The mails of this server: what was sent or waits, and what each kind looks like. */
import { readPage } from "../../api/list.ts";
import { type KnownMail, listKnownMails, previewKnownMail } from "../../operations/management/mails.ts";
import { displayText } from "../../pages/display.ts";
import { MAIL_KIND_NAMES, stateOf } from "../../rules/mail.ts";
import { Choice } from "../fields.tsx";
import { type ConsoleFrame, ConsoleLayout } from "../layout.tsx";
import type { ConsolePage } from "../page.ts";
import { At, Badge, More, Rows } from "../parts.tsx";
import { START_PATH } from "../start/start.tsx";
import { wordsFor } from "../texts.ts";
import { MAIL_WORDS } from "./texts-mails.ts";

const PATH = "/admin/mails";

const KINDS = { waits: undefined, sent: "good", failed: "bad" } as const;

export const mailsPage: ConsolePage = {
  path: PATH,
  section: "mails",
  needs: "server.read",
  async show({ context, frame, authority, query }) {
    const words = wordsFor(frame, MAIL_WORDS);
    const { shown, next } = await readPage<KnownMail>({
      keys: context.keys,
      path: PATH,
      query: { cursor: query.get("cursor") ?? undefined },
      placeOf: ({ createdAt, id }) => ({ createdAt, id }),
      rows: (page) => listKnownMails(context, authority, page),
    });
    const kind = query.get("kind");
    const preview =
      kind === null ? null : await previewKnownMail(context, authority, kind, frame.language.tag);
    return (
      <ConsoleLayout frame={frame} title={words.title}>
        <section class="card">
          <h1>{words.title}</h1>
          <p class="muted">{context.configuration.mail === undefined ? words.off : words.lead}</p>
          <p class="links">
            <a href={frame.path(START_PATH, { step: "mail" })}>{words.test}</a>
          </p>
          {shown.length === 0 ? <p>{words.none}</p> : <Mails frame={frame} mails={shown} />}
          <More frame={frame} path={PATH} query={{ cursor: query.get("cursor") }} next={next} />
        </section>
        <section class="card">
          <h2>{words.previewTitle}</h2>
          <p class="muted">{words.previewLead}</p>
          <form method="get" action={frame.path(PATH)} class="stack">
            <Choice
              id="kind"
              label={words.kind}
              options={Object.fromEntries(MAIL_KIND_NAMES.map((name) => [name, words.kinds[name]]))}
              value={kind ?? ""}
            />
            <button class="other" type="submit">
              {words.show}
            </button>
          </form>
          {preview !== null && (
            <>
              <h3>{displayText(preview.subject, 300)}</h3>
              <pre class="code">{preview.text}</pre>
            </>
          )}
        </section>
      </ConsoleLayout>
    );
  },
};

function Mails({ frame, mails }: { readonly frame: ConsoleFrame; readonly mails: readonly KnownMail[] }) {
  const words = wordsFor(frame, MAIL_WORDS);
  const { at, kind, person, state, attempts, fault } = words.heads;
  const kinds: Readonly<Record<string, string>> = words.kinds;
  return (
    <Rows
      label={words.title}
      heads={[at, kind, person, state, attempts, fault]}
      rows={mails.map((mail) => [
        <At frame={frame} at={mail.createdAt} />,
        kinds[mail.kind] ?? mail.kind,
        <>
          {mail.username !== null && mail.subject !== null && (
            <a href={frame.path(`/admin/people/${mail.subject}`)}>
              <bdi>{displayText(mail.username, 100)}</bdi>
            </a>
          )}
          {mail.address !== null && (
            <p class="muted small">
              <bdi>{displayText(mail.address, 320)}</bdi>
            </p>
          )}
        </>,
        <Badge kind={KINDS[stateOf(mail)]} words={words.states[stateOf(mail)]} />,
        String(mail.attempts),
        mail.lastFault === null ? "" : <code>{displayText(mail.lastFault, 200)}</code>,
      ])}
    />
  );
}
