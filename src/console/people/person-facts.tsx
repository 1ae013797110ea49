/** @jsxImportSource hono/jsx */
/** What applications can be told of a person beside name, address and groups: the facts of OpenID Connect, attributes, the picture. */

import type { PersonWish } from "../../operations/management/people.ts";
import {
  PictureRefused,
  removePersonPicture,
  setPersonPicture,
} from "../../operations/management/pictures.ts";
import { changesTo, type FactField, factOf, isAllowed, typedValue } from "../../operations/own-facts.ts";
import { FORM_TOKEN } from "../../pages/forms.ts";
import { Box, Field, Hidden } from "../../pages/layout.tsx";
import { pagePath } from "../../pages/urls.ts";
import { Icon } from "../../pages/views/icons.tsx";
import { type FactValue, readFactValue } from "../../protocol/fact-value.ts";
import type { Parameters } from "../../protocol/parameters.ts";
import { PICTURE_PATH, pictureQuery } from "../../rules/picture.ts";
import type { AccountRecord } from "../../store/tables/people.ts";
import { Lines, valuesOf } from "../fields.tsx";
import type { ConsoleFrame } from "../layout.tsx";
import { type ConsoleAct, type ConsoleCall, ConsoleFault, type Typed } from "../page.ts";
import { ActButton, ActForm, Facts } from "../parts.tsx";
import { CONSOLE_WORDS, wordsFor } from "../texts.ts";
import { PEOPLE_WORDS } from "./texts.ts";

interface FactsProps {
  readonly call: ConsoleCall;
  readonly account: AccountRecord;
}

/** In the order of the form; two that belong together are side by side. */
const FIELDS = [
  ["given_name", "family_name"],
  ["middle_name", "nickname"],
  ["gender", "birthdate"],
  ["locale", "zoneinfo"],
  ["website", "profile"],
  ["street_address", "postal_code"],
  ["locality", "region"],
  ["country", "phone_number"],
] as const satisfies readonly (readonly FactField[])[];

const EVERY_FIELD = FIELDS.flat();

/** The words of the page of the account, but for those that speak to the person. */
const labelsFor = (frame: ConsoleFrame) => {
  const own: Readonly<Record<string, string>> = wordsFor(frame, PEOPLE_WORDS).labels;
  return (field: FactField): string => own[field] ?? frame.texts.account.facts[field].label;
};

// ── What is known ──────────────────────────────────────────────────────────────────────────────────────────

/** For those who change nothing. Nothing at all if nothing is known. */
export function KnownFacts({ call: { frame }, account }: FactsProps) {
  const words = wordsFor(frame, PEOPLE_WORDS);
  const labelOf = labelsFor(frame);
  const facts = EVERY_FIELD.map((field) => [labelOf(field), factOf(account, field)] as const);
  const attributes = attributeLines(account);
  if (attributes === "" && facts.every(([, value]) => value === "")) return null;
  return (
    <section class="card">
      <h2>{words.facts.more}</h2>
      <Facts
        facts={{
          ...Object.fromEntries(facts.map(([label, value]) => [label, value && <bdi>{value}</bdi>])),
          [words.attributes]: attributes && <code>{attributes.replaceAll("\n", ", ")}</code>,
        }}
      />
    </section>
  );
}

// ── The form ───────────────────────────────────────────────────────────────────────────────────────────────

export function EditFacts({ call: { frame }, account, typed }: FactsProps & { readonly typed: Typed }) {
  const words = wordsFor(frame, PEOPLE_WORDS);
  const labelOf = labelsFor(frame);
  const { text, isTicked } = valuesOf(typed, "facts");
  return (
    <details class="card fold" open={typed.get("act") === "facts"}>
      <summary>
        <h2>{words.facts.more}</h2>
        <Icon name="down" />
      </summary>
      <ActForm frame={frame} act="facts" values={{ revision: String(account.revision) }}>
        {FIELDS.map((pair) => (
          <div class="pair">
            {pair.map((field) => (
              <Field
                id={field}
                label={labelOf(field)}
                autocomplete="off"
                required={false}
                maxlength={1000}
                value={text(field, factOf(account, field))}
              />
            ))}
          </div>
        ))}
        <Box
          name="phone_verified"
          value="1"
          words={words.phoneVerified}
          checked={isTicked("phone_verified", account.profile.phone_number_verified === true)}
        />
        <Lines
          id="attributes"
          label={words.attributes}
          hint={words.attributesHint}
          value={text("attributes", attributeLines(account))}
          rows={Math.min(10, Object.keys(account.attributes).length + 2)}
        />
        <button class="main" type="submit">
          {wordsFor(frame, CONSOLE_WORDS).save}
        </button>
      </ActForm>
    </details>
  );
}

/** A value as `readFactValue` reads it back. */
const writtenValue = (value: FactValue): string =>
  typeof value === "string" &&
  readFactValue(value) === value &&
  !/[\r\n]/.test(value) &&
  value.trim() === value
    ? value
    : JSON.stringify(value);

