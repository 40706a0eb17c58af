type Event = { readonly atMs: number; readonly no: number; readonly work: () => void };

/** Time that passes only from event to event. Whatever promises do because of one event they have done before the next. */
export class VirtualTime {
  nowMs = 0;
  readonly #heap: Event[] = [];
  #no = 0;

  /** Does something at a moment, or now if that has passed; what is for one moment happens in the order in which it was said. */
  at(atMs: number, work: () => void): void {
    const event = { atMs: Math.max(atMs, this.nowMs), no: this.#no++, work };
    const heap = this.#heap;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Event;
      if (!isBefore(event, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = event;
  }

  in(ms: number, work: () => void): void {
    this.at(this.nowMs + ms, work);
  }

  async run(untilMs: number): Promise<void> {
    for (;;) {
      const [next] = this.#heap;
      if (next === undefined || next.atMs > untilMs) break;
      this.#pop();
      this.nowMs = next.atMs;
      next.work();
      // Node runs this when no promise has anything left to do, and none of them waits for anything outside.
      await new Promise<void>((resolve) => process.nextTick(resolve));
    }
    this.nowMs = untilMs;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Event;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event)) child += 1;
      if (!isBefore(heap[child] as Event, last)) break;
      heap[index] = heap[child] as Event;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.no < other.no);
}
