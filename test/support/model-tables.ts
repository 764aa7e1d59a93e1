// The tables of GLM's models, in both languages.

import { chatModelFacts, embeddingModelFacts } from '../../src/glm/catalogue.ts';
import { chatModelIds, embeddingModelIds } from './glm-models.ts';
import { type Cells, codes, NONE, table } from './markdown-table.ts';

const grouped = new Intl.NumberFormat('en');

/** What a table of models says in words. */
interface ModelWords {
  readonly head: Cells;
  readonly thinks: Readonly<Record<'may' | 'must' | 'cannot', string>>;
  readonly addressesOnly: string;
}

export function chatModelsTable(): string {
  return chatModelRows({
    head: ['model', 'window', 'longest answer', 'thinks', 'images'],
    thinks: { may: 'can be chosen', must: 'always', cannot: 'never' },
    addressesOnly: ', URLs only',
  });
}

export function chineseChatModelsTable(): string {
  return chatModelRows({
    head: ['模型', '窗口', '最长的回答', '思考', '图片'],
    thinks: { may: '可以选择', must: '总是', cannot: '从不' },
    addressesOnly: '，只能用 URL',
  });
}

function chatModelRows({ head, thinks, addressesOnly }: ModelWords): string {
  const rows = chatModelIds.map((id) => {
    const { contextWindow, maxOutput, thinking, vision } = chatModelFacts(id);
    return [
      codes([id]),
      grouped.format(contextWindow),
      maxOutput === null ? NONE : grouped.format(maxOutput),
      thinks[thinking],
      vision === null ? NONE : `${vision.maxImages}${vision.inline ? '' : addressesOnly}`,
    ];
  });
  return table(head, rows);
}

export function embeddingModelsTable(): string {
  return embeddingModelRows([
    ...['model', 'texts per call', 'tokens per text', 'tokens per call', 'dimensions'],
  ]);
}

export function chineseEmbeddingModelsTable(): string {
  return embeddingModelRows([
    ...['模型', '每次调用的文本数', '每段文本的 token', '每次调用的 token', '向量长度'],
  ]);
}

function embeddingModelRows(head: Cells): string {
  const rows = embeddingModelIds.map((id) => {
    const facts = embeddingModelFacts(id);
    if (facts === null) throw new Error(`no facts of ${id}`);
    const { batchItems, itemTokens, batchTokens, dimensions } = facts;
    return [
      codes([id]),
      String(batchItems),
      grouped.format(itemTokens),
      batchTokens === null ? NONE : grouped.format(batchTokens),
      dimensions.join(', '),
    ];
  });
  return table(head, rows);
}
