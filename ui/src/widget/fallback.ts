/** The same chat over plain HTTP, for networks that let no WebSocket through. */
import type { Pending } from './keepsake';
import type { Surroundings } from './surroundings';
import type { ChatMessage } from './wire';

export type Posted =
  | { kind: 'taken'; visitor: string; message_id: string; at: string }
  | { kind: 'refused'; code: string; detail: string }
  /** Try again, no sooner than after this many milliseconds. */
  | { kind: 'later'; wait: number };

export type Polled =
  | { kind: 'messages'; messages: ChatMessage[]; cursor: string }
  | { kind: 'gone' }
  | { kind: 'later'; wait: number };

/** Statuses that speak of the moment and not of the message. */
const PASSING = new Set([408, 425, 429]);

export class Fallback {
  readonly #url: string;
  readonly #fetch: Surroundings['fetch'];

  constructor(url: string, fetch: Surroundings['fetch']) {
    this.#url = url;
    this.#fetch = fetch;
  }

  /** Hand one message in. Safe to repeat: the desk drops doubles by client_id. */
  async post(visitor: string | null, pending: Pending): Promise<Posted> {
    const { client_id, text, name, email } = pending;
    const body = JSON.stringify({ ...(visitor && { visitor }), client_id, text, name, email });
    const answer = await this.#ask(this.#url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
    if (!answer || answer.status >= 500 || PASSING.has(answer.status)) return { kind: 'later', wait: waitOf(answer) };
    const json = await jsonOf(answer);
    if (!answer.ok) return { kind: 'refused', code: String(json.code ?? ''), detail: String(json.detail ?? json.title ?? '') };
    if (!json.message_id || !json.visitor) return { kind: 'later', wait: 0 };
    return { kind: 'taken', visitor: String(json.visitor), message_id: String(json.message_id), at: String(json.at) };
  }

  /** Ask for what came after `since` (null: the last messages). */
  async poll(visitor: string, since: string | null): Promise<Polled> {
    const url = since === null ? this.#url : `${this.#url}?since=${encodeURIComponent(since)}`;
    const answer = await this.#ask(url, { headers: { 'X-Visitor': visitor } });
    if (answer?.status === 404 || answer?.status === 410) return { kind: 'gone' };
    if (!answer?.ok) return { kind: 'later', wait: waitOf(answer) };
    const json = await jsonOf(answer);
    if (!Array.isArray(json.messages)) return { kind: 'later', wait: 0 };
    return { kind: 'messages', messages: json.messages as ChatMessage[], cursor: String(json.cursor) };
  }

  async #ask(url: string, init: RequestInit): Promise<Response | null> {
    try {
      return await this.#fetch(url, { ...init, credentials: 'omit', cache: 'no-store' });
    } catch {
      return null;
    }
  }
}

function waitOf(answer: Response | null): number {
  const seconds = Number(answer?.headers.get('Retry-After') ?? 0);
  return Number.isFinite(seconds) ? Math.max(0, seconds) * 1000 : 0;
}

async function jsonOf(answer: Response): Promise<Record<string, unknown>> {
  try {
    const json: unknown = await answer.json();
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
