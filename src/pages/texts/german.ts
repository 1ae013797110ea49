/** Every word of the pages, in German. */
import type { Texts } from "./english.ts";
import { pluralsOf } from "./plural.ts";

const plural = pluralsOf("de");

export const german: Texts = {
  language: "de",
  common: {
    skip: "Zum Inhalt springen",
    errorHelp: "Fehlermeldungen, für Entwickler",
    signedInAs: "Angemeldet als",
    notYou: "Nicht Sie?",
    switchPerson: "Anderes Konto verwenden",
    username: "Benutzername",
    password: "Passwort",
    name: "Name",
    email: "E-Mail-Adresse",
    mailDelayed:
      "E-Mails brauchen gerade länger als sonst, weil der Mailserver sie nicht annimmt. Sie werden verschickt, sobald er es tut.",
    opensElsewhere: "verlässt diese Website",
    unverifiedName: (client) => `${client} (nicht geprüft)`,
  },
  foot: {
    language: "Sprache",
    imprint: "Impressum",
    privacy: "Datenschutz",
    help: "Hilfe",
    translated: "Diese Texte sind übersetzt. Maßgeblich sind die englischen.",
  },
  home: {
    title: (name) => name,
    lead: "Hier melden Sie sich an, und hier bestimmen Sie, welche Anwendungen und Geräte Ihr Konto benutzen dürfen.",
    account: "Ihr Konto",
    accountHint: "Zugriffe ansehen und wieder entziehen.",
    device: "Ein Gerät verbinden",
    deviceHint: "Den Code eingeben, den ein Fernseher, ein Terminal oder ein anderes Gerät anzeigt.",
    developers: "Für Entwickler",
    metadata: "Metadaten dieses Autorisierungsservers",
    errors: "Fehlermeldungen und was dagegen hilft",
  },
  signIn: {
    title: "Anmelden",
    lead: (name) => `Verwenden Sie dazu Ihr Konto bei ${name}.`,
    leadToClient: (name, client) =>
      `Melden Sie sich mit Ihrem Konto bei ${name} an, um mit ${client} fortzufahren.`,
    leadToStranger: (name, client) =>
      `Melden Sie sich mit Ihrem Konto bei ${name} an, um mit ${client} fortzufahren. Diese Anwendung ist nicht geprüft.`,
    leadToDevice: (name) => `Melden Sie sich mit Ihrem Konto bei ${name} an, um ein Gerät zu verbinden.`,
    another: (username) =>
      `Melden Sie sich mit dem Konto an, das Sie verwenden möchten. Bis dahin sind Sie als ${username} angemeldet.`,
    again: (username) => `Sie sind als ${username} angemeldet. Melden Sie sich erneut an, um fortzufahren.`,
    chooseTitle: "Konto wählen",
    choose: (username) => `Sie sind als ${username} angemeldet.`,
    continueAs: (username) => `Als ${username} fortfahren`,
    useAnother: "Anderes Konto verwenden",
    submit: "Anmelden",
    usernameOrEmail: "Benutzername oder E-Mail-Adresse",
    wrong: (wait) =>
      `Benutzername oder Passwort ist falsch. Nach vielen Versuchen wird auch das richtige Passwort abgelehnt: Warten Sie ${wait} und versuchen Sie es dann noch einmal.`,
    stale: "Diese Seite war zu lange geöffnet. Bitte geben Sie Ihr Passwort noch einmal ein.",
    limited: (wait, until) =>
      `Zu viele Versuche. Mit Ihrem Konto ist alles in Ordnung: Zu seinem Schutz wird bis ${until} kein Passwort angenommen. Versuchen Sie es ${wait} wieder.`,
    passwordKept: {
      signed_out:
        "Ihr Passwort wurde nicht geändert, denn Sie waren inzwischen abgemeldet. Melden Sie sich an, um es zu ändern.",
      same_password: "Ihr Passwort wurde nicht geändert: Das neue ist dasselbe wie das aktuelle.",
    },
    cancel: (client) => `Abbrechen und zurück zu ${client}`,
    withPhone: "Mit dem Telefon anmelden",
    otherWay: "Anders anmelden",
    forgotten: "Passwort vergessen? Der Betreiber dieses Servers kann Ihnen ein neues geben.",
    forgottenLink: "Passwort vergessen?",
    codeLink: "Mit einem Code per E-Mail anmelden",
    noAccount: "Noch kein Konto?",
    newAccount: "Konto anlegen",
  },
  otherDevice: {
    title: "Mit dem Telefon anmelden",
    scan: "Scannen Sie diesen Code mit der Kamera eines Telefons, auf dem Sie hier angemeldet sind.",
    type: "Geben Sie auf dem Telefon die Zahl von unten ein.",
    qr: "QR-Code mit dem Link für Ihr Telefon",
    number: "Die Zahl",
    waiting: (ends) => `Warten auf Ihr Telefon. Der Code läuft ${ends} ab.`,
    approvedHere: "Sie haben dies auf Ihrem Telefon bestätigt.",
    goOn: "Weiter",
    ended: {
      denied: "Diese Anmeldung wurde auf dem Telefon abgelehnt.",
      over: "Dieser Code ist abgelaufen oder wurde schon benutzt.",
      foreign: "Dieser Code gehört zu einem anderen Browser, oder dieser Browser behält keine Cookies.",
    },
    newCode: "Neuen Code anfordern",
    approveTitle: "Auf einem anderen Gerät anmelden?",
    for: "Für",
    warningTitle: "Bestätigen Sie nur, was Sie selbst begonnen haben",
    warning:
      "Bestätigen Sie nur, wenn der andere Bildschirm vor Ihnen steht. Hat Ihnen jemand diesen Link oder eine Zahl geschickt, will er in Ihr Konto: Lehnen Sie ab.",
    numberLabel: "Die Zahl auf dem anderen Bildschirm",
    numberHint: "Zwei Ziffern. Der andere Bildschirm zeigt sie unter dem Code.",
    approve: "Bestätigen",
    toAccount: "Ihr Konto ansehen",
    faults: {
      number:
        "Der andere Bildschirm zeigt eine andere Zahl. Sehen Sie noch einmal hin. Zeigt er keine, lehnen Sie ab.",
      stale: "Diese Seite war zu lange offen. Antworten Sie noch einmal.",
    },
    outcomes: {
      approved: {
        title: "Bestätigt",
        text: "Das andere Gerät macht in wenigen Sekunden von selbst weiter. Sie können diese Seite schließen.",
      },
      denied: {
        title: "Abgelehnt",
        text: "Das andere Gerät wurde nicht angemeldet. Haben Sie das nicht selbst begonnen, war es jemand anderes: Ihr Konto ist sicher.",
      },
      over: {
        title: "Diese Frage ist nicht mehr offen",
        text: "Sie wurde beantwortet oder ist abgelaufen. Fordern Sie auf dem anderen Gerät einen neuen Code an.",
      },
    },
  },
  secondStep: {
    title: "Noch ein Schritt",
    lead: (username) => `Bestätigen Sie, dass Sie ${username} sind.`,
    code: "Code",
    hint: "Die sechs Ziffern, die Ihre App gerade zeigt, oder einer Ihrer Wiederherstellungscodes.",
    submit: "Weiter",
    wrong:
      "Dieser Code stimmt nicht oder wurde schon benutzt. Warten Sie auf den nächsten, den Ihre App zeigt, und prüfen Sie die Uhr Ihres Telefons.",
    limited: (wait, until) =>
      `Zu viele falsche Codes. Zum Schutz Ihres Kontos wird bis ${until} kein Code angenommen. Versuchen Sie es ${wait} wieder, oder melden Sie sich mit einem Browser an, den Sie hier schon benutzt haben.`,
    without: "Ohne diesen Schritt weiter",
    lost: "Telefon und Wiederherstellungscodes verloren? Wenden Sie sich an den Betreiber dieses Servers.",
    otherAccount: "Mit einem anderen Konto anmelden",
  },
  passkeys: {
    use: "Passkey verwenden",
    noScript: "Passkeys brauchen JavaScript, und das ist in diesem Browser abgeschaltet.",
    unsupported:
      "Dieser Browser kann hier keine Passkeys verwenden. Sie brauchen einen neueren Browser und eine Adresse, die mit https beginnt.",
    browser: {
      use: {
        NotAllowedError:
          "Es wurde kein Passkey verwendet: Sie haben abgebrochen, es hat zu lange gedauert, oder dieses Gerät hat keinen für dieses Konto.",
        SecurityError: (address) =>
          `Passkeys dieses Servers funktionieren unter dieser Adresse nicht. Öffnen Sie ${address} und melden Sie sich dort an.`,
        NotSupportedError: "Dieses Gerät kann keinen Passkey verwenden, den dieser Server versteht.",
        ConstraintError:
          "Dieses Gerät kann weder nach einer PIN noch nach Fingerabdruck oder Gesicht fragen, und das muss es hier.",
        InvalidStateError:
          "Dieser Passkey lässt sich gerade nicht verwenden. Versuchen Sie es noch einmal oder nehmen Sie einen anderen.",
        other:
          "Das Gerät oder der Passwortmanager konnte das nicht. Versuchen Sie es noch einmal oder nehmen Sie einen anderen Passkey.",
      },
      add: {
        NotAllowedError:
          "Es wurde kein Passkey hinzugefügt: Sie haben abgebrochen, oder es hat zu lange gedauert.",
        SecurityError: (address) =>
          `Unter dieser Adresse lassen sich keine Passkeys dieses Servers anlegen. Öffnen Sie ${address} und melden Sie sich dort an.`,
        NotSupportedError: "Dieses Gerät kann keinen Passkey anlegen, den dieser Server versteht.",
        ConstraintError:
          "Dieses Gerät kann so einen Passkey nicht anlegen: Es hat keinen Platz mehr, oder es kann nicht nach PIN, Fingerabdruck oder Gesicht fragen.",
        InvalidStateError: "Auf diesem Gerät gibt es schon einen Passkey für Ihr Konto.",
        other:
          "Das Gerät oder der Passwortmanager konnte keinen Passkey anlegen. Versuchen Sie es noch einmal oder nehmen Sie ein anderes Gerät.",
      },
    },
    refused: {
      stale:
        "Diese Seite war zu lange offen, oder sie wurde schon beantwortet. Verwenden Sie Ihren Passkey noch einmal.",
      elsewhere: (address) =>
        `Der Passkey wurde unter einer anderen Adresse als ${address} verwendet. Öffnen Sie diese Adresse und melden Sie sich dort an.`,
      unknown:
        "Dieser Passkey ist hier nicht bekannt: Er wurde entfernt oder gehört zu einem anderen Server.",
      copied:
        "Dieser Passkey wurde abgelehnt, weil er kopiert worden sein könnte: Sein Zähler ist zurückgegangen. Melden Sie sich anders an, entfernen Sie ihn aus Ihrem Konto und sagen Sie es dem Betreiber dieses Servers.",
      unverified:
        "Das Gerät hat weder nach einer PIN noch nach Fingerabdruck oder Gesicht gefragt, und das muss es hier. Melden Sie sich zuerst mit Ihrem Passwort an, oder verwenden Sie einen anderen Passkey.",
      unreadable:
        "Die Antwort des Browsers war nicht lesbar. Versuchen Sie es noch einmal oder nehmen Sie einen anderen Browser.",
    },
    lost: "Keinen Passkey zur Hand? Wenden Sie sich an den Betreiber dieses Servers.",
    title: "Passkeys",
    lead: "Mit einem Passkey melden Sie sich ohne Passwort an: mit Fingerabdruck, Gesicht oder PIN Ihres Geräts, oder mit einem Sicherheitsschlüssel. Er funktioniert nur bei diesem Server; keine andere Website kann ihn Ihnen entlocken.",
    none: "Sie haben noch keinen Passkey.",
    oneTitle: "Sie haben nur einen Passkey",
    oneWithPassword:
      "Wenn Sie ihn verlieren, melden Sie sich mit Ihrem Passwort an. Fügen Sie besser einen zweiten hinzu, auf einem anderen Gerät oder in einem Passwortmanager.",
    oneAlone:
      "Wenn Sie ihn verlieren, können Sie sich nicht mehr anmelden. Fügen Sie einen zweiten hinzu, auf einem anderen Gerät oder in einem Passwortmanager.",
    kinds: { passkey: "Passkey", securityKey: "Sicherheitsschlüssel" },
    added: "Hinzugefügt am",
    lastUsed: (when) => `zuletzt benutzt ${when}`,
    spoiled:
      "Dieser Passkey ist hier nicht mehr lesbar und meldet Sie nicht mehr an. Entfernen Sie ihn und fügen Sie ihn neu hinzu.",
    neverUsed: "noch nicht benutzt",
    synced: "Auf allen Geräten Ihres Passwortmanagers",
    single: "Nur auf einem Gerät",
    needsName: "Geben Sie Ihren Benutzernamen ein, bevor Sie ihn verwenden",
    add: "Passkey hinzufügen",
    addLead: "Ihr Browser fragt, wo er aufbewahrt werden soll.",
    rename: "Umbenennen",
    renameLabel: (name) => `${name} umbenennen`,
    name: "Name des Passkeys",
    nameRefused: (characters) => `Ein Name hat 1 bis ${characters} Zeichen, und keine unsichtbaren.`,
    save: "Speichern",
    remove: "Entfernen",
    removeLabel: (name) => `Passkey ${name} entfernen`,
    removeHint:
      "Ein Gerät verloren? Entfernen Sie seinen Passkey, und melden Sie auf der Seite „Ihr Konto“ seinen Browser ab: Wer einen Passkey entfernt, meldet damit keinen Browser ab.",
    recentTitle: "Melden Sie sich für Änderungen erneut an",
    recent:
      "Ihre Anmeldung ist eine Weile her. Um einen Passkey hinzuzufügen oder zu entfernen, zeigen Sie, dass Sie es sind.",
    recentAction: "Erneut anmelden",
    levelTitle: "Noch ein Schritt für Änderungen",
    level:
      "Sie haben sich ohne Ihren zweiten Faktor angemeldet. Um einen Passkey hinzuzufügen oder zu entfernen, verwenden Sie ihn jetzt.",
    levelAction: "Weiter",
    lastWay:
      "Er wurde nicht entfernt: Nur mit ihm können Sie sich anmelden. Fügen Sie zuerst einen anderen Passkey hinzu.",
    notAdded: {
      stale:
        "Es wurde kein Passkey hinzugefügt: Diese Seite war zu lange offen, oder sie wurde schon beantwortet. Versuchen Sie es noch einmal.",
      elsewhere: (address) =>
        `Es wurde kein Passkey hinzugefügt: Ihr Browser war unter einer anderen Adresse als ${address}. Öffnen Sie diese Adresse und melden Sie sich dort an.`,
      unreadable:
        "Es wurde kein Passkey hinzugefügt: Die Antwort des Browsers war nicht lesbar. Versuchen Sie es noch einmal oder nehmen Sie einen anderen Browser.",
      refused:
        "Es wurde kein Passkey hinzugefügt: Die Antwort des Geräts passt nicht. Versuchen Sie es noch einmal oder nehmen Sie ein anderes Gerät.",
      known: "Es wurde kein Passkey hinzugefügt: Dieser ist hier schon eingetragen.",
      too_many:
        "Es wurde kein Passkey hinzugefügt: Ein Konto hat höchstens 50. Entfernen Sie einen, den Sie nicht benutzen.",
    },
    passwordTitle: "Auf das Passwort verzichten",
    passwordLead:
      "Ein Passwort, das es nicht gibt, kann niemand stehlen. Sie melden sich dann nur noch mit Ihren Passkeys an. Der Betreiber dieses Servers kann Ihnen wieder ein Passwort geben.",
    passwordRemove: "Mein Passwort entfernen",
    passwordKept: {
      last_way:
        "Ihr Passwort bleibt: Ohne es könnten Sie sich nicht anmelden. Fügen Sie zuerst einen Passkey hinzu.",
    },
    instead: "Stattdessen einen Passkey hinzufügen",
    state: (count) => (count === 0 ? "Keine" : count === 1 ? "1 Passkey" : `${count} Passkeys`),
    notices: {
      added: "Ihr Passkey ist hinzugefügt. Melden Sie sich das nächste Mal damit an.",
      renamed: "Der Name ist gespeichert.",
      removed: "Der Passkey ist entfernt. Mit ihm kann sich niemand mehr anmelden.",
      password_removed: "Ihr Passwort ist entfernt. Sie melden sich jetzt mit Ihren Passkeys an.",
    },
  },
  secondFactor: {
    title: "Zweiter Faktor",
    leads: {
      wanted:
        "Mit einem zweiten Faktor öffnet Ihr Passwort allein nichts mehr: Eine App auf Ihrem Telefon zeigt einen Code, den Sie beim Anmelden eingeben.",
      demanded:
        "Um fortzufahren, brauchen Sie einen zweiten Faktor: eine App auf Ihrem Telefon, die einen Code zeigt, den Sie beim Anmelden eingeben. Das dauert zwei Minuten und ist nur einmal nötig.",
      replaces: "Richten Sie die neue App ein. Die alte gilt, bis die neue bestätigt ist.",
    },
    setUpTitle: "Zweiten Faktor einrichten",
    getApp:
      "Öffnen Sie auf Ihrem Telefon eine App für Einmalcodes. Viele Passwortmanager können das; sonst installieren Sie eine, etwa Aegis oder 2FAS.",
    scan: "Fügen Sie in der App ein Konto hinzu und scannen Sie diesen Code.",
    qrLabel: "Der QR-Code für Ihre App. Dasselbe Geheimnis steht darunter als Text.",
    openHere: "In einer App auf diesem Gerät öffnen",
    typeIt: "Wenn Sie ihn nicht scannen können, geben Sie dieses Geheimnis in die App ein:",
    firstCode: "Der Code, den die App jetzt zeigt",
    firstCodeHint: "Sechs Ziffern. Sie wechseln alle 30 Sekunden.",
    firstCodeWrong:
      "Das ist nicht der Code, den die App jetzt zeigen sollte. Prüfen Sie, ob Sie den Code für dieses Konto eingegeben haben und ob Ihr Telefon die Uhrzeit selbst einstellt.",
    turnOn: "Einschalten",
    others:
      "In Ihren anderen Browsern werden Sie abgemeldet. Anwendungen auf Ihren Geräten behalten ihren Zugriff.",
    done: {
      set_up: "Ihr zweiter Faktor ist eingeschaltet.",
      renewed: "Sie haben neue Wiederherstellungscodes. Die alten gelten nicht mehr.",
    },
    codesTitle: "Ihre Wiederherstellungscodes",
    codesLead:
      "Wenn Sie Ihr Telefon verlieren, meldet Sie jeder dieser Codes einmal an, zusammen mit Ihrem Passwort. Drucken Sie sie aus oder schreiben Sie sie auf, und bewahren Sie sie getrennt vom Telefon auf.",
    codesFor: (username, host) => `Wiederherstellungscodes von ${username} bei ${host},`,
    codesOnce: "Nur auf dieser Seite sehen Sie die Codes.",
    stored: "Ich habe sie aufbewahrt",
    signInAgain: "Ich habe sie aufbewahrt. Anmelden",
    isOn: "Eine App zeigt die Codes für Ihre Anmeldung. Eingerichtet am",
    isOff: "Nicht eingerichtet",
    codesLeft: (count) =>
      count === 0
        ? "Sie haben keinen Wiederherstellungscode mehr."
        : count === 1
          ? "Sie haben noch einen Wiederherstellungscode."
          : `Sie haben noch ${count} Wiederherstellungscodes.`,
    codesFew: (count) =>
      count === 0
        ? "Sie haben keinen Wiederherstellungscode mehr. Wenn Sie jetzt Ihr Telefon verlieren, können Sie sich nicht anmelden. Erstellen Sie unten neue Codes."
        : "Sie haben nur noch wenige Wiederherstellungscodes. Erstellen Sie unten neue Codes.",
    goOn: "Weiter",
    changeTitle: "Ändern",
    changeLead:
      "Geben Sie einen Code ein, um zu zeigen, dass Sie es sind, und wählen Sie, was geschehen soll.",
    code: "Code",
    codeHint: "Die sechs Ziffern, die Ihre App gerade zeigt, oder einer Ihrer Wiederherstellungscodes.",
    renew: "Neue Wiederherstellungscodes",
    replace: "Andere App verwenden",
    remove: "Ausschalten",
    mustStay:
      "Der Betreiber dieses Servers verlangt von Ihnen einen zweiten Faktor, deshalb können Sie ihn nicht ausschalten.",
    removedTitle: "Ihr zweiter Faktor ist ausgeschaltet",
    removedLead:
      "Die App und die Wiederherstellungscodes gelten hier nicht mehr. Löschen Sie das Konto aus der App.",
  },
  signOut: {
    title: "Abmelden?",
    titleOf: (server) => `Von ${server} abmelden?`,
    asked: (client) => `${client} möchte Sie abmelden.`,
    lead: "Die Anwendungen, bei denen Sie sich in diesem Browser angemeldet haben, verlieren ihren Zugriff. Geräte behalten ihn, ebenso Anwendungen, denen Sie das erlaubt haben. Sie können ihn auf der Seite „Ihr Konto“ entziehen.",
    submit: "Abmelden",
    stay: "Angemeldet bleiben",
    doneTitle: "Sie sind abgemeldet",
    doneLead: "Dieser Browser ist nicht mehr angemeldet.",
    notRegistered:
      "Die Anwendung wollte Sie an eine Adresse weiterleiten, die nicht für sie eingetragen ist. Darum bleiben Sie hier.",
    backTo: (place) => `Zurück zu ${place}`,
    signIn: "Erneut anmelden",
    toAccount: "Zurück zu Ihrem Konto",
  },
  consent: {
    title: (client) => `${client} erlauben?`,
    heading: "möchte Ihr Konto benutzen",
    self: "Eine Anwendung auf diesem Gerät",
    selfHint: "Ihre Antwort geht an ein Programm auf diesem Gerät, nicht an eine Website.",
    website: "Website",
    unverifiedTitle: "Diese Anwendung ist nicht geprüft",
    unverified: (host) =>
      `Die Anwendung hat sich selbst registriert und ihren Namen frei gewählt. Fahren Sie nur fort, wenn Sie ${host} selbst aufgerufen haben und dieser Website vertrauen.`,
    unverifiedDevice:
      "Die Anwendung hat sich selbst registriert und ihren Namen frei gewählt. Fahren Sie nur fort, wenn Sie sie gerade selbst auf diesem Gerät gestartet haben.",
    documentOf: (host) => `Veröffentlicht von ${host}`,
    unverifiedDocument: (publisher, host) =>
      `Die Anwendung beschreibt sich selbst bei ${publisher} und hat ihren Namen frei gewählt. Fahren Sie nur fort, wenn Sie ${host} selbst aufgerufen haben und dieser Website vertrauen.`,
    unverifiedDocumentDevice: (publisher) =>
      `Jedes Programm auf diesem Gerät kann sich als diese Anwendung von ${publisher} ausgeben. Fahren Sie nur fort, wenn Sie sie gerade selbst gestartet haben.`,
    acknowledge: (host) => `Ich habe ${host} selbst aufgerufen`,
    acknowledgeDevice: "Ich habe sie gerade selbst gestartet",
    mayTitle: "Das darf die Anwendung",
    mayNothing: "Wissen, dass Sie hier ein Konto haben, sonst nichts",
    detailYes: "Ja",
    detailNo: "Nein",
    sensitive: "Das erlaubt viel:",
    forResources: (names) => `Bei ${names}:`,
    mayIdentify: "Dort nachweisen, dass Sie hier ein Konto haben",
    mayNotTitle: "Das darf die Anwendung nicht",
    mayNot: ["Ihr Passwort sehen", "Ihr Passwort ändern", "Anderen Zugriff auf Ihr Konto geben"],
    takeBack: "Sie können das jederzeit auf diesem Server unter „Ihr Konto“ widerrufen.",
    askedAgain: {
      stale:
        "Ihre Antwort zählt nicht: Diese Seite war zu lange geöffnet, oder Sie haben sich inzwischen neu angemeldet. Bitte prüfen Sie sie und antworten Sie noch einmal.",
      changed:
        "Ihre Antwort zählt nicht: Was die Anwendung darf, hat sich geändert, seit die Seite geöffnet wurde. Bitte prüfen Sie sie und antworten Sie noch einmal.",
      unacknowledged:
        "Ihre Antwort zählt nicht: Um das zu erlauben, kreuzen Sie an, dass Sie es selbst begonnen haben.",
    },
    allow: "Erlauben",
    deny: "Ablehnen",
    returnsTo: (place) => `In beiden Fällen kehren Sie zu ${place} zurück.`,
    returnsToApplication: "In beiden Fällen kehren Sie zur Anwendung zurück.",
    terms: "Nutzungsbedingungen",
    policy: "Datenschutzerklärung",
  },
  notAllowed: {
    title: (client) => `Sie haben keinen Zugang zu ${client}`,
    only: (username, client, groups) =>
      `Sie sind als ${username} angemeldet, aber ${client} ist nur für Mitglieder von: ${groups}.`,
    denied: (username, client) =>
      `Sie sind als ${username} angemeldet, aber dieses Konto darf ${client} nicht benutzen.`,
    ask: "Falls Sie Zugang haben sollten, wenden Sie sich an den Betreiber dieses Servers. Es wurde nichts weitergegeben.",
  },
  device: {
    title: "Ein Gerät verbinden",
    lead: "Geben Sie den Code ein, den Ihr Gerät anzeigt.",
    code: "Code",
    codeHint: "Acht Buchstaben, zum Beispiel WDJB-MJHT. Groß oder klein, mit oder ohne Bindestrich.",
    submit: "Weiter",
    malformed: "Das ist kein vollständiger Code. Ein Code hat acht Buchstaben und keine Ziffern.",
    unknown:
      "Mit diesem Code wartet kein Gerät. Prüfen Sie die Buchstaben. Wenn sie stimmen, wurde der Code schon verwendet oder ist abgelaufen: Lassen Sie sich vom Gerät einen neuen geben.",
    limited: (wait) => `Zu viele falsche Codes. Bitte versuchen Sie es ${wait} wieder.`,
    confirmTitle: (client) => `${client} verbinden?`,
    compare: "Zeigt Ihr Gerät diesen Code?",
    asks: "möchte Ihr Konto von einem anderen Gerät aus benutzen",
    started: "Begonnen",
    justNow: "Gerade eben",
    from: "Von",
    address: (address) => `Netzwerkadresse ${address}`,
    thisComputer: (address) => `Dieser Computer (${address})`,
    agentUnknown: "Das Gerät hat nicht gesagt, was es ist",
    agentUnnamed: "Ein Programm, das hier nicht bekannt ist",
    agentOn: (program, system) => `${program} unter ${system}`,
    agentDetails: "Was das Gerät von sich sagt",
    agentSays: "Es kann hier alles behaupten:",
    quote: (words) => `„${words}“`,
    unverified: "Die Anwendung hat sich selbst registriert und ihren Namen frei gewählt.",
    acknowledge: "Ich habe das auf meinem eigenen Gerät gestartet",
    warningTitle: "Erlauben Sie nur, was Sie selbst begonnen haben",
    warning:
      "Erlauben Sie dies nur, wenn Sie es gerade eben begonnen haben, an einem Gerät vor Ihnen. Wenn eine andere Person Ihnen diesen Code oder Link geschickt hat, will sie in Ihr Konto: Lehnen Sie ab.",
    allow: "Erlauben",
    deny: "Ablehnen",
    approvedTitle: "Ihr Gerät ist verbunden",
    approved: (client) =>
      `${client} hat jetzt Zugriff. Kehren Sie zu Ihrem Gerät zurück; es macht in wenigen Sekunden von selbst weiter.`,
    deniedTitle: "Der Zugriff ist abgelehnt",
    denied: (client) =>
      `${client} hat keinen Zugriff auf Ihr Konto bekommen. Sie können diese Seite schließen.`,
    stale:
      "Diese Seite war zu lange geöffnet. Ihre Antwort wurde nicht übernommen. Bitte antworten Sie noch einmal.",
    stands: "Sie haben schon geantwortet, und Ihre erste Antwort gilt.",
    decidedTitle: "Dieser Code gilt nicht mehr",
    decided:
      "Er wurde schon verwendet, hier oder auf einer anderen Seite, oder er ist abgelaufen. Wenn das Gerät noch wartet, lassen Sie sich von ihm einen neuen Code geben.",
    another: "Ein weiteres Gerät verbinden",
    toAccount: "Sehen, was Zugriff hat",
  },
  approvals: {
    title: "Anfragen zur Freigabe",
    lead: "Anwendungen bitten Sie hier um Freigabe für das, was Sie anderswo mit ihnen tun, etwa in einem Telefonat oder an einer Kasse. Ohne Ihre Antwort geschieht nichts.",
    none: "Keine Anwendung wartet auf Ihre Antwort.",
    again: "Noch einmal nachsehen",
    looks: "Diese Seite sieht zehn Minuten lang von selbst nach.",
    look: "Ansehen und antworten",
    waiting: (count) =>
      plural(count, {
        one: "Eine Anwendung bittet um Ihre Freigabe",
        other: `${count} Anfragen warten auf Ihre Freigabe`,
      }),
    ends: (when) => `endet ${when}`,
    confirmTitle: (client) => `Freigeben, worum ${client} bittet?`,
    asks: "bittet um Ihre Freigabe",
    says: "Die Anwendung sagt",
    compare:
      "Das sind ihre eigenen Worte. Geben Sie nur frei, wenn Sie dort dieselben Worte sehen oder hören.",
    silent: "Die Anwendung hat keine Worte geschickt, die Sie vergleichen könnten.",
    asked: "Gefragt",
    counts: "Endet",
    server: "Von ihrem Server",
    warningTitle: "Geben Sie nur frei, was Sie selbst gerade tun",
    warning:
      "Geben Sie dies nur frei, wenn Sie gerade mit dieser Anwendung zu tun haben, etwa in einem Telefonat oder an einer Kasse. Wenn Sie es nicht erwarten oder immer neue Anfragen kommen, will vielleicht eine andere Person in Ihr Konto: Lehnen Sie ab.",
    acknowledge: "Ich habe gerade mit dieser Anwendung zu tun",
    approve: "Freigeben",
    refuse: "Ablehnen",
    step: "Wenn Sie freigeben, folgt zuerst ein weiterer Schritt der Anmeldung.",
    report: "Das kommt nicht von mir",
    reportHint: "Damit lehnen Sie ab, und die Anwendung kann Sie einen Tag lang nicht mehr fragen.",
    toList: "Alle Anfragen",
    outcomes: {
      approved: {
        title: "Freigegeben",
        text: (client) =>
          `${client} hat jetzt den Zugriff, um den die Anwendung gebeten hat. Sie können diese Seite schließen.`,
      },
      denied: {
        title: "Abgelehnt",
        text: (client) =>
          `${client} hat keinen Zugriff auf Ihr Konto bekommen. Sie können diese Seite schließen.`,
      },
      reported: {
        title: "Abgelehnt und gemeldet",
        text: (client) =>
          `${client} hat keinen Zugriff auf Ihr Konto bekommen und kann Sie einen Tag lang nicht mehr fragen. Der Betreiber dieses Servers kann sehen, dass Sie die Anfrage nicht erwartet haben.`,
      },
      over: {
        title: "Diese Anfrage ist nicht mehr offen",
        text: (client) =>
          `Sie wurde nicht rechtzeitig beantwortet, oder ${client} darf nicht mehr fragen. Wenn Sie es noch wollen, lassen Sie die Anwendung noch einmal fragen.`,
      },
    },
    unknown: {
      title: "Eine solche Anfrage an Sie gibt es nicht",
      text: "Vielleicht gilt sie einem anderen Konto, oder sie ist längst vorbei.",
    },
  },
  account: {
    title: "Ihr Konto",
    sectionsLabel: "Bereiche Ihres Kontos",
    sections: {
      overview: "Übersicht",
      security: "Sicherheit",
      details: "Ihre Angaben",
      activity: "Verlauf",
      data: "Ihre Daten",
    },
    securityTitle: "Sicherheit",
    mails: {
      title: "E-Mails an Sie",
      lead: (address) =>
        `E-Mails zur Sicherheit Ihres Kontos gehen an ${address}. Sie lassen sich nicht abschalten.`,
      optional: {
        new_device: "Auch wenn ich mich mit einem neuen Browser anmelde",
        backchannel_asked: "Auch wenn eine Anwendung um meine Freigabe bittet",
      },
    },
    waysTitle: "Wie Sie sich anmelden",
    ways: {
      password: "Passwort",
      passwordSet: "Vorhanden",
      passwordNone: "Keines. Der Betreiber dieses Servers kann eines setzen.",
    },
    accessTitle: "Anwendungen und Geräte mit Zugriff",
    accessLead: "Was hier steht, darf Ihr Konto benutzen, bis Sie es entfernen.",
    accessNone: "Keine Anwendung und kein Gerät hat Zugriff auf Ihr Konto.",
    viaApplication: "Anwendung",
    viaAssertion: "Über Ihre Organisation",
    viaApproval: "Auf Anfrage freigegeben",
    viaDevice: "Gerät",
    since: "seit",
    installations: (count) => plural(count, { one: "Eine Installation", other: `${count} Installationen` }),
    usedWithin: (days) =>
      plural(days, {
        one: "In den letzten 24 Stunden benutzt",
        other: `In den letzten ${days} Tagen benutzt`,
      }),
    notUsedYet: "Noch nicht benutzt",
    end: "Beenden",
    endLabel: (client, since) => `Den Zugriff von ${client} seit ${since} beenden`,
    mayNothing: "Weiß, dass Sie hier ein Konto haben",
    notVerified: "Nicht geprüft",
    unverified: "Die Anwendung hat sich selbst registriert und ihren Namen frei gewählt.",
    unknownClient: "Eine Anwendung, die nicht mehr registriert ist",
    remembered: "Sie werden nicht noch einmal gefragt, wenn die Anwendung diesen Zugriff braucht.",
    rememberedOnly:
      "Die Anwendung hat gerade keinen Zugriff, kann ihn aber wieder bekommen, ohne dass Sie gefragt werden.",
    remove: "Entfernen",
    removeAll: "Alle entfernen",
    removeEverything: "Allen Anwendungen und Geräten den Zugriff entziehen",
    removeAllLabel: (client) => `Alle entfernen: den ganzen Zugriff von ${client}`,
    removeLabel: (client) => `Den Zugriff von ${client} entfernen`,
    passwordLead: "Alle anderen Browser werden dabei abgemeldet.",
    currentPassword: "Bisheriges Passwort",
    newPassword: "Neues Passwort",
    passwordHint: (characters) =>
      `Mindestens ${characters} Zeichen. Je länger, desto besser: vier Wörter, die nicht zusammengehören.`,
    changePassword: "Passwort ändern",
    currentWrong: "Das ist nicht Ihr bisheriges Passwort.",
    passwordSame: "Das neue Passwort ist dasselbe wie das bisherige.",
    appsTitle: "Ihre Anwendungen",
    appsAll: (count) => `Alle ${count} Anwendungen`,
    alsoEnd: "Auch Zugriffe beenden",
    alsoEndHint:
      "Anwendungen und Geräte kannten Ihr Passwort nie und behalten ihren Zugriff. Wenn jemand anderes Ihr Passwort kennen könnte, beenden Sie alle Zugriffe: Sie melden sich dort dann neu an.",
    endAllAccess: "Alle Anwendungen und Geräte",
    detailsTitle: "Ihre Angaben",
    detailsLead: "Nur Anwendungen, denen Sie es erlauben, bekommen diese Angaben zu sehen.",
    detailsTooLong: "Diese Angaben sind zusammen zu lang. Es wurde nichts geändert.",
    save: "Speichern",
    notSaid: "Keine Angabe",
    usernameLabel: "Benutzername",
    emailLabel: "E-Mail-Adresse",
    groupsLabel: "Gruppen",
    givenTitle: "Legt der Betreiber dieses Servers fest",
    facts: {
      name: {
        label: "Name",
        hint: "",
        refused: "Ein Name hat höchstens 200 Zeichen und keine unsichtbaren.",
      },
      given_name: {
        label: "Vorname",
        hint: "",
        refused: "Ein Name hat höchstens 200 Zeichen und keine unsichtbaren.",
      },
      family_name: {
        label: "Nachname",
        hint: "",
        refused: "Ein Name hat höchstens 200 Zeichen und keine unsichtbaren.",
      },
      middle_name: {
        label: "Zweiter Vorname",
        hint: "",
        refused: "Ein Name hat höchstens 200 Zeichen und keine unsichtbaren.",
      },
      nickname: {
        label: "Rufname",
        hint: "",
        refused: "Ein Name hat höchstens 200 Zeichen und keine unsichtbaren.",
      },
      profile: {
        label: "Seite über Sie",
        hint: "",
        refused: "Das ist keine Webadresse wie https://example.org/ada.",
      },
      website: {
        label: "Ihre Website",
        hint: "",
        refused: "Das ist keine Webadresse wie https://example.org.",
      },
      gender: {
        label: "Geschlecht",
        hint: "",
        refused: "Das hat mehr als 200 Zeichen oder unsichtbare.",
      },
      birthdate: {
        label: "Geburtstag",
        hint: "Jahr, Monat und Tag: 1985-12-10. Ohne das Jahr: 0000-12-10.",
        refused: "Das ist kein Tag wie 1985-12-10.",
      },
      zoneinfo: {
        label: "Zeitzone",
        hint: "Die Zeiten auf diesen Seiten richten sich danach.",
        refused: "Das ist keine Zeitzone.",
      },
      locale: {
        label: "Sprache",
        hint: "Diese Seiten richten sich danach, sobald Sie angemeldet sind.",
        refused: "Das ist keine Sprache.",
      },
      phone_number: {
        label: "Telefonnummer",
        hint: "Mit der Vorwahl des Landes: +43 660 1234567.",
        refused: "Das ist keine Telefonnummer mit der Vorwahl ihres Landes wie +43 660 1234567.",
      },
      street_address: {
        label: "Straße und Hausnummer",
        hint: "",
        refused: "Das hat mehr als 500 Zeichen oder unsichtbare.",
      },
      postal_code: {
        label: "Postleitzahl",
        hint: "",
        refused: "Das hat mehr als 500 Zeichen oder unsichtbare.",
      },
      locality: { label: "Ort", hint: "", refused: "Das hat mehr als 500 Zeichen oder unsichtbare." },
      region: {
        label: "Bundesland oder Kanton",
        hint: "",
        refused: "Das hat mehr als 500 Zeichen oder unsichtbare.",
      },
      country: { label: "Land", hint: "", refused: "Das hat mehr als 500 Zeichen oder unsichtbare." },
    },
    pictureTitle: "Bild",
    pictureAlt: "Ihr Bild",
    pictureFile: "Ein Bild von Ihnen",
    pictureHint: (megabytes) =>
      `PNG, JPEG oder WebP, höchstens ${megabytes.toLocaleString("de")} MB. Der Server behält die Mitte davon, ohne den Ort und die Kamera, die in der Datei stehen können. Wer die Adresse des Bildes kennt, kann es sehen.`,
    pictureSave: "Dieses Bild verwenden",
    pictureRemove: "Bild entfernen",
    pictureFaults: {
      none: "Wählen Sie zuerst eine Datei.",
      too_large: (megabytes) => `Die Datei ist größer als ${megabytes.toLocaleString("de")} MB.`,
      too_many_pixels: "Das Bild hat mehr als 50 Millionen Pixel. Verkleinern Sie es zuerst.",
      too_long: "Das Bild ist mehr als achtmal so lang wie breit.",
      too_detailed: "Das Bild hat zu viele Einzelheiten, um klein genug zu werden. Nehmen Sie ein anderes.",
      no_picture: "Die Datei ist kein unbewegtes Bild in PNG, JPEG oder WebP, oder sie ist beschädigt.",
    },
    activity: {
      title: "Verlauf",
      lead: "Was mit Ihrem Konto geschehen ist, das Neueste zuerst.",
      none: "Es ist noch nichts geschehen.",
      earlier: "Früheres",
      newest: "Das Neueste",
      notYou: "Wenn Sie etwas nicht wiedererkennen:",
      removedClient: (id) => `${id} (nicht mehr registriert)`,
      events: {
        "access.removed": ({ by, client }) =>
          `${by === "you" ? "Sie haben" : "Der Betreiber hat"} ${client === null ? "allen Anwendungen und Geräten" : client} den Zugriff entzogen`,
        "code.replayed": ({ client }) =>
          `Ein Anmeldecode von ${client ?? "einer Anwendung"} wurde zweimal benutzt, wie bei einem Diebstahl. Der Zugriff ist beendet`,
        "consent.given": ({ client }) => `Sie haben ${client ?? "einer Anwendung"} Zugriff gegeben`,
        "backchannel.approved": ({ client }) =>
          `Sie haben freigegeben, worum ${client ?? "eine Anwendung"} gebeten hat`,
        "backchannel.asked": ({ count }) =>
          plural(count, {
            one: "Eine Anwendung hat um Ihre Freigabe gebeten",
            other: `Anwendungen haben ${count}-mal um Ihre Freigabe gebeten`,
          }),
        "backchannel.denied": ({ client, reason }) =>
          reason === "not_started"
            ? `Sie haben eine Anfrage von ${client ?? "einer Anwendung"} gemeldet, die Sie nicht erwartet haben`
            : `Sie haben abgelehnt, worum ${client ?? "eine Anwendung"} gebeten hat`,
        "device.approved": ({ client }) => `Sie haben ein Gerät verbunden: ${client ?? "unbekannt"}`,
        "grant.revoked": ({ by, client }) =>
          by === "other"
            ? `${client ?? "Eine Anwendung"} hat einen eigenen Zugriff beendet`
            : `${by === "you" ? "Sie haben" : "Der Betreiber hat"} einen Zugriff von ${client ?? "einer Anwendung"} beendet`,
        "group.joined": ({ group }) => `Sie gehören jetzt zur Gruppe ${group}`,
        "group.left": ({ group }) => `Sie gehören nicht mehr zur Gruppe ${group}`,
        "password.changed": ({ by }) =>
          by === "you"
            ? "Sie haben Ihr Passwort geändert"
            : "Der Betreiber hat ein neues Passwort für Sie gesetzt",
        "person.changed": ({ by }) =>
          by === "you" ? "Sie haben Ihre Angaben geändert" : "Der Betreiber hat Ihre Angaben geändert",
        "person.created": () => "Ihr Konto wurde angelegt",
        "person.disabled": () => "Ihr Konto wurde gesperrt",
        "person.enabled": () => "Ihr Konto wurde wieder freigegeben",
        "person.unlocked": () => "Der Betreiber lässt Sie wieder Passwörter versuchen",
        "email.changed": ({ by }) =>
          by === "you"
            ? "Sie haben Ihre E-Mail-Adresse geändert"
            : "Der Betreiber hat Ihre E-Mail-Adresse geändert",
        "email.verified": () => "Ihre E-Mail-Adresse wurde bestätigt",
        "passkey.added": () => "Sie haben einen Passkey hinzugefügt",
        "passkey.removed": ({ by }) =>
          by === "you"
            ? "Sie haben einen Passkey entfernt"
            : "Der Betreiber hat einen Ihrer Passkeys entfernt",
        "password.removed": ({ by }) =>
          by === "you" ? "Sie haben Ihr Passwort entfernt" : "Der Betreiber hat Ihr Passwort entfernt",
        "reset.done": () => "Ein neues Passwort wurde mit einem Link aus einer E-Mail gesetzt",
        "sign_in_link.created": () => "Der Betreiber hat einen Link gemacht, der Sie anmeldet",
        "sign_in_link.used": () => "Ein Link des Betreibers hat Sie angemeldet",
        "recovery_code.used": () => "Sie haben sich mit einem Wiederherstellungscode angemeldet",
        "recovery_codes.renewed": () => "Sie haben neue Wiederherstellungscodes bekommen",
        "second_factor.added": () => "Sie haben einen zweiten Faktor eingerichtet",
        "second_factor.removed": ({ by }) =>
          by === "you"
            ? "Sie haben Ihren zweiten Faktor entfernt"
            : "Der Betreiber hat Ihren zweiten Faktor entfernt",
        "sign_in.approved": () => "Sie haben eine Anmeldung auf einem anderen Gerät bestätigt",
        "sign_in.denied": () => "Sie haben eine Anmeldung auf einem anderen Gerät abgelehnt",
        "refresh_token.replayed": ({ client }) =>
          `Ein Schlüssel von ${client ?? "einer Anwendung"} wurde zweimal benutzt, wie bei einem Diebstahl. Der Zugriff ist beendet`,
        "session.ended": ({ by, reason }) =>
          reason === "surplus"
            ? "Ein Browser wurde abgemeldet, weil Sie in zu vielen angemeldet sind"
            : by === "you"
              ? "Sie haben einen Browser abgemeldet"
              : "Der Betreiber hat einen Ihrer Browser abgemeldet",
        "session.started": () => "Sie haben sich angemeldet",
        "sessions.ended": ({ by }) =>
          by === "you" ? "Sie haben sich überall abgemeldet" : "Der Betreiber hat Sie überall abgemeldet",
        "sign_in.limited": ({ count }) =>
          count === 1
            ? "Ein Versuch, sich als Sie anzumelden, wurde abgewiesen, weil es zu viele waren"
            : `${count} Versuche, sich als Sie anzumelden, wurden abgewiesen, weil es zu viele waren`,
        "sign_in.refused": ({ count }) =>
          count === 1
            ? "Ein Versuch, sich als Sie anzumelden, scheiterte: falsches Passwort oder falscher Code"
            : `${count} Versuche, sich als Sie anzumelden, scheiterten: falsche Passwörter oder Codes`,
      },
    },
    data: {
      title: "Ihre Daten",
      downloadLead:
        "Eine Datei mit allem, was dieser Server über Sie weiß: Ihre Angaben, Ihr Bild, wo Sie angemeldet sind, was Zugriff hat und was geschehen ist. Ein Passwort ist nicht darin.",
      download: "Ihre Daten herunterladen",
      deleteTitle: "Ihr Konto löschen",
      deleteByOperator: "Nur der Betreiber dieses Servers kann Ihr Konto löschen.",
      declared:
        "Ihr Konto steht in der Konfiguration dieses Servers. Darum kann es nur der Betreiber löschen.",
      lastAdministrator:
        "Außer Ihnen verwaltet niemand diesen Server. Geben Sie dieses Recht zuerst einer anderen Person.",
      deleteLead: "Das lässt sich nicht rückgängig machen. Mit dem Konto enden:",
      endsAccess: "der Zugriff von",
      endsSessions: (count) =>
        count === 1 ? "Ihre Anmeldung in diesem Browser" : `Ihre Anmeldungen in ${count} Browsern`,
      endsFacts: "Ihre Angaben, Ihr Bild, Ihre Gruppen und der Verlauf",
      staysElsewhere:
        "Was Anwendungen über Sie gespeichert haben, bleibt dort. Ein späteres Konto mit demselben Namen gilt ihnen nicht als Ihres.",
      typeUsername: (username) => `Geben Sie zur Bestätigung Ihren Benutzernamen ein (${username})`,
      usernameWrong: "Das ist nicht Ihr Benutzername.",
      delete: "Konto endgültig löschen",
      deletedTitle: "Ihr Konto ist gelöscht",
      deleted: "Sie sind überall abgemeldet, und nichts hat mehr Zugriff.",
    },
    manageTitle: "Diesen Server verwalten",
    manageText: "Personen, Gruppen und Anwendungen.",
    emailRefused: "Das ist keine E-Mail-Adresse.",
    emailTaken: "Mit dieser Adresse meldet sich schon jemand anderes an.",
    sessionsTitle: "Wo Sie angemeldet sind",
    sessionHere: "Dieser Browser",
    browserUnknown: "Unbekannter Browser",
    deviceUnknown: "Unbekanntes Gerät",
    signedInSince: "Angemeldet seit",
    lastSeen: (when) => `zuletzt aktiv ${when}`,
    from: (address) => `von ${address}`,
    endSessionLabel: (since) => `Den Browser abmelden, der seit ${since} angemeldet ist`,
    endOtherSessions: "Alle anderen Browser abmelden",
    endAllSessions: "Überall abmelden, auch hier",
    signOut: "Abmelden",
    notices: {
      created: "Ihr Konto ist angelegt. Sie sind angemeldet.",
      removed: (client) => `${client} hat keinen Zugriff mehr.`,
      ended: "Diese Installation hat keinen Zugriff mehr.",
      removed_all: "Keine Anwendung und kein Gerät hat mehr Zugriff.",
      details: "Ihre Angaben sind gespeichert.",
      mails: "Ihre Auswahl der E-Mails ist gespeichert.",
      email_asked:
        "Ihre Angaben sind gespeichert. An die neue Adresse ist eine Mail unterwegs: Sie gilt, sobald Sie den Link darin geöffnet haben.",
      picture: "Ihr Bild ist gespeichert.",
      picture_removed: "Ihr Bild ist entfernt. Manche Programme zeigen es noch einen Tag lang.",
      session: "Der andere Browser ist abgemeldet.",
      sessions: "Alle anderen Browser sind abgemeldet.",
      password: "Ihr Passwort ist geändert. Andere Browser wurden abgemeldet.",
      new_password:
        "Ihr neues Passwort ist gesetzt. Andere Browser wurden abgemeldet. Wenn Sie ein Gerät verloren haben, entfernen Sie dessen Passkey unter „Sicherheit“.",
    },
  },
  setup: {
    title: "Das erste Konto anlegen",
    lead: (name) =>
      `Willkommen bei ${name}. Dieser Link funktioniert nur einmal. Das Konto, das Sie anlegen, verwaltet diesen Server.`,
    usernameHint: "Damit melden Sie sich an.",
    usernameMissing: "Wählen Sie einen Benutzernamen.",
    usernameRefused: "Ein Benutzername hat höchstens 200 Zeichen und keine Steuerzeichen.",
    usernameTaken: "Dieser Benutzername ist vergeben. Wählen Sie einen anderen.",
    passwordHint: (characters) =>
      `Mindestens ${characters} Zeichen. Je länger, desto besser: vier Wörter, die nicht zusammengehören.`,
    optional: "Freiwillig. Nur Anwendungen, denen Sie es erlauben, bekommen diese Angabe zu sehen.",
    submit: "Konto anlegen",
    passkeyTitle: "Ihr Passkey",
    passkeyLead: (username) =>
      `Ihr Gerät erstellt den Passkey, mit dem sich ${username} anmeldet. Das Konto wird zusammen mit ihm angelegt.`,
    passwordInstead: "Stattdessen ein Passwort verwenden",
  },
  newAccount: {
    title: "Ihr Konto anlegen",
    invited: (server) => `Sie sind zu ${server} eingeladen. Wählen Sie, wie Sie sich anmelden möchten.`,
    confirmed: (server) =>
      `Ihre E-Mail-Adresse ist bestätigt. Wählen Sie, wie Sie sich bei ${server} anmelden möchten.`,
    signedInAs: (username) =>
      `Sie sind als ${username} angemeldet. Sobald das neue Konto angelegt ist, ist dieser Browser stattdessen mit ihm angemeldet.`,
    emailHint: "Freiwillig. Wir schicken Ihnen eine Mail; die Adresse gilt, sobald Sie sie bestätigt haben.",
    withPasskey: "Mit einem Passkey weiter, ohne Passwort",
    usernameIsAddress:
      "Wählen Sie einen Benutzernamen ohne @. Nur Ihre eigene E-Mail-Adresse darf eines haben.",
    emailTaken: "Es gibt schon ein Konto mit dieser E-Mail-Adresse. Melden Sie sich stattdessen damit an.",
    limited: "Zu viele Versuche aus Ihrem Netz. Warten Sie eine Weile und versuchen Sie es dann noch einmal.",
    full: "Gerade fragen zu viele Menschen nach einem Konto. Versuchen Sie es in einer Stunde wieder.",
    waitingTitle: "Ihr Konto wartet auf Freigabe",
    waiting: (username, server) =>
      `Ihr Konto ${username} ist angelegt. Sie können sich anmelden, sobald jemand aus der Verwaltung von ${server} es freigegeben hat.`,
  },
  signUp: {
    lead: "Geben Sie Ihre E-Mail-Adresse ein. Wir schicken Ihnen einen Link, mit dem Sie Ihr Konto anlegen.",
    invitationLead: (server) => `Um bei ${server} ein Konto anzulegen, brauchen Sie eine Einladung.`,
    accountLead: (server) => `Wählen Sie, wie Sie sich bei ${server} anmelden möchten.`,
    invitation: "Einladung",
    invitationHint: "Der Link, den Sie bekommen haben. Er enthält tlk_.",
    invitationMalformed: "Das ist keine vollständige Einladung. Kopieren Sie den ganzen Link.",
    domains: (domains) => `Eine Adresse bei ${domains}.`,
    domainRefused: (domains) => `Nur wer eine Adresse bei ${domains} hat, kann hier ein Konto anlegen.`,
    submit: "Weiter",
    haveAccount: "Ich habe ein Konto: anmelden",
    askedTitle: "Sehen Sie in Ihr Postfach",
    asked: (email) =>
      `Wir haben eine Mail an ${email} geschickt. Öffnen Sie den Link darin, um fortzufahren.`,
    askedAdvice:
      "Sie können ihn auch auf einem anderen Gerät öffnen. Wenn nach ein paar Minuten keine Mail da ist, sehen Sie im Spam-Ordner nach und prüfen Sie die Adresse.",
  },
  reset: {
    forgotTitle: "Passwort vergessen?",
    forgotLead:
      "Geben Sie Ihren Benutzernamen oder Ihre E-Mail-Adresse ein. Wir schicken einen Link für ein neues Passwort an die E-Mail-Adresse Ihres Kontos.",
    nameMissing: "Geben Sie Ihren Benutzernamen oder Ihre E-Mail-Adresse ein.",
    ask: "Link schicken",
    back: "Zurück zur Anmeldung",
    limited: "Sie haben oft danach gefragt. Warten Sie eine Weile und versuchen Sie es dann noch einmal.",
    askedTitle: "Sehen Sie in Ihr Postfach",
    asked: (name) =>
      `Wenn es ein Konto ${name} mit einer bestätigten E-Mail-Adresse gibt, ist eine Mail mit einem Link an diese Adresse unterwegs.`,
    askedAdvice:
      "Wenn nach ein paar Minuten keine Mail da ist, sehen Sie im Spam-Ordner nach oder wenden Sie sich an den Betreiber dieses Servers.",
    title: "Neues Passwort wählen",
    lead: (username, server) =>
      `Für das Konto ${username} bei ${server}. Alle Browser, die damit angemeldet sind, werden abgemeldet.`,
    submit: "Passwort setzen und anmelden",
  },
  signInCode: {
    title: "Mit einem Code anmelden",
    lead: "Geben Sie Ihren Benutzernamen oder Ihre E-Mail-Adresse ein. Wir schicken einen Code an die E-Mail-Adresse Ihres Kontos.",
    ask: "Code schicken",
    sent: (name) =>
      `Wenn es ein Konto ${name} mit einer bestätigten E-Mail-Adresse gibt, ist eine Mail mit einem Code unterwegs. Lassen Sie diese Seite offen.`,
    code: "Code",
    codeHint: "Sechs Ziffern.",
    submit: "Anmelden",
    wrong: "Dieser Code stimmt nicht oder ist zu alt. Nach fünf Versuchen brauchen Sie einen neuen.",
    another: "Noch einen Code schicken",
    password: "Mit dem Passwort anmelden",
  },
  links: {
    signInLead: (username, server) => `Dieser Link meldet diesen Browser bei ${server} als ${username} an.`,
    signInAdvice: "Er gilt einmal. Machen Sie nur weiter, wenn das Ihr Konto ist.",
    signInSubmit: "Anmelden",
    verifyTitle: "Gehört diese Adresse Ihnen?",
    verifyLead: (email, username, server) =>
      `Das Konto ${username} bei ${server} soll die Adresse ${email} bekommen.`,
    verifyAdvice:
      "Bestätigen Sie nur, wenn das Ihr Konto ist: Sonst könnte ein fremdes Konto in Ihrem Namen auftreten.",
    verifySignIn: (username) =>
      `Melden Sie sich erst als ${username} an: Nur die Person, der das Konto gehört, kann bestätigen.`,
    verifySubmit: "Adresse bestätigen",
    verifiedTitle: "Ihre Adresse ist bestätigt",
    verified: (email) => `${email} ist jetzt die Adresse Ihres Kontos.`,
    emailTakenTitle: "Diese Adresse gehört zu einem anderen Konto",
    emailTaken: (email) => `Ein anderes Konto hat inzwischen die Adresse ${email}. Es wurde nichts geändert.`,
  },
  invite: {
    link: "Menschen einladen",
    title: "Menschen einladen",
    lead: "Eine Einladung ist ein Link, mit dem ein Mensch sein eigenes Konto anlegt.",
    nameHint: "Freiwillig. Der Name lässt sich beim Anlegen noch ändern.",
    emailHint: "Freiwillig. Das Konto bekommt diese Adresse.",
    emailHintWithoutMail:
      "Freiwillig. Das Konto bekommt diese Adresse, unbestätigt: Dieser Server verschickt keine Mails.",
    mailed: "Den Link an diese Adresse schicken",
    groups: "Gruppen des neuen Kontos",
    groupsMissing: "Wählen Sie mindestens eine Ihrer Gruppen.",
    uses: "Für wie viele Menschen",
    usesHint: "Lassen Sie bei mehr als einem Namen und Adresse leer.",
    usesRefused: (most) => `Geben Sie eine Zahl von 1 bis ${most} ein.`,
    usesOfOne: "Eine Einladung mit Namen oder Adresse ist für einen einzigen Menschen.",
    days: "Gültig für wie viele Tage",
    daysRefused: (most) => `Geben Sie eine Zahl von 1 bis ${most} ein.`,
    submit: "Einladung erstellen",
    doneTitle: "Die Einladung ist fertig",
    goodOnce: (time) => `Sie gilt einmal, und das ${time} lang.`,
    goodFor: (uses, time) => `Sie gilt für ${uses} Menschen, und das ${time} lang.`,
    handOver:
      "Schicken Sie den Link weiter oder lassen Sie den Code scannen. Der Link wird nur jetzt gezeigt, und wer ihn hat, kann ihn benutzen.",
    mailedTo: (email) => `Der Link ist unterwegs an ${email}.`,
    qr: "QR-Code der Einladung",
    another: "Noch eine erstellen",
    openTitle: "Offene Einladungen",
    anyone: "Für alle, die den Link haben",
    used: (used, uses) => (uses === 1 ? "Für einen Menschen, bis" : `${used} von ${uses} Mal benutzt, bis`),
    revoke: "Zurückziehen",
    revokeLabel: (about) => `Die Einladung ${about} zurückziehen`,
    revoked: "Die Einladung ist zurückgezogen.",
    waitingTitle: "Warten auf Freigabe",
    approve: "Freigeben",
    approveLabel: (username) => `${username} freigeben`,
    approved: "Das Konto ist freigegeben.",
  },
  newPassword: {
    too_short: (characters) => `Dieses Passwort ist zu kurz. Es braucht mindestens ${characters} Zeichen.`,
    too_long: (bytes) => `Das Passwort ist zu lang; erlaubt sind höchstens ${bytes} Byte.`,
    own_username:
      "Das ist Ihr Benutzername, und den probieren Angreifer zuerst. Wählen Sie Wörter, die andere nicht mit Ihnen verbinden.",
    own_email:
      "Das ist Ihre E-Mail-Adresse oder ein Teil davon, und die probieren Angreifer zuerst. Wählen Sie Wörter, die andere nicht mit Ihnen verbinden.",
    server_name:
      "Das ist der Name dieses Servers, und den probieren Angreifer früh. Wählen Sie Wörter, die nichts mit ihm zu tun haben.",
    run: "Das ist immer wieder dasselbe Muster oder eine Folge von Zeichen, und schnell erraten. Wählen Sie ein anderes.",
    common:
      "Dieses Passwort oder ein ähnliches haben viele, darum probieren Angreifer es zuerst. Wählen Sie ein anderes.",
    breached:
      "Dieses Passwort stand in einem Datenleck, Angreifer kennen es also. Wählen Sie ein anderes, und ändern Sie es überall, wo Sie es noch verwenden.",
  },
  forms: {
    stale: "Diese Seite war zu lange geöffnet. Es wurde nichts geändert. Bitte versuchen Sie es noch einmal.",
    stalePassword:
      "Diese Seite war zu lange geöffnet. Es wurde nichts geändert. Bitte geben Sie das Passwort noch einmal ein.",
    cookieless:
      "Ihr Browser hat kein Cookie zurückgeschickt, darum konnte dieses Formular nicht angenommen werden. Erlauben Sie Cookies für diese Website, und öffnen Sie sie unter der eigenen Adresse des Servers:",
  },
  otherAddress: {
    title: (address) => `Dieser Server ist unter ${address} zu finden`,
    insecure:
      "Ihr Browser kam ohne https. So können Sie sich nicht anmelden: Das Cookie dieses Servers geht nur über verschlüsselte Verbindungen.",
    other_host:
      "Ihr Browser kam über eine andere Adresse. Anwendungen schicken Sie zu der oben genannten, und eine Anmeldung hier gilt dort nicht.",
    goOn: (address) => `Weiter zu ${address}`,
    stay: "Hier bleiben",
    operators: "Für den Betrieb",
    operatorsText:
      "Die Einstellung issuer nennt die Adresse dieses Servers. Setzen Sie sie auf die Adresse, die die Menschen öffnen. Ein Proxy vor dem Server sollte den Header Host weitergeben und X-Forwarded-Proto setzen.",
  },
  terminal: {
    deniedTitle: "Der Zugriff wurde abgelehnt",
    denied: "Es wurde nichts weitergegeben.",
    refusedTitle: "Der Server hat abgelehnt",
    noCode: "Er hat keinen Code geschickt.",
    close: "Schließen Sie dieses Fenster und kehren Sie zum Terminal zurück.",
    doneTitle: "Der Browser ist fertig",
    done: "Schließen Sie dieses Fenster und kehren Sie zum Terminal zurück, das das Ergebnis zeigt.",
    strayTitle: "Hier ist nichts",
    stray: "Das ist keine Antwort.",
  },
  leaving: {
    title: (host) => `Weiter zu ${host}?`,
    text: (host) =>
      `Eine nicht geprüfte Anwendung möchte Sie zu ${host} schicken. Es wurde nichts weitergegeben. Fahren Sie nur fort, wenn Sie von dort kommen und der Website vertrauen.`,
    goOn: (host) => `Weiter zu ${host}`,
    posting: "Sie werden dorthin weitergeleitet. Falls nichts geschieht, klicken Sie auf die Schaltfläche.",
  },
  errors: {
    developers: "Für die Entwicklung",
    code: "Fehler",
    description: "Beschreibung",
    learnMore: "Was das bedeutet und was hilft",
    request: "Wenn Sie um Hilfe bitten, geben Sie diese Anfrage an:",
    home: "Zur Startseite",
    again: "Noch einmal versuchen",
    account: "Zu Ihrem Konto",
    applicationWay: (host) => `Zurück zu ${host}`,
    sent: "Gesendet",
    sentNone: "Nicht gesendet",
    registered: "Registriert",
    registeredNone: "Nichts",
    registeredHidden: "Wird hier nicht gezeigt. Der Betreiber sieht es mit",
    form_expired: {
      title: "Dieses Formular gilt nicht mehr",
      text: "Es war zu lange offen, oder Ihr Browser hat das Cookie dieser Website nicht mitgeschickt. Es wurde nichts geändert. Wenn auch ein neuer Versuch nicht hilft, prüfen Sie, ob Ihr Browser Cookies dieser Website behält.",
    },
    form_foreign: {
      title: "Dieses Formular kam nicht von unserer eigenen Seite",
      text: "Eine andere Website wollte in Ihrem Namen ein Formular hierher schicken. Es wurde nichts geändert.",
    },
    form_answered: {
      title: "Sie haben diese Frage schon beantwortet",
      text: "Ihre erste Antwort gilt. Um sie zu ändern, gehen Sie zur Anwendung zurück und beginnen Sie von vorn.",
    },
    sign_in_over: {
      title: "Diese Anmeldung gilt nicht mehr",
      text: "Sie gilt einmal und nur für kurze Zeit. Gehen Sie zur Anwendung zurück und beginnen Sie von vorn.",
    },
    setup_link: {
      title: "Dieser Link gilt nicht mehr",
      text: "Er wurde schon benutzt, durch einen neueren ersetzt oder ist abgelaufen. Wenn das erste Konto noch nicht angelegt ist, starten Sie den Server neu, um einen neuen Link zu bekommen.",
    },
    link_unknown: {
      title: "Dieser Link funktioniert nicht",
      text: "Er ist nicht vollständig, wurde zurückgezogen oder schon benutzt. Kopieren Sie den ganzen Link, oder bitten Sie dort um einen neuen, wo Sie ihn bekommen haben.",
    },
    link_used: {
      title: "Dieser Link wurde schon benutzt",
      text: "Wenn Sie das waren, melden Sie sich an. Wenn nicht, sagen Sie es dem Betreiber dieses Servers: Ihr Link war vielleicht in fremden Händen.",
    },
    link_expired: {
      title: "Dieser Link ist zu alt",
      text: "Links gelten nur eine begrenzte Zeit. Bitten Sie dort um einen neuen, wo Sie ihn bekommen haben.",
    },
    not_found: {
      title: "Hier ist keine Seite",
      text: "Prüfen Sie die Adresse, oder beginnen Sie auf der Startseite.",
    },
    method_not_allowed: {
      title: "Das kann diese Seite nicht",
      text: "Öffnen Sie sie noch einmal und benutzen Sie ihre Knöpfe.",
    },
    too_large: {
      title: "Das war zu groß",
      text: "Sie haben mehr gesendet, als dieser Server annimmt. Es wurde nichts geändert.",
    },
    malformed: {
      title: "Diese Anfrage ist nicht lesbar",
      text: "Es wurde nichts geändert. Öffnen Sie die Seite noch einmal und wiederholen Sie die Eingabe.",
    },
    busy: {
      title: "Einen Moment",
      text: "Der Server bekommt gerade sehr viele Anfragen. Es wurde nichts geändert; versuchen Sie es in ein paar Sekunden wieder.",
    },
    unavailable: {
      title: "Der Server kann gerade nicht antworten",
      text: "Versuchen Sie es in ein paar Sekunden wieder. Wenn Sie etwas ändern wollten, sehen Sie erst nach, ob es geschehen ist: Vielleicht ging nur die Antwort verloren.",
    },
    server_error: {
      title: "Etwas ist schiefgegangen",
      text: "Es liegt nicht an Ihnen. Versuchen Sie es wieder; wenn der Fehler bleibt, melden Sie ihn dem Betreiber dieses Servers.",
    },
    application_unknown: {
      title: "Dieser Server kennt die Anwendung nicht",
      text: "Der Link, der Sie hierher führte, nennt eine Anwendung, die hier nicht registriert ist. Sie wurden nicht weitergeleitet, und nichts wurde weitergegeben.",
    },
    redirect_mismatch: {
      title: "Diese Anwendung nannte eine falsche Rückkehradresse",
      text: "Sie wollte Sie an eine Adresse schicken, die sie nicht registriert hat. Zum Schutz Ihres Kontos endet es hier; nichts wurde weitergegeben.",
    },
    application: {
      title: "Die Anwendung hat einen Fehler gemacht",
      text: "Sie hat Sie mit einer Anfrage hierher geschickt, die dieser Server nicht annehmen kann. Nichts wurde weitergegeben. Versuchen Sie es dort noch einmal; wenn der Fehler wieder auftritt, melden Sie ihn dem Hersteller der Anwendung.",
    },
  },
  help: {
    title: "Fehlermeldungen",
    lead: "Die Fehler, die dieser Server an Anwendungen schickt, und was Entwickler dagegen tun können, geordnet nach dem Fehlercode. Die Einträge sind auf Englisch.",
    index: "Fehlercodes",
    search: "Fehler suchen",
    searchHint: "Den Code oder englische Wörter der Meldung: invalid_grant, redirect, PKCE.",
    submit: "Suchen",
    found: (count) =>
      plural(count, {
        none: "Kein Eintrag enthält alle diese Wörter.",
        one: "Ein Eintrag enthält diese Wörter.",
        other: `${count} Einträge enthalten diese Wörter.`,
      }),
    showAll: "Alle Einträge zeigen",
  },
  scopes: {
    openid: "Sie wiedererkennen",
    profile: "Ihren Namen, Ihren Benutzernamen und Ihr Bild sehen",
    email: "Ihre E-Mail-Adresse sehen",
    phone: "Ihre Telefonnummer sehen",
    address: "Ihre Postanschrift sehen",
    groups: "Sehen, zu welchen Gruppen Sie gehören",
    offline_access: "Den Zugriff behalten, auch wenn Sie sich abmelden",
    introspect: "Prüfen, ob Zugriffstokens gültig sind",
    "tessera.read": "Die Personen, Anwendungen und Einstellungen dieses Servers sehen",
    "tessera.people": "Die Personen und Gruppen dieses Servers verwalten",
    "tessera.clients": "Die Anwendungen dieses Servers verwalten",
    "tessera.admin": "Diesen Server administrieren",
  },
};
