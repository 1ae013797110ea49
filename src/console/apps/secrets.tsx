/** @jsxImportSource hono/jsx */
/**
 * The tab with what an application proves itself with: its secrets by their ids and times, never the secrets themselves, and
 * its public keys.
 */
import { hasSecrets, offeredMethods } from "../../clients/authentication-methods.ts";
import type { ClientWish } from "../../clients/change.ts";
import { parseWorkloadLine, workloadLine } from "../../clients/workloads.ts";
import {
  addManagedSecret,
  changeManagedClient,
  endManagedClientTokens,
  removeManagedSecret,
} from "../../operations/management/clients.ts";
import { displayText } from "../../pages/display.ts";
import { Box, Field } from "../../pages/layout.tsx";
import { CERTIFICATE_NAME_KINDS } from "../../protocol/certificate-name.ts";
import { isClientAuthenticationMethod, usesCertificate } from "../../protocol/client-authentication.ts";
import { OAuthError } from "../../protocol/errors.ts";
import type { Parameters } from "../../protocol/parameters.ts";
import { VERIFYING_NAMES } from "../../protocol/signing-algorithms.ts";
import type { ClientRecord } from "../../store/tables/clients.ts";
import { Choice, Lines, namedOptions, valuesOf } from "../fields.tsx";
import { type ConsoleFrame, ConsoleLayout } from "../layout.tsx";
import { ConsoleFault, type Typed } from "../page.ts";
import { ActButton, ActForm, At, Danger, Facts, Once, Rows } from "../parts.tsx";
import { revisionOf } from "../revision.ts";
import { CONSOLE_WORDS, wordsFor } from "../texts.ts";
import { textOrNull } from "./changes.ts";
import { appName, Codes } from "./parts.tsx";
import { appPath } from "./paths.ts";
import { type AppCall, appTabPage, backTo, savedOn } from "./tab.tsx";
import { TAB_WORDS } from "./texts-tabs.ts";

export const secretsPage = appTabPage({
  tab: "secrets",
  async show(call, typed) {
    return (
      <>
        <Secrets call={call} />
        {call.mayEdit && <Method call={call} typed={typed} />}
        {call.mayAct && <Tokens call={call} />}
      </>
    );
  },
  acts: {
    add: {
      recent: true,
      async carryOut({ context, authority, frame, client }) {
        const { text } = await addManagedSecret(context, authority, client.clientId);
        return { shown: newSecretPage(frame, client, text) };
      },
    },
    remove: {
      recent: true,
      async carryOut(call, form) {
        const { context, authority, frame, client } = call;
        const endsTokens = form.get("end_tokens") !== undefined;
        const secret = form.required("secret");
        await removeManagedSecret(context, authority, client.clientId, secret, { endsTokens });
        return backTo(call, "secrets", wordsFor(frame, TAB_WORDS).secretRemoved);
      },
    },
    method: {
      recent: true,
      async carryOut(call, form) {
        const { context, authority, frame, client } = call;
        const wish = methodWish(form, call);
        const { secret } = await changeManagedClient(context, authority, client.clientId, wish, {
          revision: revisionOf(form),
        });
        return secret === null ? savedOn(call, "secrets") : { shown: newSecretPage(frame, client, secret) };
      },
    },
    end_tokens: {
      async carryOut(call) {
        const { context, authority, frame, client } = call;
        await endManagedClientTokens(context, authority, client.clientId);
        return backTo(call, "secrets", wordsFor(frame, TAB_WORDS).tokensEnded(appName(frame, client)));
      },
    },
  },
});

/** Keys that are not touched stay, and an address takes the place of keys that stand here. */
function methodWish(form: Parameters, { client, frame }: AppCall): ClientWish {
  const method = form.required("method");
  if (!isClientAuthenticationMethod(method)) throw new OAuthError("parameter_invalid");
  const uri = textOrNull(form, "jwks_uri");
  const keys = textOrNull(form, "jwks");
  const workloads = form.get("workloads") ?? (form.get("has_workloads") === undefined ? undefined : "");
  return {
    token_endpoint_auth_method: method,
    token_endpoint_auth_signing_alg: textOrNull(form, "auth_alg"),
    ...certificateWish(form),
    ...(uri !== client.jwksUri && { jwks_uri: uri }),
    ...(workloads !== undefined && {
      workloads: parseWorkloads(workloads, wordsFor(frame, TAB_WORDS).noWorkload),
    }),
    ...(keys !== null && { jwks: parseKeys(keys, wordsFor(frame, TAB_WORDS).jwksNotJson) }),
  };
}

function certificateWish(form: Parameters): ClientWish {
  const kind = CERTIFICATE_NAME_KINDS.find((each) => each === form.get("certificate_kind"));
  const name = textOrNull(form, "certificate_name");
  return kind === undefined || name === null ? {} : { [`tls_client_auth_${kind}`]: name };
}

function parseWorkloads(text: string, fault: (line: string) => string): unknown[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines
    .filter((line) => line !== "")
    .map((line) => {
      const parsed = parseWorkloadLine(line);
      if (parsed === null) throw new ConsoleFault(fault(displayText(line, 100)));
      return parsed;
    });
}

function parseKeys(text: string, fault: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ConsoleFault(fault);
  }
}

function newSecretPage(frame: ConsoleFrame, client: ClientRecord, secret: string) {
  const words = wordsFor(frame, TAB_WORDS);
  const title = words.newSecret(appName(frame, client));
  return (
    <ConsoleLayout
      frame={frame}
      title={title}
      up={{ path: appPath(client.clientId, "secrets"), words: words.backToSecrets }}
    >
      <section class="card">
        <h1>
          <bdi>{title}</bdi>
        </h1>
        <p>{words.newSecretAbout}</p>
        <Once frame={frame} text={secret} />
      </section>
    </ConsoleLayout>
  );
}

