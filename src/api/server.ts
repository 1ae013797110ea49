/** The server itself, in the management API: scopes and resources, recipes, settings, health, and the search for everything. */
import * as v from "valibot";
import type { ExchangeRuleDeclaration } from "../configuration/exchange-schema.ts";
import { known } from "../operations/management/authority.ts";
import { checkServer } from "../operations/management/first-steps.ts";
import { search, searchRequest } from "../operations/management/search.ts";
import {
  findHealth,
  type KnownScope,
  listExchangeRules,
  listResources,
  listScopes,
  listSettings,
  requireRecipes,
  type ServerHealth,
} from "../operations/management/server.ts";
import { isoTime } from "../platform/clock.ts";
import type { Recipe } from "../recipes/recipe.ts";
import { issuerValues } from "../recipes/values.ts";
import { clientSchema } from "./client-schemas.ts";
import { describeKey, describeResource } from "./describe.ts";
import { describeFound } from "./describe-found.ts";
import { explanationSchema } from "./record.ts";
import { type ApiRoute, apiRoute } from "./route.ts";
import { grantSchema, keySchema, personSchema, sessionMembers, time, tokenSchema } from "./schemas.ts";
import { describeSetting, settingSchema } from "./settings.ts";

const TAG = "server";

/** The recipes and their guides; no start waits for them. */
const loadTable = () => import("../recipes/table.ts");
const loadGuide = () => import("../recipes/guide.ts");

const words = v.pipe(
  v.union([v.string(), v.record(v.string(), v.string())]),
  v.description("A text, or texts by language."),
);

const count = v.pipe(v.nullable(v.number()), v.description("Null for more than 10,000."));

const describeScope = ({ name, description, sensitive, isOwn }: KnownScope) => ({
  name,
  description,
  sensitive,
  own: isOwn,
});

const describeExchangeRule = (rule: ExchangeRuleDeclaration) => ({
  client: rule.client,
  from_clients: rule.from_clients ?? null,
  from_resources: rule.from_resources ?? null,
  resources: rule.resources,
  scopes: rule.scopes ?? null,
  act: rule.act,
});

const describeRecipe = ({ id, name, what, website, refused }: Recipe) => ({
  recipe: id,
  name,
  what,
  website,
  works: refused === undefined,
});

const recipeMembers = {
  recipe: v.string(),
  name: v.string(),
  what: v.string(),
  website: v.string(),
  works: v.boolean(),
};

const describeHealth = ({ counts, database, mail, ...health }: ServerHealth) => ({
  ready: health.isReady,
  version: health.version,
  issuer: health.issuer,
  database: { name: database.name, bytes: database.bytes, free_bytes: database.freeBytes },
  ...counts,
  mail: mail && {
    waiting: mail.waiting,
    failing_since: mail.failing === null ? null : isoTime(mail.failing.since),
    fault: mail.failing?.reason ?? null,
  },
  keys: health.keys.map(({ key, state }) => describeKey(key, state)),
  warnings: health.warnings,
});

const healthSchema = v.strictObject({
  ready: v.pipe(v.boolean(), v.description("Whether the database reads and writes.")),
  version: v.string(),
  issuer: v.string(),
  database: v.strictObject({
    name: v.string(),
    bytes: v.pipe(v.nullable(v.number()), v.description("Null on PostgreSQL.")),
    free_bytes: v.pipe(v.nullable(v.number()), v.description("Of the disk; null on PostgreSQL.")),
  }),
  people: count,
  clients: count,
  grants: count,
  mail: v.nullable(
    v.strictObject({ waiting: v.number(), failing_since: v.nullable(time), fault: v.nullable(v.string()) }),
  ),
  keys: v.array(keySchema),
  warnings: v.array(v.string()),
});

const checkState = v.picklist(["ok", "note", "warning", "failure", "skipped"]);