const attributeLines = ({ attributes }: AccountRecord): string =>
  Object.entries(attributes)
    .map(([name, value]) => `${name}=${writtenValue(value)}`)
    .join("\n");

/** Throws ConsoleFault for a field or a line that is not allowed. */
export function factsWish({ frame }: ConsoleCall, account: AccountRecord, form: Parameters): PersonWish {
  const words = wordsFor(frame, PEOPLE_WORDS);
  const labelOf = labelsFor(frame);
  const values = new Map<FactField, string>(
    EVERY_FIELD.map((field) => [field, typedValue(field, form.get(field) ?? "")]),
  );
  for (const [field, value] of values)
    if (!isAllowed(field, value))
      throw new ConsoleFault(`${labelOf(field)}: ${frame.texts.account.facts[field].refused}`);
  const { profile } = changesTo(account, values);
  const hasPhone = values.get("phone_number") !== "";
  return {
    profile: {
      ...profile,
      phone_number_verified: hasPhone ? form.get("phone_verified") !== undefined : null,
    },
    attributes: attributesIn(form.get("attributes") ?? "", account, words.attributeWrong),
  };
}

/** What the lines say, and null for what stands there no more. */
function attributesIn(
  text: string,
  account: AccountRecord,
  wrong: (line: string) => string,
): NonNullable<PersonWish["attributes"]> {
  const found = new Map<string, FactValue | null>(
    Object.keys(account.attributes).map((name) => [name, null]),
  );
  for (const line of text.normalize("NFC").split(/\r\n|\r|\n/)) {
    if (line.trim() === "") continue;
    const equals = line.indexOf("=");
    const value = equals < 1 ? null : readFactValue(line.slice(equals + 1).trim());
    if (value === null) throw new ConsoleFault(wrong(line.trim().slice(0, 100)));
    found.set(line.slice(0, equals).trim(), value);
  }
  return Object.fromEntries(found);
}

// ── The picture ────────────────────────────────────────────────────────────────────────────────────────────

export const PICTURE_FIELD = "picture";

export function Picture({
  call: { context, frame },
  account,
  mayChange,
}: FactsProps & { mayChange: boolean }) {
  const { account: words } = frame.texts;
  const { pictureId } = account;
  if (pictureId === null && !mayChange) return null;
  const megabytes = Math.floor(context.pictures.limitBytes / 100_000) / 10;
  return (
    <section class="card" aria-labelledby="picture-title">
      <h2 id="picture-title">{wordsFor(frame, PEOPLE_WORDS).picture}</h2>
      {pictureId !== null && (
        <img
          class="portrait"
          src={pagePath(context.issuer, PICTURE_PATH, pictureQuery(pictureId))}
          alt={wordsFor(frame, PEOPLE_WORDS).picture}
          width="96"
          height="96"
        />
      )}
      {mayChange && (
        <form method="post" action={frame.here} enctype="multipart/form-data" class="stack">
          <Hidden
            values={{ [FORM_TOKEN]: frame.token, act: "picture", revision: String(account.revision) }}
          />
          <div class="field">
            <label for={PICTURE_FIELD}>{wordsFor(frame, PEOPLE_WORDS).pictureFile}</label>
            <input
              id={PICTURE_FIELD}
              name={PICTURE_FIELD}
              type="file"
              accept="image/png,image/jpeg,image/webp"
              required
              aria-describedby="picture-hint"
            />
            <p class="hint" id="picture-hint">
              {words.pictureHint(megabytes)}
            </p>
          </div>
          <button class="other" type="submit">
            {words.pictureSave}
          </button>
        </form>
      )}
      {mayChange && pictureId !== null && (
        <ActButton frame={frame} act="remove_picture" words={words.pictureRemove} />
      )}
    </section>
  );
}

/** `subject`: of the person of the page. `done`: back to it. */
export const pictureActs = (
  subjectOf: (call: ConsoleCall) => string,
  done: (call: ConsoleCall) => ReturnType<ConsoleAct["carryOut"]>,
): Readonly<Record<"picture" | "remove_picture", ConsoleAct>> => ({
  picture: {
    async carryOut(call) {
      const { pictureFaults } = call.frame.texts.account;
      if (call.file === null) throw new ConsoleFault(pictureFaults.none);
      try {
        await setPersonPicture(call.context, call.authority, subjectOf(call), call.file);
      } catch (error) {
        if (!(error instanceof PictureRefused)) throw error;
        const { kind } = error;
        const megabytes = Math.floor(call.context.pictures.limitBytes / 100_000) / 10;
        throw new ConsoleFault(
          kind === "too_large" ? pictureFaults.too_large(megabytes) : pictureFaults[kind],
        );
      }
      return done(call);
    },
  },
  remove_picture: {
    async carryOut(call) {
      await removePersonPicture(call.context, call.authority, subjectOf(call));
      return done(call);
    },
  },
});
