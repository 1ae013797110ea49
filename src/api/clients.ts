/** Clients and their secrets, in the management API. */
import * as v from "valibot";
import type { ClientWish } from "../clients/change.ts";
import { previewClaims } from "../operations/management/access.ts";
import {
  addManagedSecret,
  changeManagedClient,
  createManagedClient,
  disableManagedClient,
  enableManagedClient,
  endManagedClientTokens,
  listKnownClients,
  removeManagedClient,
  removeManagedSecret,
  showClient,
  vouchForManagedClient,
} from "../operations/management/clients.ts";
import { OAuthError } from "../protocol/errors.ts";
import { makeManagedClients } from "../recipes/managed.ts";
import { CLIENT_SOURCES, type ClientRecord } from "../store/tables/clients.ts";
import {
  type ChangedClientBody,
  changedClientBody,
  clientSchema,
  madeClientSchema,
  madeSecretSchema,
  newClientBody,
  secretSchema,
} from "./client-schemas.ts";
import { describeForOperator } from "./describe-client.ts";
import { listAnswer, listOf, PAGE_MEMBERS } from "./list.ts";
import { type ApiAnswer, type ApiCall, type ApiRoute, apiRoute } from "./route.ts";

const TAG = "clients";

type Call = Pick<ApiCall<unknown, unknown>, "context" | "authority" | "parameters">;

const idOf = ({ parameters }: Call): string => parameters.client ?? "";

const clientAnswer = (client: ClientRecord, secret: string | null = null): ApiAnswer => ({
  body: { ...describeForOperator(client), ...(secret !== null && { client_secret: secret }) },
  revision: client.revision,
});

/** Names with spaces between them, as RFC 6749 §3.3 writes a scope. */
const namesIn = (text: string): string[] => text.split(" ").filter((name) => name !== "");

/** The wish of a body; scopes are texts there. */
export function clientWishOf({
  scope,
  default_scope,
  allow_http_redirects: _,
  ...members
}: ChangedClientBody): ClientWish {
  return {
    ...(members as Omit<ClientWish, "scope" | "default_scope">),
    ...(scope !== undefined && { scope: namesIn(scope) }),
    ...(default_scope !== undefined && { default_scope: namesIn(default_scope) }),
  };
}

/** An act on a client without a body and without an answer. */
const act = (
  path: string,
  summary: string,
  carryOut: (context: Call["context"], authority: Call["authority"], clientId: string) => Promise<unknown>,
  method: "POST" | "DELETE" = "POST",
): ApiRoute =>
  apiRoute({
    method,
    path: `/clients/:client${path}`,
    tag: TAG,
    summary,
    permission: "clients.write",
    handle: async (call) => {
      await carryOut(call.context, call.authority, idOf(call));
      return {};
    },
  });

const fromRecipe = apiRoute({
  method: "POST",
  path: "/recipes/:recipe/clients",
  tag: TAG,
  summary: "Make the clients of a known application",
  permission: "clients.write",
  body: v.strictObject({
    url: v.optional(v.pipe(v.string(), v.description("Where people open the application."))),
    client_id: v.optional(v.pipe(v.string(), v.description("Default: the name of the recipe."))),
    client_name: v.optional(v.string()),
    allow_http_redirects: v.optional(v.boolean(), false),
  }),
  answer: v.strictObject({ items: v.array(madeClientSchema) }),
  made: true,
  handle: async ({ context, authority, parameters, body }) => {
    const made = await makeManagedClients(context, authority, parameters.recipe ?? "", {
      url: body.url,
      ...(body.client_id !== undefined && { clientId: body.client_id }),
      ...(body.client_name !== undefined && { name: body.client_name }),
      allowsHttp: body.allow_http_redirects,
    });
    const items = made.map(({ client, secret }) => clientAnswer(client, secret).body);
    return { body: { items }, status: 201 };
  },
});

const isDisabled = { true: true, false: false } as const;

