/** The figures as a bar chart with a group for each workload. */
import { measurementOf, type Results, summarize } from "../results.ts";
import { escapeText, HEAD_HEIGHT, MARGIN, picture } from "./svg.ts";
import { threeDigits, whole } from "./table.ts";

const WIDTH = 860;
const BAR = 16;
const GAP = 4;
const GROUP_HEAD = 26;
const GROUP_GAP = 18;
const LABEL_WIDTH = 190;
const VALUE_WIDTH = 190;

/** Each bar has a label, so that no reader needs the colours. */
const LIGHT = `
  .group { font-weight: 600; }
  .bare { fill: #b3bac6; }
  .tessera { fill: #1f5eff; }
  .peer { fill: #b3261e; }`;
const DARK = `
  .bare { fill: #5b6472; }
  .tessera { fill: #7ca0ff; }
  .peer { fill: #ff9b92; }`;

/** The limits of the runtime, of signatures and of the database look alike. */
const LIMITS = ["bare", "signature", "postgres"];

const kindOf = (contender: string): string =>
  LIMITS.includes(contender) ? "bare" : contender.startsWith("tessera") ? "tessera" : "peer";

export function chart(results: Results): string {
  const groups = results.workloads.map(({ name, title }) => ({
    title,
    bars: results.contenders.flatMap((contender) => {
      const measurement = measurementOf(results, name, contender.name);
      if (measurement === null) return [];
      const { cpuMicrosPerRequest, requestsPerSecond } = summarize(results, measurement);
      const rate = `${whole.format(requestsPerSecond.median)}/s`;
      return [{ contender, micros: cpuMicrosPerRequest.median, rate }];
    }),
  }));
  const room = WIDTH - 2 * MARGIN - LABEL_WIDTH - VALUE_WIDTH;
  const left = MARGIN + LABEL_WIDTH;
  const parts: string[] = [];
  let y = HEAD_HEIGHT + 20;
  for (const { title, bars } of groups) {
    // Each workload has a scale of its own: a write to a database takes fifty times the time of metadata.
    const most = Math.max(...bars.map(({ micros }) => micros));
    parts.push(`<text class="group" x="${MARGIN}" y="${y + 12}">${escapeText(title)}</text>`);
    y += GROUP_HEAD;
    for (const { contender, micros, rate } of bars) {
      const width = Math.max(1, Math.round((micros / most) * room));
      const middle = y + BAR - 3;
      parts.push(
        `<text class="muted" x="${left - 10}" y="${middle}" text-anchor="end">${escapeText(contender.title)}</text>`,
        `<rect class="${kindOf(contender.name)}" x="${left}" y="${y}" width="${width}" height="${BAR}" rx="2"/>`,
        `<text x="${left + width + 8}" y="${middle}">${threeDigits(micros)} µs<tspan class="muted"> · ${rate}</tspan></text>`,
      );
      y += BAR + GAP;
    }
    y += GROUP_GAP;
  }
  return picture({
    title: "Processor time per request",
    note: "Shorter is better; beside it requests per second. Tessera syncs what it stores; oidc-provider keeps all in memory.",
    width: WIDTH,
    height: y + 8,
    light: LIGHT,
    dark: DARK,
    parts,
  });
}
