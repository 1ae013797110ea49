/** Settings with their sources, in the management API. */
import * as v from "valibot";
import type { KnownSetting } from "../operations/management/server.ts";

export const settingSchema = v.strictObject({
  key: v.string(),
  description: v.string(),
  value: v.unknown(),
  source: v.picklist(["default", "file", "environment", "flag"]),
  written_in: v.pipe(
    v.nullable(v.string()),
    v.description("The file, the variable or the flag; null for a default."),
  ),
});

export const describeSetting = ({ key, description, value, source }: KnownSetting) => ({
  key,
  description,
  value,
  source: source?.kind ?? "default",
  written_in: source?.name ?? null,
});
