/** @jsxImportSource hono/jsx */
/** Which applications may come by themselves, and whose tokens this server believes. The configuration says both. */
import { blockManaged, fetchManagedDocument, unblockManaged } from "../../operations/management/documents.ts";
import { findRegistration, type RegistrationPolicy } from "../../operations/management/registration.ts";
import {
  checkTrustedIssuer,
  listAssertionAudiences,
  listTrustedIssuers,
} from "../../operations/management/trust.ts";
import { displayText } from "../../pages/display.ts";
import { Field } from "../../pages/layout.tsx";
import { duration } from "../../pages/time.ts";
import { Icon } from "../../pages/views/icons.tsx";
import type { Parameters } from "../../protocol/parameters.ts";
import { isAllowed } from "../../rules/role.ts";
import { inWords } from "../apps/faults.ts";
import { APPS_PATH, appPath } from "../apps/paths.ts";
import { TAB_WORDS } from "../apps/texts-tabs.ts";
import { ConsoleLayout } from "../layout.tsx";
import type { ConsoleCall, ConsolePage, Done } from "../page.ts";
import { ActButton, ActForm, At, Facts, Rows } from "../parts.tsx";
import { wordsFor } from "../texts.ts";
import { SettingRows } from "./setting-rows.tsx";
import { REGISTRATION_WORDS } from "./texts-registration.ts";

const PATH = "/admin/registration";

interface PolicyProps {
  readonly call: ConsoleCall;
  readonly policy: RegistrationPolicy;
}

/** The way to them. */
const Listed = ({
  call: { frame },
  source,
}: PolicyProps & { source: keyof RegistrationPolicy["counts"] }) => (
  <p class="links">
    <a href={frame.path(APPS_PATH, { source })}>{wordsFor(frame, REGISTRATION_WORDS).list}</a>
  </p>
);

const codes = (names: readonly string[]) => <code>{displayText(names.join(" "), 1000)}</code>;

function Registration(props: PolicyProps) {
  const { call, policy } = props;
  const { frame, context } = call;
  const words = wordsFor(frame, REGISTRATION_WORDS);
  const { registration } = context.configuration;
  const { grantNames } = wordsFor(frame, TAB_WORDS);
  const isOff = policy.mode === "off";
  return (
    <section class="card">
      <h1>{words.title}</h1>
      <p class="muted">{words.lead}</p>
      <h2>{words.registrationTitle}</h2>
      <p>{words.modes[policy.mode]}</p>
      <Facts
        facts={{
          [words.howMany]: words.count(policy.counts.registration),
          [words.tokens]: policy.mode === "token" ? words.tokenCount(policy.initialAccessTokens) : null,
          [words.scopes]: isOff ? null : codes(policy.scope),
          [words.mayDo]: isOff ? null : registration.grant_types.map((name) => grantNames[name]).join(", "),
          [words.ownScopes]: isOff
            ? null
            : registration.client_credentials_scope.length === 0
              ? words.noOwnScopes
              : codes(registration.client_credentials_scope),
          [words.asked]: isOff ? null : registration.vouched ? words.vouched : words.notVouched,
          [words.unused]: isOff ? null : duration(frame.language.tag, registration.unused_seconds),
        }}
      />
      <Listed {...props} source="registration" />
    </section>
  );
}

function Documents(props: PolicyProps) {
  const { call, policy } = props;
  const { frame, context, authority } = call;
  const words = wordsFor(frame, REGISTRATION_WORDS);
  const { allow, deny } = context.configuration.client_id_metadata_documents;
  const mayAct = isAllowed(authority, "clients.write");
  const { mode } = policy.documents;
  return (
    <section class="card">
      <h2>{words.documentsTitle}</h2>
      <p class="muted">{words.documentsLead}</p>
      <p>{words.documentModes[mode]}</p>
      <Facts
        facts={{
          [words.howMany]: words.count(policy.counts.metadata_document),
          [words.allowed]: mode === "listed" ? codes(allow) : null,
          [words.denied]: deny.length === 0 ? null : codes(deny),
        }}
      />
      <Listed {...props} source="metadata_document" />
      {policy.blocks.length > 0 && (
        <Rows
          label={words.blocks}
          heads={[words.blocks, words.since, ...(mayAct ? [""] : [])]}
          rows={policy.blocks.map(({ pattern, createdAt }) => [
            <code>{displayText(pattern, 300)}</code>,
            <At frame={frame} at={createdAt} />,
            ...(mayAct
              ? [<ActButton frame={frame} act="unblock" values={{ pattern }} words={words.unblock} />]
              : []),
          ])}
        />
      )}
      {mayAct && mode !== "off" && (
        <ActForm frame={frame} act="document">
          <Field
            id="pattern"
            label={words.pattern}
            hint={words.patternHint}
            autocomplete="off"
            maxlength={2000}
          />
          <div class="row">
            <button class="other" type="submit" name="what" value="fetch">
              {words.fetch}
            </button>
            <button class="remove" type="submit" name="what" value="block">
              {words.block}
            </button>
          </div>
        </ActForm>
      )}
    </section>
  );
}

