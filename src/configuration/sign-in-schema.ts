/** How people sign in. */
import * as v from "valibot";
import { groupName, table, words } from "./values.ts";

export const signIn = v.pipe(
  v.optional(
    table({
      other_device: v.pipe(
        v.optional(v.boolean(), true),
        v.description(
          "Whether people may sign in on a device by approving it on their phone, where they are signed in.",
        ),
      ),
      second_factor_for: v.pipe(
        v.optional(v.union([v.literal("everyone"), v.array(groupName)]), []),
        words({
          allowed: 'names of groups, or the word "everyone"',
          description:
            "Who needs a second factor for every application: people in these groups. Those who have none are asked to set one up.",
        }),
      ),
    }),
    {},
  ),
  v.description("How people sign in."),
);
