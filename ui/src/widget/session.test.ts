/** The promises of a chat: nothing lost, nothing twice, nothing claimed too early. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Browser, fromDesk, settled, type Visit } from './standins';

let browser: Browser;
let visit: Visit;

beforeEach(() => {
  browser = new Browser();
  visit = browser.visit();
});

describe('greeting', () => {
  it('names no visitor and no cursor the first time, and passes the page locale', () => {
    browser.socket.open();
    expect(browser.socket.heard).toEqual([{ type: 'hello', visitor: null, since: null, page_locale: 'de' }]);
  });

  it('resumes after a loss with the visitor token and the cursor of the last message told', async () => {
    browser.socket.welcome();
    browser.socket.say({ type: 'message', cursor: '12', message: fromDesk('5', 'Hello') });
    browser.socket.cut();
    await browser.clock.advance(1_000);
    browser.socket.open();
    expect(browser.sockets).toHaveLength(2);
    expect(browser.socket.all('hello')[0]).toMatchObject({ visitor: 'v-1', since: '12' });
  });

  it('believes the browser that says it is offline, and comes back at once when it is not', () => {
    browser.socket.welcome({ cursor: '12' });
    visit.session.doubt();
    visit.session.wake();
    browser.socket.open();
    expect(browser.sockets).toHaveLength(2);
    expect(browser.socket.all('hello')[0]).toMatchObject({ since: '12' });
  });

  it('resumes after a reload, and shows what it kept before the desk has answered', () => {
    browser.socket.welcome({ messages: [fromDesk('5', 'Hello')], cursor: '12' });
    visit.session.stop();
    const next = browser.visit();
    browser.socket.open();
    expect(browser.socket.all('hello')[0]).toMatchObject({ visitor: 'v-1', since: '12' });
    expect(next.shown).toEqual(['Hello: sent']);
    expect(next.view.inbox?.name).toBe('Acme support');
  });

  it('does not move the cursor with an acknowledgement: an earlier message may still be on its way', async () => {
    browser.socket.welcome({ cursor: '12' });
    visit.session.send('Hi');
    browser.socket.ack('c-1');
    browser.socket.cut();
    await browser.clock.advance(1_000);
    browser.socket.open();
    expect(browser.socket.all('hello')[0]?.since).toBe('12');
  });

  it('begins anew when the desk means another conversation than the one kept here', () => {
    browser.socket.welcome({ messages: [fromDesk('5', 'Old')] });
    visit.session.stop();
    const next = browser.visit();
    browser.socket.welcome({ conversation_id: '8', visitor: 'v-2' });
    browser.socket.welcome({ conversation_id: '8', visitor: 'v-2', messages: [fromDesk('9', 'New')] });
    expect(browser.socket.all('hello')[0]).toMatchObject({ visitor: 'v-2', since: null });
    expect(next.shown).toEqual(['New: sent']);
  });

  it('takes the visitor that another tab has met in the meantime', () => {
    browser.visit();
    browser.sockets[1]!.welcome({ visitor: 'v-9' });
    browser.sockets[0]!.open();
    expect(browser.sockets[0]!.all('hello')[0]?.visitor).toBe('v-9');
  });
});

describe('sending', () => {
  it('shows a message at once and calls it sent only when it is acknowledged', () => {
    browser.socket.welcome();
    visit.session.send('  Hi  ');
    expect(visit.shown).toEqual(['Hi: sending']);
    browser.socket.ack('c-1');
    expect(visit.shown).toEqual(['Hi: sent']);
    expect(browser.socket.all('message')).toEqual([{ type: 'message', client_id: 'c-1', text: 'Hi' }]);
  });

  it('sends again after a loss, under the same client_id', async () => {
    browser.socket.welcome();
    visit.session.send('Hi');
    browser.socket.cut();
    await browser.clock.advance(1_000);
    browser.socket.welcome();
    expect(browser.socket.all('message')).toEqual([{ type: 'message', client_id: 'c-1', text: 'Hi' }]);
  });

  it('sends again after a reload, and stops once it is acknowledged', () => {
    visit.session.send('Hi');
    visit.session.stop();
    const second = browser.visit();
    expect(second.shown).toEqual(['Hi: sending']);
    browser.socket.welcome();
    browser.socket.ack('c-1');
    second.session.stop();
    const third = browser.visit();
    browser.socket.welcome();
    expect(browser.socket.all('message')).toEqual([]);
    expect(third.shown).toEqual(['Hi: sent']);
  });

  it('keeps the order: the next message leaves when the one before it has arrived', () => {
    visit.session.send('First');
    visit.session.send('Second');
    browser.socket.welcome();
    expect(browser.socket.all('message').map((frame) => frame.text)).toEqual(['First']);
    browser.socket.ack('c-1');
    expect(browser.socket.all('message').map((frame) => frame.text)).toEqual(['First', 'Second']);
  });

  it('goes on with the next when the desk tells the message before it acknowledges it', () => {
    visit.session.send('First');
    visit.session.send('Second');
    browser.socket.welcome();
    const echo = fromDesk('100', 'First', { direction: 'in', client_id: 'c-1' });
    browser.socket.say({ type: 'message', cursor: '13', message: echo });
    browser.socket.ack('c-1');
    expect(browser.socket.all('message')).toHaveLength(2);
    expect(visit.shown).toEqual(['First: sent', 'Second: sending']);
  });

  it('gives a silent line up and tries another', async () => {
    browser.socket.welcome();
    visit.session.send('Hi');
    await browser.clock.advance(16_000);
    expect(browser.sockets[0]!.isClosed).toBe(true);
    browser.socket.welcome();
    expect(browser.socket.all('message')[0]?.client_id).toBe('c-1');
  });

  it.each([['empty', '  \n '], ['too long', 'x'.repeat(4001)]])('takes no text that is %s', (_, text) => {
    browser.socket.welcome();
    expect(visit.session.send(text)).toBe(false);
    expect(visit.shown).toEqual([]);
  });

  it('counts characters as the desk does', () => {
    expect(visit.session.send('🙂'.repeat(4000))).toBe(true);
  });
});

describe('refusals', () => {
  beforeEach(() => {
    browser.socket.welcome();
    visit.session.send('Hi');
    browser.socket.say({ type: 'refused', client_id: 'c-1', code: 'chat.too_fast', detail: 'Wait a little.' });
  });

  it('shows the reason and sends the next message', () => {
    visit.session.send('Second');
    expect(visit.view.lines[0]).toMatchObject({ state: 'refused', refusal: 'Wait a little.' });
    expect(browser.socket.all('message').map((frame) => frame.text)).toEqual(['Hi', 'Second']);
  });

  it('tries again under the same client_id when the visitor says so, not by itself', async () => {
    browser.socket.cut();
    await browser.clock.advance(1_000);
    browser.socket.welcome();
    expect(browser.socket.all('message')).toEqual([]);
    visit.session.retry('c-1');
    expect(browser.socket.all('message')).toEqual([{ type: 'message', client_id: 'c-1', text: 'Hi' }]);
    expect(visit.shown).toEqual(['Hi: sending']);
  });

  it('is forgotten for good when the visitor deletes it', () => {
    visit.session.discard('c-1');
    expect(visit.shown).toEqual([]);
    expect(browser.visit().shown).toEqual([]);
  });

  it('shows a refusal of no particular message as a notice', () => {
    browser.socket.say({ type: 'refused', client_id: null, code: 'chat.closed', detail: 'This inbox is off.' });
    expect(visit.view.notice).toBe('This inbox is off.');
  });
});

describe('receiving', () => {
  it('shows a message once, however often it is told', () => {
    browser.socket.welcome({ messages: [fromDesk('5', 'Hello')] });
    browser.socket.say({ type: 'message', cursor: '12', message: fromDesk('5', 'Hello') });
    expect(visit.shown).toEqual(['Hello: sent']);
  });

  it('drops its own message when the desk tells it back without an acknowledgement', async () => {
    browser.socket.welcome();
    visit.session.send('Hi');
    browser.socket.cut();
    await browser.clock.advance(1_000);
    browser.socket.welcome({ messages: [fromDesk('6', 'Hi', { direction: 'in', client_id: 'c-1' })] });
    expect(visit.shown).toEqual(['Hi: sent']);
    expect(browser.socket.all('message')).toEqual([]);
  });

  it('moves a state forward and never back', () => {
    browser.socket.welcome();
    visit.session.send('Hi');
    browser.socket.ack('c-1', '6');
    const mine = fromDesk('6', 'Hi', { direction: 'in', client_id: 'c-1' });
    browser.socket.say({ type: 'message', cursor: '13', message: { ...mine, state: 'read' } });
    browser.socket.say({ type: 'message', cursor: '14', message: { ...mine, state: 'delivered' } });
    expect(visit.shown).toEqual(['Hi: read']);
  });

  it('is not troubled by frames that are none of ours', () => {
    browser.socket.welcome();
    for (const frame of ['not json', '[]', 'null', '{"type":7}', '{"type":"future"}']) browser.socket.say(frame);
    expect(visit.view.connection).toBe('live');
  });

  it('counts as unread until it is seen, tells the desk once, and keeps the word until there is a line', async () => {
    browser.socket.welcome({ messages: [fromDesk('5', 'Hello')] });
    expect(visit.view.unread).toBe(1);
    browser.socket.cut();
    visit.session.reportRead('5');
    visit.session.reportRead('5');
    expect(visit.view.unread).toBe(0);
    await browser.clock.advance(1_000);
    browser.socket.welcome();
    expect(browser.socket.all('read')).toEqual([{ type: 'read', message_id: '5' }]);
  });
});

describe('typing', () => {
  it('is told at most every three seconds', async () => {
    browser.socket.welcome();
    for (let second = 0; second < 6; second += 1) {
      visit.session.reportTyping();
      await browser.clock.advance(1_000);
    }
    expect(browser.socket.all('typing')).toHaveLength(2);
  });

  it('is shown until the message comes or some seconds pass', async () => {
    browser.socket.welcome();
    browser.socket.say({ type: 'typing', name: 'Ines' });
    expect(visit.view.typing).toBe('Ines');
    browser.socket.say({ type: 'message', cursor: '12', message: fromDesk('5', 'Hello') });
    expect(visit.view.typing).toBeNull();
    browser.socket.say({ type: 'typing', name: 'Ines' });
    await browser.clock.advance(6_000);
    expect(visit.view.typing).toBeNull();
  });
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

describe('the e-mail address', () => {
  it('is asked for only once something was written, and not after a no', () => {
    browser.socket.welcome();
    expect(visit.view.mayAskForEmail).toBe(false);
    visit.session.send('Hi');
    expect(visit.view.mayAskForEmail).toBe(true);
    visit.session.declineEmail();
    expect(visit.view.mayAskForEmail).toBe(false);
    expect(browser.visit().view.mayAskForEmail).toBe(false);
  });

  it('goes with the next message, once, and is then kept only in a masked form', () => {
    browser.socket.welcome();
    visit.session.giveContact(' Asha ', 'asha@example.com');
    visit.session.send('First');
    visit.session.send('Second');
    browser.socket.ack('c-1', '100');
    browser.socket.ack('c-2', '101');
    expect(browser.socket.all('message')).toEqual([
      { type: 'message', client_id: 'c-1', text: 'First', name: 'Asha', email: 'asha@example.com' },
      { type: 'message', client_id: 'c-2', text: 'Second' },
    ]);
    expect(visit.view.contact).toEqual({ name: 'Asha', email: 'a***@example.com', is_known_to_desk: true });
    expect(browser.storage.getItem('kindred.chat.site')).not.toContain('asha@');
  });

  it('waits for a fresh message when the one under way was first tried without it', async () => {
    browser.socket.welcome();
    visit.session.send('First');
    browser.socket.cut();
    visit.session.giveContact('', 'asha@example.com');
    await browser.clock.advance(1_000);
    browser.socket.welcome();
    browser.socket.ack('c-1');
    expect(visit.view.contact?.is_known_to_desk).toBe(false);
    visit.session.send('Second');
    expect(browser.socket.all('message').map((frame) => frame.email)).toEqual([undefined, 'asha@example.com']);
  });

  it('is told at once when nothing more is written, and again after a loss, until the desk has it', async () => {
    browser.socket.welcome();
    visit.session.send('Only this');
    browser.socket.ack('c-1');
    visit.session.giveContact('Asha', 'asha@example.com');
    expect(browser.socket.all('contact')).toEqual([{ type: 'contact', email: 'asha@example.com', name: 'Asha' }]);
    browser.socket.cut();
    await browser.clock.advance(1_000);
    browser.socket.welcome();
    expect(browser.socket.all('contact')).toHaveLength(1);
    expect(visit.view.contact?.is_known_to_desk).toBe(false);
    browser.socket.say({ type: 'contact_kept' });
    expect(visit.view.contact).toEqual({ name: 'Asha', email: 'a***@example.com', is_known_to_desk: true });
    browser.socket.say({ type: 'typing', name: 'Ines' });
    expect(browser.socket.all('contact')).toHaveLength(1);
  });

  it('can be corrected after a refusal', () => {
    browser.socket.welcome();
    visit.session.giveContact('', 'asha@wrong.example');
    visit.session.send('First');
    browser.socket.say({ type: 'refused', client_id: 'c-1', code: 'chat.bad_email', detail: 'No such address.' });
    visit.session.giveContact('', 'asha@example.com');
    visit.session.retry('c-1');
    expect(browser.socket.all('message').at(-1)?.email).toBe('asha@example.com');
  });
});
