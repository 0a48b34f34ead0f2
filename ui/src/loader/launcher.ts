/** The button on the host page and the frame that it opens; nothing is loaded before the first click. */
import { STYLE } from './style';
import { launcherName } from './words';

export interface Settings {
  inboxKey: string;
  /** Where the desk lives: the loader's own origin. */
  origin: string;
  locale: string;
}

const MARK = 'kindred.chat';
const LOWEST = 480;
const HIGHEST = 640;
const NARROW = '(max-width: 480px)';
const SVG = 'http://www.w3.org/2000/svg';

export class Launcher {
  readonly host: HTMLElement;
  readonly #page: Window;
  readonly #settings: Settings;
  readonly #button: HTMLButtonElement;
  readonly #badge: HTMLSpanElement;
  readonly #dialog: HTMLDialogElement;
  readonly #narrow: MediaQueryList;
  #frame: HTMLIFrameElement | null = null;
  /** The frame has loaded and listens; before that it is still a blank page of another origin. */
  #isReady = false;
  #height = 0;

  constructor(page: Window, settings: Settings) {
    this.#page = page;
    this.#settings = settings;
    const { document } = page;
    this.host = document.createElement('div');
    this.host.dataset.kindredChat = settings.inboxKey;
    this.host.lang = settings.locale;
    const root = this.host.attachShadow({ mode: 'open' });
    const sheet = new (page as Window & typeof globalThis).CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    this.#button = document.createElement('button');
    this.#button.type = 'button';
    this.#button.setAttribute('aria-haspopup', 'dialog');
    this.#badge = document.createElement('span');
    this.#badge.setAttribute('aria-hidden', 'true');
    this.#button.append(bubble(document), this.#badge);
    this.#dialog = document.createElement('dialog');
    root.append(this.#button, this.#dialog);
    this.#narrow = page.matchMedia(NARROW);
    this.#wire();
    this.#showUnread(0);
    this.#showState();
  }

  get isOpen(): boolean {
    return this.#dialog.open;
  }

  open(): void {
    if (this.isOpen) return;
    this.#frame ??= this.#load();
    // Full screen covers the page: modal, so that focus cannot wander off behind it.
    if (this.#narrow.matches) this.#dialog.showModal();
    else this.#dialog.show();
    this.#showState();
    this.#frame.focus();
    this.#tell('open');
  }

  /** Close, and give focus back to the button; the frame lives on, so that new messages still count. */
  close(): void {
    if (!this.isOpen) return;
    this.#dialog.close();
    this.#showState();
    this.#button.focus();
    this.#tell('close');
  }

  #wire(): void {
    this.#button.addEventListener('click', () => (this.isOpen ? this.close() : this.open()));
    this.#button.addEventListener('keydown', (event) => event.key === 'Escape' && this.close());
    this.#dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      this.close();
    });
    this.#narrow.addEventListener('change', () => {
      if (!this.isOpen) return;
      this.#dialog.close();
      this.open();
    });
    this.#page.addEventListener('message', (event) => this.#hear(event));
  }

  #load(): HTMLIFrameElement {
    const { inboxKey, origin, locale } = this.#settings;
    const frame = this.#page.document.createElement('iframe');
    const name = launcherName(locale, 0);
    frame.title = name;
    this.#dialog.setAttribute('aria-label', name);
    // The fragment stays in the browser: the desk's log need not know which page it was.
    const told = new URLSearchParams({ locale, origin: this.#page.location.origin });
    frame.src = `${origin}/w/${encodeURIComponent(inboxKey)}#${told}`;
    this.#dialog.append(frame);
    return frame;
  }

  #hear(event: MessageEvent): void {
    if (!this.#frame || event.origin !== this.#settings.origin || event.source !== this.#frame.contentWindow) return;
    const data = (event.data ?? {}) as { mark?: unknown; type?: unknown; count?: unknown; pixels?: unknown };
    if (data.mark !== MARK) return;
    if (data.type === 'ready') {
      this.#isReady = true;
      this.#tell(this.isOpen ? 'open' : 'close');
    }
    if (data.type === 'close') this.close();
    if (data.type === 'unread' && isCount(data.count)) this.#showUnread(data.count);
    if (data.type === 'height' && isCount(data.pixels)) this.#grow(data.pixels);
  }

  #tell(type: 'open' | 'close'): void {
    if (this.#isReady) this.#frame?.contentWindow?.postMessage({ mark: MARK, type }, this.#settings.origin);
  }

  #showUnread(count: number): void {
    const name = launcherName(this.#settings.locale, count);
    this.#button.setAttribute('aria-label', name);
    this.#button.title = name;
    this.#badge.textContent = count > 0 ? (count > 99 ? '99+' : String(count)) : '';
  }

  /** The panel only ever grows: nothing moves away under the pointer. */
  #grow(pixels: number): void {
    this.#height = Math.max(this.#height, Math.min(HIGHEST, Math.max(LOWEST, pixels)));
    this.#dialog.style.setProperty('--height', `${this.#height}px`);
  }

  #showState(): void {
    this.#button.setAttribute('aria-expanded', String(this.isOpen));
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function bubble(document: Document): SVGElement {
  const drawing = document.createElementNS(SVG, 'svg');
  const path = document.createElementNS(SVG, 'path');
  for (const [name, value] of Object.entries({ viewBox: '0 0 24 24', width: '24', height: '24', 'aria-hidden': 'true' })) {
    drawing.setAttribute(name, value);
  }
  path.setAttribute('d', 'M4 5h16v11H10l-4 4v-4H4z');
  drawing.append(path);
  return drawing;
}
