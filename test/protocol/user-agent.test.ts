/** The names of products on the device page. */
import { expect, test } from "bun:test";
import { productOf } from "../../src/protocol/user-agent.ts";

const CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";

test.each([
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME}`, "Chrome", "Windows"],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Edg/126.0.0.0`, "Microsoft Edge", "Windows"],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox", "Linux"],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
    "Safari",
    "macOS",
  ],
  [`Mozilla/5.0 (Linux; Android 14; Pixel 8) ${CHROME}`, "Chrome", "Android"],
  ["Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36", null, "LG TV"],
  ["curl/8.5.0", "curl", null],
  ["python-requests/2.32.3", "Python", null],
  ["node", "Node.js", null],
  ["tessera-login/1.0.0", "Tessera", null],
  ["not curl/8.5.0", null, null],
  ["Your bank, really", null, null],
  ["", null, null],
])("%j is %s on %s", (agent, program, system) => {
  expect(productOf(agent)).toEqual({ program, system });
});
