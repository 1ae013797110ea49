/** The one stylesheet of the pages. Its address has a digest of its content, so browsers may keep it for ever. */
import { createHash } from "node:crypto";
import { accentColors, GROUNDS, groundColors, type Scheme } from "./palette.ts";

const light = `
  --card: ${GROUNDS.light.card};
  --sunken: #f4f5f7;
  --line: ${GROUNDS.light.line};
  --edge: #858d9a;
  --ink: ${GROUNDS.light.ink};
  --muted: ${GROUNDS.light.muted};
  --bad: #b3261e;
  --bad-soft: #fdf0ef;
  --good: #17703c;
  --good-soft: #eef8f1;
  --warn: #8a5300;
  --warn-soft: #fdf6e7;
  --warn-line: #ecd6a4;
  --shadow: 0 1px 2px rgb(16 24 40 / 5%), 0 12px 32px -12px rgb(16 24 40 / 14%);`;

const dark = `
  --card: ${GROUNDS.dark.card};
  --sunken: #20242c;
  --line: ${GROUNDS.dark.line};
  --edge: #757e8c;
  --ink: ${GROUNDS.dark.ink};
  --muted: ${GROUNDS.dark.muted};
  --bad: #ff9b92;
  --bad-soft: #331c1c;
  --good: #7fd6a0;
  --good-soft: #17291f;
  --warn: #f1c26b;
  --warn-soft: #2b2416;
  --warn-line: #57471f;
  --shadow: 0 1px 2px rgb(0 0 0 / 40%), 0 16px 40px -16px rgb(0 0 0 / 60%);`;

