/** Every word of the mails, in Italian. */
import type { MailTexts } from "../words.ts";

const CHECK = "Controlla l’account";
const NOT_YOU =
  "Se l’operazione è di altri, un’altra persona potrebbe avere accesso all’account: impostare subito una nuova password e informare il gestore di questo server.";
const TELL_OPERATOR =
  "Se la modifica è stata fatta da altri, un’altra persona potrebbe avere accesso all’account: informare subito il gestore di questo server.";

export const italian: MailTexts = {
  language: "it",
  direction: "ltr",
  greeting: (name) => (name === null ? "Buongiorno," : `Buongiorno ${name},`),
  facts: {
    account: "Account",
    time: "Ora",
    address: "Indirizzo di rete",
    browser: "Browser",
    application: "Applicazione",
    says: "Dice",
  },
  dateAndTime: (date, time) => `${date}, ore ${time}`,
  agentUnknown: "Non noto",
  openInstead: "Se il pulsante non funziona, aprire questo indirizzo nel browser:",
  foot: {
    withAccount: (server, host) =>
      `Questa email arriva perché il destinatario ha un account su ${server} (${host}).`,
    withoutAccount: (server, host) => `Questo indirizzo è stato inserito su ${server} (${host}).`,
    security: "Riguarda la sicurezza dell’account, perciò non si può disattivare.",
    optional: "Le email di questo tipo si possono disattivare nella pagina dell’account.",
  },
  kinds: {
    invitation: ({ inviter }, { server, until }) => ({
      subject: `Invito a ${server}`,
      title: `Invito a ${server}`,
      paragraphs: [
        inviter === null ? `Questo è un invito a ${server}.` : `${inviter} manda un invito a ${server}.`,
        "Con un solo account vi si accede a tutte le applicazioni.",
      ],
      button: "Configura l’account",
      advice: [
        `Il link funziona una volta sola. Scadenza: ${until}. Apre l’account, perciò non va dato a nessuno.`,
        "Se non si attende un invito, ignorare questa email. Senza una conferma non succede nulla.",
      ],
    }),
    reset: (_, { server, until }) => ({
      subject: `Una nuova password per ${server}`,
      title: "Imposta una nuova password",
      paragraphs: [`Si può impostare una nuova password per l’account su ${server}.`],
      button: "Imposta una nuova password",
      advice: [
        `Il link funziona una volta sola. Scadenza: ${until}. Apre l’account, perciò non va dato a nessuno.`,
        "Se non è stata fatta nessuna richiesta, ignorare questa email. La password resta com’è.",
      ],
    }),
    sign_in: (_, { server, until }) => ({
      subject: `Un link per accedere a ${server}`,
      title: "Accedi con questo link",
      paragraphs: [`Il gestore di ${server} invia un link con cui si effettua l’accesso.`],
      button: "Accedi",
      advice: [
        `Il link funziona una volta sola. Scadenza: ${until}. Apre l’account, perciò non va dato a nessuno.`,
        "Se non lo si attende, chiedere al gestore.",
      ],
    }),
    sign_in_code: (_, { server, until }) => ({
      subject: `Il codice per ${server}`,
      title: "Codice di accesso",
      paragraphs: [`Il codice per accedere a ${server}:`],
      button: null,
      advice: [
        `Funziona una volta sola, nel browser in cui è stato richiesto. Scadenza: ${until}.`,
        "Non inserirlo in nessun’altra pagina e non comunicarlo a nessuno. Se non è stato richiesto, ignorare questa email.",
      ],
    }),
    registration: (_, { server, until }) => ({
      subject: `L’account su ${server}`,
      title: "Crea l’account",
      paragraphs: [
        `Questo indirizzo è stato inserito per un nuovo account su ${server}. Confermare che è il proprio.`,
      ],
      button: "Crea un account",
      advice: [
        `Il link funziona una volta sola. Scadenza: ${until}.`,
        "Se l’indirizzo è stato inserito da altri, ignorare questa email. Non verrà creato nessun account.",
      ],
    }),
    account_exists: (_, { server }) => ({
      subject: `Esiste già un account su ${server}`,
      title: "Esiste già un account",
      paragraphs: [
        `Questo indirizzo è stato inserito per un nuovo account su ${server}. Ne esiste già uno con questo indirizzo: accedere con quello.`,
      ],
      button: "Accedi",
      advice: ["Se l’indirizzo è stato inserito da altri, ignorare questa email. Non è cambiato nulla."],
    }),
    approved: (_, { server }) => ({
      subject: `L’account su ${server} è pronto`,
      title: "L’account è pronto",
      paragraphs: [`Il gestore di ${server} ha approvato l’account. Ora è possibile accedere.`],
      button: "Accedi",
      advice: [],
    }),
    verify_email: (_, { server, until }) => ({
      subject: `Conferma dell’indirizzo email per ${server}`,
      title: "È questo il proprio indirizzo email?",
      paragraphs: [
        `Questo indirizzo è stato inserito per un account su ${server}. Confermare che è il proprio.`,
      ],
      button: "Conferma l’indirizzo",
      advice: [
        `Scadenza del link: ${until}.`,
        "Se l’indirizzo è stato inserito da altri, ignorare questa email. In tal caso non verrà usato.",
      ],
    }),
    email_changed: (_, { server }) => ({
      subject: `L’indirizzo email su ${server} è stato cambiato`,
      title: "L’indirizzo email è stato cambiato",
      paragraphs: [
        `L’account su ${server} ha ora un altro indirizzo email. Le email sull’account non arrivano più qui.`,
      ],
      button: CHECK,
      advice: [TELL_OPERATOR],
    }),
    password_changed: ({ byOperator }, { server }) => ({
      subject: `La password su ${server} è stata cambiata`,
      title: "La password è stata cambiata",
      paragraphs: [
        byOperator
          ? `Il gestore di ${server} ha impostato una nuova password per l’account.`
          : `L’account su ${server} ha una nuova password.`,
        "Tutti i browser sono stati disconnessi.",
      ],
      button: CHECK,
      advice: byOperator
        ? ["Se la modifica giunge inattesa, chiedere al gestore."]
        : [
            "Se la modifica è stata fatta da altri, un’altra persona ha accesso all’account: informare subito il gestore di questo server.",
          ],
    }),
    password_removed: (_, { server }) => ({
      subject: `L’account su ${server} non ha più una password`,
      title: "La password è stata rimossa",
      paragraphs: [`L’account su ${server} non ha più una password: si accede con le passkey.`],
      button: CHECK,
      advice: [TELL_OPERATOR],
    }),
    passkey_changed: ({ change }, { server }) => ({
      subject:
        change === "added" ? `Una nuova passkey su ${server}` : `Una passkey su ${server} è stata rimossa`,
      title: change === "added" ? "Una passkey è stata aggiunta" : "Una passkey è stata rimossa",
      paragraphs: [
        change === "added"
          ? `L’account su ${server} ha una nuova passkey. Permette di accedere senza la password.`
          : `Una passkey dell’account su ${server} è stata rimossa. Non permette più di accedere.`,
      ],
      button: CHECK,
      advice: [NOT_YOU],
    }),
    second_factor_changed: ({ change }, { server }) => ({
      ...{
        added: {
          subject: `Un secondo passaggio per l’accesso a ${server}`,
          title: "È stato configurato un secondo passaggio",
          paragraphs: [`D’ora in poi, per accedere a ${server} con questo account serve anche un codice.`],
        },
        removed: {
          subject: `Nessun secondo passaggio per l’accesso a ${server}`,
          title: "Il secondo passaggio è stato rimosso",
          paragraphs: [`Per accedere a ${server} con questo account non serve più nessun altro codice.`],
        },
        recovery_code_used: {
          subject: `Un codice di recupero è stato usato su ${server}`,
          title: "Un codice di recupero è stato usato",
          paragraphs: [
            `Uno dei codici di recupero è stato usato per accedere all’account su ${server}. Non funziona una seconda volta.`,
          ],
        },
        recovery_codes_renewed: {
          subject: `Nuovi codici di recupero su ${server}`,
          title: "Sono stati creati nuovi codici di recupero",
          paragraphs: [
            `L’account su ${server} ha nuovi codici di recupero. Quelli precedenti non funzionano più.`,
          ],
        },
      }[change],
      button: CHECK,
      advice: [NOT_YOU],
    }),
    new_device: (_, { server }) => ({
      subject: `Un nuovo browser ha effettuato l’accesso a ${server}`,
      title: "Un nuovo browser ha effettuato l’accesso",
      paragraphs: [
        `È stato effettuato un accesso all’account su ${server} da un browser finora non conosciuto.`,
      ],
      button: CHECK,
      advice: [
        "Se l’accesso è proprio, non occorre fare nulla. Un browser risulta di nuovo sconosciuto dopo un cambio della password e quando i suoi cookie sono stati eliminati.",
        NOT_YOU,
      ],
    }),
    refresh_token_replayed: (_, { server, application }) => ({
      subject: `L’accesso di ${application} è stato terminato`,
      title: "L’accesso di un’applicazione è stato terminato",
      paragraphs: [
        `Una chiave che ${application} aveva per l’account su ${server} è stata usata due volte. Potrebbe essere stata rubata, perciò l’accesso è stato terminato.`,
        "Se si usa l’applicazione, accedervi di nuovo.",
      ],
      button: CHECK,
      advice: [
        "Può trattarsi di un errore dell’applicazione, oppure di una copia di backup del dispositivo che è stata ripristinata. Se succede di nuovo, informare il gestore di questo server.",
      ],
    }),
    backchannel_asked: (_, { server, application, until, pause }) => ({
      subject: `${application} chiede l’approvazione`,
      title: "Un’applicazione chiede l’approvazione",
      paragraphs: [
        `${application} chiede l’approvazione su ${server}. Guardare che cosa otterrebbe, poi approvare o rifiutare.`,
      ],
      button: "Guarda la richiesta",
      advice: [
        `Si può rispondere fino al momento seguente: ${until}. Il link da solo non approva nulla.`,
        "Approvare solo se in questo momento si ha a che fare con questa applicazione, e se mostra o dice le stesse parole. Se la richiesta è inattesa, rifiutarla: forse un’altra persona vuole entrare nell’account.",
        `Se entro ${pause} arrivano altre richieste, non viene inviata un’altra e-mail. Si trovano tutte sulla pagina dell’account.`,
      ],
    }),
    account_disabled: (_, { server }) => ({
      subject: `L’account su ${server} è stato disattivato`,
      title: "L’account è stato disattivato",
      paragraphs: [
        `Il gestore di ${server} ha disattivato l’account. Tutti i browser sono disconnessi, e le applicazioni non hanno più accesso.`,
      ],
      button: null,
      advice: ["Se il motivo non è noto, chiedere al gestore."],
    }),
  },
};
