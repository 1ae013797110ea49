/** Grants and tokens, in the management API. */
import * as v from "valibot";
import { recordIdText } from "../credentials/credential.ts";
import { introspectAccessToken } from "../credentials/introspection.ts";
import {
  inspectToken,
  listClientTokens,
  listKnownGrants,
  listPersonTokens,
  revokeClientAccess,
  revokeKnownGrant,
  revokePersonAccess,
  revokeTokenById,
  revokeTokenText,
  showGrant,
} from "../operations/management/access.ts";
import type { LiveAccessToken } from "../rules/access-token.ts";
import type { RevokedAccess } from "../rules/grant.ts";
import type { GrantRecord } from "../store/tables/grants.ts";
import { describeGrant } from "./describe.ts";
import { listAnswer, listOf, PAGE_MEMBERS } from "./list.ts";
import { type ApiRoute, apiRoute } from "./route.ts";
import { grantSchema, tokenSchema } from "./schemas.ts";

const TAG = "access";

const revokedSchema = v.strictObject({
  revoked: v.pipe(v.array(v.string()), v.description("The ids of the grants that ended.")),
  consents_forgotten: v.number(),
});

const describeRevoked = ({ grants, consents }: RevokedAccess) => ({
  revoked: grants.map(recordIdText),
  consents_forgotten: consents,
});

const tokenText = v.strictObject({
  token: v.pipe(v.string(), v.maxLength(16_384), v.description("An access token or a refresh token.")),
});

export const accessRoutes: readonly ApiRoute[] = [
  apiRoute({
    method: "GET",
    path: "/grants",
    tag: TAG,
    summary: "List what people allowed clients, newest first",
    permission: "people.read",
    query: {
      ...PAGE_MEMBERS,
      person: v.optional(v.pipe(v.string(), v.description("Only what this person allowed: a subject."))),
      client: v.optional(v.pipe(v.string(), v.description("Only what this client was allowed."))),
    },
    answer: listOf(grantSchema),
    handle: ({ context, authority, query }) =>
      listAnswer<GrantRecord>({
        keys: context.keys,
        path: "/grants",
        query,
        placeOf: ({ id }) => ({ id }),
        rows: (page) =>
          listKnownGrants(context, authority, { ...page, person: query.person, client: query.client }),
        describe: describeGrant,
      }),
  }),
  apiRoute({
    method: "GET",
    path: "/grants/:grant",
    tag: TAG,
    summary: "Show a grant",
    permission: "people.read",
    answer: grantSchema,
    handle: async ({ context, authority, parameters }) => ({
      body: describeGrant(await showGrant(context, authority, parameters.grant ?? "")),
    }),
  }),
  apiRoute({
    method: "DELETE",
    path: "/grants/:grant",
    tag: TAG,
    summary: "Revoke a grant and all its tokens",
    permission: "people.write",
    handle: async ({ context, authority, parameters }) => {
      await revokeKnownGrant(context, authority, parameters.grant ?? "");
      return {};
    },
  }),
  apiRoute({
    method: "DELETE",
    path: "/people/:subject/access",
    tag: TAG,
    summary: "Take back all that a person allowed clients, or one client",
    permission: "people.write",
    query: { client: v.optional(v.pipe(v.string(), v.description("Only what this client was allowed."))) },
    answer: revokedSchema,
    handle: async ({ context, authority, parameters, query }) => ({
      body: describeRevoked(
        await revokePersonAccess(context, authority, parameters.subject ?? "", query.client),
      ),
    }),
  }),
  apiRoute({
    method: "DELETE",
    path: "/clients/:client/access",
    tag: TAG,
    summary: "Take back all that people allowed a client, and end the tokens it got for itself",
    permission: "clients.write",
    answer: revokedSchema,
    handle: async ({ context, authority, parameters }) => ({
      body: describeRevoked(await revokeClientAccess(context, authority, parameters.client ?? "")),
    }),
  }),
  apiRoute({
    method: "GET",
    path: "/clients/:client/tokens",
    tag: TAG,
    summary: "List the access tokens of a client that are alive, oldest first",
    permission: "clients.read",
    query: PAGE_MEMBERS,
    answer: listOf(tokenSchema),
    handle: ({ context, authority, parameters, query }) =>
      listAnswer<LiveAccessToken>({
        keys: context.keys,
        path: `/clients/${parameters.client}/tokens`,
        query,
        placeOf: ({ id }) => ({ id }),
        rows: (page) => listClientTokens(context, authority, parameters.client ?? "", page),
        describe: (token) => introspectAccessToken(context.issuer.identifier, token, true),
      }),
  }),
  apiRoute({
    method: "GET",
    path: "/people/:subject/tokens",
    tag: TAG,
    summary: "List the access tokens that act for a person and are alive, oldest first",
    permission: "people.read",
    query: PAGE_MEMBERS,
    answer: listOf(tokenSchema),
    handle: ({ context, authority, parameters, query }) =>
      listAnswer<LiveAccessToken>({
        keys: context.keys,
        path: `/people/${parameters.subject}/tokens`,
        query,
        placeOf: ({ id }) => ({ id }),
        rows: (page) => listPersonTokens(context, authority, parameters.subject ?? "", page),
        describe: (token) => introspectAccessToken(context.issuer.identifier, token, true),
      }),
  }),
  apiRoute({
    method: "POST",
    path: "/tokens/inspect",
    tag: TAG,
    summary: "Say whether a token is valid, whose it is and what for",
    permission: "clients.read",
    body: tokenText,
    answer: v.strictObject({
      kind: v.picklist(["access token", "refresh token"]),
      active: v.boolean(),
      why: v.pipe(v.nullable(v.string()), v.description("Why it is not valid; null if it is.")),
      grant_id: v.nullable(v.string()),
      token: v.nullable(tokenSchema),
    }),
    handle: async ({ context, authority, body }) => {
      const found = await inspectToken(context, authority, body.token);
      const { kind, grantId } = found;
      const isActive = found.state === "active";
      return {
        body: {
          kind,
          active: isActive,
          why: isActive ? null : found.why,
          grant_id: grantId === null ? null : recordIdText(grantId),
          token: isActive ? found.view : null,
        },
      };
    },
  }),
  apiRoute({
    method: "POST",
    path: "/tokens/revoke",
    tag: TAG,
    summary: "End a token; a refresh token takes everything of its grant with it",
    permission: "clients.write",
    body: tokenText,
    answer: v.strictObject({ revoked: v.boolean() }),
    handle: async ({ context, authority, body }) => ({
      body: { revoked: await revokeTokenText(context, authority, body.token) },
    }),
  }),
  apiRoute({
    method: "DELETE",
    path: "/tokens/:token",
    tag: TAG,
    summary: "End the access token with this id (`jti` of the lists)",
    permission: "clients.write",
    handle: async ({ context, authority, parameters }) => {
      await revokeTokenById(context, authority, parameters.token ?? "");
      return {};
    },
  }),
];
