/** A unix socket behind the programs with which the guides put it on the network: nginx, and systemd's relay. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Child, endProcesses, printed, start, startTessera } from "../cli/processes.ts";
import { removeTemporaryFolders, temporaryFolder } from "../cli/support.ts";
import { basic } from "../support/server.ts";
import { exchange, freePort } from "./support.ts";

const guide = readFileSync(join(import.meta.dir, "../../docs/proxy.md"), "utf8");
const blocks = (language: string): string[] =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, text = ""]) => text);
const SOCKET = "/run/tessera/tessera.sock";

let server: Child;
let socket = "";
let authorization = "";

beforeAll(async () => {
  const folder = temporaryFolder();
  socket = join(folder, "tessera.sock");
  const settings = blocks("toml").find((text) => text.includes(SOCKET)) ?? "";
  const file = join(folder, "tessera.toml");
  writeFileSync(file, settings.replace(SOCKET, socket).replace("/var/lib/tessera", join(folder, "data")));
  server = startTessera(["serve", "--config", file]);
  const [id = "", secret = ""] = (await printed(server, /curl -u (\S+) /)).split(":");
  authorization = basic(id, secret).Authorization ?? "";
});
afterAll(async () => {
  await endProcesses();
  removeTemporaryFolders();
});

const FORM = "grant_type=client_credentials";
const request = (lines = ""): string =>
  `POST /auth/token HTTP/1.1\r\nHost: auth.example.org\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${FORM.length}\r\nAuthorization: ${authorization}\r\nConnection: close\r\n${lines}\r\n${FORM}`;

/** Sends the bytes to the port as soon as something listens there. */
async function answerOf(port: number, child: Child, bytes: string): Promise<string> {
  for (let attempt = 0; attempt < 800 && child.process.exitCode === null; attempt += 1) {
    const answer = await exchange(port, bytes).catch(() => "");
    if (answer !== "") return answer;
    await Bun.sleep(25);
  }
  throw new Error(`nothing answered: ${child.out}${child.err}`);
}

/** The address of the next event that the server logs about tokens, while `act` is done. */
async function addressDuring(act: () => Promise<string>): Promise<string> {
  const before = server.err.length;
  expect(await act()).toStartWith("HTTP/1.1 200");
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const line = /token\.issued .*$/m.exec(server.err.slice(before));
    if (line !== null) return /address=(\S*)/.exec(line[0])?.[1] ?? "none";
    await Bun.sleep(10);
  }
  throw new Error(`no event: ${server.err}`);
}

const nginx = Bun.which("nginx", { PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` });
describe.skipIf(nginx === null)(
  nginx === null ? "nginx: NOT TESTED, because it is not installed (apt-get install nginx)" : "nginx",
  () => {
    /** The configuration of the guide with these lines for the port, without TLS. */
    function startNginx(port: number, listening: string): Child {
      const folder = temporaryFolder();
      const [whole = "", ...others] = blocks("nginx");
      const upstream = others.find((text) => text.includes(SOCKET)) ?? "";
      const text = whole
        .replace(/^upstream .*?^}\n/ms, upstream.replace(SOCKET, socket))
        .replace(/^server \{\n {4}listen 80;.*?^}\n/ms, "")
        .replace(/^ +ssl_certificate.*\n/gm, "")
        .replace("    listen 443 ssl;\n", listening.replaceAll("443 ssl", `127.0.0.1:${port}`));
      expect(text).toContain(`unix:${socket};`);
      const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
        .join("\n");
      const file = join(folder, "nginx.conf");
      writeFileSync(
        file,
        `daemon off; master_process off; pid ${folder}/pid; error_log stderr crit;
         events {} http { access_log off; ${temporary}\n${text} }`,
      );
      return start([nginx ?? "", "-p", folder, "-e", "stderr", "-c", file]);
    }

    test("passes requests to the socket, with the client's address and no other that the client invents", async () => {
      const port = freePort();
      const proxy = startNginx(port, "    listen 443 ssl;\n");
      const forged = request("X-Forwarded-For: 203.0.113.9\r\n");
      expect(await addressDuring(() => answerOf(port, proxy, forged))).toBe("127.0.0.1");
      // Again, over the connection that the proxy keeps.
      expect(await addressDuring(() => answerOf(port, proxy, forged))).toBe("127.0.0.1");
    });

    test("reads the PROXY protocol, and the server learns the address", async () => {
      const port = freePort();
      const [listening = ""] = blocks("nginx").filter((text) => text.includes("proxy_protocol"));
      const proxy = startNginx(port, listening.replace("10.0.0.0/8", "127.0.0.0/8"));
      const bytes = `PROXY TCP4 198.51.100.9 127.0.0.1 4711 443\r\n${request()}`;
      expect(await addressDuring(() => answerOf(port, proxy, bytes))).toBe("198.51.100.9");
    });
  },
);

const RELAYS = ["/usr/lib/systemd/systemd-socket-proxyd", "/lib/systemd/systemd-socket-proxyd"];
const relay = RELAYS.find(existsSync);
const activate = Bun.which("systemd-socket-activate");
const hasRelay = relay !== undefined && activate !== null;
test.skipIf(!hasRelay)(
  hasRelay
    ? "a socket that systemd holds is relayed to the server's, and the proxy's word for the address with it"
    : "socket activation: NOT TESTED, because systemd is not installed (apt-get install systemd)",
  async () => {
    const port = freePort();
    const child = start([activate ?? "", "-l", `127.0.0.1:${port}`, relay ?? "", socket]);
    const bytes = request("X-Forwarded-For: 198.51.100.9\r\n");
    expect(await addressDuring(() => answerOf(port, child, bytes))).toBe("198.51.100.9");
  },
);
