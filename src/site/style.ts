/** Both of the page's colours come from the reader's own setting; nothing is loaded from elsewhere. */
export const style = `:root { color-scheme: light dark; --text: #1b1f24; --soft: #57606a; --line: #d0d7de; --back: #ffffff; --raised: #f6f8fa; --link: #0550ae; --warn: #9a3412; --good: #116329; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --soft: #a3adb8; --line: #3d444d; --back: #0d1117; --raised: #161b22; --link: #79c0ff; --warn: #ffb454; --good: #7ee2a0; } }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0 auto; max-width: 64rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); overflow-wrap: anywhere; }
a { color: var(--link); }
a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0.5rem 0; }
h2 { font-size: 1.2rem; margin: 1.5rem 0 0.5rem; }
.soft { color: var(--soft); }
.warn { color: var(--warn); font-weight: 600; }
.good { color: var(--good); }
.skip { position: absolute; left: -100vw; }
.skip:focus { position: static; }
form { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: end; margin: 1rem 0; padding: 0.75rem; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--raised); }
form label { display: flex; flex-direction: column; font-size: 0.9rem; }
form label.check { flex-direction: row; gap: 0.4rem; align-items: center; min-height: 2.5rem; }
input[type=search] { min-width: min(22rem, 80vw); }
input, select, button { font: inherit; color: inherit; background: var(--back); border: 1px solid var(--line); border-radius: 0.35rem; padding: 0.4rem 0.6rem; }
button { cursor: pointer; }
ul.servers { list-style: none; margin: 0; padding: 0; }
ul.servers > li { padding: 0.75rem 0; border-top: 1px solid var(--line); }
ul.servers p { margin: 0.15rem 0; }
.servers strong a { font-size: 1.05rem; }
pre { position: relative; margin: 0.5rem 0; padding: 0.75rem; background: var(--raised); border: 1px solid var(--line); border-radius: 0.35rem; overflow-x: auto; white-space: pre-wrap; }
code { font-family: ui-monospace, monospace; font-size: 0.92em; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; margin: 0.5rem 0; }
dt { color: var(--soft); }
dd { margin: 0; }
@media (max-width: 32rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: 0.4rem; } }
details { border-top: 1px solid var(--line); padding: 0.4rem 0; }
footer { margin-top: 2rem; border-top: 1px solid var(--line); padding-top: 0.5rem; font-size: 0.9rem; }
@media print { form, .copy, .skip, nav { display: none; } body { max-width: none; } a { color: inherit; } }
`;
