/** @jsxImportSource hono/jsx */
/** Adding an application of the gallery: where it is, what will be made, and then its secret and what to paste. */
import { findClient } from "../../operations/clients.ts";
import { known } from "../../operations/management/authority.ts";
import { displayText } from "../../pages/display.ts";
import { Box, Field, Note } from "../../pages/layout.tsx";
import { typedLine } from "../../protocol/names.ts";
import type { Parameters } from "../../protocol/parameters.ts";
import {
  addressOf,
  authenticationMethodOf,
  clientIdOf,
  exemptionOf,
  membersOf,
  type Order,
  ownScopesOf,
} from "../../recipes/clients.ts";
import { makeManagedClients } from "../../recipes/managed.ts";
import { type Recipe, type RecipeClient, RecipeError } from "../../recipes/recipe.ts";
import { findRecipe } from "../../recipes/table.ts";
import { type ConsoleFrame, ConsoleLayout } from "../layout.tsx";
import { type ConsoleCall, ConsoleFault, type ConsolePage, type Done, type Typed } from "../page.ts";
import { ActForm, Facts } from "../parts.tsx";
import { wordsFor } from "../texts.ts";
import { inWords } from "./faults.ts";
import { fileOf, Guide, madePage, Prose, valuesFor } from "./made.tsx";
import { codesOf } from "./parts.tsx";
import { NEW_APP_PATH, recipePath } from "./paths.ts";
import { NEW_APP_WORDS } from "./texts-new.ts";

/** What the operator says, as it was written. */
interface Written {
  readonly url: string;
  readonly clientId: string;
  readonly name: string;
  readonly allowsHttp: boolean;
}

const recipeOf = ({ parameters }: ConsoleCall): Recipe => known(findRecipe(parameters.recipe ?? ""));

const writtenIn = (recipe: Recipe, get: (name: string) => string | null | undefined): Written => ({
  url: recipe.address === null ? "" : (get("url") ?? "").trim(),
  clientId: (get("client_id") ?? "").trim() || recipe.id,
  name: typedLine(get("name")) || recipe.name,
  allowsHttp: get("allow_http") === "1",
});

/** The address; the fault of one that the application cannot have. */
function readAddress(recipe: Recipe, { url }: Written): { url: string | null } | { fault: RecipeError } {
  try {
    return { url: addressOf(recipe, url === "" ? undefined : url) };
  } catch (error) {
    if (error instanceof RecipeError) return { fault: error };
    throw error;
  }
}

async function make(call: ConsoleCall, form: Parameters): Promise<Done> {
  const { context, authority, frame } = call;
  const recipe = recipeOf(call);
  const written = writtenIn(recipe, (name) => form.get(name));
  const address = readAddress(recipe, written);
  if ("fault" in address) throw new ConsoleFault(wordsFor(frame, NEW_APP_WORDS).faults[address.fault.fault]);
  const { clientId, name, allowsHttp } = written;
  const made = await inWords(frame, () =>
    makeManagedClients(context, authority, recipe.id, {
      ...(address.url !== null && { url: address.url }),
      clientId,
      name,
      allowsHttp,
    }),
  );
  return { shown: madePage({ frame, issuer: context.issuer, recipe, url: address.url, made }) };
}

export const recipeAppPage: ConsolePage = {
  path: "/admin/apps/new/:recipe",
  section: "apps",
  needs: "clients.write",
  async show(call, typed) {
    const { frame } = call;
    const words = wordsFor(frame, NEW_APP_WORDS);
    const recipe = recipeOf(call);
    return (
      <ConsoleLayout frame={frame} title={recipe.name} up={{ path: NEW_APP_PATH, words: words.title }}>
        <section class="card">
          <h1>{recipe.name}</h1>
          <p class="muted" lang="en">
            {recipe.what} ·{" "}
            <a href={recipe.website} rel="noreferrer">
              {new URL(recipe.website).host}
            </a>
          </p>
          {recipe.refused !== undefined && (
            <Note kind="warn" title={words.refusedTitle(recipe.name)}>
              <span lang="en">
                <Prose text={`${recipe.refused.why} ${recipe.refused.instead}`} />
              </span>
            </Note>
          )}
          {recipe.refused === undefined && recipe.clients.length > 0 && (
            <Ask call={call} recipe={recipe} written={writtenOn(call, recipe, typed)} />
          )}
        </section>
        {recipe.refused === undefined && (await Answer({ call, recipe, typed }))}
      </ConsoleLayout>
    );
  },
  acts: { make: { recent: true, carryOut: make } },
};

/** From the form that came back, or from the query. */
const writtenOn = ({ query }: ConsoleCall, recipe: Recipe, typed: Typed): Written =>
  writtenIn(recipe, (name) => (typed.get("act") === "make" ? typed.get(name) : query.get(name)));

interface AskProps {
  readonly call: ConsoleCall;
  readonly recipe: Recipe;
  readonly written: Written;
}

