/** Whether people may make their own accounts. */
import * as v from "valibot";
import { count, groupName, table, webHost, words } from "./values.ts";

export const signUp = v.pipe(
  v.optional(
    table({
      mode: v.pipe(
        v.optional(v.picklist(["off", "token", "open"]), "off"),
        v.description(
          "off: accounts are made by invitation and on the command line; token: a page asks for an invitation; open: anyone may make an account.",
        ),
      ),
      domains: v.pipe(
        v.optional(v.array(webHost), []),
        words({
          allowed: "domains in lower case and in ASCII, such as example.org",
          description:
            "The domains of e-mail addresses that may have an account, where mode is open. Empty: any. A mail proves the address, so this needs `mail`.",
        }),
      ),
      approval: v.pipe(
        v.optional(v.boolean(), false),
        v.description(
          "Whether an account that a person makes without an invitation waits until an administrator lets it in: tessera user approve NAME.",
        ),
      ),
      groups: v.pipe(
        v.optional(v.array(groupName), []),
        v.description("The groups that such a person is put into, if they exist."),
      ),
      per_hour: count(
        "How many accounts strangers may ask for within an hour, from all addresses together.",
        100,
        1,
        10_000,
      ),
      waiting: count("How many people may wait for approval at a time.", 100, 1, 10_000),
    }),
    {},
  ),
  v.description("Accounts that people make themselves."),
);