const RULES = `
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh;
  background: var(--ground); color: var(--ink);
  font: 400 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
  -webkit-font-smoothing: antialiased;
  overflow-wrap: break-word;
}
h1, h2, h3, p, ul, dl, dd, figure { margin: 0; padding: 0; }
h1 { font-size: 1.5rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.015em; text-wrap: balance; }
h2 { font-size: 1.0625rem; line-height: 1.35; font-weight: 650; letter-spacing: -0.005em; }
h3 { font-size: 1rem; line-height: 1.4; font-weight: 600; }
ul { list-style: none; }
a { color: var(--link); text-underline-offset: 0.18em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
code, .code { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: 0.92em; }
svg { display: block; flex: none; }
code, .code, .user-code { direction: ltr; unicode-bidi: isolate; }
[dir="rtl"] .forward { transform: scaleX(-1); }
/* Letters of Arabic are joined: space between them would tear words apart. */
[dir="rtl"] :is(h1, h2, .brand) { letter-spacing: 0; }
/* English details within a page of another direction stand where the page's own text does. */
[dir="ltr"] { text-align: match-parent; }
:focus { outline: none; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.brand:focus-visible, :is(.foot, .holder, main > p) :focus-visible { outline-color: var(--on-ground); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; inset-inline-start: 1rem; top: -4rem; z-index: 1; padding: 0.75rem 1rem; border-radius: 0.625rem; background: var(--card); }
.skip:focus { top: 1rem; }

.page { display: flex; flex-direction: column; min-height: 100vh; min-height: 100dvh; width: 100%; max-width: 29rem; margin: 0 auto; padding: clamp(1.5rem, 9vh, 6rem) 1rem 1.5rem; }
.page.wide { max-width: 41rem; padding-top: clamp(1.5rem, 6vh, 4rem); }
.brand { display: flex; align-items: center; gap: 0.625rem; min-height: 2.75rem; margin-block: 0 1rem; margin-inline: 0.125rem 0; color: var(--on-ground); font-weight: 650; font-size: 1.0625rem; letter-spacing: -0.01em; text-decoration: none; width: fit-content; max-width: 100%; border-radius: 0.5rem; }
.brand img { display: block; width: auto; height: 1.875rem; max-width: 10rem; }
.brand > :last-child { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
main { display: flex; flex-direction: column; gap: 1rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 1rem; box-shadow: var(--shadow); padding: 2rem; }
.holder, main > p { color: var(--on-ground); }
:is(.holder, main > p) a { color: var(--on-ground-link); }
.card > * + *, .stack > * + * { margin-top: 1.25rem; }
.card > h1 + p { margin-top: 0.5rem; }
.card > h2 + p { margin-top: 0.25rem; }
.foot { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; align-items: center; margin-top: auto; padding: 2rem 0.125rem 0; color: var(--on-ground-muted); font-size: 0.875rem; }
.foot > * { display: inline-flex; align-items: center; min-height: 2.75rem; }
.foot a, .foot .plain { color: inherit; }
.foot > p { flex-basis: 100%; padding-block: 0.5rem; }
.foot > .languages { display: block; margin-inline-start: auto; }
.foot > .languages[open] { flex-basis: 100%; }
.languages > summary { justify-content: flex-start; gap: 0.375rem; width: fit-content; margin-inline-start: auto; text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: 0.18em; }
.languages > summary svg { color: inherit; }
.languages form { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 0 1.25rem; }
.languages .plain { font-weight: 400; }
.languages [aria-current] { font-weight: 650; text-decoration: none; }
.muted { color: var(--muted); }
.unverified { display: flex; align-items: center; gap: 0.375rem; font-weight: 550; color: var(--warn); }
.small { font-size: 0.9375rem; line-height: 1.5; }

.field > label { display: block; font-weight: 600; font-size: 0.9375rem; margin-bottom: 0.375rem; }
.field > .hint { margin-top: 0.375rem; color: var(--muted); font-size: 0.875rem; line-height: 1.45; }
.field > .fault { display: flex; gap: 0.4rem; margin-top: 0.375rem; color: var(--bad); font-size: 0.9375rem; font-weight: 550; line-height: 1.4; }
.field > .fault svg { margin-top: 0.125rem; }
.stack[data-passkey] > button { margin-top: 0; }
.note .button { margin-top: 0.5rem; }
.row.firm { flex-wrap: nowrap; }
.row.firm > :last-child { flex: none; }
.said { display: flex; gap: 0.4rem; color: var(--bad); font-size: 0.9375rem; font-weight: 550; line-height: 1.4; }
.said[hidden] { display: none; }
.said svg { margin-top: 0.125rem; }
input[type="text"], input[type="password"] {
  display: block; width: 100%; min-height: 3rem; padding: 0.625rem 0.875rem;
  border: 1px solid var(--edge); border-radius: 0.625rem; background: var(--card); color: var(--ink);
  font: inherit; line-height: 1.4;
}
input[hidden] { display: none; }
select, input[type="file"] {
  display: block; width: 100%; min-height: 3rem; padding: 0.625rem 0.875rem;
  border: 1px solid var(--edge); border-radius: 0.625rem; background: var(--card); color: var(--ink);
  font: inherit; line-height: 1.4;
}
select:hover { border-color: var(--ink); }
input:hover { border-color: var(--ink); }
input:focus-visible { outline-offset: 0; outline-width: 2px; border-color: var(--link); }
input[aria-invalid="true"] { border-color: var(--bad); }
input.user-code { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: 1.5rem; letter-spacing: 0.14em; text-align: center; min-height: 4rem; text-transform: uppercase; }
input.user-code::placeholder { color: var(--muted); opacity: 0.55; }

button, .button {
  display: inline-flex; align-items: center; justify-content: center; gap: 0.5rem;
  min-height: 3rem; padding: 0.625rem 1.25rem;
  border: 1px solid transparent; border-radius: 0.625rem;
  font: inherit; font-weight: 600; line-height: 1.25; text-align: center; text-wrap: balance; text-decoration: none;
  cursor: pointer; touch-action: manipulation;
}
.main { background: var(--accent); color: var(--on-accent); border-color: var(--accent-edge); }
.main:hover { background: var(--accent-hover); }
.other { background: var(--card); color: var(--ink); border-color: var(--edge); }
.other:hover { background: var(--sunken); border-color: var(--ink); }
.remove { background: transparent; color: var(--bad); border-color: var(--line); min-height: 2.75rem; padding: 0.375rem 0.875rem; font-size: 0.9375rem; }
.remove:hover { background: var(--bad-soft); border-color: var(--bad); }
.block { width: 100%; }
.choice { display: grid; grid-template-columns: 1fr 1fr; gap: 0.75rem; }
.back { text-align: center; }
.back .plain { font-weight: 500; overflow-wrap: anywhere; }
.plain { background: none; border: 0; padding: 0; min-height: 2.75rem; color: var(--link); text-decoration: underline; text-underline-offset: 0.18em; }

.note { display: flex; gap: 0.75rem; padding: 0.875rem 1rem; border: 1px solid var(--line); border-radius: 0.75rem; background: var(--sunken); font-size: 0.9375rem; line-height: 1.5; }
.note svg { margin-top: 0.125rem; }
.note > div { min-width: 0; }
.note strong { display: block; font-weight: 650; }
.note.bad { background: var(--bad-soft); border-color: transparent; color: var(--bad); font-weight: 550; }
.note.bad a { color: inherit; }
.note.good { background: var(--good-soft); border-color: transparent; color: var(--good); font-weight: 550; }
.acknowledge { display: flex; gap: 0.625rem; align-items: center; min-height: 2.75rem; margin-top: 0.5rem; font-weight: 550; cursor: pointer; }
.acknowledge input { flex: none; width: 1.5rem; height: 1.5rem; margin: 0; accent-color: var(--accent-edge); }
.boxes { border: 0; padding: 0; margin: 0; min-width: 0; }
.boxes legend { font-weight: 600; font-size: 0.9375rem; padding: 0; }
.boxes .acknowledge { margin-top: 0; font-weight: 400; }
.qr { display: block; width: 100%; max-width: 15rem; height: auto; margin-inline: auto; border: 1px solid var(--line); border-radius: 0.75rem; }
.note.warn { background: var(--warn-soft); border-color: var(--warn-line); }
.note.warn svg, .note.warn strong { color: var(--warn); }

.holder { display: flex; align-items: center; gap: 0.75rem; min-height: 2.75rem; font-weight: 600; }
.holder p { min-width: 0; overflow-wrap: anywhere; }
.holder a { display: inline-flex; align-items: center; min-height: 2.75rem; margin-inline-start: auto; flex: none; font-weight: 400; font-size: 0.9375rem; }
.sections ul { display: flex; flex-wrap: wrap; gap: 0.25rem; padding: 0.25rem; border: 1px solid var(--line); border-radius: 0.875rem; background: var(--sunken); }
.sections li { flex: 1 1 auto; }
.sections a { display: flex; align-items: center; justify-content: center; min-height: 2.75rem; padding: 0.375rem 0.75rem; border: 1px solid transparent; border-radius: 0.625rem; color: var(--ink); font-size: 0.9375rem; font-weight: 550; text-decoration: none; }
.sections a:hover { text-decoration: underline; }
.sections a[aria-current] { background: var(--card); border-color: var(--line); color: var(--link); }

.asker { display: flex; align-items: flex-start; gap: 0.875rem; min-width: 0; }
.asker > * { min-width: 0; }
.tile { display: grid; place-items: center; flex: none; width: 3.25rem; height: 3.25rem; border-radius: 0.875rem; background: var(--sunken); border: 1px solid var(--line); color: var(--ink); font-weight: 650; font-size: 1.375rem; line-height: 1; }
.tile.picture { padding: 0.375rem; background: var(--card); overflow: hidden; }
.portrait { display: block; border-radius: 50%; object-fit: cover; }
.tile img { display: block; width: 100%; height: 100%; object-fit: contain; }
.asker h1 { font-size: 1.3125rem; }
.asker h1 span { display: block; margin-top: 0.125rem; font-size: 1.0625rem; font-weight: 400; letter-spacing: 0; }
.asker .who { margin-top: 0.1875rem; color: var(--muted); font-size: 0.9375rem; font-weight: 550; line-height: 1.4; }
.applies { margin-top: 0.75rem; }
.applies + .list { margin-top: 0.25rem; }
.person { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0 0.75rem; padding: 0.25rem 1rem; border: 1px solid var(--line); border-radius: 0.75rem; font-size: 0.9375rem; }
.person p { min-width: 0; padding: 0.5rem 0; }
.person strong { font-weight: 600; }
.person a { display: inline-flex; align-items: center; min-height: 2.75rem; }

.list { display: grid; gap: 0.5rem; margin-top: 0.625rem; }
.list > li { display: grid; grid-template-columns: 1.25rem minmax(0, 1fr); gap: 0.625rem; }
.list > li > svg { margin-top: 0.2rem; }
.may svg { color: var(--muted); }
.may .sensitive { font-weight: 600; }
.may .sensitive svg { color: var(--warn); }
.list:not(.small) > .sensitive { padding: 0.625rem 0.75rem; border: 1px solid var(--warn-line); border-radius: 0.625rem; background: var(--warn-soft); }
.may-not { color: var(--muted); font-size: 0.9375rem; gap: 0.25rem; }
.may-not svg { color: var(--muted); }
.rule { border: 0; border-top: 1px solid var(--line); margin: 1.25rem 0 0; }
.links { display: flex; flex-wrap: wrap; gap: 0 1.25rem; font-size: 0.9375rem; }
.links a { display: inline-flex; align-items: center; min-height: 2.75rem; }
.search-row { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.75rem; }
.index a, .reasons code { text-decoration: none; }
.index a:hover code { text-decoration: underline; text-underline-offset: 0.4em; }
.index { display: grid; grid-template-columns: repeat(auto-fill, minmax(13.5rem, 1fr)); }
.after { font-size: 0.875rem; color: var(--muted); text-align: center; text-wrap: balance; }

.show-code { padding: 1rem; border: 1px solid var(--line); border-radius: 0.75rem; background: var(--sunken); text-align: center; }
.qr.long { max-width: 20rem; margin-block: 1rem; }
.show-code p { color: var(--muted); font-size: 0.9375rem; }
.show-code .code { display: block; margin-top: 0.25rem; font-size: clamp(1.5rem, 8vw, 2rem); font-weight: 600; letter-spacing: 0.12em; line-height: 1.3; }
.quoted blockquote { margin: 0.25rem 0 0.5rem; font-size: 1.25rem; font-weight: 600; line-height: 1.35; overflow-wrap: anywhere; }
.quoted figcaption { color: var(--muted); font-size: 0.9375rem; }
q { quotes: none; }
.facts { display: grid; grid-template-columns: fit-content(45%) minmax(0, 1fr); gap: 0.625rem 0.75rem; font-size: 0.9375rem; }
.facts > div { display: contents; }
.facts dt { min-width: 6.75rem; color: var(--muted); }
.facts dd { overflow-wrap: anywhere; }
.details { list-style: none; padding: 0; display: grid; gap: 1rem; margin-top: 1rem; }
.details > li { border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.75rem 0.875rem; }
.details h3 { font-size: 1rem; margin: 0; }
.details h3 + .facts { margin-top: 0.625rem; }
.facts .values { list-style: none; padding: 0; }
.facts .values li + li { margin-top: 0.25rem; }
.facts dd span:not(.badge) { display: block; color: var(--muted); font-size: 0.875rem; }

.outcome { display: grid; place-items: center; width: 3.25rem; height: 3.25rem; border-radius: 50%; }
.outcome.good { background: var(--good-soft); color: var(--good); }
.outcome.plain-mark { background: var(--sunken); color: var(--muted); }
.outcome.bad { background: var(--bad-soft); color: var(--bad); }

.access, .sessions, .installations { display: grid; }
.access > li, .sessions > li, .installations > li { padding: 0.75rem 0; border-top: 1px solid var(--line); }
.access > li:last-child { padding-bottom: 0; }
.sessions > li, .installations > li { flex-wrap: nowrap; }
.sessions > li > :first-child, .installations > li > :first-child { min-width: 0; overflow-wrap: anywhere; }
.sessions > li > :last-child, .installations > li > :last-child { flex: none; }
.sessions > li:first-child { border-top: 0; }
.buttons { display: flex; flex-wrap: wrap; gap: 0.75rem; }
.buttons:empty { display: none; }
.installations > li:last-child { border-bottom: 1px solid var(--line); }
.app > summary { justify-content: flex-start; padding: 0.25rem 0; }
.app > summary > div:not(.tile) { flex: 1; min-width: 0; }
.app > summary > svg { margin-inline-start: auto; }
.app > .stack { padding-block: 0.25rem 0.5rem; padding-inline-start: 4.25rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: 0.5rem; }
.tiles a { display: flex; align-items: center; gap: 0.75rem; min-width: 0; height: 100%; padding: 0.5rem; border: 1px solid var(--line); border-radius: 0.875rem; color: var(--ink); text-decoration: none; }
.tiles a:hover { border-color: var(--edge); background: var(--sunken); }
.tiles a > span { min-width: 0; }
.tiles strong { display: block; font-weight: 600; overflow-wrap: anywhere; }
.tiles span span { display: block; color: var(--muted); font-size: 0.875rem; overflow-wrap: anywhere; }
.ways { margin-top: 0.625rem; }
.ways > li > .row { padding: 0.875rem 1rem; border: 1px solid var(--line); border-radius: 0.75rem; }
.activities { list-style: none; margin: 0.75rem 0 0; padding: 0; }
.activities > li { display: grid; grid-template-columns: 1.25rem minmax(0, 1fr); gap: 0.625rem; padding: 0.75rem 0; border-top: 1px solid var(--line); }
.activities > li > svg { margin-top: 0.2rem; color: var(--muted); }
.activities > .alarming > svg { color: var(--warn); }
.activities > .alarming p:first-child { font-weight: 600; }
.ends { list-style: disc; padding-inline-start: 1.25rem; }
.stack > .boxes { margin: 1.25rem 0 0; padding: 1rem; border: 1px solid var(--line); border-radius: 0.75rem; }
.boxes legend { padding: 0 0.375rem; font-weight: 600; }
.box { display: flex; gap: 0.625rem; align-items: center; min-height: 2.75rem; cursor: pointer; }
.box input { flex: none; width: 1.5rem; height: 1.5rem; margin: 0; accent-color: var(--accent-edge); }
.small-button { min-height: 2.75rem; padding: 0.375rem 0.875rem; font-size: 0.9375rem; }
.card > .steps { display: grid; gap: 1rem; margin: 1rem 0 0; padding-inline-start: 1.25rem; }
pre { margin: 0.375rem 0 0; padding: 0.625rem 0.875rem; border: 1px solid var(--line); border-radius: 0.625rem; background: var(--sunken); white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.9375rem; }
.steps > li > * + * { margin-top: 0.75rem; }
.secret { padding: 0.625rem 0.875rem; border: 1px solid var(--line); border-radius: 0.625rem; background: var(--sunken); text-align: center; }
.secret code { font-size: 1.0625rem; letter-spacing: 0.04em; user-select: all; }
.codes { padding: 1rem; border: 1px solid var(--line); border-radius: 0.75rem; background: var(--sunken); }
.codes ol { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.75rem, 1fr)); gap: 0.375rem 1rem; margin: 0.75rem 0 0; padding-inline-start: 1.75rem; }
.codes code { font-size: 1.0625rem; letter-spacing: 0.04em; white-space: nowrap; }
.acts { display: flex; flex-wrap: wrap; gap: 0.75rem; }
.exits { display: grid; gap: 0.25rem; }
.exits a { display: inline-flex; align-items: center; min-height: 2.75rem; width: fit-content; }
.list.small { margin-top: 0.5rem; gap: 0.125rem; }
.applies + .list.small { margin-top: 0.125rem; }
.list.small > li { grid-template-columns: 1.125rem minmax(0, 1fr); gap: 0.5rem; }
.row { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.5rem 1rem; }
details > summary { display: flex; align-items: center; justify-content: space-between; gap: 1rem; min-height: 2.75rem; cursor: pointer; list-style: none; border-radius: 0.5rem; }
details > summary::-webkit-details-marker { display: none; }
details > summary svg { color: var(--muted); }
details[open] > summary svg { transform: rotate(180deg); }
details.languages[open] > summary svg { transform: none; }
details.agent > summary { justify-content: flex-start; font-size: 0.9375rem; font-weight: 400; color: var(--muted); text-decoration: underline; }
details > .stack { margin-top: 0.5rem; }
.card.fold { padding-top: 1.25rem; padding-bottom: 1.25rem; }
.go { display: grid; gap: 0.75rem; }
.go a { display: flex; align-items: center; justify-content: space-between; gap: 1rem; padding: 0.875rem 1rem; border: 1px solid var(--line); border-radius: 0.75rem; color: var(--ink); text-decoration: none; }
.go a:hover { border-color: var(--edge); background: var(--sunken); }
.go strong { display: block; font-weight: 600; }
.go span span { display: block; color: var(--muted); font-size: 0.9375rem; line-height: 1.45; }
.go svg { color: var(--muted); }
.reasons > * + * { margin-top: 1.5rem; padding-top: 1.5rem; border-top: 1px solid var(--line); }
.reasons section, .reason { scroll-margin-top: 1rem; }
.reasons section:target h2, .reason:target h3 { color: var(--link); }
.reason { margin-top: 1rem; }
.reason p { margin-top: 0.25rem; font-size: 0.9375rem; }
.reasons code { overflow-wrap: anywhere; }

.page.full { max-width: 76rem; padding-top: clamp(1rem, 3vh, 2rem); }
.console { display: grid; grid-template-columns: 13rem minmax(0, 1fr); gap: 1.5rem; align-items: start; }
.console > .content { display: flex; flex-direction: column; gap: 1rem; min-width: 0; }
.console > nav { position: sticky; top: 1rem; }
.console > nav ul { display: grid; gap: 0.125rem; }
.console > nav a { display: flex; align-items: center; min-height: 2.75rem; padding: 0.375rem 0.875rem; border: 1px solid transparent; border-radius: 0.625rem; color: var(--on-ground); font-size: 0.9375rem; font-weight: 550; text-decoration: none; }
.console > nav a:hover { text-decoration: underline; }
.console > nav a[aria-current] { background: var(--card); border-color: var(--line); color: var(--link); }
.trail { font-size: 0.9375rem; }
.trail a { display: inline-flex; align-items: center; min-height: 2.75rem; }
.rows { width: 100%; border-collapse: collapse; font-size: 0.9375rem; }
.rows caption { text-align: start; }
.rows th { padding: 0.5rem 0.75rem; color: var(--muted); font-size: 0.875rem; font-weight: 550; text-align: start; vertical-align: bottom; }
.rows td { padding: 0.625rem 0.75rem; border-top: 1px solid var(--line); vertical-align: top; }
.rows code, .rows bdi { overflow-wrap: anywhere; }
.rows button { white-space: nowrap; }
.rows .badge { white-space: normal; overflow-wrap: break-word; }
.rows :is(th, td):first-child { padding-inline-start: 0; }
.rows :is(th, td):last-child { padding-inline-end: 0; }
.rows thead td { border: 0; }
.rows td a { display: inline-flex; align-items: center; gap: 0.375rem; min-height: 2.75rem; }
.rows td p a { min-height: 0; }
.rows td .box { min-height: 2.75rem; }
.tabs ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; border-bottom: 1px solid var(--line); }
.tabs a { display: inline-flex; align-items: center; min-height: 2.75rem; color: var(--muted); font-weight: 550; text-decoration: none; border-bottom: 2px solid transparent; }
.tabs a:hover { color: var(--ink); }
.tabs a[aria-current] { color: var(--ink); border-bottom-color: var(--accent-edge); }
.badge { display: inline-block; padding: 0.0625rem 0.5rem; border-radius: 1rem; border: 1px solid var(--line); background: var(--sunken); color: var(--muted); font-size: 0.8125rem; font-weight: 550; white-space: nowrap; }
.badge.good { color: var(--good); background: var(--good-soft); border-color: transparent; }
.badge.warn { color: var(--warn); background: var(--warn-soft); border-color: var(--warn-line); }
.badge.bad { color: var(--bad); background: var(--bad-soft); border-color: transparent; }
.first-steps { display: grid; gap: 0.25rem; margin: 1rem 0 0; padding: 0; list-style: none; counter-reset: step; }
.first-steps a { display: flex; align-items: center; gap: 0.625rem; min-height: 2.75rem; padding: 0.375rem 0.875rem; border: 1px solid transparent; border-radius: 0.625rem; }
.first-steps a[aria-current] { border-color: var(--edge); color: var(--ink); font-weight: 600; text-decoration: none; }
.first-steps li { counter-increment: step; }
.first-steps a > span:not(.hidden)::before { content: counter(step) ". "; }
.first-steps svg { color: var(--good); flex: none; }
.checks { display: grid; gap: 0.75rem; margin: 0.5rem 0 0; padding: 0; list-style: none; }
.checks li { display: grid; grid-template-columns: 1.25rem minmax(0, 1fr); gap: 0.625rem; overflow-wrap: anywhere; }
.checks li > svg { margin-top: 0.1875rem; color: var(--muted); }
.checks .good > svg { color: var(--good); }
.checks .warn > svg { color: var(--warn); }
.checks .bad > svg { color: var(--bad); }
.console .facts > div { grid-template-columns: minmax(7.5rem, 10rem) minmax(0, 1fr); }
.danger + .danger { border-top: 1px solid var(--line); }
.console .card > * + .danger { margin-top: 0.75rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1.25rem; }
textarea { display: block; width: 100%; min-height: 6rem; padding: 0.625rem 0.875rem; border: 1px solid var(--edge); border-radius: 0.625rem; background: var(--card); color: var(--ink); font: inherit; line-height: 1.4; }
.once { padding: 0.875rem 1rem; border: 1px solid var(--line); border-radius: 0.75rem; background: var(--sunken); overflow-wrap: anywhere; user-select: all; }
@media (max-width: 56rem) {
  .console { grid-template-columns: minmax(0, 1fr); gap: 1rem; }
  .console > nav { position: static; }
  .console > nav ul { display: flex; flex-wrap: wrap; gap: 0.125rem; }
}
@media (max-width: 40rem) {
  .rows, .rows tbody, .rows tr, .rows td { display: block; }
  .rows thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .rows tr { padding: 0.75rem 0; border-top: 1px solid var(--line); }
  .rows td { display: grid; grid-template-columns: 7.5rem minmax(0, 1fr); gap: 0.75rem; padding: 0.1875rem 0; border: 0; }
  .rows td::before { content: attr(data-label); color: var(--muted); }
  .rows td:not([data-label]) { display: block; }
  .rows .blank { display: none; }
  .rows .badge { overflow-wrap: anywhere; }
}

@media (max-width: 32rem) {
  :root { --on-ground: var(--ink); --on-ground-muted: var(--muted); --on-ground-link: var(--link); }
  body { background: var(--card); }
  .page { padding: 0.75rem 1.25rem 1rem; }
  .page.wide { padding-top: 0.75rem; }
  .brand { margin-block-end: 0.75rem; margin-inline-start: 0; }
  .app > .stack { padding-inline-start: 0; }
  /* A long word on the button would leave too little room for names and addresses beside it. */
  :is(.sessions, .installations) > li, .row.firm { flex-wrap: wrap; }
  :is(.sessions, .installations) > li > :first-child, .row.firm > :first-child { flex: 1 1 13rem; }
  .card { border: 0; border-radius: 0; box-shadow: none; padding: 0.5rem 0; }
  main > .card + .card { border-top: 1px solid var(--line); padding-top: 1.5rem; }
  main { gap: 1.5rem; }
  h1 { font-size: 1.4375rem; }
}
@media (forced-colors: active) {
  button, .button, .card, .note, input, .outcome { border: 1px solid; }
}
@media print {
  .skip, .foot, .screen { display: none; }
  .codes { break-inside: avoid; }
  .card { box-shadow: none; }
}
`;

