/** The board and the rules in deploy/ name metrics that there are, and every alert says what to do. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { METRICS, type MetricRow } from '../../src/server/telemetry/metric-table.ts';
import { createMetrics } from '../../src/server/telemetry/metrics.ts';
import { metricsOf, type Selected } from '../support/promql.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const rulesOf = (file: string) =>
  (parse(read(file)) as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules);
const recording = rulesOf('deploy/prometheus/recording.yml');
const alerts = rulesOf('deploy/prometheus/alerts.yml');

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly { readonly expr: string; readonly refId: string }[];
}

const board = JSON.parse(read('deploy/grafana/fovea.json')) as {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string }[] };
};
const charts = board.panels.filter(({ type }) => type !== 'row');

/** What a selector names that there is not, in words. */
function unknown({ name, labels }: Selected, others: ReadonlySet<string>): string[] {
  if (others.has(name)) return [];
  const base = name.replace(/_(?:bucket|sum|count)$/, '');
  const rows: Readonly<Record<string, MetricRow>> = METRICS;
  const row = rows[name] ?? (rows[base]?.type === 'histogram' ? rows[base] : undefined);
  if (row === undefined) return [`no metric ${name}`];
  const known = { ...row.labels, instance: '', job: '', le: '' } as Readonly<
    Record<string, string>
  >;
  return labels.flatMap(({ name: label, values }) => {
    const said = known[label];
    if (said === undefined) return [`${name} has no label ${label}`];
    if (said === '' || label === 'source') return [];
    const codes = /code of the fault/.test(said);
    return values
      .filter((value) => !codes && !new RegExp(`\\b${value}\\b`).test(said))
      .map((value) => `${label} of ${name} is never ${value}`);
  });
}

/** Names that are none of the table: of rules, of Node and of Prometheus itself. */
async function otherNames(): Promise<ReadonlySet<string>> {
  const text = await createMetrics().text();
  const own = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
  return new Set([
    'up',
    ...own.filter((name) => /^(?:process|nodejs)_/.test(name)),
    ...recording.map(({ record = '' }) => record),
  ]);
}

const problemsOf = (expressions: readonly string[], others: ReadonlySet<string>) =>
  expressions.flatMap((expr) => metricsOf(expr).flatMap((one) => unknown(one, others)));

describe('expressions', () => {
  test('of rules and of the board read metrics and labels that there are', async () => {
    const others = await otherNames();
    const all = [
      ...[...recording, ...alerts].map(({ expr }) => expr),
      ...charts.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ];
    expect(all.flatMap(metricsOf).length).toBeGreaterThan(80);
    expect(problemsOf(all, others)).toEqual([]);
  });

  test.each([
    ['rate(fovea_request_total[5m])', 'no metric fovea_request_total'],
    ['fovea_workers_bucket', 'no metric fovea_workers_bucket'],
    ['sum by (tier) (fovea_hits_total{level="disk"})', 'fovea_hits_total has no label level'],
    ['fovea_hits_total{tier=~"disk|tape"}', 'tier of fovea_hits_total is never tape'],
    ['a_b / on (instance) fovea_workers', 'no metric a_b'],
  ])('%s would be seen: %s', (expr, problem) => {
    expect(problemsOf([expr], new Set())).toEqual([problem]);
  });

  test('every metric of the table stands on the board', () => {
    const shown = new Set(
      [
        ...recording.map(({ expr }) => expr),
        ...charts.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
      ]
        .flatMap(metricsOf)
        .flatMap(({ name }) => [name, name.replace(/_(?:bucket|sum|count)$/, '')]),
    );
    expect(Object.keys(METRICS).filter((name) => !shown.has(name))).toEqual([]);
  });
});

describe('alerts', () => {
  const page = read('docs/operating.md');

  test.each(alerts.map((alert) => [alert.alert ?? '', alert] as const))(
    '%s says what it is, how it is to be taken, and what to do',
    (name, { labels, annotations = {} }) => {
      expect(['page', 'ticket']).toContain(labels?.severity);
      expect(annotations.summary).toMatch(/\.$/);
      expect(annotations.description).toMatch(/\.$/);
      expect(annotations.runbook).toBe(`docs/operating.md#${name.toLowerCase()}`);
      const section = page.split(`\n### ${name}\n`)[1]?.split('\n#')[0] ?? '';
      expect(section.length).toBeGreaterThan(80);
    },
  );

  test('have a section each in the page, and no section is of none', () => {
    const sections = [...page.matchAll(/^### (Fovea\w+)$/gm)].map(([, name]) => name);
    expect(sections.sort()).toEqual(alerts.map(({ alert }) => alert).sort());
  });
});

describe('the board', () => {
  test('has panels that say what they show, apart from one another', () => {
    expect(new Set(board.panels.map(({ id }) => id)).size).toBe(board.panels.length);
    for (const { title, description = '', targets = [] } of charts) {
      expect(description, title).toMatch(/\.$/);
      expect(targets.length, title).toBeGreaterThan(0);
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    }
    const taken = new Set<string>();
    for (const { title, gridPos } of board.panels) {
      const { x, y, w, h } = gridPos;
      expect(x + w, title).toBeLessThanOrEqual(24);
      for (let i = x; i < x + w; i++) {
        for (let j = y; j < y + h; j++) {
          expect(taken.has(`${i} ${j}`), title).toBe(false);
          taken.add(`${i} ${j}`);
        }
      }
    }
  });

  test('asks for the variables that it has', () => {
    const names = new Set(board.templating.list.map(({ name }) => name));
    const used = [...JSON.stringify(charts).matchAll(/\$\{?(\w+)\}?/g)].map(
      ([, name = '']) => name,
    );
    expect(used.filter((name) => !names.has(name) && !name.startsWith('__'))).toEqual([]);
  });
});

const promtool = spawnSync('promtool', ['--version']).error === undefined;

describe.skipIf(!promtool)('by promtool, where it is installed', () => {
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: root });
    return { status, said: stdout.toString() + stderr.toString() };
  };

  test('the rules are rules', () => {
    const files = ['deploy/prometheus/recording.yml', 'deploy/prometheus/alerts.yml'];
    const { status, said } = run('check', 'rules', ...files);
    expect(said).toContain(`${alerts.length} rules found`);
    expect(status).toBe(0);
  });

  test('they fire when they should, and not otherwise', () => {
    expect(run('test', 'rules', 'test/deploy/alerts.test.yml')).toMatchObject({ status: 0 });
  });

  test('the expressions of the board are read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fovea-board-'));
    const rules = charts.flatMap(({ id, targets = [] }) =>
      targets.map(({ expr, refId }) => ({
        record: `board:panel_${id}:${refId}`,
        expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*'),
      })),
    );
    const file = join(folder, 'board.yml');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'board', rules }] }));
    const { status, said } = run('check', 'rules', file);
    rmSync(folder, { recursive: true });
    expect(said).toContain(`${rules.length} rules found`);
    expect(status).toBe(0);
  });
});
