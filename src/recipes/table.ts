/** All recipes. A recipe is an entry of one of the files in table/; commands, guides and tests follow. */
import { nearest } from "../configuration/settings.ts";
import type { Recipe } from "./recipe.ts";
import { CODE } from "./table/code.ts";
import { FILES } from "./table/files.ts";
import { GATEWAYS } from "./table/gateways.ts";
import { HOME } from "./table/home.ts";
import { MACHINES } from "./table/machines.ts";
import { TALK } from "./table/talk.ts";

/** By the groups of the guide. */
export const RECIPE_GROUPS: readonly { readonly title: string; readonly recipes: readonly Recipe[] }[] = [
  { title: "Files, documents and notes", recipes: FILES },
  { title: "Photos, films, recipes, passwords and the house", recipes: HOME },
  { title: "Talk and mail", recipes: TALK },
  { title: "Code, projects, figures and accounts", recipes: CODE },
  { title: "Machines, clusters, networks and secrets", recipes: MACHINES },
  { title: "Proxies, and servers that check tokens", recipes: GATEWAYS },
];

export const RECIPES: readonly Recipe[] = RECIPE_GROUPS.flatMap(({ recipes }) => recipes);

export const findRecipe = (id: string): Recipe | undefined => RECIPES.find((recipe) => recipe.id === id);

/** The recipe that the word may mean: one letter differs, or the word is a part of the name. */
export function nearestRecipe(written: string): Recipe | undefined {
  const word = written.toLowerCase();
  const part = RECIPES.find(
    ({ id, name }) => word.length > 2 && `${id} ${name.toLowerCase()}`.includes(word),
  );
  const near = nearest(
    word,
    RECIPES.map(({ id }) => id),
  );
  return part ?? (near === null ? undefined : findRecipe(near));
}
