/** @jsxImportSource hono/jsx */
/** A QR code as a part of a page. It is dark on light in both colour schemes, because scanners expect that. */
import { encode } from "uqr";

interface QrCodeProps {
  readonly text: string;
  /** What the code leads to, for people who do not see it. */
  readonly label: string;
  /** For a long text that strangers may ask for: larger, and cheap to draw. */
  readonly isLong?: boolean;
}

/** The light frame without which cameras do not find a code: four modules (ISO/IEC 18004 §9.1). */
const QUIET_ZONE = 4;

/** To look for the best of the eight masks takes most of the time. Each can be read, and a text of random letters suits them all. */
const CHEAP = { ecc: "L", maskPattern: 3 } as const;

export function QrCode({ text, label, isLong = false }: QrCodeProps) {
  const { data, size } = encode(text, { border: QUIET_ZONE, ...(isLong ? CHEAP : { ecc: "M" }) });
  const runs = data.flatMap((row, y) =>
    runsOf(row).map(({ x, length }) => `M${x} ${y}h${length}v1h-${length}z`),
  );
  return (
    <svg
      class={isLong ? "qr long" : "qr"}
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shape-rendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={runs.join("")} fill="#000" />
    </svg>
  );
}

/** The dark modules of a row that stand side by side. */
function runsOf(row: readonly boolean[]): { x: number; length: number }[] {
  const runs: { x: number; length: number }[] = [];
  for (const [x, dark] of row.entries()) {
    const last = runs.at(-1);
    if (!dark) continue;
    if (last !== undefined && last.x + last.length === x) last.length += 1;
    else runs.push({ x, length: 1 });
  }
  return runs;
}
