/** The words of the pages about groups. */
import type { Bilingual } from "../texts.ts";

const english = {
  title: "Groups",
  lead: "Applications with the scope groups are told a person’s groups, and an application may be for the members of a group only.",
  listLabel: "The groups of this server",
  heads: { group: "Group", description: "What it is for", since: "Since" },
  none: "There are no groups yet.",
  add: "Add a group",
  name: "Name",
  nameHint: "Without spaces, because applications compare it: photo-editors.",
  description: "What it is for",
  added: (name: string) => `Added the group ${name}.`,
  saved: (name: string) => `Saved the group ${name}.`,
  members: "Members",
  noMembers: "The group has no members yet.",
  memberHeads: { person: "Person", role: "Role", since: "Since" },
  manager: "manages the group",
  put: "Put a person into the group",
  personLabel: "User name or e-mail address",
  putIn: "Put in",
  joined: (person: string) => `${person} is in the group now.`,
  noSuchPerson: "No person signs in with that name or address. Nothing was changed.",
  takeOut: "Take out",
  tookOut: "The person is no longer in the group.",
  makeManager: "Let manage",
  unmakeManager: "Let no longer manage",
  managerHint:
    "Members who manage the group say who is in it, and invite people into it. They may do nothing else.",
  managerChanged: "Saved who manages the group.",
  removeTitle: "Remove this group",
  removeAbout:
    "Its members leave it, and applications that only they may use refuse them. The people and the applications stay.",
  remove: "Remove",
  removed: (name: string) => `Removed the group ${name}.`,
};

const german: typeof english = {
  title: "Gruppen",
  lead: "Anwendungen mit dem Scope groups erfahren die Gruppen einer Person. Eine Anwendung kann auch nur für die Mitglieder einer Gruppe da sein.",
  listLabel: "Die Gruppen dieses Servers",
  heads: { group: "Gruppe", description: "Wofür sie da ist", since: "Seit" },
  none: "Es gibt noch keine Gruppen.",
  add: "Gruppe hinzufügen",
  name: "Name",
  nameHint: "Ohne Leerzeichen, weil Anwendungen ihn vergleichen: foto-redaktion.",
  description: "Wofür sie da ist",
  added: (name) => `Die Gruppe ${name} ist hinzugefügt.`,
  saved: (name) => `Die Gruppe ${name} ist gespeichert.`,
  members: "Mitglieder",
  noMembers: "Die Gruppe hat noch keine Mitglieder.",
  memberHeads: { person: "Person", role: "Rolle", since: "Seit" },
  manager: "betreut die Gruppe",
  put: "Eine Person in die Gruppe aufnehmen",
  personLabel: "Benutzername oder E-Mail-Adresse",
  putIn: "Aufnehmen",
  joined: (person) => `${person} ist jetzt in der Gruppe.`,
  noSuchPerson: "Mit diesem Namen oder dieser Adresse meldet sich niemand an. Es wurde nichts geändert.",
  takeOut: "Herausnehmen",
  tookOut: "Die Person ist nicht mehr in der Gruppe.",
  makeManager: "Betreuung geben",
  unmakeManager: "Betreuung nehmen",
  managerHint:
    "Mitglieder, die die Gruppe betreuen, bestimmen, wer in ihr ist, und laden in sie ein. Sonst dürfen sie nichts.",
  managerChanged: "Die Betreuung der Gruppe ist gespeichert.",
  removeTitle: "Diese Gruppe entfernen",
  removeAbout:
    "Ihre Mitglieder verlassen sie, und Anwendungen, die nur für sie da sind, weisen sie ab. Die Personen und die Anwendungen bleiben.",
  remove: "Entfernen",
  removed: (name) => `Die Gruppe ${name} ist entfernt.`,
};

export const GROUP_WORDS: Bilingual<typeof english> = { en: english, de: german };
