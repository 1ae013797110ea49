/** The frame of all pictures: background, title, and a text alternative for readers who do not see them. */

export const MARGIN = 24;

/** The top of a picture's content, below its title. */
export const HEAD_HEIGHT = MARGIN + 44;

export const escapeText = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

export interface Picture {
  readonly title: string;
  /** One line below the title. */
  readonly note: string;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** CSS rules of this picture, for light and for dark backgrounds. */
  readonly light: string;
  readonly dark: string;
  /** Elements of SVG. */
  readonly parts: readonly string[];
}

/** Readable on light and dark backgrounds, without a script. */
export function picture({ title, note, width, height, light, dark, parts }: Picture): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title note">
<style>
  text { font: 13px system-ui, sans-serif; fill: #14171c; }
  .title { font-size: 17px; font-weight: 600; }
  .muted { fill: #565e6b; }
  .ground { fill: #ffffff; }
${indent(light, 2)}
  @media (prefers-color-scheme: dark) {
    text { fill: #eceef1; }
    .muted { fill: #a4acb9; }
    .ground { fill: #181b21; }
${indent(dark, 4)}
  }
</style>
<rect class="ground" width="${width}" height="${height}" rx="10"/>
<text class="title" id="title" x="${MARGIN}" y="${MARGIN + 14}">${escapeText(title)}</text>
<text class="muted" id="note" x="${MARGIN}" y="${MARGIN + 34}">${escapeText(note)}</text>
${parts.join("\n")}
</svg>
`;
}

const indent = (rules: string, width: number): string =>
  rules
    .trim()
    .split("\n")
    .map((rule) => " ".repeat(width) + rule.trim())
    .join("\n");
