/** @jsxImportSource hono/jsx */
/** Settings of an application that few need: signatures, kinds of identifiers, keys of its own. */
import type { ClientWish } from "../../clients/change.ts";
import { Box, Field } from "../../pages/layout.tsx";
import { Icon } from "../../pages/views/icons.tsx";
import { CIBA_GRANT } from "../../protocol/grant-types.ts";
import type { Parameters } from "../../protocol/parameters.ts";
import { wordsIn } from "../../protocol/people-words.ts";
import { SECURITY_PROFILES } from "../../protocol/security-profile.ts";
import { VERIFYING_NAMES } from "../../protocol/signing-algorithms.ts";
import { Choice, namedOptions, valuesOf } from "../fields.tsx";
import { ConsoleFault, type Typed } from "../page.ts";
import { ActForm } from "../parts.tsx";
import { CONSOLE_WORDS, wordsFor } from "../texts.ts";
import { textOrNull } from "./changes.ts";
import type { AppCall } from "./tab.tsx";
import { TAB_WORDS } from "./texts-tabs.ts";

/** A whole number of seconds; null for an empty field. Throws ConsoleFault. */
export function secondsIn(form: Parameters, name: string, { frame }: AppCall): number | null {
  const text = textOrNull(form, name);
  if (text === null) return null;
  if (!/^[0-9]{1,10}$/.test(text)) throw new ConsoleFault(wordsFor(frame, TAB_WORDS).noSeconds);
  return Number(text);
}

const boxOf = (type: string): string => `details:${type}`;

/** The ticked types, and those that the client has and the configuration lacks at present: no box is there for them. */
const detailTypesIn = (form: Parameters, { client, context: { catalogue } }: AppCall): string[] => [
  ...catalogue.detailTypes.map(({ type }) => type).filter((type) => form.get(boxOf(type)) !== undefined),
  ...client.authorizationDetailsTypes.filter((type) => catalogue.detailType(type) === undefined),
];

export const moreWish = (form: Parameters, call: AppCall): ClientWish => ({
  id_token_signed_response_alg: textOrNull(form, "id_token_alg"),
  userinfo_signed_response_alg: textOrNull(form, "userinfo_alg"),
  introspection_signed_response_alg: textOrNull(form, "introspection_alg"),
  subject_type: form.get("subject_type") ?? call.client.subjectType,
  sector_identifier_uri: textOrNull(form, "sector_uri"),
  request_object_signing_alg: textOrNull(form, "request_alg"),
  default_max_age: secondsIn(form, "default_max_age", call),
  dpop_bound_access_tokens: form.get("dpop_bound") !== undefined,
  tls_client_certificate_bound_access_tokens: form.get("certificate_bound") !== undefined,
  require_signed_request_object: form.get("require_signed") !== undefined,
  require_pushed_authorization_requests: form.get("require_pushed") !== undefined,
  authorization_signed_response_alg: textOrNull(form, "answer_alg"),
  // The fields are there for an application that may ask people.
  ...(call.client.grantTypes.includes(CIBA_GRANT) && {
    backchannel_token_delivery_mode: textOrNull(form, "delivery"),
    backchannel_client_notification_endpoint: textOrNull(form, "ping_url"),
    backchannel_authentication_request_signing_alg: textOrNull(form, "asking_alg"),
  }),
  security_profile: textOrNull(form, "profile"),
  authorization_details_types: detailTypesIn(form, call),
});

