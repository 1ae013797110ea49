/**
 * Names the product behind a User-Agent (RFC 9110 §10.1.5), for people who are to recognise their own device. The text is
 * the device's own claim. A product that is not in this table stays unnamed, so the table need not be complete.
 *
 * What is kept of a browser is a name of this table or none, so no stranger writes a word into the list of a person, and rows stay short.
 * Libraries tell versions and models too, of which a person recognises less. Programs on devices mostly send a product token of
 * their own, which libraries for browsers do not know.
 */

/** The first match names the product: most browsers also claim to be others. */
const PRODUCTS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\btessera-login\//, "Tessera"],
  [/\bEdgA?(?:iOS)?\//, "Microsoft Edge"],
  [/\bOPR\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\bElectron\//, "Electron"],
  [/\b(?:Chrome|CriOS)\//, "Chrome"],
  [/\bVersion\/\S+.* Safari\//, "Safari"],
  [/^curl\//, "curl"],
  [/^Wget\//, "Wget"],
  [/^python-requests\//, "Python"],
  [/^Python(?:-urllib)?\//, "Python"],
  [/^(?:python-httpx|aiohttp)\//, "Python"],
  [/^Go-http-client\//, "Go"],
  [/^(?:node|undici|node-fetch|axios)(?:\/|$)/, "Node.js"],
  [/^Deno\//, "Deno"],
  [/^Bun\//, "Bun"],
  [/^(?:okhttp|Java|Java-http-client|Apache-HttpClient)\//, "Java"],
  [/^PostmanRuntime\//, "Postman"],
  [/^reqwest\//, "Rust"],
  [/^Dart\//, "Dart"],
  [/\bCFNetwork\//, "Apple"],
];

const SYSTEMS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bWeb0S\b|\bwebOS\b/, "LG TV"],
  [/\bTizen\b/, "Samsung TV"],
  [/\bAppleTV\b|\btvOS\b/, "Apple TV"],
  [/\bRoku\b/, "Roku"],
  [/\bPlayStation\b/, "PlayStation"],
  [/\bXbox\b/i, "Xbox"],
  [/\bAndroid\b/, "Android"],
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b|\bDarwin\//, "macOS"],
  [/\bLinux\b/i, "Linux"],
];

/** The longest text of a User-Agent that is looked at or kept. */
export const AGENT_CHARACTERS = 200;

/** What the program behind a request says of itself; empty if it says nothing, or if there is no request. */
export const agentOf = (request: Pick<Request, "headers"> | undefined): string =>
  (request?.headers.get("user-agent") ?? "").slice(0, AGENT_CHARACTERS);

const firstMatch = (agent: string, table: typeof PRODUCTS): string | null =>
  table.find(([pattern]) => pattern.test(agent))?.[1] ?? null;

export interface Product {
  /** The program; null if it is unknown. */
  readonly program: string | null;
  /** The system that it runs on; null if it is unknown. */
  readonly system: string | null;
}

export const productOf = (agent: string): Product => ({
  program: firstMatch(agent, PRODUCTS),
  system: firstMatch(agent, SYSTEMS),
});

/** "Firefox on Linux", for the operator and for files, which are in English; null if neither is known. */
export const productText = ({ program, system }: Product): string | null =>
  program !== null && system !== null ? `${program} on ${system}` : (program ?? system);
