/** @jsxImportSource hono/jsx */
/** The keys that sign tokens. */
import { listSigningKeys, retireManagedKey, rotateManagedKey } from "../../operations/management/keys.ts";
import { displayText } from "../../pages/display.ts";
import { Box } from "../../pages/layout.tsx";
import { OAuthError } from "../../protocol/errors.ts";
import { isAllowed } from "../../rules/role.ts";
import { ConsoleLayout } from "../layout.tsx";
import type { ConsolePage } from "../page.ts";
import { At, Badge, Danger, Rows } from "../parts.tsx";
import { wordsFor } from "../texts.ts";
import { SERVER_WORDS } from "./texts.ts";

const PATH = "/admin/keys";

export const keysPage: ConsolePage = {
  path: PATH,
  section: "keys",
  needs: "server.read",
  async show({ context, frame, authority }) {
    const { keys: words } = wordsFor(frame, SERVER_WORDS);
    const keys = await listSigningKeys(context, authority);
    const { key, algorithm, state, from, until } = words.heads;
    return (
      <ConsoleLayout frame={frame} title={words.title}>
        <section class="card">
          <h1>{words.title}</h1>
          <p class="muted">{words.lead}</p>
          {keys.length === 0 && <p>{words.none}</p>}
          <Rows
            label={words.label}
            heads={[key, algorithm, state, from, until]}
            rows={keys.map(({ key: each, state: now }) => [
              <>
                <code>{each.kid}</code>
                {each.file !== undefined && (
                  <span class="muted small"> {words.fromFile(displayText(each.file, 300))}</span>
                )}
              </>,
              each.algorithm,
              <Badge kind={now === "current" ? "good" : undefined} words={words.states[now] ?? now} />,
              <At frame={frame} at={each.signsFrom} />,
              each.publishedUntil === null ? "" : <At frame={frame} at={each.publishedUntil} />,
            ])}
          />
        </section>
        {isAllowed(authority, "server.write") && (
          <section class="card">
            <Danger
              frame={frame}
              act="rotate"
              title={words.rotateTitle}
              about={words.rotateAbout}
              words={words.rotate}
            >
              <Choice
                name="algorithm"
                label={words.algorithm}
                values={context.configuration.signing.algorithms}
              />
              <Box name="at_once" value="1" words={words.atOnce} />
            </Danger>
            <Danger
              frame={frame}
              act="retire"
              title={words.retireTitle}
              about={words.retireAbout}
              words={words.retire}
            >
              <Choice name="kid" label={key} values={keys.map(({ key: each }) => each.kid)} />
            </Danger>
          </section>
        )}
      </ConsoleLayout>
    );
  },
  acts: {
    rotate: {
      recent: true,
      async carryOut({ context, authority, frame }, form) {
        const wanted = form.required("algorithm");
        const algorithm = context.configuration.signing.algorithms.find((each) => each === wanted);
        if (algorithm === undefined) throw new OAuthError("parameter_invalid");
        const key = await rotateManagedKey(context, authority, algorithm, {
          atOnce: form.get("at_once") !== undefined,
        });
        return { to: PATH, notice: wordsFor(frame, SERVER_WORDS).keys.rotated(key.kid) };
      },
    },
    retire: {
      recent: true,
      async carryOut({ context, authority, frame }, form) {
        const kid = form.required("kid");
        await retireManagedKey(context, authority, kid);
        return { to: PATH, notice: wordsFor(frame, SERVER_WORDS).keys.retired(kid) };
      },
    },
  },
};

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly values: readonly string[];
}

const Choice = ({ name, label, values }: ChoiceProps) => (
  <div class="field">
    <label for={name}>{label}</label>
    <select id={name} name={name}>
      {values.map((value) => (
        <option value={value}>{value}</option>
      ))}
    </select>
  </div>
);
