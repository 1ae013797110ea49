/** The hashes of other servers: each form as another implementation writes it, and the bounds of their cost. */
import { beforeEach, describe, expect, test } from "bun:test";
import { createHash, pbkdf2Sync } from "node:crypto";
import { passwordHashFault, readHash } from "../../src/accounts/password-hashes.ts";
import { createPasswords, type Passwords } from "../../src/accounts/passwords.ts";
import { PASSWORD } from "../support/pages.ts";
import { proves } from "../support/proves.ts";

// New for each test: after a slow hash the others would wait too.
let passwords: Passwords;
beforeEach(() => {
  passwords = createPasswords({ checksAtOnce: 2, checksWaiting: 100, maximumBytes: 1024 });
});

/**
 * Made by argon2-cffi 25.1.0, bcrypt 4.0.1, passlib 1.7.4, Werkzeug 3.1.9 and Django 5.2.19, with their defaults but for the cost: the
 * password is PASSWORD unless another stands behind the hash.
 */
const UNICODE = "Größe über €5 Käse";
const LONG = "x".repeat(80);
const VECTORS: readonly (readonly [string, string, string?])[] = [
  [
    "argon2id 64 MiB, as Authelia makes it",
    "$argon2id$v=19$m=65536,t=3,p=4$tZjahJTWyDU2p8Qexzcizg$xePHI1uWz05JWUdHVT6N1IjW/1iMEErB3wvjaa8aPuU",
  ],
  [
    "argon2i of argon2-cffi",
    "$argon2i$v=19$m=8192,t=2,p=1$var5yDec1DjM5RgnzXWfcg$3AW5zlgQCIJIYK/pHEvye/H86zjhvufM67/14mxR8xI",
  ],
  [
    "argon2d of argon2-cffi",
    "$argon2d$v=19$m=8192,t=2,p=1$19pGSoUQNdu76/9x8Zl54g$hhUd1DlDv7cc34B0vBPF9FMG/TqAhknBjH3S3GzGruI",
  ],
  [
    "argon2id, as Keycloak makes it",
    "$argon2id$v=19$m=7168,t=5,p=1$YIngAa8zA5TGcnZWge61ZA$8bTS03Mb0nVizKghsKKSXREAWfAWwqBlinWv2v/cTjA",
  ],
  ["bcrypt $2b$", "$2b$06$tEzHDYuKukiyhxEOF7ddc.8QERdGLt/r3Aia6C3HAufWDVDyRaw1i"],
  ["bcrypt $2a$", "$2a$06$5VI5yBeKxjx.H23TIwQIG.E7mq7VbE7DMwzmnTqQKfps2rBIEGDDi"],
  ["bcrypt $2y$, as PHP writes it", "$2y$06$tEzHDYuKukiyhxEOF7ddc.8QERdGLt/r3Aia6C3HAufWDVDyRaw1i"],
  ["bcrypt of several alphabets", "$2b$06$WUmk1BgnyrvdfIrZWD0FhO9vVGpReHbt0QBvwEwHpAYl4PLKSZwk.", UNICODE],
  [
    "bcrypt of 80 bytes, of which 72 count",
    "$2b$06$PmUcRcNRytLg1XvhdBj4WuUGlgnxu3cTcILgzXEPV6q.DLpEMYlpG",
    LONG,
  ],
  [
    "passlib scrypt",
    "$scrypt$ln=12,r=8,p=1$WYtRSmkthVBKKeW8l1JKqQ$W/Ki63B7LvzAFcpxQ5dLsgoiiC5wAYr0T1UOKthSHik",
  ],
  [
    "passlib pbkdf2-sha256",
    "$pbkdf2-sha256$2000$FgLAOMcYQyjlPIeQUkoJ4Q$kEfk5VVn0rdRYKLH5cmjpiZ6nnTQlvxwBXjgQjCbHoE",
  ],
  [
    "passlib pbkdf2-sha512",
    "$pbkdf2-sha512$2000$HuMcg5ASolRqTQnhnBNCKA$AeZEeNJ0fc.Sippzs9ZGljNkX2IFVbszJEm/8.nqhe7wlzM2u46/gj939.S6cYKVL3OJUj0ZB9Fh0vQFpxM.vA",
  ],
  ["passlib pbkdf2 (SHA-1)", "$pbkdf2$2000$xDgH4FzL.Z/zPmfMOUcIoQ$WvzXRvCWJD/hH8GgMpD/wuLaFZw"],
  [
    "passlib {PBKDF2-SHA256}, as OpenLDAP writes it",
    "{PBKDF2-SHA256}2000$aC1lLKUUAmDsnZNyLuV8Tw$0LXfGW1uzuB/69u3uGSU.T7DfK/NlmHJEktK6tG/O/k",
  ],
  ["passlib {SSHA}", "{SSHA}0vU69FLR96876MKyeZ4RmteRz0tGyJlz"],
  ["passlib {SSHA256}", "{SSHA256}zA0CNyDg25ixmP304azyXsx6rUzqGW2LhswycIghSY15bw3BOCdEaA=="],
  [
    "passlib {SSHA512}",
    "{SSHA512}V/6zkTspi3jUS4rgqxMw9i1a9LVvsvb6iZVQzckBkzYT+IeEaUN8LnYl7APSeiDiew3hdJw20QxzfsH1NVc2pay1lvJ+by3l",
  ],
  [
    "passlib pbkdf2-sha256 of several alphabets",
    "$pbkdf2-sha256$2000$EuLc2/tfK0VIiRFCiHHOWQ$UV10gA94MeZ6jJhWbNdM7KtPOFn2N4UMwMIsvk9VZ.k",
    UNICODE,
  ],
  [
    "werkzeug scrypt",
    "scrypt:4096:8:1$FRYLWslsmBPwndgy$a3b1a4906c1576a237e5ec96cf7d9c66dd2576bd8384e2fc0e1be31859424154215d7de15d461baba6022ab2015bfff8b199164e49bc985c9c2caac971224098",
  ],
  [
    "werkzeug pbkdf2",
    "pbkdf2:sha256:2000$yQvCoWENPmPYwtyI$132f878c41c588ac7ae14f205fa18201f906f8b3dce16dee3a68073387cdaf34",
  ],
  [
    "django pbkdf2_sha256, as authentik keeps it",
    "pbkdf2_sha256$2000$eUv6kxJJV3NNg28uCaFTtU$SEtupbBzUuQpQC4SNpS7bywDROPibRbYTBNmfTFaCO8=",
  ],
  ["django pbkdf2_sha1", "pbkdf2_sha1$2000$1AVxFRuU5FfbouSTJ1wPIg$fwB1V2LJwtbA8ut7J3qhw6BGTFY="],
  [
    "django scrypt",
    "scrypt$4096$v4tJ3URK4FZ3wQ7YAsI6Kn$8$1$0W8L6zwnxmAxRuTDwbjnEmxTCuoIEA1qpTtJABx9UNeZuZcKrOAD3bY6ylbwj/akiBt414lQUpV1dzlIO7ycEg==",
  ],
  [
    "django argon2",
    "argon2$argon2id$v=19$m=8192,t=2,p=8$R2c3QUpjdmxkaXBWc0RNaWRmSFlKbA$Kw2T+xW5yItLBpputKJuaf235qK5yhw3vE/DAB1ULUU",
  ],
  ["django bcrypt_sha256", "bcrypt_sha256$$2b$06$hBk8XNDh5iebd3pDReaYlun1jOIu8Na9rJwISrsPqe5CxL6H7SfkC"],
  [
    "django bcrypt_sha256 of 80 bytes, which all count",
    "bcrypt_sha256$$2b$06$1Cpdvm.nB365RaJBwfdxa.RIue/pO0NLmfuMVKt/MFKtat5vv62kq",
    LONG,
  ],
  ["django bcrypt", "bcrypt$$2b$06$/uSMtHGrxEkReBn7f9IRduQDqyceoCqFzCBfC9FEXFVw7Kudl5lse"],
];

