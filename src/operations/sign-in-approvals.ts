/** Signing in on a device without password or passkey at hand: the person approves it on another, where they are signed in. */
import type { RecordId, SubjectId } from "../protocol/identifiers.ts";
import type { Act } from "../rules/events.ts";
import { STEPS } from "../rules/sign-in.ts";
import * as rules from "../rules/sign-in-approval.ts";
import { row } from "../store/contract.ts";
import { accounts } from "../store/tables/people.ts";
import { type SignInApprovalRecord, sessions, signInApprovals } from "../store/tables/sign-in.ts";
import type { Context } from "./context.ts";
import { outcomeOf } from "./decide.ts";
import type { StepProof } from "./second-factor.ts";
import type { SignIn } from "./sessions.ts";

type ApprovalContext = Pick<Context, "store" | "events" | "clock">;

const ANSWER = { approval: row(signInApprovals, { id: "$id" }) };
const ANSWERING = { account: row(accounts, { subject: "$subject" }), ...ANSWER };
const APPROVAL = { ...ANSWER, account: row(accounts, { subject: "approval.subject" }) };
const SESSION = { session: row(sessions, { id: "$id" }) };

/** False if the question was answered before, or has expired. */
export const answerSignIn = (
  context: ApprovalContext,
  act: Act,
  question: rules.ApprovalQuestion,
  subject: SubjectId,
  answer: rules.ApprovalAnswer,
): Promise<boolean> =>
  outcomeOf(context, act, async () => {
    const facts = await context.store.look(ANSWERING, { id: question.id, subject });
    const kept = await context.store.list(signInApprovals, {
      where: { subject },
      limit: rules.ANSWERS_AT_ONCE,
    });
    return rules.answerSignIn({ ...facts, kept }, question, answer, context.clock.seconds());
  });

/** What the person answered; null while they have not. */
export const findAnswer = async (
  { store }: Pick<ApprovalContext, "store">,
  id: RecordId,
): Promise<SignInApprovalRecord["answer"] | null> =>
  (await store.look(ANSWER, { id })).approval?.answer ?? null;

/** The session has another shard than the question, so it takes a look of its own. */
async function approvedFacts({ store }: ApprovalContext, id: RecordId): Promise<rules.ApprovedFacts> {
  const facts = await store.look(APPROVAL, { id });
  return { ...facts, ...(await store.look(SESSION, { id: facts.approval?.session ?? null })) };
}

/**
 * The first step of the approved sign-in; null if it was used, or counts no more. It goes on from the session that approved it: it is
 * no newer a sign-in, and worth nothing once that session has ended.
 */
export async function approvedSignIn(context: ApprovalContext, id: RecordId): Promise<SignIn | null> {
  const use: StepProof["use"] = async () =>
    rules.useApproval(await approvedFacts(context, id), context.clock.seconds());
  const facts = await approvedFacts(context, id);
  const { account, approval } = facts;
  if (account === null || approval === null) return null;
  if (rules.useApproval(facts, context.clock.seconds()) === null) return null;
  const { authenticatedAt: since } = approval;
  return { account, steps: [STEPS.other_device], proofs: [{ use }], since };
}
