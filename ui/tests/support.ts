/** Cases, entries and a server of our own making, for tests. */
import type { Case, CaseRow, Entry, Message } from '../src/shared/api';

let last = 0;

export function row(change: Partial<CaseRow> = {}): CaseRow {
  const id = change.id ?? String(++last);
  return {
    id,
    number: Number(id),
    title: 'Charged twice',
    status: 'open',
    priority: 'normal',
    customer: { id: '500', name: 'Asha Rao' },
    assignee: { id: '1', name: 'Ravi' },
    team: null,
    inbox: { id: '1', name: 'Support', channel: 'email' },
    tags: [],
    last_message: null,
    is_unread: false,
    is_unverified: false,
    opened_at: '2026-11-20T10:00:00Z',
    waiting_since: null,
    first_response_at: null,
    resolved_at: null,
    snoozed_until: null,
    updated_at: '2026-11-20T10:00:00Z',
    ...change,
  };
}

export const detail = (change: Partial<Case> = {}): Case => ({
  ...row(change),
  reply_options: [],
  newest_message_id: null,
  allowed_statuses: ['open', 'pending', 'resolved'],
  linked_case_id: null,
  why: { opened: '', assigned: null },
  ...change,
});

export function message(change: Partial<Message> = {}): Message {
  return {
    id: String(++last),
    case_id: '1',
    conversation_id: '1',
    customer_id: '500',
    inbox_id: '1',
    channel: 'sms',
    channel_name: 'SMS',
    direction: 'in',
    kind: 'message',
    author: { type: 'customer', id: '500', name: 'Asha Rao' },
    text: 'Hello',
    quoted: null,
    subject: null,
    has_html: false,
    participants: [],
    is_unverified: false,
    is_automatic: false,
    placed_by: '',
    sent_at: '2026-11-20T10:00:00Z',
    received_at: null,
    attachments: [],
    delivery: null,
    ...change,
  };
}

export const said = (id: string, at: string, in_case = true): Entry => ({
  type: 'message',
  id,
  at,
  in_case,
  message: message({ id }),
});

export interface Asked {
  method: string;
  path: string;
  body: unknown;
}

type Answer = (asked: Asked) => unknown;

/** Answers our requests from a table of `METHOD /path` (without the query), and remembers what was asked. */
export class TableServer {
  readonly asked: Asked[] = [];
  private readonly table = new Map<string, Answer>();

  constructor() {
    globalThis.fetch = (async (input: RequestInfo | URL, init?: RequestInit) => this.take(String(input), init)) as typeof fetch;
  }

  on(what: string, answer: Answer): this {
    this.table.set(what, answer);
    return this;
  }

  private take(address: string, init: RequestInit = {}): Response {
    const path = address.replace('/api/v1', '');
    const method = init.method ?? 'GET';
    const asked = { method, path, body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined };
    this.asked.push(asked);
    const answer = this.table.get(`${method} ${path.split('?')[0]}`);
    if (!answer) return this.problem({ status: 404, code: 'not_found', detail: `Nothing answers ${method} ${path}` });
    const given = answer(asked);
    if (given instanceof Response) return given;
    return given === undefined ? new Response(null, { status: 204 }) : Response.json(given);
  }

  problem(body: { status: number; code: string; detail: string; details?: object }): Response {
    return new Response(JSON.stringify(body), { status: body.status, headers: { 'Content-Type': 'application/problem+json' } });
  }
}

/** Let everything that is already promised happen. */
export const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
