/** @jsxImportSource hono/jsx */
/** How the server fares. */
import type { CheckResult } from "../../operations/checks/index.ts";
import { checkServer } from "../../operations/management/first-steps.ts";
import { findHealth, MOST_COUNTED } from "../../operations/management/server.ts";
import { displayText } from "../../pages/display.ts";
import { Note } from "../../pages/layout.tsx";
import { moment } from "../../pages/time.ts";
import { isAllowed } from "../../rules/role.ts";
import { ConsoleLayout } from "../layout.tsx";
import type { ConsoleCall, ConsolePage } from "../page.ts";
import { ActButton, Facts } from "../parts.tsx";
import { Checks } from "../start/checks.tsx";
import { wordsFor } from "../texts.ts";
import { SERVER_WORDS } from "./texts.ts";

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

function bytesText(bytes: number | null): string | null {
  if (bytes === null) return null;
  const place = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  return `${(bytes / 1000 ** place).toFixed(place === 0 ? 0 : 1)} ${UNITS[place]}`;
}

export const healthPage: ConsolePage = {
  path: "/admin/health",
  section: "health",
  needs: "server.read",
  show: (call) => page(call, null),
  acts: {
    check: {
      async carryOut(call) {
        return { shown: await page(call, await checkServer(call.context, call.authority)) };
      },
    },
  },
};

async function page({ context, frame, authority }: ConsoleCall, checks: readonly CheckResult[] | null) {
  const { health: words } = wordsFor(frame, SERVER_WORDS);
  const health = await findHealth(context, authority);
  const count = (number: number | null) => (number === null ? words.more(MOST_COUNTED) : String(number));
  const { facts } = words;
  const failing = health.mail?.failing ?? null;
  return (
    <ConsoleLayout frame={frame} title={words.title}>
      <section class="card">
        <h1>{words.title}</h1>
        <Note kind={health.isReady ? "good" : "bad"}>{health.isReady ? words.ready : words.notReady}</Note>
        <Facts
          facts={{
            [facts.version]: health.version,
            [facts.issuer]: <code>{health.issuer}</code>,
            [facts.database]: displayText(health.database.name, 300),
            [facts.size]: bytesText(health.database.bytes),
            [facts.free]: bytesText(health.database.freeBytes),
            [facts.people]: count(health.counts.people),
            [facts.clients]: count(health.counts.clients),
            [facts.grants]: count(health.counts.grants),
            [facts.mails]: health.mail === null ? words.noMail : String(health.mail.waiting),
            [facts.failing]:
              failing === null
                ? null
                : words.failing(moment(frame.language.tag, failing.since), displayText(failing.reason, 200)),
          }}
        />
      </section>
      <section class="card">
        <h2>{words.warningsTitle}</h2>
        {health.warnings.length === 0 ? (
          <p class="muted">{words.noWarnings}</p>
        ) : (
          <ul class="list">
            {health.warnings.map((warning) => (
              <li>
                <span aria-hidden="true">•</span>
                <span>{displayText(warning, 600)}</span>
              </li>
            ))}
          </ul>
        )}
      </section>
      {isAllowed(authority, "server.write") && (
        <section class="card">
          <h2>{words.checksTitle}</h2>
          <p class="muted">{words.checksLead}</p>
          {checks !== null && <Checks frame={frame} checks={checks} />}
          <ActButton frame={frame} act="check" words={words.check} />
        </section>
      )}
    </ConsoleLayout>
  );
}
