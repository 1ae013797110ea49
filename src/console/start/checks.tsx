/** @jsxImportSource hono/jsx */
/** What was checked of the deployment, each with its cure. */

import type { CheckState } from "../../operations/checks/check.ts";
import type { CheckResult } from "../../operations/checks/index.ts";
import { displayText } from "../../pages/display.ts";
import { Icon, type IconName } from "../../pages/views/icons.tsx";
import type { ConsoleFrame } from "../layout.tsx";
import { wordsFor } from "../texts.ts";
import { START_WORDS } from "./texts.ts";

const SIGNS: Readonly<Record<CheckState, { readonly icon: IconName; readonly kind: string }>> = {
  ok: { icon: "check", kind: "good" },
  note: { icon: "dot", kind: "" },
  warning: { icon: "alert", kind: "warn" },
  failure: { icon: "cross", kind: "bad" },
  skipped: { icon: "minus", kind: "" },
};

export function Checks({ frame, checks }: { frame: ConsoleFrame; checks: readonly CheckResult[] }) {
  const { address: words } = wordsFor(frame, START_WORDS);
  return (
    <ul class="checks">
      {checks.map(({ id, title, state, findings }) => (
        <li class={SIGNS[state].kind}>
          <Icon name={SIGNS[state].icon} />
          <div>
            <p>
              <strong lang={words.titles[id] === undefined ? "en" : undefined}>
                {words.titles[id] ?? title}
              </strong>{" "}
              <span class="muted small">{words.states[state]}</span>
            </p>
            {findings.map((finding) => (
              <>
                <p class="small" lang="en">
                  {displayText(finding.words, 600)}
                </p>
                {finding.cure !== null && (
                  <p class="small">
                    <strong>{words.cure}</strong> <span lang="en">{displayText(finding.cure, 600)}</span>
                  </p>
                )}
              </>
            ))}
          </div>
        </li>
      ))}
    </ul>
  );
}
