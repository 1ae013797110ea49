/** Every word of the mails, in Spanish. */
import type { MailTexts } from "../words.ts";

const CHECK = "Revisar su cuenta";
const NOT_YOU =
  "Si no fue usted, puede que otra persona tenga acceso a su cuenta: ponga enseguida una contraseña nueva, y avise al responsable de este servidor.";
const TELL_OPERATOR =
  "Si no fue usted, puede que otra persona tenga acceso a su cuenta: avise enseguida al responsable de este servidor.";

export const spanish: MailTexts = {
  language: "es",
  direction: "ltr",
  greeting: (name) => (name === null ? "Hola:" : `Hola, ${name}:`),
  facts: {
    account: "Cuenta",
    time: "Fecha",
    address: "Dirección de red",
    browser: "Navegador",
    application: "Aplicación",
    says: "Dice",
  },
  dateAndTime: (date, time) => `${date}, ${time}`,
  agentUnknown: "Desconocido",
  openInstead: "Si el botón no funciona, abra esta dirección en su navegador:",
  foot: {
    withAccount: (server, host) => `Recibe este correo porque tiene una cuenta en ${server} (${host}).`,
    withoutAccount: (server, host) => `Esta dirección se introdujo en ${server} (${host}).`,
    security: "Trata de la seguridad de su cuenta, así que no se puede desactivar.",
    optional: "Puede desactivar los correos de este tipo en la página de su cuenta.",
  },
  kinds: {
    invitation: ({ inviter }, { server, until }) => ({
      subject: `Su invitación a ${server}`,
      title: `Tiene una invitación a ${server}`,
      paragraphs: [
        inviter === null ? `Tiene una invitación a ${server}.` : `${inviter} le invita a ${server}.`,
        "Con una sola cuenta inicia sesión allí en todas las aplicaciones.",
      ],
      button: "Configurar su cuenta",
      advice: [
        `El enlace funciona una sola vez, hasta el ${until}. Abre su cuenta, así que no lo comparta.`,
        "Si no espera una invitación, ignore este correo. Nada ocurre sin usted.",
      ],
    }),
    reset: (_, { server, until }) => ({
      subject: `Una contraseña nueva para ${server}`,
      title: "Establecer una contraseña nueva",
      paragraphs: [`Puede establecer una contraseña nueva para su cuenta en ${server}.`],
      button: "Establecer una contraseña nueva",
      advice: [
        `El enlace funciona una sola vez, hasta el ${until}. Abre su cuenta, así que no lo comparta.`,
        "Si no lo pidió, ignore este correo. Su contraseña sigue como está.",
      ],
    }),
    sign_in: (_, { server, until }) => ({
      subject: `Un enlace para iniciar sesión en ${server}`,
      title: "Iniciar sesión con este enlace",
      paragraphs: [`El responsable de ${server} le envía un enlace con el que inicia sesión.`],
      button: "Iniciar sesión",
      advice: [
        `El enlace funciona una sola vez, hasta el ${until}. Abre su cuenta, así que no lo comparta.`,
        "Si no lo espera, consulte al responsable.",
      ],
    }),
    sign_in_code: (_, { server, until }) => ({
      subject: `Su código para ${server}`,
      title: "Su código",
      paragraphs: [`Su código para iniciar sesión en ${server}:`],
      button: null,
      advice: [
        `Funciona una sola vez, hasta el ${until}, en el navegador en el que lo pidió.`,
        "No lo escriba en ninguna otra página, y no se lo diga a nadie. Si no lo pidió, ignore este correo.",
      ],
    }),
    registration: (_, { server, until }) => ({
      subject: `Su cuenta en ${server}`,
      title: "Cree su cuenta",
      paragraphs: [`Esta dirección se introdujo para una cuenta nueva en ${server}. Confirme que es suya.`],
      button: "Crear una cuenta",
      advice: [
        `El enlace funciona una sola vez, hasta el ${until}.`,
        "Si no introdujo la dirección, ignore este correo. No se creará ninguna cuenta.",
      ],
    }),
    account_exists: (_, { server }) => ({
      subject: `Tiene una cuenta en ${server}`,
      title: "Ya tiene una cuenta",
      paragraphs: [
        `Esta dirección se introdujo para una cuenta nueva en ${server}. Ya hay una con ella: inicie sesión en esa.`,
      ],
      button: "Iniciar sesión",
      advice: ["Si no introdujo la dirección, ignore este correo. No ha cambiado nada."],
    }),
    approved: (_, { server }) => ({
      subject: `Su cuenta en ${server} está lista`,
      title: "Su cuenta está lista",
      paragraphs: [`El responsable de ${server} le ha admitido. Ya puede iniciar sesión.`],
      button: "Iniciar sesión",
      advice: [],
    }),
    verify_email: (_, { server, until }) => ({
      subject: `Confirme su dirección de correo para ${server}`,
      title: "¿Es esta su dirección de correo?",
      paragraphs: [`Esta dirección se introdujo para una cuenta en ${server}. Confirme que es suya.`],
      button: "Confirmar la dirección",
      advice: [
        `El enlace funciona hasta el ${until}.`,
        "Si no introdujo la dirección, ignore este correo. Entonces no se usará.",
      ],
    }),
    email_changed: (_, { server }) => ({
      subject: `Se cambió su dirección de correo en ${server}`,
      title: "Se cambió su dirección de correo",
      paragraphs: [
        `Su cuenta en ${server} tiene ahora otra dirección de correo. Los correos sobre su cuenta ya no llegan aquí.`,
      ],
      button: CHECK,
      advice: [TELL_OPERATOR],
    }),
    password_changed: ({ byOperator }, { server }) => ({
      subject: `Se cambió su contraseña en ${server}`,
      title: "Se cambió su contraseña",
      paragraphs: [
        byOperator
          ? `El responsable de ${server} puso una contraseña nueva a su cuenta.`
          : `Su cuenta en ${server} tiene una contraseña nueva.`,
        "Se cerró la sesión en todos los navegadores.",
      ],
      button: CHECK,
      advice: byOperator
        ? ["Si no lo esperaba, consulte al responsable."]
        : [
            "Si no fue usted, otra persona tiene acceso a su cuenta: avise enseguida al responsable de este servidor.",
          ],
    }),
    password_removed: (_, { server }) => ({
      subject: `Su cuenta en ${server} ya no tiene contraseña`,
      title: "Se eliminó su contraseña",
      paragraphs: [`Su cuenta en ${server} ya no tiene contraseña: inicia sesión con sus llaves de acceso.`],
      button: CHECK,
      advice: [TELL_OPERATOR],
    }),
    passkey_changed: ({ change }, { server }) => ({
      subject:
        change === "added"
          ? `Una llave de acceso nueva en ${server}`
          : `Se eliminó una llave de acceso en ${server}`,
      title: change === "added" ? "Se añadió una llave de acceso" : "Se eliminó una llave de acceso",
      paragraphs: [
        change === "added"
          ? `Su cuenta en ${server} tiene una llave de acceso nueva. Con ella se inicia sesión sin su contraseña.`
          : `Se eliminó una llave de acceso de su cuenta en ${server}. Con ella ya no se inicia sesión.`,
      ],
      button: CHECK,
      advice: [NOT_YOU],
    }),
    second_factor_changed: ({ change }, { server }) => ({
      ...{
        added: {
          subject: `Un segundo paso para iniciar sesión en ${server}`,
          title: "Se configuró un segundo paso",
          paragraphs: [
            `Para iniciar sesión en ${server}, a partir de ahora su cuenta necesita también un código.`,
          ],
        },
        removed: {
          subject: `Ya sin segundo paso para iniciar sesión en ${server}`,
          title: "Se eliminó el segundo paso",
          paragraphs: [`Para iniciar sesión en ${server}, su cuenta ya no necesita ningún otro código.`],
        },
        recovery_code_used: {
          subject: `Se usó un código de recuperación en ${server}`,
          title: "Se usó un código de recuperación",
          paragraphs: [
            `Uno de sus códigos de recuperación se usó para iniciar sesión en su cuenta en ${server}. No funciona otra vez.`,
          ],
        },
        recovery_codes_renewed: {
          subject: `Códigos de recuperación nuevos en ${server}`,
          title: "Se crearon códigos de recuperación nuevos",
          paragraphs: [
            `Su cuenta en ${server} tiene códigos de recuperación nuevos. Los anteriores ya no funcionan.`,
          ],
        },
      }[change],
      button: CHECK,
      advice: [NOT_YOU],
    }),
    new_device: (_, { server }) => ({
      subject: `Sesión iniciada en ${server} en un navegador nuevo`,
      title: "Sesión iniciada en un navegador nuevo",
      paragraphs: [
        `Hubo un inicio de sesión en su cuenta en ${server} desde un navegador que antes no se conocía.`,
      ],
      button: CHECK,
      advice: [
        "Si fue usted, no hay nada que hacer. Un navegador vuelve a contar como nuevo tras un cambio de su contraseña, y cuando se borraron sus cookies.",
        NOT_YOU,
      ],
    }),
    refresh_token_replayed: (_, { server, application }) => ({
      subject: `Terminó el acceso de ${application}`,
      title: "Terminó el acceso de una aplicación",
      paragraphs: [
        `Una clave que ${application} tenía para su cuenta en ${server} se usó dos veces. Puede que una clave así haya sido robada, de modo que se puso fin al acceso.`,
        "Si usa la aplicación, inicie sesión en ella de nuevo.",
      ],
      button: CHECK,
      advice: [
        "Puede ser un fallo de la aplicación, o una copia de seguridad de su dispositivo que se restauró. Si se repite, avise al responsable de este servidor.",
      ],
    }),
    backchannel_asked: (_, { server, application, until, pause }) => ({
      subject: `${application} pide su aprobación`,
      title: "Una aplicación pide su aprobación",
      paragraphs: [`${application} pide su aprobación en ${server}. Mire qué obtendría y apruebe o rechace.`],
      button: "Ver la solicitud",
      advice: [
        `Puede responder hasta el ${until}. El enlace por sí solo no aprueba nada.`,
        "Apruebe solo si está tratando ahora mismo con esta aplicación y le muestra o le dice las mismas palabras. Si no espera la solicitud, rechácela allí: es posible que otra persona quiera entrar en su cuenta.",
        `Si llegan más solicitudes en un plazo de ${pause}, no recibe otro correo. Todas están en la página de su cuenta.`,
      ],
    }),
    account_disabled: (_, { server }) => ({
      subject: `Se desactivó su cuenta en ${server}`,
      title: "Se desactivó su cuenta",
      paragraphs: [
        `El responsable de ${server} ha desactivado su cuenta. Su sesión está cerrada en todas partes, y las aplicaciones ya no tienen acceso.`,
      ],
      button: null,
      advice: ["Si no sabe por qué, consulte al responsable."],
    }),
  },
};
