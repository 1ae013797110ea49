/** `tessera health`, at each kind of listener. */
import { afterAll, afterEach, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { endProcesses, finished, printed, startTessera } from "./processes.ts";
import { startServer } from "./running.ts";
import { captureIo, removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

afterEach(endProcesses);
afterAll(removeTemporaryFolders);

const health = (...args: string[]) => tessera(["health", ...args]);

test("is 0 while the server is ready, and 1 when it has stopped", async () => {
  const server = await startServer(join(temporaryFolder(), "data"));
  const { port } = new URL(server.url);
  expect(await health("--port", port)).toMatchObject({ code: 0, out: "ready\n", err: "" });
  expect(await health("--port", port, "--host", "0.0.0.0")).toMatchObject({ code: 0 });
  await server.stop();
  const stopped = await health("--port", port);
  expect(stopped).toMatchObject({ code: 1, out: "" });
  expect(stopped.err).toContain(`Not ready: 127.0.0.1:${port} does not answer`);
});

test("asks a unix socket, and a port with TLS and a certificate for another name", async () => {
  const folder = temporaryFolder();
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const made = Bun.spawnSync(
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90"
      .split(" ")
      .concat("-subj", "/CN=auth.example.org", "-keyout", key, "-out", certificate),
  );
  expect(made.exitCode).toBe(0);
  const file = join(folder, "tessera.toml");
  const listeners = [
    `[[listen]]\nunix = "${folder}/t.sock"\n`,
    `[[listen]]\nhost = "127.0.0.1"\nport = 0\ntls = { certificate = "${certificate}", key = "${key}" }\n`,
  ];
  const write = (text: string): string => {
    writeFileSync(file, `issuer = "https://auth.example.org"\ndata = "${folder}/data"\n${text}`);
    return file;
  };
  const server = startTessera(["serve", "--config", write(listeners.join(""))]);
  const port = await printed(server, /https:\/\/127\.0\.0\.1:(\d+)\n/);
  expect(await health("--config", file)).toMatchObject({ code: 0, err: "" });
  write(`${listeners[1]?.replace("port = 0", `port = ${port}`)}`);
  expect(await health("--config", file)).toMatchObject({ code: 0, err: "" });
});

/** A server that is not ready until it was asked so often. */
function unready(times: number) {
  let asked = 0;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Response("", { status: ++asked <= times ? 503 : 200 }),
  });
  return { port: String(server.port), asked: () => asked, stop: () => server.stop(true) };
}

test("a server that answers 503 is not ready, and it is asked once", async () => {
  const server = unready(9);
  const { code, err } = await health("--port", server.port);
  await server.stop();
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("answers with status 503") });
  expect(server.asked()).toBe(1);
});

test("a proxy that the environment names is not asked", async () => {
  const server = unready(0);
  const [HTTP_PROXY, http_proxy] = ["http://127.0.0.1:1", "http://127.0.0.1:1"];
  const asked = startTessera(["health", "--port", server.port], { HTTP_PROXY, http_proxy });
  const { out, code } = await finished(asked);
  await server.stop();
  expect({ out, code }).toEqual({ out: "ready\n", code: 0 });
});

test("--wait asks again until the server is ready, and gives up after its time", async () => {
  const late = unready(2);
  const waiting = await tessera(["health", "--wait", "9", "--port", late.port], { sleep: async () => {} });
  await late.stop();
  expect(waiting).toMatchObject({ code: 0, out: "ready\n" });
  expect(late.asked()).toBe(3);

  let now = 0;
  const never = unready(Number.POSITIVE_INFINITY);
  const { code, err } = await tessera(["health", "--wait", "30", "--port", never.port], {
    clock: { ...captureIo().clock, millis: () => now },
    sleep: async (millis) => {
      now += millis;
    },
  });
  await never.stop();
  expect({ code, now }).toEqual({ code: 1, now: 30_000 });
  expect(err).toContain("Not ready after 30 seconds");
});

test("a wrong time and port 0 are refused in words", async () => {
  expect(await health("--wait", "soon")).toMatchObject({ code: 2 });
  const any = await health("--port", "0");
  expect(any).toMatchObject({ code: 1, err: expect.stringContaining("name one to ask it") });
});
