/** A device with passkeys, in software, and a browser that asks it: WebAuthn Level 3 from the other side, with every lie that it can tell. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { decodeEntities } from "./code-flow.ts";

/** What a page asks of a passkey. */
export interface PageAsk {
  readonly kind: string;
  readonly challenge: string;
  readonly options: AskOptions;
  readonly forget: string | null;
}

interface AskOptions {
  readonly rpId?: string;
  readonly rp?: { readonly id: string; readonly name: string };
  readonly user?: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly allowCredentials?: readonly {
    readonly type: string;
    readonly id: string;
    readonly transports?: readonly string[];
  }[];
  readonly excludeCredentials?: readonly { readonly id: string }[];
  readonly userVerification?: string;
}

/** The form of a page that asks for a passkey; null if it asks for none. */
export async function passkeyAskOf(response: Response): Promise<PageAsk | null> {
  let ask: PageAsk | null = null;
  const rewriter = new HTMLRewriter().on("form[data-passkey]", {
    element: (form) => {
      const data = (name: string) => decodeEntities(form.getAttribute(`data-${name}`) ?? "");
      ask = {
        kind: data("passkey"),
        challenge: data("challenge"),
        options: JSON.parse(data("options")),
        forget: form.getAttribute("data-forget"),
      };
    },
  });
  await rewriter.transform(response).text();
  return ask;
}

/** What a device or a browser does otherwise than it should. */
export interface Lies {
  readonly origin?: string;
  readonly domain?: string;
  readonly type?: string;
  readonly challenge?: string;
  readonly crossOrigin?: boolean;
  /** Default: as the passkey has it. Null: none. */
  readonly userHandle?: string | null;
  /** Default: it asked for its person. */
  readonly isPersonVerified?: boolean;
  /** Default: the person was there. */
  readonly isPresent?: boolean;
  readonly counter?: number;
  readonly backedUp?: boolean;
  readonly signature?: Uint8Array;
  /** Signed with another key than the passkey's. */
  readonly isForged?: boolean;
  readonly aaguid?: string;
  readonly transports?: readonly string[];
  readonly discoverable?: boolean;
  readonly algorithm?: "ES256" | "EdDSA" | "RS256" | "ES384";
  /** A public key of ES256 whose point is not on the curve. */
  readonly isOffCurve?: boolean;
  readonly idBytes?: number;
  /** A statement about its kind, in this format, with a certificate that is none. Default: none. */
  readonly format?: string;
}

