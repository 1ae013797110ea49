/** @jsxImportSource hono/jsx */
/** What a grant gives, in the tables of an application and of a person. */
import { recordIdText } from "../../credentials/credential.ts";
import type { Context } from "../../operations/context.ts";
import { detailWords } from "../../pages/details.ts";
import { displayText } from "../../pages/display.ts";
import { DetailList } from "../../pages/views/details.tsx";
import type { GrantRecord } from "../../store/tables/grants.ts";
import type { ConsoleFrame } from "../layout.tsx";
import { ActButton, At } from "../parts.tsx";
import { wordsFor } from "../texts.ts";
import { TAB_WORDS } from "./texts-tabs.ts";

/** The columns behind the one that says whose grant it is. */
export function grantHeads(frame: ConsoleFrame, mayRevoke: boolean): readonly string[] {
  const { since, via, scope, until } = wordsFor(frame, TAB_WORDS).grantHeads;
  return [since, via, scope, until, ...(mayRevoke ? [""] : [])];
}

export function grantCells(
  frame: ConsoleFrame,
  context: Pick<Context, "catalogue">,
  grant: GrantRecord,
  mayRevoke: boolean,
) {
  const words = wordsFor(frame, TAB_WORDS);
  return [
    <At frame={frame} at={grant.createdAt} />,
    words.vias[grant.via],
    <>
      <code>{displayText(grant.scope.join(" "), 300)}</code>
      <DetailList details={detailWords(context, frame.texts, grant.authorizationDetails)} />
    </>,
    grant.online ? words.withSession : <At frame={frame} at={grant.expiresAt} />,
    ...(mayRevoke
      ? [
          <ActButton
            frame={frame}
            act="revoke"
            values={{ grant: recordIdText(grant.id) }}
            words={words.revoke}
          />,
        ]
      : []),
  ];
}
