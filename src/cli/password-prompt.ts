/** Asks for a password on a terminal without showing it. */
import { hasReplacement } from "../platform/text-bytes.ts";
import { CommandError } from "./command-error.ts";

interface Keyboard {
  setRawMode(raw: boolean): unknown;
  resume(): unknown;
  pause(): unknown;
  on(event: "data", listener: (chunk: Buffer) => void): unknown;
  off(event: "data", listener: (chunk: Buffer) => void): unknown;
}

const ENTER = new Set(["\r", "\n"]);
const BACKSPACE = new Set(["\u007f", "\b"]);
const CONTROL_C = "\u0003";
const CONTROL_D = "\u0004";
const CONTROL_U = "\u0015";

const notUtf8 = () =>
  new CommandError(
    "The terminal sent a character that is not UTF-8. Nothing was changed; set the terminal to UTF-8.",
  );

/**
 * Resolves to the typed text. Throws CommandError if the person gives up with Ctrl-C, or if the terminal does not send
 * UTF-8.
 */
export function promptHidden(
  question: string,
  keyboard: Keyboard,
  screen: { write(text: string): unknown },
): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed = "";
    const decoder = new TextDecoder();
    const finish = (settle: () => void) => {
      keyboard.off("data", read);
      keyboard.setRawMode(false);
      keyboard.pause();
      screen.write("\n");
      settle();
    };
    const read = (chunk: Buffer) => {
      for (const character of decoder.decode(chunk, { stream: true })) {
        if (ENTER.has(character)) {
          return finish(() => (hasReplacement(typed) ? reject(notUtf8()) : resolve(typed)));
        }
        if (character === CONTROL_C || (character === CONTROL_D && typed === "")) {
          return finish(() => reject(new CommandError("Cancelled: nothing was changed.")));
        }
        if (BACKSPACE.has(character)) typed = [...typed].slice(0, -1).join("");
        else if (character === CONTROL_U) typed = "";
        else if (character >= " ") typed += character;
      }
    };
    screen.write(question);
    keyboard.setRawMode(true);
    keyboard.resume();
    keyboard.on("data", read);
  });
}
