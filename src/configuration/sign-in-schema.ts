/** How people sign in. */
import * as v from "valibot";
import { domainName, groupName, optional, table, words } from "./values.ts";

export const signIn = v.pipe(
  v.optional(
    table({
      passkey_domain: optional(domainName, {
        fallback: "the host of `issuer`",
        description:
          "The domain to which passkeys belong: the host of the issuer, or a domain above it, so that passkeys outlive a move of the server within it. Passkeys of another domain do not work any more.",
      }),
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
      reset_by_mail: v.pipe(
        v.optional(v.boolean(), true),
        v.description(
          "Whether people who forgot the password get a link by mail, where this server sends mail. Otherwise they ask the operator.",
        ),
      ),
      email_code: v.pipe(
        v.optional(v.boolean(), false),
        v.description(
          "Whether a code by mail signs people in instead of a password. Who reads the mails of a person is then in their account.",
        ),
      ),
    }),
    {},
  ),
  v.description("How people sign in."),
);
