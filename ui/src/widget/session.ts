/** One visitor's chat with one inbox: keeps until acknowledged, resumes after loss, shows each message once. */
import { Courier } from './courier';
import { Fallback } from './fallback';
import { Introduction, known } from './introduction';
import { Keepsake, type Contact, type Pending, type Snapshot } from './keepsake';
import { Link } from './link';
import { Outgoing } from './outgoing';
import type { Place, Surroundings } from './surroundings';
import { Thread, type Line } from './thread';
import { TEXT_LIMIT, lengthOf, type ChatMessage, type FromServer, type InboxCard, type Welcome } from './wire';

const FAILURES_BEFORE_HTTP = 3;
const ACK_WITHIN = 15_000;
const BANNER_AFTER = 1_500;
const TYPING_EVERY = 3_000;
const TYPING_FADES = 6_000;

/** `polling` works, more slowly; `lost` is shown once the loss has lasted; `gone` will not come back by itself. */
export type Connection = 'connecting' | 'live' | 'polling' | 'lost' | 'gone';

export interface View {
  connection: Connection;
  inbox: InboxCard | null;
  lines: Line[];
  typing: string | null;
  unread: number;
  /** A refusal that belongs to no message. */
  notice: string | null;
  contact: Contact | null;
  /** Asked late: only once a message has gone out, and not again after a no. */
  mayAskForEmail: boolean;
}

export class ChatSession {
  readonly #place: Place;
  readonly #world: Surroundings;
  readonly #onChange: (view: View) => void;
  readonly #keepsake: Keepsake;
  readonly #outgoing: Outgoing;
  readonly #thread = new Thread();
  readonly #link: Link;
  readonly #courier: Courier;
  readonly #introduction = new Introduction();
  readonly #unsentReads = new Set<string>();
  #kept: Omit<Snapshot, 'messages'>;
  #inFlight: string | null = null;
  #greetedSince: string | null = null;
  #isOpen = false;
  #isLost = false;
  #isGone = false;
  #hasReachedByHttp = false;
  #typing: string | null = null;
  #notice: string | null = null;
  #typedAt = -Infinity;
  #cancelAck: () => void = () => undefined;
  #cancelBanner: (() => void) | null = null;
  #cancelTyping: () => void = () => undefined;

