/** How long things live, and how much is allowed. */
import * as v from "valibot";
import { count, seconds, table, YEAR_SECONDS } from "./values.ts";

export const lifetimes = v.pipe(
  v.optional(
    table({
      access_token_seconds: seconds("How long an access token lives.", 3600, 1, YEAR_SECONDS),
      jwt_access_token_seconds: seconds(
        "How long an access token lives that an API checks by itself. The API does not see that it was revoked.",
        600,
        1,
        YEAR_SECONDS,
      ),
      id_token_seconds: seconds("How long an ID token is valid.", 3600, 60, YEAR_SECONDS),
      refresh_token_seconds: seconds("A refresh token that is not used for this long expires.", 90 * 86_400),
      refresh_retry_window_seconds: seconds(
        "A retry within this window after a lost answer gets the same answer again.",
        10,
        0,
        600,
      ),
      authorization_code_seconds: seconds("How long an authorization code lives.", 60, 1, 600),
      device_code_seconds: seconds("How long a person has to enter a device's code.", 900, 30, 3600),
      backchannel_request_seconds: seconds(
        "How long a person has to answer what an application asks in the back channel (CIBA), unless the application wants another time.",
        300,
        10,
        3600,
      ),
      pushed_request_seconds: seconds(
        "How long a browser may take to come with the request_uri of a pushed request (RFC 9126). From then on the person has an hour.",
        90,
        5,
        599,
      ),
      device_interval_seconds: seconds(
        "How long a device, or an application in the back channel, waits between two polls.",
        5,
        1,
        60,
      ),
      session_idle_seconds: seconds("A session that is not used for this long ends.", 14 * 86_400, 60),
      session_absolute_seconds: seconds("A session ends after this long, used or not.", 90 * 86_400, 60),
      known_browser_seconds: seconds(
        "How long a browser in which a person has signed in is known to their account, so that strangers who guess at it do not keep the person out. 0: no browser is.",
        90 * 86_400,
        0,
      ),
      recent_sign_in_seconds: seconds(
        "How old a sign-in may be for changes to how a person signs in, and for other acts that are hard to undo.",
        900,
        60,
        86_400,
      ),
      setup_link_seconds: seconds("How long the link that creates the administrator works.", 86_400, 60),
      invitation_seconds: seconds(
        "How long an invitation works, unless it says otherwise.",
        7 * 86_400,
        60,
        YEAR_SECONDS,
      ),
      sign_up_link_seconds: seconds(
        "How long the mailed link works with which a person makes their own account.",
        86_400,
        3600,
        30 * 86_400,
      ),
      reset_link_seconds: seconds("How long a link for a new password works.", 3600, 60, 7 * 86_400),
      sign_in_link_seconds: seconds("How long a link for one sign-in works.", 600, 60, 86_400),
      verify_email_seconds: seconds(
        "How long the mailed link works that confirms an e-mail address.",
        86_400,
        60,
        30 * 86_400,
      ),
      strict_transport_seconds: seconds(
        "How long a browser that got an answer keeps to https for this host (Strict-Transport-Security), if the issuer is https. With 0 it forgets that it should.",
        YEAR_SECONDS,
        0,
        2 * YEAR_SECONDS,
      ),
      form_seconds: seconds(
        "How long a page with a form may stay open before it must be loaded again.",
        3600,
        60,
        86_400,
      ),
    }),
    {},
  ),
  v.description("How long things live."),
);

