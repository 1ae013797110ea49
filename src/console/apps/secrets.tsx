/** @jsxImportSource hono/jsx */
/** The tab with the secrets of an application: their ids and times, never the secrets themselves. */

import { CLIENT_AUTHENTICATION_METHODS } from "../../clients/authentication-methods.ts";
import {
  addManagedSecret,
  changeManagedClient,
  endManagedClientTokens,
  removeManagedSecret,
} from "../../operations/management/clients.ts";
import { displayText } from "../../pages/display.ts";
import { Box } from "../../pages/layout.tsx";
import { OAuthError } from "../../protocol/errors.ts";
import type { ClientRecord } from "../../store/tables.ts";
import { type ConsoleFrame, ConsoleLayout } from "../layout.tsx";
import { ActButton, ActForm, At, Danger, Facts, Once, Rows } from "../parts.tsx";
import { revisionOf } from "../revision.ts";
import { CONSOLE_WORDS, wordsFor } from "../texts.ts";
import { Choice } from "./fields.tsx";
import { appName, Codes } from "./parts.tsx";
import { appPath } from "./paths.ts";
import { type AppCall, appTabPage, backTo, savedOn } from "./tab.tsx";
import { TAB_WORDS } from "./texts-tabs.ts";

export const secretsPage = appTabPage({
  tab: "secrets",
  async show(call) {
    return (
      <>
        <Secrets call={call} />
        {call.mayEdit && <Method call={call} />}
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
        const wanted = form.required("method");
        const method = CLIENT_AUTHENTICATION_METHODS.find((known) => known.method === wanted)?.method;
        if (method === undefined) throw new OAuthError("parameter_invalid");
        const { secret } = await changeManagedClient(
          context,
          authority,
          client.clientId,
          { token_endpoint_auth_method: method },
          { revision: revisionOf(form) },
        );
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
  const { id, since, until } = words.secretHeads;
  const expires = client.secrets.some(({ expiresAt }) => expiresAt !== null);
  return (
    <section class="card">
      <h2>{words.secrets}</h2>
      <p class="muted">{isPublic ? words.isPublic : words.secretsAbout}</p>
      {!isPublic && client.secrets.length === 0 && <p>{words.noSecrets}</p>}
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
              <Codes values={client.jwks.keys.map(({ kid, kty }) => String(kid ?? kty))} />
            ),
          }}
        />
      )}
      {mayEdit && !isPublic && <ActButton frame={frame} act="add" words={words.addSecret} kind="main" />}
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

function Method({ call: { frame, client } }: { call: AppCall }) {
  const words = wordsFor(frame, TAB_WORDS);
  return (
    <section class="card">
      <h2>{words.methodTitle}</h2>
      <ActForm frame={frame} act="method" values={{ revision: String(client.revision) }}>
        <Choice
          id="method"
          label={words.method}
          hint={words.methodHint}
          options={words.methods}
          value={client.tokenEndpointAuthMethod}
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
