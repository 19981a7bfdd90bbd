/**
 * The manifests of `deploy/kubernetes/` against Kubernetes' own schemas, and by its types, which also know
 * what fields there are; and what they keep to beside that.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'deploy/kubernetes');

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Record<string, string> };
}
interface Model {
  validate(): Promise<void> | void;
}

const manifests = readdirSync(folder)
  .sort()
  .flatMap((file) =>
    parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map(
      (document) => document.toJS() as Manifest,
    ),
  );
const moduleOf = ({ apiVersion, kind }: Manifest) => `kubernetes-models/${apiVersion}/${kind}`;
const manifestOf = (kind: string) => manifests.find((one) => one.kind === kind);

/** What a type checker says of manifests as values of their types; their names may not be others. */
function typeProblems(given: readonly Manifest[]): string {
  const work = join(root, 'coverage/kubernetes');
  mkdirSync(work, { recursive: true });
  const file = join(work, 'manifests.ts');
  const lines = given.map(
    (one, i) =>
      `import type { I${one.kind} as T${i} } from '${moduleOf(one)}';\nexport const m${i}: T${i} = ${JSON.stringify(one)};`,
  );
  writeFileSync(file, lines.join('\n'));
  const options = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--types', ''];
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(
    process.execPath,
    [tsc, ...options, '--module', 'nodenext', '--moduleResolution', 'nodenext', file],
    { encoding: 'utf8', cwd: work },
  );
  rmSync(work, { recursive: true, force: true });
  return stdout;
}

describe('the schemas', () => {
  test.each(manifests.map((one) => [`${one.kind} ${one.metadata.name}`, one] as const))(
    '%s',
    async (_, manifest) => {
      const module: Record<string, new (data: Manifest) => Model> = await import(
        moduleOf(manifest)
      );
      const Kind = module[manifest.kind];
      if (Kind === undefined) throw new Error(`expected a kind named ${manifest.kind}`);
      await new Kind(manifest).validate();
    },
  );

  test('no field is one that Kubernetes does not have', () => {
    expect(typeProblems(manifests)).toBe('');
    const text = JSON.stringify(manifestOf('Deployment')).replace('readinessProbe', 'readyProbe');
    expect(typeProblems([JSON.parse(text)])).toContain('readyProbe');
  });
});

describe('what they keep to', () => {
  const deployment = JSON.stringify(manifestOf('Deployment'));

  test('everything is found by one label', () => {
    for (const { metadata } of manifests) {
      expect(metadata.labels).toEqual({ 'app.kubernetes.io/name': 'fovea' });
    }
  });

  test('pods have no rights and nothing to write to but their volumes', () => {
    for (const part of [
      '"runAsNonRoot":true',
      '"readOnlyRootFilesystem":true',
      '"allowPrivilegeEscalation":false',
      '"drop":["ALL"]',
      '"automountServiceAccountToken":false',
      '"type":"RuntimeDefault"',
    ]) {
      expect(deployment).toContain(part);
    }
  });

  test('probes ask for what the server has', () => {
    const paths = [...deployment.matchAll(/"path":"([^"]+)","port"/g)].map(([, path]) => path);
    expect(paths).toEqual(['/readyz', '/readyz', '/healthz']);
  });

  test('the cache fits into its volume', () => {
    const map = JSON.stringify(manifestOf('ConfigMap'));
    const size = Number(/size: (\d+)GB/.exec(map)?.[1]) * 1e9;
    const [, volume] = /"name":"cache","emptyDir":\{"sizeLimit":"(\d+)Gi"/.exec(deployment) ?? [];
    expect(size).toBeGreaterThan(0);
    expect(Number(volume) * 2 ** 30).toBeGreaterThan(1.2 * size);
  });
});
