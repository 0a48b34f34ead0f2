/** What the visitor wrote and the desk has not yet acknowledged, in order; kept in the browser as well. */
import type { Contact, Keepsake, Pending } from './keepsake';

export class Outgoing {
  readonly #keepsake: Keepsake;
  #pending: readonly Pending[];

  constructor(keepsake: Keepsake) {
    this.#keepsake = keepsake;
    this.#pending = keepsake.pending();
  }

  get all(): readonly Pending[] {
    return this.#pending;
  }

  add(pending: Pending): void {
    this.#pending = [...this.#pending, pending];
    this.#keepsake.keepPending(pending);
  }

  /** Return the oldest message that is not refused, ready to leave: on its first try it carries a contact the desk lacks. */
  next(contact: Contact | null): Pending | null {
    const next = this.#pending.find((pending) => pending.refusal === undefined);
    if (!next) return null;
    // A repeated one may be dropped by the desk as a double, address and all: only a first try may carry it.
    if (next.is_tried) return next;
    const isNews = contact !== null && !contact.is_known_to_desk;
    const carried = isNews ? { name: contact.name || undefined, email: contact.email } : {};
    return this.#amend(next, { ...carried, is_tried: true });
  }

  refuse(clientId: string, refusal: string): void {
    const known = this.#find(clientId);
    if (known) this.#amend(known, { refusal });
  }

  /** Make a refused message ready again: the desk has stored nothing of it, so it may carry a contact anew. */
  renew(clientId: string): void {
    const known = this.#find(clientId);
    if (known) this.#amend(known, { refusal: undefined, is_tried: false, name: undefined, email: undefined });
  }

  /** Take one out and return it, or null when it is not there (a second acknowledgement, say). */
  remove(clientId: string): Pending | null {
    const known = this.#find(clientId);
    this.#pending = this.#pending.filter((pending) => pending !== known);
    this.#keepsake.dropPending(clientId);
    return known;
  }

  #find(clientId: string): Pending | null {
    return this.#pending.find((pending) => pending.client_id === clientId) ?? null;
  }

  #amend(known: Pending, change: Partial<Pending>): Pending {
    const amended = { ...known, ...change };
    this.#pending = this.#pending.map((pending) => (pending === known ? amended : pending));
    this.#keepsake.keepPending(amended);
    return amended;
  }
}