  constructor(place: Place, world: Surroundings, onChange: (view: View) => void) {
    this.#place = place;
    this.#world = world;
    this.#onChange = onChange;
    this.#keepsake = new Keepsake(world.storage, place.inboxKey);
    const { messages, ...kept } = this.#keepsake.snapshot();
    this.#kept = kept;
    for (const message of messages) this.#thread.take(message);
    this.#outgoing = new Outgoing(this.#keepsake);
    this.#link = new Link(place.socketUrl, world, {
      greeting: () => this.#greeting(),
      onFrame: (frame) => this.#take(frame),
      onLoss: () => this.#lose(),
    });
    this.#courier = new Courier(new Fallback(place.httpUrl, world.fetch), world, {
      next: () => this.#outgoing.next(this.#kept.contact),
      visitor: () => this.#kept.visitor,
      question: () =>
        this.#isOpen && this.#kept.visitor !== null ? { visitor: this.#kept.visitor, since: this.#kept.cursor } : null,
      onPosted: (pending, answer) => {
        if (answer.kind === 'taken') this.#kept.visitor = answer.visitor;
        if (answer.kind === 'taken') this.#settle(pending.client_id, answer.message_id, answer.at);
        else this.#refuse(pending.client_id, answer.detail);
        this.#changed();
      },
      onPolled: (answer) => {
        if (answer.kind === 'gone') return this.#leave();
        for (const message of answer.messages) this.#admit(message);
        this.#kept.cursor = answer.cursor;
        this.#changed();
      },
      onRound: (hasReached) => {
        this.#hasReachedByHttp = hasReached;
        this.#changed();
      },
    });
  }

  get view(): View {
    const lines = this.#thread.lines(this.#outgoing.all);
    return {
      connection: this.#connection,
      inbox: this.#kept.inbox,
      lines,
      typing: this.#typing,
      unread: lines.filter((line) => line.direction === 'out' && line.state !== 'read').length,
      notice: this.#notice,
      contact: this.#kept.contact,
      mayAskForEmail: !this.#kept.has_declined_email && lines.some((line) => line.direction === 'in'),
    };
  }

  start(): void {
    this.#awaitLink();
    this.#link.start();
    this.#changed();
  }

  stop(): void {
    this.#link.stop();
    this.#courier.stop();
    for (const cancel of [this.#cancelAck, this.#cancelBanner, this.#cancelTyping]) cancel?.();
  }

  /** Try now: the network is back, or the visitor looks again. */
  wake(): void {
    if (this.#isGone) return;
    this.#link.start();
    this.#courier.wake();
  }

  /** Give the line up at once: the browser says that it has no network, which a socket notices much later. */
  doubt(): void {
    this.#link.drop();
  }

  /** Say whether the frame is on the visitor's screen: over HTTP nothing is asked while it is not. */
  setOpen(isOpen: boolean): void {
    this.#isOpen = isOpen;
    if (isOpen) this.wake();
  }

  /** Send what the visitor wrote; return false, and keep nothing, when it is empty or too long. */
  send(text: string): boolean {
    const trimmed = text.trim();
    if (!trimmed || lengthOf(trimmed) > TEXT_LIMIT) return false;
    this.#outgoing.add({ client_id: this.#world.newId(), text: trimmed, at: this.#world.clock.now() });
    this.#notice = null;
    this.#typedAt = -Infinity;
    this.#flush();
    this.#changed();
    return true;
  }

  /** Send a refused message once more, under the same id. */
  retry(clientId: string): void {
    this.#outgoing.renew(clientId);
    this.#flush();
    this.#changed();
  }

  /** Forget a refused message. */
  discard(clientId: string): void {
    this.#remove(clientId);
    this.#changed();
  }

  /** Keep the address, and tell the desk: with what is on its way, or at once where nothing is. */
  giveContact(name: string, email: string): void {
    this.#kept.contact = { name: name.trim(), email: email.trim(), is_known_to_desk: false };
    this.#introduction.forget();
    this.#flush();
    this.#changed();
  }

  declineEmail(): void {
    this.#kept.has_declined_email = true;
    this.#changed();
  }

  /** Tell the desk that the visitor is writing, at most every three seconds. */
  reportTyping(): void {
    const now = this.#world.clock.now();
    if (now - this.#typedAt < TYPING_EVERY) return;
    if (this.#link.send({ type: 'typing' })) this.#typedAt = now;
  }

  /** Note that the visitor has seen a message of the desk; told as soon as a socket is there. */
  reportRead(messageId: string): void {
    const message = this.#thread.messages.find((known) => known.id === messageId);
    if (message?.direction !== 'out' || message.state === 'read') return;
    this.#thread.take({ ...message, state: 'read' });
    this.#unsentReads.add(messageId);
    this.#flushReads();
    this.#changed();
  }

  get #connection(): Connection {
    if (this.#isGone) return 'gone';
    if (this.#link.isUp) return 'live';
    if (this.#courier.isOn && this.#hasReachedByHttp) return 'polling';
    return this.#isLost ? 'lost' : 'connecting';
  }

  #greeting() {
    // Another tab may have met the desk in the meantime: one browser is one visitor.
    this.#kept.visitor ??= this.#keepsake.snapshot().visitor;
    this.#greetedSince = this.#kept.cursor;
    const { visitor, cursor } = this.#kept;
    return { type: 'hello', visitor, since: cursor, page_locale: this.#place.locale } as const;
  }

  #take(frame: FromServer): void {
    if (frame.type === 'welcome') this.#greet(frame);
    // The cursor moves with what was told, never with an acknowledgement: a message of the desk may still be on its way.
    if (frame.type === 'ack') this.#settle(frame.client_id, frame.message_id, frame.at);
    if (frame.type === 'message') {
      this.#admit(frame.message);
      this.#kept.cursor = frame.cursor;
    }
    if (frame.type === 'contact_kept' && this.#kept.contact) this.#kept.contact = known(this.#kept.contact);
    if (frame.type === 'refused') this.#refuse(frame.client_id, frame.detail);
    if (frame.type === 'typing') this.#showTyping(frame.name);
    this.#flush();
    this.#changed();
  }

  #greet(welcome: Welcome): void {
    this.#courier.stop();
    this.#cancelBanner?.();
    this.#cancelBanner = null;
    this.#isLost = this.#hasReachedByHttp = false;
    this.#notice = null;
    const known = this.#kept.conversation_id;
    const isOther = this.#greetedSince !== null && known !== null && known !== welcome.conversation_id;
    this.#kept = { ...this.#kept, visitor: welcome.visitor, inbox: welcome.inbox, conversation_id: welcome.conversation_id };
    if (isOther) {
      // What we hold belongs to a conversation that the desk no longer means: begin with its own account of things.
      this.#thread.clear();
      this.#kept.cursor = null;
      this.#link.restart();
      return;
    }
    for (const message of welcome.messages) this.#admit(message);
    this.#kept.cursor = welcome.cursor;
    this.#flushReads();
  }

  #admit(message: ChatMessage): void {
    if (message.client_id !== null) this.#remove(message.client_id);
    const isNew = this.#thread.take(message);
    if (isNew && message.direction === 'out') this.#showTyping(null);
  }

  #settle(clientId: string, messageId: string, at: string): void {
    const pending = this.#remove(clientId);
    if (!pending) return;
    const { client_id, text, name } = pending;
    this.#thread.take({ id: messageId, client_id, direction: 'in', author_name: name ?? '', text, at, state: 'sent' });
  }

  #refuse(clientId: string | null, detail: string): void {
    if (clientId === null) {
      this.#notice = detail;
      return;
    }
    this.#landed(clientId);
    this.#outgoing.refuse(clientId, detail);
  }

  /** Hand over the oldest waiting message; one at a time, so that what was written first arrives first. */
  #flush(): void {
    if (this.#courier.isOn) return this.#courier.wake();
    if (this.#inFlight !== null || !this.#link.isUp) return;
    const pending = this.#outgoing.next(this.#kept.contact);
    if (!pending) return this.#introduce();
    const { client_id, text, name, email } = pending;
    this.#inFlight = client_id;
    this.#link.send({ type: 'message', client_id, text, ...(name && { name }), ...(email && { email }) });
    this.#cancelAck = this.#world.clock.after(ACK_WITHIN, () => this.#link.drop());
  }

  #introduce(): void {
    const frame = this.#introduction.next(this.#kept.contact, this.#thread.messages.some(({ direction }) => direction === 'in'));
    if (frame && this.#link.send(frame)) this.#introduction.begin();
  }

  #flushReads(): void {
    for (const id of this.#unsentReads) {
      if (this.#link.send({ type: 'read', message_id: id })) this.#unsentReads.delete(id);
    }
  }

  #remove(clientId: string): Pending | null {
    this.#landed(clientId);
    const pending = this.#outgoing.remove(clientId);
    const contact = this.#kept.contact;
    if (pending?.email && contact && pending.email === contact.email) {
      this.#kept.contact = known(contact);
    }
    return pending;
  }

  #landed(clientId: string): void {
    if (this.#inFlight !== clientId) return;
    this.#inFlight = null;
    this.#cancelAck();
  }

  #lose(): void {
    this.#inFlight = null;
    this.#introduction.forget();
    this.#cancelAck();
    this.#showTyping(null);
    this.#awaitLink();
    if (this.#link.failures >= FAILURES_BEFORE_HTTP && !this.#courier.isOn) this.#courier.start();
    this.#changed();
  }

  #awaitLink(): void {
    if (this.#cancelBanner) return;
    this.#cancelBanner = this.#world.clock.after(BANNER_AFTER, () => {
      this.#isLost = true;
      this.#changed();
    });
  }

  #leave(): void {
    this.#isGone = true;
    this.stop();
    this.#changed();
  }

  #showTyping(name: string | null): void {
    this.#cancelTyping();
    this.#typing = name;
    if (name === null) return;
    this.#cancelTyping = this.#world.clock.after(TYPING_FADES, () => {
      this.#typing = null;
      this.#changed();
    });
  }

  #changed(): void {
    this.#keepsake.keep({ ...this.#kept, messages: [...this.#thread.messages] });
    this.#onChange(this.view);
  }
}
