/** RFC 8705 §2.1.2: the metadata of clients that authenticate with a certificate. */
import {
  CERTIFICATE_NAME_KINDS,
  type CertificateName,
  certificateNameFault,
} from "../protocol/certificate-name.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { type Members, readString, refuse } from "./members.ts";

const memberOf = (kind: CertificateName["kind"]): string => `tls_client_auth_${kind}`;

/** Exactly one name. It says nothing of a client with another method. */
export function readCertificateName(
  members: Members,
  method: ClientRecord["tokenEndpointAuthMethod"],
): CertificateName | null {
  if (method !== "tls_client_auth") return null;
  const named = CERTIFICATE_NAME_KINDS.flatMap((kind) => {
    const value = readString(members, memberOf(kind));
    return value === null ? [] : [{ kind, value }];
  });
  const [name, another] = named;
  if (name === undefined || another !== undefined)
    return refuse(`tls_client_auth needs exactly one of ${CERTIFICATE_NAME_KINDS.map(memberOf).join(", ")}.`);
  const fault = certificateNameFault(name);
  return fault === null ? name : refuse(`${memberOf(name.kind)} ${fault}.`);
}

export const describeCertificateName = ({
  tlsClientAuthName: name,
}: Pick<ClientRecord, "tlsClientAuthName">): Record<string, unknown> =>
  name === null ? {} : { [memberOf(name.kind)]: name.value };
