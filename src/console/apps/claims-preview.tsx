/** @jsxImportSource hono/jsx */
/** What an application would be told about a person: the documents, unsigned. The form is a GET, because it changes nothing. */
import { previewClaims } from "../../operations/management/access.ts";
import { searchPeople } from "../../operations/management/people.ts";
import type { TokenPreview } from "../../operations/preview.ts";
import { displayText } from "../../pages/display.ts";
import { Box, Field, Note } from "../../pages/layout.tsx";
import { Icon } from "../../pages/views/icons.tsx";
import { OAuthError } from "../../protocol/errors.ts";
import { isAllowed } from "../../rules/role.ts";
import type { AccountRecord } from "../../store/tables/people.ts";
import { linesOfDocument } from "../parts.tsx";
import { wordsFor } from "../texts.ts";
import { appPath } from "./paths.ts";
import type { AppCall } from "./tab.tsx";
import { TAB_WORDS } from "./texts-tabs.ts";

const FOUND_AT_MOST = 10;

/** In the order in which an application meets them. */
const DOCUMENTS = ["id_token", "userinfo", "access_token", "introspection"] as const;

/** The scopes that the person allows: all, unless the form was sent with some of them. */
const chosenScope = ({ query, client }: AppCall): readonly string[] =>
  query.has("chosen") ? query.getAll("scope") : client.scope;

export async function Preview({ call }: { call: AppCall }) {
  const { frame, client, authority, context, query } = call;
  if (!isAllowed(authority, "people.read")) return null;
  const words = wordsFor(frame, TAB_WORDS);
  const person = (query.get("person") ?? "").trim();
  const { rows: found } =
    person === "" ? { rows: [] } : await searchPeople(context, authority, person, FOUND_AT_MOST);
  const scope = chosenScope(call);
  const [only] = found;
  return (
    <section class="card" id="preview">
      <h2>{words.preview}</h2>
      <p class="muted">{words.previewAbout}</p>
      <form method="get" action={`${frame.here}#preview`} class="stack">
        <Field id="person" label={words.person} autocomplete="off" maxlength={320} value={person} />
        {client.scope.length > 0 && (
          <fieldset class="boxes">
            <legend>{words.previewScope}</legend>
            <input type="hidden" name="chosen" value="1" />
            {client.scope.map((name) => (
              <Box name="scope" value={name} words={displayText(name, 100)} checked={scope.includes(name)} />
            ))}
          </fieldset>
        )}
        <button class="other" type="submit">
          {words.show}
        </button>
      </form>
      {person !== "" && only === undefined && <p>{words.noSuchPerson}</p>}
      {found.length > 1 && <Which call={call} found={found} />}
      {found.length === 1 && only !== undefined && (await Documents({ call, account: only, scope }))}
    </section>
  );
}

/** Several people begin with what was typed. The same form again, with one of them. */
function Which({
  call: { frame, client, query },
  found,
}: {
  call: AppCall;
  found: readonly AccountRecord[];
}) {
  const again = (subject: string): string => {
    const next = new URLSearchParams(query);
    next.set("person", subject);
    return `${frame.path(appPath(client.clientId, "claims"))}?${next}#preview`;
  };
  return (
    <div class="stack">
      <h3>{wordsFor(frame, TAB_WORDS).whichPerson}</h3>
      <div class="go">
        {found.map(({ subject, name, username }) => (
          <a href={again(subject)}>
            <strong>
              <bdi>{displayText(name ?? username, 200)}</bdi>
            </strong>
            <Icon name="next" />
          </a>
        ))}
      </div>
    </div>
  );
}

interface DocumentsProps {
  readonly call: AppCall;
  readonly account: AccountRecord;
  readonly scope: readonly string[];
}

async function Documents({ call, account, scope }: DocumentsProps) {
  const { frame } = call;
  const words = wordsFor(frame, TAB_WORDS);
  const preview = await previewFor(call, account, scope);
  if (preview === null) return <Note kind="warn">{words.mayNotUse}</Note>;
  return (
    <div class="stack">
      <p>
        <strong>
          <bdi>{words.previewOf(displayText(account.name ?? account.username, 200))}</bdi>
        </strong>
      </p>
      {DOCUMENTS.map((name) => {
        const document = preview[name];
        return (
          <div>
            <h3>{words.documents[name]}</h3>
            {document === null ? (
              <p class="muted">{words.noDocument[name]}</p>
            ) : (
              <pre class="code">{linesOfDocument(document)}</pre>
            )}
          </div>
        );
      })}
    </div>
  );
}

/** Null for a person who may not use the application. */
async function previewFor(
  { context, authority, client }: AppCall,
  account: AccountRecord,
  scope: readonly string[],
): Promise<TokenPreview | null> {
  // A name in the query that the application may not have is left out.
  const allowed = client.scope.filter((name) => scope.includes(name));
  try {
    return await previewClaims(context, authority, client.clientId, account.subject, allowed);
  } catch (error) {
    if (error instanceof OAuthError && error.reason === "change_refused") return null;
    throw error;
  }
}
