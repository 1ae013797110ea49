/** @jsxImportSource hono/jsx */
/** Settings in a table: what is in force, and where each comes from. */
import type { KnownSetting } from "../../operations/management/server.ts";
import { displayText } from "../../pages/display.ts";
import type { ConsoleFrame } from "../layout.tsx";
import { Rows } from "../parts.tsx";
import { wordsFor } from "../texts.ts";
import { SERVER_WORDS } from "./texts.ts";

interface SettingRowsProps {
  readonly frame: ConsoleFrame;
  readonly label: string;
  readonly settings: readonly KnownSetting[];
}

const valueText = ({ value }: KnownSetting): string =>
  value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);

export function SettingRows({ frame, label, settings }: SettingRowsProps) {
  const { settings: words } = wordsFor(frame, SERVER_WORDS);
  return (
    <Rows
      label={label}
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
  );
}
