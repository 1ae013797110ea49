/** The settings of backups. */
import * as v from "valibot";
import { seconds, table, words } from "./values.ts";

export const backup = v.pipe(
  v.optional(
    table({
      recipients: v.pipe(
        v.optional(
          v.array(v.pipe(v.string(), v.regex(/^age1[0-9a-z]{50,}$/, "a recipient of age: age1…"))),
          [],
        ),
        words({
          allowed:
            "recipients of age, such as age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
          description:
            "Every backup is encrypted to these, and only the holder of one of their identities can read it.",
        }),
      ),
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
