/** The scopes for the management of this server itself. What each allows is in rules/role.ts. */
export const MANAGEMENT_SCOPES = [
  "tessera.read",
  "tessera.people",
  "tessera.clients",
  "tessera.admin",
] as const;
export type ManagementScope = (typeof MANAGEMENT_SCOPES)[number];

const NAMES: ReadonlySet<string> = new Set(MANAGEMENT_SCOPES);

export const isManagementScope = (name: string): name is ManagementScope => NAMES.has(name);
