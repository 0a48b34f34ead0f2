/** Cases in the browser: one record per id, the lists that name them, and the quiet way live changes enter a list. */
import { get as read, writable } from 'svelte/store';
import type { Case, CaseCounts, CaseRow, Id, Page } from '../shared/api';
import { get } from '../shared/http';
import { myId } from './session';
import { belongs, movedAt, queryOf, type Sort, type View } from './views';

export interface List {
  view: View;
  sort: Sort;
  ids: Id[];
  /** Cases that would be at the top by now; they wait until nobody looks at the list or asks for them. */
  waiting: Id[];
  next: string | null;
  status: 'loading' | 'ready' | 'failed';
  isLoadingMore: boolean;
}

const PAGE = 50;
const MOST_IDS = 100;
const KEPT_DETAILS = 50;

const emptyList = (view: View, sort: Sort): List => ({
  view,
  sort,
  ids: [],
  waiting: [],
  next: null,
  status: 'loading',
  isLoadingMore: false,
});

export class Cases {
  readonly rows = writable<Map<Id, CaseRow>>(new Map());
  readonly details = writable<Map<Id, Case>>(new Map());
  readonly list = writable<List>(emptyList('mine', 'newest'));
  readonly counts = writable<CaseCounts | null>(null);
  private readonly cached = new Map<string, List>();
  private readonly places = new Map<Id, number>();
  private countTimer: ReturnType<typeof setTimeout> | undefined;
  private isHeld = false;
  /** Our own changes that are on their way, by case; and when the last one came back, on a clock of questions and answers. */
  private readonly changing = new Map<Id, number>();
  private readonly changedAt = new Map<Id, number>();
  private readonly passedOver = new Set<Id>();
  private ticks = 0;

  /** The case that is open on the screen; it never vanishes from the list by itself. */
  openId: Id | null = null;

  row(id: Id): CaseRow | undefined {
    return read(this.rows).get(id);
  }

  detail(id: Id): Case | undefined {
    return read(this.details).get(id);
  }

  /** Show a view: what is cached at once, then what the server says. */
  async show(view: View, sort: Sort): Promise<void> {
    const key = `${view}/${sort}`;
    const current = read(this.list);
    this.cached.set(`${current.view}/${current.sort}`, current);
    this.list.set(this.cached.get(key) ?? emptyList(view, sort));
    await this.reload();
  }

  /** Ask for the first page again; the rest is scrolled to anew. */
  async reload(): Promise<void> {
    const { view, sort } = read(this.list);
    const askedAt = ++this.ticks;
    try {
      const page = await get<Page<CaseRow>>('/cases', { ...queryOf(view), sort, limit: PAGE });
      const old = new Set(page.items.map((row) => row.id).filter((id) => this.isOldNews(id, askedAt)));
      this.put(page.items.filter((row) => !old.has(row.id)));
      this.change(view, sort, (list) => ({
        ...list,
        ids: page.items.map((row) => row.id).filter((id) => !old.has(id) || this.isInView(id)),
        waiting: [],
        next: page.next,
        status: 'ready',
      }));
    } catch {
      this.change(view, sort, (list) => ({ ...list, status: list.ids.length ? 'ready' : 'failed' }));
    }
  }

  async more(): Promise<void> {
    const { view, sort, next, isLoadingMore } = read(this.list);
    if (!next || isLoadingMore) return;
    this.change(view, sort, (list) => ({ ...list, isLoadingMore: true }));
    try {
      const page = await get<Page<CaseRow>>('/cases', { ...queryOf(view), sort, limit: PAGE, cursor: next });
      this.put(page.items);
      this.change(view, sort, (list) => {
        const known = new Set(list.ids);
        const fresh = page.items.map((row) => row.id).filter((id) => !known.has(id));
        return { ...list, ids: [...list.ids, ...fresh], next: page.next, isLoadingMore: false };
      });
    } catch {
      this.change(view, sort, (list) => ({ ...list, isLoadingMore: false }));
    }
  }

  /** Fetch one case in full. Raises Problem. */
  async open(id: Id): Promise<Case> {
    const askedAt = ++this.ticks;
    const found = await get<Case>(`/cases/${id}`);
    const known = this.detail(id);
    if (known && this.isOldNews(id, askedAt)) return known;
    this.keep(found);
    return found;
  }

  /** Change a case on the server. What was asked about it before the answer came is old news by then, and passed over. */
  async changed<Answer>(id: Id, ask: () => Promise<Answer>): Promise<Answer> {
    this.changing.set(id, (this.changing.get(id) ?? 0) + 1);
    try {
      return await ask();
    } finally {
      const left = (this.changing.get(id) ?? 1) - 1;
      if (left) this.changing.set(id, left);
      else this.changing.delete(id);
      this.changedAt.set(id, ++this.ticks);
      if (!left && this.passedOver.delete(id)) this.touch([id]).catch(() => undefined);
    }
  }

  /** Take a case in full into the records. */
  keep(found: Case): void {
    this.details.update((before) => {
      // A new map each time: the screen may pass over a change inside one that it has drawn already.
      const all = new Map(before);
      all.delete(found.id);
      all.set(found.id, found);
      if (all.size > KEPT_DETAILS) all.delete(all.keys().next().value as Id);
      return all;
    });
    this.put([found]);
  }

  put(rows: CaseRow[]): void {
    this.rows.update((before) => {
      const all = new Map(before);
      for (const row of rows) all.set(row.id, row);
      return all;
    });
  }

