// Waits for the beginning of an answer, so that one which fails at once is told of with a status.

/**
 * The same items, once the first one has come or the time is up.
 * @param waitMs longest wait, in milliseconds
 * @throws what the iteration throws within that time
 */
export async function withFirstItem<Item>(
  items: AsyncIterable<Item>,
  waitMs: number,
): Promise<AsyncIterable<Item>> {
  const iterator = items[Symbol.asyncIterator]();
  const first = iterator.next();
  let timer: NodeJS.Timeout | undefined;
  const timeIsUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, waitMs);
  });
  await Promise.race([first, timeIsUp]).finally(() => clearTimeout(timer));
  return itemsFrom(first, iterator);
}

async function* itemsFrom<Item>(
  first: Promise<IteratorResult<Item>>,
  iterator: AsyncIterator<Item>,
): AsyncGenerator<Item, void, undefined> {
  try {
    for (let next = await first; next.done !== true; next = await iterator.next()) {
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}
