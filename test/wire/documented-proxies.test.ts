/**
 * The proxies of docs/proxy.md. Each test takes the configuration out of the guide, runs it with the real program, and
 * sends requests through it to a server with the settings of the guide.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { type Child, endProcesses, printed, start, startTessera } from "../cli/processes.ts";
import { removeTemporaryFolders, temporaryFolder } from "../cli/support.ts";
import { basic } from "../support/server.ts";
import { freePort } from "./support.ts";

const ISSUER = "https://auth.example.org";
const HOST = "auth.example.org";

const guide = readFileSync(join(import.meta.dir, "../../docs/proxy.md"), "utf8");
const blocks = (language: string): string[] =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, block = ""]) => block);

/** Replaces what the test cannot have, such as port 443. Fails when the guide no longer says it. */
function adapt(text: string, replacements: Readonly<Record<string, string>>): string {
  let adapted = text;
  for (const [from, to] of Object.entries(replacements)) {
    if (!adapted.includes(from)) throw new Error(`the guide has no more: ${from}`);
    adapted = adapted.replaceAll(from, to);
  }
  return adapted;
}

/** What a proxy of the guide needs here: ports, a certificate, and the address of the server. */
interface Places {
  readonly folder: string;
  readonly plain: number;
  readonly secure: number;
  /** `127.0.0.1:port`. */
  readonly upstream: string;
  readonly certificate: string;
  readonly key: string;
}

interface DocumentedProxy {
  readonly name: string;
  readonly package: string;
  /** HAProxy passes them on, and the runtime refuses them. */
  readonly readsTrailers: boolean;
  /** Writes the configuration; returns the command. */
  readonly prepare: (program: string, places: Places) => string[];
}

const PROXIES: readonly DocumentedProxy[] = [
  {
    name: "nginx",
    package: "apt-get install nginx",
    readsTrailers: true,
    prepare(program, { folder, plain, secure, upstream, certificate, key }) {
      const text = adapt(blocks("nginx")[0] ?? "", {
        "127.0.0.1:8080": upstream,
        "listen 80;": `listen 127.0.0.1:${plain};`,
        "listen 443 ssl;": `listen 127.0.0.1:${secure} ssl;`,
        "/etc/nginx/auth.example.org.pem": certificate,
        "/etc/nginx/auth.example.org.key": key,
      });
      const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
        .join("\n");
      const file = join(folder, "nginx.conf");
      writeFileSync(
        file,
        `daemon off; master_process off; pid ${folder}/pid; error_log stderr crit;
         events {} http { access_log off; ${temporary}\n${text} }`,
      );
      return [program, "-p", folder, "-e", "stderr", "-c", file];
    },
  },
  {
    name: "caddy",
    package: "apt-get install caddy",
    readsTrailers: true,
    prepare(program, { folder, plain, secure, upstream }) {
      const file = join(folder, "Caddyfile");
      // No certificate authority knows the host of this test: Caddy makes one of its own.
      const options = `{
        admin off
        storage file_system ${folder}
        skip_install_trust
        local_certs
        default_bind 127.0.0.1
        http_port ${plain}
        https_port ${secure}
      }`;
      writeFileSync(
        file,
        `${options}\n${adapt(blocks("caddyfile")[0] ?? "", { "127.0.0.1:8080": upstream })}`,
      );
      return [program, "run", "--adapter", "caddyfile", "--config", file];
    },
  },
  {
    name: "traefik",
    package: "https://traefik.io",
    readsTrailers: true,
    prepare(program, { folder, plain, secure, upstream }) {
      const [fixed = "", routes = ""] = blocks("yaml");
      const file = join(folder, "traefik.yml");
      writeFileSync(
        file,
        adapt(fixed, {
          '":80"': `"127.0.0.1:${plain}"`,
          '":443"': `"127.0.0.1:${secure}"`,
          "/var/lib/traefik/acme.json": join(folder, "acme.json"),
          "/etc/traefik/tessera.yml": join(folder, "tessera.yml"),
        }),
      );
      writeFileSync(
        join(folder, "tessera.yml"),
        // Without a resolver Traefik shows a certificate of its own.
        adapt(routes, {
          "http://127.0.0.1:8080": `http://${upstream}`,
          "\n        certResolver: letsencrypt": " {}",
        }),
      );
      return [program, `--configFile=${file}`];
    },
  },
  {
    name: "haproxy",
    package: "apt-get install haproxy",
    readsTrailers: false,
    prepare(program, { folder, plain, secure, upstream, certificate, key }) {
      const both = join(folder, "both.pem");
      writeFileSync(both, readFileSync(certificate, "utf8") + readFileSync(key, "utf8"));
      const file = join(folder, "haproxy.cfg");
      writeFileSync(
        file,
        adapt(blocks("haproxy")[0] ?? "", {
          "bind :80": `bind 127.0.0.1:${plain}`,
          "bind :443": `bind 127.0.0.1:${secure}`,
          "/etc/haproxy/auth.example.org.pem": both,
          "127.0.0.1:8080": upstream,
        }),
      );
      return [program, "-db", "-f", file];
    },
  },
];

let server: Child;
let upstream = "";
let authorization = "";
let certificate = "";
let key = "";

beforeAll(async () => {
  const folder = temporaryFolder();
  const file = join(folder, "tessera.toml");
  const settings = adapt(blocks("toml")[0] ?? "", {
    "/var/lib/tessera": join(folder, "data"),
    "port = 8080": "port = 0",
  });
  writeFileSync(file, settings);
  server = startTessera(["serve", "--config", file]);
  upstream = await printed(server, /listening on http:\/\/(\S+)\n/);
  const [id = "", secret = ""] = (await printed(server, /curl -u (\S+) /)).split(":");
  authorization = basic(id, secret).Authorization ?? "";
  certificate = join(folder, "certificate.pem");
  key = join(folder, "certificate.key");
  const made = Bun.spawnSync(
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
      .split(" ")
      .concat("-subj", `/CN=${HOST}`, "-keyout", key, "-out", certificate),
  );
  if (made.exitCode !== 0) throw new Error(made.stderr.toString());
});
afterAll(async () => {
  await endProcesses();
  removeTemporaryFolders();
});

