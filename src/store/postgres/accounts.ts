/** The store's methods for people. Those that end sessions or access are functions of the database (functions.ts). */
import type { Store } from "../contract.ts";
import type { AccountRecord } from "../records.ts";
import { foldUsername } from "../usernames.ts";
import type { Database } from "./driver.ts";
import { HAS_ADMINISTRATOR } from "./functions.ts";
import { ACCOUNT_COLUMNS, type AccountRow, canBeStored } from "./rows.ts";
import { type ParametersOf, query, statement } from "./statements.ts";

type AccountMethods = Pick<
  Store,
  | "findAccount"
  | "findAccountByUsername"
  | "listAccounts"
  | "hasAdministrator"
  | "createAccount"
  | "setPassword"
  | "changePassword"
  | "disableAccount"
  | "enableAccount"
  | "removeAccount"
>;

export const ACCOUNT_TYPES = {
  subject: "text",
  source: "text",
  username: "text",
  usernameFolded: "text",
  name: "text?",
  email: "text?",
  administrator: "boolean",
  passwordHash: "text?",
  createdAt: "bigint",
  disabledAt: "bigint?",
} as const;

export const accountParameters = (account: AccountRecord): ParametersOf<typeof ACCOUNT_TYPES> => ({
  ...account,
  usernameFolded: foldUsername(account.username),
});

const BY_SUBJECT = query<AccountRow>(
  `SELECT ${ACCOUNT_COLUMNS} FROM accounts a WHERE a.subject = :subject`,
).with({ subject: "text" });

const BY_USERNAME = query<AccountRow>(
  `SELECT ${ACCOUNT_COLUMNS} FROM accounts a WHERE a.username_folded = :folded`,
).with({ folded: "text" });

const ALL = query<AccountRow>(
  `SELECT ${ACCOUNT_COLUMNS} FROM accounts a ORDER BY a.created_at, a.subject`,
).with({});

interface Done {
  readonly done: boolean;
}

const ADMINISTRATOR = query<Done>(`SELECT ${HAS_ADMINISTRATOR} AS done`).with({});

const CREATE = statement<Done>(
  `SELECT create_account(:subject, :source, :username, :usernameFolded, :name, :email, :administrator, :passwordHash,
     :createdAt, :disabledAt) AS done`,
).with(ACCOUNT_TYPES);

const SET_PASSWORD = statement<Done>("SELECT set_password(:subject, :passwordHash) AS done").with({
  subject: "text",
  passwordHash: "text",
});

const CHANGE_PASSWORD = statement<Done>(
  "SELECT done FROM change_password(:subject, :verifiedHash, :passwordHash) AS done",
).with({ subject: "text", verifiedHash: "text", passwordHash: "text" });

const DISABLE = statement<Done>("SELECT disable_account(:subject, :now) AS done").with({
  subject: "text",
  now: "bigint",
});

const ENABLE = statement<Done>("SELECT enable_account(:subject) AS done").with({ subject: "text" });

const REMOVE = statement<Done>("SELECT done FROM remove_account(:subject, :now) AS done").with({
  subject: "text",
  now: "bigint",
});

export function accountMethods(database: Database): AccountMethods {
  return {
    findAccount: (subject) => database.first(BY_SUBJECT, { subject }),

    async findAccountByUsername(username) {
      return canBeStored(username) ? database.first(BY_USERNAME, { folded: foldUsername(username) }) : null;
    },

    listAccounts: () => database.all(ALL, {}),

    hasAdministrator: () => isTrue(database.first(ADMINISTRATOR, {})),

    createAccount: (account) => isTrue(database.first(CREATE, accountParameters(account))),

    setPassword: (subject, passwordHash) => isTrue(database.first(SET_PASSWORD, { subject, passwordHash })),

    changePassword: (subject, verifiedHash, passwordHash) =>
      isTrue(database.first(CHANGE_PASSWORD, { subject, verifiedHash, passwordHash })),

    disableAccount: (subject, now) => isTrue(database.first(DISABLE, { subject, now })),

    enableAccount: (subject) => isTrue(database.first(ENABLE, { subject })),

    removeAccount: (subject, now) => isTrue(database.first(REMOVE, { subject, now })),
  };
}

const isTrue = async (row: Promise<Done | null>): Promise<boolean> => (await row)?.done ?? false;
