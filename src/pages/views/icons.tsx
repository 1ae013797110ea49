/** @jsxImportSource hono/jsx */
/** Small drawings that stand beside words, never in their place. */

const PATHS = {
  alert: "M10 6.2v4.6M10 13.7v.1M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15z",
  check: "M4.5 10.6l3.6 3.6 7.4-8",
  cross: "M5.5 5.5l9 9M14.5 5.5l-9 9",
  dot: "M10 8.9a1.1 1.1 0 1 0 0 2.2 1.1 1.1 0 0 0 0-2.2z",
  minus: "M5 10h10",
  next: "M7.5 4.5L13 10l-5.5 5.5",
  down: "M4.5 7.5L10 13l5.5-5.5",
  globe:
    "M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zM10 2.5c2.3 2 3.4 4.6 3.4 7.5s-1.1 5.5-3.4 7.5c-2.3-2-3.4-4.6-3.4-7.5s1.1-5.5 3.4-7.5zM2.9 7.6h14.2M2.9 12.4h14.2",
  key: "M12.8 3.2a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM9.9 10L3.5 16.4M6 14l2.2 2.2",
  clock: "M10 5.6V10l3 1.8M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      class={name === "next" ? "forward" : undefined}
      viewBox="0 0 20 20"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
