/** @jsxImportSource hono/jsx */
/** The settings in force, and where each comes from. */
import { listSettings } from "../../operations/management/server.ts";
import { ConsoleLayout } from "../layout.tsx";
import type { ConsolePage } from "../page.ts";
import { wordsFor } from "../texts.ts";
import { SettingRows } from "./setting-rows.tsx";
import { SERVER_WORDS } from "./texts.ts";

const PATH = "/admin/settings";

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
          <SettingRows frame={frame} label={words.title} settings={settings} />
        </section>
      </ConsoleLayout>
    );
  },
};
