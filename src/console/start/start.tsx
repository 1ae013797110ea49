/** @jsxImportSource hono/jsx */
/** The first steps: from a new server to a signed-in application. One step is open at a time; the others are a link away. */
import { MAIL_PORTS } from "../../configuration/mail-schema.ts";
import type { CheckResult } from "../../operations/checks/index.ts";
import type { MailTest } from "../../operations/mail-test.ts";
import {
  checkAddress,
  type FirstSteps,
  findFirstSteps,
  putFirstStepsAway,
  tryMail,
} from "../../operations/management/first-steps.ts";
import { displayText } from "../../pages/display.ts";
import { Field, Note } from "../../pages/layout.tsx";
import type { View } from "../../pages/respond.tsx";
import { Icon } from "../../pages/views/icons.tsx";
import { isMailAddress } from "../../platform/mailbox.ts";
import { isAllowed } from "../../rules/role.ts";
import type { ClientRecord } from "../../store/tables/clients.ts";
import { type ConsoleFrame, ConsoleLayout } from "../layout.tsx";
import { type ConsoleCall, ConsoleFault, type ConsolePage } from "../page.ts";
import { ActButton, ActForm } from "../parts.tsx";
import { wordsFor } from "../texts.ts";
import { Checks } from "./checks.tsx";
import { START_WORDS } from "./texts.ts";

export const START_PATH = "/admin/start";

const STEPS = ["address", "mail", "app", "sign_in"] as const;
type Step = (typeof STEPS)[number];

/** The step that the reader asks for; the first by default. */
const stepOf = (text: string | null): Step => STEPS.find((step) => step === text) ?? STEPS[0];

const isDone = (steps: FirstSteps): Readonly<Record<Step, boolean>> => ({
  // It is checked when its step is open, and shows what it found there.
  address: false,
  mail: steps.sendsMail,
  app: steps.application !== null,
  sign_in: steps.isUsed,
});

/** The step that the overview leads to: the first that something is left to do in. */
export const stepToDo = (steps: FirstSteps): Step => (steps.application === null ? "address" : "sign_in");

/** What a step shows beside its own words. */
interface Shown {
  readonly checks?: readonly CheckResult[];
  readonly mailTest?: { readonly address: string; readonly test: MailTest };
  readonly typed?: string;
}

async function page(call: ConsoleCall, step: Step, shown: Shown = {}): Promise<View> {
  const { context, authority, frame } = call;
  const steps = await findFirstSteps(context, authority);
  const words = wordsFor(frame, START_WORDS);
  const done = isDone(steps);
  const next = STEPS[STEPS.indexOf(step) + 1];
  const mayWrite = isAllowed(authority, "server.write");
  return (
    <ConsoleLayout frame={frame} title={words.title}>
      <section class="card">
        <h1>{words.title}</h1>
        <p class="muted">{words.lead}</p>
        <nav aria-label={words.progress}>
          <ol class="first-steps">
            {STEPS.map((each) => (
              <li>
                <a
                  href={frame.path(START_PATH, { step: each })}
                  aria-current={each === step ? "step" : undefined}
                >
                  {done[each] && <Icon name="check" />}
                  <span>{words.steps[each]}</span>
                  {done[each] && <span class="hidden">({words.done})</span>}
                </a>
              </li>
            ))}
          </ol>
        </nav>
      </section>
      <section class="card" aria-labelledby="step">
        <h2 id="step">{words.steps[step]}</h2>
        {step === "address" && <AddressStep frame={frame} checks={shown.checks ?? []} />}
        {step === "mail" && <MailStep call={call} shown={shown} mayWrite={mayWrite} />}
        {step === "app" && <AppStep frame={frame} steps={steps} />}
        {step === "sign_in" && <SignInStep frame={frame} steps={steps} />}
        <p class="links">
          {next !== undefined && (
            <a
              class={step === "address" ? "button main" : undefined}
              href={frame.path(START_PATH, { step: next })}
            >
              {done[step] || step === "address" ? words.next : words.skip}
            </a>
          )}
          <a href={frame.path("/admin")}>{words.overview}</a>
        </p>
      </section>
      {mayWrite && !steps.isPutAway && !steps.isUsed && (
        <ActButton frame={frame} act="put_away" words={words.putAway} />
      )}
    </ConsoleLayout>
  );
}

function AddressStep({ frame, checks }: { frame: ConsoleFrame; checks: readonly CheckResult[] }) {
  const { address: words } = wordsFor(frame, START_WORDS);
  const isGood = checks.every(({ state }) => state !== "warning" && state !== "failure");
  return (
    <>
      <p class="muted">{words.lead(frame.issuerOrigin)}</p>
      <Note kind={isGood ? "good" : "bad"}>{isGood ? words.good : words.bad}</Note>
      <h3>{words.checks}</h3>
      <Checks frame={frame} checks={checks} />
      <p class="small muted">{words.fixed}</p>
      <p>
        <a class="button other small-button" href={frame.path(START_PATH, { step: "address" })}>
          {words.again}
        </a>
      </p>
    </>
  );
}

const MAIL_EXAMPLE = `[mail]
host = "smtp.example.org"
port = ${MAIL_PORTS.starttls}
security = "starttls"
from = "Example <auth@example.org>"
user = "auth@example.org"
password = { env = "MAIL_PASSWORD" }`;

