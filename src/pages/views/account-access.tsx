/** @jsxImportSource hono/jsx */
/** The applications of the account: a row for each, which opens without a script. */
import type { ClientId } from "../../protocol/identifiers.ts";
import type { DetailWords } from "../details.ts";
import { displayText } from "../display.ts";
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Hidden } from "../layout.tsx";
import { longDate } from "../time.ts";
import { DetailList } from "./details.tsx";
import { Icon } from "./icons.tsx";
import { type AccessWords, Day, MayList, Tile } from "./parts.tsx";

/** One permission of a client: an installation of an application, a device, or what another server said for the person. */
export interface Installation {
  readonly id: string;
  readonly via: "application" | "approval" | "device" | "assertion";
  /** What the browser in which the person allowed it is, or the device, in words; empty if neither was there. */
  readonly product: string;
  /** Where the browser or the device was, in words; empty if it is not known. */
  readonly where: string;
  readonly since: number;
  /** The last issue of tokens was not before this; null if there was none yet. */
  readonly usedSince: number | null;
}

/** The access of one client, now or again without asking. */
export interface ClientAccess {
  readonly clientId: ClientId;
  /** Null if the client is no longer registered. */
  readonly clientName: string | null;
  /** The path of the logo that the operator gave the client; null if there is none. */
  readonly logo: string | null;
  /** Whether the client registered itself, so that its name is only its own claim. */
  readonly unverified: boolean;
  /** The host of the client's website, if it has one. */
  readonly host: string | null;
  readonly since: number;
  readonly access: readonly AccessWords[];
  readonly details: readonly DetailWords[];
  /** Its present access; none if it could only get access again. */
  readonly installations: readonly Installation[];
  /** Whether the person is asked before it gets access again. */
  readonly asksAgain: boolean;
}

interface AccessProps {
  readonly frame: PageFrame;
  readonly token: string;
  readonly entry: ClientAccess;
}

export function AccessRow({ frame, token, entry }: AccessProps) {
  const { account } = frame.texts;
  const { installations } = entry;
  const name = entry.clientName === null ? account.unknownClient : displayText(entry.clientName);
  const words = kindWords(account);
  const kinds = [...new Set(installations.map(({ via }) => words[via]))].join(", ") || words.application;
  const isSeveral = installations.length > 1;
  const count = isSeveral ? account.installations(installations.length) : null;
  return (
    <li>
      <details class="app">
        <summary>
          <Tile name={name} logo={entry.logo} />
          <div>
            <h3>
              <bdi>{name}</bdi>
            </h3>
            <p class="small muted">
              {[entry.host, kinds, count].filter(Boolean).join(" · ")} · {account.since}{" "}
              <Day frame={frame} at={entry.since} />
            </p>
            {entry.unverified && (
              <p class="small unverified">
                <Icon name="alert" size={16} /> {account.notVerified}
              </p>
            )}
          </div>
          <Icon name="down" />
        </summary>
        <div class="stack">
          {entry.unverified && <p class="small">{account.unverified}</p>}
          <MayList frame={frame} access={entry.access} nothing={account.mayNothing} size="small" />
          <DetailList details={entry.details} />
          {!entry.asksAgain && (
            <p class="small muted">
              {installations.length > 0 ? account.remembered : account.rememberedOnly}
            </p>
          )}
          {installations.length === 1 && installations[0] !== undefined && (
            <p class="small muted">{usedWords(frame, installations[0])}</p>
          )}
          {isSeveral && (
            <ul class="installations" aria-label={account.installations(installations.length)}>
              {installations.map((installation) => (
                <InstallationRow frame={frame} token={token} name={name} installation={installation} />
              ))}
            </ul>
          )}
          <form method="post" action={frame.path("/account")}>
            <Hidden values={{ [FORM_TOKEN]: token, action: "remove", client_id: entry.clientId }} />
            <button
              class="remove"
              type="submit"
              aria-label={isSeveral ? account.removeAllLabel(name) : account.removeLabel(name)}
            >
              {isSeveral ? account.removeAll : account.remove}
            </button>
          </form>
        </div>
      </details>
    </li>
  );
}

interface InstallationProps {
  readonly frame: PageFrame;
  readonly token: string;
  readonly name: string;
  readonly installation: Installation;
}

function InstallationRow({ frame, token, name, installation }: InstallationProps) {
  const { account, language } = frame.texts;
  return (
    <li class="row">
      <div>
        <p class="small">
          {kindWords(account)[installation.via]} · {account.since}{" "}
          <Day frame={frame} at={installation.since} />
        </p>
        <p class="small muted">{usedWords(frame, installation)}</p>
      </div>
      <form method="post" action={frame.path("/account")}>
        <Hidden values={{ [FORM_TOKEN]: token, action: "end", grant: installation.id }} />
        <button
          class="remove"
          type="submit"
          aria-label={account.endLabel(name, longDate(language, installation.since))}
        >
          {account.end}
        </button>
      </form>
    </li>
  );
}

const kindWords = ({
  viaApplication,
  viaApproval,
  viaAssertion,
  viaDevice,
}: PageFrame["texts"]["account"]) => ({
  application: viaApplication,
  approval: viaApproval,
  assertion: viaAssertion,
  device: viaDevice,
});

const DAY_SECONDS = 86_400;

function usedWords(
  { texts: { account }, now }: PageFrame,
  { product, where, usedSince }: Installation,
): string {
  const used =
    usedSince === null
      ? account.notUsedYet
      : account.usedWithin(Math.max(1, Math.ceil((now - usedSince) / DAY_SECONDS)));
  return [...(product === "" ? [] : [product]), used, ...(where === "" ? [] : [account.from(where)])].join(
    " · ",
  );
}