function Secrets({ call: { frame, client, mayEdit } }: { call: AppCall }) {
  const words = wordsFor(frame, TAB_WORDS);
  const isPublic = client.tokenEndpointAuthMethod === "none";
  const usesSecrets = hasSecrets(client);
  const { id, since, until } = words.secretHeads;
  const expires = client.secrets.some(({ expiresAt }) => expiresAt !== null);
  return (
    <section class="card">
      <h2>{words.credentials}</h2>
      <p class="muted">
        {usesSecrets
          ? words.secretsAbout
          : isPublic
            ? words.isPublic
            : usesCertificate(client.tokenEndpointAuthMethod)
              ? words.certificateAbout
              : words.keysAbout}
      </p>
      {client.tlsClientAuthName !== null && (
        <Facts
          facts={{
            [words.certificateKinds[client.tlsClientAuthName.kind]]: (
              <code>{displayText(client.tlsClientAuthName.value, 300)}</code>
            ),
          }}
        />
      )}
      {usesSecrets && client.secrets.length === 0 && <p>{words.noSecrets}</p>}
      {client.secrets.length > 0 && (
        <Rows
          label={words.secrets}
          heads={[id, since, ...(expires ? [until] : [])]}
          rows={client.secrets.map((secret) => [
            <code>{displayText(secret.id, 60)}</code>,
            <At frame={frame} at={secret.createdAt} />,
            ...(expires ? [secret.expiresAt === null ? "" : <At frame={frame} at={secret.expiresAt} />] : []),
          ])}
        />
      )}
      {(client.jwksUri !== null || client.jwks !== null) && (
        <Facts
          facts={{
            [words.jwksUri]: client.jwksUri && <code>{displayText(client.jwksUri, 300)}</code>,
            [words.keys]: client.jwks && (
              <Codes
                values={client.jwks.keys.map(
                  ({ kid, kty, crv, alg }) => `${String(kid ?? "–")} (${String(alg ?? crv ?? kty)})`,
                )}
              />
            ),
            [words.authAlg]: client.tokenEndpointAuthSigningAlg,
          }}
        />
      )}
      {client.workloads.length > 0 && (
        <Facts facts={{ [words.workloads]: <Codes values={client.workloads.map(workloadLine)} /> }} />
      )}
      {mayEdit && usesSecrets && <ActButton frame={frame} act="add" words={words.addSecret} kind="main" />}
      {mayEdit &&
        client.secrets.map((secret) => (
          <Danger
            frame={frame}
            act="remove"
            values={{ secret: secret.id }}
            title={words.removeSecretTitle(displayText(secret.id, 60))}
            about={words.removeSecretAbout}
            words={words.removeSecret}
          >
            <Box name="end_tokens" value="1" words={words.endTokensToo} />
          </Danger>
        ))}
    </section>
  );
}

function Method({ call: { context, frame, client }, typed }: { call: AppCall; typed: Typed }) {
  const words = wordsFor(frame, TAB_WORDS);
  const offered: readonly string[] = offeredMethods(context.configuration).map(({ method }) => method);
  const { text } = valuesOf(typed, "method");
  return (
    <section class="card">
      <h2>{words.methodTitle}</h2>
      <ActForm frame={frame} act="method" values={{ revision: String(client.revision) }}>
        <Choice
          id="method"
          label={words.method}
          hint={words.methodHint}
          options={Object.fromEntries(
            Object.entries(words.methods).filter(
              ([method]) => offered.includes(method) || method === client.tokenEndpointAuthMethod,
            ),
          )}
          value={text("method", client.tokenEndpointAuthMethod)}
        />
        <p class="muted">{words.keysNeeded}</p>
        <Lines id="jwks" label={words.jwks} hint={words.jwksHint} rows={5} value={text("jwks", null)} />
        <Field
          id="jwks_uri"
          label={words.jwksUri}
          autocomplete="off"
          required={false}
          maxlength={2000}
          value={text("jwks_uri", client.jwksUri)}
        />
        <Choice
          id="auth_alg"
          label={words.authAlg}
          options={namedOptions(words.anyAlgorithm, VERIFYING_NAMES)}
          value={text("auth_alg", client.tokenEndpointAuthSigningAlg)}
        />
        {offered.includes("tls_client_auth") && (
          <div class="pair">
            <Choice
              id="certificate_kind"
              label={words.certificateKind}
              options={words.certificateKinds}
              value={text("certificate_kind", client.tlsClientAuthName?.kind ?? "subject_dn")}
            />
            <Field
              id="certificate_name"
              label={words.certificateName}
              autocomplete="off"
              required={false}
              maxlength={2000}
              value={text("certificate_name", client.tlsClientAuthName?.value ?? null)}
            />
          </div>
        )}
        <input type="hidden" name="has_workloads" value="1" />
        <Lines
          id="workloads"
          label={words.workloads}
          hint={words.workloadsHint}
          rows={3}
          value={text("workloads", client.workloads.map(workloadLine).join("\n"))}
        />
        <button class="other" type="submit">
          {wordsFor(frame, CONSOLE_WORDS).save}
        </button>
      </ActForm>
    </section>
  );
}

function Tokens({ call: { frame } }: { call: AppCall }) {
  const words = wordsFor(frame, TAB_WORDS);
  return (
    <section class="card">
      <Danger
        frame={frame}
        act="end_tokens"
        title={words.endTokensTitle}
        about={words.endTokensAbout}
        words={words.endTokens}
      />
    </section>
  );
}
