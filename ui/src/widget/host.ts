/** The frame's side of the talk with the page that embeds it: exact origins both ways, nothing but heights and counts. */

export const MARK = 'kindred.chat';

/** As much as the desk takes; no real BCP 47 tag of a page is longer. */
const LONGEST_LOCALE = 35;

export type FromHost = { mark: typeof MARK; type: 'open' | 'close' };
export type ToHost =
  | { mark: typeof MARK; type: 'ready' | 'close' }
  | { mark: typeof MARK; type: 'unread'; count: number }
  | { mark: typeof MARK; type: 'height'; pixels: number };

/** What the loader tells through the fragment, which never reaches a server or its log. */
export interface Invitation {
  locale: string;
  /** The embedding page's origin, or null when the frame stands on its own. */
  origin: string | null;
}

/** Read the fragment; what is missing falls back to the browser's language and to no host. */
export function invitation(fragment: string, browserLocale: string): Invitation {
  const given = new URLSearchParams(fragment.replace(/^#/, ''));
  const origin = given.get('origin');
  return {
    locale: (given.get('locale') || browserLocale || 'en').slice(0, LONGEST_LOCALE),
    origin: origin !== null && /^https?:\/\//.test(origin) && URL.canParse(origin) ? new URL(origin).origin : null,
  };
}

export class Host {
  readonly #window: Window;
  readonly #origin: string | null;

  constructor(frame: Window, origin: string | null) {
    this.#window = frame;
    this.#origin = frame.parent === frame ? null : origin;
  }

  get isPresent(): boolean {
    return this.#origin !== null;
  }

  /** Hear the host's `open` and `close`; anything from elsewhere is dropped. */
  listen(onMessage: (type: FromHost['type']) => void): void {
    this.#window.addEventListener('message', (event) => {
      if (event.source !== this.#window.parent || event.origin !== this.#origin) return;
      const { mark, type } = (event.data ?? {}) as Partial<FromHost>;
      if (mark === MARK && (type === 'open' || type === 'close')) onMessage(type);
    });
  }

  ready(): void {
    this.#tell({ mark: MARK, type: 'ready' });
  }

  close(): void {
    this.#tell({ mark: MARK, type: 'close' });
  }

  unread(count: number): void {
    this.#tell({ mark: MARK, type: 'unread', count });
  }

  height(pixels: number): void {
    this.#tell({ mark: MARK, type: 'height', pixels });
  }

  #tell(message: ToHost): void {
    if (this.#origin !== null) this.#window.parent.postMessage(message, this.#origin);
  }
}
