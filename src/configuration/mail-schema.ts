/** The settings of mail: how it is sent. Without them the server sends none, and every act works by link. */
import * as v from "valibot";
import { isMailAddress, parseMailbox } from "../platform/mailbox.ts";
import { isListenHost } from "../platform/network.ts";
import {
  count,
  optional,
  passwordText,
  seconds,
  someText,
  table,
  text,
  wholeNumber,
  words,
  YEAR_SECONDS,
} from "./values.ts";

/** `tls`: encrypted from the first byte. `starttls`: encrypted before anything is said. `none`: in the clear. */
const SECURITY = ["starttls", "tls", "none"] as const;

/** The ports that mail servers have for each way (RFC 8314 §3.3, RFC 6409). */
export const MAIL_PORTS: Readonly<Record<(typeof SECURITY)[number], number>> = {
  starttls: 587,
  tls: 465,
  none: 25,
};

const mailbox = v.pipe(
  v.string(),
  v.maxCodePoints(400),
  v.check(
    (value) => parseMailbox(value) !== null,
    "an address, or a name and an address: Example <auth@example.org>",
  ),
);

export const mail = optional(
  table({
    host: v.pipe(
      v.string(),
      v.check(isListenHost, "the name or the address of the mail server, without the port"),
      v.description("The mail server that takes the mails of this server, such as smtp.example.org."),
    ),
    port: optional(wholeNumber(1, 65535), {
      fallback: "587 for starttls, 465 for tls, 25 for none",
      description: "Its port.",
    }),
    security: v.pipe(
      v.optional(v.picklist(SECURITY), "starttls"),
      v.description(
        "starttls: encrypted before anything is said; tls: encrypted from the first byte; none: in the clear, for a mail server on this machine.",
      ),
    ),
    allow_clear: v.pipe(
      v.optional(v.boolean(), false),
      v.description(
        "Allows security = none for a mail server on another machine: links and passwords travel in the clear.",
      ),
    ),
    authority: optional(someText, {
      fallback: "those of the system",
      description:
        "A PEM file with the authority of the mail server's certificate, or with the certificate itself.",
    }),
    user: optional(text(320), { fallback: "no sign-in", description: "The user name at the mail server." }),
    password: optional(passwordText, { fallback: "none", description: "The password at the mail server." }),
    from: v.pipe(
      mailbox,
      words({
        allowed: "an address, or a name and an address: Example <auth@example.org>",
        description: "The sender that people see. The mail server must let this user send from it.",
      }),
    ),
    reply_to: optional(v.pipe(v.string(), v.check(isMailAddress, "an address")), {
      fallback: "the sender",
      allowed: "an address",
      description: "Where answers go.",
    }),
    language: v.pipe(
      v.optional(
        v.pipe(v.string(), v.regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, "a language tag such as de")),
        "en",
      ),
      words({
        allowed: "a language tag such as en or de",
        description: "The language of mails to people of whom no language is known (the claim `locale`).",
      }),
    ),
    timeout_seconds: seconds(
      "How long the mail server may take to accept a connection and to greet. For a mail it has 15 times as long.",
      20,
      1,
      60,
    ),
    give_up_seconds: seconds(
      "How long the server tries to send a mail, if what it says is of use for that long.",
      3 * 86_400,
      60,
      30 * 86_400,
    ),
    keep_seconds: seconds(
      "How long `tessera mail list` shows a mail: to whom it went and why, never what it said.",
      30 * 86_400,
      3600,
      10 * YEAR_SECONDS,
    ),
    per_person_and_hour: count(
      "How many mails of one kind a person gets within an hour at most, so that strangers cannot flood them.",
      5,
      1,
      1000,
    ),
  }),
  {
    fallback: "no mail",
    description:
      "How the server sends mail. Without it, links are given by hand. Try it: tessera mail test ADDRESS",
  },
);
