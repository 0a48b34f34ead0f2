/** A desk, a clock and a browser made of memory, for the tests. */
import { ChatSession, type View } from './session';
import { PageMemory, type ChatSocket, type Clock, type Surroundings } from './surroundings';
import type { ChatMessage, FromServer, FromVisitor, Welcome } from './wire';

/** Moves only when told to. */
export class StandingClock implements Clock {
  #now = Date.parse('2026-11-21T10:00:00Z');
  #tasks: { due: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, task: () => void): () => void {
    const entry = { due: this.#now + milliseconds, run: task };
    this.#tasks.push(entry);
    return () => (this.#tasks = this.#tasks.filter((other) => other !== entry));
  }

  /** Move on, running in order what falls due, and let promises settle after each. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      const next = this.#tasks.filter((task) => task.due <= end).sort((left, right) => left.due - right.due)[0];
      if (!next) break;
      this.#tasks = this.#tasks.filter((task) => task !== next);
      this.#now = Math.max(this.#now, next.due);
      next.run();
      await settled();
    }
    this.#now = end;
    await settled();
  }
}

/** Let every promise that can settle do so. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/** The desk's end of one socket. */
export class RememberingSocket implements ChatSocket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  isClosed = false;
  readonly heard: FromVisitor[] = [];

  send(data: string): void {
    this.heard.push(JSON.parse(data) as FromVisitor);
  }

  close(): void {
    this.isClosed = true;
  }

  open(): void {
    this.onopen?.();
  }

  say(frame: FromServer | string): void {
    this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) });
  }

  cut(): void {
    this.isClosed = true;
    this.onclose?.();
  }

  welcome(told: Partial<Welcome> = {}): void {
    this.open();
    this.say({ ...WELCOME, ...told });
  }

  ack(clientId: string, messageId = '100'): void {
    this.say({ type: 'ack', client_id: clientId, message_id: messageId, at: '2026-11-21T10:00:05Z', cursor: '999' });
  }

  /** The frames of one type that the visitor sent. */
  all<Type extends FromVisitor['type']>(type: Type): Extract<FromVisitor, { type: Type }>[] {
    return this.heard.filter((frame): frame is Extract<FromVisitor, { type: Type }> => frame.type === type);
  }
}

export const WELCOME: Welcome = {
  type: 'welcome',
  visitor: 'v-1',
  cursor: '10',
  inbox: { name: 'Acme support', team: 'Tier 1' },
  conversation_id: '7',
  messages: [],
};

export function fromDesk(id: string, text: string, change: Partial<ChatMessage> = {}): ChatMessage {
  const at = '2026-11-21T10:00:10Z';
  return { id, client_id: null, direction: 'out', author_name: 'Ines', text, at, state: 'sent', ...change };
}

export interface Asked {
  method: string;
  url: string;
  visitor: string | null;
  body: Record<string, unknown> | null;
}

/** One visitor's browser: its storage outlives the sessions in it, as it does a reload. */
export class Browser {
  readonly storage = new PageMemory();
  readonly clock = new StandingClock();
  readonly sockets: RememberingSocket[] = [];
  readonly asked: Asked[] = [];
  /** What the desk answers over HTTP; by default it cannot be reached. */
  answer: (asked: Asked) => Response = () => {
    throw new TypeError('network');
  };
  #ids = 0;

  get socket(): RememberingSocket {
    return this.sockets.at(-1)!;
  }

  get world(): Surroundings {
    return {
      openSocket: () => {
        this.sockets.push(new RememberingSocket());
        return this.socket;
      },
      storage: this.storage,
      clock: this.clock,
      fetch: async (url, init) => this.#fetch(url, init),
      random: () => 0.5,
      newId: () => `c-${(this.#ids += 1)}`,
    };
  }

  visit(): Visit {
    return new Visit(this);
  }

  /** Fail to connect as often as it takes for the session to turn to HTTP. */
  async denySockets(): Promise<void> {
    for (let failure = 0; failure < 3; failure += 1) {
      this.socket.cut();
      if (failure < 2) await this.clock.advance(5_000);
    }
    await settled();
  }

  #fetch(url: string, init: RequestInit = {}): Response {
    const headers = new Headers(init.headers);
    const body = typeof init.body === 'string' ? (JSON.parse(init.body) as Record<string, unknown>) : null;
    const asked = { method: init.method ?? 'GET', url, visitor: headers.get('X-Visitor'), body };
    this.asked.push(asked);
    return this.answer(asked);
  }
}

/** One page's session and what it last showed. */
export class Visit {
  readonly session: ChatSession;
  view: View;

  constructor(browser: Browser) {
    const place = { inboxKey: 'site', socketUrl: 'ws://desk/ws/chat/site', httpUrl: '/api/v1/chat/site/messages', locale: 'de' };
    this.session = new ChatSession(place, browser.world, (view) => (this.view = view));
    this.view = this.session.view;
    this.session.start();
  }

  /** Each line as `text: state`. */
  get shown(): string[] {
    return this.view.lines.map((line) => `${line.text}: ${line.state}`);
  }
}
