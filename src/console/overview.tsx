/** @jsxImportSource hono/jsx */
/** The first page of the console: where everything is. */
import { Icon } from "../pages/views/icons.tsx";
import { ConsoleLayout } from "./layout.tsx";
import type { ConsolePage } from "./page.ts";
import { SECTION_NAMES, SECTIONS } from "./sections.ts";
import { CONSOLE_WORDS, wordsFor } from "./texts.ts";

export const overviewPage: ConsolePage = {
  path: "/admin",
  section: "overview",
  async show({ frame, authority }) {
    const words = wordsFor(frame, CONSOLE_WORDS);
    return (
      <ConsoleLayout frame={frame} title={words.sections.overview}>
        <section class="card">
          <h1>{words.console}</h1>
          <p class="muted">{words.signedInAs(frame.username)}</p>
          <div class="go">
            {SECTION_NAMES.filter((name) => name !== "overview" && SECTIONS[name].isFor(authority)).map(
              (name) => (
                <a href={frame.path(SECTIONS[name].path)}>
                  <strong>{words.sections[name]}</strong>
                  <Icon name="next" />
                </a>
              ),
            )}
          </div>
        </section>
      </ConsoleLayout>
    );
  },
};
