/** The style of the landing page. */
export const STYLE = `
:root { color-scheme: light dark; --line: #8884; --good: #17692f; --calm: #8882; --glow: #8885; }
@media (prefers-color-scheme: dark) { :root { --good: #7fd796; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 70rem; font: 1rem/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 2rem; }
h2 { margin: 2.5rem 0 0; padding-top: 1rem; border-top: 1px solid var(--line); font-size: 1.3rem; }
p { margin: .5rem 0; max-width: 60ch; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: .25rem 1rem; margin: 1rem 0 1.5rem; }
.pair p { grid-column: 1 / -1; max-width: none; margin: 0; }
figure { margin: 0; min-width: 0; }
/* The ground shows until the picture covers it: no script is needed to see that one is coming */
img { display: block; width: 100%; height: auto; border: 1px solid var(--line);
  background: linear-gradient(100deg, var(--calm) 40%, var(--glow) 50%, var(--calm) 60%) 0 0 / 200% 100%;
  animation: coming 2s linear infinite; }
img.clear { background: none; }
@keyframes coming { to { background-position: -200% 0; } }
@media (prefers-reduced-motion: reduce) { img { animation: none; } }
/* Room for the figures, so that nothing moves when they arrive */
figcaption { min-height: 4.9em; padding: .25rem 0; font-weight: 600; font-variant-numeric: tabular-nums; }
output { font-weight: 400; }
output b { color: var(--good); }
small { display: block; font-size: .875rem; line-height: 1.4; }
pre { overflow-x: auto; margin: .5rem 0; padding: .75rem 1rem; background: var(--calm); }
code { overflow-wrap: anywhere; font-size: .875rem; }
pre code { overflow-wrap: normal; }
a:focus-visible { outline: 2px solid; outline-offset: 2px; }
@media (max-width: 34rem) { .pair { grid-template-columns: 1fr; } .pair figure:first-child figcaption { min-height: 0; } }
`;
