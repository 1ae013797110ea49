/** Checks of the address that people and applications use: whether the issuer answers there, as itself, over good TLS. */
import { isIP } from "node:net";
import { certificateConcerns, readPair } from "../../platform/listen-certificate.ts";
import { isLoopbackHost } from "../../platform/network.ts";
import { metadataPaths } from "../../protocol/metadata-paths.ts";
import { publishedKeys, ringOf } from "../../rules/signing-key.ts";
import { findSigningKeys } from "../signing-keys.ts";
import {
  ask,
  type Check,
  errorCode,
  type Finding,
  failure,
  lengthOfTime,
  note,
  ok,
  skipped,
  warning,
} from "./check.ts";

const NO_NETWORK = skipped("Nothing is asked over the network from here.");

/** Why a request did not get an answer, and what to do. */
function unreachable(error: unknown, url: string): Finding {
  const { host, hostname, protocol } = new URL(url);
  const code = errorCode(error);
  if (/ENOTFOUND|EAI_AGAIN|NXDOMAIN/i.test(code)) {
    return failure(
      `This machine knows no address of ${hostname}.`,
      `Enter the name in the DNS, or in /etc/hosts of this machine if only others find it.`,
    );
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME|SSL|TLS|UNKNOWN_CA/i.test(code)) {
    return failure(
      `The TLS connection to ${host} is refused (${code}).`,
      "See the check tls.certificate: applications refuse it for the same reason.",
    );
  }
  if (/Timeout|ETIMEDOUT|timed out|AbortError/i.test(code)) {
    return failure(
      `${host} does not answer within ten seconds.`,
      "Look whether a firewall drops the packets. If only this machine cannot reach its own public address, let its DNS or /etc/hosts name the proxy's inner address.",
    );
  }
  return failure(
    `${host} cannot be reached (${code}).`,
    `Start the server and the proxy in front of it, and look whether ${
      protocol === "https:" ? "the proxy" : "the server"
    } listens there: tessera status`,
  );
}

/** What an answer at a place of the metadata says. Null: it is this server's. */
function wrongAnswer(response: Response, text: string, url: string, issuer: string): Finding | null {
  const { status, headers } = response;
  if (status >= 300 && status < 400) {
    const location = headers.get("location") ?? "elsewhere";
    return failure(
      `${url} redirects to ${location}. Applications do not follow that.`,
      `Let the proxy pass the request on, or set the issuer to the address where the server really is.`,
    );
  }
  if (status === 502 || status === 503 || status === 504) {
    return failure(
      `${url} answers ${status}: the proxy does not reach the server, or the server does not reach its database.`,
      "Look whether the server runs (tessera status), whether the proxy has its right address and port, and into the log.",
    );
  }
  if (status !== 200) {
    return failure(
      `${url} answers ${status} instead of the metadata.`,
      "Let the proxy pass on this path unchanged, or set the issuer to the address where the server really is.",
    );
  }
  let found: unknown;
  try {
    found = (JSON.parse(text) as { issuer?: unknown } | null)?.issuer;
  } catch {
    return failure(
      `${url} answers something that is not this server's metadata.`,
      "Another program answers at this address. Look at what the proxy does with this path.",
    );
  }
  if (found === issuer) return null;
  return failure(
    `${url} is of another issuer: ${typeof found === "string" ? found : "none"}. This configuration has ${issuer}.`,
    "Applications compare the issuer byte for byte. Set the same issuer here and for the server that answers, or run this check with the server's configuration.",
  );
}

const answers: Check = {
  id: "address.issuer",
  title: "The issuer answers",
  about:
    "The issuer's address is reachable from this machine, and the server that answers there has the same issuer. Applications begin with this request.",
  cure: "Start the server and the proxy, enter the name in the DNS, and set the issuer to the address that people use.",
  async run({ fetch, issuer }, { metadata }) {
    if (fetch === null) return [NO_NETWORK];
    const url = issuer.url(DISCOVERY);
    try {
      const { response, text } = await metadata();
      return [
        wrongAnswer(response, text, url, issuer.identifier) ??
          ok(`${issuer.identifier} answers, and is the same issuer.`),
      ];
    } catch (error) {
      return [unreachable(error, url)];
    }
  },
};

/** Of the paths of the metadata, the one that most applications ask. */
export const DISCOVERY = "/.well-known/openid-configuration";

