import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EMPTY_GRID } from '../../image/content-grid.ts';
import type { Face } from '../../image/face.ts';
import { sourceInfo } from '../../image/source-info.suite.ts';
import { FindingsCache } from './findings-cache.ts';
import { type Finders, findingsMap, SourceFindings } from './source-findings.ts';

const face: Face = {
  confidence: 0.9,
  bounds: { left: 0, top: 0, width: 10, height: 10 },
  leftEye: { x: 3, y: 4, width: 2 },
  rightEye: { x: 7, y: 4, width: 2 },
  mouth: { x: 5, y: 8 },
};
const file = { bytes: new Uint8Array() };
const info = sourceInfo({ width: 64, height: 48 });

/** Finders that count their calls. */
function finders(found: () => readonly Face[] = () => [face]) {
  const pages: number[] = [];
  const made: Finders = {
    faces: async (_file, _info, page) => {
      pages.push(page);
      return found();
    },
    facesInMotion: async () => found(),
    redEyes: async (_file, _info, _page, { faces = [] }) =>
      faces.map(({ leftEye }) => ({ ...leftEye, radius: 1 })),
    enhancement: async () => 'none',
    saliency: async () => EMPTY_GRID,
    entropy: async () => EMPTY_GRID,
    edges: async () => EMPTY_GRID,
  };
  return { made, pages };
}

describe('SourceFindings', () => {
  test('knows what it was given, and has nothing new', () => {
    const { made } = finders();
    const findings = new SourceFindings(made, findingsMap(), 'a', 0, { faces: [face] });
    expect(findings.known).toEqual({ faces: [face] });
    expect(findings.fresh).toBeUndefined();
  });

  test('what it finds is known, is new, and is known to the next task of the worker', async () => {
    const { made, pages } = finders();
    const map = findingsMap();
    const first = new SourceFindings(made, map, 'a', 0);
    await first.find('faces', file, info);
    expect([first.known, first.fresh]).toEqual([{ faces: [face] }, { faces: [face] }]);
    const second = new SourceFindings(made, map, 'a', 0);
    // The front has not heard of it: the first task may have failed afterwards.
    expect([second.known, second.fresh]).toEqual([{ faces: [face] }, { faces: [face] }]);
    expect(pages).toEqual([0]);
  });

  test('another source and another page are others', async () => {
    const { made, pages } = finders();
    const map = findingsMap();
    await new SourceFindings(made, map, 'a', 0).find('faces', file, info);
    expect(new SourceFindings(made, map, 'b', 0).known).toEqual({});
    const later = new SourceFindings(made, map, 'a', 3);
    expect(later.known).toEqual({});
    await later.find('faces', file, info);
    expect(pages).toEqual([0, 3]);
  });

  describe('what fails', () => {
    beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => undefined));
    afterEach(() => void vi.restoreAllMocks());

    test('counts as nothing found, once, and is told to nobody as a finding', async () => {
      const { made } = finders(() => {
        throw new Error('no model');
      });
      const map = findingsMap();
      const findings = new SourceFindings(made, map, 'a', 0);
      await findings.find('faces', file, info);
      expect([findings.known, findings.failed]).toEqual([{ faces: [] }, ['faces']]);
      expect(findings.fresh).toBeUndefined();
      expect(new SourceFindings(made, map, 'a', 0).known).toEqual({});
    });
  });
});

describe('FindingsCache', () => {
  const plan = (index?: number) => ({
    frames: index === undefined ? ({ kind: 'all' } as const) : ({ kind: 'one', index } as const),
    ops: [],
    output: { kind: 'source', sanitize: false } as const,
  });

  test('remembers by source and page; the first frame decides for all', () => {
    const cache = new FindingsCache();
    cache.add(plan(), 'a', { faces: [face] });
    expect(cache.of(plan(0), 'a')).toEqual({ faces: [face] });
    expect(cache.of(plan(2), 'a')).toBeUndefined();
    expect(cache.of(plan(), 'b')).toBeUndefined();
  });

  test('is bounded: what was used longest ago is forgotten', () => {
    const cache = new FindingsCache(2);
    for (const source of ['a', 'b']) cache.add(plan(), source, { faces: [] });
    cache.of(plan(), 'a');
    cache.add(plan(), 'c', { faces: [] });
    expect(['a', 'b', 'c'].map((source) => cache.of(plan(), source) !== undefined)).toEqual([
      true,
      false,
      true,
    ]);
  });
});
