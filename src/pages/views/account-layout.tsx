/** @jsxImportSource hono/jsx */
/** The frame of every page of the account: whose it is, its sections, and what the last act did. */
import type { PropsWithChildren } from "hono/jsx";
import { displayText } from "../display.ts";
import type { PageFrame } from "../frame.ts";
import { Layout, Note } from "../layout.tsx";

/** The frame of a page of the account. */
export interface AccountFrame extends PageFrame {
  /** The path of the page, below the issuer. */
  readonly section: string;
  /** The notice about the person's last act. */
  readonly notice: string | null;
  /** Why the last form did nothing. */
  readonly alert: string | null;
  readonly username: string;
  readonly personName: string | null;
  /** The reference to the person's picture at this server; null for a person without one. */
  readonly picture: string | null;
}

/** The sections, in their order. A page below one of them has it as its section. */
export const ACCOUNT_SECTIONS = [
  { path: "/account", name: "overview" },
  { path: "/account/security", name: "security" },
  { path: "/account/details", name: "details" },
  { path: "/account/activity", name: "activity" },
  { path: "/account/data", name: "data" },
] as const;

/** The pages that are not in the navigation, with the section that leads to them. */
const BELOW: Readonly<Record<string, string>> = {
  "/account/approvals": "/account",
  "/account/apps": "/account",
  "/account/passkeys": "/account/security",
  "/account/password": "/account/security",
  "/account/second-factor": "/account/security",
};

interface Props {
  readonly frame: AccountFrame;
  readonly title: string;
}

export function AccountLayout({ frame, title, children }: PropsWithChildren<Props>) {
  const { account } = frame.texts;
  const name = displayText(frame.personName ?? "");
  const section = BELOW[frame.section] ?? frame.section;
  return (
    <Layout frame={frame} title={title} width="wide">
      <div class="holder">
        {frame.picture && <img class="portrait" src={frame.picture} alt="" width="44" height="44" />}
        <p>
          <bdi>{name === "" ? frame.username : `${name} (${frame.username})`}</bdi>
        </p>
        <a href={frame.path("/logout")}>{account.signOut}</a>
      </div>
      <nav class="sections" aria-label={account.sectionsLabel}>
        <ul>
          {ACCOUNT_SECTIONS.map(({ path, name }) => (
            <li>
              <a
                href={frame.path(path)}
                aria-current={path === frame.section ? "page" : path === section ? "true" : undefined}
              >
                {account.sections[name]}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {frame.notice && <Note kind="good">{frame.notice}</Note>}
      {frame.alert && <Note kind="bad">{frame.alert}</Note>}
      {children}
    </Layout>
  );
}
