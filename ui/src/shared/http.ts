/** Speaks HTTP with our own server: JSON in and out, the CSRF token on every unsafe method, refusals as `Problem`. */
import type { ProblemBody } from './api';

const BASE = '/api/v1';

/** A refusal or fault, in the server's words; `code` is stable and dotted, `offline` when nobody answered. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Record<string, unknown>;
  readonly fields: { path: string; message: string }[];
  readonly retryAfter: number | null;

  constructor(body: Partial<ProblemBody>, retryAfter: number | null = null) {
    super(body.detail ?? body.title ?? 'The server gave no reason.');
    this.status = body.status ?? 0;
    this.code = body.code ?? 'unknown';
    this.details = body.details ?? {};
    this.fields = body.errors ?? [];
    this.retryAfter = retryAfter;
  }
}

let csrf: string | null = null;
let onSignedOut: () => void = () => {};

/** Keep the token that the session answered with. */
export function keepCsrf(token: string | null): void {
  csrf = token;
}

/** Say what happens when the server no longer knows us. */
export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler;
}

export type Query = Record<string, string | number | boolean | null | undefined>;

/** Append the parameters that have a value. */
export function withQuery(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text ? `${path}?${text}` : path;
}

async function refusal(response: Response): Promise<Problem> {
  const after = Number(response.headers.get('Retry-After')) || null;
  try {
    return new Problem({ status: response.status, ...((await response.json()) as Partial<ProblemBody>) }, after);
  } catch {
    return new Problem({ status: response.status, title: response.statusText || `HTTP ${response.status}` }, after);
  }
}

async function send<T>(method: string, path: string, init: RequestInit): Promise<T> {
  const headers = new Headers(init.headers);
  headers.set('Accept', 'application/json');
  if (method !== 'GET' && csrf) headers.set('X-CSRF-Token', csrf);
  let response: Response;
  try {
    response = await fetch(BASE + path, { ...init, method, headers, credentials: 'same-origin' });
  } catch (reason) {
    if (reason instanceof DOMException && reason.name === 'AbortError') throw reason;
    throw new Problem({ code: 'offline', detail: 'The server cannot be reached.' });
  }
  if (!response.ok) {
    const problem = await refusal(response);
    if (response.status === 401 && path !== '/session') onSignedOut();
    throw problem;
  }
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

function withJson(body: unknown): RequestInit {
  return body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> =>
  send<T>('GET', withQuery(path, query), signal ? { signal } : {});
export const post = <T>(path: string, body?: unknown): Promise<T> => send<T>('POST', path, withJson(body));
export const patch = <T>(path: string, body: unknown): Promise<T> => send<T>('PATCH', path, withJson(body));
export const remove = <T>(path: string): Promise<T> => send<T>('DELETE', path, {});

/** Upload one file as it is; its name travels percent-encoded. */
export function upload<T>(path: string, file: File): Promise<T> {
  const type = file.type || 'application/octet-stream';
  return send<T>('POST', path, {
    body: file,
    headers: { 'Content-Type': type, 'X-File-Name': encodeURIComponent(file.name) },
  });
}
