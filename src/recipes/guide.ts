/** The words about a recipe: the page in docs/apps, and the settings that the command line prints. */
import {
  authenticationMethodOf,
  clientIdOf,
  exemptionOf,
  grantTypesOf,
  membersOf,
  ownScopesOf,
} from "./clients.ts";
import { isPaste, type Recipe, type RecipeClient, type Settings } from "./recipe.ts";
import { RECIPE_GROUPS } from "./table.ts";
import { addressValues, clientValues, fill, type Values } from "./values.ts";

/** The settings to paste, for a terminal: nothing stands before the lines of a file, so that they can be copied. */
export function plainSettings(settings: readonly Settings[], values: Values): string {
  return settings
    .map((each) => {
      const heading = `── ${fill(each.where, values)}\n\n`;
      if (isPaste(each)) return `${heading}${fill(each.text, values)}\n`;
      const width = Math.max(...each.fields.map(([name]) => [...name].length));
      const rows = each.fields.map(([name, value]) => `${name.padEnd(width)}  ${fill(value, values)}\n`);
      return heading + rows.join("");
    })
    .join("\n");
}

/** The settings of the application, with these values in their places. */
export const filledSettings = (recipe: Recipe, values: Values) =>
  recipe.settings.map((settings) =>
    isPaste(settings)
      ? { where: fill(settings.where, values), text: fill(settings.text, values) }
      : {
          where: fill(settings.where, values),
          fields: Object.fromEntries(settings.fields.map(([field, value]) => [field, fill(value, values)])),
        },
  );

/** The notes, with the facts that follow from the data. */
export function notesOf(recipe: Recipe, values: Values): string[] {
  return [
    ...recipe.clients.flatMap((part) => {
      const reason = exemptionOf(part);
      const who = part.suffix === undefined ? recipe.name : (part.name ?? recipe.name);
      return reason === null ? [] : [`${who} is exempt from PKCE: ${reason}.`];
    }),
    ...recipe.notes.map((note) => fill(note, values)),
  ];
}

const EVIDENCE = {
  source: "source code",
  documentation: "documentation",
  memory: "memory: check it",
} as const;

/** The values of an example: a server at auth.example.org, and the identifiers of the recipe. */
export function exampleValues(recipe: Recipe, issuer: Values): Values {
  const values: Record<string, string> = { ...issuer, ...addressValues(recipe.address?.example ?? null) };
  for (const part of recipe.clients) {
    const clientId = clientIdOf(recipe.id, part);
    Object.assign(values, clientValues(part.suffix, clientId, "SECRET"));
  }
  return values;
}

/** The whole page of docs/apps. */
export function recipePage(recipe: Recipe, issuer: Values): string {
  const values = exampleValues(recipe, issuer);
  const { refused } = recipe;
  const head = [
    `# ${recipe.name}`,
    "<!-- Made from src/recipes/ by tools/docs.ts. Change the words there. -->",
    `[${recipe.name}](${recipe.website}): ${recipe.what}.`,
  ];
  if (refused !== undefined) {
    return page([
      ...head,
      `**${recipe.name} cannot sign in with this server.** ${refused.why}`,
      refused.instead,
    ]);
  }
  const declaration = declare(recipe);
  const notes = notesOf(recipe, values);
  return page([
    ...head,
    `What people see: ${fill(recipe.people, values)}`,
    ...(recipe.clients.length === 0
      ? ["It needs no client. Paste these settings:"]
      : [
          "## Make the client",
          ...(ownScopesOf(recipe).length === 0
            ? []
            : ["First put what is below into `tessera.toml`, and start the server again."]),
          block(
            ownScopesOf(recipe).length === 0 ? "sh" : "text",
            `npx tessera client add --recipe ${recipe.id}${recipe.address === null ? "" : ` --url ${recipe.address.example}`}`,
          ),
          `The command prints the settings below with their values${recipe.clients.some(({ secret, published }) => secret !== "none" && published === undefined) ? ", and the secret once" : ""}.`,
        ]),
    "## What to paste",
    ...recipe.settings.map((settings) => settingsBlock(settings, values)),
    ...(declaration === null
      ? []
      : [
          recipe.clients.length > 0 ? "## In the configuration" : "",
          needsFile(recipe)
            ? "What follows must be in `tessera.toml`."
            : "Instead of the command, `tessera.toml` may declare the client:",
          block("toml", declaration),
        ]),
    "## What to know",
    [...notes, ...factsOf(recipe)].map((note) => `- ${note}`).join("\n"),
    `Read from: ${recipe.read.what} (${EVIDENCE[recipe.read.from]}; ${recipe.read.date}).`,
  ]);
}

const page = (parts: readonly string[]): string => `${parts.filter((part) => part !== "").join("\n\n")}\n`;

const block = (language: string, text: string): string => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;

function settingsBlock(settings: Settings, values: Values): string {
  const where = `${capital(fill(settings.where, values))}:`;
  if (isPaste(settings)) return `${where}\n\n${block(settings.language, fill(settings.text, values))}`;
  const rows = settings.fields.map(
    ([name, value]) => `| ${name} | \`${fill(value, values).replaceAll("|", "\\|")}\` |`,
  );
  return [where, "", "| field | value |", "|---|---|", ...rows].join("\n");
}

