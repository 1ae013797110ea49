/** The certificate and key of a TLS listener: read together, checked together, and read again when they change. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { DAY_SECONDS } from "./clock.ts";
import { fileFault } from "./file-fault.ts";

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

/** The contents of the files. Throws the error of the operating system. */
export const readPair = (files: CertificateFiles): CertificatePair => ({
  certificate: readPem(files.certificate),
  key: readPem(files.key),
});

/** Some editors put a byte order mark before the text, which is no part of PEM. */
const readPem = (file: string): string => readFileSync(file, "utf8").replace(/^\uFEFF/, "");

/** Why the files cannot be used, in words for the operator; null if they can be. */
export function filesFault(files: CertificateFiles): string | null {
  for (const file of [files.certificate, files.key]) {
    try {
      readPem(file);
    } catch (error) {
      return `${file} ${fileFault(error)}`;
    }
  }
  return pairFault(readPair(files));
}

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

const EXPIRES_SOON_SECONDS = 30 * DAY_SECONDS;
/** CA/Browser Forum, Baseline Requirements §6.1.5: what clients accept at least. */
const RSA_BITS = 2048;

/** What is unwise about the certificate of a usable pair, each as the rest of a sentence. `now` is in seconds. */
export function certificateConcerns(pair: CertificatePair, now: number): string[] {
  const certificate = new X509Certificate(pair.certificate);
  const concerns: string[] = [];
  const validFrom = Date.parse(certificate.validFrom) / 1000;
  const validTo = Date.parse(certificate.validTo) / 1000;
  const until = validUntil(pair);
  if (validTo <= now) concerns.push(`expired on ${until}: clients refuse it. Renew it.`);
  else if (validTo - now <= EXPIRES_SOON_SECONDS) {
    const days = Math.floor((validTo - now) / DAY_SECONDS);
    const left = days === 0 ? "in less than a day" : days === 1 ? "in 1 day" : `in ${days} days`;
    concerns.push(`expires ${left}, on ${until}. Renew it.`);
  }
  if (validFrom > now) {
    concerns.push(
      `is not valid before ${new Date(validFrom * 1000).toISOString()}: clients refuse it until then.`,
    );
  }
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  const bits = asymmetricKeyDetails?.modulusLength;
  if (asymmetricKeyType === "rsa" && bits !== undefined && bits < RSA_BITS) {
    concerns.push(
      `has an RSA key of ${bits} bits: clients refuse it. Use ${RSA_BITS} bits or more, or an elliptic curve.`,
    );
  }
  const weak = /sha-?1(?!\d)|md5/i.exec(certificate.signatureAlgorithm ?? "");
  if (weak !== null) {
    const algorithm = weak[0].toUpperCase().replace("SHA1", "SHA-1");
    concerns.push(`is signed with ${algorithm}: clients refuse it. Get one signed with SHA-256.`);
  }
  return concerns;
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
