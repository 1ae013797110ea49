/** The words of the first steps. */
import type { Bilingual } from "../texts.ts";

const english = {
  title: "First steps",
  lead: "From a new server to a signed-in application. You can skip each step, and come back to it here.",
  progress: "The steps",
  toDo: "to do",
  done: "done",
  skip: "Skip this step",
  next: "Next",
  unfinishedTitle: "First steps",
  unfinished: "Check the address, try the mail server, add an application and sign in to it.",
  putAway: "Take this off the overview",
  putAwayDone: "The first steps do not stand on the overview any more. They stay at /admin/start.",
  overview: "To the overview",
  steps: {
    address: "Is this address right?",
    mail: "Mail",
    app: "The first application",
    sign_in: "Sign in to it",
  },
  address: {
    lead: (issuer: string) =>
      `People and applications reach this server at ${issuer}. The server has just asked itself there.`,
    good: "The address is right.",
    bad: "Something is to be changed before others use this server.",
    fixed:
      "The issuer stands in the configuration. Applications keep it, so change it before you add the first one.",
    checks: "What was checked",
    again: "Check again",
    states: {
      ok: "right",
      note: "note",
      warning: "warning",
      failure: "wrong",
      skipped: "not checked",
    },
    cure: "What to do:",
    titles: {} as Readonly<Record<string, string>>,
  },
  mail: {
    lead: "With a mail server, people get a new password by themselves, are invited by mail, and hear of sign-ins in new browsers.",
    off: "This server sends no mail yet. It works without: you give links by hand then.",
    how: "Put this into tessera.toml and start the server again:",
    example: "The example is for a mailbox at a provider. The guide has more.",
    on: (host: string, from: string) => `Mail goes through ${host}, from ${from}.`,
    address: "Send a test mail to",
    send: "Send a test mail",
    sent: (address: string) =>
      `The mail server has the mail to ${address}. If it does not arrive, look into the folder for spam.`,
    notSent: "The mail was not sent.",
    reply: "The mail server says",
    happened: "What happened",
    advice: "What to do",
    steps: "What was done",
    stepDone: "done",
    stepFailed: "failed",
    malformed: "This is not an e-mail address.",
  },
  app: {
    lead: "The gallery has applications that this server knows: it makes the client and shows the settings to paste.",
    open: "Open the gallery",
    has: (name: string) => `${name} is added.`,
    another: "Add another application",
  },
  signIn: {
    none: "There is no application yet.",
    lead: (name: string) => `Open ${name} in a new tab and sign in there with your account.`,
    unknown: (name: string) =>
      `Open ${name} and sign in there with your account. Its address is not known here.`,
    open: (name: string) => `Open ${name}`,
    newTab: "opens in a new tab",
    done: (name: string) => `A person has signed in to ${name}. This server works.`,
    check: "I have signed in: look again",
    notYet: (name: string) => `There was no sign-in to ${name} yet.`,
    people: "Add the people who will use it",
  },
};

export type StartWords = typeof english;