interface RunningProxy {
  readonly plain: number;
  readonly secure: number;
}

async function startProxy(proxy: DocumentedProxy, program: string): Promise<RunningProxy> {
  const folder = temporaryFolder();
  const [plain, secure] = [freePort(), freePort()];
  const command = proxy.prepare(program, { folder, plain, secure, upstream, certificate, key });
  const child = start(command, { env: { HOME: folder } });
  for (let attempt = 0; attempt < 1200; attempt++) {
    if (child.process.exitCode !== null) break;
    const answer = await exchange(secure, get("/readyz", CLOSE)).catch(() => "");
    if (answer.startsWith("HTTP/1.1 200")) return { plain, secure };
    await Bun.sleep(25);
  }
  throw new Error(`${proxy.name} did not start: ${child.out}${child.err}`);
}

interface ExchangeOptions {
  /** Without TLS. */
  readonly isPlain?: boolean;
  /** Sent when the first answer arrives. */
  readonly thenSend?: string;
}

/** Sends bytes; resolves to everything that arrives before the other side closes the connection. */
function exchange(
  port: number,
  bytes: string,
  { isPlain = false, thenSend }: ExchangeOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const to = { port, host: "127.0.0.1" };
    const socket = isPlain
      ? connect(to, () => socket.write(bytes))
      : connectTls({ ...to, servername: HOST, rejectUnauthorized: false }, () => socket.write(bytes));
    if (thenSend !== undefined) socket.once("data", () => socket.write(thenSend));
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}

/** The statuses of all answers; a proxy may send a body in chunks. */
const statusLines = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));

const CLOSE = "Connection: close\r\n";
const FORM = "grant_type=client_credentials";
const get = (target: string, lines = ""): string => `GET ${target} HTTP/1.1\r\nHost: ${HOST}\r\n${lines}\r\n`;
const post = (lines: string, body: string): string =>
  `POST /auth/token HTTP/1.1\r\nHost: ${HOST}\r\nContent-Type: application/x-www-form-urlencoded\r\nAuthorization: ${authorization}\r\n${lines}\r\n${body}`;
const withLength = (lines: string) => post(`${lines}Content-Length: ${FORM.length}\r\n`, FORM);

for (const proxy of PROXIES) {
  const program = Bun.which(proxy.name, { PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` });
  const words = `${proxy.name}, as the guide has it`;
  describe.skipIf(program === null)(
    program === null ? `${words}: not tested, because it is not installed (${proxy.package})` : words,
    () => {
      let running: RunningProxy;
      beforeAll(async () => {
        running = await startProxy(proxy, program ?? "");
      });

      test("passes on metadata and token requests", async () => {
        const metadata = await exchange(
          running.secure,
          get("/.well-known/oauth-authorization-server", CLOSE),
        );
        expect(metadata).toContain(`"issuer":"${ISSUER}"`);
        expect(statusLines(await exchange(running.secure, withLength(CLOSE)))).toEqual([200]);
      });

      test("tells the client's address, and no other that the client invents", async () => {
        const before = server.err.length;
        await exchange(running.secure, withLength(`X-Forwarded-For: 203.0.113.9\r\n${CLOSE}`));
        for (let attempt = 0; attempt < 200 && !server.err.slice(before).includes("token.issued"); attempt++)
          await Bun.sleep(10);
        expect(server.err.slice(before)).toMatch(/token\.issued .*address=127\.0\.0\.1 /);
      });

      test("sends plain http to https", async () => {
        const answer = await exchange(running.plain, get("/account", CLOSE), { isPlain: true });
        expect(answer).toMatch(/^HTTP\/1\.1 30[18] /);
        expect(answer).toMatch(
          new RegExp(`\r\nlocation: https://${HOST}(:${running.secure})?/account\r\n`, "i"),
        );
      });

      // docs/runtime.md: what the runtime does not do. The proxies do it for the server.
      test.each(["100-continue", "100-Continue", "100-CONTINUE"])(
        "tells a client that sends Expect: %s to go on",
        async (expectation) => {
          const lines = `Expect: ${expectation}\r\n${CLOSE}Content-Length: ${FORM.length}\r\n`;
          const answer = await exchange(running.secure, post(lines, ""), { thenSend: FORM });
          // Caddy passes on the server's 100 beside its own, and a client ignores the second (RFC 9110 §15.2).
          expect([...new Set(statusLines(answer))]).toEqual([100, 200]);
        },
      );

      test("answers requests that are sent without waiting for answers, in their order", async () => {
        const requests = [withLength(""), get("/readyz"), get("/nowhere"), withLength(CLOSE)];
        expect(statusLines(await exchange(running.secure, requests.join("")))).toEqual([200, 200, 404, 200]);
      });

      const { readsTrailers } = proxy;
      const trailers = readsTrailers ? "reads a trailer behind" : "does not read a trailer behind";
      test(`${trailers} the chunks, and the next request`, async () => {
        const chunks = `${FORM.length.toString(16)}\r\n${FORM}\r\n0\r\nX-Sum: 1\r\n\r\n`;
        const request = post("Transfer-Encoding: chunked\r\n", chunks);
        expect(statusLines(await exchange(running.secure, request + withLength(CLOSE)))).toEqual(
          readsTrailers ? [200, 200] : [400],
        );
      });
    },
  );
}
