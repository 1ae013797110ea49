/** The certificate that a server shows, looked at over a real connection. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readPeerCertificate } from "../../src/platform/peer-certificate.ts";
import { type Certificate, makeMailCertificate } from "../support/mail-server.ts";

let mine: Certificate;
let other: Certificate;
const servers: Bun.Server<undefined>[] = [];
beforeAll(() => {
  mine = makeMailCertificate();
  other = makeMailCertificate("DNS:other.example");
});
afterAll(async () => {
  for (const server of servers) await server.stop(true);
  mine.remove();
  other.remove();
});

function serve({ pem, key }: Certificate): number {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    tls: { cert: pem, key },
    fetch: () => new Response("nothing"),
  });
  servers.push(server);
  return server.port ?? 0;
}

test("is told with its names, its dates, and why this machine does not believe it", async () => {
  const found = await readPeerCertificate("localhost", serve(mine));
  expect(found).toMatchObject({ isForHost: true, names: "127.0.0.1, localhost" });
  expect(found.fault).toMatch(/SELF_SIGNED/);
  expect(found.validTo - found.validFrom).toBe(2 * 86_400);
  expect(await readPeerCertificate("127.0.0.1", serve(mine))).toMatchObject({ isForHost: true });
});

test("is for another host", async () => {
  const found = await readPeerCertificate("localhost", serve(other));
  expect(found).toMatchObject({ isForHost: false, names: "other.example" });
});

test("is no certificate where nothing speaks TLS, or nothing listens", async () => {
  const plain = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("plain") });
  servers.push(plain);
  await expect(readPeerCertificate("127.0.0.1", plain.port ?? 0)).rejects.toThrow();
  await expect(readPeerCertificate("127.0.0.1", 1)).rejects.toThrow();
});
