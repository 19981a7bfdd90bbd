/**
 * Programs that stand in for ffmpeg and do something else.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The path of a shell script of these lines, in a folder of its own. */
export function program(lines: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'fovea-program-')), 'ffmpeg');
  writeFileSync(path, `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  return path;
}
