/** Mutations of what people see of requests in the back channel (CIBA): the question, its answers, and the mail. */
import type { Mutation } from "./mutation.ts";

const PAGE = "pages/account/approval.tsx";
const MAIL = "rules/mail.ts";
const PAGE_TEST = "pages/approvals.test.ts";
const MAIL_TEST = "operations/backchannel-mail.test.ts";

export const BACKCHANNEL_PAGES: readonly Mutation[] = [
  {
    against: ["threat 26"],
    what: "a link can approve what an application asks",
    in: PAGE,
    within: "showApproval",
    match: "return pageFor($CONTEXT, $INCOMING, $SIGNED, $ID, $ASKING)",
    replace: `const { request } = await find($CONTEXT, $ID, $SIGNED);
      if ($INCOMING.query.includes("decision=allow") && request !== null)
        await answerRequest($CONTEXT, actOfPerson($INCOMING, $SIGNED.account.subject), request, $SIGNED, "approved");
      $&`,
    tests: [PAGE_TEST],
  },
  {
    against: ["threat 26"],
    what: "the form for one request answers another one",
    in: PAGE,
    within: "takeAnswer",
    match: `readForm($CONTEXT, $INCOMING, "backchannel", $FIELD)`,
    replace: `readForm($CONTEXT, $INCOMING, "backchannel")`,
    also: [
      {
        in: PAGE,
        within: "questionPage",
        match: `openForm($CONTEXT, $INCOMING, "backchannel", $DATA)`,
        replace: `openForm($CONTEXT, $INCOMING, "backchannel")`,
      },
    ],
    tests: [PAGE_TEST],
  },
  {
    against: ["threat 26"],
    what: "an old form answers what an application asks",
    in: PAGE,
    within: "answerForm",
    match: "if (!isFresh) return $AGAIN",
    replace: ";",
    tests: [PAGE_TEST],
  },
  {
    against: ["threat 59"],
    what: "two clicks approve what an unverified application asks",
    in: PAGE,
    within: "answerForm",
    match: "!isYesMeant($$$FACTS)",
    replace: "false",
    tests: [PAGE_TEST],
  },
  {
    against: ["threat 26", "threat 69"],
    what: "the words of an application stand on the page as it wrote them",
    in: PAGE,
    within: "questionPage",
    match: "displayText(bindingMessage)",
    replace: "bindingMessage",
    tests: [PAGE_TEST],
  },
  {
    against: ["threat 26"],
    what: "the words of an application stand on the page as the server's own",
    in: "pages/views/approvals.tsx",
    within: "Words",
    match: "frame.texts.device.quote($TEXT)",
    replace: "$TEXT",
    tests: [PAGE_TEST],
  },
  {
    against: ["threat 26"],
    what: "a page that asks does not warn of requests that were not expected",
    in: "pages/views/approvals.tsx",
    within: "ApprovalView",
    match: "approvals.warning",
    replace: "null",
    tests: [PAGE_TEST],
  },
  {
    against: ["threat 26"],
    what: "that a person did not ask is a plain no",
    in: PAGE,
    match: `["report", "reported"]`,
    replace: `["report", "denied"]`,
    tests: [PAGE_TEST],
  },
  {
    against: ["threat 73"],
    what: "the page confirms an answer to an application that does not count",
    in: PAGE,
    within: "answerForm",
    match: "earlierAnswer($FACTS)",
    replace: "wanted",
    tests: [PAGE_TEST],
  },
  {
    against: ["threat 19"],
    what: "people without access may approve what an application asks",
    in: "pages/question.ts",
    within: "hindrance",
    match: "!mayUse($CLIENT, $ACCOUNT)",
    replace: "false",
    also: [
      {
        in: "rules",
        within: "answerRequest",
        match: "!mayBeGiven($CLIENT, $ACCOUNT)",
        replace: "false",
      },
    ],
    tests: [PAGE_TEST],
  },
  {
    against: ["threat 26"],
    what: "a mail for each request of an application",
    in: MAIL,
    within: "claim",
    match: "mail.createdAt - latest < ASKING_PAUSE_SECONDS",
    replace: "false",
    tests: ["rules/mail.test.ts", MAIL_TEST],
  },
  {
    against: ["threat 26"],
    what: "a mail asks for what was answered",
    in: MAIL,
    within: "claim",
    match: "asks && !isPending($REQUEST, $NOW)",
    replace: "false",
    tests: ["rules/mail.test.ts", MAIL_TEST],
  },
  {
    against: ["threat 26", "threat 43"],
    what: "an application puts a link into a mail of this server",
    in: "mails/compose.ts",
    within: "askingFacts",
    match: "LIKE_A_LINK_IN_A_SENTENCE.test($QUOTE)",
    replace: "false",
    tests: [MAIL_TEST],
  },
];
