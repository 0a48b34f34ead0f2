/** The chat frame as a visitor meets it. */
import { mount, tick, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import App from './App.svelte';
import { Host } from './host';
import { Stage } from './stage.svelte';
import { Browser, fromDesk } from './standins';
import { speechFor } from './words';

let browser: Browser;
let app: Record<string, unknown>;

beforeEach(async () => {
  browser = new Browser();
  const place = { inboxKey: 'site', socketUrl: 'ws://desk', httpUrl: '/messages', locale: 'en' };
  const props = { stage: new Stage(place, browser.world), speech: await speechFor('en'), host: new Host(window, null) };
  app = mount(App, { target: document.body, props });
  await tick();
});

afterEach(() => unmount(app));

const find = <Kind extends Element>(selector: string): Kind => {
  const found = document.querySelector<Kind>(selector);
  if (!found) throw new Error(`Nothing on the screen is ${selector}.`);
  return found;
};
const shown = () => [...document.querySelectorAll('li')].map((item) => item.textContent?.replace(/\s+/g, ' ').trim());

async function write(text: string, key: KeyboardEventInit = { key: 'Enter' }): Promise<void> {
  const field = find<HTMLTextAreaElement>('textarea');
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  await tick();
  field.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...key }));
  await tick();
}

describe('the chat frame', () => {
  it('carries the name of the inbox', async () => {
    browser.socket.welcome();
    await tick();
    expect(find('h1').textContent).toBe('Acme support');
  });

  it('sends on Enter and says how far the message has come', async () => {
    browser.socket.welcome();
    await write('Hi');
    expect(shown()[0]).toMatch(/Sending Hi$/);
    browser.socket.ack('c-1');
    await tick();
    expect(shown()[0]).toMatch(/Sent Hi$/);
    expect(find<HTMLTextAreaElement>('textarea').value).toBe('');
  });

  it.each([
    ['Shift', { key: 'Enter', shiftKey: true }],
    ['an input method at work', { key: 'Enter', isComposing: true }],
  ])('keeps the text on Enter with %s', async (_, key) => {
    browser.socket.welcome();
    await write('Hi', key);
    expect(browser.socket.all('message')).toEqual([]);
  });

  it('announces a new message once, outside the log, which is silent itself', async () => {
    browser.socket.welcome({ messages: [fromDesk('4', 'Before')] });
    await tick();
    browser.socket.say({ type: 'message', cursor: '12', message: fromDesk('5', 'Hello') });
    await tick();
    await tick();
    expect(find('[role=log]').getAttribute('aria-live')).toBe('off');
    expect(find('.hidden[aria-live=polite]').textContent).toBe('Ines: Hello');
  });

  it('never reads text as HTML', async () => {
    browser.socket.welcome({ messages: [fromDesk('5', '<img src=x onerror=alert(1)>')] });
    await tick();
    expect(document.querySelector('li img')).toBeNull();
    expect(find('.text').getAttribute('dir')).toBe('auto');
  });

  it('offers to try a refused message again', async () => {
    browser.socket.welcome();
    await write('Hi');
    browser.socket.say({ type: 'refused', client_id: 'c-1', code: 'chat.too_fast', detail: 'Wait a little.' });
    await tick();
    expect(find('.reason').textContent).toBe('Wait a little.');
    find<HTMLButtonElement>('.actions button').click();
    expect(browser.socket.all('message')).toHaveLength(2);
  });

  it('asks for an address late, and explains what is wrong with it', async () => {
    browser.socket.welcome();
    await tick();
    expect(document.querySelector('form.contact')).toBeNull();
    await write('Hi');
    find<HTMLButtonElement>('form.contact button[type=submit]').click();
    await tick();
    const field = find<HTMLInputElement>('input[type=email]');
    expect(field.getAttribute('aria-describedby')).toBe(find('.wrong[id]').id);
  });

  it('says when the connection is lost', async () => {
    browser.socket.welcome();
    browser.socket.cut();
    await browser.clock.advance(2_000);
    await tick();
    expect(find('[role=status]').textContent).toContain('No connection');
  });
});
