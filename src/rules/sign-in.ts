/**
 * The steps of a sign-in, what they amount to, and what is missing: OpenID Connect Core §2 (`auth_time`, `amr`, `acr`). A session
 * and a grant keep the result, and a demand for more (`rules/client-access.ts`) asks only for what is missing.
 */
import type { SessionRecord } from "../store/tables/sign-in.ts";

/** By what a person proves who they are. Two proofs by the same means are as good as one. */
export type SignInMeans = "password" | "key" | "code" | "device" | "link";

/** One proof of who a person is. */
export interface SignInStep {
  readonly means: SignInMeans;
  /** RFC 8176 §2. */
  readonly methods: readonly string[];
  /** How many kinds of proof the step is: what the person knows, and what they have. */
  readonly factors: 1 | 2;
}

/** The steps, by their names. A new kind of proof is an entry here. */
export const STEPS = {
  password: { means: "password", methods: ["pwd"], factors: 1 },
  /** A key on a device that does not say whether it knew its person. */
  passkey: { means: "key", methods: ["pop", "user"], factors: 1 },
  /** A key on a device that asked for a PIN, a finger or a face first. */
  verified_passkey: { means: "key", methods: ["pop", "user"], factors: 2 },
  totp: { means: "code", methods: ["otp"], factors: 1 },
  recovery_code: { means: "code", methods: ["otp"], factors: 1 },
  /** Another device, on which the person is signed in and said yes: multiple-channel authentication. */
  other_device: { means: "device", methods: ["mca"], factors: 1 },
  /** A link or a code for one sign-in, by the operator or to the person's e-mail address. */
  sign_in_link: { means: "link", methods: ["otp"], factors: 1 },
} as const satisfies Readonly<Record<string, SignInStep>>;

export type SignInStepName = keyof typeof STEPS;

export type Authentication = Pick<SessionRecord, "authenticationMethods" | "authenticationLevel">;

/** One passkey used twice, or two codes, prove no more than one does. */
function factorsOf(done: readonly SignInStep[]): number {
  const best = new Map<SignInMeans, number>();
  for (const { means, factors } of done) best.set(means, Math.max(factors, best.get(means) ?? 0));
  return [...best.values()].reduce((sum, factors) => sum + factors, 0);
}

/** The authentication that these steps amount to; null without any. */
export function authenticationBy(done: readonly SignInStep[]): Authentication | null {
  const factors = factorsOf(done);
  if (factors === 0) return null;
  const isMultiple = factors > 1;
  const methods = done.flatMap((step) => step.methods);
  return {
    authenticationMethods: [...new Set([...methods, ...(isMultiple ? ["mfa"] : [])])],
    authenticationLevel: isMultiple ? "2" : "1",
  };
}

/** The steps of an earlier sign-in, to go on from: only what is missing is asked. */
export const stepOfSession = ({
  authenticationMethods,
  authenticationLevel,
}: Authentication): SignInStep => ({
  means: meansOf(authenticationMethods),
  methods: authenticationMethods.filter((method) => method !== "mfa"),
  factors: authenticationLevel === "2" ? 2 : 1,
});

/** By what a sign-in of one step was made. A code is never the first step, so `otp` alone means a link. */
const meansOf = (methods: readonly string[]): SignInMeans =>
  methods.includes("pwd")
    ? "password"
    : methods.includes("pop")
      ? "key"
      : methods.includes("mca")
        ? "device"
        : "link";

/** What a person has set up to prove who they are. */
export interface WaysIn {
  readonly hasPassword: boolean;
  /** How many passkeys have a key that can be read: others sign no person in. */
  readonly passkeys: number;
  /** Whether an app of the person's makes one-time passwords. From then on a password alone signs them in nowhere. */
  readonly hasTotp: boolean;
}

/**
 * What a sign-in still needs. `first`: a proof at all. `second`: the person set up a second factor, so one kind of proof signs
 * them in nowhere.
 */
export function missingStep(
  done: readonly SignInStep[],
  { hasTotp }: Pick<WaysIn, "hasTotp">,
): "first" | "second" | null {
  const factors = factorsOf(done);
  if (factors === 0) return "first";
  return factors < 2 && hasTotp ? "second" : null;
}

/** Whether the person can reach the highest level, so that it may be asked of them. */
export const hasSecondFactor = ({ hasTotp, passkeys }: WaysIn): boolean => hasTotp || passkeys > 0;

/** Whether the person can still sign in with what is left of their ways. The last way in stays. */
export const isWayLeft = ({ hasPassword, passkeys }: WaysIn): boolean => hasPassword || passkeys > 0;
