/**
 * The forms of password hashes that this server can check: its own, and those of servers from which people come. Each form is
 * one entry of `FORMS`. The hash of another server is checked as that server would, and renewed when the person signs in
 * (operations/renew-password.ts).
 *
 * A hash says itself how much work its check is, so each form has bounds. A hash beyond them is refused where it comes in,
 * and never computed (THREATS 41).
 */
import { createHash, pbkdf2, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { sameBytes } from "../platform/same-text.ts";

/** A hash that can be checked within the bounds. */
export interface CheckableHash {
  readonly form: string;
  /** Hashes with the same text here take equally long. */
  readonly work: string;
  /** How many bytes of a password count; a hash says nothing of the others. */
  readonly significantBytes: number;
  /** The password as it was typed. */
  verify(password: string): Promise<boolean>;
}

/** Why a hash cannot be checked, in words that follow "the hash". */
interface HashFault {
  readonly fault: string;
}

interface HashForm {
  readonly name: string;
  /** Null if the text is not of this form. */
  read(text: string): Omit<CheckableHash, "form"> | HashFault | null;
}

// Each bound allows what other servers recommend, and keeps a check below about a second and a half of one core.
const MOST_MEMORY_KIB = 256 * 1024;
const MOST_ARGON2_WORK = 1024 * 1024;
const MOST_LANES = 16;
const MOST_BCRYPT_ROUNDS = 14;
const MOST_SCRYPT_WORK = 2 ** 21;
const MOST_ITERATIONS = 2_000_000;

/** A shorter one could be guessed by itself; an empty one would match every password. */
const LEAST_DIGEST_BYTES = 16;
const MOST_DIGEST_BYTES = 128;

const tooMuch = (what: string): HashFault => ({
  fault: `takes more ${what} than this server spends on a password`,
});
const MALFORMED: HashFault = { fault: "is cut off or has wrong characters" };

/** Bun's own check, for argon2 and bcrypt. */
const verifiedByRuntime = (password: string | Uint8Array, hash: string): Promise<boolean> =>
  Bun.password.verify(password, hash);

/** Base64 of either alphabet, and passlib's, which has a point for the plus. Null for other texts. */
function fromBase64(text: string): Buffer | null {
  const plain = text
    .replace(/[.-]/g, "+")
    .replaceAll("_", "/")
    .replace(/={1,2}$/, "");
  if (!/^[A-Za-z0-9+/]*$/.test(plain) || plain.length % 4 === 1) return null;
  return Buffer.from(plain, "base64");
}

const fromHex = (text: string): Buffer | null =>
  /^([0-9a-f]{2})*$/i.test(text) ? Buffer.from(text, "hex") : null;

const isDigest = (digest: Buffer | null): digest is Buffer =>
  digest !== null && digest.length >= LEAST_DIGEST_BYTES && digest.length <= MOST_DIGEST_BYTES;

/** Dovecot and OpenLDAP write the scheme in braces before the hash, Django its name before a dollar. */
const ARGON2 =
  /^(?:\{(?:ARGON2(?:ID?|D)?|CRYPT)\}|argon2)?(\$argon2(?:id|i|d)\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$[A-Za-z0-9+/]+\$([A-Za-z0-9+/]+))$/;

const argon2: HashForm = {
  name: "argon2",
  read(text) {
    if (!/^(\{(ARGON2(ID?|D)?|CRYPT)\})?(argon2)?\$argon2/.test(text)) return null;
    const [, hash, memory, passes, lanes, digest = ""] = ARGON2.exec(text) ?? [];
    if (hash === undefined || !isDigest(fromBase64(digest))) return MALFORMED;
    const [m, t, p] = [Number(memory), Number(passes), Number(lanes)];
    if (t < 1 || p < 1 || m < 8 * p) return MALFORMED;
    if (m > MOST_MEMORY_KIB) return tooMuch("memory");
    if (m * t > MOST_ARGON2_WORK || t > 1000 || p > MOST_LANES) return tooMuch("time");
    return {
      work: `m=${m},t=${t},p=${p}`,
      significantBytes: Number.POSITIVE_INFINITY,
      verify: (password) => verifiedByRuntime(password, hash),
    };
  },
};

const BCRYPT_BYTES = 72;

/** $2x$ marks the hashes of an implementation that was wrong. */
const BCRYPT =
  /^(?:\{(?:BLF-CRYPT|CRYPT|bcrypt)\}|bcrypt\$|(bcrypt_sha256)\$)?\$2[aby]?\$(\d\d)\$([./A-Za-z0-9]{53})$/;

const bcrypt: HashForm = {
  name: "bcrypt",
  read(text) {
    if (!/^(\{(BLF-CRYPT|CRYPT|bcrypt)\}|bcrypt(_sha256)?\$)?\$2[aby]?\$/.test(text)) return null;
    const [, isHashed, rounds = "", rest = ""] = BCRYPT.exec(text) ?? [];
    if (rest === "" || Number(rounds) < 4) return MALFORMED;
    if (Number(rounds) > MOST_BCRYPT_ROUNDS) return tooMuch("time");
    // The letters name implementations; for passwords of at most 72 bytes without a NUL all of them compute the same.
    const hash = `$2b$${rounds}$${rest}`;
    return {
      work: `${rounds} ${isHashed ?? ""}`,
      significantBytes: isHashed === undefined ? BCRYPT_BYTES : Number.POSITIVE_INFINITY,
      async verify(password) {
        const bytes =
          isHashed === undefined
            ? Buffer.from(password)
            : Buffer.from(createHash("sha256").update(password).digest("hex"));
        // bcrypt takes a NUL for the end, so what follows it would not count.
        if (bytes.includes(0)) return false;
        // The other servers cut. The runtime would hash a longer password with SHA-512 first, which they do not.
        return verifiedByRuntime(bytes.subarray(0, BCRYPT_BYTES), hash);
      },
    };
  },
};

const derivedByScrypt = promisify<string, Buffer, number, object, Buffer>(scrypt);

interface ScryptHash {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer | null;
  readonly digest: Buffer | null;
}

/** PHC, as passlib and Authelia write it; Werkzeug; Django. */
function scryptParts(text: string): ScryptHash | null {
  const phc = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,9}),p=(\d{1,9})\$([^$]+)\$([^$]+)$/.exec(text);
  if (phc !== null) {
    const [, ln, r, p, salt = "", digest = ""] = phc;
    return {
      N: 2 ** Number(ln),
      r: Number(r),
      p: Number(p),
      salt: fromBase64(salt),
      digest: fromBase64(digest),
    };
  }
  const werkzeug = /^scrypt:(\d{1,9}):(\d{1,9}):(\d{1,9})\$([^$]+)\$([^$]+)$/.exec(text);
  if (werkzeug !== null) {
    const [, N, r, p, salt = "", digest = ""] = werkzeug;
    return { N: Number(N), r: Number(r), p: Number(p), salt: Buffer.from(salt), digest: fromHex(digest) };
  }
  const django = /^scrypt\$(\d{1,9})\$([^$]+)\$(\d{1,9})\$(\d{1,9})\$([^$]+)$/.exec(text);
  if (django === null) return null;
  const [, N, salt = "", r, p, digest = ""] = django;
  return { N: Number(N), r: Number(r), p: Number(p), salt: Buffer.from(salt), digest: fromBase64(digest) };
}

