/** @jsxImportSource hono/jsx */
/** The gallery: the applications that this server knows, and the way to add another by hand. */

import { displayText } from "../../pages/display.ts";
import { SearchField } from "../../pages/layout.tsx";
import { Tile } from "../../pages/views/parts.tsx";
import type { Recipe } from "../../recipes/recipe.ts";
import { RECIPE_GROUPS } from "../../recipes/table.ts";
import { type ConsoleFrame, ConsoleLayout } from "../layout.tsx";
import type { ConsolePage } from "../page.ts";
import { CONSOLE_WORDS, wordsFor } from "../texts.ts";
import { HandKinds } from "./hand-kinds.tsx";
import { APPS_PATH, NEW_APP_PATH, recipePath } from "./paths.ts";
import { APP_WORDS } from "./texts.ts";
import { NEW_APP_WORDS } from "./texts-new.ts";

/** The recipes with the text in their name, in what they are, or in the title of their group. */
function groupsWith(frame: ConsoleFrame, text: string) {
  const { groups } = wordsFor(frame, NEW_APP_WORDS);
  const wanted = text.toLowerCase();
  return RECIPE_GROUPS.map(({ title, recipes }) => {
    const words = groups[title] ?? title;
    const isMeant = ({ id, name, what }: Recipe) =>
      `${id}\n${name}\n${what}\n${words}`.toLowerCase().includes(wanted);
    return { title: words, recipes: recipes.filter(isMeant) };
  }).filter(({ recipes }) => recipes.length > 0);
}

export const galleryPage: ConsolePage = {
  path: NEW_APP_PATH,
  section: "apps",
  needs: "clients.write",
  async show({ frame, query }) {
    const words = wordsFor(frame, NEW_APP_WORDS);
    const shared = wordsFor(frame, CONSOLE_WORDS);
    const text = (query.get("q") ?? "").trim();
    const groups = groupsWith(frame, text);
    return (
      <ConsoleLayout
        frame={frame}
        title={words.title}
        up={{ path: APPS_PATH, words: wordsFor(frame, APP_WORDS).title }}
      >
        <section class="card">
          <h1>{words.title}</h1>
          <p class="muted">{words.lead}</p>
          <form method="get" action={frame.path(NEW_APP_PATH)}>
            <SearchField
              label={words.search}
              hint={words.searchHint}
              submit={shared.search}
              value={displayText(text, 100)}
            />
          </form>
          {groups.length === 0 && <p>{shared.nothingFound}</p>}
          {groups.map(({ title, recipes }) => (
            <section class="stack">
              <h2>{title}</h2>
              <ul class="tiles">
                {recipes.map((recipe) => (
                  <RecipeTile frame={frame} recipe={recipe} />
                ))}
              </ul>
            </section>
          ))}
        </section>
        <section class="card">
          <h2>{words.notHere}</h2>
          <p class="muted">{words.notHereAbout}</p>
          <HandKinds frame={frame} />
        </section>
      </ConsoleLayout>
    );
  },
};

/** The words of recipes are English. */
const RecipeTile = ({ frame, recipe }: { frame: ConsoleFrame; recipe: Recipe }) => (
  <li>
    <a href={frame.path(recipePath(recipe.id))}>
      <Tile name={recipe.name} />
      <span>
        <strong>{recipe.name}</strong>
        {recipe.refused === undefined ? (
          <span lang="en">{recipe.what}</span>
        ) : (
          <span>{wordsFor(frame, NEW_APP_WORDS).cannot}</span>
        )}
      </span>
    </a>
  </li>
);
