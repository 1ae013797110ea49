/**
 * Every table, once. Times are whole seconds since the epoch. Engines derive the schema and everything else from this;
 * CONTRIBUTING.md says how to add a table.
 *
 * Rows refer to each other by id, and rules check the references, so there are no foreign keys. Identifiers begin with the
 * time, so growing tables store their rows in the order of creation.
 */
import type { Table } from "./declare.ts";
import { clients, clientWords, documentBlocks } from "./tables/clients.ts";
import { consents, grants } from "./tables/grants.ts";
import { serverKeys, signingKeys } from "./tables/keys.ts";
import { idempotentAnswers, once } from "./tables/once.ts";
import { accounts, groupMembers, groups, personWords, pictures, signInNames } from "./tables/people.ts";
import { activities, audit, auditSeals, refusals } from "./tables/records.ts";
import { askedPeople, backchannelRequests, codes, deviceCodes, pushedRequests } from "./tables/requests.ts";
import { backups, probes, revisions } from "./tables/server.ts";
import {
  links,
  passkeys,
  recoveryCodes,
  sessions,
  setupLinks,
  signInApprovals,
  totps,
} from "./tables/sign-in.ts";
import { accessTokens, refreshTokens, retryKeys } from "./tables/tokens.ts";
import { logoutNotices, mails, webhookDeliveries } from "./tables/waiting.ts";

/** In the order in which they are made, copied and locked: tables come before those that refer to them. */
export const TABLES: readonly Table[] = [
  serverKeys,
  revisions,
  signingKeys,
  retryKeys,
  groups,
  accounts,
  pictures,
  signInNames,
  personWords,
  groupMembers,
  passkeys,
  totps,
  recoveryCodes,
  signInApprovals,
  clients,
  clientWords,
  documentBlocks,
  sessions,
  setupLinks,
  links,
  consents,
  once,
  idempotentAnswers,
  deviceCodes,
  backchannelRequests,
  askedPeople,
  pushedRequests,
  grants,
  codes,
  refreshTokens,
  accessTokens,
  logoutNotices,
  mails,
  webhookDeliveries,
  activities,
  backups,
  audit,
  auditSeals,
  refusals,
  probes,
];
