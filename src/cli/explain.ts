/**
 * The command `explain`: prints what a URL means while its source is still
 * being asked for, and starts a worker only once there is a source to look at.
 */
import { createEngine } from '../engine/create.ts';
import type { Engine } from '../engine/engine.ts';
import type { Config } from '../server/config/config.ts';
import { configuredRoutes } from '../server/config/configured-routes.ts';
import { explainPlan, explainSource, isGood } from '../server/explain/explain.ts';
import { planText, sourceText } from '../server/explain/explain-text.ts';
import type { Surroundings } from './surroundings.ts';

export interface ExplainFlags {
  readonly accept?: unknown;
  readonly run?: unknown;
  readonly json?: unknown;
}

/** Explains a URL; true where the server would give a picture for it. @throws Fault `mount-unknown` */
export async function explain(
  config: Config,
  url: string,
  flags: ExplainFlags,
  { out }: Surroundings,
): Promise<boolean> {
  const routes = configuredRoutes(config, 'fovea-explain');
  const accept = typeof flags.accept === 'string' ? flags.accept : undefined;
  let engine: Engine | undefined;
  const startEngine = async () => {
    engine = await createEngine({ ...config, workers: 1, refine: false, log: () => {} });
    return engine;
  };
  try {
    const planned = explainPlan(config, routes, url, accept, Date.now());
    if (!flags.json) out(planText(planned.facts));
    const facts = await explainSource(planned, startEngine, { run: flags.run === true });
    out(flags.json ? `${JSON.stringify(facts, null, 2)}\n` : sourceText(facts));
    return isGood(facts);
  } finally {
    await engine?.close();
    await Promise.all(routes.map(({ site }) => site.mount.origin.close()));
  }
}
