/**
 * Instruments: the rows of the table of metrics as things that count, with the labels that
 * each row has and no others.
 */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import {
  type LabelsOf,
  METRICS,
  type MetricName,
  type MetricRow,
  type NameOf,
} from './metric-table.ts';

/** Metrics of a type that have no labels. */
export type PlainNameOf<Type extends MetricRow['type']> = {
  [Name in NameOf<Type>]: LabelsOf<Name> extends undefined ? Name : never;
}[NameOf<Type>];

/** Labels where the metric has some, then a value. */
type Given<Name extends MetricName, Value extends readonly unknown[]> =
  LabelsOf<Name> extends undefined ? Value : [labels: LabelsOf<Name>, ...value: Value];

export interface CounterOf<Name extends MetricName> {
  /** By 1 where no value is given; never less than 0. */
  inc(...given: Given<Name, [value?: number]>): void;
  /** The count since the start, where somebody else keeps it. */
  setTo(...given: Given<Name, [value: number]>): void;
}

export interface GaugeOf<Name extends MetricName> {
  set(...given: Given<Name, [value: number]>): void;
}

export interface HistogramOf<Name extends MetricName> {
  observe(...given: Given<Name, [value: number]>): void;
}

export interface Instruments {
  /** @param collect called before the metric is read */
  counter<Name extends NameOf<'counter'>>(name: Name, collect?: () => void): CounterOf<Name>;
  gauge<Name extends NameOf<'gauge'>>(name: Name): GaugeOf<Name>;
  histogram<Name extends NameOf<'histogram'>>(name: Name): HistogramOf<Name>;
}

type Labels = Record<string, string>;

/** What makes instruments; each name may be made once. */
export function instruments(registry: Registry): Instruments {
  const registers = [registry];
  const common = (name: MetricName) => {
    const { help, labels = {} }: MetricRow = METRICS[name];
    return { name, help, registers, labelNames: Object.keys(labels) };
  };
  return {
    counter(name, collect) {
      const counter = new Counter({ ...common(name), ...(collect ? { collect } : {}) });
      const add = ([labels, value]: [Labels, number | undefined]) => counter.inc(labels, value);
      return {
        inc: (...given) => add(split(given)),
        setTo(...given) {
          const [labels, value] = split(given);
          // A counter of the library only grows
          counter.remove(labels);
          counter.inc(labels, value ?? 0);
        },
      };
    },
    gauge(name) {
      const gauge = new Gauge(common(name));
      return {
        set(...given) {
          const [labels, value] = split(given);
          gauge.set(labels, value ?? 0);
        },
      };
    },
    histogram(name) {
      const { buckets = [] }: MetricRow = METRICS[name];
      const histogram = new Histogram({ ...common(name), buckets: [...buckets] });
      return {
        observe(...given) {
          const [labels, value] = split(given);
          histogram.observe(labels, value ?? 0);
        },
      };
    },
  };
}

/** Labels and value of what was given; no labels where there are none. */
function split(given: readonly unknown[]): [labels: Labels, value: number | undefined] {
  const [first, second] = given;
  return typeof first === 'object' && first !== null
    ? [first as Labels, second as number | undefined]
    : [{}, first as number | undefined];
}
