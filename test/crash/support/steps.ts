/** The clients' steps with codes and tokens, and what they learn from each answer. */
import { type KeptTokens, keptUse } from "../../support/kept-tokens.ts";
import { basic } from "../../support/server.ts";
import { CLIENT_CREDENTIALS_FORM, codeForm, refreshForm } from "../../support/token-requests.ts";
import type { Answer, Ask } from "./asking.ts";
import type { Client, Family, Ledger, Step } from "./ledger.ts";

const ISSUER = "https://auth.example";
const TOKEN = "/auth/token";
const REVOKE = "/auth/revoke";
const INTROSPECT = "/auth/introspect";

export type Steps = ReturnType<typeof newSteps>;

/** `kept`: the strict client, once it has tokens. */
export function newSteps(ask: Ask, ledger: Ledger, kept: () => KeptTokens | null) {
  const acknowledge = (): true => {
    ledger.counts.acknowledged += 1;
    return true;
  };
  const unexpected = (what: string, answer: Answer): true => {
    ledger.violation(what, answer);
    return true;
  };
  const client = (): KeptTokens => {
    const found = kept();
    if (found === null) throw new Error("There is no strict client.");
    return found;
  };
  /** The credentials of a family's client, if they are not those of the configuration. */
  const credentialsOf = (of: Client): [Record<string, string>] | [] =>
    of === "strict" ? [basic(client().clientId, client().secret)] : [];
  const isRefused = ({ status, body }: Answer) => status === 400 && body.error === "invalid_grant";

  const redeem: Step = async (family, again) => {
    const answer = await ask("web", TOKEN, redemptionOf(family));
    if (answer === null) return false;
    family.isRedeemed = true;
    if (answer.status === 200) {
      ledger.keep(family, answer.body);
      return acknowledge();
    }
    // The first attempt had succeeded. The second looks like theft and revokes everything (RFC 6749 §4.1.2).
    if (again && isRefused(answer)) {
      ledger.noteAll(family, "ended");
      return acknowledge();
    }
    return unexpected("a fresh code is refused", answer);
  };

  const refresh: Step = async (family) => {
    const used = family.refreshTokens.at(-1) ?? "";
    const answer = await ask("web", TOKEN, refreshForm(used));
    if (answer === null) {
      ledger.note(used, "unsure");
      return false;
    }
    // Also if it had happened before: a lost answer signs no person out.
    if (answer.status !== 200) return unexpected("a refresh token is refused", answer);
    if (answer.body.refresh_token === used) return unexpected("a refresh token does not rotate", answer);
    ledger.note(used, "ended");
    ledger.keep(family, answer.body);
    return acknowledge();
  };

  /** A refresh token that stays gives an access token each time. If an answer is lost, no client has its token. */
  const useKept: Step = async (family) => {
    const [token = ""] = family.refreshTokens;
    const { form, headers } = await keptUse(client(), ISSUER, token);
    const answer = await ask("strict", TOKEN, form, headers);
    if (answer === null) return true;
    if (answer.status !== 200) return unexpected("a refresh token that stays is refused", answer);
    if (answer.body.refresh_token !== token) return unexpected("a refresh token that stays does not", answer);
    ledger.keep(family, answer.body);
    return acknowledge();
  };

  /** Repeats the last refresh: it must get the same tokens, and never a second branch. */
  const refreshOnceMore: Step = async (family) => {
    const [used = "", successor] = family.refreshTokens.slice(-2);
    const answer = await ask("web", TOKEN, refreshForm(used));
    // It stores nothing, so losing its answer changes nothing.
    if (answer === null) return true;
    if (answer.status !== 200) return unexpected("a retry within the window is refused", answer);
    if (answer.body.refresh_token !== successor) return unexpected("a retry makes a second branch", answer);
    if (answer.body.access_token !== family.accessTokens.at(-1))
      return unexpected("a retry makes another access token", answer);
    return acknowledge();
  };

  /** A use that must be refused, and that ends the family if it was alive. */
  const replay =
    (what: string, form: (family: Family) => Record<string, string>): Step =>
    async (family) => {
      const answer = await ask("web", TOKEN, form(family));
      if (answer === null) {
        ledger.noteAll(family, "unsure");
        return false;
      }
      ledger.noteAll(family, "ended");
      return isRefused(answer) ? acknowledge() : unexpected(`${what} works again`, answer);
    };

  return {
    /** A token for the client itself. If its answer is lost, no client has it. */
    issue: (async (family) => {
      const answer = await ask("service", TOKEN, CLIENT_CREDENTIALS_FORM);
      if (answer === null) return true;
      if (answer.status !== 200) return unexpected("a client gets no token", answer);
      ledger.keep(family, answer.body);
      return acknowledge();
    }) satisfies Step,
    redeem,
    refresh,
    refreshOnceMore,
    useKept,
    replayCode: replay("a used code", redemptionOf),
    /** A refresh token whose successor was used too. */
    replayRefresh: replay("a refresh token that was used long ago", ({ refreshTokens }) =>
      refreshForm(refreshTokens.at(-3) ?? ""),
    ),
    refreshEnded: replay("a refresh token that ended", ({ refreshTokens }) =>
      refreshForm(refreshTokens.at(-1) ?? ""),
    ),

    revokeAccessToken:
      (token: string): Step =>
      async ({ client }) => {
        const answer = await ask(client, REVOKE, { token }, ...credentialsOf(client));
        ledger.note(token, answer === null ? "unsure" : "ended");
        if (answer === null) return false;
        return answer.status === 200 ? acknowledge() : unexpected("a revocation fails", answer);
      },

    revokeGrant: (async (family) => {
      const { client, refreshTokens } = family;
      const form = { token: refreshTokens.at(-1) ?? "" };
      const answer = await ask(client, REVOKE, form, ...credentialsOf(client));
      ledger.noteAll(family, answer === null ? "unsure" : "ended");
      if (answer === null) return false;
      return answer.status === 200 ? acknowledge() : unexpected("a revocation fails", answer);
    }) satisfies Step,

    /** Asks about a token. False if there was no answer. */
    async introspect({ client }: Family, token: string): Promise<boolean> {
      const answer = await ask(client, INTROSPECT, { token }, ...credentialsOf(client));
      if (answer === null) return false;
      if (answer.status !== 200 || typeof answer.body.active !== "boolean") {
        return unexpected("an introspection fails", answer);
      }
      ledger.compare(token, answer.body.active);
      return true;
    },
  };
}

const redemptionOf = ({ code }: Family) => codeForm(code ?? "", "https://mail.example/callback");
