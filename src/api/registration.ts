/** Who may come to this server by themselves, and whom it believes, in the management API. The configuration says both. */
import * as v from "valibot";
import { findRegistration } from "../operations/management/registration.ts";
import {
  checkTrustedIssuer,
  listAssertionAudiences,
  listTrustedIssuers,
} from "../operations/management/trust.ts";
import { type ApiRoute, apiRoute } from "./route.ts";
import { describeSetting, settingSchema } from "./settings.ts";

const TAG = "clients";
const texts = v.array(v.string());
const count = v.pipe(v.nullable(v.number()), v.description("Null: too many to count."));

export const registrationRoutes: readonly ApiRoute[] = [
  apiRoute({
    method: "GET",
    path: "/registration",
    tag: TAG,
    summary: "Say who may register clients here, what such clients may do, and how many there are",
    permission: "clients.read",
    answer: v.strictObject({
      mode: v.picklist(["open", "token", "off"]),
      initial_access_tokens: v.pipe(v.number(), v.description("How many there are; never their texts.")),
      scope: v.pipe(texts, v.description("The scopes that such a client may have.")),
      documents_mode: v.picklist(["open", "listed", "off"]),
      registered_clients: count,
      document_clients: count,
      settings: v.array(settingSchema),
    }),
    handle: async ({ context, authority }) => {
      const policy = await findRegistration(context, authority);
      return {
        body: {
          mode: policy.mode,
          initial_access_tokens: policy.initialAccessTokens,
          scope: policy.scope,
          documents_mode: policy.documents.mode,
          registered_clients: policy.counts.registration,
          document_clients: policy.counts.metadata_document,
          settings: policy.settings.map(describeSetting),
        },
      };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/trusted-issuers",
    tag: TAG,
    summary:
      "List the issuers whose tokens this server believes, and the servers for which it issues assertions",
    permission: "clients.read",
    answer: v.strictObject({
      items: v.array(
        v.strictObject({
          issuer: v.string(),
          keys: v.pipe(v.string(), v.description("Where its public keys are.")),
          audience: texts,
          algorithms: texts,
          clients: v.pipe(texts, v.description("Declared clients with workloads of this issuer.")),
          people: v.nullable(
            v.strictObject({ by: v.string(), profiles: texts, clients: texts, scope: texts }),
          ),
        }),
      ),
      assertion_audiences: v.array(
        v.strictObject({ issuer: v.string(), clients: texts, scope: texts, resources: texts }),
      ),
    }),
    handle: async ({ context, authority }) => ({
      body: {
        items: listTrustedIssuers(context, authority),
        assertion_audiences: listAssertionAudiences(context, authority).map(
          ({ issuer, clients, scope, resources }) => ({
            issuer,
            clients: clients.map(({ client_id }) => client_id),
            scope,
            resources,
          }),
        ),
      },
    }),
  }),
  apiRoute({
    method: "POST",
    path: "/trusted-issuers/check",
    tag: TAG,
    summary: "Get the keys of a trusted issuer now, and say what is wrong",
    permission: "clients.write",
    body: v.strictObject({ issuer: v.string() }),
    answer: v.strictObject({
      issuer: v.string(),
      place: v.pipe(v.string(), v.description("Where its public keys are.")),
      fault: v.pipe(v.nullable(v.string()), v.description("Null if its tokens can be verified.")),
      keys: v.array(
        v.strictObject({ kid: v.nullable(v.string()), kty: v.string(), alg: v.nullable(v.string()) }),
      ),
    }),
    handle: async ({ context, authority, body }) => ({
      body: await checkTrustedIssuer(context, authority, body.issuer),
    }),
  }),
];
