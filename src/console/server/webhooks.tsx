/** @jsxImportSource hono/jsx */
/** The webhooks of the configuration, what one of them heard, a test, and a delivery once more. */
import { readPage } from "../../api/list.ts";
import {
  listKnownDeliveries,
  listWebhooks,
  replayKnownDelivery,
  testKnownWebhook,
} from "../../operations/management/webhooks.ts";
import { deliveryName } from "../../operations/webhooks.ts";
import { displayText } from "../../pages/display.ts";
import { type Authority, isAllowed } from "../../rules/role.ts";
import { eventsOf, stateOf } from "../../rules/webhook.ts";
import type { WebhookDeliveryRecord } from "../../store/tables/waiting.ts";
import { type ConsoleFrame, ConsoleLayout } from "../layout.tsx";
import type { ConsolePage } from "../page.ts";
import { ActButton, At, Badge, More, Rows } from "../parts.tsx";
import { wordsFor } from "../texts.ts";
import { SERVER_WORDS } from "./texts.ts";

const PATH = "/admin/webhooks";

const KINDS = { waits: undefined, delivered: "good", failed: "bad" } as const;

interface DeliveriesProps {
  readonly frame: ConsoleFrame;
  readonly authority: Authority;
  readonly webhook: string;
  readonly rows: readonly WebhookDeliveryRecord[];
}

function Deliveries({ frame, authority, webhook, rows }: DeliveriesProps) {
  const { webhooks: words } = wordsFor(frame, SERVER_WORDS);
  const { at, event, state, attempts, fault } = words.deliveryHeads;
  return (
    <Rows
      label={words.deliveriesTitle(webhook)}
      heads={[at, event, state, attempts, fault, ""]}
      rows={rows.map((row) => [
        <At frame={frame} at={row.createdAt} />,
        <code>{row.type}</code>,
        <Badge kind={KINDS[stateOf(row)]} words={words.states[stateOf(row)]} />,
        String(row.attempts),
        row.lastFault === null ? "" : <code>{displayText(row.lastFault, 100)}</code>,
        isAllowed(authority, "server.write") ? (
          <ActButton
            frame={frame}
            act="replay"
            values={{ webhook, delivery: deliveryName(row) }}
            words={words.replay}
          />
        ) : (
          ""
        ),
      ])}
    />
  );
}

export const webhooksPage: ConsolePage = {
  path: PATH,
  section: "webhooks",
  needs: "server.read",
  async show({ context, frame, authority, query }) {
    const { webhooks: words } = wordsFor(frame, SERVER_WORDS);
    const webhooks = listWebhooks(context, authority);
    const wanted = query.get("webhook");
    const chosen = webhooks.find(({ name }) => name === wanted) ?? webhooks[0];
    const found =
      chosen &&
      (await readPage<WebhookDeliveryRecord>({
        keys: context.keys,
        path: PATH,
        query: { webhook: chosen.name, cursor: query.get("cursor") ?? undefined },
        placeOf: ({ id }) => ({ id }),
        rows: (page) => listKnownDeliveries(context, authority, chosen.name, page),
      }));
    const { name, url, events } = words.heads;
    return (
      <ConsoleLayout frame={frame} title={words.title}>
        <section class="card">
          <h1>{words.title}</h1>
          <p class="muted">{words.lead}</p>
          {webhooks.length === 0 ? (
            <p>{words.none}</p>
          ) : (
            <Rows
              label={words.title}
              heads={[name, url, events, ""]}
              rows={webhooks.map((each) => [
                <a href={frame.path(PATH, { webhook: each.name })}>{each.name}</a>,
                <bdi>{displayText(each.url, 300)}</bdi>,
                words.events(eventsOf(each.events).size),
                isAllowed(authority, "server.write") ? (
                  <ActButton frame={frame} act="test" values={{ webhook: each.name }} words={words.test} />
                ) : (
                  ""
                ),
              ])}
            />
          )}
        </section>
        {chosen && found && (
          <section class="card">
            <h2>{words.deliveriesTitle(chosen.name)}</h2>
            {found.shown.length === 0 ? (
              <p>{words.noDeliveries}</p>
            ) : (
              <Deliveries frame={frame} authority={authority} webhook={chosen.name} rows={found.shown} />
            )}
            <More
              frame={frame}
              path={PATH}
              query={{ webhook: chosen.name, cursor: query.get("cursor") }}
              next={found.next}
            />
          </section>
        )}
      </ConsoleLayout>
    );
  },
  acts: {
    test: {
      async carryOut({ context, authority, frame }, form) {
        const webhook = form.required("webhook");
        return done(frame, webhook, await testKnownWebhook(context, authority, webhook));
      },
    },
    replay: {
      async carryOut({ context, authority, frame }, form) {
        const webhook = form.required("webhook");
        const delivery = form.required("delivery");
        return done(frame, webhook, await replayKnownDelivery(context, authority, webhook, delivery));
      },
    },
  },
};

function done(frame: ConsoleFrame, webhook: string, sent: WebhookDeliveryRecord) {
  const { webhooks: words } = wordsFor(frame, SERVER_WORDS);
  const notice =
    stateOf(sent) === "delivered" ? words.taken(sent.type) : words.notTaken(sent.type, sent.lastFault ?? "");
  return { to: PATH, query: { webhook }, notice } as const;
}
