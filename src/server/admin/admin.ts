/**
 * Admin: what an operator asks of a server, on a listener of its own: purges, metrics, savings and health.
 *
 * Everything but health needs the token, compared in a time that tells nothing of it. Where a page is
 * read by a person, the token may be the password that a browser asks for; nothing that changes
 * anything takes it in that form, which a browser would send along with the request of another site.
 */
import { Fault } from '../../base/fault.ts';
import { Arrived } from '../arrived.ts';
import { errorResponse, faultAnswer } from '../http/errors.ts';
import type { Handle, HttpRequest, HttpResponse, NamedRequest } from '../http/http-message.ts';
import { jsonResponse } from '../http/json-response.ts';
import { requestIdOf } from '../http/request-id.ts';
import { readTarget } from '../http/target.ts';
import {
  type Health,
  healthPage,
  metricsPage,
  otherMethod,
  type PageServices,
} from '../own-pages.ts';
import { readPurgeOrder } from '../purge/purge-order.ts';
import type { Purger } from '../purge/purger.ts';
import type { Reloaded } from '../reloading.ts';
import { type SavingsAnswer, savingsForm } from '../savings/savings-answers.ts';
import { loggable } from '../telemetry/log.ts';
import { isBearer, isPassword, needsToken } from './token.ts';

export interface AdminParts {
  readonly purger: Purger;
  readonly token: string;
  /** Reads the configuration anew and has it hold. */
  readonly reload: () => Promise<Reloaded>;
  /** Those of the configuration that holds at present, as all that follows. */
  readonly services: () => PageServices;
  readonly health: () => Omit<Health, 'token'>;
  readonly savings: SavingsAnswer;
}

/** Bytes of an order. */
const LARGEST_ORDER = 64 * 1024;

/** The admin listener as one function. It never rejects. */
export function createAdmin(parts: AdminParts): Handle {
  return async (given) => {
    const id = requestIdOf(given.headers['x-request-id']);
    const request = new Arrived(given, id, performance.now(), undefined);
    const response = await answerOrFail(parts, request);
    response.headers['x-request-id'] = id;
    return response;
  };
}

async function answerOrFail(parts: AdminParts, request: NamedRequest): Promise<HttpResponse> {
  const { clock, log, policy } = parts.services();
  try {
    return await answer(parts, request);
  } catch (error) {
    const known = error instanceof Fault;
    if (!known) log.error({ requestId: request.id, error: String(error) }, 'request failed');
    const fault = known ? error : new Fault('internal', 'The server failed to do this.');
    return errorResponse(request, { ...faultAnswer(fault), ttl: 0 }, clock.now(), policy);
  }
}

async function answer(parts: AdminParts, request: NamedRequest): Promise<HttpResponse> {
  const { token } = parts;
  const services = parts.services();
  const { clock, log, policy } = services;
  const path = readTarget(request.target, request.headers.host)?.path.split(/[?#]/, 1)[0];
  const health =
    path === undefined
      ? undefined
      : healthPage(path, services, () => ({ ...parts.health(), token }));
  if (health !== undefined) return health(request);
  if (path === '/metrics') {
    return isBearer(request, token)
      ? metricsPage(request, services)
      : needsToken(request, services);
  }
  const form = savingsForm(path ?? '', '/');
  if (form !== undefined) {
    return isBearer(request, token) || isPassword(request, token)
      ? parts.savings(request, form, services)
      : needsToken(request, services, 'Basic realm="Fovea", Bearer');
  }
  if (path !== '/purge' && path !== '/reload')
    throw new Fault('mount-unknown', 'Nothing answers here.');
  if (request.method !== 'POST') return otherMethod(request, ['POST'], services);
  if (!isBearer(request, token)) return needsToken(request, services);
  if (path === '/reload') {
    const became = await parts.reload();
    return jsonResponse(became, clock.now(), policy, 'problems' in became ? 422 : 200);
  }
  const order = readPurgeOrder(parsed(await bodyText(request)));
  const report = await parts.purger.purge(order);
  log.info({ requestId: request.id, order: loggable(JSON.stringify(order)), ...report }, 'purged');
  return jsonResponse(report, clock.now(), policy);
}

/** @throws Fault upload-too-large */
async function bodyText({ body }: HttpRequest): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > LARGEST_ORDER) {
      throw new Fault('upload-too-large', `Expected at most ${LARGEST_ORDER} bytes, got more.`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** @throws Fault bad-request */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Fault('bad-request', 'Expected JSON in the body of the request.');
  }
}
