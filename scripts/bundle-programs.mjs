/**
 * The programs of the server as few files: each process then opens a handful of files at its
 * start in place of hundreds, which halves its time and saves memory.
 *
 * A program takes the place of the compiled file that it was made of, so that it is found where
 * it was; what is loaded later, and only by some, stands in `dist/bundle/`. Small packages go
 * along; those with native parts, and those that few need, are loaded from where they are.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { build } from 'rolldown';

const require = createRequire(import.meta.url);

/** Below `dist/`, one folder deep, as their chunks are: what they name is as far away from each. */
const PROGRAMS = ['cli/main', 'cli/front', 'engine/worker'];

/** Packages that every start loads, in JavaScript alone. */
const PACKAGES = [
  '@fastify/busboy',
  '@noble/hashes',
  'commander',
  'content-disposition',
  'fresh',
  'http-cache-semantics',
  'ipaddr.js',
  'p-limit',
  'structured-headers',
  'yocto-queue',
  'zod',
];

/**
 * Packages that are asked for as CommonJS: where one module of an imported package is CommonJS, Node
 * starts a WASM parser to find its exports, 7 MB and 40 ms of processor time in each process.
 */
const REQUIRED = ['sharp'];
const REQUIRED_MODULE = '\0required:';

/** Puts the programs into a folder of compiled code. */
export async function bundlePrograms(dist) {
  rmSync(join(dist, 'bundle'), { recursive: true, force: true });
  for (const program of PROGRAMS) {
    const name = program.split('/').at(-1);
    await build({
      input: { [program]: join(dist, `${program}.js`) },
      platform: 'node',
      external: (id) => isExternal(id),
      plugins: [
        { name: 'places', transform: (code, id) => inPlace(code, id, dist) },
        {
          name: 'required',
          resolveId: (id) => (REQUIRED.includes(id) ? REQUIRED_MODULE + id : undefined),
          load: (id) => (id.startsWith(REQUIRED_MODULE) ? required(id) : undefined),
        },
      ],
      output: {
        dir: dist,
        format: 'esm',
        entryFileNames: '[name].js',
        // What is said beside the code stands in the compiled files; here it would be kept in memory
        comments: { jsdoc: false, legal: true, annotation: false },
        chunkFileNames: `bundle/${name}-[name]-[hash].js`,
      },
      logLevel: 'warn',
    });
    // It is the one of the file that was replaced
    rmSync(join(dist, `${program}.js.map`), { force: true });
  }
  writeFileSync(join(dist, 'bundle/LICENCES.txt'), PACKAGES.map(licenceOf).join('\n\n'));
}

function isExternal(id) {
  if (/^[./\0]/.test(id) || REQUIRED.includes(id)) return false;
  return !PACKAGES.some((name) => id === name || id.startsWith(`${name}/`));
}

/** A module whose default export is a package, found from wherever its code ends up. */
function required(id) {
  const name = id.slice(REQUIRED_MODULE.length);
  return `import { createRequire } from 'node:module';
export default createRequire(import.meta.url)('${name}');`;
}

/** What a module names by its own place, named from one folder below `dist/`. */
function inPlace(code, id, dist) {
  if (id.startsWith('\0') || !code.includes('import.meta.url')) return undefined;
  const place = `../${relative(dist, id)}`;
  return code.replaceAll('import.meta.url', `new URL('${place}', import.meta.url).href`);
}

/** The notice of a package whose code is in the bundles. */
function licenceOf(name) {
  const folder = folderOf(name);
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
  return `${name} ${version} (${license})\n\n${text}\n`;
}

/** Where a package is installed, as Node looks for it. */
function folderOf(name) {
  for (const folder of require.resolve.paths(name) ?? []) {
    if (existsSync(join(folder, name, 'package.json'))) return join(folder, name);
  }
  throw new Error(`expected the package ${name} to be installed below ${dirname(import.meta.url)}`);
}
