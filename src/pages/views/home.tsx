/** @jsxImportSource hono/jsx */
/** The start page, and the page that `error_uri` leads to. */
import type { PageFrame } from "../frame.ts";
import { Layout, SearchField } from "../layout.tsx";
import { Icon } from "./icons.tsx";

export function HomeView({ frame }: { frame: PageFrame }) {
  const { home } = frame.texts;
  return (
    <Layout frame={frame} title={frame.name}>
      <div class="card">
        <h1>{home.title(frame.name)}</h1>
        <p class="muted">{home.lead}</p>
        <div class="go">
          <Go href={frame.path("/account")} title={home.account} hint={home.accountHint} />
          <Go href={frame.path("/device")} title={home.device} hint={home.deviceHint} />
        </div>
        <hr class="rule" />
        <section aria-labelledby="developers">
          <h2 id="developers">{home.developers}</h2>
          <p class="links">
            <a href={frame.path("/.well-known/oauth-authorization-server")}>{home.metadata}</a>
            <a href={frame.path("/help/errors")}>{home.errors}</a>
          </p>
        </section>
      </div>
    </Layout>
  );
}

function Go({ href, title, hint }: { href: string; title: string; hint: string }) {
  return (
    <a href={href}>
      <span>
        <strong>{title}</strong>
        <span>{hint}</span>
      </span>
      <Icon name="next" />
    </a>
  );
}

export interface ReasonHelp {
  readonly anchor: string;
  readonly error: string;
  readonly description: string;
  readonly cure: string;
}

interface HelpProps {
  readonly frame: PageFrame;
  /** The reasons that the query finds; all of them if it is empty. */
  readonly reasons: readonly ReasonHelp[];
  readonly query: string;
}

export function HelpView({ frame, reasons, query }: HelpProps) {
  const { help } = frame.texts;
  const codes = [...Map.groupBy(reasons, ({ error }) => error)].sort(([one], [other]) =>
    one < other ? -1 : 1,
  );
  return (
    <Layout frame={frame} title={help.title} width="wide">
      <div class="card">
        <h1>{help.title}</h1>
        <p class="muted">{help.lead}</p>
        {/* A search changes nothing, so this form needs no token. */}
        <search>
          <form method="get" action={frame.path("/help/errors")}>
            <SearchField label={help.search} hint={help.searchHint} submit={help.submit} value={query} />
          </form>
        </search>
        {query !== "" && (
          <p class="row small" role="status">
            <span>{help.found(reasons.length)}</span>
            <a href={frame.path("/help/errors")}>{help.showAll}</a>
          </p>
        )}
        {codes.length > 0 && (
          <nav class="links index" aria-label={help.index}>
            {codes.map(([error]) => (
              <a href={`#code-${error}`}>
                <code>{error}</code>
              </a>
            ))}
          </nav>
        )}
        <div class="reasons" lang="en" dir="ltr">
          {codes.map(([error, entries]) => (
            <section id={`code-${error}`} aria-labelledby={`code-${error}-title`}>
              <h2 id={`code-${error}-title`}>
                <code>{error}</code>
              </h2>
              {entries.map(({ anchor, description, cure }) => (
                <div id={anchor} class="reason">
                  <h3>{description}</h3>
                  <p>{cure}</p>
                </div>
              ))}
            </section>
          ))}
        </div>
      </div>
    </Layout>
  );
}
