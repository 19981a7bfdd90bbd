/** `explain` of what depends on the pixels of a source: what the picture decides is said to be so. */
import { describe, expect, test } from 'vitest';
import { compile } from '../../dialects/imgix/fixtures.suite.ts';
import type { Findings } from '../../image/findings.ts';
import { sourceInfo } from '../../image/source-info.suite.ts';
import { explained } from './explained.ts';

const info = sourceInfo({ width: 2000, height: 1000 });

async function programOf(query: string, known: Findings = {}): Promise<readonly string[]> {
  const { program } = await explained({
    ...{ info, known, accepts: [] },
    plan: compile(`${query}&fm=jpg`).plan,
    budget: { mode: 'online', milliseconds: 1000 },
    pictures: { known: [], prepare: async () => undefined, heightOf: async () => 1 },
  });
  return program!.filter((line) => !line.startsWith('encode'));
}

describe('explained', () => {
  test.each([
    [
      'w=200&h=200&fit=crop&crop=faces',
      [
        'find faces in the picture',
        /^scale .*-> 400x200$/,
        'extract as found in the picture -> 200x200',
      ],
    ],
    [
      'w=200&h=200&fit=crop&crop=entropy',
      ['find entropy in the picture', /^scale/, 'extract as found in the picture -> 200x200'],
    ],
    [
      'w=200&h=200&fit=crop&crop=auto',
      [
        'find faces in the picture',
        'find saliency in the picture',
        /^scale/,
        'extract as found in the picture -> 200x200',
      ],
    ],
    [
      'w=200&h=200&fit=facearea',
      [
        'find faces in the picture',
        'extract as found in the picture -> a size found in the picture',
        /^scale .*-> 200x200$/,
      ],
    ],
    [
      'w=200&auto=enhance',
      ['find enhancement in the picture', /^scale/, 'enhance as found in the picture -> 200x100'],
    ],
    [
      'w=200&auto=redeye',
      [
        'find faces in the picture',
        'find redEyes in the picture',
        /^scale/,
        'red-eye as found in the picture -> 200x100',
      ],
    ],
    [
      'w=200&face-blur=50',
      ['find faces in the picture', /^scale/, 'hide-faces as found in the picture -> 200x100'],
    ],
    ['w=200&h=100&fit=crop&crop=faces', [/^scale .*-> 200x100$/]],
  ])('%s', async (query, lines) => {
    const program = await programOf(query);
    expect(program).toHaveLength(lines.length);
    lines.forEach((line, i) => void expect(program[i]).toMatch(line));
  });

  test('what is known is said as it is', async () => {
    const query = 'w=200&h=200&fit=crop&crop=faces';
    expect(await programOf(query, { faces: [] })).toEqual([
      'scale filter lanczos2 -> 400x200',
      'extract 100,0 -> 200x200',
    ]);
  });
});
