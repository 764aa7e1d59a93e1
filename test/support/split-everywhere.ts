// Cuts bytes wherever they can be cut, because a network may cut them anywhere.

/** Every way of cutting `bytes` into two pieces, the empty ones included, and into single bytes. */
export function* splitEverywhere(bytes: Uint8Array): Generator<readonly Uint8Array[]> {
  for (let at = 0; at <= bytes.length; at++) yield [bytes.subarray(0, at), bytes.subarray(at)];
  yield Array.from(bytes, (byte) => Uint8Array.of(byte));
}
