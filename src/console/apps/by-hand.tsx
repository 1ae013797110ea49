/** @jsxImportSource hono/jsx */
/** Adding an application by hand: its kind first, then what that kind needs. */
import { createManagedClient } from "../../operations/management/clients.ts";
import { listScopes } from "../../operations/management/server.ts";
import { describeScope } from "../../pages/access.ts";
import { displayText } from "../../pages/display.ts";
import { Box, Field } from "../../pages/layout.tsx";
import { OAuthError } from "../../protocol/errors.ts";
import { typedLine } from "../../protocol/names.ts";
import type { Parameters } from "../../protocol/parameters.ts";
import { isAllowed, permissionForClient } from "../../rules/role.ts";
import { Lines, linesOf, Ticks, tickedOf, valuesOf } from "../fields.tsx";
import { ConsoleLayout } from "../layout.tsx";
import type { ConsoleCall, ConsolePage, Done, Typed } from "../page.ts";
import { ActForm } from "../parts.tsx";
import { wordsFor } from "../texts.ts";
import { inWords } from "./faults.ts";
import { HAND_KIND_NAMES, HAND_KINDS, type HandKindName, HandKinds } from "./hand-kinds.tsx";
import { handMadePage } from "./made.tsx";
import { BY_HAND_PATH, NEW_APP_PATH } from "./paths.ts";
import { NEW_APP_WORDS } from "./texts-new.ts";

const kindNamed = (name: string | null | undefined): HandKindName | undefined =>
  HAND_KIND_NAMES.find((kind) => kind === name);

/** The scopes that the reader may give an application, with the words that people read. */
export const scopeOptions = ({ context, authority, frame }: ConsoleCall) =>
  listScopes(context, authority)
    .filter(({ name }) => isAllowed(authority, permissionForClient([name])))
    .map(({ name }) => ({
      value: name as string,
      words: displayText(`${name}: ${describeScope(context, frame.texts, name)}`, 200),
    }));

async function add(call: ConsoleCall, form: Parameters): Promise<Done> {
  const { context, authority, frame } = call;
  const kind = kindNamed(form.get("kind"));
  if (kind === undefined) throw new OAuthError("parameter_invalid");
  const { grantTypes, method, redirects } = HAND_KINDS[kind];
  const clientId = typedLine(form.get("client_id"));
  const { client, secret } = await inWords(frame, () =>
    createManagedClient(
      context,
      authority,
      {
        ...(clientId !== "" && { client_id: clientId }),
        client_name: typedLine(form.get("name")),
        redirect_uris: redirects ? linesOf(form.get("redirect_uris")) : [],
        grant_types: grantTypes,
        token_endpoint_auth_method: method,
        scope: tickedOf(form, "scope"),
      },
      { allowsHttp: form.get("allow_http") !== undefined },
    ),
  );
  return { shown: handMadePage(frame, context.issuer, client, secret) };
}

export const byHandPage: ConsolePage = {
  path: BY_HAND_PATH,
  section: "apps",
  needs: "clients.write",
  async show(call, typed) {
    const { frame, query } = call;
    const words = wordsFor(frame, NEW_APP_WORDS);
    const kind = kindNamed(typed.get("kind") ?? query.get("kind"));
    return (
      <ConsoleLayout frame={frame} title={words.byHand} up={{ path: NEW_APP_PATH, words: words.title }}>
        {kind === undefined ? (
          <section class="card">
            <h1>{words.byHand}</h1>
            <p class="muted">{words.byHandLead}</p>
            <HandKinds frame={frame} />
          </section>
        ) : (
          <HandForm call={call} typed={typed} kind={kind} />
        )}
      </ConsoleLayout>
    );
  },
  acts: { add: { recent: true, carryOut: add } },
};

interface HandFormProps {
  readonly call: ConsoleCall;
  readonly typed: Typed;
  readonly kind: HandKindName;
}

function HandForm({ call, typed, kind }: HandFormProps) {
  const { frame } = call;
  const words = wordsFor(frame, NEW_APP_WORDS);
  const { text, isTicked } = valuesOf(typed, "add");
  const { redirects } = HAND_KINDS[kind];
  const ticked: readonly string[] = HAND_KINDS[kind].scope;
  return (
    <section class="card">
      <h1>{words.kinds[kind].title}</h1>
      <p class="muted">{words.kinds[kind].about}</p>
      <ActForm frame={frame} act="add" values={{ kind }} to={frame.path(BY_HAND_PATH, { kind })}>
        <div class="pair">
          <Field
            id="name"
            label={words.name}
            hint={words.nameHint}
            autocomplete="off"
            maxlength={100}
            value={text("name", null)}
          />
          <Field
            id="client_id"
            label={words.clientId}
            hint={words.clientIdHint}
            autocomplete="off"
            required={false}
            maxlength={200}
            value={text("client_id", null)}
          />
        </div>
        {redirects && (
          <Lines
            id="redirect_uris"
            label={words.redirectUris}
            hint={words.redirectUrisHint}
            value={text("redirect_uris", null)}
          />
        )}
        {redirects && (
          <Box name="allow_http" value="1" words={words.allowHttp} checked={isTicked("allow_http", false)} />
        )}
        <Ticks
          id="scope"
          legend={words.scopes}
          options={scopeOptions(call)}
          isTicked={(name, value) => isTicked(name, ticked.includes(value))}
        />
        <button class="main" type="submit">
          {words.make}
        </button>
      </ActForm>
    </section>
  );
}
