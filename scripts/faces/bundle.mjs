/**
 * The face detector as files of `dist/`: its code as one bundle, its kernels and weights beside it.
 *
 * Everything comes from packages that only a build needs; nothing is fetched when the server
 * runs. What fetches in those packages is left out of the bundle.
 */
import { copyFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

/** Folder of an installed package. */
const packageFolder = (name) => dirname(require.resolve(`${name}/package.json`));

/** Writes the detector into a folder. */
export async function bundleFaceDetector(folder) {
  mkdirSync(folder, { recursive: true });
  const wasm = packageFolder('@tensorflow/tfjs-backend-wasm');
  const model = join(packageFolder('@vladmandic/face-api'), 'model');
  await build({
    input: join(here, 'entry.mjs'),
    platform: 'node',
    resolve: {
      mainFields: ['module', 'main'],
      alias: { 'node-fetch': join(here, 'nothing.mjs') },
    },
    output: { file: join(folder, 'face-api.cjs'), format: 'cjs', minify: true },
    logLevel: 'warn',
  });
  const copies = [
    [join(wasm, 'wasm-out'), 'tfjs-backend-wasm-simd.wasm'],
    [model, 'ssd_mobilenetv1_model.bin'],
    [model, 'face_landmark_68_model.bin'],
  ];
  for (const [from, name] of copies) copyFileSync(join(from, name), join(folder, name));
}
