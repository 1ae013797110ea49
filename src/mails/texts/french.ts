/** Every word of the mails, in French. */
import type { MailTexts } from "../words.ts";

const CHECK = "Vérifier votre compte";
const NOT_YOU =
  "Si ce n’était pas vous, une autre personne a peut-être accès à votre compte : définissez tout de suite un nouveau mot de passe, et prévenez le responsable de ce serveur.";
const TELL_OPERATOR =
  "Si ce n’était pas vous, une autre personne a peut-être accès à votre compte : prévenez tout de suite le responsable de ce serveur.";

export const french: MailTexts = {
  language: "fr",
  direction: "ltr",
  greeting: (name) => (name === null ? "Bonjour," : `Bonjour ${name},`),
  facts: {
    account: "Compte",
    time: "Date",
    address: "Adresse réseau",
    browser: "Navigateur",
    application: "Application",
    says: "Elle dit",
  },
  dateAndTime: (date, time) => `${date} à ${time}`,
  agentUnknown: "Inconnu",
  openInstead: "Si le bouton ne fonctionne pas, ouvrez cette adresse dans votre navigateur :",
  foot: {
    withAccount: (server, host) =>
      `Vous recevez cet e-mail parce que vous avez un compte sur ${server} (${host}).`,
    withoutAccount: (server, host) => `Cette adresse a été saisie sur ${server} (${host}).`,
    security: "Il concerne la sécurité de votre compte et ne peut donc pas être désactivé.",
    optional: "Vous pouvez désactiver les e-mails de ce type sur la page de votre compte.",
  },
  kinds: {
    invitation: ({ inviter }, { server, until }) => ({
      subject: `Votre invitation à rejoindre ${server}`,
      title: `Vous êtes invité à rejoindre ${server}`,
      paragraphs: [
        inviter === null
          ? `Vous êtes invité à rejoindre ${server}.`
          : `${inviter} vous invite à rejoindre ${server}.`,
        "Avec un seul compte, vous vous y connectez à toutes les applications.",
      ],
      button: "Configurer votre compte",
      advice: [
        `Le lien fonctionne une seule fois, jusqu’au ${until}. Il ouvre votre compte, gardez-le donc pour vous.`,
        "Si vous n’attendez pas d’invitation, ignorez cet e-mail. Rien ne se passe sans vous.",
      ],
    }),
    reset: (_, { server, until }) => ({
      subject: `Un nouveau mot de passe pour ${server}`,
      title: "Définir un nouveau mot de passe",
      paragraphs: [`Vous pouvez définir un nouveau mot de passe pour votre compte sur ${server}.`],
      button: "Définir un nouveau mot de passe",
      advice: [
        `Le lien fonctionne une seule fois, jusqu’au ${until}. Il ouvre votre compte, gardez-le donc pour vous.`,
        "Si vous ne l’avez pas demandé, ignorez cet e-mail. Votre mot de passe reste tel quel.",
      ],
    }),
    sign_in: (_, { server, until }) => ({
      subject: `Un lien pour vous connecter à ${server}`,
      title: "Se connecter avec ce lien",
      paragraphs: [`Le responsable de ${server} vous envoie un lien qui vous connecte.`],
      button: "Se connecter",
      advice: [
        `Le lien fonctionne une seule fois, jusqu’au ${until}. Il ouvre votre compte, gardez-le donc pour vous.`,
        "Si vous ne l’attendez pas, demandez au responsable.",
      ],
    }),
    sign_in_code: (_, { server, until }) => ({
      subject: `Votre code pour ${server}`,
      title: "Votre code",
      paragraphs: [`Votre code pour vous connecter à ${server} :`],
      button: null,
      advice: [
        `Il fonctionne une seule fois, jusqu’au ${until}, dans le navigateur où vous l’avez demandé.`,
        "Ne le saisissez sur aucune autre page, et ne le dites à personne. Si vous ne l’avez pas demandé, ignorez cet e-mail.",
      ],
    }),
    registration: (_, { server, until }) => ({
      subject: `Votre compte sur ${server}`,
      title: "Créez votre compte",
      paragraphs: [
        `Cette adresse a été saisie pour un nouveau compte sur ${server}. Confirmez qu’elle est à vous.`,
      ],
      button: "Créer un compte",
      advice: [
        `Le lien fonctionne une seule fois, jusqu’au ${until}.`,
        "Si vous n’avez pas saisi l’adresse, ignorez cet e-mail. Aucun compte ne sera créé.",
      ],
    }),
    account_exists: (_, { server }) => ({
      subject: `Vous avez un compte sur ${server}`,
      title: "Vous avez déjà un compte",
      paragraphs: [
        `Cette adresse a été saisie pour un nouveau compte sur ${server}. Il y en a déjà un avec elle : connectez-vous à celui-là.`,
      ],
      button: "Se connecter",
      advice: ["Si vous n’avez pas saisi l’adresse, ignorez cet e-mail. Rien n’a changé."],
    }),
    approved: (_, { server }) => ({
      subject: `Votre compte sur ${server} est prêt`,
      title: "Votre compte est prêt",
      paragraphs: [`Le responsable de ${server} vous a admis. Vous pouvez maintenant vous connecter.`],
      button: "Se connecter",
      advice: [],
    }),
    verify_email: (_, { server, until }) => ({
      subject: `Confirmez votre adresse e-mail pour ${server}`,
      title: "Est-ce votre adresse e-mail ?",
      paragraphs: [`Cette adresse a été saisie pour un compte sur ${server}. Confirmez qu’elle est à vous.`],
      button: "Confirmer l’adresse",
      advice: [
        `Le lien fonctionne jusqu’au ${until}.`,
        "Si vous n’avez pas saisi l’adresse, ignorez cet e-mail. Elle ne sera alors pas utilisée.",
      ],
    }),
    email_changed: (_, { server }) => ({
      subject: `Votre adresse e-mail sur ${server} a été modifiée`,
      title: "Votre adresse e-mail a été modifiée",
      paragraphs: [
        `Votre compte sur ${server} a maintenant une autre adresse e-mail. Les e-mails concernant votre compte n’arrivent plus ici.`,
      ],
      button: CHECK,
      advice: [TELL_OPERATOR],
    }),
    password_changed: ({ byOperator }, { server }) => ({
      subject: `Votre mot de passe sur ${server} a été modifié`,
      title: "Votre mot de passe a été modifié",
      paragraphs: [
        byOperator
          ? `Le responsable de ${server} a défini un nouveau mot de passe pour votre compte.`
          : `Votre compte sur ${server} a un nouveau mot de passe.`,
        "Tous les navigateurs ont été déconnectés.",
      ],
      button: CHECK,
      advice: byOperator
        ? ["Si vous ne vous y attendiez pas, demandez au responsable."]
        : [
            "Si ce n’était pas vous, une autre personne a accès à votre compte : prévenez tout de suite le responsable de ce serveur.",
          ],
    }),
    password_removed: (_, { server }) => ({
      subject: `Votre compte sur ${server} n’a plus de mot de passe`,
      title: "Votre mot de passe a été supprimé",
      paragraphs: [
        `Votre compte sur ${server} n’a plus de mot de passe : vous vous connectez avec vos clés d’accès.`,
      ],
      button: CHECK,
      advice: [TELL_OPERATOR],
    }),
    passkey_changed: ({ change }, { server }) => ({
      subject:
        change === "added"
          ? `Une nouvelle clé d’accès sur ${server}`
          : `Une clé d’accès a été supprimée sur ${server}`,
      title: change === "added" ? "Une clé d’accès a été ajoutée" : "Une clé d’accès a été supprimée",
      paragraphs: [
        change === "added"
          ? `Votre compte sur ${server} a une nouvelle clé d’accès. Elle permet de se connecter sans votre mot de passe.`
          : `Une clé d’accès de votre compte sur ${server} a été supprimée. Elle ne permet plus de se connecter.`,
      ],
      button: CHECK,
      advice: [NOT_YOU],
    }),
    second_factor_changed: ({ change }, { server }) => ({
      ...{
        added: {
          subject: `Une seconde étape pour se connecter à ${server}`,
          title: "Une seconde étape a été configurée",
          paragraphs: [`Pour se connecter à ${server}, votre compte a désormais aussi besoin d’un code.`],
        },
        removed: {
          subject: `Plus de seconde étape pour se connecter à ${server}`,
          title: "La seconde étape a été supprimée",
          paragraphs: [`Pour se connecter à ${server}, votre compte n’a plus besoin d’un autre code.`],
        },
        recovery_code_used: {
          subject: `Un code de récupération a été utilisé sur ${server}`,
          title: "Un code de récupération a été utilisé",
          paragraphs: [
            `L’un de vos codes de récupération a été utilisé pour se connecter à votre compte sur ${server}. Il ne fonctionnera plus.`,
          ],
        },
        recovery_codes_renewed: {
          subject: `De nouveaux codes de récupération sur ${server}`,
          title: "De nouveaux codes de récupération ont été créés",
          paragraphs: [
            `Votre compte sur ${server} a de nouveaux codes de récupération. Les précédents ne fonctionnent plus.`,
          ],
        },
      }[change],
      button: CHECK,
      advice: [NOT_YOU],
    }),
    new_device: (_, { server }) => ({
      subject: `Un nouveau navigateur est connecté à ${server}`,
      title: "Un nouveau navigateur est connecté",
      paragraphs: [
        `Il y a eu une connexion à votre compte sur ${server} depuis un navigateur qui n’était pas encore connu.`,
      ],
      button: CHECK,
      advice: [
        "Si c’était vous, il n’y a rien à faire. Un navigateur est de nouveau considéré comme nouveau après une modification de votre mot de passe, et quand ses cookies ont été supprimés.",
        NOT_YOU,
      ],
    }),
    refresh_token_replayed: (_, { server, application }) => ({
      subject: `Fin de l’accès accordé à ${application}`,
      title: "L’accès d’une application a pris fin",
      paragraphs: [
        `Une clé que ${application} avait pour votre compte sur ${server} a été utilisée deux fois. Une telle clé a peut-être été volée, l’accès a donc pris fin.`,
        "Si vous utilisez l’application, reconnectez-vous-y.",
      ],
      button: CHECK,
      advice: [
        "Il peut s’agir d’un défaut de l’application, ou d’une sauvegarde de votre appareil qui a été restaurée. Si cela se reproduit, prévenez le responsable de ce serveur.",
      ],
    }),
    backchannel_asked: (_, { server, application, until, pause }) => ({
      subject: `${application} demande votre approbation`,
      title: "Une application demande votre approbation",
      paragraphs: [
        `${application} demande votre approbation chez ${server}. Regardez ce qu’elle obtiendrait, puis approuvez ou refusez.`,
      ],
      button: "Voir la demande",
      advice: [
        `Vous pouvez répondre jusqu’au ${until}. Le lien seul n’approuve rien.`,
        "N’approuvez que si vous avez affaire à cette application en ce moment, et si elle vous montre ou vous dit les mêmes mots. Si vous n’attendez pas cette demande, refusez-la : une autre personne veut peut-être entrer dans votre compte.",
        `Si d’autres demandes arrivent dans un délai de ${pause}, vous ne recevez pas d’autre message. Elles se trouvent toutes sur la page de votre compte.`,
      ],
    }),
    account_disabled: (_, { server }) => ({
      subject: `Votre compte sur ${server} a été désactivé`,
      title: "Votre compte a été désactivé",
      paragraphs: [
        `Le responsable de ${server} a désactivé votre compte. Vous êtes déconnecté partout, et les applications n’ont plus aucun accès.`,
      ],
      button: null,
      advice: ["Si vous ne savez pas pourquoi, demandez au responsable."],
    }),
  },
};
