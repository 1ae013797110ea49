/** @jsxImportSource hono/jsx */
/** The settings in force, and where each comes from. */
import { type KnownSetting, listSettings } from "../../operations/management/server.ts";
import { displayText } from "../../pages/display.ts";
import { ConsoleLayout } from "../layout.tsx";
import type { ConsolePage } from "../page.ts";
import { Rows } from "../parts.tsx";
import { wordsFor } from "../texts.ts";
import { SERVER_WORDS } from "./texts.ts";

const PATH = "/admin/settings";

const valueText = ({ value }: KnownSetting): string =>
  value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);

export const settingsPage: ConsolePage = {
  path: PATH,
  section: "settings",
  needs: "server.read",
  async show({ context, frame, authority, query }) {
    const { settings: words } = wordsFor(frame, SERVER_WORDS);
    const showsAll = query.get("all") === "1";
    const settings = listSettings(context, authority).filter(({ source }) => showsAll || source !== null);
    return (
      <ConsoleLayout frame={frame} title={words.title}>
        <section class="card">
          <h1>{words.title}</h1>
          <p class="muted">{words.lead}</p>
          <p class="links">
            {showsAll ? (
              <a href={frame.path(PATH)}>{words.changedOnly}</a>
            ) : (
              <a href={frame.path(PATH, { all: "1" })}>{words.all}</a>
            )}
          </p>
          <Rows
            label={words.title}
            heads={[words.heads.key, words.heads.value, words.heads.source]}
            rows={settings.map((setting) => [
              <>
                <code>{setting.key}</code>
                <p class="muted small">{setting.description}</p>
              </>,
              <code>{displayText(valueText(setting), 2000)}</code>,
              setting.source === null
                ? words.fallback
                : (words.sources[setting.source.kind] ?? setting.source.kind),
            ])}
          />
        </section>
      </ConsoleLayout>
    );
  },
};
