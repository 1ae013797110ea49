/** What the checks between settings find. */
import type { SettingPath } from "./settings.ts";

export interface Finding {
  readonly path: SettingPath;
  /** Names the key, the value and the allowed values. */
  readonly text: string;
}
