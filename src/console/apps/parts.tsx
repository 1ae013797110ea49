/** @jsxImportSource hono/jsx */
/** What several pages about applications show of one. */
import { nameInLanguage } from "../../clients/localized.ts";
import { displayText } from "../../pages/display.ts";
import type { ClientRecord } from "../../store/tables/clients.ts";
import type { ConsoleFrame } from "../layout.tsx";
import { Badge } from "../parts.tsx";
import { wordsFor } from "../texts.ts";
import { APP_WORDS } from "./texts.ts";

/** In the language of the page if the application has one in it. */
export const appName = (
  frame: ConsoleFrame,
  client: Pick<ClientRecord, "clientId" | "clientName" | "localized">,
): string =>
  displayText(nameInLanguage(client, frame.texts.language) ?? "", 100) || displayText(client.clientId, 200);

export function AppState({ frame, client }: { frame: ConsoleFrame; client: ClientRecord }) {
  const { states } = wordsFor(frame, APP_WORDS);
  const { disabledAt, disabledBy, usedAt } = client;
  if (disabledAt !== null) return <Badge kind="bad" words={disabledWords(disabledBy, states)} />;
  return usedAt === null ? <Badge words={states.unused} /> : <Badge kind="good" words={states.active} />;
}

const disabledWords = (
  by: ClientRecord["disabledBy"],
  states: { readonly leftOut: string; readonly blocked: string; readonly disabled: string },
): string => (by === "left_out" ? states.leftOut : by === "blocked" ? states.blocked : states.disabled);

/** Texts of the protocol, one below the other. */
export const Codes = ({ values }: { values: readonly string[] }) => (
  <ul class="values">
    {values.map((value) => (
      <li>
        <code>{displayText(value, 300)}</code>
      </li>
    ))}
  </ul>
);

/** As a fact, which is left out if there are none. */
export const codesOf = (values: readonly string[] = []) =>
  values.length === 0 ? null : <Codes values={values} />;
