/** Metadata documents of clients, in the management API. */
import * as v from "valibot";
import {
  blockManaged,
  fetchManagedDocument,
  listManagedBlocks,
  unblockManaged,
} from "../operations/management/documents.ts";
import { isoTime } from "../platform/clock.ts";
import { clientSchema } from "./client-schemas.ts";
import { describeForOperator } from "./describe-client.ts";
import { type ApiRoute, apiRoute } from "./route.ts";
import { time } from "./schemas.ts";

const TAG = "clients";

const pattern = v.pipe(
  v.string(),
  v.description("A host, *. and a host, or a URL; one with a slash at the end stands for all below it."),
);

export const documentRoutes: readonly ApiRoute[] = [
  apiRoute({
    method: "POST",
    path: "/client-documents",
    tag: TAG,
    summary: "Fetch the metadata document of a client now, and have the client as it says",
    permission: "clients.write",
    body: v.strictObject({
      client_id: v.pipe(v.string(), v.description("The URL of the document.")),
    }),
    answer: clientSchema,
    handle: async ({ context, authority, body }) => {
      const client = await fetchManagedDocument(context, authority, body.client_id);
      return { body: describeForOperator(client), revision: client.revision };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/client-document-blocks",
    tag: TAG,
    summary: "List where no metadata documents are taken from",
    permission: "clients.read",
    answer: v.strictObject({ items: v.array(v.strictObject({ pattern, created_at: time })) }),
    handle: async ({ context, authority }) => {
      const blocks = await listManagedBlocks(context, authority);
      const items = blocks.map((block) => ({
        pattern: block.pattern,
        created_at: isoTime(block.createdAt),
      }));
      return { body: { items } };
    },
  }),
  apiRoute({
    method: "PUT",
    path: "/client-document-blocks/:pattern",
    tag: TAG,
    summary: "Take no metadata documents from there, and refuse the clients that were",
    permission: "clients.write",
    handle: async ({ context, authority, parameters }) => {
      await blockManaged(context, authority, parameters.pattern ?? "");
      return {};
    },
  }),
  apiRoute({
    method: "DELETE",
    path: "/client-document-blocks/:pattern",
    tag: TAG,
    summary: "Take metadata documents from there again",
    permission: "clients.write",
    handle: async ({ context, authority, parameters }) => {
      await unblockManaged(context, authority, parameters.pattern ?? "");
      return {};
    },
  }),
];
