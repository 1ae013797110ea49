/** The settings of backups. */
import * as v from "valibot";
import { seconds, table } from "./values.ts";

export const backup = v.pipe(
  v.optional(
    table({
      expected_seconds: seconds(
        "How old the last backup may be before tessera doctor warns; 0 if you make backups otherwise.",
        3 * 86_400,
        0,
      ),
    }),
    {},
  ),
  v.description("Backups of the embedded database: tessera backup."),
);