function MailStep({ call, shown, mayWrite }: { call: ConsoleCall; shown: Shown; mayWrite: boolean }) {
  const { frame, context, signedIn } = call;
  const { mail: words } = wordsFor(frame, START_WORDS);
  const { mail } = context.configuration;
  if (mail === undefined) {
    return (
      <>
        <p class="muted">{words.lead}</p>
        <p>{words.off}</p>
        <p>{words.how}</p>
        <pre>
          <code>{MAIL_EXAMPLE}</code>
        </pre>
        <p class="small muted">{words.example} docs/mail.md</p>
      </>
    );
  }
  const { mailTest } = shown;
  return (
    <>
      <p class="muted">{words.lead}</p>
      <p>{words.on(mail.host, displayText(mail.from, 200))}</p>
      {mailTest && <MailResult frame={frame} {...mailTest} />}
      {mayWrite && (
        <ActForm frame={frame} act="test_mail" to={frame.path(START_PATH, { step: "mail" })}>
          <Field
            id="address"
            label={words.address}
            autocomplete="email"
            maxlength={320}
            value={displayText(shown.typed ?? signedIn.account.email ?? "", 320)}
          />
          <button class="main" type="submit">
            {words.send}
          </button>
        </ActForm>
      )}
    </>
  );
}

function MailResult({ frame, address, test }: { frame: ConsoleFrame; address: string; test: MailTest }) {
  const { mail: words } = wordsFor(frame, START_WORDS);
  return (
    <div class="stack" role="status">
      <Note kind={test.sent ? "good" : "bad"}>
        {test.sent ? words.sent(displayText(address, 320)) : words.notSent}
      </Note>
      <dl class="facts">
        {test.reply !== null && (
          <div>
            <dt>{words.reply}</dt>
            <dd lang="en">{displayText(test.reply, 500)}</dd>
          </div>
        )}
        {!test.sent && test.reply === null && (
          <div>
            <dt>{words.happened}</dt>
            <dd lang="en">{displayText(test.message, 500)}</dd>
          </div>
        )}
        {!test.sent && (
          <div>
            <dt>{words.advice}</dt>
            <dd lang="en">{displayText(test.advice, 600)}</dd>
          </div>
        )}
      </dl>
      <h3>{words.steps}</h3>
      <ul class="checks">
        {test.steps.map(({ outcome, words: what }) => (
          <li class={outcome === "done" ? "good" : "bad"}>
            <Icon name={outcome === "done" ? "check" : "cross"} />
            <p class="small">
              <span lang="en">{displayText(what, 300)}</span>{" "}
              <span class="muted">{outcome === "done" ? words.stepDone : words.stepFailed}</span>
            </p>
          </li>
        ))}
      </ul>
    </div>
  );
}

const nameOf = ({ clientName, clientId }: ClientRecord): string => displayText(clientName ?? clientId, 200);

function AppStep({ frame, steps: { application } }: { frame: ConsoleFrame; steps: FirstSteps }) {
  const { app: words } = wordsFor(frame, START_WORDS);
  return (
    <>
      {application !== null && <Note kind="good">{words.has(nameOf(application))}</Note>}
      <p class="muted">{words.lead}</p>
      <p>
        <a class={application === null ? "button main" : "button other"} href={frame.path("/admin/apps/new")}>
          {application === null ? words.open : words.another}
        </a>
      </p>
    </>
  );
}

function SignInStep({ frame, steps }: { frame: ConsoleFrame; steps: FirstSteps }) {
  const { signIn: words, app } = wordsFor(frame, START_WORDS);
  const { application, address, isUsed } = steps;
  if (application === null) {
    return (
      <>
        <p>{words.none}</p>
        <p>
          <a class="button main" href={frame.path("/admin/apps/new")}>
            {app.open}
          </a>
        </p>
      </>
    );
  }
  const name = nameOf(application);
  return (
    <>
      {isUsed ? (
        <Note kind="good">{words.done(name)}</Note>
      ) : (
        <p class="muted">{address === null ? words.unknown(name) : words.lead(name)}</p>
      )}
      <p class="buttons">
        {address !== null && (
          <a class={isUsed ? "button other" : "button main"} href={address} target="_blank" rel="noopener">
            {words.open(name)} <span class="hidden">({words.newTab})</span>
          </a>
        )}
        {!isUsed && (
          <a class="button other" href={frame.path(START_PATH, { step: "sign_in" })}>
            {words.check}
          </a>
        )}
        {isUsed && (
          <a class="button main" href={frame.path("/admin/people/new")}>
            {words.people}
          </a>
        )}
      </p>
      {!isUsed && <p class="small muted">{words.notYet(name)}</p>}
    </>
  );
}

export const startPage: ConsolePage = {
  path: START_PATH,
  section: "overview",
  needs: "server.read",
  async show(call, typed) {
    const step = stepOf(call.query.get("step"));
    const { context, authority } = call;
    const address = typed.get("address");
    return page(call, step, {
      ...(step === "address" && { checks: await checkAddress(context, authority) }),
      ...(address !== undefined && { typed: address }),
    });
  },
  acts: {
    test_mail: {
      async carryOut(call, form) {
        const { context, authority, frame } = call;
        const { mail: words } = wordsFor(frame, START_WORDS);
        const address = (form.get("address") ?? "").trim();
        if (!isMailAddress(address)) throw new ConsoleFault(words.malformed);
        const test = await tryMail(context, authority, address, frame.language.tag);
        if (test === null) return { to: START_PATH, query: { step: "mail" }, notice: words.off };
        return { shown: await page(call, "mail", { mailTest: { address, test }, typed: address }) };
      },
    },
    put_away: {
      async carryOut({ context, authority, frame }) {
        await putFirstStepsAway(context, authority);
        return { to: "/admin", notice: wordsFor(frame, START_WORDS).putAwayDone };
      },
    },
  },
};
