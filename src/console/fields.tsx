/** @jsxImportSource hono/jsx */
/** Fields that forms of the console have, beside those of all pages. */
import { displayText } from "../pages/display.ts";
import { Box } from "../pages/layout.tsx";
import type { Parameters } from "../protocol/parameters.ts";
import type { Typed } from "./page.ts";

interface LinesProps {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly rows?: number;
}

/** A field for several lines. */
export function Lines({ id, label, hint, value, rows = 3 }: LinesProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        name={id}
        rows={rows}
        dir="auto"
        autocapitalize="none"
        autocorrect="off"
        spellcheck={false}
        aria-describedby={hint && `${id}-hint`}
      >
        {value}
      </textarea>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** The lines of such a field that have something in them. */
export const linesOf = (text: string | undefined): string[] =>
  (text ?? "")
    .normalize("NFC")
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");

interface ChoiceProps {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  /** The words by the values. */
  readonly options: Readonly<Record<string, string>>;
  readonly value: string;
}

/** One of a few. */
export function Choice({ id, label, hint, options, value }: ChoiceProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} name={id} aria-describedby={hint && `${id}-hint`}>
        {Object.entries(options).map(([name, words]) => (
          <option value={name} selected={name === value}>
            {words}
          </option>
        ))}
      </select>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

/**
 * Options that are called what they are, after the one for none of them. All that a client can have must be among `names`: a form is
 * sent whole, so what its page does not offer is lost.
 */
export const namedOptions = (none: string, names: readonly string[]): Readonly<Record<string, string>> => ({
  "": none,
  ...Object.fromEntries(names.map((name) => [name, name])),
});

/** What stands in a form: what was typed if it came back, else what is known. */
export const valuesOf = (typed: Typed, act: string) => {
  const isBack = typed.get("act") === act;
  return {
    text: (name: string, known: string | null) => (isBack ? (typed.get(name) ?? "") : (known ?? "")),
    isTicked: (name: string, known: boolean) => (isBack ? typed.get(name) !== undefined : known),
  };
};

interface TicksProps {
  /** The names of the boxes begin with it. */
  readonly id: string;
  readonly legend: string;
  readonly hint?: string;
  readonly options: readonly { readonly value: string; readonly words: string }[];
  readonly isTicked: (name: string, value: string) => boolean;
}

/** Several of a few. Each box has a name of its own, because a form has each name once. */
export function Ticks({ id, legend, hint, options, isTicked }: TicksProps) {
  return (
    <fieldset class="boxes">
      <legend>{legend}</legend>
      {hint && <p class="muted small">{hint}</p>}
      {options.map(({ value, words }) => (
        <Box name={`${id}.${value}`} value="1" words={words} checked={isTicked(`${id}.${value}`, value)} />
      ))}
    </fieldset>
  );
}

/** The values whose boxes are ticked. */
export const tickedOf = (form: Parameters, id: string): string[] =>
  [...form.entries()].flatMap(([name]) => (name.startsWith(`${id}.`) ? [name.slice(id.length + 1)] : []));

/** More groups than this are written down: a form has a limited number of fields. */
const MOST_BOXES = 20;

interface GroupsProps {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  /** The hint of the field for names. */
  readonly linesHint: string;
  readonly groups: readonly string[];
  readonly chosen: readonly string[];
  readonly values: ReturnType<typeof valuesOf>;
}

/** Groups to choose: boxes for a few, a field for the names of many. */
export function Groups({ id, label, hint, linesHint, groups, chosen, values }: GroupsProps) {
  const offered = [...new Set([...groups, ...chosen])];
  if (offered.length > MOST_BOXES)
    return (
      <Lines id={id} label={label} hint={`${hint} ${linesHint}`} value={values.text(id, chosen.join("\n"))} />
    );
  return (
    <Ticks
      id={id}
      legend={label}
      hint={hint}
      options={offered.map((value) => ({ value, words: displayText(value, 100) }))}
      isTicked={(name, value) => values.isTicked(name, chosen.includes(value))}
    />
  );
}

export const groupsOf = (form: Parameters, id: string): string[] => [
  ...new Set([...tickedOf(form, id), ...linesOf(form.get(id))]),
];
