/** Carries messages over HTTP in rounds while no WebSocket can be had: post what waits, then ask what is new. */
import { backoff } from './backoff';
import type { Fallback, Polled, Posted } from './fallback';
import type { Pending } from './keepsake';
import type { Surroundings } from './surroundings';

/** Milliseconds between two questions while the frame is open. */
const ASK_EVERY = 4_000;

/** A number is a failure: the milliseconds that the desk asked us to wait (0: it did not say). */
type Outcome = 'idle' | 'reached' | number;

export interface CourierEvents {
  /** The next message to hand in, or null. */
  next(): Pending | null;
  /** Who asks and since when; null while nobody looks or nothing was ever said. */
  question(): { visitor: string; since: string | null } | null;
  visitor(): string | null;
  onPosted(pending: Pending, answer: Exclude<Posted, { kind: 'later' }>): void;
  onPolled(answer: Exclude<Polled, { kind: 'later' }>): void;
  /** Whether a round that had something to say or to ask reached the desk. */
  onRound(hasReached: boolean): void;
}

export class Courier {
  readonly #fallback: Fallback;
  readonly #world: Surroundings;
  readonly #events: CourierEvents;
  #isOn = false;
  #isBusy = false;
  #failures = 0;
  #cancelTimer: () => void = () => undefined;

  constructor(fallback: Fallback, world: Surroundings, events: CourierEvents) {
    this.#fallback = fallback;
    this.#world = world;
    this.#events = events;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  start(): void {
    this.#isOn = true;
    this.wake();
  }

  stop(): void {
    this.#isOn = false;
    this.#failures = 0;
    this.#cancelTimer();
  }

  /** Make a round now, unless one is under way (it will see what is new) or the desk asked for patience. */
  wake(): void {
    if (!this.#isOn || this.#isBusy || this.#failures > 0) return;
    this.#cancelTimer();
    void this.#round();
  }

  async #round(): Promise<void> {
    this.#isBusy = true;
    const handedIn = await this.#handIn();
    const outcome = typeof handedIn === 'number' ? handedIn : await this.#ask(handedIn);
    this.#isBusy = false;
    if (!this.#isOn) return;
    const hasFailed = typeof outcome === 'number';
    this.#failures = hasFailed ? this.#failures + 1 : 0;
    if (outcome !== 'idle') this.#events.onRound(!hasFailed);
    const wait = hasFailed ? Math.max(outcome, backoff(this.#failures, this.#world.random)) : this.#pause();
    if (wait !== null && this.#isOn) this.#cancelTimer = this.#world.clock.after(wait, () => void this.#round());
  }

  async #handIn(): Promise<Outcome> {
    let outcome: Outcome = 'idle';
    for (let pending = this.#events.next(); pending && this.#isOn; pending = this.#events.next()) {
      const answer = await this.#fallback.post(this.#events.visitor(), pending);
      if (answer.kind === 'later') return answer.wait;
      this.#events.onPosted(pending, answer);
      outcome = 'reached';
    }
    return outcome;
  }

  async #ask(otherwise: Outcome): Promise<Outcome> {
    const question = this.#events.question();
    if (!question || !this.#isOn) return otherwise;
    const answer = await this.#fallback.poll(question.visitor, question.since);
    if (answer.kind === 'later') return answer.wait;
    if (this.#isOn) this.#events.onPolled(answer);
    return 'reached';
  }

  /** A closed frame asks nothing; `wake` begins again when it opens or when something is to be sent. */
  #pause(): number | null {
    if (this.#events.next()) return 0;
    return this.#events.question() ? ASK_EVERY : null;
  }
}
