/** Every word of the mails, in Dutch. */
import type { MailTexts } from "../words.ts";

const CHECK = "Account controleren";
const NOT_YOU =
  "Bent u dit niet geweest, dan heeft misschien iemand anders toegang tot uw account: stel meteen een nieuw wachtwoord in en vertel het de beheerder van deze server.";
const TELL_OPERATOR =
  "Bent u dit niet geweest, dan heeft misschien iemand anders toegang tot uw account: vertel het meteen de beheerder van deze server.";

export const dutch: MailTexts = {
  language: "nl",
  direction: "ltr",
  greeting: (name) => (name === null ? "Hallo," : `Hallo ${name},`),
  facts: {
    account: "Account",
    time: "Tijd",
    address: "Netwerkadres",
    browser: "Browser",
    application: "Applicatie",
    says: "Ze zegt",
  },
  dateAndTime: (date, time) => `${date}, ${time}`,
  agentUnknown: "Niet bekend",
  openInstead: "Als de knop niet werkt, open dan dit adres in uw browser:",
  foot: {
    withAccount: (server, host) => `U krijgt deze e-mail omdat u een account hebt bij ${server} (${host}).`,
    withoutAccount: (server, host) => `Dit adres is ingevoerd bij ${server} (${host}).`,
    security: "Hij gaat over de beveiliging van uw account en kan daarom niet worden uitgezet.",
    optional: "E-mails van dit soort kunt u uitzetten op de pagina van uw account.",
  },
  kinds: {
    invitation: ({ inviter }, { server, until }) => ({
      subject: `Uw uitnodiging voor ${server}`,
      title: `U bent uitgenodigd voor ${server}`,
      paragraphs: [
        inviter === null ? `U bent uitgenodigd voor ${server}.` : `${inviter} nodigt u uit voor ${server}.`,
        "Met één account logt u daar in bij alle applicaties.",
      ],
      button: "Account instellen",
      advice: [
        `De link werkt één keer, tot ${until}. Hij opent uw account, dus houd hem voor uzelf.`,
        "Als u geen uitnodiging verwacht, negeer deze e-mail dan. Zonder u gebeurt er niets.",
      ],
    }),
    reset: (_, { server, until }) => ({
      subject: `Een nieuw wachtwoord voor ${server}`,
      title: "Stel een nieuw wachtwoord in",
      paragraphs: [`U kunt een nieuw wachtwoord instellen voor uw account bij ${server}.`],
      button: "Nieuw wachtwoord instellen",
      advice: [
        `De link werkt één keer, tot ${until}. Hij opent uw account, dus houd hem voor uzelf.`,
        "Als u er niet om hebt gevraagd, negeer deze e-mail dan. Uw wachtwoord blijft zoals het is.",
      ],
    }),
    sign_in: (_, { server, until }) => ({
      subject: `Een link om in te loggen bij ${server}`,
      title: "Log in met deze link",
      paragraphs: [`De beheerder van ${server} stuurt u een link waarmee u inlogt.`],
      button: "Inloggen",
      advice: [
        `De link werkt één keer, tot ${until}. Hij opent uw account, dus houd hem voor uzelf.`,
        "Als u hem niet verwacht, vraag het dan de beheerder.",
      ],
    }),
    sign_in_code: (_, { server, until }) => ({
      subject: `Uw code voor ${server}`,
      title: "Uw code",
      paragraphs: [`Uw code om in te loggen bij ${server}:`],
      button: null,
      advice: [
        `Hij werkt één keer, tot ${until}, in de browser waarin u hem hebt opgevraagd.`,
        "Typ hem op geen andere pagina en vertel hem aan niemand. Als u hem niet hebt opgevraagd, negeer deze e-mail dan.",
      ],
    }),
    registration: (_, { server, until }) => ({
      subject: `Uw account bij ${server}`,
      title: "Maak uw account aan",
      paragraphs: [`Dit adres is ingevoerd voor een nieuw account bij ${server}. Bevestig dat het van u is.`],
      button: "Account aanmaken",
      advice: [
        `De link werkt één keer, tot ${until}.`,
        "Als u het adres niet hebt ingevoerd, negeer deze e-mail dan. Er komt dan geen account.",
      ],
    }),
    account_exists: (_, { server }) => ({
      subject: `U hebt een account bij ${server}`,
      title: "U hebt al een account",
      paragraphs: [
        `Dit adres is ingevoerd voor een nieuw account bij ${server}. Er is al een account met dit adres: log daarmee in.`,
      ],
      button: "Inloggen",
      advice: ["Als u het adres niet hebt ingevoerd, negeer deze e-mail dan. Er is niets veranderd."],
    }),
    approved: (_, { server }) => ({
      subject: `Uw account bij ${server} is klaar`,
      title: "Uw account is klaar",
      paragraphs: [`De beheerder van ${server} heeft u toegelaten. U kunt nu inloggen.`],
      button: "Inloggen",
      advice: [],
    }),
    verify_email: (_, { server, until }) => ({
      subject: `Bevestig uw e-mailadres voor ${server}`,
      title: "Is dit uw e-mailadres?",
      paragraphs: [`Dit adres is ingevoerd voor een account bij ${server}. Bevestig dat het van u is.`],
      button: "Adres bevestigen",
      advice: [
        `De link werkt tot ${until}.`,
        "Als u het adres niet hebt ingevoerd, negeer deze e-mail dan. Het wordt dan niet gebruikt.",
      ],
    }),
    email_changed: (_, { server }) => ({
      subject: `Uw e-mailadres bij ${server} is gewijzigd`,
      title: "Uw e-mailadres is gewijzigd",
      paragraphs: [
        `Uw account bij ${server} heeft nu een ander e-mailadres. E-mails over uw account komen hier niet meer aan.`,
      ],
      button: CHECK,
      advice: [TELL_OPERATOR],
    }),
    password_changed: ({ byOperator }, { server }) => ({
      subject: `Uw wachtwoord bij ${server} is gewijzigd`,
      title: "Uw wachtwoord is gewijzigd",
      paragraphs: [
        byOperator
          ? `De beheerder van ${server} heeft een nieuw wachtwoord voor uw account ingesteld.`
          : `Uw account bij ${server} heeft een nieuw wachtwoord.`,
        "Alle browsers zijn uitgelogd.",
      ],
      button: CHECK,
      advice: byOperator
        ? ["Als u dit niet verwacht, vraag het dan de beheerder."]
        : [
            "Bent u dit niet geweest, dan heeft iemand anders toegang tot uw account: vertel het meteen de beheerder van deze server.",
          ],
    }),
    password_removed: (_, { server }) => ({
      subject: `Uw account bij ${server} heeft geen wachtwoord meer`,
      title: "Uw wachtwoord is verwijderd",
      paragraphs: [`Uw account bij ${server} heeft geen wachtwoord meer: u logt in met uw passkeys.`],
      button: CHECK,
      advice: [TELL_OPERATOR],
    }),
    passkey_changed: ({ change }, { server }) => ({
      subject:
        change === "added" ? `Een nieuwe passkey bij ${server}` : `Een passkey bij ${server} is verwijderd`,
      title: change === "added" ? "Er is een passkey toegevoegd" : "Er is een passkey verwijderd",
      paragraphs: [
        change === "added"
          ? `Uw account bij ${server} heeft een nieuwe passkey. Daarmee kan zonder uw wachtwoord worden ingelogd.`
          : `Een passkey van uw account bij ${server} is verwijderd. Daarmee kan niet meer worden ingelogd.`,
      ],
      button: CHECK,
      advice: [NOT_YOU],
    }),
    second_factor_changed: ({ change }, { server }) => ({
      ...{
        added: {
          subject: `Een tweede stap bij het inloggen bij ${server}`,
          title: "Er is een tweede stap ingesteld",
          paragraphs: [`Om in te loggen bij ${server} heeft uw account vanaf nu ook een code nodig.`],
        },
        removed: {
          subject: `Geen tweede stap meer bij het inloggen bij ${server}`,
          title: "De tweede stap is verwijderd",
          paragraphs: [`Om in te loggen bij ${server} heeft uw account geen extra code meer nodig.`],
        },
        recovery_code_used: {
          subject: `Er is een herstelcode gebruikt bij ${server}`,
          title: "Er is een herstelcode gebruikt",
          paragraphs: [
            `Een van uw herstelcodes is gebruikt om in te loggen op uw account bij ${server}. Hij werkt niet nog een keer.`,
          ],
        },
        recovery_codes_renewed: {
          subject: `Nieuwe herstelcodes bij ${server}`,
          title: "Er zijn nieuwe herstelcodes gemaakt",
          paragraphs: [`Uw account bij ${server} heeft nieuwe herstelcodes. De eerdere werken niet meer.`],
        },
      }[change],
      button: CHECK,
      advice: [NOT_YOU],
    }),
    new_device: (_, { server }) => ({
      subject: `Een nieuwe browser is ingelogd bij ${server}`,
      title: "Een nieuwe browser is ingelogd",
      paragraphs: [`Er is op uw account bij ${server} ingelogd vanuit een nog onbekende browser.`],
      button: CHECK,
      advice: [
        "Bent u dit geweest, dan hoeft u niets te doen. Een browser geldt weer als nieuw nadat uw wachtwoord is gewijzigd, en als zijn cookies zijn verwijderd.",
        NOT_YOU,
      ],
    }),
    refresh_token_replayed: (_, { server, application }) => ({
      subject: `De toegang van ${application} is beëindigd`,
      title: "De toegang van een applicatie is beëindigd",
      paragraphs: [
        `Een sleutel die ${application} voor uw account bij ${server} had, is twee keer gebruikt. Zo’n sleutel kan gestolen zijn, dus de toegang is beëindigd.`,
        "Als u de applicatie gebruikt, log er dan opnieuw in.",
      ],
      button: CHECK,
      advice: [
        "Het kan een fout van de applicatie zijn, of een back-up van uw apparaat die is teruggezet. Als het weer gebeurt, vertel het dan de beheerder van deze server.",
      ],
    }),
    backchannel_asked: (_, { server, application, until, pause }) => ({
      subject: `${application} vraagt uw goedkeuring`,
      title: "Een applicatie vraagt uw goedkeuring",
      paragraphs: [
        `${application} vraagt uw goedkeuring bij ${server}. Bekijk wat de applicatie zou krijgen, en keur het goed of weiger.`,
      ],
      button: "Verzoek bekijken",
      advice: [
        `U kunt antwoorden tot ${until}. De link alleen keurt niets goed.`,
        "Keur alleen goed als u nu met deze applicatie te maken hebt, en ze u dezelfde woorden toont of zegt. Als u het verzoek niet verwacht, weiger het dan daar: misschien wil iemand anders in uw account komen.",
        `Als er binnen ${pause} meer verzoeken komen, krijgt u geen mail meer. Ze staan allemaal op de pagina van uw account.`,
      ],
    }),
    account_disabled: (_, { server }) => ({
      subject: `Uw account bij ${server} is uitgeschakeld`,
      title: "Uw account is uitgeschakeld",
      paragraphs: [
        `De beheerder van ${server} heeft uw account uitgeschakeld. U bent overal uitgelogd, en applicaties hebben geen toegang meer.`,
      ],
      button: null,
      advice: ["Als u niet weet waarom, vraag het dan de beheerder."],
    }),
  },
};
