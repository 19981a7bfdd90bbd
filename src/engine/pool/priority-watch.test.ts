import { expect, test } from 'vitest';
import { PriorityWatch } from './priority-watch.ts';

/** A worker whose processor time and rights a test sets. */
function subject({ permitted = true } = {}) {
  const state = { used: 0 as number | undefined, front: 0, places: [] as string[] };
  const process = {
    used: () => state.used,
    prefer: (place: 'front' | 'below') => {
      state.places.push(place);
      return permitted;
    },
  };
  return { state, watch: new PriorityWatch(process, () => state.front) };
}

test('a worker that gets next to nothing is raised, and lowered when the others have gone', () => {
  const { state, watch } = subject();
  watch.begin(1000);
  state.used = 10;
  watch.look(1250);
  expect(state.places).toEqual(['front']);
  // A fifth of the processor, beside four others of the same priority.
  state.used = 60;
  watch.look(1500);
  watch.end(1550);
  expect(state.places).toEqual(['front']);
  watch.begin(2000);
  state.used = 290;
  watch.end(2250);
  expect(state.places).toEqual(['front', 'below']);
});

test.each([
  [200, 0, 250, 'it works'],
  [60, 0, 250, 'its own kind and a client want the processor too'],
  [10, 200, 250, 'the front takes it: hits go first'],
  [0, 0, 50, 'it is too early to say'],
])('%i ms of its own and %i of the front in %i ms: as it was (%s)', (used, front, passed) => {
  const { state, watch } = subject();
  watch.begin(0);
  state.used = used;
  state.front = front;
  watch.look(passed);
  expect(state.places).toEqual([]);
});

test('between tasks nothing is looked at: an idle worker is not starved', () => {
  const { state, watch } = subject();
  watch.begin(0);
  state.used = 50;
  watch.end(60);
  watch.look(5000);
  watch.begin(6000);
  state.used = 150;
  watch.look(6250);
  expect(state.places).toEqual([]);
});

test('where it is not permitted it is tried once', () => {
  const { state, watch } = subject({ permitted: false });
  for (let task = 0; task < 3; task++) {
    watch.begin(task * 1000);
    watch.look(task * 1000 + 250);
    watch.end(task * 1000 + 500);
  }
  expect(state.places).toEqual(['front']);
});

test('where the system does not tell nothing is done', () => {
  const { state, watch } = subject();
  state.used = undefined;
  watch.begin(0);
  watch.look(250);
  expect(state.places).toEqual([]);
});