const scryptForm: HashForm = {
  name: "scrypt",
  read(text) {
    if (!/^(\$scrypt\$|scrypt[:$])/.test(text)) return null;
    const parts = scryptParts(text);
    if (parts === null) return MALFORMED;
    const { N, r, p, salt, digest } = parts;
    const isPower = N >= 2 && 2 ** Math.round(Math.log2(N)) === N;
    if (salt === null || !isDigest(digest) || !isPower || r < 1 || p < 1) return MALFORMED;
    const memory = 128 * N * r;
    if (memory > MOST_MEMORY_KIB * 1024) return tooMuch("memory");
    if (N * r * p > MOST_SCRYPT_WORK || p > MOST_LANES) return tooMuch("time");
    // The default of the runtime is 32 MiB.
    const options = { N, r, p, maxmem: 2 * memory + 1024 * 1024 };
    return {
      work: `N=${N},r=${r},p=${p}`,
      significantBytes: Number.POSITIVE_INFINITY,
      verify: async (password) =>
        sameBytes(await derivedByScrypt(password, salt, digest.length, options), digest),
    };
  },
};

const derivedByPbkdf2 = promisify(pbkdf2);

const DIGEST_BYTES: Readonly<Record<string, number>> = { sha1: 20, sha256: 32, sha512: 64 };

interface Pbkdf2Hash {
  readonly digestName: string;
  readonly iterations: number;
  readonly salt: Buffer | null;
  readonly digest: Buffer | null;
}

