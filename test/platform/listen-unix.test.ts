/** Listening on a unix socket: whose address counts, who may connect, and what happens to the file. */
import { afterAll, afterEach, expect, test } from "bun:test";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { parse } from "valibot";
import { configurationSchema } from "../../src/configuration/schema.ts";
import { loadConfiguration } from "../../src/configuration/sources.ts";
import { type Listening, listen } from "../../src/platform/listen.ts";
import { createLog } from "../../src/platform/log.ts";
import { endProcesses, printed, startTessera } from "../cli/processes.ts";
import { removeTemporaryFolders, temporaryFolder } from "../cli/support.ts";
import { proves } from "../support/proves.ts";

const open: Listening[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listening) => listening.stop(0)));
  await endProcesses();
});
afterAll(removeTemporaryFolders);

let logged = "";
async function start(unix: string, { unix_mode, trusted_proxies }: Record<string, never> | Settings = {}) {
  const configuration = parse(configurationSchema, { listen: [{ unix, unix_mode }], trusted_proxies });
  logged = "";
  const log = createLog({
    level: "debug",
    format: "text",
    write: (line) => {
      logged += line;
    },
  });
  const echo = (_: Request, addressOf: () => string) => new Response(`from ${addressOf()}`);
  const options = { configuration, paths: ["/"], fetch: echo, elsewhere: echo, headers: {}, log };
  const listening = await listen(options);
  open.push(listening);
  return listening;
}

interface Settings {
  readonly unix_mode?: string;
  readonly trusted_proxies?: string[];
}

/** What the server at the socket answers. */
const ask = async (unix: string, forwardedFor = "198.51.100.9"): Promise<string> => {
  const headers = { "X-Forwarded-For": forwardedFor };
  return (await fetch("http://localhost/", { unix, headers, keepalive: false })).text();
};

const place = (): string => join(temporaryFolder(), "tessera.sock");

/** The error of a start that must fail. */
const faultOf = (unix: string): Promise<string> =>
  start(unix).then(
    () => "it started",
    (error: unknown) => String(error),
  );

test(
  proves("a peer of the socket names no address, unless the operator trusts it", "threat 43"),
  async () => {
    const unix = place();
    const listening = await start(unix);
    expect(listening.urls).toEqual([`unix:${unix}`]);
    expect(await ask(unix)).toBe("from ");
    expect(logged).toContain("trusted_proxies does not name it");
    expect(logged).toContain("proxy=unix");

    const believing = place();
    await start(believing, { trusted_proxies: ["unix"] });
    expect(await ask(believing)).toBe("from 198.51.100.9");
    expect(await ask(believing, "1.1.1.1, 198.51.100.9")).toBe("from 198.51.100.9");
    expect(await ask(believing, "unix")).toBe("from ");
    expect(logged).not.toContain("trusted_proxies");
  },
);

test(proves("that other proxies are trusted does not make the socket's peer one", "threat 43"), async () => {
  const unix = place();
  await start(unix, { trusted_proxies: ["loopback", "0.0.0.0/0", "::/0"] });
  expect(await ask(unix)).toBe("from ");
  expect(logged).toContain("trusted_proxies does not name it");
});

test.each(["0600", "0660", "0666"])("permissions %s hold from the first moment", async (unix_mode) => {
  const unix = place();
  const before = process.umask();
  await start(unix, { unix_mode });
  expect((statSync(unix).mode & 0o777).toString(8)).toBe(unix_mode.slice(1));
  expect(process.umask()).toBe(before);
});

test("by default the owner and the group may connect", async () => {
  const unix = place();
  await start(unix);
  expect(statSync(unix).mode & 0o777).toBe(0o660);
});

test("the file goes when the server stops", async () => {
  const unix = place();
  const listening = await start(unix);
  await listening.stop(1000);
  expect(existsSync(unix)).toBe(false);
});

