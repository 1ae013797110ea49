/** The texts of the pages in French, translated from the English ones. */
import type { TranslatedTexts } from "./language.ts";
import { pluralsOf } from "./plural.ts";

const plural = pluralsOf<"one" | "many">("fr");

const NAME_REFUSED = "Un nom a 200 caractères au plus, et aucun caractère invisible.";
const WORDS_REFUSED = "Il y a ici plus de 500 caractères, ou des caractères invisibles.";

export const french: TranslatedTexts = {
  common: {
    skip: "Aller au contenu",
    errorHelp: "Messages d’erreur, pour les développeurs",
    signedInAs: "Connecté en tant que",
    notYou: "Ce n’est pas vous ?",
    switchPerson: "Utiliser un autre compte",
    username: "Nom d’utilisateur",
    password: "Mot de passe",
    name: "Nom",
    email: "Adresse e‑mail",
    mailDelayed:
      "Les e‑mails prennent actuellement plus de temps que d’habitude : le serveur de messagerie ne les accepte pas. Ils partiront dès qu’il les acceptera.",
    opensElsewhere: "quitte ce site",
    unverifiedName: (client) => `${client} (non vérifiée)`,
  },
  foot: {
    language: "Langue",
    imprint: "Mentions légales",
    privacy: "Confidentialité",
    help: "Aide",
    translated: "Textes traduits. La version anglaise fait foi.",
  },
  home: {
    title: (name) => name,
    lead: "C’est ici que vous vous connectez, et que vous décidez quelles applications et quels appareils peuvent utiliser votre compte.",
    account: "Votre compte",
    accountHint: "Voir qui y a accès, et reprendre cet accès.",
    device: "Connecter un appareil",
    deviceHint: "Saisir le code qu’affiche un téléviseur, un terminal ou un autre appareil.",
    developers: "Pour les développeurs",
    metadata: "Métadonnées de ce serveur d’autorisation",
    errors: "Les messages d’erreur et comment y remédier",
  },
  signIn: {
    title: "Se connecter",
    lead: (name) => `Utilisez votre compte ${name}.`,
    leadToClient: (name, client) => `Utilisez votre compte ${name} pour continuer vers ${client}.`,
    leadToStranger: (name, client) =>
      `Utilisez votre compte ${name} pour continuer vers ${client}. Cette application n’est pas vérifiée.`,
    leadToDevice: (name) => `Utilisez votre compte ${name} pour connecter un appareil.`,
    again: (username) => `Vous êtes connecté en tant que ${username}. Reconnectez-vous pour continuer.`,
    another: (username) =>
      `Connectez-vous avec le compte que vous voulez utiliser. D’ici là, vous êtes connecté en tant que ${username}.`,
    chooseTitle: "Choisir un compte",
    choose: (username) => `Vous êtes connecté en tant que ${username}.`,
    continueAs: (username) => `Continuer en tant que ${username}`,
    useAnother: "Utiliser un autre compte",
    submit: "Se connecter",
    usernameOrEmail: "Nom d’utilisateur ou adresse e-mail",
    wrong: (wait) =>
      `Nom d’utilisateur ou mot de passe incorrect. Après de nombreuses tentatives, même le bon mot de passe est refusé : attendez ${wait}, puis réessayez.`,
    stale: "Cette page est restée ouverte trop longtemps. Saisissez à nouveau votre mot de passe.",
    limited: (wait, until) =>
      `Trop de tentatives. Votre compte est intact : pour le protéger, aucun mot de passe n’est accepté jusqu’à ${until}. Réessayez ${wait}.`,
    passwordKept: {
      signed_out:
        "Votre mot de passe n’a pas été modifié, car vous avez été déconnecté entre-temps. Connectez-vous pour le modifier.",
      same_password: "Votre mot de passe n’a pas été modifié : le nouveau est identique à l’actuel.",
    },
    cancel: (client) => `Annuler et revenir à ${client}`,
    withPhone: "Se connecter avec son téléphone",
    otherWay: "Se connecter autrement",
    forgotten: "Mot de passe oublié ? Demandez-en un nouveau au responsable de ce serveur.",
    forgottenLink: "Mot de passe oublié ?",
    codeLink: "Se connecter avec un code par e-mail",
    noAccount: "Pas encore de compte ?",
    newAccount: "En créer un",
  },
  otherDevice: {
    title: "Se connecter avec son téléphone",
    scan: "Scannez ce code avec l’appareil photo d’un téléphone sur lequel vous êtes connecté ici.",
    type: "Saisissez sur le téléphone le nombre ci-dessous.",
    qr: "Code QR contenant le lien pour votre téléphone",
    number: "Le nombre",
    waiting: (ends) => `En attente de votre téléphone. Le code expire ${ends}.`,
    approvedHere: "Vous avez approuvé cette connexion sur votre téléphone.",
    goOn: "Continuer",
    ended: {
      denied: "Cette connexion a été refusée sur le téléphone.",
      over: "Ce code a expiré ou a déjà été utilisé.",
      foreign: "Ce code appartient à un autre navigateur, ou ce navigateur ne conserve pas les cookies.",
    },
    newCode: "Obtenir un nouveau code",
    approveTitle: "Se connecter sur un autre appareil ?",
    for: "Pour",
    warningTitle: "N’approuvez que ce que vous avez commencé vous-même",
    warning:
      "N’approuvez que si l’autre écran est devant vous. Si une autre personne vous a envoyé ce lien ou un nombre, elle veut entrer dans votre compte : refusez.",
    numberLabel: "Le nombre sur l’autre écran",
    numberHint: "Deux chiffres. L’autre écran les affiche sous le code.",
    approve: "Approuver",
    toAccount: "Voir votre compte",
    faults: {
      number: "L’autre écran affiche un autre nombre. Regardez à nouveau. S’il n’en affiche aucun, refusez.",
      stale: "Cette page est restée ouverte trop longtemps. Répondez à nouveau.",
    },
    outcomes: {
      approved: {
        title: "Approuvé",
        text: "L’autre appareil continue de lui-même en quelques secondes. Vous pouvez fermer cette page.",
      },
      denied: {
        title: "Refusé",
        text: "L’autre appareil n’a pas été connecté. Si vous n’avez pas commencé cela vous-même, quelqu’un d’autre l’a fait : votre compte est en sécurité.",
      },
      over: {
        title: "Cette question n’est plus ouverte",
        text: "Elle a reçu une réponse, ou elle a expiré. Obtenez un nouveau code sur l’autre appareil.",
      },
    },
  },
  secondStep: {
    title: "Encore une étape",
    lead: (username) => `Confirmez que vous êtes ${username}.`,
    code: "Code",
    hint: "Les six chiffres que votre application affiche en ce moment, ou l’un de vos codes de récupération.",
    submit: "Continuer",
    wrong:
      "Ce code n’est pas correct, ou a déjà été utilisé. Attendez le prochain que votre application affichera, et vérifiez que l’horloge de votre téléphone est à l’heure.",
    limited: (wait, until) =>
      `Trop de codes incorrects. Pour protéger votre compte, aucun code n’est accepté jusqu’à ${until}. Réessayez ${wait}, ou connectez-vous avec un navigateur que vous avez déjà utilisé ici.`,
    without: "Continuer sans cette étape",
    lost: "Vous avez perdu votre téléphone et vos codes de récupération ? Adressez-vous au responsable de ce serveur.",
    otherAccount: "Se connecter avec un autre compte",
  },
  passkeys: {
    use: "Utiliser une clé d’accès",
    noScript: "Les clés d’accès ont besoin de JavaScript, qui est désactivé dans ce navigateur.",
    unsupported:
      "Ce navigateur ne peut pas utiliser de clés d’accès ici. Il faut un navigateur récent et une adresse qui commence par https.",
    browser: {
      use: {
        NotAllowedError:
          "Aucune clé d’accès n’a été utilisée : vous avez annulé, cela a duré trop longtemps, ou cet appareil n’en a pas pour ce compte.",
        SecurityError: (address) =>
          `Les clés d’accès de ce serveur ne fonctionnent pas à cette adresse. Ouvrez ${address} et connectez-vous là.`,
        NotSupportedError: "Cet appareil ne peut utiliser aucune clé d’accès que ce serveur comprenne.",
        ConstraintError:
          "Cet appareil ne peut demander ni code PIN, ni empreinte, ni visage, et c’est exigé ici.",
        InvalidStateError:
          "Cette clé d’accès ne peut pas être utilisée en ce moment. Réessayez, ou utilisez-en une autre.",
        other:
          "L’appareil ou le gestionnaire de mots de passe n’y est pas parvenu. Réessayez, ou utilisez-en un autre.",
      },
      add: {
        NotAllowedError:
          "Aucune clé d’accès n’a été ajoutée : vous avez annulé, ou cela a duré trop longtemps.",
        SecurityError: (address) =>
          `Les clés d’accès de ce serveur ne peuvent pas être créées à cette adresse. Ouvrez ${address} et connectez-vous là.`,
        NotSupportedError: "Cet appareil ne peut créer aucune clé d’accès que ce serveur comprenne.",
        ConstraintError:
          "Cet appareil ne peut pas créer une telle clé d’accès : il n’a plus de place, ou ne peut demander ni code PIN, ni empreinte, ni visage.",
        InvalidStateError: "Il y a déjà une clé d’accès pour votre compte sur cet appareil.",
        other:
          "L’appareil ou le gestionnaire de mots de passe n’a pas pu créer de clé d’accès. Réessayez, ou utilisez-en un autre.",
      },
    },
    refused: {
      stale:
        "Cette page est restée ouverte trop longtemps, ou a déjà reçu une réponse. Utilisez à nouveau votre clé d’accès.",
      elsewhere: (address) =>
        `La clé d’accès a été utilisée à une autre adresse que ${address}. Ouvrez cette adresse et connectez-vous là.`,
      unknown:
        "Cette clé d’accès n’est pas connue ici : elle a été supprimée, ou appartient à un autre serveur.",
      copied:
        "Cette clé d’accès a été refusée, car elle a peut-être été copiée : son compteur a reculé. Connectez-vous autrement, supprimez-la de votre compte et prévenez le responsable de ce serveur.",
      unverified:
        "L’appareil n’a demandé ni code PIN, ni empreinte, ni visage, et c’est exigé ici. Connectez-vous d’abord avec votre mot de passe, ou utilisez une autre clé d’accès.",
      unreadable: "La réponse du navigateur n’a pas pu être lue. Réessayez, ou utilisez un autre navigateur.",
    },
    lost: "Pas de clé d’accès sous la main ? Adressez-vous au responsable de ce serveur.",
    title: "Clés d’accès",
    lead: "Une clé d’accès vous connecte sans mot de passe : avec l’empreinte, le visage ou le code PIN de votre appareil, ou avec une clé de sécurité. Elle ne fonctionne que sur ce serveur, donc aucun autre site ne peut vous la soutirer.",
    none: "Vous n’avez pas encore de clé d’accès.",
    oneTitle: "Vous n’avez qu’une clé d’accès",
    oneWithPassword:
      "Si vous la perdez, vous vous connectez avec votre mot de passe. Mieux vaut en ajouter une autre, sur un autre appareil ou dans un gestionnaire de mots de passe.",
    oneAlone:
      "Si vous la perdez, vous ne pourrez plus vous connecter. Ajoutez-en une autre, sur un autre appareil ou dans un gestionnaire de mots de passe.",
    kinds: { passkey: "Clé d’accès", securityKey: "Clé de sécurité" },
    added: "Ajoutée le",
    lastUsed: (when) => `dernière utilisation : ${when}`,
    spoiled:
      "Cette clé d’accès n’est plus lisible ici et ne permet plus de se connecter. Supprimez-la, puis ajoutez-la à nouveau.",
    neverUsed: "pas encore utilisée",
    synced: "Sur tous les appareils de votre gestionnaire de mots de passe",
    single: "Sur un seul appareil",
    needsName: "Saisissez votre nom d’utilisateur avant de l’utiliser",
    add: "Ajouter une clé d’accès",
    addLead: "Votre navigateur demande où la conserver.",
    rename: "Renommer",
    renameLabel: (name) => `Renommer ${name}`,
    name: "Nom de la clé d’accès",
    nameRefused: (characters) => `Un nom a de 1 à ${characters} caractères, et aucun caractère invisible.`,
    save: "Enregistrer",
    remove: "Supprimer",
    removeLabel: (name) => `Supprimer la clé d’accès ${name}`,
    removeHint:
      "Un appareil perdu ? Supprimez sa clé d’accès, et déconnectez son navigateur sur la page de votre compte : supprimer une clé d’accès ne déconnecte aucun navigateur.",
    recentTitle: "Reconnectez-vous pour modifier quelque chose",
    recent:
      "Votre connexion date d’un moment. Pour ajouter ou supprimer une clé d’accès, montrez que c’est bien vous.",
    recentAction: "Se reconnecter",
    levelTitle: "Encore une étape pour modifier quelque chose",
    level:
      "La connexion s’est faite sans votre second facteur. Pour ajouter ou supprimer une clé d’accès, utilisez-le maintenant.",
    levelAction: "Continuer",
    lastWay:
      "Elle n’a pas été supprimée : c’est votre seul moyen de vous connecter. Ajoutez d’abord une autre clé d’accès.",
    notAdded: {
      stale:
        "Aucune clé d’accès n’a été ajoutée : cette page est restée ouverte trop longtemps, ou a déjà reçu une réponse. Réessayez.",
      elsewhere: (address) =>
        `Aucune clé d’accès n’a été ajoutée : votre navigateur était à une autre adresse que ${address}. Ouvrez cette adresse et connectez-vous là.`,
      unreadable:
        "Aucune clé d’accès n’a été ajoutée : la réponse du navigateur n’a pas pu être lue. Réessayez, ou utilisez un autre navigateur.",
      refused:
        "Aucune clé d’accès n’a été ajoutée : la réponse de l’appareil ne convient pas. Réessayez, ou utilisez un autre appareil.",
      known: "Aucune clé d’accès n’a été ajoutée : celle-ci est déjà enregistrée ici.",
      too_many:
        "Aucune clé d’accès n’a été ajoutée : un compte en a 50 au plus. Supprimez-en une que vous n’utilisez pas.",
    },
    passwordTitle: "Se passer de mot de passe",
    passwordLead:
      "Un mot de passe que vous n’avez pas ne peut pas être volé. Vous vous connectez alors uniquement avec vos clés d’accès. Le responsable de ce serveur peut vous redonner un mot de passe.",
    passwordRemove: "Supprimer mon mot de passe",
    passwordKept: {
      last_way:
        "Votre mot de passe reste : sans lui, vous ne pourriez pas vous connecter. Ajoutez d’abord une clé d’accès.",
    },
    instead: "Ajouter plutôt une clé d’accès",
    state: (count) =>
      plural(count, {
        none: "Aucune",
        one: `${count} clé d’accès`,
        many: `${count} de clés d’accès`,
        other: `${count} clés d’accès`,
      }),
    notices: {
      added: "Votre clé d’accès est ajoutée. Connectez-vous avec elle la prochaine fois.",
      renamed: "Le nom est enregistré.",
      removed: "La clé d’accès est supprimée. Elle ne connecte plus personne.",
      password_removed:
        "Votre mot de passe est supprimé. Vous vous connectez désormais avec vos clés d’accès.",
    },
  },
  secondFactor: {
    title: "Second facteur",
    leads: {
      wanted:
        "Avec un second facteur, votre mot de passe seul n’ouvre rien : une application sur votre téléphone affiche un code que vous saisissez en vous connectant.",
      demanded:
        "Pour continuer, il vous faut un second facteur : une application sur votre téléphone qui affiche un code, que vous saisissez en vous connectant. Cela prend deux minutes, et vous ne le faites qu’une fois.",
      replaces:
        "Configurez la nouvelle application. L’ancienne fonctionne jusqu’à ce que la nouvelle soit confirmée.",
    },
    setUpTitle: "Configurer un second facteur",
    getApp:
      "Ouvrez sur votre téléphone une application de codes à usage unique. Beaucoup de gestionnaires de mots de passe en sont une ; sinon, installez-en une, comme Aegis ou 2FAS.",
    scan: "Dans l’application, ajoutez un compte et scannez ce code.",
    qrLabel: "Le code QR pour votre application. Le même secret figure ci-dessous sous forme de texte.",
    openHere: "Ouvrir dans une application de cet appareil",
    typeIt: "Si vous ne pouvez pas le scanner, saisissez ce secret dans l’application :",
    firstCode: "Le code que l’application affiche en ce moment",
    firstCodeHint: "Six chiffres. Ils changent toutes les 30 secondes.",
    firstCodeWrong:
      "Ce n’est pas le code que l’application devrait afficher en ce moment. Vérifiez que vous avez saisi celui de ce compte, et que votre téléphone règle son horloge lui-même.",
    turnOn: "Activer",
    others:
      "Vos autres navigateurs seront déconnectés. Les applications de vos appareils gardent leur accès.",
    done: {
      set_up: "Votre second facteur est activé.",
      renewed: "Vous avez de nouveaux codes de récupération. Les anciens ne fonctionnent plus.",
    },
    codesTitle: "Vos codes de récupération",
    codesLead:
      "Si vous perdez votre téléphone, chacun de ces codes vous connecte une fois, avec votre mot de passe. Imprimez-les ou notez-les, et gardez-les ailleurs que votre téléphone.",
    codesFor: (username, host) => `Codes de récupération pour ${username} sur ${host},`,
    codesOnce: "Cette page est le seul endroit où vous les voyez.",
    stored: "Je les ai mis de côté",
    signInAgain: "Je les ai mis de côté. Se connecter",
    isOn: "Une application affiche les codes pour votre connexion. Configurée le",
    isOff: "Non configuré",
    codesLeft: (count) =>
      plural(count, {
        none: "Il ne vous reste aucun code de récupération.",
        one: "Il vous reste un code de récupération.",
        many: `Il vous reste ${count} de codes de récupération.`,
        other: `Il vous reste ${count} codes de récupération.`,
      }),
    codesFew: (count) =>
      count === 0
        ? "Il ne vous reste aucun code de récupération. Si vous perdez votre téléphone maintenant, vous ne pourrez pas vous connecter. Créez de nouveaux codes ci-dessous."
        : "Il ne vous reste que quelques codes de récupération. Créez de nouveaux codes ci-dessous.",
    goOn: "Continuer",
    changeTitle: "Le modifier",
    changeLead: "Saisissez un code pour montrer que c’est bien vous, puis choisissez quoi faire.",
    code: "Code",
    codeHint:
      "Les six chiffres que votre application affiche en ce moment, ou l’un de vos codes de récupération.",
    renew: "Nouveaux codes de récupération",
    replace: "Changer d’application",
    remove: "Désactiver",
    mustStay:
      "Le responsable de ce serveur exige de vous un second facteur, vous ne pouvez donc pas le désactiver.",
    removedTitle: "Votre second facteur est désactivé",
    removedLead:
      "L’application et les codes de récupération ne fonctionnent plus ici. Supprimez le compte de l’application.",
  },
  signOut: {
    title: "Se déconnecter ?",
    titleOf: (server) => `Se déconnecter de ${server} ?`,
    asked: (client) => `${client} veut vous déconnecter.`,
    lead: "Les applications auxquelles vous vous êtes connecté depuis ce navigateur perdent leur accès. Les appareils le gardent, de même que les applications que vous avez autorisées à le garder. Vous pouvez retirer leur accès sur la page de votre compte.",
    submit: "Se déconnecter",
    stay: "Rester connecté",
    doneTitle: "Vous êtes déconnecté",
    doneLead: "Ce navigateur n’est plus connecté.",
    notRegistered:
      "L’application voulait vous envoyer à une adresse qui n’est pas enregistrée pour elle, vous restez donc ici.",
    backTo: (place) => `Retour à ${place}`,
    signIn: "Se reconnecter",
    toAccount: "Retour à votre compte",
  },
  consent: {
    title: (client) => `Autoriser ${client} ?`,
    heading: "veut utiliser votre compte",
    self: "Une application sur cet appareil",
    selfHint: "Votre réponse est transmise à un programme sur cet appareil, et non à un site web.",
    website: "Site web",
    unverifiedTitle: "Cette application n’est pas vérifiée",
    unverified: (host) =>
      `Elle s’est enregistrée elle-même et a choisi son propre nom. Ne continuez que si vous venez vous-même de ${host} et lui faites confiance.`,
    unverifiedDevice:
      "Elle s’est enregistrée elle-même et a choisi son propre nom. Ne continuez que si vous venez de la lancer vous-même sur cet appareil.",
    documentOf: (host) => `Publiée par ${host}`,
    unverifiedDocument: (publisher, host) =>
      `Elle se décrit elle-même sur ${publisher} et a choisi son propre nom. Ne continuez que si vous venez vous-même de ${host} et lui faites confiance.`,
    unverifiedDocumentDevice: (publisher) =>
      `Tout programme sur cet appareil peut se faire passer pour cette application de ${publisher}. Ne continuez que si vous venez de la lancer vous-même.`,
    acknowledge: (host) => `Je viens moi-même de ${host}`,
    acknowledgeDevice: "Je viens de la lancer moi-même",
    mayTitle: "Elle pourra",
    mayNothing: "Savoir que vous avez un compte ici, et rien d’autre",
    detailYes: "Oui",
    detailNo: "Non",
    sensitive: "Cela permet beaucoup :",
    forResources: (names) => `Pour ${names} :`,
    mayIdentify: "Y prouver que vous avez un compte ici",
    mayNotTitle: "Elle ne pourra pas",
    mayNot: [
      "Voir votre mot de passe",
      "Modifier votre mot de passe",
      "Donner à d’autres accès à votre compte",
    ],
    takeBack: "Vous pouvez retirer cette autorisation à tout moment sur ce serveur, sous « Votre compte ».",
    askedAgain: {
      stale:
        "Votre réponse n’a pas compté : cette page est restée ouverte trop longtemps, ou vous vous êtes reconnecté depuis. Vérifiez la demande et répondez à nouveau.",
      changed:
        "Votre réponse n’a pas compté : ce que cette application pourrait faire a changé depuis l’ouverture de la page. Vérifiez la demande et répondez à nouveau.",
      unacknowledged:
        "Votre réponse n’a pas compté : pour autoriser, cochez la case qui dit que vous avez commencé vous-même.",
    },
    allow: "Autoriser",
    deny: "Refuser",
    returnsTo: (place) => `Dans les deux cas, vous revenez à ${place}.`,
    returnsToApplication: "Dans les deux cas, vous revenez à l’application.",
    terms: "Conditions d’utilisation",
    policy: "Politique de confidentialité",
  },
  notAllowed: {
    title: (client) => `Vous n’avez pas accès à ${client}`,
    only: (username, client, groups) =>
      `Vous êtes connecté en tant que ${username}, mais ${client} est réservée aux membres de : ${groups}.`,
    denied: (username, client) =>
      `Vous êtes connecté en tant que ${username}, mais ce compte ne peut pas utiliser ${client}.`,
    ask: "Si vous pensez que vous devriez avoir accès, adressez-vous au responsable de ce serveur. Rien n’a été communiqué.",
  },
  device: {
    title: "Connecter un appareil",
    lead: "Saisissez le code qu’affiche votre appareil.",
    code: "Code",
    codeHint: "Huit lettres, comme WDJB-MJHT. En majuscules ou en minuscules, avec ou sans le tiret.",
    submit: "Continuer",
    malformed: "Ce code n’est pas complet. Un code a huit lettres et aucun chiffre.",
    unknown:
      "Aucun appareil n’attend avec ce code. Vérifiez les lettres. Si elles sont correctes, le code a été utilisé ou a expiré : obtenez-en un nouveau sur l’appareil.",
    limited: (wait) => `Trop de codes incorrects. Réessayez ${wait}.`,
    confirmTitle: (client) => `Connecter ${client} ?`,
    compare: "Votre appareil affiche-t-il ce code ?",
    asks: "veut utiliser votre compte depuis un autre appareil",
    started: "Commencé",
    justNow: "À l’instant",
    from: "Depuis",
    address: (address) => `Adresse réseau ${address}`,
    thisComputer: (address) => `Cet ordinateur (${address})`,
    agentUnknown: "L’appareil n’a pas dit ce qu’il est",
    agentUnnamed: "Un programme qui n’est pas connu ici",
    agentOn: (program, system) => `${program} sur ${system}`,
    agentDetails: "Ce que l’appareil dit de lui-même",
    agentSays: "Il peut prétendre n’importe quoi ici :",
    quote: (words) => `« ${words} »`,
    unverified: "Elle s’est enregistrée elle-même et a choisi son propre nom.",
    acknowledge: "J’ai commencé cela sur mon propre appareil",
    warningTitle: "N’autorisez que ce que vous avez commencé vous-même",
    warning:
      "N’autorisez que si vous venez de commencer cela vous-même, sur un appareil devant vous. Si une autre personne vous a envoyé ce code ou ce lien, elle veut entrer dans votre compte : refusez.",
    allow: "Autoriser",
    deny: "Refuser",
    approvedTitle: "Votre appareil est connecté",
    approved: (client) =>
      `${client} a maintenant accès. Revenez à votre appareil ; il continue de lui-même en quelques secondes.`,
    deniedTitle: "L’accès a été refusé",
    denied: (client) => `${client} n’a obtenu aucun accès à votre compte. Vous pouvez fermer cette page.`,
    stale: "Cette page est restée ouverte trop longtemps. Votre réponse n’a pas compté. Répondez à nouveau.",
    stands: "Vous avez déjà répondu, et votre première réponse reste valable.",
    decidedTitle: "Ce code n’est plus ouvert",
    decided:
      "Il a été utilisé, ici ou sur une autre page, ou il a expiré. Si l’appareil attend encore, obtenez-y un nouveau code.",
    another: "Connecter un autre appareil",
    toAccount: "Voir qui a accès",
  },
  approvals: {
    title: "Demandes d’approbation",
    lead: "Des applications vous demandent ici votre accord pour ce que vous faites avec elles ailleurs, par exemple au téléphone ou à une caisse. Rien ne se passe avant votre réponse.",
    none: "Aucune application n’attend votre réponse.",
    again: "Regarder à nouveau",
    looks: "Cette page regarde à nouveau d’elle-même pendant dix minutes.",
    look: "Voir et répondre",
    waiting: (count) =>
      plural(count, {
        one: "Une application demande votre approbation",
        many: `${count} de demandes attendent votre approbation`,
        other: `${count} demandes attendent votre approbation`,
      }),
    ends: (when) => `se termine ${when}`,
    confirmTitle: (client) => `Approuver ce que demande ${client} ?`,
    asks: "demande votre approbation",
    says: "L’application dit",
    compare: "Ce sont ses propres mots. N’approuvez que si vous y voyez ou entendez les mêmes mots.",
    silent: "L’application n’a envoyé aucun mot que vous puissiez comparer.",
    asked: "Demandé",
    counts: "Se termine",
    server: "Depuis son serveur",
    warningTitle: "N’approuvez que ce que vous faites vous-même",
    warning:
      "N’approuvez que si vous avez affaire à cette application en ce moment, par exemple au téléphone ou à une caisse. Si vous ne vous y attendez pas, ou si les demandes se répètent, une autre personne veut peut-être entrer dans votre compte : refusez.",
    acknowledge: "J’ai affaire à cette application en ce moment",
    approve: "Approuver",
    refuse: "Refuser",
    step: "Si vous approuvez, une étape de connexion de plus suit d’abord.",
    report: "Je n’ai rien demandé",
    reportHint: "Cela refuse, et l’application ne peut plus vous demander pendant un jour.",
    toList: "Toutes les demandes",
    outcomes: {
      approved: {
        title: "Approuvé",
        text: (client) => `${client} a maintenant l’accès demandé. Vous pouvez fermer cette page.`,
      },
      denied: {
        title: "Refusé",
        text: (client) => `${client} n’a obtenu aucun accès à votre compte. Vous pouvez fermer cette page.`,
      },
      reported: {
        title: "Refusé et signalé",
        text: (client) =>
          `${client} n’a obtenu aucun accès à votre compte et ne peut plus vous demander pendant un jour. L’exploitant de ce serveur peut voir que vous ne vous y attendiez pas.`,
      },
      over: {
        title: "Cette demande n’est plus ouverte",
        text: (client) =>
          `Elle n’a pas reçu de réponse à temps, ou ${client} ne peut plus demander. Si vous le voulez encore, faites demander l’application à nouveau.`,
      },
    },
    unknown: {
      title: "Il n’y a pas de telle demande pour vous",
      text: "Elle est peut-être pour un autre compte, ou elle est terminée depuis longtemps.",
    },
  },
  account: {
    title: "Votre compte",
    sectionsLabel: "Rubriques de votre compte",
    sections: {
      overview: "Vue d’ensemble",
      security: "Sécurité",
      details: "Vos informations",
      activity: "Activité",
      data: "Vos données",
    },
    securityTitle: "Sécurité",
    mails: {
      title: "E‑mails pour vous",
      lead: (address) =>
        `Les e‑mails sur la sécurité de votre compte sont envoyés à ${address}. Ils ne peuvent pas être désactivés.`,
      optional: {
        new_device: "Aussi quand je me connecte avec un nouveau navigateur",
        backchannel_asked: "Aussi quand une application demande mon approbation",
      },
    },
    waysTitle: "Moyens de se connecter",
    ways: {
      password: "Mot de passe",
      passwordSet: "Défini",
      passwordNone: "Aucun. Le responsable de ce serveur peut en définir un.",
    },
    accessTitle: "Applications et appareils ayant accès",
    accessLead: "Ils peuvent utiliser votre compte jusqu’à ce que vous les retiriez.",
    accessNone: "Aucune application ni aucun appareil n’a accès à votre compte.",
    viaApplication: "Application",
    viaAssertion: "Par votre organisation",
    viaApproval: "Approuvé sur demande",
    viaDevice: "Appareil",
    since: "depuis le",
    installations: (count) =>
      plural(count, {
        none: "Aucune installation",
        one: "Une installation",
        many: `${count} d’installations`,
        other: `${count} installations`,
      }),
    usedWithin: (days) =>
      plural(days, {
        one: "Utilisée au cours des dernières 24 heures",
        many: `Utilisée au cours des derniers ${days} de jours`,
        other: `Utilisée au cours des ${days} derniers jours`,
      }),
    notUsedYet: "Pas encore utilisée",
    end: "Mettre fin",
    endLabel: (client, since) => `Mettre fin à l’accès accordé à ${client} depuis le ${since}`,
    mayNothing: "Sait que vous avez un compte ici",
    notVerified: "Non vérifiée",
    unverified: "Elle s’est enregistrée elle-même et a choisi son propre nom.",
    unknownClient: "Une application qui n’est plus enregistrée",
    remembered: "La question ne vous sera pas reposée quand elle aura besoin de cet accès.",
    rememberedOnly:
      "Elle n’a pas d’accès en ce moment, mais peut en obtenir à nouveau sans vous le demander.",
    remove: "Retirer",
    removeAll: "Tout retirer",
    removeEverything: "Retirer tous les accès de toutes les applications et de tous les appareils",
    removeAllLabel: (client) => `Retirer tous les accès accordés à ${client}`,
    removeLabel: (client) => `Retirer l’accès accordé à ${client}`,
    passwordLead: "Tous les autres navigateurs seront déconnectés.",
    currentPassword: "Mot de passe actuel",
    newPassword: "Nouveau mot de passe",
    passwordHint: (characters) =>
      `Au moins ${characters} caractères. Plus long, c’est mieux : quatre mots sans rapport entre eux.`,
    changePassword: "Modifier le mot de passe",
    currentWrong: "Ce n’est pas votre mot de passe actuel.",
    passwordSame: "Le nouveau mot de passe est identique à l’actuel.",
    appsTitle: "Vos applications",
    appsAll: (count) => `Toutes les applications (${count})`,
    alsoEnd: "Mettre aussi fin aux accès",
    alsoEndHint:
      "Les applications et les appareils n’ont jamais connu votre mot de passe et gardent leur accès. Si une autre personne connaît peut-être votre mot de passe, mettez fin à tous ces accès : vous vous y reconnecterez.",
    endAllAccess: "Toutes les applications et tous les appareils",
    detailsTitle: "Vos informations",
    detailsLead: "Seules les applications que vous autorisez peuvent les voir.",
    detailsTooLong: "Ces informations sont trop longues au total. Rien n’a été modifié.",
    save: "Enregistrer",
    notSaid: "Non précisé",
    usernameLabel: "Nom d’utilisateur",
    emailLabel: "Adresse e-mail",
    groupsLabel: "Groupes",
    givenTitle: "Fixé par le responsable de ce serveur",
    facts: {
      name: { label: "Nom complet", hint: "", refused: NAME_REFUSED },
      given_name: { label: "Prénom", hint: "", refused: NAME_REFUSED },
      family_name: { label: "Nom de famille", hint: "", refused: NAME_REFUSED },
      middle_name: { label: "Deuxième prénom", hint: "", refused: NAME_REFUSED },
      nickname: { label: "Surnom", hint: "", refused: NAME_REFUSED },
      profile: {
        label: "Page à votre sujet",
        hint: "",
        refused: "Ce n’est pas une adresse web, comme https://example.org/ada.",
      },
      website: {
        label: "Votre site web",
        hint: "",
        refused: "Ce n’est pas une adresse web, comme https://example.org.",
      },
      gender: {
        label: "Genre",
        hint: "",
        refused: "Il y a ici plus de 200 caractères, ou des caractères invisibles.",
      },
      birthdate: {
        label: "Date de naissance",
        hint: "Année, mois et jour : 1985-12-10. Sans l’année : 0000-12-10.",
        refused: "Ce n’est pas un jour, comme 1985-12-10.",
      },
      zoneinfo: {
        label: "Fuseau horaire",
        hint: "Les heures de ces pages le suivent.",
        refused: "Ce n’est pas un fuseau horaire.",
      },
      locale: {
        label: "Langue",
        hint: "Ces pages la suivent une fois que vous êtes connecté.",
        refused: "Ce n’est pas une langue.",
      },
      phone_number: {
        label: "Numéro de téléphone",
        hint: "Avec l’indicatif du pays : +43 660 1234567.",
        refused: "Ce n’est pas un numéro de téléphone avec l’indicatif de son pays, comme +43 660 1234567.",
      },
      street_address: { label: "Rue et numéro", hint: "", refused: WORDS_REFUSED },
      postal_code: { label: "Code postal", hint: "", refused: WORDS_REFUSED },
      locality: { label: "Ville", hint: "", refused: WORDS_REFUSED },
      region: { label: "Région ou État", hint: "", refused: WORDS_REFUSED },
      country: { label: "Pays", hint: "", refused: WORDS_REFUSED },
    },
    pictureTitle: "Photo",
    pictureAlt: "Votre photo",
    pictureFile: "Une photo de vous",
    pictureHint: (megabytes) =>
      `PNG, JPEG ou WebP, ${megabytes} Mo au plus. Le milieu en est conservé, sans le lieu ni l’appareil que le fichier indique peut-être. Toute personne qui connaît son adresse peut la voir.`,
    pictureSave: "Utiliser cette photo",
    pictureRemove: "Supprimer la photo",
    pictureFaults: {
      none: "Choisissez d’abord un fichier.",
      too_large: (megabytes) => `Le fichier fait plus de ${megabytes} Mo.`,
      too_many_pixels: "La photo a plus de 50 millions de pixels. Réduisez-la d’abord.",
      too_long: "La photo est plus de 8 fois plus longue que large.",
      too_detailed: "La photo a trop de détails pour être assez réduite. Prenez-en une autre.",
      no_picture: "Le fichier n’est pas une image PNG, JPEG ou WebP fixe, ou il est endommagé.",
    },
    activity: {
      title: "Activité",
      lead: "Ce qui s’est passé sur votre compte, du plus récent au plus ancien.",
      none: "Il ne s’est encore rien passé.",
      earlier: "Plus ancien",
      newest: "Le plus récent",
      notYou: "Si vous ne reconnaissez pas quelque chose :",
      removedClient: (id) => `${id} (n’est plus enregistrée)`,
      events: {
        "access.removed": ({ by, client }) =>
          `${by === "you" ? "Vous avez mis fin" : "Le responsable a mis fin"} à l’accès accordé à ${client ?? "toutes les applications et tous les appareils"}`,
        "code.replayed": ({ client }) =>
          `Un code de connexion destiné à ${client ?? "une application"} a été utilisé deux fois, comme le ferait un voleur. L’accès a pris fin`,
        "consent.given": ({ client }) => `Vous avez donné accès à ${client ?? "une application"}`,
        "backchannel.approved": ({ client }) =>
          `Vous avez approuvé ce que demandait ${client ?? "une application"}`,
        "backchannel.asked": ({ count }) =>
          plural(count, {
            one: "Une application a demandé votre approbation",
            many: `Des applications ont demandé votre approbation ${count} de fois`,
            other: `Des applications ont demandé votre approbation ${count} fois`,
          }),
        "backchannel.denied": ({ client, reason }) =>
          reason === "not_started"
            ? `Vous avez signalé une demande inattendue de ${client ?? "une application"}`
            : `Vous avez refusé ce que demandait ${client ?? "une application"}`,
        "device.approved": ({ client }) => `Vous avez connecté un appareil : ${client ?? "inconnu"}`,
        "grant.revoked": ({ by, client }) =>
          by === "other"
            ? `${client ?? "Une application"} a mis fin à l’un de ses propres accès`
            : `${by === "you" ? "Vous avez mis fin" : "Le responsable a mis fin"} à un accès accordé à ${client ?? "une application"}`,
        "group.joined": ({ group }) => `Vous êtes maintenant dans le groupe ${group}`,
        "group.left": ({ group }) => `Vous n’êtes plus dans le groupe ${group}`,
        "email.changed": ({ by }) =>
          by === "you"
            ? "Vous avez modifié votre adresse e‑mail"
            : "Le responsable a modifié votre adresse e‑mail",
        "email.verified": () => "Votre adresse e‑mail a été confirmée",
        "passkey.added": () => "Vous avez ajouté une clé d’accès",
        "passkey.removed": ({ by }) =>
          by === "you"
            ? "Vous avez supprimé une clé d’accès"
            : "Le responsable a supprimé l’une de vos clés d’accès",
        "password.removed": ({ by }) =>
          by === "you"
            ? "Vous avez supprimé votre mot de passe"
            : "Le responsable a supprimé votre mot de passe",
        "reset.done": () => "Un nouveau mot de passe a été défini par un lien reçu par e‑mail",
        "sign_in_link.created": () => "Le responsable a créé un lien qui vous connecte",
        "sign_in_link.used": () => "Un lien du responsable vous a connecté",
        "password.changed": ({ by }) =>
          by === "you"
            ? "Vous avez modifié votre mot de passe"
            : "Le responsable vous a attribué un nouveau mot de passe",
        "person.changed": ({ by }) =>
          by === "you" ? "Vous avez modifié vos informations" : "Le responsable a modifié vos informations",
        "person.created": () => "Votre compte a été créé",
        "person.disabled": () => "Votre compte a été désactivé",
        "person.enabled": () => "Votre compte a été réactivé",
        "person.unlocked": () => "Le responsable vous a permis d’essayer à nouveau des mots de passe",
        "recovery_code.used": () => "Vous vous êtes connecté avec un code de récupération",
        "recovery_codes.renewed": () => "Vous avez obtenu de nouveaux codes de récupération",
        "second_factor.added": () => "Vous avez configuré un second facteur",
        "second_factor.removed": ({ by }) =>
          by === "you"
            ? "Vous avez supprimé votre second facteur"
            : "Le responsable a supprimé votre second facteur",
        "sign_in.approved": () => "Vous avez approuvé une connexion sur un autre appareil",
        "sign_in.denied": () => "Vous avez refusé une connexion sur un autre appareil",
        "refresh_token.replayed": ({ client }) =>
          `Une clé remise à ${client ?? "une application"} a été utilisée deux fois, comme le ferait un voleur. L’accès a pris fin`,
        "session.ended": ({ by, reason }) =>
          reason === "surplus"
            ? "Un navigateur a été déconnecté, car vous êtes connecté dans un trop grand nombre d’entre eux"
            : by === "you"
              ? "Vous avez déconnecté un navigateur"
              : "Le responsable a déconnecté l’un de vos navigateurs",
        "session.started": () => "Vous vous êtes connecté",
        "sessions.ended": ({ by }) =>
          by === "you" ? "Vous vous êtes déconnecté partout" : "Le responsable vous a déconnecté partout",
        "sign_in.limited": ({ count }) =>
          plural(count, {
            one: "Une tentative de connexion à votre nom a été refusée, car il y en avait trop",
            many: `${count} de tentatives de connexion à votre nom ont été refusées, car il y en avait trop`,
            other: `${count} tentatives de connexion à votre nom ont été refusées, car il y en avait trop`,
          }),
        "sign_in.refused": ({ count }) =>
          plural(count, {
            one: "Une tentative de connexion à votre nom a échoué : mot de passe ou code incorrect",
            many: `${count} de tentatives de connexion à votre nom ont échoué : mots de passe ou codes incorrects`,
            other: `${count} tentatives de connexion à votre nom ont échoué : mots de passe ou codes incorrects`,
          }),
      },
    },
    data: {
      title: "Vos données",
      downloadLead:
        "Un fichier avec tout ce que ce serveur sait de vous : vos informations, votre photo, où vous êtes connecté, qui a accès, et ce qui s’est passé. Il ne contient aucun mot de passe.",
      download: "Télécharger vos données",
      deleteTitle: "Supprimer votre compte",
      deleteByOperator: "Seul le responsable de ce serveur peut supprimer votre compte.",
      declared:
        "Votre compte figure dans la configuration de ce serveur, seul son responsable peut donc le supprimer.",
      lastAdministrator:
        "Vous êtes le dernier administrateur de ce serveur. Donnez d’abord ce rôle à une autre personne.",
      deleteLead: "C’est irréversible. Avec le compte disparaissent :",
      endsAccess: "l’accès accordé à",
      endsSessions: (count) =>
        plural(count, {
          one: "votre connexion dans ce navigateur",
          many: `vos connexions dans ${count} de navigateurs`,
          other: `vos connexions dans ${count} navigateurs`,
        }),
      endsFacts: "vos informations, votre photo, vos groupes, et l’historique de ce qui s’est passé",
      staysElsewhere:
        "Ce que les applications conservent de vous y reste. Elles ne prendront pas pour vous un compte ultérieur du même nom.",
      typeUsername: (username) => `Saisissez votre nom d’utilisateur (${username}) pour confirmer`,
      usernameWrong: "Ce n’est pas votre nom d’utilisateur.",
      delete: "Supprimer le compte pour toujours",
      deletedTitle: "Votre compte est supprimé",
      deleted: "Vous êtes déconnecté partout, et plus rien n’a accès.",
    },
    manageTitle: "Gérer ce serveur",
    manageText: "Personnes, groupes et applications.",
    emailRefused: "Ce n’est pas une adresse e-mail.",
    emailTaken: "Une autre personne se connecte avec cette adresse.",
    sessionsTitle: "Où vous êtes connecté",
    sessionHere: "Ce navigateur",
    browserUnknown: "Navigateur inconnu",
    deviceUnknown: "Appareil inconnu",
    signedInSince: "Connecté depuis le",
    lastSeen: (when) => `dernière activité : ${when}`,
    from: (address) => `depuis ${address}`,
    endSessionLabel: (since) => `Déconnecter le navigateur connecté depuis le ${since}`,
    endOtherSessions: "Déconnecter tous les autres navigateurs",
    endAllSessions: "Se déconnecter partout, ici aussi",
    signOut: "Se déconnecter",
    notices: {
      created: "Votre compte a été créé. Vous êtes connecté.",
      removed: (client) => `${client} n’a plus accès.`,
      ended: "Cette installation n’a plus accès.",
      removed_all: "Aucune application ni aucun appareil n’a plus accès.",
      details: "Vos informations sont enregistrées.",
      mails: "Votre choix d’e‑mails est enregistré.",
      new_password:
        "Votre nouveau mot de passe est enregistré. Les autres navigateurs ont été déconnectés. Si vous avez perdu un appareil, supprimez aussi sa clé d’accès.",
      email_asked:
        "Vos informations sont enregistrées. Nous avons envoyé un e-mail à la nouvelle adresse : elle compte dès que vous avez ouvert le lien qu’il contient.",
      picture: "Votre photo est enregistrée.",
      picture_removed:
        "Votre photo est supprimée. Certains programmes l’afficheront peut-être encore un jour.",
      session: "L’autre navigateur est déconnecté.",
      sessions: "Tous les autres navigateurs sont déconnectés.",
      password: "Votre mot de passe est modifié. Les autres navigateurs ont été déconnectés.",
    },
  },
  setup: {
    title: "Créer le premier compte",
    lead: (name) =>
      `Bienvenue sur ${name}. Ce lien fonctionne une seule fois. Le compte que vous créez gère ce serveur.`,
    usernameHint: "Vous vous connectez avec ce nom.",
    usernameMissing: "Choisissez un nom d’utilisateur.",
    usernameRefused: "Un nom d’utilisateur a 200 caractères au plus, et aucun caractère de contrôle.",
    usernameTaken: "Ce nom d’utilisateur est pris. Choisissez-en un autre.",
    passwordHint: (characters) =>
      `Au moins ${characters} caractères. Plus long, c’est mieux : quatre mots sans rapport entre eux.`,
    optional: "Facultatif. Seules les applications que vous autorisez peuvent le voir.",
    submit: "Créer le compte",
    passkeyTitle: "Votre clé d’accès",
    passkeyLead: (username) =>
      `Votre appareil crée la clé d’accès avec laquelle ${username} se connecte. Le compte est créé en même temps.`,
    passwordInstead: "Utiliser plutôt un mot de passe",
  },
  newAccount: {
    usernameIsAddress:
      "Choisissez un nom d’utilisateur sans @. Seule votre propre adresse e‑mail peut en contenir un.",
    title: "Créer votre compte",
    invited: (server) =>
      `Vous êtes invité à rejoindre ${server}. Choisissez comment vous voulez vous connecter.`,
    confirmed: (server) =>
      `Votre adresse e-mail est confirmée. Choisissez comment vous voulez vous connecter à ${server}.`,
    signedInAs: (username) =>
      `Vous êtes connecté en tant que ${username}. Une fois le nouveau compte créé, ce navigateur sera connecté avec celui-ci à la place.`,
    emailHint: "Facultatif. Nous vous envoyons un e-mail, et l’adresse compte dès que vous l’avez confirmée.",
    withPasskey: "Continuer avec une clé d’accès, sans mot de passe",
    emailTaken: "Il y a déjà un compte avec cette adresse e-mail. Connectez-vous plutôt avec celui-ci.",
    limited: "Trop de tentatives depuis votre réseau. Attendez un moment, puis réessayez.",
    full: "Trop de personnes demandent un compte en ce moment. Réessayez dans une heure.",
    waitingTitle: "Votre compte attend une approbation",
    waiting: (username, server) =>
      `Votre compte ${username} est créé. Vous pourrez vous connecter dès qu’un administrateur de ${server} vous aura admis.`,
  },
  signUp: {
    lead: "Saisissez votre adresse e-mail. Nous vous envoyons un lien avec lequel vous créez votre compte.",
    invitationLead: (server) => `Pour créer un compte sur ${server}, il vous faut une invitation.`,
    accountLead: (server) => `Choisissez comment vous voulez vous connecter à ${server}.`,
    invitation: "Invitation",
    invitationHint: "Le lien qui vous a été envoyé. Il contient tlk_.",
    invitationMalformed: "Cette invitation n’est pas complète. Copiez le lien en entier.",
    domains: (domains) => `Une adresse chez ${domains}.`,
    domainRefused: (domains) =>
      `Seules les personnes qui ont une adresse chez ${domains} peuvent créer un compte ici.`,
    submit: "Continuer",
    haveAccount: "J’ai un compte : me connecter",
    askedTitle: "Consultez vos e-mails",
    asked: (email) => `Nous avons envoyé un e-mail à ${email}. Ouvrez le lien qu’il contient pour continuer.`,
    askedAdvice:
      "Vous pouvez l’ouvrir sur un autre appareil. Si aucun e-mail n’arrive en quelques minutes, cherchez parmi les indésirables, et vérifiez l’adresse.",
  },
  reset: {
    forgotTitle: "Mot de passe oublié ?",
    forgotLead:
      "Saisissez votre nom d’utilisateur ou votre adresse e-mail. Nous envoyons un lien pour un nouveau mot de passe à l’adresse e-mail de votre compte.",
    nameMissing: "Saisissez votre nom d’utilisateur ou votre adresse e-mail.",
    ask: "Envoyer le lien",
    back: "Retour à la connexion",
    limited: "Vous avez souvent fait cette demande. Attendez un moment, puis réessayez.",
    askedTitle: "Consultez vos e-mails",
    asked: (name) =>
      `S’il existe un compte ${name} avec une adresse e-mail confirmée, un e-mail contenant un lien est en route vers cette adresse.`,
    askedAdvice:
      "Si aucun e-mail n’arrive en quelques minutes, cherchez parmi les indésirables, ou adressez-vous au responsable de ce serveur.",
    title: "Choisir un nouveau mot de passe",
    lead: (username, server) =>
      `Pour le compte ${username} sur ${server}. Tous les navigateurs connectés avec ce compte sont déconnectés.`,
    submit: "Définir le mot de passe et se connecter",
  },
  signInCode: {
    title: "Se connecter avec un code",
    lead: "Saisissez votre nom d’utilisateur ou votre adresse e-mail. Nous envoyons un code à l’adresse e-mail de votre compte.",
    ask: "Envoyer le code",
    sent: (name) =>
      `S’il existe un compte ${name} avec une adresse e-mail confirmée, un e-mail contenant un code est en route. Laissez cette page ouverte.`,
    code: "Code",
    codeHint: "Six chiffres.",
    submit: "Se connecter",
    wrong: "Ce code n’est pas correct, ou est trop ancien. Après cinq tentatives, il en faut un nouveau.",
    another: "Envoyer un autre code",
    password: "Se connecter avec le mot de passe",
  },
  links: {
    signInLead: (username, server) => `Ce lien connecte ce navigateur à ${server} en tant que ${username}.`,
    signInAdvice: "Il fonctionne une seule fois. Ne continuez que si c’est votre compte.",
    signInSubmit: "Se connecter",
    verifyTitle: "Est-ce votre adresse e-mail ?",
    verifyLead: (email, username, server) =>
      `Le compte ${username} sur ${server} doit recevoir l’adresse ${email}.`,
    verifyAdvice:
      "Ne confirmez que si c’est votre compte. Sinon, une autre personne pourrait agir en votre nom.",
    verifySignIn: (username) =>
      `Connectez-vous d’abord en tant que ${username}. Seule la personne du compte peut confirmer.`,
    verifySubmit: "Confirmer l’adresse",
    verifiedTitle: "Votre adresse est confirmée",
    verified: (email) => `${email} est désormais l’adresse de votre compte.`,
    emailTakenTitle: "Cette adresse appartient à un autre compte",
    emailTaken: (email) => `Entre-temps, un autre compte a reçu l’adresse ${email}. Rien n’a été modifié.`,
  },
  invite: {
    link: "Inviter des personnes",
    title: "Inviter des personnes",
    lead: "Une invitation est un lien avec lequel une personne crée son propre compte.",
    nameHint: "Facultatif. La personne peut le modifier.",
    emailHint: "Facultatif. Le compte reçoit cette adresse.",
    emailHintWithoutMail:
      "Facultatif. Le compte reçoit cette adresse, non confirmée : ce serveur n’envoie pas d’e-mails.",
    mailed: "Envoyer le lien à cette adresse",
    groups: "Groupes du nouveau compte",
    groupsMissing: "Choisissez au moins un de vos groupes.",
    uses: "Combien de personnes peuvent l’utiliser",
    usesHint: "S’il y en a plusieurs, laissez le nom et l’adresse vides.",
    usesRefused: (most) => `Saisissez un nombre de 1 à ${most}.`,
    usesOfOne: "Une invitation avec un nom ou une adresse est pour une seule personne.",
    days: "Valable combien de jours",
    daysRefused: (most) => `Saisissez un nombre de 1 à ${most}.`,
    submit: "Créer l’invitation",
    doneTitle: "L’invitation est prête",
    goodOnce: (time) => `Elle fonctionne une seule fois, pendant ${time}.`,
    goodFor: (uses, time) => `Elle fonctionne pour ${uses} personnes, pendant ${time}.`,
    handOver:
      "Envoyez le lien à la personne, ou faites-lui scanner le code. Il n’est affiché que maintenant, et quiconque l’a peut l’utiliser.",
    mailedTo: (email) => `Le lien est en route vers ${email}.`,
    qr: "Code QR de l’invitation",
    another: "En créer une autre",
    openTitle: "Invitations ouvertes",
    anyone: "Pour n’importe qui",
    used: (used, uses) =>
      uses === 1 ? "Pour une personne, jusqu’au" : `Utilisée ${used} fois sur ${uses}, jusqu’au`,
    revoke: "Annuler",
    revokeLabel: (about) => `Annuler l’invitation ${about}`,
    revoked: "L’invitation est annulée.",
    waitingTitle: "En attente d’admission",
    approve: "Admettre",
    approveLabel: (username) => `Admettre ${username}`,
    approved: "La personne peut maintenant se connecter.",
  },
  newPassword: {
    too_short: (characters) =>
      `Ce mot de passe est trop court. Il lui faut au moins ${characters} caractères.`,
    too_long: (bytes) => `Le mot de passe est trop long ; la limite est de ${bytes} octets.`,
    own_username:
      "C’est votre nom d’utilisateur, et les attaquants l’essaient en premier. Choisissez des mots que les autres n’associent pas à vous.",
    own_email:
      "C’est votre adresse e-mail ou une partie de celle-ci, et les attaquants l’essaient en premier. Choisissez des mots que les autres n’associent pas à vous.",
    server_name:
      "C’est le nom de ce serveur, et les attaquants l’essaient très tôt. Choisissez des mots qui n’ont rien à voir avec lui.",
    run: "C’est un même motif répété, ou des caractères qui se suivent, et cela se devine vite. Choisissez-en un autre.",
    common:
      "Beaucoup de gens ont ce mot de passe ou un semblable, les attaquants l’essaient donc en premier. Choisissez-en un autre.",
    breached:
      "Ce mot de passe figurait dans une fuite de données, les attaquants le connaissent donc. Choisissez-en un autre, et modifiez-le partout où vous l’utilisez.",
  },
  forms: {
    stale: "Cette page est restée ouverte trop longtemps. Rien n’a été modifié. Réessayez.",
    stalePassword:
      "Cette page est restée ouverte trop longtemps. Rien n’a été modifié. Saisissez à nouveau le mot de passe.",
    cookieless:
      "Votre navigateur n’a renvoyé aucun cookie, ce formulaire n’a donc pas pu être accepté. Autorisez les cookies pour ce site, et ouvrez-le à la propre adresse du serveur :",
  },
  otherAddress: {
    title: (address) => `Ce serveur se trouve à ${address}`,
    insecure:
      "Votre navigateur est arrivé sans https. Vous ne pouvez pas vous connecter ainsi : le cookie de ce serveur ne circule que par des connexions chiffrées.",
    other_host:
      "Votre navigateur est arrivé par une autre adresse. Les applications envoient les gens à celle ci-dessus, et une connexion ici n’y compte pas.",
    goOn: (address) => `Continuer à ${address}`,
    stay: "Rester ici",
    operators: "Pour le responsable",
    operatorsText:
      "Le paramètre issuer donne l’adresse de ce serveur. Réglez-le sur l’adresse que les gens ouvrent. Un proxy placé devant le serveur devrait transmettre l’en-tête Host et définir X-Forwarded-Proto.",
  },
  terminal: {
    deniedTitle: "L’accès a été refusé",
    denied: "Rien n’a été communiqué.",
    refusedTitle: "Le serveur a refusé",
    noCode: "Il n’a envoyé aucun code.",
    close: "Fermez cette fenêtre et revenez au terminal.",
    doneTitle: "Le navigateur a fait sa part",
    done: "Fermez cette fenêtre et revenez au terminal, qui affiche le résultat.",
    strayTitle: "Rien ici",
    stray: "Ce n’est pas une réponse.",
  },
  leaving: {
    title: (host) => `Continuer vers ${host} ?`,
    text: (host) =>
      `Une application qui n’est pas vérifiée veut vous envoyer vers ${host}. Rien ne lui a été communiqué. Ne continuez que si vous en venez et lui faites confiance.`,
    goOn: (host) => `Continuer vers ${host}`,
    posting: "Vous y êtes conduit. Si rien ne se passe, appuyez sur le bouton.",
  },
  errors: {
    developers: "Pour le développeur",
    code: "Erreur",
    description: "Description",
    learnMore: "Ce que cela signifie et comment y remédier",
    request: "Si vous demandez de l’aide, citez cette requête :",
    home: "Aller à la page d’accueil",
    again: "Réessayer",
    account: "Aller à votre compte",
    applicationWay: (host) => `Retour à ${host}`,
    sent: "Envoyé",
    sentNone: "Non envoyé",
    registered: "Enregistré",
    registeredNone: "Aucun",
    registeredHidden: "Non affiché ici. Le responsable le voit avec",
    form_expired: {
      title: "Ce formulaire ne peut plus être utilisé",
      text: "Il est resté ouvert trop longtemps, ou votre navigateur n’a pas envoyé son cookie pour ce site. Rien n’a été modifié. Si réessayer n’y fait rien, vérifiez que votre navigateur conserve les cookies de ce site.",
    },
    form_foreign: {
      title: "Ce formulaire ne vient pas de notre propre page",
      text: "Un autre site web a tenté d’envoyer ici un formulaire en votre nom. Rien n’a été modifié.",
    },
    form_answered: {
      title: "Vous avez déjà répondu à cette question",
      text: "Votre première réponse reste valable. Pour la modifier, revenez à l’application et recommencez.",
    },
    sign_in_over: {
      title: "Cette connexion n’est plus valable",
      text: "Elle ne sert qu’une fois et pendant peu de temps. Revenez à l’application et recommencez.",
    },
    setup_link: {
      title: "Ce lien ne fonctionne plus",
      text: "Il a été utilisé, a été remplacé par un plus récent, ou a expiré. Si le premier compte n’existe pas encore, redémarrez le serveur pour obtenir un nouveau lien.",
    },
    link_unknown: {
      title: "Ce lien ne fonctionne pas",
      text: "Il n’est pas complet, ou il a été annulé, ou il a été utilisé. Copiez le lien en entier, ou demandez-en un nouveau là où vous l’avez obtenu.",
    },
    link_used: {
      title: "Ce lien a été utilisé",
      text: "Si c’était vous, connectez-vous. Si ce n’était pas vous, prévenez le responsable de ce serveur : une autre personne a peut-être eu votre lien.",
    },
    link_expired: {
      title: "Ce lien est trop ancien",
      text: "Les liens fonctionnent pendant un temps limité. Demandez-en un nouveau là où vous l’avez obtenu.",
    },
    not_found: {
      title: "Il n’y a pas de page ici",
      text: "Vérifiez l’adresse, ou commencez par la page d’accueil.",
    },
    method_not_allowed: {
      title: "Cette page ne peut pas faire cela",
      text: "Ouvrez-la à nouveau et utilisez ses boutons.",
    },
    too_large: {
      title: "C’était trop volumineux",
      text: "Vous avez envoyé plus que ce serveur n’accepte. Rien n’a été modifié.",
    },
    malformed: {
      title: "Cette requête est illisible",
      text: "Rien n’a été modifié. Ouvrez à nouveau la page et répétez ce que vous avez fait.",
    },
    busy: {
      title: "Un instant",
      text: "Le serveur reçoit un très grand nombre de requêtes en ce moment. Rien n’a été modifié ; réessayez dans quelques secondes.",
    },
    unavailable: {
      title: "Le serveur ne peut pas répondre en ce moment",
      text: "Réessayez dans quelques secondes. Si vous étiez en train de modifier quelque chose, vérifiez d’abord si cela a changé : peut-être que seule la réponse s’est perdue.",
    },
    server_error: {
      title: "Quelque chose s’est mal passé",
      text: "Ce n’est pas votre faute. Réessayez ; si le problème persiste, prévenez le responsable de ce serveur.",
    },
    application_unknown: {
      title: "Ce serveur ne connaît pas l’application",
      text: "Le lien qui vous a conduit ici désigne une application qui n’est pas enregistrée auprès de ce serveur. Vous n’avez pas été redirigé, et rien n’a été communiqué.",
    },
    redirect_mismatch: {
      title: "Cette application a demandé une mauvaise adresse de retour",
      text: "Elle voulait vous envoyer à une adresse qu’elle n’a pas enregistrée. Pour protéger votre compte, nous nous sommes arrêtés ici ; rien n’a été communiqué.",
    },
    application: {
      title: "L’application a fait une erreur",
      text: "Elle vous a envoyé ici avec une requête que ce serveur ne peut pas accepter. Rien n’a été communiqué. Revenez à elle et réessayez ; si cela se reproduit, prévenez ceux qui la développent.",
    },
  },
  help: {
    title: "Messages d’erreur",
    lead: "Les erreurs que ce serveur envoie aux applications, et ce que les développeurs peuvent y faire, par code d’erreur. Les entrées sont en anglais.",
    index: "Codes d’erreur",
    search: "Chercher une erreur",
    searchHint: "Le code, ou des mots anglais du message : invalid_grant, redirect, PKCE.",
    submit: "Chercher",
    found: (count) =>
      plural(count, {
        none: "Aucune entrée ne contient tous ces mots.",
        one: "Une entrée contient ces mots.",
        many: `${count} d’entrées contiennent ces mots.`,
        other: `${count} entrées contiennent ces mots.`,
      }),
    showAll: "Afficher toutes les entrées",
  },
  scopes: {
    openid: "Savoir que c’est vous",
    profile: "Voir votre nom, votre nom d’utilisateur et votre photo",
    email: "Voir votre adresse e-mail",
    phone: "Voir votre numéro de téléphone",
    address: "Voir votre adresse postale",
    groups: "Voir à quels groupes vous appartenez",
    offline_access: "Garder son accès après votre déconnexion",
    introspect: "Vérifier si des jetons d’accès sont valides",
    "tessera.read": "Voir les personnes, les applications et les réglages de ce serveur",
    "tessera.people": "Gérer les personnes et les groupes de ce serveur",
    "tessera.clients": "Gérer les applications de ce serveur",
    "tessera.admin": "Administrer ce serveur",
  },
};
