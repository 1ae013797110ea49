/** The members of a client's metadata about the binding of its tokens (protocol/bindings.ts). */
import type { ClientRecord } from "../store/tables.ts";
import { type Members, readBoolean } from "./members.ts";

export type BindingMetadata = Pick<ClientRecord, "dpopBoundAccessTokens">;

/** Throws `client_metadata_refused`. */
export const checkBindingMetadata = (members: Members): BindingMetadata => ({
  dpopBoundAccessTokens: readBoolean(members, "dpop_bound_access_tokens"),
});

/** Members that say the default are left out. */
export const describeBinding = (client: BindingMetadata): Record<string, unknown> => ({
  dpop_bound_access_tokens: client.dpopBoundAccessTokens || null,
});

/** A client may make itself stricter, and no more: the operator may have asked it of the client. */
export const asStrictAsBefore = <Metadata extends BindingMetadata>(
  metadata: Metadata,
  before: BindingMetadata,
): Metadata => ({
  ...metadata,
  dpopBoundAccessTokens: metadata.dpopBoundAccessTokens || before.dpopBoundAccessTokens,
});
