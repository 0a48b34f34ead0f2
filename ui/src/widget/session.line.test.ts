/** A chat whose line breaks, or that never had a socket: it says what is so, and still delivers. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Browser, fromDesk, settled, type Visit } from './standins';

let browser: Browser;
let visit: Visit;

beforeEach(() => {
  browser = new Browser();
  visit = browser.visit();
});

describe('losing the line', () => {
  it('says so only when the loss has lasted, and takes it back', async () => {
    browser.socket.welcome();
    browser.socket.cut();
    expect(visit.view.connection).toBe('connecting');
    await browser.clock.advance(1_600);
    expect(visit.view.connection).toBe('lost');
    browser.socket.welcome();
    expect(visit.view.connection).toBe('live');
  });

  it('waits longer after each failure, and not at all when the network comes back', async () => {
    browser.socket.cut();
    await browser.clock.advance(400);
    expect(browser.sockets).toHaveLength(2);
    browser.socket.cut();
    await browser.clock.advance(400);
    expect(browser.sockets).toHaveLength(2);
    visit.session.wake();
    expect(browser.sockets).toHaveLength(3);
  });
});

describe('without WebSockets', () => {
  const taken = () => Response.json({ visitor: 'v-1', message_id: '100', at: '2026-11-21T10:00:05Z', cursor: '999' }, { status: 201 });
  const told = (...texts: string[]) =>
    Response.json({ messages: texts.map((text, index) => fromDesk(String(200 + index), text)), cursor: '20' });
  const polls = () => browser.asked.filter((asked) => asked.method === 'GET');

  it('posts what waits after three failures, under the same client_id until it arrives', async () => {
    visit.session.send('Hi');
    await browser.denySockets();
    expect(visit.shown).toEqual(['Hi: sending']);
    browser.answer = taken;
    await browser.clock.advance(2_000);
    expect(browser.asked.map((asked) => asked.body?.client_id)).toEqual(['c-1', 'c-1']);
    expect(visit.shown).toEqual(['Hi: sent']);
    expect(visit.view.connection).toBe('polling');
  });

  it('asks only while the frame is open, from the cursor and not from the acknowledgement', async () => {
    browser.answer = (asked) => (asked.method === 'POST' ? taken() : told('Hello'));
    visit.session.send('Hi');
    await browser.denySockets();
    expect(polls()).toEqual([]);
    visit.session.setOpen(true);
    await settled();
    expect(polls()).toMatchObject([{ visitor: 'v-1', url: '/api/v1/chat/site/messages' }]);
    expect(visit.shown).toEqual(['Hi: sent', 'Hello: sent']);
    await browser.clock.advance(4_000);
    expect(polls().at(-1)?.url).toContain('?since=20');
    visit.session.setOpen(false);
    await browser.clock.advance(60_000);
    expect(polls()).toHaveLength(2);
  });

  it('shows a refusal with its reason', async () => {
    browser.answer = () => Response.json({ code: 'chat.too_long', detail: 'At most 4000 characters.' }, { status: 422 });
    visit.session.send('Hi');
    await browser.denySockets();
    expect(visit.view.lines[0]).toMatchObject({ state: 'refused', refusal: 'At most 4000 characters.' });
  });

  it('waits as long as the desk asks', async () => {
    browser.answer = () => new Response(null, { status: 429, headers: { 'Retry-After': '8' } });
    visit.session.send('Hi');
    await browser.denySockets();
    browser.answer = taken;
    await browser.clock.advance(7_000);
    expect(visit.shown).toEqual(['Hi: sending']);
    await browser.clock.advance(2_000);
    expect(visit.shown).toEqual(['Hi: sent']);
  });

  it('does not claim to be connected before the desk was reached', async () => {
    await browser.denySockets();
    await browser.clock.advance(2_000);
    expect(visit.view.connection).toBe('lost');
  });

  it('goes back to the socket as soon as one is had', async () => {
    browser.answer = (asked) => (asked.method === 'POST' ? taken() : told());
    visit.session.setOpen(true);
    visit.session.send('Hi');
    await browser.denySockets();
    await browser.clock.advance(5_000);
    browser.socket.welcome();
    expect(visit.view.connection).toBe('live');
    const before = polls().length;
    await browser.clock.advance(60_000);
    expect(polls()).toHaveLength(before);
    visit.session.send('Again');
    expect(browser.socket.all('message').map((frame) => frame.text)).toEqual(['Again']);
  });

  it('stops when the inbox is gone', async () => {
    browser.answer = (asked) => (asked.method === 'POST' ? taken() : new Response(null, { status: 404 }));
    visit.session.setOpen(true);
    visit.session.send('Hi');
    await browser.denySockets();
    expect(visit.view.connection).toBe('gone');
    const sockets = browser.sockets.length;
    await browser.clock.advance(120_000);
    expect(browser.sockets).toHaveLength(sockets);
  });
});
