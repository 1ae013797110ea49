/** Requests of applications for a person's approval, for the pages: rows as `startRequest` makes them. */
import { mintCredential, recordIdText } from "../../src/credentials/credential.ts";
import { APPROVAL_PATH, REQUEST } from "../../src/operations/backchannel-mail.ts";
import type { ClientId, Scope } from "../../src/protocol/identifiers.ts";
import { newWaiting } from "../../src/rules/outbox.ts";
import { put } from "../../src/store/contract.ts";
import { shardOf } from "../../src/store/declare.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { type BackchannelRequestRecord, backchannelRequests } from "../../src/store/tables/requests.ts";
import type { TestServer } from "./server.ts";

export interface AskedApproval {
  readonly request: BackchannelRequestRecord;
  /** The identifier as pages have it. */
  readonly id: string;
  /** The page with the question. */
  readonly path: string;
}

/** A request of the client `bank`, unless another is named. */
export async function askForApproval(
  { context }: Pick<TestServer, "context">,
  { subject }: Pick<AccountRecord, "subject">,
  more: Partial<BackchannelRequestRecord> = {},
): Promise<AskedApproval> {
  const { clock, random, store } = context;
  const { id, digest } = mintCredential("auth_req_id", clock, random, shardOf(subject));
  const now = clock.seconds();
  const request: BackchannelRequestRecord = {
    ...newWaiting(now, now + 300),
    waits: false,
    id,
    digest,
    subject,
    clientId: "bank" as ClientId,
    scope: ["mail.read" as Scope],
    resources: [],
    authorizationDetails: null,
    bindingMessage: "Transfer 4711",
    demandedLevel: null,
    reported: false,
    requesterAddress: "198.51.100.20",
    expiresAt: now + 300,
    status: "pending",
    grantId: null,
    usedAt: null,
    sealedPing: null,
    ...more,
  };
  await store.commit({ changes: [put(backchannelRequests, request)] });
  const text = recordIdText(id);
  return { request, id: text, path: `${APPROVAL_PATH}?${REQUEST}=${text}` };
}
