/** The frame talks to the page that embeds it and to nobody else. */
import { afterEach, describe, expect, it } from 'vitest';
import { Host, MARK, invitation } from './host';

interface Told {
  message: unknown;
  origin: string;
}

/** A window inside another one, which remembers what it is told. */
class EmbeddedWindow extends EventTarget {
  readonly told: Told[] = [];
  readonly parent = { postMessage: (message: unknown, origin: string) => this.told.push({ message, origin }) };

  hear(data: unknown, origin: string, source: unknown = this.parent): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data, origin, source }));
  }
}

describe('invitation', () => {
  it.each([
    ['#locale=de&origin=https%3A%2F%2Fshop.example', { locale: 'de', origin: 'https://shop.example' }],
    ['#origin=https%3A%2F%2Fshop.example%2Fpath', { locale: 'fr', origin: 'https://shop.example' }],
    ['#origin=*', { locale: 'fr', origin: null }],
    ['#origin=javascript%3Ax', { locale: 'fr', origin: null }],
    [`#locale=${'x'.repeat(99)}`, { locale: 'x'.repeat(35), origin: null }],
    ['', { locale: 'fr', origin: null }],
  ])('reads %s', (fragment, expected) => {
    expect(invitation(fragment, 'fr')).toEqual(expected);
  });
});

describe('Host', () => {
  const heard: string[] = [];
  afterEach(() => heard.splice(0));

  it('tells only the origin that embeds it', () => {
    const frame = new EmbeddedWindow();
    new Host(frame as unknown as Window, 'https://shop.example').unread(2);
    expect(frame.told).toEqual([{ message: { mark: MARK, type: 'unread', count: 2 }, origin: 'https://shop.example' }]);
  });

  it('hears only the window and the origin that embed it', () => {
    const frame = new EmbeddedWindow();
    new Host(frame as unknown as Window, 'https://shop.example').listen((type) => heard.push(type));
    frame.hear({ mark: MARK, type: 'open' }, 'https://evil.example');
    frame.hear({ mark: MARK, type: 'open' }, 'https://shop.example', {});
    frame.hear({ mark: 'other', type: 'open' }, 'https://shop.example');
    frame.hear(null, 'https://shop.example');
    expect(heard).toEqual([]);
    frame.hear({ mark: MARK, type: 'open' }, 'https://shop.example');
    expect(heard).toEqual(['open']);
  });

  it('is absent, and silent, when the page stands on its own', () => {
    const host = new Host(window, 'https://shop.example');
    expect(host.isPresent).toBe(false);
    host.close();
  });
});