describe.each(VECTORS)("%s", (_, hash, password = PASSWORD) => {
  test("lets in with the password, and with no other", async () => {
    expect(passwordHashFault(hash)).toBeNull();
    expect(await passwords.verify(password, hash)).toBe(true);
    const others = [`y${password.slice(1)}`, "", hash];
    const answers = await Promise.all(others.map((other) => passwords.verify(other, hash)));
    expect(answers).toEqual([false, false, false]);
  });

  test("lets nobody in with another digest", async () => {
    // The last character of a base64 text has bits that do not count; the one before it counts whole.
    const place = hash.replace(/=+$/, "").length - 3;
    const forged = hash.slice(0, place) + (hash[place] === "a" ? "b" : "a") + hash.slice(place + 1);
    expect(await passwords.verify(password, forged)).toBe(false);
  });
});

test("a scheme in braces before the hash, as Dovecot and OpenLDAP write it, changes nothing", async () => {
  const bcrypt = await Bun.password.hash(PASSWORD, { algorithm: "bcrypt", cost: 4 });
  const argon2 = await Bun.password.hash(PASSWORD, { algorithm: "argon2id", memoryCost: 1024, timeCost: 1 });
  for (const hash of [
    `{BLF-CRYPT}${bcrypt}`,
    `{CRYPT}${bcrypt}`,
    `{ARGON2ID}${argon2}`,
    `{ARGON2}${argon2}`,
  ]) {
    expect({ hash, matches: await passwords.verify(PASSWORD, hash) }).toEqual({ hash, matches: true });
  }
});