/** Asks with GET: nothing is made yet, and the answer has an address. */
function Ask({ call: { frame, query }, recipe, written }: AskProps) {
  const words = wordsFor(frame, NEW_APP_WORDS);
  const { address } = recipe;
  const read = query.has("url") ? readAddress(recipe, written) : null;
  return (
    <form method="get" action={frame.here} class="stack">
      {address !== null && (
        <Field
          id="url"
          label={words.address(recipe.name)}
          hint={words.addressHint(address.example)}
          fault={read !== null && "fault" in read ? words.faults[read.fault.fault] : null}
          autocomplete="off"
          maxlength={2000}
          value={written.url}
        />
      )}
      <div class="pair">
        <Field
          id="name"
          label={words.name}
          hint={words.nameHint}
          autocomplete="off"
          maxlength={100}
          value={written.name}
        />
        <Field
          id="client_id"
          label={words.clientId}
          hint={words.recipeIdHint}
          autocomplete="off"
          maxlength={200}
          value={written.clientId}
        />
      </div>
      {address !== null && (
        <Box name="allow_http" value="1" words={words.allowHttp} checked={written.allowsHttp} />
      )}
      <button class="main" type="submit">
        {words.show}
      </button>
    </form>
  );
}

interface AnswerProps {
  readonly call: ConsoleCall;
  readonly recipe: Recipe;
  readonly typed: Typed;
}

/** What will be made of it, with the button that makes it; nothing before the address is known. */
async function Answer({ call, recipe, typed }: AnswerProps) {
  const { frame, context } = call;
  const words = wordsFor(frame, NEW_APP_WORDS);
  const written = writtenOn(call, recipe, typed);
  const address = readAddress(recipe, written);
  if ("fault" in address) return null;
  if (recipe.clients.length === 0) {
    return (
      <section class="card">
        <h2>{words.paste}</h2>
        <p>{words.needsNoClient(recipe.name)}</p>
        <Guide frame={frame} settings={recipe.settings} values={valuesFor(context.issuer, address.url, [])} />
      </section>
    );
  }
  const { clientId, name, allowsHttp } = written;
  const asked = { url: written.url, client_id: clientId, name, allow_http: allowsHttp ? "1" : null };
  const order: Order = { recipe, url: address.url, clientId, name, allowsHttp };
  const parts = recipe.clients.filter(({ published }) => published === undefined);
  const found = await Promise.all(parts.map((part) => findClient(context, clientIdOf(clientId, part))));
  const isTaken = found.some((client) => client !== null);
  const lacks = ownScopesOf(recipe).some(
    (scope) => !context.catalogue.scopes.some((own) => own.name === scope),
  );
  const file = fileOf(recipe, { ...valuesFor(context.issuer, address.url, []), client_id: clientId });
  return (
    <section class="card">
      <h2>{words.willMake}</h2>
      {parts.map((part) => (
        <Planned frame={frame} order={order} part={part} />
      ))}
      {file !== null && (
        <>
          <p>{lacks ? words.needsFile : words.needsFileToo}</p>
          <pre class="code">{file}</pre>
        </>
      )}
      {isTaken && <Note kind="warn">{words.taken}</Note>}
      {!isTaken && !lacks && (
        <ActForm frame={frame} act="make" to={frame.path(recipePath(recipe.id), asked)} values={asked}>
          <button class="main" type="submit">
            {words.makeIt(recipe.name)}
          </button>
        </ActForm>
      )}
    </section>
  );
}

interface PlannedProps {
  readonly frame: ConsoleFrame;
  readonly order: Order;
  readonly part: RecipeClient;
}

/** One of the clients, before it is made. */
function Planned({ frame, order, part }: PlannedProps) {
  const words = wordsFor(frame, NEW_APP_WORDS);
  const { facts } = words;
  const members = membersOf(order, part);
  const exemption = exemptionOf(part);
  const pkce =
    part.redirectUris.length === 0
      ? null
      : exemption === null
        ? words.pkceRequired
        : words.pkceNever(exemption);
  return (
    <Facts
      facts={{
        [facts.clientId]: (
          <code>{displayText(clientIdOf(order.clientId ?? order.recipe.id, part), 200)}</code>
        ),
        [facts.name]: displayText(members.client_name, 100),
        [facts.redirectUris]: codesOf(members.redirect_uris),
        [facts.method]: words.methods[authenticationMethodOf(part)],
        [facts.scopes]: part.scope.length === 0 ? null : <code>{part.scope.join(" ")}</code>,
        [facts.grants]: codesOf(members.grant_types),
        [facts.pkce]: pkce,
        [facts.claims]: codesOf(part.claims && Object.keys(part.claims)),
        [facts.postLogout]: codesOf(members.post_logout_redirect_uris),
        [facts.backChannel]: codesOf(
          members.backchannel_logout_uri === undefined ? [] : [members.backchannel_logout_uri],
        ),
      }}
    />
  );
}
