/** What the server keeps about acts and refusals, and for how long. */
import * as v from "valibot";
import { seconds, table, YEAR_SECONDS } from "./values.ts";

export const audit = v.pipe(
  v.optional(
    table({
      seconds: seconds(
        "How long each act is kept for the operator (`tessera log`). A change counts for acts from then on.",
        YEAR_SECONDS,
        86_400,
      ),
      tokens: v.pipe(
        v.optional(v.boolean(), false),
        v.description(
          "Whether each issue of tokens is kept too. It is a row, and so a write, for every answer of the token endpoint.",
        ),
      ),
      refusal_seconds: seconds(
        "How long a refused request is kept at most, so that `tessera why` can explain it.",
        14 * 86_400,
        3600,
      ),
    }),
    {},
  ),
  v.description("What is kept about acts and refusals."),
);
