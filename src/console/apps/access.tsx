/** @jsxImportSource hono/jsx */
/** The tab about who may use an application, and whether it works at all. */

import { listGroups } from "../../operations/groups.ts";
import {
  disableManagedClient,
  enableManagedClient,
  vouchForManagedClient,
} from "../../operations/management/clients.ts";
import { blockManaged, fetchManagedDocument, unblockManaged } from "../../operations/management/documents.ts";
import { displayText } from "../../pages/display.ts";
import { isAuthenticationLevel } from "../../protocol/authentication-level.ts";
import { documentHost } from "../../protocol/document-url.ts";
import { isRestricted } from "../../rules/client-access.ts";
import { describesItself } from "../../store/tables/clients.ts";
import { Choice, Groups, groupsOf, valuesOf } from "../fields.tsx";
import type { Typed } from "../page.ts";
import { ActButton, ActForm, At, Danger, Facts } from "../parts.tsx";
import { CONSOLE_WORDS, wordsFor } from "../texts.ts";
import { changing } from "./changes.ts";
import { inWords } from "./faults.ts";
import { appName } from "./parts.tsx";
import { type AppAct, type AppCall, appTabPage, backTo } from "./tab.tsx";
import { TAB_WORDS, type TabWords } from "./texts-tabs.ts";

/** How many groups the page reads. */
const MOST_GROUPS = 100;

/** An act that takes nothing but the application. */
const act = (
  carryOut: (call: AppCall) => Promise<unknown>,
  words: (all: TabWords) => (name: string) => string,
): AppAct => ({
  async carryOut(call) {
    await carryOut(call);
    const { frame, client } = call;
    return backTo(call, "access", words(wordsFor(frame, TAB_WORDS))(appName(frame, client)));
  },
});

/** An act on the host that publishes the application. */
const actOnHost = (
  carryOut: typeof blockManaged,
  words: (all: TabWords) => (host: string) => string,
): AppAct => ({
  async carryOut(call) {
    const host = documentHost(call.client.clientId);
    await carryOut(call.context, call.authority, host);
    return backTo(call, "access", words(wordsFor(call.frame, TAB_WORDS))(host));
  },
});

const vouch = (vouches: boolean) => (call: AppCall) =>
  vouchForManagedClient(call.context, call.authority, call.client.clientId, vouches);

export const accessPage = appTabPage({
  tab: "access",
  async show(call, typed) {
    const { context, client, mayAct, mayEdit } = call;
    const groups = mayEdit ? (await listGroups(context, { limit: MOST_GROUPS })).map(({ name }) => name) : [];
    return (
      <>
        {mayEdit ? <Edit call={call} typed={typed} groups={groups} /> : <Known call={call} />}
        {client.document !== null && <PublishedDocument call={call} />}
        {describesItself(client.source) && <Vouch call={call} />}
        {mayAct && <Stop call={call} />}
      </>
    );
  },
  acts: {
    edit: changing("access", (form) => {
      const level = form.get("minimum_acr");
      return {
        allowed_groups: groupsOf(form, "allowed"),
        denied_groups: groupsOf(form, "denied"),
        minimum_acr: isAuthenticationLevel(level) ? level : null,
      };
    }),
    fetch: act(
      ({ context, authority, client, frame }) =>
        inWords(frame, () => fetchManagedDocument(context, authority, client.clientId)),
      (words) => words.documentTaken,
    ),
    block: actOnHost(blockManaged, (words) => words.blocked),
    unblock: actOnHost(unblockManaged, (words) => words.unblocked),
    vouch: act(vouch(true), (words) => words.vouched),
    unvouch: act(vouch(false), (words) => words.unvouched),
    disable: act(
      ({ context, authority, client }) => disableManagedClient(context, authority, client.clientId),
      (words) => words.disabled,
    ),
    enable: act(
      ({ context, authority, client }) => enableManagedClient(context, authority, client.clientId),
      (words) => words.enabled,
    ),
  },
});

