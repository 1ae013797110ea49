/** @jsxImportSource hono/jsx */
/** The tab about the claims of an application's own, and the form for them. */
import type { ClientWish } from "../../clients/change.ts";
import { displayText } from "../../pages/display.ts";
import { Field } from "../../pages/layout.tsx";
import type { ClaimSource } from "../../protocol/claim-mapping.ts";
import { OAuthError } from "../../protocol/errors.ts";
import type { Parameters } from "../../protocol/parameters.ts";
import { Choice, Lines, linesOf, valuesOf } from "../fields.tsx";
import type { Typed } from "../page.ts";
import { ActButton, ActForm, Facts, Rows } from "../parts.tsx";
import { CONSOLE_WORDS, wordsFor } from "../texts.ts";
import { changing } from "./changes.ts";
import { Preview } from "./claims-preview.tsx";
import { Codes } from "./parts.tsx";
import { type AppCall, appTabPage } from "./tab.tsx";
import { TAB_WORDS } from "./texts-tabs.ts";

/** How the form asks for a source, and how it is written then (protocol/claim-mapping.ts). */
const KINDS = {
  attribute: (lines: readonly string[]) => `attribute:${lines.join(" ")}`,
  group: (lines: readonly string[]) => `group:${lines.join(" ")}`,
  standard: (lines: readonly string[]) => lines.join(" "),
  value: (lines: readonly string[]) => `value:${lines.join("\n")}`,
  choices: (lines: readonly string[]) => Object.fromEntries(lines.map(choiceIn)),
} as const satisfies Readonly<Record<string, (lines: readonly string[]) => ClaimSource>>;

/** `admin = group:admins`. A value may have an equals sign in it. */
function choiceIn(line: string): [value: string, who: string] {
  const at = line.lastIndexOf("=");
  return at < 0 ? [line, ""] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}

function savedClaim(form: Parameters, { client }: AppCall): ClientWish {
  const name = (form.get("claim") ?? "").trim();
  const kind = form.get("kind") ?? "";
  if (!Object.hasOwn(KINDS, kind)) throw new OAuthError("parameter_invalid");
  const source = KINDS[kind as keyof typeof KINDS](linesOf(form.get("source")));
  return { claims: { ...client.claims, [name]: source } };
}

function withoutClaim(form: Parameters, { client }: AppCall): ClientWish {
  const name = form.required("claim");
  return { claims: Object.fromEntries(Object.entries(client.claims).filter(([each]) => each !== name)) };
}

export const claimsPage = appTabPage({
  tab: "claims",
  async show(call, typed) {
    return (
      <>
        <Own call={call} typed={typed} />
        <IdToken call={call} />
        {await Preview({ call })}
      </>
    );
  },
  acts: {
    save_claim: changing("claims", savedClaim),
    remove_claim: changing("claims", withoutClaim),
    id_token: changing("claims", (form) => ({ id_token_claims: form.required("id_token_claims") })),
  },
});

const Source = ({ source }: { source: ClaimSource }) =>
  typeof source === "string" ? (
    <code>{displayText(source, 300)}</code>
  ) : (
    <Codes values={Object.entries(source).map(([value, who]) => `${value} = ${who}`)} />
  );

function Own({ call: { frame, client, mayEdit }, typed }: { call: AppCall; typed: Typed }) {
  const words = wordsFor(frame, TAB_WORDS);
  const { text } = valuesOf(typed, "save_claim");
  const claims = Object.entries(client.claims);
  const revision = String(client.revision);
  return (
    <section class="card">
      <h2>{words.claims}</h2>
      <p class="muted">{words.claimsAbout}</p>
      {claims.length === 0 ? (
        <p>{words.noClaims}</p>
      ) : (
        <Rows
          label={words.claims}
          heads={[words.claimHeads.name, words.claimHeads.source, ...(mayEdit ? [""] : [])]}
          rows={claims.map(([name, source]) => [
            <code>{displayText(name, 200)}</code>,
            <Source source={source} />,
            ...(mayEdit
              ? [
                  <ActButton
                    frame={frame}
                    act="remove_claim"
                    values={{ revision, claim: name }}
                    words={words.removeClaim}
                  />,
                ]
              : []),
          ])}
        />
      )}
      {mayEdit && (
        <>
          <h3>{words.addClaim}</h3>
          <ActForm frame={frame} act="save_claim" values={{ revision }}>
            <div class="pair">
              <Field
                id="claim"
                label={words.claimName}
                autocomplete="off"
                maxlength={200}
                value={text("claim", null)}
              />
              <Choice
                id="kind"
                label={words.claimKind}
                options={words.claimKinds}
                value={text("kind", "attribute")}
              />
            </div>
            <Lines
              id="source"
              label={words.claimSource}
              hint={words.claimSourceHint}
              value={text("source", null)}
              rows={2}
            />
            <button class="main" type="submit">
              {words.saveClaim}
            </button>
          </ActForm>
        </>
      )}
    </section>
  );
}

function IdToken({ call: { frame, client, mayEdit } }: { call: AppCall }) {
  const words = wordsFor(frame, TAB_WORDS);
  return (
    <section class="card">
      <h2>{words.documents.id_token}</h2>
      {mayEdit ? (
        <ActForm frame={frame} act="id_token" values={{ revision: String(client.revision) }}>
          <Choice
            id="id_token_claims"
            label={words.idTokenClaims}
            options={words.idTokenKinds}
            value={client.idTokenClaims}
          />
          <button class="other" type="submit">
            {wordsFor(frame, CONSOLE_WORDS).save}
          </button>
        </ActForm>
      ) : (
        <Facts facts={{ [words.idTokenClaims]: words.idTokenKinds[client.idTokenClaims] }} />
      )}
    </section>
  );
}
