/** The certificate that a TLS server shows, and whether this machine would believe it. For checks: nothing is sent there. */
import { isIP } from "node:net";
import { checkServerIdentity, connect, type DetailedPeerCertificate } from "node:tls";

export interface PeerCertificate {
  /** Why this machine does not believe it, as OpenSSL calls it (`CERT_HAS_EXPIRED`); null if it does. */
  readonly fault: string | null;
  /** Whether it is for this host. */
  readonly isForHost: boolean;
  /** The hosts that it is for, for people to read. */
  readonly names: string;
  /** In seconds since the epoch. */
  readonly validFrom: number;
  readonly validTo: number;
}

export type ReadPeerCertificate = (host: string, port: number) => Promise<PeerCertificate>;

const TIMEOUT_MILLIS = 10_000;

/** Throws if no TLS connection comes about. */
export const readPeerCertificate: ReadPeerCertificate = (host, port) => {
  const { promise, resolve, reject } = Promise.withResolvers<PeerCertificate>();
  const socket = connect({
    host,
    port,
    ...(isIP(host) === 0 && { servername: host }),
    // It is looked at, whatever it is; nothing is said over the connection.
    rejectUnauthorized: false,
  });
  const timer = setTimeout(() => socket.destroy(new Error("no answer in time")), TIMEOUT_MILLIS);
  socket.once("error", reject);
  socket.once("secureConnect", () => {
    const certificate: DetailedPeerCertificate = socket.getPeerCertificate(true);
    const fault = socket.authorized ? null : String(socket.authorizationError);
    socket.end();
    resolve({
      fault,
      isForHost: checkServerIdentity(host, certificate) === undefined,
      names: (certificate.subjectaltname ?? "").replaceAll(/DNS:|IP Address:/g, ""),
      validFrom: Date.parse(certificate.valid_from) / 1000,
      validTo: Date.parse(certificate.valid_to) / 1000,
    });
  });
  return promise.finally(() => clearTimeout(timer));
};
