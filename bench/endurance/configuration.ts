/**
 * The configuration of an endurance run. Lifetimes are so short that as many things soon expire as are issued. Limits
 * per address do not apply, because all requests come from this machine.
 */
import { PARTIES } from "../contenders/tessera.ts";

export const ACCESS_TOKEN_SECONDS = 20;
export const REFRESH_TOKEN_SECONDS = 30;
/** The least that the configuration allows. */
export const SESSION_SECONDS = 60;
export const DEVICE_CODE_SECONDS = 30;
export const DEVICE_INTERVAL_SECONDS = 1;

/** The password of all people in the run. */
export const PASSWORD = "correct horse battery staple";
export const PEOPLE: readonly string[] = ["ada", "grace", "hedy", "joan", "katherine", "margaret"];

const person = (username: string): string => `
[[people]]
username = "${username}"
password = "${PASSWORD}"
`;

export const CONFIGURATION = `
trusted_proxies = ["loopback"]

[lifetimes]
access_token_seconds = ${ACCESS_TOKEN_SECONDS}
refresh_token_seconds = ${REFRESH_TOKEN_SECONDS}
refresh_retry_window_seconds = 5
authorization_code_seconds = 10
device_code_seconds = ${DEVICE_CODE_SECONDS}
device_interval_seconds = ${DEVICE_INTERVAL_SECONDS}
session_idle_seconds = ${SESSION_SECONDS}
session_absolute_seconds = ${SESSION_SECONDS}
form_seconds = 60

[limits]
clean_up_interval_seconds = 5
sign_in_window_seconds = 60
registration_window_seconds = 60
device_request_window_seconds = 60

[registration]
unused_seconds = 60

[log]
level = "warn"

${PARTIES}
${PEOPLE.map(person).join("")}`;