const paths: Check = {
  id: "address.metadata",
  title: "Metadata at every path",
  about:
    "The metadata is at every place where a specification lets applications look. With a path in the issuer some of them are outside of it, and a proxy must pass those on too.",
  cure: "Let the proxy pass on `/.well-known/…` of the host too: [proxy.md](proxy.md).",
  async run({ fetch, issuer }, { metadata }) {
    if (fetch === null) return [NO_NETWORK];
    try {
      await metadata();
    } catch {
      return [skipped("Nothing answers: see address.issuer.")];
    }
    const { root, below } = metadataPaths(issuer.path);
    const urls = [
      ...root.map((path) => issuer.origin + path),
      ...below.map((path) => issuer.identifier + path),
    ];
    const found = await Promise.all(
      urls.map(async (url) => {
        try {
          const response = await ask({ fetch }, url);
          return wrongAnswer(response, await response.text(), url, issuer.identifier);
        } catch (error) {
          return unreachable(error, url);
        }
      }),
    );
    const faults = found.filter((finding) => finding !== null);
    return faults.length > 0 ? faults : [ok(`All ${urls.length} places have it.`)];
  },
};

const keySet: Check = {
  id: "address.keys",
  title: "The key set is this server's",
  about:
    "The published key set has every key of this database. If it has not, another server answers at the address, or a cache on the way keeps an old set.",
  cure: "Find the server that answers, and let no cache keep `/auth/jwks.json` longer than it says.",
  async run({ fetch, issuer, store, keyFiles, clock }, { metadata }) {
    if (fetch === null) return [NO_NETWORK];
    let kids: readonly string[];
    try {
      const { text } = await metadata();
      const { jwks_uri: url } = JSON.parse(text) as { jwks_uri: string };
      // Another server may answer here. It must not send this machine to other addresses.
      if (!url.startsWith(`${issuer.identifier}/`)) throw new Error("The key set is elsewhere.");
      const { keys } = (await (await ask({ fetch }, url)).json()) as { keys: readonly { kid: string }[] };
      kids = keys.map(({ kid }) => kid);
    } catch {
      return [skipped(`${issuer.identifier} gives no key set; the checks before this one say why.`)];
    }
    const ring = ringOf(await findSigningKeys({ store }), await keyFiles.keys());
    const missing = publishedKeys(ring, clock.seconds()).filter(({ kid }) => !kids.includes(kid));
    return missing.length === 0
      ? [ok(`It has ${kids.length === 1 ? "the key" : `all ${kids.length} keys`} of this database.`)]
      : [
          failure(
            `It lacks ${missing.map(({ kid }) => kid).join(", ")}.`,
            "Look whether the server at this address uses this database, and let no proxy cache /auth/jwks.json for longer than its Cache-Control says.",
          ),
        ];
  },
};

/** CA/Browser Forum: certificates live 200 days and less; clients that renew by themselves do so a third before the end. */
const SOON_SECONDS = 14 * 86_400;

const TLS_FAULTS: Readonly<Record<string, readonly [words: string, cure: string]>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    "The chain of the certificate is not complete: some clients find the missing part, and most refuse it.",
    "Let the proxy send the whole chain: fullchain.pem instead of cert.pem.",
  ],
  DEPTH_ZERO_SELF_SIGNED_CERT: [
    "The certificate is signed by itself: applications refuse it.",
    "Get one of an authority that applications trust, such as Let's Encrypt. For an authority of your own: NODE_EXTRA_CA_CERTS names its file here, and every application needs it too.",
  ],
  CERT_HAS_EXPIRED: [
    "A certificate of the chain has expired: everyone refuses it.",
    "Renew it, and look why it was not renewed by itself.",
  ],
  CERT_NOT_YET_VALID: [
    "The certificate is not valid yet.",
    "Look at the clock of this machine, and at the one of the machine that made the certificate.",
  ],
};

const UNKNOWN_AUTHORITY = [
  "This machine does not trust the authority of the certificate.",
  "Get one of an authority that applications trust. For an authority of your own: NODE_EXTRA_CA_CERTS names its file here, and every application needs it too.",
] as const;

const certificate: Check = {
  id: "tls.certificate",
  title: "TLS certificate",
  about:
    "The certificate at the issuer's address is for this host, its chain is complete, and it is valid for two more weeks at least.",
  cure: "Renew it, send the whole chain (`fullchain.pem`), and get one that names the host.",
  async run({ peerCertificate, issuer, clock }) {
    if (peerCertificate === null) return [NO_NETWORK];
    const { hostname, port } = new URL(issuer.identifier);
    if (!issuer.isEncrypted) return [skipped("The issuer is http.")];
    const host = hostname.replace(/^\[|\]$/g, "");
    let found: Awaited<ReturnType<typeof peerCertificate>>;
    try {
      found = await peerCertificate(host, port === "" ? 443 : Number(port));
    } catch (error) {
      return [
        failure(
          `No TLS connection to ${issuer.host} comes about (${errorCode(error)}).`,
          "Look whether the proxy or listen.tls speaks TLS at this port.",
        ),
      ];
    }
    const findings: Finding[] = [];
    if (!found.isForHost) {
      findings.push(
        failure(
          `The certificate is not for ${host}${found.names === "" ? "" : `, but for ${found.names}`}.`,
          isIP(host) === 0
            ? `Get one that names ${host}.`
            : "Use a host name in the issuer: few authorities certify addresses.",
        ),
      );
    }
    if (found.fault !== null && !(findings.length > 0 && /ALTNAME/.test(found.fault))) {
      const [words, cure] = TLS_FAULTS[found.fault] ?? UNKNOWN_AUTHORITY;
      findings.push(failure(`${words.replace(/\.$/, "")} (${found.fault}).`, cure));
    }
    const left = found.validTo - clock.seconds();
    if (left > 0 && left <= SOON_SECONDS) {
      findings.push(
        warning(
          `The certificate expires in ${lengthOfTime(left)}.`,
          "Renew it, and look why that does not happen by itself.",
        ),
      );
    }
    return findings.length > 0
      ? findings
      : [ok(`The certificate is for ${host} and valid for ${lengthOfTime(left)}.`)];
  },
};

