/** Every word of the mails, in Arabic. */
import { isolated as its } from "../../pages/texts/language.ts";
import type { MailTexts } from "../words.ts";

const CHECK = "مراجعة حسابك";
const NOT_YOU =
  "إذا لم تكن أنت مَن فعل ذلك فربما وصل شخص آخر إلى حسابك: اختر كلمة مرور جديدة فورًا، وأخبر مشغّل هذا الخادم.";
const TELL_OPERATOR = "إذا لم تكن أنت مَن فعل ذلك فربما وصل شخص آخر إلى حسابك: أخبر مشغّل هذا الخادم فورًا.";

const linkAdvice = (until: string): string =>
  `يعمل الرابط مرة واحدة، حتى ${its(until)}. وهو يفتح حسابك، فلا تعطه لأحد.`;

export const arabic: MailTexts = {
  language: "ar",
  direction: "rtl",
  greeting: (name) => (name === null ? "مرحبًا،" : `مرحبًا ${its(name)}،`),
  facts: {
    account: "الحساب",
    time: "الوقت",
    address: "عنوان الشبكة",
    browser: "المتصفح",
    application: "التطبيق",
    says: "يقول",
  },
  dateAndTime: (date, time) => `${date}، ${time}`,
  agentUnknown: "غير معروف",
  openInstead: "إذا لم يعمل الزر فافتح هذا العنوان في متصفحك:",
  foot: {
    withAccount: (server, host) => `تصلك هذه الرسالة لأن لديك حسابًا في ${its(server)} (${its(host)}).`,
    withoutAccount: (server, host) => `أُدخل هذا العنوان في ${its(server)} (${its(host)}).`,
    security: "تتعلق هذه الرسالة بأمان حسابك، فلا يمكن إيقافها.",
    optional: "يمكنك إيقاف الرسائل من هذا النوع في صفحة حسابك.",
  },
  kinds: {
    invitation: ({ inviter }, { server, until }) => ({
      subject: `دعوتك إلى ${its(server)}`,
      title: `أنت مدعوّ إلى ${its(server)}`,
      paragraphs: [
        inviter === null
          ? `أنت مدعوّ إلى ${its(server)}.`
          : `تلقيت دعوة إلى ${its(server)} من ${its(inviter)}.`,
        "بحساب واحد تسجّل الدخول إلى جميع التطبيقات هناك.",
      ],
      button: "إعداد حسابك",
      advice: [linkAdvice(until), "إذا لم تكن تنتظر دعوة فتجاهل هذه الرسالة. لن يحدث شيء من دونك."],
    }),
    reset: (_, { server, until }) => ({
      subject: `كلمة مرور جديدة لـ ${its(server)}`,
      title: "اختيار كلمة مرور جديدة",
      paragraphs: [`يمكنك اختيار كلمة مرور جديدة لحسابك في ${its(server)}.`],
      button: "اختيار كلمة مرور جديدة",
      advice: [linkAdvice(until), "إذا لم تطلب هذا فتجاهل هذه الرسالة. ستبقى كلمة مرورك كما هي."],
    }),
    sign_in: (_, { server, until }) => ({
      subject: `رابط لتسجيل الدخول إلى ${its(server)}`,
      title: "تسجيل الدخول بهذا الرابط",
      paragraphs: [`يرسل إليك مشغّل ${its(server)} رابطًا يسجّل دخولك.`],
      button: "تسجيل الدخول",
      advice: [linkAdvice(until), "إذا لم تكن تنتظره فاسأل المشغّل."],
    }),
    sign_in_code: (_, { server, until }) => ({
      subject: `رمزك لـ ${its(server)}`,
      title: "رمزك",
      paragraphs: [`رمزك لتسجيل الدخول إلى ${its(server)}:`],
      button: null,
      advice: [
        `يعمل مرة واحدة، حتى ${its(until)}، في المتصفح الذي طلبته فيه.`,
        "لا تكتبه في أي صفحة أخرى، ولا تخبر به أحدًا. إذا لم تطلبه فتجاهل هذه الرسالة.",
      ],
    }),
    registration: (_, { server, until }) => ({
      subject: `حسابك في ${its(server)}`,
      title: "إنشاء حسابك",
      paragraphs: [`أُدخل هذا العنوان لحساب جديد في ${its(server)}. أكّد أنه عنوانك.`],
      button: "إنشاء حساب",
      advice: [
        `يعمل الرابط مرة واحدة، حتى ${its(until)}.`,
        "إذا لم تُدخل العنوان أنت فتجاهل هذه الرسالة. لن يُنشأ أي حساب.",
      ],
    }),
    account_exists: (_, { server }) => ({
      subject: `لديك حساب في ${its(server)}`,
      title: "لديك حساب من قبل",
      paragraphs: [`أُدخل هذا العنوان لحساب جديد في ${its(server)}. ويوجد به حساب من قبل: سجّل الدخول إليه.`],
      button: "تسجيل الدخول",
      advice: ["إذا لم تُدخل العنوان أنت فتجاهل هذه الرسالة. لم يتغيّر شيء."],
    }),
    approved: (_, { server }) => ({
      subject: `حسابك في ${its(server)} جاهز`,
      title: "حسابك جاهز",
      paragraphs: [`سمح لك مشغّل ${its(server)} بالدخول. يمكنك تسجيل الدخول الآن.`],
      button: "تسجيل الدخول",
      advice: [],
    }),
    verify_email: (_, { server, until }) => ({
      subject: `تأكيد بريدك الإلكتروني لـ ${its(server)}`,
      title: "هل هذا بريدك الإلكتروني؟",
      paragraphs: [`أُدخل هذا العنوان لحساب في ${its(server)}. أكّد أنه عنوانك.`],
      button: "تأكيد العنوان",
      advice: [
        `يعمل الرابط حتى ${its(until)}.`,
        "إذا لم تُدخل العنوان أنت فتجاهل هذه الرسالة. لن يُستخدم عندئذ.",
      ],
    }),
    email_changed: (_, { server }) => ({
      subject: `تغيّر بريدك الإلكتروني في ${its(server)}`,
      title: "تغيّر بريدك الإلكتروني",
      paragraphs: [
        `لحسابك في ${its(server)} الآن بريد إلكتروني آخر. ولن تصل الرسائل المتعلقة بحسابك إلى هنا بعد الآن.`,
      ],
      button: CHECK,
      advice: [TELL_OPERATOR],
    }),
    password_changed: ({ byOperator }, { server }) => ({
      subject: `تغيّرت كلمة مرورك في ${its(server)}`,
      title: "تغيّرت كلمة مرورك",
      paragraphs: [
        byOperator
          ? `حدّد مشغّل ${its(server)} كلمة مرور جديدة لحسابك.`
          : `لحسابك في ${its(server)} كلمة مرور جديدة.`,
        "سُجّل خروج كل متصفح.",
      ],
      button: CHECK,
      advice: byOperator
        ? ["إذا لم تكن تنتظر هذا فاسأل المشغّل."]
        : ["إذا لم تكن أنت مَن فعل ذلك فقد وصل شخص آخر إلى حسابك: أخبر مشغّل هذا الخادم فورًا."],
    }),
    password_removed: (_, { server }) => ({
      subject: `لم تعد لحسابك في ${its(server)} كلمة مرور`,
      title: "أُزيلت كلمة مرورك",
      paragraphs: [`لم تعد لحسابك في ${its(server)} كلمة مرور: تسجّل الدخول بمفاتيح مرورك.`],
      button: CHECK,
      advice: [TELL_OPERATOR],
    }),
    passkey_changed: ({ change }, { server }) => ({
      subject: change === "added" ? `مفتاح مرور جديد في ${its(server)}` : `أُزيل مفتاح مرور في ${its(server)}`,
      title: change === "added" ? "أُضيف مفتاح مرور" : "أُزيل مفتاح مرور",
      paragraphs: [
        change === "added"
          ? `لحسابك في ${its(server)} مفتاح مرور جديد. وهو يسجّل الدخول من دون كلمة مرورك.`
          : `أُزيل مفتاح مرور من حسابك في ${its(server)}. ولم يعد يسجّل الدخول.`,
      ],
      button: CHECK,
      advice: [NOT_YOU],
    }),
    second_factor_changed: ({ change }, { server }) => ({
      ...{
        added: {
          subject: `خطوة ثانية عند تسجيل الدخول إلى ${its(server)}`,
          title: "أُعدّت خطوة ثانية",
          paragraphs: [`من الآن فصاعدًا يحتاج حسابك أيضًا إلى رمز لتسجيل الدخول إلى ${its(server)}.`],
        },
        removed: {
          subject: `لم تعد هناك خطوة ثانية عند تسجيل الدخول إلى ${its(server)}`,
          title: "أُزيلت الخطوة الثانية",
          paragraphs: [`لم يعد حسابك يحتاج إلى رمز آخر لتسجيل الدخول إلى ${its(server)}.`],
        },
        recovery_code_used: {
          subject: `استُخدم رمز استرداد في ${its(server)}`,
          title: "استُخدم رمز استرداد",
          paragraphs: [
            `استُخدم أحد رموز الاسترداد لتسجيل الدخول إلى حسابك في ${its(server)}. ولن يعمل مرة أخرى.`,
          ],
        },
        recovery_codes_renewed: {
          subject: `رموز استرداد جديدة في ${its(server)}`,
          title: "أُنشئت رموز استرداد جديدة",
          paragraphs: [`لحسابك في ${its(server)} رموز استرداد جديدة. ولم تعد الرموز السابقة تعمل.`],
        },
      }[change],
      button: CHECK,
      advice: [NOT_YOU],
    }),
    new_device: (_, { server }) => ({
      subject: `متصفح جديد مسجَّل الدخول إلى ${its(server)}`,
      title: "متصفح جديد مسجَّل الدخول",
      paragraphs: [`سُجّل الدخول إلى حسابك في ${its(server)} من متصفح لم يكن معروفًا من قبل.`],
      button: CHECK,
      advice: [
        "إذا كنت أنت مَن فعل ذلك فلا داعي لفعل شيء. ويُعَدّ المتصفح جديدًا مرة أخرى بعد تغيير كلمة مرورك، وعند حذف ملفات تعريف الارتباط منه.",
        NOT_YOU,
      ],
    }),
    refresh_token_replayed: (_, { server, application }) => ({
      subject: `انتهى وصول ${its(application)}`,
      title: "انتهى وصول أحد التطبيقات",
      paragraphs: [
        `استُخدم مرتين مفتاح كان لدى ${its(application)} لحسابك في ${its(server)}. وربما سُرق هذا المفتاح، لذلك أُنهي الوصول.`,
        "إذا كنت تستخدم التطبيق فسجّل الدخول إليه مرة أخرى.",
      ],
      button: CHECK,
      advice: [
        "قد يكون ذلك خطأ في التطبيق، أو نسخة احتياطية استُعيدت على جهازك. إذا تكرر ذلك فأخبر مشغّل هذا الخادم.",
      ],
    }),
    backchannel_asked: (_, { server, application, until, pause }) => ({
      subject: `${its(application)} يطلب موافقتك`,
      title: "تطبيق يطلب موافقتك",
      paragraphs: [
        `يطلب ${its(application)} موافقتك لدى ${its(server)}. انظر إلى ما سيحصل عليه، ثم وافق أو ارفض.`,
      ],
      button: "الاطّلاع على الطلب",
      advice: [
        `يمكنك الإجابة حتى ${its(until)}. الرابط وحده لا يوافق على شيء.`,
        "لا توافق إلا إذا كنت تتعامل مع هذا التطبيق الآن، وكان يعرض عليك الكلمات نفسها أو يقولها لك. إذا لم تكن تتوقع الطلب فارفضه هناك: ربما يريد شخص آخر الدخول إلى حسابك.",
        `إذا جاءت طلبات أخرى خلال ${its(pause)} فلن تصلك رسالة أخرى. تجدها كلها في صفحة حسابك.`,
      ],
    }),
    account_disabled: (_, { server }) => ({
      subject: `عُطّل حسابك في ${its(server)}`,
      title: "عُطّل حسابك",
      paragraphs: [`عطّل مشغّل ${its(server)} حسابك. سُجّل خروجك من كل مكان، ولم يعد للتطبيقات حق الوصول.`],
      button: null,
      advice: ["إذا لم تعرف السبب فاسأل المشغّل."],
    }),
  },
};
