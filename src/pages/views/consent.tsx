/** @jsxImportSource hono/jsx */
/** Consent (RFC 6749 §4.1.1, RFC 9700 §4.14): who asks, for what, as whom, and where the answer goes. */
import type { DetailWords } from "../details.ts";
import { displayText, programAddress, returnHost, webHost, webLink } from "../display.ts";
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Hidden, Layout, Note } from "../layout.tsx";
import { DetailList } from "./details.tsx";
import { type AccessWords, Acknowledge, ANSWER, Choice, MayList, MayNot, Person, Tile } from "./parts.tsx";

export interface ConsentProps {
  readonly frame: PageFrame;
  /** The client's name, or its identifier. */
  readonly clientName: string;
  /** Its own pages, as registered; shown as links if they are http or https. */
  readonly clientUri: string | null;
  readonly tosUri: string | null;
  readonly policyUri: string | null;
  /** The address that gets the answer, yes or no. */
  readonly redirectUri: string;
  /** The host of the client's metadata document; null if it has none. */
  readonly publisher: string | null;
  /** Whether the client registered itself, so that its name is only its own claim. */
  readonly unverified: boolean;
  /** Why the person is asked again. */
  readonly notice: string | null;
  readonly access: readonly AccessWords[];
  readonly details: readonly DetailWords[];
  /** Whether the access is at this server only. */
  readonly onlyHere: boolean;
  /** The path of the logo that the operator gave the client; null if there is none. */
  readonly logo: string | null;
  /** The user name of the person who is asked. */
  readonly signedInAs: string;
  /** The path and query that lead to this question again, for "use another account". */
  readonly here: string;
  /** Where the answer is sent: a path with the issuer's. The buttons send `decision`: `allow` or `deny`. */
  readonly action: string;
  /** From `openForm`. */
  readonly token: string;
  /** Further hidden fields. */
  readonly hidden?: Readonly<Record<string, string>>;
}

export function ConsentView(props: ConsentProps) {
  const { frame, redirectUri } = props;
  const { consent } = frame.texts;
  const name = displayText(props.clientName);
  // Only the redirect URI shows who receives the answer. Other addresses are claims of the client.
  const host = returnHost(redirectUri);
  const website = webLink(props.clientUri);
  return (
    <Layout frame={frame} title={consent.title(name)}>
      <div class="card">
        <div class="asker">
          <Tile name={name} logo={props.logo} />
          <div>
            <h1>
              <bdi>{name}</bdi> <span>{consent.heading}</span>
            </h1>
            {props.publisher !== null && <p class="who">{consent.documentOf(props.publisher)}</p>}
            <p class="who">{host ?? `${consent.self} (${programAddress(redirectUri)})`}</p>
          </div>
        </div>
        {props.notice && <Note kind="plain">{props.notice}</Note>}
        {host === null && <p class="small muted">{consent.selfHint}</p>}
        {props.unverified && (
          <Note kind="warn" title={consent.unverifiedTitle}>
            {warningWords(consent, props.publisher, host)}
            <Acknowledge words={host === null ? consent.acknowledgeDevice : consent.acknowledge(host)} />
          </Note>
        )}
        {!props.unverified && props.publisher !== null && host === null && (
          <Note kind="warn">{consent.unverifiedDocumentDevice(props.publisher)}</Note>
        )}
        <Person frame={frame} username={props.signedInAs} here={props.here} />
        <section aria-labelledby="may">
          <h2 id="may">{consent.mayTitle}</h2>
          <MayList frame={frame} access={props.access} nothing={consent.mayNothing} />
          <DetailList details={props.details} />
        </section>
        <MayNot frame={frame} onlyHere={props.onlyHere} />
        <p class="small muted">{consent.takeBack}</p>
        <form id={ANSWER} method="post" action={props.action} class="stack">
          <Hidden values={{ [FORM_TOKEN]: props.token, ...props.hidden }} />
          <Choice allow={consent.allow} deny={consent.deny} />
        </form>
        <p class="after">{host === null ? consent.returnsToApplication : consent.returnsTo(host)}</p>
        <ClientLinks
          frame={frame}
          links={[
            [consent.website, website, webHost(props.clientUri)],
            [consent.terms, webLink(props.tosUri), webHost(props.tosUri)],
            [consent.policy, webLink(props.policyUri), webHost(props.policyUri)],
          ]}
        />
      </div>
    </Layout>
  );
}

/**
 * Why the person should take care. A document proves who published it, and not which program on the device sends the person here
 * (RFC 8252 §8.6).
 */
function warningWords(
  consent: PageFrame["texts"]["consent"],
  publisher: string | null,
  host: string | null,
): string {
  if (publisher === null) return host === null ? consent.unverifiedDevice : consent.unverified(host);
  return host === null
    ? consent.unverifiedDocumentDevice(publisher)
    : consent.unverifiedDocument(publisher, host);
}

type ClientLink = readonly [words: string, href: string | null, host: string | null];

/** Links to the client's own pages, with the host they lead to. */
function ClientLinks({ frame, links }: { frame: PageFrame; links: readonly ClientLink[] }) {
  const known = links.filter(([, href]) => href !== null);
  if (known.length === 0) return null;
  return (
    <p class="links">
      {known.map(([words, href, host]) => (
        <a href={href ?? ""} rel="noopener noreferrer nofollow" title={host ?? ""}>
          {words}
          <span class="hidden">
            {" "}
            ({host}, {frame.texts.common.opensElsewhere})
          </span>
        </a>
      ))}
    </p>
  );
}
