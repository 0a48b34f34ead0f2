/** What the script element says. */
import { afterEach, describe, expect, it } from 'vitest';
import { settingsFrom } from './settings';
import { launcherName } from './words';

afterEach(() => {
  document.head.replaceChildren();
  document.documentElement.lang = '';
});

function script(attributes: Record<string, string>): HTMLElement {
  // A template's element is inert: the browser does not try to load what it names.
  const element = document.createElement('template');
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

describe('settingsFrom', () => {
  const source = 'https://desk.example:8443/w.js';

  it('reads the inbox, the desk it came from and the language of the page', () => {
    document.documentElement.lang = 'de';
    const settings = settingsFrom(script({ src: source, 'data-inbox': 'site' }), document, 'fr');
    expect(settings).toEqual({ inboxKey: 'site', origin: 'https://desk.example:8443', locale: 'de' });
  });

  it.each([
    [{ 'data-locale': 'ar' }, 'ar'],
    [{}, 'fr'],
  ])('takes the language that the element or else the browser names', (attributes, locale) => {
    const settings = settingsFrom(script({ src: source, 'data-inbox': 'site', ...attributes }), document, 'fr');
    expect(settings?.locale).toBe(locale);
  });

  it('does nothing when no inbox is named', () => {
    expect(settingsFrom(script({ src: source }), document, 'fr')).toBeNull();
    expect(settingsFrom(null, document, 'fr')).toBeNull();
  });
});

describe('launcherName', () => {
  it.each([
    ['en-GB', 0, 'Chat'],
    ['en', 2, 'Chat, 2 unread'],
    ['de', 3, 'Chat, 3 ungelesen'],
    ['fi', 1, 'Chat, 1 unread'],
  ])('says %s, %i', (locale, unread, name) => {
    expect(launcherName(locale, unread)).toBe(name);
  });
});