function Issuers({ call }: { readonly call: ConsoleCall }) {
  const { frame, context, authority } = call;
  const words = wordsFor(frame, REGISTRATION_WORDS);
  const issuers = listTrustedIssuers(context, authority);
  const audiences = listAssertionAudiences(context, authority);
  const mayCheck = isAllowed(authority, "clients.write");
  return (
    <section class="card">
      <h2>{words.issuersTitle}</h2>
      <p class="muted">{words.issuersLead}</p>
      {issuers.length === 0 ? (
        <p>{words.noIssuers}</p>
      ) : (
        <Rows
          label={words.issuersTitle}
          heads={[
            words.issuerHeads.issuer,
            words.issuerHeads.workloads,
            words.issuerHeads.people,
            ...(mayCheck ? [""] : []),
          ]}
          rows={issuers.map(({ issuer, keys, clients, people }) => [
            <>
              <code>{displayText(issuer, 300)}</code>
              <p class="muted small">
                {words.keysFrom} <bdi>{displayText(keys, 300)}</bdi>
              </p>
            </>,
            clients.length === 0 ? words.noWorkloads : codes(clients),
            people === null ? words.noPeople : words.peopleBy[people.by],
            ...(mayCheck
              ? [<ActButton frame={frame} act="check" values={{ issuer }} words={words.check} />]
              : []),
          ])}
        />
      )}
      {audiences.length > 0 && (
        <>
          <h3>{words.audiencesTitle}</h3>
          <Rows
            label={words.audiencesTitle}
            heads={[words.audienceHeads.issuer, words.audienceHeads.clients, words.audienceHeads.scopes]}
            rows={audiences.map(({ issuer, clients, scope }) => [
              <code>{displayText(issuer, 300)}</code>,
              codes(clients.map(({ client_id }) => client_id)),
              codes(scope),
            ])}
          />
        </>
      )}
      <p class="links">
        <a href={frame.path("/admin/scopes")}>{words.exchange}</a>
      </p>
    </section>
  );
}

async function actOnDocuments(call: ConsoleCall, form: Parameters): Promise<Done> {
  const { context, authority, frame } = call;
  const words = wordsFor(frame, TAB_WORDS);
  const pattern = form.required("pattern").trim();
  if (form.get("what") === "fetch") {
    const client = await inWords(frame, () => fetchManagedDocument(context, authority, pattern));
    const name = displayText(client.clientName ?? client.clientId, 200);
    return { to: appPath(client.clientId), notice: words.documentTaken(name) };
  }
  await inWords(frame, () => blockManaged(context, authority, pattern));
  return { to: PATH, notice: words.blocked(displayText(pattern, 200)) };
}

export const registrationPage: ConsolePage = {
  path: PATH,
  section: "registration",
  needs: "clients.read",
  async show(call) {
    const { frame, context, authority } = call;
    const words = wordsFor(frame, REGISTRATION_WORDS);
    const policy = await findRegistration(context, authority);
    return (
      <ConsoleLayout frame={frame} title={words.title}>
        <Registration call={call} policy={policy} />
        <Documents call={call} policy={policy} />
        <Issuers call={call} />
        <details class="card fold">
          <summary>
            <h2>{words.settings}</h2>
            <Icon name="down" />
          </summary>
          <SettingRows frame={frame} label={words.settings} settings={policy.settings} />
        </details>
      </ConsoleLayout>
    );
  },
  acts: {
    document: { carryOut: actOnDocuments },
    unblock: {
      async carryOut({ context, authority, frame }, form) {
        const pattern = form.required("pattern");
        await unblockManaged(context, authority, pattern);
        return { to: PATH, notice: wordsFor(frame, TAB_WORDS).unblocked(displayText(pattern, 200)) };
      },
    },
    check: {
      async carryOut({ context, authority, frame }, form) {
        const words = wordsFor(frame, REGISTRATION_WORDS);
        const { issuer, fault, keys } = await checkTrustedIssuer(context, authority, form.required("issuer"));
        const name = displayText(issuer, 200);
        const notice =
          fault === null ? words.checked(name, keys.length) : words.faulty(name, displayText(fault, 300));
        return { to: PATH, notice };
      },
    },
  },
};
