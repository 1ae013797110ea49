/** The certificate and key of a TLS listener: read together, checked together, and read again when they change. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";

export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** The contents of the files at one moment. */
export interface CertificatePair {
  readonly certificate: string;
  readonly key: string;
}

const samePair = (one: CertificatePair, other: CertificatePair): boolean =>
  one.certificate === other.certificate && one.key === other.key;

export const readPair = (files: CertificateFiles): CertificatePair => ({
  certificate: readFileSync(files.certificate, "utf8"),
  key: readFileSync(files.key, "utf8"),
});

/** Why a pair cannot be used, in words for the operator; null if it can be. */
export function pairFault(pair: CertificatePair): string | null {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pair.certificate);
  } catch {
    return "the certificate file holds no PEM certificate";
  }
  try {
    if (!certificate.checkPrivateKey(createPrivateKey(pair.key)))
      return "the key does not belong to the certificate";
  } catch {
    return "the key file holds no PEM private key without a passphrase";
  }
  return null;
}

/** The end of the certificate, for the log. */
export const validUntil = (pair: CertificatePair): string => {
  const date = new Date(new X509Certificate(pair.certificate).validTo);
  return Number.isNaN(date.getTime()) ? "unknown" : date.toISOString();
};

export interface CertificateWatch {
  /** Checks the files now. An operator who asks for it is done with the renewal, so a fault is reported at once. */
  lookNow(): void;
  stop(): void;
}

/**
 * Checks the files at intervals and passes on each new usable pair. It compares contents, not times: renewals come as
 * renames, as links that move, and as two writes with a moment in between.
 */
export function watchCertificate(options: {
  readonly files: CertificateFiles;
  readonly everyMillis: number;
  readonly current: CertificatePair;
  readonly onChange: (pair: CertificatePair) => void;
  readonly onFault: (fault: string) => void;
}): CertificateWatch {
  let current = options.current;
  let suspect: CertificatePair | null = null;
  let complained: CertificatePair | null = null;
  let missing = 0;

  const look = (isRenewed: boolean) => {
    let found: CertificatePair;
    try {
      found = readPair(options.files);
      missing = 0;
    } catch (error) {
      missing += 1;
      // A file that is missing once may be between two renames.
      if (missing === 2 || isRenewed) options.onFault(error instanceof Error ? error.message : String(error));
      return;
    }
    if (samePair(found, current)) return;
    const fault = pairFault(found);
    if (fault === null) {
      current = found;
      options.onChange(found);
      return;
    }
    // Half of a renewal looks broken, so a pair is reported only if it is still broken at the next check, and only once.
    const stillBroken = suspect !== null && samePair(found, suspect);
    const alreadyTold = complained !== null && samePair(found, complained);
    if (isRenewed || (stillBroken && !alreadyTold)) {
      complained = found;
      options.onFault(fault);
    }
    suspect = found;
  };
  const timer = setInterval(() => look(false), options.everyMillis);
  timer.unref();
  return { lookNow: () => look(true), stop: () => clearInterval(timer) };
}
