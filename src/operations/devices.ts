/** RFC 8628: a device asks, a person answers, the device gets tokens. */
import { type MintedCredential, mintCredential, newRecordId } from "../credentials/credential.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { RecordId, SecretDigest, SubjectId } from "../protocol/identifiers.ts";
import { productOf } from "../protocol/user-agent.ts";
import { newUserCode } from "../protocol/user-code.ts";
import * as rules from "../rules/device-code.ts";
import type { Act } from "../rules/events.ts";
import type { DetailedTarget, RequestedTarget } from "../rules/scope.ts";
import { row, type Store } from "../store/contract.ts";
import { shardOf } from "../store/declare.ts";
import { clients } from "../store/tables/clients.ts";
import { type GrantRecord, grants } from "../store/tables/grants.ts";
import { accounts } from "../store/tables/people.ts";
import { type DeviceCodeRecord, deviceCodes } from "../store/tables/requests.ts";
import { newGrant } from "./authorization.ts";
import { actOf, CALLER, type Caller } from "./caller.ts";
import type { Context } from "./context.ts";
import { type DecideContext, outcomeOf } from "./decide.ts";
import type { Issued } from "./issued.ts";
import { redeem } from "./polling.ts";
import type { SignedIn } from "./sessions.ts";

interface Reading {
  readonly store: Store;
}

/** The most user codes to draw if they are taken. With 20^8 codes a single collision is already rare. */
const DRAWS = 5;

const BY_USER_CODE = { device: row(deviceCodes, { userCodeDigest: "$userCodeDigest" }) };
const NEW_DEVICE = {
  sameUserCode: BY_USER_CODE.device,
  client: row(clients, { clientId: "$clientId" }, ["clientId", "number", "revision", "disabledAt"]),
};

/** False if the user code is in use, or the client may not ask. `caller`: the client that asks, to be confirmed. */
export const createDeviceCode = (
  context: DecideContext,
  act: Act,
  device: DeviceCodeRecord,
  caller: Caller | null = null,
): Promise<boolean> =>
  outcomeOf(context, act, async () => {
    const { userCodeDigest, clientId } = device;
    const facts = await context.store.look(NEW_DEVICE, { userCodeDigest, clientId });
    caller?.confirm(facts.client);
    return rules.createDeviceCode(facts, device);
  });

/** The client that asks, the address of the device, and the requested access. */
export interface DeviceRequest extends DetailedTarget {
  readonly requesterAddress: string;
  readonly requesterAgent: string;
}

export interface StartedDevice {
  readonly deviceCode: MintedCredential;
  /** Without the dash. */
  readonly userCode: string;
}

/** RFC 8628 §3.2: a device code, and a user code that no other device has. Throws `unavailable` if none is found. */
export async function startDevice(
  context: Context,
  act: Act,
  caller: Caller,
  request: DeviceRequest,
): Promise<StartedDevice> {
  const { configuration, clock, random, keys } = context;
  const createdAt = clock.seconds();
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const userCode = newUserCode(random);
    const digest = userCodeDigest(keys, userCode);
    const deviceCode = mintCredential("device_code", clock, random, shardOf(digest));
    const device: DeviceCodeRecord = {
      id: deviceCode.id,
      digest: deviceCode.digest,
      userCodeDigest: digest,
      clientId: caller.client.clientId,
      ...request,
      createdAt,
      expiresAt: createdAt + configuration.lifetimes.device_code_seconds,
      status: "pending",
      grantId: null,
      deniedBy: null,
      usedAt: null,
    };
    const created = await createDeviceCode(context, actOf(act, caller), device, caller);
    if (created) return { deviceCode, userCode };
  }
  throw new OAuthError("unavailable", { retryAfterSeconds: 1 });
}

/** User codes are short, so the store has a keyed digest: the database alone does not reveal them. */
export const userCodeDigest = (keys: Context["keys"], userCode: string): SecretDigest =>
  keys.mac("user code", userCode) as SecretDigest;

const GRANT = { grant: row(grants, { id: "device.grantId" }) };
const BY_USER_CODE_WITH_GRANT = { ...BY_USER_CODE, ...GRANT };
const DEVICE = { device: row(deviceCodes, { id: "$id" }), ...GRANT };

/** The device code with this user code, decided or not, until the clean-up removes it; with its grant if there is one. */
export const findDeviceByUserCode = ({ store }: Reading, digest: SecretDigest): Promise<rules.DeviceFacts> =>
  store.look(BY_USER_CODE_WITH_GRANT, { userCodeDigest: digest });

/** The device code, decided or not, until the clean-up removes it; with its grant if there is one. */
export const findDevice = ({ store }: Reading, id: RecordId): Promise<rules.DeviceFacts> =>
  store.look(DEVICE, { id });

const DECISION = {
  account: row(accounts, { subject: "$subject" }),
  device: row(deviceCodes, { id: "$id" }),
  client: row(clients, { clientId: "device.clientId" }),
};

/** Approves (with the grant) or denies (in the name of a person). False if it was decided before, or has expired. */
export const decideDeviceCode = (
  context: DecideContext,
  act: Act,
  id: RecordId,
  answer: { readonly grant: GrantRecord } | { readonly deniedBy: SubjectId },
  now: EpochSeconds,
): Promise<boolean> =>
  outcomeOf(context, act, async () => {
    const subject = "grant" in answer ? answer.grant.subject : null;
    const facts = await context.store.look(DECISION, { id, subject });
    return "grant" in answer
      ? rules.approveDevice(facts, answer.grant, now)
      : rules.denyDevice(facts.device, answer.deniedBy, now);
  });

/** Records the person's answer. A new grant lives as long as the code, until tokens are issued from it. */
export function answerDevice(
  context: Context,
  act: Act,
  device: DeviceCodeRecord,
  signedIn: SignedIn,
  allowed: boolean,
): Promise<boolean> {
  const { clock, random } = context;
  const createdAt = clock.seconds();
  const grant = newGrant(newRecordId(clock, random, shardOf(device.id)), signedIn, device.clientId, {
    scope: device.scope,
    claims: null,
    resources: device.resources,
    authorizationDetails: device.authorizationDetails,
    via: "device_code",
    session: null,
    address: device.requesterAddress,
    ...productOf(device.requesterAgent),
    createdAt,
    expiresAt: device.expiresAt,
  });
  const answer = allowed ? { grant } : { deniedBy: signedIn.account.subject };
  return decideDeviceCode(context, act, device.id, answer, createdAt);
}

/** RFC 8628 §3.4: a device asks for its tokens. */
export interface DeviceRedemption {
  readonly deviceCode: string;
  readonly target: RequestedTarget;
}

const REDEMPTION = { ...DEVICE, caller: CALLER };

export const redeemDeviceCode = (
  context: Context,
  act: Act,
  caller: Caller,
  { deviceCode, target }: DeviceRedemption,
): Promise<Issued | OAuthError> =>
  redeem(
    context,
    act,
    caller,
    {
      kind: rules.DEVICE_CODES,
      credential: "device_code",
      async find(id, callerId) {
        const { device, ...facts } = await context.store.look(REDEMPTION, { id, callerId });
        return { ...facts, asked: device };
      },
    },
    { presented: deviceCode, target },
  );
