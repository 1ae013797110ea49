/** Recipes: `tessera recipe …` shows what applications need, `tessera client add --recipe` makes their clients. */

import type { Command } from "commander";
import { describeForOperator } from "../api/describe-client.ts";
import type { Configuration } from "../configuration/schema.ts";
import { type Issuer, parseIssuer } from "../protocol/issuer.ts";
import { isLoopback } from "../protocol/redirect-uri.ts";
import { addressOf, type MadeClient, makeClients } from "../recipes/clients.ts";
import { exampleValues, filledSettings, notesOf, plainSettings, recipePage } from "../recipes/guide.ts";
import { isPaste, type Recipe, type RecipeClient, RecipeError } from "../recipes/recipe.ts";
import { findRecipe, nearestRecipe, RECIPE_GROUPS, RECIPES } from "../recipes/table.ts";
import { addressValues, clientValues, fill, issuerValues, namesIn, type Values } from "../recipes/values.ts";
import {
  checked,
  describingMembers,
  type MetadataOptions,
  requireReadableName,
  rulesOf,
} from "./client-metadata.ts";
import { CommandError } from "./command-error.ts";
import { runningServer } from "./data-folder.ts";
import { requireGroups } from "./find.ts";
import type { Io } from "./io.ts";
import { formatFacts, formatTable, printJson } from "./output.ts";
import { type CommonOptions, inWorkspace, readConfiguration, withCommonOptions } from "./workspace.ts";

export interface RecipeOptions extends MetadataOptions {
  readonly id?: string;
  readonly recipe?: string;
  readonly url?: string;
}

export const withRecipe = (command: Command): Command =>
  command
    .option("--recipe <name>", "all that follows from the application: see tessera recipe list")
    .option("--url <address>", "with --recipe: where people open the application");

export function addRecipeCommands(program: Command, io: Io): void {
  const recipe = program
    .command("recipe")
    .description("show what applications need: the client, and the settings to paste")
    .addHelpText(
      "after",
      `
Examples:
  tessera recipe list
  tessera recipe show immich
  tessera client add --recipe immich --url https://photos.example.org`,
    );

  recipe
    .command("list")
    .description("list the applications that this server knows")
    .option("--json", "print JSON, for scripts")
    .addHelpText("after", "\nExample:\n  tessera recipe list")
    .action((options: { readonly json?: boolean }) => listRecipes(options, io));

  withCommonOptions(
    recipe
      .command("show <name>")
      .description("show the guide of an application, with the address of this server"),
    { shown: ["config", "set", "issuer"] },
  )
    .addHelpText("after", "\nExample:\n  tessera recipe show immich")
    .action((name: string, options: CommonOptions) => showRecipe(name, options, io));
}

function listRecipes(options: { readonly json?: boolean }, io: Io): void {
  if (options.json === true) {
    const rows = RECIPES.map(({ id, name, what, website, refused }) => ({
      recipe: id,
      name,
      what,
      website,
      works: refused === undefined,
    }));
    printJson(io, rows);
    return;
  }
  for (const { title, recipes } of RECIPE_GROUPS) {
    io.out(`${title}\n`);
    const rows = recipes.map(({ id, what, refused }) => [
      `  ${id}`,
      refused === undefined ? what : `${what} (cannot sign in here)`,
    ]);
    io.out(`${formatTable(["  recipe", "what it is"], rows).split("\n").slice(1).join("\n")}\n`);
  }
  io.out("To make the client of one: tessera client add --recipe NAME --url ADDRESS\n");
}

function showRecipe(name: string, options: CommonOptions, io: Io): void {
  const recipe = requireRecipe(name);
  const values = issuerValues(issuerFor(options, readConfiguration(options, io)));
  const example = exampleValues(recipe, values);
  if (options.json) {
    printJson(io, { ...recipe, settings: filledSettings(recipe, example), notes: notesOf(recipe, example) });
  } else {
    // The comment is for those who change the page.
    io.out(recipePage(recipe, values).replace(/<!--.*-->\n\n/, ""));
  }
}

/** The server that runs here may have an issuer that only its own command line named, or a port that was free. */
const issuerFor = ({ issuer }: CommonOptions, configuration: Configuration): Issuer =>
  parseIssuer(issuer ?? runningServer(configuration)?.issuer ?? configuration.issuer);

function requireRecipe(name: string): Recipe {
  const recipe = findRecipe(name);
  if (recipe !== undefined) return recipe;
  const near = nearestRecipe(name);
  throw new CommandError(
    `There is no recipe '${name}'.${near === undefined ? "" : ` Did you mean '${near.id}' (${near.name})?`} See: tessera recipe list`,
  );
}