export const serverRoutes: readonly ApiRoute[] = [
  apiRoute({
    method: "GET",
    path: "/scopes",
    tag: TAG,
    summary: "List the scopes; the configuration declares those that are not the server's own",
    permission: "clients.read",
    answer: v.strictObject({
      items: v.array(
        v.strictObject({ name: v.string(), description: words, sensitive: v.boolean(), own: v.boolean() }),
      ),
    }),
    handle: async ({ context, authority }) => ({
      body: { items: listScopes(context, authority).map(describeScope) },
    }),
  }),
  apiRoute({
    method: "GET",
    path: "/resources",
    tag: TAG,
    summary: "List the APIs that tokens can be for; the configuration declares them",
    permission: "clients.read",
    answer: v.strictObject({
      items: v.array(
        v.strictObject({
          identifier: v.string(),
          name: words,
          scopes: v.array(v.string()),
          access_token_seconds: v.nullable(v.number()),
          access_token_format: v.picklist(["opaque", "jwt"]),
          dpop_bound_access_tokens_required: v.boolean(),
          introspection_clients: v.array(v.string()),
          listed: v.pipe(v.boolean(), v.description("Whether the metadata of this server names it.")),
          metadata_url: v.pipe(
            v.nullable(v.string()),
            v.description(
              "Where clients look for its metadata; null for this server and for what is no web address.",
            ),
          ),
          metadata: v.pipe(
            v.nullable(v.looseObject({})),
            v.description("RFC 9728: the document for its resource server to serve there."),
          ),
        }),
      ),
    }),
    handle: async ({ context, authority }) => ({
      body: {
        items: listResources(context, authority).map((resource) => ({
          ...describeResource(resource),
          metadata: resource.metadata,
        })),
      },
    }),
  }),
  apiRoute({
    method: "GET",
    path: "/token-exchange",
    tag: TAG,
    summary: "List the rules by which clients exchange tokens (RFC 8693); the configuration declares them",
    permission: "clients.read",
    answer: v.strictObject({
      items: v.array(
        v.strictObject({
          client: v.string(),
          from_clients: v.pipe(
            v.nullable(v.array(v.string())),
            v.description("Null: any whose token is meant for an API of the client."),
          ),
          from_resources: v.pipe(
            v.nullable(v.array(v.string())),
            v.description("Null: the APIs that the client is."),
          ),
          resources: v.array(v.string()),
          scopes: v.pipe(
            v.nullable(v.array(v.string())),
            v.description("Null: all of the token that comes in."),
          ),
          act: v.picklist(["delegation", "impersonation"]),
        }),
      ),
    }),
    handle: async ({ context, authority }) => ({
      body: { items: listExchangeRules(context, authority).map(describeExchangeRule) },
    }),
  }),
  apiRoute({
    method: "GET",
    path: "/recipes",
    tag: TAG,
    summary: "List the applications that this server knows",
    permission: "clients.read",
    answer: v.strictObject({ items: v.array(v.strictObject(recipeMembers)) }),
    handle: async ({ authority }) => {
      requireRecipes(authority);
      const { RECIPES } = await loadTable();
      return { body: { items: RECIPES.map(describeRecipe) } };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/recipes/:recipe",
    tag: TAG,
    summary: "Show what an application needs, with the address of this server",
    permission: "clients.read",
    answer: v.strictObject({
      ...recipeMembers,
      people: v.pipe(v.string(), v.description("What a person sees: where sign-in begins.")),
      address_example: v.pipe(
        v.nullable(v.string()),
        v.description("An address as an example; null if the application needs none."),
      ),
      settings: v.pipe(
        v.array(
          v.union([
            v.strictObject({ where: v.string(), text: v.string() }),
            v.strictObject({ where: v.string(), fields: v.record(v.string(), v.string()) }),
          ]),
        ),
        v.description("What to write into the application."),
      ),
      notes: v.array(v.string()),
    }),
    handle: async ({ context, authority, parameters }) => {
      requireRecipes(authority);
      const { findRecipe } = await loadTable();
      const { exampleValues, filledSettings, notesOf } = await loadGuide();
      const recipe = known(findRecipe(parameters.recipe ?? ""));
      const values = exampleValues(recipe, issuerValues(context.issuer));
      return {
        body: {
          ...describeRecipe(recipe),
          people: recipe.people,
          address_example: recipe.address?.example ?? null,
          settings: filledSettings(recipe, values),
          notes: notesOf(recipe, values),
        },
      };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/settings",
    tag: TAG,
    summary: "List every setting with its value and where it was written; secrets are hidden",
    permission: "server.read",
    answer: v.strictObject({
      items: v.array(settingSchema),
    }),
    handle: async ({ context, authority }) => ({
      body: {
        items: listSettings(context, authority).map(describeSetting),
      },
    }),
  }),
  apiRoute({
    method: "GET",
    path: "/health",
    tag: TAG,
    summary: "Say how the server fares",
    permission: "server.read",
    answer: healthSchema,
    handle: async ({ context, authority }) => ({
      body: describeHealth(await findHealth(context, authority)),
    }),
  }),
  apiRoute({
    method: "POST",
    path: "/checks",
    tag: TAG,
    summary: "Check the deployment now, from inside and at its public address, with the cure for each fault",
    permission: "server.write",
    answer: v.strictObject({
      items: v.array(
        v.strictObject({
          id: v.string(),
          title: v.string(),
          state: checkState,
          findings: v.array(
            v.strictObject({ state: checkState, words: v.string(), cure: v.nullable(v.string()) }),
          ),
        }),
      ),
    }),
    handle: async ({ context, authority }) => ({ body: { items: await checkServer(context, authority) } }),
  }),
  apiRoute({
    method: "GET",
    path: "/search",
    tag: TAG,
    summary: "Find people, clients, grants, sessions, tokens and requests at once",
    permission: ["people.read", "clients.read"],
    query: {
      q: v.pipe(
        v.string(),
        v.maxLength(256, "is longer than 256 characters"),
        v.description(
          "The beginning of a user name or address, words of the name of a person or a client or the beginnings of these, or an identifier. Never a token.",
        ),
      ),
    },
    answer: v.strictObject({
      people: v.array(personSchema),
      clients: v.array(clientSchema),
      people_complete: v.pipe(v.boolean(), v.description("False if there are more people than these.")),
      clients_complete: v.pipe(v.boolean(), v.description("False if there are more clients than these.")),
      grants: v.array(grantSchema),
      sessions: v.array(v.strictObject({ ...sessionMembers, subject: v.string() })),
      tokens: v.array(tokenSchema),
      requests: v.array(v.strictObject({ request: v.string(), ...explanationSchema.entries })),
    }),
    handle: async ({ context, authority, query }) => {
      const found = await search(context, authority, query.q);
      const requests = await searchRequest(context, authority, query.q);
      return { body: describeFound(context.issuer, found, requests) };
    },
  }),
];
