/** Render workers in memory, which do what a test tells them to. */
import type { Lane } from '../../src/engine/pool/task-queue.ts';
import type { StartWorker, WorkerEvents } from '../../src/engine/pool/worker-process.ts';
import type {
  FaultText,
  SignatureAnswer,
  WorkerRequest,
  WorkerResult,
} from '../../src/engine/worker-protocol.ts';

export class FakeWorker {
  readonly lane: Lane;
  readonly pid: number;
  readonly #events: WorkerEvents;
  /** The request in hand. */
  request: WorkerRequest | undefined;
  /** Bytes it is said to take. */
  size = 0;
  alive = true;

  constructor(lane: Lane, events: WorkerEvents, pid: number) {
    this.lane = lane;
    this.#events = events;
    this.pid = pid;
  }

  comeUp(encoderVersion = 'fake'): void {
    this.#events.message({ kind: 'ready', encoderVersion });
  }

  /** Asks for a signature of bytes for the request in hand. */
  askToSign(payload: Uint8Array): void {
    const { id } = this.request ?? { id: 0 };
    this.#events.message({ kind: 'sign', id, payload });
  }

  take(request: WorkerRequest): void {
    this.request = request;
  }

  /** Ends its request with a result. */
  finish(outcome: Partial<WorkerResult> = {}): void {
    const { id } = this.#taken();
    this.#events.message({ kind: 'done', id, outcome: { ...RESULT, ...outcome } });
  }

  fail(fault: Pick<FaultText, 'code'>): void {
    const { id } = this.#taken();
    this.#events.message({
      kind: 'failed',
      id,
      fault: { message: 'It failed.', detail: {}, ...fault },
    });
  }

  /** Ends the process: by a signal, or with a code. */
  exit(by: string | number): void {
    if (!this.alive) return;
    this.alive = false;
    const exit = typeof by === 'string' ? { code: null, signal: by } : { code: by, signal: null };
    this.#events.ended(exit);
  }

  #taken(): WorkerRequest {
    const { request } = this;
    if (request === undefined) throw new Error('expected a worker with a request, got an idle one');
    this.request = undefined;
    return request;
  }
}

export const RESULT: WorkerResult = {
  body: { inline: new Uint8Array([1, 2, 3]), hash: '01' },
  mediaType: 'image/jpeg',
  source: { width: 100, height: 100, format: 'jpeg', bytes: 1000 },
  result: { width: 10, height: 10, format: 'jpeg', bytes: 3 },
  diagnostics: [],
  timings: {},
};

/** All workers that were ever started. */
export class FakeWorkers {
  readonly all: FakeWorker[] = [];
  /** Requests in the order in which they were given out. */
  readonly requests: WorkerRequest[] = [];
  /** Answers of the pool to workers that asked for a signature. */
  readonly signatures: SignatureAnswer[] = [];
  /** Workers that the pool has killed. */
  readonly killed: FakeWorker[] = [];
  /** What they say of their encoders. */
  version = 'fake';
  /** Workers come up by themselves. */
  eager = true;

  readonly start: StartWorker = (lane, events) => {
    const worker = new FakeWorker(lane, events, 1000 + this.all.length);
    this.all.push(worker);
    if (this.eager) setImmediate(() => worker.alive && worker.comeUp(this.version));
    return {
      pid: worker.pid,
      send: (message) => {
        if (message.kind === 'signed') {
          this.signatures.push(message);
          return;
        }
        if (message.kind === 'self-test') return;
        this.requests.push(message);
        worker.take(message);
      },
      kill: () => {
        this.killed.push(worker);
        setImmediate(() => worker.exit('SIGKILL'));
      },
      end: async () => worker.exit('SIGKILL'),
      memory: () => worker.size,
      used: () => undefined,
      prefer: () => false,
    };
  };

  get alive(): FakeWorker[] {
    return this.all.filter((worker) => worker.alive);
  }

  /** The worker that has the request for a path in hand. */
  busyWith(path: string): FakeWorker {
    const worker = this.alive.find(({ request }) => request && pathOf(request) === path);
    if (worker === undefined) throw new Error(`expected a worker busy with ${path}, got none`);
    return worker;
  }
}

/** The path that a request names its source by; empty where it brings the bytes. */
export function pathOf({ source }: WorkerRequest): string {
  return 'path' in source ? source.path : '';
}
