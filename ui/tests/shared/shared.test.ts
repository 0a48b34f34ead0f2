/** What every page shares: words for spans and moments, links in text, marks in snippets, refusals. */
import { describe, expect, test } from 'vitest';
import { age, bytes, initials, span } from '../../src/shared/format';
import { get, keepCsrf, post, Problem, upload, withQuery } from '../../src/shared/http';
import { linked } from '../../src/shared/linked';
import { marked } from '../../src/workspace/searching';
import { since } from '../../src/supervisor/periods';
import { TableServer } from '../support';

test.each([
  [0, '0s'],
  [59.6, '1m'],
  [372, '6m 12s'],
  [3600, '1h'],
  [20400, '5h 40m'],
  [183600, '2d 3h'],
])('a span of %d seconds is %s', (seconds, words) => expect(span(seconds)).toBe(words));

test('ages have one unit', () => {
  const now = Date.parse('2026-11-20T12:00:00Z');
  expect(['2026-11-20T11:59:30Z', '2026-11-20T11:46:00Z', '2026-11-20T09:00:00Z', '2026-11-17T12:00:00Z'].map((at) => age(at, now))).toEqual(['now', '14m', '3h', '3d']);
});

test('sizes and initials', () => {
  expect([bytes(512), bytes(212_000), bytes(3_400_000)]).toEqual(['512 B', '212 kB', '3.4 MB']);
  expect([initials('Asha Rao'), initials('Ana María de la Fuente'), initials('li'), initials('')]).toEqual(['AR', 'AF', 'L', '?']);
});

describe('links in text', () => {
  test('are found without the stop that ends the sentence', () => {
    expect(linked('See https://a.example/x?y=1. Thanks')).toEqual([
      { text: 'See ', href: null },
      { text: 'https://a.example/x?y=1', href: 'https://a.example/x?y=1' },
      { text: '. Thanks', href: null },
    ]);
  });

  test.each(['javascript:alert(1)', 'data:text/html,x', 'www.example.com', 'xhttps://a.example'])('are never made of %s', (text) => {
    expect(linked(text).every((piece) => piece.href === null)).toBe(true);
  });

  test('lose no character', () => {
    const text = '(https://a.example/b) <https://c.example> "https://d.example",';
    expect(linked(text).map((piece) => piece.text).join('')).toBe(text);
  });
});

test('marks of a snippet are cut where the server put them', () => {
  expect(marked('I was \u0002charged\u0003 twice')).toEqual([
    { text: 'I was ', isHit: false },
    { text: 'charged', isHit: true },
    { text: ' twice', isHit: false },
  ]);
  expect(marked('')).toEqual([]);
});

test('a period of days begins at a midnight', () => {
  expect(since(7, new Date(2026, 10, 20, 15, 30))).toEqual(new Date(2026, 10, 14));
  expect(since(1, new Date(2026, 10, 20, 15, 30))).toEqual(new Date(2026, 10, 20));
});

describe('a request', () => {
  test('leaves out what has no value', () => {
    expect(withQuery('/cases', { view: 'mine', team_id: null, cursor: undefined, q: '' })).toBe('/cases?view=mine');
  });

  test('carries the token on what changes something, and only there', async () => {
    const seen: (string | null)[] = [];
    new TableServer().on('GET /me', () => ({})).on('POST /x', () => undefined);
    const table = globalThis.fetch;
    globalThis.fetch = (async (input: RequestInfo | URL, init?: RequestInit) => {
      seen.push(new Headers(init?.headers).get('X-CSRF-Token'));
      return table(input, init);
    }) as typeof fetch;
    keepCsrf('secret');
    await get('/me');
    await post('/x');
    keepCsrf(null);
    expect(seen).toEqual([null, 'secret']);
  });

  test('turns a refusal into its code, words and details', async () => {
    const server = new TableServer();
    server.on('POST /cases/1/reply', () => server.problem({ status: 409, code: 'reply.stale', detail: 'Someone wrote.', details: { newer: [] } }));
    const problem = await post('/cases/1/reply', {}).catch((reason: unknown) => reason);
    expect(problem).toBeInstanceOf(Problem);
    expect(problem).toMatchObject({ status: 409, code: 'reply.stale', message: 'Someone wrote.', details: { newer: [] } });
  });

  test('that nobody answers is told as offline', async () => {
    globalThis.fetch = (async () => {
      throw new TypeError('Failed to fetch');
    }) as typeof fetch;
    await expect(get('/me')).rejects.toMatchObject({ code: 'offline' });
  });

  test('uploads a file as it is, its name encoded', async () => {
    let headers = new Headers();
    globalThis.fetch = (async (_: RequestInfo | URL, init?: RequestInit) => {
      headers = new Headers(init?.headers);
      return Response.json({ id: '1' }, { status: 201 });
    }) as typeof fetch;
    await upload('/uploads', new File(['x'], 'Ü ber.pdf', { type: 'application/pdf' }));
    expect([headers.get('X-File-Name'), headers.get('Content-Type')]).toEqual(['%C3%9C%20ber.pdf', 'application/pdf']);
  });
});
