/**
 * The script of pages with passkeys, which a page cannot use without one. It has no words: they come from the page, as attributes
 * of its form. Without it, or in a browser without passkeys, the form stays hidden and the rest of the page works.
 *
 * It converts bytes by itself, because browsers learnt to do so years after passkeys, and because extensions that keep passkeys do
 * not always.
 */
import { createHash } from "node:crypto";

const TEXT = `const form = document.querySelector("form[data-passkey]");

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
const base64url = (buffer) =>
  btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

function optionsOf({ options, challenge }) {
  const read = JSON.parse(options);
  read.challenge = bytes(challenge);
  if (read.user) read.user.id = bytes(read.user.id);
  for (const list of [read.allowCredentials, read.excludeCredentials])
    for (const passkey of list ?? []) passkey.id = bytes(passkey.id);
  return read;
}

const SENT = ["clientDataJSON", "authenticatorData", "signature", "userHandle", "attestationObject"];

function answerOf(credential) {
  const response = { transports: credential.response.getTransports?.() };
  for (const name of SENT) {
    const value = credential.response[name];
    if (value && value.byteLength > 0) response[name] = base64url(value);
  }
  return JSON.stringify({
    id: base64url(credential.rawId),
    type: credential.type,
    attachment: credential.authenticatorAttachment,
    discoverable: credential.getClientExtensionResults().credProps?.rk,
    response,
  });
}

let asking = null;

async function ask(mediation) {
  asking?.abort();
  const mine = (asking = new AbortController());
  form.querySelector("[role=alert]").hidden = true;
  try {
    const publicKey = optionsOf(form.dataset);
    const { signal } = mine;
    const credential =
      form.dataset.passkey === "add"
        ? await navigator.credentials.create({ publicKey, signal })
        : await navigator.credentials.get({ publicKey, signal, ...(mediation && { mediation }) });
    form.elements.passkey.value = answerOf(credential);
    form.submit();
  } catch (error) {
    if (mine !== asking || mediation) return;
    say(error.name);
    wait();
  }
}

function say(error) {
  const said = form.querySelector("[role=alert]");
  said.lastElementChild.textContent = form.dataset["say" + error] ?? form.dataset.sayOther;
  said.hidden = false;
}

/** The browser offers passkeys where the person types a name. */
async function wait() {
  if (form.dataset.offers && (await PublicKeyCredential.isConditionalMediationAvailable?.())) ask("conditional");
}

/** Password managers forget the passkeys that are gone. */
async function tell({ options, forget, accepted }) {
  try {
    const { rpId } = JSON.parse(options);
    if (forget) await PublicKeyCredential.signalUnknownCredential?.({ rpId, credentialId: forget });
    if (accepted) await PublicKeyCredential.signalAllAcceptedCredentials?.(JSON.parse(accepted));
  } catch {
    // They show the passkey for longer.
  }
}

/** The name for which the server is to say which passkeys may be used; empty if the person typed none. */
const nameFor = ({ names, asked }) => {
  const name = document.getElementById(names)?.value.trim() ?? "";
  return name === asked ? "" : name;
};

if (form && window.PublicKeyCredential && navigator.credentials) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    const name = nameFor(form.dataset);
    if (name !== "") {
      form.elements.username.value = name;
      return;
    }
    event.preventDefault();
    ask();
  });
  tell(form.dataset);
  if (form.dataset.begins) ask();
  else wait();
} else if (form) {
  for (const words of document.querySelectorAll("[data-without-passkeys]")) words.hidden = false;
}
`;

const DIGEST = createHash("sha256").update(TEXT).digest("base64url").slice(0, 12);

export const PASSKEY_SCRIPT = { path: `/assets/passkey-${DIGEST}.js`, text: TEXT } as const;
