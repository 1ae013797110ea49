/** Every word of the mails, in English. */
import type { MailTexts } from "../words.ts";

const CHECK = "Check your account";
const NOT_YOU =
  "If it was not you, another person may have access to your account: set a new password at once, and tell the operator of this server.";
const TELL_OPERATOR =
  "If it was not you, another person may have access to your account: tell the operator of this server at once.";

export const english: MailTexts = {
  language: "en",
  direction: "ltr",
  greeting: (name) => (name === null ? "Hello," : `Hello ${name},`),
  facts: {
    account: "Account",
    time: "Time",
    address: "Network address",
    browser: "Browser",
    application: "Application",
    says: "It says",
  },
  dateAndTime: (date, time) => `${date}, ${time}`,
  agentUnknown: "Not known",
  openInstead: "If the button does not work, open this address in your browser:",
  foot: {
    withAccount: (server, host) => `You get this mail because you have an account at ${server} (${host}).`,
    withoutAccount: (server, host) => `This address was entered at ${server} (${host}).`,
    security: "It is about the security of your account, so it cannot be turned off.",
    optional: "You can turn off mails of this kind on the page of your account.",
  },
  kinds: {
    invitation: ({ inviter }, { server, until }) => ({
      subject: `Your invitation to ${server}`,
      title: `You are invited to ${server}`,
      paragraphs: [
        inviter === null ? `You are invited to ${server}.` : `${inviter} invites you to ${server}.`,
        "With one account you sign in to all applications there.",
      ],
      button: "Set up your account",
      advice: [
        `The link works once, until ${until}. It opens your account, so keep it to yourself.`,
        "If you do not expect an invitation, ignore this mail. Nothing happens without you.",
      ],
    }),
    reset: (_, { server, until }) => ({
      subject: `A new password for ${server}`,
      title: "Set a new password",
      paragraphs: [`You can set a new password for your account at ${server}.`],
      button: "Set a new password",
      advice: [
        `The link works once, until ${until}. It opens your account, so keep it to yourself.`,
        "If you did not ask for it, ignore this mail. Your password stays as it is.",
      ],
    }),
    sign_in: (_, { server, until }) => ({
      subject: `A link to sign in to ${server}`,
      title: "Sign in with this link",
      paragraphs: [`The operator of ${server} sends you a link that signs you in.`],
      button: "Sign in",
      advice: [
        `The link works once, until ${until}. It opens your account, so keep it to yourself.`,
        "If you do not expect it, ask the operator.",
      ],
    }),
    sign_in_code: (_, { server, until }) => ({
      subject: `Your code for ${server}`,
      title: "Your code",
      paragraphs: [`Your code to sign in to ${server}:`],
      button: null,
      advice: [
        `It works once, until ${until}, in the browser in which you asked for it.`,
        "Type it on no other page, and give it to no other person. If you did not ask for it, ignore this mail.",
      ],
    }),
    registration: (_, { server, until }) => ({
      subject: `Your account at ${server}`,
      title: "Create your account",
      paragraphs: [`This address was entered for a new account at ${server}. Confirm that it is yours.`],
      button: "Create account",
      advice: [
        `The link works once, until ${until}.`,
        "If you did not enter the address, ignore this mail. There will be no account.",
      ],
    }),
    account_exists: (_, { server }) => ({
      subject: `You have an account at ${server}`,
      title: "You already have an account",
      paragraphs: [
        `This address was entered for a new account at ${server}. An account with this address already exists: sign in to that one.`,
      ],
      button: "Sign in",
      advice: ["If you did not enter the address, ignore this mail. Nothing has changed."],
    }),
    approved: (_, { server }) => ({
      subject: `Your account at ${server} is ready`,
      title: "Your account is ready",
      paragraphs: [`The operator of ${server} has approved your account. You can sign in now.`],
      button: "Sign in",
      advice: [],
    }),
    verify_email: (_, { server, until }) => ({
      subject: `Confirm your e-mail address for ${server}`,
      title: "Is this your e-mail address?",
      paragraphs: [`This address was entered for an account at ${server}. Confirm that it is yours.`],
      button: "Confirm the address",
      advice: [
        `The link works until ${until}.`,
        "If you did not enter the address, ignore this mail. Nothing uses the address then.",
      ],
    }),
    email_changed: (_, { server }) => ({
      subject: `Your e-mail address at ${server} was changed`,
      title: "Your e-mail address was changed",
      paragraphs: [
        `Your account at ${server} has another e-mail address now. Mails about your account do not come here any more.`,
      ],
      button: CHECK,
      advice: [TELL_OPERATOR],
    }),
    password_changed: ({ byOperator }, { server }) => ({
      subject: `Your password at ${server} was changed`,
      title: "Your password was changed",
      paragraphs: [
        byOperator
          ? `The operator of ${server} set a new password for your account.`
          : `Your account at ${server} has a new password.`,
        "Every browser was signed out.",
      ],
      button: CHECK,
      advice: byOperator
        ? ["If you do not expect this, ask the operator."]
        : [
            "If it was not you, another person has access to your account: tell the operator of this server at once.",
          ],
    }),
    password_removed: (_, { server }) => ({
      subject: `Your account at ${server} has no password any more`,
      title: "Your password was removed",
      paragraphs: [`Your account at ${server} has no password any more: you sign in with your passkeys.`],
      button: CHECK,
      advice: [TELL_OPERATOR],
    }),
    passkey_changed: ({ change }, { server }) => ({
      subject: change === "added" ? `A new passkey at ${server}` : `A passkey was removed at ${server}`,
      title: change === "added" ? "A passkey was added" : "A passkey was removed",
      paragraphs: [
        change === "added"
          ? `Your account at ${server} has a new passkey. It signs in without your password.`
          : `A passkey of your account at ${server} was removed. It does not sign in any more.`,
      ],
      button: CHECK,
      advice: [NOT_YOU],
    }),
    second_factor_changed: ({ change }, { server }) => ({
      ...{
        added: {
          subject: `A second step at sign-in to ${server}`,
          title: "A second step was set up",
          paragraphs: [`From now on, signing in to ${server} needs a code as well.`],
        },
        removed: {
          subject: `No second step at sign-in to ${server} any more`,
          title: "The second step was removed",
          paragraphs: [`Signing in to ${server} no longer needs a code.`],
        },
        recovery_code_used: {
          subject: `A recovery code was used at ${server}`,
          title: "A recovery code was used",
          paragraphs: [
            `One of your recovery codes was used to sign in to your account at ${server}. It does not work again.`,
          ],
        },
        recovery_codes_renewed: {
          subject: `New recovery codes at ${server}`,
          title: "You have new recovery codes",
          paragraphs: [
            `Your account at ${server} has new recovery codes. The earlier ones do not work any more.`,
          ],
        },
      }[change],
      button: CHECK,
      advice: [NOT_YOU],
    }),
    new_device: (_, { server }) => ({
      subject: `A new browser is signed in to ${server}`,
      title: "A new browser is signed in",
      paragraphs: [
        `There was a sign-in to your account at ${server} from a browser that was not known before.`,
      ],
      button: CHECK,
      advice: [
        "If it was you, there is nothing to do. A browser counts as new again after a change of your password, and when its cookies were deleted.",
        NOT_YOU,
      ],
    }),
    refresh_token_replayed: (_, { server, application }) => ({
      subject: `The access of ${application} was ended`,
      title: "The access of an application was ended",
      paragraphs: [
        `A key that ${application} had for your account at ${server} was used twice. Such a key may have been stolen, so the access was ended.`,
        "If you use the application, sign in to it again.",
      ],
      button: CHECK,
      advice: [
        "It may be a fault of the application, or a backup of your device that was put back. If it happens again, tell the operator of this server.",
      ],
    }),
    backchannel_asked: (_, { server, application, until, pause }) => ({
      subject: `${application} asks for your approval`,
      title: "An application asks for your approval",
      paragraphs: [
        `${application} asks for your approval at ${server}. Look at what it would get, then approve or refuse.`,
      ],
      button: "Look at the request",
      advice: [
        `You can answer until ${until}. The link approves nothing by itself.`,
        "Approve only if you are dealing with this application right now, and it shows or tells you the same words. If you do not expect the request, refuse it there: another person may want to get into your account.",
        `If more requests come within ${pause}, you get no further mail. They are all on the page of your account.`,
      ],
    }),
    account_disabled: (_, { server }) => ({
      subject: `Your account at ${server} was disabled`,
      title: "Your account was disabled",
      paragraphs: [
        `The operator of ${server} has disabled your account. You are signed out everywhere, and applications have no access any more.`,
      ],
      button: null,
      advice: ["If you do not know why, ask the operator."],
    }),
  },
};
