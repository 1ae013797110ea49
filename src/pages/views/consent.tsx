/** @jsxImportSource hono/jsx */
/** Consent (RFC 6749 §4.1.1, RFC 9700 §4.14): who asks, for what, as whom, and where the answer goes. */
import { displayText, programAddress, returnHost, webHost, webLink } from "../display.ts";
import type { PageFrame } from "../frame.ts";
import { Layout, Note } from "../layout.tsx";
import { Acknowledge } from "./parts.tsx";
import { Answer, type AskedAccess, Asker } from "./question.tsx";

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
  readonly asked: AskedAccess;
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
        <Asker name={name} logo={props.logo} does={consent.heading}>
          {props.publisher !== null && <p class="who">{consent.documentOf(props.publisher)}</p>}
          <p class="who">{host ?? `${consent.self} (${programAddress(redirectUri)})`}</p>
        </Asker>
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
        <Answer
          frame={frame}
          asked={props.asked}
          signedInAs={props.signedInAs}
          here={props.here}
          action={props.action}
          token={props.token}
          hidden={props.hidden}
          allow={consent.allow}
          deny={consent.deny}
        />
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
