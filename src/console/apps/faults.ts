/** Refusals of changes to applications, in the words of the page. The operations say them in English. */
import { displayText } from "../../pages/display.ts";
import { OAuthError, type Reason } from "../../protocol/errors.ts";
import type { ConsoleFrame } from "../layout.tsx";
import { ConsoleFault } from "../page.ts";
import { type Bilingual, CONSOLE_WORDS, wordsFor } from "../texts.ts";

const DETAILED: ReadonlySet<Reason> = new Set([
  "client_metadata_refused",
  "redirect_uri_refused",
  "member_refused",
  "change_refused",
  "body_malformed",
]);

/** A refusal that the operations say in English, and the same in other words. */
type Translation = readonly [said: RegExp, words: (...parts: string[]) => string];

/** What the checks of redirect URIs say, in German. The console shows English ones as they are. */
const URI_FAULTS: readonly Translation[] = [
  [/^it is longer than/, () => "sie ist länger als 2000 Zeichen"],
  [/^it has spaces/, () => "sie hat Leerzeichen, Steuerzeichen oder Zeichen außerhalb von ASCII"],
  [/^it has characters that must/, () => "sie hat Zeichen, die mit Prozentzeichen kodiert sein müssen"],
  [/^it has a fragment/, () => "sie hat ein Fragment (#)"],
  [/^wildcards/, () => "Platzhalter sind nicht erlaubt, schreiben Sie jede Adresse einzeln"],
  [
    /^it is not an absolute/,
    () => "sie ist keine vollständige Adresse, etwa https://app.example.org/callback",
  ],
  [/^its scheme must be/, () => "ihr Schema muss klein geschrieben sein"],
  [/^the scheme '(.*)' is not/, (scheme) => `das Schema „${scheme}“ ist nicht erlaubt`],
  [/^it has no host/, () => "ihr fehlt der Rechnername"],
  [/^it has a user name/, () => "vor dem Rechnernamen steht ein Benutzername"],
  [/^its host has/, () => "ihr Rechnername hat Zeichen, die kein Rechnername hat"],
  [/^its host must be written as (.*)$/, (host) => `ihr Rechnername muss so geschrieben sein: ${host}`],
  [/^its path has/, () => "ihr Pfad hat Punkte oder Zeichen in einer Kodierung, die nicht eindeutig ist"],
  [
    /^http is only/,
    () => "http gilt nur für diesen Rechner. Nehmen Sie https, oder erlauben Sie http im eigenen Netz",
  ],
  [
    /^the private scheme '(.*)' needs/,
    (scheme) => `das private Schema „${scheme}“ braucht eine Domain, etwa com.example.app`,
  ],
  [/^it is an address of this server/, () => "sie ist eine Adresse dieses Servers"],
];

const uriFault = (said: string): string => translated(URI_FAULTS, said) ?? said;

