/** @jsxImportSource hono/jsx */
/** The frame of every page: head, brand, one column, foot; and the few parts that pages share. */
import type { Child, PropsWithChildren } from "hono/jsx";
import type { PageFrame } from "./frame.ts";
import { SWITCH_FIELDS } from "./language-switch.ts";
import { LANGUAGES } from "./texts.ts";
import { Icon } from "./views/icons.tsx";

interface LayoutProps {
  readonly frame: PageFrame;
  readonly title: string;
  /** full: for the console, which has its sections beside the content. */
  readonly width?: "narrow" | "wide" | "full";
  /**
   * errors: with a link to the list of errors, which is for developers, so only error pages have it. posting: without the
   * switch between languages, because the page posts to the application, and to no other address (`postsTo` of respond.tsx).
   */
  readonly foot?: "errors" | "posting" | undefined;
}

export function Layout({ frame, title, width = "narrow", foot, children }: PropsWithChildren<LayoutProps>) {
  const { texts, language, name, assets } = frame;
  return (
    <html lang={language.tag} dir={language.direction === "rtl" ? "rtl" : undefined}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
        <title>{title === name ? name : `${title} · ${name}`}</title>
        <link rel="icon" href={(assets.logo ?? assets.mark).light} />
        <link rel="stylesheet" href={assets.stylesheet} />
      </head>
      <body>
        <a class="skip" href="#content">
          {texts.common.skip}
        </a>
        <div class={width === "narrow" ? "page" : `page ${width}`}>
          <header>
            <a class="brand" href={frame.path("/")}>
              <Logo frame={frame} />
              <bdi>{name}</bdi>
            </a>
          </header>
          <main id="content">{children}</main>
          <footer class="foot">
            {language.isTranslated && <p>{texts.foot.translated}</p>}
            <bdi>{frame.issuerHost}</bdi>
            {frame.links.map(({ words, href }) => (
              <a href={href} rel="noreferrer">
                {words}
              </a>
            ))}
            {foot === "errors" && <a href={frame.path("/help/errors")}>{texts.common.errorHelp}</a>}
            {foot !== "posting" && <LanguageSwitch frame={frame} />}
          </footer>
        </div>
      </body>
    </html>
  );
}

/** The name is beside the logo, so the picture has no text of its own. */
function Logo({ frame: { assets } }: { frame: PageFrame }) {
  const { light, dark } = assets.logo ?? assets.mark;
  return (
    <picture>
      {dark !== light && <source srcset={dark} media="(prefers-color-scheme: dark)" />}
      <img src={light} alt="" width={assets.logo === null ? "30" : undefined} height="30" />
    </picture>
  );
}

/** Each language has its own name and its own sound for screen readers. It opens without a script. */
function LanguageSwitch({ frame }: { frame: PageFrame }) {
  const { texts, language, languageSwitch } = frame;
  return (
    <details class="languages">
      <summary>
        <Icon name="globe" />
        <span class="hidden">{texts.foot.language}: </span>
        <span>{language.name}</span>
      </summary>
      <form method="post" action={frame.path("/language")}>
        <Hidden
          values={{
            [SWITCH_FIELDS.returnTo]: languageSwitch.returnTo,
            [SWITCH_FIELDS.over]: languageSwitch.over,
          }}
        />
        {LANGUAGES.map(({ tag, name, direction }) => (
          <button
            class="plain"
            type="submit"
            name={SWITCH_FIELDS.language}
            value={tag}
            lang={tag}
            dir={direction}
            aria-current={tag === language.tag ? "true" : undefined}
          >
            {name}
          </button>
        ))}
      </form>
    </details>
  );
}

interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  /** The fault of the typed value. */
  readonly fault?: string | null;
  readonly type?: "text" | "password";
  readonly autocomplete: string;
  readonly value?: string;
  readonly autofocus?: boolean;
  readonly class?: string;
  readonly placeholder?: string;
  readonly maxlength?: number;
  /** Whether it must be filled in. Default: yes. */
  readonly required?: boolean;
}

/** A labelled input; hint and fault are tied to it. */
export function Field({ id, label, hint, fault = null, type = "text", ...input }: FieldProps) {
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        name={id}
        type={type}
        required
        dir="auto"
        autocapitalize="none"
        autocorrect="off"
        spellcheck={false}
        aria-describedby={described || undefined}
        aria-invalid={fault ? "true" : undefined}
        {...input}
      />
      {fault && (
        <p class="fault" id={`${id}-fault`} role="alert">
          <Icon name="alert" />
          <span>{fault}</span>
        </p>
      )}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

interface SearchProps {
  readonly label: string;
  readonly hint: string;
  readonly submit: string;
  readonly value: string;
}

/** The field of a search, `q`, which may be empty, and its button. */
export function SearchField({ label, hint, submit, value }: SearchProps) {
  return (
    <div class="field">
      <label for="q">{label}</label>
      <div class="search-row">
        <input
          id="q"
          name="q"
          type="text"
          inputmode="search"
          dir="auto"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          maxlength={100}
          value={value}
          aria-describedby="q-hint"
        />
        <button class="main" type="submit">
          {submit}
        </button>
      </div>
      <p class="hint" id="q-hint">
        {hint}
      </p>
    </div>
  );
}

interface BoxProps {
  readonly name: string;
  readonly value: string;
  readonly words: string;
  readonly checked?: boolean;
}

/** A box to tick. */
export const Box = ({ name, value, words, checked = false }: BoxProps) => (
  <label class="box">
    <input type="checkbox" name={name} value={value} checked={checked} />
    <bdi>{words}</bdi>
  </label>
);

interface NoteProps {
  readonly kind: "bad" | "good" | "warn" | "plain";
  readonly id?: string;
  readonly title?: string;
  readonly children?: Child;
}

/** An important remark. A screen reader interrupts for a fault, and reads a success in its turn. */
export function Note({ kind, id, title, children }: NoteProps) {
  const role = kind === "bad" ? "alert" : kind === "good" ? "status" : undefined;
  return (
    <div class={kind === "plain" ? "note" : `note ${kind}`} id={id} role={role}>
      <Icon name={kind === "good" ? "check" : "alert"} />
      <div>
        {title && <strong>{title}</strong>}
        {children}
      </div>
    </div>
  );
}

/** Hidden fields of a form; the first is its token. */
export function Hidden({ values }: { values: Readonly<Record<string, string | null | undefined>> }) {
  return (
    <>
      {Object.entries(values).map(([name, value]) =>
        value ? <input type="hidden" name={name} value={value} /> : null,
      )}
    </>
  );
}
