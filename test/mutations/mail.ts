/** Mutations of mail: how many a person gets, what is kept of them, whom they go to, and the way to the mail server. */
import type { Mutation } from "./mutation.ts";

const RULES = "rules/mail.ts";
const OPERATIONS = "operations/mail.ts";
const COMPOSE = "mails/compose.ts";
const SMTP = "platform/smtp.ts";
const RULES_TEST = "rules/mail.test.ts";
const OPERATIONS_TEST = "operations/mail.test.ts";
const COMPOSE_TEST = "mails/compose.test.ts";
const SMTP_TEST = "platform/smtp.test.ts";

export const MAIL: readonly Mutation[] = [
  {
    against: ["threat 72"],
    what: "a clock that jumps ahead gives up what waits to be sent",
    in: "operations/outbox.ts",
    match: "isTrusted ? $OVERDUE : []",
    replace: "$OVERDUE",
    tests: [OPERATIONS_TEST],
    only: "jumps ahead",
  },
  {
    against: ["threat 72"],
    what: "what was put off while the clock was ahead waits until that time comes",
    in: "rules/outbox.ts",
    within: "isTime",
    match: "nextAt > $FARTHEST",
    replace: "false",
    tests: ["rules/outbox.test.ts"],
  },
  {
    against: ["threat 61"],
    what: "a person gets as many mails as strangers ask for",
    in: RULES,
    within: "claim",
    match: "earlier >= $BOUNDS.per_person_and_hour",
    replace: "false",
    tests: [RULES_TEST, OPERATIONS_TEST],
  },
  {
    against: ["threat 61"],
    what: "mails of other accounts to one address do not count",
    in: OPERATIONS,
    within: "findEarlier",
    match: "address === null ? [] : await timesOf({ address })",
    replace: "[]",
    tests: [OPERATIONS_TEST],
    only: "however many accounts",
  },
  {
    against: ["threat 61"],
    what: "a mail too many leaves its row",
    in: RULES,
    within: "drop",
    match: "sweep(mails, $WHERE, null)",
    replace: "",
    tests: [RULES_TEST, OPERATIONS_TEST],
  },
  {
    against: ["threat 23"],
    what: "the link of a mail that waits can be read in the database",
    in: OPERATIONS,
    within: "mailChange",
    match: `keys.seal("mail", $ABOUT, $LINK)`,
    replace: "$LINK",
    tests: [OPERATIONS_TEST],
    only: "has its link sealed",
  },
  {
    against: ["threat 23"],
    what: "the link of a mail stays after the mail is sent",
    in: RULES,
    within: "conclude",
    match: { entry: "sealedLink: null" },
    replace: "",
    tests: [RULES_TEST, OPERATIONS_TEST],
  },
  {
    against: ["threat 69"],
    what: "a name in a mail may be a link",
    in: COMPOSE,
    match: "LIKE_A_LINK.test(shown)",
    replace: "false",
    tests: [COMPOSE_TEST],
  },
  {
    against: ["threat 69"],
    what: "a host name that ends in a digit is no link in a mail",
    in: COMPOSE,
    within: "LIKE_A_LINK",
    match: { text: "\\p{N}" },
    replace: "",
    tests: [COMPOSE_TEST],
  },
  {
    against: ["threat 69"],
    what: "the address of a stranger's metadata document stands in a mail",
    in: COMPOSE,
    within: "applicationName",
    match: "plainName($CLIENT.clientId) ?? $WORD",
    replace: "displayText(client.clientId)",
    tests: [COMPOSE_TEST],
  },
  {
    against: ["threat 69"],
    what: "a stranger's name greets the owner of an address",
    in: COMPOSE,
    match: "toUnverified ? null : personName($MAIL)",
    replace: "personName($MAIL)",
    tests: [COMPOSE_TEST],
  },
  {
    against: ["threat 47"],
    what: "a mail goes in the clear if the mail server offers no encryption",
    in: SMTP,
    match: { entry: `requireTLS: $WANTED` },
    replace: "requireTLS: false",
    tests: [SMTP_TEST],
  },
  {
    against: ["threat 47"],
    what: "a mail goes to a mail server with any certificate",
    in: SMTP,
    match: { entry: "rejectUnauthorized: true" },
    replace: "rejectUnauthorized: false",
    tests: [SMTP_TEST],
  },
  {
    against: ["threat 47"],
    what: "the way to another machine may be in the clear by mistake",
    in: "configuration/checks.ts",
    within: "checkMail",
    match: "!isLoopbackHost(mail.host)",
    replace: "false",
    tests: ["configuration/mail.test.ts"],
  },
  {
    against: ["threat 60"],
    what: "news without end keeps mails and webhooks waiting",
    in: "operations/outbox.ts",
    match: "isNews && index > 0",
    replace: "isNews",
    tests: ["operations/outbox.test.ts"],
  },
];
