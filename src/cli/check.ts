/**
 * The command `check`: whether a configuration can be served, and whether this machine can make pictures,
 * without serving.
 */
import { workerFlags } from '../engine/pool/worker-permissions.ts';
import { forkWorker } from '../engine/pool/worker-process.ts';
import { runSelfTest } from '../engine/self-test/run-self-test.ts';
import {
  OPTIONAL_PARTS,
  type PartResult,
  type SelfTestPart,
  USUAL_PARTS,
} from '../engine/self-test/self-test-part.ts';
import type { Config } from '../server/config/config.ts';
import { configuredRoutes } from '../server/config/configured-routes.ts';
import { placesOf } from '../server/config/source-schema.ts';
import { missingEncoders } from '../vips/optional/missing-encoders.ts';
import type { Surroundings } from './surroundings.ts';

/** Prints where each source would answer. @throws ConfigError */
export async function check(
  config: Config,
  { out }: Pick<Surroundings, 'out'>,
  { json = false } = {},
): Promise<void> {
  const routes = configuredRoutes(config, 'fovea-check');
  await Promise.all(routes.map(({ site }) => site.mount.origin.close()));
  if (json) {
    const sources = config.sources.map((source) => {
      const { name, dialect } = source;
      return { name, dialect, places: placesOf(source) };
    });
    return out(`${JSON.stringify({ good: true, sources }, null, 2)}\n`);
  }
  out('The configuration is good.\n');
  for (const source of config.sources) {
    out(`  ${source.name} (${source.dialect}) at ${placesOf(source).join(', ')}\n`);
  }
}

/** Tries kernels and encoders, those of installed packages too, with a line for each; whether all are good. */
export async function checkMachine(
  config: Config,
  {
    out,
    startWorker = forkWorker(undefined, () => workerFlags(config)),
  }: Pick<Surroundings, 'out' | 'startWorker'>,
): Promise<boolean> {
  const missing = missingEncoders();
  const parts = [...USUAL_PARTS, ...OPTIONAL_PARTS.filter((part) => !missing.includes(part))];
  out('What pictures are made with, tried:\n');
  const results = await runSelfTest({ parts, start: startWorker }).results;
  for (const result of results) out(`  ${named(result.part)}: ${said(result)}\n`);
  return results.every(({ outcome }) => outcome === 'passed');
}

function named(part: SelfTestPart): string {
  return part === 'metric' || part === 'reduction' ? `kernel of the ${part}` : part;
}

function said(result: PartResult): string {
  if (result.outcome === 'passed') return 'good';
  return `${result.outcome === 'failed' ? 'FAILED' : 'not tried'}, ${result.reason}`;
}
