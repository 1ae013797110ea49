/** @jsxImportSource hono/jsx */
/** Access tokens: what a token is, from its text, and the live ones of an application or a person. */
import { readPage } from "../../api/list.ts";
import { recordIdText } from "../../credentials/credential.ts";
import {
  inspectToken,
  listClientTokens,
  listPersonTokens,
  revokeTokenById,
  revokeTokenText,
} from "../../operations/management/access.ts";
import type { TokenFinding } from "../../operations/token-finding.ts";
import { displayText } from "../../pages/display.ts";
import { Field, Note } from "../../pages/layout.tsx";
import type { LiveAccessToken } from "../../rules/access-token.ts";
import { isAllowed } from "../../rules/role.ts";
import { appPath } from "../apps/paths.ts";
import { ConsoleLayout } from "../layout.tsx";
import { type ConsoleCall, ConsoleFault, type ConsolePage } from "../page.ts";
import { ActButton, ActForm, At, Facts, More, Rows } from "../parts.tsx";
import { wordsFor } from "../texts.ts";
import { TOKEN_WORDS } from "./texts-tokens.ts";

export const TOKENS_PATH = "/admin/tokens";

/** Whose tokens the page lists. */
interface Whose {
  readonly client: string | null;
  readonly person: string | null;
}

const whoseOf = ({ query }: ConsoleCall): Whose => {
  const named = (name: string) => query.get(name)?.trim() || null;
  return { client: named("client"), person: named("person") };
};

async function list({ context, authority, query }: ConsoleCall, { client, person }: Whose) {
  if (client === null && person === null) return null;
  return readPage<LiveAccessToken>({
    keys: context.keys,
    path: TOKENS_PATH,
    query: {
      cursor: query.get("cursor") ?? undefined,
      ...(client === null ? { person: person ?? "" } : { client }),
    },
    placeOf: ({ id }) => ({ id }),
    rows: (page) =>
      client === null
        ? listPersonTokens(context, authority, person ?? "", page)
        : listClientTokens(context, authority, client, page),
  });
}

async function page(call: ConsoleCall, found: TokenFinding | null) {
  const { frame, authority, query } = call;
  const words = wordsFor(frame, TOKEN_WORDS);
  const whose = whoseOf(call);
  const listed = await list(call, whose);
  const mayRevoke = isAllowed(authority, "clients.write");
  return (
    <ConsoleLayout frame={frame} title={words.title}>
      <section class="card">
        <h1>{words.title}</h1>
        <p class="muted">{words.lead}</p>
        {found !== null && <Found call={call} found={found} />}
        <ActForm frame={frame} act="inspect">
          <Field
            id="token"
            label={words.token}
            hint={words.tokenHint}
            autocomplete="off"
            maxlength={16_384}
          />
          <div class="row">
            <button class="main" type="submit">
              {words.inspect}
            </button>
            {mayRevoke && (
              <button class="remove" type="submit" name="end" value="1">
                {words.end}
              </button>
            )}
          </div>
        </ActForm>
      </section>
      <section class="card">
        <h2>{words.listTitle}</h2>
        <form method="get" action={frame.path(TOKENS_PATH)} class="stack">
          <div class="pair">
            <Field
              id="client"
              label={words.client}
              autocomplete="off"
              required={false}
              maxlength={2000}
              value={whose.client ?? ""}
            />
            <Field
              id="person"
              label={words.person}
              autocomplete="off"
              required={false}
              maxlength={200}
              value={whose.person ?? ""}
            />
          </div>
          <button class="other" type="submit">
            {words.list}
          </button>
        </form>
        {listed?.shown.length === 0 && <p>{words.none}</p>}
        {listed !== null && listed.shown.length > 0 && (
          <Rows
            label={words.listTitle}
            heads={[
              words.heads.id,
              words.heads.owner,
              words.heads.scope,
              words.heads.until,
              ...(mayRevoke ? [""] : []),
            ]}
            rows={listed.shown.map((token) => [
              <code>{recordIdText(token.id)}</code>,
              <>
                <a href={frame.path(appPath(token.clientId))}>
                  <bdi>{displayText(token.clientId, 100)}</bdi>
                </a>
                {token.grant !== null && (
                  <p class="small">
                    <a href={frame.path(`/admin/people/${token.grant.subject}`)}>
                      <bdi>{displayText(token.grant.username, 100)}</bdi>
                    </a>
                  </p>
                )}
              </>,
              <code>{displayText(token.scope.join(" "), 300)}</code>,
              <At frame={frame} at={token.expiresAt} />,
              ...(mayRevoke
                ? [
                    <ActButton
                      frame={frame}
                      act="revoke"
                      values={{ id: recordIdText(token.id), client: whose.client, person: whose.person }}
                      words={words.end}
                    />,
                  ]
                : []),
            ])}
          />
        )}
        {listed !== null && (
          <More
            frame={frame}
            path={TOKENS_PATH}
            query={{ client: whose.client, person: whose.person, cursor: query.get("cursor") }}
            next={listed.next}
          />
        )}
      </section>
    </ConsoleLayout>
  );
}

function Found({ call: { frame }, found }: { readonly call: ConsoleCall; readonly found: TokenFinding }) {
  const words = wordsFor(frame, TOKEN_WORDS);
  const view = found.state === "active" ? found.view : null;
  return (
    <div class="stack" role="status">
      <Note kind={view === null ? "bad" : "good"}>
        {view === null ? words.notValid(words.kinds[found.kind]) : words.valid(words.kinds[found.kind])}
      </Note>
      {found.state === "inactive" && (
        <p class="muted" lang="en">
          {displayText(found.why, 300)}
        </p>
      )}
      {view !== null && (
        <Facts
          facts={{
            [words.heads.id]: view.jti && <code>{view.jti}</code>,
            [words.client]: <bdi>{displayText(view.client_id, 200)}</bdi>,
            [words.person]: view.username && <bdi>{displayText(view.username, 200)}</bdi>,
            [words.heads.scope]: view.scope && <code>{displayText(view.scope, 500)}</code>,
            [words.audience]: <code>{displayText([view.aud].flat().join(" "), 500)}</code>,
            [words.heads.until]: <At frame={frame} at={view.exp} />,
          }}
        />
      )}
    </div>
  );
}

export const tokensPage: ConsolePage = {
  path: TOKENS_PATH,
  section: "apps",
  needs: "clients.read",
  show: (call) => page(call, null),
  acts: {
    // The token is in the body, so that it stands in no address and no log.
    inspect: {
      async carryOut(call, form) {
        const { context, authority, frame } = call;
        const words = wordsFor(frame, TOKEN_WORDS);
        const text = form.required("token");
        if (form.get("end") !== undefined) {
          const isEnded = await revokeTokenText(context, authority, text);
          return { to: TOKENS_PATH, notice: isEnded ? words.ended : words.notEnded };
        }
        const found = await inspectToken(context, authority, text).catch(() => {
          throw new ConsoleFault(words.foreign);
        });
        return { shown: await page(call, found) };
      },
    },
    revoke: {
      async carryOut({ context, authority, frame }, form) {
        await revokeTokenById(context, authority, form.required("id"));
        const whose = { client: form.get("client") ?? null, person: form.get("person") ?? null };
        return { to: TOKENS_PATH, query: whose, notice: wordsFor(frame, TOKEN_WORDS).ended };
      },
    },
  },
};