/** PHC and passlib's older form, which Authelia and exports of Keycloak have; OpenLDAP; Django, which authentik is; Werkzeug. */
function pbkdf2Parts(text: string): Pbkdf2Hash | null {
  const passlib =
    /^(?:\$pbkdf2(?:-(sha1|sha256|sha512))?\$(?:i=)?|\{PBKDF2(?:-(SHA1|SHA256|SHA512))?\})(\d{1,9})(?:,l=\d+)?\$([^$]+)\$([^$]+)$/.exec(
      text,
    );
  if (passlib !== null) {
    const [, lower, upper, iterations, salt = "", digest = ""] = passlib;
    return {
      digestName: lower ?? upper?.toLowerCase() ?? "sha1",
      iterations: Number(iterations),
      salt: fromBase64(salt),
      digest: fromBase64(digest),
    };
  }
  const [, django, werkzeug, iterations, salt = "", digest = ""] =
    /^pbkdf2(?:_(sha1|sha256|sha512)\$|:(sha1|sha256|sha512):)(\d{1,9})\$([^$]+)\$([^$]+)$/.exec(text) ?? [];
  const digestName = django ?? werkzeug;
  if (digestName === undefined) return null;
  return {
    digestName,
    iterations: Number(iterations),
    salt: Buffer.from(salt),
    digest: django === undefined ? fromHex(digest) : fromBase64(digest),
  };
}

const pbkdf2Form: HashForm = {
  name: "PBKDF2",
  read(text) {
    if (!/^(\$pbkdf2|\{PBKDF2|pbkdf2[_:])/.test(text)) return null;
    const parts = pbkdf2Parts(text);
    if (parts === null) return MALFORMED;
    const { digestName, iterations, salt, digest } = parts;
    if (salt === null || !isDigest(digest) || iterations < 1) return MALFORMED;
    // RFC 8018 §5.2: every block of the digest takes all iterations again.
    const blocks = Math.ceil(digest.length / (DIGEST_BYTES[digestName] ?? 1));
    if (iterations * blocks > MOST_ITERATIONS) return tooMuch("time");
    return {
      work: `${digestName} ${iterations} ${blocks}`,
      significantBytes: Number.POSITIVE_INFINITY,
      verify: async (password) =>
        sameBytes(await derivedByPbkdf2(password, salt, iterations, digest.length, digestName), digest),
    };
  },
};

/** One round over password and salt, as LDAP servers keep it. It is weak until the person signs in and it is renewed. */
const saltedDigest: HashForm = {
  name: "salted SHA",
  read(text) {
    const [, bits, encoded = ""] = /^\{SSHA(256|512)?\}(.*)$/i.exec(text) ?? [];
    if (encoded === "") return null;
    const digestName = `sha${bits ?? "1"}`;
    const length = DIGEST_BYTES[digestName] ?? 0;
    const bytes = fromBase64(encoded);
    if (bytes === null || bytes.length < length + 4 || bytes.length > length + 64) return MALFORMED;
    const [digest, salt] = [bytes.subarray(0, length), bytes.subarray(length)];
    return {
      work: digestName,
      significantBytes: Number.POSITIVE_INFINITY,
      verify: async (password) =>
        sameBytes(createHash(digestName).update(password).update(salt).digest(), digest),
    };
  },
};

const FORMS: readonly HashForm[] = [argon2, bcrypt, scryptForm, pbkdf2Form, saltedDigest];

/** The names of the forms, in words for a sentence. */
export const FORM_NAMES = new Intl.ListFormat("en").format(FORMS.map(({ name }) => name));

/** Hashes are longer than this in no form; a longer text is not looked at. */
const MOST_CHARACTERS = 500;

/** The hash, ready to be checked, or why it cannot be. */
export function readHash(text: string): CheckableHash | HashFault {
  if (text.length > MOST_CHARACTERS) return MALFORMED;
  for (const { name, read } of FORMS) {
    const hash = read(text);
    if (hash !== null) return "fault" in hash ? hash : { form: name, ...hash };
  }
  return { fault: `is of no form that this server can check: ${FORM_NAMES}` };
}

/** Why a hash cannot be a person's, in words that follow "the hash"; null if it can be. */
export function passwordHashFault(text: string): string | null {
  const hash = readHash(text);
  return "fault" in hash ? hash.fault : null;
}
