// Drains an iteration that may fail into values that can be compared as a whole.

export interface Collected<Item> {
  readonly items: Item[];
  /** What ended the iteration early; undefined when it ended by itself. */
  readonly error: unknown;
}

/** Everything that `items` gives, and the error that ended it. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Collected<Item>> {
  const collected: Item[] = [];
  try {
    for await (const item of items) collected.push(item);
    return { items: collected, error: undefined };
  } catch (error) {
    return { items: collected, error };
  }
}
