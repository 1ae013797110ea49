/** @jsxImportSource hono/jsx */
/** The frame of every page of the console: its sections beside the content, and what the last act did. */
import type { PropsWithChildren } from "hono/jsx";
import type { PageFrame } from "../pages/frame.ts";
import { Layout, Note } from "../pages/layout.tsx";
import { type Authority, isAllowed, PERMISSIONS } from "../rules/role.ts";
import { SECTION_NAMES, SECTIONS, type SectionName } from "./sections.ts";
import { CONSOLE_WORDS, wordsFor } from "./texts.ts";

export interface ConsoleFrame extends PageFrame {
  readonly section: SectionName;
  /** The path of the page, with the path of the issuer, to which its forms post. */
  readonly here: string;
  /** The token of the forms of the page. */
  readonly token: string;
  /** What the reader may do: a page leaves out the forms for everything else. */
  readonly authority: Authority;
  readonly username: string;
  /** What the last act did. */
  readonly notice: string | null;
  /** Why the last form did nothing. */
  readonly alert: string | null;
}

interface Props {
  readonly frame: ConsoleFrame;
  readonly title: string;
  /** The page to which this one belongs. */
  readonly up?: { readonly path: `/${string}`; readonly words: string };
}

export function ConsoleLayout({ frame, title, up, children }: PropsWithChildren<Props>) {
  const words = wordsFor(frame, CONSOLE_WORDS);
  const { authority, section } = frame;
  const mayWrite = PERMISSIONS.some((name) => name.endsWith(".write") && isAllowed(authority, name));
  return (
    <Layout frame={frame} title={`${title} · ${words.console}`} width="full">
      <div class="console">
        <nav aria-label={words.sectionsLabel}>
          <ul>
            {SECTION_NAMES.filter((name) => SECTIONS[name].isFor(authority)).map((name) => (
              <li>
                <a
                  href={frame.path(SECTIONS[name].path)}
                  aria-current={name === section ? (up === undefined ? "page" : "true") : undefined}
                >
                  {words.sections[name]}
                </a>
              </li>
            ))}
            <li>
              <a href={frame.path("/account")}>{words.account}</a>
            </li>
          </ul>
        </nav>
        <div class="content">
          {up && (
            <p class="trail">
              <a href={frame.path(up.path)}>{up.words}</a>
            </p>
          )}
          {!mayWrite && authority.manages.length === 0 && <Note kind="plain">{words.readOnly}</Note>}
          {frame.notice && <Note kind="good">{frame.notice}</Note>}
          {frame.alert && <Note kind="bad">{frame.alert}</Note>}
          {children}
        </div>
      </div>
    </Layout>
  );
}