test("a server that was killed leaves its socket, and the next one takes its place", async () => {
  const unix = place();
  const folder = temporaryFolder();
  const file = join(folder, "tessera.toml");
  writeFileSync(
    file,
    `issuer = "http://localhost:8080"\ndata = "${folder}/data"\n[[listen]]\nunix = "${unix}"\n`,
  );
  const server = startTessera(["serve", "--config", file]);
  await printed(server, /listening on (unix:\S+)\n/);
  server.process.kill("SIGKILL");
  await server.ended;
  expect(statSync(unix).isSocket()).toBe(true);
  await start(unix);
  expect(await ask(unix)).toBe("from ");
});

test("a socket on which another program listens stays, and so does a file that is none", async () => {
  const unix = place();
  await start(unix);
  expect(await faultOf(unix)).toContain(`A program listens on ${unix}.`);
  expect(await ask(unix)).toBe("from ");

  const file = place();
  writeFileSync(file, "notes");
  expect(await faultOf(file)).toContain(`${file} is there, and is no socket.`);
  expect(readFileSync(file, "utf8")).toBe("notes");
});

test("a folder that is missing is named, with its cure", async () => {
  const unix = join(temporaryFolder(), "missing", "tessera.sock");
  expect(await faultOf(unix)).toContain("RuntimeDirectory=tessera makes /run/tessera");
});

test("an open connection ends when the server is stopped at once", async () => {
  const unix = place();
  const listening = await start(unix);
  const closed = Promise.withResolvers<void>();
  const socket = connect({ path: unix }, () => socket.write("GET / HTTP/1.1\r\n"));
  socket.on("close", () => closed.resolve());
  socket.on("error", () => {});
  await Bun.sleep(20);
  await listening.stop(0);
  await closed.promise;
});

/** What is wrong with this configuration; empty if nothing is. */
function mistakesOf(text: string): string {
  const file = join(temporaryFolder(), "tessera.toml");
  writeFileSync(file, text);
  try {
    loadConfiguration({ file, env: { HOME: "/home/ada" }, flags: {} });
    return "";
  } catch (error) {
    return String(error);
  }
}

const ISSUER = 'issuer = "https://auth.example.org"\n';

test.each([
  ["[[listen]]\nunix = '/run/t.sock'\n", "issuer is missing"],
  [`${ISSUER}workers = 2\n[[listen]]\nunix = '/run/t.sock'\n`, "only one process can take a unix socket"],
  [`${ISSUER}[[listen]]\nunix = '/run/t.sock'\nport = 8081\n`, "takes the place of host, port and tls"],
  [`${ISSUER}[[listen]]\nunix = '/run/t.sock'\nhost = '::1'\n`, "takes the place of host, port and tls"],
  [`${ISSUER}[[listen]]\nunix = '/run/${"t".repeat(120)}'\n`, "must have at most 103 bytes"],
  [`${ISSUER}[[listen]]\nunix = ''\n`, "listen.0.unix"],
  [`${ISSUER}[[listen]]\nunix = '/run/t.sock'\nunix_mode = '0888'\n`, "octal digits, such as 0660"],
  [`${ISSUER}[[listen]]\nunix = '/run/t.sock'\nunix_mode = '0660'\n`, ""],
  [`[[listen]]\nunix = '/run/t.sock'\n[[listen]]\nport = 8081\n`, ""],
])("the configuration %j: %j", (text, mistake) => {
  if (mistake === "") expect(mistakesOf(text)).toBe("");
  else expect(mistakesOf(text)).toContain(mistake);
});

test("the issuer is made from the first listener that has an address, and no origin from a socket", () => {
  const file = join(temporaryFolder(), "tessera.toml");
  writeFileSync(file, "[[listen]]\nunix = '~/t.sock'\n[[listen]]\nport = 8081\n");
  const { issuer, listen: listeners } = loadConfiguration({ file, env: { HOME: "/home/ada" }, flags: {} });
  expect(issuer).toBe("http://localhost:8081");
  expect(listeners[0]?.unix).toBe("/home/ada/t.sock");
});