const ownCertificates: Check = {
  id: "tls.files",
  title: "Certificate files",
  about:
    "The certificates of listen.tls are valid for a month at least, and have keys and signatures that clients accept.",
  cure: "Put the renewed certificate into the file; the server reads it again by itself.",
  run({ configuration: { listen, metrics }, clock }) {
    const listeners = metrics.listen === undefined ? listen : [...listen, metrics.listen];
    const files = listeners.flatMap(({ tls }) => (tls === undefined ? [] : [tls]));
    if (files.length === 0) return [skipped("This server speaks no TLS itself.")];
    const findings = files.flatMap((tls) =>
      certificateConcerns(readPair(tls), clock.seconds()).map((concern) =>
        /refuse it/.test(concern)
          ? failure(
              `${tls.certificate} ${concern}`,
              "Put a good certificate into the file. The server reads it again by itself.",
            )
          : warning(
              `${tls.certificate} ${concern}`,
              "Put the renewed one into the file. The server reads it again by itself.",
            ),
      ),
    );
    return findings.length > 0 ? findings : [ok(`${files.map((tls) => tls.certificate).join(", ")}: good.`)];
  },
};

/** A difference that clients notice: some accept ID tokens of the next minute only. */
const CLOCK_SECONDS = 30;

const httpClock: Check = {
  id: "clock.http",
  title: "Clock and the network's",
  about:
    "The clock of this machine agrees with the Date of the answer at the issuer's address, which a proxy on another machine writes. Applications refuse tokens from the future.",
  cure: "Let NTP set the clocks: `timedatectl set-ntp true`.",
  async run({ fetch, clock }, { metadata }) {
    if (fetch === null) return [NO_NETWORK];
    try {
      const { response, askedMillis } = await metadata();
      const date = Date.parse(response.headers.get("date") ?? "");
      if (Number.isNaN(date)) return [skipped("The answer has no Date.")];
      // The header counts whole seconds.
      const difference = Math.round((askedMillis - date) / 1000);
      return [clockFinding(difference, "the machine that answers at the issuer's address")];
    } catch {
      return [skipped(`Nothing answers. This machine's time is ${new Date(clock.millis()).toISOString()}.`)];
    }
  },
};

/** `difference`: how far this machine is ahead, in seconds. */
export function clockFinding(difference: number, other: string): Finding {
  if (Math.abs(difference) <= CLOCK_SECONDS) return ok(`It agrees with that of ${other}.`);
  const words = `This machine is ${lengthOfTime(difference)} ${difference > 0 ? "ahead of" : "behind"} ${other}.`;
  return failure(words, "Let NTP set the clock on both: timedatectl set-ntp true");
}

const overHttp: Check = {
  id: "address.secure",
  title: "The address is safe",
  about:
    "The issuer is https, or only this machine uses it. Otherwise passwords and tokens travel in the clear, and browsers do not keep the session's cookie.",
  cure: "Put TLS in front or set `listen.tls`, and use an https issuer: [proxy.md](proxy.md).",
  run({ issuer }) {
    const { hostname } = new URL(issuer.identifier);
    if (issuer.isEncrypted) return [ok(`${issuer.identifier} is https.`)];
    return isLoopbackHost(hostname)
      ? [note(`${issuer.identifier} is for this machine only. Other devices need an https issuer.`)]
      : [
          failure(
            `${issuer.identifier} is http and not on this machine: passwords and tokens travel in the clear.`,
            "Put TLS in front or set listen.tls, and use an https issuer. docs/proxy.md",
          ),
        ];
  },
};

export const ADDRESS_CHECKS = [
  answers,
  overHttp,
  paths,
  keySet,
  certificate,
  ownCertificates,
  httpClock,
] as const;
