/** A local engine whose origin, workers, clock and timer are held by a test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '../../src/engine/create.ts';
import type { Engine, EngineParts, RenderRequest, Rendition } from '../../src/engine/engine.ts';
import type { EngineOptions } from '../../src/engine/engine-options.ts';
import type { Fetched, Location, Origin } from '../../src/origins/origin.ts';
import { picture } from '../../src/plan/output.ts';
import { FakeTimer, settled } from './fake-timer.ts';
import { FakeWorkers } from './fake-workers.ts';

/** An origin that has every path, with its own name as the bytes. */
class NamedBytes implements Origin {
  readonly kind = 'http';
  readonly fetched: string[] = [];

  async locate(ref: Parameters<Origin['locate']>[0]): Promise<Location> {
    return { id: ref.kind === 'path' ? ref.path : '' };
  }

  async fetch({ id }: Location): Promise<Fetched> {
    this.fetched.push(id);
    const bytes = new TextEncoder().encode(`picture ${id}`.padEnd(1000));
    async function* body() {
      yield bytes;
    }
    return { kind: 'bytes', body: body(), headers: { 'cache-control': 'max-age=86400' } };
  }

  async close(): Promise<void> {}
}

export interface Asked {
  /** ImageOptim's `timeout`, in seconds. */
  readonly deadline?: number;
  readonly width?: number;
  readonly signal?: AbortSignal;
}

export class FakeEngine {
  readonly timer = new FakeTimer();
  readonly workers = new FakeWorkers();
  readonly origin = new NamedBytes();
  readonly log: string[] = [];
  /** Milliseconds since 1970. */
  now = 1_800_000_000_000;
  readonly folder = mkdtempSync(join(tmpdir(), 'fovea-engine-'));
  #engine: Engine | undefined;

  /** @param version of the encoders */
  static async start(
    options: Partial<EngineOptions> = {},
    version = 'fake',
    requestOf?: EngineParts['requestOf'],
  ): Promise<FakeEngine> {
    const fake = new FakeEngine();
    fake.workers.version = version;
    fake.#engine = await createEngine(
      {
        cache: { folder: fake.folder, size: 1e8, memory: 1e6 },
        workers: 1,
        refine: false,
        clock: { now: () => fake.now },
        timer: fake.timer,
        startWorker: fake.workers.start,
        log: (event) => void fake.log.push(event),
        ...options,
      },
      requestOf,
    );
    await settled();
    return fake;
  }

  get engine(): Engine {
    return this.#engine!;
  }

  async stop(): Promise<void> {
    await this.engine.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  request(path: string, { deadline, width = 100, signal }: Asked = {}): RenderRequest {
    return {
      mount: { name: 'm', origin: this.origin },
      accepts: new Set(),
      signal: signal ?? new AbortController().signal,
      compiled: {
        source: { kind: 'path', path },
        plan: {
          frames: { kind: 'all' },
          ops: [
            {
              kind: 'resize',
              width: { px: width },
              fit: 'inside',
              enlarge: 'never',
              filter: 'lanczos3',
            },
          ],
          output: picture({
            formats: [{ format: 'jpeg' }],
            quality: { kind: 'target', score: 70 },
          }),
        },
        diagnostics: [],
        response: {
          vary: [],
          headers: {},
          freshness: { fallback: 86400, min: 0, max: 86400 },
          ...(deadline === undefined ? {} : { deadline }),
        },
      },
    };
  }

  /** Asks for a rendition; what it is or fails with is told later. */
  ask(path: string, asked?: Asked): Promise<Rendition> {
    const answer = this.engine.render(this.request(path, asked));
    answer.catch(() => undefined);
    return answer;
  }

  /** Goes on until a condition holds. @throws after a bounded number of rounds */
  async until(condition: () => boolean): Promise<void> {
    for (let i = 0; i < 2000 && !condition(); i++) await new Promise((ok) => setTimeout(ok, 1));
    if (!condition()) throw new Error('expected a condition to hold, got none after 2000 rounds');
  }

  /** Until workers have been given so many requests in all. */
  given(count: number): Promise<void> {
    return this.until(() => this.workers.requests.length >= count);
  }

  /** The worker that has something in hand. */
  busy() {
    const worker = this.workers.alive.find(({ request }) => request);
    if (worker === undefined) throw new Error('expected a busy worker, got none');
    return worker;
  }

  /** Has tasks measured, each taking so many times what was predicted. */
  async measure(ratio: number, count = 4): Promise<void> {
    for (let i = 0; i < count; i++) {
      const before = this.workers.requests.length;
      const answer = this.ask(`measured-${this.origin.fetched.length}`);
      await this.given(before + 1);
      this.timer.advance(this.predicted() * ratio);
      this.busy().finish();
      await answer;
    }
  }

  /** What is predicted of the task in hand, by the wait that it causes. */
  predicted(): number {
    const { wait, rate } = this.engine.status();
    return wait / rate;
  }
}
