/** The texts of the pages in Italian, translated from the English ones. */
import type { ActivityFacts } from "./english.ts";
import type { TranslatedTexts } from "./language.ts";
import { pluralsOf } from "./plural.ts";

// The form "many" is for "un milione di …" in words; these texts have digits.
const plural = pluralsOf("it");

const NAME_REFUSED = "Un nome ha al massimo 200 caratteri, nessuno dei quali invisibile.";
/** Who did something: the person, signed in to this account, or the operator. */
const doneBy = (by: ActivityFacts["by"]): string => (by === "you" ? "Questo account" : "Il gestore");

const FACT_REFUSED = "Il testo supera i 500 caratteri o ne contiene di invisibili.";

export const italian: TranslatedTexts = {
  common: {
    skip: "Vai al contenuto",
    errorHelp: "Messaggi di errore, per sviluppatori",
    signedInAs: "Accesso effettuato come",
    notYou: "Account sbagliato?",
    switchPerson: "Usa un altro account",
    username: "Nome utente",
    password: "Password",
    name: "Nome",
    email: "Indirizzo email",
    mailDelayed:
      "Le email richiedono ora più tempo del solito: il server di posta non le accetta. Partiranno appena le accetterà.",
    opensElsewhere: "porta fuori da questo sito",
    unverifiedName: (client) => `${client} (non verificata)`,
  },
  foot: {
    language: "Lingua",
    imprint: "Note legali",
    privacy: "Privacy",
    help: "Aiuto",
    translated: "Questi testi sono tradotti. Fanno fede quelli inglesi.",
  },
  home: {
    title: (name) => name,
    lead: "Qui si effettua l’accesso e si decide quali applicazioni e dispositivi possono usare l’account.",
    account: "Il mio account",
    accountHint: "Vedere chi ha accesso e revocarlo.",
    device: "Collega un dispositivo",
    deviceHint: "Inserire il codice mostrato da un televisore, un terminale o un altro dispositivo.",
    developers: "Per sviluppatori",
    metadata: "Metadati di questo server di autorizzazione",
    errors: "Messaggi di errore e come risolverli",
  },
  signIn: {
    title: "Accedi",
    lead: (name) => `Usare il proprio account di ${name}.`,
    leadToClient: (name, client) => `Usare il proprio account di ${name} per proseguire con ${client}.`,
    leadToStranger: (name, client) =>
      `Usare il proprio account di ${name} per proseguire con ${client}. Questa applicazione non è verificata.`,
    leadToDevice: (name) => `Usare il proprio account di ${name} per collegare un dispositivo.`,
    again: (username) => `Accesso effettuato come ${username}. Per continuare occorre accedere di nuovo.`,
    another: (username) =>
      `Accedere con l’account da usare. Fino ad allora resta attivo l’accesso come ${username}.`,
    chooseTitle: "Scegli un account",
    choose: (username) => `Accesso effettuato come ${username}.`,
    continueAs: (username) => `Continua come ${username}`,
    useAnother: "Usa un altro account",
    submit: "Accedi",
    usernameOrEmail: "Nome utente o indirizzo email",
    wrong: (wait) =>
      `Nome utente o password errati. Dopo molti tentativi viene rifiutata anche la password giusta: attendere ${wait}, poi riprovare.`,
    stale: "Questa pagina è rimasta aperta troppo a lungo. Inserire di nuovo la password.",
    limited: (wait, until) =>
      `Troppi tentativi. L’account non ha problemi: per proteggerlo, nessuna password viene accettata fino alle ore ${until}. Riprovare ${wait}.`,
    passwordKept: {
      signed_out:
        "La password non è stata cambiata, perché nel frattempo la sessione è terminata. Accedere per cambiarla.",
      same_password: "La password non è stata cambiata: quella nuova è uguale a quella attuale.",
    },
    cancel: (client) => `Annulla e torna a ${client}`,
    withPhone: "Accedi con il telefono",
    otherWay: "Accedi in un altro modo",
    forgotten: "Password dimenticata? Chiederne una nuova al gestore di questo server.",
    forgottenLink: "Password dimenticata?",
    codeLink: "Accedi con un codice via email",
    noAccount: "Ancora senza account?",
    newAccount: "Crea un account",
  },
  otherDevice: {
    title: "Accedi con il telefono",
    scan: "Inquadrare questo codice con la fotocamera di un telefono già connesso a questo server.",
    type: "Inserire sul telefono il numero qui sotto.",
    qr: "Codice QR con il link per il telefono",
    number: "Il numero",
    waiting: (ends) => `In attesa del telefono. Il codice scade ${ends}.`,
    approvedHere: "L’accesso è stato approvato sul telefono.",
    goOn: "Continua",
    ended: {
      denied: "Questo accesso è stato rifiutato sul telefono.",
      over: "Questo codice è scaduto o è già stato usato.",
      foreign: "Questo codice appartiene a un altro browser, oppure questo browser non conserva i cookie.",
    },
    newCode: "Richiedi un nuovo codice",
    approveTitle: "Accedere su un altro dispositivo?",
    for: "Per",
    warningTitle: "Approvare solo ciò che si è avviato di persona",
    warning:
      "Approvare solo se l’altro schermo è qui davanti. Se questo link o un numero è arrivato da un’altra persona, questa vuole entrare nell’account: rifiutare.",
    numberLabel: "Il numero sull’altro schermo",
    numberHint: "Due cifre. L’altro schermo le mostra sotto il codice.",
    approve: "Approva",
    toAccount: "Vai all’account",
    faults: {
      number: "L’altro schermo mostra un numero diverso. Controllare di nuovo. Se non ne mostra, rifiutare.",
      stale: "Questa pagina è rimasta aperta troppo a lungo. Rispondere di nuovo.",
    },
    outcomes: {
      approved: {
        title: "Approvato",
        text: "L’altro dispositivo prosegue da solo entro pochi secondi. Questa pagina si può chiudere.",
      },
      denied: {
        title: "Rifiutato",
        text: "Sull’altro dispositivo non è stato effettuato l’accesso. Se la richiesta non era propria, è venuta da un’altra persona: l’account è al sicuro.",
      },
      over: {
        title: "Questa domanda non è più aperta",
        text: "Ha già avuto risposta oppure è scaduta. Richiedere un nuovo codice sull’altro dispositivo.",
      },
    },
  },
  secondStep: {
    title: "Ancora un passaggio",
    lead: (username) => `Confermare di essere ${username}.`,
    code: "Codice",
    hint: "Le sei cifre che l’app mostra ora, oppure uno dei codici di recupero.",
    submit: "Continua",
    wrong:
      "Questo codice non è giusto o è già stato usato. Attendere il prossimo mostrato dall’app e controllare che l’orologio del telefono sia esatto.",
    limited: (wait, until) =>
      `Troppi codici errati. Per proteggere l’account, nessun codice viene accettato fino alle ore ${until}. Riprovare ${wait}, oppure accedere con un browser già usato qui in passato.`,
    without: "Continua senza questo passaggio",
    lost: "Telefono e codici di recupero smarriti? Rivolgersi al gestore di questo server.",
    otherAccount: "Accedi con un altro account",
  },
  passkeys: {
    use: "Usa una passkey",
    noScript: "Le passkey richiedono JavaScript, che in questo browser è disattivato.",
    unsupported:
      "Questo browser non può usare passkey qui. Servono un browser recente e un indirizzo che inizi con https.",
    browser: {
      use: {
        NotAllowedError:
          "Nessuna passkey è stata usata: l’operazione è stata annullata, ha richiesto troppo tempo, oppure questo dispositivo non ne ha per questo account.",
        SecurityError: (address) =>
          `Le passkey di questo server non funzionano a questo indirizzo. Aprire ${address} e accedere da lì.`,
        NotSupportedError: "Questo dispositivo non può usare una passkey comprensibile a questo server.",
        ConstraintError:
          "Questo dispositivo non può chiedere un PIN, l’impronta digitale o il volto, e qui è necessario.",
        InvalidStateError: "Al momento questa passkey non si può usare. Riprovare o usarne un’altra.",
        other:
          "Il dispositivo o il gestore di password non ci è riuscito. Riprovare o usare un’altra passkey.",
      },
      add: {
        NotAllowedError:
          "Nessuna passkey è stata aggiunta: l’operazione è stata annullata o ha richiesto troppo tempo.",
        SecurityError: (address) =>
          `A questo indirizzo non si possono creare passkey di questo server. Aprire ${address} e accedere da lì.`,
        NotSupportedError: "Questo dispositivo non può creare una passkey comprensibile a questo server.",
        ConstraintError:
          "Questo dispositivo non può creare una passkey di questo tipo: non ha più spazio, oppure non può chiedere un PIN, l’impronta digitale o il volto.",
        InvalidStateError: "Su questo dispositivo esiste già una passkey per questo account.",
        other:
          "Il dispositivo o il gestore di password non è riuscito a creare una passkey. Riprovare o usarne un altro.",
      },
    },
    refused: {
      stale:
        "Questa pagina è rimasta aperta troppo a lungo o ha già avuto risposta. Usare di nuovo la passkey.",
      elsewhere: (address) =>
        `La passkey è stata usata a un indirizzo diverso da ${address}. Aprire quell’indirizzo e accedere da lì.`,
      unknown: "Questa passkey non è nota qui: è stata rimossa oppure appartiene a un altro server.",
      copied:
        "Questa passkey è stata rifiutata perché potrebbe essere stata copiata: il suo contatore è tornato indietro. Accedere in un altro modo, rimuoverla dall’account e informare il gestore di questo server.",
      unverified:
        "Il dispositivo non ha chiesto un PIN, l’impronta digitale o il volto, e qui è necessario. Accedere prima con la password oppure usare un’altra passkey.",
      unreadable: "La risposta del browser non è leggibile. Riprovare o usare un altro browser.",
    },
    lost: "Nessuna passkey a portata di mano? Rivolgersi al gestore di questo server.",
    title: "Passkey",
    lead: "Con una passkey si accede senza password: con l’impronta digitale, il volto o il PIN del dispositivo, oppure con una chiave di sicurezza. Funziona solo con questo server, perciò nessun altro sito può carpirla.",
    none: "Non c’è ancora nessuna passkey.",
    oneTitle: "C’è una sola passkey",
    oneWithPassword:
      "Se va persa, si accede con la password. È meglio aggiungerne un’altra, su un altro dispositivo o in un gestore di password.",
    oneAlone:
      "Se va persa, non è più possibile accedere. Aggiungerne un’altra, su un altro dispositivo o in un gestore di password.",
    kinds: { passkey: "Passkey", securityKey: "Chiave di sicurezza" },
    added: "Aggiunta:",
    lastUsed: (when) => `ultimo uso: ${when}`,
    spoiled:
      "Questa passkey qui non è più leggibile e non permette più di accedere. Rimuoverla e aggiungerla di nuovo.",
    neverUsed: "mai usata",
    synced: "Su tutti i dispositivi del gestore di password",
    single: "Su un solo dispositivo",
    needsName: "Inserire il nome utente prima di usarla",
    add: "Aggiungi una passkey",
    addLead: "Il browser chiede dove conservarla.",
    rename: "Rinomina",
    renameLabel: (name) => `Rinomina ${name}`,
    name: "Nome della passkey",
    nameRefused: (characters) => `Un nome ha da 1 a ${characters} caratteri, nessuno dei quali invisibile.`,
    save: "Salva",
    remove: "Rimuovi",
    removeLabel: (name) => `Rimuovi la passkey ${name}`,
    removeHint:
      "Dispositivo smarrito? Rimuovere la sua passkey e disconnettere il suo browser nella pagina dell’account: rimuovere una passkey non disconnette nessun browser.",
    recentTitle: "Accedere di nuovo per fare modifiche",
    recent:
      "L’ultimo accesso risale a qualche tempo fa. Per aggiungere o rimuovere una passkey occorre confermare la propria identità.",
    recentAction: "Accedi di nuovo",
    levelTitle: "Ancora un passaggio per fare modifiche",
    level:
      "L’accesso è avvenuto senza il secondo fattore. Per aggiungere o rimuovere una passkey, usarlo ora.",
    levelAction: "Continua",
    lastWay: "Non è stata rimossa: è l’unico modo per accedere. Aggiungere prima un’altra passkey.",
    notAdded: {
      stale:
        "Nessuna passkey è stata aggiunta: questa pagina è rimasta aperta troppo a lungo o ha già avuto risposta. Riprovare.",
      elsewhere: (address) =>
        `Nessuna passkey è stata aggiunta: il browser era a un indirizzo diverso da ${address}. Aprire quell’indirizzo e accedere da lì.`,
      unreadable:
        "Nessuna passkey è stata aggiunta: la risposta del browser non è leggibile. Riprovare o usare un altro browser.",
      refused:
        "Nessuna passkey è stata aggiunta: la risposta del dispositivo non è valida. Riprovare o usare un altro dispositivo.",
      known: "Nessuna passkey è stata aggiunta: questa è già registrata qui.",
      too_many:
        "Nessuna passkey è stata aggiunta: un account ne ha al massimo 50. Rimuoverne una che non si usa.",
    },
    passwordTitle: "Fare a meno della password",
    passwordLead:
      "Una password che non esiste non si può rubare. Si accede allora solo con le passkey. Il gestore di questo server può assegnare di nuovo una password.",
    passwordRemove: "Rimuovi la password",
    passwordKept: {
      last_way:
        "La password resta: senza di essa non sarebbe possibile accedere. Aggiungere prima una passkey.",
    },
    instead: "Aggiungi invece una passkey",
    state: (count) => plural(count, { none: "Nessuna", one: "1 passkey", other: `${count} passkey` }),
    notices: {
      added: "La passkey è stata aggiunta. Usarla per il prossimo accesso.",
      renamed: "Il nome è stato salvato.",
      removed: "La passkey è stata rimossa. Non permette più a nessuno di accedere.",
      password_removed: "La password è stata rimossa. Ora si accede con le passkey.",
    },
  },
  secondFactor: {
    title: "Secondo fattore",
    leads: {
      wanted:
        "Con un secondo fattore la sola password non basta più: un’app sul telefono mostra un codice da inserire al momento dell’accesso.",
      demanded:
        "Per continuare serve un secondo fattore: un’app sul telefono che mostra un codice da inserire al momento dell’accesso. Bastano due minuti, una volta sola.",
      replaces: "Configurare la nuova app. Quella vecchia funziona finché la nuova non è confermata.",
    },
    setUpTitle: "Configura un secondo fattore",
    getApp:
      "Aprire sul telefono un’app per codici monouso. Molti gestori di password lo sono; altrimenti installarne una, come Aegis o 2FAS.",
    scan: "Nell’app, aggiungere un account e inquadrare questo codice.",
    qrLabel: "Il codice QR per l’app. Lo stesso segreto si trova sotto come testo.",
    openHere: "Apri in un’app su questo dispositivo",
    typeIt: "Se non è possibile inquadrarlo, inserire nell’app questo segreto:",
    firstCode: "Il codice che l’app mostra ora",
    firstCodeHint: "Sei cifre. Cambiano ogni 30 secondi.",
    firstCodeWrong:
      "Questo non è il codice che l’app dovrebbe mostrare ora. Controllare che sia quello di questo account e che il telefono imposti l’ora automaticamente.",
    turnOn: "Attiva",
    others:
      "Gli altri browser verranno disconnessi. Le applicazioni sui propri dispositivi mantengono l’accesso.",
    done: {
      set_up: "Il secondo fattore è attivo.",
      renewed: "Ci sono nuovi codici di recupero. Quelli vecchi non funzionano più.",
    },
    codesTitle: "Codici di recupero",
    codesLead:
      "Se si perde il telefono, ognuno di questi codici permette di accedere una volta, insieme alla password. Stamparli o trascriverli, e conservarli lontano dal telefono.",
    codesFor: (username, host) => `Codici di recupero di ${username} su ${host},`,
    codesOnce: "Si possono vedere solo in questa pagina.",
    stored: "Li ho conservati",
    signInAgain: "Li ho conservati. Accedi",
    isOn: "Un’app mostra i codici per l’accesso. Configurata:",
    isOff: "Non configurato",
    codesLeft: (count) =>
      plural(count, {
        none: "Non resta nessun codice di recupero.",
        one: "Resta un codice di recupero.",
        other: `Restano ${count} codici di recupero.`,
      }),
    codesFew: (count) =>
      count === 0
        ? "Non resta nessun codice di recupero. Se ora si perde il telefono, non è più possibile accedere. Creare nuovi codici qui sotto."
        : "Restano pochi codici di recupero. Creare nuovi codici qui sotto.",
    goOn: "Continua",
    changeTitle: "Modifica",
    changeLead: "Inserire un codice per confermare la propria identità, poi scegliere che cosa fare.",
    code: "Codice",
    codeHint: "Le sei cifre che l’app mostra ora, oppure uno dei codici di recupero.",
    renew: "Nuovi codici di recupero",
    replace: "Usa un’altra app",
    remove: "Disattiva",
    mustStay:
      "Il gestore di questo server richiede un secondo fattore per questo account, perciò non si può disattivare.",
    removedTitle: "Il secondo fattore è disattivato",
    removedLead: "L’app e i codici di recupero qui non funzionano più. Rimuovere l’account dall’app.",
  },
  signOut: {
    title: "Uscire?",
    titleOf: (server) => `Uscire da ${server}?`,
    asked: (client) => `${client} chiede di terminare la sessione.`,
    lead: "Le applicazioni a cui si è acceduto da questo browser perdono il loro accesso. I dispositivi lo mantengono, e così le applicazioni a cui è stato permesso di mantenerlo. Il loro accesso si può rimuovere nella pagina dell’account.",
    submit: "Esci",
    stay: "Non uscire",
    doneTitle: "Uscita effettuata",
    doneLead: "Questo browser non è più connesso.",
    notRegistered:
      "L’applicazione voleva proseguire verso un indirizzo non registrato per essa, perciò si resta qui.",
    backTo: (place) => `Torna a ${place}`,
    signIn: "Accedi di nuovo",
    toAccount: "Torna all’account",
  },
  consent: {
    title: (client) => `Consentire a ${client}?`,
    heading: "vuole usare l’account",
    self: "Un’applicazione su questo dispositivo",
    selfHint: "La risposta va a un programma su questo dispositivo, non a un sito web.",
    website: "Sito web",
    unverifiedTitle: "Questa applicazione non è verificata",
    unverified: (host) =>
      `Si è registrata da sola e ha scelto il proprio nome. Continuare solo se si è aperto personalmente ${host} e lo si ritiene affidabile.`,
    unverifiedDevice:
      "Si è registrata da sola e ha scelto il proprio nome. Continuare solo se è stata appena avviata personalmente su questo dispositivo.",
    documentOf: (host) => `Pubblicata da ${host}`,
    unverifiedDocument: (publisher, host) =>
      `Si descrive da sola su ${publisher} e ha scelto il proprio nome. Continuare solo se si è aperto personalmente ${host} e lo si ritiene affidabile.`,
    unverifiedDocumentDevice: (publisher) =>
      `Qualsiasi programma su questo dispositivo può fingersi questa applicazione di ${publisher}. Continuare solo se è stata appena avviata personalmente.`,
    acknowledge: (host) => `Ho aperto io ${host}`,
    acknowledgeDevice: "L’ho appena avviata io",
    mayTitle: "Potrà",
    mayNothing: "Sapere che qui esiste questo account, e nient’altro",
    detailYes: "Sì",
    detailNo: "No",
    sensitive: "Questo permette molto:",
    forResources: (names) => `Per ${names}:`,
    mayIdentify: "Dimostrare là che qui esiste questo account",
    mayNotTitle: "Non potrà",
    mayNot: ["Vedere la password", "Cambiare la password", "Dare ad altri accesso all’account"],
    takeBack: "Il consenso si può revocare in qualsiasi momento su questo server, in “Il mio account”.",
    askedAgain: {
      stale:
        "La risposta non è valida: questa pagina è rimasta aperta troppo a lungo, oppure nel frattempo è stato effettuato un nuovo accesso. Controllarla e rispondere di nuovo.",
      changed:
        "La risposta non è valida: ciò che questa applicazione potrebbe fare è cambiato da quando la pagina è stata aperta. Controllarla e rispondere di nuovo.",
      unacknowledged:
        "La risposta non è valida: per consentire, selezionare la casella che dichiara di avere iniziato di persona.",
    },
    allow: "Consenti",
    deny: "Rifiuta",
    returnsTo: (place) => `In entrambi i casi si torna a ${place}.`,
    returnsToApplication: "In entrambi i casi si torna all’applicazione.",
    terms: "Termini di servizio",
    policy: "Informativa sulla privacy",
  },
  notAllowed: {
    title: (client) => `Questo account non ha accesso a ${client}`,
    only: (username, client, groups) =>
      `L’accesso è stato effettuato come ${username}, ma ${client} è solo per i membri di: ${groups}.`,
    denied: (username, client) =>
      `L’accesso è stato effettuato come ${username}, ma questo account non può usare ${client}.`,
    ask: "Se si ritiene di dover avere accesso, rivolgersi al gestore di questo server. Non è stato condiviso nulla.",
  },
  device: {
    title: "Collega un dispositivo",
    lead: "Inserire il codice mostrato dal dispositivo.",
    code: "Codice",
    codeHint: "Otto lettere, come WDJB-MJHT. Maiuscole o minuscole, con o senza trattino.",
    submit: "Continua",
    malformed: "Il codice non è completo. Un codice ha otto lettere e nessuna cifra.",
    unknown:
      "Nessun dispositivo è in attesa con questo codice. Controllare le lettere. Se sono giuste, il codice è già stato usato o è scaduto: richiederne uno nuovo dal dispositivo.",
    limited: (wait) => `Troppi codici errati. Riprovare ${wait}.`,
    confirmTitle: (client) => `Collegare ${client}?`,
    compare: "Il dispositivo mostra questo codice?",
    asks: "vuole usare l’account da un altro dispositivo",
    started: "Avvio",
    justNow: "Proprio ora",
    from: "Da",
    address: (address) => `Indirizzo di rete ${address}`,
    thisComputer: (address) => `Questo computer (${address})`,
    agentUnknown: "Il dispositivo non ha detto che cos’è",
    agentUnnamed: "Un programma che qui non è noto",
    agentOn: (program, system) => `${program} su ${system}`,
    agentDetails: "Che cosa dice di sé il dispositivo",
    agentSays: "Qui può dichiarare qualsiasi cosa:",
    quote: (words) => `“${words}”`,
    unverified: "Si è registrata da sola e ha scelto il proprio nome.",
    acknowledge: "L’ho avviato io su un mio dispositivo",
    warningTitle: "Consentire solo ciò che si è avviato di persona",
    warning:
      "Consentire solo se la richiesta è stata appena avviata di persona, su un dispositivo qui davanti. Se questo codice o link è arrivato da un’altra persona, questa vuole entrare nell’account: rifiutare.",
    allow: "Consenti",
    deny: "Rifiuta",
    approvedTitle: "Il dispositivo è collegato",
    approved: (client) =>
      `${client} ora ha accesso. Tornare al dispositivo; prosegue da solo entro pochi secondi.`,
    deniedTitle: "L’accesso è stato rifiutato",
    denied: (client) => `${client} non ha ottenuto accesso all’account. Questa pagina si può chiudere.`,
    stale:
      "Questa pagina è rimasta aperta troppo a lungo. La risposta non è stata registrata. Rispondere di nuovo.",
    stands: "È già stata data una risposta, e vale la prima.",
    decidedTitle: "Questo codice non è più valido",
    decided:
      "È già stato usato, qui o in un’altra pagina, oppure è scaduto. Se il dispositivo è ancora in attesa, richiedergli un nuovo codice.",
    another: "Collega un altro dispositivo",
    toAccount: "Vedi chi ha accesso",
  },
  approvals: {
    title: "Richieste di approvazione",
    lead: "Le applicazioni chiedono qui l’approvazione per ciò che si fa con loro altrove, per esempio in una telefonata o a una cassa. Non succede nulla finché non si risponde.",
    none: "Nessuna applicazione attende una risposta.",
    again: "Controlla di nuovo",
    looks: "Questa pagina controlla di nuovo da sola per dieci minuti.",
    look: "Guarda e rispondi",
    waiting: (count) =>
      plural(count, {
        one: "Un’applicazione chiede l’approvazione",
        other: `${count} richieste attendono l’approvazione`,
      }),
    ends: (when) => `termina ${when}`,
    confirmTitle: (client) => `Approvare ciò che chiede ${client}?`,
    asks: "chiede l’approvazione",
    says: "L’applicazione dice",
    compare: "Sono parole sue. Approvare solo se là si vedono o si sentono le stesse parole.",
    silent: "L’applicazione non ha inviato parole da confrontare.",
    asked: "Chiesto",
    counts: "Termina",
    server: "Dal suo server",
    warningTitle: "Approvare solo ciò che si sta facendo di persona",
    warning:
      "Approvare solo se in questo momento si ha a che fare con questa applicazione, per esempio in una telefonata o a una cassa. Se la richiesta è inattesa, o se ne arrivano di continuo, forse un’altra persona vuole entrare nell’account: rifiutare.",
    acknowledge: "In questo momento ho a che fare con questa applicazione",
    approve: "Approva",
    refuse: "Rifiuta",
    step: "Se si approva, segue prima un altro passaggio dell’accesso.",
    report: "Non l’ho chiesto io",
    reportHint: "Così si rifiuta, e l’applicazione non può chiedere di nuovo per un giorno.",
    toList: "Tutte le richieste",
    outcomes: {
      approved: {
        title: "Approvato",
        text: (client) => `${client} ha ora l’accesso che ha chiesto. Questa pagina si può chiudere.`,
      },
      denied: {
        title: "Rifiutato",
        text: (client) =>
          `${client} non ha ottenuto alcun accesso all’account. Questa pagina si può chiudere.`,
      },
      reported: {
        title: "Rifiutato e segnalato",
        text: (client) =>
          `${client} non ha ottenuto alcun accesso all’account, e non può chiedere di nuovo per un giorno. Il gestore di questo server può vedere che la richiesta era inattesa.`,
      },
      over: {
        title: "Questa richiesta non è più aperta",
        text: (client) =>
          `Non ha avuto risposta in tempo, oppure ${client} non può più chiedere. Se serve ancora, far chiedere di nuovo all’applicazione.`,
      },
    },
    unknown: {
      title: "Non c’è una richiesta simile per questo account",
      text: "Forse riguarda un altro account, oppure è finita da tempo.",
    },
  },
  account: {
    title: "Il mio account",
    sectionsLabel: "Sezioni dell’account",
    sections: {
      overview: "Panoramica",
      security: "Sicurezza",
      details: "Profilo",
      activity: "Attività",
      data: "Dati",
    },
    securityTitle: "Sicurezza",
    mails: {
      title: "Email da ricevere",
      lead: (address) =>
        `Le email sulla sicurezza dell’account vanno a ${address}. Non si possono disattivare.`,
      optional: {
        new_device: "Anche per l’accesso da un nuovo browser",
        backchannel_asked: "Anche quando un’applicazione chiede la mia approvazione",
      },
    },
    waysTitle: "Modi per accedere",
    ways: {
      password: "Password",
      passwordSet: "Impostata",
      passwordNone: "Nessuna. Il gestore di questo server può impostarne una.",
    },
    accessTitle: "Applicazioni e dispositivi con accesso",
    accessLead: "Possono usare l’account finché non vengono rimossi.",
    accessNone: "Nessuna applicazione e nessun dispositivo ha accesso all’account.",
    viaApplication: "Applicazione",
    viaAssertion: "Tramite la sua organizzazione",
    viaApproval: "Approvato su richiesta",
    viaDevice: "Dispositivo",
    since: "dal giorno",
    installations: (count) => plural(count, { one: "Un’installazione", other: `${count} installazioni` }),
    usedWithin: (days) =>
      plural(days, {
        one: "Uso nelle ultime 24 ore",
        other: `Uso negli ultimi ${days} giorni`,
      }),
    notUsedYet: "Nessun uso finora",
    end: "Termina",
    endLabel: (client, since) => `Termina l’accesso di ${client} dal giorno ${since}`,
    mayNothing: "Sa che qui esiste questo account",
    notVerified: "Non verificata",
    unverified: "Si è registrata da sola e ha scelto il proprio nome.",
    unknownClient: "Un’applicazione non più registrata",
    remembered: "Quando avrà bisogno di questo accesso, non verrà chiesta un’altra conferma.",
    rememberedOnly: "Al momento non ha accesso, ma può riottenerlo senza chiedere conferma.",
    remove: "Rimuovi",
    removeAll: "Rimuovi tutti",
    removeEverything: "Rimuovi ogni accesso di applicazioni e dispositivi",
    removeAllLabel: (client) => `Rimuovi tutti gli accessi di ${client}`,
    removeLabel: (client) => `Rimuovi l’accesso di ${client}`,
    passwordLead: "Tutti gli altri browser verranno disconnessi.",
    currentPassword: "Password attuale",
    newPassword: "Nuova password",
    passwordHint: (characters) =>
      `Almeno ${characters} caratteri. Più è lunga, meglio è: quattro parole senza legame tra loro.`,
    changePassword: "Cambia password",
    currentWrong: "Questa non è la password attuale.",
    passwordSame: "La nuova password è uguale a quella attuale.",
    appsTitle: "Le mie applicazioni",
    appsAll: (count) => `Tutte le ${count} applicazioni`,
    alsoEnd: "Termina anche gli accessi",
    alsoEndHint:
      "Applicazioni e dispositivi non hanno mai conosciuto la password e mantengono l’accesso. Se un’altra persona potrebbe conoscere la password, terminare l’accesso per tutti: occorrerà poi accedervi di nuovo.",
    endAllAccess: "Tutte le applicazioni e i dispositivi",
    detailsTitle: "Profilo",
    detailsLead: "Questi dati sono visibili solo alle applicazioni a cui è stato consentito.",
    detailsTooLong: "Nell’insieme questi dati sono troppo lunghi. Non è stato modificato nulla.",
    save: "Salva",
    notSaid: "Non indicato",
    usernameLabel: "Nome utente",
    emailLabel: "Indirizzo email",
    groupsLabel: "Gruppi",
    givenTitle: "Deciso dal gestore di questo server",
    facts: {
      name: { label: "Nome completo", hint: "", refused: NAME_REFUSED },
      given_name: { label: "Nome", hint: "", refused: NAME_REFUSED },
      family_name: { label: "Cognome", hint: "", refused: NAME_REFUSED },
      middle_name: { label: "Secondo nome", hint: "", refused: NAME_REFUSED },
      nickname: { label: "Soprannome", hint: "", refused: NAME_REFUSED },
      profile: {
        label: "Pagina personale",
        hint: "",
        refused: "Questo non è un indirizzo web, come https://example.org/ada.",
      },
      website: {
        label: "Sito web",
        hint: "",
        refused: "Questo non è un indirizzo web, come https://example.org.",
      },
      gender: {
        label: "Genere",
        hint: "",
        refused: "Il testo supera i 200 caratteri o ne contiene di invisibili.",
      },
      birthdate: {
        label: "Data di nascita",
        hint: "Anno, mese e giorno: 1985-12-10. Senza l’anno: 0000-12-10.",
        refused: "Questo non è un giorno, come 1985-12-10.",
      },
      zoneinfo: {
        label: "Fuso orario",
        hint: "Gli orari in queste pagine lo seguono.",
        refused: "Questo non è un fuso orario.",
      },
      locale: {
        label: "Lingua",
        hint: "Queste pagine la seguono dopo l’accesso.",
        refused: "Questa non è una lingua.",
      },
      phone_number: {
        label: "Numero di telefono",
        hint: "Con il prefisso internazionale: +43 660 1234567.",
        refused: "Questo non è un numero di telefono con prefisso internazionale, come +43 660 1234567.",
      },
      street_address: { label: "Via e numero civico", hint: "", refused: FACT_REFUSED },
      postal_code: { label: "Codice postale", hint: "", refused: FACT_REFUSED },
      locality: { label: "Località", hint: "", refused: FACT_REFUSED },
      region: { label: "Provincia o regione", hint: "", refused: FACT_REFUSED },
      country: { label: "Paese", hint: "", refused: FACT_REFUSED },
    },
    pictureTitle: "Immagine",
    pictureAlt: "Immagine del profilo",
    pictureFile: "Un’immagine di sé",
    pictureHint: (megabytes) =>
      `PNG, JPEG o WebP, al massimo ${megabytes.toLocaleString("it")} MB. Ne resta la parte centrale, senza il luogo e la fotocamera che il file può indicare. Chiunque ne conosca l’indirizzo può vederla.`,
    pictureSave: "Usa questa immagine",
    pictureRemove: "Rimuovi l’immagine",
    pictureFaults: {
      none: "Scegliere prima un file.",
      too_large: (megabytes) => `Il file supera i ${megabytes.toLocaleString("it")} MB.`,
      too_many_pixels: "L’immagine ha più di 50 milioni di pixel. Prima occorre rimpicciolirla.",
      too_long: "L’immagine è più di 8 volte più lunga che larga.",
      too_detailed: "L’immagine ha troppi dettagli per poter essere ridotta abbastanza. Sceglierne un’altra.",
      no_picture: "Il file non è un’immagine PNG, JPEG o WebP non animata, oppure è danneggiato.",
    },
    activity: {
      title: "Attività",
      lead: "Che cosa è successo all’account, a partire dagli eventi più recenti.",
      none: "Non è ancora successo nulla.",
      earlier: "Meno recenti",
      newest: "I più recenti",
      notYou: "Se qualcosa risulta sconosciuto:",
      removedClient: (id) => `${id} (non più registrata)`,
      events: {
        "access.removed": ({ by, client }) =>
          `${doneBy(by)} ha terminato l’accesso di ${client ?? "tutte le applicazioni e i dispositivi"}`,
        "code.replayed": ({ client }) =>
          `Un codice di accesso di ${client ?? "un’applicazione"} è stato usato due volte, come farebbe un ladro. L’accesso è terminato`,
        "consent.given": ({ client }) => `Accesso concesso a ${client ?? "un’applicazione"}`,
        "backchannel.approved": ({ client }) => `Approvato ciò che chiedeva ${client ?? "un’applicazione"}`,
        "backchannel.asked": ({ count }) =>
          plural(count, {
            one: "Un’applicazione ha chiesto l’approvazione",
            other: `Delle applicazioni hanno chiesto l’approvazione ${count} volte`,
          }),
        "backchannel.denied": ({ client, reason }) =>
          reason === "not_started"
            ? `Segnalata una richiesta inattesa di ${client ?? "un’applicazione"}`
            : `Rifiutato ciò che chiedeva ${client ?? "un’applicazione"}`,
        "device.approved": ({ client }) => `Dispositivo collegato: ${client ?? "sconosciuto"}`,
        "grant.revoked": ({ by, client }) =>
          by === "other"
            ? `${client ?? "Un’applicazione"} ha terminato un proprio accesso`
            : `${doneBy(by)} ha terminato un accesso di ${client ?? "un’applicazione"}`,
        "group.joined": ({ group }) => `Ora l’account fa parte del gruppo ${group}`,
        "group.left": ({ group }) => `L’account non fa più parte del gruppo ${group}`,
        "email.changed": ({ by }) =>
          by === "you"
            ? "Questo account ha cambiato l’indirizzo email"
            : "Il gestore ha cambiato l’indirizzo email",
        "email.verified": () => "L’indirizzo email è stato confermato",
        "passkey.added": () => "Questo account ha aggiunto una passkey",
        "passkey.removed": ({ by }) =>
          by === "you"
            ? "Questo account ha rimosso una passkey"
            : "Il gestore ha rimosso una passkey di questo account",
        "password.removed": ({ by }) =>
          by === "you" ? "Questo account ha rimosso la password" : "Il gestore ha rimosso la password",
        "reset.done": () => "È stata impostata una nuova password con un link ricevuto per email",
        "sign_in_link.created": () => "Il gestore ha creato un link per accedere",
        "sign_in_link.used": () => "Accesso con un link del gestore",
        "password.changed": ({ by }) =>
          by === "you"
            ? "Questo account ha cambiato la password"
            : "Il gestore ha impostato una nuova password",
        "person.changed": ({ by }) => `${doneBy(by)} ha modificato il profilo`,
        "person.created": () => "L’account è stato creato",
        "person.disabled": () => "L’account è stato disattivato",
        "person.enabled": () => "L’account è stato riattivato",
        "person.unlocked": () => "Il gestore ha permesso di nuovo tentativi con la password",
        "recovery_code.used": () => "Accesso effettuato con un codice di recupero",
        "recovery_codes.renewed": () => "Ottenuti nuovi codici di recupero",
        "second_factor.added": () => "Secondo fattore configurato",
        "second_factor.removed": ({ by }) => `${doneBy(by)} ha rimosso il secondo fattore`,
        "sign_in.approved": () => "Approvato un accesso su un altro dispositivo",
        "sign_in.denied": () => "Rifiutato un accesso su un altro dispositivo",
        "refresh_token.replayed": ({ client }) =>
          `Una chiave di ${client ?? "un’applicazione"} è stata usata due volte, come farebbe un ladro. L’accesso è terminato`,
        "session.ended": ({ by, reason }) =>
          reason === "surplus"
            ? "Un browser è stato disconnesso, perché quelli connessi erano troppi"
            : `${doneBy(by)} ha disconnesso un browser`,
        "session.started": () => "Accesso effettuato",
        "sessions.ended": ({ by }) => `${doneBy(by)} ha disconnesso tutti i browser`,
        "sign_in.limited": ({ count }) =>
          plural(count, {
            one: "Un tentativo di accedere a questo account è stato rifiutato, perché erano troppi",
            other: `${count} tentativi di accedere a questo account sono stati rifiutati, perché erano troppi`,
          }),
        "sign_in.refused": ({ count }) =>
          plural(count, {
            one: "Un tentativo di accedere a questo account è fallito: password o codice errati",
            other: `${count} tentativi di accedere a questo account sono falliti: password o codici errati`,
          }),
      },
    },
    data: {
      title: "Dati",
      downloadLead:
        "Un file con tutto ciò che questo server sa sull’account: il profilo, l’immagine, dove è stato effettuato l’accesso, chi ha accesso e che cosa è successo. Non contiene nessuna password.",
      download: "Scarica i dati",
      deleteTitle: "Elimina l’account",
      deleteByOperator: "Solo il gestore di questo server può eliminare l’account.",
      declared:
        "L’account si trova nella configurazione di questo server, perciò solo il gestore può eliminarlo.",
      lastAdministrator:
        "Questo account è l’ultimo amministratore del server. Prima occorre nominare un’altra persona.",
      deleteLead: "L’operazione è irreversibile. Con l’account terminano:",
      endsAccess: "l’accesso di",
      endsSessions: (count) =>
        plural(count, { one: "la sessione in questo browser", other: `le sessioni in ${count} browser` }),
      endsFacts: "il profilo, l’immagine, i gruppi e il registro delle attività",
      staysElsewhere:
        "Ciò che le applicazioni conservano resta presso di loro. Un futuro account con lo stesso nome non verrà riconosciuto come questo.",
      typeUsername: (username) => `Inserire il proprio nome utente (${username}) per confermare`,
      usernameWrong: "Questo non è il nome utente dell’account.",
      delete: "Elimina l’account per sempre",
      deletedTitle: "L’account è stato eliminato",
      deleted: "Tutti i browser sono disconnessi, e nulla ha più accesso.",
    },
    manageTitle: "Gestire questo server",
    manageText: "Persone, gruppi e applicazioni.",
    emailRefused: "Questo non è un indirizzo email.",
    emailTaken: "Un’altra persona accede con questo indirizzo.",
    sessionsTitle: "Dove è stato effettuato l’accesso",
    sessionHere: "Questo browser",
    browserUnknown: "Browser sconosciuto",
    deviceUnknown: "Dispositivo sconosciuto",
    signedInSince: "Accesso effettuato:",
    lastSeen: (when) => `ultima attività: ${when}`,
    from: (address) => `da ${address}`,
    endSessionLabel: (since) => `Disconnetti il browser connesso dal giorno ${since}`,
    endOtherSessions: "Disconnetti tutti gli altri browser",
    endAllSessions: "Esci ovunque, anche qui",
    signOut: "Esci",
    notices: {
      created: "L’account è stato creato. L’accesso è effettuato.",
      removed: (client) => `${client} non ha più accesso.`,
      ended: "Quell’installazione non ha più accesso.",
      removed_all: "Nessuna applicazione e nessun dispositivo ha più accesso.",
      details: "Il profilo è stato salvato.",
      mails: "La scelta delle email è stata salvata.",
      new_password:
        "La nuova password è stata salvata. Gli altri browser sono stati disconnessi. In caso di dispositivo perso, rimuovere anche la sua passkey.",
      email_asked:
        "Il profilo è stato salvato. Al nuovo indirizzo è stata inviata un’email: l’indirizzo vale dopo l’apertura del link che contiene.",
      picture: "L’immagine è stata salvata.",
      picture_removed: "L’immagine è stata rimossa. Alcuni programmi possono mostrarla ancora per un giorno.",
      session: "Quel browser è stato disconnesso.",
      sessions: "Tutti gli altri browser sono stati disconnessi.",
      password: "La password è stata cambiata. Gli altri browser sono stati disconnessi.",
    },
  },
  setup: {
    title: "Crea il primo account",
    lead: (name) =>
      `Benvenuti in ${name}. Questo link funziona una volta sola. L’account creato qui gestisce questo server.`,
    usernameHint: "Il nome con cui si accede.",
    usernameMissing: "Scegliere un nome utente.",
    usernameRefused: "Un nome utente ha al massimo 200 caratteri, nessuno dei quali di controllo.",
    usernameTaken: "Questo nome utente è già in uso. Sceglierne un altro.",
    passwordHint: (characters) =>
      `Almeno ${characters} caratteri. Più è lunga, meglio è: quattro parole senza legame tra loro.`,
    optional: "Facoltativo. Visibile solo alle applicazioni a cui viene consentito.",
    submit: "Crea account",
    passkeyTitle: "La passkey",
    passkeyLead: (username) =>
      `Il dispositivo crea la passkey con cui ${username} accede. L’account viene creato insieme a essa.`,
    passwordInstead: "Usare invece una password",
  },
  newAccount: {
    usernameIsAddress: "Scegliere un nome utente senza @. Solo il proprio indirizzo email può contenerla.",
    title: "Crea l’account",
    invited: (server) => `Questo è un invito a ${server}. Scegliere come accedere.`,
    confirmed: (server) => `L’indirizzo email è confermato. Scegliere come accedere a ${server}.`,
    signedInAs: (username) =>
      `L’accesso è effettuato come ${username}. Una volta creato il nuovo account, questo browser userà quello.`,
    emailHint: "Facoltativo. Viene inviata un’email, e l’indirizzo vale dopo la conferma.",
    withPasskey: "Continua con una passkey, senza password",
    emailTaken: "Esiste già un account con questo indirizzo email. Accedere con quello.",
    limited: "Troppi tentativi da questa rete. Attendere un po’, poi riprovare.",
    full: "In questo momento troppe persone stanno chiedendo un account. Riprovare tra un’ora.",
    waitingTitle: "L’account è in attesa di approvazione",
    waiting: (username, server) =>
      `L’account ${username} è stato creato. Sarà possibile accedere appena un amministratore di ${server} lo avrà approvato.`,
  },
  signUp: {
    lead: "Inserire il proprio indirizzo email. Verrà inviato un link con cui creare l’account.",
    invitationLead: (server) => `Per creare un account su ${server} serve un invito.`,
    accountLead: (server) => `Scegliere come accedere a ${server}.`,
    invitation: "Invito",
    invitationHint: "Il link ricevuto. Contiene tlk_.",
    invitationMalformed: "Questo invito non è completo. Copiare il link per intero.",
    domains: (domains) => `Un indirizzo di ${domains}.`,
    domainRefused: (domains) => `Qui può creare un account solo chi ha un indirizzo di ${domains}.`,
    submit: "Continua",
    haveAccount: "Ho un account: accedi",
    askedTitle: "Controllare la posta",
    asked: (email) => `È stata inviata un’email a ${email}. Aprire il link che contiene per proseguire.`,
    askedAdvice:
      "Si può aprire su un altro dispositivo. Se entro pochi minuti non arriva nulla, guardare nella posta indesiderata e controllare l’indirizzo.",
  },
  reset: {
    forgotTitle: "Password dimenticata?",
    forgotLead:
      "Inserire il nome utente o l’indirizzo email. Un link per una nuova password verrà inviato all’indirizzo email dell’account.",
    nameMissing: "Inserire il nome utente o l’indirizzo email.",
    ask: "Invia il link",
    back: "Torna all’accesso",
    limited: "Le richieste sono state molte. Attendere un po’, poi riprovare.",
    askedTitle: "Controllare la posta",
    asked: (name) =>
      `Se esiste un account ${name} con un indirizzo email confermato, un’email con un link è in arrivo a quell’indirizzo.`,
    askedAdvice:
      "Se entro pochi minuti non arriva nulla, guardare nella posta indesiderata o rivolgersi al gestore di questo server.",
    title: "Scegli una nuova password",
    lead: (username, server) =>
      `Per l’account ${username} su ${server}. Tutti i browser connessi con questo account vengono disconnessi.`,
    submit: "Imposta la password e accedi",
  },
  signInCode: {
    title: "Accedi con un codice",
    lead: "Inserire il nome utente o l’indirizzo email. Un codice verrà inviato all’indirizzo email dell’account.",
    ask: "Invia il codice",
    sent: (name) =>
      `Se esiste un account ${name} con un indirizzo email confermato, un’email con un codice è in arrivo. Lasciare aperta questa pagina.`,
    code: "Codice",
    codeHint: "Sei cifre.",
    submit: "Accedi",
    wrong: "Questo codice non è giusto o è troppo vecchio. Dopo cinque tentativi ne serve uno nuovo.",
    another: "Invia un altro codice",
    password: "Accedi con la password",
  },
  links: {
    signInLead: (username, server) => `Con questo link, questo browser accede a ${server} come ${username}.`,
    signInAdvice: "Funziona una volta sola. Continuare solo se questo è il proprio account.",
    signInSubmit: "Accedi",
    verifyTitle: "È questo il proprio indirizzo email?",
    verifyLead: (email, username, server) =>
      `L’account ${username} su ${server} deve ricevere l’indirizzo ${email}.`,
    verifyAdvice:
      "Confermare solo se questo è il proprio account. Altrimenti un’altra persona potrebbe agire a proprio nome.",
    verifySignIn: (username) =>
      `Prima accedere come ${username}. Solo la persona dell’account può confermare.`,
    verifySubmit: "Conferma l’indirizzo",
    verifiedTitle: "L’indirizzo è confermato",
    verified: (email) => `Ora ${email} è l’indirizzo dell’account.`,
    emailTakenTitle: "Questo indirizzo appartiene a un altro account",
    emailTaken: (email) =>
      `Nel frattempo un altro account ha ottenuto l’indirizzo ${email}. Non è stato modificato nulla.`,
  },
  invite: {
    link: "Invita persone",
    title: "Invita persone",
    lead: "Un invito è un link con cui una persona crea il proprio account.",
    nameHint: "Facoltativo. La persona può modificarlo.",
    emailHint: "Facoltativo. L’account riceve questo indirizzo.",
    emailHintWithoutMail:
      "Facoltativo. L’account riceve questo indirizzo, non confermato: questo server non invia email.",
    mailed: "Invia il link a questo indirizzo",
    groups: "Gruppi del nuovo account",
    groupsMissing: "Scelga almeno uno dei Suoi gruppi.",
    uses: "Quante persone possono usarlo",
    usesHint: "Per più di una, lasciare vuoti il nome e l’indirizzo.",
    usesRefused: (most) => `Inserire un numero da 1 a ${most}.`,
    usesOfOne: "Un invito con un nome o un indirizzo è per una sola persona.",
    days: "Giorni di validità",
    daysRefused: (most) => `Inserire un numero da 1 a ${most}.`,
    submit: "Crea l’invito",
    doneTitle: "L’invito è pronto",
    goodOnce: (time) => `Funziona una volta sola, per ${time}.`,
    goodFor: (uses, time) => `Funziona per ${uses} persone, per ${time}.`,
    handOver:
      "Inviare il link alla persona o farle inquadrare il codice. Viene mostrato solo ora, e chi lo possiede può usarlo.",
    mailedTo: (email) => `Il link è in arrivo a ${email}.`,
    qr: "Codice QR dell’invito",
    another: "Creane un altro",
    openTitle: "Inviti aperti",
    anyone: "Per chiunque",
    used: (used, uses) => (uses === 1 ? "Per una persona. Scadenza:" : `Usi: ${used} su ${uses}. Scadenza:`),
    revoke: "Ritira",
    revokeLabel: (about) => `Ritira l’invito ${about}`,
    revoked: "L’invito è stato ritirato.",
    waitingTitle: "In attesa di approvazione",
    approve: "Approva",
    approveLabel: (username) => `Approva ${username}`,
    approved: "Ora la persona può accedere.",
  },
  newPassword: {
    too_short: (characters) => `Questa password è troppo corta. Servono almeno ${characters} caratteri.`,
    too_long: (bytes) => `La password è troppo lunga; il limite è di ${bytes} byte.`,
    own_username:
      "Questo è il nome utente, che chi attacca prova per primo. Scegliere parole che altri non associano a sé.",
    own_email:
      "Questo è l’indirizzo email o una sua parte, che chi attacca prova per primo. Scegliere parole che altri non associano a sé.",
    server_name:
      "Questo è il nome del server, che chi attacca prova presto. Scegliere parole che non abbiano nulla a che fare con esso.",
    run: "Questo è uno schema ripetuto, o una serie di caratteri in ordine, e si indovina in fretta. Sceglierne un’altra.",
    common:
      "Molte persone hanno questa password o una simile, perciò chi attacca la prova per prima. Sceglierne un’altra.",
    breached:
      "Questa password era in una fuga di dati, perciò chi attacca la conosce. Sceglierne un’altra, e cambiarla ovunque la si usi.",
  },
  forms: {
    stale: "Questa pagina è rimasta aperta troppo a lungo. Non è stato modificato nulla. Riprovare.",
    stalePassword:
      "Questa pagina è rimasta aperta troppo a lungo. Non è stato modificato nulla. Inserire di nuovo la password.",
    cookieless:
      "Il browser non ha restituito nessun cookie, perciò questo modulo non ha potuto essere accettato. Consentire i cookie per questo sito e aprirlo all’indirizzo proprio del server:",
  },
  otherAddress: {
    title: (address) => `Questo server si trova a ${address}`,
    insecure:
      "Il browser è arrivato senza https. Così non è possibile accedere: il cookie di questo server viaggia solo su connessioni cifrate.",
    other_host:
      "Il browser è arrivato da un altro indirizzo. Le applicazioni rimandano a quello qui sopra, dove un accesso effettuato qui non vale.",
    goOn: (address) => `Continua su ${address}`,
    stay: "Resta qui",
    operators: "Per il gestore",
    operatorsText:
      "L’impostazione issuer indica l’indirizzo di questo server. Impostarla sull’indirizzo che le persone aprono. Un proxy davanti al server dovrebbe inoltrare l’intestazione Host e impostare X-Forwarded-Proto.",
  },
  terminal: {
    deniedTitle: "L’accesso è stato rifiutato",
    denied: "Non è stato condiviso nulla.",
    refusedTitle: "Il server ha rifiutato",
    noCode: "Non ha inviato nessun codice.",
    close: "Chiudere questa finestra e tornare al terminale.",
    doneTitle: "Il browser ha finito",
    done: "Chiudere questa finestra e tornare al terminale, che mostra il risultato.",
    strayTitle: "Qui non c’è nulla",
    stray: "Questa non è una risposta.",
  },
  leaving: {
    title: (host) => `Continuare su ${host}?`,
    text: (host) =>
      `Un’applicazione non verificata vuole rimandare a ${host}. Non le è stato condiviso nulla. Continuare solo se si proviene da lì e lo si ritiene affidabile.`,
    goOn: (host) => `Continua su ${host}`,
    posting: "Reindirizzamento in corso. Se non succede nulla, premere il pulsante.",
  },
  errors: {
    developers: "Per lo sviluppatore",
    code: "Errore",
    description: "Descrizione",
    learnMore: "Che cosa significa e come risolvere",
    request: "Nel chiedere aiuto, citare questa richiesta:",
    home: "Vai alla pagina iniziale",
    again: "Riprova",
    account: "Vai all’account",
    applicationWay: (host) => `Torna a ${host}`,
    sent: "Inviato",
    sentNone: "Non inviato",
    registered: "Registrato",
    registeredNone: "Nessuno",
    registeredHidden: "Non mostrato qui. Il gestore lo vede con",
    form_expired: {
      title: "Questo modulo non è più utilizzabile",
      text: "È rimasto aperto troppo a lungo, oppure il browser non ha inviato il cookie di questo sito. Non è stato modificato nulla. Se riprovare non basta, controllare che il browser conservi i cookie di questo sito.",
    },
    form_foreign: {
      title: "Questo modulo non proviene dalle nostre pagine",
      text: "Un altro sito web ha cercato di inviare qui un modulo a nome di questo account. Non è stato modificato nulla.",
    },
    form_answered: {
      title: "Questa domanda ha già avuto risposta",
      text: "Vale la prima risposta. Per cambiarla, tornare all’applicazione e ricominciare.",
    },
    sign_in_over: {
      title: "Questo accesso non è più valido",
      text: "Vale una sola volta e per poco tempo. Tornare all’applicazione e ricominciare.",
    },
    setup_link: {
      title: "Questo link non funziona più",
      text: "È già stato usato, è stato sostituito da uno più recente oppure è scaduto. Se il primo account non esiste ancora, riavviare il server per ottenere un nuovo link.",
    },
    link_unknown: {
      title: "Questo link non funziona",
      text: "Non è completo, è stato ritirato oppure è già stato usato. Copiare il link per intero, o chiederne uno nuovo a chi lo ha fornito.",
    },
    link_used: {
      title: "Questo link è già stato usato",
      text: "Se lo si è usato di persona, accedere. Altrimenti informare il gestore di questo server: un’altra persona potrebbe avere avuto il link.",
    },
    link_expired: {
      title: "Questo link è troppo vecchio",
      text: "I link funzionano per un tempo limitato. Chiederne uno nuovo a chi lo ha fornito.",
    },
    not_found: {
      title: "Qui non c’è nessuna pagina",
      text: "Controllare l’indirizzo o iniziare dalla pagina iniziale.",
    },
    method_not_allowed: {
      title: "Questa pagina non può farlo",
      text: "Aprirla di nuovo e usare i suoi pulsanti.",
    },
    too_large: {
      title: "I dati erano troppi",
      text: "È stato inviato più di quanto questo server accetti. Non è stato modificato nulla.",
    },
    malformed: {
      title: "Questa richiesta non è leggibile",
      text: "Non è stato modificato nulla. Aprire di nuovo la pagina e ripetere l’operazione.",
    },
    busy: {
      title: "Un momento",
      text: "In questo momento il server riceve moltissime richieste. Non è stato modificato nulla; riprovare tra qualche secondo.",
    },
    unavailable: {
      title: "Al momento il server non può rispondere",
      text: "Riprovare tra qualche secondo. Se era in corso una modifica, controllare prima se è avvenuta: forse è andata persa solo la risposta.",
    },
    server_error: {
      title: "Qualcosa è andato storto",
      text: "L’errore è di questo server. Riprovare; se il problema persiste, informarne il gestore.",
    },
    application_unknown: {
      title: "Questo server non conosce l’applicazione",
      text: "Il link che ha portato qui indica un’applicazione non registrata presso questo server. Il percorso si ferma qui, e non è stato condiviso nulla.",
    },
    redirect_mismatch: {
      title: "Questa applicazione ha chiesto un indirizzo di ritorno errato",
      text: "Voleva rimandare a un indirizzo che non ha registrato. Per proteggere l’account, il percorso si ferma qui; non è stato condiviso nulla.",
    },
    application: {
      title: "L’applicazione ha commesso un errore",
      text: "Ha rimandato qui con una richiesta che questo server non può accettare. Non è stato condiviso nulla. Tornare all’applicazione e riprovare; se succede di nuovo, informare chi la produce.",
    },
  },
  help: {
    title: "Messaggi di errore",
    lead: "Gli errori che questo server invia alle applicazioni e che cosa possono fare gli sviluppatori, per codice di errore. Le voci sono in inglese.",
    index: "Codici di errore",
    search: "Cerca un errore",
    searchHint: "Il codice o parole inglesi del messaggio: invalid_grant, redirect, PKCE.",
    submit: "Cerca",
    found: (count) =>
      plural(count, {
        none: "Nessuna voce contiene tutte queste parole.",
        one: "Una voce contiene queste parole.",
        other: `${count} voci contengono queste parole.`,
      }),
    showAll: "Mostra tutte le voci",
  },
  scopes: {
    openid: "Riconoscere questo account",
    profile: "Vedere nome, nome utente e immagine",
    email: "Vedere l’indirizzo email",
    phone: "Vedere il numero di telefono",
    address: "Vedere l’indirizzo postale",
    groups: "Vedere a quali gruppi si appartiene",
    offline_access: "Mantenere l’accesso anche dopo l’uscita",
    introspect: "Controllare se i token di accesso sono validi",
    "tessera.read": "Vedere le persone, le applicazioni e le impostazioni di questo server",
    "tessera.people": "Gestire le persone e i gruppi di questo server",
    "tessera.clients": "Gestire le applicazioni di questo server",
    "tessera.admin": "Amministrare questo server",
  },
};
