/**
 * RFC 9101 §5.1 and §6, OpenID Connect Core §6.1: the parameter `request`. It makes the parameters of a request out of those
 * that were sent; after that the checks of authorization-request.ts know no difference.
 */
import { isSignedWith } from "../keys/verify.ts";
import { ClientKeyError } from "../operations/client-keys.ts";
import type { Context } from "../operations/context.ts";
import { sameText } from "../platform/same-text.ts";
import { OAuthError } from "../protocol/errors.ts";
import { Parameters } from "../protocol/parameters.ts";
import { parametersIn, parseRequestObject, type RequestObject } from "../protocol/request-object.ts";
import {
  assembledParameters,
  isSigned,
  pushedObject,
  requireAlgorithm,
  requireObject,
  requireOwnClaims,
} from "../rules/request-object.ts";
import type { ClientRecord } from "../store/tables/clients.ts";

type ObjectContext = Pick<Context, "clientKeys" | "clock" | "issuer" | "keys">;

/**
 * A short-lived object may expire while the person signs in. This parameter says when the server saw the object first, and
 * goes with the request through the pages. RFC 6749 §8.2: a prefix of our own.
 */
const SEEN = "tessera_request_seen";

/** A person signs in and answers within this time. */
const SEEN_SECONDS = 3600;

export interface Assembled {
  /** The parameters that count. */
  readonly parameters: Parameters;
  /** What comes back from the pages on the way: the parameters as they were sent, SEEN, and the language of the pages. */
  readonly carried: Parameters;
  /** Why the request object does not count. The parameters are those beside it then. */
  readonly fault: OAuthError | null;
}

/**
 * RFC 9126 §3: the parameters of a pushed request. A request object is all of it, and is read once: what the server keeps is checked.
 * Throws OAuthError.
 */
export async function pushedParameters(
  context: ObjectContext,
  client: ClientRecord,
  sent: Parameters,
): Promise<{ readonly parameters: Parameters; readonly signed: boolean }> {
  const text = sent.get("request");
  if (text === undefined) {
    requireObject(client);
    return { parameters: sent, signed: false };
  }
  const now = context.clock.seconds();
  const object = await readObject(context, client, text, now, now);
  return { parameters: pushedObject(object, client, parametersIn(object)), signed: isSigned(object) };
}

/** The object, if it may be believed: its signature, its own claims and its times are right. Throws OAuthError. */
async function readObject(
  context: ObjectContext,
  client: ClientRecord,
  text: string,
  now: number,
  seenAt: number,
): Promise<RequestObject> {
  const object = parseRequestObject(text);
  requireAlgorithm(object, client);
  if (isSigned(object)) await requireSignature(context, client, object);
  requireOwnClaims(object, client, { issuer: context.issuer.identifier, now, seenAt });
  return object;
}

/** Reads the request object, if there is one. A refusal is a value, because its way to the client is not known yet. */
export async function assembleParameters(
  context: ObjectContext,
  client: ClientRecord,
  sent: Parameters,
): Promise<Assembled> {
  const text = sent.get("request");
  try {
    if (text === undefined) {
      requireObject(client);
      // A repeated parameter is refused with all others.
      return { parameters: sent, carried: sent, fault: null };
    }
    const now = context.clock.seconds();
    const seenAt = readSeenAt(context, sent, text, now);
    const object = await readObject(context, client, text, now, seenAt ?? now);
    const parameters = assembledParameters(object, client, sent, parametersIn(object));
    return {
      parameters,
      carried: withValues(sent, {
        ...(seenAt === null &&
          Object.hasOwn(object.claims, "exp") && { [SEEN]: `${now}.${seenMac(context, text, String(now))}` }),
        // The sign-in page reads no request object: beside the object it finds the language that counts.
        ui_locales: parameters.get("ui_locales"),
      }),
      fault: null,
    };
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    return { parameters: sent, carried: sent, fault: error };
  }
}

/** RFC 9101 §6.2: only a key of this client counts. Of the header only `kid` and `alg` are read (THREATS 35). */
export async function requireSignature(
  { clientKeys }: Pick<ObjectContext, "clientKeys">,
  client: ClientRecord,
  { text, algorithm: alg, kid }: RequestObject,
): Promise<void> {
  let key: CryptoKey;
  try {
    key = await clientKeys.find(client, { alg, kid });
  } catch (error) {
    if (!(error instanceof ClientKeyError)) throw error;
    throw new OAuthError("request_object_signature", { description: error.words });
  }
  if (!(await isSignedWith(key, alg, text))) throw new OAuthError("request_object_signature");
}

function readSeenAt(context: ObjectContext, sent: Parameters, text: string, now: number): number | null {
  const [time = "", mac = "", ...rest] = sent.get(SEEN)?.split(".") ?? [];
  if (!/^[0-9]{1,12}$/.test(time) || rest.length > 0 || !sameText(mac, seenMac(context, text, time)))
    return null;
  const age = now - Number(time);
  return age >= 0 && age <= SEEN_SECONDS ? Number(time) : null;
}

/** The parameters with these in place of what was sent under their names; undefined: none. */
function withValues(sent: Parameters, changes: Readonly<Record<string, string | undefined>>): Parameters {
  const values = new Map(sent.entries().map(([name]) => [name, sent.all(name)] as const));
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) values.delete(name);
    else values.set(name, [value]);
  }
  return new Parameters(values);
}

const seenMac = ({ keys }: ObjectContext, text: string, time: string): string =>
  Buffer.from(keys.mac("form", "request object", time, text)).toString("base64url");