  /** Change a case on the screen before the server has agreed; returns the way back. */
  alter(id: Id, change: Partial<CaseRow>): () => void {
    const row = this.row(id);
    const detail = this.detail(id);
    if (row) this.put([{ ...row, ...change }]);
    if (detail) this.keep({ ...detail, ...change });
    return () => {
      if (row) this.put([row]);
      if (detail) this.keep(detail);
    };
  }

  /** Take what the feed says has changed: fetch those rows and let them find their place. */
  async touch(ids: Id[]): Promise<void> {
    for (let start = 0; start < ids.length; start += MOST_IDS) {
      const chunk = ids.slice(start, start + MOST_IDS);
      const askedAt = ++this.ticks;
      const page = await get<Page<CaseRow>>('/cases', { ids: chunk.join(','), limit: MOST_IDS });
      const news = page.items.filter((row) => !this.isOldNews(row.id, askedAt));
      const before = new Map(chunk.map((id) => [id, this.row(id)]));
      this.put(news);
      for (const row of news) this.arrange(row, before.get(row.id));
      await this.askAgain(page.items.filter((row) => !news.includes(row)).map((row) => row.id));
    }
  }

  /** While the list has focus, hover or is scrolled down, nothing in it moves. */
  hold(isHeld: boolean): void {
    if (this.isHeld === isHeld) return;
    this.isHeld = isHeld;
    if (!isHeld) this.settle();
  }

  /** Let what waits come in, and what has left go. */
  settle(): void {
    this.list.update((list) => {
      const isHere = (id: Id): boolean => {
        const row = this.row(id);
        return id === this.openId || (row !== undefined && belongs(row, list.view, myId()));
      };
      const raised = new Set(list.waiting.filter(isHere));
      const rest = list.ids.filter((id) => !raised.has(id) && isHere(id));
      const top = [...raised].sort((a, b) => (this.moved(a) < this.moved(b) ? 1 : -1));
      return { ...list, ids: [...top, ...rest], waiting: [] };
    });
  }

  /** Our own action sent a case out of this view: it goes at once. Returns its neighbour, the next to be opened. */
  leave(id: Id): Id | null {
    const { ids } = read(this.list);
    const index = ids.indexOf(id);
    if (index < 0) return null;
    this.places.set(id, index);
    const neighbour = ids[index + 1] ?? ids[index - 1] ?? null;
    this.list.update((list) => ({ ...list, ids: list.ids.filter((each) => each !== id) }));
    return neighbour;
  }

  /** Put a case back where it stood, after an undo. */
  comeBack(id: Id): void {
    const index = this.places.get(id);
    this.places.delete(id);
    const row = this.row(id);
    this.list.update((list) => {
      if (list.ids.includes(id) || !row || !belongs(row, list.view, myId())) return list;
      const ids = [...list.ids];
      ids.splice(Math.min(index ?? 0, ids.length), 0, id);
      return { ...list, ids };
    });
  }

  isInView(id: Id): boolean {
    const row = this.row(id);
    return row !== undefined && belongs(row, read(this.list).view, myId());
  }

  /** Ask for the counts soon; many asks become one. */
  recount(): void {
    clearTimeout(this.countTimer);
    this.countTimer = setTimeout(() => {
      get<CaseCounts>('/cases/counts').then(
        (counts) => this.counts.set(counts),
        () => undefined,
      );
    }, 250);
  }

  /** The neighbour of a case in the list, `step` rows away, staying inside it. */
  neighbour(id: Id | null, step: number): Id | null {
    const { ids } = read(this.list);
    if (!ids.length) return null;
    const index = id ? ids.indexOf(id) : -1;
    if (index < 0) return ids[0] ?? null;
    return ids[Math.max(0, Math.min(ids.length - 1, index + step))] ?? null;
  }

  /** The last case that the list has so far. */
  last(): Id | null {
    return read(this.list).ids.at(-1) ?? null;
  }

  private isOldNews(id: Id, askedAt: number): boolean {
    return this.changing.has(id) || (this.changedAt.get(id) ?? 0) > askedAt;
  }

  /** What was passed over is asked for again: now, or when our change has come back. */
  private async askAgain(ids: Id[]): Promise<void> {
    for (const id of ids) if (this.changing.has(id)) this.passedOver.add(id);
    const free = ids.filter((id) => !this.changing.has(id));
    if (free.length) await this.touch(free);
  }

  private moved(id: Id): string {
    const row = this.row(id);
    return row ? movedAt(row) : '';
  }

  private arrange(row: CaseRow, before: CaseRow | undefined): void {
    const list = read(this.list);
    const isListed = list.ids.includes(row.id);
    const isHere = belongs(row, list.view, myId());
    const hasSpoken = row.last_message?.id !== before?.last_message?.id && row.last_message?.direction === 'in';
    if (isHere && list.sort === 'newest' && list.ids[0] !== row.id && (!isListed || hasSpoken)) {
      this.list.update((was) => ({ ...was, waiting: [...new Set([...was.waiting, row.id])] }));
    } else if (isHere && !isListed && list.sort !== 'newest' && list.next === null) {
      this.list.update((was) => ({ ...was, ids: [...was.ids, row.id] }));
    }
    if (!this.isHeld) this.settle();
  }

  private change(view: View, sort: Sort, change: (list: List) => List): void {
    this.list.update((list) => (list.view === view && list.sort === sort ? change(list) : list));
  }
}

export const cases = new Cases();
