/** The promises of a chat: nothing lost, nothing twice, nothing claimed too early. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Browser, fromDesk, type Visit } from './standins';

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
