/** The style of the page of savings: colors of the documentation, light and dark. */
export const STYLE = `
:root { color-scheme: light dark; --ground: #ffffff; --ink: #1d2329; --calm: #59636e; --link: #0b5cad; --line: #d5dae0;
  --sent: #0b5cad; --saved: #cfe3f7; --edge: #6f8fb0; --mark: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ground: #14181c; --ink: #e3e7eb; --calm: #a3adb8; --link: #7cb8f5;
  --line: #343c45; --sent: #7cb8f5; --saved: #24384c; --edge: #6d8299; --mark: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 70rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 2rem; }
h2 { margin: 2.5rem 0 .5rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: 1.3rem; }
p { margin: .5rem 0; max-width: 70ch; }
a { color: var(--link); }
a:focus-visible, .wide:focus-visible, summary:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 1rem 0; padding: 0; list-style: none; }
nav a[aria-current] { color: var(--ink); font-weight: 700; text-decoration: none; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 1rem; margin: 1.5rem 0; }
.figures div { padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .5rem; }
dt { color: var(--calm); }
dd { margin: 0; font-variant-numeric: tabular-nums; }
dd b { display: block; font-size: 1.6rem; line-height: 1.3; }
dd small { display: block; color: var(--calm); font-size: .875rem; }
figure { margin: 1rem 0; }
.most { color: var(--calm); font-size: .875rem; }
.plot { display: block; width: 100%; height: 14rem; border-bottom: 1px solid var(--calm); border-top: 1px dashed var(--line); }
.dates { display: flex; justify-content: space-between; color: var(--calm); font-size: .875rem; }
.sent { fill: var(--sent); }
.saved { fill: var(--saved); stroke: var(--edge); vector-effect: non-scaling-stroke; }
.jpeg { stroke: var(--mark); stroke-width: 2; vector-effect: non-scaling-stroke; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin: .5rem 0; padding: 0; list-style: none; font-size: .875rem; }
.legend svg { width: 1rem; height: 1rem; margin-right: .4rem; vertical-align: -.15rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; min-width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--calm); padding-bottom: .25rem; }
th, td { padding: .3rem .75rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
td.none { color: var(--calm); }
li { max-width: 70ch; }
`;