interface Held {
  readonly id: Buffer;
  readonly userHandle: string;
  readonly privateKey: KeyObject;
  readonly hash: string | null;
  counter: number;
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");

export interface Authenticator {
  /** Makes a passkey, and returns the answer as the page sends it. */
  create(ask: PageAsk, lies?: Lies): string;
  /** Answers with the passkey of this identifier; the last one that it made by default. */
  get(ask: PageAsk, lies?: Lies, id?: string): string;
  /** The identifiers of its passkeys, oldest first. */
  ids(): string[];
}

/** `counts`: whether it has a signature counter, as security keys have. */
export function createAuthenticator(origin: string, counts = false): Authenticator {
  const held: Held[] = [];
  const clientData = (type: string, { challenge }: PageAsk, lies: Lies): Buffer =>
    Buffer.from(
      JSON.stringify({
        type: lies.type ?? type,
        challenge: lies.challenge ?? challenge,
        origin: lies.origin ?? origin,
        crossOrigin: lies.crossOrigin ?? false,
      }),
    );
  return {
    ids: () => held.map(({ id }) => base64url(id)),
    create(ask, lies = {}) {
      const { rp, user } = ask.options;
      if (rp === undefined || user === undefined) throw new Error("The page asks for no new passkey.");
      const made = newKey(lies.algorithm ?? "ES256");
      const { privateKey, hash } = made;
      const cose =
        lies.isOffCurve === true ? Buffer.concat([made.cose.subarray(0, -2), Buffer.from("no")]) : made.cose;
      const passkey: Held = {
        id: randomBytes(lies.idBytes ?? 16),
        userHandle: user.id,
        privateKey,
        hash,
        counter: counts ? 1 : 0,
      };
      held.push(passkey);
      const attested = Buffer.concat([
        Buffer.from((lies.aaguid ?? "00000000-0000-0000-0000-000000000000").replaceAll("-", ""), "hex"),
        uint(passkey.id.length, 2),
        passkey.id,
        cose,
      ]);
      const data = authenticatorData(lies.domain ?? rp.id, passkey.counter, lies, attested);
      return JSON.stringify({
        id: base64url(passkey.id),
        type: "public-key",
        attachment: "platform",
        discoverable: lies.discoverable ?? true,
        response: {
          clientDataJSON: base64url(clientData("webauthn.create", ask, lies)),
          attestationObject: base64url(
            cborMap([
              [cborText("fmt"), cborText(lies.format ?? "none")],
              [cborText("attStmt"), cborMap(lies.format === undefined ? [] : statement())],
              [cborText("authData"), cborBytes(data)],
            ]),
          ),
          transports: lies.transports ?? ["internal", "hybrid"],
        },
      });
    },
    get(ask, lies = {}, id = base64url(held.at(-1)?.id ?? Buffer.alloc(0))) {
      const passkey = held.find((each) => base64url(each.id) === id);
      if (passkey === undefined) throw new Error(`The device has no passkey ${id}.`);
      if (counts) passkey.counter += 1;
      const client = clientData("webauthn.get", ask, lies);
      const counter = lies.counter ?? passkey.counter;
      const data = authenticatorData(lies.domain ?? ask.options.rpId ?? "", counter, lies);
      const signed = Buffer.concat([data, createHash("sha256").update(client).digest()]);
      const { privateKey, hash } = lies.isForged ? newKey("ES256") : passkey;
      const userHandle = lies.userHandle === undefined ? passkey.userHandle : lies.userHandle;
      return JSON.stringify({
        id,
        type: "public-key",
        response: {
          clientDataJSON: base64url(client),
          authenticatorData: base64url(data),
          signature: base64url(lies.signature ?? sign(hash, signed, privateKey)),
          ...(userHandle !== null && { userHandle }),
        },
      });
    },
  };
}

/** WebAuthn §6.1. */
function authenticatorData(domain: string, counter: number, lies: Lies, attested?: Buffer): Buffer {
  const flags =
    (lies.isPresent === false ? 0 : 0x01) |
    (lies.isPersonVerified === false ? 0 : 0x04) |
    (lies.backedUp ? 0x18 : 0) |
    (attested === undefined ? 0 : 0x40);
  const hash = createHash("sha256").update(domain).digest();
  return Buffer.concat([hash, uint(flags, 1), uint(counter, 4), attested ?? Buffer.alloc(0)]);
}

/** The public key of a device that no test asks. */
export const newPublicKey = (): Uint8Array => new Uint8Array(newKey("ES256").cose);

/** A new key, with its public part as RFC 9053 writes it. */
function newKey(algorithm: NonNullable<Lies["algorithm"]>): {
  readonly privateKey: KeyObject;
  readonly cose: Buffer;
  readonly hash: string | null;
} {
  if (algorithm === "EdDSA") {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const x = member(publicKey, "x");
    return { privateKey, hash: null, cose: coseKey([1, 1], [3, -8], [-1, 6], [-2, x]) };
  }
  if (algorithm === "RS256") {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const cose = coseKey([1, 3], [3, -257], [-1, member(publicKey, "n")], [-2, member(publicKey, "e")]);
    return { privateKey, hash: "sha256", cose };
  }
  const [namedCurve, curve, name, hash] =
    algorithm === "ES256" ? (["P-256", 1, -7, "sha256"] as const) : (["P-384", 2, -35, "sha384"] as const);
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve });
  const [x, y] = [member(publicKey, "x"), member(publicKey, "y")];
  return { privateKey, hash, cose: coseKey([1, 2], [3, name], [-1, curve], [-2, x], [-3, y]) };
}

const member = (key: KeyObject, name: "x" | "y" | "n" | "e"): Buffer =>
  Buffer.from(String(key.export({ format: "jwk" })[name]), "base64url");

/** A public key as RFC 9052 §7 writes it. */
export const coseKey = (...members: readonly (readonly [number, number | Buffer])[]): Buffer =>
  cborMap(
    members.map(([label, value]) => [
      cborInt(label),
      typeof value === "number" ? cborInt(value) : cborBytes(value),
    ]),
  );

const uint = (value: number, bytes: number): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
};

/** RFC 8949 §3: the major type, and a length or a number. */
function cborHead(major: number, value: number): Buffer {
  const type = major << 5;
  if (value < 24) return Buffer.from([type | value]);
  if (value < 256) return Buffer.from([type | 24, value]);
  return Buffer.concat([Buffer.from([type | 25]), uint(value, 2)]);
}

const cborInt = (value: number): Buffer => (value < 0 ? cborHead(1, -1 - value) : cborHead(0, value));
const cborBytes = (value: Buffer): Buffer => Buffer.concat([cborHead(2, value.length), value]);
const cborText = (value: string): Buffer => Buffer.concat([cborHead(3, value.length), Buffer.from(value)]);
const cborMap = (pairs: readonly (readonly [Buffer, Buffer])[]): Buffer =>
  Buffer.concat([cborHead(5, pairs.length), ...pairs.flat()]);

const statement = (): [Buffer, Buffer][] => [
  [cborText("sig"), cborBytes(Buffer.alloc(70))],
  [cborText("x5c"), cborBytes(Buffer.from("no certificate"))],
];