/** What a recipe says itself. The operator may change it afterwards. */
const SAID_BY_RECIPE = {
  redirectUri: "--redirect-uri",
  grant: "--grant",
  public: "--public",
  secretIn: "--secret-in",
  auth: "--auth",
  newKey: "--new-key",
  scope: "--scope",
  defaultScope: "--default-scope",
} as const;

/** `tessera client add --recipe`: makes the clients, and prints what to paste. */
export async function addFromRecipe(name: string, options: RecipeOptions, io: Io): Promise<void> {
  const recipe = requireRecipe(name);
  const members = Object.keys(SAID_BY_RECIPE) as (keyof typeof SAID_BY_RECIPE)[];
  const said = members.find((member) => options[member] !== undefined);
  if (said !== undefined || options.pkce === false) {
    const option = said === undefined ? "--no-pkce" : SAID_BY_RECIPE[said];
    throw new CommandError(
      `The recipe says what ${recipe.name} needs. Leave out ${option}, and change the client afterwards: tessera client set --help`,
    );
  }
  requireReadableName(options.name);
  const { client_name: _, ...further } = describingMembers(options);
  await asCommandError(async () => {
    const url = addressOf(recipe, options.url);
    await inWorkspace(options, io, { mayCreate: true }, async (workspace) => {
      await requireGroups(workspace, options.allowGroup, options.denyGroup);
      const made = await checkedAsync(() =>
        makeClients(workspace, workspace.act, {
          recipe,
          url,
          ...(options.id !== undefined && { clientId: options.id }),
          ...(options.name !== undefined && { name: options.name }),
          allowsHttp: options.allowHttpRedirects ?? false,
          further,
          rules: rulesOf(options),
        }),
      );
      const issuer = issuerFor(options, workspace.configuration);
      const values: Values = Object.assign(
        { ...issuerValues(issuer), ...addressValues(url) },
        ...made.map(({ part, client, secret }) => clientValues(part.suffix, client.clientId, secret)),
      );
      if (options.json) return printJson(io, describeMade(recipe, made, values));
      printMade(io, recipe, made, values);
      if (url !== null && isLoopback(issuer.origin) && !isLoopback(url)) {
        io.out(
          `\nThis server is still ${issuer.identifier}, which ${recipe.name} cannot reach from another machine. Set the issuer first: docs/deploy.md\n`,
        );
      }
    });
  });
}

const describeMade = (recipe: Recipe, made: readonly MadeClient[], values: Values) => ({
  recipe: recipe.id,
  clients: made.map(({ client, secret }) => ({
    ...describeForOperator(client),
    ...(secret !== null && { client_secret: secret }),
  })),
  settings: filledSettings(recipe, values),
  ...(recipe.server !== undefined && { server: fill(recipe.server, values) }),
  notes: notesOf(recipe, values),
});

function printMade(io: Io, recipe: Recipe, made: readonly MadeClient[], values: Values): void {
  if (made.length === 0) io.out(`${recipe.name} needs no client.\n`);
  for (const { part, client, secret } of made) {
    io.out(`Added the client ${client.clientName}.\n\n`);
    io.out(formatFacts({ client_id: client.clientId, client_secret: secretWords(recipe, part, secret) }));
    io.out("\n");
  }
  io.out(`Paste into ${recipe.name}:\n\n${plainSettings(recipe.settings, values)}\n`);
  if (recipe.server !== undefined) {
    io.out(`── tessera.toml of this server, then start it again\n\n${fill(recipe.server, values)}\n`);
  }
  const undeclared = recipe.clients.filter(({ published }) => published !== undefined);
  const notes = [
    ...notesOf(recipe, values),
    ...(undeclared.length === 0
      ? []
      : [
          `To declare in tessera.toml: ${undeclared.map((part) => part.name).join(", ")}. See docs/apps/${recipe.id}.md`,
        ]),
  ];
  if (notes.length > 0)
    io.out(`To know:\n${notes.map((note) => `  - ${note.replaceAll("`", "")}\n`).join("")}`);
  if (made.some(({ secret }) => secret !== null))
    io.out("\nThe secret is shown only now, and only its digest is kept.\n");
}

/** The secret itself only if the settings do not have it. */
function secretWords(recipe: Recipe, { suffix }: RecipeClient, secret: string | null): string {
  if (secret === null) return "none: it is a public client";
  const name = suffix === undefined ? "client_secret" : `client_secret:${suffix}`;
  const texts = recipe.settings.flatMap((each) =>
    isPaste(each) ? [each.text] : each.fields.map(([, value]) => value),
  );
  return texts.some((text) => namesIn(text).includes(name)) ? "in its place below" : secret;
}

/** The words of a recipe are for the operator. */
async function asCommandError(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw error instanceof RecipeError ? new CommandError(error.message) : error;
  }
}

async function checkedAsync<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    return checked("tessera client add", () => {
      throw error;
    });
  }
}
