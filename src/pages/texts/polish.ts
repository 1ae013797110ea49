/** The texts of the pages in Polish, translated from the English ones. */
import type { ActivityFacts } from "./english.ts";
import type { TranslatedTexts } from "./language.ts";
import { pluralsOf } from "./plural.ts";

const plural = pluralsOf<"one" | "few" | "many">("pl");

const charactersOf = (count: number): string =>
  plural(count, {
    one: `${count} znak`,
    few: `${count} znaki`,
    many: `${count} znaków`,
    other: `${count} znaku`,
  });

/** How long a new password is at least. */
const passwordHint = (characters: number): string =>
  `Co najmniej ${charactersOf(characters)}. Im dłuższe, tym lepsze: cztery słowa, które do siebie nie pasują.`;

const megabytesOf = (megabytes: number): string => `${megabytes.toLocaleString("pl")} MB`;

const NAME_REFUSED = "Dozwolone jest najwyżej 200 znaków, bez niewidocznych.";
const LINE_REFUSED = "Dozwolone jest najwyżej 500 znaków, bez niewidocznych.";
const CODE_HINT = "Sześć cyfr, które aplikacja pokazuje teraz, albo jeden z kodów odzyskiwania.";

/** Who did it. A verb in the past would have to know whether the person is a woman or a man. */
const whom = (by: ActivityFacts["by"]): string => (by === "you" ? "przez Ciebie" : "przez operatora");

const ofApplication = (client: string | null): string =>
  client === null ? "pewnej aplikacji" : `aplikacji ${client}`;

