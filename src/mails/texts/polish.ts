/** Every word of the mails, in Polish. */
import type { MailTexts } from "../words.ts";

const CHECK = "Sprawdź swoje konto";
const NOT_YOU =
  "Jeśli to nie Ty, ktoś inny może mieć dostęp do Twojego konta: od razu ustaw nowe hasło i powiadom operatora tego serwera.";
const TELL_OPERATOR =
  "Jeśli to nie Ty, ktoś inny może mieć dostęp do Twojego konta: od razu powiadom operatora tego serwera.";

const linkAdvice = (until: string): string =>
  `Link działa raz, do ${until}. Otwiera Twoje konto, więc nie pokazuj go nikomu.`;

export const polish: MailTexts = {
  language: "pl",
  direction: "ltr",
  greeting: (name) => (name === null ? "Dzień dobry," : `Dzień dobry, ${name},`),
  facts: {
    account: "Konto",
    time: "Czas",
    address: "Adres sieciowy",
    browser: "Przeglądarka",
    application: "Aplikacja",
    says: "Mówi",
  },
  dateAndTime: (date, time) => `${date}, ${time}`,
  agentUnknown: "Nieznana",
  openInstead: "Jeśli przycisk nie działa, otwórz ten adres w przeglądarce:",
  foot: {
    withAccount: (server, host) =>
      `Otrzymujesz tę wiadomość, ponieważ masz konto w serwisie ${server} (${host}).`,
    withoutAccount: (server, host) => `Ten adres podano w serwisie ${server} (${host}).`,
    security: "Dotyczy ona bezpieczeństwa Twojego konta, więc nie można jej wyłączyć.",
    optional: "Wiadomości tego rodzaju można wyłączyć na stronie konta.",
  },
  kinds: {
    invitation: ({ inviter }, { server, until }) => ({
      subject: `Zaproszenie do serwisu ${server}`,
      title: `Masz zaproszenie do serwisu ${server}`,
      paragraphs: [
        inviter === null
          ? `Masz zaproszenie do serwisu ${server}.`
          : `${inviter} zaprasza Cię do serwisu ${server}.`,
        "Jednym kontem zalogujesz się tam do wszystkich aplikacji.",
      ],
      button: "Utwórz konto",
      advice: [
        linkAdvice(until),
        "Jeśli nie spodziewasz się zaproszenia, zignoruj tę wiadomość. Bez Ciebie nic się nie stanie.",
      ],
    }),
    reset: (_, { server, until }) => ({
      subject: `Nowe hasło do serwisu ${server}`,
      title: "Ustaw nowe hasło",
      paragraphs: [`Możesz ustawić nowe hasło do swojego konta w serwisie ${server}.`],
      button: "Ustaw nowe hasło",
      advice: [
        linkAdvice(until),
        "Jeśli to nie była Twoja prośba, zignoruj tę wiadomość. Hasło pozostanie bez zmian.",
      ],
    }),
    sign_in: (_, { server, until }) => ({
      subject: `Link do logowania w serwisie ${server}`,
      title: "Zaloguj się tym linkiem",
      paragraphs: [`Operator serwisu ${server} przesyła Ci link do zalogowania się.`],
      button: "Zaloguj się",
      advice: [linkAdvice(until), "Jeśli się go nie spodziewasz, zapytaj operatora."],
    }),
    sign_in_code: (_, { server, until }) => ({
      subject: `Twój kod do serwisu ${server}`,
      title: "Twój kod",
      paragraphs: [`Twój kod do logowania w serwisie ${server}:`],
      button: null,
      advice: [
        `Działa raz, do ${until}, w przeglądarce, w której o niego poproszono.`,
        "Nie wpisuj go na żadnej innej stronie i nikomu go nie podawaj. Jeśli to nie była Twoja prośba, zignoruj tę wiadomość.",
      ],
    }),
    registration: (_, { server, until }) => ({
      subject: `Twoje konto w serwisie ${server}`,
      title: "Utwórz konto",
      paragraphs: [`Ten adres podano dla nowego konta w serwisie ${server}. Potwierdź, że należy do Ciebie.`],
      button: "Utwórz konto",
      advice: [
        `Link działa raz, do ${until}.`,
        "Jeśli adres podał ktoś inny, zignoruj tę wiadomość. Konto nie powstanie.",
      ],
    }),
    account_exists: (_, { server }) => ({
      subject: `Masz konto w serwisie ${server}`,
      title: "Masz już konto",
      paragraphs: [
        `Ten adres podano dla nowego konta w serwisie ${server}. Istnieje już konto z tym adresem: zaloguj się na nie.`,
      ],
      button: "Zaloguj się",
      advice: ["Jeśli adres podał ktoś inny, zignoruj tę wiadomość. Nic się nie zmieniło."],
    }),
    approved: (_, { server }) => ({
      subject: `Twoje konto w serwisie ${server} jest gotowe`,
      title: "Twoje konto jest gotowe",
      paragraphs: [`Operator serwisu ${server} zatwierdził Twoje konto. Możesz się już zalogować.`],
      button: "Zaloguj się",
      advice: [],
    }),
    verify_email: (_, { server, until }) => ({
      subject: `Potwierdź swój adres e-mail w serwisie ${server}`,
      title: "Czy to Twój adres e-mail?",
      paragraphs: [`Ten adres podano dla konta w serwisie ${server}. Potwierdź, że należy do Ciebie.`],
      button: "Potwierdź adres",
      advice: [
        `Link działa do ${until}.`,
        "Jeśli adres podał ktoś inny, zignoruj tę wiadomość. Adres nie będzie wtedy używany.",
      ],
    }),
    email_changed: (_, { server }) => ({
      subject: `Zmieniono Twój adres e-mail w serwisie ${server}`,
      title: "Zmieniono Twój adres e-mail",
      paragraphs: [
        `Twoje konto w serwisie ${server} ma teraz inny adres e-mail. Wiadomości o koncie nie będą już tu przychodzić.`,
      ],
      button: CHECK,
      advice: [TELL_OPERATOR],
    }),
    password_changed: ({ byOperator }, { server }) => ({
      subject: `Zmieniono Twoje hasło w serwisie ${server}`,
      title: "Zmieniono Twoje hasło",
      paragraphs: [
        byOperator
          ? `Operator serwisu ${server} ustawił nowe hasło do Twojego konta.`
          : `Twoje konto w serwisie ${server} ma nowe hasło.`,
        "Wszystkie przeglądarki zostały wylogowane.",
      ],
      button: CHECK,
      advice: byOperator
        ? ["Jeśli się tego nie spodziewasz, zapytaj operatora."]
        : ["Jeśli to nie Ty, ktoś inny ma dostęp do Twojego konta: od razu powiadom operatora tego serwera."],
    }),
    password_removed: (_, { server }) => ({
      subject: `Twoje konto w serwisie ${server} nie ma już hasła`,
      title: "Usunięto Twoje hasło",
      paragraphs: [`Twoje konto w serwisie ${server} nie ma już hasła: logujesz się kluczami dostępu.`],
      button: CHECK,
      advice: [TELL_OPERATOR],
    }),
    passkey_changed: ({ change }, { server }) => ({
      subject:
        change === "added"
          ? `Nowy klucz dostępu w serwisie ${server}`
          : `Usunięto klucz dostępu w serwisie ${server}`,
      title: change === "added" ? "Dodano klucz dostępu" : "Usunięto klucz dostępu",
      paragraphs: [
        change === "added"
          ? `Twoje konto w serwisie ${server} ma nowy klucz dostępu. Loguje on bez hasła.`
          : `Usunięto klucz dostępu do Twojego konta w serwisie ${server}. Nie można się nim już zalogować.`,
      ],
      button: CHECK,
      advice: [NOT_YOU],
    }),
    second_factor_changed: ({ change }, { server }) => ({
      ...{
        added: {
          subject: `Drugi krok logowania w serwisie ${server}`,
          title: "Skonfigurowano drugi krok",
          paragraphs: [`Od teraz do zalogowania się w serwisie ${server} Twoje konto wymaga także kodu.`],
        },
        removed: {
          subject: `Koniec drugiego kroku logowania w serwisie ${server}`,
          title: "Usunięto drugi krok",
          paragraphs: [
            `Do zalogowania się w serwisie ${server} Twoje konto nie wymaga już dodatkowego kodu.`,
          ],
        },
        recovery_code_used: {
          subject: `Użyto kodu odzyskiwania w serwisie ${server}`,
          title: "Użyto kodu odzyskiwania",
          paragraphs: [
            `Do zalogowania się na Twoje konto w serwisie ${server} użyto jednego z Twoich kodów odzyskiwania. Nie zadziała on ponownie.`,
          ],
        },
        recovery_codes_renewed: {
          subject: `Nowe kody odzyskiwania w serwisie ${server}`,
          title: "Utworzono nowe kody odzyskiwania",
          paragraphs: [
            `Twoje konto w serwisie ${server} ma nowe kody odzyskiwania. Poprzednie już nie działają.`,
          ],
        },
      }[change],
      button: CHECK,
      advice: [NOT_YOU],
    }),
    new_device: (_, { server }) => ({
      subject: `Zalogowano nową przeglądarkę w serwisie ${server}`,
      title: "Zalogowano nową przeglądarkę",
      paragraphs: [
        `Na Twoje konto w serwisie ${server} zalogowano się z przeglądarki, która nie była wcześniej znana.`,
      ],
      button: CHECK,
      advice: [
        "Jeśli to Ty, nie trzeba nic robić. Przeglądarka znów uchodzi za nową po zmianie hasła i po usunięciu jej plików cookie.",
        NOT_YOU,
      ],
    }),
    refresh_token_replayed: (_, { server, application }) => ({
      subject: `Zakończono dostęp aplikacji ${application}`,
      title: "Zakończono dostęp aplikacji",
      paragraphs: [
        `Klucz aplikacji ${application} do Twojego konta w serwisie ${server} został użyty dwa razy. Taki klucz mógł zostać skradziony, dlatego zakończono dostęp.`,
        "Jeśli używasz tej aplikacji, zaloguj się do niej ponownie.",
      ],
      button: CHECK,
      advice: [
        "Może to być błąd aplikacji albo skutek przywrócenia kopii zapasowej urządzenia. Jeśli to się powtórzy, powiadom operatora tego serwera.",
      ],
    }),
    backchannel_asked: (_, { server, application, until, pause }) => ({
      subject: `${application} prosi o Twoją zgodę`,
      title: "Aplikacja prosi o Twoją zgodę",
      paragraphs: [
        `Aplikacja ${application} prosi o Twoją zgodę na serwerze ${server}. Zobacz, co otrzyma, a potem zgódź się lub odmów.`,
      ],
      button: "Zobacz prośbę",
      advice: [
        `Możesz odpowiedzieć do: ${until}. Sam link na nic nie zezwala.`,
        "Zgódź się tylko wtedy, gdy właśnie masz do czynienia z tą aplikacją, a ona pokazuje lub mówi te same słowa. Jeśli nie spodziewasz się tej prośby, odmów: być może ktoś inny chce dostać się na Twoje konto.",
        `Jeśli w tym czasie (${pause}) przyjdą kolejne prośby, nie otrzymasz następnej wiadomości. Wszystkie są na stronie Twojego konta.`,
      ],
    }),
    account_disabled: (_, { server }) => ({
      subject: `Wyłączono Twoje konto w serwisie ${server}`,
      title: "Wyłączono Twoje konto",
      paragraphs: [
        `Operator serwisu ${server} wyłączył Twoje konto. Wylogowano Cię wszędzie, a aplikacje nie mają już dostępu.`,
      ],
      button: null,
      advice: ["Jeśli nie znasz powodu, zapytaj operatora."],
    }),
  },
};
