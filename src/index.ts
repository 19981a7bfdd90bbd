/**
 * Fovea as a library: pictures without a server, the server, its configuration, and its types.
 */
export { type Body, bytesOf, type FileBody, isFileBody } from './base/body.ts';
export { Fault, type FaultCode, isFault } from './base/fault.ts';
export { type CompiledTarget, type CompileOptions, compile } from './library/compile.ts';
export {
  createOptimizer,
  type Optimized,
  type OptimizeOptions,
  type Optimizer,
  type OptimizerOptions,
} from './library/create-optimizer.ts';
export { optimize } from './library/optimize.ts';
export type { Effort, OptimizePlan, OutputFormat, Target } from './library/optimize-plan.ts';
export type { OptimizeInput } from './library/read-source.ts';
export { createServer, type Server, type ServerExtras } from './server/compose.ts';
export { type Config, ConfigError, loadConfig, parseConfig } from './server/config/config.ts';
export type { SourceConfig } from './server/config/source-schema.ts';
export type { FetchHandle, FetchOptions } from './server/fetch-adapter.ts';
export type { Handle, HttpRequest, HttpResponse } from './server/http/http-message.ts';
export type { Middleware } from './server/node/middleware.ts';
export type { PurgeOrder } from './server/purge/purge-order.ts';
export type { Purged, PurgeReport, Purger } from './server/purge/purger.ts';