const capital = (text: string): string =>
  /^[a-z]+ /.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");

/** What the data say about each client, in words. */
function factsOf(recipe: Recipe): string[] {
  return recipe.clients.flatMap((part) => {
    const whose = part.suffix === undefined ? "" : `${part.name ?? recipe.name}: `;
    const facts: string[] = [];
    if (part.idToken !== null) facts.push(`${whose}It reads in the ID token: ${code(part.idToken)}.`);
    if (part.userinfo !== null) facts.push(`${whose}It reads from userinfo: ${code(part.userinfo)}.`);
    if (part.signedFor !== undefined)
      facts.push(`${whose}It checks access tokens by their signature (RFC 9068).`);
    if (part.algorithm !== undefined) facts.push(`${whose}It wants ID tokens with ${part.algorithm}.`);
    if (part.backChannel !== undefined)
      facts.push(`${whose}It learns by back-channel logout that a session has ended.`);
    return facts;
  });
}

/** Whether the command alone does not do: some of the clients must be declared, or the server needs more than clients. */
const needsFile = ({ clients, server }: Recipe): boolean =>
  server !== undefined || clients.some(({ published }) => published !== undefined);

/** The declarations of the clients and what else the server needs, in TOML; null if there are none. */
export function declare(recipe: Recipe): string | null {
  const values = exampleValues(recipe, {});
  const order = { recipe, url: recipe.address?.example ?? null };
  const parts =
    needsFile(recipe) && recipe.server === undefined
      ? recipe.clients.filter(({ published }) => published !== undefined)
      : recipe.server === undefined
        ? recipe.clients
        : [];
  const clients = parts.map((part) => declareClient(order, part));
  const texts = [...clients, ...(recipe.server === undefined ? [] : [fill(recipe.server, values)])];
  return texts.length === 0 ? null : texts.join("\n");
}

function declareClient(order: Parameters<typeof membersOf>[0], part: RecipeClient): string {
  const { recipe } = order;
  const members = membersOf(order, part);
  const secret =
    part.published === undefined
      ? `{ env = "${clientIdOf(recipe.id, part).toUpperCase().replaceAll("-", "_")}_SECRET" }`
      : JSON.stringify(part.published.secret);
  const lines = [
    ["client_id", JSON.stringify(clientIdOf(recipe.id, part))],
    ["client_name", JSON.stringify(members.client_name)],
    ["redirect_uris", list(members.redirect_uris)],
    ["grant_types", list(grantTypesOf(part))],
    part.secret === "none" ? null : ["secrets", `[${secret}]`],
    part.secret === "body"
      ? ["token_endpoint_auth_method", JSON.stringify(authenticationMethodOf(part))]
      : null,
    ["scope", list(part.scope)],
    exemptionOf(part) === null ? null : ["require_pkce", "false"],
    part.claims === undefined ? null : ["claims", inlineTable(part.claims)],
    part.algorithm === undefined ? null : ["id_token_signed_response_alg", JSON.stringify(part.algorithm)],
    members.post_logout_redirect_uris === undefined
      ? null
      : ["post_logout_redirect_uris", list(members.post_logout_redirect_uris)],
    members.backchannel_logout_uri === undefined
      ? null
      : ["backchannel_logout_uri", JSON.stringify(members.backchannel_logout_uri)],
    members.backchannel_logout_uri === undefined ? null : ["backchannel_logout_session_required", "true"],
  ];
  return `[[clients]]\n${lines.flatMap((line) => (line === null ? [] : [`${line[0]} = ${line[1]}\n`])).join("")}`;
}

/** Texts alone: no recipe has a choice of values. */
const inlineTable = (claims: NonNullable<RecipeClient["claims"]>): string =>
  `{ ${Object.entries(claims)
    .map(([name, source]) => `${name} = ${JSON.stringify(source)}`)
    .join(", ")} }`;

/** TOML and JSON write lists of texts alike. Long ones have a line for each text. */
const list = (texts: readonly string[]): string => {
  const short = `[${texts.map((text) => JSON.stringify(text)).join(", ")}]`;
  return short.length <= 90 ? short : `[\n${texts.map((text) => `  ${JSON.stringify(text)},\n`).join("")}]`;
};

/** The index of docs/apps. */
export function recipesIndex(): string {
  return page([
    "# Applications",
    "<!-- Made from src/recipes/ by tools/docs.ts. Change the words there. -->",
    "One command makes the client that an application needs, and prints what to paste into the application:",
    block("sh", "npx tessera recipe list"),
    "`npx tessera client add --recipe NAME --url ADDRESS` makes the client, `npx tessera recipe show NAME` prints the page of an application in the terminal. A test plays every application against this server: it sends the same parameters and checks the same claims.",
    ...RECIPE_GROUPS.flatMap(({ title, recipes }) => [
      `## ${title}`,
      [
        "| application | what it is |",
        "|---|---|",
        ...recipes.map(
          ({ id, name, what, refused }) =>
            `| [${name}](${id}.md) | ${what}${refused === undefined ? "" : " (cannot sign in here)"} |`,
        ),
      ].join("\n"),
    ]),
    "For an application that is not here, make the client by hand: [Protect an application](../apps-by-hand.md). That guide also says how to see that it works, and what to do when it does not.",
  ]);
}