export function More({ call: { frame, client, context }, typed }: { call: AppCall; typed: Typed }) {
  const words = wordsFor(frame, TAB_WORDS);
  const { text, isTicked } = valuesOf(typed, "more");
  const { algorithms } = context.configuration.signing;
  // The operator may have taken away the algorithm that the client has.
  const algorithmsWith = (none: string, known: string | null) =>
    namedOptions(none, known === null ? algorithms : [...algorithms, known]);
  const signatures: readonly (readonly [id: string, label: string, none: string, known: string | null])[] = [
    ["id_token_alg", words.idTokenAlg, words.serverDefault, client.idTokenSignedResponseAlg],
    ["userinfo_alg", words.userinfoAlg, words.unsigned, client.userinfoSignedResponseAlg],
    ["introspection_alg", words.introspectionAlg, words.serverDefault, client.introspectionSignedResponseAlg],
    ["answer_alg", words.answerAlg, words.serverDefault, client.authorizationSignedResponseAlg],
  ];
  const boxes: (readonly [name: string, words: string, known: boolean])[] = [
    ["require_signed", words.requireSigned, client.requireSignedRequestObject],
    ["require_pushed", words.requirePushed, client.requirePushedAuthorizationRequests],
    ["dpop_bound", words.dpopBound, client.dpopBoundAccessTokens],
  ];
  const isBound = client.tlsClientCertificateBoundAccessTokens;
  if (context.configuration.client_certificates !== undefined || isBound)
    boxes.push(["certificate_bound", words.certificateBound, isBound]);
  return (
    <details class="card fold" open={typed.get("act") === "more"}>
      <summary>
        <h2>{words.moreTitle}</h2>
        <Icon name="down" />
      </summary>
      <ActForm frame={frame} act="more" values={{ revision: String(client.revision) }}>
        <div class="pair">
          {signatures.map(([id, label, none, known]) => (
            <Choice id={id} label={label} options={algorithmsWith(none, known)} value={text(id, known)} />
          ))}
          <Choice
            id="profile"
            label={words.profile}
            options={namedOptions(words.noProfile, SECURITY_PROFILES)}
            value={text("profile", client.securityProfile)}
          />
          <Choice
            id="subject_type"
            label={words.subjectType}
            options={words.subjectTypes}
            value={text("subject_type", client.subjectType)}
          />
          <Field
            id="sector_uri"
            label={words.sectorUri}
            hint={words.sectorUriHint}
            autocomplete="off"
            required={false}
            maxlength={2000}
            value={text("sector_uri", client.sectorIdentifierUri)}
          />
          <Choice
            id="request_alg"
            label={words.requestAlg}
            options={namedOptions(words.anyAlg, VERIFYING_NAMES)}
            value={text("request_alg", client.requestObjectSigningAlg)}
          />
          <Field
            id="default_max_age"
            label={words.defaultMaxAge}
            hint={words.anyAge}
            autocomplete="off"
            required={false}
            maxlength={10}
            value={text(
              "default_max_age",
              client.defaultMaxAge === null ? null : String(client.defaultMaxAge),
            )}
          />
        </div>
        {client.grantTypes.includes(CIBA_GRANT) && (
          <div class="pair">
            <Choice
              id="delivery"
              label={words.delivery}
              options={words.deliveryModes}
              value={text("delivery", client.backchannelTokenDeliveryMode)}
            />
            <Field
              id="ping_url"
              label={words.pingUrl}
              hint={words.pingUrlHint}
              autocomplete="off"
              required={false}
              maxlength={2000}
              value={text("ping_url", client.backchannelClientNotificationEndpoint)}
            />
            <Choice
              id="asking_alg"
              label={words.askingAlg}
              options={namedOptions(words.unsigned, VERIFYING_NAMES)}
              value={text("asking_alg", client.backchannelAuthenticationRequestSigningAlg)}
            />
          </div>
        )}
        {boxes.map(([name, label, known]) => (
          <Box name={name} value="1" words={label} checked={isTicked(name, known)} />
        ))}
        {context.catalogue.detailTypes.length > 0 && (
          <fieldset>
            <legend>{words.detailsTypes}</legend>
            {context.catalogue.detailTypes.map(({ type, title }) => (
              <Box
                name={boxOf(type)}
                value="1"
                words={`${wordsIn(title, frame.texts.language)} (${type})`}
                checked={isTicked(boxOf(type), client.authorizationDetailsTypes.includes(type))}
              />
            ))}
          </fieldset>
        )}
        <button class="other" type="submit">
          {wordsFor(frame, CONSOLE_WORDS).save}
        </button>
      </ActForm>
    </details>
  );
}
