/**
 * Open tracing: the SDK of OpenTelemetry with its exporter, which sends spans as OTLP over HTTP.
 *
 * Its packages are installed by whoever wants traces. Nothing is registered for the process: a program
 * that embeds the server keeps a set-up of its own.
 */
import { randomUUID } from 'node:crypto';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Tracing } from './tracing.ts';

export interface TracingOptions {
  /** URL of a collector; `/v1/traces` is added where it has no path. */
  readonly endpoint: string;
  /** Share of the traces begun here that are kept, 0 to 1. */
  readonly ratio: number;
  /** Take part in the trace that a request names. */
  readonly acceptParent: boolean;
  /** Of Fovea. */
  readonly version: string;
  /** Told when spans could not be sent. */
  readonly failed: (reason: string) => void;
}

/** What has to be installed beside the server; of these releases, for later ones need a newer Node. */
export const TRACING_PACKAGES = [
  '@opentelemetry/api@1.9',
  '@opentelemetry/sdk-trace-base@2',
  '@opentelemetry/resources@2',
  '@opentelemetry/exporter-trace-otlp-http@0.223',
] as const;

/** Packages of traces are not installed. */
export class MissingTracingPackages extends Error {}

/** Longest wait for the last spans to leave, in milliseconds. */
const CLOSING = 3000;

/** @throws MissingTracingPackages */
export async function openTracing(options: TracingOptions): Promise<Tracing> {
  const { endpoint, ratio, acceptParent, version, failed } = options;
  const { base, resources, exporters, otel } = await load();
  const resource = resources
    .defaultResource()
    .merge(
      resources.resourceFromAttributes({
        'service.name': 'fovea',
        'service.version': version,
        'service.instance.id': randomUUID(),
      }),
    )
    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES go before all else
    .merge(resources.detectResources({ detectors: [resources.envDetector] }));
  const exporter = new exporters.OTLPTraceExporter({ url: urlOf(endpoint) });
  const provider = new base.BasicTracerProvider({
    resource,
    sampler: new base.ParentBasedSampler({ root: new base.TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new base.BatchSpanProcessor(told(exporter, failed))],
  });
  return otel.createTracing({
    tracer: provider.getTracer('fovea', version),
    acceptParent,
    async close() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise((resolve) => {
        timer = setTimeout(resolve, CLOSING);
      });
      await Promise.race([provider.shutdown().catch((error) => failed(String(error))), late]);
      clearTimeout(timer);
    },
  });
}

async function load() {
  try {
    const [base, resources, exporters, otel] = await Promise.all([
      import('@opentelemetry/sdk-trace-base'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('./otel-tracing.ts'),
    ]);
    return { base, resources, exporters, otel };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    const names = TRACING_PACKAGES.join(' ');
    throw new MissingTracingPackages(
      `traces need packages beside the server: npm install ${names}`,
    );
  }
}

/** Where spans go: a path that is given is the whole one. */
function urlOf(endpoint: string): string {
  const url = new URL(endpoint);
  if (url.pathname === '/') url.pathname = '/v1/traces';
  return url.href;
}

/** An exporter that tells of its failures. */
function told(inner: SpanExporter, failed: (reason: string) => void): SpanExporter {
  return {
    export(spans, done) {
      inner.export(spans, (result) => {
        if (result.code !== 0) failed(result.error?.message ?? 'spans could not be sent');
        done(result);
      });
    },
    shutdown: () => inner.shutdown(),
    forceFlush: async () => inner.forceFlush?.(),
  };
}
