/** @jsxImportSource hono/jsx */
/**
 * A mail in HTML, in the look of the pages. Programs for mail drop style sheets and many rules, so the light look stands at each
 * element, and only the dark one in a style sheet. Nothing is loaded from anywhere: no picture, no font, and nothing that tells
 * who reads.
 */
import { accentColors, GROUNDS } from "../pages/palette.ts";
import type { MailContent } from "./words.ts";

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif";

const LIGHT = GROUNDS.light;
const DARK = GROUNDS.dark;

/** Where a line begins and ends. Programs for mail know the words `left` and `right` better than `start` and `end`. */
const SIDES = { ltr: { start: "left", end: "right" }, rtl: { start: "right", end: "left" } } as const;

function darkRules(accent: string): string {
  const { link, accent: button, onAccent, accentEdge } = accentColors(accent, "dark");
  const rules: Readonly<Record<string, string>> = {
    ".ground": `background-color: ${DARK.ground} !important`,
    ".card": `background-color: ${DARK.card} !important; border-color: ${DARK.line} !important`,
    ".ink": `color: ${DARK.ink} !important`,
    ".muted": `color: ${DARK.muted} !important`,
    ".line": `border-color: ${DARK.line} !important`,
    ".link": `color: ${link} !important`,
    ".mark": `background-color: ${link} !important`,
    ".button": `background-color: ${button} !important; color: ${onAccent} !important; border-color: ${accentEdge} !important`,
  };
  const all = Object.entries(rules).map(([selector, rule]) => `${selector} { ${rule}; }`);
  return `:root { color-scheme: light dark; } @media (prefers-color-scheme: dark) { ${all.join(" ")} } @media (max-width: 480px) { .card { border-radius: 0 !important; border-left: 0 !important; border-right: 0 !important; } .inside { padding: 24px 20px !important; } .around { padding: 16px 0 !important; } .beside { padding-left: 20px !important; padding-right: 20px !important; } .button { display: block !important; } .label { width: 96px !important; } }`;
}

const TEXT = `margin: 0 0 16px; font-family: ${FONT}; font-size: 16px; line-height: 1.55; color: ${LIGHT.ink};`;
const CODE = `margin: 4px 0 20px; padding: 14px; border: 1px solid ${LIGHT.line}; border-radius: 10px; font-family: ui-monospace, Menlo, Consolas, 'Liberation Mono', monospace; font-size: 28px; font-weight: 600; line-height: 1.3; letter-spacing: 4px; text-align: center; color: ${LIGHT.ink};`;
const SMALL = `margin: 0 0 8px; font-family: ${FONT}; font-size: 14px; line-height: 1.5; color: ${LIGHT.muted};`;

function MailView({ content, accent }: { readonly content: MailContent; readonly accent: string }) {
  const { language, direction, name, greeting, words, facts, code, link, openInstead, foot } = content;
  const { start, end } = SIDES[direction];
  const colors = accentColors(accent, "light");
  const button = `display: inline-block; padding: 13px 22px; border: 1px solid ${colors.accentEdge}; border-radius: 10px; background-color: ${colors.accent}; color: ${colors.onAccent}; font-family: ${FONT}; font-size: 16px; font-weight: 600; line-height: 1.25; text-align: center; text-decoration: none;`;
  return (
    <html lang={language} dir={direction}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{words.title}</title>
        <style>{darkRules(accent)}</style>
      </head>
      <body class="ground" style={`margin: 0; padding: 0; background-color: ${LIGHT.ground};`}>
        <table
          role="presentation"
          class="ground"
          dir={direction}
          width="100%"
          cellpadding="0"
          cellspacing="0"
          border={0}
          style={`background-color: ${LIGHT.ground};`}
        >
          <tr>
            <td class="around" align="center" style="padding: 32px 16px;">
              <table
                role="presentation"
                width="100%"
                cellpadding="0"
                cellspacing="0"
                border={0}
                style={`max-width: 560px; text-align: ${start};`}
              >
                <tr>
                  <td class="beside" style="padding: 0 2px 14px;">
                    <span
                      class="mark"
                      style={`display: inline-block; width: 11px; height: 11px; margin-${end}: 9px; border-radius: 3px; background-color: ${colors.link};`}
                    />
                    <span
                      class="ink"
                      style={`font-family: ${FONT}; font-size: 17px; font-weight: 650; color: ${LIGHT.ink};`}
                    >
                      <bdi>{name}</bdi>
                    </span>
                  </td>
                </tr>
                <tr>
                  <td
                    class="card inside"
                    style={`padding: 32px; border: 1px solid ${LIGHT.line}; border-radius: 16px; background-color: ${LIGHT.card};`}
                  >
                    <h1
                      class="ink"
                      style={`margin: 0 0 16px; font-family: ${FONT}; font-size: 23px; font-weight: 650; line-height: 1.25; color: ${LIGHT.ink};`}
                    >
                      {words.title}
                    </h1>
                    <p class="ink" style={TEXT}>
                      {greeting}
                    </p>
                    {words.paragraphs.map((paragraph) => (
                      <p class="ink" style={TEXT}>
                        {paragraph}
                      </p>
                    ))}
                    {code !== null && (
                      <p class="ink line" dir="ltr" style={CODE}>
                        {code}
                      </p>
                    )}
                    {facts.length > 0 && <FactTable facts={facts} direction={direction} />}
                    {link !== null && (
                      <p style="margin: 24px 0;">
                        <a class="button" href={link} style={button}>
                          {words.button}
                        </a>
                      </p>
                    )}
                    {words.advice.map((paragraph) => (
                      <p class="ink" style={TEXT}>
                        {paragraph}
                      </p>
                    ))}
                    {link !== null && (
                      <p
                        class="muted line"
                        style={`${SMALL} margin-bottom: 0; padding-top: 16px; border-top: 1px solid ${LIGHT.line};`}
                      >
                        {openInstead}
                        <br />
                        <a
                          class="link"
                          href={link}
                          style={`color: ${colors.link}; overflow-wrap: anywhere; word-break: break-all;`}
                        >
                          {link}
                        </a>
                      </p>
                    )}
                  </td>
                </tr>
                <tr>
                  <td class="beside" style="padding: 18px 2px 0;">
                    {foot.map((line) => (
                      <p class="muted" style={SMALL}>
                        {line}
                      </p>
                    ))}
                  </td>
                </tr>
              </table>
            </td>
          </tr>
        </table>
      </body>
    </html>
  );
}

function FactTable({ facts, direction }: Pick<MailContent, "facts" | "direction">) {
  const { start, end } = SIDES[direction];
  const cell = `padding: 4px 0; font-family: ${FONT}; font-size: 15px; line-height: 1.5; vertical-align: top;`;
  return (
    <table
      width="100%"
      cellpadding="0"
      cellspacing="0"
      border={0}
      class="line"
      style={`margin: 4px 0 16px; border-top: 1px solid ${LIGHT.line}; border-bottom: 1px solid ${LIGHT.line};`}
    >
      {facts.map(([label, value]) => (
        <tr>
          <th
            scope="row"
            class="muted label"
            style={`${cell} width: 140px; padding-${end}: 12px; color: ${LIGHT.muted}; font-weight: 400; text-align: ${start};`}
          >
            {label}
          </th>
          <td
            class="ink"
            style={`${cell} color: ${LIGHT.ink}; overflow-wrap: anywhere; word-break: break-word;`}
          >
            <bdi>{value}</bdi>
          </td>
        </tr>
      ))}
    </table>
  );
}

export const renderHtml = (content: MailContent, accent: string): string =>
  `<!doctype html>${String(<MailView content={content} accent={accent} />)}`;
