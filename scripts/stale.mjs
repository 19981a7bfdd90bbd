/** Whether `dist/` is older than what it is built from. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a build writes last. */
const LAST = 'dist/engine/encoder-version.json';

/** What a build reads; `package-lock.json` stands for the compilers. */
const READ = [
  'src',
  'kernels',
  'playground',
  'scripts',
  'docs',
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
];

/** True where there is no whole build, or something was changed, added or removed since. */
export function isStale(root) {
  const built = changedAt(join(root, LAST));
  return built === undefined || READ.some((name) => isNewer(join(root, name), built));
}

/** The time of a folder changes with the names in it, so a file that was removed counts too. */
function isNewer(path, than) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return false;
  if (stats.mtimeMs > than) return true;
  return stats.isDirectory() && readdirSync(path).some((name) => isNewer(join(path, name), than));
}

function changedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
