/** The mails of this server, in the management API. */
import * as v from "valibot";
import { tryMail } from "../operations/management/first-steps.ts";
import { type KnownMail, listKnownMails, previewKnownMail } from "../operations/management/mails.ts";
import { isoTime } from "../platform/clock.ts";
import { isMailAddress } from "../platform/mailbox.ts";
import { OAuthError } from "../protocol/errors.ts";
import { MAIL_KIND_NAMES, stateOf } from "../rules/mail.ts";
import { listAnswer, listOf, PAGE_MEMBERS } from "./list.ts";
import { type ApiRoute, apiRoute } from "./route.ts";
import { time, timeOrNull } from "./schemas.ts";

const TAG = "server";

const mailSchema = v.pipe(
  v.strictObject({
    kind: v.picklist(MAIL_KIND_NAMES),
    username: v.pipe(v.nullable(v.string()), v.description("Null for a mail to no account.")),
    address: v.pipe(v.nullable(v.string()), v.description("Null once it is forgotten.")),
    state: v.picklist(["waits", "sent", "failed"]),
    attempts: v.number(),
    created_at: time,
    sent_at: timeOrNull,
    next_at: v.pipe(timeOrNull, v.description("When it is tried next; null if it does not wait.")),
    fault: v.nullable(v.string()),
  }),
  v.title("Mail"),
);

/** A mail as lists say it: never its words, which may have a link. */
export const describeMail = (mail: KnownMail) => ({
  kind: mail.kind,
  username: mail.username,
  address: mail.address,
  state: stateOf(mail),
  attempts: mail.attempts,
  created_at: isoTime(mail.createdAt),
  sent_at: mail.sentAt === null ? null : isoTime(mail.sentAt),
  next_at: mail.waits ? isoTime(Math.max(mail.nextAt, mail.createdAt)) : null,
  fault: mail.lastFault,
});

const language = v.optional(
  v.pipe(v.string(), v.maxLength(100), v.description("A language tag. Default: mail.language, or en.")),
);

export const mailRoutes: readonly ApiRoute[] = [
  apiRoute({
    method: "GET",
    path: "/mails",
    tag: TAG,
    summary: "List the mails that were sent or wait, newest first",
    permission: "server.read",
    query: {
      ...PAGE_MEMBERS,
      person: v.optional(v.pipe(v.string(), v.description("Only those to this person: a subject."))),
    },
    answer: listOf(mailSchema),
    handle: ({ context, authority, query }) =>
      listAnswer<KnownMail>({
        keys: context.keys,
        path: "/mails",
        query,
        placeOf: ({ createdAt, id }) => ({ createdAt, id }),
        rows: (page) => listKnownMails(context, authority, { ...page, person: query.person }),
        describe: describeMail,
      }),
  }),
  apiRoute({
    method: "POST",
    path: "/mails/test",
    tag: TAG,
    summary: "Send one mail now, and say how each step went",
    permission: "server.write",
    body: v.strictObject({ address: v.string(), language }),
    answer: v.strictObject({
      sent: v.boolean(),
      steps: v.array(
        v.strictObject({
          step: v.string(),
          outcome: v.picklist(["done", "failed"]),
          words: v.string(),
        }),
      ),
      reply: v.pipe(v.nullable(v.string()), v.description("What the mail server said.")),
      advice: v.pipe(v.nullable(v.string()), v.description("What to change; null if it was sent.")),
    }),
    handle: async ({ context, authority, body }) => {
      const tag = body.language ?? context.configuration.mail?.language ?? "en";
      if (!isMailAddress(body.address))
        throw new OAuthError("member_refused", { description: "'address' is not an e-mail address." });
      const test = await tryMail(context, authority, body.address, tag);
      if (test === null)
        throw new OAuthError("change_refused", {
          description: "This server sends no mail: the configuration has no [mail].",
        });
      const { sent, steps, reply } = test;
      return { body: { sent, steps, reply, advice: test.sent ? null : test.advice } };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/mails/previews/:kind",
    tag: TAG,
    summary: "Show what a mail of a kind looks like, with made-up facts",
    permission: "server.read",
    query: { language },
    answer: v.strictObject({
      subject: v.string(),
      text: v.string(),
      html: v.string(),
      language: v.string(),
    }),
    handle: async ({ context, authority, parameters, query }) => {
      const tag = query.language ?? context.configuration.mail?.language ?? "en";
      const mail = await previewKnownMail(context, authority, parameters.kind ?? "", tag);
      const { subject, text, html } = mail;
      return { body: { subject, text, html, language: mail.language } };
    },
  }),
];
