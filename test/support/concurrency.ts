/** Work on several items at a time. */

/** Call `action` for every item, at most `limit` calls at once; ends at the first failure. */
export async function forEachOf<Item>(
  items: readonly Item[],
  limit: number,
  action: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const worker = async (): Promise<void> => {
    for (const item of waiting) await action(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
}
