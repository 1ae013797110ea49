/** The store's methods for the authorization code grant. */
import { isSubset } from "../../protocol/scope.ts";
import type { Store } from "../contract.ts";
import type { AuthorizationCodeRecord, GrantRecord } from "../records.ts";
import type { Engine, Tables } from "./engine.ts";
import { findServedClient, issueTokens } from "./issuing.ts";
import { decodeCode } from "./tables/codes.ts";

type CodeMethods = Pick<
  Store,
  "findConsent" | "listConsents" | "authorize" | "findCode" | "recordCodeFailure" | "redeemCode"
>;

export function codeMethods({ read, write, memory }: Engine): CodeMethods {
  return {
    findConsent: (subject, clientId, redirectUri) =>
      read(({ consents }) => consents.find(subject, clientId, redirectUri)),

    listConsents: (subject) => read(({ consents }) => consents.listBySubject(subject)),

    authorize: ({ now, grant, code, consent, form }) =>
      write((tables) => {
        const client = findServedClient(tables, grant);
        if (client === null) return "refused";
        // It may have been forgotten since the caller found it.
        if (consent === "remembered" && !isRemembered(tables, grant, code)) return "refused";
        // Once its form has expired, nobody remembers whether it was answered.
        if (form !== null && (form.expiresAt <= now || !tables.spentForms.spend(form.id, form.expiresAt))) {
          return "form_spent";
        }
        // A grant outlives all that hangs on it, so that it can be cleaned up by its own expiry.
        tables.grants.insert({ ...grant, expiresAt: Math.max(grant.expiresAt, code.expiresAt) }, code.id);
        tables.codes.insert(code);
        if (consent !== null && consent !== "remembered") tables.consents.put(consent);
        tables.clients.markAllowed(client, now);
        return "authorized";
      }),

    findCode: (id, caller) =>
      read(({ codes, grants }) => {
        memory.confirm(caller);
        const row = codes.find(id);
        if (row === null) return null;
        const grant = grants.find(row.grantId);
        return grant === null ? null : { code: decodeCode(row, grant.clientId), grant };
      }),

    recordCodeFailure: (id, limit) =>
      write(({ codes }) => {
        codes.countFailure(id, limit);
      }),

    redeemCode: (id, failureLimit, issuance) =>
      write((tables) => {
        const { codes, grants } = tables;
        const code = codes.find(id);
        const grant = code === null ? null : grants.find(code.grantId);
        if (code === null || grant === null) return "refused";

        // RFC 6749 §4.1.2: a second use revokes what the first one issued. That holds after the code's expiry too:
        // whoever has the code may have been the first.
        if (code.usedAt !== null) {
          grants.revoke(grant.id, "code_replayed", issuance.now);
          return "replayed";
        }

        if (code.expiresAt <= issuance.now) return "refused";
        if (code.failedAttempts >= failureLimit) return "refused";
        if (grant.revokedAt !== null) return "refused";
        const client = findServedClient(tables, grant);
        if (client === null) return "refused";

        codes.use(id, issuance.now);
        issueTokens(tables, client, grant, issuance);
        return "issued";
      }),
  };
}

/** Whether the person has a consent remembered that covers the grant. */
function isRemembered(
  { consents }: Tables,
  { subject, clientId, scope, resources }: GrantRecord,
  { redirectUri }: AuthorizationCodeRecord,
): boolean {
  const consent = consents.find(subject, clientId, redirectUri);
  return consent !== null && isSubset(scope, consent.scope) && isSubset(resources, consent.resources);
}
