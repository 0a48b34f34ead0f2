/** What was typed and not sent, per agent, case and mode, kept in this browser. */
import { writable } from 'svelte/store';
import type { Attachment, Person } from '../shared/api';
import { keep, kept, keptNames } from '../shared/kept';
import { myId } from './session';

export type Mode = 'reply' | 'note';

export interface Draft {
  text: string;
  subject: string | null;
  option: string | null;
  attachments: Attachment[];
  /** Nothing while Cc is as it was proposed. */
  cc?: Person[] | null;
  bcc?: Person[];
  at: string;
}

const name = (caseId: string, mode: Mode): string => `draft.${myId()}.${caseId}.${mode}`;

/** First words of the draft by case, for the list. */
export const draftsByCase = writable<Map<string, string>>(new Map());

export function findDraft(caseId: string, mode: Mode): Draft | null {
  const text = kept(name(caseId, mode));
  if (!text) return null;
  try {
    return JSON.parse(text) as Draft;
  } catch {
    return null;
  }
}

function tell(caseId: string): void {
  const text = (findDraft(caseId, 'reply') ?? findDraft(caseId, 'note'))?.text.trim() ?? '';
  draftsByCase.update((all) => {
    const next = new Map(all);
    if (text) next.set(caseId, text.slice(0, 120));
    else next.delete(caseId);
    return next;
  });
}

/** Keep a draft, or forget it once it is empty. */
export function keepDraft(caseId: string, mode: Mode, draft: Draft): void {
  const isEmpty = !draft.text.trim() && !draft.attachments.length && !draft.cc && !draft.bcc?.length;
  keep(name(caseId, mode), isEmpty ? null : JSON.stringify(draft));
  tell(caseId);
}

export function dropDraft(caseId: string, mode: Mode): void {
  keep(name(caseId, mode), null);
  tell(caseId);
}

/** Read which cases have drafts of the agent who has just signed in. */
export function findDrafts(): void {
  draftsByCase.set(new Map());
  const prefix = `draft.${myId()}.`;
  for (const each of keptNames(prefix)) tell(each.slice(prefix.length).split('.')[0] ?? '');
}