export const limits = v.pipe(
  v.optional(
    table({
      request_body_bytes: count("The longest request body.", 65_536, 1024, 16_777_216),
      picture_bytes: count(
        "The largest file that a person may send as their picture.",
        10_000_000,
        1024,
        10_000_000,
      ),
      parameters_per_request: count("The most parameters in one request.", 64, 8, 10_000),
      password_bytes: count("The longest password; longer ones are refused, not cut.", 1024, 64, 4096),
      minimum_password_characters: count("The shortest new password.", 10, 1, 128),
      password_checks_at_once: count("How many passwords are checked at the same time.", 2, 1, 64),
      password_checks_waiting: count(
        "How many more password checks may wait; further ones are refused.",
        100,
        0,
        10_000,
      ),
      sign_in_failures_per_account: count("Wrong passwords for one account within the window.", 10),
      sign_in_failures_per_address: count("Wrong passwords from one address within the window.", 50),
      sign_in_failures_per_browser: count(
        "Wrong passwords for an account in a day from a browser in which a person has signed in to it before. Further attempts count as those of strangers.",
        10,
      ),
      second_step_failures_per_account: count(
        "Wrong answers to the second step of a sign-in to one account in a day, from browsers in which the person has never signed in. Only someone who knows the password gets that far.",
        20,
      ),
      email_code_failures_per_account: count(
        "Wrong codes by mail for one account in a day, from browsers in which the person has never signed in.",
        20,
      ),
      sign_in_window_seconds: seconds("The window for sign-in failures.", 900, 1, 86_400),
      sessions_per_person: count(
        "In how many browsers one person may be signed in; beyond that the oldest session ends.",
        50,
        1,
        10_000,
      ),
      client_secret_failures_per_address: count(
        "Wrong secrets for one client from one address within the window.",
        30,
      ),
      client_secret_window_seconds: seconds("The window for wrong client secrets.", 900, 1, 86_400),
      user_code_failures_per_account: count("Wrong device codes typed by one person within the window.", 10),
      user_code_failures_per_address: count("Wrong device codes from one address within the window.", 20),
      user_code_failures: count("Wrong device codes of all people together within the window.", 1000),
      user_code_window_seconds: seconds("The window for wrong device codes.", 900, 1, 86_400),
      tokens_per_registered_client: count(
        "Token responses in an hour for a client that registered itself and that the operator does not vouch for.",
        10_000,
      ),
      proofs_per_token: count(
        "Requests with one DPoP-bound access token in ten minutes to this server's own resources: userinfo, the management API, introspection. Each leaves a row for some minutes.",
        60_000,
      ),
      proofs_per_registered_client: count(
        "The same with all tokens of a client that registered itself and that the operator does not vouch for.",
        6000,
      ),
      registrations_per_address: count("Client registrations from one address within the window.", 60),
      registration_window_seconds: seconds("The window for registrations.", 3600, 1, 86_400),
      backchannel_requests_per_client: count(
        "Requests to people that one client starts within an hour (CIBA).",
        1000,
      ),
      unknown_people_per_client: count(
        "Hints of one client within an hour that named no person (CIBA): so it cannot find out who has an account here.",
        20,
      ),
      device_requests_per_address: count("Device flows started from one address within the window.", 120),
      device_request_window_seconds: seconds("The window for device flows.", 600, 1, 86_400),
      pushed_requests_per_address: count(
        "Pushed authorization requests from one address within the window, of clients that have no secret or for which you do not vouch.",
        120,
      ),
      pushed_requests_of_strangers: count("The same from all addresses together.", 3000),
      pushed_requests_per_client: count(
        "Pushed authorization requests of one client within the window, if it proves who it is and you vouch for it.",
        6000,
      ),
      pushed_request_window_seconds: seconds("The window for pushed authorization requests.", 600, 1, 86_400),
      other_device_codes_per_address: count(
        "How often the page with a code for another device is shown to one network address in a minute. While it waits it is shown every three seconds.",
        300,
      ),
      link_requests_per_name: count(
        "How often a mail with a link may be asked for one name or address within the window.",
        5,
      ),
      link_requests_per_address: count(
        "How often mails with links and new accounts may be asked for from one network address within the window.",
        30,
      ),
      link_request_window_seconds: seconds("The window for asking for links and accounts.", 3600, 1, 86_400),
      code_redemption_failures: count(
        "Wrong verifiers or redirect URIs that an authorization code survives.",
        5,
        1,
        100,
      ),
      clean_up_interval_seconds: seconds("How often expired rows are removed.", 60, 1, 3600),
      connection_idle_seconds: seconds(
        "The server closes a connection that is idle for this long, or whose request body takes longer to arrive.",
        60,
        1,
        255,
      ),
      stop_seconds: seconds("How long a stop waits for requests that are under way.", 10, 0, 300),
    }),
    {},
  ),
  v.description("How much is allowed."),
);
