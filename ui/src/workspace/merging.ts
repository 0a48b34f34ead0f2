/** Answers to "are these the same person?", and the way back from a merge. */
import type { FeedEvent, Id } from '../shared/api';
import { post } from '../shared/http';
import { t } from '../shared/text';
import { toast } from './toasts';

/** Whether entries may have left a timeline since: customers were joined or parted, or nobody knows what was missed. */
export const mayHaveParted = (event: FeedEvent | null): boolean => event === null || ['customers.merged', 'merge.undone'].includes(event.kind);

export type Answer = 'same' | 'different' | 'skip';

/** Split again, exactly as it was; `then` looks anew. */
export async function undoMerge(linkId: Id, then: () => Promise<void>): Promise<void> {
  await post(`/merges/${linkId}/undo`);
  toast(t.did.unmerged);
  await then();
}

/** Answer a proposal and offer the way back where there is one. */
export async function answerProposal(id: Id, answer: Answer, otherName: string, then: () => Promise<void>): Promise<void> {
  const { link_id } = await post<{ link_id: Id | null }>(`/proposals/${id}/answer`, { answer });
  if (link_id) toast(t.did.merged(otherName), { undo: () => undoMerge(link_id, then) });
  else toast(t.did.answered[answer]);
}
