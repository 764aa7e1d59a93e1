// Tells what is too long for a model for certain, without counting its tokens.

/** Characters of a token in texts with the longest words; only one repeated character has more. */
const LONGEST_TOKENS = 32;

/**
 * Whether a conversation cannot be read, however its tokens are counted.
 * @param units of its texts, UTF-16
 * @param windowTokens that the model reads at most
 */
export function exceedsWindow(units: number, windowTokens: number): boolean {
  return units > windowTokens * LONGEST_TOKENS;
}