test("what was typed counts as it was typed, and else in the form in which this server hashes", async () => {
  const typed = "full-width ｗｏｒｄｓ";
  const b64 = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");
  const hashOf = (password: string) =>
    `$pbkdf2-sha256$1000$${b64(Buffer.from("salt salt"))}$${b64(pbkdf2Sync(password, "salt salt", 1000, 32, "sha256"))}`;
  expect(await passwords.verify(typed, hashOf(typed))).toBe(true);
  expect(await passwords.verify(typed, hashOf(typed.normalize("NFKC")))).toBe(true);
});

describe("bcrypt", () => {
  const hash = (bytes: Uint8Array) => Bun.password.hash(bytes, { algorithm: "bcrypt", cost: 4 });

  test("compares the first 72 bytes as other servers do, and none of what follows a NUL", async () => {
    const cut = await hash(Buffer.from(LONG.slice(0, 72)));
    expect(await passwords.verify(LONG, cut)).toBe(true);
    expect(await passwords.verify(LONG.slice(0, 72), cut)).toBe(true);
    expect(await passwords.verify(LONG.slice(0, 71), cut)).toBe(false);
    const short = await hash(Buffer.from("before"));
    expect(await passwords.verify("before", short)).toBe(true);
    for (const other of ["before\0after", "before\0", "\0before"]) {
      expect(await passwords.verify(other, short)).toBe(false);
    }
  });

  test("in characters of several bytes cuts at the byte", async () => {
    const euros = "€".repeat(25);
    const cut = await hash(Buffer.from(euros).subarray(0, 72));
    expect(await passwords.verify(euros, cut)).toBe(true);
    expect(await passwords.verify("€".repeat(23), cut)).toBe(false);
  });
});

const b64 = (text: string) => Buffer.from(text).toString("base64").replace(/=+$/, "");
const SALT = b64("a salt of 16 byt");
const DIGEST = b64("a digest that has thirty-two byt");
const BCRYPT_REST = "N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";

