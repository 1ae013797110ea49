/** `tessera health`, at each kind of listener. */
import { afterAll, afterEach, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { endProcesses, printed, startTessera } from "./processes.ts";
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
  expect(stopped.err).toContain(`Not ready: http://127.0.0.1:${port}/readyz does not answer`);
});

test("asks a unix socket, and with TLS whatever name the certificate has", async () => {
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

test("a server that answers 503 is not ready", async () => {
  const broken = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Response("", { status: 503 }),
  });
  const { code, err } = await health("--port", String(broken.port));
  await broken.stop(true);
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("answers with status 503") });
});

test("--wait asks again until the server is ready, and gives up after its time", async () => {
  let asked = 0;
  const late = {
    ...captureIo(),
    fetch: async () => new Response("", { status: ++asked < 3 ? 503 : 200 }),
    sleep: async () => {},
  };
  expect(await tessera(["health", "--wait", "9"], late)).toMatchObject({ code: 0, out: "ready\n" });
  expect(asked).toBe(3);

  let now = 0;
  const never = {
    clock: { ...late.clock, millis: () => now },
    fetch: async () => new Response("", { status: 503 }),
    sleep: async (millis: number) => {
      now += millis;
    },
  };
  const { code, err } = await tessera(["health", "--wait", "30"], never);
  expect({ code, now }).toEqual({ code: 1, now: 30_000 });
  expect(err).toContain("Not ready after 30 seconds");
});

test("a wrong time and port 0 are refused in words", async () => {
  expect(await health("--wait", "soon")).toMatchObject({ code: 2 });
  const any = await health("--port", "0");
  expect(any).toMatchObject({ code: 1, err: expect.stringContaining("name one to ask it") });
});
