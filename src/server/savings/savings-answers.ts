/**
 * Savings answers: the page and its JSON, for whoever may see them.
 */
import type { Config } from '../config/config.ts';
import type { HttpRequest, HttpResponse } from '../http/http-message.ts';
import { jsonResponse } from '../http/json-response.ts';
import { fixedPage, otherMethod, PAGE_METHODS, type PageServices } from '../own-pages.ts';
import { own } from '../playground/answers.ts';
import type { Savings } from './savings.ts';
import { MOST_DAYS } from './savings-ledger.ts';
import { savingsPage } from './savings-page.ts';
import { savingsReport } from './savings-report.ts';

/** Days that are shown where a request names none. */
const USUAL_DAYS = 30;

/** Answers a request for `…savings` or `…savings.json`. */
export type SavingsAnswer = (
  request: HttpRequest,
  form: 'page' | 'json',
  services: PageServices,
) => Promise<HttpResponse>;

/** The form that a path asks for, below a prefix; undefined for other paths. */
export function savingsForm(path: string, prefix: string): 'page' | 'json' | undefined {
  if (path === `${prefix}savings`) return 'page';
  return path === `${prefix}savings.json` ? 'json' : undefined;
}

/**
 * What is said of a ledger.
 *
 * @param config the one that holds at the time of a request
 * @param docsHere whether the documentation stands beside it, where it is open
 */
export function savingsAnswer(
  savings: Savings,
  config: () => Config,
  docsHere: boolean,
): SavingsAnswer {
  return async (request, form, services) => {
    if (!PAGE_METHODS.includes(request.method)) return otherMethod(request, PAGE_METHODS, services);
    const { savings: settings, sources, bucket, redis, docs } = config();
    const { quality, pricePerGB } = settings;
    const length = daysAsked(request.target);
    const { today, days } = await savings.days(length);
    const prices = new Map(sources.map((source) => [source.name, source.pricePerGB]));
    const priceOf = (source: string) => prices.get(source) ?? pricePerGB;
    const report = savingsReport(days, today, length, { quality, priceOf });
    const { clock, policy } = services;
    if (form === 'json') {
      const answer = own(jsonResponse(report, clock.now(), policy));
      return request.method === 'HEAD' ? { ...answer, body: new Uint8Array(0) } : answer;
    }
    const severalNodes = bucket.name !== undefined || redis.url !== undefined;
    const facts = { severalNodes, ...(docs && docsHere ? { docs: '/_fovea/docs/savings/' } : {}) };
    return own(fixedPage(request, savingsPage(report, facts), services));
  };
}

/** The span that a target asks for, 1 to 400 days. */
function daysAsked(target: string): number {
  const text = new URLSearchParams(target.split('?', 2)[1]).get('days') ?? '';
  const days = /^\d{1,3}$/.test(text) ? Number(text) : USUAL_DAYS;
  return Math.min(MOST_DAYS, Math.max(1, days));
}
