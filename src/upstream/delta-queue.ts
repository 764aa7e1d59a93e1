// Folds what the events of one read say into as few deltas as its order allows.

import type { ChatDelta, Source, ToolCallPiece, Usage } from '../model/chat-model.ts';

interface Delta {
  reasoning: string;
  text: string;
  readonly finish: null;
  usage: Usage | null;
  sources?: readonly Source[];
  toolCalls?: readonly ToolCallPiece[];
}

/** Deltas that nobody has taken yet. */
export class DeltaQueue {
  #deltas: Delta[] = [];

  /** All of them; the list is the caller's. */
  take(): readonly ChatDelta[] {
    const deltas = this.#deltas;
    this.#deltas = [];
    return deltas;
  }

  /** Reasoning that follows an answer begins a delta of its own, so that the order survives. */
  add(reasoning: string, text: string, usage: Usage | null): void {
    const last = this.#last();
    const answers = last.text !== '' || last.toolCalls !== undefined;
    if (reasoning !== '' && answers) {
      this.#deltas.push({ reasoning, text, finish: null, usage });
      return;
    }
    last.reasoning += reasoning;
    last.text += text;
    last.usage = usage ?? last.usage;
  }

  addSources(sources: readonly Source[]): void {
    const last = this.#last();
    last.sources = [...(last.sources ?? []), ...sources];
  }

  addToolCall(piece: ToolCallPiece): void {
    const last = this.#last();
    last.toolCalls = withPiece(last.toolCalls ?? [], piece);
  }

  #last(): Delta {
    const last = this.#deltas.at(-1);
    if (last !== undefined) return last;
    const first = { reasoning: '', text: '', finish: null, usage: null };
    this.#deltas.push(first);
    return first;
  }
}

/** The pieces with one more, which is appended to that of the same call. */
function withPiece(
  pieces: readonly ToolCallPiece[],
  piece: ToolCallPiece,
): readonly ToolCallPiece[] {
  const at = pieces.findIndex(({ index }) => index === piece.index);
  const before = pieces[at];
  if (before === undefined) return [...pieces, piece];
  return pieces.with(at, { ...before, arguments: before.arguments + piece.arguments });
}
