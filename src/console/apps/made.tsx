/** @jsxImportSource hono/jsx */
/** What is seen after an application was added: its secret, once, and what to paste into it. */
import { displayText } from "../../pages/display.ts";
import { Note } from "../../pages/layout.tsx";
import type { View } from "../../pages/respond.tsx";
import type { Issuer } from "../../protocol/issuer.ts";
import { isLoopback } from "../../protocol/redirect-uri.ts";
import type { MadeClient } from "../../recipes/clients.ts";
import { declare, notesOf } from "../../recipes/guide.ts";
import { isPaste, type Recipe, type Settings } from "../../recipes/recipe.ts";
import { addressValues, clientValues, fill, issuerValues, type Values } from "../../recipes/values.ts";
import type { ClientRecord } from "../../store/tables/clients.ts";
import { type ConsoleFrame, ConsoleLayout } from "../layout.tsx";
import { Facts, Once, Rows } from "../parts.tsx";
import { wordsFor } from "../texts.ts";
import { appName } from "./parts.tsx";
import { APPS_PATH, appPath } from "./paths.ts";
import { APP_WORDS } from "./texts.ts";
import { NEW_APP_WORDS } from "./texts-new.ts";

/** A text of a recipe, in which names stand between backticks. */
export const Prose = ({ text }: { text: string }) => (
  <>{text.split("`").map((part, place) => (place % 2 === 1 ? <code>{part}</code> : part))}</>
);

interface GuideProps {
  readonly frame: ConsoleFrame;
  readonly settings: readonly Settings[];
  readonly values: Values;
}

/** The settings of an application with their values. */
export function Guide({ frame, settings, values }: GuideProps) {
  const words = wordsFor(frame, NEW_APP_WORDS);
  return (
    <>
      {settings.map((each) => {
        const where = fill(each.where, values);
        return (
          <section class="stack" lang="en" dir="ltr">
            <h3>{where}</h3>
            {isPaste(each) ? (
              <pre class="code">{fill(each.text, values)}</pre>
            ) : (
              <Rows
                label={where}
                heads={[words.field, words.value]}
                rows={each.fields.map(([name, value]) => [name, <code>{fill(value, values)}</code>])}
              />
            )}
          </section>
        );
      })}
    </>
  );
}

/** The values for the texts of a recipe. */
export const valuesFor = (issuer: Issuer, url: string | null, made: readonly MadeClient[]): Values =>
  Object.assign(
    { ...issuerValues(issuer), ...addressValues(url) },
    ...made.map(({ part, client, secret }) => clientValues(part.suffix, client.clientId, secret)),
  );

interface MadeProps {
  readonly frame: ConsoleFrame;
  readonly issuer: Issuer;
  readonly recipe: Recipe;
  readonly url: string | null;
  readonly made: readonly MadeClient[];
}

/** After a recipe was followed. */
export function madePage({ frame, issuer, recipe, url, made }: MadeProps): View {
  const words = wordsFor(frame, NEW_APP_WORDS);
  const values = valuesFor(issuer, url, made);
  const notes = notesOf(recipe, values);
  const file = fileOf(recipe, values);
  const isOutOfReach = url !== null && isLoopback(issuer.origin) && !isLoopback(url);
  return (
    <ConsoleLayout
      frame={frame}
      title={words.ready(recipe.name)}
      up={{ path: APPS_PATH, words: wordsFor(frame, APP_WORDS).title }}
    >
      <section class="card">
        <h1>{words.ready(recipe.name)}</h1>
        <p>{words.readyAbout}</p>
        {isOutOfReach && <Note kind="warn">{words.loopback(displayText(issuer.identifier, 200))}</Note>}
        {made.map(({ client, secret }) => (
          <Made frame={frame} client={client} secret={secret} />
        ))}
      </section>
      <section class="card">
        <h2>{words.paste}</h2>
        <Guide frame={frame} settings={recipe.settings} values={values} />
        {file !== null && (
          <>
            <p>{words.needsFileToo}</p>
            <pre class="code">{file}</pre>
          </>
        )}
      </section>
      {notes.length > 0 && (
        <section class="card">
          <h2>{words.know}</h2>
          <ul class="ends stack" lang="en">
            {notes.map((note) => (
              <li>
                <Prose text={note} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {url !== null && (
        <p class="links">
          <a href={url} rel="noreferrer">
            {words.openApp(recipe.name)}
          </a>
        </p>
      )}
    </ConsoleLayout>
  );
}

/** What the configuration must have beside the clients that were made; null if nothing. */
export function fileOf(recipe: Recipe, values: Values): string | null {
  if (recipe.server !== undefined) return fill(recipe.server, values);
  return recipe.clients.some(({ published }) => published !== undefined) ? declare(recipe) : null;
}

interface MadeClientProps {
  readonly frame: ConsoleFrame;
  readonly client: ClientRecord;
  readonly secret: string | null;
}

/** The identifier and the secret of a new application. */
function Made({ frame, client, secret }: MadeClientProps) {
  const words = wordsFor(frame, NEW_APP_WORDS);
  return (
    <div class="stack">
      <Facts
        facts={{
          [words.clientId]: <code>{displayText(client.clientId, 200)}</code>,
          ...(secret === null && { [words.secret]: words.methods.none }),
        }}
      />
      {secret !== null && (
        <>
          <h2>{words.secret}</h2>
          <Once frame={frame} text={secret} />
        </>
      )}
      <p class="links">
        <a href={frame.path(appPath(client.clientId))}>
          <bdi>{appName(frame, client)}</bdi>: {words.toApp}
        </a>
      </p>
    </div>
  );
}

/** After an application was added by hand. */
export function handMadePage(
  frame: ConsoleFrame,
  issuer: Issuer,
  client: ClientRecord,
  secret: string | null,
): View {
  const words = wordsFor(frame, NEW_APP_WORDS);
  const name = appName(frame, client);
  const { discovery = "" } = issuerValues(issuer);
  return (
    <ConsoleLayout
      frame={frame}
      title={words.ready(name)}
      up={{ path: APPS_PATH, words: wordsFor(frame, APP_WORDS).title }}
    >
      <section class="card">
        <h1>
          <bdi>{words.ready(name)}</bdi>
        </h1>
        <p>{words.readyAbout}</p>
        <Facts
          facts={{
            [words.issuer]: <code>{issuer.identifier}</code>,
            [words.discovery]: <code>{discovery}</code>,
          }}
        />
        <Made frame={frame} client={client} secret={secret} />
      </section>
    </ConsoleLayout>
  );
}