describe("the cost that a hash names", () => {
  test.each([
    `$argon2id$v=19$m=262145,t=1,p=1$${SALT}$${DIGEST}`,
    `$argon2id$v=19$m=4294967295,t=2,p=1$${SALT}$${DIGEST}`,
    `$argon2id$v=19$m=262144,t=5,p=1$${SALT}$${DIGEST}`,
    `$argon2i$v=19$m=64,t=4000000000,p=1$${SALT}$${DIGEST}`,
    `$argon2d$v=19$m=262144,t=1,p=17$${SALT}$${DIGEST}`,
    `$2b$15$${BCRYPT_REST}`,
    `bcrypt_sha256$$2b$31$${BCRYPT_REST}`,
    `$scrypt$ln=19,r=8,p=1$${SALT}$${DIGEST}`,
    `$scrypt$ln=60,r=8,p=1$${SALT}$${DIGEST}`,
    `$scrypt$ln=14,r=8,p=17$${SALT}$${DIGEST}`,
    `scrypt:32768:800:1$salt$${"ab".repeat(64)}`,
    `scrypt$1048576$salt$8$1$${DIGEST}`,
    `$pbkdf2-sha512$2000001$${SALT}$${DIGEST}`,
    `pbkdf2_sha256$999999999$salt$${DIGEST}`,
    // Four blocks of SHA-1 for 64 bytes.
    `$pbkdf2$600000$${SALT}$${b64("x".repeat(64))}`,
    `{PBKDF2-SHA256}3000000$${SALT}$${DIGEST}`,
  ])(
    proves("%s is more than a check may take, so it is refused and never computed", "threat 41"),
    async (hash) => {
      expect(passwordHashFault(hash)).toMatch(
        /^takes more (memory|time) than this server spends on a password$/,
      );
      expect(await passwords.verify(PASSWORD, hash)).toBe(false);
    },
  );

  test.each([
    // OWASP's and RFC 9106's recommendations, and the defaults of Authelia, Keycloak, Django 6 and Werkzeug 3.
    `$argon2id$v=19$m=47104,t=1,p=1$${SALT}$${DIGEST}`,
    `$argon2id$v=19$m=65536,t=3,p=4$${SALT}$${DIGEST}`,
    `$argon2id$v=19$m=7168,t=5,p=1$${SALT}$${DIGEST}`,
    `argon2$argon2id$v=19$m=102400,t=2,p=8$${SALT}$${DIGEST}`,
    `$2y$12$${BCRYPT_REST}`,
    `$2b$14$${BCRYPT_REST}`,
    `$scrypt$ln=17,r=8,p=1$${SALT}$${DIGEST}`,
    `scrypt:32768:8:1$salt$${"ab".repeat(64)}`,
    `scrypt$16384$salt$8$5$${DIGEST}`,
    `$pbkdf2-sha512$310000$${SALT}$${b64("x".repeat(64))}`,
    `$pbkdf2-sha256$i=600000$${SALT}$${b64("x".repeat(64))}`,
    `pbkdf2_sha256$1500000$salt$${DIGEST}`,
    `pbkdf2:sha256:1000000$salt$${"ab".repeat(32)}`,
  ])("%s is within the bounds", (hash) => {
    expect(readHash(hash)).toHaveProperty("work");
  });
});

describe("a hash that says too little", () => {
  test.each([
    "$pbkdf2-sha256$1000$c2FsdHNhbHQ$=",
    "$pbkdf2-sha256$1000$c2FsdHNhbHQ$AAAA",
    `$pbkdf2-sha256$0$c2FsdHNhbHQ$${DIGEST}`,
    "pbkdf2:sha256:1000$salt$ab",
    "pbkdf2_sha256$1000$salt$=",
    "$scrypt$ln=4,r=8,p=1$c2FsdHNhbHQ$=",
    "scrypt:16:8:1$salt$",
    `scrypt:17:8:1$salt$${"ab".repeat(64)}`,
    `$argon2id$v=19$m=0,t=0,p=0$c2FsdHNhbHQ$${DIGEST}`,
    "$argon2id$v=19$m=1024,t=1,p=1$c2FsdHNhbHQ$AAAA",
    `$argon2id$v=16$m=1024,t=1,p=1$c2FsdHNhbHQ$${DIGEST}`,
    `$2b$03$${BCRYPT_REST}`,
    "$2b$10$short",
    "{SSHA}",
    `{SSHA}${createHash("sha1").update(PASSWORD).digest("base64")}`,
    "{SSHA256}AAAA",
  ])(proves("%j is refused where it comes in, and lets nobody in", "threat 47"), async (hash) => {
    expect(passwordHashFault(hash)).toMatch(/cut off|of no form/);
    for (const password of [PASSWORD, "", hash]) expect(await passwords.verify(password, hash)).toBe(false);
  });

  test.each([
    "",
    "plain",
    `$2x$10$${BCRYPT_REST}`,
    "$6$rounds=5000$salt$x",
    "$1$salt$x",
    "{SHA}x",
    "{PLAIN}x",
    "x".repeat(10_000),
  ])("%j is of no form that is known", (hash) => expect(passwordHashFault(hash)).not.toBeNull());
});
