/** A sign-in on one device that a person approves on another, where they are signed in. Each question has one answer. */
import type { EpochSeconds } from "../platform/clock.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import { type Change, hold, insert, update } from "../store/contract.ts";
import { type AccountRecord, accounts } from "../store/tables/people.ts";
import {
  type SessionRecord,
  type SignInApprovalRecord,
  sessions,
  signInApprovals,
} from "../store/tables/sign-in.ts";
import { concluded, type Decision } from "./decision.ts";

/** The question of a browser that is not signed in. */
export interface ApprovalQuestion {
  readonly id: RecordId;
  /** No answer counts after this time. */
  readonly expiresAt: EpochSeconds;
}

/** How many answers of a person are kept at a time, so that a person with a program fills no table. An answer is kept five minutes. */
export const ANSWERS_AT_ONCE = 20;

export interface ApprovalFacts {
  readonly account: AccountRecord | null;
  readonly approval: SignInApprovalRecord | null;
}

/** A person's answer, and the session in which they gave it. */
export interface ApprovalAnswer {
  readonly answer: SignInApprovalRecord["answer"];
  readonly session: Pick<SessionRecord, "id" | "authenticatedAt">;
}

export interface AnswerFacts extends ApprovalFacts {
  /** The answers of the person that are kept, or as many of them as are too many. */
  readonly kept: readonly SignInApprovalRecord[];
}

/**
 * Stores the answer. False if the question was answered before or has expired, if the person may not sign in, or if they gave too many
 * answers.
 */
export function answerSignIn(
  { account, approval, kept }: AnswerFacts,
  { id, expiresAt }: ApprovalQuestion,
  { answer, session }: ApprovalAnswer,
  now: EpochSeconds,
): Decision<boolean> {
  if (expiresAt <= now || approval !== null || account === null || account.disabledAt !== null)
    return concluded(false);
  if (kept.length >= ANSWERS_AT_ONCE) return concluded(false);
  const { subject, revision } = account;
  return {
    outcome: true,
    changes: [
      hold(accounts, { subject }, { revision }),
      insert(signInApprovals, {
        id,
        subject,
        accountRevision: revision,
        answer,
        session: session.id,
        authenticatedAt: session.authenticatedAt,
        expiresAt,
        usedAt: null,
      }),
    ],
    events: [{ event: answer === "approved" ? "sign_in.approved" : "sign_in.denied", subject }],
  };
}

/** An approval with the session in which the person gave it. */
export interface ApprovedFacts extends ApprovalFacts {
  readonly session: SessionRecord | null;
}

/**
 * The use of an approval; null if there is none, or it was used, or the account has changed since. A person takes it back with a new
 * password, and by ending the session in which it was given.
 */
export function useApproval(
  { account, approval, session }: ApprovedFacts,
  now: EpochSeconds,
): readonly Change[] | null {
  if (account === null || session === null || approval?.answer !== "approved") return null;
  if (approval.usedAt !== null || approval.expiresAt <= now) return null;
  if (approval.subject !== account.subject || approval.accountRevision !== account.revision) return null;
  const { id, continuity } = session;
  return [
    hold(sessions, { id }, { continuity }),
    update(signInApprovals, { id: approval.id }, { usedAt: null }, { usedAt: now }),
  ];
}
