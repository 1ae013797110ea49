/** What docs/ give to Prometheus and Grafana names metrics that there are, with labels that they have. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { METRICS } from "../src/operations/metric-table.ts";
import { createMetrics } from "../src/operations/metrics.ts";
import { writeMetrics } from "../src/platform/metrics.ts";
import { EVENT_TYPES } from "../src/rules/events.ts";

const docs = join(import.meta.dir, "../docs");
const textOf = (file: string): string => readFileSync(join(docs, file), "utf8");
const DASHBOARD = "monitoring/grafana-dashboard.json";
const RULES = "monitoring/alerts.yaml";

const folder = mkdtempSync(join(tmpdir(), "tessera-monitoring-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

const dashboard: Dashboard = JSON.parse(textOf(DASHBOARD));
const ofDashboard = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const ofRules = [...textOf(RULES).matchAll(/^ +expr: (.*)$/gm)].map(([, expr = ""]) => expr);

/** The names in an expression that are no functions, words of the language or labels. */
const metricsIn = (expr: string): string[] =>
  [...expr.matchAll(/\b(?:tessera|process)_[a-z_]+\b/g)].map(([name]) => name);

const familyOf = (name: string): string => {
  const base = name.replace(/_(bucket|sum|count)$/, "");
  return base in METRICS && METRICS[base as keyof typeof METRICS].kind === "histogram" ? base : name;
};

test("docs/metrics.md lists every metric, with its kind, its labels and its meaning", () => {
  const rows = textOf("metrics.md")
    .split("\n")
    .filter((line) => /^\| `(tessera|process)_/.test(line));
  const expected = Object.entries(METRICS).map(([name, { kind, labels, help }]) => {
    const all = (labels as readonly string[]).map((label) => `\`${label}\``).join(", ") || "–";
    return `| \`${name}\` | ${kind} | ${all} | ${help} |`;
  });
  expect(rows).toEqual(expected);
});

for (const [file, expressions] of [
  [DASHBOARD, ofDashboard],
  [RULES, ofRules],
] as const) {
  describe(`docs/${file}`, () => {
    test("names metrics that there are", () => {
      expect(expressions.length).toBeGreaterThan(10);
      const unknown = expressions.flatMap(metricsIn).filter((name) => !(familyOf(name) in METRICS));
      expect(unknown).toEqual([]);
    });

    test("reads counters and buckets as rates, and gauges as they are", () => {
      const wrong = expressions.filter((expr) =>
        [...expr.matchAll(/(\w+)\(((?:tessera|process)_[a-z_]+)/g)].some(([, call = "", name = ""]) => {
          const isCounter = METRICS[familyOf(name) as keyof typeof METRICS].kind !== "gauge";
          return ["rate", "increase"].includes(call) !== isCounter;
        }),
      );
      expect(wrong).toEqual([]);
    });

    test("names labels that the metrics have, and events that there are", () => {
      const wrong: string[] = [];
      for (const expr of expressions) {
        for (const [, name = "", selectors = ""] of expr.matchAll(
          /((?:tessera|process)_[a-z_]+)\{([^}]*)\}/g,
        )) {
          const known: readonly string[] = METRICS[familyOf(name) as keyof typeof METRICS].labels;
          for (const [, label = ""] of selectors.matchAll(/(\w+)=~?"/g))
            if (label !== "job" && !known.includes(label)) wrong.push(`${name}{${label}}`);
          for (const [, events = ""] of selectors.matchAll(/event=~?"([^"]*)"/g))
            for (const event of events.split("|")) if (!(event in EVENT_TYPES)) wrong.push(event);
        }
        const [single] = new Set(metricsIn(expr).map(familyOf));
        for (const [, by = ""] of expr.matchAll(/ by \(([^)]*)\)/g))
          for (const label of by.split(", ")) {
            const known: readonly string[] = METRICS[single as keyof typeof METRICS].labels;
            if (label !== "le" && !known.includes(label)) wrong.push(`${single} by ${label}`);
          }
      }
      expect(wrong).toEqual([]);
    });
  });
}

test("the dashboard shows every metric, and each panel has a number of its own", () => {
  const shown = new Set(ofDashboard.flatMap(metricsIn).map(familyOf));
  expect(Object.keys(METRICS).filter((name) => !shown.has(name))).toEqual([]);
  const ids = dashboard.panels.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test("docs/metrics.md says what to do at every alert", () => {
  const alerts = [...textOf(RULES).matchAll(/- alert: (\w+)/g)].map(([, name = ""]) => name);
  expect(alerts.length).toBe(ofRules.length);
  const guide = textOf("metrics.md");
  expect(alerts.filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
});

const promtool = Bun.which("promtool");

async function check(kind: "rules" | "metrics", text: string): Promise<{ code: number; output: string }> {
  const file = join(folder, "checked.yaml");
  writeFileSync(file, text);
  const command = kind === "rules" ? [file] : [];
  const child = Bun.spawn([promtool ?? "", "check", kind, ...command], {
    stdin: new Blob([text]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, output: out + err };
}

describe.if(promtool !== null)("promtool (Prometheus)", () => {
  test("accepts the alert rules", async () => {
    const { code, output } = await check("rules", textOf(RULES));
    expect(output).toContain(`${ofRules.length} rules found`);
    expect(code).toBe(0);
  });

  test("accepts the expressions of the dashboard", async () => {
    const rules = ofDashboard.map((expr, index) => ({
      record: `panel:${index}`,
      expr: expr.replaceAll("$job", "tessera").replaceAll("$__rate_interval", "5m"),
    }));
    const { code, output } = await check("rules", JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
    expect({ code, output }).toMatchObject({ code: 0 });
  });

  test("finds no fault in the names and the text of the metrics", async () => {
    const metrics = createMetrics();
    metrics.routeMeter("/auth/token").count("POST", 200, 3);
    metrics.refused("/auth/token", "client_unknown");
    metrics.dropped("traces", 1);
    metrics.store.ended("look", "done", 0);
    const readings = await metrics.read();
    metrics.close();
    const text = writeMetrics(METRICS, readings, "text");
    expect(await check("metrics", text)).toEqual({ code: 0, output: "" });
  });
});

test.if(promtool === null)("promtool is not installed here: only names and labels were checked", () => {
  console.log(
    "promtool is not installed, so it did not check docs/monitoring (Debian: apt install prometheus).",
  );
});
