/** Runs the command and other programs for the optimize bench, with what they took. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** Runs the command; processor time of it and its workers, and the peak of its own memory. */
export const run = (args) => runProgram([main, ...args]);

/** The same for a program of Node with its arguments. */
export async function runProgram(args) {
  const quoted = [process.execPath, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('sh', ['-c', `${quoted}; times >&2`], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  let peak = 0;
  const look = setInterval(() => {
    peak = Math.max(peak, memoryOfChild(child.pid));
  }, 100);
  await new Promise((resolve) => child.once('close', resolve));
  clearInterval(look);
  const [last = ''] = stderr.trim().split('\n').slice(-1);
  const times = [...last.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => 60 * minutes + Number(seconds),
  );
  return { stdout, stderr, seconds: times.reduce((a, b) => a + b, 0), peak };
}

/** Resident bytes of the command below the shell. */
function memoryOfChild(shell) {
  try {
    const [pid] = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').split(' ');
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096;
  } catch {
    return 0;
  }
}

/** The results of a run with `--json` by their sources. @throws Error where a picture failed */
export function resultsIn(out, { stdout, stderr }) {
  const { results } = JSON.parse(stdout);
  const failed = results.filter(({ file }) => !file).map(({ source }) => source);
  if (failed.length > 0) throw new Error(`expected all pictures, failed: ${failed}\n${stderr}`);
  return new Map(results.map(({ source, file }) => [source, readFileSync(join(out, file))]));
}
