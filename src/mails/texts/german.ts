/** Every word of the mails, in German. */
import type { MailTexts } from "../words.ts";

const CHECK = "Konto prüfen";
const NOT_YOU =
  "Wenn Sie das nicht waren, hat vielleicht jemand anderes Zugriff auf Ihr Konto: Legen Sie sofort ein neues Passwort fest und sagen Sie dem Betreiber dieses Servers Bescheid.";
const TELL_OPERATOR =
  "Wenn Sie das nicht waren, hat vielleicht jemand anderes Zugriff auf Ihr Konto: Sagen Sie sofort dem Betreiber dieses Servers Bescheid.";

export const german: MailTexts = {
  language: "de",
  direction: "ltr",
  greeting: (name) => (name === null ? "Guten Tag," : `Guten Tag ${name},`),
  facts: {
    account: "Konto",
    time: "Zeit",
    address: "Netzwerkadresse",
    browser: "Browser",
    application: "Anwendung",
    says: "Sie sagt",
  },
  dateAndTime: (date, time) => `${date}, ${time}`,
  agentUnknown: "Nicht bekannt",
  openInstead: "Wenn die Schaltfläche nicht funktioniert, öffnen Sie diese Adresse im Browser:",
  foot: {
    withAccount: (server, host) =>
      `Sie erhalten diese E-Mail, weil Sie ein Konto bei ${server} (${host}) haben.`,
    withoutAccount: (server, host) => `Diese Adresse wurde bei ${server} (${host}) eingegeben.`,
    security: "Es geht um die Sicherheit Ihres Kontos, darum lässt sie sich nicht abbestellen.",
    optional: "E-Mails dieser Art können Sie auf der Seite Ihres Kontos abbestellen.",
  },
  kinds: {
    invitation: ({ inviter }, { server, until }) => ({
      subject: `Ihre Einladung zu ${server}`,
      title: `Sie sind zu ${server} eingeladen`,
      paragraphs: [
        inviter === null ? `Sie sind zu ${server} eingeladen.` : `${inviter} lädt Sie zu ${server} ein.`,
        "Mit einem einzigen Konto melden Sie sich dort bei allen Anwendungen an.",
      ],
      button: "Konto einrichten",
      advice: [
        `Der Link funktioniert einmal, bis ${until}. Er öffnet Ihr Konto, geben Sie ihn darum nicht weiter.`,
        "Wenn Sie keine Einladung erwarten, ignorieren Sie diese E-Mail. Ohne Sie geschieht nichts.",
      ],
    }),
    reset: (_, { server, until }) => ({
      subject: `Neues Passwort für ${server}`,
      title: "Neues Passwort festlegen",
      paragraphs: [`Sie können für Ihr Konto bei ${server} ein neues Passwort festlegen.`],
      button: "Neues Passwort festlegen",
      advice: [
        `Der Link funktioniert einmal, bis ${until}. Er öffnet Ihr Konto, geben Sie ihn darum nicht weiter.`,
        "Wenn Sie nicht darum gebeten haben, ignorieren Sie diese E-Mail. Ihr Passwort bleibt, wie es ist.",
      ],
    }),
    sign_in: (_, { server, until }) => ({
      subject: `Ein Link zur Anmeldung bei ${server}`,
      title: "Mit diesem Link anmelden",
      paragraphs: [`Der Betreiber von ${server} schickt Ihnen einen Link, der Sie anmeldet.`],
      button: "Anmelden",
      advice: [
        `Der Link gilt einmal, bis ${until}. Er öffnet Ihr Konto, also behalten Sie ihn für sich.`,
        "Wenn Sie ihn nicht erwarten, fragen Sie den Betreiber.",
      ],
    }),
    sign_in_code: (_, { server, until }) => ({
      subject: `Ihr Code für ${server}`,
      title: "Ihr Code",
      paragraphs: [`Ihr Code zur Anmeldung bei ${server}:`],
      button: null,
      advice: [
        `Er gilt einmal, bis ${until}, in dem Browser, in dem Sie ihn angefordert haben.`,
        "Geben Sie ihn auf keiner anderen Seite ein und sagen Sie ihn niemandem. Haben Sie ihn nicht angefordert, beachten Sie diese E-Mail nicht.",
      ],
    }),
    registration: (_, { server, until }) => ({
      subject: `Ihr Konto bei ${server}`,
      title: "Legen Sie Ihr Konto an",
      paragraphs: [
        `Diese Adresse wurde für ein neues Konto bei ${server} eingegeben. Bestätigen Sie, dass sie Ihnen gehört.`,
      ],
      button: "Konto anlegen",
      advice: [
        `Der Link gilt einmal, bis ${until}.`,
        "Haben Sie die Adresse nicht eingegeben, beachten Sie diese E-Mail nicht. Es entsteht dann kein Konto.",
      ],
    }),
    account_exists: (_, { server }) => ({
      subject: `Sie haben ein Konto bei ${server}`,
      title: "Sie haben schon ein Konto",
      paragraphs: [
        `Diese Adresse wurde für ein neues Konto bei ${server} eingegeben. Es gibt schon eines mit ihr: Melden Sie sich dort an.`,
      ],
      button: "Anmelden",
      advice: [
        "Haben Sie die Adresse nicht eingegeben, beachten Sie diese E-Mail nicht. Es hat sich nichts geändert.",
      ],
    }),
    approved: (_, { server }) => ({
      subject: `Ihr Konto bei ${server} ist bereit`,
      title: "Ihr Konto ist bereit",
      paragraphs: [`Der Betreiber von ${server} hat Sie eingelassen. Sie können sich jetzt anmelden.`],
      button: "Anmelden",
      advice: [],
    }),
    verify_email: (_, { server, until }) => ({
      subject: `E-Mail-Adresse für ${server} bestätigen`,
      title: "Ist das Ihre E-Mail-Adresse?",
      paragraphs: [
        `Diese Adresse wurde für ein Konto bei ${server} eingegeben. Bitte bestätigen Sie, dass es Ihre ist.`,
      ],
      button: "Adresse bestätigen",
      advice: [
        `Der Link funktioniert bis ${until}.`,
        "Wenn Sie die Adresse nicht eingegeben haben, ignorieren Sie diese E-Mail. Die Adresse wird dann nicht verwendet.",
      ],
    }),
    email_changed: (_, { server }) => ({
      subject: `Ihre E-Mail-Adresse bei ${server} wurde geändert`,
      title: "Ihre E-Mail-Adresse wurde geändert",
      paragraphs: [
        `Ihr Konto bei ${server} hat jetzt eine andere E-Mail-Adresse. E-Mails zu Ihrem Konto kommen nicht mehr hierher.`,
      ],
      button: CHECK,
      advice: [TELL_OPERATOR],
    }),
    password_changed: ({ byOperator }, { server }) => ({
      subject: `Ihr Passwort bei ${server} wurde geändert`,
      title: "Ihr Passwort wurde geändert",
      paragraphs: [
        byOperator
          ? `Der Betreiber von ${server} hat für Ihr Konto ein neues Passwort festgelegt.`
          : `Ihr Konto bei ${server} hat ein neues Passwort.`,
        "Alle Browser wurden abgemeldet.",
      ],
      button: CHECK,
      advice: byOperator
        ? ["Wenn Sie das nicht erwartet haben, fragen Sie den Betreiber."]
        : [
            "Wenn Sie das nicht waren, hat jemand anderes Zugriff auf Ihr Konto: Sagen Sie sofort dem Betreiber dieses Servers Bescheid.",
          ],
    }),
    password_removed: (_, { server }) => ({
      subject: `Ihr Konto bei ${server} hat kein Passwort mehr`,
      title: "Ihr Passwort wurde entfernt",
      paragraphs: [`Ihr Konto bei ${server} hat kein Passwort mehr: Sie melden sich mit Ihren Passkeys an.`],
      button: CHECK,
      advice: [TELL_OPERATOR],
    }),
    passkey_changed: ({ change }, { server }) => ({
      subject:
        change === "added" ? `Ein neuer Passkey bei ${server}` : `Ein Passkey bei ${server} wurde entfernt`,
      title: change === "added" ? "Ein Passkey ist dazugekommen" : "Ein Passkey wurde entfernt",
      paragraphs: [
        change === "added"
          ? `Ihr Konto bei ${server} hat einen neuen Passkey. Damit meldet man sich ohne Ihr Passwort an.`
          : `Ein Passkey Ihres Kontos bei ${server} wurde entfernt. Er meldet nicht mehr an.`,
      ],
      button: CHECK,
      advice: [NOT_YOU],
    }),
    second_factor_changed: ({ change }, { server }) => ({
      ...{
        added: {
          subject: `Ein zweiter Schritt bei der Anmeldung bei ${server}`,
          title: "Ein zweiter Schritt wurde eingerichtet",
          paragraphs: [`Die Anmeldung bei ${server} braucht für Ihr Konto ab jetzt zusätzlich einen Code.`],
        },
        removed: {
          subject: `Kein zweiter Schritt mehr bei der Anmeldung bei ${server}`,
          title: "Der zweite Schritt wurde entfernt",
          paragraphs: [`Die Anmeldung bei ${server} braucht für Ihr Konto keinen zusätzlichen Code mehr.`],
        },
        recovery_code_used: {
          subject: `Ein Wiederherstellungscode wurde bei ${server} verwendet`,
          title: "Ein Wiederherstellungscode wurde verwendet",
          paragraphs: [
            `Einer Ihrer Wiederherstellungscodes wurde für die Anmeldung bei ${server} verwendet. Er funktioniert nicht noch einmal.`,
          ],
        },
        recovery_codes_renewed: {
          subject: `Neue Wiederherstellungscodes bei ${server}`,
          title: "Neue Wiederherstellungscodes wurden erstellt",
          paragraphs: [
            `Ihr Konto bei ${server} hat neue Wiederherstellungscodes. Die früheren funktionieren nicht mehr.`,
          ],
        },
      }[change],
      button: CHECK,
      advice: [NOT_YOU],
    }),
    new_device: (_, { server }) => ({
      subject: `Ein neuer Browser ist bei ${server} angemeldet`,
      title: "Ein neuer Browser ist angemeldet",
      paragraphs: [
        `Mit Ihrem Konto bei ${server} wurde ein Browser angemeldet, der bisher nicht bekannt war.`,
      ],
      button: CHECK,
      advice: [
        "Wenn Sie das waren, müssen Sie nichts tun. Ein Browser gilt wieder als neu, wenn Ihr Passwort geändert oder seine Cookies gelöscht wurden.",
        NOT_YOU,
      ],
    }),
    refresh_token_replayed: (_, { server, application }) => ({
      subject: `Der Zugriff von ${application} wurde beendet`,
      title: "Der Zugriff einer Anwendung wurde beendet",
      paragraphs: [
        `Ein Schlüssel von ${application} für Ihr Konto bei ${server} wurde zweimal verwendet. Er könnte gestohlen sein, darum wurde der Zugriff beendet.`,
        "Wenn Sie die Anwendung benutzen, melden Sie sich dort neu an.",
      ],
      button: CHECK,
      advice: [
        "Es kann auch ein Fehler der Anwendung sein oder eine zurückgespielte Sicherung Ihres Geräts. Wenn es wieder vorkommt, sagen Sie dem Betreiber dieses Servers Bescheid.",
      ],
    }),
    backchannel_asked: (_, { server, application, until, pause }) => ({
      subject: `${application} bittet um Ihre Freigabe`,
      title: "Eine Anwendung bittet um Ihre Freigabe",
      paragraphs: [
        `${application} bittet bei ${server} um Ihre Freigabe. Sehen Sie sich die Anfrage an, und geben Sie sie frei oder lehnen Sie ab.`,
      ],
      button: "Anfrage ansehen",
      advice: [
        `Sie können bis ${until} antworten. Der Link allein gibt nichts frei.`,
        "Geben Sie nur frei, wenn Sie gerade mit dieser Anwendung zu tun haben und sie Ihnen dieselben Worte zeigt oder sagt. Wenn Sie die Anfrage nicht erwarten, lehnen Sie sie dort ab: Vielleicht will eine andere Person in Ihr Konto.",
        `Kommen innerhalb von ${pause} weitere Anfragen, erhalten Sie keine weitere E-Mail. Sie stehen alle auf der Seite Ihres Kontos.`,
      ],
    }),
    account_disabled: (_, { server }) => ({
      subject: `Ihr Konto bei ${server} wurde gesperrt`,
      title: "Ihr Konto wurde gesperrt",
      paragraphs: [
        `Der Betreiber von ${server} hat Ihr Konto gesperrt. Sie sind überall abgemeldet, und Anwendungen haben keinen Zugriff mehr.`,
      ],
      button: null,
      advice: ["Wenn Sie den Grund nicht kennen, fragen Sie den Betreiber."],
    }),
  },
};
