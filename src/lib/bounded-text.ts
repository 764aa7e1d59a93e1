// Reads the bodies of replies that are a few bytes long, from whoever turns out to answer.

/** A reply of a controller or a worker is far below that, in bytes. */
export const SHORT_REPLY = 64 * 1024;

/**
 * The body as text; null for one that is longer than `limit` bytes, whose connection is closed.
 * @throws what reading the body throws
 */
export async function boundedText(
  body: AsyncIterable<Uint8Array>,
  limit = SHORT_REPLY,
): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    // Leaving the loop closes the connection.
    if (length > limit) return null;
  }
  return Buffer.concat(chunks).toString('utf8');
}
