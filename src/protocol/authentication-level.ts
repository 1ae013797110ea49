/** The levels of a sign-in: the values of `acr` (OpenID Connect Core §2) and `acr_values` (§3.1.2.1, RFC 9470 §4). */

/** The lowest first. 1: one kind of proof, such as a password. 2: two, such as a passkey that knew its person. */
export const AUTHENTICATION_LEVELS = ["1", "2"] as const;
export type AuthenticationLevel = (typeof AUTHENTICATION_LEVELS)[number];

export const isAuthenticationLevel = (text: unknown): text is AuthenticationLevel =>
  AUTHENTICATION_LEVELS.some((level) => level === text);

const ASCENDING: readonly string[] = AUTHENTICATION_LEVELS;
const rankOf = (level: string): number => ASCENDING.indexOf(level);

/** Whether a sign-in is as good as demanded. A level that this server does not know reaches nothing. */
export const reaches = (level: string, demanded: AuthenticationLevel): boolean =>
  rankOf(level) >= rankOf(demanded);

/** The highest of these levels; the lowest that there is without any. */
export const highestLevel = (
  levels: readonly (AuthenticationLevel | null | undefined)[],
): AuthenticationLevel =>
  AUTHENTICATION_LEVELS.findLast((level) => levels.includes(level)) ?? AUTHENTICATION_LEVELS[0];

/** The lowest of these levels; null without any. */
export const lowestLevel = (levels: readonly AuthenticationLevel[]): AuthenticationLevel | null =>
  AUTHENTICATION_LEVELS.find((level) => levels.includes(level)) ?? null;
