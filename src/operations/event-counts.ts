/**
 * Counts events, with `via` and `reason` where they tell something. Both are texts, and some come from outside: what a mail server
 * says, or the status with which an application answers. So only values of these lists become labels; any other is `other` (threat 91).
 */
import type { Cell, Counter } from "../platform/metrics.ts";
import { SIGNING_NAMES } from "../protocol/signing-algorithms.ts";
import { EVENT_TYPES, type EventName } from "../rules/events.ts";
import { MAIL_KIND_NAMES } from "../rules/mail.ts";
import type { RevocationReason } from "../store/tables/grants.ts";
import type { AccountSource } from "../store/tables/people.ts";
import type { Subscriber } from "./events.ts";

interface Vocabulary {
  readonly via?: readonly string[];
  readonly reason?: readonly string[];
}

const OTHER = "other";

const OF_MAIL: Vocabulary = { via: MAIL_KIND_NAMES };
const OF_KEY: Vocabulary = { via: SIGNING_NAMES };
/** `OutboundFault`, and the end of the time. A status is of the application's choosing. */
const OF_NOTICE: Vocabulary = {
  reason: [
    "unresolved",
    "unreachable",
    "too_slow",
    "too_many",
    "redirected",
    "address_refused",
    "url_refused",
    "expired",
  ],
};
const REVOCATIONS = {
  code_replayed: true,
  refresh_token_replayed: true,
  revoked_by_client: true,
  revoked_by_person: true,
  revoked_by_operator: true,
  signed_out: true,
  person_disabled: true,
  person_removed: true,
  client_removed: true,
  client_changed: true,
} satisfies Record<RevocationReason, true>;
const OF_REVOCATION: Vocabulary = { reason: Object.keys(REVOCATIONS) };
const SOURCES = {
  configuration: true,
  operator: true,
  setup_link: true,
  invitation: true,
  sign_up: true,
  demo: true,
} satisfies Record<AccountSource, true>;

/** Events that are not here count by their name alone. */
const VOCABULARIES: { readonly [Name in EventName]?: Vocabulary } = {
  "access.removed": OF_REVOCATION,
  "grant.revoked": OF_REVOCATION,
  "link.refused": { reason: ["unknown", "used", "expired"] },
  "logout.failed": OF_NOTICE,
  "logout.given_up": OF_NOTICE,
  "mail.dropped": OF_MAIL,
  "mail.failed": OF_MAIL,
  "mail.given_up": OF_MAIL,
  "mail.limited": OF_MAIL,
  "mail.sent": OF_MAIL,
  "passkey.refused": {
    reason: ["unreadable", "challenge", "origin", "unknown", "signature", "removed", "used", "copied"],
  },
  "person.created": { via: Object.keys(SOURCES) },
  "session.ended": { reason: ["signed_out", "replaced", "surplus", "second_factor"] },
  "session.started": {
    via: ["pwd", "pop user", "pop user mfa", "pwd otp mfa", "pwd pop user mfa", "otp", "mca"],
    reason: ["new_browser"],
  },
  "backchannel.denied": { reason: ["not_started"] },
  "backchannel.limited": { reason: ["open", "hour", "declined"] },
  "sign_in.limited": { reason: ["second_step", "email_code"] },
  "sign_in.refused": { reason: ["second_step", "email_code"] },
  "signing_key.added": OF_KEY,
  "signing_key.retired": OF_KEY,
  "token.exchanged": { via: ["delegation", "impersonation"] },
  "token.issued": {
    via: ["authorization_code", "refresh_token", "device_code", "client_credentials", "jwt_bearer", "ciba"],
  },
};

/** The value as a label: empty where the event has none, or where its values are not told apart. */
function labelOf(vocabulary: readonly string[] | undefined, value: string | undefined): string {
  if (vocabulary === undefined || value === undefined) return "";
  return vocabulary.includes(value) ? value : OTHER;
}

/** The cells of one event, found without making a text for each event. */
function cellsOf(counter: Counter, event: EventName): (via?: string, reason?: string) => Cell {
  const vocabulary = VOCABULARIES[event] ?? {};
  const known = new Map<string, Map<string, Cell>>();
  return (via, reason) => {
    const viaLabel = labelOf(vocabulary.via, via);
    const reasonLabel = labelOf(vocabulary.reason, reason);
    let byReason = known.get(viaLabel);
    if (byReason === undefined) {
      byReason = new Map();
      known.set(viaLabel, byReason);
    }
    let cell = byReason.get(reasonLabel);
    if (cell === undefined) {
      cell = counter.cell(event, viaLabel, reasonLabel);
      byReason.set(reasonLabel, cell);
    }
    return cell;
  };
}

/**
 * Every series that is known in advance begins at 0: Prometheus sees no increase in a series that begins at 1, so the first replay
 * of a token would raise no alert.
 */
function beginAtZero(counter: Counter): void {
  for (const event of Object.keys(EVENT_TYPES) as EventName[]) {
    const { via = [""], reason = [] } = VOCABULARIES[event] ?? {};
    for (const viaLabel of via)
      for (const reasonLabel of ["", ...reason]) counter.cell(event, viaLabel, reasonLabel);
  }
}

/** Counts every event of this process. `expired` gets the number of rows that the clean-up removed. */
export function countEvents(counter: Counter, expired: Cell): Subscriber {
  beginAtZero(counter);
  const cells = new Map<EventName, ReturnType<typeof cellsOf>>();
  return {
    tell(_act, { event, via, reason, count }) {
      let find = cells.get(event);
      if (find === undefined) {
        find = cellsOf(counter, event);
        cells.set(event, find);
      }
      find(via, reason).value += 1;
      if (event === "rows.expired") expired.value += count ?? 0;
    },
  };
}