const GERMAN: readonly Translation[] = [
  [
    /^The redirect URI '(.*)' is not allowed: (.*)\.$/s,
    (uri, why) => `Die Redirect-URI „${uri}“ geht nicht: ${uriFault(why)}.`,
  ],
  [
    /^The URI '(.*)' of post_logout_redirect_uris is not allowed: (.*)\.$/s,
    (uri, why) => `Die Adresse „${uri}“ für die Zeit nach der Abmeldung geht nicht: ${uriFault(why)}.`,
  ],
  [
    /^redirect_uris is missing/,
    () => "Für die Anmeldung im Browser braucht die Anwendung mindestens eine Redirect-URI.",
  ],
  [
    /^(.*) must be an http or https URL\.$/,
    (member) => `${member}: Das muss eine Adresse mit http oder https sein.`,
  ],
  [
    /^(.*) must be an https(?: or http)? URL without a fragment\.$/,
    (member) => `${member}: Das muss eine Adresse mit https ohne Fragment sein.`,
  ],
  [/^client_name is longer/, () => "Der Name ist länger als 100 Zeichen."],
  [/^client_name has invisible/, () => "Der Name hat unsichtbare Zeichen oder Steuerzeichen."],
  [
    /^client_name/,
    () => "Dieser Name geht nicht: Man kann ihn nicht lesen, oder er gehört einer anderen Anwendung.",
  ],
  [
    /^client_id must be/,
    () =>
      "Die Kennung hat 1 bis 200 druckbare ASCII-Zeichen. Sie ist keine Adresse und beginnt nicht mit acc_.",
  ],
  [
    /^The grant type 'refresh_token' needs/,
    () => "Refresh-Tokens gibt es nur neben der Anmeldung im Browser oder auf einem Gerät.",
  ],
  [/^client_credentials needs/, () => "Nur eine Anwendung, die sich ausweist, kann für sich selbst handeln."],
  [
    /^Only a client that proves who it is can/,
    () => "Nur eine Anwendung, die sich ausweist, kann ohne PKCE auskommen.",
  ],
  [/^require_pkce/, () => "Nur eine Anwendung, die sich ausweist, kann ohne PKCE auskommen."],
  [
    /^token_endpoint_auth_method '(.*)' is not offered here/,
    (method) => `${method} geht hier nicht: Dafür muss erst client_certificates gesetzt sein.`,
  ],
  [/^tls_client_auth(.*)$/, () => "Der Name im Zertifikat fehlt, oder er hat nicht die richtige Form."],
  [
    /^token_endpoint_auth_method '.*' needs/,
    () => "Für Unterschriften braucht der Server die Schlüssel der Anwendung: jwks oder jwks_uri.",
  ],
  [
    /^jwks is not allowed: (.*)$/,
    (why) => `Die Schlüssel gehen so nicht. Der Server sagt auf Englisch: ${why}`,
  ],
  [
    /^jwks has no key/,
    () => "Unter den Schlüsseln ist keiner, mit dem dieser Server Unterschriften prüfen kann.",
  ],
  [/^There is no group '(.*)'\./, (group) => `Es gibt keine Gruppe „${group}“. Legen Sie sie zuerst an.`],
  [
    /^access_token_seconds must be from 1 to (.*)\.$/,
    (most) => `Access-Tokens gelten 1 bis ${most} Sekunden.`,
  ],
  [
    /^refresh_token_seconds must be from 1 to (.*)\.$/,
    (most) => `Refresh-Tokens gelten hier 1 bis ${most} Sekunden.`,
  ],
  [
    /^The scope '(.*)' does not exist/,
    (scope) => `Den Scope „${scope}“ gibt es nicht, oder die Anwendung darf ihn nicht haben.`,
  ],
  [
    /^claims: a client may have (.*) claims/,
    (most) => `Eine Anwendung kann höchstens ${most} eigene Claims haben.`,
  ],
  [
    /^claims: '(.*)' is a claim of the protocol/,
    (name) => `„${name}“ ist ein Claim des Protokolls. Wählen Sie einen anderen Namen.`,
  ],
  [
    /^claims: '(.*)' is not the name of a claim/,
    (name) =>
      `„${name}“ ist kein Name für einen Claim: Buchstaben, Ziffern und _ . : / -, höchstens 200 Zeichen.`,
  ],
  [
    /^claims: '(.*)' is told together/,
    (name) =>
      `„${name}“ wird mit der Angabe weitergegeben, ob es bestätigt ist. Es kann keine andere Quelle haben.`,
  ],
  [
    /^claims: the source of '(.*)' names '(.*)'/,
    (name, who) => `Der Claim „${name}“ nennt „${who}“: Möglich sind everyone, client und group:NAME.`,
  ],
  [
    /^claims: the source of '(.*)'/,
    (name) => `Die Quelle des Claims „${name}“ ist keine, die dieser Server kennt.`,
  ],
  [
    /^This client proves who it is with a key/,
    () => "Diese Anwendung weist sich mit einem Schlüssel aus und hat keine Secrets.",
  ],
  [/^A public client has no secrets/, () => "Eine Anwendung ohne Secret hat keine Secrets."],
  [
    /^A client has (.*) secrets at most/,
    (most) => `Eine Anwendung hat höchstens ${most} Secrets. Entfernen Sie zuerst eins.`,
  ],
  [
    /^The person may not use this client/,
    () => "Die Person darf diese Anwendung nicht benutzen: Sehen Sie nach ihren Gruppen.",
  ],
  [
    /^A client that registered itself cannot be first-party/,
    () => "Eine Anwendung, die sich selbst registriert hat, kann keine eigene des Betreibers sein.",
  ],
  [
    /^The subject '(.*)' of a workload is not allowed: it lets in/,
    (subject) => `Das Subject „${subject}“ lässt Repositorys von Fremden herein.`,
  ],
  [
    /^The subject '(.*)' of a workload is not allowed/,
    (subject) =>
      `Das Subject „${subject}“ geht nicht: * steht für einen ganzen Teil zwischen : und /, ** für alle am Ende, und der erste Teil ist ausgeschrieben.`,
  ],
  [
    /^A client with workloads proves/,
    () => "Eine Anwendung ohne Secret und Schlüssel kann keine solchen Programme haben.",
  ],
  [
    /^backchannel_token_delivery_mode 'ping' needs/,
    () => "Für die Benachrichtigung fehlt die Adresse, die dieser Server aufruft. Sie beginnt mit https.",
  ],
  [
    /^backchannel_client_notification_endpoint must be/,
    () => "Die Adresse für die Benachrichtigung muss eine URL mit https sein.",
  ],
  [
    /^The client must sign its requests to people/,
    () => "Signierte Fragen an Personen brauchen die Schlüssel der Anwendung: jwks_uri.",
  ],
  [
    /^CIBA needs a client that proves who it is/,
    () => "Eine Anwendung ohne Secret und Schlüssel kann niemanden fragen, der woanders ist.",
  ],
  [
    /^subject_type is 'pairwise' and grant_types has CIBA/,
    () =>
      "Mit eigenen Kennungen für jede Anwendung muss jwks_uri sagen, zu welchem Host die Anwendung gehört.",
  ],
  [
    /^require_signed_request_object/,
    () => "Signierte Anfragen brauchen die Schlüssel der Anwendung: jwks_uri.",
  ],
  [
    /^security_profile '(.*)' needs a client that proves/,
    (profile) =>
      `Das Profil ${profile} verlangt, dass sich die Anwendung mit einem Schlüssel ausweist, nicht mit einem Secret.`,
  ],
  [
    /^security_profile '(.*)' allows no redirect URI/,
    (profile) => `Das Profil ${profile} erlaubt keine Redirect-URI mit http.`,
  ],
  [
    /^security_profile '(.*)' needs the keys/,
    (profile) => `Das Profil ${profile} braucht die Schlüssel der Anwendung: jwks_uri.`,
  ],
  [
    /^security_profile '(.*)' (?:allows|needs)/,
    (profile) => `Das Profil ${profile} erlaubt nur Signaturen mit PS256, ES256 und EdDSA.`,
  ],
];

function translated(table: readonly Translation[], said: string): string | null {
  for (const [pattern, words] of table) {
    const match = pattern.exec(said);
    if (match !== null) return words(...match.slice(1));
  }
  return null;
}

const FAULT_WORDS: Bilingual<(said: string) => string> = {
  en: (said) => said,
  de: (said) => translated(GERMAN, said) ?? `Der Server sagt auf Englisch: ${said}`,
};

/** Why nothing was changed, in the language of the page. */
export const faultWords = (frame: ConsoleFrame, { description }: OAuthError): string =>
  displayText(`${wordsFor(frame, CONSOLE_WORDS).notSaved} ${wordsFor(frame, FAULT_WORDS)(description)}`, 600);

/** Carries out a change, and throws its refusal in the words of the page. */
export async function inWords<Result>(frame: ConsoleFrame, change: () => Promise<Result>): Promise<Result> {
  try {
    return await change();
  } catch (error) {
    if (error instanceof OAuthError && DETAILED.has(error.reason))
      throw new ConsoleFault(faultWords(frame, error));
    throw error;
  }
}