function Known({ call: { frame, client } }: { call: AppCall }) {
  const words = wordsFor(frame, TAB_WORDS);
  const names = (groups: readonly string[]) => groups.map((group) => displayText(group, 100)).join(", ");
  return (
    <section class="card">
      <h2>{words.access}</h2>
      {!isRestricted(client) && <p>{words.accessEveryone}</p>}
      <Facts
        facts={{
          [words.allowedGroups]: names(client.allowedGroups),
          [words.deniedGroups]: names(client.deniedGroups),
          [words.minimumAcr]: words.levels[client.minimumAcr ?? "any"],
        }}
      />
    </section>
  );
}

interface EditProps {
  readonly call: AppCall;
  readonly typed: Typed;
  readonly groups: readonly string[];
}

function Edit({ call: { frame, client }, typed, groups }: EditProps) {
  const words = wordsFor(frame, TAB_WORDS);
  const values = valuesOf(typed, "edit");
  return (
    <section class="card">
      <h2>{words.access}</h2>
      <ActForm frame={frame} act="edit" values={{ revision: String(client.revision) }}>
        {(groups.length > 0 || isRestricted(client)) && (
          <>
            <Groups
              id="allowed"
              label={words.allowedGroups}
              hint={words.allowedHint}
              linesHint={words.groupLines}
              groups={groups}
              chosen={client.allowedGroups}
              values={values}
            />
            <Groups
              id="denied"
              label={words.deniedGroups}
              hint={words.deniedHint}
              linesHint={words.groupLines}
              groups={groups}
              chosen={client.deniedGroups}
              values={values}
            />
          </>
        )}
        <Choice
          id="minimum_acr"
          label={words.minimumAcr}
          options={{ "": words.levels.any, "2": words.levels["2"], "1": words.levels["1"] }}
          value={values.text("minimum_acr", client.minimumAcr)}
        />
        <button class="main" type="submit">
          {wordsFor(frame, CONSOLE_WORDS).save}
        </button>
      </ActForm>
    </section>
  );
}

function PublishedDocument({ call: { frame, client, mayAct } }: { call: AppCall }) {
  const words = wordsFor(frame, TAB_WORDS);
  const host = documentHost(client.clientId);
  return (
    <section class="card">
      <h2>{words.documentTitle}</h2>
      <p>{words.documentAbout(host)}</p>
      {client.document !== null && (
        <Facts facts={{ [words.documentFetched]: <At frame={frame} at={client.document.fetchedAt} /> }} />
      )}
      {mayAct && client.disabledAt === null && (
        <>
          <ActButton frame={frame} act="fetch" words={words.documentFetch} />
          <Danger
            frame={frame}
            act="block"
            title={words.blockTitle(host)}
            about={words.blockAbout}
            words={words.block}
          />
        </>
      )}
      {mayAct && client.disabledBy === "blocked" && (
        <ActButton frame={frame} act="unblock" words={words.unblock} />
      )}
    </section>
  );
}

function Vouch({ call: { frame, client, mayAct } }: { call: AppCall }) {
  const words = wordsFor(frame, TAB_WORDS);
  const { vouchedAt } = client;
  return (
    <section class="card">
      <h2>{words.vouchTitle}</h2>
      {vouchedAt === null ? (
        <p>{words.vouchNot}</p>
      ) : (
        <p>
          {words.vouchedSince} <At frame={frame} at={vouchedAt} />.
        </p>
      )}
      {mayAct && (
        <ActButton
          frame={frame}
          act={vouchedAt === null ? "vouch" : "unvouch"}
          words={vouchedAt === null ? words.vouch : words.unvouch}
        />
      )}
    </section>
  );
}

function Stop({ call: { frame, client } }: { call: AppCall }) {
  const words = wordsFor(frame, TAB_WORDS);
  return (
    <section class="card">
      <h2>{words.stop}</h2>
      {client.disabledAt === null ? (
        <Danger
          frame={frame}
          act="disable"
          title={words.disableTitle}
          about={words.disableAbout}
          words={words.disable}
        />
      ) : (
        <ActButton frame={frame} act="enable" words={words.enable} />
      )}
    </section>
  );
}
