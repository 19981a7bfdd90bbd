/**
 * The page of the playground: `playground/` bundled into `dist/playground/`, with the notices of the
 * packages that go into it. It loads nothing from elsewhere.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

/** Packages whose code is in the page. */
const PACKAGES = ['preact', '@preact/signals', '@preact/signals-core', 'uplot'];

/** @param root the folder of the project */
export async function bundlePlayground(root) {
  const out = join(root, 'dist/playground');
  await build({
    root: join(root, 'playground'),
    configFile: false,
    base: './',
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: out,
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: { polyfill: false },
      // Nothing stands in the page itself: its policy admits files alone
      assetsInlineLimit: 0,
    },
  });
  const notices = PACKAGES.map((name) => noticeOf(join(root, 'node_modules', name)));
  writeFileSync(join(out, 'LICENCES.txt'), notices.join('\n\n'));
}

function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
  return `${name} ${version} (${license})\n\n${text}\n`;
}