const german: StartWords = {
  title: "Erste Schritte",
  lead: "Vom neuen Server zur ersten Anwendung, an der Sie angemeldet sind. Jeden Schritt können Sie überspringen und hier wiederfinden.",
  progress: "Die Schritte",
  toDo: "offen",
  done: "erledigt",
  skip: "Diesen Schritt überspringen",
  next: "Weiter",
  unfinishedTitle: "Erste Schritte",
  unfinished:
    "Prüfen Sie die Adresse, probieren Sie den Mailserver aus, fügen Sie eine Anwendung hinzu und melden Sie sich dort an.",
  putAway: "Vom Überblick entfernen",
  putAwayDone: "Die ersten Schritte stehen nicht mehr im Überblick. Sie bleiben unter /admin/start.",
  overview: "Zum Überblick",
  steps: {
    address: "Stimmt diese Adresse?",
    mail: "E-Mail",
    app: "Die erste Anwendung",
    sign_in: "Dort anmelden",
  },
  address: {
    lead: (issuer) =>
      `Personen und Anwendungen erreichen diesen Server unter ${issuer}. Der Server hat sich dort gerade selbst gefragt.`,
    good: "Die Adresse stimmt.",
    bad: "Etwas ist zu ändern, bevor andere diesen Server benutzen.",
    fixed:
      "Die Adresse (issuer) steht in der Konfiguration. Anwendungen merken sie sich. Ändern Sie sie deshalb vor der ersten Anwendung.",
    checks: "Was geprüft wurde",
    again: "Noch einmal prüfen",
    states: {
      ok: "stimmt",
      note: "Hinweis",
      warning: "Warnung",
      failure: "falsch",
      skipped: "nicht geprüft",
    },
    cure: "Was zu tun ist:",
    titles: {
      "address.issuer": "Der Server antwortet",
      "address.secure": "Die Adresse ist sicher",
      "address.metadata": "Metadaten an jedem Ort",
      "tls.certificate": "TLS-Zertifikat",
      "proxy.scheme": "X-Forwarded-Proto",
      "proxy.host": "Host",
      "proxy.address": "X-Forwarded-For",
      "proxy.cookies": "Cookies und Authorization",
      "clock.http": "Uhr dieser Maschine und des Netzes",
      "clock.database": "Uhr dieser Maschine und der Datenbank",
    },
  },
  mail: {
    lead: "Mit einem Mailserver bekommen Personen selbst ein neues Passwort, werden per E-Mail eingeladen und erfahren von Anmeldungen in neuen Browsern.",
    off: "Dieser Server verschickt noch keine E-Mails. Er funktioniert auch so: Links geben Sie dann selbst weiter.",
    how: "Schreiben Sie das in tessera.toml, und starten Sie den Server neu:",
    example: "Das Beispiel ist für ein Postfach bei einem Anbieter. Mehr steht in der Anleitung.",
    on: (host, from) => `E-Mails gehen über ${host}, von ${from}.`,
    address: "Eine Probe-Mail senden an",
    send: "Probe-Mail senden",
    sent: (address) =>
      `Der Mailserver hat die E-Mail an ${address}. Wenn sie nicht ankommt, sehen Sie im Spam-Ordner nach.`,
    notSent: "Die E-Mail wurde nicht gesendet.",
    reply: "Der Mailserver sagt",
    happened: "Was geschah",
    advice: "Was zu tun ist",
    steps: "Was getan wurde",
    stepDone: "erledigt",
    stepFailed: "gescheitert",
    malformed: "Das ist keine E-Mail-Adresse.",
  },
  app: {
    lead: "Die Galerie hat Anwendungen, die dieser Server kennt: Er legt den Client an und zeigt die Einstellungen zum Kopieren.",
    open: "Galerie öffnen",
    has: (name) => `${name} ist hinzugefügt.`,
    another: "Noch eine Anwendung hinzufügen",
  },
  signIn: {
    none: "Es gibt noch keine Anwendung.",
    lead: (name) => `Öffnen Sie ${name} in einem neuen Tab, und melden Sie sich dort mit Ihrem Konto an.`,
    unknown: (name) =>
      `Öffnen Sie ${name}, und melden Sie sich dort mit Ihrem Konto an. Die Adresse ist hier nicht bekannt.`,
    open: (name) => `${name} öffnen`,
    newTab: "öffnet einen neuen Tab",
    done: (name) => `An ${name} hat sich eine Person angemeldet. Dieser Server funktioniert.`,
    check: "Ich habe mich angemeldet: noch einmal nachsehen",
    notYet: (name) => `An ${name} hat sich noch niemand angemeldet.`,
    people: "Die Personen hinzufügen, die sie benutzen",
  },
};

export const START_WORDS: Bilingual<StartWords> = { en: english, de: german };
