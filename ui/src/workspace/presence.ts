/** Who looks at which case, who writes, and what we tell others about ourselves. */
import { derived, get as read, writable } from 'svelte/store';
import type { Id, Presence } from '../shared/api';
import { myId } from './session';

const RENEW_VIEWING = 15_000;
const RENEW_COMPOSING = 3_000;
const COMPOSING_ENDS = 5_000;
const TYPING_ENDS = 5_000;

export const presence = writable<Presence[]>([]);
export const typing = writable<Map<Id, number>>(new Map());

/** Colleagues (never ourselves) by case; someone who writes is not also listed as viewing. */
export const colleagues = derived(presence, (list) => {
  const byCase = new Map<Id, { viewing: string[]; composing: string[] }>();
  for (const { agent, case_id, state } of list) {
    if (agent.id === myId()) continue;
    const here = byCase.get(case_id) ?? { viewing: [], composing: [] };
    if (!here[state].includes(agent.name)) here[state].push(agent.name);
    byCase.set(case_id, here);
  }
  for (const here of byCase.values()) here.viewing = here.viewing.filter((name) => !here.composing.includes(name));
  return byCase;
});

/** Note that the customer of a case is typing, for the next five seconds. */
export function customerTypes(caseId: Id): void {
  const until = Date.now() + TYPING_ENDS;
  typing.update((all) => new Map(all).set(caseId, until));
  setTimeout(() => {
    if ((read(typing).get(caseId) ?? 0) > Date.now()) return;
    typing.update((all) => {
      const next = new Map(all);
      next.delete(caseId);
      return next;
    });
  }, TYPING_ENDS + 50);
}

/** Tells the server what we look at, and renews it while the page is visible. */
export class OwnPresence {
  private caseId: Id | null = null;
  private composedAt = 0;
  private isComposing = false;
  private toldAt = 0;
  private readonly timer: ReturnType<typeof setInterval>;

  constructor(private readonly send: (frame: object) => void) {
    this.timer = setInterval(() => this.renew(), 1_000);
  }

  look(caseId: Id | null): void {
    if (caseId === this.caseId) return;
    this.caseId = caseId;
    this.isComposing = false;
    this.tell();
  }

  compose(): void {
    this.composedAt = Date.now();
    if (!this.isComposing || Date.now() - this.toldAt > RENEW_COMPOSING) {
      this.isComposing = true;
      this.tell();
    }
  }

  /** Say it again, after the line came back. */
  tell(): void {
    this.toldAt = Date.now();
    this.send({ type: 'presence', case_id: this.caseId, state: this.isComposing ? 'composing' : 'viewing' });
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private renew(): void {
    if (!this.caseId || document.hidden) return;
    if (this.isComposing && Date.now() - this.composedAt > COMPOSING_ENDS) {
      this.isComposing = false;
      this.tell();
    } else if (Date.now() - this.toldAt > RENEW_VIEWING) this.tell();
  }
}
