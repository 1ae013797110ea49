/** The sections of the console, in the order of its navigation, and who sees each. */

import { type Authority, isAllowed } from "../rules/role.ts";

export const SECTIONS = {
  overview: { path: "/admin", isFor: () => true },
  apps: { path: "/admin/apps", isFor: (authority: Authority) => isAllowed(authority, "clients.read") },
  people: { path: "/admin/people", isFor: (authority: Authority) => isAllowed(authority, "people.read") },
  groups: { path: "/admin/groups", isFor: () => true },
  invitations: {
    path: "/invite-people",
    isFor: (authority: Authority) => isAllowed(authority, "people.write") || authority.manages.length > 0,
  },
  registration: {
    path: "/admin/registration",
    isFor: (authority: Authority) => isAllowed(authority, "clients.read"),
  },
  scopes: { path: "/admin/scopes", isFor: (authority: Authority) => isAllowed(authority, "clients.read") },
  audit: { path: "/admin/audit", isFor: (authority: Authority) => isAllowed(authority, "server.read") },
  refusals: {
    path: "/admin/refusals",
    isFor: (authority: Authority) => isAllowed(authority, "clients.read"),
  },
  keys: { path: "/admin/keys", isFor: (authority: Authority) => isAllowed(authority, "server.read") },
  mails: { path: "/admin/mails", isFor: (authority: Authority) => isAllowed(authority, "server.read") },
  webhooks: { path: "/admin/webhooks", isFor: (authority: Authority) => isAllowed(authority, "server.read") },
  health: { path: "/admin/health", isFor: (authority: Authority) => isAllowed(authority, "server.read") },
  settings: { path: "/admin/settings", isFor: (authority: Authority) => isAllowed(authority, "server.read") },
} as const satisfies Readonly<
  Record<string, { readonly path: `/${string}`; readonly isFor: (authority: Authority) => boolean }>
>;

export type SectionName = keyof typeof SECTIONS;

export const SECTION_NAMES = Object.keys(SECTIONS) as readonly SectionName[];
