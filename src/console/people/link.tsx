/** @jsxImportSource hono/jsx */
/** A link for a person, shown once, with its QR code. */

import { QrCode } from "../../pages/qr.tsx";
import type { View } from "../../pages/respond.tsx";
import type { EpochSeconds } from "../../platform/clock.ts";
import type { AccountRecord } from "../../store/tables/people.ts";
import { type ConsoleFrame, ConsoleLayout } from "../layout.tsx";
import { At, Once } from "../parts.tsx";
import { wordsFor } from "../texts.ts";
import { nameOf } from "./person-sections.tsx";
import { PEOPLE_WORDS } from "./texts.ts";

export function linkPage(
  frame: ConsoleFrame,
  account: AccountRecord,
  address: string,
  expiresAt: EpochSeconds,
): View {
  const words = wordsFor(frame, PEOPLE_WORDS);
  const path = `/admin/people/${account.subject}` as const;
  return (
    <ConsoleLayout
      frame={frame}
      title={words.linkReady(nameOf(account))}
      up={{ path, words: words.backTo(nameOf(account)) }}
    >
      <section class="card">
        <h1>{words.linkReady(nameOf(account))}</h1>
        <p>
          {words.linkUntil} <At frame={frame} at={expiresAt} />. {words.handOver}
        </p>
        <Once frame={frame} text={address} />
        <QrCode text={address} label={words.qr} />
      </section>
    </ConsoleLayout>
  );
}
