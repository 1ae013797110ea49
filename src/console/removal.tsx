/** @jsxImportSource hono/jsx */
/** Removing something for good: its name, typed once more, confirms it. */
import { displayText } from "../pages/display.ts";
import { Field } from "../pages/layout.tsx";
import type { Parameters } from "../protocol/parameters.ts";
import type { ConsoleFrame } from "./layout.tsx";
import { ConsoleFault } from "./page.ts";
import { Danger } from "./parts.tsx";

/** What both pages say of it. */
export interface RemovalWords {
  readonly removeTitle: string;
  readonly removeAbout: string;
  readonly removeConfirm: (name: string) => string;
  readonly removeWrong: string;
  readonly remove: string;
}

interface RemovalProps {
  readonly frame: ConsoleFrame;
  readonly words: RemovalWords;
  readonly name: string;
}

/** The form of the act `remove`. */
export const Removal = ({ frame, words, name }: RemovalProps) => (
  <Danger frame={frame} act="remove" title={words.removeTitle} about={words.removeAbout} words={words.remove}>
    <Field id="confirm" label={words.removeConfirm(displayText(name, 200))} autocomplete="off" />
  </Danger>
);

/** Throws ConsoleFault for another name. */
export function requireConfirmed(form: Parameters, words: RemovalWords, name: string): void {
  if ((form.get("confirm") ?? "").trim() !== name) throw new ConsoleFault(words.removeWrong);
}
