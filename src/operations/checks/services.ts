/** Checks of the signing keys, of mail, of what waits to be sent, and of the issuers that the server trusts. */
import { type SmtpConnection, SmtpError } from "../../platform/smtp.ts";
import { currentKey, ringOf } from "../../rules/signing-key.ts";
import type { RingKey } from "../../store/tables/keys.ts";
import { OUTBOXES, type OutboxName } from "../outboxes.ts";
import { findFaultyKeys, findSigningKeys } from "../signing-keys.ts";
import { keysFault } from "../trusted-issuers.ts";
import { type Check, errorCode, type Finding, failure, lengthOfTime, ok, skipped, warning } from "./check.ts";

/** A rotation that is this late does not come by itself. */
const LATE_SECONDS = 86_400;

const signing: Check = {
  id: "keys.signing",
  title: "Signing keys",
  about:
    "The server can use each of its signing keys, every algorithm has a key, and keys are rotated in time (signing.rotation_seconds).",
  cure: "Give the server the `server_key` that it had, or `tessera key rotate`: [keys.md](keys.md).",
  async run(context) {
    const { configuration, clock, store, keyFiles } = context;
    const faulty = await findFaultyKeys(context);
    if (faulty.length > 0) {
      return faulty.map(({ key }) =>
        failure(
          `The server cannot use its key ${key.kid}.`,
          `Give it the server_key that it had, restore the table signing_keys, or end the key's tokens: tessera key retire ${key.kid}`,
        ),
      );
    }
    const ring: readonly RingKey[] = ringOf(await findSigningKeys({ store }), await keyFiles.keys());
    const now = clock.seconds();
    const findings: Finding[] = [];
    const ages: string[] = [];
    for (const algorithm of configuration.signing.algorithms) {
      const key = currentKey(ring, algorithm, now);
      if (key === null) {
        findings.push(
          warning(`No key signs with ${algorithm} yet.`, "The server makes it when it starts: tessera serve"),
        );
        continue;
      }
      if (key.file !== undefined) {
        ages.push(`${algorithm} from ${key.file}`);
        continue;
      }
      const age = Math.max(0, now - key.signsFrom);
      ages.push(`${algorithm} for ${lengthOfTime(age)}`);
      if (age > configuration.signing.rotation_seconds + LATE_SECONDS) {
        findings.push(
          warning(
            `The key for ${algorithm} signs since ${lengthOfTime(age)}, longer than signing.rotation_seconds.`,
            "The clean-up of the server makes the next key: look into the log for it, or make one: tessera key rotate",
          ),
        );
      }
    }
    return findings.length > 0 ? findings : [ok(`Signing: ${ages.join(", ")}.`)];
  },
};

const mailServer: Check = {
  id: "mail.server",
  title: "Mail server",
  about:
    "The mail server is reachable, its certificate is good, and it takes the user and the password of [mail].",
  cure: "`tessera mail test ADDRESS` says step by step what to change: [mail.md](mail.md).",
  async run({ configuration: { mail }, openSmtp }) {
    if (mail === undefined) return [skipped("This server sends no mail.")];
    if (openSmtp === null) return [skipped("Nothing is asked over the network from here.")];
    let connection: SmtpConnection | null = null;
    try {
      connection = await openSmtp();
      await connection.verify();
      return [ok(`${mail.host} takes mail from here.`)];
    } catch (error) {
      const words = error instanceof SmtpError ? `${error.reason}: ${error.message}` : errorCode(error);
      return [
        failure(
          `${mail.host} does not take mail from here (${words}).`,
          "Step by step, with what to change: tessera mail test ADDRESS",
        ),
      ];
    } finally {
      connection?.close();
    }
  },
};

/** What waits in one outbox, each of which fares alike. */
const waiting = (
  name: OutboxName,
  { things, none, advice, ...check }: Omit<Check, "run"> & Record<"things" | "none" | "advice", string>,
): Check => ({
  ...check,
  async run({ configuration, store, clock }) {
    const health = await OUTBOXES[name]({ configuration, store });
    if (health === null) return [skipped(none)];
    const { waiting: count, failing } = health;
    return failing === null
      ? [ok(count === 0 ? "None waits." : `${count} wait to be sent.`)]
      : [
          warning(
            `${things} have failed for ${lengthOfTime(clock.seconds() - failing.since)} (${failing.reason}). They wait.`,
            advice,
          ),
        ];
  },
});

const issuers: Check = {
  id: "issuers.keys",
  title: "Keys of trusted issuers",
  about:
    "The server can get the keys of each of [[trusted_issuers]], and some of them are for an algorithm that the issuer may use. Without keys the tokens of its workloads and people are refused.",
  cure: "`tessera issuer check` says what is wrong with which: [workloads.md](workloads.md).",
  async run({ trustedIssuers }) {
    if (trustedIssuers === null) return [skipped("Nothing is asked over the network from here.")];
    if (trustedIssuers.all.length === 0) return [skipped("This server trusts no other issuer.")];
    const found = await Promise.all(
      trustedIssuers.all.map(async (issuer) => ({ issuer, ...(await keysFault(trustedIssuers, issuer)) })),
    );
    const faulty = found.flatMap(({ issuer, fault }) => (fault === null ? [] : [{ issuer, fault }]));
    return faulty.length === 0
      ? [ok(`Their keys are there: ${found.map(({ issuer }) => issuer.issuer).join(", ")}.`)]
      : faulty.map(({ issuer, fault }) =>
          failure(
            `The tokens of ${issuer.issuer} are refused. ${fault}`,
            `Look again after a change: tessera issuer check ${issuer.issuer}`,
          ),
        );
  },
};

const WAITING: readonly Check[] = [
  waiting("mail", {
    id: "mail.waiting",
    title: "Waiting mails",
    about: "No mail waits because an attempt to send it has failed.",
    cure: "`tessera mail list --failed`, then `tessera mail test ADDRESS`.",
    things: "Mails",
    none: "This server sends no mail.",
    advice: "tessera mail list --failed says which, and tessera mail test ADDRESS why.",
  }),
  waiting("webhook", {
    id: "webhooks.waiting",
    title: "Waiting webhooks",
    about: "No event waits because a webhook has not taken it.",
    cure: "The page of webhooks in the console says which: [webhooks.md](webhooks.md).",
    things: "Events for a webhook",
    none: "This server has no webhooks.",
    advice: "The log has webhook.failed with the name of the webhook.",
  }),
  waiting("logout", {
    id: "logout.waiting",
    title: "Waiting notices of sign-outs",
    about: "No application has yet to hear of a sign-out because it did not answer.",
    cure: "See that the application's `backchannel_logout_uri` answers.",
    things: "Notices of sign-outs",
    none: "",
    advice: "The log has logout.failed with the client.",
  }),
  waiting("ping", {
    id: "pings.waiting",
    title: "Waiting pings",
    about:
      "No application has yet to hear that a person has answered it because it did not take the ping (CIBA).",
    cure: "See that the application's `backchannel_client_notification_endpoint` answers: [agents.md](agents.md).",
    things: "Pings",
    none: "",
    advice: "The log has ping.failed with the client.",
  }),
];

export const SERVICE_CHECKS = [signing, mailServer, ...WAITING, issuers] as const;
