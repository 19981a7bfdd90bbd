export interface WorkerCode {
  readonly code: string;
  readonly packages: readonly string[];
}
export function hashOfWorker(root: string): WorkerCode;
export function compileWithoutComments(root: string, out: string): void;
export function hashOfCode(folder: string, dist: string): WorkerCode;
export function reachable(program: string): {
  readonly modules: readonly string[];
  readonly assets: readonly string[];
  readonly packages: readonly string[];
};
