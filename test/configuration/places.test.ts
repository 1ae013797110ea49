/** Values that arrive from elsewhere: other encodings, variables of Kubernetes, paths at home, addresses to listen on. */
import { afterAll, describe, expect, test } from "bun:test";
import { homedir } from "node:os";
import { join } from "node:path";
import { kubernetesVariables } from "../../src/configuration/sources.ts";
import { openLoading } from "./loading.ts";

const { folder, write, load, mistakes, close } = openLoading();
afterAll(close);

describe("text that is not UTF-8 is refused", () => {
  test("in a file, by line and column", () => {
    const latin1 = Buffer.from('[appearance]\nname = "B\u00fcro"\n', "latin1");
    expect(mistakes({ file: latin1 })).toMatch(/\d+\.toml:2:10: this is not UTF-8. Save the file in UTF-8.$/);
    const truncated = Buffer.from('name = "B\u00fcro').subarray(0, 10);
    expect(mistakes({ file: truncated })).toContain(".toml:1:10: this is not UTF-8.");
    expect(mistakes({ file: Buffer.from("\uFEFFdemo = true\n", "utf16le") })).toContain(
      ".toml:1:1: this is not UTF-8.",
    );
  });

  test("in a variable and in a flag", () => {
    const message = mistakes({
      env: { TESSERA_APPEARANCE__NAME: "B\uFFFDro" },
      flags: { set: ["appearance.name=B\uFFFDro"], data: "B\uFFFDro" },
    });
    expect(message).toContain("--data: this is not UTF-8.");
    expect(message).toContain("TESSERA_APPEARANCE__NAME: this is not UTF-8.");
    expect(message).toContain("--set appearance.name: this is not UTF-8.");
  });

  test("and a byte order mark is no fault of a file", () => {
    expect(load({ file: '\uFEFF[appearance]\nname = "B\u00fcro"\n' }).appearance.name).toBe("B\u00fcro");
  });
});

describe("the variables that Kubernetes sets for a service are no settings", () => {
  const OF_TESSERA = {
    TESSERA_PORT: "tcp://10.43.7.9:80",
    TESSERA_SERVICE_HOST: "10.43.7.9",
    TESSERA_SERVICE_PORT: "80",
    TESSERA_SERVICE_PORT_HTTP: "80",
    TESSERA_PORT_8080_TCP: "tcp://10.43.7.9:8080",
    TESSERA_PORT_8080_TCP_PROTO: "tcp",
    TESSERA_PORT_8080_TCP_PORT: "8080",
    TESSERA_PORT_8080_TCP_ADDR: "10.43.7.9",
    TESSERA_POSTGRES_SERVICE_HOST: "10.43.7.10",
    TESSERA_POSTGRES_PORT: "tcp://10.43.7.10:5432",
    TESSERA_POSTGRES_PORT_5432_TCP: "tcp://10.43.7.10:5432",
    TESSERA_DNS_PORT_53_UDP: "udp://10.43.7.11:53",
  };

  test("they are ignored", () => {
    expect(load({ env: OF_TESSERA }).listen).toEqual([{ host: "localhost", port: 8080 }]);
    expect(kubernetesVariables({ ...OF_TESSERA, TESSERA_HOST: "::", PATH: "/bin" })).toEqual(
      Object.keys(OF_TESSERA),
    );
  });

  test("a setting beside them counts, and a misspelt one is told", () => {
    expect(load({ env: { ...OF_TESSERA, TESSERA_PORT: "9000" } }).listen[0]?.port).toBe(9000);
    expect(mistakes({ env: { ...OF_TESSERA, TESSERA_PROT: "9000" } })).toContain(
      "TESSERA_PROT is not a setting.",
    );
    expect(mistakes({ env: { TESSERA_PORT: "http://10.43.7.9:80" } })).toContain(
      "TESSERA_PORT: listen.0.port =",
    );
  });
});

describe("a ~ at the beginning of a path is the home folder", () => {
  const env = { HOME: folder };
  write("", "certificate.pem");
  write("", "key.pem");
  write("", "logo.svg");

  test("in the file, in variables and in flags", () => {
    const tls = 'tls = { certificate = "~/certificate.pem", key = "~/key.pem" }';
    const file = `data = "~/data"\n[[listen]]\n${tls}\n[appearance]\nlogo = "~/logo.svg"\n`;
    expect(load({ file, env })).toMatchObject({
      data: join(folder, "data"),
      appearance: { logo: join(folder, "logo.svg") },
      listen: [{ tls: { certificate: join(folder, "certificate.pem"), key: join(folder, "key.pem") } }],
    });
    expect(load({ env: { ...env, TESSERA_DATA: "~" } }).data).toBe(folder);
    expect(load({ env, flags: { data: "~/elsewhere" } }).data).toBe(join(folder, "elsewhere"));
  });

  test("without HOME, of the user", () => {
    expect(load({ flags: { data: "~/data" } }).data).toBe(join(homedir(), "data"));
  });

  test("and nothing else is", () => {
    for (const data of ["~other/data", "./~/data", "data~", "/~"])
      expect(load({ env, flags: { data } }).data).toBe(data);
  });
});

describe("the host of a listener", () => {
  test.each([
    ["[::1]", "::1", "http://[::1]:8080"],
    ["[::]", "::", "http://localhost:8080"],
    ["::1", "::1", "http://[::1]:8080"],
    ["127.0.0.1", "127.0.0.1", "http://127.0.0.1:8080"],
    ["fe80::1%eth0", "fe80::1%eth0", "http://[fe80::1%eth0]:8080"],
    ["auth.internal", "auth.internal", "http://auth.internal:8080"],
  ])("may be %s", (host, expected, issuer) => {
    // Without an issuer of its own, the server has the address of its first listener.
    const given = expected.includes("%") ? { host, issuer: "https://a.example" } : { host };
    const configuration = load({ flags: given });
    expect(configuration.listen[0]?.host).toBe(expected);
    if (!expected.includes("%")) expect(configuration.issuer).toBe(issuer);
  });

  test.each([
    "127.0.0.1:9000",
    "[::1]:9000",
    "localhost:9000",
    "/run/tessera.sock",
    "unix:/run/tessera.sock",
    "http://localhost",
    "127.0.1",
    "[127.0.0.1]",
    "[localhost]",
    "a b",
    "",
  ])("may not be %j, and the message says what may", (host) => {
    const words = `${JSON.stringify(host)} is not allowed. It must be localhost, an address (127.0.0.1, ::1), 0.0.0.0 or :: for all, or a host name; the port has a setting of its own`;
    expect(mistakes({ flags: { host } })).toContain(`--host: listen.0.host = ${words}`);
    expect(mistakes({ env: { TESSERA_HOST: host } })).toContain(`TESSERA_HOST: listen.0.host = ${words}`);
  });
});
