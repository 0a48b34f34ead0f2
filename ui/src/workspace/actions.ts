/** The verbs of an agent on a case: shown at once, taken back when the server refuses, undone by `Z`. */
import type { Agent, Case, CaseRow, CaseStatus, ChangedCase, Id, Message, Named, Priority } from '../shared/api';
import { dayAndTime } from '../shared/format';
import { patch, post, remove } from '../shared/http';
import { go, place } from '../shared/router';
import { t } from '../shared/text';
import { get as read } from 'svelte/store';
import { cases } from './cases';
import { complain, follow, toast } from './toasts';
import { isOpen } from './views';

/** The address of a case within the view that is shown. */
export function caseHref(id: Id | null): string {
  const view = read(cases.list).view;
  return id ? `/inbox/${view}/${id}` : `/inbox/${view}`;
}

const isShown = (id: Id): boolean => read(place).parts[2] === id;

async function undoActivity(id: Id, activity_id: Id): Promise<void> {
  cases.keep(await cases.changed(id, () => post<Case>(`/cases/${id}/undo`, { activity_id })));
  cases.comeBack(id);
  cases.recount();
  toast(t.did.undone);
}

interface Change {
  shown: Partial<CaseRow>;
  ask: () => Promise<ChangedCase>;
  said: string;
  /** Go on to the next case when this one leaves the view. */
  moveOn?: boolean;
}

const change = (id: Id, what: Change): Promise<void> => follow(carryOut(id, what));

async function carryOut(id: Id, { shown, ask, said, moveOn }: Change): Promise<void> {
  const wasInView = cases.isInView(id);
  const takeBack = cases.alter(id, shown);
  const next = moveOn && wasInView && !cases.isInView(id) ? { id: cases.leave(id) } : null;
  if (next && isShown(id)) go(caseHref(next.id));
  try {
    const changed = await cases.changed(id, ask);
    cases.keep(changed);
    const activity = changed.activity_id;
    toast(said, activity ? { undo: () => undoActivity(id, activity) } : {});
  } catch (reason) {
    takeBack();
    cases.comeBack(id);
    complain(reason);
  }
  cases.recount();
}

export const assign = (id: Id, agent: Agent | Named | null): Promise<void> =>
  change(id, {
    shown: { assignee: agent && { id: agent.id, name: agent.name } },
    ask: () => post<ChangedCase>(`/cases/${id}/assign`, { agent_id: agent?.id ?? null }),
    said: agent ? t.did.assigned(agent.name) : t.did.unassigned,
  });

/** Hand a case to a team; whoever in it owns it next is the team's affair. */
export const assignTeam = (id: Id, team: Named): Promise<void> =>
  change(id, {
    shown: { team: { id: team.id, name: team.name }, assignee: null },
    ask: () => post<ChangedCase>(`/cases/${id}/assign`, { agent_id: null, team_id: team.id }),
    said: t.did.assignedTeam(team.name),
  });

export const setStatus = (id: Id, status: CaseStatus): Promise<void> =>
  change(id, {
    shown: { status },
    ask: () => post<ChangedCase>(`/cases/${id}/status`, { status }),
    said: status === 'resolved' ? t.did.resolved : t.did.status(t.status[status]),
    moveOn: status === 'resolved',
  });

/** Resolve what is open, reopen what is not. */
export function resolveOrReopen(row: CaseRow): Promise<void> {
  return isOpen(row) || row.status === 'snoozed' ? setStatus(row.id, 'resolved') : setStatus(row.id, 'open');
}

export const setPriority = (id: Id, priority: Priority): Promise<void> =>
  change(id, {
    shown: { priority },
    ask: () => post<ChangedCase>(`/cases/${id}/priority`, { priority }),
    said: t.did.priority(t.priority[priority]),
  });

export function toggleTag(row: CaseRow, tag: string): Promise<void> {
  const has = row.tags.includes(tag);
  return change(row.id, {
    shown: { tags: has ? row.tags.filter((each) => each !== tag) : [...row.tags, tag] },
    ask: () => post<ChangedCase>(`/cases/${row.id}/tags`, has ? { add: [], remove: [tag] } : { add: [tag], remove: [] }),
    said: has ? t.did.untagged(tag) : t.did.tagged(tag),
  });
}

export const snooze = (id: Id, until: Date): Promise<void> =>
  change(id, {
    shown: { status: 'snoozed', snoozed_until: until.toISOString() },
    ask: () => post<ChangedCase>(`/cases/${id}/snooze`, { until: until.toISOString() }),
    said: t.did.snoozed(dayAndTime(until.toISOString())),
    moveOn: true,
  });

export const wake = (id: Id): Promise<void> =>
  change(id, {
    shown: { status: 'open', snoozed_until: null },
    ask: () => remove<ChangedCase>(`/cases/${id}/snooze`),
    said: t.did.woken,
  });

export const rename = (id: Id, title: string): Promise<void> =>
  change(id, { shown: { title }, ask: () => patch<ChangedCase>(`/cases/${id}`, { title }), said: t.did.renamed });

/** Tell the server how far we have read; the row stops being bold at once. */
export async function markSeen(id: Id, message_id: Id): Promise<void> {
  const takeBack = cases.alter(id, { is_unread: false });
  try {
    await cases.changed(id, () => post(`/cases/${id}/seen`, { message_id }));
  } catch {
    takeBack();
  }
}

/** Raises Problem `reply.too_late` once the message is on its way. */
export const undoMessage = (id: Id): Promise<Message> => post<Message>(`/messages/${id}/undo`);
export const retryMessage = (id: Id): Promise<Message> => post<Message>(`/messages/${id}/retry`);