export const polish: TranslatedTexts = {
  common: {
    skip: "Przejdź do treści",
    errorHelp: "Komunikaty o błędach, dla programistów",
    signedInAs: "Zalogowano jako",
    notYou: "To nie Ty?",
    switchPerson: "Użyj innego konta",
    username: "Nazwa użytkownika",
    password: "Hasło",
    name: "Imię i nazwisko",
    email: "Adres e-mail",
    mailDelayed:
      "Wiadomości idą teraz dłużej niż zwykle: serwer poczty ich nie przyjmuje. Zostaną wysłane, gdy tylko zacznie je przyjmować.",
    opensElsewhere: "opuszcza tę witrynę",
    unverifiedName: (client) => `${client} (niezweryfikowana)`,
  },
  foot: {
    language: "Język",
    imprint: "Informacje prawne",
    privacy: "Prywatność",
    help: "Pomoc",
    translated: "Te teksty są przetłumaczone. Wiążąca jest wersja angielska.",
  },
  home: {
    title: (name) => name,
    lead: "Tutaj logujesz się i decydujesz, które aplikacje i urządzenia mogą używać Twojego konta.",
    account: "Twoje konto",
    accountHint: "Zobacz, co ma dostęp, i odbierz go.",
    device: "Połącz urządzenie",
    deviceHint: "Wpisz kod, który pokazuje telewizor, terminal lub inne urządzenie.",
    developers: "Dla programistów",
    metadata: "Metadane tego serwera autoryzacji",
    errors: "Komunikaty o błędach i sposoby ich usunięcia",
  },
  signIn: {
    title: "Zaloguj się",
    lead: (name) => `Użyj konta w serwisie ${name}.`,
    leadToClient: (name, client) => `Użyj konta w serwisie ${name}, aby przejść do aplikacji ${client}.`,
    leadToStranger: (name, client) =>
      `Użyj konta w serwisie ${name}, aby przejść do aplikacji ${client}. Ta aplikacja nie jest zweryfikowana.`,
    leadToDevice: (name) => `Użyj konta w serwisie ${name}, aby połączyć urządzenie.`,
    again: (username) => `Zalogowano jako ${username}. Aby kontynuować, zaloguj się ponownie.`,
    another: (username) =>
      `Zaloguj się na konto, którego chcesz użyć. Do tego czasu zalogowane jest konto ${username}.`,
    chooseTitle: "Wybierz konto",
    choose: (username) => `Zalogowano jako ${username}.`,
    continueAs: (username) => `Kontynuuj jako ${username}`,
    useAnother: "Użyj innego konta",
    submit: "Zaloguj się",
    usernameOrEmail: "Nazwa użytkownika lub adres e-mail",
    wrong: (wait) =>
      `Błędna nazwa użytkownika lub błędne hasło. Po wielu próbach odrzucane jest także prawidłowe hasło: zrób przerwę (${wait}) i spróbuj ponownie.`,
    stale: "Ta strona była otwarta zbyt długo. Wpisz hasło ponownie.",
    limited: (wait, until) =>
      `Zbyt wiele prób. Z Twoim kontem wszystko w porządku: dla jego ochrony do ${until} nie przyjmujemy żadnego hasła. Spróbuj ponownie ${wait}.`,
    passwordKept: {
      signed_out:
        "Hasło nie zostało zmienione, ponieważ w międzyczasie Cię wylogowano. Zaloguj się, aby je zmienić.",
      same_password: "Hasło nie zostało zmienione: nowe jest takie samo jak obecne.",
    },
    cancel: (client) => `Anuluj i wróć do aplikacji ${client}`,
    withPhone: "Zaloguj się telefonem",
    otherWay: "Zaloguj się w inny sposób",
    forgotten: "Nie pamiętasz hasła? Poproś operatora tego serwera o nowe.",
    forgottenLink: "Nie pamiętasz hasła?",
    codeLink: "Zaloguj się kodem z wiadomości e-mail",
    noAccount: "Nie masz jeszcze konta?",
    newAccount: "Utwórz konto",
  },
  otherDevice: {
    title: "Zaloguj się telefonem",
    scan: "Zeskanuj ten kod aparatem telefonu zalogowanego tu na Twoje konto.",
    type: "Wpisz na telefonie liczbę widoczną poniżej.",
    qr: "Kod QR z linkiem dla telefonu",
    number: "Liczba",
    waiting: (ends) => `Czekamy na Twój telefon. Kod wygaśnie ${ends}.`,
    approvedHere: "Zatwierdzono na Twoim telefonie.",
    goOn: "Kontynuuj",
    ended: {
      denied: "To logowanie odrzucono na telefonie.",
      over: "Ten kod wygasł lub został już użyty.",
      foreign: "Ten kod należy do innej przeglądarki albo ta przeglądarka nie przechowuje plików cookie.",
    },
    newCode: "Pobierz nowy kod",
    approveTitle: "Zalogować na innym urządzeniu?",
    for: "Dla",
    warningTitle: "Zatwierdzaj tylko to, co pochodzi od Ciebie",
    warning:
      "Zatwierdź to tylko wtedy, gdy masz drugi ekran przed sobą. Jeśli ten link lub liczbę przysłał Ci ktoś inny, chce dostać się na Twoje konto: odrzuć.",
    numberLabel: "Liczba na drugim ekranie",
    numberHint: "Dwie cyfry. Drugi ekran pokazuje je pod kodem.",
    approve: "Zatwierdź",
    toAccount: "Zobacz swoje konto",
    faults: {
      number: "Drugi ekran pokazuje inną liczbę. Sprawdź jeszcze raz. Jeśli nie pokazuje żadnej, odrzuć.",
      stale: "Ta strona była otwarta zbyt długo. Odpowiedz ponownie.",
    },
    outcomes: {
      approved: {
        title: "Zatwierdzono",
        text: "Drugie urządzenie za kilka sekund samo przejdzie dalej. Możesz zamknąć tę stronę.",
      },
      denied: {
        title: "Odrzucono",
        text: "Drugie urządzenie nie zostało zalogowane. Jeśli to nie Twoja próba, podjął ją ktoś inny: Twoje konto jest bezpieczne.",
      },
      over: {
        title: "To pytanie nie jest już aktualne",
        text: "Udzielono na nie odpowiedzi albo wygasło. Pobierz nowy kod na drugim urządzeniu.",
      },
    },
  },
  secondStep: {
    title: "Jeszcze jeden krok",
    lead: (username) => `Potwierdź, że ${username} to Ty.`,
    code: "Kod",
    hint: CODE_HINT,
    submit: "Kontynuuj",
    wrong:
      "Ten kod jest nieprawidłowy lub został już użyty. Poczekaj na następny kod w aplikacji i sprawdź, czy zegar telefonu wskazuje właściwą godzinę.",
    limited: (wait, until) =>
      `Zbyt wiele błędnych kodów. Dla ochrony Twojego konta do ${until} nie przyjmujemy żadnego kodu. Spróbuj ponownie ${wait} albo zaloguj się w przeglądarce, która była tu już używana.`,
    without: "Kontynuuj bez tego kroku",
    lost: "Nie masz telefonu ani kodów odzyskiwania? Zwróć się do operatora tego serwera.",
    otherAccount: "Zaloguj się na inne konto",
  },
  passkeys: {
    use: "Użyj klucza dostępu",
    noScript: "Klucze dostępu wymagają języka JavaScript, który jest wyłączony w tej przeglądarce.",
    unsupported:
      "Ta przeglądarka nie może tu używać kluczy dostępu. Wymagają one nowszej przeglądarki i adresu zaczynającego się od https.",
    browser: {
      use: {
        NotAllowedError:
          "Nie użyto klucza dostępu: anulowano, trwało to zbyt długo albo na tym urządzeniu nie ma klucza do tego konta.",
        SecurityError: (address) =>
          `Klucze dostępu tego serwera nie działają pod tym adresem. Otwórz ${address} i zaloguj się tam.`,
        NotSupportedError: "To urządzenie nie może użyć klucza dostępu zrozumiałego dla tego serwera.",
        ConstraintError:
          "To urządzenie nie może poprosić o kod PIN, odcisk palca ani twarz, a jest to tu wymagane.",
        InvalidStateError: "Tego klucza dostępu nie można teraz użyć. Spróbuj ponownie lub użyj innego.",
        other: "Urządzeniu lub menedżerowi haseł się nie udało. Spróbuj ponownie lub użyj innego klucza.",
      },
      add: {
        NotAllowedError: "Nie dodano klucza dostępu: anulowano albo trwało to zbyt długo.",
        SecurityError: (address) =>
          `Pod tym adresem nie można tworzyć kluczy dostępu tego serwera. Otwórz ${address} i zaloguj się tam.`,
        NotSupportedError: "To urządzenie nie może utworzyć klucza dostępu zrozumiałego dla tego serwera.",
        ConstraintError:
          "To urządzenie nie może utworzyć takiego klucza dostępu: nie ma już miejsca albo nie może poprosić o kod PIN, odcisk palca ani twarz.",
        InvalidStateError: "Na tym urządzeniu jest już klucz dostępu do Twojego konta.",
        other:
          "Urządzeniu lub menedżerowi haseł nie udało się utworzyć klucza dostępu. Spróbuj ponownie lub użyj innego.",
      },
    },
    refused: {
      stale:
        "Ta strona była otwarta zbyt długo lub udzielono już na niej odpowiedzi. Użyj klucza dostępu ponownie.",
      elsewhere: (address) =>
        `Klucza dostępu użyto pod innym adresem niż ${address}. Otwórz ten adres i zaloguj się tam.`,
      unknown: "Ten klucz dostępu nie jest tu znany: został usunięty albo należy do innego serwera.",
      copied:
        "Ten klucz dostępu odrzucono, ponieważ mógł zostać skopiowany: jego licznik się cofnął. Zaloguj się w inny sposób, usuń go ze swojego konta i powiadom operatora tego serwera.",
      unverified:
        "Urządzenie nie poprosiło o kod PIN, odcisk palca ani twarz, a jest to tu wymagane. Zaloguj się najpierw hasłem albo użyj innego klucza dostępu.",
      unreadable:
        "Nie udało się odczytać odpowiedzi przeglądarki. Spróbuj ponownie lub użyj innej przeglądarki.",
    },
    lost: "Nie masz pod ręką klucza dostępu? Zwróć się do operatora tego serwera.",
    title: "Klucze dostępu",
    lead: "Klucz dostępu loguje Cię bez hasła: odciskiem palca, twarzą lub kodem PIN urządzenia albo kluczem bezpieczeństwa. Działa tylko na tym serwerze, więc żadna inna witryna go od Ciebie nie wyłudzi.",
    none: "Nie masz jeszcze klucza dostępu.",
    oneTitle: "Masz tylko jeden klucz dostępu",
    oneWithPassword:
      "Jeśli go stracisz, zalogujesz się hasłem. Lepiej dodaj jeszcze jeden, na innym urządzeniu lub w menedżerze haseł.",
    oneAlone:
      "Jeśli go stracisz, nie będzie można się zalogować. Dodaj jeszcze jeden, na innym urządzeniu lub w menedżerze haseł.",
    kinds: { passkey: "Klucz dostępu", securityKey: "Klucz bezpieczeństwa" },
    added: "Dodano",
    lastUsed: (when) => `ostatnio użyty ${when}`,
    spoiled:
      "Tego klucza dostępu nie można tu już odczytać i nie loguje on nigdzie. Usuń go i dodaj ponownie.",
    neverUsed: "jeszcze nieużywany",
    synced: "Na wszystkich urządzeniach Twojego menedżera haseł",
    single: "Tylko na jednym urządzeniu",
    needsName: "Przed użyciem wpisz nazwę użytkownika",
    add: "Dodaj klucz dostępu",
    addLead: "Przeglądarka zapyta, gdzie go przechowywać.",
    rename: "Zmień nazwę",
    renameLabel: (name) => `Zmień nazwę klucza ${name}`,
    name: "Nazwa klucza dostępu",
    nameRefused: (characters) => `Nazwa ma od 1 do ${characters} znaków, bez niewidocznych.`,
    save: "Zapisz",
    remove: "Usuń",
    removeLabel: (name) => `Usuń klucz dostępu ${name}`,
    removeHint:
      "Urządzenie zginęło? Usuń jego klucz dostępu i wyloguj jego przeglądarkę na stronie konta: usunięcie klucza nie wylogowuje żadnej przeglądarki.",
    recentTitle: "Aby coś zmienić, zaloguj się ponownie",
    recent: "Od Twojego logowania minęło trochę czasu. Aby dodać lub usunąć klucz dostępu, pokaż, że to Ty.",
    recentAction: "Zaloguj się ponownie",
    levelTitle: "Jeszcze jeden krok, aby coś zmienić",
    level: "Logowanie odbyło się bez drugiego składnika. Aby dodać lub usunąć klucz dostępu, użyj go teraz.",
    levelAction: "Kontynuuj",
    lastWay: "Nie usunięto go: to Twój jedyny sposób logowania. Najpierw dodaj inny klucz dostępu.",
    notAdded: {
      stale:
        "Nie dodano klucza dostępu: ta strona była otwarta zbyt długo lub udzielono już na niej odpowiedzi. Spróbuj ponownie.",
      elsewhere: (address) =>
        `Nie dodano klucza dostępu: przeglądarka była pod innym adresem niż ${address}. Otwórz ten adres i zaloguj się tam.`,
      unreadable:
        "Nie dodano klucza dostępu: nie udało się odczytać odpowiedzi przeglądarki. Spróbuj ponownie lub użyj innej przeglądarki.",
      refused:
        "Nie dodano klucza dostępu: odpowiedź urządzenia nie pasuje. Spróbuj ponownie lub użyj innego urządzenia.",
      known: "Nie dodano klucza dostępu: ten jest tu już zarejestrowany.",
      too_many: "Nie dodano klucza dostępu: konto może ich mieć najwyżej 50. Usuń któryś nieużywany.",
    },
    passwordTitle: "Zrezygnuj z hasła",
    passwordLead:
      "Hasła, którego nie masz, nie da się ukraść. Będziesz się wtedy logować tylko kluczami dostępu. Operator tego serwera może znów nadać Ci hasło.",
    passwordRemove: "Usuń moje hasło",
    passwordKept: {
      last_way: "Twoje hasło pozostaje: bez niego nie można by się zalogować. Najpierw dodaj klucz dostępu.",
    },
    instead: "Zamiast tego dodaj klucz dostępu",
    state: (count) =>
      plural(count, {
        none: "Brak",
        one: `${count} klucz dostępu`,
        few: `${count} klucze dostępu`,
        many: `${count} kluczy dostępu`,
        other: `${count} klucza dostępu`,
      }),
    notices: {
      added: "Klucz dostępu został dodany. Użyj go przy następnym logowaniu.",
      renamed: "Nazwa została zapisana.",
      removed: "Klucz dostępu został usunięty. Nikogo już nie zaloguje.",
      password_removed: "Twoje hasło zostało usunięte. Teraz logujesz się kluczami dostępu.",
    },
  },
  secondFactor: {
    title: "Drugi składnik",
    leads: {
      wanted:
        "Z drugim składnikiem samo hasło niczego nie otworzy: aplikacja na telefonie pokazuje kod, który wpisujesz przy logowaniu.",
      demanded:
        "Aby kontynuować, potrzebujesz drugiego składnika: aplikacji na telefonie, która pokazuje kod wpisywany przy logowaniu. Zajmie to dwie minuty i wystarczy raz.",
      replaces: "Skonfiguruj nową aplikację. Stara działa do czasu potwierdzenia nowej.",
    },
    setUpTitle: "Skonfiguruj drugi składnik",
    getApp:
      "Otwórz na telefonie aplikację do kodów jednorazowych. Potrafi to wiele menedżerów haseł; w innym razie zainstaluj na przykład Aegis lub 2FAS.",
    scan: "Dodaj w aplikacji konto i zeskanuj ten kod.",
    qrLabel: "Kod QR dla aplikacji. Ten sam sekret jest poniżej jako tekst.",
    openHere: "Otwórz w aplikacji na tym urządzeniu",
    typeIt: "Jeśli nie możesz go zeskanować, wpisz ten sekret w aplikacji:",
    firstCode: "Kod, który aplikacja pokazuje teraz",
    firstCodeHint: "Sześć cyfr. Zmieniają się co 30 sekund.",
    firstCodeWrong:
      "To nie jest kod, który aplikacja powinna teraz pokazywać. Sprawdź, czy to kod do tego konta i czy telefon sam ustawia zegar.",
    turnOn: "Włącz",
    others: "Twoje inne przeglądarki zostaną wylogowane. Aplikacje na urządzeniach zachowają dostęp.",
    done: {
      set_up: "Drugi składnik jest włączony.",
      renewed: "Masz nowe kody odzyskiwania. Stare już nie działają.",
    },
    codesTitle: "Twoje kody odzyskiwania",
    codesLead:
      "Jeśli stracisz telefon, każdy z tych kodów raz Cię zaloguje, razem z hasłem. Wydrukuj je lub zapisz i przechowuj z dala od telefonu.",
    codesFor: (username, host) => `Kody odzyskiwania konta ${username} w serwisie ${host},`,
    codesOnce: "Widać je tylko na tej stronie.",
    stored: "Kody są już zapisane",
    signInAgain: "Kody są już zapisane. Zaloguj się",
    isOn: "Kody do logowania pokazuje aplikacja. Skonfigurowano",
    isOff: "Nieskonfigurowany",
    codesLeft: (count) =>
      plural(count, {
        none: "Nie masz już żadnego kodu odzyskiwania.",
        one: "Pozostał Ci jeden kod odzyskiwania.",
        few: `Pozostały Ci ${count} kody odzyskiwania.`,
        many: `Pozostało Ci ${count} kodów odzyskiwania.`,
        other: `Pozostało Ci ${count} kodu odzyskiwania.`,
      }),
    codesFew: (count) =>
      count === 0
        ? "Nie masz już żadnego kodu odzyskiwania. Jeśli teraz stracisz telefon, nie będzie można się zalogować. Utwórz poniżej nowe kody."
        : "Pozostało Ci już tylko kilka kodów odzyskiwania. Utwórz poniżej nowe.",
    goOn: "Kontynuuj",
    changeTitle: "Zmiana",
    changeLead: "Wpisz kod, aby pokazać, że to Ty, a potem wybierz, co zrobić.",
    code: "Kod",
    codeHint: CODE_HINT,
    renew: "Nowe kody odzyskiwania",
    replace: "Użyj innej aplikacji",
    remove: "Wyłącz",
    mustStay: "Operator tego serwera wymaga od Ciebie drugiego składnika, więc nie można go wyłączyć.",
    removedTitle: "Drugi składnik jest wyłączony",
    removedLead: "Aplikacja i kody odzyskiwania już tu nie działają. Usuń konto z aplikacji.",
  },
  signOut: {
    title: "Wylogować się?",
    titleOf: (server) => `Wylogować się z serwisu ${server}?`,
    asked: (client) => `Aplikacja ${client} chce Cię wylogować.`,
    lead: "Aplikacje, do których logowano się z tej przeglądarki, stracą dostęp. Zachowają go urządzenia oraz aplikacje, którym na to zezwolono. Ich dostęp możesz usunąć na stronie konta.",
    submit: "Wyloguj się",
    stay: "Nie wylogowuj",
    doneTitle: "Wylogowano",
    doneLead: "Ta przeglądarka nie jest już zalogowana.",
    notRegistered:
      "Aplikacja chciała odesłać Cię pod adres, który nie jest dla niej zarejestrowany, dlatego pozostajesz tutaj.",
    backTo: (place) => `Wróć do: ${place}`,
    signIn: "Zaloguj się ponownie",
    toAccount: "Wróć do swojego konta",
  },
  consent: {
    title: (client) => `Zezwolić aplikacji ${client}?`,
    heading: "chce używać Twojego konta",
    self: "Aplikacja na tym urządzeniu",
    selfHint: "Odpowiedź trafi do programu na tym urządzeniu, a nie do witryny.",
    website: "Witryna",
    unverifiedTitle: "Ta aplikacja nie jest zweryfikowana",
    unverified: (host) =>
      `Sama się zarejestrowała i wybrała swoją nazwę. Kontynuuj tylko wtedy, gdy przechodzisz tu z ${host} z własnej woli i ufasz tej witrynie.`,
    unverifiedDevice:
      "Sama się zarejestrowała i wybrała swoją nazwę. Kontynuuj tylko wtedy, gdy uruchomiono ją przed chwilą na tym urządzeniu z Twojej woli.",
    documentOf: (host) => `Opublikowana przez ${host}`,
    unverifiedDocument: (publisher, host) =>
      `Sama opisuje się na ${publisher} i wybrała swoją nazwę. Kontynuuj tylko wtedy, gdy przechodzisz tu z ${host} z własnej woli i ufasz tej witrynie.`,
    unverifiedDocumentDevice: (publisher) =>
      `Każdy program na tym urządzeniu może podawać się za tę aplikację z ${publisher}. Kontynuuj tylko wtedy, gdy uruchomiono ją przed chwilą z Twojej woli.`,
    acknowledge: (host) => `Przechodzę tu z ${host} z własnej woli`,
    acknowledgeDevice: "Aplikację uruchomiono przed chwilą z mojej woli",
    mayTitle: "Aplikacja będzie mogła",
    mayNothing: "Wiedzieć, że masz tu konto, i nic więcej",
    detailYes: "Tak",
    detailNo: "Nie",
    sensitive: "To pozwala na wiele:",
    forResources: (names) => `W usłudze ${names}:`,
    mayIdentify: "Potwierdzać tam, że masz tu konto",
    mayNotTitle: "Aplikacja nie będzie mogła",
    mayNot: ["Widzieć Twojego hasła", "Zmienić Twojego hasła", "Dać innym dostępu do Twojego konta"],
    takeBack: "Możesz to w każdej chwili cofnąć na tym serwerze, na stronie „Twoje konto”.",
    askedAgain: {
      stale:
        "Odpowiedź się nie liczy: ta strona była otwarta zbyt długo albo od tego czasu zalogowano się ponownie. Sprawdź ją i odpowiedz jeszcze raz.",
      changed:
        "Odpowiedź się nie liczy: od otwarcia strony zmieniło się to, co aplikacja będzie mogła robić. Sprawdź ją i odpowiedz jeszcze raz.",
      unacknowledged:
        "Odpowiedź się nie liczy: aby na to zezwolić, zaznacz pole mówiące, że dzieje się to z Twojej woli.",
    },
    allow: "Zezwól",
    deny: "Odmów",
    returnsTo: (place) => `W obu przypadkach wrócisz do: ${place}.`,
    returnsToApplication: "W obu przypadkach wrócisz do aplikacji.",
    terms: "Warunki korzystania",
    policy: "Polityka prywatności",
  },
  notAllowed: {
    title: (client) => `Nie masz dostępu do aplikacji ${client}`,
    only: (username, client, groups) =>
      `Zalogowano jako ${username}, ale aplikacja ${client} jest tylko dla członków grup: ${groups}.`,
    denied: (username, client) =>
      `Zalogowano jako ${username}, ale to konto nie może używać aplikacji ${client}.`,
    ask: "Jeśli uważasz, że należy Ci się dostęp, zwróć się do operatora tego serwera. Niczego nie udostępniono.",
  },
  device: {
    title: "Połącz urządzenie",
    lead: "Wpisz kod, który pokazuje urządzenie.",
    code: "Kod",
    codeHint: "Osiem liter, na przykład WDJB-MJHT. Wielkie lub małe, z łącznikiem lub bez.",
    submit: "Kontynuuj",
    malformed: "To nie jest pełny kod. Kod ma osiem liter i żadnych cyfr.",
    unknown:
      "Żadne urządzenie nie czeka z tym kodem. Sprawdź litery. Jeśli są prawidłowe, kod został już użyty lub wygasł: pobierz nowy z urządzenia.",
    limited: (wait) => `Zbyt wiele błędnych kodów. Spróbuj ponownie ${wait}.`,
    confirmTitle: (client) => `Połączyć aplikację ${client}?`,
    compare: "Czy urządzenie pokazuje ten kod?",
    asks: "chce używać Twojego konta z innego urządzenia",
    started: "Rozpoczęto",
    justNow: "Przed chwilą",
    from: "Skąd",
    address: (address) => `Adres sieciowy ${address}`,
    thisComputer: (address) => `Ten komputer (${address})`,
    agentUnknown: "Urządzenie nie podało, czym jest",
    agentUnnamed: "Program, który nie jest tu znany",
    agentOn: (program, system) => `${program}, ${system}`,
    agentDetails: "Co urządzenie mówi o sobie",
    agentSays: "Może tu podać cokolwiek:",
    quote: (words) => `„${words}”`,
    unverified: "Aplikacja sama się zarejestrowała i wybrała swoją nazwę.",
    acknowledge: "Rozpoczęto to z mojej woli na moim urządzeniu",
    warningTitle: "Zezwalaj tylko na to, co pochodzi od Ciebie",
    warning:
      "Zezwól tylko wtedy, gdy rozpoczęto to przed chwilą z Twojej woli, na urządzeniu przed Tobą. Jeśli ten kod lub link przysłał Ci ktoś inny, chce dostać się na Twoje konto: odmów.",
    allow: "Zezwól",
    deny: "Odmów",
    approvedTitle: "Urządzenie jest połączone",
    approved: (client) =>
      `Aplikacja ${client} ma teraz dostęp. Wróć do urządzenia; za kilka sekund samo przejdzie dalej.`,
    deniedTitle: "Odmówiono dostępu",
    denied: (client) =>
      `Aplikacja ${client} nie otrzymała dostępu do Twojego konta. Możesz zamknąć tę stronę.`,
    stale: "Ta strona była otwarta zbyt długo. Odpowiedź się nie liczy. Odpowiedz ponownie.",
    stands: "Odpowiedzi udzielono już wcześniej i liczy się ta pierwsza.",
    decidedTitle: "Ten kod nie jest już ważny",
    decided:
      "Użyto go tutaj lub na innej stronie albo wygasł. Jeśli urządzenie nadal czeka, pobierz z niego nowy kod.",
    another: "Połącz inne urządzenie",
    toAccount: "Zobacz, co ma dostęp",
  },
  approvals: {
    title: "Prośby o zgodę",
    lead: "Aplikacje proszą tu o zgodę na to, co robisz z nimi gdzie indziej, na przykład w rozmowie telefonicznej lub przy kasie. Bez Twojej odpowiedzi nic się nie dzieje.",
    none: "Żadna aplikacja nie czeka na Twoją odpowiedź.",
    again: "Sprawdź ponownie",
    looks: "Ta strona przez dziesięć minut sama sprawdza ponownie.",
    look: "Zobacz i odpowiedz",
    waiting: (count) =>
      plural(count, {
        one: "Aplikacja prosi o Twoją zgodę",
        few: `${count} prośby czekają na Twoją zgodę`,
        many: `${count} próśb czeka na Twoją zgodę`,
        other: `${count} prośby czekają na Twoją zgodę`,
      }),
    ends: (when) => `koniec ${when}`,
    confirmTitle: (client) => `Zgodzić się na to, o co prosi ${client}?`,
    asks: "prosi o Twoją zgodę",
    says: "Aplikacja mówi",
    compare: "To jej własne słowa. Zgódź się tylko wtedy, gdy widzisz lub słyszysz tam te same słowa.",
    silent: "Aplikacja nie przysłała słów, które można porównać.",
    asked: "Zapytano",
    counts: "Koniec",
    server: "Z jej serwera",
    warningTitle: "Zgadzaj się tylko na to, co właśnie robisz",
    warning:
      "Zgódź się tylko wtedy, gdy właśnie masz do czynienia z tą aplikacją, na przykład w rozmowie telefonicznej lub przy kasie. Jeśli się tego nie spodziewasz albo prośby wciąż się powtarzają, być może ktoś inny chce dostać się na Twoje konto: odmów.",
    acknowledge: "Właśnie mam do czynienia z tą aplikacją",
    approve: "Zgadzam się",
    refuse: "Odmawiam",
    step: "Jeśli się zgodzisz, najpierw nastąpi jeszcze jeden krok logowania.",
    report: "To nie moja prośba",
    reportHint: "To odmowa, a aplikacja przez jeden dzień nie może pytać ponownie.",
    toList: "Wszystkie prośby",
    outcomes: {
      approved: {
        title: "Udzielono zgody",
        text: (client) => `Aplikacja ${client} ma teraz dostęp, o który prosiła. Możesz zamknąć tę stronę.`,
      },
      denied: {
        title: "Odmówiono",
        text: (client) =>
          `Aplikacja ${client} nie otrzymała dostępu do Twojego konta. Możesz zamknąć tę stronę.`,
      },
      reported: {
        title: "Odmówiono i zgłoszono",
        text: (client) =>
          `Aplikacja ${client} nie otrzymała dostępu do Twojego konta i przez jeden dzień nie może pytać ponownie. Operator tego serwera widzi, że prośba była niespodziewana.`,
      },
      over: {
        title: "Ta prośba nie jest już otwarta",
        text: (client) =>
          `Nie odpowiedziano na czas albo aplikacja ${client} nie może już pytać. Jeśli nadal tego chcesz, niech aplikacja zapyta ponownie.`,
      },
    },
    unknown: {
      title: "Nie ma takiej prośby do Ciebie",
      text: "Być może dotyczy innego konta albo dawno się skończyła.",
    },
  },
  account: {
    title: "Twoje konto",
    sectionsLabel: "Części Twojego konta",
    sections: {
      overview: "Przegląd",
      security: "Bezpieczeństwo",
      details: "Informacje",
      activity: "Aktywność",
      data: "Dane",
    },
    securityTitle: "Bezpieczeństwo",
    mails: {
      title: "Wiadomości do Ciebie",
      lead: (address) =>
        `Wiadomości o bezpieczeństwie Twojego konta trafiają na adres ${address}. Nie można ich wyłączyć.`,
      optional: {
        new_device: "Także gdy loguję się w nowej przeglądarce",
        backchannel_asked: "Także gdy aplikacja prosi o moją zgodę",
      },
    },
    waysTitle: "Sposoby logowania",
    ways: {
      password: "Hasło",
      passwordSet: "Ustawione",
      passwordNone: "Brak. Może je ustawić operator tego serwera.",
    },
    accessTitle: "Aplikacje i urządzenia z dostępem",
    accessLead: "Mogą używać Twojego konta, dopóki ich nie usuniesz.",
    accessNone: "Żadna aplikacja ani urządzenie nie ma dostępu do Twojego konta.",
    viaApplication: "Aplikacja",
    viaAssertion: "Przez Twoją organizację",
    viaApproval: "Zgoda na prośbę",
    viaDevice: "Urządzenie",
    since: "od",
    installations: (count) =>
      plural(count, {
        one: "Jedna instalacja",
        few: `${count} instalacje`,
        many: `${count} instalacji`,
        other: `${count} instalacji`,
      }),
    usedWithin: (days) =>
      plural(days, {
        one: "Używano w ciągu ostatnich 24 godzin",
        few: `Używano w ciągu ostatnich ${days} dni`,
        many: `Używano w ciągu ostatnich ${days} dni`,
        other: `Używano w ciągu ostatnich ${days} dnia`,
      }),
    notUsedYet: "Jeszcze nie używano",
    end: "Zakończ",
    endLabel: (client, since) => `Zakończ dostęp aplikacji ${client} od ${since}`,
    mayNothing: "Wie, że masz tu konto",
    notVerified: "Niezweryfikowana",
    unverified: "Aplikacja sama się zarejestrowała i wybrała swoją nazwę.",
    unknownClient: "Aplikacja, która nie jest już zarejestrowana",
    remembered: "Gdy aplikacja będzie potrzebować tego dostępu, nie zapytamy Cię ponownie.",
    rememberedOnly: "Aplikacja nie ma teraz dostępu, ale może go znów dostać bez pytania Cię.",
    remove: "Usuń",
    removeAll: "Usuń wszystkie",
    removeEverything: "Usuń cały dostęp wszystkich aplikacji i urządzeń",
    removeAllLabel: (client) => `Usuń wszystkie dostępy aplikacji ${client}`,
    removeLabel: (client) => `Usuń dostęp aplikacji ${client}`,
    passwordLead: "Wszystkie inne przeglądarki zostaną wylogowane.",
    currentPassword: "Obecne hasło",
    newPassword: "Nowe hasło",
    passwordHint,
    changePassword: "Zmień hasło",
    currentWrong: "To nie jest Twoje obecne hasło.",
    passwordSame: "Nowe hasło jest takie samo jak obecne.",
    appsTitle: "Twoje aplikacje",
    appsAll: (count) => `Wszystkie aplikacje (${count})`,
    alsoEnd: "Zakończ także dostęp",
    alsoEndHint:
      "Aplikacje i urządzenia nigdy nie znały Twojego hasła i zachowają dostęp. Jeśli ktoś inny może znać Twoje hasło, zakończ dostęp ich wszystkich: potem zalogujesz się do nich ponownie.",
    endAllAccess: "Wszystkie aplikacje i urządzenia",
    detailsTitle: "Twoje informacje",
    detailsLead: "Widzą je tylko aplikacje, którym na to zezwolisz.",
    detailsTooLong: "Te informacje są razem zbyt długie. Nic nie zmieniono.",
    save: "Zapisz",
    notSaid: "Nie podano",
    usernameLabel: "Nazwa użytkownika",
    emailLabel: "Adres e-mail",
    groupsLabel: "Grupy",
    givenTitle: "Ustala operator tego serwera",
    facts: {
      name: { label: "Imię i nazwisko", hint: "", refused: NAME_REFUSED },
      given_name: { label: "Imię", hint: "", refused: NAME_REFUSED },
      family_name: { label: "Nazwisko", hint: "", refused: NAME_REFUSED },
      middle_name: { label: "Drugie imię", hint: "", refused: NAME_REFUSED },
      nickname: { label: "Pseudonim", hint: "", refused: NAME_REFUSED },
      profile: {
        label: "Strona o Tobie",
        hint: "",
        refused: "To nie jest adres internetowy, taki jak https://example.org/ada.",
      },
      website: {
        label: "Twoja witryna",
        hint: "",
        refused: "To nie jest adres internetowy, taki jak https://example.org.",
      },
      gender: { label: "Płeć", hint: "", refused: NAME_REFUSED },
      birthdate: {
        label: "Data urodzenia",
        hint: "Rok, miesiąc i dzień: 1985-12-10. Bez roku: 0000-12-10.",
        refused: "To nie jest data, taka jak 1985-12-10.",
      },
      zoneinfo: {
        label: "Strefa czasowa",
        hint: "Według niej podawane są godziny na tych stronach.",
        refused: "To nie jest strefa czasowa.",
      },
      locale: {
        label: "Język",
        hint: "Strony będą w tym języku po zalogowaniu.",
        refused: "To nie jest język.",
      },
      phone_number: {
        label: "Numer telefonu",
        hint: "Z numerem kierunkowym kraju: +43\u00A0660\u00A01234567.",
        refused:
          "To nie jest numer telefonu z numerem kierunkowym kraju, taki jak +43\u00A0660\u00A01234567.",
      },
      street_address: { label: "Ulica i numer domu", hint: "", refused: LINE_REFUSED },
      postal_code: { label: "Kod pocztowy", hint: "", refused: LINE_REFUSED },
      locality: { label: "Miejscowość", hint: "", refused: LINE_REFUSED },
      region: { label: "Województwo lub region", hint: "", refused: LINE_REFUSED },
      country: { label: "Kraj", hint: "", refused: LINE_REFUSED },
    },
    pictureTitle: "Zdjęcie",
    pictureAlt: "Twoje zdjęcie",
    pictureFile: "Twoje zdjęcie",
    pictureHint: (megabytes) =>
      `PNG, JPEG lub WebP, najwyżej ${megabytesOf(megabytes)}. Zostaje środek zdjęcia, bez miejsca i aparatu, które mogą być zapisane w pliku. Może je zobaczyć każdy, kto zna jego adres.`,
    pictureSave: "Użyj tego zdjęcia",
    pictureRemove: "Usuń zdjęcie",
    pictureFaults: {
      none: "Najpierw wybierz plik.",
      too_large: (megabytes) => `Plik jest większy niż ${megabytesOf(megabytes)}.`,
      too_many_pixels: "Zdjęcie ma ponad 50 milionów pikseli. Najpierw je zmniejsz.",
      too_long: "Zdjęcie jest ponad 8 razy dłuższe niż szersze.",
      too_detailed: "Zdjęcie ma zbyt wiele szczegółów, aby dało się je dość zmniejszyć. Wybierz inne.",
      no_picture: "Plik nie jest nieruchomym obrazem PNG, JPEG ani WebP albo jest uszkodzony.",
    },
    activity: {
      title: "Aktywność",
      lead: "Co działo się z Twoim kontem, od najnowszych zdarzeń.",
      none: "Jeszcze nic się nie wydarzyło.",
      earlier: "Wcześniejsze",
      newest: "Najnowsze",
      notYou: "Jeśli czegoś nie rozpoznajesz:",
      removedClient: (id) => `${id} (już niezarejestrowana)`,
      events: {
        "access.removed": ({ by, client }) =>
          `Dostęp ${client === null ? "wszystkich aplikacji i urządzeń" : ofApplication(client)} zakończony ${whom(by)}`,
        "code.replayed": ({ client }) =>
          `Kod logowania ${ofApplication(client)} użyty dwa razy, jak zrobiłby to złodziej. Dostęp zakończono`,
        "consent.given": ({ client }) => `Dostęp ${ofApplication(client)} przyznany przez Ciebie`,
        "backchannel.approved": ({ client }) =>
          `Zgoda na to, o co prosiła aplikacja: ${client ?? "nieznana"}`,
        "backchannel.asked": ({ count }) =>
          plural(count, {
            one: "Aplikacja poprosiła o Twoją zgodę",
            few: `Aplikacje poprosiły o Twoją zgodę ${count} razy`,
            many: `Aplikacje poprosiły o Twoją zgodę ${count} razy`,
            other: `Aplikacje poprosiły o Twoją zgodę ${count} razu`,
          }),
        "backchannel.denied": ({ client, reason }) =>
          reason === "not_started"
            ? `Zgłoszenie niespodziewanej prośby aplikacji: ${client ?? "nieznana"}`
            : `Odmowa tego, o co prosiła aplikacja: ${client ?? "nieznana"}`,
        "device.approved": ({ client }) => `Urządzenie połączone przez Ciebie: ${client ?? "nieznane"}`,
        "grant.revoked": ({ by, client }) =>
          by === "other"
            ? `Jeden z dostępów ${ofApplication(client)} zakończony przez nią samą`
            : `Jeden z dostępów ${ofApplication(client)} zakończony ${whom(by)}`,
        "group.joined": ({ group }) => `Należysz teraz do grupy ${group}`,
        "group.left": ({ group }) => `Nie należysz już do grupy ${group}`,
        "email.changed": ({ by }) =>
          by === "you"
            ? "Adres e-mail zmieniony przez Ciebie"
            : "Twój adres e-mail zmieniony przez operatora",
        "email.verified": () => "Twój adres e-mail został potwierdzony",
        "passkey.added": () => "Klucz dostępu dodany przez Ciebie",
        "passkey.removed": ({ by }) =>
          by === "you"
            ? "Klucz dostępu usunięty przez Ciebie"
            : "Twój klucz dostępu usunięty przez operatora",
        "password.removed": ({ by }) =>
          by === "you" ? "Hasło usunięte przez Ciebie" : "Twoje hasło usunięte przez operatora",
        "reset.done": () => "Ustawiono nowe hasło za pomocą linku z wiadomości",
        "sign_in_link.created": () => "Operator utworzył link do zalogowania Cię",
        "sign_in_link.used": () => "Zalogowano Cię linkiem od operatora",
        "password.changed": ({ by }) =>
          by === "you" ? "Hasło zmienione przez Ciebie" : "Nowe hasło ustawione dla Ciebie przez operatora",
        "person.changed": ({ by }) => `Twoje informacje zmienione ${whom(by)}`,
        "person.created": () => "Utworzono Twoje konto",
        "person.disabled": () => "Wyłączono Twoje konto",
        "person.enabled": () => "Ponownie włączono Twoje konto",
        "person.unlocked": () => "Operator pozwolił Ci znów próbować haseł",
        "recovery_code.used": () => "Zalogowano się kodem odzyskiwania",
        "recovery_codes.renewed": () => "Utworzono dla Ciebie nowe kody odzyskiwania",
        "second_factor.added": () => "Drugi składnik skonfigurowany przez Ciebie",
        "second_factor.removed": ({ by }) => `Drugi składnik usunięty ${whom(by)}`,
        "sign_in.approved": () => "Logowanie na innym urządzeniu zatwierdzone przez Ciebie",
        "sign_in.denied": () => "Logowanie na innym urządzeniu odrzucone przez Ciebie",
        "refresh_token.replayed": ({ client }) =>
          `Klucz ${ofApplication(client)} użyty dwa razy, jak zrobiłby to złodziej. Dostęp zakończono`,
        "session.ended": ({ by, reason }) =>
          reason === "surplus"
            ? "Przeglądarka wylogowana, ponieważ zalogowanych jest zbyt wiele"
            : `Przeglądarka wylogowana ${whom(by)}`,
        "session.started": () => "Zalogowano się",
        "sessions.ended": ({ by }) => `Wszystkie przeglądarki wylogowane ${whom(by)}`,
        "sign_in.limited": ({ count }) =>
          plural(count, {
            one: "Odrzucono próbę zalogowania się na Twoje konto, ponieważ prób było zbyt wiele",
            few: `Odrzucono ${count} próby zalogowania się na Twoje konto, ponieważ było ich zbyt wiele`,
            many: `Odrzucono ${count} prób zalogowania się na Twoje konto, ponieważ było ich zbyt wiele`,
            other: `Odrzucono ${count} próby zalogowania się na Twoje konto, ponieważ było ich zbyt wiele`,
          }),
        "sign_in.refused": ({ count }) =>
          plural(count, {
            one: "Nieudana próba zalogowania się na Twoje konto: błędne hasło lub kod",
            few: `${count} nieudane próby zalogowania się na Twoje konto: błędne hasła lub kody`,
            many: `${count} nieudanych prób zalogowania się na Twoje konto: błędne hasła lub kody`,
            other: `${count} nieudanej próby zalogowania się na Twoje konto: błędne hasła lub kody`,
          }),
      },
    },
    data: {
      title: "Twoje dane",
      downloadLead:
        "Plik ze wszystkim, co ten serwer o Tobie wie: Twoje informacje, zdjęcie, miejsca zalogowania, to, co ma dostęp, i to, co się wydarzyło. Nie ma w nim hasła.",
      download: "Pobierz swoje dane",
      deleteTitle: "Usuń konto",
      deleteByOperator: "Twoje konto może usunąć tylko operator tego serwera.",
      declared: "Twoje konto jest zapisane w konfiguracji tego serwera, więc może je usunąć tylko operator.",
      lastAdministrator:
        "Nikt inny nie administruje tym serwerem. Najpierw nadaj to uprawnienie innej osobie.",
      deleteLead: "Tego nie można cofnąć. Razem z kontem znikną:",
      endsAccess: "dostęp aplikacji",
      endsSessions: (count) =>
        count === 1 ? "Twoje zalogowanie w tej przeglądarce" : `Twoje zalogowania w ${count} przeglądarkach`,
      endsFacts: "Twoje informacje, zdjęcie, grupy i zapis tego, co się wydarzyło",
      staysElsewhere:
        "To, co przechowują o Tobie aplikacje, pozostanie u nich. Późniejszego konta o tej samej nazwie nie uznają za Twoje.",
      typeUsername: (username) => `Aby potwierdzić, wpisz swoją nazwę użytkownika (${username})`,
      usernameWrong: "To nie jest Twoja nazwa użytkownika.",
      delete: "Usuń konto na zawsze",
      deletedTitle: "Konto zostało usunięte",
      deleted: "Wylogowano Cię wszędzie i nic nie ma już dostępu.",
    },
    manageTitle: "Zarządzaj tym serwerem",
    manageText: "Osoby, grupy i aplikacje.",
    emailRefused: "To nie jest adres e-mail.",
    emailTaken: "Tym adresem loguje się ktoś inny.",
    sessionsTitle: "Zalogowane przeglądarki",
    sessionHere: "Ta przeglądarka",
    browserUnknown: "Nieznana przeglądarka",
    deviceUnknown: "Nieznane urządzenie",
    signedInSince: "Zalogowana od",
    lastSeen: (when) => `ostatnio aktywna ${when}`,
    from: (address) => `skąd: ${address}`,
    endSessionLabel: (since) => `Wyloguj przeglądarkę zalogowaną od ${since}`,
    endOtherSessions: "Wyloguj wszystkie inne przeglądarki",
    endAllSessions: "Wyloguj się wszędzie, także tutaj",
    signOut: "Wyloguj się",
    notices: {
      created: "Twoje konto zostało utworzone. Zalogowano Cię.",
      removed: (client) => `Aplikacja ${client} nie ma już dostępu.`,
      ended: "Ta instalacja nie ma już dostępu.",
      removed_all: "Żadna aplikacja ani urządzenie nie ma już dostępu.",
      details: "Twoje informacje zostały zapisane.",
      mails: "Zapisano wybór wiadomości.",
      new_password:
        "Nowe hasło jest ustawione. Inne przeglądarki zostały wylogowane. Jeśli urządzenie zginęło, usuń też jego klucz dostępu.",
      email_asked:
        "Twoje informacje zostały zapisane. Na nowy adres wysłaliśmy wiadomość: adres zacznie obowiązywać po otwarciu linku, który w niej jest.",
      picture: "Twoje zdjęcie zostało zapisane.",
      picture_removed:
        "Twoje zdjęcie zostało usunięte. Niektóre programy mogą je pokazywać jeszcze przez dzień.",
      session: "Ta przeglądarka została wylogowana.",
      sessions: "Wszystkie inne przeglądarki zostały wylogowane.",
      password: "Hasło zostało zmienione. Inne przeglądarki wylogowano.",
    },
  },
  setup: {
    title: "Utwórz pierwsze konto",
    lead: (name) =>
      `Witamy w serwisie ${name}. Ten link działa raz. Konto, które utworzysz, zarządza tym serwerem.`,
    usernameHint: "Tą nazwą będziesz się logować.",
    usernameMissing: "Wybierz nazwę użytkownika.",
    usernameRefused: "Nazwa użytkownika ma najwyżej 200 znaków, bez znaków sterujących.",
    usernameTaken: "Ta nazwa użytkownika jest zajęta. Wybierz inną.",
    passwordHint,
    optional: "Opcjonalnie. Widzą to tylko aplikacje, którym na to zezwolisz.",
    submit: "Utwórz konto",
    passkeyTitle: "Twój klucz dostępu",
    passkeyLead: (username) =>
      `Twoje urządzenie utworzy klucz dostępu, którym loguje się ${username}. Konto powstanie razem z nim.`,
    passwordInstead: "Użyj zamiast tego hasła",
  },
  newAccount: {
    usernameIsAddress: "Wybierz nazwę użytkownika bez @. Znak ten może mieć tylko Twój własny adres e-mail.",
    title: "Utwórz swoje konto",
    invited: (server) => `Masz zaproszenie do serwisu ${server}. Wybierz, jak chcesz się logować.`,
    confirmed: (server) =>
      `Twój adres e-mail jest potwierdzony. Wybierz, jak chcesz się logować w serwisie ${server}.`,
    signedInAs: (username) =>
      `Zalogowano jako ${username}. Po utworzeniu nowego konta ta przeglądarka będzie zalogowana na nie.`,
    emailHint: "Opcjonalnie. Wyślemy Ci wiadomość, a adres zacznie obowiązywać po potwierdzeniu.",
    withPasskey: "Kontynuuj z kluczem dostępu, bez hasła",
    emailTaken: "Istnieje już konto z tym adresem e-mail. Zaloguj się na nie.",
    limited: "Zbyt wiele prób z Twojej sieci. Poczekaj chwilę i spróbuj ponownie.",
    full: "Zbyt wiele osób prosi teraz o konto. Spróbuj ponownie za godzinę.",
    waitingTitle: "Twoje konto czeka na zatwierdzenie",
    waiting: (username, server) =>
      `Twoje konto ${username} jest utworzone. Zalogujesz się, gdy tylko administracja serwisu ${server} je zatwierdzi.`,
  },
  signUp: {
    lead: "Podaj swój adres e-mail. Wyślemy Ci link, którym utworzysz konto.",
    invitationLead: (server) => `Aby utworzyć konto w serwisie ${server}, potrzebujesz zaproszenia.`,
    accountLead: (server) => `Wybierz, jak chcesz się logować w serwisie ${server}.`,
    invitation: "Zaproszenie",
    invitationHint: "Otrzymany link. Zawiera on tlk_.",
    invitationMalformed: "To nie jest pełne zaproszenie. Skopiuj cały link.",
    domains: (domains) => `Adres w domenie ${domains}.`,
    domainRefused: (domains) => `Konto mogą tu utworzyć tylko osoby z adresem w domenie ${domains}.`,
    submit: "Kontynuuj",
    haveAccount: "Mam konto: zaloguj się",
    askedTitle: "Sprawdź pocztę",
    asked: (email) =>
      `Wysłaliśmy wiadomość na adres ${email}. Otwórz link, który w niej jest, aby przejść dalej.`,
    askedAdvice:
      "Możesz otworzyć go na innym urządzeniu. Jeśli wiadomość nie przyjdzie w ciągu kilku minut, zajrzyj do spamu i sprawdź adres.",
  },
  reset: {
    forgotTitle: "Nie pamiętasz hasła?",
    forgotLead:
      "Podaj nazwę użytkownika lub adres e-mail. Link do ustawienia nowego hasła wyślemy na adres e-mail Twojego konta.",
    nameMissing: "Podaj nazwę użytkownika lub adres e-mail.",
    ask: "Wyślij link",
    back: "Wróć do logowania",
    limited: "To już wiele próśb. Poczekaj chwilę i spróbuj ponownie.",
    askedTitle: "Sprawdź pocztę",
    asked: (name) =>
      `Jeśli istnieje konto ${name} z potwierdzonym adresem e-mail, wiadomość z linkiem jest w drodze na ten adres.`,
    askedAdvice:
      "Jeśli wiadomość nie przyjdzie w ciągu kilku minut, zajrzyj do spamu albo zwróć się do operatora tego serwera.",
    title: "Wybierz nowe hasło",
    lead: (username, server) =>
      `Do konta ${username} w serwisie ${server}. Wszystkie przeglądarki, w których jest ono zalogowane, zostaną wylogowane.`,
    submit: "Ustaw hasło i zaloguj się",
  },
  signInCode: {
    title: "Zaloguj się kodem",
    lead: "Podaj nazwę użytkownika lub adres e-mail. Kod wyślemy na adres e-mail Twojego konta.",
    ask: "Wyślij kod",
    sent: (name) =>
      `Jeśli istnieje konto ${name} z potwierdzonym adresem e-mail, wiadomość z kodem jest w drodze. Nie zamykaj tej strony.`,
    code: "Kod",
    codeHint: "Sześć cyfr.",
    submit: "Zaloguj się",
    wrong: "Ten kod jest nieprawidłowy lub zbyt stary. Po pięciu próbach potrzebny jest nowy.",
    another: "Wyślij kolejny kod",
    password: "Zaloguj się hasłem",
  },
  links: {
    signInLead: (username, server) =>
      `Ten link loguje tę przeglądarkę w serwisie ${server} jako ${username}.`,
    signInAdvice: "Działa raz. Kontynuuj tylko wtedy, gdy to Twoje konto.",
    signInSubmit: "Zaloguj się",
    verifyTitle: "Czy to Twój adres e-mail?",
    verifyLead: (email, username, server) =>
      `Konto ${username} w serwisie ${server} ma otrzymać adres ${email}.`,
    verifyAdvice:
      "Potwierdź tylko wtedy, gdy to Twoje konto. W przeciwnym razie ktoś inny mógłby działać w Twoim imieniu.",
    verifySignIn: (username) =>
      `Najpierw zaloguj się jako ${username}. Potwierdzić może tylko osoba, do której należy konto.`,
    verifySubmit: "Potwierdź adres",
    verifiedTitle: "Adres jest potwierdzony",
    verified: (email) => `${email} jest teraz adresem Twojego konta.`,
    emailTakenTitle: "Ten adres należy do innego konta",
    emailTaken: (email) => `Adres ${email} ma w międzyczasie inne konto. Nic nie zmieniono.`,
  },
  invite: {
    link: "Zaproś osoby",
    title: "Zaproś osoby",
    lead: "Zaproszenie to link, którym dana osoba sama tworzy swoje konto.",
    nameHint: "Opcjonalnie. Zaproszona osoba może to zmienić.",
    emailHint: "Opcjonalnie. Konto otrzyma ten adres.",
    emailHintWithoutMail:
      "Opcjonalnie. Konto otrzyma ten adres, niepotwierdzony: ten serwer nie wysyła poczty.",
    mailed: "Wyślij link na ten adres",
    groups: "Grupy nowego konta",
    groupsMissing: "Wybierz co najmniej jedną ze swoich grup.",
    uses: "Ile osób może go użyć",
    usesHint: "Przy więcej niż jednej pozostaw imię i nazwisko oraz adres puste.",
    usesRefused: (most) => `Wpisz liczbę od 1 do ${most}.`,
    usesOfOne: "Zaproszenie z nazwiskiem lub adresem jest dla jednej osoby.",
    days: "Ile dni ma być ważne",
    daysRefused: (most) => `Wpisz liczbę od 1 do ${most}.`,
    submit: "Utwórz zaproszenie",
    doneTitle: "Zaproszenie jest gotowe",
    goodOnce: (time) => `Działa raz. Czas ważności: ${time}.`,
    goodFor: (uses, time) => `Liczba osób, dla których działa: ${uses}. Czas ważności: ${time}.`,
    handOver:
      "Wyślij link tej osobie albo daj jej zeskanować kod. Widać go tylko teraz, a może go użyć każdy, kto go ma.",
    mailedTo: (email) => `Link jest w drodze na adres ${email}.`,
    qr: "Kod QR zaproszenia",
    another: "Utwórz kolejne",
    openTitle: "Otwarte zaproszenia",
    anyone: "Dla każdego",
    used: (used, uses) => (uses === 1 ? "Dla jednej osoby, do" : `Użyto ${used} z ${uses}, ważne do`),
    revoke: "Wycofaj",
    revokeLabel: (about) => `Wycofaj zaproszenie ${about}`,
    revoked: "Zaproszenie zostało wycofane.",
    waitingTitle: "Czekają na zatwierdzenie",
    approve: "Zatwierdź",
    approveLabel: (username) => `Zatwierdź konto ${username}`,
    approved: "Ta osoba może się już zalogować.",
  },
  newPassword: {
    too_short: (characters) => `To hasło jest za krótkie. Potrzebne minimum: ${charactersOf(characters)}.`,
    too_long: (bytes) =>
      `Hasło jest za długie; limit to ${plural(bytes, {
        one: `${bytes} bajt`,
        few: `${bytes} bajty`,
        many: `${bytes} bajtów`,
        other: `${bytes} bajta`,
      })}.`,
    own_username:
      "To Twoja nazwa użytkownika, a od niej zaczynają atakujący. Wybierz słowa, których inni z Tobą nie kojarzą.",
    own_email:
      "To Twój adres e-mail lub jego część, a od tego zaczynają atakujący. Wybierz słowa, których inni z Tobą nie kojarzą.",
    server_name:
      "To nazwa tego serwera, a atakujący szybko ją sprawdzają. Wybierz słowa, które nie mają z nią nic wspólnego.",
    run: "To powtarzający się wzór albo znaki po kolei, łatwe do odgadnięcia. Wybierz inne hasło.",
    common: "To lub podobne hasło ma wiele osób, więc od niego zaczynają atakujący. Wybierz inne.",
    breached:
      "To hasło było w wycieku danych, więc atakujący je znają. Wybierz inne i zmień je wszędzie, gdzie go jeszcze używasz.",
  },
  forms: {
    stale: "Ta strona była otwarta zbyt długo. Nic nie zmieniono. Spróbuj ponownie.",
    stalePassword: "Ta strona była otwarta zbyt długo. Nic nie zmieniono. Wpisz hasło ponownie.",
    cookieless:
      "Przeglądarka nie odesłała pliku cookie, więc nie można było przyjąć tego formularza. Zezwól tej witrynie na pliki cookie i otwórz ją pod własnym adresem serwera:",
  },
  otherAddress: {
    title: (address) => `Ten serwer działa pod adresem ${address}`,
    insecure:
      "Połączono się bez https. W ten sposób nie można się zalogować: plik cookie tego serwera jest przesyłany tylko szyfrowanymi połączeniami.",
    other_host:
      "Połączono się przez inny adres. Aplikacje kierują pod adres podany wyżej, a zalogowanie tutaj tam się nie liczy.",
    goOn: (address) => `Przejdź do ${address}`,
    stay: "Zostań tutaj",
    operators: "Dla operatora",
    operatorsText:
      "Ustawienie issuer podaje adres tego serwera. Ustaw w nim adres, który otwierają użytkownicy. Serwer proxy przed tym serwerem powinien przekazywać nagłówek Host i ustawiać X-Forwarded-Proto.",
  },
  terminal: {
    deniedTitle: "Odmówiono dostępu",
    denied: "Niczego nie udostępniono.",
    refusedTitle: "Serwer odmówił",
    noCode: "Nie przysłał kodu.",
    close: "Zamknij to okno i wróć do terminala.",
    doneTitle: "Część w przeglądarce jest gotowa",
    done: "Zamknij to okno i wróć do terminala, który pokaże wynik.",
    strayTitle: "Nic tu nie ma",
    stray: "To nie jest odpowiedź.",
  },
  leaving: {
    title: (host) => `Przejść do ${host}?`,
    text: (host) =>
      `Niezweryfikowana aplikacja chce przekierować Cię do ${host}. Niczego jej nie udostępniono. Kontynuuj tylko wtedy, gdy przechodzisz właśnie stamtąd i ufasz tej witrynie.`,
    goOn: (host) => `Przejdź do ${host}`,
    posting: "Trwa przekierowanie. Jeśli nic się nie dzieje, naciśnij przycisk.",
  },
  errors: {
    developers: "Dla programistów",
    code: "Błąd",
    description: "Opis",
    learnMore: "Co to znaczy i jak to naprawić",
    request: "Prosząc o pomoc, podaj to żądanie:",
    home: "Przejdź do strony głównej",
    again: "Spróbuj ponownie",
    account: "Przejdź do swojego konta",
    applicationWay: (host) => `Wróć do ${host}`,
    sent: "Wysłano",
    sentNone: "Nie wysłano",
    registered: "W rejestrze",
    registeredNone: "Brak",
    registeredHidden: "Nie pokazujemy tego tutaj. Operator zobaczy to poleceniem",
    form_expired: {
      title: "Tego formularza nie można już użyć",
      text: "Był otwarty zbyt długo albo przeglądarka nie przesłała pliku cookie tej witryny. Nic nie zmieniono. Jeśli ponowna próba nie pomoże, sprawdź, czy przeglądarka przechowuje pliki cookie tej witryny.",
    },
    form_foreign: {
      title: "Ten formularz nie pochodzi z naszej strony",
      text: "Inna witryna próbowała wysłać tu formularz w Twoim imieniu. Nic nie zmieniono.",
    },
    form_answered: {
      title: "Na to pytanie już odpowiedziano",
      text: "Liczy się pierwsza odpowiedź. Aby ją zmienić, wróć do aplikacji i zacznij od nowa.",
    },
    sign_in_over: {
      title: "To logowanie straciło ważność",
      text: "Działa tylko raz i przez krótki czas. Wróć do aplikacji i zacznij od nowa.",
    },
    setup_link: {
      title: "Ten link już nie działa",
      text: "Został użyty, zastąpiony nowszym albo wygasł. Jeśli pierwsze konto jeszcze nie istnieje, uruchom serwer ponownie, aby uzyskać nowy link.",
    },
    link_unknown: {
      title: "Ten link nie działa",
      text: "Jest niepełny, został wycofany albo użyty. Skopiuj cały link lub poproś o nowy tam, skąd go masz.",
    },
    link_used: {
      title: "Ten link został już użyty",
      text: "Jeśli to Ty, zaloguj się. Jeśli nie, powiadom operatora tego serwera: Twój link mógł mieć ktoś inny.",
    },
    link_expired: {
      title: "Ten link jest zbyt stary",
      text: "Linki działają przez ograniczony czas. Poproś o nowy tam, skąd go masz.",
    },
    not_found: { title: "Nie ma tu strony", text: "Sprawdź adres albo zacznij od strony głównej." },
    method_not_allowed: {
      title: "Ta strona tego nie potrafi",
      text: "Otwórz ją ponownie i użyj jej przycisków.",
    },
    too_large: {
      title: "To było za duże",
      text: "Przesłano więcej, niż ten serwer przyjmuje. Nic nie zmieniono.",
    },
    malformed: {
      title: "Nie można odczytać tego żądania",
      text: "Nic nie zmieniono. Otwórz stronę ponownie i powtórz czynność.",
    },
    busy: {
      title: "Chwileczkę",
      text: "Serwer otrzymuje teraz bardzo wiele żądań. Nic nie zmieniono; spróbuj ponownie za kilka sekund.",
    },
    unavailable: {
      title: "Serwer nie może teraz odpowiedzieć",
      text: "Spróbuj ponownie za kilka sekund. Jeśli trwała jakaś zmiana, najpierw sprawdź, czy jej nie wprowadzono: być może zaginęła tylko odpowiedź.",
    },
    server_error: {
      title: "Coś poszło nie tak",
      text: "To nie Twoja wina. Spróbuj ponownie; jeśli problem się utrzymuje, powiadom operatora tego serwera.",
    },
    application_unknown: {
      title: "Ten serwer nie zna tej aplikacji",
      text: "Link, który tu prowadził, wskazuje aplikację niezarejestrowaną na tym serwerze. Nie przekierowano Cię dalej i niczego nie udostępniono.",
    },
    redirect_mismatch: {
      title: "Aplikacja podała błędny adres powrotu",
      text: "Chciała skierować Cię pod adres, którego nie zarejestrowała. Dla ochrony Twojego konta zatrzymaliśmy się tutaj; niczego nie udostępniono.",
    },
    application: {
      title: "Aplikacja popełniła błąd",
      text: "Skierowała Cię tu z żądaniem, którego ten serwer nie może przyjąć. Niczego nie udostępniono. Wróć do niej i spróbuj ponownie; jeśli to się powtórzy, powiadom jej twórców.",
    },
  },
  help: {
    title: "Komunikaty o błędach",
    lead: "Błędy, które ten serwer wysyła aplikacjom, i to, co mogą z nimi zrobić programiści, według kodu błędu. Wpisy są po angielsku.",
    index: "Kody błędów",
    search: "Znajdź błąd",
    searchHint: "Kod lub angielskie słowa z komunikatu: invalid_grant, redirect, PKCE.",
    submit: "Szukaj",
    found: (count) =>
      plural(count, {
        none: "Żaden wpis nie zawiera wszystkich tych słów.",
        one: "Te słowa zawiera jeden wpis.",
        few: `Te słowa zawierają ${count} wpisy.`,
        many: `Te słowa zawiera ${count} wpisów.`,
        other: `Te słowa zawiera ${count} wpisu.`,
      }),
    showAll: "Pokaż wszystkie wpisy",
  },
  scopes: {
    openid: "Wiedzieć, że to Ty",
    profile: "Widzieć Twoje imię i nazwisko, nazwę użytkownika i zdjęcie",
    email: "Widzieć Twój adres e-mail",
    phone: "Widzieć Twój numer telefonu",
    address: "Widzieć Twój adres pocztowy",
    groups: "Widzieć, do jakich grup należysz",
    offline_access: "Zachować dostęp po Twoim wylogowaniu",
    introspect: "Sprawdzać, czy tokeny dostępu są ważne",
    "tessera.read": "Widzieć osoby, aplikacje i ustawienia tego serwera",
    "tessera.people": "Zarządzać osobami i grupami tego serwera",
    "tessera.clients": "Zarządzać aplikacjami tego serwera",
    "tessera.admin": "Administrować tym serwerem",
  },
};
