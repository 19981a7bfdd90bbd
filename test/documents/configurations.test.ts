/** Every configuration that a document shows is one: Fovea's own by its reader, others by what they are for. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { parseConfig } from '../../src/server/config/config.ts';
import { blocksIn, textOf } from './fences.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-configurations-'));
mkdirSync(join(folder, 'images'));
writeFileSync(join(folder, 'shop-key-before'), 'a key of sixteen characters');
writeFileSync(join(folder, 'token'), 'a-token-of-sixteen-characters');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Variables that the pages take for granted. */
const env = { SHOP_KEY: 'another key of sixteen characters', IMGIX_TOKEN: 'FOO123bar' };

/** What a page leaves out of a fragment, and every configuration has. */
const sources = [
  { name: 'a', dialect: 'imgix', mount: '/a', origin: { kind: 'folder', path: './images' } },
];

/** Blocks of other programs, by the document and the first word. */
const FOREIGN = { 'docs/operating.md': 'rule_files', 'docs/scale.md': 'Rules' };

const readYaml = (text: string) => {
  const document = parseDocument(text.replaceAll(/\/run\/secrets\/[\w-]+/g, join(folder, 'token')));
  expect(document.errors).toEqual([]);
  return document.toJS() as Record<string, unknown>;
};

const shown = blocksIn('yaml').map(({ document, line, text }) => ({
  place: `${document}:${line}`,
  text,
  isForeign: document in FOREIGN && text.startsWith('rule_files'),
}));

describe('configurations of Fovea', () => {
  const own = shown.filter(({ isForeign }) => !isForeign);
  test('are there', () => expect(own.length).toBeGreaterThan(8));

  test.each(own)('$place', ({ text }) => {
    const given = readYaml(text);
    const config = parseConfig({ sources, ...given }, { folder, env });
    const count = Array.isArray(given.sources) ? given.sources.length : 1;
    expect(config.sources).toHaveLength(count);
  });
});

describe('configurations of other programs', () => {
  const others = [
    ...shown.filter(({ isForeign }) => isForeign).map(({ place }) => place),
    ...blocksIn('json').map(({ document, line }) => `${document}:${line}`),
  ];

  test('are those that are read here', () => {
    expect(others.map((place) => place.split(':')[0]).sort()).toEqual(Object.keys(FOREIGN).sort());
  });

  test('the scrape of Prometheus names rules, path and job that are there', () => {
    const [block] = shown.filter(({ isForeign }) => isForeign);
    const { rule_files: rules, scrape_configs: jobs } = readYaml(block?.text ?? '') as {
      rule_files: string[];
      scrape_configs: { job_name: string; metrics_path: string }[];
    };
    for (const name of rules) expect(textOf(`deploy/prometheus/${name}`)).toContain('groups:');
    expect(textOf('docs/reference/metrics.md')).toContain(jobs[0]?.metrics_path);
    // The rules choose by this name
    expect(textOf('deploy/prometheus/alerts.yml')).toContain(`job="${jobs[0]?.job_name}"`);
  });

  test('the lifecycle of a bucket is about the objects of Fovea', () => {
    const [block] = blocksIn('json');
    const { Rules } = JSON.parse(block?.text ?? '') as {
      Rules: { Filter: { Prefix: string }; Status: string; Expiration: { Days: number } }[];
    };
    const { bucket } = parseConfig(
      { bucket: { name: 'pictures', region: 'eu-central-1' }, sources },
      { folder },
    );
    const layout = /^ {4}fovea\/(v\d+\/)</m.exec(textOf('docs/scale.md'))?.[1];
    expect(Rules).toHaveLength(1);
    expect(Rules[0]).toMatchObject({ Status: 'Enabled', Expiration: { Days: 60 } });
    expect(Rules[0]?.Filter.Prefix).toBe(`${bucket.prefix}${layout}`);
  });
});