export const clientRoutes: readonly ApiRoute[] = [
  apiRoute({
    method: "GET",
    path: "/clients",
    tag: TAG,
    summary: "List clients, oldest first",
    permission: "clients.read",
    query: {
      ...PAGE_MEMBERS,
      source: v.optional(
        v.pipe(
          v.picklist(CLIENT_SOURCES),
          v.description(
            "Only those that came this way; registration: those that registered themselves; metadata_document: those that people allowed something and that describe themselves at their client_id.",
          ),
        ),
      ),
      disabled: v.optional(
        v.pipe(
          v.picklist(["true", "false"]),
          v.description("Only those that are disabled, or that are not."),
        ),
      ),
    },
    answer: listOf(clientSchema),
    handle: ({ context, authority, query }) =>
      listAnswer<ClientRecord>({
        keys: context.keys,
        path: "/clients",
        query,
        placeOf: ({ number }) => ({ number }),
        rows: (page) =>
          listKnownClients(context, authority, {
            ...page,
            source: query.source,
            isDisabled: query.disabled && isDisabled[query.disabled],
          }),
        describe: describeForOperator,
      }),
  }),
  apiRoute({
    method: "POST",
    path: "/clients",
    tag: TAG,
    summary: "Add a client; the answer has its secret, once",
    permission: "clients.write",
    body: newClientBody,
    answer: madeClientSchema,
    made: true,
    handle: async ({ context, authority, body }) => {
      const { client_id, ...facts } = body;
      const wish = {
        ...clientWishOf(facts as ChangedClientBody),
        ...(client_id !== undefined && { client_id }),
      };
      const freedoms = { allowsHttp: body.allow_http_redirects };
      const { client, secret } = await createManagedClient(context, authority, wish, freedoms);
      return { ...clientAnswer(client, secret), status: 201 };
    },
  }),
  fromRecipe,
  apiRoute({
    method: "GET",
    path: "/clients/:client",
    tag: TAG,
    summary: "Show a client",
    permission: "clients.read",
    answer: clientSchema,
    handle: async (call) => clientAnswer(await showClient(call.context, call.authority, idOf(call))),
  }),
  apiRoute({
    method: "PATCH",
    path: "/clients/:client",
    revised: true,
    tag: TAG,
    summary: "Change a client; its grants, tokens and secrets stay",
    permission: "clients.write",
    body: changedClientBody,
    answer: madeClientSchema,
    handle: async (call) => {
      const wish = clientWishOf(call.body);
      if (Object.keys(wish).length === 0)
        throw new OAuthError("member_refused", { description: "The body names nothing to change." });
      const { client, secret } = await changeManagedClient(call.context, call.authority, idOf(call), wish, {
        revision: call.revision,
        allowsHttp: call.body.allow_http_redirects,
      });
      return clientAnswer(client, secret);
    },
  }),
  apiRoute({
    method: "DELETE",
    path: "/clients/:client",
    revised: true,
    tag: TAG,
    summary: "Remove a client for good, and end all that was issued to it",
    permission: "clients.write",
    handle: async (call) => {
      await removeManagedClient(call.context, call.authority, idOf(call), call.revision);
      return {};
    },
  }),
  act(
    "/disable",
    "Refuse a client and its tokens until it is enabled again; its grants stay",
    disableManagedClient,
  ),
  act("/enable", "Let a disabled client work again", enableManagedClient),
  act("/vouch", "Vouch for a client that registered itself", (context, authority, clientId) =>
    vouchForManagedClient(context, authority, clientId, true),
  ),
  act("/unvouch", "No longer vouch for a client that registered itself", (context, authority, clientId) =>
    vouchForManagedClient(context, authority, clientId, false),
  ),
  act("/tokens", "End every access token of a client; its grants stay", endManagedClientTokens, "DELETE"),
  apiRoute({
    method: "GET",
    path: "/clients/:client/secrets",
    tag: TAG,
    summary: "List the secrets of a client by their ids",
    permission: "clients.read",
    answer: v.strictObject({ items: v.array(secretSchema) }),
    handle: async (call) => {
      const client = await showClient(call.context, call.authority, idOf(call));
      return { body: { items: describeForOperator(client).secrets } };
    },
  }),
  apiRoute({
    method: "POST",
    path: "/clients/:client/secrets",
    tag: TAG,
    summary: "Add a secret; those that the client has stay valid",
    permission: "clients.write",
    answer: madeSecretSchema,
    made: true,
    handle: async (call) => {
      const { id, text } = await addManagedSecret(call.context, call.authority, idOf(call));
      return { body: { id, client_secret: text }, status: 201 };
    },
  }),
  apiRoute({
    method: "DELETE",
    path: "/clients/:client/secrets/:secret",
    tag: TAG,
    summary: "End one secret at once",
    permission: "clients.write",
    query: {
      end_tokens: v.optional(
        v.pipe(
          v.picklist(["true", "false"]),
          v.description("true: also end every access token, for a secret that others may know."),
        ),
      ),
    },
    handle: async (call) => {
      const endsTokens = call.query.end_tokens === "true";
      const { secret = "" } = call.parameters;
      await removeManagedSecret(call.context, call.authority, idOf(call), secret, { endsTokens });
      return {};
    },
  }),
  apiRoute({
    method: "GET",
    path: "/clients/:client/claims/:subject",
    tag: TAG,
    summary: "Preview what a client would be told of a person",
    permission: "people.read",
    query: {
      scope: v.optional(
        v.pipe(v.string(), v.description("What the person allows. Default: all the client may have.")),
      ),
    },
    answer: v.strictObject({
      id_token: v.nullable(v.looseObject({})),
      userinfo: v.nullable(v.looseObject({})),
      access_token: v.pipe(v.nullable(v.looseObject({})), v.description("Null for an opaque token.")),
      introspection: v.looseObject({}),
    }),
    handle: async (call) => {
      const { subject = "" } = call.parameters;
      const scope = call.query.scope === undefined ? undefined : namesIn(call.query.scope);
      return { body: await previewClaims(call.context, call.authority, idOf(call), subject, scope) };
    },
  }),
];
