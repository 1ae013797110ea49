/** The texts of the pages in Spanish, translated from the English ones. */
import type { TranslatedTexts } from "./language.ts";
import { pluralsOf } from "./plural.ts";

const plural = pluralsOf<"one" | "many">("es");

const NAME_REFUSED = "Un nombre tiene como máximo 200 caracteres, y ninguno invisible.";
const WORDS_REFUSED = "Esto tiene más de 500 caracteres, o caracteres invisibles.";

export const spanish: TranslatedTexts = {
  common: {
    skip: "Ir al contenido",
    errorHelp: "Mensajes de error, para desarrolladores",
    signedInAs: "Sesión iniciada como",
    notYou: "¿No es usted?",
    switchPerson: "Usar otra cuenta",
    username: "Nombre de usuario",
    password: "Contraseña",
    name: "Nombre",
    email: "Correo electrónico",
    mailDelayed:
      "Los correos tardan ahora más de lo habitual: el servidor de correo no los acepta. Se enviarán en cuanto lo haga.",
    opensElsewhere: "sale de este sitio",
    unverifiedName: (client) => `${client} (sin verificar)`,
  },
  foot: {
    language: "Idioma",
    imprint: "Aviso legal",
    privacy: "Privacidad",
    help: "Ayuda",
    translated: "Textos traducidos. Vale la versión inglesa.",
  },
  home: {
    title: (name) => name,
    lead: "Aquí inicia sesión, y aquí decide qué aplicaciones y dispositivos pueden usar su cuenta.",
    account: "Su cuenta",
    accountHint: "Vea quién tiene acceso y retírelo.",
    device: "Conectar un dispositivo",
    deviceHint: "Escriba el código que muestra un televisor, un terminal u otro dispositivo.",
    developers: "Para desarrolladores",
    metadata: "Metadatos de este servidor de autorización",
    errors: "Los mensajes de error y cómo resolverlos",
  },
  signIn: {
    title: "Iniciar sesión",
    lead: (name) => `Use su cuenta de ${name}.`,
    leadToClient: (name, client) => `Use su cuenta de ${name} para continuar a ${client}.`,
    leadToStranger: (name, client) =>
      `Use su cuenta de ${name} para continuar a ${client}. Esta aplicación no está verificada.`,
    leadToDevice: (name) => `Use su cuenta de ${name} para conectar un dispositivo.`,
    again: (username) => `Ha iniciado sesión como ${username}. Inicie sesión de nuevo para continuar.`,
    another: (username) =>
      `Inicie sesión con la cuenta que quiere usar. Hasta entonces, su sesión es la de ${username}.`,
    chooseTitle: "Elegir una cuenta",
    choose: (username) => `Ha iniciado sesión como ${username}.`,
    continueAs: (username) => `Continuar como ${username}`,
    useAnother: "Usar otra cuenta",
    submit: "Iniciar sesión",
    usernameOrEmail: "Nombre de usuario o correo electrónico",
    wrong: (wait) =>
      `El nombre de usuario o la contraseña no son correctos. Tras muchos intentos se rechaza también la contraseña correcta: espere ${wait} y vuelva a intentarlo.`,
    stale: "Esta página estuvo abierta demasiado tiempo. Escriba de nuevo su contraseña.",
    limited: (wait, until) =>
      `Demasiados intentos. Su cuenta está bien: para protegerla, no se acepta ninguna contraseña hasta las ${until}. Vuelva a intentarlo ${wait}.`,
    passwordKept: {
      signed_out:
        "Su contraseña no se cambió, porque entretanto se cerró su sesión. Inicie sesión para cambiarla.",
      same_password: "Su contraseña no se cambió: la nueva es igual que la actual.",
    },
    cancel: (client) => `Cancelar y volver a ${client}`,
    withPhone: "Iniciar sesión con el teléfono",
    otherWay: "Iniciar sesión de otra forma",
    forgotten: "¿Olvidó su contraseña? Pida una nueva al responsable de este servidor.",
    forgottenLink: "¿Olvidó su contraseña?",
    codeLink: "Iniciar sesión con un código por correo",
    noAccount: "¿Aún no tiene cuenta?",
    newAccount: "Crear una",
  },
  otherDevice: {
    title: "Iniciar sesión con el teléfono",
    scan: "Escanee este código con la cámara de un teléfono en el que tenga aquí la sesión iniciada.",
    type: "Escriba en el teléfono el número de abajo.",
    qr: "Código QR con el enlace para su teléfono",
    number: "El número",
    waiting: (ends) => `Esperando a su teléfono. El código caduca ${ends}.`,
    approvedHere: "Lo aprobó en su teléfono.",
    goOn: "Continuar",
    ended: {
      denied: "Este inicio de sesión se rechazó en el teléfono.",
      over: "Este código ha caducado o ya se usó.",
      foreign: "Este código pertenece a otro navegador, o este navegador no guarda cookies.",
    },
    newCode: "Obtener un código nuevo",
    approveTitle: "¿Iniciar sesión en otro dispositivo?",
    for: "Para",
    warningTitle: "Apruebe solo lo que usted mismo haya empezado",
    warning:
      "Apruébelo solo si tiene delante la otra pantalla. Si otra persona le envió este enlace o un número, quiere entrar en su cuenta: rechácelo.",
    numberLabel: "El número de la otra pantalla",
    numberHint: "Dos cifras. La otra pantalla las muestra debajo del código.",
    approve: "Aprobar",
    toAccount: "Ver su cuenta",
    faults: {
      number: "La otra pantalla muestra otro número. Mire de nuevo. Si no muestra ninguno, rechácelo.",
      stale: "Esta página estuvo abierta demasiado tiempo. Responda de nuevo.",
    },
    outcomes: {
      approved: {
        title: "Aprobado",
        text: "El otro dispositivo continúa por sí solo en unos segundos. Puede cerrar esta página.",
      },
      denied: {
        title: "Rechazado",
        text: "En el otro dispositivo no se inició sesión. Si no lo empezó usted mismo, lo hizo otra persona: su cuenta está a salvo.",
      },
      over: {
        title: "Esta pregunta ya no está abierta",
        text: "Ya se respondió, o ha caducado. Obtenga un código nuevo en el otro dispositivo.",
      },
    },
  },
  secondStep: {
    title: "Un paso más",
    lead: (username) => `Confirme que es ${username}.`,
    code: "Código",
    hint: "Las seis cifras que su aplicación muestra ahora, o uno de sus códigos de recuperación.",
    submit: "Continuar",
    wrong:
      "Este código no es correcto, o ya se usó. Espere al siguiente que muestre su aplicación, y compruebe que el reloj de su teléfono está en hora.",
    limited: (wait, until) =>
      `Demasiados códigos incorrectos. Para proteger su cuenta, no se acepta ningún código hasta las ${until}. Vuelva a intentarlo ${wait}, o inicie sesión con un navegador que ya haya usado aquí.`,
    without: "Continuar sin este paso",
    lost: "¿Perdió su teléfono y sus códigos de recuperación? Consulte al responsable de este servidor.",
    otherAccount: "Iniciar sesión con otra cuenta",
  },
  passkeys: {
    use: "Usar una llave de acceso",
    noScript: "Las llaves de acceso necesitan JavaScript, que está desactivado en este navegador.",
    unsupported:
      "Este navegador no puede usar llaves de acceso aquí. Hacen falta un navegador reciente y una dirección que empiece por https.",
    browser: {
      use: {
        NotAllowedError:
          "No se usó ninguna llave de acceso: canceló, tardó demasiado, o este dispositivo no tiene ninguna para esta cuenta.",
        SecurityError: (address) =>
          `Las llaves de acceso de este servidor no funcionan en esta dirección. Abra ${address} e inicie sesión allí.`,
        NotSupportedError:
          "Este dispositivo no puede usar ninguna llave de acceso que este servidor entienda.",
        ConstraintError:
          "Este dispositivo no puede pedir un PIN, una huella o su rostro, y aquí es necesario.",
        InvalidStateError:
          "Esta llave de acceso no se puede usar en este momento. Vuelva a intentarlo, o use otra.",
        other: "El dispositivo o el gestor de contraseñas no pudo hacerlo. Vuelva a intentarlo, o use otro.",
      },
      add: {
        NotAllowedError: "No se añadió ninguna llave de acceso: canceló, o tardó demasiado.",
        SecurityError: (address) =>
          `Las llaves de acceso de este servidor no se pueden crear en esta dirección. Abra ${address} e inicie sesión allí.`,
        NotSupportedError:
          "Este dispositivo no puede crear ninguna llave de acceso que este servidor entienda.",
        ConstraintError:
          "Este dispositivo no puede crear una llave de acceso así: no le queda espacio, o no puede pedir un PIN, una huella o su rostro.",
        InvalidStateError: "En este dispositivo ya hay una llave de acceso para su cuenta.",
        other:
          "El dispositivo o el gestor de contraseñas no pudo crear una llave de acceso. Vuelva a intentarlo, o use otro.",
      },
    },
    refused: {
      stale:
        "Esta página estuvo abierta demasiado tiempo, o ya se respondió antes. Use de nuevo su llave de acceso.",
      elsewhere: (address) =>
        `La llave de acceso se usó en una dirección distinta de ${address}. Abra esa dirección e inicie sesión allí.`,
      unknown: "Esta llave de acceso no se conoce aquí: se eliminó, o pertenece a otro servidor.",
      copied:
        "Esta llave de acceso se rechazó porque puede que la hayan copiado: su contador retrocedió. Inicie sesión de otra forma, elimínela de su cuenta y avise al responsable de este servidor.",
      unverified:
        "El dispositivo no pidió un PIN, una huella o su rostro, y aquí es necesario. Inicie sesión primero con su contraseña, o use otra llave de acceso.",
      unreadable: "No se pudo leer la respuesta del navegador. Vuelva a intentarlo, o use otro navegador.",
    },
    lost: "¿No tiene a mano una llave de acceso? Consulte al responsable de este servidor.",
    title: "Llaves de acceso",
    lead: "Con una llave de acceso inicia sesión sin contraseña: con la huella, el rostro o el PIN de su dispositivo, o con una llave de seguridad. Solo funciona en este servidor, así que ningún otro sitio se la puede sonsacar.",
    none: "Aún no tiene ninguna llave de acceso.",
    oneTitle: "Solo tiene una llave de acceso",
    oneWithPassword:
      "Si la pierde, inicia sesión con su contraseña. Mejor añada otra, en otro dispositivo o en un gestor de contraseñas.",
    oneAlone:
      "Si la pierde, ya no podrá iniciar sesión. Añada otra, en otro dispositivo o en un gestor de contraseñas.",
    kinds: { passkey: "Llave de acceso", securityKey: "Llave de seguridad" },
    added: "Añadida el",
    lastUsed: (when) => `último uso: ${when}`,
    spoiled:
      "Esta llave de acceso ya no se puede leer aquí y con ella no se inicia sesión. Elimínela y añádala de nuevo.",
    neverUsed: "aún sin usar",
    synced: "En todos los dispositivos de su gestor de contraseñas",
    single: "Solo en un dispositivo",
    needsName: "Escriba su nombre de usuario antes de usarla",
    add: "Añadir una llave de acceso",
    addLead: "Su navegador le pregunta dónde guardarla.",
    rename: "Cambiar nombre",
    renameLabel: (name) => `Cambiar el nombre de ${name}`,
    name: "Nombre de la llave de acceso",
    nameRefused: (characters) => `Un nombre tiene de 1 a ${characters} caracteres, y ninguno invisible.`,
    save: "Guardar",
    remove: "Eliminar",
    removeLabel: (name) => `Eliminar la llave de acceso ${name}`,
    removeHint:
      "¿Perdió un dispositivo? Elimine su llave de acceso, y cierre la sesión de su navegador en la página de su cuenta: eliminar una llave de acceso no cierra ninguna sesión.",
    recentTitle: "Inicie sesión de nuevo para cambiar algo",
    recent: "Inició sesión hace un rato. Para añadir o eliminar una llave de acceso, demuestre que es usted.",
    recentAction: "Iniciar sesión de nuevo",
    levelTitle: "Un paso más para cambiar algo",
    level: "Inició sesión sin su segundo factor. Para añadir o eliminar una llave de acceso, úselo ahora.",
    levelAction: "Continuar",
    lastWay: "No se eliminó: es su única forma de iniciar sesión. Añada antes otra llave de acceso.",
    notAdded: {
      stale:
        "No se añadió ninguna llave de acceso: esta página estuvo abierta demasiado tiempo, o ya se respondió antes. Vuelva a intentarlo.",
      elsewhere: (address) =>
        `No se añadió ninguna llave de acceso: su navegador estaba en una dirección distinta de ${address}. Abra esa dirección e inicie sesión allí.`,
      unreadable:
        "No se añadió ninguna llave de acceso: no se pudo leer la respuesta del navegador. Vuelva a intentarlo, o use otro navegador.",
      refused:
        "No se añadió ninguna llave de acceso: la respuesta del dispositivo no encaja. Vuelva a intentarlo, o use otro dispositivo.",
      known: "No se añadió ninguna llave de acceso: esta ya está registrada aquí.",
      too_many:
        "No se añadió ninguna llave de acceso: una cuenta tiene 50 como máximo. Elimine una que no use.",
    },
    passwordTitle: "Prescindir de la contraseña",
    passwordLead:
      "Una contraseña que no tiene no se la pueden robar. A partir de entonces inicia sesión solo con sus llaves de acceso. El responsable de este servidor puede volver a darle una contraseña.",
    passwordRemove: "Eliminar mi contraseña",
    passwordKept: {
      last_way: "Su contraseña se queda: sin ella no podría iniciar sesión. Añada antes una llave de acceso.",
    },
    instead: "Añadir en su lugar una llave de acceso",
    state: (count) =>
      plural(count, {
        none: "Ninguna",
        one: "1 llave de acceso",
        many: `${count} de llaves de acceso`,
        other: `${count} llaves de acceso`,
      }),
    notices: {
      added: "Su llave de acceso está añadida. Inicie sesión con ella la próxima vez.",
      renamed: "El nombre está guardado.",
      removed: "La llave de acceso está eliminada. Ya nadie puede iniciar sesión con ella.",
      password_removed: "Su contraseña está eliminada. Ahora inicia sesión con sus llaves de acceso.",
    },
  },
  secondFactor: {
    title: "Segundo factor",
    leads: {
      wanted:
        "Con un segundo factor, su contraseña por sí sola no abre nada: una aplicación de su teléfono muestra un código que usted escribe al iniciar sesión.",
      demanded:
        "Para continuar necesita un segundo factor: una aplicación de su teléfono que muestra un código, el cual escribe al iniciar sesión. Lleva dos minutos, y se hace una sola vez.",
      replaces: "Configure la aplicación nueva. La anterior funciona hasta que la nueva esté confirmada.",
    },
    setUpTitle: "Configurar un segundo factor",
    getApp:
      "Abra en su teléfono una aplicación de códigos de un solo uso. Muchos gestores de contraseñas lo son; si no, instale una, como Aegis o 2FAS.",
    scan: "En la aplicación, añada una cuenta y escanee este código.",
    qrLabel: "El código QR para su aplicación. El mismo secreto está abajo como texto.",
    openHere: "Abrir en una aplicación de este dispositivo",
    typeIt: "Si no puede escanearlo, escriba este secreto en la aplicación:",
    firstCode: "El código que la aplicación muestra ahora",
    firstCodeHint: "Seis cifras. Cambian cada 30 segundos.",
    firstCodeWrong:
      "Este no es el código que la aplicación debería mostrar ahora. Compruebe que escribió el de esta cuenta, y que su teléfono ajusta el reloj por sí solo.",
    turnOn: "Activar",
    others:
      "Se cerrará la sesión en sus otros navegadores. Las aplicaciones de sus dispositivos conservan su acceso.",
    done: {
      set_up: "Su segundo factor está activado.",
      renewed: "Tiene códigos de recuperación nuevos. Los anteriores ya no funcionan.",
    },
    codesTitle: "Sus códigos de recuperación",
    codesLead:
      "Si pierde su teléfono, con cada uno de estos códigos inicia sesión una vez, junto con su contraseña. Imprímalos o anótelos, y guárdelos donde no esté su teléfono.",
    codesFor: (username, host) => `Códigos de recuperación de ${username} en ${host},`,
    codesOnce: "Esta página es el único lugar donde los ve.",
    stored: "Los he guardado",
    signInAgain: "Los he guardado. Iniciar sesión",
    isOn: "Una aplicación muestra los códigos para iniciar sesión. Configurada el",
    isOff: "Sin configurar",
    codesLeft: (count) =>
      plural(count, {
        none: "No le queda ningún código de recuperación.",
        one: "Le queda un código de recuperación.",
        many: `Le quedan ${count} de códigos de recuperación.`,
        other: `Le quedan ${count} códigos de recuperación.`,
      }),
    codesFew: (count) =>
      count === 0
        ? "No le queda ningún código de recuperación. Si pierde ahora su teléfono, no podrá iniciar sesión. Cree códigos nuevos abajo."
        : "Le quedan pocos códigos de recuperación. Cree códigos nuevos abajo.",
    goOn: "Continuar",
    changeTitle: "Cambiarlo",
    changeLead: "Escriba un código para demostrar que es usted, y elija después qué hacer.",
    code: "Código",
    codeHint: "Las seis cifras que su aplicación muestra ahora, o uno de sus códigos de recuperación.",
    renew: "Códigos de recuperación nuevos",
    replace: "Usar otra aplicación",
    remove: "Desactivar",
    mustStay: "El responsable de este servidor le exige un segundo factor, así que no puede desactivarlo.",
    removedTitle: "Su segundo factor está desactivado",
    removedLead:
      "La aplicación y los códigos de recuperación ya no funcionan aquí. Elimine la cuenta de la aplicación.",
  },
  signOut: {
    title: "¿Cerrar sesión?",
    titleOf: (server) => `¿Cerrar sesión en ${server}?`,
    asked: (client) => `${client} quiere cerrar su sesión.`,
    lead: "Las aplicaciones en las que inició sesión desde este navegador pierden su acceso. Los dispositivos lo conservan, y también las aplicaciones a las que permitió conservarlo. Puede retirarles el acceso en la página de su cuenta.",
    submit: "Cerrar sesión",
    stay: "Mantener la sesión",
    doneTitle: "Su sesión está cerrada",
    doneLead: "Este navegador ya no tiene una sesión iniciada.",
    notRegistered:
      "La aplicación quería enviarle a una dirección que no está registrada para ella, así que se queda aquí.",
    backTo: (place) => `Volver a ${place}`,
    signIn: "Iniciar sesión de nuevo",
    toAccount: "Volver a su cuenta",
  },
  consent: {
    title: (client) => `¿Permitir ${client}?`,
    heading: "quiere usar su cuenta",
    self: "Una aplicación de este dispositivo",
    selfHint: "Su respuesta llega a un programa de este dispositivo, no a un sitio web.",
    website: "Sitio web",
    unverifiedTitle: "Esta aplicación no está verificada",
    unverified: (host) =>
      `Se registró por sí misma y eligió su propio nombre. Continúe solo si usted mismo viene de ${host} y confía en ese sitio.`,
    unverifiedDevice:
      "Se registró por sí misma y eligió su propio nombre. Continúe solo si usted mismo acaba de iniciarla en este dispositivo.",
    documentOf: (host) => `Publicada por ${host}`,
    unverifiedDocument: (publisher, host) =>
      `Se describe a sí misma en ${publisher} y eligió su propio nombre. Continúe solo si usted mismo viene de ${host} y confía en ese sitio.`,
    unverifiedDocumentDevice: (publisher) =>
      `Cualquier programa de este dispositivo puede hacerse pasar por esta aplicación de ${publisher}. Continúe solo si usted mismo acaba de iniciarla.`,
    acknowledge: (host) => `Yo mismo vengo de ${host}`,
    acknowledgeDevice: "Yo mismo acabo de iniciarla",
    mayTitle: "Podrá",
    mayNothing: "Saber que usted tiene una cuenta aquí, y nada más",
    detailYes: "Sí",
    detailNo: "No",
    sensitive: "Esto permite mucho:",
    forResources: (names) => `Para ${names}:`,
    mayIdentify: "Demostrar allí que usted tiene una cuenta aquí",
    mayNotTitle: "No podrá",
    mayNot: ["Ver su contraseña", "Cambiar su contraseña", "Dar a otros acceso a su cuenta"],
    takeBack: "Puede retirar este permiso en cualquier momento en este servidor, en «Su cuenta».",
    askedAgain: {
      stale:
        "Su respuesta no contó: esta página estuvo abierta demasiado tiempo, o desde entonces ha vuelto a iniciar sesión. Revise la solicitud y responda de nuevo.",
      changed:
        "Su respuesta no contó: lo que esta aplicación podría hacer ha cambiado desde que se abrió la página. Revise la solicitud y responda de nuevo.",
      unacknowledged:
        "Su respuesta no contó: para permitirlo, marque la casilla que dice que lo empezó usted mismo.",
    },
    allow: "Permitir",
    deny: "Rechazar",
    returnsTo: (place) => `En ambos casos vuelve a ${place}.`,
    returnsToApplication: "En ambos casos vuelve a la aplicación.",
    terms: "Condiciones del servicio",
    policy: "Política de privacidad",
  },
  notAllowed: {
    title: (client) => `No tiene acceso a ${client}`,
    only: (username, client, groups) =>
      `Ha iniciado sesión como ${username}, pero ${client} es solo para miembros de: ${groups}.`,
    denied: (username, client) =>
      `Ha iniciado sesión como ${username}, pero esta cuenta no puede usar ${client}.`,
    ask: "Si cree que debería tener acceso, consulte al responsable de este servidor. No se ha compartido nada.",
  },
  device: {
    title: "Conectar un dispositivo",
    lead: "Escriba el código que muestra su dispositivo.",
    code: "Código",
    codeHint: "Ocho letras, como WDJB-MJHT. En mayúsculas o minúsculas, con o sin el guion.",
    submit: "Continuar",
    malformed: "Ese código no está completo. Un código tiene ocho letras y ninguna cifra.",
    unknown:
      "Ningún dispositivo espera con este código. Compruebe las letras. Si son correctas, el código ya se usó o ha caducado: obtenga uno nuevo en el dispositivo.",
    limited: (wait) => `Demasiados códigos incorrectos. Vuelva a intentarlo ${wait}.`,
    confirmTitle: (client) => `¿Conectar ${client}?`,
    compare: "¿Muestra su dispositivo este código?",
    asks: "quiere usar su cuenta desde otro dispositivo",
    started: "Inicio",
    justNow: "Ahora mismo",
    from: "Desde",
    address: (address) => `Dirección de red ${address}`,
    thisComputer: (address) => `Este equipo (${address})`,
    agentUnknown: "El dispositivo no dijo qué es",
    agentUnnamed: "Un programa que no se conoce aquí",
    agentOn: (program, system) => `${program} en ${system}`,
    agentDetails: "Lo que el dispositivo dice de sí mismo",
    agentSays: "Aquí puede afirmar cualquier cosa:",
    quote: (words) => `«${words}»`,
    unverified: "Se registró por sí misma y eligió su propio nombre.",
    acknowledge: "Lo empecé en mi propio dispositivo",
    warningTitle: "Permita solo lo que usted mismo haya empezado",
    warning:
      "Permítalo solo si acaba de empezarlo usted mismo, en un dispositivo que tiene delante. Si otra persona le envió este código o enlace, quiere entrar en su cuenta: rechácelo.",
    allow: "Permitir",
    deny: "Rechazar",
    approvedTitle: "Su dispositivo está conectado",
    approved: (client) =>
      `${client} ya tiene acceso. Vuelva a su dispositivo; continúa por sí solo en unos segundos.`,
    deniedTitle: "Se denegó el acceso",
    denied: (client) => `${client} no obtuvo acceso a su cuenta. Puede cerrar esta página.`,
    stale: "Esta página estuvo abierta demasiado tiempo. Su respuesta no contó. Responda de nuevo.",
    stands: "Ya respondió antes, y vale su primera respuesta.",
    decidedTitle: "Este código ya no está abierto",
    decided:
      "Ya se usó, aquí o en otra página, o ha caducado. Si el dispositivo aún espera, obtenga en él un código nuevo.",
    another: "Conectar otro dispositivo",
    toAccount: "Ver quién tiene acceso",
  },
  approvals: {
    title: "Solicitudes de aprobación",
    lead: "Las aplicaciones le piden aquí su aprobación para lo que usted hace con ellas en otro lugar, como en una llamada o en una caja. Nada ocurre hasta que usted responde.",
    none: "Ninguna aplicación espera su respuesta.",
    again: "Mirar de nuevo",
    looks: "Esta página vuelve a mirar por sí sola durante diez minutos.",
    look: "Ver y responder",
    waiting: (count) =>
      plural(count, {
        one: "Una aplicación pide su aprobación",
        many: `${count} de solicitudes esperan su aprobación`,
        other: `${count} solicitudes esperan su aprobación`,
      }),
    ends: (when) => `termina ${when}`,
    confirmTitle: (client) => `¿Aprobar lo que pide ${client}?`,
    asks: "pide su aprobación",
    says: "La aplicación dice",
    compare: "Son sus propias palabras. Apruébelo solo si ve u oye allí las mismas palabras.",
    silent: "La aplicación no envió palabras que usted pueda comparar.",
    asked: "Pedido",
    counts: "Termina",
    server: "Desde su servidor",
    warningTitle: "Apruebe solo lo que está haciendo usted mismo",
    warning:
      "Apruébelo solo si está tratando ahora mismo con esta aplicación, por ejemplo en una llamada o en una caja. Si no lo espera, o si llegan solicitudes una y otra vez, es posible que otra persona quiera entrar en su cuenta: rechácelo.",
    acknowledge: "Estoy tratando ahora mismo con esta aplicación",
    approve: "Aprobar",
    refuse: "Rechazar",
    step: "Si lo aprueba, antes sigue un paso más del inicio de sesión.",
    report: "Yo no he pedido esto",
    reportHint: "Esto lo rechaza, y la aplicación no puede volver a preguntarle durante un día.",
    toList: "Todas las solicitudes",
    outcomes: {
      approved: {
        title: "Aprobado",
        text: (client) => `${client} tiene ahora el acceso que pidió. Puede cerrar esta página.`,
      },
      denied: {
        title: "Rechazado",
        text: (client) => `${client} no obtuvo acceso a su cuenta. Puede cerrar esta página.`,
      },
      reported: {
        title: "Rechazado y comunicado",
        text: (client) =>
          `${client} no obtuvo acceso a su cuenta y no puede volver a preguntarle durante un día. El operador de este servidor puede ver que usted no lo esperaba.`,
      },
      over: {
        title: "Esta solicitud ya no está abierta",
        text: (client) =>
          `No se respondió a tiempo, o ${client} ya no puede preguntar. Si aún lo quiere, haga que la aplicación pregunte de nuevo.`,
      },
    },
    unknown: {
      title: "No hay tal solicitud para usted",
      text: "Quizá es para otra cuenta, o terminó hace mucho.",
    },
  },
  account: {
    title: "Su cuenta",
    sectionsLabel: "Secciones de su cuenta",
    sections: {
      overview: "Resumen",
      security: "Seguridad",
      details: "Datos personales",
      activity: "Actividad",
      data: "Sus datos",
    },
    securityTitle: "Seguridad",
    mails: {
      title: "Correos para usted",
      lead: (address) =>
        `Los correos sobre la seguridad de su cuenta van a ${address}. No se pueden desactivar.`,
      optional: {
        new_device: "También cuando inicio sesión con un navegador nuevo",
        backchannel_asked: "También cuando una aplicación pide mi aprobación",
      },
    },
    waysTitle: "Formas de iniciar sesión",
    ways: {
      password: "Contraseña",
      passwordSet: "Establecida",
      passwordNone: "Ninguna. El responsable de este servidor puede establecer una.",
    },
    accessTitle: "Aplicaciones y dispositivos con acceso",
    accessLead: "Pueden usar su cuenta hasta que los retire.",
    accessNone: "Ninguna aplicación ni dispositivo tiene acceso a su cuenta.",
    viaApplication: "Aplicación",
    viaAssertion: "A través de su organización",
    viaApproval: "Aprobado a petición",
    viaDevice: "Dispositivo",
    since: "desde el",
    installations: (count) =>
      plural(count, {
        one: "Una instalación",
        many: `${count} de instalaciones`,
        other: `${count} instalaciones`,
      }),
    usedWithin: (days) =>
      plural(days, {
        one: "Usada en las últimas 24 horas",
        many: `Usada en los últimos ${days} de días`,
        other: `Usada en los últimos ${days} días`,
      }),
    notUsedYet: "Aún sin usar",
    end: "Terminar",
    endLabel: (client, since) => `Terminar el acceso de ${client} desde el ${since}`,
    mayNothing: "Sabe que usted tiene una cuenta aquí",
    notVerified: "Sin verificar",
    unverified: "Se registró por sí misma y eligió su propio nombre.",
    unknownClient: "Una aplicación que ya no está registrada",
    remembered: "No se le preguntará de nuevo cuando necesite este acceso.",
    rememberedOnly: "En este momento no tiene acceso, pero puede obtenerlo de nuevo sin preguntarle.",
    remove: "Retirar",
    removeAll: "Retirar todo",
    removeEverything: "Retirar todos los accesos de todas las aplicaciones y dispositivos",
    removeAllLabel: (client) => `Retirar todos los accesos de ${client}`,
    removeLabel: (client) => `Retirar el acceso de ${client}`,
    passwordLead: "Se cerrará la sesión en todos los demás navegadores.",
    currentPassword: "Contraseña actual",
    newPassword: "Contraseña nueva",
    passwordHint: (characters) =>
      `Al menos ${characters} caracteres. Cuanto más larga, mejor: cuatro palabras sin relación entre sí.`,
    changePassword: "Cambiar la contraseña",
    currentWrong: "Esa no es su contraseña actual.",
    passwordSame: "La contraseña nueva es igual que la actual.",
    appsTitle: "Sus aplicaciones",
    appsAll: (count) => `Todas las aplicaciones (${count})`,
    alsoEnd: "Terminar también accesos",
    alsoEndHint:
      "Las aplicaciones y los dispositivos nunca conocieron su contraseña y conservan su acceso. Si otra persona pudiera conocer su contraseña, termínelo para todos: después inicia sesión en ellos de nuevo.",
    endAllAccess: "Todas las aplicaciones y dispositivos",
    detailsTitle: "Sus datos personales",
    detailsLead: "Solo llegan a verlos las aplicaciones a las que usted lo permita.",
    detailsTooLong: "Estos datos son demasiado largos en conjunto. No se cambió nada.",
    save: "Guardar",
    notSaid: "Sin indicar",
    usernameLabel: "Nombre de usuario",
    emailLabel: "Correo electrónico",
    groupsLabel: "Grupos",
    givenTitle: "Decidido por el responsable de este servidor",
    facts: {
      name: { label: "Nombre completo", hint: "", refused: NAME_REFUSED },
      given_name: { label: "Nombre de pila", hint: "", refused: NAME_REFUSED },
      family_name: { label: "Apellidos", hint: "", refused: NAME_REFUSED },
      middle_name: { label: "Segundo nombre", hint: "", refused: NAME_REFUSED },
      nickname: { label: "Apodo", hint: "", refused: NAME_REFUSED },
      profile: {
        label: "Página sobre usted",
        hint: "",
        refused: "Esto no es una dirección web, como https://example.org/ada.",
      },
      website: {
        label: "Su sitio web",
        hint: "",
        refused: "Esto no es una dirección web, como https://example.org.",
      },
      gender: {
        label: "Género",
        hint: "",
        refused: "Esto tiene más de 200 caracteres, o caracteres invisibles.",
      },
      birthdate: {
        label: "Fecha de nacimiento",
        hint: "Año, mes y día: 1985-12-10. Sin año: 0000-12-10.",
        refused: "Esto no es un día, como 1985-12-10.",
      },
      zoneinfo: {
        label: "Zona horaria",
        hint: "Las horas de estas páginas la siguen.",
        refused: "Esto no es una zona horaria.",
      },
      locale: {
        label: "Idioma",
        hint: "Estas páginas lo siguen una vez que ha iniciado sesión.",
        refused: "Esto no es un idioma.",
      },
      phone_number: {
        label: "Número de teléfono",
        hint: "Con el prefijo del país: +43 660 1234567.",
        refused: "Esto no es un número de teléfono con el prefijo de su país, como +43 660 1234567.",
      },
      street_address: { label: "Calle y número", hint: "", refused: WORDS_REFUSED },
      postal_code: { label: "Código postal", hint: "", refused: WORDS_REFUSED },
      locality: { label: "Localidad", hint: "", refused: WORDS_REFUSED },
      region: { label: "Provincia o estado", hint: "", refused: WORDS_REFUSED },
      country: { label: "País", hint: "", refused: WORDS_REFUSED },
    },
    pictureTitle: "Foto",
    pictureAlt: "Su foto",
    pictureFile: "Una foto de usted",
    pictureHint: (megabytes) =>
      `PNG, JPEG o WebP, como máximo ${megabytes} MB. Se conserva la parte central, sin el lugar ni la cámara que el archivo pueda indicar. Puede verla cualquiera que conozca su dirección.`,
    pictureSave: "Usar esta foto",
    pictureRemove: "Eliminar la foto",
    pictureFaults: {
      none: "Elija antes un archivo.",
      too_large: (megabytes) => `El archivo tiene más de ${megabytes} MB.`,
      too_many_pixels: "La foto tiene más de 50 millones de píxeles. Redúzcala antes.",
      too_long: "La foto es más de 8 veces más larga que ancha.",
      too_detailed: "La foto tiene demasiados detalles para reducirla lo suficiente. Use otra.",
      no_picture: "El archivo no es una imagen fija PNG, JPEG o WebP, o está dañado.",
    },
    activity: {
      title: "Actividad",
      lead: "Lo que ocurrió con su cuenta, primero lo más reciente.",
      none: "Aún no ha ocurrido nada.",
      earlier: "Anteriores",
      newest: "Lo más reciente",
      notYou: "Si no reconoce algo:",
      removedClient: (id) => `${id} (ya no está registrada)`,
      events: {
        "access.removed": ({ by, client }) =>
          `${by === "you" ? "Terminó" : "El responsable terminó"} el acceso de ${client ?? "todas las aplicaciones y dispositivos"}`,
        "code.replayed": ({ client }) =>
          `Un código de inicio de sesión de ${client ?? "una aplicación"} se usó dos veces, como haría un ladrón. El acceso terminó`,
        "consent.given": ({ client }) => `Dio acceso a ${client ?? "una aplicación"}`,
        "backchannel.approved": ({ client }) => `Aprobó lo que pedía ${client ?? "una aplicación"}`,
        "backchannel.asked": ({ count }) =>
          plural(count, {
            one: "Una aplicación pidió su aprobación",
            many: `Hubo aplicaciones que pidieron su aprobación ${count} de veces`,
            other: `Hubo aplicaciones que pidieron su aprobación ${count} veces`,
          }),
        "backchannel.denied": ({ client, reason }) =>
          reason === "not_started"
            ? `Comunicó una solicitud de ${client ?? "una aplicación"} que no esperaba`
            : `Rechazó lo que pedía ${client ?? "una aplicación"}`,
        "device.approved": ({ client }) => `Conectó un dispositivo: ${client ?? "desconocido"}`,
        "grant.revoked": ({ by, client }) =>
          by === "other"
            ? `${client ?? "Una aplicación"} terminó uno de sus propios accesos`
            : `${by === "you" ? "Terminó" : "El responsable terminó"} un acceso de ${client ?? "una aplicación"}`,
        "group.joined": ({ group }) => `Ahora está en el grupo ${group}`,
        "group.left": ({ group }) => `Ya no está en el grupo ${group}`,
        "email.changed": ({ by }) =>
          by === "you" ? "Cambió su dirección de correo" : "El responsable cambió su dirección de correo",
        "email.verified": () => "Se confirmó su dirección de correo",
        "passkey.added": () => "Añadió una llave de acceso",
        "passkey.removed": ({ by }) =>
          by === "you" ? "Eliminó una llave de acceso" : "El responsable eliminó una de sus llaves de acceso",
        "password.removed": ({ by }) =>
          by === "you" ? "Eliminó su contraseña" : "El responsable eliminó su contraseña",
        "reset.done": () => "Se estableció una contraseña nueva con un enlace de un correo",
        "sign_in_link.created": () => "El responsable creó un enlace que inicia su sesión",
        "sign_in_link.used": () => "Un enlace del responsable inició su sesión",
        "password.changed": ({ by }) =>
          by === "you" ? "Cambió su contraseña" : "El responsable le puso una contraseña nueva",
        "person.changed": ({ by }) =>
          by === "you" ? "Cambió sus datos personales" : "El responsable cambió sus datos personales",
        "person.created": () => "Se creó su cuenta",
        "person.disabled": () => "Se desactivó su cuenta",
        "person.enabled": () => "Se reactivó su cuenta",
        "person.unlocked": () => "El responsable le permitió probar contraseñas de nuevo",
        "recovery_code.used": () => "Inició sesión con un código de recuperación",
        "recovery_codes.renewed": () => "Obtuvo códigos de recuperación nuevos",
        "second_factor.added": () => "Configuró un segundo factor",
        "second_factor.removed": ({ by }) =>
          by === "you" ? "Eliminó su segundo factor" : "El responsable eliminó su segundo factor",
        "sign_in.approved": () => "Aprobó un inicio de sesión en otro dispositivo",
        "sign_in.denied": () => "Rechazó un inicio de sesión en otro dispositivo",
        "refresh_token.replayed": ({ client }) =>
          `Una clave de ${client ?? "una aplicación"} se usó dos veces, como haría un ladrón. El acceso terminó`,
        "session.ended": ({ by, reason }) =>
          reason === "surplus"
            ? "Se cerró la sesión en un navegador, porque tiene la sesión iniciada en demasiados"
            : by === "you"
              ? "Cerró la sesión en un navegador"
              : "El responsable cerró la sesión en uno de sus navegadores",
        "session.started": () => "Inició sesión",
        "sessions.ended": ({ by }) =>
          by === "you" ? "Cerró sesión en todas partes" : "El responsable cerró su sesión en todas partes",
        "sign_in.limited": ({ count }) =>
          plural(count, {
            one: "Se rechazó un intento de iniciar sesión en su nombre, porque hubo demasiados",
            many: `Se rechazaron ${count} de intentos de iniciar sesión en su nombre, porque hubo demasiados`,
            other: `Se rechazaron ${count} intentos de iniciar sesión en su nombre, porque hubo demasiados`,
          }),
        "sign_in.refused": ({ count }) =>
          plural(count, {
            one: "Falló un intento de iniciar sesión en su nombre: contraseña o código incorrectos",
            many: `Fallaron ${count} de intentos de iniciar sesión en su nombre: contraseñas o códigos incorrectos`,
            other: `Fallaron ${count} intentos de iniciar sesión en su nombre: contraseñas o códigos incorrectos`,
          }),
      },
    },
    data: {
      title: "Sus datos",
      downloadLead:
        "Un archivo con todo lo que este servidor sabe de usted: sus datos personales, su foto, dónde tiene la sesión iniciada, quién tiene acceso y qué ocurrió. No contiene ninguna contraseña.",
      download: "Descargar sus datos",
      deleteTitle: "Eliminar su cuenta",
      deleteByOperator: "Solo el responsable de este servidor puede eliminar su cuenta.",
      declared:
        "Su cuenta figura en la configuración de este servidor, así que solo su responsable puede eliminarla.",
      lastAdministrator: "Usted es el último administrador de este servidor. Nombre antes a otra persona.",
      deleteLead: "Esto no se puede deshacer. Con la cuenta terminan:",
      endsAccess: "el acceso de",
      endsSessions: (count) =>
        plural(count, {
          one: "su sesión en este navegador",
          many: `sus sesiones en ${count} de navegadores`,
          other: `sus sesiones en ${count} navegadores`,
        }),
      endsFacts: "sus datos personales, su foto, sus grupos y el registro de lo que ocurrió",
      staysElsewhere:
        "Lo que las aplicaciones guardan de usted se queda allí. No tomarán por usted una cuenta posterior con el mismo nombre.",
      typeUsername: (username) => `Escriba su nombre de usuario (${username}) para confirmarlo`,
      usernameWrong: "Ese no es su nombre de usuario.",
      delete: "Eliminar la cuenta para siempre",
      deletedTitle: "Su cuenta está eliminada",
      deleted: "Su sesión está cerrada en todas partes, y ya nada tiene acceso.",
    },
    manageTitle: "Gestionar este servidor",
    manageText: "Personas, grupos y aplicaciones.",
    emailRefused: "Esto no es una dirección de correo electrónico.",
    emailTaken: "Otra persona inicia sesión con esta dirección.",
    sessionsTitle: "Dónde tiene la sesión iniciada",
    sessionHere: "Este navegador",
    browserUnknown: "Navegador desconocido",
    deviceUnknown: "Dispositivo desconocido",
    signedInSince: "Sesión iniciada desde el",
    lastSeen: (when) => `última actividad: ${when}`,
    from: (address) => `desde ${address}`,
    endSessionLabel: (since) => `Cerrar la sesión del navegador que la tiene iniciada desde el ${since}`,
    endOtherSessions: "Cerrar sesión en los demás navegadores",
    endAllSessions: "Cerrar sesión en todas partes, también aquí",
    signOut: "Cerrar sesión",
    notices: {
      created: "Se creó su cuenta. Ha iniciado sesión.",
      removed: (client) => `${client} ya no tiene acceso.`,
      ended: "Esa instalación ya no tiene acceso.",
      removed_all: "Ninguna aplicación ni dispositivo tiene ya acceso.",
      details: "Sus datos personales están guardados.",
      mails: "Se guardó su elección de correos.",
      new_password:
        "Su contraseña nueva está guardada. Se cerró la sesión en los demás navegadores. Si perdió un dispositivo, elimine también su llave de acceso.",
      email_asked:
        "Sus datos personales están guardados. Hemos enviado un correo a la dirección nueva: cuenta en cuanto haya abierto el enlace que contiene.",
      picture: "Su foto está guardada.",
      picture_removed: "Su foto está eliminada. Puede que algunos programas la muestren un día más.",
      session: "La sesión del otro navegador está cerrada.",
      sessions: "La sesión está cerrada en todos los demás navegadores.",
      password: "Su contraseña está cambiada. Se cerró la sesión en los demás navegadores.",
    },
  },
  setup: {
    title: "Crear la primera cuenta",
    lead: (name) =>
      `Le damos la bienvenida a ${name}. Este enlace funciona una sola vez. La cuenta que usted crea administra este servidor.`,
    usernameHint: "Inicia sesión con este nombre.",
    usernameMissing: "Elija un nombre de usuario.",
    usernameRefused: "Un nombre de usuario tiene como máximo 200 caracteres, y ninguno de control.",
    usernameTaken: "Este nombre de usuario ya está ocupado. Elija otro.",
    passwordHint: (characters) =>
      `Al menos ${characters} caracteres. Cuanto más larga, mejor: cuatro palabras sin relación entre sí.`,
    optional: "Opcional. Solo llegan a verlo las aplicaciones a las que usted lo permita.",
    submit: "Crear la cuenta",
    passkeyTitle: "Su llave de acceso",
    passkeyLead: (username) =>
      `Su dispositivo crea la llave de acceso con la que ${username} inicia sesión. La cuenta se crea junto con ella.`,
    passwordInstead: "Usar una contraseña en su lugar",
  },
  newAccount: {
    usernameIsAddress: "Elija un nombre de usuario sin @. Solo puede llevarla su propia dirección de correo.",
    title: "Crear su cuenta",
    invited: (server) => `Tiene una invitación a ${server}. Elija cómo quiere iniciar sesión.`,
    confirmed: (server) =>
      `Su dirección de correo está confirmada. Elija cómo quiere iniciar sesión en ${server}.`,
    signedInAs: (username) =>
      `Ha iniciado sesión como ${username}. Cuando la cuenta nueva esté creada, este navegador tendrá en su lugar la sesión de esa.`,
    emailHint: "Opcional. Le enviamos un correo, y la dirección cuenta en cuanto la haya confirmado.",
    withPasskey: "Continuar con una llave de acceso, sin contraseña",
    emailTaken: "Ya hay una cuenta con esta dirección de correo. Inicie sesión con ella.",
    limited: "Demasiados intentos desde su red. Espere un rato y vuelva a intentarlo.",
    full: "Demasiadas personas están pidiendo una cuenta en este momento. Vuelva a intentarlo dentro de una hora.",
    waitingTitle: "Su cuenta espera aprobación",
    waiting: (username, server) =>
      `Su cuenta ${username} está creada. Podrá iniciar sesión en cuanto un administrador de ${server} le haya admitido.`,
  },
  signUp: {
    lead: "Escriba su dirección de correo. Le enviamos un enlace con el que crea su cuenta.",
    invitationLead: (server) => `Para crear una cuenta en ${server} necesita una invitación.`,
    accountLead: (server) => `Elija cómo quiere iniciar sesión en ${server}.`,
    invitation: "Invitación",
    invitationHint: "El enlace que le enviaron. Contiene tlk_.",
    invitationMalformed: "Esta invitación no está completa. Copie el enlace entero.",
    domains: (domains) => `Una dirección de ${domains}.`,
    domainRefused: (domains) =>
      `Solo las personas con una dirección de ${domains} pueden crear una cuenta aquí.`,
    submit: "Continuar",
    haveAccount: "Tengo una cuenta: iniciar sesión",
    askedTitle: "Mire su correo",
    asked: (email) => `Hemos enviado un correo a ${email}. Abra el enlace que contiene para seguir.`,
    askedAdvice:
      "Puede abrirlo en otro dispositivo. Si no llega ningún correo en unos minutos, mire entre los no deseados, y compruebe la dirección.",
  },
  reset: {
    forgotTitle: "¿Olvidó su contraseña?",
    forgotLead:
      "Escriba su nombre de usuario o su dirección de correo. Enviamos un enlace para una contraseña nueva a la dirección de correo de su cuenta.",
    nameMissing: "Escriba su nombre de usuario o su dirección de correo.",
    ask: "Enviar el enlace",
    back: "Volver al inicio de sesión",
    limited: "Lo ha pedido muchas veces. Espere un rato y vuelva a intentarlo.",
    askedTitle: "Mire su correo",
    asked: (name) =>
      `Si hay una cuenta ${name} con una dirección de correo confirmada, un correo con un enlace va de camino a esa dirección.`,
    askedAdvice:
      "Si no llega ningún correo en unos minutos, mire entre los no deseados, o consulte al responsable de este servidor.",
    title: "Elegir una contraseña nueva",
    lead: (username, server) =>
      `Para la cuenta ${username} en ${server}. Se cierra la sesión en todos los navegadores que la tienen iniciada con ella.`,
    submit: "Establecer la contraseña e iniciar sesión",
  },
  signInCode: {
    title: "Iniciar sesión con un código",
    lead: "Escriba su nombre de usuario o su dirección de correo. Enviamos un código a la dirección de correo de su cuenta.",
    ask: "Enviar el código",
    sent: (name) =>
      `Si hay una cuenta ${name} con una dirección de correo confirmada, un correo con un código va de camino. Deje esta página abierta.`,
    code: "Código",
    codeHint: "Seis cifras.",
    submit: "Iniciar sesión",
    wrong: "Este código no es correcto, o es demasiado antiguo. Tras cinco intentos hace falta uno nuevo.",
    another: "Enviar otro código",
    password: "Iniciar sesión con la contraseña",
  },
  links: {
    signInLead: (username, server) =>
      `Este enlace inicia sesión en ${server} como ${username} en este navegador.`,
    signInAdvice: "Funciona una sola vez. Continúe solo si esta es su cuenta.",
    signInSubmit: "Iniciar sesión",
    verifyTitle: "¿Es esta su dirección de correo?",
    verifyLead: (email, username, server) =>
      `La cuenta ${username} en ${server} va a tener la dirección ${email}.`,
    verifyAdvice:
      "Confirme solo si esta es su cuenta. De lo contrario, otra persona podría actuar en su nombre.",
    verifySignIn: (username) =>
      `Inicie sesión primero como ${username}. Solo la persona de la cuenta puede confirmar.`,
    verifySubmit: "Confirmar la dirección",
    verifiedTitle: "Su dirección está confirmada",
    verified: (email) => `${email} es ahora la dirección de su cuenta.`,
    emailTakenTitle: "Esta dirección pertenece a otra cuenta",
    emailTaken: (email) => `Entretanto, otra cuenta ha recibido la dirección ${email}. No se cambió nada.`,
  },
  invite: {
    link: "Invitar a personas",
    title: "Invitar a personas",
    lead: "Una invitación es un enlace con el que una persona crea su propia cuenta.",
    nameHint: "Opcional. La persona puede cambiarlo.",
    emailHint: "Opcional. La cuenta recibe esta dirección.",
    emailHintWithoutMail:
      "Opcional. La cuenta recibe esta dirección, sin confirmar: este servidor no envía correos.",
    mailed: "Enviar el enlace a esta dirección",
    groups: "Grupos de la cuenta nueva",
    groupsMissing: "Elija al menos uno de sus grupos.",
    uses: "Cuántas personas pueden usarla",
    usesHint: "Si son más de una, deje vacíos el nombre y la dirección.",
    usesRefused: (most) => `Escriba un número del 1 al ${most}.`,
    usesOfOne: "Una invitación con un nombre o una dirección es para una sola persona.",
    days: "Cuántos días es válida",
    daysRefused: (most) => `Escriba un número del 1 al ${most}.`,
    submit: "Crear la invitación",
    doneTitle: "La invitación está lista",
    goodOnce: (time) => `Funciona una sola vez, durante ${time}.`,
    goodFor: (uses, time) => `Funciona para ${uses} personas, durante ${time}.`,
    handOver:
      "Envíe el enlace a la persona, o haga que escanee el código. Solo se muestra ahora, y quien lo tenga puede usarlo.",
    mailedTo: (email) => `El enlace va de camino a ${email}.`,
    qr: "Código QR de la invitación",
    another: "Crear otra",
    openTitle: "Invitaciones abiertas",
    anyone: "Para cualquiera",
    used: (used, uses) =>
      uses === 1 ? "Para una persona, hasta el" : `Usada ${used} de ${uses} veces, hasta el`,
    revoke: "Anular",
    revokeLabel: (about) => `Anular la invitación ${about}`,
    revoked: "La invitación está anulada.",
    waitingTitle: "A la espera de admisión",
    approve: "Admitir",
    approveLabel: (username) => `Admitir a ${username}`,
    approved: "La persona ya puede iniciar sesión.",
  },
  newPassword: {
    too_short: (characters) =>
      `Esta contraseña es demasiado corta. Necesita al menos ${characters} caracteres.`,
    too_long: (bytes) => `La contraseña es demasiado larga; el límite es de ${bytes} bytes.`,
    own_username:
      "Este es su nombre de usuario, y los atacantes lo prueban primero. Elija palabras que otros no relacionen con usted.",
    own_email:
      "Esta es su dirección de correo o una parte de ella, y los atacantes la prueban primero. Elija palabras que otros no relacionen con usted.",
    server_name:
      "Este es el nombre de este servidor, y los atacantes lo prueban pronto. Elija palabras que no tengan nada que ver con él.",
    run: "Es un mismo patrón repetido, o caracteres seguidos, y se adivina rápido. Elija otra.",
    common:
      "Mucha gente tiene esta contraseña o una parecida, así que los atacantes la prueban primero. Elija otra.",
    breached:
      "Esta contraseña apareció en una filtración de datos, así que los atacantes la conocen. Elija otra, y cámbiela también en los demás lugares donde la use.",
  },
  forms: {
    stale: "Esta página estuvo abierta demasiado tiempo. No se cambió nada. Vuelva a intentarlo.",
    stalePassword:
      "Esta página estuvo abierta demasiado tiempo. No se cambió nada. Escriba de nuevo la contraseña.",
    cookieless:
      "Su navegador no devolvió ninguna cookie, así que no se pudo aceptar este formulario. Permita las cookies para este sitio, y ábralo en la dirección propia del servidor:",
  },
  otherAddress: {
    title: (address) => `Este servidor está en ${address}`,
    insecure:
      "Su navegador llegó sin https. Así no puede iniciar sesión: la cookie de este servidor viaja solo por conexiones cifradas.",
    other_host:
      "Su navegador llegó por otra dirección. Las aplicaciones envían a la gente a la de arriba, y un inicio de sesión aquí no cuenta allí.",
    goOn: (address) => `Continuar en ${address}`,
    stay: "Quedarse aquí",
    operators: "Para el responsable",
    operatorsText:
      "El ajuste issuer indica la dirección de este servidor. Ponga en él la dirección que la gente abre. Un proxy delante del servidor debería transmitir el encabezado Host y establecer X-Forwarded-Proto.",
  },
  terminal: {
    deniedTitle: "Se denegó el acceso",
    denied: "No se ha compartido nada.",
    refusedTitle: "El servidor se negó",
    noCode: "No envió ningún código.",
    close: "Cierre esta ventana y vuelva al terminal.",
    doneTitle: "La parte del navegador está hecha",
    done: "Cierre esta ventana y vuelva al terminal, que muestra el resultado.",
    strayTitle: "Aquí no hay nada",
    stray: "Esto no es una respuesta.",
  },
  leaving: {
    title: (host) => `¿Continuar a ${host}?`,
    text: (host) =>
      `Una aplicación que no está verificada quiere enviarle a ${host}. No se ha compartido nada con ella. Continúe solo si viene de allí y confía en ese sitio.`,
    goOn: (host) => `Continuar a ${host}`,
    posting: "Se le está enviando allí. Si no ocurre nada, pulse el botón.",
  },
  errors: {
    developers: "Para el desarrollador",
    code: "Error",
    description: "Descripción",
    learnMore: "Qué significa y cómo resolverlo",
    request: "Si pide ayuda, cite esta solicitud:",
    home: "Ir a la página de inicio",
    again: "Volver a intentarlo",
    account: "Ir a su cuenta",
    applicationWay: (host) => `Volver a ${host}`,
    sent: "Enviado",
    sentNone: "Sin enviar",
    registered: "Registrado",
    registeredNone: "Ninguno",
    registeredHidden: "No se muestra aquí. El responsable lo ve con",
    form_expired: {
      title: "Este formulario ya no se puede usar",
      text: "Estuvo abierto demasiado tiempo, o su navegador no envió su cookie de este sitio. No se cambió nada. Si volver a intentarlo no ayuda, compruebe que su navegador guarda las cookies de este sitio.",
    },
    form_foreign: {
      title: "Este formulario no vino de nuestra propia página",
      text: "Otro sitio web intentó enviar aquí un formulario en su nombre. No se cambió nada.",
    },
    form_answered: {
      title: "Ya ha respondido a esta pregunta",
      text: "Vale su primera respuesta. Para cambiarla, vuelva a la aplicación y empiece de nuevo.",
    },
    sign_in_over: {
      title: "Este inicio de sesión ya no es válido",
      text: "Sirve una sola vez y por poco tiempo. Vuelva a la aplicación y empiece de nuevo.",
    },
    setup_link: {
      title: "Este enlace ya no funciona",
      text: "Ya se usó, lo reemplazó uno más nuevo, o ha caducado. Si la primera cuenta aún no existe, reinicie el servidor para obtener un enlace nuevo.",
    },
    link_unknown: {
      title: "Este enlace no funciona",
      text: "No está completo, o se anuló, o ya se usó. Copie el enlace entero, o pida uno nuevo donde lo obtuvo.",
    },
    link_used: {
      title: "Este enlace ya se usó",
      text: "Si fue usted, inicie sesión. Si no fue usted, avise al responsable de este servidor: puede que otra persona haya tenido su enlace.",
    },
    link_expired: {
      title: "Este enlace es demasiado antiguo",
      text: "Los enlaces funcionan durante un tiempo limitado. Pida uno nuevo donde lo obtuvo.",
    },
    not_found: {
      title: "Aquí no hay ninguna página",
      text: "Compruebe la dirección, o empiece en la página de inicio.",
    },
    method_not_allowed: {
      title: "Esta página no puede hacer eso",
      text: "Ábrala de nuevo y use sus botones.",
    },
    too_large: {
      title: "Era demasiado grande",
      text: "Envió más de lo que este servidor acepta. No se cambió nada.",
    },
    malformed: {
      title: "Esta solicitud no se puede leer",
      text: "No se cambió nada. Abra la página de nuevo y repita lo que hizo.",
    },
    busy: {
      title: "Un momento",
      text: "El servidor está recibiendo muchísimas solicitudes en este momento. No se cambió nada; vuelva a intentarlo en unos segundos.",
    },
    unavailable: {
      title: "El servidor no puede responder en este momento",
      text: "Vuelva a intentarlo en unos segundos. Si estaba cambiando algo, compruebe antes si ha cambiado: quizá solo se perdió la respuesta.",
    },
    server_error: {
      title: "Algo salió mal",
      text: "No es culpa suya. Vuelva a intentarlo; si el problema persiste, avise al responsable de este servidor.",
    },
    application_unknown: {
      title: "Este servidor no conoce la aplicación",
      text: "El enlace que le trajo aquí nombra una aplicación que no está registrada en este servidor. No se le envió más allá, y no se ha compartido nada.",
    },
    redirect_mismatch: {
      title: "Esta aplicación pidió una dirección de retorno incorrecta",
      text: "Quería enviarle a una dirección que no ha registrado. Para proteger su cuenta, nos detuvimos aquí; no se ha compartido nada.",
    },
    application: {
      title: "La aplicación cometió un error",
      text: "Le envió aquí con una solicitud que este servidor no puede aceptar. No se ha compartido nada. Vuelva a ella e inténtelo de nuevo; si se repite, avise a quienes la desarrollan.",
    },
  },
  help: {
    title: "Mensajes de error",
    lead: "Los errores que este servidor envía a las aplicaciones, y qué pueden hacer los desarrolladores, por código de error. Las entradas están en inglés.",
    index: "Códigos de error",
    search: "Buscar un error",
    searchHint: "El código, o palabras en inglés del mensaje: invalid_grant, redirect, PKCE.",
    submit: "Buscar",
    found: (count) =>
      plural(count, {
        none: "Ninguna entrada tiene todas estas palabras.",
        one: "Una entrada tiene estas palabras.",
        many: `${count} de entradas tienen estas palabras.`,
        other: `${count} entradas tienen estas palabras.`,
      }),
    showAll: "Mostrar todas las entradas",
  },
  scopes: {
    openid: "Saber que es usted",
    profile: "Ver su nombre, su nombre de usuario y su foto",
    email: "Ver su dirección de correo electrónico",
    phone: "Ver su número de teléfono",
    address: "Ver su dirección postal",
    groups: "Ver a qué grupos pertenece",
    offline_access: "Conservar su acceso después de que usted cierre sesión",
    introspect: "Comprobar si los tokens de acceso son válidos",
    "tessera.read": "Ver las personas, las aplicaciones y los ajustes de este servidor",
    "tessera.people": "Gestionar las personas y los grupos de este servidor",
    "tessera.clients": "Gestionar las aplicaciones de este servidor",
    "tessera.admin": "Administrar este servidor",
  },
};
