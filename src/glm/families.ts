// What follows from the family of a model, known also of ids that no list has: how it thinks and writes.

import { EFFORTS, type Effort } from '../model/chat-model.ts';

/** Whether a model thinks before it answers; `must` = it cannot be told to stop. */
export type Thinking = 'may' | 'must' | 'cannot';

/** What a model has in common with its family, known also of ids that the table does not hold. */
export interface FamilyFacts {
  readonly thinking: Thinking;
  /** The levels of `reasoning_effort` that it takes; empty = it does not take the field. */
  readonly efforts: readonly Effort[];
  /** Whether it may put marks of a box around the answer proper, and a think block before it. */
  readonly boxes: boolean;
  /** Whether it calls tools. */
  readonly tools: boolean;
}

const FEW_EFFORTS = ['low', 'high', 'max'] as const;

/**
 * The first that matches counts. Pages "thinking mode" and "chat completion", and reports of what was
 * refused: only the 5.3 family refuses `disabled`, and it takes three levels of effort. The ids after
 * it are taken for the same until more is known: three levels are taken by all.
 */
const families: readonly (readonly [RegExp, Partial<FamilyFacts>])[] = [
  [/^glm-5\.2(?!\d)/, { thinking: 'may', efforts: EFFORTS }],
  [/^glm-5\.([3-9]|\d\d)/, { thinking: 'must', efforts: FEW_EFFORTS }],
  [/^glm-([6-9]|\d\d)/, { thinking: 'may', efforts: FEW_EFFORTS }],
  // Before 4.5 there is no field to stop it.
  [/^glm-4\.[0-4]v/, { thinking: 'must', boxes: true, tools: false }],
  [/^glm-zero/, { thinking: 'must', tools: false }],
  [/^glm-4\.5v/, { thinking: 'may', boxes: true, tools: false }],
  [/^glm-4\.\dv/, { thinking: 'may', boxes: true }],
  [/^glm-4(v|-voice)|^(charglm|emohaa|codegeex|autoglm)/, { thinking: 'cannot', tools: false }],
  [/^glm-[34](-|$)/, { thinking: 'cannot' }],
];

/** What is assumed of an id that belongs to no family: the field is refused at most once. */
const NO_FAMILY: FamilyFacts = { thinking: 'may', efforts: [], boxes: false, tools: true };

/** @param id in lower case */
export function familyFacts(id: string): FamilyFacts {
  return { ...NO_FAMILY, ...families.find(([pattern]) => pattern.test(id))?.[1] };
}
