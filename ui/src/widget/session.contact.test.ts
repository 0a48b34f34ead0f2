/** The e-mail address a visitor may leave: asked for late, told once, kept masked. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Browser, type Visit } from './standins';

let browser: Browser;
let visit: Visit;

beforeEach(() => {
  browser = new Browser();
  visit = browser.visit();
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
