/** QR codes on a terminal. */
import { encode } from "uqr";

/** A line shows two rows of modules. With colours the code is dark on light, independent of the terminal's own colours. */
export function qrCode(text: string, colours: boolean): string {
  const { data } = encode(text, { border: 2 });
  const lines: string[] = [];
  for (let row = 0; row < data.length; row += 2) {
    const upper = data[row] ?? [];
    const lower = data[row + 1] ?? [];
    // Without colours this draws the light modules, because most terminals are dark.
    const drawn = (module: boolean | undefined) => (module ?? false) === colours;
    const blocks = upper.map((module, column) => {
      const top = drawn(module);
      const bottom = drawn(lower[column]);
      return top && bottom ? "█" : top ? "▀" : bottom ? "▄" : " ";
    });
    const line = blocks.join("");
    lines.push(colours ? `\u001b[38;5;16;48;5;231m${line}\u001b[0m` : line);
  }
  return `${lines.join("\n")}\n`;
}
