/** The figures as a picture: bars in groups, one group for each workload. Readable on light and dark ground, no script. */
import { measurementOf, type Results, summarize } from "../results.ts";

const WIDTH = 860;
const MARGIN = 24;
const BAR = 16;
const GAP = 4;
const GROUP_HEAD = 26;
const GROUP_GAP = 18;
const LABEL_WIDTH = 190;
const VALUE_WIDTH = 130;

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const escapeText = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** Each has a name of its own beside its bars, so that nobody needs the colours. */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #14171c; }
  .title { font-size: 17px; font-weight: 600; }
  .group { font-weight: 600; }
  .muted { fill: #565e6b; }
  .ground { fill: #ffffff; }
  .bare { fill: #b3bac6; }
  .tessera { fill: #1f5eff; }
  .peer { fill: #b3261e; }
  @media (prefers-color-scheme: dark) {
    text { fill: #eceef1; }
    .muted { fill: #a4acb9; }
    .ground { fill: #181b21; }
    .bare { fill: #5b6472; }
    .tessera { fill: #7ca0ff; }
    .peer { fill: #ff9b92; }
  }`;

const kindOf = (contender: string): string =>
  contender === "bare" ? "bare" : contender.startsWith("tessera") ? "tessera" : "peer";

export function chart(results: Results): string {
  const groups = results.workloads.map(({ name, title }) => ({
    title,
    bars: results.contenders.flatMap((contender) => {
      const measurement = measurementOf(results, name, contender.name);
      if (measurement === null) return [];
      const { requestsPerSecond, toBare } = summarize(results, measurement);
      const ratio = toBare === null || contender.name === "bare" ? "" : ` · ${toBare.median.toFixed(2)} ×`;
      return [{ contender, value: requestsPerSecond.median, ratio }];
    }),
  }));
  const most = Math.max(1, ...groups.flatMap(({ bars }) => bars.map(({ value }) => value)));
  const room = WIDTH - 2 * MARGIN - LABEL_WIDTH - VALUE_WIDTH;
  const left = MARGIN + LABEL_WIDTH;
  const parts: string[] = [];
  let y = MARGIN + 64;
  for (const { title, bars } of groups) {
    parts.push(`<text class="group" x="${MARGIN}" y="${y + 12}">${escapeText(title)}</text>`);
    y += GROUP_HEAD;
    for (const { contender, value, ratio } of bars) {
      const width = Math.max(1, Math.round((value / most) * room));
      const middle = y + BAR - 3;
      parts.push(
        `<text class="muted" x="${left - 10}" y="${middle}" text-anchor="end">${escapeText(contender.title)}</text>`,
        `<rect class="${kindOf(contender.name)}" x="${left}" y="${y}" width="${width}" height="${BAR}" rx="2"/>`,
        `<text x="${left + width + 8}" y="${middle}">${whole.format(value)}<tspan class="muted">${ratio}</tspan></text>`,
      );
      y += BAR + GAP;
    }
    y += GROUP_GAP;
  }
  const height = y + 8;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title note">
<style>${STYLE}
</style>
<rect class="ground" width="${WIDTH}" height="${height}" rx="10"/>
<text class="title" id="title" x="${MARGIN}" y="${MARGIN + 14}">Requests per second</text>
<text class="muted" id="note" x="${MARGIN}" y="${MARGIN + 34}">and as a share of the bare handler. Tessera syncs what it stores before it answers; oidc-provider keeps all in memory.</text>
${parts.join("\n")}
</svg>
`;
}
