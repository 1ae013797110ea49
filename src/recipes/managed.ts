/** Making the clients of a recipe, for those who manage this server: in the console and by the management API. */
import type { Context } from "../operations/context.ts";
import { known, requirePermission } from "../operations/management/authority.ts";
import { OAuthError } from "../protocol/errors.ts";
import { type Authority, permissionForClient } from "../rules/role.ts";
import { addressOf, type MadeClient, makeClients, type Order } from "./clients.ts";
import { RecipeError } from "./recipe.ts";

export interface RecipeWish extends Omit<Order, "recipe" | "url"> {
  /** Where people open the application, as the operator wrote it. */
  readonly url?: string | undefined;
}

/** Throws `object_unknown` for a recipe that does not exist, `change_refused` for one that cannot be followed,
 * `object_exists` for an identifier that is taken, and as `makeClients`. */
export async function makeManagedClients(
  context: Context,
  authority: Authority,
  recipeId: string,
  { url, ...wish }: RecipeWish,
): Promise<MadeClient[]> {
  requirePermission(authority, "clients.write");
  // No start waits for the table.
  const { findRecipe } = await import("./table.ts");
  const recipe = known(findRecipe(recipeId));
  requirePermission(authority, permissionForClient(...recipe.clients.map(({ scope }) => scope)));
  try {
    return await makeClients(context, authority.act, { ...wish, recipe, url: addressOf(recipe, url) });
  } catch (error) {
    throw error instanceof RecipeError ? asRefusal(error) : error;
  }
}

/** The words of a recipe's faults are for the command line. */
const asRefusal = ({ fault, message }: RecipeError): OAuthError =>
  new OAuthError(fault === "identifier_taken" ? "object_exists" : "change_refused", {
    description: message
      .replace(/,? or see: tessera [\s\S]*$/, ".")
      .replaceAll("--url ", "url: ")
      .replaceAll("--url", "url")
      .replaceAll("--id", "client_id"),
  });
