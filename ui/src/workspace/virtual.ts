/** A window onto a long list of rows of one height: which of them are to be drawn, and where. */
import { elementScroll, observeElementOffset, observeElementRect, Virtualizer, type VirtualItem } from '@tanstack/virtual-core';
import { writable } from 'svelte/store';

export interface Window {
  items: VirtualItem[];
  height: number;
}

/** Follows one scrolling element; tell it the count whenever the list changes. */
export class RowWindow {
  readonly window = writable<Window>({ items: [], height: 0 });
  private readonly virtualizer: Virtualizer<HTMLElement, HTMLElement>;
  private readonly unmount: () => void;

  constructor(
    private readonly element: HTMLElement,
    private readonly rowHeight: number,
  ) {
    this.virtualizer = new Virtualizer(this.options(0));
    this.unmount = this.virtualizer._didMount();
    this.virtualizer._willUpdate();
  }

  count(count: number): void {
    this.virtualizer.setOptions(this.options(count));
    this.virtualizer._willUpdate();
    this.virtualizer.measure();
    this.tell();
  }

  reveal(index: number): void {
    this.virtualizer.scrollToIndex(index, { align: 'auto' });
  }

  stop(): void {
    this.unmount();
  }

  private options(count: number) {
    return {
      count,
      getScrollElement: () => this.element,
      estimateSize: () => this.rowHeight,
      overscan: 6,
      scrollToFn: elementScroll,
      observeElementRect,
      observeElementOffset,
      onChange: () => this.tell(),
    };
  }

  private tell(): void {
    this.window.set({ items: this.virtualizer.getVirtualItems(), height: this.virtualizer.getTotalSize() });
  }
}
