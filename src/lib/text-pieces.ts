// Cuts long texts, so that work on them can be done piece by piece.

/**
 * The pieces of a text, in their order; no character is cut in two.
 * @param units of a piece at most, UTF-16
 */
export function* textPieces(text: string, units: number): Generator<string, void, undefined> {
  for (let at = 0; at < text.length; ) {
    const end = endOfPiece(text, at + units);
    yield text.slice(at, end);
    at = end;
  }
}

/** Never between the halves of a surrogate pair. */
function endOfPiece(text: string, end: number): number {
  if (end >= text.length) return text.length;
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last < 0xdc00 ? end - 1 : end;
}
