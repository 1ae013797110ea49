/** Every word of the pages, in English. Other languages are objects of the same type (../texts.ts). */

import { pluralsOf } from "./plural.ts";

/** What the words for an event may tell. */
export interface ActivityFacts {
  readonly by: "you" | "operator" | "other";
  readonly client: string | null;
  readonly group: string;
  readonly reason: string | null;
  readonly count: number;
}

const plural = pluralsOf("en");

export const english = {
  language: "en",
  common: {
    skip: "Skip to the content",
    errorHelp: "Error messages, for developers",
    signedInAs: "Signed in as",
    notYou: "Not you?",
    switchPerson: "Use another account",
    username: "User name",
    password: "Password",
    name: "Name",
    email: "E-mail address",
    mailDelayed:
      "Mails take longer than usual just now: the mail server does not take them. They are sent as soon as it does.",
    opensElsewhere: "leaves this site",
    unverifiedName: (client: string) => `${client} (not verified)`,
  },
  foot: {
    language: "Language",
    imprint: "Legal notice",
    privacy: "Privacy",
    help: "Help",
    /** In languages that are translated from this one. */
    translated: "These texts are translated. The English ones are what counts.",
  },
  home: {
    title: (name: string) => name,
    lead: "This is where you sign in, and where you decide which applications and devices may use your account.",
    account: "Your account",
    accountHint: "See what has access, and take it back.",
    device: "Connect a device",
    deviceHint: "Type the code that a television, a terminal or another device shows.",
    developers: "For developers",
    metadata: "Metadata of this authorization server",
    errors: "Error messages and what to do about them",
  },
  signIn: {
    title: "Sign in",
    lead: (name: string) => `Use your ${name} account.`,
    leadToClient: (name: string, client: string) => `Use your ${name} account to continue to ${client}.`,
    leadToStranger: (name: string, client: string) =>
      `Use your ${name} account to continue to ${client}. This application is not verified.`,
    leadToDevice: (name: string) => `Use your ${name} account to connect a device.`,
    again: (username: string) => `You are signed in as ${username}. Sign in again to continue.`,
    another: (username: string) =>
      `Sign in with the account you want to use. You are signed in as ${username} until then.`,
    chooseTitle: "Choose an account",
    choose: (username: string) => `You are signed in as ${username}.`,
    continueAs: (username: string) => `Continue as ${username}`,
    useAnother: "Use another account",
    submit: "Sign in",
    usernameOrEmail: "User name or e-mail address",
    /** Too many attempts make the right password look wrong too. The words are the same for every name and every attempt. */
    wrong: (wait: string) =>
      `Wrong user name or password. After many attempts, the right password is refused too: wait ${wait}, then try again.`,
    stale: "This page was open for too long. Enter your password again.",
    limited: (wait: string, until: string) =>
      `Too many attempts. Your account is fine: to protect it, no password is accepted until ${until}. Try again ${wait}.`,
    passwordKept: {
      signed_out:
        "Your password was not changed, because you were signed out meanwhile. Sign in to change it.",
      same_password: "Your password was not changed: the new one is the same as the current one.",
    },
    cancel: (client: string) => `Cancel and go back to ${client}`,
    withPhone: "Sign in with your phone",
    otherWay: "Sign in another way",
    forgotten: "Forgot your password? Ask the operator of this server for a new one.",
    forgottenLink: "Forgot your password?",
    codeLink: "Sign in with a code by e-mail",
    noAccount: "No account yet?",
    newAccount: "Create one",
  },
  otherDevice: {
    title: "Sign in with your phone",
    scan: "Scan this code with the camera of a phone on which you are signed in here.",
    type: "Type the number below on the phone.",
    qr: "QR code with the link for your phone",
    number: "The number",
    waiting: (ends: string) => `Waiting for your phone. The code expires ${ends}.`,
    approvedHere: "You approved this on your phone.",
    goOn: "Continue",
    ended: {
      denied: "This sign-in was denied on the phone.",
      over: "This code has expired or was used.",
      foreign: "This code belongs to another browser, or this browser keeps no cookies.",
    },
    newCode: "Get a new code",
    approveTitle: "Sign in on another device?",
    for: "For",
    warningTitle: "Only approve what you started yourself",
    warning:
      "Approve this only if the other screen is in front of you. If another person sent you this link or a number, they want to get into your account: deny it.",
    numberLabel: "The number on the other screen",
    numberHint: "Two digits. The other screen shows them below the code.",
    approve: "Approve",
    toAccount: "Look at your account",
    faults: {
      number: "The other screen shows another number. Look again. If it shows none, deny.",
      stale: "This page was open for too long. Answer again.",
    },
    outcomes: {
      approved: {
        title: "Approved",
        text: "The other device continues by itself within seconds. You can close this page.",
      },
      denied: {
        title: "Denied",
        text: "The other device was not signed in. If you did not start this yourself, some other person did: your account is safe.",
      },
      over: {
        title: "This question is no longer open",
        text: "It was answered, or it has expired. Get a new code on the other device.",
      },
    },
  },
  secondStep: {
    title: "One more step",
    lead: (username: string) => `Confirm that you are ${username}.`,
    code: "Code",
    hint: "The six digits that your app shows now, or one of your recovery codes.",
    submit: "Continue",
    wrong:
      "This code is not right, or was used before. Wait for the next one that your app shows, and check that the clock of your phone is right.",
    limited: (wait: string, until: string) =>
      `Too many wrong codes. To protect your account, no code is accepted until ${until}. Try again ${wait}, or sign in with a browser that you have used here before.`,
    without: "Continue without this step",
    lost: "Lost your phone and your recovery codes? Ask the operator of this server.",
    otherAccount: "Sign in with another account",
  },
  passkeys: {
    use: "Use a passkey",
    noScript: "Passkeys need JavaScript, which is off in this browser.",
    unsupported:
      "This browser cannot use passkeys here. They need a recent browser and an address that begins with https.",
    /** Why the browser did nothing, by the name of its error. */
    browser: {
      use: {
        NotAllowedError:
          "No passkey was used: you cancelled, it took too long, or this device has none for this account.",
        SecurityError: (address: string) =>
          `Passkeys of this server do not work at this address. Open ${address} and sign in there.`,
        NotSupportedError: "This device cannot use a passkey that this server understands.",
        ConstraintError: "This device cannot ask for a PIN, a fingerprint or your face, and has to here.",
        InvalidStateError: "This passkey cannot be used right now. Try again, or use another one.",
        other: "The device or the password manager could not do it. Try again, or use another one.",
      },
      add: {
        NotAllowedError: "No passkey was added: you cancelled, or it took too long.",
        SecurityError: (address: string) =>
          `Passkeys of this server cannot be made at this address. Open ${address} and sign in there.`,
        NotSupportedError: "This device cannot make a passkey that this server understands.",
        ConstraintError:
          "This device cannot make such a passkey: it has no room left, or cannot ask for a PIN, a fingerprint or your face.",
        InvalidStateError: "There is a passkey for your account on this device already.",
        other: "The device or the password manager could not make a passkey. Try again, or use another one.",
      },
    },
    /** Why the server did not accept it. */
    refused: {
      stale: "This page was open for too long, or was answered before. Use your passkey again.",
      elsewhere: (address: string) =>
        `The passkey was used at another address than ${address}. Open that address and sign in there.`,
      unknown: "This passkey is not known here: it was removed, or belongs to another server.",
      copied:
        "This passkey was refused, because it may have been copied: its counter went back. Sign in another way, remove it from your account, and tell the operator of this server.",
      unverified:
        "The device did not ask for a PIN, a fingerprint or your face, and has to here. Sign in with your password first, or use another passkey.",
      unreadable: "The browser’s answer could not be read. Try again, or use another browser.",
    },
    lost: "No passkey at hand? Ask the operator of this server.",
    title: "Passkeys",
    lead: "A passkey signs you in without a password: with the fingerprint, the face or the PIN of your device, or with a security key. It works at this server only, so no other site can get it out of you.",
    none: "You have no passkey yet.",
    oneTitle: "You have one passkey only",
    oneWithPassword:
      "If you lose it, you sign in with your password. Better add another one, on another device or in a password manager.",
    oneAlone:
      "If you lose it, you cannot sign in any more. Add another one, on another device or in a password manager.",
    kinds: { passkey: "Passkey", securityKey: "Security key" },
    added: "Added",
    lastUsed: (when: string) => `last used ${when}`,
    spoiled:
      "This passkey cannot be read here any more, and signs you in nowhere. Remove it, and add it again.",
    neverUsed: "not used yet",
    synced: "On all devices of your password manager",
    single: "On one device only",
    needsName: "Type your user name before you use it",
    add: "Add a passkey",
    addLead: "Your browser asks where to keep it.",
    rename: "Rename",
    renameLabel: (name: string) => `Rename ${name}`,
    name: "Name of the passkey",
    nameRefused: (characters: number) => `A name has 1 to ${characters} characters, and no invisible ones.`,
    save: "Save",
    remove: "Remove",
    removeLabel: (name: string) => `Remove the passkey ${name}`,
    removeHint:
      "A lost device? Remove its passkey, and sign out its browser on your account page: removing a passkey signs no browser out.",
    recentTitle: "Sign in again to change something",
    recent: "You signed in a while ago. To add or remove a passkey, show that it is you.",
    recentAction: "Sign in again",
    levelTitle: "One more step to change something",
    level: "You signed in without your second factor. To add or remove a passkey, use it now.",
    levelAction: "Continue",
    lastWay: "It was not removed: it is your only way to sign in. Add another passkey first.",
    notAdded: {
      stale: "No passkey was added: this page was open for too long, or was answered before. Try again.",
      elsewhere: (address: string) =>
        `No passkey was added: your browser was at another address than ${address}. Open that address and sign in there.`,
      unreadable:
        "No passkey was added: the browser’s answer could not be read. Try again, or use another browser.",
      refused: "No passkey was added: the device’s answer does not fit. Try again, or use another device.",
      known: "No passkey was added: this one is registered here already.",
      too_many: "No passkey was added: an account has 50 at most. Remove one that you do not use.",
    },
    passwordTitle: "Do without a password",
    passwordLead:
      "A password that you do not have cannot be stolen. You then sign in with your passkeys only. The operator of this server can give you a password again.",
    passwordRemove: "Remove my password",
    passwordKept: {
      last_way: "Your password stays: without it you could not sign in. Add a passkey first.",
    },
    instead: "Add a passkey instead",
    state: (count: number) => (count === 0 ? "None" : count === 1 ? "1 passkey" : `${count} passkeys`),
    notices: {
      added: "Your passkey is added. Sign in with it the next time.",
      renamed: "The name is saved.",
      removed: "The passkey is removed. It signs no one in any more.",
      password_removed: "Your password is removed. You sign in with your passkeys now.",
    },
  },
  secondFactor: {
    title: "Second factor",
    leads: {
      wanted:
        "With a second factor, your password alone opens nothing: an app on your phone shows a code that you type when you sign in.",
      demanded:
        "To continue, you need a second factor: an app on your phone that shows a code, which you type when you sign in. This takes two minutes, and you do it once.",
      replaces: "Set up the new app. The old one works until the new one is confirmed.",
    },
    setUpTitle: "Set up a second factor",
    getApp:
      "Open an app for one-time codes on your phone. Many password managers are one; otherwise install one, such as Aegis or 2FAS.",
    scan: "In the app, add an account and scan this code.",
    qrLabel: "The QR code for your app. The same secret stands below as text.",
    openHere: "Open in an app on this device",
    typeIt: "If you cannot scan it, type this secret into the app:",
    firstCode: "The code that the app shows now",
    firstCodeHint: "Six digits. They change every 30 seconds.",
    firstCodeWrong:
      "This is not the code that the app should show now. Check that you typed the one for this account, and that your phone sets its clock by itself.",
    turnOn: "Turn on",
    others: "Your other browsers will be signed out. Applications on your devices keep their access.",
    done: {
      set_up: "Your second factor is on.",
      renewed: "You have new recovery codes. The old ones no longer work.",
    },
    codesTitle: "Your recovery codes",
    codesLead:
      "If you lose your phone, each of these codes signs you in once, together with your password. Print them, or write them down, and keep them where your phone is not.",
    codesFor: (username: string, host: string) => `Recovery codes of ${username} at ${host},`,
    codesOnce: "This page is the only place where you see them.",
    stored: "I have stored them",
    signInAgain: "I have stored them. Sign in",
    isOn: "An app shows the codes for your sign-in. Set up on",
    isOff: "Not set up",
    codesLeft: (count: number) =>
      count === 0
        ? "You have no recovery code left."
        : count === 1
          ? "You have one recovery code left."
          : `You have ${count} recovery codes left.`,
    codesFew: (count: number): string =>
      count === 0
        ? "You have no recovery code left. If you lose your phone now, you cannot sign in. Make new codes below."
        : "You have only a few recovery codes left. Make new codes below.",
    goOn: "Continue",
    changeTitle: "Change it",
    changeLead: "Type a code to show that it is you, then choose what to do.",
    code: "Code",
    codeHint: "The six digits that your app shows now, or one of your recovery codes.",
    renew: "New recovery codes",
    replace: "Use another app",
    remove: "Turn off",
    mustStay: "The operator of this server requires a second factor of you, so you cannot turn it off.",
    removedTitle: "Your second factor is off",
    removedLead: "The app and the recovery codes no longer work here. Remove the account from the app.",
  },
  signOut: {
    title: "Sign out?",
    titleOf: (server: string) => `Sign out of ${server}?`,
    asked: (client: string) => `${client} wants to sign you out.`,
    lead: "Applications that you signed in to from this browser lose their access. Devices keep it, and so do applications that you allowed to keep it. You can remove their access on your account page.",
    submit: "Sign out",
    stay: "Stay signed in",
    doneTitle: "You are signed out",
    doneLead: "This browser is no longer signed in.",
    notRegistered:
      "The application wanted to send you on to an address that is not registered for it, so you stay here.",
    backTo: (place: string) => `Back to ${place}`,
    signIn: "Sign in again",
    toAccount: "Back to your account",
  },
  consent: {
    title: (client: string) => `Allow ${client}?`,
    heading: "wants to use your account",
    self: "An application on this device",
    selfHint: "Your answer goes to a program on this device, not to a website.",
    website: "Website",
    unverifiedTitle: "This application is not verified",
    unverified: (host: string) =>
      `It registered itself and chose its own name. Continue only if you came from ${host} yourself and trust it.`,
    unverifiedDevice:
      "It registered itself and chose its own name. Continue only if you have just started it yourself on this device.",
    documentOf: (host: string) => `Published by ${host}`,
    unverifiedDocument: (publisher: string, host: string) =>
      `It describes itself at ${publisher} and chose its own name. Continue only if you came from ${host} yourself and trust it.`,
    unverifiedDocumentDevice: (publisher: string) =>
      `Any program on this device can pretend to be this application of ${publisher}. Continue only if you have just started it yourself.`,
    acknowledge: (host: string) => `I came from ${host} myself`,
    acknowledgeDevice: "I started it myself just now",
    mayTitle: "It will be able to",
    mayNothing: "Know that you have an account here, and nothing else",
    /** A value of authorization details that is true or false. */
    detailYes: "Yes",
    detailNo: "No",
    sensitive: "This allows much:",
    forResources: (names: string) => `For ${names}:`,
    mayIdentify: "Prove there that you have an account here",
    mayNotTitle: "It will not be able to",
    mayNot: ["See your password", "Change your password", "Give others access to your account"],
    takeBack: "You can take this back at any time on this server, under “Your account”.",
    /** Why an answer did not count. */
    askedAgain: {
      stale:
        "Your answer did not count: this page was open for too long, or you have signed in again since. Please check it and answer again.",
      changed:
        "Your answer did not count: what this application would be able to do has changed since the page was opened. Please check it and answer again.",
      unacknowledged:
        "Your answer did not count: to allow this, tick the box that says that you began it yourself.",
    },
    allow: "Allow",
    deny: "Deny",
    returnsTo: (place: string) => `Either way, you return to ${place}.`,
    returnsToApplication: "Either way, you return to the application.",
    terms: "Terms of service",
    policy: "Privacy policy",
  },
  notAllowed: {
    title: (client: string) => `You do not have access to ${client}`,
    only: (username: string, client: string, groups: string) =>
      `You are signed in as ${username}, but ${client} is only for members of: ${groups}.`,
    denied: (username: string, client: string) =>
      `You are signed in as ${username}, but this account may not use ${client}.`,
    ask: "If you think that you should have access, ask the operator of this server. Nothing was shared.",
  },
  device: {
    title: "Connect a device",
    lead: "Type the code that your device shows.",
    code: "Code",
    codeHint: "Eight letters, such as WDJB-MJHT. Upper or lower case, with or without the dash.",
    submit: "Continue",
    malformed: "That is not a complete code. A code has eight letters and no digits.",
    unknown:
      "No device is waiting with this code. Check the letters. If they are right, the code has been used or has expired: get a new one from the device.",
    limited: (wait: string) => `Too many wrong codes. Try again ${wait}.`,
    confirmTitle: (client: string) => `Connect ${client}?`,
    compare: "Does your device show this code?",
    asks: "wants to use your account from another device",
    started: "Started",
    justNow: "Just now",
    from: "From",
    address: (address: string) => `Network address ${address}`,
    thisComputer: (address: string) => `This computer (${address})`,
    agentUnknown: "The device did not say what it is",
    agentUnnamed: "A program that is not known here",
    agentOn: (program: string, system: string) => `${program} on ${system}`,
    agentDetails: "What the device says of itself",
    agentSays: "It can claim anything here:",
    quote: (words: string) => `“${words}”`,
    unverified: "It registered itself and chose its own name.",
    acknowledge: "I started this on my own device",
    warningTitle: "Only allow what you started yourself",
    warning:
      "Allow this only if you started it just now, on a device in front of you. If another person sent you this code or link, they want to get into your account: deny it.",
    allow: "Allow",
    deny: "Deny",
    approvedTitle: "Your device is connected",
    approved: (client: string) =>
      `${client} now has access. Return to your device; it continues by itself within seconds.`,
    deniedTitle: "Access was denied",
    denied: (client: string) => `${client} got no access to your account. You can close this page.`,
    stale: "This page was open for too long. Your answer did not count. Answer again.",
    stands: "You answered before, and your first answer stands.",
    decidedTitle: "This code is no longer open",
    decided:
      "It has been used, here or on another page, or it has expired. If the device is still waiting, get a new code from it.",
    another: "Connect another device",
    toAccount: "See what has access",
  },
  /** Requests of applications for the person's approval (CIBA). */
  approvals: {
    title: "Requests for your approval",
    lead: "Applications ask here for your approval of what you do with them elsewhere, such as in a call or at a cash desk. Nothing happens until you answer.",
    none: "No application is waiting for your answer.",
    again: "Look again",
    looks: "This page looks again by itself for ten minutes.",
    look: "Look and answer",
    waiting: (count: number) =>
      plural(count, {
        one: "An application asks for your approval",
        other: `${count} requests wait for your approval`,
      }),
    ends: (when: string) => `ends ${when}`,
    confirmTitle: (client: string) => `Approve what ${client} asks?`,
    asks: "asks for your approval",
    says: "The application says",
    compare: "These are its own words. Approve only if you see or hear the same words there.",
    silent: "The application sent no words that you could compare.",
    asked: "Asked",
    counts: "Ends",
    server: "From its server",
    warningTitle: "Only approve what you are doing yourself",
    warning:
      "Approve this only if you are dealing with this application right now, for example in a call or at a cash desk. If you do not expect it, or if requests keep coming, another person may want to get into your account: refuse.",
    acknowledge: "I am dealing with this application right now",
    approve: "Approve",
    refuse: "Refuse",
    step: "If you approve, one more step of the sign-in follows first.",
    report: "I did not ask for this",
    reportHint: "This refuses, and the application cannot ask you again for a day.",
    toList: "All requests",
    outcomes: {
      approved: {
        title: "Approved",
        text: (client: string) => `${client} now has the access that it asked for. You can close this page.`,
      },
      denied: {
        title: "Refused",
        text: (client: string) => `${client} got no access to your account. You can close this page.`,
      },
      reported: {
        title: "Refused and reported",
        text: (client: string) =>
          `${client} got no access to your account, and cannot ask you again for a day. The operator of this server can see that you did not expect it.`,
      },
      over: {
        title: "This request is no longer open",
        text: (client: string) =>
          `It was not answered in time, or ${client} may not ask any more. If you still want it, have the application ask again.`,
      },
    },
    unknown: {
      title: "There is no such request for you",
      text: "It may be for another account, or it was over long ago.",
    },
  },
  account: {
    title: "Your account",
    sectionsLabel: "Sections of your account",
    sections: {
      overview: "Overview",
      security: "Security",
      details: "Your details",
      activity: "Activity",
      data: "Your data",
    },
    securityTitle: "Security",
    mails: {
      title: "Mails to you",
      lead: (address: string) =>
        `Mails about the security of your account go to ${address}. They cannot be turned off.`,
      /** The kinds that a person may turn off. */
      optional: {
        new_device: "Also when I sign in with a new browser",
        backchannel_asked: "Also when an application asks for my approval",
      },
    },
    waysTitle: "Ways to sign in",
    ways: {
      password: "Password",
      passwordSet: "Set",
      passwordNone: "None. The operator of this server can set one.",
    },
    accessTitle: "Applications and devices with access",
    accessLead: "They may use your account until you remove them.",
    accessNone: "No application or device has access to your account.",
    viaApplication: "Application",
    viaAssertion: "Through your organization",
    viaApproval: "Approved on request",
    viaDevice: "Device",
    since: "since",
    installations: (count: number) =>
      plural(count, { one: "One installation", other: `${count} installations` }),
    usedWithin: (days: number) =>
      plural(days, { one: "Used within the last 24 hours", other: `Used within the last ${days} days` }),
    notUsedYet: "Not used yet",
    end: "End",
    endLabel: (client: string, since: string) => `End the access of ${client} since ${since}`,
    mayNothing: "Knows that you have an account here",
    notVerified: "Not verified",
    unverified: "It registered itself and chose its own name.",
    unknownClient: "An application that is no longer registered",
    remembered: "You will not be asked again when it needs this access.",
    rememberedOnly: "It has no access at the moment, but can get it again without asking you.",
    remove: "Remove",
    removeAll: "Remove all",
    removeEverything: "Remove all access of all applications and devices",
    removeAllLabel: (client: string) => `Remove all access of ${client}`,
    removeLabel: (client: string) => `Remove the access of ${client}`,
    passwordLead: "All other browsers will be signed out.",
    currentPassword: "Current password",
    newPassword: "New password",
    passwordHint: (characters: number) =>
      `At least ${characters} characters. Longer is better: four words that do not belong together.`,
    changePassword: "Change password",
    currentWrong: "That is not your current password.",
    passwordSame: "The new password is the same as the current one.",
    appsTitle: "Your applications",
    appsAll: (count: number) => `All ${count} applications`,
    alsoEnd: "Also end access",
    alsoEndHint:
      "Applications and devices never knew your password and keep their access. If another person may know your password, end it for all of them: you sign in to them again.",
    endAllAccess: "All applications and devices",
    detailsTitle: "Your details",
    detailsLead: "Only applications that you allow get to see them.",
    detailsTooLong: "These details are too long altogether. Nothing was changed.",
    save: "Save",
    notSaid: "Not set",
    usernameLabel: "User name",
    emailLabel: "E-mail address",
    groupsLabel: "Groups",
    givenTitle: "Decided by the operator of this server",
    /** The facts about a person: their names, how they are written, and what is wrong with one that is refused. */
    facts: {
      name: { label: "Name", hint: "", refused: "A name has at most 200 characters, and no invisible ones." },
      given_name: {
        label: "First name",
        hint: "",
        refused: "A name has at most 200 characters, and no invisible ones.",
      },
      family_name: {
        label: "Last name",
        hint: "",
        refused: "A name has at most 200 characters, and no invisible ones.",
      },
      middle_name: {
        label: "Middle name",
        hint: "",
        refused: "A name has at most 200 characters, and no invisible ones.",
      },
      nickname: {
        label: "Nickname",
        hint: "",
        refused: "A name has at most 200 characters, and no invisible ones.",
      },
      profile: {
        label: "Page about you",
        hint: "",
        refused: "This is not a web address, such as https://example.org/ada.",
      },
      website: {
        label: "Your website",
        hint: "",
        refused: "This is not a web address, such as https://example.org.",
      },
      gender: { label: "Gender", hint: "", refused: "This has more than 200 characters, or invisible ones." },
      birthdate: {
        label: "Birthday",
        hint: "Year, month and day: 1985-12-10. Without the year: 0000-12-10.",
        refused: "This is not a day, such as 1985-12-10.",
      },
      zoneinfo: {
        label: "Time zone",
        hint: "The times on these pages follow it.",
        refused: "This is not a time zone.",
      },
      locale: {
        label: "Language",
        hint: "These pages follow it once you are signed in.",
        refused: "This is not a language.",
      },
      phone_number: {
        label: "Phone number",
        hint: "With the country code: +43 660 1234567.",
        refused: "This is not a phone number with its country code, such as +43 660 1234567.",
      },
      street_address: {
        label: "Street and house number",
        hint: "",
        refused: "This has more than 500 characters, or invisible ones.",
      },
      postal_code: {
        label: "Postal code",
        hint: "",
        refused: "This has more than 500 characters, or invisible ones.",
      },
      locality: {
        label: "Town",
        hint: "",
        refused: "This has more than 500 characters, or invisible ones.",
      },
      region: {
        label: "Province or state",
        hint: "",
        refused: "This has more than 500 characters, or invisible ones.",
      },
      country: {
        label: "Country",
        hint: "",
        refused: "This has more than 500 characters, or invisible ones.",
      },
    },
    pictureTitle: "Picture",
    pictureAlt: "Your picture",
    pictureFile: "A picture of you",
    pictureHint: (megabytes: number) =>
      `PNG, JPEG or WebP, at most ${megabytes} MB. The server keeps the middle of it, without the place and the camera that the file may name. Everyone who knows its address can see it.`,
    pictureSave: "Use this picture",
    pictureRemove: "Remove the picture",
    pictureFaults: {
      none: "Choose a file first.",
      too_large: (megabytes: number) => `The file is larger than ${megabytes} MB.`,
      too_many_pixels: "The picture has more than 50 million pixels. Make it smaller first.",
      too_long: "The picture is more than 8 times as long as wide.",
      too_detailed: "The picture has too many details to be made small enough. Take another.",
      no_picture: "The file is not a still picture in PNG, JPEG or WebP, or it is damaged.",
    },
    activity: {
      title: "Activity",
      lead: "What happened to your account, the newest first.",
      none: "Nothing has happened yet.",
      earlier: "Earlier",
      newest: "The newest",
      notYou: "If you do not recognise something:",
      removedClient: (id: string) => `${id} (no longer registered)`,
      /** Each event in words. `by` is who did it; `client` is null for all applications and devices. */
      events: {
        "access.removed": ({ by, client }: ActivityFacts): string =>
          `${by === "you" ? "You ended" : "The operator ended"} the access of ${client ?? "all applications and devices"}`,
        "code.replayed": ({ client }: ActivityFacts): string =>
          `A sign-in code of ${client ?? "an application"} was used twice, as a thief would. The access ended`,
        "consent.given": ({ client }: ActivityFacts): string =>
          `You gave access to ${client ?? "an application"}`,
        "backchannel.approved": ({ client }: ActivityFacts): string =>
          `You approved what ${client ?? "an application"} asked`,
        "backchannel.asked": ({ count }: ActivityFacts): string =>
          plural(count, {
            one: "An application asked for your approval",
            other: `Applications asked for your approval ${count} times`,
          }),
        "backchannel.denied": ({ client, reason }: ActivityFacts): string =>
          reason === "not_started"
            ? `You reported a request of ${client ?? "an application"} that you did not expect`
            : `You refused what ${client ?? "an application"} asked`,
        "device.approved": ({ client }: ActivityFacts): string =>
          `You connected a device: ${client ?? "unknown"}`,
        "grant.revoked": ({ by, client }: ActivityFacts): string =>
          by === "other"
            ? `${client ?? "An application"} ended an access of its own`
            : `${by === "you" ? "You ended" : "The operator ended"} one access of ${client ?? "an application"}`,
        "group.joined": ({ group }: ActivityFacts): string => `You are in the group ${group} now`,
        "group.left": ({ group }: ActivityFacts): string => `You are no longer in the group ${group}`,
        "password.changed": ({ by }: ActivityFacts): string =>
          by === "you" ? "You changed your password" : "The operator set a new password for you",
        "person.changed": ({ by }: ActivityFacts): string =>
          by === "you" ? "You changed your details" : "The operator changed your details",
        "person.created": (): string => "Your account was created",
        "person.disabled": (): string => "Your account was disabled",
        "person.enabled": (): string => "Your account was enabled again",
        "person.unlocked": (): string => "The operator let you try passwords again",
        "email.changed": ({ by }: ActivityFacts): string =>
          by === "you" ? "You changed your e-mail address" : "The operator changed your e-mail address",
        "email.verified": (): string => "Your e-mail address was confirmed",
        "passkey.added": (): string => "You added a passkey",
        "passkey.removed": ({ by }: ActivityFacts): string =>
          by === "you" ? "You removed a passkey" : "The operator removed a passkey of yours",
        "password.removed": ({ by }: ActivityFacts): string =>
          by === "you" ? "You removed your password" : "The operator removed your password",
        "reset.done": (): string => "A new password was set by a link in a mail",
        "sign_in_link.created": (): string => "The operator made a link that signs you in",
        "sign_in_link.used": (): string => "A link of the operator signed you in",
        "recovery_code.used": (): string => "You signed in with a recovery code",
        "recovery_codes.renewed": (): string => "You got new recovery codes",
        "second_factor.added": (): string => "You set up a second factor",
        "second_factor.removed": ({ by }: ActivityFacts): string =>
          by === "you" ? "You removed your second factor" : "The operator removed your second factor",
        "sign_in.approved": (): string => "You approved a sign-in on another device",
        "sign_in.denied": (): string => "You denied a sign-in on another device",
        "refresh_token.replayed": ({ client }: ActivityFacts): string =>
          `A key of ${client ?? "an application"} was used twice, as a thief would. The access ended`,
        "session.ended": ({ by, reason }: ActivityFacts): string =>
          reason === "surplus"
            ? "A browser was signed out, because you are signed in in too many"
            : by === "you"
              ? "You signed out a browser"
              : "The operator signed out a browser of yours",
        "session.started": (): string => "You signed in",
        "sessions.ended": ({ by }: ActivityFacts): string =>
          by === "you" ? "You signed out everywhere" : "The operator signed you out everywhere",
        "sign_in.limited": ({ count }: ActivityFacts): string =>
          count === 1
            ? "An attempt to sign in as you was refused, because there were too many"
            : `${count} attempts to sign in as you were refused, because there were too many`,
        "sign_in.refused": ({ count }: ActivityFacts): string =>
          count === 1
            ? "An attempt to sign in as you failed: wrong password or code"
            : `${count} attempts to sign in as you failed: wrong passwords or codes`,
      },
    },
    data: {
      title: "Your data",
      downloadLead:
        "A file with everything that this server knows about you: your details, your picture, where you are signed in, what has access, and what happened. It has no password.",
      download: "Download your data",
      deleteTitle: "Delete your account",
      deleteByOperator: "Only the operator of this server can delete your account.",
      declared:
        "Your account stands in the configuration of this server, so only its operator can delete it.",
      lastAdministrator: "You are the last administrator of this server. Make another person one first.",
      deleteLead: "This cannot be undone. With the account end:",
      endsAccess: "the access of",
      endsSessions: (count: number) =>
        count === 1 ? "your sign-in in this browser" : `your sign-ins in ${count} browsers`,
      endsFacts: "your details, your picture, your groups, and the record of what happened",
      staysElsewhere:
        "What applications keep of you stays there. They do not know a later account of the same name as you.",
      typeUsername: (username: string) => `Type your user name (${username}) to confirm it`,
      usernameWrong: "That is not your user name.",
      delete: "Delete the account for good",
      deletedTitle: "Your account is deleted",
      deleted: "You are signed out everywhere, and nothing has access any more.",
    },
    manageTitle: "Manage this server",
    manageText: "People, groups and applications.",
    emailRefused: "This is not an e-mail address.",
    emailTaken: "Another person signs in with this address.",
    sessionsTitle: "Where you are signed in",
    sessionHere: "This browser",
    browserUnknown: "Unknown browser",
    deviceUnknown: "Unknown device",
    signedInSince: "Signed in since",
    lastSeen: (when: string) => `last active ${when}`,
    from: (address: string) => `from ${address}`,
    endSessionLabel: (since: string) => `Sign out the browser that is signed in since ${since}`,
    endOtherSessions: "Sign out all other browsers",
    endAllSessions: "Sign out everywhere, here too",
    signOut: "Sign out",
    notices: {
      created: "Your account was created. You are signed in.",
      removed: (client: string) => `${client} no longer has access.`,
      ended: "That installation no longer has access.",
      removed_all: "No application and no device has access any more.",
      details: "Your details are saved.",
      mails: "Your choice of mails was saved.",
      email_asked:
        "Your details are saved. We have sent a mail to the new address: it counts once you have opened the link in it.",
      picture: "Your picture is saved.",
      picture_removed: "Your picture is removed. Some programs may show it for another day.",
      session: "That browser is signed out.",
      sessions: "All other browsers are signed out.",
      password: "Your password is changed. Other browsers were signed out.",
      new_password:
        "Your new password is set. Other browsers were signed out. If you lost a device, remove its passkey under “Security”.",
    },
  },
  setup: {
    title: "Create the first account",
    lead: (name: string) =>
      `Welcome to ${name}. This link works once. The account that you create manages this server.`,
    usernameHint: "You sign in with this name.",
    usernameMissing: "Choose a user name.",
    usernameRefused: "A user name has at most 200 characters, and no control characters.",
    usernameTaken: "This user name is taken. Choose another.",
    passwordHint: (characters: number) =>
      `At least ${characters} characters. Longer is better: four words that do not belong together.`,
    optional: "Optional. Only applications that you allow get to see it.",
    submit: "Create account",
    passkeyTitle: "Your passkey",
    passkeyLead: (username: string) =>
      `Your device makes the passkey with which ${username} signs in. The account is created together with it.`,
    passwordInstead: "Use a password instead",
  },
  /** A new account, by invitation or without. */
  newAccount: {
    title: "Create your account",
    invited: (server: string) => `You are invited to ${server}. Choose how you want to sign in.`,
    confirmed: (server: string) =>
      `Your e-mail address is confirmed. Choose how you want to sign in to ${server}.`,
    signedInAs: (username: string) =>
      `You are signed in as ${username}. Once the new account exists, this browser is signed in with that one instead.`,
    emailHint: "Optional. We send you a mail, and the address counts once you have confirmed it.",
    withPasskey: "Continue with a passkey, without a password",
    usernameIsAddress: "Choose a user name without @. Only your own e-mail address may have one.",
    emailTaken: "There is an account with this e-mail address already. Sign in with it instead.",
    limited: "Too many attempts from your network. Wait a while, then try again.",
    full: "Too many people are asking for an account right now. Try again in an hour.",
    waitingTitle: "Your account waits for approval",
    waiting: (username: string, server: string) =>
      `Your account ${username} has been created. You can sign in as soon as an administrator of ${server} has approved it.`,
  },
  signUp: {
    lead: "Enter your e-mail address. We send you a link with which you create your account.",
    invitationLead: (server: string) => `To create an account at ${server} you need an invitation.`,
    accountLead: (server: string) => `Choose how you want to sign in to ${server}.`,
    invitation: "Invitation",
    invitationHint: "The link that you were sent. It contains tlk_.",
    invitationMalformed: "This is not a complete invitation. Copy the whole link.",
    domains: (domains: string) => `An address at ${domains}.`,
    domainRefused: (domains: string) =>
      `Only people with an address at ${domains} can create an account here.`,
    submit: "Continue",
    haveAccount: "I have an account: sign in",
    askedTitle: "Check your mail",
    asked: (email: string) => `We have sent a mail to ${email}. Open the link in it to continue.`,
    askedAdvice:
      "You may open it on another device. If no mail comes within a few minutes, look in the spam folder, and check the address.",
  },
  reset: {
    forgotTitle: "Forgot your password?",
    forgotLead:
      "Enter your user name or e-mail address. We send a link for a new password to the e-mail address of your account.",
    nameMissing: "Enter your user name or e-mail address.",
    ask: "Send the link",
    back: "Back to sign-in",
    limited: "You have asked for this often. Wait a while, then try again.",
    askedTitle: "Check your mail",
    asked: (name: string) =>
      `If there is an account ${name} with a confirmed e-mail address, a mail with a link is on its way to that address.`,
    askedAdvice:
      "If no mail comes within a few minutes, look in the spam folder, or ask the operator of this server.",
    title: "Choose a new password",
    lead: (username: string, server: string) =>
      `For the account ${username} at ${server}. All browsers that are signed in with it are signed out.`,
    submit: "Set password and sign in",
  },
  /** Signing in with a code by mail. */
  signInCode: {
    title: "Sign in with a code",
    lead: "Enter your user name or e-mail address. We send a code to the e-mail address of your account.",
    ask: "Send the code",
    sent: (name: string) =>
      `If there is an account ${name} with a confirmed e-mail address, a mail with a code is on its way. Leave this page open.`,
    code: "Code",
    codeHint: "Six digits.",
    submit: "Sign in",
    wrong: "This code is wrong or too old. After five attempts you need a new one.",
    another: "Send another code",
    password: "Sign in with the password",
  },
  /** Links that ask for one click. */
  links: {
    signInLead: (username: string, server: string) =>
      `This link signs this browser in to ${server} as ${username}.`,
    signInAdvice: "It works once. Continue only if this is your account.",
    signInSubmit: "Sign in",
    verifyTitle: "Is this your e-mail address?",
    verifyLead: (email: string, username: string, server: string) =>
      `The account ${username} at ${server} is to have the address ${email}.`,
    verifyAdvice: "Confirm only if this is your account. Otherwise another person could act in your name.",
    verifySignIn: (username: string) =>
      `Sign in as ${username} first. Only the owner of the account can confirm the address.`,
    verifySubmit: "Confirm the address",
    verifiedTitle: "Your address is confirmed",
    verified: (email: string) => `${email} is the address of your account now.`,
    emailTakenTitle: "This address belongs to another account",
    emailTaken: (email: string) =>
      `Another account has got the address ${email} meanwhile. Nothing was changed.`,
  },
  /** For administrators. */
  invite: {
    link: "Invite people",
    title: "Invite people",
    lead: "An invitation is a link with which a person creates their own account.",
    nameHint: "Optional. The person can change it.",
    emailHint: "Optional. The account gets this address.",
    emailHintWithoutMail:
      "Optional. The account gets this address, not confirmed: this server sends no mail.",
    mailed: "Send the link to this address",
    groups: "Groups of the new account",
    groupsMissing: "Choose at least one of your groups.",
    uses: "How many people may use it",
    usesHint: "With more than one, leave the name and the address empty.",
    usesRefused: (most: number) => `Enter a number from 1 to ${most}.`,
    usesOfOne: "An invitation with a name or an address is for one person.",
    days: "Valid for how many days",
    daysRefused: (most: number) => `Enter a number from 1 to ${most}.`,
    submit: "Create the invitation",
    doneTitle: "The invitation is ready",
    goodOnce: (time: string) => `It works once, for ${time}.`,
    goodFor: (uses: number, time: string) => `It works for ${uses} people, for ${time}.`,
    handOver:
      "Send the link to the person, or let them scan the code. This page shows it only now, and anyone who has it can use it.",
    mailedTo: (email: string) => `The link is on its way to ${email}.`,
    qr: "QR code of the invitation",
    another: "Create another one",
    openTitle: "Open invitations",
    anyone: "For anyone",
    used: (used: number, uses: number) =>
      uses === 1 ? "For one person, until" : `Used ${used} of ${uses} times, until`,
    revoke: "Withdraw",
    revokeLabel: (about: string) => `Withdraw the invitation ${about}`,
    revoked: "The invitation is withdrawn.",
    waitingTitle: "Waiting for approval",
    approve: "Approve",
    approveLabel: (username: string) => `Approve ${username}`,
    approved: "The person can sign in now.",
  },
  /** Why a new password is refused. The hint about good ones stands below. */
  newPassword: {
    too_short: (characters: number) =>
      `This password is too short. It needs at least ${characters} characters.`,
    too_long: (bytes: number) => `The password is too long; ${bytes} bytes is the limit.`,
    own_username:
      "This is your user name, and attackers try it first. Choose words that others do not connect with you.",
    own_email:
      "This is your e-mail address or a part of it, and attackers try it first. Choose words that others do not connect with you.",
    server_name:
      "This is the name of this server, and attackers try it early. Choose words that have nothing to do with it.",
    run: "This is one pattern over and over, or characters in order, and quickly guessed. Choose another.",
    common: "Many people have this password or one like it, so attackers try it first. Choose another.",
    breached:
      "This password was in a data breach, so attackers know it. Choose another, and change it wherever else you use it.",
  },
  /** Forms that come back, because they were open for too long or because the browser sent no cookie. */
  forms: {
    stale: "This page was open for too long. Nothing was changed. Try again.",
    stalePassword: "This page was open for too long. Nothing was changed. Enter the password again.",
    /** The address of the server follows. */
    cookieless:
      "Your browser sent back no cookie, so this form could not be accepted. Allow cookies for this site, and open it at the server’s own address:",
  },
  otherAddress: {
    title: (address: string) => `This server is at ${address}`,
    insecure:
      "Your browser came without https. You cannot sign in that way: this server’s cookie travels over encrypted connections only.",
    other_host:
      "Your browser came by another address. Applications send people to the one above, and a sign-in here does not count there.",
    goOn: (address: string) => `Continue at ${address}`,
    stay: "Stay here",
    operators: "For the operator",
    operatorsText:
      "The setting issuer names the address of this server. Set it to the address that people open. A proxy in front of the server should pass on the Host header and set X-Forwarded-Proto.",
  },
  /** The last page of a sign-in from the command line, which is the only one that another program shows. */
  terminal: {
    deniedTitle: "Access was denied",
    denied: "Nothing was shared.",
    refusedTitle: "The server refused",
    noCode: "It sent no code.",
    close: "Close this window and go back to the terminal.",
    doneTitle: "The browser’s part is done",
    done: "Close this window and go back to the terminal, which shows the result.",
    strayTitle: "Nothing here",
    stray: "This is not an answer.",
  },
  leaving: {
    title: (host: string) => `Continue to ${host}?`,
    text: (host: string) =>
      `An application that is not verified wants to send you to ${host}. Nothing was shared with it. Continue only if you came from there and trust it.`,
    goOn: (host: string) => `Continue to ${host}`,
    posting: "You are being sent there. If nothing happens, press the button.",
  },
  errors: {
    developers: "For the developer",
    code: "Error",
    description: "Description",
    learnMore: "What this means and how to fix it",
    request: "If you ask for help, quote this request:",
    home: "Go to the start page",
    again: "Try again",
    account: "Go to your account",
    applicationWay: (host: string) => `Back to ${host}`,
    sent: "Sent",
    sentNone: "Not sent",
    registered: "Registered",
    registeredNone: "None",
    registeredHidden: "Not shown here. The operator sees it with",
    form_expired: {
      title: "This form can no longer be used",
      text: "It was open too long, or your browser did not send its cookie for this site. Nothing was changed. If trying again does not help, check that your browser keeps cookies for this site.",
    },
    form_foreign: {
      title: "This form did not come from our own page",
      text: "Another website tried to send a form here in your name. Nothing was changed.",
    },
    form_answered: {
      title: "You have already answered this question",
      text: "Your first answer stands. To change it, go back to the application and start again.",
    },
    sign_in_over: {
      title: "This sign-in can no longer be used",
      text: "It works once, and only for a short time. Go back to the application and start again.",
    },
    setup_link: {
      title: "This link no longer works",
      text: "It has been used, was replaced by a newer one, or has expired. If the first account does not exist yet, restart the server to get a new link.",
    },
    link_unknown: {
      title: "This link does not work",
      text: "It is not complete, or it was withdrawn, or it has been used. Copy the whole link, or ask for a new one where you got it.",
    },
    link_used: {
      title: "This link has been used",
      text: "If it was you, sign in. If it was not you, tell the operator of this server: another person may have had your link.",
    },
    link_expired: {
      title: "This link is too old",
      text: "Links work for a limited time. Ask for a new one where you got it.",
    },
    not_found: { title: "There is no page here", text: "Check the address, or begin at the start page." },
    method_not_allowed: {
      title: "This page cannot do that",
      text: "Open it again and use its buttons.",
    },
    too_large: {
      title: "That was too large",
      text: "You sent more than this server accepts. Nothing was changed.",
    },
    malformed: {
      title: "This request cannot be read",
      text: "Nothing was changed. Open the page again and repeat what you did.",
    },
    busy: {
      title: "Just a moment",
      text: "The server is getting a great many requests right now. Nothing was changed; try again in a few seconds.",
    },
    unavailable: {
      title: "The server cannot answer just now",
      text: "Try again in a few seconds. If you were changing something, check first whether it has changed: perhaps only the answer was lost.",
    },
    server_error: {
      title: "Something went wrong",
      text: "It is not your fault. Try again; if the problem persists, tell the operator of this server.",
    },
    application_unknown: {
      title: "This server does not know the application",
      text: "The link that brought you here names an application that is not registered with this server. You were not sent on, and nothing was shared.",
    },
    redirect_mismatch: {
      title: "This application asked for the wrong return address",
      text: "It wanted to send you to an address that it has not registered. To protect your account, we stopped here; nothing was shared.",
    },
    application: {
      title: "The application made a mistake",
      text: "It sent you here with a request that this server cannot accept. Nothing was shared. Go back to it and try again; if it happens again, tell the people who make it.",
    },
  },
  help: {
    title: "Error messages",
    lead: "The errors that this server sends to applications, and what developers can do about them, by error code.",
    index: "Error codes",
    search: "Find an error",
    searchHint: "The code, or words of the message: invalid_grant, redirect, PKCE.",
    submit: "Search",
    found: (count: number) =>
      plural(count, {
        none: "No entry has all of these words.",
        one: "One entry has these words.",
        other: `${count} entries have these words.`,
      }),
    showAll: "Show all entries",
  },
  /** The server's own scopes. Those of the operator are in the operator's words. */
  scopes: {
    openid: "Know that it is you",
    profile: "See your name, user name and picture",
    email: "See your e-mail address",
    phone: "See your phone number",
    address: "See your postal address",
    groups: "See which groups you belong to",
    offline_access: "Keep its access after you sign out",
    introspect: "Check whether access tokens are valid",
    "tessera.read": "See the people, applications and settings of this server",
    "tessera.people": "Manage the people and groups of this server",
    "tessera.clients": "Manage the applications of this server",
    "tessera.admin": "Administer this server",
  },
};

export type Texts = typeof english;