/** How an operator changes the looks: colours as `#rrggbb`, and whether there are pictures behind the card. */
export interface Look {
  readonly accent: string;
  readonly ground?: Partial<Record<Scheme, string | undefined>>;
  /** The file names of the pictures, beside the stylesheet. */
  readonly picture?: Partial<Record<Scheme, string | undefined>>;
}

function variables({ accent: chosen, ground }: Look, scheme: Scheme): string {
  const { accent, accentHover, onAccent, accentEdge, link } = accentColors(chosen, scheme);
  const around = groundColors(ground?.[scheme], scheme, link);
  return [
    `--accent: ${accent}; --accent-hover: ${accentHover}; --on-accent: ${onAccent}; --accent-edge: ${accentEdge}; --link: ${link};`,
    `--ground: ${around.ground}; --on-ground: ${around.ink}; --on-ground-muted: ${around.muted}; --on-ground-link: ${around.link};`,
  ].join(" ");
}

/** No colour can be read on every picture, so what is outside the card gets a ground of the card's. Phones have no room for it. */
const pictureRules = (light: string | undefined, dark = light): string => `
@media (min-width: 32.0625rem) {
  :root { --on-ground: var(--ink); --on-ground-muted: var(--muted); --on-ground-link: var(--link); }
  body { background-position: center; background-size: cover; background-attachment: fixed; }
  .brand, .foot, .holder, main > p, .console > nav, .trail, .content > .links { border: 1px solid var(--line); border-radius: 0.75rem; background: var(--card); }
  .brand { margin-inline-start: 0; padding: 0.375rem 0.875rem; }
  .holder { padding: 0.375rem 0.875rem; }
  main > p, .trail, .content > .links { width: fit-content; padding: 0.5rem 0.875rem; }
  .console > nav { padding: 0.375rem; }
  .page { gap: 1rem; }
  .foot { padding: 0.25rem 1rem; }
}
${pictureFor("light", light)}
${pictureFor("dark", dark)}`;

const pictureFor = (scheme: Scheme, file: string | undefined): string =>
  file === undefined
    ? ""
    : `@media screen and (min-width: 32.0625rem) and (prefers-color-scheme: ${scheme}) and (forced-colors: none) { body { background-image: url("${file}"); } }`;

/** The stylesheet for a look. */
export function stylesheet(look: Look): string {
  const { light: picture, dark: darkPicture } = look.picture ?? {};
  return [
    `:root { color-scheme: light dark; ${light} ${variables(look, "light")} }`,
    `@media (prefers-color-scheme: dark) { :root { ${dark} ${variables(look, "dark")} } }`,
    RULES,
    ...(picture === undefined && darkPicture === undefined ? [] : [pictureRules(picture, darkPicture)]),
  ].join("\n");
}

const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 12);

const DIGEST = digestOf(stylesheet({ accent: "#000000", picture: { light: "light", dark: "dark" } }));

/** Below the issuer's path. The digests stand for the whole content: that of the rules and that of the look. */
export const stylesheetPath = (look: Look): `/${string}` =>
  `/assets/style-${DIGEST}-${digestOf(JSON.stringify(look).toLowerCase())}.css`;
