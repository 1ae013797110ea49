/** Words for the facts of a client, for people at a terminal. */
import { SHORT_GRANTS } from "../protocol/grant-types.ts";
import type { ClientRecord } from "../store/tables/clients.ts";

export const SOURCES: Readonly<Record<ClientRecord["source"], string>> = {
  configuration: "configuration",
  operator: "operator",
  registration: "registration",
  metadata_document: "document",
  demo: "demonstration",
};

export const shortGrant = (grantType: string): string =>
  Object.entries(SHORT_GRANTS).find(([, full]) => full === grantType)?.[0] ?? grantType;
