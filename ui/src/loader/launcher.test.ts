/** The launcher on a host page. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Launcher } from './launcher';

const DESK = 'https://desk.example';
let launcher: Launcher;
let root: ShadowRoot;

/** The part of the stand-in browser that says where frames come from. */
interface BrowserSettings {
  enableIframePageLoading: boolean;
  fetch: { interceptor: { beforeAsyncRequest: (given: { window: Window & typeof globalThis }) => Promise<Response> } };
}

beforeAll(() => {
  const { settings } = (window as unknown as { happyDOM: { settings: BrowserSettings } }).happyDOM;
  settings.enableIframePageLoading = true;
  settings.fetch.interceptor = { beforeAsyncRequest: async (given) => new given.window.Response('<p>The frame.</p>') };
});

beforeEach(() => {
  launcher = new Launcher(window, { inboxKey: 'site/1', origin: DESK, locale: 'en' });
  document.body.append(launcher.host);
  root = launcher.host.shadowRoot!;
});

afterEach(() => document.body.replaceChildren());

const button = () => root.querySelector('button')!;
const frame = () => root.querySelector('iframe');

function fromFrame(data: object, origin = DESK, source: unknown = frame()?.contentWindow): void {
  window.dispatchEvent(Object.assign(new Event('message'), { data: { mark: 'kindred.chat', ...data }, origin, source }));
}

describe('Launcher', () => {
  it('is a named button and loads nothing before it is pressed', () => {
    expect(button().getAttribute('aria-label')).toBe('Chat');
    expect(button().getAttribute('aria-expanded')).toBe('false');
    expect(frame()).toBeNull();
  });

  it('opens the frame of its inbox, with a title, and tells page and language in the fragment alone', () => {
    button().click();
    const address = new URL(frame()!.src);
    expect(address.origin + address.pathname + address.search).toBe(`${DESK}/w/site%2F1`);
    expect(Object.fromEntries(new URLSearchParams(address.hash.slice(1)))).toEqual({ locale: 'en', origin: location.origin });
    expect(frame()!.title).toBe('Chat');
    expect(button().getAttribute('aria-expanded')).toBe('true');
  });

  it('closes when the frame asks, returns focus, and keeps the frame for the next time', () => {
    button().click();
    const first = frame();
    fromFrame({ type: 'close' });
    expect(launcher.isOpen).toBe(false);
    expect(root.activeElement).toBe(button());
    button().click();
    expect(frame()).toBe(first);
  });

  it('closes on Escape at the button', () => {
    button().click();
    button().dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
    expect(launcher.isOpen).toBe(false);
  });

  it('says how many messages are unread', () => {
    button().click();
    fromFrame({ type: 'unread', count: 2 });
    expect(button().getAttribute('aria-label')).toBe('Chat, 2 unread');
    expect(root.querySelector('span')!.textContent).toBe('2');
    fromFrame({ type: 'unread', count: 0 });
    expect(button().getAttribute('aria-label')).toBe('Chat');
  });

  it('grows with the frame within bounds and never shrinks', () => {
    button().click();
    const height = () => root.querySelector('dialog')!.style.getPropertyValue('--height');
    const seen = [100, 600, 5000, 500].map((pixels) => {
      fromFrame({ type: 'height', pixels });
      return height();
    });
    expect(seen).toEqual(['480px', '600px', '640px', '640px']);
  });

  it.each([
    ['another origin', 'https://evil.example', undefined],
    ['another window', DESK, {}],
  ])('hears nothing from %s', (_, origin, source) => {
    button().click();
    fromFrame({ type: 'unread', count: 5 }, origin, source ?? frame()!.contentWindow);
    expect(button().getAttribute('aria-label')).toBe('Chat');
  });

  it.each([-1, NaN, '<b>', null])('takes no count like %s', (count) => {
    button().click();
    fromFrame({ type: 'unread', count });
    expect(button().getAttribute('aria-label')).toBe('Chat');
  });
});
