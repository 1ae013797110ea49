/** RFC 6238: the parameters of one-time passwords. They are those that every app knows. */

/** §4.1: how long a step of time is. */
export const TOTP_SECONDS = 30;
export const TOTP_DIGITS = 6;
/** §5.2: how many steps around the expected one are tried. An app may be off by a minute, besides what was learnt. */
export const TOTP_WINDOW = 2;
/** How many recovery codes a person gets. */
export const RECOVERY_CODES = 10;
/** How far a clock may be off for the first password, in steps: five minutes. */
export const TOTP_FIRST_WINDOW = 10;
