/** Certificates of clients, made by openssl as an operator would make them. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface TestCertificate {
  /** Files in PEM. */
  readonly certificate: string;
  readonly key: string;
  /** base64 of DER. */
  readonly der: string;
}

function openssl(args: readonly string[], folder: string): void {
  const { exitCode, stderr } = Bun.spawnSync(["openssl", ...args], { cwd: folder });
  if (exitCode !== 0) throw new Error(stderr.toString());
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

const made = (folder: string, name: string): TestCertificate => {
  const certificate = join(folder, `${name}.pem`);
  const body = /-----BEGIN CERTIFICATE-----([^-]+)/.exec(readFileSync(certificate, "utf8"))?.[1] ?? "";
  return { certificate, key: join(folder, `${name}.key`), der: body.replace(/\s/g, "") };
};

/** A certificate that no authority issued. `extensions`: as `subjectAltName=DNS:client.example`. */
export function selfSigned(
  folder: string,
  name: string,
  subject: string,
  extensions: readonly string[] = [],
): TestCertificate {
  openssl(
    [
      ...["req", "-x509", ...NEW_KEY, "-days", "2", "-utf8", "-subj", subject],
      ...["-keyout", `${name}.key`, "-out", `${name}.pem`],
      ...extensions.flatMap((extension) => ["-addext", extension]),
    ],
    folder,
  );
  return made(folder, name);
}

export const newAuthority = (folder: string, name: string): TestCertificate =>
  selfSigned(folder, name, `/CN=${name}`, ["keyUsage=critical,keyCertSign"]);

/** A certificate that the authority issued. `names`, `usage`: as openssl writes them. */
export function issuedBy(
  authority: TestCertificate,
  folder: string,
  name: string,
  subject: string,
  {
    names = "",
    usage = "",
    days = 2,
  }: { readonly names?: string; readonly usage?: string; readonly days?: number } = {},
): TestCertificate {
  openssl(
    ["req", ...NEW_KEY, "-utf8", "-subj", subject, "-keyout", `${name}.key`, "-out", `${name}.csr`],
    folder,
  );
  const extensions = [
    ...(names === "" ? [] : [`subjectAltName=${names}`]),
    ...(usage === "" ? [] : [`extendedKeyUsage=${usage}`]),
  ];
  writeFileSync(join(folder, `${name}.ext`), extensions.join("\n"));
  openssl(
    [
      ...["x509", "-req", "-in", `${name}.csr`, "-CA", authority.certificate, "-CAkey", authority.key],
      ...["-CAcreateserial", "-out", `${name}.pem`, "-days", String(days), "-extfile", `${name}.ext`],
    ],
    folder,
  );
  return made(folder, name);
}

/** RFC 9440 §2.1. */
export const rfc9440 = ({ der }: TestCertificate): string => `:${der}:`;

/** `$ssl_client_escaped_cert` of nginx. */
export const escapedPem = ({ certificate }: TestCertificate): string =>
  encodeURIComponent(readFileSync(certificate, "utf8"));
