/** The texts of the pages in Dutch, translated from the English ones. */
import type { TranslatedTexts } from "./language.ts";
import { pluralsOf } from "./plural.ts";

const plural = pluralsOf("nl");

const NAME_REFUSED = "Een naam heeft hoogstens 200 tekens, en geen onzichtbare.";
const FACT_REFUSED = "Dit heeft meer dan 500 tekens, of onzichtbare.";

export const dutch: TranslatedTexts = {
  common: {
    skip: "Naar de inhoud",
    errorHelp: "Foutmeldingen, voor ontwikkelaars",
    signedInAs: "Ingelogd als",
    notYou: "Bent u dit niet?",
    switchPerson: "Ander account gebruiken",
    username: "Gebruikersnaam",
    password: "Wachtwoord",
    name: "Naam",
    email: "E-mailadres",
    mailDelayed:
      "E-mails duren nu langer dan normaal: de mailserver neemt ze niet aan. Ze worden verstuurd zodra hij dat doet.",
    opensElsewhere: "verlaat deze site",
    unverifiedName: (client) => `${client} (niet geverifieerd)`,
  },
  foot: {
    language: "Taal",
    imprint: "Juridische informatie",
    privacy: "Privacy",
    help: "Hulp",
    translated: "Deze teksten zijn vertaald. De Engelse zijn bepalend.",
  },
  home: {
    title: (name) => name,
    lead: "Hier logt u in, en hier bepaalt u welke applicaties en apparaten uw account mogen gebruiken.",
    account: "Uw account",
    accountHint: "Bekijk wat toegang heeft en trek die in.",
    device: "Apparaat verbinden",
    deviceHint: "Typ de code die een televisie, een terminal of een ander apparaat toont.",
    developers: "Voor ontwikkelaars",
    metadata: "Metadata van deze autorisatieserver",
    errors: "Foutmeldingen en wat eraan te doen is",
  },
  signIn: {
    title: "Inloggen",
    lead: (name) => `Gebruik uw account bij ${name}.`,
    leadToClient: (name, client) => `Gebruik uw account bij ${name} om verder te gaan naar ${client}.`,
    leadToStranger: (name, client) =>
      `Gebruik uw account bij ${name} om verder te gaan naar ${client}. Deze applicatie is niet geverifieerd.`,
    leadToDevice: (name) => `Gebruik uw account bij ${name} om een apparaat te verbinden.`,
    again: (username) => `U bent ingelogd als ${username}. Log opnieuw in om verder te gaan.`,
    another: (username) =>
      `Log in met het account dat u wilt gebruiken. Tot dan bent u ingelogd als ${username}.`,
    chooseTitle: "Kies een account",
    choose: (username) => `U bent ingelogd als ${username}.`,
    continueAs: (username) => `Doorgaan als ${username}`,
    useAnother: "Ander account gebruiken",
    submit: "Inloggen",
    usernameOrEmail: "Gebruikersnaam of e-mailadres",
    wrong: (wait) =>
      `Onjuiste gebruikersnaam of onjuist wachtwoord. Na veel pogingen wordt ook het juiste wachtwoord geweigerd: wacht ${wait} en probeer het dan opnieuw.`,
    stale: "Deze pagina stond te lang open. Voer uw wachtwoord opnieuw in.",
    limited: (wait, until) =>
      `Te veel pogingen. Er is niets mis met uw account: om het te beschermen wordt tot ${until} geen wachtwoord geaccepteerd. Probeer het ${wait} opnieuw.`,
    passwordKept: {
      signed_out:
        "Uw wachtwoord is niet gewijzigd, omdat u intussen was uitgelogd. Log in om het te wijzigen.",
      same_password: "Uw wachtwoord is niet gewijzigd: het nieuwe is hetzelfde als het huidige.",
    },
    cancel: (client) => `Annuleren en terug naar ${client}`,
    withPhone: "Inloggen met uw telefoon",
    otherWay: "Op een andere manier inloggen",
    forgotten: "Wachtwoord vergeten? Vraag de beheerder van deze server om een nieuw.",
    forgottenLink: "Wachtwoord vergeten?",
    codeLink: "Inloggen met een code per e-mail",
    noAccount: "Nog geen account?",
    newAccount: "Account aanmaken",
  },
  otherDevice: {
    title: "Inloggen met uw telefoon",
    scan: "Scan deze code met de camera van een telefoon waarop u hier bent ingelogd.",
    type: "Typ het getal hieronder op de telefoon.",
    qr: "QR-code met de link voor uw telefoon",
    number: "Het getal",
    waiting: (ends) => `Wachten op uw telefoon. De code verloopt ${ends}.`,
    approvedHere: "U hebt dit op uw telefoon goedgekeurd.",
    goOn: "Doorgaan",
    ended: {
      denied: "Deze inlogpoging is op de telefoon geweigerd.",
      over: "Deze code is verlopen of al gebruikt.",
      foreign: "Deze code hoort bij een andere browser, of deze browser bewaart geen cookies.",
    },
    newCode: "Nieuwe code opvragen",
    approveTitle: "Inloggen op een ander apparaat?",
    for: "Voor",
    warningTitle: "Keur alleen goed wat u zelf bent begonnen",
    warning:
      "Keur dit alleen goed als u het andere scherm voor u hebt. Als iemand anders u deze link of een getal heeft gestuurd, wil die in uw account komen: weiger dan.",
    numberLabel: "Het getal op het andere scherm",
    numberHint: "Twee cijfers. Het andere scherm toont ze onder de code.",
    approve: "Goedkeuren",
    toAccount: "Uw account bekijken",
    faults: {
      number: "Het andere scherm toont een ander getal. Kijk nog eens. Toont het er geen, weiger dan.",
      stale: "Deze pagina stond te lang open. Geef opnieuw antwoord.",
    },
    outcomes: {
      approved: {
        title: "Goedgekeurd",
        text: "Het andere apparaat gaat binnen enkele seconden vanzelf verder. U kunt deze pagina sluiten.",
      },
      denied: {
        title: "Geweigerd",
        text: "Het andere apparaat is niet ingelogd. Bent u dit niet zelf begonnen, dan heeft iemand anders dat gedaan: uw account is veilig.",
      },
      over: {
        title: "Deze vraag staat niet meer open",
        text: "De vraag is beantwoord of verlopen. Vraag op het andere apparaat een nieuwe code op.",
      },
    },
  },
  secondStep: {
    title: "Nog één stap",
    lead: (username) => `Bevestig dat u ${username} bent.`,
    code: "Code",
    hint: "De zes cijfers die uw app nu toont, of een van uw herstelcodes.",
    submit: "Doorgaan",
    wrong:
      "Deze code klopt niet of is al gebruikt. Wacht op de volgende die uw app toont, en controleer of de klok van uw telefoon gelijkloopt.",
    limited: (wait, until) =>
      `Te veel onjuiste codes. Om uw account te beschermen wordt tot ${until} geen code geaccepteerd. Probeer het ${wait} opnieuw, of log in met een browser die u hier eerder hebt gebruikt.`,
    without: "Doorgaan zonder deze stap",
    lost: "Uw telefoon en uw herstelcodes kwijt? Vraag het de beheerder van deze server.",
    otherAccount: "Inloggen met een ander account",
  },
  passkeys: {
    use: "Passkey gebruiken",
    noScript: "Passkeys hebben JavaScript nodig, en dat staat in deze browser uit.",
    unsupported:
      "Deze browser kan hier geen passkeys gebruiken. Nodig zijn een recente browser en een adres dat met https begint.",
    browser: {
      use: {
        NotAllowedError:
          "Er is geen passkey gebruikt: u hebt geannuleerd, het duurde te lang, of dit apparaat heeft er geen voor dit account.",
        SecurityError: (address) =>
          `Passkeys van deze server werken niet op dit adres. Open ${address} en log daar in.`,
        NotSupportedError: "Dit apparaat kan geen passkey gebruiken die deze server begrijpt.",
        ConstraintError:
          "Dit apparaat kan niet om een pincode, een vingerafdruk of uw gezicht vragen, en dat moet hier.",
        InvalidStateError:
          "Deze passkey kan nu niet worden gebruikt. Probeer het opnieuw of gebruik een andere.",
        other:
          "Het is het apparaat of de wachtwoordmanager niet gelukt. Probeer het opnieuw of gebruik een andere passkey.",
      },
      add: {
        NotAllowedError: "Er is geen passkey toegevoegd: u hebt geannuleerd, of het duurde te lang.",
        SecurityError: (address) =>
          `Op dit adres kunnen geen passkeys van deze server worden gemaakt. Open ${address} en log daar in.`,
        NotSupportedError: "Dit apparaat kan geen passkey maken die deze server begrijpt.",
        ConstraintError:
          "Dit apparaat kan zo’n passkey niet maken: het heeft geen ruimte meer, of kan niet om een pincode, een vingerafdruk of uw gezicht vragen.",
        InvalidStateError: "Op dit apparaat staat al een passkey voor uw account.",
        other:
          "Het is het apparaat of de wachtwoordmanager niet gelukt een passkey te maken. Probeer het opnieuw of gebruik een ander apparaat.",
      },
    },
    refused: {
      stale: "Deze pagina stond te lang open of is al beantwoord. Gebruik uw passkey opnieuw.",
      elsewhere: (address) =>
        `De passkey is op een ander adres dan ${address} gebruikt. Open dat adres en log daar in.`,
      unknown: "Deze passkey is hier niet bekend: hij is verwijderd, of hoort bij een andere server.",
      copied:
        "Deze passkey is geweigerd, omdat hij misschien is gekopieerd: zijn teller is teruggelopen. Log op een andere manier in, verwijder hem uit uw account en vertel het de beheerder van deze server.",
      unverified:
        "Het apparaat heeft niet om een pincode, een vingerafdruk of uw gezicht gevraagd, en dat moet hier. Log eerst in met uw wachtwoord, of gebruik een andere passkey.",
      unreadable:
        "Het antwoord van de browser is onleesbaar. Probeer het opnieuw of gebruik een andere browser.",
    },
    lost: "Geen passkey bij de hand? Vraag het de beheerder van deze server.",
    title: "Passkeys",
    lead: "Met een passkey logt u in zonder wachtwoord: met de vingerafdruk, het gezicht of de pincode van uw apparaat, of met een beveiligingssleutel. Hij werkt alleen bij deze server, dus geen andere site kan hem u ontfutselen.",
    none: "U hebt nog geen passkey.",
    oneTitle: "U hebt maar één passkey",
    oneWithPassword:
      "Als u hem kwijtraakt, logt u in met uw wachtwoord. Voeg er liever nog een toe, op een ander apparaat of in een wachtwoordmanager.",
    oneAlone:
      "Als u hem kwijtraakt, kunt u niet meer inloggen. Voeg er nog een toe, op een ander apparaat of in een wachtwoordmanager.",
    kinds: { passkey: "Passkey", securityKey: "Beveiligingssleutel" },
    added: "Toegevoegd op",
    lastUsed: (when) => `laatst gebruikt: ${when}`,
    spoiled:
      "Deze passkey is hier niet meer leesbaar en logt u nergens meer in. Verwijder hem en voeg hem opnieuw toe.",
    neverUsed: "nog niet gebruikt",
    synced: "Op alle apparaten van uw wachtwoordmanager",
    single: "Op slechts één apparaat",
    needsName: "Typ uw gebruikersnaam voordat u hem gebruikt",
    add: "Passkey toevoegen",
    addLead: "Uw browser vraagt waar u hem wilt bewaren.",
    rename: "Naam wijzigen",
    renameLabel: (name) => `Naam van ${name} wijzigen`,
    name: "Naam van de passkey",
    nameRefused: (characters) => `Een naam heeft 1 tot ${characters} tekens, en geen onzichtbare.`,
    save: "Opslaan",
    remove: "Verwijderen",
    removeLabel: (name) => `De passkey ${name} verwijderen`,
    removeHint:
      "Een apparaat kwijt? Verwijder de passkey ervan, en log de browser ervan uit op de pagina van uw account: een passkey verwijderen logt geen browser uit.",
    recentTitle: "Log opnieuw in om iets te wijzigen",
    recent:
      "U bent een tijd geleden ingelogd. Om een passkey toe te voegen of te verwijderen, moet u laten zien dat u het bent.",
    recentAction: "Opnieuw inloggen",
    levelTitle: "Nog een stap om iets te wijzigen",
    level:
      "U hebt ingelogd zonder uw tweede factor. Gebruik die nu om een passkey toe te voegen of te verwijderen.",
    levelAction: "Doorgaan",
    lastWay: "Hij is niet verwijderd: u kunt alleen hiermee inloggen. Voeg eerst een andere passkey toe.",
    notAdded: {
      stale:
        "Er is geen passkey toegevoegd: deze pagina stond te lang open of is al beantwoord. Probeer het opnieuw.",
      elsewhere: (address) =>
        `Er is geen passkey toegevoegd: uw browser was op een ander adres dan ${address}. Open dat adres en log daar in.`,
      unreadable:
        "Er is geen passkey toegevoegd: het antwoord van de browser is onleesbaar. Probeer het opnieuw of gebruik een andere browser.",
      refused:
        "Er is geen passkey toegevoegd: het antwoord van het apparaat klopt niet. Probeer het opnieuw of gebruik een ander apparaat.",
      known: "Er is geen passkey toegevoegd: deze is hier al geregistreerd.",
      too_many:
        "Er is geen passkey toegevoegd: een account heeft er hoogstens 50. Verwijder er een die u niet gebruikt.",
    },
    passwordTitle: "Zonder wachtwoord verder",
    passwordLead:
      "Een wachtwoord dat u niet hebt, kan niet worden gestolen. U logt dan alleen nog in met uw passkeys. De beheerder van deze server kan u weer een wachtwoord geven.",
    passwordRemove: "Mijn wachtwoord verwijderen",
    passwordKept: {
      last_way: "Uw wachtwoord blijft: zonder zou u niet kunnen inloggen. Voeg eerst een passkey toe.",
    },
    instead: "In plaats daarvan een passkey toevoegen",
    state: (count) => plural(count, { none: "Geen", one: "1 passkey", other: `${count} passkeys` }),
    notices: {
      added: "Uw passkey is toegevoegd. Log er de volgende keer mee in.",
      renamed: "De naam is opgeslagen.",
      removed: "De passkey is verwijderd. Niemand kan er nog mee inloggen.",
      password_removed: "Uw wachtwoord is verwijderd. U logt nu in met uw passkeys.",
    },
  },
  secondFactor: {
    title: "Tweede factor",
    leads: {
      wanted:
        "Met een tweede factor opent uw wachtwoord alleen niets: een app op uw telefoon toont een code die u typt als u inlogt.",
      demanded:
        "Om verder te gaan hebt u een tweede factor nodig: een app op uw telefoon die een code toont, die u typt als u inlogt. Dit duurt twee minuten en hoeft maar één keer.",
      replaces: "Stel de nieuwe app in. De oude werkt totdat de nieuwe is bevestigd.",
    },
    setUpTitle: "Tweede factor instellen",
    getApp:
      "Open op uw telefoon een app voor eenmalige codes. Veel wachtwoordmanagers kunnen dat; installeer er anders een, zoals Aegis of 2FAS.",
    scan: "Voeg in de app een account toe en scan deze code.",
    qrLabel: "De QR-code voor uw app. Hetzelfde geheim staat eronder als tekst.",
    openHere: "Openen in een app op dit apparaat",
    typeIt: "Als u de code niet kunt scannen, typ dan dit geheim in de app:",
    firstCode: "De code die de app nu toont",
    firstCodeHint: "Zes cijfers. Ze veranderen elke 30 seconden.",
    firstCodeWrong:
      "Dit is niet de code die de app nu zou moeten tonen. Controleer of u die voor dit account hebt getypt, en of uw telefoon de klok zelf gelijkzet.",
    turnOn: "Inschakelen",
    others: "Uw andere browsers worden uitgelogd. Applicaties op uw apparaten behouden hun toegang.",
    done: {
      set_up: "Uw tweede factor staat aan.",
      renewed: "U hebt nieuwe herstelcodes. De oude werken niet meer.",
    },
    codesTitle: "Uw herstelcodes",
    codesLead:
      "Als u uw telefoon kwijtraakt, kunt u met elk van deze codes één keer inloggen, samen met uw wachtwoord. Print ze of schrijf ze op, en bewaar ze niet bij uw telefoon.",
    codesFor: (username, host) => `Herstelcodes van ${username} bij ${host},`,
    codesOnce: "U ziet ze alleen op deze pagina.",
    stored: "Ik heb ze bewaard",
    signInAgain: "Ik heb ze bewaard. Inloggen",
    isOn: "Een app toont de codes waarmee u inlogt. Ingesteld op",
    isOff: "Niet ingesteld",
    codesLeft: (count) =>
      plural(count, {
        none: "U hebt geen herstelcode meer.",
        one: "U hebt nog één herstelcode.",
        other: `U hebt nog ${count} herstelcodes.`,
      }),
    codesFew: (count) =>
      count === 0
        ? "U hebt geen herstelcode meer. Als u nu uw telefoon kwijtraakt, kunt u niet inloggen. Maak hieronder nieuwe codes."
        : "U hebt nog maar enkele herstelcodes. Maak hieronder nieuwe codes.",
    goOn: "Doorgaan",
    changeTitle: "Wijzigen",
    changeLead: "Typ een code om te laten zien dat u het bent, en kies dan wat u wilt doen.",
    code: "Code",
    codeHint: "De zes cijfers die uw app nu toont, of een van uw herstelcodes.",
    renew: "Nieuwe herstelcodes",
    replace: "Andere app gebruiken",
    remove: "Uitschakelen",
    mustStay: "De beheerder van deze server eist van u een tweede factor, dus u kunt hem niet uitschakelen.",
    removedTitle: "Uw tweede factor staat uit",
    removedLead: "De app en de herstelcodes werken hier niet meer. Verwijder het account uit de app.",
  },
  signOut: {
    title: "Uitloggen?",
    titleOf: (server) => `Uitloggen bij ${server}?`,
    asked: (client) => `${client} wil u uitloggen.`,
    lead: "Applicaties waarbij u vanuit deze browser hebt ingelogd, verliezen hun toegang. Apparaten behouden die, net als applicaties die u dat hebt toegestaan. U kunt hun toegang verwijderen op de pagina van uw account.",
    submit: "Uitloggen",
    stay: "Ingelogd blijven",
    doneTitle: "U bent uitgelogd",
    doneLead: "Deze browser is niet meer ingelogd.",
    notRegistered:
      "De applicatie wilde u doorsturen naar een adres dat er niet voor is geregistreerd, dus u blijft hier.",
    backTo: (place) => `Terug naar ${place}`,
    signIn: "Opnieuw inloggen",
    toAccount: "Terug naar uw account",
  },
  consent: {
    title: (client) => `${client} toestaan?`,
    heading: "wil uw account gebruiken",
    self: "Een applicatie op dit apparaat",
    selfHint: "Uw antwoord gaat naar een programma op dit apparaat, niet naar een website.",
    website: "Website",
    unverifiedTitle: "Deze applicatie is niet geverifieerd",
    unverified: (host) =>
      `De applicatie heeft zichzelf geregistreerd en zelf een naam gekozen. Ga alleen verder als u zelf van ${host} kwam en het vertrouwt.`,
    unverifiedDevice:
      "De applicatie heeft zichzelf geregistreerd en zelf een naam gekozen. Ga alleen verder als u die zojuist zelf op dit apparaat hebt gestart.",
    documentOf: (host) => `Gepubliceerd door ${host}`,
    unverifiedDocument: (publisher, host) =>
      `De applicatie beschrijft zichzelf op ${publisher} en heeft zelf een naam gekozen. Ga alleen verder als u zelf van ${host} kwam en het vertrouwt.`,
    unverifiedDocumentDevice: (publisher) =>
      `Elk programma op dit apparaat kan zich voordoen als deze applicatie van ${publisher}. Ga alleen verder als u die zojuist zelf hebt gestart.`,
    acknowledge: (host) => `Ik kwam zelf van ${host}`,
    acknowledgeDevice: "Ik heb de applicatie zojuist zelf gestart",
    mayTitle: "De applicatie kan dan",
    mayNothing: "Weten dat u hier een account hebt, en verder niets",
    detailYes: "Ja",
    detailNo: "Nee",
    sensitive: "Hiermee staat u veel toe:",
    forResources: (names) => `Voor ${names}:`,
    mayIdentify: "Daar bewijzen dat u hier een account hebt",
    mayNotTitle: "De applicatie kan niet",
    mayNot: ["Uw wachtwoord zien", "Uw wachtwoord wijzigen", "Anderen toegang tot uw account geven"],
    takeBack: "U kunt dit altijd weer intrekken op deze server, onder “Uw account”.",
    askedAgain: {
      stale:
        "Uw antwoord telde niet: deze pagina stond te lang open, of u hebt intussen opnieuw ingelogd. Controleer de pagina en antwoord opnieuw.",
      changed:
        "Uw antwoord telde niet: wat deze applicatie zou kunnen doen, is veranderd sinds de pagina werd geopend. Controleer de pagina en antwoord opnieuw.",
      unacknowledged:
        "Uw antwoord telde niet: om dit toe te staan, vinkt u aan dat u er zelf aan bent begonnen.",
    },
    allow: "Toestaan",
    deny: "Weigeren",
    returnsTo: (place) => `In beide gevallen keert u terug naar ${place}.`,
    returnsToApplication: "In beide gevallen keert u terug naar de applicatie.",
    terms: "Gebruiksvoorwaarden",
    policy: "Privacyverklaring",
  },
  notAllowed: {
    title: (client) => `U hebt geen toegang tot ${client}`,
    only: (username, client, groups) =>
      `U bent ingelogd als ${username}, maar ${client} is alleen voor leden van: ${groups}.`,
    denied: (username, client) =>
      `U bent ingelogd als ${username}, maar dit account mag ${client} niet gebruiken.`,
    ask: "Als u vindt dat u toegang zou moeten hebben, vraag het dan de beheerder van deze server. Er is niets gedeeld.",
  },
  device: {
    title: "Apparaat verbinden",
    lead: "Typ de code die uw apparaat toont.",
    code: "Code",
    codeHint: "Acht letters, zoals WDJB-MJHT. Hoofdletters of kleine letters, met of zonder streepje.",
    submit: "Doorgaan",
    malformed: "Dat is geen volledige code. Een code heeft acht letters en geen cijfers.",
    unknown:
      "Er wacht geen apparaat met deze code. Controleer de letters. Als ze kloppen, is de code al gebruikt of verlopen: vraag op het apparaat een nieuwe op.",
    limited: (wait) => `Te veel onjuiste codes. Probeer het ${wait} opnieuw.`,
    confirmTitle: (client) => `${client} verbinden?`,
    compare: "Toont uw apparaat deze code?",
    asks: "wil uw account gebruiken vanaf een ander apparaat",
    started: "Begonnen",
    justNow: "Zojuist",
    from: "Vanaf",
    address: (address) => `Netwerkadres ${address}`,
    thisComputer: (address) => `Deze computer (${address})`,
    agentUnknown: "Het apparaat heeft niet gezegd wat het is",
    agentUnnamed: "Een programma dat hier niet bekend is",
    agentOn: (program, system) => `${program} op ${system}`,
    agentDetails: "Wat het apparaat over zichzelf zegt",
    agentSays: "Het kan hier van alles beweren:",
    quote: (words) => `“${words}”`,
    unverified: "De applicatie heeft zichzelf geregistreerd en zelf een naam gekozen.",
    acknowledge: "Ik ben dit op mijn eigen apparaat begonnen",
    warningTitle: "Sta alleen toe wat u zelf bent begonnen",
    warning:
      "Sta dit alleen toe als u er zojuist aan bent begonnen, op een apparaat dat u voor u hebt. Als iemand anders u deze code of link heeft gestuurd, wil die in uw account komen: weiger dan.",
    allow: "Toestaan",
    deny: "Weigeren",
    approvedTitle: "Uw apparaat is verbonden",
    approved: (client) =>
      `${client} heeft nu toegang. Ga terug naar uw apparaat; het gaat binnen enkele seconden vanzelf verder.`,
    deniedTitle: "De toegang is geweigerd",
    denied: (client) => `${client} heeft geen toegang tot uw account gekregen. U kunt deze pagina sluiten.`,
    stale: "Deze pagina stond te lang open. Uw antwoord telde niet. Antwoord opnieuw.",
    stands: "U hebt al geantwoord, en uw eerste antwoord blijft gelden.",
    decidedTitle: "Deze code staat niet meer open",
    decided:
      "Hij is gebruikt, hier of op een andere pagina, of hij is verlopen. Als het apparaat nog wacht, vraag er dan een nieuwe code op.",
    another: "Nog een apparaat verbinden",
    toAccount: "Bekijken wat toegang heeft",
  },
  approvals: {
    title: "Verzoeken om uw goedkeuring",
    lead: "Applicaties vragen u hier om goedkeuring voor wat u elders met ze doet, bijvoorbeeld in een telefoongesprek of bij een kassa. Er gebeurt niets totdat u antwoordt.",
    none: "Er wacht geen applicatie op uw antwoord.",
    again: "Opnieuw kijken",
    looks: "Deze pagina kijkt tien minuten lang vanzelf opnieuw.",
    look: "Bekijken en antwoorden",
    waiting: (count) =>
      plural(count, {
        one: "Een applicatie vraagt uw goedkeuring",
        other: `${count} verzoeken wachten op uw goedkeuring`,
      }),
    ends: (when) => `eindigt ${when}`,
    confirmTitle: (client) => `Goedkeuren wat ${client} vraagt?`,
    asks: "vraagt uw goedkeuring",
    says: "De applicatie zegt",
    compare: "Dit zijn haar eigen woorden. Keur alleen goed als u daar dezelfde woorden ziet of hoort.",
    silent: "De applicatie heeft geen woorden gestuurd die u kunt vergelijken.",
    asked: "Gevraagd",
    counts: "Eindigt",
    server: "Van haar server",
    warningTitle: "Keur alleen goed wat u zelf aan het doen bent",
    warning:
      "Keur dit alleen goed als u nu met deze applicatie te maken hebt, bijvoorbeeld in een telefoongesprek of bij een kassa. Als u het niet verwacht, of als er steeds verzoeken komen, wil misschien iemand anders in uw account komen: weiger dan.",
    acknowledge: "Ik heb nu met deze applicatie te maken",
    approve: "Goedkeuren",
    refuse: "Weigeren",
    step: "Als u goedkeurt, volgt eerst nog een stap van het inloggen.",
    report: "Dit heb ik niet gevraagd",
    reportHint: "Hiermee weigert u, en de applicatie kan u een dag lang niet meer vragen.",
    toList: "Alle verzoeken",
    outcomes: {
      approved: {
        title: "Goedgekeurd",
        text: (client) => `${client} heeft nu de gevraagde toegang. U kunt deze pagina sluiten.`,
      },
      denied: {
        title: "Geweigerd",
        text: (client) => `${client} heeft geen toegang tot uw account gekregen. U kunt deze pagina sluiten.`,
      },
      reported: {
        title: "Geweigerd en gemeld",
        text: (client) =>
          `${client} heeft geen toegang tot uw account gekregen en kan u een dag lang niet meer vragen. De beheerder van deze server kan zien dat u het niet verwachtte.`,
      },
      over: {
        title: "Dit verzoek staat niet meer open",
        text: (client) =>
          `Het is niet op tijd beantwoord, of ${client} mag niet meer vragen. Als u het nog wilt, laat de applicatie dan opnieuw vragen.`,
      },
    },
    unknown: {
      title: "Er is geen zo’n verzoek voor u",
      text: "Misschien is het voor een ander account, of is het al lang voorbij.",
    },
  },
  account: {
    title: "Uw account",
    sectionsLabel: "Onderdelen van uw account",
    sections: {
      overview: "Overzicht",
      security: "Beveiliging",
      details: "Profiel",
      activity: "Activiteit",
      data: "Gegevens",
    },
    securityTitle: "Beveiliging",
    mails: {
      title: "E-mails aan u",
      lead: (address) =>
        `E-mails over de beveiliging van uw account gaan naar ${address}. U kunt ze niet uitzetten.`,
      optional: {
        new_device: "Ook als ik met een nieuwe browser inlog",
        backchannel_asked: "Ook als een applicatie om mijn goedkeuring vraagt",
      },
    },
    waysTitle: "Manieren om in te loggen",
    ways: {
      password: "Wachtwoord",
      passwordSet: "Ingesteld",
      passwordNone: "Geen. De beheerder van deze server kan er een instellen.",
    },
    accessTitle: "Applicaties en apparaten met toegang",
    accessLead: "Ze mogen uw account gebruiken totdat u ze verwijdert.",
    accessNone: "Geen applicatie of apparaat heeft toegang tot uw account.",
    viaApplication: "Applicatie",
    viaAssertion: "Via uw organisatie",
    viaApproval: "Goedgekeurd op verzoek",
    viaDevice: "Apparaat",
    since: "sinds",
    installations: (count) => plural(count, { one: "Eén installatie", other: `${count} installaties` }),
    usedWithin: (days) =>
      plural(days, {
        one: "Gebruikt in de afgelopen 24 uur",
        other: `Gebruikt in de afgelopen ${days} dagen`,
      }),
    notUsedYet: "Nog niet gebruikt",
    end: "Beëindigen",
    endLabel: (client, since) => `De toegang van ${client} sinds ${since} beëindigen`,
    mayNothing: "Weet dat u hier een account hebt",
    notVerified: "Niet geverifieerd",
    unverified: "De applicatie heeft zichzelf geregistreerd en zelf een naam gekozen.",
    unknownClient: "Een applicatie die niet meer is geregistreerd",
    remembered: "U wordt niet opnieuw gevraagd als de applicatie deze toegang nodig heeft.",
    rememberedOnly: "De applicatie heeft nu geen toegang, maar kan die weer krijgen zonder het u te vragen.",
    remove: "Verwijderen",
    removeAll: "Alle verwijderen",
    removeEverything: "Alle toegang van alle applicaties en apparaten verwijderen",
    removeAllLabel: (client) => `Alle verwijderen: alle toegang van ${client}`,
    removeLabel: (client) => `De toegang van ${client} verwijderen`,
    passwordLead: "Alle andere browsers worden uitgelogd.",
    currentPassword: "Huidig wachtwoord",
    newPassword: "Nieuw wachtwoord",
    passwordHint: (characters) =>
      `Minstens ${characters} tekens. Langer is beter: vier woorden die niet bij elkaar horen.`,
    changePassword: "Wachtwoord wijzigen",
    currentWrong: "Dat is niet uw huidige wachtwoord.",
    passwordSame: "Het nieuwe wachtwoord is hetzelfde als het huidige.",
    appsTitle: "Uw applicaties",
    appsAll: (count) => `Alle ${count} applicaties`,
    alsoEnd: "Ook toegang beëindigen",
    alsoEndHint:
      "Applicaties en apparaten hebben uw wachtwoord nooit gekend en behouden hun toegang. Als iemand anders uw wachtwoord misschien kent, beëindig de toegang dan voor allemaal: u logt er opnieuw in.",
    endAllAccess: "Alle applicaties en apparaten",
    detailsTitle: "Uw profiel",
    detailsLead: "Alleen applicaties die u dat toestaat, krijgen het te zien.",
    detailsTooLong: "Dit profiel is bij elkaar te lang. Er is niets gewijzigd.",
    save: "Opslaan",
    notSaid: "Niet opgegeven",
    usernameLabel: "Gebruikersnaam",
    emailLabel: "E-mailadres",
    groupsLabel: "Groepen",
    givenTitle: "Bepaald door de beheerder van deze server",
    facts: {
      name: { label: "Naam", hint: "", refused: NAME_REFUSED },
      given_name: { label: "Voornaam", hint: "", refused: NAME_REFUSED },
      family_name: { label: "Achternaam", hint: "", refused: NAME_REFUSED },
      middle_name: { label: "Tweede voornaam", hint: "", refused: NAME_REFUSED },
      nickname: { label: "Bijnaam", hint: "", refused: NAME_REFUSED },
      profile: {
        label: "Pagina over u",
        hint: "",
        refused: "Dit is geen webadres, zoals https://example.org/ada.",
      },
      website: {
        label: "Uw website",
        hint: "",
        refused: "Dit is geen webadres, zoals https://example.org.",
      },
      gender: { label: "Geslacht", hint: "", refused: "Dit heeft meer dan 200 tekens, of onzichtbare." },
      birthdate: {
        label: "Geboortedatum",
        hint: "Jaar, maand en dag: 1985-12-10. Zonder het jaar: 0000-12-10.",
        refused: "Dit is geen dag, zoals 1985-12-10.",
      },
      zoneinfo: {
        label: "Tijdzone",
        hint: "De tijden op deze pagina’s volgen die.",
        refused: "Dit is geen tijdzone.",
      },
      locale: {
        label: "Taal",
        hint: "Deze pagina’s volgen die zodra u bent ingelogd.",
        refused: "Dit is geen taal.",
      },
      phone_number: {
        label: "Telefoonnummer",
        hint: "Met het landnummer: +43 660 1234567.",
        refused: "Dit is geen telefoonnummer met landnummer, zoals +43 660 1234567.",
      },
      street_address: { label: "Straat en huisnummer", hint: "", refused: FACT_REFUSED },
      postal_code: { label: "Postcode", hint: "", refused: FACT_REFUSED },
      locality: { label: "Plaats", hint: "", refused: FACT_REFUSED },
      region: { label: "Provincie of staat", hint: "", refused: FACT_REFUSED },
      country: { label: "Land", hint: "", refused: FACT_REFUSED },
    },
    pictureTitle: "Foto",
    pictureAlt: "Uw foto",
    pictureFile: "Een foto van u",
    pictureHint: (megabytes) =>
      `PNG, JPEG of WebP, hoogstens ${megabytes.toLocaleString("nl")} MB. Het midden ervan blijft, zonder de plaats en de camera die het bestand kan noemen. Iedereen die het adres kent, kan de foto zien.`,
    pictureSave: "Deze foto gebruiken",
    pictureRemove: "Foto verwijderen",
    pictureFaults: {
      none: "Kies eerst een bestand.",
      too_large: (megabytes) => `Het bestand is groter dan ${megabytes.toLocaleString("nl")} MB.`,
      too_many_pixels: "De foto heeft meer dan 50 miljoen pixels. Maak hem eerst kleiner.",
      too_long: "De foto is meer dan 8 keer zo lang als breed.",
      too_detailed: "De foto heeft te veel details om klein genoeg te worden. Neem een andere.",
      no_picture: "Het bestand is geen stilstaande foto in PNG, JPEG of WebP, of het is beschadigd.",
    },
    activity: {
      title: "Activiteit",
      lead: "Wat er met uw account is gebeurd, het nieuwste eerst.",
      none: "Er is nog niets gebeurd.",
      earlier: "Eerder",
      newest: "Het nieuwste",
      notYou: "Als u iets niet herkent:",
      removedClient: (id) => `${id} (niet meer geregistreerd)`,
      events: {
        "access.removed": ({ by, client }) =>
          `${by === "you" ? "U hebt" : "De beheerder heeft"} de toegang van ${client ?? "alle applicaties en apparaten"} beëindigd`,
        "code.replayed": ({ client }) =>
          `Een inlogcode van ${client ?? "een applicatie"} is twee keer gebruikt, zoals een dief zou doen. De toegang is beëindigd`,
        "consent.given": ({ client }) => `U hebt ${client ?? "een applicatie"} toegang gegeven`,
        "backchannel.approved": ({ client }) => `U hebt goedgekeurd wat ${client ?? "een applicatie"} vroeg`,
        "backchannel.asked": ({ count }) =>
          plural(count, {
            one: "Een applicatie heeft uw goedkeuring gevraagd",
            other: `Applicaties hebben ${count} keer uw goedkeuring gevraagd`,
          }),
        "backchannel.denied": ({ client, reason }) =>
          reason === "not_started"
            ? `U hebt een verzoek van ${client ?? "een applicatie"} gemeld dat u niet verwachtte`
            : `U hebt geweigerd wat ${client ?? "een applicatie"} vroeg`,
        "device.approved": ({ client }) => `U hebt een apparaat verbonden: ${client ?? "onbekend"}`,
        "grant.revoked": ({ by, client }) =>
          by === "other"
            ? `${client ?? "Een applicatie"} heeft een eigen toegang beëindigd`
            : `${by === "you" ? "U hebt" : "De beheerder heeft"} één toegang van ${client ?? "een applicatie"} beëindigd`,
        "group.joined": ({ group }) => `U zit nu in de groep ${group}`,
        "group.left": ({ group }) => `U zit niet meer in de groep ${group}`,
        "email.changed": ({ by }) =>
          by === "you" ? "U hebt uw e-mailadres gewijzigd" : "De beheerder heeft uw e-mailadres gewijzigd",
        "email.verified": () => "Uw e-mailadres is bevestigd",
        "passkey.added": () => "U hebt een passkey toegevoegd",
        "passkey.removed": ({ by }) =>
          by === "you" ? "U hebt een passkey verwijderd" : "De beheerder heeft een passkey van u verwijderd",
        "password.removed": ({ by }) =>
          by === "you" ? "U hebt uw wachtwoord verwijderd" : "De beheerder heeft uw wachtwoord verwijderd",
        "reset.done": () => "Er is een nieuw wachtwoord ingesteld via een link in een e-mail",
        "sign_in_link.created": () => "De beheerder heeft een link gemaakt waarmee u wordt ingelogd",
        "sign_in_link.used": () => "Een link van de beheerder heeft u ingelogd",
        "password.changed": ({ by }) =>
          by === "you"
            ? "U hebt uw wachtwoord gewijzigd"
            : "De beheerder heeft een nieuw wachtwoord voor u ingesteld",
        "person.changed": ({ by }) =>
          by === "you" ? "U hebt uw profiel gewijzigd" : "De beheerder heeft uw profiel gewijzigd",
        "person.created": () => "Uw account is aangemaakt",
        "person.disabled": () => "Uw account is uitgeschakeld",
        "person.enabled": () => "Uw account is weer ingeschakeld",
        "person.unlocked": () => "De beheerder laat u weer wachtwoorden proberen",
        "recovery_code.used": () => "U hebt ingelogd met een herstelcode",
        "recovery_codes.renewed": () => "U hebt nieuwe herstelcodes gekregen",
        "second_factor.added": () => "U hebt een tweede factor ingesteld",
        "second_factor.removed": ({ by }) =>
          by === "you"
            ? "U hebt uw tweede factor verwijderd"
            : "De beheerder heeft uw tweede factor verwijderd",
        "sign_in.approved": () => "U hebt inloggen op een ander apparaat goedgekeurd",
        "sign_in.denied": () => "U hebt inloggen op een ander apparaat geweigerd",
        "refresh_token.replayed": ({ client }) =>
          `Een sleutel van ${client ?? "een applicatie"} is twee keer gebruikt, zoals een dief zou doen. De toegang is beëindigd`,
        "session.ended": ({ by, reason }) =>
          reason === "surplus"
            ? "Een browser is uitgelogd, omdat u in te veel browsers bent ingelogd"
            : by === "you"
              ? "U hebt een browser uitgelogd"
              : "De beheerder heeft een browser van u uitgelogd",
        "session.started": () => "U hebt ingelogd",
        "sessions.ended": ({ by }) =>
          by === "you" ? "U hebt overal uitgelogd" : "De beheerder heeft u overal uitgelogd",
        "sign_in.limited": ({ count }) =>
          plural(count, {
            one: "Een poging om als u in te loggen is geweigerd, omdat het er te veel waren",
            other: `${count} pogingen om als u in te loggen zijn geweigerd, omdat het er te veel waren`,
          }),
        "sign_in.refused": ({ count }) =>
          plural(count, {
            one: "Een poging om als u in te loggen is mislukt: onjuist wachtwoord of onjuiste code",
            other: `${count} pogingen om als u in te loggen zijn mislukt: onjuiste wachtwoorden of codes`,
          }),
      },
    },
    data: {
      title: "Uw gegevens",
      downloadLead:
        "Een bestand met alles wat deze server over u weet: uw profiel, uw foto, waar u bent ingelogd, wat toegang heeft en wat er is gebeurd. Er staat geen wachtwoord in.",
      download: "Uw gegevens downloaden",
      deleteTitle: "Uw account verwijderen",
      deleteByOperator: "Alleen de beheerder van deze server kan uw account verwijderen.",
      declared:
        "Uw account staat in de configuratie van deze server, dus alleen de beheerder kan het verwijderen.",
      lastAdministrator:
        "U bent de laatste administrator van deze server. Maak eerst iemand anders administrator.",
      deleteLead: "Dit kan niet ongedaan worden gemaakt. Met het account eindigen:",
      endsAccess: "de toegang van",
      endsSessions: (count) =>
        plural(count, { one: "uw sessie in deze browser", other: `uw sessies in ${count} browsers` }),
      endsFacts: "uw profiel, uw foto, uw groepen en het overzicht van wat er is gebeurd",
      staysElsewhere:
        "Wat applicaties van u bewaren, blijft daar. Een later account met dezelfde naam herkennen ze niet als u.",
      typeUsername: (username) => `Typ uw gebruikersnaam (${username}) om dit te bevestigen`,
      usernameWrong: "Dat is niet uw gebruikersnaam.",
      delete: "Account definitief verwijderen",
      deletedTitle: "Uw account is verwijderd",
      deleted: "U bent overal uitgelogd, en niets heeft nog toegang.",
    },
    manageTitle: "Deze server beheren",
    manageText: "Personen, groepen en apps.",
    emailRefused: "Dit is geen e-mailadres.",
    emailTaken: "Iemand anders logt met dit adres in.",
    sessionsTitle: "Waar u bent ingelogd",
    sessionHere: "Deze browser",
    browserUnknown: "Onbekende browser",
    deviceUnknown: "Onbekend apparaat",
    signedInSince: "Ingelogd sinds",
    lastSeen: (when) => `laatst actief: ${when}`,
    from: (address) => `vanaf ${address}`,
    endSessionLabel: (since) => `De browser uitloggen die sinds ${since} is ingelogd`,
    endOtherSessions: "Alle andere browsers uitloggen",
    endAllSessions: "Overal uitloggen, ook hier",
    signOut: "Uitloggen",
    notices: {
      created: "Uw account is aangemaakt. U bent ingelogd.",
      removed: (client) => `${client} heeft geen toegang meer.`,
      ended: "Die installatie heeft geen toegang meer.",
      removed_all: "Geen applicatie en geen apparaat heeft nog toegang.",
      details: "Uw profiel is opgeslagen.",
      mails: "Uw keuze van e-mails is opgeslagen.",
      new_password:
        "Uw nieuwe wachtwoord is ingesteld. Andere browsers zijn uitgelogd. Bent u een apparaat kwijt, verwijder dan ook de passkey ervan.",
      email_asked:
        "Uw profiel is opgeslagen. We hebben een e-mail naar het nieuwe adres gestuurd: het telt zodra u de link daarin hebt geopend.",
      picture: "Uw foto is opgeslagen.",
      picture_removed: "Uw foto is verwijderd. Sommige programma’s tonen hem misschien nog een dag.",
      session: "Die browser is uitgelogd.",
      sessions: "Alle andere browsers zijn uitgelogd.",
      password: "Uw wachtwoord is gewijzigd. Andere browsers zijn uitgelogd.",
    },
  },
  setup: {
    title: "Maak het eerste account aan",
    lead: (name) =>
      `Welkom bij ${name}. Deze link werkt één keer. Het account dat u aanmaakt, beheert deze server.`,
    usernameHint: "Met deze naam logt u in.",
    usernameMissing: "Kies een gebruikersnaam.",
    usernameRefused: "Een gebruikersnaam heeft hoogstens 200 tekens, en geen besturingstekens.",
    usernameTaken: "Deze gebruikersnaam is bezet. Kies een andere.",
    passwordHint: (characters) =>
      `Minstens ${characters} tekens. Langer is beter: vier woorden die niet bij elkaar horen.`,
    optional: "Optioneel. Alleen applicaties die u dat toestaat, krijgen het te zien.",
    submit: "Account aanmaken",
    passkeyTitle: "Uw passkey",
    passkeyLead: (username) =>
      `Uw apparaat maakt de passkey waarmee ${username} inlogt. Het account wordt samen met de passkey aangemaakt.`,
    passwordInstead: "In plaats daarvan een wachtwoord gebruiken",
  },
  newAccount: {
    usernameIsAddress: "Kies een gebruikersnaam zonder @. Alleen uw eigen e-mailadres mag er een hebben.",
    title: "Maak uw account aan",
    invited: (server) => `U bent uitgenodigd voor ${server}. Kies hoe u wilt inloggen.`,
    confirmed: (server) => `Uw e-mailadres is bevestigd. Kies hoe u bij ${server} wilt inloggen.`,
    signedInAs: (username) =>
      `U bent ingelogd als ${username}. Als het nieuwe account is aangemaakt, is deze browser daarmee ingelogd.`,
    emailHint: "Optioneel. We sturen u een e-mail, en het adres telt zodra u het hebt bevestigd.",
    withPasskey: "Doorgaan met een passkey, zonder wachtwoord",
    emailTaken: "Er is al een account met dit e-mailadres. Log daarmee in.",
    limited: "Te veel pogingen vanaf uw netwerk. Wacht een tijdje en probeer het dan opnieuw.",
    full: "Op dit moment vragen te veel mensen een account aan. Probeer het over een uur opnieuw.",
    waitingTitle: "Uw account wacht op goedkeuring",
    waiting: (username, server) =>
      `Uw account ${username} is aangemaakt. U kunt inloggen zodra een administrator van ${server} u heeft toegelaten.`,
  },
  signUp: {
    lead: "Voer uw e-mailadres in. We sturen u een link waarmee u uw account aanmaakt.",
    invitationLead: (server) => `Om bij ${server} een account aan te maken, hebt u een uitnodiging nodig.`,
    accountLead: (server) => `Kies hoe u bij ${server} wilt inloggen.`,
    invitation: "Uitnodiging",
    invitationHint: "De link die u is gestuurd. Hij bevat tlk_.",
    invitationMalformed: "Dit is geen volledige uitnodiging. Kopieer de hele link.",
    domains: (domains) => `Een adres bij ${domains}.`,
    domainRefused: (domains) =>
      `Alleen mensen met een adres bij ${domains} kunnen hier een account aanmaken.`,
    submit: "Doorgaan",
    haveAccount: "Ik heb een account: inloggen",
    askedTitle: "Kijk in uw e-mail",
    asked: (email) => `We hebben een e-mail naar ${email} gestuurd. Open de link daarin om verder te gaan.`,
    askedAdvice:
      "U mag hem op een ander apparaat openen. Als er binnen enkele minuten geen e-mail komt, kijk dan bij de ongewenste e-mail en controleer het adres.",
  },
  reset: {
    forgotTitle: "Wachtwoord vergeten?",
    forgotLead:
      "Voer uw gebruikersnaam of e-mailadres in. We sturen een link voor een nieuw wachtwoord naar het e-mailadres van uw account.",
    nameMissing: "Voer uw gebruikersnaam of e-mailadres in.",
    ask: "Link versturen",
    back: "Terug naar inloggen",
    limited: "U hebt hier vaak om gevraagd. Wacht een tijdje en probeer het dan opnieuw.",
    askedTitle: "Kijk in uw e-mail",
    asked: (name) =>
      `Als er een account ${name} met een bevestigd e-mailadres is, is er een e-mail met een link onderweg naar dat adres.`,
    askedAdvice:
      "Als er binnen enkele minuten geen e-mail komt, kijk dan bij de ongewenste e-mail, of vraag het de beheerder van deze server.",
    title: "Kies een nieuw wachtwoord",
    lead: (username, server) =>
      `Voor het account ${username} bij ${server}. Alle browsers die ermee zijn ingelogd, worden uitgelogd.`,
    submit: "Instellen en inloggen",
  },
  signInCode: {
    title: "Inloggen met een code",
    lead: "Voer uw gebruikersnaam of e-mailadres in. We sturen een code naar het e-mailadres van uw account.",
    ask: "Code versturen",
    sent: (name) =>
      `Als er een account ${name} met een bevestigd e-mailadres is, is er een e-mail met een code onderweg. Laat deze pagina open.`,
    code: "Code",
    codeHint: "Zes cijfers.",
    submit: "Inloggen",
    wrong: "Deze code klopt niet of is te oud. Na vijf pogingen is een nieuwe nodig.",
    another: "Nog een code versturen",
    password: "Inloggen met het wachtwoord",
  },
  links: {
    signInLead: (username, server) => `Deze link logt deze browser bij ${server} in als ${username}.`,
    signInAdvice: "Hij werkt één keer. Ga alleen verder als dit uw account is.",
    signInSubmit: "Inloggen",
    verifyTitle: "Is dit uw e-mailadres?",
    verifyLead: (email, username, server) =>
      `Het account ${username} bij ${server} moet het adres ${email} krijgen.`,
    verifyAdvice:
      "Bevestig alleen als dit uw account is. Anders zou iemand anders in uw naam kunnen handelen.",
    verifySignIn: (username) =>
      `Log eerst in als ${username}. Alleen de persoon van het account kan bevestigen.`,
    verifySubmit: "Adres bevestigen",
    verifiedTitle: "Uw adres is bevestigd",
    verified: (email) => `${email} is nu het adres van uw account.`,
    emailTakenTitle: "Dit adres hoort bij een ander account",
    emailTaken: (email) =>
      `Een ander account heeft intussen het adres ${email} gekregen. Er is niets gewijzigd.`,
  },
  invite: {
    link: "Mensen uitnodigen",
    title: "Mensen uitnodigen",
    lead: "Een uitnodiging is een link waarmee iemand een eigen account aanmaakt.",
    nameHint: "Optioneel. De persoon kan hem wijzigen.",
    emailHint: "Optioneel. Het account krijgt dit adres.",
    emailHintWithoutMail:
      "Optioneel. Het account krijgt dit adres, onbevestigd: deze server verstuurt geen e-mail.",
    mailed: "De link naar dit adres sturen",
    groups: "Groepen van het nieuwe account",
    groupsMissing: "Kies ten minste een van uw groepen.",
    uses: "Voor hoeveel mensen",
    usesHint: "Laat bij meer dan één de naam en het adres leeg.",
    usesRefused: (most) => `Voer een getal van 1 tot en met ${most} in.`,
    usesOfOne: "Een uitnodiging met een naam of een adres is voor één persoon.",
    days: "Aantal dagen geldig",
    daysRefused: (most) => `Voer een getal van 1 tot en met ${most} in.`,
    submit: "Uitnodiging maken",
    doneTitle: "De uitnodiging is klaar",
    goodOnce: (time) => `De uitnodiging werkt één keer, gedurende ${time}.`,
    goodFor: (uses, time) => `De uitnodiging werkt voor ${uses} mensen, gedurende ${time}.`,
    handOver:
      "Stuur de link naar de persoon, of laat de code scannen. De link wordt alleen nu getoond, en wie hem heeft, kan hem gebruiken.",
    mailedTo: (email) => `De link is onderweg naar ${email}.`,
    qr: "QR-code van de uitnodiging",
    another: "Nog een maken",
    openTitle: "Openstaande uitnodigingen",
    anyone: "Voor iedereen",
    used: (used, uses) => (uses === 1 ? "Voor één persoon, tot" : `${used} van ${uses} keer gebruikt, tot`),
    revoke: "Intrekken",
    revokeLabel: (about) => `De uitnodiging ${about} intrekken`,
    revoked: "De uitnodiging is ingetrokken.",
    waitingTitle: "Wacht op toelating",
    approve: "Toelaten",
    approveLabel: (username) => `${username} toelaten`,
    approved: "De persoon kan nu inloggen.",
  },
  newPassword: {
    too_short: (characters) => `Dit wachtwoord is te kort. Het moet minstens ${characters} tekens hebben.`,
    too_long: (bytes) => `Het wachtwoord is te lang; de grens is ${bytes} bytes.`,
    own_username:
      "Dit is uw gebruikersnaam, en aanvallers proberen die het eerst. Kies woorden die anderen niet met u verbinden.",
    own_email:
      "Dit is uw e-mailadres of een deel ervan, en aanvallers proberen dat het eerst. Kies woorden die anderen niet met u verbinden.",
    server_name:
      "Dit is de naam van deze server, en aanvallers proberen die al vroeg. Kies woorden die er niets mee te maken hebben.",
    run: "Dit is steeds hetzelfde patroon, of een reeks tekens op volgorde, en snel geraden. Kies een ander.",
    common:
      "Veel mensen hebben dit wachtwoord of een dat erop lijkt, dus aanvallers proberen het als eerste. Kies een ander.",
    breached:
      "Dit wachtwoord zat in een datalek, dus aanvallers kennen het. Kies een ander, en wijzig het overal waar u het nog gebruikt.",
  },
  forms: {
    stale: "Deze pagina stond te lang open. Er is niets gewijzigd. Probeer het opnieuw.",
    stalePassword: "Deze pagina stond te lang open. Er is niets gewijzigd. Voer het wachtwoord opnieuw in.",
    cookieless:
      "Uw browser heeft geen cookie teruggestuurd, dus dit formulier kon niet worden geaccepteerd. Sta cookies toe voor deze site, en open die op het eigen adres van de server:",
  },
  otherAddress: {
    title: (address) => `Deze server staat op ${address}`,
    insecure:
      "Uw browser kwam zonder https. Zo kunt u niet inloggen: de cookie van deze server gaat alleen over versleutelde verbindingen.",
    other_host:
      "Uw browser kwam via een ander adres. Applicaties sturen mensen naar het adres hierboven, en hier inloggen telt daar niet.",
    goOn: (address) => `Doorgaan op ${address}`,
    stay: "Hier blijven",
    operators: "Voor de beheerder",
    operatorsText:
      "De instelling issuer noemt het adres van deze server. Zet die op het adres dat mensen openen. Een proxy vóór de server moet de header Host doorgeven en X-Forwarded-Proto instellen.",
  },
  terminal: {
    deniedTitle: "De toegang is geweigerd",
    denied: "Er is niets gedeeld.",
    refusedTitle: "De server heeft geweigerd",
    noCode: "Hij heeft geen code gestuurd.",
    close: "Sluit dit venster en ga terug naar de terminal.",
    doneTitle: "De browser is klaar",
    done: "Sluit dit venster en ga terug naar de terminal, die het resultaat toont.",
    strayTitle: "Hier is niets",
    stray: "Dit is geen antwoord.",
  },
  leaving: {
    title: (host) => `Doorgaan naar ${host}?`,
    text: (host) =>
      `Een applicatie die niet is geverifieerd, wil u naar ${host} sturen. Er is niets mee gedeeld. Ga alleen verder als u daarvandaan kwam en het vertrouwt.`,
    goOn: (host) => `Doorgaan naar ${host}`,
    posting: "U wordt daarheen gestuurd. Als er niets gebeurt, klik dan op de knop.",
  },
  errors: {
    developers: "Voor de ontwikkelaar",
    code: "Fout",
    description: "Beschrijving",
    learnMore: "Wat dit betekent en hoe u het oplost",
    request: "Als u om hulp vraagt, vermeld dan dit verzoek:",
    home: "Naar de startpagina",
    again: "Opnieuw proberen",
    account: "Naar uw account",
    applicationWay: (host) => `Terug naar ${host}`,
    sent: "Verstuurd",
    sentNone: "Niet verstuurd",
    registered: "Geregistreerd",
    registeredNone: "Geen",
    registeredHidden: "Hier niet getoond. De beheerder ziet het met",
    form_expired: {
      title: "Dit formulier kan niet meer worden gebruikt",
      text: "Het stond te lang open, of uw browser heeft de cookie voor deze site niet meegestuurd. Er is niets gewijzigd. Als opnieuw proberen niet helpt, controleer dan of uw browser cookies voor deze site bewaart.",
    },
    form_foreign: {
      title: "Dit formulier kwam niet van onze eigen pagina",
      text: "Een andere website probeerde hierheen een formulier in uw naam te sturen. Er is niets gewijzigd.",
    },
    form_answered: {
      title: "U hebt deze vraag al beantwoord",
      text: "Uw eerste antwoord blijft gelden. Om het te wijzigen, gaat u terug naar de applicatie en begint u opnieuw.",
    },
    sign_in_over: {
      title: "Deze aanmelding is niet meer geldig",
      text: "Ze werkt één keer en maar korte tijd. Ga terug naar de applicatie en begin opnieuw.",
    },
    setup_link: {
      title: "Deze link werkt niet meer",
      text: "Hij is gebruikt, door een nieuwere vervangen of verlopen. Als het eerste account nog niet bestaat, start de server dan opnieuw om een nieuwe link te krijgen.",
    },
    link_unknown: {
      title: "Deze link werkt niet",
      text: "Hij is niet volledig, is ingetrokken of is al gebruikt. Kopieer de hele link, of vraag een nieuwe waar u hem hebt gekregen.",
    },
    link_used: {
      title: "Deze link is al gebruikt",
      text: "Als u dat was, log dan in. Zo niet, vertel het de beheerder van deze server: iemand anders heeft uw link misschien gehad.",
    },
    link_expired: {
      title: "Deze link is te oud",
      text: "Links werken een beperkte tijd. Vraag een nieuwe waar u hem hebt gekregen.",
    },
    not_found: {
      title: "Hier is geen pagina",
      text: "Controleer het adres, of begin bij de startpagina.",
    },
    method_not_allowed: {
      title: "Dat kan deze pagina niet",
      text: "Open de pagina opnieuw en gebruik de knoppen erop.",
    },
    too_large: {
      title: "Dat was te groot",
      text: "U hebt meer gestuurd dan deze server accepteert. Er is niets gewijzigd.",
    },
    malformed: {
      title: "Dit verzoek is onleesbaar",
      text: "Er is niets gewijzigd. Open de pagina opnieuw en herhaal wat u deed.",
    },
    busy: {
      title: "Een ogenblik",
      text: "De server krijgt op dit moment heel veel verzoeken. Er is niets gewijzigd; probeer het over enkele seconden opnieuw.",
    },
    unavailable: {
      title: "De server kan nu niet antwoorden",
      text: "Probeer het over enkele seconden opnieuw. Als u iets aan het wijzigen was, controleer dan eerst of het is gewijzigd: misschien is alleen het antwoord verloren gegaan.",
    },
    server_error: {
      title: "Er is iets misgegaan",
      text: "Het ligt niet aan u. Probeer het opnieuw; als het probleem blijft, vertel het dan de beheerder van deze server.",
    },
    application_unknown: {
      title: "Deze server kent de applicatie niet",
      text: "De link die u hierheen bracht, noemt een applicatie die niet bij deze server is geregistreerd. U bent niet doorgestuurd, en er is niets gedeeld.",
    },
    redirect_mismatch: {
      title: "Deze applicatie vroeg om het verkeerde terugkeeradres",
      text: "Het adres waarheen u zou worden gestuurd, heeft de applicatie niet geregistreerd. Om uw account te beschermen zijn we hier gestopt; er is niets gedeeld.",
    },
    application: {
      title: "De applicatie heeft een fout gemaakt",
      text: "U bent hierheen gestuurd met een verzoek dat deze server niet kan accepteren. Er is niets gedeeld. Ga terug naar de applicatie en probeer het opnieuw; als het weer gebeurt, vertel het dan de makers.",
    },
  },
  help: {
    title: "Foutmeldingen",
    lead: "De fouten die deze server naar applicaties stuurt en wat ontwikkelaars eraan kunnen doen, per foutcode. De artikelen zijn in het Engels.",
    index: "Foutcodes",
    search: "Fout zoeken",
    searchHint: "De code, of Engelse woorden uit de melding: invalid_grant, redirect, PKCE.",
    submit: "Zoeken",
    found: (count) =>
      plural(count, {
        none: "Geen artikel bevat al deze woorden.",
        one: "Eén artikel bevat deze woorden.",
        other: `${count} artikelen bevatten deze woorden.`,
      }),
    showAll: "Alle artikelen tonen",
  },
  scopes: {
    openid: "Weten dat u het bent",
    profile: "Uw naam, gebruikersnaam en foto zien",
    email: "Uw e-mailadres zien",
    phone: "Uw telefoonnummer zien",
    address: "Uw postadres zien",
    groups: "Zien bij welke groepen u hoort",
    offline_access: "De toegang behouden nadat u uitlogt",
    introspect: "Controleren of toegangstokens geldig zijn",
    "tessera.read": "De personen, apps en instellingen van deze server zien",
    "tessera.people": "De personen en groepen van deze server beheren",
    "tessera.clients": "De apps van deze server beheren",
    "tessera.admin": "Deze server beheren",
  },
};
