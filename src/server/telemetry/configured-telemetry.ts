/**
 * Configured telemetry: the meter and the traces that a configuration asks for.
 */
import { type Config, ConfigError } from '../config/config.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Tracing } from './tracing.ts';
import { packageVersion } from './version.ts';

/** Loaded where metrics are served: what counts takes as long to load as the rest of the handler. */
export async function meterOf(collect: () => Promise<void>): Promise<Metrics> {
  const { createMetrics } = await import('./metrics.ts');
  const meter = createMetrics(packageVersion());
  // What is counted elsewhere comes first
  return { ...meter, text: () => collect().then(() => meter.text()) };
}

/** Loaded where traces are wanted, with the packages for them. @throws ConfigError where these are not installed */
export async function tracingOf({ traces }: Config, log: Log): Promise<Tracing | undefined> {
  const { endpoint, ratio, acceptParent } = traces;
  if (endpoint === undefined) return undefined;
  const { MissingTracingPackages, openTracing } = await import('./open-tracing.ts');
  try {
    return await openTracing({
      ...{ endpoint, ratio, acceptParent, version: packageVersion() },
      failed: (reason) => log.warn({ reason }, 'spans-not-sent'),
    });
  } catch (error) {
    if (!(error instanceof MissingTracingPackages)) throw error;
    throw new ConfigError([`traces.endpoint: ${error.message}`]);
  }
}
