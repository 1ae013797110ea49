/** @jsxImportSource hono/jsx */
/** The tab with the access that people gave an application. */
import { readPage } from "../../api/list.ts";
import {
  listKnownGrants,
  revokeClientAccess,
  revokeKnownGrant,
  showGrant,
} from "../../operations/management/access.ts";
import { findAccount } from "../../operations/people.ts";
import { displayText } from "../../pages/display.ts";
import { OAuthError } from "../../protocol/errors.ts";
import { isAllowed } from "../../rules/role.ts";
import type { GrantRecord } from "../../store/tables/grants.ts";
import { Danger, More, Rows } from "../parts.tsx";
import { TOKENS_PATH } from "../server/tokens.tsx";
import { wordsFor } from "../texts.ts";
import { grantCells, grantHeads } from "./grant-cells.tsx";
import { appName } from "./parts.tsx";
import { appPath } from "./paths.ts";
import { type AppCall, appTabPage, backTo } from "./tab.tsx";
import { TAB_WORDS } from "./texts-tabs.ts";

async function list({ context, authority, client, query }: AppCall) {
  const { shown, next } = await readPage<GrantRecord>({
    keys: context.keys,
    path: appPath(client.clientId, "grants"),
    query: { cursor: query.get("cursor") ?? undefined },
    placeOf: ({ id }) => ({ id }),
    rows: (page) => listKnownGrants(context, authority, { ...page, client: client.clientId }),
  });
  const people = await Promise.all(shown.map(({ subject }) => findAccount(context, subject)));
  return { grants: shown.map((grant, place) => ({ grant, account: people[place] ?? null })), next };
}

type Listed = Awaited<ReturnType<typeof list>>["grants"];

export const grantsPage = appTabPage({
  tab: "grants",
  async show(call) {
    const { frame, authority, client, mayAct, query } = call;
    const words = wordsFor(frame, TAB_WORDS);
    const { grants, next } = await list(call);
    return (
      <>
        <section class="card">
          <h2>{words.liveGrants}</h2>
          <p class="muted">{words.grantsAbout}</p>
          {grants.length === 0 ? (
            <p>{words.noGrants}</p>
          ) : (
            <Grants call={call} grants={grants} mayRevoke={isAllowed(authority, "people.write")} />
          )}
          <More
            frame={frame}
            path={appPath(client.clientId, "grants")}
            query={{ cursor: query.get("cursor") }}
            next={next}
          />
        </section>
        <section class="card">
          <p class="links">
            <a href={frame.path(TOKENS_PATH, { client: client.clientId })}>{words.liveTokens}</a>
          </p>
        </section>
        {mayAct && (
          <section class="card">
            <Danger
              frame={frame}
              act="revoke_all"
              title={words.revokeAllTitle}
              about={words.revokeAllAbout}
              words={words.revokeAll}
            />
          </section>
        )}
      </>
    );
  },
  acts: {
    revoke: {
      async carryOut(call, form) {
        const { context, authority, frame, client } = call;
        const id = form.required("grant");
        const grant = await showGrant(context, authority, id);
        if (grant.clientId !== client.clientId) throw new OAuthError("object_unknown");
        await revokeKnownGrant(context, authority, id);
        return backTo(call, "grants", wordsFor(frame, TAB_WORDS).revoked);
      },
    },
    revoke_all: {
      async carryOut(call) {
        const { context, authority, frame, client } = call;
        await revokeClientAccess(context, authority, client.clientId);
        return backTo(call, "grants", wordsFor(frame, TAB_WORDS).revokedAll(appName(frame, client)));
      },
    },
  },
});

interface GrantsProps {
  readonly call: AppCall;
  readonly grants: Listed;
  readonly mayRevoke: boolean;
}

function Grants({ call: { frame, context }, grants, mayRevoke }: GrantsProps) {
  const words = wordsFor(frame, TAB_WORDS);
  return (
    <Rows
      label={words.liveGrants}
      heads={[words.grantHeads.person, ...grantHeads(frame, mayRevoke)]}
      rows={grants.map(({ grant, account }) => [
        account === null ? (
          words.gone
        ) : (
          <a href={frame.path(`/admin/people/${grant.subject}`)}>
            <bdi>{displayText(account.name ?? account.username, 200)}</bdi>
          </a>
        ),
        ...grantCells(frame, context, grant, mayRevoke),
      ])}
    />
  );
}
