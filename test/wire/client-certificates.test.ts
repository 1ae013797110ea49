/** Clients with certificates, through the nginx of docs/workloads.md and real TLS, to the program itself (RFC 8705 §2). */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { endProcesses, printed, start, startTessera } from "../cli/processes.ts";
import { removeTemporaryFolders, temporaryFolder } from "../cli/support.ts";
import {
  issuedBy,
  newAuthority,
  rfc9440,
  selfSigned,
  type TestCertificate,
} from "../support/certificates.ts";
import { proves } from "../support/proves.ts";
import { encodeForm } from "../support/server.ts";
import { freePort } from "./support.ts";

const nginx = Bun.which("nginx", { PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` });
const guide = readFileSync(join(import.meta.dir, "../../docs/workloads.md"), "utf8");
const [, PROXY = ""] = /^```nginx\n(.*?)^```/ms.exec(guide) ?? [];

describe.skipIf(nginx === null)("nginx as docs/workloads.md has it", () => {
  let issued: TestCertificate;
  let own: TestCertificate;
  let stranger: TestCertificate;
  let proxy = "";
  let direct = "";

  beforeAll(async () => {
    const folder = temporaryFolder();
    const authority = newAuthority(folder, "authority");
    issued = issuedBy(authority, folder, "issued", "/O=Example/CN=backup");
    own = selfSigned(folder, "own", "/CN=own");
    stranger = selfSigned(folder, "stranger", "/O=Example/CN=backup");
    const config = join(folder, "tessera.toml");
    writeFileSync(
      config,
      `trusted_proxies = ["127.0.0.1"]
       listen = [{ host = "127.0.0.1", port = 0 }, { host = "127.0.0.2", port = 0 }]
       [client_certificates]
       format = "escaped_pem"
       authorities = ${JSON.stringify(authority.certificate)}
       [[clients]]
       client_id = "backup"
       token_endpoint_auth_method = "tls_client_auth"
       tls_client_auth_subject_dn = "CN=backup,O=Example"
       [[clients]]
       client_id = "own"
       token_endpoint_auth_method = "self_signed_tls_client_auth"
       jwks_file = ${JSON.stringify(own.certificate)}
      `,
    );
    const child = startTessera(["serve", "--config", config, "--data", join(folder, "data")]);
    const upstream = await printed(child, /listening on http:\/\/(127\.0\.0\.1:\d+)/);
    direct = `http://${upstream}`;
    const port = freePort();
    proxy = `https://localhost:${port}`;
    const server = selfSigned(folder, "server", "/CN=localhost", ["subjectAltName=DNS:localhost"]);
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
      .join("\n");
    const site = PROXY.replace("listen 443 ssl;", `listen 127.0.0.1:${port} ssl;`)
      .replace("/etc/nginx/auth.example.org.pem", server.certificate)
      .replace("/etc/nginx/auth.example.org.key", server.key);
    const file = join(folder, "nginx.conf");
    writeFileSync(
      file,
      `daemon off; master_process off; pid ${folder}/pid; error_log stderr crit;
       events {} http { access_log off; ${temporary}
         upstream tessera { server ${upstream}; }
         ${site} }`,
    );
    start([nginx ?? "", "-p", folder, "-e", "stderr", "-c", file]);
    for (let attempt = 0; attempt < 400; attempt += 1) {
      if (
        await fetch(`${proxy}/readyz`, { tls: { rejectUnauthorized: false } }).then(
          ({ ok }) => ok,
          () => false,
        )
      )
        return;
      await Bun.sleep(25);
    }
    throw new Error("nginx did not start.");
  });
  afterAll(async () => {
    await endProcesses();
    removeTemporaryFolders();
  });

  /** The status of a token request, and the reason if it was refused. */
  async function ask(
    clientId: string,
    certificate: TestCertificate | null,
    { header, to = proxy }: { readonly header?: string; readonly to?: string } = {},
  ): Promise<number> {
    const response = await fetch(`${to}/auth/token`, {
      method: "POST",
      headers: {
        "Content-Type": "application/x-www-form-urlencoded",
        ...(header !== undefined && { "Client-Cert": header }),
      },
      body: encodeForm({ grant_type: "client_credentials", client_id: clientId, scope: "profile" }),
      keepalive: false,
      tls: {
        rejectUnauthorized: false,
        ...(certificate !== null && {
          cert: readFileSync(certificate.certificate, "utf8"),
          key: readFileSync(certificate.key, "utf8"),
        }),
      },
    });
    return response.status;
  }

  test(proves("lets each client in by its own certificate", "RFC 8705 2-1", "RFC 8705 2-3"), async () => {
    expect(await ask("backup", issued)).toBe(200);
    expect(await ask("own", own)).toBe(200);
    expect(await ask("own", issued)).toBe(401);
    expect(await ask("backup", own)).toBe(401);
    expect(await ask("backup", stranger)).toBe(401);
    expect(await ask("backup", null)).toBe(401);
  });

  test(proves("and lets no one in by a header that they send themselves", "threat 93"), async () => {
    const escaped = encodeURIComponent(readFileSync(issued.certificate, "utf8"));
    for (const header of [escaped, rfc9440(issued)]) expect(await ask("backup", null, { header })).toBe(401);
    // What nginx adds takes the place of what was sent.
    expect(await ask("own", own, { header: escaped })).toBe(200);
    expect(await ask("backup", own, { header: escaped })).toBe(401);
    // The trusted address is that of the peer: this request comes from it, as the proxy would.
    expect(await ask("backup", null, { header: escaped, to: direct })).toBe(200);
  });
});
