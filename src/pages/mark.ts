/** Our mark: a tessera, the one tile of a mosaic that is set differently from its neighbours. Shown where the operator has no logo. */
import { accentColors, type Scheme } from "./palette.ts";

/** The mark in one colour; the neighbours are lighter shades of it. */
export const markSvg = (color: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="32" height="32">
<g fill="${color}">
<rect x="2.5" y="3.5" width="12" height="12" rx="2.4" opacity=".45"/>
<rect x="2.5" y="17.5" width="12" height="12" rx="2.4" opacity=".75"/>
<rect x="16.5" y="17.5" width="12" height="12" rx="2.4" opacity=".45"/>
<rect x="17.9" y="3" width="11.2" height="11.2" rx="2.3" transform="rotate(45 23.5 8.6)"/>
</g>
</svg>
`;

export const markColor = (accent: string, scheme: Scheme): string => accentColors(accent, scheme).link;

/** Below the issuer's path. The number changes with the drawing, the colour with the configuration. */
export const markPath = (accent: string, scheme: Scheme): `/${string}` =>
  `/assets/mark-3-${markColor(accent, scheme).slice(1)}.svg`;
